"""PNG and APNG: what codes the picture and its animation, its colours and its orientation."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from errors import CannotCleanError, DamagedError
from media.metadata import orientation

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_CRITICAL = frozenset({b"IHDR", b"PLTE", b"IDAT", b"IEND"})
_LOOK = frozenset(
    {b"tRNS", b"bKGD", b"pHYs", b"sBIT", b"sRGB", b"gAMA", b"cHRM", b"iCCP", b"cICP"}
    | {b"mDCV", b"cLLI", b"mDCv", b"cLLi"}  # the last two: as they were called before the third edition
    | {b"acTL", b"fcTL", b"fdAT"}
)
_SAID = frozenset({b"tEXt", b"zTXt", b"iTXt", b"eXIf", b"tIME"})
_ANCILLARY = 0x20
_AROUND = 12
_HEADER = len(_SIGNATURE) + _AROUND + 13


@dataclass(slots=True)
class _Picture:
    kept: bytearray = field(default_factory=lambda: bytearray(_SIGNATURE))
    up: int | None = None
    before: bytes = b""
    has_pixels: bool = False

    def take(self, kind: bytes, chunk: memoryview) -> None:
        """Keeps a chunk that the picture needs, to the byte; its pixels stand in one row."""
        if (kind == b"IHDR") is bool(self.before) or (kind == b"IDAT" != self.before and self.has_pixels):
            raise DamagedError("out of order")
        if kind in _CRITICAL or kind in _LOOK:
            self.kept += chunk
        elif not kind[0] & _ANCILLARY:
            raise CannotCleanError("image/png")  # what it means to the others nobody here knows
        elif kind == b"eXIf" and self.up is None:
            self.up = orientation.read(chunk[8:-4])
        self.has_pixels |= kind == b"IDAT"
        self.before = kind

    def whole(self) -> bytes:
        """The file, with the orientation right behind its header."""
        if not self.has_pixels:
            raise DamagedError("no picture")
        exif = orientation.written(self.up or orientation.UPRIGHT)
        self.kept[_HEADER:_HEADER] = _chunk(b"eXIf", exif) if exif else b""
        return bytes(self.kept)


def cleaned(content: memoryview, *, mend: bool = False) -> bytes:
    """Up to the first IEND: what follows may be what was cropped away. With `mend`, what it says may be broken."""
    if content[:8] != _SIGNATURE:
        raise DamagedError("does not begin")
    picture = _Picture()
    for kind, chunk in _chunks(content, mend=mend):
        picture.take(kind, chunk)
    return picture.whole()


def _chunks(content: memoryview, *, mend: bool) -> Iterator[tuple[bytes, memoryview]]:
    """Each chunk whole, with its length and checksum, IEND included; with `mend` no text that is broken."""
    at, kind = len(_SIGNATURE), b""
    while kind != b"IEND":
        end = at + int.from_bytes(content[at : at + 4], "big") + _AROUND
        if end > len(content):
            raise DamagedError("cut")
        kind, chunk = bytes(content[at + 4 : at + 8]), content[at:end]
        at = end
        is_sound = zlib.crc32(chunk[4:-4]) == int.from_bytes(chunk[-4:], "big")
        if not is_sound and mend and kind in _SAID:
            continue
        if not kind.isalpha() or not is_sound:
            raise DamagedError("checksum")  # also of what is dropped: its name may be what is broken
        if kind == b"IHDR" and len(chunk) != _HEADER - len(_SIGNATURE):
            raise DamagedError("header")
        yield kind, chunk


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
