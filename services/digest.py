"""What a file is known by, taken while it is read."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

from media.models import OpenedFile


@dataclass(slots=True)
class Digested:
    """An opened file as it is, whose `digest` (SHA-256, in hexadecimal) is there once all of it was read."""

    opened: OpenedFile = field(repr=False)
    digest: str | None = field(default=None, init=False)

    @property
    def size(self) -> int:
        """How many bytes it has."""
        return self.opened.size

    @property
    def head(self) -> bytes:
        """The first 64 KiB at most."""
        return self.opened.head

    async def look(self, at: int) -> bytes:
        """As many from there on."""
        return await self.opened.look(at)

    async def chunks(self) -> AsyncIterator[bytes]:
        """All of it. Who has the last piece may stop there, and has the digest."""
        taken, count = hashlib.sha256(), 0
        async for chunk in self.opened.chunks():
            taken.update(chunk)
            count += len(chunk)
            self.digest = taken.hexdigest() if count == self.size else None
            yield chunk
