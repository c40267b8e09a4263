"""What each user wants otherwise than it is done for everybody."""

from __future__ import annotations

from services.ports import PreferenceStore


class PreferenceService:
    """Knows what users have chosen."""

    def __init__(self, store: PreferenceStore) -> None:
        self._store = store

    async def keeps_details(self, discord_id: int) -> bool:
        """Whether place, camera and their kind stay in the pictures that this user uploads; they go unless chosen."""
        return await self._store.keeps_details(discord_id)

    async def keep_details(self, discord_id: int, *, keep: bool) -> None:
        """Choose that."""
        await self._store.keep_details(discord_id, keep=keep)
