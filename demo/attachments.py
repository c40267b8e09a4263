"""Opening attachments in the demo: simcord keeps them in memory and hands them out through `Attachment.read` only."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import discord

from errors import AttachmentGoneError
from media.memory import MemoryFile
from media.models import IncomingFile, OpenedFile


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
        yield MemoryFile(data)
