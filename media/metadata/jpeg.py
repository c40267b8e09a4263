"""JPEG (ITU-T T.81): what codes the picture, its colours (JFIF, ICC, Adobe) and its orientation."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field

from errors import DamagedError
from media.cut import CutError
from media.metadata import orientation

_EOI, _SOS = 0xD9, 0xDA
_APP0, _APP1, _APP2, _APP14 = 0xE0, 0xE1, 0xE2, 0xEE
_FRAMES = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_CODING = _FRAMES | {0xC4, 0xCC, _SOS, 0xDB, 0xDC, 0xDD, 0xDE, 0xDF}
_DROPPED = frozenset({*range(0xE0, 0xF0), 0xFE})
_ALONE = frozenset({0x01, *range(0xD0, 0xD8)})
"""Markers without a content; outside of a scan they mean nothing."""
_MARKER = re.compile(rb"\xff[^\x00\xff]")
_AFTER_SCAN = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
"""What ends a scan: not a stuffed byte, nor a restart; of several FF the last one is the marker's."""
_JFIF, _ICC, _ADOBE, _EXIF = b"JFIF\0", b"ICC_PROFILE\0", b"Adobe", b"Exif\0"
_JFIF_BARE, _ADOBE_BARE, _LENGTH_BYTES = 12, 12, 2


@dataclass(slots=True)
class _Picture:
    jfif: bytes = b""
    up: int | None = None
    body: bytearray = field(default_factory=bytearray)
    has_frame: bool = False
    has_scan: bool = False

    def take(self, marker: int, segment: memoryview) -> None:
        """Keeps of a segment, its marker and length included, what the picture needs."""
        content = segment[4:]
        if marker in _CODING:
            self.body += segment
            self.has_frame |= marker in _FRAMES
            self.has_scan |= marker == _SOS
        elif marker not in _DROPPED:
            raise DamagedError("misplaced marker")
        elif not self.has_scan:
            self._take_said(marker, content)

    def _take_said(self, marker: int, content: memoryview) -> None:
        if marker == _APP0 and content[:5] == _JFIF and len(content) >= _JFIF_BARE + 2:
            self.jfif = _segment(_APP0, bytes(content[:_JFIF_BARE]) + bytes(2))  # a thumbnail of 0 by 0
        elif marker == _APP1 and self.up is None and content[:5] == _EXIF:
            self.up = orientation.read(content)
        elif marker == _APP2 and content[:12] == _ICC:
            self.body += _segment(_APP2, content)
        elif marker == _APP14 and content[:5] == _ADOBE and len(content) >= _ADOBE_BARE:
            self.body += _segment(_APP14, content[:_ADOBE_BARE])

    def whole(self) -> bytes:
        """The file: JFIF and orientation come first, as many readers look no further for them."""
        if not (self.has_frame and self.has_scan):
            raise DamagedError("no picture")
        exif = orientation.written(self.up or orientation.UPRIGHT)
        up = _segment(_APP1, b"Exif\0\0" + exif) if exif else b""
        return b"".join((b"\xff\xd8", self.jfif, up, self.body, b"\xff\xd9"))


def cleaned(content: memoryview) -> bytes:
    """Up to the end of its first picture, found by parsing: what follows may be a film, a gain map or an archive."""
    return _taken(content, _Picture()).whole()


def mended(content: memoryview) -> bytes:
    """One that is cut in a scan or behind one, as far as it goes; decoders show that much of it."""
    picture = _Picture()
    with suppress(CutError):
        _taken(content, picture)
    return picture.whole()


def _taken(content: memoryview, picture: _Picture) -> _Picture:
    if bytes(content[:2]) != b"\xff\xd8":
        raise DamagedError("does not begin")
    for marker, segment, scan in _segments(content):
        picture.take(marker, segment)
        picture.body += scan
    return picture


def _segments(content: memoryview) -> Iterator[tuple[int, memoryview, memoryview]]:
    """Each segment and the scan behind it, if it begins one, up to the picture's end. Raises CutError where none is."""
    at = 2
    while found := _MARKER.search(content, at):  # strays before a marker are skipped, as decoders do
        at, marker = found.end(), content[found.end() - 1]
        if marker == _EOI:
            return
        if marker in _ALONE:
            continue
        end = at + _length(content, at)
        behind = _scan_end(content, end) if marker == _SOS else end
        yield marker, content[at - 2 : end], content[end:behind]
        at = behind
    raise CutError


def _length(content: memoryview, at: int) -> int:
    length = int.from_bytes(content[at : at + 2], "big")
    if at + max(length, _LENGTH_BYTES) > len(content):
        raise CutError
    if length < _LENGTH_BYTES:
        raise DamagedError("no length")
    return length


def _scan_end(content: memoryview, at: int) -> int:
    found = _AFTER_SCAN.search(content, at)
    return found.start() if found else len(content)


def _segment(marker: int, content: bytes | memoryview) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(content) + 2) + content
