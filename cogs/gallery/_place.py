"""Which list a gallery shows, short enough for a custom_id."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from imgur.models import Sort
from services.library.page import GalleryPage, Source


@dataclass(frozen=True, slots=True)
class Place:
    """A list: `sort` matters to favorites only, `album` is the id of an album's images."""

    source: Source
    sort: Sort = "newest"
    album: str | None = None

    @classmethod
    def of(cls, page: GalleryPage, sort: Sort = "newest") -> Self:
        """The list that a page was cut from."""
        return cls(page.source, sort, page.album.id if page.album else None)

    @classmethod
    def parse(cls, text: str) -> Self:
        """The reverse of `str`. Raises ValueError for what it never gave."""
        name, _, detail = text.partition(".")
        source = Source(name)
        if source is Source.FAVORITES:
            return cls(source, "oldest" if detail == "oldest" else "newest")
        return cls(source, album=detail or None)

    def __str__(self) -> str:
        detail = self.sort if self.source is Source.FAVORITES else self.album
        return f"{self.source.value}.{detail}" if detail else self.source.value
