"""Lists cut into gallery pages: ten items each, out of the larger pages that Imgur sends."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

from imgur.models import Album, Item, Page, Sort
from services.cache import EVER
from services.library.place import Place, Source
from services.library.shelves import Extent
from storage.models import Expiry

PAGE_SIZE = 10


@dataclass(frozen=True, slots=True)
class GalleryPage:
    """One page of a gallery. Pages count from 0; `next` is None on the last, `last_known` the last one seen so far.

    `total` counts all items where that is known. `anonymous` counts the uploads without an account that a linked
    user has beside the account's images. `album` is whose images they are, for `Source.ALBUM`. With `is_link_broken`
    the anonymous uploads stand in for an account whose link is. With `is_mine`, its user may change what is in the
    album. `hidden` are ids of pictures uploaded as spoilers, `expiries` when its user has some of them deleted.

    `view` and `query` are there where something was looked for: how that is remembered, and what it was. `extent` is
    how much of the list is known, if that is not all. `read_at` is when all of it was last read. With `trouble`, Imgur
    could not be asked for what is new.
    """

    source: Source
    items: tuple[Item, ...]
    page: int
    last_known: int
    next: int | None
    total: int | None = None
    anonymous: int = 0
    album: Album | None = None
    is_link_broken: bool = False
    is_mine: bool = False
    hidden: frozenset[str] = frozenset()
    sort: Sort = "newest"
    view: str = ""
    query: str = ""
    extent: Extent | None = None
    read_at: datetime | None = None
    trouble: Exception | None = None
    expiries: Mapping[str, Expiry] = field(default_factory=dict)

    @property
    def place(self) -> Place:
        """The list that the page was cut from."""
        return Place(self.source, self.sort, self.album.id if self.album else None, self.view)

    @property
    def is_complete(self) -> bool:
        """Whether `last_known` is the last page there is."""
        return self.total is not None or self.next is None


Load: TypeAlias = Callable[..., Awaitable[Page[Item]]]


async def cut(
    source: Source,
    load: Load,
    page: int,
    *,
    size: int,
    since: int = EVER,
    count: Callable[[], Awaitable[int]] | None = None,
) -> GalleryPage:
    """Gallery page `page` of a list that `load` gives in Imgur's pages of `size` items; past the end, the last page.

    What it is cut from is not older than `since`. Only an empty page of Imgur's ends the list, for a short one may have
    lost items on the way; or the first one, if it holds as many as `count` tells.
    """
    slots, outer, slot, got = await located(load, page, size=size, since=since)
    if not got.received and outer:
        outer, slot = await _last_filled(load, outer), slots
        got = await load(outer)
    filled = min(max(_pages(len(got.items)), 1), slots)
    slot = min(slot, filled - 1)
    number, last = outer * slots + slot, outer * slots + filled - 1
    following: int | None = number + 1 if slot + 1 < filled else None
    if following is None and got.received:
        is_whole = count is not None and outer == 0 and await count() == got.received
        if not is_whole and (await load(outer + 1)).received:
            following = last = (outer + 1) * slots
    return GalleryPage(source, got.items[slot * PAGE_SIZE :][:PAGE_SIZE], number, last, following)


async def located(load: Load, page: int, *, size: int, since: int = EVER) -> tuple[int, int, int, Page[Item]]:
    """Where gallery page `page` is: how many go into each of Imgur's, in which one and where in that, and that one.

    Imgur's pages may be longer than `size`, which this one or, where it is the last, the first one shows.
    """
    slots = size // PAGE_SIZE
    outer, slot = divmod(max(page, 0), slots)
    got = await load(outer, since=since)
    full = got if got.received >= size or not outer else await load(0)
    if _pages(full.received) > slots:
        slots = _pages(full.received)
        outer, slot = divmod(max(page, 0), slots)
        got = await load(outer, since=since)
    return slots, outer, slot, got


def last_page(total: int) -> int:
    """The number of the last page that `total` items have; 0 where there are none."""
    return max(_pages(total) - 1, 0)


def counted(source: Source, items: Sequence[Item], page: int, total: int) -> GalleryPage:
    """Page `page` of a list whose length is known."""
    last = last_page(total)
    return GalleryPage(source, tuple(items), page, last, page + 1 if page < last else None, total)


def _pages(items: int) -> int:
    return -(-items // PAGE_SIZE)


async def _last_filled(load: Load, empty: int) -> int:
    """The last of Imgur's pages before `empty` that holds anything, else 0; in few calls, for lists have no gaps."""
    low, high = 0, empty
    while high - low > 1:
        middle = (low + high) // 2
        if (await load(middle)).received:
            low = middle
        else:
            high = middle
    return low
