"""Whether the database can be used, asked by /readyz."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path

import pytest
from sqlalchemy import text

from storage.database import Database
from storage.errors import DatabaseUnavailableError


async def test_database_cannot_be_used_when_its_file_was_deleted_though_connections_to_it_still_work(
    database: Database, path: Path
) -> None:
    await database.ping()
    await asyncio.to_thread(path.unlink)
    with pytest.raises(DatabaseUnavailableError):
        await database.ping()


@pytest.mark.parametrize("replaced", [False, True])
async def test_no_other_file_is_used_in_the_place_of_the_database(
    database: Database, path: Path, replaced: bool
) -> None:
    """One connection is to the file that has lost its name; the next one would be to another, with other contents."""

    def lose() -> None:
        if replaced:
            shutil.copy(path, path.with_name("copy"))
            path.with_name("copy").replace(path)
        else:
            path.unlink()

    async with database.read() as first:
        await first.execute(text("SELECT 1"))
        await asyncio.to_thread(lose)
        with pytest.raises(DatabaseUnavailableError, match="another file" if replaced else "gone"):
            async with database.read() as second:
                await second.execute(text("SELECT 1"))
    with pytest.raises(DatabaseUnavailableError, match="another file" if replaced else "gone"):
        await database.ping()
    assert await asyncio.to_thread(path.exists) == replaced
