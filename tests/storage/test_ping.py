"""Whether the database can be used, asked by /readyz."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from storage.database import Database
from storage.errors import DatabaseUnavailableError


async def test_database_cannot_be_used_when_its_file_was_deleted_though_connections_to_it_still_work(
    database: Database, path: Path
) -> None:
    await database.ping()
    await asyncio.to_thread(path.unlink)
    with pytest.raises(DatabaseUnavailableError):
        await database.ping()
