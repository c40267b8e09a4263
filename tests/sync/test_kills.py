"""Processes that are killed in the middle of reading, and several that read at once: real ones, over one database."""

from __future__ import annotations

import asyncio
import base64
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from storage import Stores
from storage.database import Database
from storage.models import Shelf
from storage.sealing import Keyring, new_key
from tests.databases import rows
from tests.sync.conftest import ALICE, House, ids

IMAGES = "GET /3/account/me/images"
KEY = new_key()
CLAIMS_END = "UPDATE jobs SET claimed_until = 0"
"""As if a minute had passed since a process was killed."""
ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.usefixtures("both")


@pytest.fixture
def stores(database: Database) -> Stores:
    """With a key that other processes are given as well."""
    return Stores.of(database, Keyring({"k1": KEY}))


@asynccontextmanager
async def working(house: House, database_url: str) -> AsyncIterator[asyncio.subprocess.Process]:
    """A process that works; it is killed at the end, if it was not before."""
    key = base64.b64encode(KEY).decode()
    arguments = (database_url, house.standin.url, key)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.sync.worker", *arguments, cwd=ROOT, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


@pytest.mark.parametrize("answer", [False, True])
async def test_after_a_kill_it_goes_on_where_it_was(house: House, database_url: str, *, answer: bool) -> None:
    """Page 4 is asked for, or even answered, when the process is killed."""
    house.add(75)
    house.favorite(3)
    await house.sync.begin(ALICE, house.account.id)
    async with working(house, database_url) as killed, house.held(f"{IMAGES}/4*", answer=answer) as hold:
        await asyncio.wait_for(hold.arrived.wait(), 30)
        killed.kill()
        await killed.wait()
    so_far = await house.sync.progress(house.account.id, Shelf.IMAGES)
    assert (so_far.read, so_far.expected) == (40, 75)
    assert await house.shelf() == ids(house.images())[:40]

    rows(database_url, CLAIMS_END)
    async with working(house, database_url):
        await house.idle()

    assert await house.shelf() == ids(house.images())
    assert await house.shelf(Shelf.FAVORITES) == ids(house.account.favorites[::-1])
    asked = house.calls()
    assert Counter({page: asked[f"{IMAGES}/{page}"] for page in range(10)}) == Counter(
        {0: 2, 1: 1, 2: 1, 3: 1, 4: 2, 5: 1, 6: 1, 7: 1, 8: 1, 9: 0}
    )


async def test_what_a_second_pass_had_not_seen_when_it_was_killed_is_still_there(
    house: House, database_url: str
) -> None:
    house.add(65)
    await house.read()
    await house.runner.close()
    await house.sync.again(ALICE, house.account.id, Shelf.IMAGES)
    async with working(house, database_url) as killed, house.held(f"{IMAGES}/3*") as hold:
        await asyncio.wait_for(hold.arrived.wait(), 30)
        killed.kill()
        await killed.wait()
    assert await house.shelf() == ids(house.images())

    rows(database_url, CLAIMS_END)
    async with working(house, database_url):
        await house.idle()
    assert await house.shelf() == ids(house.images())


async def test_two_processes_at_once_read_each_page_once(house: House, database_url: str) -> None:
    house.add(75)
    await house.sync.begin(ALICE, house.account.id)
    async with working(house, database_url), working(house, database_url):
        await house.idle()

    assert await house.shelf() == ids(house.images())
    asked = house.calls()
    assert [asked[f"{IMAGES}/{page}"] for page in range(9)] == [2, *[1] * 8]


@pytest.mark.parametrize("match", ["GET /3/album/*/images", "GET /3/account/me/favorites/1/oldest"])
async def test_what_is_in_albums_and_the_other_end_of_favorites_goes_on_too(
    house: House, database_url: str, match: str
) -> None:
    house.standin.switches.favorite_pages = 2
    house.favorite(200)
    pictures = house.add(6)
    albums = [house.album(f"Album {number}", pictures[: number + 1]) for number in range(4)]
    if "album" in match:
        match = match.replace("*", albums[2].id)
    await house.sync.begin(ALICE, house.account.id)
    async with working(house, database_url) as killed, house.held(match, answer=True) as hold:
        await asyncio.wait_for(hold.arrived.wait(), 30)
        killed.kill()
        await killed.wait()
    rows(database_url, CLAIMS_END)
    async with working(house, database_url):
        await house.idle()

    assert await house.shelf(Shelf.FAVORITES) == ids(house.account.favorites[::-1])
    for album in albums:
        assert await house.shelf(f"album:{album.id}") == ids(album.images)
    asked = house.calls()
    repeated = {line: count for line, count in asked.items() if count > 1 and not line.endswith(("/0", "/newest"))}
    assert repeated == {match: 2}
