"""Windows Media (ASF): a header of objects, each named by a GUID."""

from __future__ import annotations

from collections.abc import Iterator

from media.formats.found import Found

_HEADER = bytes.fromhex("3026b2758e66cf11a6d9")  # the rest of the GUID is the same for every object of ASF
_STREAM = bytes.fromhex("9107dcb7b7a9cf118ee600c00c205365")
_VIDEO = bytes.fromhex("c0ef19bc4d5bcf11a8fd00805f5c442b")
_AUDIO = bytes.fromhex("409e69f84d5bcf11a8fd00805f5c442b")
_HEADER_BYTES, _OBJECT_BYTES = 30, 24


def begins(head: bytes) -> bool:
    """Whether a header object comes first."""
    return head.startswith(_HEADER)


def read(head: bytes) -> Found:
    """Video, or sound where that is all the streams named."""
    streams = set(_streams(head))
    return Found("audio/x-ms-wma" if _AUDIO in streams and _VIDEO not in streams else "video/x-ms-wmv")


def _streams(head: bytes) -> Iterator[bytes]:
    at, end = _HEADER_BYTES, int.from_bytes(head[16:24], "little")
    while at + _OBJECT_BYTES <= min(end, len(head)):
        size = int.from_bytes(head[at + 16 : at + _OBJECT_BYTES], "little")
        if size < _OBJECT_BYTES:
            return
        if head[at : at + 16] == _STREAM:
            yield head[at + _OBJECT_BYTES : at + _OBJECT_BYTES + 16]
        at += size
