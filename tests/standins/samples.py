"""The beginnings of files, as far as anyone looks at them."""

from __future__ import annotations

import struct
import zlib


def png(width: int = 2, height: int = 3, *, extra: bytes = b"") -> bytes:
    """A real PNG; `extra` chunks go before the pixels."""
    rows = b"".join(b"\0" + b"\x80" * width * 3 for _ in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    signature = b"\x89PNG\r\n\x1a\n"
    return signature + chunk(b"IHDR", header) + extra + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


APNG = png(extra=chunk(b"acTL", struct.pack(">II", 2, 0)))
GIF = b"GIF89a" + struct.pack("<HH", 4, 5) + b"\x80\0\0" + b"\0\0\0\xff\xff\xff" + b"!\xff\x0bNETSCAPE2.0\x03\x01\0\0\0"
GIF += b",\0\0\0\0\x04\0\x05\0\0\x02\x02\x84\x51\0;"
JPEG = b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0" + b"\xff\xc0\0\x11\x08\0\x05\0\x04\x03" + bytes(9)
TIFF = b"II*\0\x08\0\0\0\x06\0" + b"".join(
    struct.pack("<HHII", tag, 4, 1, value)
    for tag, value in ((256, 4), (257, 5), (262, 1), (273, 8), (278, 5), (279, 20))
)
TIFF += bytes(24)
WEBP = b"RIFF\x1a\0\0\0WEBPVP8L\x0d\0\0\0\x2f\0\0\0\x10\x07\x10\x11\x11\x88\x88\xfe\x07\0"
HEIC = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(32)
PDF = b"%PDF-1.7\n" + bytes(64)
BMP = b"BM" + bytes(60)
MP4 = b"\0\0\0\x20ftypisom\0\0\x02\0isomiso2avc1mp41" + bytes(64)
MOV = b"\0\0\0\x14ftypqt  \0\0\0\0qt  " + bytes(64)
WEBM = b"\x1aE\xdf\xa3\x9fB\x86\x81\x01B\xf7\x81\x01B\xf2\x81\x04B\xf3\x81\x08B\x82\x84webm" + bytes(64)
MKV = b"\x1aE\xdf\xa3\x9fB\x86\x81\x01B\xf7\x81\x01B\xf2\x81\x04B\xf3\x81\x08B\x82\x88matroska" + bytes(64)
