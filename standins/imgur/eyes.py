"""What an upload is to the stand-in: Pillow for pictures, the marks that a player looks for in videos.

It shares nothing with the bot, so that both are seldom wrong together, and does not know what it does not model.
"""

from __future__ import annotations

import re
import struct
import warnings
from dataclasses import dataclass
from io import BytesIO

from PIL import Image, ImageDraw, UnidentifiedImageError

_MARKS = {b"\xff\xd8\xff": "JPEG", b"\x89PNG\r\n\x1a\n": "PNG", b"GIF8": "GIF", b"II*\0": "TIFF", b"MM\0*": "TIFF"}
_PICTURES = {"JPEG": "image/jpeg", "MPO": "image/jpeg", "PNG": "image/png", "GIF": "image/gif", "TIFF": "image/tiff"}
_CAMERA_TAGS = (50706, 37398, 33422, 50740)
_MAKE_AND_PARTS = {271, 330}
_MP4 = re.compile(rb"isom|iso[2-9]|mp4[12]|avc1|hvc1|av01|dash|M4V |F4V |MSNV|cmfc|XAVC")
_MOVIE_BOXES = (b"moov", b"mdat", b"wide", b"skip", b"free", b"pnot")
_ASF = bytes.fromhex("3026b2758e66cf11")
_ASF_VIDEO = bytes.fromhex("c0ef19bc4d5bcf11")
_ASF_AUDIO = bytes.fromhex("409e69f84d5bcf11")
_PLAIN = {
    re.escape(_ASF): "video/x-ms-wmv",
    rb"RIFF....AVI ": "video/x-msvideo",
    rb"FLV\x01[^\x04]": "video/x-flv",
    rb"\0\0\x01[\xba\xb3]": "video/mpeg",
}
_SOUNDS = re.compile(
    rb"RIFF....AVI (?=.*strh.*movi)(?!.*strh.{4}(?:vids|iavs))"
    rb"|\x00\x00\x01\xba(?=.*\x00\x00\x01\xc0)(?!.*\x00\x00\x01\xe0)",
    re.DOTALL,
)
_EBML = b"\x1aE\xdf\xa3"
_LONGEST = 60.5  # seconds
_CLOCKS = re.compile(
    rb"mvhd(?:\x00.{11}(.{4})(.{4})|\x01.{19}(.{4})(.{8}))"
    rb"|\x2a\xd7\xb1.{0,7}?[\x83\x03](.{3}).{0,200}?\x44\x89(?:\x84(.{4})|.{0,7}?[\x88\x08](.{8}))"
    rb"|avih.{4}(.{4}).{12}(.{4})",
    re.DOTALL,
)


@dataclass(frozen=True)
class Seen:
    """What it is; the measures of a video are made up, those of a damaged picture are 0."""

    mime_type: str
    width: int
    height: int
    animated: bool


def drawn(width: int, height: int, words: str) -> bytes:
    """A picture that stands for another, as a file."""
    file, picture = BytesIO(), Image.new("RGB", (width, height), "#222222")
    ImageDraw.Draw(picture).text((4, height // 2), words, fill="#ffffff")
    picture.save(file, "PNG")
    return file.getvalue()


def look(head: bytes) -> Seen | None:
    """What begins like this; None for what Imgur is not known to take."""
    mark = next((mark for mark in _MARKS if head.startswith(mark)), None)
    if mark is not None:
        return _picture(head, _MARKS[mark])
    mime_type = _video(head)
    if mime_type and _seconds(head) > _LONGEST:
        return None
    return Seen(mime_type, 640, 360, animated=True) if mime_type else None


def _picture(head: bytes, form: str) -> Seen | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            image = Image.open(BytesIO(head), formats=[form])
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, ValueError, SyntaxError):
        return Seen(_PICTURES[form], 0, 0, animated=False)
    tags = getattr(image, "tag_v2", {})
    if any(tag in tags for tag in _CAMERA_TAGS) or set(tags) >= _MAKE_AND_PARTS:
        return None  # a camera's raw data
    moves = (b"acTL" if form == "PNG" else b"NETSCAPE2.0") in head
    return Seen(_PICTURES[form], *image.size, animated=moves and form in {"PNG", "GIF"})


def _seconds(head: bytes) -> float:
    """How long a video says that it is, 0 where it does not."""
    clock = _CLOCKS.search(head)
    if clock is None:
        return 0
    scale, length, scale8, length8, nanoseconds, single, double, frame, frames = (
        part or b"" for part in clock.groups()
    )
    if nanoseconds:
        ticks = struct.unpack(">d" if double else ">f", double or single)[0]
        return float(ticks * int.from_bytes(nanoseconds, "big") / 1e9)
    if frame:
        return int.from_bytes(frame, "little") * int.from_bytes(frames, "little") / 1e6
    return int.from_bytes(length or length8, "big") / max(int.from_bytes(scale or scale8, "big"), 1)


def _video(head: bytes) -> str | None:
    if head[4:8] == b"ftyp":
        return _branded(head)
    if head[4:8] in _MOVIE_BOXES and head[0] < ord(" ") and (b"moov" in head or b"mdat" in head):
        return None if _has_no_film(head) else "video/quicktime"
    if head.startswith(_EBML):
        return _matroska(head)
    if head.startswith(_ASF) and _ASF_AUDIO in head and _ASF_VIDEO not in head:
        return None
    if _SOUNDS.match(head):
        return None
    return next((mime_type for mark, mime_type in _PLAIN.items() if re.match(mark, head, re.DOTALL)), None)


def _branded(head: bytes) -> str | None:
    brands = head[8 : int.from_bytes(head[:4], "big")]
    if _has_no_film(head) or (b"M4A " in brands and b"M4V " not in brands and b"vide" not in head):
        return None
    if brands.startswith(b"qt  "):
        return "video/quicktime"
    played = b"vide" in head and not brands.startswith((b"crx ", b"3g")) and _MP4.search(brands)
    return "video/mp4" if _MP4.match(brands) or played else None


def _has_no_film(head: bytes) -> bool:
    handlers = re.findall(rb"mdhd.{20,40}hdlr.{8}(....)", head, re.DOTALL) + re.findall(
        rb"hdlr.{8}(pict)", head, re.DOTALL
    )
    return bool(handlers) and b"vide" not in handlers


def _matroska(head: bytes) -> str | None:
    name = re.search(rb"\x42\x82.{1,8}?(webm|matroska)(?![a-z])", head[:512], re.DOTALL)
    kinds = re.findall(rb"\x83\x81([\x01\x02\x11])", head)
    if name is None or (kinds and b"\1" not in kinds):
        return None
    return {b"webm": "video/webm", b"matroska": "video/x-matroska"}.get(name[1])
