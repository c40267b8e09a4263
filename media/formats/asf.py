"""Windows Media (ASF): a header of objects, each named by a GUID."""

from __future__ import annotations

from collections.abc import Iterator

from media.formats.found import Found, lasting

_HEADER = bytes.fromhex("3026b2758e66cf11a6d9")  # the rest of the GUID is the same for every object of ASF
_FILE = bytes.fromhex("a1dcab8c47a9cf118ee400c00c205365")
_STREAM = bytes.fromhex("9107dcb7b7a9cf118ee600c00c205365")
_VIDEO = bytes.fromhex("c0ef19bc4d5bcf11a8fd00805f5c442b")
_AUDIO = bytes.fromhex("409e69f84d5bcf11a8fd00805f5c442b")
_HEADER_BYTES, _OBJECT_BYTES = 30, 24
_LENGTH, _PREROLL = slice(40, 48), slice(56, 64)  # of a file object: 100 ns, and ms of it before anything is shown


def begins(head: bytes) -> bool:
    """Whether a header object comes first."""
    return head.startswith(_HEADER)


def read(head: bytes) -> Found:
    """Video, or sound where that is all the streams named."""
    objects = list(_objects(head))
    streams = {body[:16] for name, body in objects if name == _STREAM}
    mime_type = "audio/x-ms-wma" if _AUDIO in streams and _VIDEO not in streams else "video/x-ms-wmv"
    return Found(mime_type, next((_seconds(body) for name, body in objects if name == _FILE), None))


def _objects(head: bytes) -> Iterator[tuple[bytes, bytes]]:
    at, end = _HEADER_BYTES, int.from_bytes(head[16:24], "little")
    while at + _OBJECT_BYTES <= min(end, len(head)):
        size = int.from_bytes(head[at + 16 : at + _OBJECT_BYTES], "little")
        if size < _OBJECT_BYTES:
            return
        yield head[at : at + 16], head[at + _OBJECT_BYTES : at + size]
        at += size


def _seconds(properties: bytes) -> float | None:
    length, preroll = (int.from_bytes(properties[part], "little") for part in (_LENGTH, _PREROLL))
    return lasting(length - preroll * 10_000, 10_000_000)
