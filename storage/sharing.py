"""What servers allow, and what was shared: where, by whom, and which items a message shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Row, delete, func, insert, select, update

from storage.database import Database, Executor, Transaction
from storage.erased import is_erased
from storage.models import Key, ServerRules, SharedMessage, Sharing
from storage.sealing import Keyring
from storage.tables import servers, shared_items, shared_messages

SERVER, MESSAGE, ITEM = servers.c, shared_messages.c, shared_items.c


class SharingStore:
    """Raises DatabaseUnavailableError."""

    def __init__(self, database: Database, keyring: Keyring) -> None:
        self._database = database
        self._keyring = keyring

    async def rules(self, guild_id: int) -> ServerRules:
        """What a server allows: everything, where nobody has said anything."""
        return await _rules(self._database, guild_id)

    async def change(self, guild_id: int, **changes: Any) -> ServerRules:
        """Change what is named and nothing else; what is allowed then."""
        values = {name: list(value) if name == "channels" else value for name, value in changes.items()}
        async with self._database.write() as transaction:
            first = transaction.insert(servers).values(guild_id=guild_id, **_columns(ServerRules()))
            await transaction.execute(first.on_conflict_do_nothing())
            await transaction.execute(update(servers).where(SERVER.guild_id == guild_id).values(values))
            return await _rules(transaction, guild_id)

    async def add(self, shared: SharedMessage, *, since: datetime | None = None) -> None:
        """Put it on record; once more changes nothing. Nor is it where its user had everything erased `since` then."""
        row = {name: getattr(shared, name) for name in MESSAGE.keys()}  # noqa: SIM118 - of columns, no dict
        async with self._database.write() as transaction:
            if since is not None and await is_erased(transaction, self._keyring, shared.discord_id, since):
                return
            added = transaction.insert(shared_messages).values(row).on_conflict_do_nothing()
            if (await transaction.execute(added)).rowcount:
                await _put(transaction, shared.message_id, shared.items)

    async def show(self, message_id: int, items: Sequence[Key]) -> None:
        """It shows these now; nothing happens to one that is on no record."""
        there = select(MESSAGE.message_id).where(MESSAGE.message_id == message_id).with_for_update()
        async with self._database.write() as transaction:
            if (await transaction.execute(there)).scalar() is not None:
                await transaction.execute(delete(shared_items).where(ITEM.message_id == message_id))
                await _put(transaction, message_id, items)

    async def get(self, guild_id: int | None, message_id: int) -> SharedMessage | None:
        """One that was shared in this server, or in none."""
        query = select(shared_messages).where(MESSAGE.guild_id == guild_id, MESSAGE.message_id == message_id)
        return next(iter(await self._with_items((await self._database.execute(query)).all())), None)

    async def page(self, guild_id: int, *, offset: int, limit: int) -> Sequence[SharedMessage]:
        """What was shared in this server, the newest first."""
        query = select(shared_messages).where(MESSAGE.guild_id == guild_id)
        query = query.order_by(MESSAGE.shared_at.desc(), MESSAGE.message_id.desc()).offset(offset).limit(limit)
        return await self._with_items((await self._database.execute(query)).all())

    async def count(self, guild_id: int) -> int:
        """How many those are."""
        query = select(func.count()).where(MESSAGE.guild_id == guild_id)
        return int((await self._database.execute(query)).scalar_one())

    async def showing(self, key: Key, *, limit: int) -> Sequence[SharedMessage]:
        """The newest that show an item, whoever shared them."""
        kind, item_id = key
        those = select(ITEM.message_id).where(ITEM.item_id == item_id, ITEM.kind == kind)
        query = select(shared_messages).where(MESSAGE.message_id.in_(those)).order_by(MESSAGE.shared_at.desc())
        return await self._with_items((await self._database.execute(query.limit(limit))).all())

    async def remove(self, message_id: int) -> None:
        """Forget one."""
        async with self._database.write() as transaction:
            await transaction.execute(delete(shared_messages).where(MESSAGE.message_id == message_id))

    async def sweep(self, before: datetime, *, limit: int) -> int:
        """Forget up to `limit` that were shared before then; how many those were."""
        old = select(MESSAGE.message_id).where(MESSAGE.shared_at < before).limit(limit)
        async with self._database.write() as transaction:
            ids = (await transaction.execute(old)).scalars().all()
            if ids:
                await transaction.execute(delete(shared_messages).where(MESSAGE.message_id.in_(ids)))
        return len(ids)

    async def _with_items(self, rows: Sequence[Row[Any]]) -> list[SharedMessage]:
        found = {row.message_id: SharedMessage(**row._mapping) for row in rows}  # noqa: SLF001 - SQLAlchemy's name
        items: dict[int, list[Key]] = {message_id: [] for message_id in found}
        if found:
            query = select(shared_items).where(ITEM.message_id.in_(found)).order_by(ITEM.message_id, ITEM.number)
            for row in await self._database.execute(query):
                items[row.message_id].append((row.kind, row.item_id))
        return [replace(shared, items=tuple(items[shared.message_id])) for shared in found.values()]


async def _rules(executor: Executor, guild_id: int) -> ServerRules:
    row = (await executor.execute(select(servers).where(SERVER.guild_id == guild_id))).one_or_none()
    if row is None:
        return ServerRules()
    return ServerRules(Sharing(row.sharing), tuple(row.channels), row.mature, row.contact)


def _columns(rules: ServerRules) -> dict[str, Any]:
    return {
        "sharing": rules.sharing.value,
        "channels": list(rules.channels),
        "mature": rules.mature,
        "contact": rules.contact,
    }


async def _put(transaction: Transaction, message_id: int, items: Sequence[Key]) -> None:
    rows = [
        {"message_id": message_id, "number": number, "kind": kind, "item_id": item_id}
        for number, (kind, item_id) in enumerate(dict.fromkeys(items))
    ]
    if rows:
        await transaction.execute(insert(shared_items), rows)
