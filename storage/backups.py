"""Backups: who has proved in which browser that they may fetch theirs, and the lists of pictures, fixed when begun."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, insert, or_, select, update

from storage.database import Database
from storage.models import Backup, BackupStatus
from storage.tables import backup_parts, backups

COLUMNS = backups.c
PART = backup_parts.c


class BackupStore:
    """Each step is one conditional statement: of two at once, one gets True. A user has one backup at a time."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def begin(self, backup: Backup) -> None:
        """Add it in the place of an older one of the user's."""
        values = {name: getattr(backup, name) for name in COLUMNS.keys()}  # noqa: SIM118 - these are columns
        async with self._database.write() as transaction:
            await transaction.lock("user", backup.discord_id)
            await transaction.execute(delete(backups).where(COLUMNS.discord_id == backup.discord_id))
            await transaction.execute(insert(backups).values(values))

    async def by_nonce(self, nonce_hash: bytes) -> Backup | None:
        """The backup of a link."""
        return await self._one(COLUMNS.nonce_hash == nonce_hash)

    async def by_id(self, backup_id: str) -> Backup | None:
        """The backup of this id."""
        return await self._one(COLUMNS.id == backup_id)

    async def current(self, discord_id: int) -> Backup | None:
        """The user's."""
        return await self._one(COLUMNS.discord_id == discord_id)

    async def bind(self, backup_id: str, *, cookie_hash: bytes, code_hash: bytes, now: datetime) -> bool:
        """PENDING to BOUND; the browser that has it may do so again."""
        again = and_(COLUMNS.status == BackupStatus.BOUND, COLUMNS.cookie_hash == cookie_hash)
        mine = or_(COLUMNS.status == BackupStatus.PENDING, again)
        values = {"status": BackupStatus.BOUND, "cookie_hash": cookie_hash, "code_hash": code_hash}
        return await self._step(backup_id, mine, COLUMNS.expires_at > now, **values)

    async def count_try(self, backup_id: str, *, limit: int, now: datetime) -> int | None:
        """Count one try at the code and tell how many that makes; None where none is allowed (any more)."""
        mine = and_(COLUMNS.id == backup_id, COLUMNS.status == BackupStatus.BOUND, COLUMNS.tries < limit)
        change = update(backups).where(mine, COLUMNS.expires_at > now).values(tries=COLUMNS.tries + 1)
        async with self._database.write() as transaction:
            tries: int | None = (await transaction.execute(change.returning(COLUMNS.tries))).scalar()
        return tries

    async def open(self, backup_id: str, *, now: datetime, until: datetime) -> bool:
        """BOUND to OPEN: the code was entered."""
        mine = COLUMNS.status == BackupStatus.BOUND
        return await self._step(backup_id, mine, COLUMNS.expires_at > now, status=BackupStatus.OPEN, expires_at=until)

    async def plan(self, backup_id: str, account_id: int | None, parts: Sequence[Sequence[Mapping[str, Any]]]) -> bool:
        """OPEN to READY, with what is in each part. `account_id` is whose pictures are among them."""
        mine = update(backups).where(COLUMNS.id == backup_id, COLUMNS.status == BackupStatus.OPEN)
        ready = mine.values(status=BackupStatus.READY, parts=len(parts), account_id=account_id)
        async with self._database.write() as transaction:
            if not (await transaction.execute(ready)).rowcount:
                return False
            for number, entries in enumerate(parts, 1):
                row = {"backup_id": backup_id, "number": number, "entries": list(entries)}
                await transaction.execute(insert(backup_parts).values(row))
        return True

    async def entries(self, backup_id: str, number: int) -> Sequence[Mapping[str, Any]] | None:
        """What is in a part."""
        query = select(PART.entries).where(PART.backup_id == backup_id, PART.number == number)
        found: list[Mapping[str, Any]] | None = (await self._database.execute(query)).scalar()
        return found

    async def end(self, backup_id: str) -> bool:
        """Forget it."""
        async with self._database.write() as transaction:
            return bool((await transaction.execute(delete(backups).where(COLUMNS.id == backup_id))).rowcount)

    async def sweep(self, now: datetime) -> int:
        """Forget what has expired; how many those were."""
        late = select(COLUMNS.id).where(COLUMNS.expires_at <= now).limit(1)
        if not (await self._database.execute(late)).first():
            return 0  # as mostly
        async with self._database.write() as transaction:
            return (await transaction.execute(delete(backups).where(COLUMNS.expires_at <= now))).rowcount

    async def _one(self, where: ColumnElement[bool]) -> Backup | None:
        row = (await self._database.execute(select(backups).where(where))).mappings().one_or_none()
        return None if row is None else Backup(**{**row, "status": BackupStatus(row["status"])})

    async def _step(self, backup_id: str, *where: ColumnElement[bool], **values: Any) -> bool:
        async with self._database.write() as transaction:
            change = update(backups).where(COLUMNS.id == backup_id, *where).values(**values)
            return bool((await transaction.execute(change)).rowcount)
