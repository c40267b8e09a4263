"""Which pictures are to be deleted by themselves: claimed by one process for a while, gone with their picture."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, delete, func, not_, outerjoin, select, update

from storage.database import Database, Transaction, upsert
from storage.errors import KeyMissingError, SealBrokenError
from storage.index.reads import pieces
from storage.jobs.rows import is_free
from storage.keys import add_key, erase_keys
from storage.models import Awaited, Expiry, JobState
from storage.sealing import Keyring, SealContext
from storage.tables import data_keys, expiries, jobs

COLUMNS = expiries.c
LEASE = timedelta(minutes=1)
"""How long a claim holds: by then Imgur has answered, or nobody waits for it any more."""


class ExpiryStore:
    """`now` is the caller's, from which what is due is told; claims go by the database's clock.

    Raises DatabaseUnavailableError.
    """

    def __init__(self, database: Database, keyring: Keyring) -> None:
        self._database = database
        self._keyring = keyring

    async def awaited(self, discord_id: int, account_id: int | None = None) -> Awaited:
        """What is to be deleted of the user's; with an account, of its pictures."""
        failing = func.count().filter(COLUMNS.failures > 0)
        columns = func.count().label("number"), func.min(COLUMNS.due_at).label("next_at"), failing.label("failing")
        query = select(*columns).where(COLUMNS.discord_id == discord_id)
        if account_id is not None:
            query = query.where(COLUMNS.account_id == account_id)
        row = (await self._database.execute(query)).one()
        return Awaited(row.number, row.next_at, row.failing)

    async def move_to(self, discord_id: int, image_id: str, due_at: datetime) -> bool:
        """Have it deleted at another time; False where it is not to be deleted, or is being deleted."""
        values = {"due_at": due_at, "try_at": due_at, "failures": 0, "claim": None, "claimed_until": None}
        return bool(await self._change(update(expiries).values(**values), discord_id, image_id))

    async def keep(self, discord_id: int, image_id: str) -> bool:
        """Have it not deleted; False where it is being deleted."""
        async with self._database.write() as transaction:
            free = is_free(COLUMNS, await transaction.now())
            await _forget(transaction, _is(discord_id, image_id), free)
            left = await transaction.execute(select(COLUMNS.image_id).where(_is(discord_id, image_id)))
            return left.first() is None

    async def users_due(self, now: datetime, kind: str, *, limit: int) -> Sequence[int]:
        """Some users of whom something is due, and who have no open job of this kind."""
        busy = select(jobs.c.id).where(
            jobs.c.kind == kind, jobs.c.discord_id == COLUMNS.discord_id, jobs.c.state == JobState.OPEN
        )
        async with self._database.read() as transaction:
            free = is_free(COLUMNS, await transaction.now())
            due = select(COLUMNS.discord_id).where(COLUMNS.try_at <= now, free, not_(busy.exists()))
            return (await transaction.execute(due.distinct().limit(limit))).scalars().all()

    async def claim(self, discord_id: int, now: datetime, image_id: str | None = None) -> Expiry | None:
        """Take what of the user's has been due the longest; it ends by itself after LEASE.

        Or this picture, if it is due, whenever it was to be tried again.
        """
        is_it = COLUMNS.try_at <= now
        if image_id is not None:
            is_it = and_(COLUMNS.image_id == image_id, COLUMNS.due_at <= now)
        async with self._database.write() as transaction:
            clock = await transaction.now()
            due = and_(COLUMNS.discord_id == discord_id, is_it, is_free(COLUMNS, clock))
            first = select(COLUMNS.image_id).where(due).order_by(COLUMNS.try_at, COLUMNS.image_id).limit(1)
            mine = and_(_is(discord_id, first.scalar_subquery()), due)
            change = update(expiries).where(mine).values(claim=secrets.token_hex(8), claimed_until=clock + LEASE)
            claimed = (await transaction.execute(change.returning(COLUMNS.image_id))).scalar()
            if claimed is None:
                return None
            row = (await transaction.execute(_with_keys().where(_is(discord_id, claimed)))).one()
        return self._opened(row)

    async def release(self, expiry: Expiry, try_at: datetime, *, failures: int) -> bool:
        """Try it again then; False where it is somebody else's by now, or gone."""
        values = {"try_at": try_at, "failures": failures, "claim": None, "claimed_until": None}
        mine = and_(_is(expiry.discord_id, expiry.image_id), COLUMNS.claim == (expiry.claim or ""))
        async with self._database.write() as transaction:
            return bool((await transaction.execute(update(expiries).where(mine).values(**values))).rowcount)

    async def hurry(self, discord_id: int, now: datetime, account_id: int | None = None) -> Sequence[str]:
        """Have all that is to be deleted of the user's, or of an account, deleted now; the ids."""
        change = update(expiries).where(COLUMNS.discord_id == discord_id).values(due_at=now, try_at=now)
        if account_id is not None:
            change = change.where(COLUMNS.account_id == account_id)
        async with self._database.write() as transaction:
            return (await transaction.execute(change.returning(COLUMNS.image_id))).scalars().all()

    async def erase(self, discord_id: int) -> None:
        """Forget all that is noted of the user's pictures; none of them is deleted any more."""
        async with self._database.write() as transaction:
            await forget_expiries(transaction, discord_id)

    async def _change(self, change: Any, discord_id: int, image_id: str) -> int:
        async with self._database.write() as transaction:
            free = is_free(COLUMNS, await transaction.now())
            return int((await transaction.execute(change.where(_is(discord_id, image_id), free))).rowcount)

    def _opened(self, row: Row[Any]) -> Expiry:
        """With what opens: a lost key keeps no picture from being deleted by its id."""
        deletehash, context = None, expiry_context(row.discord_id, row.image_id)
        with suppress(KeyMissingError, SealBrokenError):
            deletehash = self._keyring.open(row.deletehash, context, row.data_key) if row.deletehash else None
        return replace(_expiry(row), deletehash=deletehash, claim=row.claim)


