"""What one user sees on Imgur, read with their own token where they have one, and remembered for a short while."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Coroutine, Iterator
from dataclasses import dataclass, replace
from itertools import chain
from operator import attrgetter
from sys import getsizeof
from typing import Any, TypeAlias, TypeVar, cast

from imgur.errors import GoneError, NotFoundError
from imgur.models import AccessToken, Album, Image, Item, Kind, Page, Sort
from imgur.reference import Reference
from services.account import AccountService, LinkedAccount
from services.cache import EVER, TimedCache
from services.ports import ImgurApi

T = TypeVar("T")

LIST_SECONDS = 60
ITEM_SECONDS = 300
COUNTS_KEPT = 4096
MOST_BYTES = 16_000_000
"""What lists, and items, may take of memory each."""
WRITTEN_SECONDS = 5
"""For how long after a write Imgur may still answer with what was before it: seen to be a second or two."""
MADE_SECONDS = 60
"""For how long an album that was just made is listed although Imgur's list may lack it."""
ITEM_BYTES = 700
"""About what an image takes apart from its texts."""
_TEXTS = {
    Image: attrgetter(
        "title", "description", "mime_type", "link", "mp4", "gifv", "account_username", "deletehash", "name"
    ),
    Album: attrgetter("title", "description", "cover", "privacy", "link", "account_username", "deletehash"),
}
IMAGES_PER_PAGE = 50  # of Imgur's pages
FAVORITES_PER_PAGE = 60
ALBUM_PAGES = 20


@dataclass(frozen=True, slots=True)
class Viewer:
    """Whoever looks: a Discord user and the Imgur account they are linked to right now, if any."""

    discord_id: int
    account: LinkedAccount | None

    @property
    def key(self) -> tuple[int, int]:
        """What is remembered for one is never shown to another, nor after the account was replaced."""
        return self.discord_id, self.account_id

    @property
    def account_id(self) -> int:
        """Of the account; 0 where there is none."""
        return self.account.account_id if self.account else 0

    @property
    def is_linked(self) -> bool:
        """Whether there is an account, and its tokens work."""
        return self.account is not None and not self.account.broken

    def owns(self, item: Item) -> bool:
        """Whether the item is the account's: only owners are told a deletehash."""
        mine = self.account is not None and item.account_id == self.account.account_id
        return mine or item.deletehash is not None


PageKey: TypeAlias = tuple[tuple[int, int], str, int]
ItemKey: TypeAlias = tuple[tuple[int, int], Kind, str]
Notice: TypeAlias = Callable[[Viewer, Kind, str, "Item | None"], Awaitable[bool]]


def weight(item: Item) -> int:
    """About how many bytes an item takes, an album with its images."""
    own = ITEM_BYTES + sum(map(getsizeof, _TEXTS[type(item)](item)))
    return own + sum(map(weight, item.images)) if isinstance(item, Album) else own


def weight_of_page(page: Page[Item]) -> int:
    """About how many bytes a page of a list takes."""
    return ITEM_BYTES + sum(map(weight, page.items))


