"""WebP: what codes the picture and its animation, its colour profile and its orientation."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from errors import DamagedError
from media.metadata import orientation

_HEADER, _CHUNK_HEADER, _FRAME_HEADER, _EXTENDED = 12, 8, 16, 10
_PIXELS = frozenset({b"VP8 ", b"VP8L"})
_FIRST = _PIXELS | {b"VP8X", b"ALPH", b"ANIM", b"ICCP", b"EXIF"}
"""Of these there is one; decoders take the first."""
_IN_FRAME = _PIXELS | {b"ALPH"}
_HAS_EXIF, _UNDERSTOOD = 0x08, 0x32
"""Flags of an extended file; those understood: a profile, transparency, animation."""


def cleaned(content: memoryview) -> bytes:
    """Up to the end that its header names."""
    end = _CHUNK_HEADER + int.from_bytes(content[4:8], "little")
    if bytes(content[:4]) + bytes(content[8:12]) != b"RIFFWEBP" or end > len(content):
        raise DamagedError("cut")
    kept, seen, up = bytearray(b"RIFF\0\0\0\0WEBP"), set[bytes](), orientation.UPRIGHT
    for kind, body in _chunks(content[_HEADER:end]):
        if kind == b"ANMF":
            kept += _frame(body)
        elif kind not in _FIRST or kind in seen:
            continue
        elif kind == b"EXIF":
            up = orientation.read(body)
        elif kind == b"VP8X":
            kept += _extended(body, is_first=not seen)
        else:
            kept += _chunk(kind, body)
        seen.add(kind)
    if not seen & {*_PIXELS, b"ANMF"}:
        raise DamagedError("no picture")
    return _whole(kept, orientation.written(up))


def _extended(body: memoryview, *, is_first: bool) -> bytes:
    if len(body) < _EXTENDED or not is_first:
        raise DamagedError("header")
    return _chunk(b"VP8X", bytes((body[0] & _UNDERSTOOD, 0, 0, 0)) + body[4:_EXTENDED])


def _whole(kept: bytearray, exif: bytes) -> bytes:
    """The file with its orientation, which only an extended one can have."""
    if exif and kept[_HEADER : _HEADER + 4] == b"VP8X":
        kept += _chunk(b"EXIF", exif)
        kept[_HEADER + _CHUNK_HEADER] |= _HAS_EXIF
    kept[4:8] = struct.pack("<I", len(kept) - _CHUNK_HEADER)
    return bytes(kept)


def _frame(body: memoryview) -> bytes:
    """A frame of an animation, without what else was put into it."""
    kept, has_pixels = bytearray(body[:_FRAME_HEADER]), False
    for kind, part in _chunks(body[_FRAME_HEADER:]):
        kept += _chunk(kind, part) if kind in _IN_FRAME else b""
        has_pixels |= kind in _PIXELS
    if not has_pixels:
        raise DamagedError("no picture")
    return _chunk(b"ANMF", kept)


def _chunks(content: memoryview) -> Iterator[tuple[bytes, memoryview]]:
    at = 0
    while at < len(content):
        start = at + _CHUNK_HEADER
        end = start + int.from_bytes(content[at + 4 : start], "little")
        if end > len(content):
            raise DamagedError("cut")
        yield bytes(content[at : at + 4]), content[start:end]
        at = end + end % 2


def _chunk(kind: bytes, body: bytes | bytearray | memoryview) -> bytes:
    return b"".join((kind, struct.pack("<I", len(body)), body, bytes(len(body) % 2)))
