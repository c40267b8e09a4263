"""What a gallery remembers that fits into no custom_id: its query, and what is ticked in it."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable, Sequence
from contextlib import suppress
from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, func, insert, or_, select, update

from storage.database import Database, Executor, Transaction
from storage.erased import is_erased
from storage.errors import DatabaseUnavailableError
from storage.models import Key, Selected
from storage.sealing import Keyring
from storage.tables import selected, views

VIEW, TICKED = views.c, selected.c


class ViewStore:
    """Views are found by their id and their user together. Using one keeps it from the sweeper."""

    def __init__(self, database: Database, keyring: Keyring) -> None:
        self._database = database
        self._keyring = keyring

    async def add(
        self,
        discord_id: int,
        query: str,
        items: Sequence[Selected] = (),
        *,
        now: datetime,
        most: int,
        replacing: bool = False,
        since: datetime | None = None,
    ) -> str:
        """Remember a view; its id, 12 characters. Of the user's, no more than the `most` last used ones stay.

        With `replacing`, no other with the same query does. Nothing is remembered, the id being of a view that is
        forgotten, where the user had everything erased `since` what it is for was asked.
        """
        view_id = secrets.token_urlsafe(9)
        mine = select(VIEW.id).where(VIEW.discord_id == discord_id).order_by(VIEW.used_at.desc(), VIEW.id)
        async with self._database.write() as transaction:
            if since is not None and await is_erased(transaction, self._keyring, discord_id, since):
                return view_id
            if replacing:
                await transaction.execute(delete(views).where(VIEW.discord_id == discord_id, VIEW.query == query))
            stale = (await transaction.execute(mine.offset(max(most - 1, 0)))).scalars().all()
            if stale:
                await transaction.execute(delete(views).where(VIEW.id.in_(stale)))
            row = {"id": view_id, "discord_id": discord_id, "query": query, "used_at": now}
            await transaction.execute(insert(views).values(row))
            await _tick(transaction, view_id, items, after=0)
        return view_id

    async def take(self, view_id: str, discord_id: int) -> tuple[str, tuple[Selected, ...]] | None:
        """The view's query and what is ticked, and forget the view: of two at once, one gets it, the other None."""
        mine = delete(views).where(VIEW.id == view_id, VIEW.discord_id == discord_id)
        async with self._database.write() as transaction:
            items = await _ticked(transaction, view_id, discord_id)
            query = (await transaction.execute(mine.returning(VIEW.query))).scalar()
        return None if query is None else (query, items)

    async def query(self, view_id: str, discord_id: int, *, now: datetime) -> str | None:
        """The view's query; None for one that is forgotten, or somebody else's.

        That it was used is noted where the database takes it.
        """
        mine = select(VIEW.query).where(VIEW.id == view_id, VIEW.discord_id == discord_id)
        query: str | None = (await self._database.execute(mine)).scalar()
        if query is not None:
            with suppress(DatabaseUnavailableError):
                async with self._database.write() as transaction:
                    await _use(transaction, view_id, discord_id, now)
        return query

    async def selected(self, view_id: str, discord_id: int) -> tuple[Selected, ...]:
        """What is ticked, in the order of ticking; nothing where there is no such view."""
        return await _ticked(self._database, view_id, discord_id)

    async def select(
        self,
        view_id: str,
        discord_id: int,
        shown: Collection[Key],
        chosen: Sequence[Selected],
        *,
        now: datetime,
        most: int,
    ) -> tuple[Selected, ...] | None:
        """Of what is `shown`, up to 25 items, let these be ticked and no others; all that is ticked then.

        What does not fit into `most` is left out. None, changing nothing, where there is no such view.
        """
        wanted = {item.key: item for item in chosen}
        async with self._database.write() as transaction:
            if await _use(transaction, view_id, discord_id, now) is None:
                return None
            unticked = [_is(key) for key in shown if key not in wanted]
            if unticked:
                await transaction.execute(delete(selected).where(TICKED.view_id == view_id, or_(*unticked)))
            ticked = {item.key for item in await _ticked(transaction, view_id, discord_id)}
            new = [item for key, item in wanted.items() if key not in ticked][: max(most - len(ticked), 0)]
            highest = select(func.coalesce(func.max(TICKED.number), 0)).where(TICKED.view_id == view_id)
            await _tick(transaction, view_id, new, after=(await transaction.execute(highest)).scalar_one())
            return await _ticked(transaction, view_id, discord_id)

    async def clear(self, view_id: str, discord_id: int) -> None:
        """Let nothing be ticked."""
        async with self._database.write() as transaction:
            await _clear(transaction, view_id, discord_id)

    async def sweep(self, before: datetime, *, limit: int) -> int:
        """Forget up to `limit` views that were last used before then; how many those were."""
        old = select(VIEW.id).where(VIEW.used_at < before).order_by(VIEW.used_at).limit(limit)
        found = (await self._database.execute(old)).scalars().all()
        if not found:
            return 0
        async with self._database.write() as transaction:
            gone = await transaction.execute(delete(views).where(VIEW.id.in_(found), VIEW.used_at < before))
            return gone.rowcount


async def erase_views(transaction: Transaction, discord_id: int) -> None:
    """Erase a user's views with what is ticked in them."""
    await transaction.execute(delete(views).where(VIEW.discord_id == discord_id))


async def is_asked(transaction: Transaction, question: str, discord_id: int) -> bool:
    """Whether a question of the user's has no answer yet; nobody else answers it until the transaction ends."""
    query = select(VIEW.id).where(VIEW.id == question, VIEW.discord_id == discord_id).with_for_update()
    return (await transaction.execute(query)).first() is not None


async def settle_question(transaction: Transaction, question: str, discord_id: int, clears: str | None) -> None:
    """It has its answer, and in the view that it was asked about nothing is ticked any more."""
    await transaction.execute(delete(views).where(VIEW.id == question, VIEW.discord_id == discord_id))
    if clears is not None:
        await _clear(transaction, clears, discord_id)


async def _clear(transaction: Transaction, view_id: str, discord_id: int) -> None:
    mine = select(VIEW.id).where(VIEW.id == view_id, VIEW.discord_id == discord_id)
    await transaction.execute(delete(selected).where(TICKED.view_id.in_(mine)))


async def _use(transaction: Transaction, view_id: str, discord_id: int, now: datetime) -> str | None:
    """Note that the view is used, which also keeps others from it until the commit; its query."""
    mine = update(views).where(VIEW.id == view_id, VIEW.discord_id == discord_id)
    query: str | None = (await transaction.execute(mine.values(used_at=now).returning(VIEW.query))).scalar()
    return query


async def _ticked(executor: Executor, view_id: str, discord_id: int) -> tuple[Selected, ...]:
    query = (
        select(TICKED.kind, TICKED.item_id, TICKED.title, TICKED.account_id)
        .join(views)
        .where(TICKED.view_id == view_id, VIEW.discord_id == discord_id)
        .order_by(TICKED.number)
    )
    rows = (await executor.execute(query)).all()
    return tuple(Selected(row.kind, row.item_id, row.title, row.account_id) for row in rows)


async def _tick(transaction: Transaction, view_id: str, items: Iterable[Selected], *, after: int) -> None:
    for number, item in enumerate(items, after + 1):
        values = {"kind": item.kind, "item_id": item.id, "title": item.title, "account_id": item.account_id}
        await transaction.execute(insert(selected).values(view_id=view_id, number=number, **values))


def _is(key: Key) -> ColumnElement[bool]:
    kind, item_id = key
    return and_(TICKED.kind == kind, TICKED.item_id == item_id)
