"""PostgreSQL ends all connections, or is restarted, while an account is read: it goes on by itself where it was."""

from __future__ import annotations

import asyncio
import signal

import pytest

from storage.errors import StorageError
from tests.databases import PostgresServer
from tests.storage.test_postgres import END_ALL
from tests.sync.conftest import House, ids

IMAGES = "GET /3/account/me/images"


@pytest.fixture
def database_url(server: PostgresServer) -> str:
    return server.url(server.make())


@pytest.mark.parametrize("how", ["ended", "crashed"])
async def test_a_pass_goes_on_where_it_was(house: House, server: PostgresServer, how: str) -> None:
    house.add(45)
    async with house.held(f"{IMAGES}/2*") as hold:
        await house.begin()
        await asyncio.wait_for(hold.arrived.wait(), 30)
        house.calls()
        if how == "ended":
            server.execute("test_1", END_ALL)
        else:
            server.stop(signal.SIGQUIT)
            hold.release()
            with pytest.raises(StorageError):
                await house.library()
            server.start()
    await idle(house)

    assert await house.shelf() == ids(house.images())
    asked = house.calls()
    assert all(asked[f"{IMAGES}/{page}"] <= 2 for page in range(2, 6))
    assert asked[f"{IMAGES}/1"] == 0
    assert await house.look() is None


async def idle(house: House) -> None:
    """Until nothing is open; the database may still be starting.

    A job that could not be written down meanwhile is claimed for a minute.
    """
    async with asyncio.timeout(120):
        while True:
            try:
                await house.idle()
            except (StorageError, TimeoutError):
                await asyncio.sleep(0.05)
            else:
                return
