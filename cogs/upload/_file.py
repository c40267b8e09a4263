"""What Discord knows about an attachment, as the services take it."""

from __future__ import annotations

from dataclasses import replace

import discord

from errors import FileAndAddressError, NothingToUploadError
from services.message import called
from services.upload import Address, IncomingFile, Origin, read_address


def incoming(file: discord.Attachment) -> IncomingFile:
    """An attachment, under the name that its user gave it."""
    return IncomingFile(
        called(file.filename, file.title),
        file.size,
        file.url,
        file.content_type,
        handle=file,
        description=file.description,
        hidden=file.is_spoiler(),
        seconds=file.duration,
        origin=_origin(file),
    )


def given(file: discord.Attachment | None, url: str | None, *, hidden: bool) -> IncomingFile | Address:
    """What a command was given to upload, `hidden` if its user says so or it was already.

    Raises NothingToUploadError, FileAndAddressError, and what `read_address` raises.
    """
    if file is not None and url:
        raise FileAndAddressError
    if file is not None:
        found = incoming(file)
        return replace(found, hidden=found.hidden or hidden)
    if url:
        return read_address(url, hidden=hidden)
    raise NothingToUploadError


def _origin(file: discord.Attachment) -> Origin | None:
    if file.is_voice_message():
        return Origin.VOICE_MESSAGE
    if file.flags.clip:
        return Origin.CLIP
    return Origin.REMIX if file.flags.remix else None
