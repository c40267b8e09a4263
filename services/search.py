"""Imgur's public gallery, searched for everyone: a page is one credit, whoever asks for it and however often."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeAlias

from errors import NothingToSearchError
from imgur.models import Album, GallerySort, Image, Item, Page, Window
from services.cache import EVER, TimedCache, oldest
from services.library.ability import pictures
from services.library.page import PAGE_SIZE, located
from services.library.reading import weight_of_page
from services.library.suggestions import each_once
from services.ports import ImgurApi, UploadStore
from services.text import folded, is_visible, line

PAGE_SECONDS = 300
MOST_BYTES = 16_000_000
"""What pages may take of memory."""
HITS_PER_PAGE = 60
"""Of Imgur's pages, as seen, which may be others; only an empty one is the end."""
OPERATORS = frozenset({"AND", "OR", "NOT"})
"""Words that Imgur may understand as more than themselves, in this spelling."""

Key: TypeAlias = tuple[str, GallerySort, Window, int]


@dataclass(frozen=True, slots=True)
class Search:
    """What is looked for. The window counts in the order `top` alone."""

    query: str
    sort: GallerySort = "time"
    window: Window = "all"


@dataclass(frozen=True, slots=True)
class Hits:
    """Ten hits, or fewer: pages count from 0, `next` is None on the last.

    Of those that stand behind it on Imgur, `mature` are left out here. `hidden` are ids of pictures that were uploaded
    as spoilers. Nothing in it is about a user: not even who has favorited what.
    """

    items: tuple[Item, ...]
    page: int
    next: int | None
    mature: int = 0
    hidden: frozenset[str] = frozenset()

    @property
    def is_nothing(self) -> bool:
        """Whether nothing at all was found."""
        return self.page == 0 and self.next is None and not self.items and not self.mature


class SearchService:
    """Searches as the application, never as a user: what one finds is the same for all. Errors of Imgur's pass."""

    def __init__(self, imgur: ImgurApi, uploads: UploadStore, clock: Callable[[], float] = time.monotonic) -> None:
        self._imgur = imgur
        self._uploads = uploads
        self._pages: TimedCache[Key, Page[Item]] = TimedCache(PAGE_SECONDS, MOST_BYTES, clock, weigh=weight_of_page)

    async def find(self, search: Search, page: int, *, mature: bool, fresh: bool = False) -> Hits:
        """A page of hits, without those marked mature unless `mature`. Raises NothingToSearchError for a blank one."""
        if not is_visible(folded(search.query)):
            raise NothingToSearchError
        load = partial(self._page, search)
        slots, outer, slot, got = await located(load, page, size=HITS_PER_PAGE, since=oldest(fresh=fresh))
        allowed = [item for item in got.items if mature or not is_mature(item)]
        filled = min(max(-(-len(allowed) // PAGE_SIZE), 1), slots)
        slot = min(slot, filled - 1)
        following = outer * slots + slot + 1 if slot + 1 < filled else (outer + 1) * slots
        items = tuple(allowed[slot * PAGE_SIZE :][:PAGE_SIZE])
        shown = frozenset[str]().union(*map(pictures, items))
        return Hits(
            items,
            outer * slots + slot,
            following if got.received else None,
            len(got.items) - len(allowed),
            await self._uploads.hidden(shown),
        )

    def tidy(self) -> None:
        """Let go of what is too old."""
        self._pages.tidy()

    async def _page(self, search: Search, number: int, *, since: int = EVER) -> Page[Item]:
        window: Window = search.window if search.sort == "top" else "all"
        query = line(search.query)

        async def load() -> Page[Item]:
            got = await self._imgur.search_gallery(query, search.sort, window, number)
            found = tuple(each_once(filter(_is_showable, got.items)))
            if before := self._pages.peek((*key, number - 1)):
                return _following(before, Page(found, got.received))
            return Page(found, got.received)

        key = _asked(query), search.sort, window
        return await self._pages.get((*key, number), load, since=since)


def _asked(query: str) -> str:
    """The query without what makes no difference to Imgur: the case of letters, but not of operators."""
    return " ".join(word if word in OPERATORS else word.lower() for word in query.split(" "))


def _following(before: Page[Item], page: Page[Item]) -> Page[Item]:
    """What is new on a page: hits move down while newer ones come, and Imgur may send one page again and again."""
    seen = {(item.kind, item.id) for item in before.items}
    new = tuple(item for item in page.items if (item.kind, item.id) not in seen)
    return Page(new, page.received if new or not page.items else 0)


def is_mature(item: Item) -> bool:
    """Whether it, or a picture that would be shown of it, is marked mature."""
    return item.nsfw or (isinstance(item, Album) and any(image.nsfw for image in item.images))


def without_mature(hits: Hits) -> Hits:
    """The page as others may see it: it keeps its number, and what stands behind it."""
    items = tuple(item for item in hits.items if not is_mature(item))
    return replace(hits, items=items, mature=hits.mature + len(hits.items) - len(items))


def _is_showable(item: Item) -> bool:
    """Imgur lists what it no longer has, without a link."""
    return not isinstance(item, Image) or item.link is not None or item.mp4 is not None
