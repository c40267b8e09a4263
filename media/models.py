"""An incoming file, before and after it is opened."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import IO, Protocol

HEAD_BYTES = 64 * 1024
"""How much of a file's beginning is looked at."""


class Origin(StrEnum):
    """How Discord made a file, where it was not made elsewhere."""

    VOICE_MESSAGE = "voice message"
    CLIP = "clip"
    REMIX = "remix"


@dataclass(frozen=True, slots=True)
class IncomingFile:
    """A file that someone attached. `name`, `size` (bytes) and `content_type` are what Discord announces, not proof.

    `url` is signed and expires: it is for opening the file, never for a log, a message or the database. `handle` is
    the border's own object, for sources that cannot work from the address. `description` says what is to be seen,
    `hidden` that it is not to be seen at once; `seconds` is how long it lasts, where Discord says so.
    """

    name: str
    size: int
    url: str = field(repr=False)
    content_type: str | None = None
    handle: object = field(default=None, repr=False, compare=False)
    description: str | None = None
    hidden: bool = False
    seconds: float | None = None
    origin: Origin | None = None


class Loss(StrEnum):
    """What could not be kept of a picture."""

    COLOURS = "colours"
    SOFTNESS = "softness"
    FRAMES = "frames"
    HDR = "hdr"
    TRANSPARENCY = "transparency"
    END = "end"
    FILM = "film"


@dataclass(frozen=True, slots=True)
class Changes:
    """What was done to a file before it was sent; nothing, unless told otherwise.

    `was` and `into` are MIME types, `into` None for a file whose pixels were not touched. `quality` and `size` (pixels)
    are told where it was made smaller, `others` is how many pictures it held beside the one that was taken. `is_mended`
    is one that was damaged, `keeps_details` one that could not be cleaned, which its user knows.
    """

    was: str | None = None
    into: str | None = None
    is_cleaned: bool = False
    quality: int | None = None
    size: tuple[int, int] | None = None
    lost: tuple[Loss, ...] = ()
    others: int = 0
    is_mended: bool = False
    keeps_details: bool = False


@dataclass(frozen=True, slots=True)
class Wish:
    """How a file is to be treated: whether what it tells of its making is taken out, and whether it may lose detail.

    With `as_is`, that goes along where it cannot be taken out.
    """

    clean: bool = True
    shrink: bool = False
    as_is: bool = False


class OpenedFile(Protocol):
    """A file of exactly `size` bytes. `head`, its first 64 KiB at most, is part of what `chunks` gives.

    `look` gives as many from an offset on, beside the reading; nothing where that cannot be had soon.
    """

    @property
    def size(self) -> int: ...

    @property
    def head(self) -> bytes: ...

    def chunks(self) -> AsyncIterator[bytes]: ...

    async def look(self, at: int) -> bytes: ...


@dataclass(frozen=True, slots=True)
class ReadyFile:
    """A file as Imgur takes it, under a name that says what it is."""

    name: str
    mime_type: str
    opened: OpenedFile
    video: bool
    changes: Changes = field(default_factory=Changes)


@dataclass(frozen=True, slots=True)
class FetchedPicture:
    """A picture that is here as a whole: the ending that its kind has, its size in bytes, and what to read it from."""

    ending: str
    size: int
    file: IO[bytes]