class Reading:
    """Cached reads, not older than a moment `since`; twenty at once are one read.

    Raises ImgurError; with a linked account, what `AccountService.authorized` raises.
    """

    def __init__(
        self,
        accounts: AccountService,
        imgur: ImgurApi,
        clock: Callable[[], float] = time.monotonic,
        *,
        notice: Notice | None = None,
    ) -> None:
        """`notice` hears of every item that Imgur was asked for, and what it is: None where Imgur has no such.

        It says whether that was known before.
        """
        self._notice = notice
        self._accounts = accounts
        self._imgur = imgur
        self._pages: TimedCache[PageKey, Page[Item]] = TimedCache(LIST_SECONDS, MOST_BYTES, clock, weigh=weight_of_page)
        self._counts: TimedCache[tuple[int, int], int] = TimedCache(LIST_SECONDS, COUNTS_KEPT, clock)
        self._items: TimedCache[ItemKey, Item] = TimedCache(ITEM_SECONDS, MOST_BYTES, clock, weigh=weight)
        self._written: TimedCache[ItemKey, Item] = TimedCache(WRITTEN_SECONDS, MOST_BYTES, clock, weigh=weight)
        self._made: TimedCache[ItemKey, Item] = TimedCache(MADE_SECONDS, MOST_BYTES, clock, weigh=weight)
        self._deleted: TimedCache[ItemKey, bool] = TimedCache(WRITTEN_SECONDS, COUNTS_KEPT, clock)

    async def viewer(self, discord_id: int) -> Viewer:
        """Who the user is on Imgur."""
        return Viewer(discord_id, await self._accounts.linked(discord_id))

    @property
    def weight(self) -> int:
        """About how many bytes of memory all that is known takes."""
        return sum(cache.weight for cache in (self._pages, self._items, self._written, self._made))

    def tidy(self) -> None:
        """Let go of what is too old."""
        for cache in (self._pages, self._counts, self._items, self._written, self._made, self._deleted):
            cache.tidy()

    async def images(self, viewer: Viewer, page: int, *, since: int = EVER) -> Page[Item]:
        """A page of the account's images. Raises NotLinkedError."""

        async def load() -> Page[Item]:
            got = await self._accounts.authorized(
                viewer.discord_id, lambda auth: self._imgur.account_images(auth, page)
            )
            self.remember(viewer, *got.items)
            return Page(got.items, got.received)

        return await self._page(viewer, "images", page, load, since=since)

    async def images_count(self, viewer: Viewer, *, since: int = EVER) -> int:
        """How many images the account has; where the first page is empty, Imgur is not asked. Raises NotLinkedError."""
        first = self._pages.peek((viewer.key, "images", 0))
        if first is not None and not first.received:
            return 0

        async def load() -> int:
            return await self._accounts.authorized(viewer.discord_id, self._imgur.account_images_count)

        return await self._counts.get(viewer.key, load, since=since)

    async def favorites(self, viewer: Viewer, page: int, sort: Sort, *, since: int = EVER) -> Page[Item]:
        """A page of the account's favorites. Raises NotLinkedError."""

        async def load() -> Page[Item]:
            return await self._accounts.authorized(
                viewer.discord_id, lambda auth: self._imgur.favorites(auth, page, sort)
            )

        return await self._page(viewer, f"favorites {sort}", page, load, since=since)

    def seen(self, viewer: Viewer, name: str) -> tuple[Item, ...]:
        """What the pages after the first of `images` or `favorites newest` held, as far as they were just turned."""
        found: list[Item] = []
        number = 1
        while page := self._pages.peek((viewer.key, name, number)):
            found += page.items
            number += 1
        return tuple(found)

    def turned_to(self, viewer: Viewer, name: str) -> tuple[Item, ...]:
        """What is known of the lists whose names begin so, whichever pages were just turned to."""
        pages = self._pages.known(lambda key: key[0] == viewer.key and key[1].startswith(name))
        return tuple(chain.from_iterable(page.items for page in pages))

    async def albums(self, viewer: Viewer, *, since: int = EVER, newest: int = EVER) -> tuple[Item, ...]:
        """The account's albums, up to a thousand: only an empty page ends them. Raises NotLinkedError.

        The first page is not older than `newest` either. What was made, changed or deleted just now is as it is,
        whatever Imgur's list says of it.
        """
        found: list[Item] = []
        for number in range(ALBUM_PAGES):
            page = await self._albums(viewer, number, since=since if number else max(since, newest))
            found += page.items
            if not page.received:
                break
        return tuple(self._as_made(viewer, found))

    async def newest_albums(self, viewer: Viewer, *, since: int = EVER) -> tuple[Item, ...]:
        """The first page of `albums`."""
        return tuple(self._as_made(viewer, list((await self._albums(viewer, 0, since=since)).items)))

    def has_all_albums(self, viewer: Viewer) -> bool:
        """Whether what `albums` has just read ends where the list does."""
        last = self._pages.peek((viewer.key, "albums", ALBUM_PAGES - 1))
        return last is None or not last.received

    def _as_made(self, viewer: Viewer, listed: list[Item]) -> Iterator[Item]:
        known = {item.id for item in listed}
        made = self._made.known(lambda key: key[0] == viewer.key and key[2] not in known)
        for item in (*reversed(made), *listed):
            key = viewer.key, item.kind, item.id
            if not self._is_deleted(viewer, item):
                yield self._written.peek(key) or item

    async def _albums(self, viewer: Viewer, page: int, *, since: int) -> Page[Item]:
        async def load() -> Page[Item]:
            got = await self._accounts.authorized(
                viewer.discord_id, lambda auth: self._imgur.account_albums(auth, page)
            )
            return Page(got.items, got.received)

        return await self._page(viewer, "albums", page, load, since=since)

    async def item(self, viewer: Viewer, reference: Reference, *, since: int = EVER) -> Item:
        """What a reference points to. Its kinds say where to look, and in which order."""
        kinds = reference.kinds
        for kind in kinds[:-1]:
            try:
                return await self._item(viewer, kind, reference.id, since=since)
            except NotFoundError:
                continue
        return await self._item(viewer, kinds[-1], reference.id, since=since)

    async def album(self, viewer: Viewer, album_id: str, *, since: int = EVER) -> Album:
        """An album with its images; lists of albums come without."""
        return cast("Album", await self._item(viewer, Kind.ALBUM, album_id, since=since))

    def covered(self, viewer: Viewer, album: Album) -> Album | None:
        """An album of a list with a picture that is in it for its cover; None where its pictures were not just read."""
        known = self._items.peek((viewer.key, Kind.ALBUM, album.id))
        if not isinstance(known, Album) or not known.images:
            return None
        is_inside = any(image.id == album.cover for image in known.images)
        return album if is_inside else replace(album, cover=known.images[0].id)

    def shown_in(self, viewer: Viewer, album_id: str, image_id: str) -> Item | None:
        """A picture that was just read, by itself or in this album."""
        album = self._items.peek((viewer.key, Kind.ALBUM, album_id))
        inside = album.images if isinstance(album, Album) else ()
        by_itself = self._items.peek((viewer.key, Kind.IMAGE, image_id))
        return by_itself or next((image for image in inside if image.id == image_id), None)

    def remember(self, viewer: Viewer, *items: Item) -> None:
        """Keep what is known of items."""
        for item in items:
            self._items.put((viewer.key, item.kind, item.id), item)

    def written(self, viewer: Viewer, item: Item) -> None:
        """Keep what was made of an item, which is newer than what Imgur may answer for a moment."""
        key = viewer.key, item.kind, item.id
        self._written.put(key, item)
        if self._made.peek(key):
            self._made.put(key, item)
        self.remember(viewer, item)

    def made(self, viewer: Viewer, album: Album) -> None:
        """Keep an album that was just made: neither Imgur's list nor its address need know it yet."""
        self._made.put((viewer.key, album.kind, album.id), album)

    def is_new(self, viewer: Viewer, album_id: str) -> bool:
        """Whether an album was made just now, so that Imgur need not know it everywhere yet."""
        return self._made.peek((viewer.key, Kind.ALBUM, album_id)) is not None

    def deleted(self, viewer: Viewer, album_id: str) -> None:
        """Drop an album that was just deleted, which Imgur may still list."""
        self.forget_item(viewer, album_id)
        self._deleted.put((viewer.key, Kind.ALBUM, album_id), True)

    def deleted_image(self, viewer: Viewer, image_id: str) -> None:
        """Drop an image that was just deleted, which Imgur may still list, from what is known of albums as well."""
        self.forget_item(viewer, image_id)
        self._deleted.put((viewer.key, Kind.IMAGE, image_id), True)
        for album in self._items.known(lambda key: key[0] == viewer.key and key[1] is Kind.ALBUM):
            if isinstance(album, Album) and any(image.id == image_id for image in album.images):
                self.forget_album(viewer.discord_id, album.id)

    def _without_deleted(self, viewer: Viewer, page: Page[Item]) -> Page[Item]:
        """What Imgur lists, without what it was just told to delete."""
        return replace(page, items=tuple(item for item in page.items if not self._is_deleted(viewer, item)))

    def _album_without(self, viewer: Viewer, album: Album) -> Album:
        """The same of an album."""
        images = tuple(image for image in album.images if not self._is_deleted(viewer, image))
        return replace(album, images=images, images_count=album.images_count - len(album.images) + len(images))

    def _is_deleted(self, viewer: Viewer, item: Item) -> bool:
        return self._deleted.peek((viewer.key, item.kind, item.id)) is not None

    def forget_album(self, discord_id: int, album_id: str) -> None:
        """Drop what is known of an album's images, not that it is there."""
        for cache in (self._items, self._written):
            cache.forget(lambda key: key[0][0] == discord_id and key[1:] == (Kind.ALBUM, album_id))

    def forget_item(self, viewer: Viewer, item_id: str) -> None:
        """Drop an item that is gone."""
        for cache in (self._items, self._written, self._made):
            cache.forget(lambda key: key[0] == viewer.key and key[2] == item_id)

    def forget_lists(self, discord_id: int) -> None:
        """Drop what is known of the user's lists: they have changed."""
        self._pages.forget(lambda key: key[0][0] == discord_id)
        self._counts.forget(lambda key: key[0] == discord_id)

    async def _page(
        self, viewer: Viewer, name: str, page: int, load: Callable[[], Coroutine[Any, Any, Page[Item]]], *, since: int
    ) -> Page[Item]:
        """A page of a list. Where a fresh one is another than was known, the list has moved on, all of it."""
        key = viewer.key, name, page
        known = self._pages.peek(key)

        async def load_without() -> Page[Item]:
            return self._without_deleted(viewer, await load())

        got = await self._pages.get(key, load_without, since=since)
        if known is not None and [item.id for item in known.items] != [item.id for item in got.items]:
            self._pages.forget(lambda other: other[:2] == key[:2] and other != key)
        return got

    async def _item(self, viewer: Viewer, kind: Kind, item_id: str, *, since: int = EVER) -> Item:
        key = viewer.key, kind, item_id

        async def load() -> Item:
            try:
                found = await self._as_viewer(viewer, lambda auth: self._get(kind, item_id, auth))
            except NotFoundError:
                if (made := self._made.peek(key)) is None:
                    if await self._noticed(viewer, kind, item_id, None):
                        raise GoneError from None
                    raise
                return made
            await self._noticed(viewer, kind, item_id, found)
            return self._album_without(viewer, found) if isinstance(found, Album) else found

        return self._written.peek(key) or await self._items.get(key, load, since=since)

    async def _noticed(self, viewer: Viewer, kind: Kind, item_id: str, item: Item | None) -> bool:
        """Pass it on; whether it was known."""
        return self._notice is not None and await self._notice(viewer, kind, item_id, item)

    async def _get(self, kind: Kind, item_id: str, auth: AccessToken | None) -> Item:
        if kind is Kind.ALBUM:
            return await self._imgur.album(item_id, auth)
        return await self._imgur.image(item_id, auth)

    async def _as_viewer(self, viewer: Viewer, call: Callable[[AccessToken | None], Awaitable[T]]) -> T:
        """Read as the linked account, or as nobody in particular where there is none that works."""
        if not viewer.is_linked:
            return await call(None)
        return await self._accounts.authorized(viewer.discord_id, call)
