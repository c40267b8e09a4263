"""What the tests' PostgreSQL promises them: nobody meets what another test has left."""

from __future__ import annotations

import asyncio

import asyncpg
import pytest

from storage import Stores
from storage.database import open_database
from storage.sealing import Keyring, new_key
from tests.databases import postgres_database, postgres_server, rows
from tests.storage.factories import link

USED = "SELECT sequencename FROM pg_sequences WHERE last_value IS NOT NULL"
ROWS = """
SELECT relname FROM pg_class
WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND pg_relation_size(oid) > 0
"""


def test_a_database_that_is_used_again_is_empty_whatever_was_done_in_it() -> None:
    async def fill(url: str) -> None:
        async with open_database(url) as database:
            await link(Stores.of(database, Keyring({"k1": new_key()})))

    with postgres_database() as url:
        before = postgres_server().dump(url)
        asyncio.run(fill(url))
        rows(url, f"ALTER DATABASE {url.split('/')[3].split('?')[0]} SET enable_seqscan = off")
        assert rows(url, USED)
        assert len(rows(url, ROWS)) > 1
    with postgres_database() as again:
        assert again == url
        assert rows(again, USED) == []
        assert rows(again, ROWS) == [{"relname": "alembic_version"}]
        assert rows(again, "SHOW enable_seqscan") == [{"enable_seqscan": "on"}]
        assert postgres_server().dump(again) == before


@pytest.mark.parametrize(
    "change",
    [
        "ALTER TABLE links ADD COLUMN more text",
        "ALTER TABLE anonymous_uploads ALTER COLUMN size TYPE numeric",
        "DROP TABLE alembic_version",
        "UPDATE alembic_version SET version_num = '9999'",
        "CREATE TABLE more (number int)",
        "CREATE INDEX more ON links (discord_id)",
        "CREATE SCHEMA more",
        "ANALYZE alembic_version",
    ],
)
def test_a_database_in_which_more_than_rows_was_changed_is_not_used_again(change: str) -> None:
    with postgres_database() as url:
        rows(url, change)
    with postgres_database() as another:
        assert another != url


def test_who_is_still_connected_is_put_out() -> None:
    async def query(connection: asyncpg.Connection[asyncpg.Record]) -> None:
        with pytest.raises((asyncpg.PostgresError, asyncpg.InterfaceError, OSError)):
            await connection.execute("SELECT 1")

    with asyncio.Runner() as runner:
        with postgres_database() as url:
            connection = runner.run(asyncpg.connect(url))
            runner.run(connection.execute("BEGIN; LOCK TABLE links"))
        runner.run(query(connection))
