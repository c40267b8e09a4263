"""GIF, block by block, without decoding: frames, how each is shown, and how often all of them are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from errors import DamagedError
from media.cut import CutError

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


def parts(content: memoryview, *, mend: bool = False) -> Iterator[Part]:
    """All that is shown, in order, up to the trailer. Raises DamagedError for a file that is cut or broken.

    With `mend`, such a one ends where decoders give up, a frame that is cut with as much as there is of it.
    """
    reader = _Reader(content)
    yield reader.head()
    has_frame = False
    try:
        for part in _behind_head(reader):
            has_frame |= isinstance(part, Frame)
            yield part
    except DamagedError:
        rest = reader.rest()
        if not mend or not (has_frame or rest):
            raise
        if rest:
            yield rest
        return
    if not has_frame:
        raise DamagedError("no picture")


def _behind_head(reader: _Reader) -> Iterator[Part]:
    while (introducer := reader.number()) != _TRAILER:
        if introducer == _IMAGE:
            yield reader.frame()
        elif introducer == _EXTENSION:
            yield from reader.extension()
        elif introducer != _PADDING:
            raise DamagedError("unknown block")


def moves(content: memoryview) -> bool:
    """Whether it has more than one frame. Raises DamagedError where it has none."""
    frames = (part for part in parts(content, mend=True) if isinstance(part, Frame))
    return next(frames, None) is not None and next(frames, None) is not None


class _Reader:
    def __init__(self, content: memoryview) -> None:
        self._content, self._at = content, 0
        self._frame_at, self._pixels_at = 0, 0  # of a frame that is being read

    def head(self) -> Head:
        head = self._next(_HEADER)
        if bytes(head[:6]) not in {b"GIF87a", b"GIF89a"}:
            raise DamagedError("does not begin")
        self._table(head[10])
        return Head(self._content[: self._at])

    def frame(self) -> Frame:
        start = self._frame_at = self._at - 1
        self._table(self._next(_DESCRIPTOR_BYTES)[-1])
        self.number()  # how wide the first codes are
        self._pixels_at = self._at
        while self._block():
            pass
        self._pixels_at = 0
        return Frame(self._content[start : self._at])

    def rest(self) -> Frame | None:
        """As much as there is of the frame that was being read."""
        at, end = self._pixels_at, len(self._content)
        if not at or at + 1 >= end:
            return None
        while at < end and at + self._content[at] < end:
            at += self._content[at] + 1
        last = bytes(self._content[at + 1 :])
        whole = bytes(self._content[self._frame_at : at]) + (bytes([len(last)]) + last if last else b"")
        return Frame(memoryview(whole + b"\0"))

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
            raise CutError
        self._at += length
        return found
