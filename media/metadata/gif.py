"""GIF: its frames, how long each is shown, and how often all of them; no comments, texts or data of programs."""

from __future__ import annotations

from errors import DamagedError

_HEADER = 13
_EXTENSION, _IMAGE, _TRAILER, _PADDING = 0x21, 0x2C, 0x3B, 0x00
_CONTROL, _APPLICATION = 0xF9, 0xFF
_LOOPS = frozenset({b"NETSCAPE2.0", b"ANIMEXTS1.0"})
_TABLE, _TABLE_SIZE = 0x80, 0x07
_DESCRIPTOR_BYTES, _CONTROL_BYTES, _LOOP_BYTES = 9, 4, 3


def cleaned(content: memoryview) -> bytes:
    """Up to its trailer."""
    if bytes(content[:6]) not in {b"GIF87a", b"GIF89a"}:
        raise DamagedError("does not begin")
    reader = _Reader(content)
    while reader.goes_on():
        pass
    return bytes(reader.kept)


class _Reader:
    """Goes through a GIF block by block; `kept` is what is needed of what it has passed."""

    def __init__(self, content: memoryview) -> None:
        self._content, self._at, self._has_image = content, 0, False
        self.kept = bytearray()
        self.kept += self._next(_HEADER)
        self.kept += self._table(content[10])

    def goes_on(self) -> bool:
        """Passes one block; False once that was the end."""
        introducer = self._next(1)[0]
        if introducer == _TRAILER and self._has_image:
            self.kept.append(_TRAILER)
            return False
        if introducer == _IMAGE:
            self._image()
        elif introducer == _EXTENSION:
            self._extension()
        elif introducer != _PADDING:
            raise DamagedError("unknown block")
        return True

    def _image(self) -> None:
        start = self._at - 1
        descriptor = self._next(_DESCRIPTOR_BYTES)
        self._table(descriptor[-1])
        self._next(1)  # how wide the first codes are
        while self._block():
            pass
        self.kept += self._content[start : self._at]
        self._has_image = True

    def _extension(self) -> None:
        label, first = self._next(1)[0], self._block()
        if label == _CONTROL:
            if len(first) < _CONTROL_BYTES:
                raise DamagedError("control")
            self.kept += bytes((_EXTENSION, _CONTROL, _CONTROL_BYTES, *first[:_CONTROL_BYTES], 0))
        loops = label == _APPLICATION and bytes(first) in _LOOPS
        while first and (block := self._block()):
            if loops and len(block) >= _LOOP_BYTES and block[0] & 7 == 1:
                self.kept += bytes((_EXTENSION, _APPLICATION, len(first), *first, _LOOP_BYTES, 1, *block[1:3], 0))
                loops = False

    def _table(self, flags: int) -> memoryview:
        return self._next(3 << (flags & _TABLE_SIZE) + 1 if flags & _TABLE else 0)

    def _block(self) -> memoryview:
        """The next of the blocks that data comes in; the last of them is empty."""
        return self._next(self._next(1)[0])

    def _next(self, length: int) -> memoryview:
        found = self._content[self._at : self._at + length]
        if len(found) < length:
            raise DamagedError("cut")
        self._at += length
        return found
