"""AVI: RIFF, in which lists hold lists, and each stream says what kind it is of."""

from __future__ import annotations

import re
from collections.abc import Iterator

from media.formats.found import Found, lasting, moving

_BEGINNING = re.compile(rb"RIFF....AVI ", re.DOTALL)
_LIST, _CHUNK = 12, 8
_KINDS = {b"vids": "video", b"iavs": "video", b"auds": "audio"}  # iavs: pictures and sound in one
_MICROSECONDS = 1_000_000


def begins(head: bytes) -> bool:
    """Whether it says so."""
    return _BEGINNING.match(head) is not None


def read(head: bytes) -> Found | None:
    """Video, or sound where that is all the streams listed."""
    header, whole = next(
        ((body, whole) for name, body, whole in _chunks(head[_LIST:]) if name == b"hdrl"), (b"", False)
    )
    streams, seconds = set[str](), None
    for name, body, _ in _chunks(header):
        if name == b"avih":
            frame, frames = (int.from_bytes(body[at : at + 4], "little") for at in (0, 16))
            seconds = lasting(frame * frames, _MICROSECONDS)
        elif name == b"strl":
            described = next((part for kind, part, _ in _chunks(body) if kind == b"strh"), b"")
            streams.add(_KINDS.get(described[:4], "other"))
    mime_type = moving("x-msvideo", streams, whole=whole)
    return Found(mime_type, seconds) if mime_type else None


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes, bool]]:
    """The chunks that begin in `data`, a list by its own name: name, body, and whether all of it is there."""
    at = 0
    while at + _CHUNK <= len(data):
        name, size = data[at : at + 4], int.from_bytes(data[at + 4 : at + _CHUNK], "little")
        start, end = at + _CHUNK, at + _CHUNK + size
        if name == b"LIST":
            name, start = data[start : start + 4], start + 4
        yield name, data[start:end], end <= len(data)
        at = end + size % 2
