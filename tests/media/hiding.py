"""Pictures with something personal in every place of their format where that can hide, and what is seen of one."""

from __future__ import annotations

import io
import struct
import warnings
import zlib
from collections.abc import Iterator
from typing import NamedTuple

from PIL import Image, ImageCms, ImageOps, ImageSequence

SECRET = b"home street 5"
COORDINATES = b"+48.2000+016.3000/"
FILM = b"\0\0\0\x18ftypmp42\0\0\0\0\xff\xd9" + b"\0\0\0\x20udta\0\0\0\x18\xa9xyz" + COORDINATES + SECRET
MOST_PIXELS = 1_000_000


class Seen(NamedTuple):
    """What is seen of a picture."""

    size: tuple[int, int]
    frames: list[tuple[str, bytes, float | None]]
    loop: int | None
    profile: bytes | None
    upright: bytes


def seen(content: bytes) -> Seen:
    """By Pillow. Raises ValueError for a picture too large to be looked at here."""
    with warnings.catch_warnings(action="ignore"), Image.open(io.BytesIO(content)) as image:
        frames = []
        for frame in ImageSequence.Iterator(image):
            if frame.width * frame.height > MOST_PIXELS:
                raise ValueError("large")
            frames.append((frame.mode, frame.tobytes(), frame.info.get("duration")))
        image.seek(0)
        upright = ImageOps.exif_transpose(image).tobytes()
        return Seen(image.size, frames, image.info.get("loop"), image.info.get("icc_profile"), upright)


def tags(content: bytes) -> dict[int, object]:
    """All that its Exif says."""
    with Image.open(io.BytesIO(content)) as image:
        return dict(image.getexif())


def saved(image: Image.Image, form: str, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, form, **options)
    return file.getvalue()


def exif(up: int | None = None) -> bytes:
    """What a phone writes: maker, place, words, and which way is up."""
    said = Image.Exif()
    said[0x010F] = SECRET.decode()
    if up is not None:
        said[0x0112] = up
    said.get_ifd(0x8825)[2] = (48.0, 12.0, 5.0)
    said.get_ifd(0x8825)[29] = SECRET.decode()
    said.get_ifd(0x8769)[0x9286] = b"ASCII\0\0\0" + SECRET
    return said.tobytes()


def profile() -> bytes:
    """A profile that shows: with red and green changed places."""
    plain = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return plain.replace(b"rXYZ", b"?XYZ", 1).replace(b"gXYZ", b"rXYZ", 1).replace(b"?XYZ", b"gXYZ", 1)


# --- JPEG --------------------------------------------------------------------------------------------------------


