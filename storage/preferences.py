"""What users want otherwise than it is done for everybody. It goes with an unlink."""

from __future__ import annotations

from sqlalchemy import delete, select

from storage.database import Database, Transaction, upsert
from storage.tables import preferences


class PreferenceStore:
    """A row for who wants something else. Raises DatabaseUnavailableError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def keeps_details(self, discord_id: int) -> bool:
        """Whether what pictures tell of their making stays in them."""
        query = select(preferences.c.keeps_details).where(preferences.c.discord_id == discord_id)
        return bool((await self._database.execute(query)).scalar())

    async def keep_details(self, discord_id: int, *, keep: bool) -> None:
        """Remember that it does, or forget it."""
        async with self._database.write() as transaction:
            if keep:
                await upsert(transaction, preferences, {"discord_id": discord_id}, {"keeps_details": True})
            else:
                await erase_preferences(transaction, discord_id)


async def erase_preferences(transaction: Transaction, discord_id: int) -> None:
    """Forget all that the user wanted otherwise."""
    await transaction.execute(delete(preferences).where(preferences.c.discord_id == discord_id))
