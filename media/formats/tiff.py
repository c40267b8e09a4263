"""TIFF, and the cameras' raw formats that look like it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, TypeAlias

from media.formats.found import Found

_ORDERS: dict[bytes, Literal["little", "big"]] = {b"II": "little", b"MM": "big"}
_TIFF, _BIG_TIFF, _JPEG_XR = 42, 43, 0x01BC
_RAW_MAGIC = {0x4F52: "olympus-orf", 0x5352: "olympus-orf", 0x55: "panasonic-rw2", 0x1A: "canon-crw"}
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 6: 1, 7: 1, 8: 2, 9: 4, 13: 4}
_HEADER, _ENTRY, _INLINE = 8, 12, 4

_SUBFILE, _WIDTH, _COMPRESSION, _COLOURS, _MAKE, _INNER, _DNG_VERSION = 254, 256, 259, 262, 271, 330, 50706
_REDUCED = 1
_RAW_TAGS = frozenset({33421, 33422, 37398, 50740})  # a colour filter's pattern, TIFF/EP, a maker's private data
_RAW_COLOURS = frozenset({32803, 34892})  # a colour filter's array, linear raw
_RAW_COMPRESSIONS = frozenset({34713, 32767, 32769, 32770, 32772, 65000, 65535})
_READ = frozenset({_SUBFILE, _COMPRESSION, _COLOURS, _INNER})
_MOST_DIRECTORIES = _MOST_VALUES = 16
_MOST_TAGS = 512

Tags: TypeAlias = dict[int, tuple[int, ...]]


@dataclass(frozen=True, slots=True)
class _Reader:
    data: bytes
    order: Literal["little", "big"]

    def number(self, at: int, size: int) -> int:
        return int.from_bytes(self.data[at : at + size], self.order)

    def directory(self, at: int) -> tuple[Tags, int]:
        """The tags of a directory and where the next one begins."""
        end = at + 2 + min(self.number(at, 2), _MOST_TAGS) * _ENTRY
        entries = range(at + 2, min(end, len(self.data) - _ENTRY + 1), _ENTRY)
        return {self.number(entry, 2): self._values(entry) for entry in entries}, self.number(end, 4)

    def _values(self, entry: int) -> tuple[int, ...]:
        if self.number(entry, 2) not in _READ:
            return ()
        size, count = _SIZES.get(self.number(entry + 2, 2), 0), min(self.number(entry + 4, 4), _MOST_VALUES)
        at = entry + 8 if size * self.number(entry + 4, 4) <= _INLINE else self.number(entry + _HEADER, 4)
        return tuple(self.number(at + size * index, size) for index in range(count if size else 0))

    def directories(self) -> Iterator[Tags]:
        """All that begin in the data, the inner ones too, each once."""
        waiting, seen = [self.number(4, 4)], set[int]()
        while waiting and len(seen) < _MOST_DIRECTORIES:
            at = waiting.pop(0)
            if at in seen or not _HEADER <= at < len(self.data) - 2:
                continue
            seen.add(at)
            tags, following = self.directory(at)
            yield tags
            waiting += [*tags.get(_INNER, ()), following]


def begins(head: bytes) -> bool:
    """Whether it looks like a member of the family."""
    order = _ORDERS.get(head[:2])
    magic = int.from_bytes(head[2:4], order) if order else 0
    return magic in {_TIFF, _BIG_TIFF, _JPEG_XR, *_RAW_MAGIC}


def read(head: bytes) -> Found | None:
    """TIFF, or what else it is; one whose directory lies beyond the beginning is taken at its word."""
    reader = _Reader(head, _ORDERS[head[:2]])
    magic = reader.number(2, 2)
    if magic != _TIFF:
        named = {_BIG_TIFF: "tiff-big", _JPEG_XR: "jxr"} | _RAW_MAGIC
        return Found(f"image/x-{named[magic]}")
    if head[8:10] == b"CR":
        return Found("image/x-canon-cr2")
    directories = list(reader.directories())
    if any(_DNG_VERSION in tags for tags in directories):
        return Found("image/x-adobe-dng")
    if any(map(_is_raw, directories)) or any(_is_preview(tags, len(head)) for tags in directories[:1]):
        return Found("image/x-raw")
    if directories:
        return Found("image/tiff") if _WIDTH in directories[0] else None
    return Found("image/tiff") if reader.number(4, 4) >= len(head) - 2 else None


def _is_preview(tags: Tags, seen: int) -> bool:
    """Whether a camera has put a small picture first; what it took is within, perhaps too far to be looked at."""
    within = tags.get(_INNER, ())
    reduced = any(value & _REDUCED for value in tags.get(_SUBFILE, ()))
    return _MAKE in tags and bool(within) and (reduced or any(at >= seen - 2 for at in within))


def _is_raw(tags: Tags) -> bool:
    return bool(
        _RAW_TAGS & tags.keys()
        or _RAW_COLOURS & set(tags.get(_COLOURS, ()))
        or _RAW_COMPRESSIONS & set(tags.get(_COMPRESSION, ()))
    )
