"""What is found in a message."""

from __future__ import annotations

from dataclasses import dataclass

from media.models import IncomingFile


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture or video of a message; `title` is what it could be called, None where nothing says so.

    The file's size is 0 where Discord does not tell it.
    """

    file: IncomingFile
    title: str | None = None


@dataclass(frozen=True, slots=True)
class Linked:
    """What a message links to on Imgur: what it most likely is, its id, and the text by which services find it."""

    kind: str
    id: str
    text: str


@dataclass(frozen=True, slots=True)
class Contents:
    """What there is to upload, each thing once; what stands `elsewhere` only, and what is on Imgur already.

    `elsewhere` counts pictures of which Discord has no copy: the bot visits no other site.
    """

    pictures: tuple[Picture, ...]
    elsewhere: int = 0
    on_imgur: tuple[Linked, ...] = ()
