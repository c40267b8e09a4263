"""What the index needs now and then, in the background."""

from __future__ import annotations

from dataclasses import replace

from services.indexed import found_by
from services.ports import LibraryStore

EMPTIED = 500
"""Rows deleted in one go of what was let go of: a few milliseconds in which nobody else writes to SQLite."""
FOLDED = 200


class Upkeep:
    """Raises DatabaseUnavailableError."""

    def __init__(self, store: LibraryStore) -> None:
        self._store = store

    async def sweep(self) -> None:
        """Delete what was let go of, and make what items are found by where it is missing, as after a migration."""
        while await self._store.empty_some(EMPTIED):
            pass
        while missing := await self._store.unfolded(FOLDED):
            for library, item in missing:
                search = found_by(item.title, item.id, item.description)
                if not await self._store.update(library, replace(item, search=search)):
                    return  # somebody let go of it meanwhile: next time
