"""The hash of the commands that were last sent to Discord."""

from __future__ import annotations

from sqlalchemy import select

from storage.database import Database, upsert
from storage.tables import command_syncs


class SyncStore:
    """One hash for each application."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def get(self, application_id: int) -> str | None:
        """What was sent last, None before the first time."""
        query = select(command_syncs.c.digest).where(command_syncs.c.application_id == application_id)
        return (await self._database.execute(query)).scalar()

    async def set(self, application_id: int, digest: str) -> None:
        """Remember what was sent."""
        async with self._database.write() as transaction:
            await upsert(transaction, command_syncs, {"application_id": application_id}, {"digest": digest})
