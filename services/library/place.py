"""Which list a gallery shows, and what is looked for in it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from imgur.models import Sort


class Source(StrEnum):
    """Where a gallery's items come from."""

    ACCOUNT = "account"
    ANONYMOUS = "anonymous"
    ALBUM = "album"
    FAVORITES = "favorites"
    ALBUMS = "albums"


@dataclass(frozen=True, slots=True)
class Place:
    """A list: `sort` matters to favorites only, `album` is the id of an album's images.

    `view` is the id under which is remembered what is looked for in the list; empty: nothing in particular. As text it
    is short enough for a button.
    """

    source: Source
    sort: Sort = "newest"
    album: str | None = None
    view: str = ""

    @classmethod
    def parse(cls, text: str) -> Self:
        """The reverse of `str`. Raises ValueError for what it never gave."""
        text, _, view = text.partition("~")
        name, _, detail = text.partition(".")
        source = Source(name)
        if source is Source.FAVORITES:
            return cls(source, "oldest" if detail == "oldest" else "newest", view=view)
        return cls(source, album=detail or None, view=view)

    def __str__(self) -> str:
        detail = self.sort if self.source is Source.FAVORITES else self.album
        view = f"~{self.view}" if self.view else ""
        return f"{self.source.value}.{detail}{view}" if detail else f"{self.source.value}{view}"
