"""Colours by their profile, for what has no place to say by which they are meant."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from io import BytesIO
from typing import TypeAlias, cast

from PIL import Image

SPACES = {"RGB": b"RGB ", "RGBA": b"RGB ", "L": b"GRAY", "LA": b"GRAY", "CMYK": b"CMYK", "LAB": b"Lab "}
Shown: TypeAlias = Callable[[Image.Image], Image.Image]


def is_for(profile: object, mode: str) -> bool:
    """Whether this is a colour profile for pictures of this mode."""
    return isinstance(profile, bytes) and profile[16:20] == SPACES[mode]


def on_screen(profile: object, mode: str, into: str) -> Shown | None:
    """What shows pictures of this mode as a screen does; None where their profile does not say how."""
    if not is_for(profile, mode):
        return None
    from PIL import ImageCms  # noqa: PLC0415 - hardly ever needed

    with suppress(ImageCms.PyCMSError, OSError, ValueError):
        own = ImageCms.ImageCmsProfile(BytesIO(cast("bytes", profile)))
        change = ImageCms.buildTransform(own, ImageCms.createProfile("sRGB"), mode, into)
        return lambda image: cast("Image.Image", ImageCms.applyTransform(image, change))
    return None