async def expiries_of(database: Database, discord_id: int, image_ids: Collection[str]) -> dict[str, Expiry]:
    """What is to be deleted among these pictures of the user's, by their ids; without deletehashes."""
    found: dict[str, Expiry] = {}
    if not image_ids:
        return found
    async with database.read() as transaction:
        for piece in pieces(image_ids):
            mine = select(expiries).where(COLUMNS.discord_id == discord_id, COLUMNS.image_id.in_(piece))
            found |= {row.image_id: _expiry(row) for row in await transaction.execute(mine)}
    return found


async def note_expiry(transaction: Transaction, keyring: Keyring, expiry: Expiry) -> None:
    """Have a picture deleted then, whatever was said of it before: within the write that notes the picture."""
    is_it = _is(expiry.discord_id, expiry.image_id)
    await _forget(transaction, is_it)
    values: dict[str, Any] = {
        "account_id": expiry.account_id,
        "due_at": expiry.due_at,
        "try_at": expiry.due_at,
        "failures": 0,
        "claim": None,
        "claimed_until": None,
        "deletehash": None,
        "data_key_id": None,
    }
    if expiry.deletehash is not None:
        key = await add_key(transaction)
        context = expiry_context(expiry.discord_id, expiry.image_id)
        values |= {"deletehash": keyring.seal(expiry.deletehash, context, key.key), "data_key_id": key.id}
    await upsert(transaction, expiries, {"discord_id": expiry.discord_id, "image_id": expiry.image_id}, values)


async def forget_expiry(transaction: Transaction, discord_id: int, image_id: str) -> None:
    """The picture is gone, and with it when it was to be."""
    await _forget(transaction, _is(discord_id, image_id))


async def forget_expiries(transaction: Transaction, discord_id: int, account_id: int | None = None) -> None:
    """Forget what is to be deleted of the user's; with an account, of its pictures."""
    of = [] if account_id is None else [COLUMNS.account_id == account_id]
    await _forget(transaction, COLUMNS.discord_id == discord_id, *of)


async def _forget(transaction: Transaction, *where: ColumnElement[bool]) -> None:
    gone = await transaction.execute(delete(expiries).where(*where).returning(COLUMNS.data_key_id))
    await erase_keys(transaction, gone.scalars().all())


def _expiry(row: Row[Any]) -> Expiry:
    return Expiry(row.discord_id, row.image_id, row.due_at, row.account_id, row.failures)


def _is(discord_id: int, image_id: Any) -> ColumnElement[bool]:
    return and_(COLUMNS.discord_id == discord_id, COLUMNS.image_id == image_id)


def _with_keys() -> Select[Any]:
    keys = outerjoin(expiries, data_keys, COLUMNS.data_key_id == data_keys.c.id)
    return select(expiries, data_keys.c.key.label("data_key")).select_from(keys)


def expiry_context(discord_id: int, image_id: str) -> SealContext:
    """Where a deletehash is sealed."""
    return SealContext("expiries.deletehash", f"{discord_id}/{image_id}")
