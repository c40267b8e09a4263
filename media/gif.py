"""GIF, block by block, without decoding: frames, how each is shown, and how often all of them are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from errors import DamagedError

_HEADER = 13
_EXTENSION, _IMAGE, _TRAILER, _PADDING = 0x21, 0x2C, 0x3B, 0x00
_CONTROL, _APPLICATION = 0xF9, 0xFF
_LOOPS = frozenset({b"NETSCAPE2.0", b"ANIMEXTS1.0"})
_TABLE, _TABLE_SIZE = 0x80, 0x07
_DESCRIPTOR_BYTES, _CONTROL_BYTES, _LOOP_BYTES = 9, 4, 3


@dataclass(frozen=True, slots=True)
class Head:
    """The beginning: version, size and common colours."""

    whole: memoryview


@dataclass(frozen=True, slots=True)
class Control:
    """How the next frame is shown: flags, delay in hundredths of a second, transparent colour."""

    content: memoryview


@dataclass(frozen=True, slots=True)
class Loop:
    """How often it begins anew, 0 for ever, as a program of this name says it."""

    name: memoryview
    count: memoryview


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame: its place and size, its colours and its pixels."""

    whole: memoryview


Part: TypeAlias = Head | Control | Loop | Frame


def parts(content: memoryview) -> Iterator[Part]:
    """All that is shown, in order, up to the trailer. Raises DamagedError for a file that is cut or broken."""
    reader = _Reader(content)
    yield reader.head()
    has_frame = False
    while (introducer := reader.number()) != _TRAILER:
        if introducer == _IMAGE:
            yield reader.frame()
            has_frame = True
        elif introducer == _EXTENSION:
            yield from reader.extension()
        elif introducer != _PADDING:
            raise DamagedError("unknown block")
    if not has_frame:
        raise DamagedError("no picture")


def moves(content: memoryview) -> bool:
    """Whether it has more than one frame. Raises DamagedError."""
    frames = (part for part in parts(content) if isinstance(part, Frame))
    return next(frames, None) is not None and next(frames, None) is not None


class _Reader:
    def __init__(self, content: memoryview) -> None:
        self._content, self._at = content, 0

    def head(self) -> Head:
        head = self._next(_HEADER)
        if bytes(head[:6]) not in {b"GIF87a", b"GIF89a"}:
            raise DamagedError("does not begin")
        self._table(head[10])
        return Head(self._content[: self._at])

    def frame(self) -> Frame:
        start = self._at - 1
        self._table(self._next(_DESCRIPTOR_BYTES)[-1])
        self.number()  # how wide the first codes are
        while self._block():
            pass
        return Frame(self._content[start : self._at])

    def extension(self) -> Iterator[Control | Loop]:
        """What an extension says of the pictures; no comments, texts or data of programs."""
        label, first = self.number(), self._block()
        if label == _CONTROL:
            if len(first) < _CONTROL_BYTES:
                raise DamagedError("control")
            yield Control(first[:_CONTROL_BYTES])
        loops = label == _APPLICATION and bytes(first) in _LOOPS
        while first and (block := self._block()):
            if loops and len(block) >= _LOOP_BYTES and block[0] & 7 == 1:
                yield Loop(first, block[1:_LOOP_BYTES])
                loops = False

    def number(self) -> int:
        return self._next(1)[0]

    def _table(self, flags: int) -> None:
        self._next(3 << (flags & _TABLE_SIZE) + 1 if flags & _TABLE else 0)

    def _block(self) -> memoryview:
        """The next of the blocks that data comes in; the last of them is empty."""
        return self._next(self.number())

    def _next(self, length: int) -> memoryview:
        found = self._content[self._at : self._at + length]
        if len(found) < length:
            raise DamagedError("cut")
        self._at += length
        return found
