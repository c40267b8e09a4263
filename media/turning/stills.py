"""A still as PNG or JPEG: its colours as they look, eight bits of each, and no metadata but the colour profile."""

from __future__ import annotations

from contextlib import suppress
from io import BytesIO
from typing import TYPE_CHECKING, cast

from PIL import Image

from media.turning.colours import is_for, on_screen

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

LONGEST = 65_500
"""Pixels of a side: JPEG has no more."""
_WIDE = 65_535


def plain(image: Image.Image) -> tuple[Image.Image, bytes | None]:
    """In grey or RGB, with transparency only where there is some; and the colour profile that goes with that."""
    profile = image.info.get("icc_profile")
    if image.mode == "CMYK":
        image = _inked(image, profile)
    elif image.mode.startswith("I") or image.mode == "F":
        image = _scaled(image)
    elif "transparency" in image.info or image.mode in {"PA", "La", "RGBa"}:
        image = image.convert("LA" if image.mode == "La" else "RGBA")
    elif image.mode == "1":
        image = image.convert("L")
    elif image.mode not in {"L", "LA", "RGB", "RGBA"}:
        image = image.convert("RGB")
    if "A" in image.mode and image.getchannel("A").getextrema()[0] == 255:  # noqa: PLR2004 - opaque all over
        image = image.convert(image.mode[:-1])
    return image, profile if is_for(profile, image.mode) else None


class _TooLargeError(Exception):
    """It has more bytes than it may have."""


class _Bounded(BytesIO):
    def __init__(self, most: int) -> None:
        super().__init__()
        self._most = most

    def write(self, data: ReadableBuffer, /) -> int:
        if self.tell() + memoryview(data).nbytes > self._most:
            raise _TooLargeError
        return super().write(data)


def as_png(image: Image.Image, profile: bytes | None, most: int) -> bytes:
    """Without a loss; nothing where that has more than `most` bytes, which is noticed before all of it is there."""
    with suppress(_TooLargeError):
        return _saved(image, "PNG", _Bounded(most), icc_profile=profile)
    return b""


def as_jpeg(image: Image.Image, profile: bytes | None, quality: int) -> bytes:
    """With colours in full detail where the quality is high."""
    fine = quality >= 90  # noqa: PLR2004
    return _saved(image, "JPEG", BytesIO(), icc_profile=profile, quality=quality, subsampling=0 if fine else 2)


def as_few_colours(image: Image.Image, profile: bytes | None) -> bytes:
    """In 256 colours, their transparency among them."""
    few = image.convert("RGBA").quantize(256)
    return _saved(few, "PNG", BytesIO(), icc_profile=profile if is_for(profile, "RGBA") else None, optimize=True)


def _saved(image: Image.Image, form: str, out: BytesIO, **options: object) -> bytes:
    image.info = {}  # Pillow carries comments along unasked
    image.save(out, form, **options)
    return out.getvalue()


def _inked(image: Image.Image, profile: object) -> Image.Image:
    """What is printed with four inks, as a screen shows it; by its own profile if that can be read."""
    shown = on_screen(profile, "CMYK", "RGB")
    return shown(image) if shown else image.convert("RGB")


def _scaled(image: Image.Image) -> Image.Image:
    """Sixteen bits or more of grey in eight: by scale, as Pillow itself would cut off what is above."""
    wide = image if image.mode == "F" else image.convert("I")
    low, high = cast("tuple[float, float]", wide.getextrema())
    if image.mode.startswith("I") and low >= 0 and high <= _WIDE:
        low, high = 0, _WIDE
    elif low >= 0 and high <= 1:
        low, high = 0, 1
    scale = 255 / (high - low or 1)
    return wide.point(lambda value: value * scale - low * scale).convert("L")
