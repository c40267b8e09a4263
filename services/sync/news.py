"""What is new at the front of a list: new by place and id, never by a clock."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise

from imgur.models import Item, Page
from services.indexed import to_index
from services.lag import is_new
from services.ports import LibraryStore
from storage.models import IndexedItem, Key

BULK = 20
"""More that are gone at a time are left to a full pass, which looks twice."""
DEEPER = 3
"""Pages beyond the first that are read while a user waits."""
SLACK = 2 * BULK


@dataclass(frozen=True, slots=True)
class News:
    """`is_fresh`: once taken in, the front is as on Imgur. `shows_none`: Imgur shows nothing where there was something.

    `gone` counts what was there and is not any more, `unknown` what was not there before. `front` is what stands first,
    in its order; `changed`, known items that have changed; `off`, what comes off the shelf.
    """

    library: int
    shelf: str
    is_fresh: bool
    shows_none: bool = False
    gone: int = 0
    unknown: int = 0
    front: Sequence[IndexedItem] = ()
    changed: Sequence[IndexedItem] = ()
    off: Sequence[Key] = ()

    @property
    def has_changed(self) -> bool:
        """Whether there is anything to be taken in."""
        return bool(self.front or self.changed or self.off)

    async def take_in(self, store: LibraryStore) -> None:
        """Write it down."""
        if self.front:
            await store.put_front(self.library, self.shelf, self.front)
        for item in self.changed:
            await store.update(self.library, item)
        if self.off:
            await store.remove(self.library, self.off, self.shelf)


async def read_front(
    store: LibraryStore,
    library: int,
    shelf: str,
    first: Page[Item],
    *,
    deeper: Callable[[int], Awaitable[Page[Item]]] | None = None,
    now: datetime | None = None,
    may_end: bool = False,
) -> News:
    """What is new at the front of a shelf by its first page, and by `deeper` ones as far as something is new.

    A known item may have moved to the front with new ones behind it: one whole page of known items in their known
    order ends it. What is gone from among them comes off the shelf, but for what was made only just before `now`:
    Imgur may not show it yet. Where the first page `may_end` the list, what is known behind it is gone if an empty page
    follows.
    """
    if not first.received:
        return News(library, shelf, is_fresh=True, shows_none=await store.count(library, shelf) > 0)
    page, found, number = first, [to_index(item) for item in first.items], 0
    joins = await _joins(store, library, shelf, found)
    while not joins and page.received and deeper is not None and number < DEEPER:
        number += 1
        page = await deeper(number)
        items = [to_index(item) for item in page.items]
        joins = page.received > 0 and await _joins(store, library, shelf, items)
        found += items
    known = await store.page(library, shelf, offset=0, limit=len(found) + SLACK)
    gone = [item.key for item in _gone(known, found, now)] if joins else []
    if may_end and joins and number == 0 and deeper is not None and (behind := _behind(known, found)):
        gone += behind if (await deeper(1)).received == 0 else []
    if len(gone) > BULK or (joins and found[-1].key not in {item.key for item in known}):
        return News(library, shelf, is_fresh=False, gone=len(gone))
    ranks = await store.ranks_of(library, shelf, [item.key for item in found])
    is_known = number == 0 and joins
    is_whole = not page.received and not any(_are_lost(known, found, now))
    return News(
        library,
        shelf,
        is_fresh=joins or is_whole,
        gone=len(gone),
        unknown=sum(item.key not in ranks for item in found),
        front=() if is_known else found,
        changed=_changed(known, found) if is_known else (),
        off=gone,
    )


async def _joins(store: LibraryStore, library: int, shelf: str, items: Sequence[IndexedItem]) -> bool:
    """Whether all of these are known, in this order."""
    ranks = await store.ranks_of(library, shelf, [item.key for item in items])
    order = [ranks.get(item.key) for item in items]
    return bool(order) and None not in order and all(one > other for one, other in pairwise(order) if one and other)


def _gone(known: Sequence[IndexedItem], found: Sequence[IndexedItem], now: datetime | None) -> Iterator[IndexedItem]:
    """What stands before the last of these and is not among them, nor so new that it is not shown yet."""
    here, order = {item.key for item in found}, [item.key for item in known]
    if found[-1].key not in order:
        return
    is_before = True
    for item in known[: order.index(found[-1].key)]:
        if item.key in here:
            is_before = False
        elif not (is_before and now and is_new(item.created, now)):
            yield item


def _behind(known: Sequence[IndexedItem], found: Sequence[IndexedItem]) -> list[Key]:
    """What stands behind all of these."""
    here = {item.key for item in found}
    last = max((number for number, item in enumerate(known) if item.key in here), default=len(known))
    return [item.key for item in known[last + 1 :]]


def _are_lost(known: Sequence[IndexedItem], found: Sequence[IndexedItem], now: datetime | None) -> Iterator[bool]:
    """Of a list read to its end: whether what is known is not on it, and not so new that it is not shown yet."""
    here = {item.key for item in found}
    for item in known:
        yield item.key not in here and not (now and is_new(item.created, now))


def _changed(known: Sequence[IndexedItem], found: Sequence[IndexedItem]) -> list[IndexedItem]:
    """Of known items those that are not as they were."""
    before = {item.key: _without_views(item) for item in known}
    return [item for item in found if item.key in before and before[item.key] != _without_views(item)]


def _without_views(item: IndexedItem) -> IndexedItem:
    """How often others have looked at it is no news."""
    return replace(item, extra={name: value for name, value in item.extra.items() if name != "views"})
