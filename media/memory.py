"""A file that is in memory already, in the shape of one that is streamed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from media.models import HEAD_BYTES

_CHUNK_BYTES = 128 * 1024


@dataclass(frozen=True, slots=True)
class MemoryFile:
    """An `OpenedFile` over bytes."""

    data: bytes = field(repr=False)

    @property
    def size(self) -> int:
        """How many bytes it has."""
        return len(self.data)

    @property
    def head(self) -> bytes:
        """The first 64 KiB at most."""
        return self.data[:HEAD_BYTES]

    async def look(self, at: int) -> bytes:
        """As many from there on."""
        return self.data[at : at + HEAD_BYTES]

    async def chunks(self) -> AsyncIterator[bytes]:
        """All of it, in pieces."""
        for start in range(0, len(self.data), _CHUNK_BYTES):
            yield self.data[start : start + _CHUNK_BYTES]
