"""What Discord knows about an attachment, as the services take it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePath

import discord

from errors import FileAndAddressError, NothingToUploadError
from services.text import line
from services.upload import Address, IncomingFile, Origin, read_address

SPOILER = "SPOILER_"  # older clients mark spoilers by it; the flag says it now
NAME_LIMIT = 100


def incoming(file: discord.Attachment) -> IncomingFile:
    """An attachment, under the name that its user gave it."""
    return IncomingFile(
        _name(file),
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


def _name(file: discord.Attachment) -> str:
    """Where Discord cannot keep a name, it calls the file something else and gives the name as its title."""
    kept = file.filename.removeprefix(SPOILER)
    ending = PurePath(kept).suffix
    title = line(file.title, NAME_LIMIT).removeprefix(SPOILER)
    if not title:
        return kept
    return title if title.casefold().endswith(ending.casefold()) else title + ending


def _origin(file: discord.Attachment) -> Origin | None:
    if file.is_voice_message():
        return Origin.VOICE_MESSAGE
    if file.flags.clip:
        return Origin.CLIP
    return Origin.REMIX if file.flags.remix else None
