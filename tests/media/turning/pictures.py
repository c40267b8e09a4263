"""Pictures as people have them, made by other encoders' rules than the bot's own code knows."""

from __future__ import annotations

import random
import struct
import zlib
from io import BytesIO
from typing import Any

import pillow_heif
from PIL import Image, ImageCms

pillow_heif.register_heif_opener()
MIME = {"HEIF": "image/heic", "AVIF": "image/avif", "WEBP": "image/webp", "PNG": "image/png", "JPEG": "image/jpeg"}
MIME |= {"TIFF": "image/tiff", "BMP": "image/bmp", "GIF": "image/gif", "JPEG2000": "image/jp2", "ICO": "image/x-icon"}
MIME |= {"PPM": "image/x-netpbm", "QOI": "image/qoi"}
PLACE = b"48.2000 home street 5"


def saved(image: Image.Image, form: str, **options: Any) -> bytes:
    out = BytesIO()
    image.save(out, form, **options)
    return out.getvalue()


def loaded(content: bytes) -> Image.Image:
    image = Image.open(BytesIO(content))
    image.load()
    return image


def exif(orientation: int = 1) -> bytes:
    tags = Image.Exif()
    tags[0x0112], tags[0x010F], tags[0x010E] = orientation, "Camera", PLACE.decode()
    return tags.tobytes()


def halves(size: tuple[int, int] = (40, 20)) -> Image.Image:
    """Red on the left, blue on the right."""
    image = Image.new("RGB", size, "blue")
    image.paste("red", (0, 0, size[0] // 2, size[1]))
    return image


def swapped_profile() -> bytes:
    """sRGB with red and green in each other's place: for who honours it, red is green."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return profile.replace(b"rXYZ", b"?XYZ", 1).replace(b"gXYZ", b"rXYZ", 1).replace(b"?XYZ", b"gXYZ", 1)


def noise(size: tuple[int, int], mode: str = "RGB") -> Image.Image:
    channels = len(Image.new(mode, (1, 1)).getbands())
    return Image.frombytes(mode, size, random.Random(7).randbytes(size[0] * size[1] * channels))


def walking(count: int = 4, step: int = 10) -> list[Image.Image]:
    """A block that walks over transparent ground."""
    frames = []
    for number in range(count):
        frame = Image.new("RGBA", (step * count, step), (0, 0, 0, 0))
        frame.paste((255, 0, 0, 255), (number * step, 0, (number + 1) * step, step))
        frames.append(frame)
    return frames


def shades(count: int, size: tuple[int, int] = (16, 16)) -> list[Image.Image]:
    return [Image.new("RGB", size, (number * 255 // count, 90, 200)) for number in range(count)]


def film(frames: list[Image.Image], form: str, **options: Any) -> bytes:
    return saved(frames[0], form, save_all=True, append_images=frames[1:], **options)


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def grey16(size: tuple[int, int]) -> bytes:
    """A PNG: a ramp in the high byte, noise in the low one."""
    low = random.Random(3)
    rows = b"".join(
        b"\0" + b"".join(bytes((column * 256 // size[0], low.randrange(256))) for column in range(size[0]))
        for _ in range(size[1])
    )
    header = struct.pack(">IIBBBBB", *size, 16, 0, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows, 1)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def webp_bomb(count: int, size: int = 4096) -> bytes:
    """An animated WebP in which one small frame stands so many times."""
    ground = Image.new("RGB", (size, size), "white")
    other = ground.copy()
    other.putpixel((0, 0), (0, 0, 0))
    two = film([ground, other], "WEBP", lossless=True, duration=40, minimize_size=True)
    at = two.rindex(b"ANMF")
    content = two[:at] + two[at:] * count
    return content[:4] + struct.pack("<I", len(content) - 8) + content[8:]
