"""Opening a picture: told what it is, looked at before anything is decoded, upright, and without its metadata."""

from __future__ import annotations

import warnings
from contextlib import suppress
from importlib import import_module
from io import BytesIO
from typing import Any

from PIL import Image

from media.turning.limits import Limits

ORIENTATION = 0x0112
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_PLUGINS = {
    "image/avif": ("AVIF", "AvifImagePlugin"),
    "image/bmp": ("BMP", "BmpImagePlugin"),
    "image/gif": ("GIF", "GifImagePlugin"),
    "image/jp2": ("JPEG2000", "Jpeg2KImagePlugin"),
    "image/jpeg": ("JPEG", "JpegImagePlugin"),
    "image/png": ("PNG", "PngImagePlugin"),
    "image/qoi": ("QOI", "QoiImagePlugin"),
    "image/tiff": ("TIFF", "TiffImagePlugin"),
    "image/webp": ("WEBP", "WebPImagePlugin"),
    "image/x-icon": ("ICO", "IcoImagePlugin"),
    "image/x-netpbm": ("PPM", "PpmImagePlugin"),
}
_SAID = frozenset({270, 271, 272, 305, 306, 315, 316, 700, 33432, 33723, 34377, 34665, 34853})
"""Of a TIFF's tags: text, camera, program, time, people, XMP, IPTC, Photoshop's, Exif and place."""
_HEIF = frozenset({"image/heic", "image/heif"})
_MOVE = frozenset({"image/avif", "image/gif", "image/png", "image/webp"})
"""Formats in which several pictures are one that moves; in others they are others."""
THREADS = 2
"""Of a decoder: each takes memory of its own."""


class TooManyPixelsError(Exception):
    """More than may be decoded."""


def opened(content: bytes, mime_type: str, limits: Limits) -> Image.Image:
    """The picture, nothing of it decoded, and that not too large. Raises TooManyPixelsError, and whatever Pillow does.

    The decoder is the one of its kind: no other is tried, whatever the content says.
    """
    Image.MAX_IMAGE_PIXELS = limits.pixels // 2  # Pillow warns from there on, and refuses from twice as many
    warnings.simplefilter("ignore", Image.DecompressionBombWarning)
    try:
        image = Image.open(BytesIO(content), formats=[_plugin(mime_type)])
    except Image.DecompressionBombError as error:
        raise TooManyPixelsError from error
    count = image.width * image.height
    if count > limits.pixels or (moves(image, mime_type) and count * frames(image) > limits.all_pixels):
        raise TooManyPixelsError
    if image.format == "WEBP" and moves(image, mime_type):
        _show_ground(image)
    return image


def frames(image: Image.Image) -> int:
    """How many pictures there are in it."""
    return int(getattr(image, "n_frames", 1))


def moves(image: Image.Image, mime_type: str) -> bool:
    """Whether they are one that moves; that none of them differs is not seen yet."""
    hidden = int(bool(getattr(image, "default_image", False)))  # an APNG's first, which is no part of the animation
    return mime_type in _MOVE and frames(image) - hidden > 1


def upright(image: Image.Image, mime_type: str) -> Image.Image:
    """Decoded, and turned as its metadata says: HEIF is turned already when it is opened."""
    image.load()
    return image if mime_type in _HEIF else turned(image, orientation(image))


def turned(image: Image.Image, as_said: int) -> Image.Image:
    """As its metadata says."""
    turn = _UPRIGHT.get(as_said)
    return image if turn is None else image.transpose(turn)


def orientation(image: Image.Image) -> int:
    """What the metadata says; 1, as it stands, where that cannot be read."""
    with suppress(Exception):  # whatever a damaged block makes Pillow do: the picture itself is not
        return int(image.getexif().get(ORIENTATION, 1))
    return 1


def tells(image: Image.Image) -> bool:
    """Whether there is metadata in it that will not go along."""
    if not _SAID.isdisjoint(getattr(image, "tag_v2", ())):
        return True
    return any(image.info.get(name) for name in ("exif", "xmp", "comment", "photoshop", "XML:com.adobe.xmp"))


def _show_ground(image: Any) -> None:
    """A WebP of which no frame is transparent may be so where none of them is; Pillow shows that as black."""
    image._mode = image.rawmode = "RGBA"  # noqa: SLF001 - there is no other way to ask for it


def _plugin(mime_type: str) -> str:
    if mime_type in _HEIF:
        import pillow_heif  # noqa: PLC0415 - may be absent, then nobody asks for it

        pillow_heif.options.DECODE_THREADS = THREADS
        pillow_heif.register_heif_opener()
        return "HEIF"
    name, module = _PLUGINS[mime_type]
    plugin: Any = import_module(f"PIL.{module}")
    if mime_type == "image/avif":
        plugin.DEFAULT_MAX_THREADS = THREADS
    return name
