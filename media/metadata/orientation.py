"""Which way is up, the one thing in a picture's Exif that its look needs."""

from __future__ import annotations

import struct

_MARK = b"Exif\0"
_ORDERS = {b"II*\0": "<", b"MM\0*": ">"}
_ORIENTATION = 0x0112
_NUMBERS = {1: "B", 3: "H", 4: "I"}
_HEADER, _ENTRY = 8, 12
UPRIGHT = 1
_KNOWN = range(1, 9)


def read(exif: memoryview) -> int:
    """1 to 8, as a camera wrote it into the first directory; 1 where nothing that can be read says so."""
    tiff = exif[6:] if exif[:5] == _MARK else exif
    order = _ORDERS.get(bytes(tiff[:4]))
    if order is None or len(tiff) < _HEADER:
        return UPRIGHT
    (at,) = struct.unpack_from(f"{order}I", tiff, 4)
    if at + 2 > len(tiff):
        return UPRIGHT
    (count,) = struct.unpack_from(f"{order}H", tiff, at)
    for entry in range(at + 2, min(at + 2 + count * _ENTRY, len(tiff) - _ENTRY + 1), _ENTRY):
        tag, kind, values = struct.unpack_from(f"{order}HHI", tiff, entry)
        if tag == _ORIENTATION:
            return _value(tiff, entry, order, kind) if values == 1 else UPRIGHT
    return UPRIGHT


def _value(tiff: memoryview, entry: int, order: str, kind: int) -> int:
    if kind not in _NUMBERS:
        return UPRIGHT
    (value,) = struct.unpack_from(order + _NUMBERS[kind], tiff, entry + 8)
    return value if value in _KNOWN else UPRIGHT


def written(orientation: int) -> bytes:
    """Exif that says this and nothing else; nothing for a picture that is upright as it is."""
    if orientation == UPRIGHT:
        return b""
    return struct.pack(">4sIHHHIHHI", b"MM\0*", 8, 1, _ORIENTATION, 3, 1, orientation, 0, 0)
