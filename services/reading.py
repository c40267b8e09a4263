"""What one user sees on Imgur, read with their own token where they have one, and remembered for a short while."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeAlias, TypeVar, cast

from imgur.errors import NotFoundError
from imgur.models import AccessToken, Album, Item, Kind, Page, Sort
from imgur.reference import Reference
from services.account import AccountService, LinkedAccount
from services.cache import TimedCache
from services.ports import ImgurApi

T = TypeVar("T")

LIST_SECONDS = 60
ITEM_SECONDS = 300
LISTS_KEPT = 256
ALBUMS_PER_PAGE = 50  # of Imgur's pages
ALBUM_PAGES = 20
ITEMS_KEPT = 4096


@dataclass(frozen=True, slots=True)
class Viewer:
    """Whoever looks: a Discord user and the Imgur account they are linked to right now, if any."""

    discord_id: int
    account: LinkedAccount | None

    @property
    def key(self) -> tuple[int, int]:
        """What is remembered for one is never shown to another, nor after the account was replaced."""
        return self.discord_id, self.account.account_id if self.account else 0

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


class Reading:
    """Cached reads. Raises ImgurError; with a linked account, what `AccountService.authorized` raises."""

    def __init__(self, accounts: AccountService, imgur: ImgurApi, clock: Callable[[], float] = time.monotonic) -> None:
        self._accounts = accounts
        self._imgur = imgur
        self._pages: TimedCache[PageKey, Page[Item]] = TimedCache(LIST_SECONDS, LISTS_KEPT, clock)
        self._counts: TimedCache[tuple[int, int], int] = TimedCache(LIST_SECONDS, LISTS_KEPT, clock)
        self._items: TimedCache[ItemKey, Item] = TimedCache(ITEM_SECONDS, ITEMS_KEPT, clock)

    async def viewer(self, discord_id: int) -> Viewer:
        """Who the user is on Imgur."""
        return Viewer(discord_id, await self._accounts.linked(discord_id))

    async def images(self, viewer: Viewer, page: int) -> Page[Item]:
        """A page of the account's images. Raises NotLinkedError."""

        async def load() -> Page[Item]:
            got = await self._accounts.authorized(
                viewer.discord_id, lambda auth: self._imgur.account_images(auth, page)
            )
            self.remember(viewer, *got.items)
            return Page(got.items, got.received)

        return await self._pages.get((viewer.key, "images", page), load)

    async def images_count(self, viewer: Viewer) -> int:
        """How many images the account has. Raises NotLinkedError."""

        async def load() -> int:
            return await self._accounts.authorized(viewer.discord_id, self._imgur.account_images_count)

        return await self._counts.get(viewer.key, load)

    async def favorites(self, viewer: Viewer, page: int, sort: Sort) -> Page[Item]:
        """A page of the account's favorites. Raises NotLinkedError."""

        async def load() -> Page[Item]:
            return await self._accounts.authorized(
                viewer.discord_id, lambda auth: self._imgur.favorites(auth, page, sort)
            )

        return await self._pages.get((viewer.key, f"favorites {sort}", page), load)

    def seen(self, viewer: Viewer, name: str) -> tuple[Item, ...]:
        """What the pages after the first of `images` or `favorites newest` held, as far as they were just turned."""
        found: list[Item] = []
        number = 1
        while page := self._pages.peek((viewer.key, name, number)):
            found += page.items
            number += 1
        return tuple(found)

    async def albums(self, viewer: Viewer) -> tuple[Item, ...]:
        """The account's albums, up to a thousand: a page that is not full is the last. Raises NotLinkedError."""
        found: list[Item] = []
        for number in range(ALBUM_PAGES):
            page = await self._albums(viewer, number)
            found += page.items
            if page.received < ALBUMS_PER_PAGE:
                break
        return tuple(found)

    async def _albums(self, viewer: Viewer, page: int) -> Page[Item]:
        async def load() -> Page[Item]:
            got = await self._accounts.authorized(
                viewer.discord_id, lambda auth: self._imgur.account_albums(auth, page)
            )
            return Page(got.items, got.received)

        return await self._pages.get((viewer.key, "albums", page), load)

    async def item(self, viewer: Viewer, reference: Reference, *, fresh: bool = False) -> Item:
        """What a reference points to. Its kinds say where to look, and in which order."""
        kinds = reference.kinds
        if fresh:
            self.forget_item(viewer, reference.id)
        for kind in kinds[:-1]:
            try:
                return await self._item(viewer, kind, reference.id)
            except NotFoundError:
                continue
        return await self._item(viewer, kinds[-1], reference.id)

    async def album(self, viewer: Viewer, album_id: str, *, fresh: bool = False) -> Album:
        """An album with its images; lists of albums come without."""
        if fresh:
            self.forget_item(viewer, album_id)
        return cast("Album", await self._item(viewer, Kind.ALBUM, album_id))

    def remember(self, viewer: Viewer, *items: Item) -> None:
        """Keep what is known of items, newer than what Imgur may answer for a second or two after a write."""
        for item in items:
            self._items.put((viewer.key, item.kind, item.id), item)

    def forget_item(self, viewer: Viewer, item_id: str) -> None:
        """Drop an item that is gone, or is to be read again."""
        self._items.forget(lambda key: key[0] == viewer.key and key[2] == item_id)

    def forget_lists(self, discord_id: int, name: str | None = None) -> None:
        """Drop what is known of the user's lists, or of one: `images`, `favorites newest`, `favorites oldest`."""
        self._pages.forget(lambda key: key[0][0] == discord_id and name in {None, key[1]})
        self._counts.forget(lambda key: key[0] == discord_id)

    async def _item(self, viewer: Viewer, kind: Kind, item_id: str) -> Item:
        async def load() -> Item:
            return await self._as_viewer(viewer, lambda auth: self._get(kind, item_id, auth))

        return await self._items.get((viewer.key, kind, item_id), load)

    async def _get(self, kind: Kind, item_id: str, auth: AccessToken | None) -> Item:
        if kind is Kind.ALBUM:
            return await self._imgur.album(item_id, auth)
        return await self._imgur.image(item_id, auth)

    async def _as_viewer(self, viewer: Viewer, call: Callable[[AccessToken | None], Awaitable[T]]) -> T:
        """Read as the linked account, or as nobody in particular where there is none that works."""
        if not viewer.is_linked:
            return await call(None)
        return await self._accounts.authorized(viewer.discord_id, call)
