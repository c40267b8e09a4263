"""Files that stand on disk for a while, where a program has to find them by name."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from errors import AttachmentUnavailableError
from media.models import HEAD_BYTES, OpenedFile

_PREFIX = "imgur-bot-"
_LEFT_BEHIND = 2 * 60 * 60
"""Seconds after which a folder is nobody's any more: a process that was killed has left it."""
_CHUNK_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class DiskFile:
    """An `OpenedFile` over a path."""

    path: Path
    size: int
    head: bytes = field(repr=False)

    @classmethod
    async def of(cls, path: Path) -> DiskFile:
        """The file that stands there."""
        head = await asyncio.to_thread(_part, path, 0, HEAD_BYTES)
        return cls(path, (await asyncio.to_thread(path.stat)).st_size, head)

    async def look(self, at: int) -> bytes:
        """As many from there on."""
        return await asyncio.to_thread(_part, self.path, at, HEAD_BYTES)

    async def chunks(self) -> AsyncIterator[bytes]:
        """All of it, in pieces."""
        for at in range(0, self.size, _CHUNK_BYTES):
            yield await asyncio.to_thread(_part, self.path, at, _CHUNK_BYTES)


@asynccontextmanager
async def folder() -> AsyncIterator[Path]:
    """One that nobody else can look into; it goes with all that is in it."""
    path = Path(await asyncio.to_thread(_made))
    try:
        yield path
    finally:
        await asyncio.to_thread(shutil.rmtree, path, ignore_errors=True)


async def write(opened: OpenedFile, path: Path) -> None:
    """All of it, to that path. Raises AttachmentUnavailableError for one that has another size than was said."""
    size = 0
    with await asyncio.to_thread(path.open, "wb") as file:
        async for chunk in opened.chunks():
            size += len(chunk)
            if size > opened.size:
                break
            await asyncio.to_thread(file.write, chunk)
    if size != opened.size:
        raise AttachmentUnavailableError("of another size than announced")


def _part(path: Path, at: int, count: int) -> bytes:
    with path.open("rb", buffering=0) as file:
        file.seek(at)
        return file.read(count)


def _made() -> str:
    for old in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        if old.lstat().st_mtime < time.time() - _LEFT_BEHIND:
            shutil.rmtree(old, ignore_errors=True)
    return tempfile.mkdtemp(prefix=_PREFIX)
