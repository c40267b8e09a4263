"""Matroska and WebM: EBML (RFC 8794), in which a number may be written in as many bytes as its writer likes."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from media.formats.found import Found, lasting, moving

_EBML, _DOCTYPE, _SEGMENT = 0x1A45DFA3, 0x4282, 0x18538067
_INFO, _SCALE, _DURATION = 0x1549A966, 0x2AD7B1, 0x4489
_TRACKS, _TRACK, _TYPE = 0x1654AE6B, 0xAE, 0x83
_TYPES = {1: "video", 2: "audio", 3: "video"}  # pictures, sound, both in one
_CONTAINERS = {b"webm": "webm", b"matroska": "x-matroska"}
_NOTHING = (b"", False)
_LONGEST_ID, _LONGEST_SIZE = 4, 8
_FLOATS = {4: ">f", 8: ">d"}
_NANOSECONDS = 1_000_000_000
_DEFAULT_SCALE = 1_000_000


def begins(head: bytes) -> bool:
    """Whether an EBML header comes first."""
    return head.startswith(_EBML.to_bytes(4, "big"))


def read(head: bytes) -> Found | None:
    """WebM or Matroska; sound alone where the tracks say so. Other documents in EBML are not known."""
    parts = _parts(head)
    header = _parts(parts.get(_EBML, _NOTHING)[0])
    container = _CONTAINERS.get(header.get(_DOCTYPE, _NOTHING)[0].partition(b"\0")[0])
    if container is None:
        return None
    segment = _parts(parts.get(_SEGMENT, _NOTHING)[0])
    tracks, whole = segment.get(_TRACKS, _NOTHING)
    types = (_parts(body).get(_TYPE, _NOTHING)[0] for element, body, _ in _elements(tracks) if element == _TRACK)
    streams = {_TYPES.get(_integer(body), "other") for body in types}
    mime_type = moving(container, streams, whole=whole)
    return Found(mime_type, _seconds(segment.get(_INFO, _NOTHING)[0])) if mime_type else None


def _parts(data: bytes) -> dict[int, tuple[bytes, bool]]:
    return {element: (body, whole) for element, body, whole in _elements(data)}


def _elements(data: bytes) -> Iterator[tuple[int, bytes, bool]]:
    """The elements that begin in `data`: id, body, and whether all of it is there."""
    at = 0
    while at < len(data):
        identity, body = _number(data, at, _LONGEST_ID, marked=True)
        size, start = _number(data, body, _LONGEST_SIZE)
        if identity is None or start > len(data):
            return
        end = len(data) + 1 if size is None else start + size  # of unknown size: up to the end
        yield identity, data[start:end], end <= len(data)
        at = end


def _number(data: bytes, at: int, longest: int, *, marked: bool = False) -> tuple[int | None, int]:
    """A number of 1 to `longest` bytes and where it ends; None for one that says "unknown" or is none."""
    width = 9 - (data[at] if at < len(data) else 0).bit_length()
    end = at + width
    if width > longest or end > len(data):
        return None, len(data) + 1
    number = int.from_bytes(data[at:end], "big")
    mask = (1 << 7 * width) - 1
    if marked:
        return number, end
    return (None if number & mask == mask else number & mask), end


def _integer(body: bytes) -> int:
    return int.from_bytes(body, "big")


def _seconds(info: bytes) -> float | None:
    known = _parts(info)
    ticks, _ = known.get(_DURATION, _NOTHING)
    if len(ticks) not in _FLOATS:
        return None
    scale = _integer(known[_SCALE][0][:_LONGEST_SIZE]) if _SCALE in known else _DEFAULT_SCALE
    return lasting(float(struct.unpack(_FLOATS[len(ticks)], ticks)[0]) * scale, _NANOSECONDS)