def segment(marker: int, body: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


def segments(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Marker and bytes of each segment, its scan among them."""
    at = 2
    while content[at + 1] != 0xD9:
        end = at + 2 + struct.unpack_from(">H", content, at + 2)[0]
        if content[at + 1] == 0xDA:
            while content[end] != 0xFF or content[end + 1] in {0, *range(0xD0, 0xD8)}:
                end += 1
        yield content[at + 1], content[at:end]
        at = end


_PLACES = {
    0xE0: b"JFXX\0\x13\1\1" + SECRET,
    0xE1: b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>" + SECRET + b'<Container:Item Item:Semantic="GainMap"/>',
    0xE2: b"MPF\0II*\0" + SECRET,
    0xE3: b"META\0" + SECRET,
    0xEB: b"JP\0\1\0\0\0\1jumb" + SECRET,
    0xEC: b"[picture info]" + SECRET,
    0xED: b"Photoshop 3.0\x008BIM\x04\x04\0\0\0\0\0\x0d\x1c\x02\x5a" + SECRET,
    0xEE: b"AdobX" + SECRET,
    0xEF: b"Q\0" + SECRET,
    0xFE: SECRET,
}
HIDING_IN_JPEG = b"".join(segment(marker, body) for marker, body in _PLACES.items())


def hiding_jpeg(picture: bytes, up: int | None = None, *, scattered: bool = True) -> bytes:
    """Between all segments, in longer ones than need be, between two segments, and behind the end."""
    parts = [b"\xff\xd8", HIDING_IN_JPEG, segment(0xE1, exif(up))]
    for marker, whole in segments(picture):
        longer = {0xE0: whole[4:-2] + b"\1\1???" + SECRET, 0xEE: whole[4:] + SECRET}.get(marker)
        parts += [
            segment(marker, longer) if longer else whole,
            HIDING_IN_JPEG if scattered else b"",
            SECRET,
            b"\xff\xff",
        ]
    return b"".join((*parts, b"\xff\xd9", FILM, picture, b"PK\3\4", SECRET))


# --- PNG ---------------------------------------------------------------------------------------------------------


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Name and bytes of each chunk."""
    at = 8
    while at < len(content):
        end = at + 12 + struct.unpack_from(">I", content, at)[0]
        yield content[at + 4 : at + 8], content[at:end]
        at = end


HIDING_IN_PNG = b"".join(
    chunk(kind, SECRET)
    for kind in b"tEXt iTXt zTXt tIME caBX iDOT pCAL sCAL oFFs sPLT hIST prVT dSIG gIFx orNT".split()
)


def hiding_png(picture: bytes, up: int | None = None) -> bytes:
    """Between all chunks but those of one row of pixels, and behind the end."""
    parts, before = [picture[:8]], b""
    for kind, whole in chunks(picture):
        if before and not kind == before == b"IDAT":
            parts.append(chunk(b"eXIf", exif(up)[6:]) + HIDING_IN_PNG)
        parts.append(whole)
        before = kind
    return b"".join((*parts, SECRET, chunk(b"IDAT", SECRET), chunk(b"IEND", b""), FILM))


# --- GIF ---------------------------------------------------------------------------------------------------------


def blocks(*bodies: bytes) -> bytes:
    return b"".join(bytes([len(body)]) + body for body in bodies) + b"\0"


HIDING_IN_GIF = b"\0".join(
    (
        b"!\xfe" + blocks(SECRET, b"<script>", SECRET),
        b"!\x01" + blocks(bytes(12), SECRET),
        b"!\xff" + blocks(b"XMP DataXMP", SECRET, b"\xff\xd9;"),
        b"!\xff" + blocks(b"MGK8BIM0000", SECRET),
        b"!\xff" + blocks(b"NETSCAPE2.0", b"\2" + SECRET),
        b"!\x77" + blocks(SECRET),
    )
)


def hiding_gif(picture: bytes) -> bytes:
    """Behind the colours, before the trailer, and behind it."""
    start = 13 + (3 << (picture[10] & 7) + 1 if picture[10] & 0x80 else 0)
    body = picture[start:-1]
    loop = b"!\xff\x0bNETSCAPE2.0\3\1"
    if loop in body:
        at = body.index(loop) + len(loop) + 2
        body = body[:at] + b"\x0e\2" + SECRET + body[at:]
    return picture[:start] + HIDING_IN_GIF + body + HIDING_IN_GIF + b";" + FILM


# --- WebP --------------------------------------------------------------------------------------------------------


def part(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("<I", len(body)) + body + b"\xaa" * (len(body) % 2)


def parts(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at < len(content):
        size = struct.unpack_from("<I", content, at + 4)[0]
        yield content[at : at + 4], content[at + 8 : at + 8 + size]
        at += 8 + size + size % 2


HIDING_IN_WEBP = part(b"XMP ", SECRET) + part(b"C2PA", SECRET) + part(b"abcd", SECRET + b"!")


def hiding_webp(picture: bytes, up: int | None = None) -> bytes:
    """Between all chunks, within frames, and behind the end; made into an extended file."""
    whole = dict(parts(picture[12:]))
    kept = [] if b"VP8X" in whole else [_extended(picture)]
    for kind, body in parts(picture[12:]):
        if kind == b"VP8X":
            kept.append(part(kind, bytes([body[0] | 0x0C]) + b"key" + body[4:]))
        elif kind == b"ANMF":
            kept.append(part(kind, body + HIDING_IN_WEBP))
        elif kind not in {b"EXIF", b"XMP "}:
            kept.append(part(kind, body))
        kept.append(HIDING_IN_WEBP if kind != b"ALPH" else b"")  # decoders want the pixels right behind it
    body = b"WEBP" + b"".join(kept) + part(b"EXIF", exif(up)[6:]) + HIDING_IN_WEBP
    return b"RIFF" + struct.pack("<I", len(body)) + body + FILM


def _extended(picture: bytes) -> bytes:
    with Image.open(io.BytesIO(picture)) as image:
        width, height = image.size
        alpha = 0x10 if image.mode == "RGBA" else 0
    sizes = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return part(b"VP8X", bytes([0x0C | alpha]) + b"key" + sizes)
