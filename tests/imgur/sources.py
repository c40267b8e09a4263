from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from tests.standins.samples import png

CHUNK = 64 * 1024


@dataclass
class Source:
    """What is to be uploaded, in chunks; `size` is what it announces."""

    parts: list[bytes] = field(default_factory=lambda: [png()])
    announced: int | None = None
    name: str = "cat.png"
    mime_type: str = "image/png"
    error: Exception | None = None
    reads: int = 0
    closed: bool = False

    @property
    def size(self) -> int:
        return sum(map(len, self.parts)) if self.announced is None else self.announced

    async def chunks(self) -> AsyncIterator[bytes]:
        self.reads += 1
        try:
            for part in self.parts:
                yield part
            if self.error:
                raise self.error
        finally:
            self.closed = True


@dataclass
class LargeSource(Source):
    """`length` bytes that never are in memory together; `pause` is waited for in the middle."""

    length: int = 64 * 1024 * 1024
    head: bytes = b""
    pause: asyncio.Event | None = None
    paused: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def size(self) -> int:
        return self.length

    async def chunks(self) -> AsyncIterator[bytes]:
        chunk = bytes(CHUNK)
        try:
            yield self.head
            left = self.length - len(self.head)
            while left:
                if self.pause and left < self.length // 2:
                    self.paused.set()
                    await self.pause.wait()
                yield chunk[:left]
                left -= min(left, CHUNK)
        finally:
            for _ in range(5):  # tidying up takes a moment
                await asyncio.sleep(0)
            self.closed = True
