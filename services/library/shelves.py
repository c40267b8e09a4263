"""The index, as the rooms of the library ask it: whose library, which of its shelves, what of it is known."""

from __future__ import annotations

from asyncio import Task, create_task
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import structlog

from errors import BotError, NotLinkedError
from imgur.models import Album, Item, Kind
from services.backlog import Backlog
from services.indexed import from_index, to_index
from services.lag import LAG, is_new
from services.library.reading import Viewer
from services.ports import LibraryStore, MarkStore, News
from storage.errors import StorageError
from storage.models import IndexedItem, Key, Mark, Owned, Query, Shelf, album_shelf

log = structlog.get_logger(__name__)

_PASSING = {"views"}  # what changes all the time


@dataclass(frozen=True, slots=True)
class Standing:
    """A shelf of a viewer's: the number of its library, whether all of it was read, or any, and when last."""

    library: int
    shelf: Shelf
    is_whole: bool = False
    is_begun: bool = False
    read_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Extent:
    """How much of a shelf is known while it is read for the first time: items, of about how many, seconds to go."""

    known: int
    expected: int | None = None
    seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Cut:
    """Some items of a shelf in their order, and how many there are in all."""

    items: tuple[Item, ...]
    total: int


class Shelves:
    """Reads the index and notes in it what is seen and done. Errors of the database pass where something is asked."""

    def __init__(self, store: LibraryStore, marks: MarkStore, news: News | None = None) -> None:
        self._store = store
        self._marks = marks
        self._news = news
        self._backlog = Backlog()

    async def close(self) -> None:
        """Write down what could not be written."""
        await self._backlog.close()

    def listen(self, news: News) -> None:
        """Ask this for news from now on."""
        self._news = news

    # --- asking

    async def standing(self, viewer: Viewer, shelf: Shelf) -> Standing | None:
        """The viewer's shelf; None where they have none. What uploads left is on record whole, in the user's own."""
        return (await self.standings(viewer, [shelf]))[shelf]

    async def standings(self, viewer: Viewer, shelves: Collection[Shelf]) -> dict[Shelf, Standing | None]:
        """As `standing`, for several shelves at once."""
        owned = await self._owned(viewer, shelves)
        return {shelf: _standing(owned, shelf) for shelf in shelves}

    async def standings_as_linked(self, discord_id: int, shelves: Collection[Shelf]) -> dict[Shelf, Standing | None]:
        """The same of the account that a user is linked to, in one step of the database."""
        owned = await self._store.owned_as_linked(shelves, discord_id)
        return {shelf: _standing(owned, shelf) for shelf in shelves}

    async def look(self, viewer: Viewer, shelf: Shelf) -> BotError | None:
        """Have what is new on Imgur on the shelf; what is not as on Imgur after that: ShowsNoneError, BehindError.

        Raises ImgurError, NotLinkedError, LinkBrokenError.
        """
        if self._news is None or viewer.account is None:
            return None
        return await self._news.look(viewer.discord_id, viewer.account.account_id, shelf)

    async def extent(self, viewer: Viewer, standing: Standing) -> Extent | None:
        """How much of the shelf is known; None where all of it is."""
        if standing.is_whole:
            return None
        state = await self._store.sync_state(standing.library, standing.shelf)
        known = await self._store.count(standing.library, standing.shelf)
        seconds = None
        if self._news is not None and viewer.account is not None:
            seconds = await self._news.seconds_left(viewer.account.account_id, standing.shelf)
        expected = state.expected if state and state.expected is not None and state.expected > known else None
        return Extent(known, expected, seconds)

    async def cut(
        self, viewer: Viewer, standing: Standing, query: Query | None, *, offset: int, limit: int, oldest: bool = False
    ) -> Cut:
        """What is there, or what the query finds, from `offset` on; with `oldest`, in the reverse order."""
        where = standing.library, standing.shelf
        if query is None:
            total = await self._store.count(*where)
            items = await self._store.page(*where, offset=offset, limit=limit, oldest=oldest)
            return Cut(tuple(map(from_index, items)), total)
        reader = viewer.discord_id
        found = await self._store.search(*where, query, reader, offset=offset, limit=limit, oldest=oldest)
        return Cut(tuple(map(from_index, found.items)), found.total)

    async def suggest(
        self, viewer: Viewer, standings: Collection[Standing], query: Query, limit: int
    ) -> list[tuple[Item, ...]]:
        """Shelf by shelf, the first of what the query finds, what is called exactly so before the rest."""
        where = [(standing.library, standing.shelf) for standing in standings]
        found = await self._store.suggest(where, query, viewer.discord_id, limit=limit)
        return [tuple(map(from_index, items)) for items in found]

    async def suggesting(
        self, reader: int, standings: Collection[Standing], query: Query, limit: int
    ) -> list[Task[tuple[Item, ...]]]:
        """The same while each shelf is being looked through; the caller sees all of them to their end."""
        where = [(standing.library, standing.shelf) for standing in standings]
        looks = await self._store.suggesting(where, query, reader, limit=limit)

        async def found(look: Task[tuple[IndexedItem, ...]]) -> tuple[Item, ...]:
            return tuple(map(from_index, await look))

        return [create_task(found(look)) for look in looks]

    async def draw(self, viewer: Viewer, standing: Standing, query: Query | None) -> Item | None:
        """One of what is there or found, each as likely as the other."""
        found = await self._store.random(standing.library, standing.shelf, viewer.discord_id, query)
        return from_index(found) if found else None

    async def covered(self, viewer: Viewer, album: Album, *, is_own: bool) -> Album:
        """An album with a picture that is in it for its cover, as far as it is known what is in it.

        With `is_own` it is the account's: then it has no cover where it is empty, and where all of the account's images
        are known and that is none of them.
        """
        library = await self._library(viewer, Shelf.IMAGES)
        if library is not None:
            shelf = album_shelf(album.id)
            if album.cover and await self._store.ranks_of(library, shelf, [(Kind.IMAGE.value, album.cover)]):
                return album
            if first := await self._store.page(library, shelf, offset=0, limit=1):
                return replace(album, cover=first[0].id)
        is_there = not is_own or not album.cover or await self._may_be_there(viewer, album, album.cover)
        return album if is_there else replace(album, cover=None)

    async def _may_be_there(self, viewer: Viewer, album: Album, cover: str) -> bool:
        """Whether a cover may be in an album of which nothing else is known."""
        standing = await self.standing(viewer, Shelf.IMAGES) if album.images_count else None
        if standing is None or standing.read_at is None:
            return album.images_count > 0
        is_newer = album.created is not None and album.created > standing.read_at - LAG
        key = Kind.IMAGE.value, cover
        return is_newer or bool(await self._store.ranks_of(standing.library, standing.shelf, [key]))

    async def marks(self, viewer: Viewer, keys: Collection[Key]) -> dict[Key, Mark]:
        """What the viewer noted on these."""
        return await self._store.marks_of(_both(await self._owned(viewer)), viewer.discord_id, keys)

    async def tags(self, viewer: Viewer) -> frozenset[str]:
        """All tags of the viewer's, folded."""
        tags: set[str] = set()
        for library in _both(await self._owned(viewer)):
            tags |= {tag.folded for tag, _ in await self._marks.tags_of(library, viewer.discord_id)}
        return frozenset(tags)

    async def known(self, viewer: Viewer, kinds: Collection[Kind], item_id: str) -> Item | None:
        """What is known of an item of the account's, or of a favorite."""
        library = await self._library(viewer, Shelf.IMAGES)
        for kind in kinds if library is not None else ():
            if found := await self._store.get(library or 0, (kind.value, item_id)):
                return from_index(found)
        return None

    async def mark(self, viewer: Viewer, kind: Kind, item_id: str) -> Mark:
        """What the viewer noted on an item."""
        key = kind.value, item_id
        return (await self.marks(viewer, {key})).get(key, Mark())

    async def libraries(self, viewer: Viewer) -> list[int]:
        """The viewer's, to note something in: the account's, if there is one, then their own.

        Raises NotLinkedError where there was an account, and it was unlinked meanwhile.
        """
        owned = await self._owned(viewer)
        if owned.account is None and viewer.account is not None:
            raise NotLinkedError
        return _both(owned)

    # --- noting; never fails

    async def noticed(self, viewer: Viewer, kind: Kind, item_id: str, item: Item | None) -> bool:
        """Correct what is known of an item that was just read; None: take what Imgur does not find off every shelf.

        Not what is so new that Imgur may not show it yet; and what was noted on it stays, should it come back. Whether
        it was known. Who looks without a token may be told less than there is: that is no news of an account.
        """
        try:
            library = await self._library(viewer, Shelf.IMAGES) if viewer.is_linked else None
            known = None if library is None else await self._store.get(library, (kind.value, item_id))
            if library is None or known is None:
                return item is None and await self._upload_is_gone(viewer, (kind.value, item_id))
            if item is None:
                if is_new(known.created):
                    return False
                await self._store.miss(library, known.key, datetime.now(UTC))
            elif _settled(known) != _settled(found := to_index(item)):
                await self._store.update(library, found)
        except StorageError as error:  # it will be read again
            log.info("the index was not corrected", reason=type(error).__name__)
            return False
        return True

    async def _upload_is_gone(self, viewer: Viewer, key: Key) -> bool:
        """Take an anonymous upload off its shelf, unless it is so new that Imgur may not show it yet."""
        library = await self._library(viewer, Shelf.UPLOADS)
        known = None if library is None else await self._store.get(library, key)
        if library is None or known is None or is_new(known.created):
            return False
        await self._store.remove(library, {key}, Shelf.UPLOADS)
        return True

    async def changed(self, viewer: Viewer, item: Item) -> None:
        """Note what was made of an item."""
        await self._insist(
            "a change", viewer, Shelf.IMAGES, lambda library: self._store.update(library, to_index(item))
        )

    async def added(self, viewer: Viewer, shelf: Shelf, *items: Item) -> None:
        """Note that these are on the shelf now, before all others."""
        new = [to_index(item) for item in items]
        await self._insist("an addition", viewer, shelf, lambda library: self._store.put_front(library, shelf, new))

    async def removed(self, viewer: Viewer, shelf: Shelf | None, kind: Kind, item_id: str) -> None:
        """Note that an item is off a shelf; None: that it was deleted."""
        keys = {(kind.value, item_id)}
        for of in (Shelf.IMAGES, Shelf.UPLOADS) if shelf is None else (shelf,):
            await self._insist("a removal", viewer, of, lambda library: self._store.remove(library, keys, shelf))

    async def missed(self, viewer: Viewer, kind: Kind, item_id: str) -> None:
        """Note that Imgur does not find an item that was on its lists."""
        key, now = (kind.value, item_id), datetime.now(UTC)
        await self._insist("a removal", viewer, Shelf.IMAGES, lambda library: self._store.miss(library, key, now))

    async def _library(self, viewer: Viewer, shelf: Shelf) -> int | None:
        owned = await self._owned(viewer)
        return owned.own if shelf is Shelf.UPLOADS else owned.account

    async def _owned(self, viewer: Viewer, shelves: Collection[Shelf] = ()) -> Owned:
        account = viewer.account.account_id if viewer.account else None
        return await self._store.owned(shelves, discord_id=viewer.discord_id, account_id=account)

    async def _insist(self, what: str, viewer: Viewer, shelf: Shelf, note: Callable[[int], Awaitable[object]]) -> None:
        """Note what was done, once the database lets it."""

        async def write() -> None:
            if (library := await self._library(viewer, shelf)) is not None:
                await note(library)

        await self._backlog.write(f"{what} in the index", write)


def _both(owned: Owned) -> list[int]:
    return [library for library in (owned.account, owned.own) if library is not None]


def _standing(owned: Owned, shelf: Shelf) -> Standing | None:
    library = owned.own if shelf is Shelf.UPLOADS else owned.account
    if library is None:
        return None
    if shelf is Shelf.UPLOADS:
        return Standing(library, shelf, is_whole=True, is_begun=True)
    state = owned.states.get(shelf)
    if state is None:
        return Standing(library, shelf)
    return Standing(library, shelf, state.finished_at is not None, is_begun=True, read_at=state.finished_at)


def _settled(item: IndexedItem) -> IndexedItem:
    return replace(item, extra={name: value for name, value in item.extra.items() if name not in _PASSING})
