"""The index: what accounts and users have on Imgur, shelf by shelf, and how far it has been read."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, func, select

from storage.database import Database
from storage.index import notes, passes, reads, writes
from storage.library_tables import LET_GO, UNFOLDED, items, libraries, places
from storage.models import Found, IndexedItem, Key, Mark, Owned, Query, Shelf, SyncState


class LibraryStore:
    """A library that was let go of takes nothing and gives nothing, without an error.

    Of several writes to one library each waits for the one before. Raises DatabaseUnavailableError.
    """

    def __init__(self, database: Database, draw: Callable[[int], int] = random.randrange) -> None:
        self._database = database
        self._draw = draw

    async def owned(self, shelves: Collection[str], *, discord_id: int, account_id: int | None = None) -> Owned:
        """The libraries of a Discord user and of an account, and how far these shelves of the account's were read."""
        return await passes.owned(self._database, shelves, discord_id, account_id)

    async def owned_as_linked(self, shelves: Collection[str], discord_id: int) -> Owned:
        """The same of the account that the user is linked to."""
        return await passes.owned_as_linked(self._database, shelves, discord_id)

    async def library(self, account_id: int) -> int | None:
        """The number of an account's library."""
        query = select(libraries.c.id).where(libraries.c.account_id == account_id)
        found: int | None = (await self._database.execute(query)).scalar()
        return found

    # --- reading

    async def page(
        self, library: int, shelf: str, *, offset: int, limit: int, oldest: bool = False
    ) -> tuple[IndexedItem, ...]:
        """The shelf's items from `offset` on, at most `limit`."""
        return await reads.page(self._database, library, shelf, offset=offset, limit=limit, oldest=oldest)

    async def count(self, library: int, shelf: str) -> int:
        """How many items the shelf has."""
        return await self._number(select(func.count()).select_from(places).where(reads.on_shelf(library, shelf)))

    async def get(self, library: int, key: Key) -> IndexedItem | None:
        """The item, on whatever shelf it stands."""
        query = select(items, places.c.search).join(places, reads.same_item(items, places))
        rows = await self._database.execute(query.where(reads.of_key(library, key)).limit(1))
        row = rows.mappings().one_or_none()
        return None if row is None else reads.item_of(row)

    async def search(
        self, library: int, shelf: str, query: Query, reader: int, *, offset: int, limit: int, oldest: bool = False
    ) -> Found:
        """A page of what the query finds on the shelf, in its order, and how many that are."""
        async with self._database.read() as transaction:
            meant = await reads.meaning(transaction, library, query, reader)
            if meant is None:
                return Found((), 0)
            asked = reads.Search(library, shelf, reader, meant)
            total = await reads.match_count(transaction, asked)
            if offset >= total:
                return Found((), total)
            page = await reads.matches(transaction, asked, offset=offset, limit=limit, oldest=oldest)
        return Found(page, total)

    async def suggest(
        self, shelves: Iterable[tuple[int, str]], query: Query, reader: int, *, limit: int
    ) -> list[tuple[IndexedItem, ...]]:
        """Of each shelf, named with its library, the first of what `search` finds, at most `limit`.

        What is called exactly so stands before the rest; all is found where `query` is empty.
        """
        looks = await self.suggesting(shelves, query, reader, limit=limit)
        await asyncio.gather(*looks, return_exceptions=True)  # all of them are over by then, whatever became of one
        return [look.result() for look in looks]

    async def suggesting(
        self, shelves: Iterable[tuple[int, str]], query: Query, reader: int, *, limit: int
    ) -> list[asyncio.Task[tuple[IndexedItem, ...]]]:
        """The same while each shelf is being looked through; the caller sees all of them to their end."""
        wanted = list(shelves)
        meant = {
            library: await reads.meaning(self._database, library, query, reader)
            for library in {library for library, _ in wanted}
        }

        async def of(library: int, shelf: str) -> tuple[IndexedItem, ...]:
            known = meant[library]
            if known is None and not query.whole:
                return ()
            asked = reads.Search(library, shelf, reader, known or reads.Meaning())
            return await reads.offered(self._database, asked, query.whole, limit=limit, only_called=known is None)

        return [asyncio.create_task(of(library, shelf)) for library, shelf in wanted]

    async def random(self, library: int, shelf: str, reader: int, query: Query | None = None) -> IndexedItem | None:
        """One of what is there or found, each as likely as the other."""
        async with self._database.read() as transaction:
            meant = reads.Meaning() if query is None else await reads.meaning(transaction, library, query, reader)
            if meant is None:
                return None
            asked = reads.Search(library, shelf, reader, meant)
            total = await reads.match_count(transaction, asked)
            if not total:
                return None
            found = await reads.matches(transaction, asked, offset=self._draw(total), limit=1)
        return found[0] if found else None

    async def order_of(self, library: int, shelf: str, limit: int) -> list[Key]:
        """The keys of the first `limit` items."""
        query = select(places.c.kind, places.c.item_id).where(reads.on_shelf(library, shelf))
        rows = await self._database.execute(query.order_by(places.c.rank.desc()).limit(limit))
        return [(row.kind, row.item_id) for row in rows]

    async def ranks_of(self, library: int, shelf: str, keys: Collection[Key]) -> dict[Key, int]:
        """Where these stand, if they are known: the higher, the newer."""
        async with self._database.read() as transaction:
            found = await writes.standing(transaction, library, shelf, keys)
        return {key: rank for key, (rank, _) in found.items()}

    async def marks_of(self, of: Sequence[int], reader: int, keys: Collection[Key]) -> dict[Key, Mark]:
        """What the reader noted on these in these libraries together, the first before the others.

        Nothing for those on which they noted nothing.
        """
        found: dict[Key, list[notes.Noted]] = {}
        async with self._database.read() as transaction:
            for library in of:
                for key, noted in (await notes.read(transaction, library, reader, keys)).items():
                    found.setdefault(key, []).append(noted)
        return {key: notes.mark_of(*notes.together(each)[:2]) for key, each in found.items()}

    # --- changing

    async def put_front(self, library: int, shelf: str, items: Sequence[IndexedItem]) -> None:
        """Put these before all others, in their order, whether they are known or not."""
        async with self._database.write() as transaction:
            users = await notes.users_of(transaction, library)
            if await writes.is_there(transaction, library):
                await writes.put_front(transaction, library, shelf, items)
                await notes.bring_along(transaction, library, users, [item.key for item in items])

    async def fill(self, library: int, shelf: str, items: Sequence[IndexedItem]) -> None:
        """Make the shelf hold these and nothing else; one of an album that went meanwhile holds nothing."""
        async with self._database.write() as transaction:
            users = await notes.users_of(transaction, library)
            if await writes.is_there(transaction, library):
                kept = items if await writes.is_wanted(transaction, library, shelf) else ()
                await writes.clear(transaction, library, shelf, [item.key for item in kept])
                await writes.put_front(transaction, library, shelf, kept)
                await notes.bring_along(transaction, library, users, [item.key for item in kept])

    async def update(self, library: int, item: IndexedItem) -> bool:
        """Correct an item wherever it stands; False if it is not known."""
        async with self._database.write() as transaction:
            there = await writes.is_there(transaction, library)
            return there and await writes.correct(transaction, library, item)

    async def remove(self, library: int, keys: Collection[Key], shelf: str | None = None) -> None:
        """Take items off a shelf; without one out of the library, with all that users noted on them."""
        async with self._database.write() as transaction:
            if await writes.is_there(transaction, library):
                await writes.take_off(transaction, library, keys, shelf)

    async def miss(self, library: int, key: Key, now: datetime) -> None:
        """Take an item off all shelves that one answer calls gone; see `services.ports`."""
        async with self._database.write() as transaction:
            if await writes.is_there(transaction, library):
                await writes.miss(transaction, library, key, now)

    # --- reading all of a shelf, in passes

    async def sync_state(self, library: int, shelf: str) -> SyncState | None:
        """How far the shelf has been read; None before anything was."""
        return await passes.state_of(self._database, library, shelf)

    async def advance(self, state: SyncState, items: Sequence[IndexedItem], *, from_oldest: bool = False) -> bool:
        """Note a page of a pass and where the pass stands, in one transaction; see `services.ports`."""
        async with self._database.write() as transaction:
            users = await notes.users_of(transaction, state.library) if items else ()
            if not await passes.advance(transaction, state, items, from_oldest=from_oldest):
                return False
            await notes.bring_along(transaction, state.library, users, [item.key for item in items])
        return True

    async def unseen(self, state: SyncState, *, within_reach: bool = False) -> int:
        """How many items of the shelf the pass has not seen; `within_reach` those before the last that it knew."""
        async with self._database.read() as transaction:
            unseen = await passes.unseen(transaction, state, within_reach=within_reach)
            query = select(func.count()).select_from(places).where(unseen)
            return int((await transaction.execute(query)).scalar_one())

    async def finish(self, state: SyncState, *, within_reach: bool = False) -> bool:
        """As `advance`, with nothing new, and take off the shelf what `unseen` counts."""
        async with self._database.write() as transaction:
            if not await passes.advance(transaction, state, ()):
                return False
            unseen = await passes.unseen(transaction, state, within_reach=within_reach)
            if state.shelf == Shelf.ALBUMS:
                await writes.drop_contents(transaction, state.library, unseen)
            elif state.shelf == Shelf.IMAGES:
                await writes.drop_from_albums(transaction, state.library, unseen)
            if (await transaction.execute(delete(places).where(unseen))).rowcount:
                await writes.drop_homeless(transaction, state.library)
            if not within_reach:
                await writes.forget_missed(transaction, state)
        return True

    # --- upkeep

    async def empty_some(self, limit: int) -> int:
        """Delete up to `limit` rows of libraries that were let go of; how many there were, 0 when all is done."""
        gone = select(libraries.c.id).where(LET_GO).limit(1).with_for_update(skip_locked=True)
        async with self._database.write() as transaction:
            library = (await transaction.execute(gone)).scalar()
            return 0 if library is None else await writes.empty(transaction, library, limit)

    async def unfolded(self, limit: int) -> list[tuple[int, IndexedItem]]:
        """Items, with their libraries, whose `search` is missing, as after a migration: `update` writes it."""
        query = select(items, places.c.search).join(places, reads.same_item(items, places)).where(UNFOLDED)
        rows = (await self._database.execute(query.limit(limit))).mappings().all()
        return [(row["library_id"], reads.item_of(row)) for row in rows]

    async def _number(self, query: Select[Any]) -> int:
        return int((await self._database.execute(query)).scalar_one())
