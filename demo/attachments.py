"""Opening attachments in the demo: simcord keeps them in memory and hands them out through `Attachment.read` only."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import discord

from errors import AttachmentGoneError
from media.models import IncomingFile, OpenedFile

HEAD_BYTES = CHUNK_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class _Held:
    data: bytes

    @property
    def size(self) -> int:
        return len(self.data)

    @property
    def head(self) -> bytes:
        return self.data[:HEAD_BYTES]

    async def chunks(self) -> AsyncIterator[bytes]:
        for start in range(0, len(self.data), CHUNK_BYTES):
            yield self.data[start : start + CHUNK_BYTES]


class ReadAttachments:
    """An `AttachmentSource` that reads the attachment itself instead of its address."""

    @asynccontextmanager
    async def open(self, file: IncomingFile) -> AsyncIterator[OpenedFile]:
        """The file, held in memory. Raises AttachmentGoneError."""
        if not isinstance(file.handle, discord.Attachment):
            raise AttachmentGoneError("no attachment to read")
        try:
            data = await file.handle.read()
        except discord.HTTPException as error:
            raise AttachmentGoneError(f"status {error.status}") from error
        yield _Held(data)
