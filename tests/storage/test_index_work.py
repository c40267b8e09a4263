"""How many rows are read for a search: what grows with the square of a list is seen by that, not by the time."""

from __future__ import annotations

import asyncio

import pytest

from storage import Stores
from storage.database import open_database
from storage.models import Key, Query, Tag
from storage.sealing import Keyring
from tests.databases import on_postgres, rows
from tests.storage.factories import link
from tests.storage.shelving import IMAGES, some

READER, MANY = 1, 300
OTHERS = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
READ = "SELECT sum(seq_tup_read + coalesce(idx_tup_fetch, 0)) AS read FROM pg_stat_user_tables"


@on_postgres
@pytest.mark.parametrize("query", [Query(words=("one",)), Query(tags=(("odd", "one"),))])
async def test_a_list_that_postgresql_takes_for_short_is_read_through_once_or_twice(
    query: Query, url: str, keyring: Keyring
) -> None:
    """As before it has analyzed what was just read."""
    async with open_database(url) as database:
        stores = Stores.of(database, keyring)
        await link(stores)
        library = await stores.library.library(9)
        assert library is not None
        await stores.library.fill(library, IMAGES, some(*(f"a{number}" for number in range(MANY))))
        keys: list[Key] = [("image", f"a{number}") for number in range(MANY)]
        await stores.marks.add_tags([library], READER, keys, [Tag("odd one", "odd one")], most=10)
    before = await read_by_now(url)
    async with open_database(url) as database:
        stores = Stores.of(database, keyring)
        [found] = await stores.library.suggest([(library, IMAGES)], query, READER, limit=25)
        assert len(found) == 25
        assert (await stores.library.search(library, IMAGES, query, READER, offset=0, limit=10)).total >= 25
        assert await stores.library.random(library, IMAGES, READER, query)
    assert await read_by_now(url) - before < 40 * MANY


async def read_by_now(url: str) -> int:
    """Rows, whether or not they were of use; each connection has told when it has ended."""
    async with asyncio.timeout(10):
        while rows(url, OTHERS):  # noqa: ASYNC110 - of PostgreSQL's doing
            await asyncio.sleep(0.01)
    return int(rows(url, READ)[0]["read"])
