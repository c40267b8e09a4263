"""What an error is about, in the user's own words: which file, or which picture or album."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any, cast

import discord

from cogs.ui.markdown import Markdown, plain
from cogs.ui.words import label, small
from errors import (
    AlbumExistsError,
    AlbumGivenError,
    AlbumIncompleteError,
    AlbumTitleError,
    AlbumUncertainError,
    AttachmentUnavailableError,
    CannotCleanError,
    CannotShrinkError,
    DamagedError,
    DetailsStayError,
    DuplicateError,
    EmptyFileError,
    FileTooLargeError,
    ImageGivenError,
    NotAnItemError,
    NotYoursError,
    SeveralGivenError,
    TitleSharedError,
    TooManyPixelsError,
    TooMuchWorkError,
    UnsupportedFileError,
    UploadUncertainError,
    VideoTooLongError,
    VoiceMessageError,
)
from imgur.errors import ForbiddenError, NotFoundError, SourceLengthError, TooLargeError, UnsupportedTypeError
from locales.text import Text

NAME_LIMIT = 80
_FILES = (
    *(FileTooLargeError, UnsupportedFileError, EmptyFileError, VideoTooLongError, VoiceMessageError),
    *(DamagedError, CannotCleanError, DetailsStayError),
    *(AttachmentUnavailableError, UploadUncertainError, TooLargeError, UnsupportedTypeError, SourceLengthError),
    *(CannotShrinkError, TooManyPixelsError, TooMuchWorkError, DuplicateError),
)
_ITEMS = (
    *(NotAnItemError, TitleSharedError, SeveralGivenError, NotYoursError, ImageGivenError, AlbumGivenError),
    *(NotFoundError, ForbiddenError, AlbumTitleError, AlbumExistsError, AlbumIncompleteError, AlbumUncertainError),
)
_KINDS = {
    "image": lambda item_id: Text("Image {id}", id=item_id),
    "album": lambda item_id: Text("Album {id}", id=item_id),
}
_DELETING = "delete"  # an address by which to delete something is not repeated


def subject(interaction: discord.Interaction[Any], error: BaseException) -> Markdown:
    """A line of markdown; empty where the error is about nothing that the user named."""
    if isinstance(error, _FILES):
        about = getattr(error, "name", "") or _option(interaction, "file")
    elif isinstance(error, _ITEMS):
        about = _pressed(interaction) or _named(interaction, error)
    else:
        about = ""
    return small(Markdown() if _DELETING in about.casefold() else plain(about, NAME_LIMIT))


def _named(interaction: discord.Interaction[Any], error: BaseException) -> str:
    """The picture or album that a command was given; of two the one it is about, or both where that is not plain."""
    if isinstance(error, NotAnItemError | TitleSharedError) and error.given:
        return error.given
    album, image = _option(interaction, "album"), _option(interaction, "image")
    if isinstance(error, ImageGivenError | NotYoursError):  # instead of an album, or no album of theirs
        return album or image
    if isinstance(error, AlbumGivenError):
        return image or album
    return " · ".join(filter(None, (album, image))) or _option(interaction, "title")


def _option(interaction: discord.Interaction[Any], name: str) -> str:
    """What a command was given, a file by its name."""
    given = getattr(interaction.namespace, name, None) if interaction.command else None
    if isinstance(given, discord.Attachment):
        return (given.title or given.filename).removeprefix("SPOILER_")
    return str(given or "")


def _pressed(interaction: discord.Interaction[Any]) -> str:
    """The image or album that a button, a form or a menu's entry stands for."""
    data = cast("Mapping[str, Any]", interaction.data or {})
    for text in (*data.get("values", ()), data.get("custom_id", "")):
        parts = text.split(":")
        for kind, item_id in pairwise(parts):
            if kind in _KINDS:
                return label(_KINDS[kind](item_id), NAME_LIMIT)
    return ""
