"""Tries whether a database could be used, and leaves it as it was."""

from __future__ import annotations

import asyncio

from alembic.script import ScriptDirectory

from storage.database import asked
from storage.engines import backend
from storage.errors import NewerDatabaseError
from storage.migrations import SCRIPTS

PATIENCE = 1.0  # seconds to wait for another process's write


def probe(url: str) -> None:
    """Raises StorageError if the database at this address could not be opened, written or understood."""
    known = {script.revision for script in ScriptDirectory(str(SCRIPTS)).walk_revisions()}
    if not asyncio.run(_revisions(url)) <= known:
        raise NewerDatabaseError("the database was written by a newer release of the bot")


async def _revisions(url: str) -> frozenset[str]:
    tried = backend(url, busy_timeout=PATIENCE)
    try:
        return await asked(tried, tried.probe)
    finally:
        await asked(tried, tried.close)
