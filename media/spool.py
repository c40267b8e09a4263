"""A file whose size nobody tells, kept on disk until it is known."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import IO

from errors import FileEndlessError
from media.kind import VIDEO_LIMIT, identify
from media.models import HEAD_BYTES, OpenedFile

STILL_LIMIT = 50_000_000
"""Bytes of a picture: larger ones are not made to fit either."""
_CHUNK_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class _Spooled:
    size: int
    head: bytes
    kept: IO[bytes]

    async def look(self, at: int) -> bytes:
        return await asyncio.to_thread(self._read, at, HEAD_BYTES)

    async def chunks(self) -> AsyncIterator[bytes]:
        for at in range(0, self.size, _CHUNK_BYTES):
            yield await asyncio.to_thread(self._read, at, _CHUNK_BYTES)

    def _read(self, at: int, count: int) -> bytes:
        self.kept.seek(at)
        return self.kept.read(count)


@asynccontextmanager
async def spooled(name: str, head: bytes, chunks: AsyncIterator[bytes]) -> AsyncIterator[OpenedFile]:
    """All of a file that begins with `head`, open for readings. It leaves no name on the disk.

    Raises FileEndlessError for one that goes on beyond the limit of its kind, so nobody can fill the disk.
    """
    kind = identify(head)
    video = kind is not None and kind.video
    limit = VIDEO_LIMIT if video else STILL_LIMIT
    with tempfile.TemporaryFile() as kept:
        size = 0
        async for chunk in chunks:
            size += len(chunk)
            if size > limit:
                raise FileEndlessError(name, size, limit, video=video)
            await asyncio.to_thread(kept.write, chunk)
        yield _Spooled(size, head, kept)
