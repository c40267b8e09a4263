"""How far a list has been read, as `/imgur account` tells it."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from cogs.ui.words import md
from services.sync import SyncService
from storage.models import Shelf
from tests.sync.conftest import House, settled, until

IMAGES = "GET /3/account/me/images"
SILENCE = timedelta(minutes=4)


async def test_a_page_that_stays_broken_is_not_said_to_take_a_minute(house: House) -> None:
    """Unless it waits for Imgur's limit, of which it is known how long that takes."""
    house.add(25)
    house.standin.fail_next("over-capacity-500", f"{IMAGES}/1*", times=10_000)
    await house.begin()

    async def words() -> str:
        return md((await house.sync.progress(house.account.id, Shelf.IMAGES)).words)

    async def first_page_came() -> bool:
        return (await words()).startswith("10 ")

    await until(first_page_came)
    assert await words() == "10 of about 25 read, about a minute to go"
    await settled(house)
    house.pass_time(SILENCE)
    said = await words()
    assert said.startswith("10 of about 25 read. Nothing more comes (the last time was <t:")
    assert said.endswith(":R>), and it is tried again by itself")
    held = SyncService(
        house.accounts, house.imgur, house.stores.library, house.jobs, quota=an_hour, now=house.clock.now
    )
    assert (
        md((await held.progress(house.account.id, Shelf.IMAGES)).words) == "10 of about 25 read, about 61 minutes to go"
    )
    house.standin.faults.clear()
    await house.idle()
    assert (await house.sync.progress(house.account.id, Shelf.IMAGES)).is_complete


async def an_hour(_account_id: int, _calls: int) -> float:
    return 3600.0


async def test_favorites_that_come_from_the_other_end_come(house: House) -> None:
    house.standin.switches.favorite_pages = 1
    house.favorite(180)
    page = "GET /3/account/me/favorites/{}/oldest"
    async with house.held(page.format(0)) as hold:
        await house.begin()
        await asyncio.wait_for(hold.arrived.wait(), 30)
        house.clock.ahead += SILENCE
        assert (await house.sync.progress(house.account.id, Shelf.FAVORITES)).silent_since is not None
        async with house.held(page.format(1)) as following:
            hold.release()
            await asyncio.wait_for(following.arrived.wait(), 30)
            assert (await house.sync.progress(house.account.id, Shelf.FAVORITES)).silent_since is None
    await house.idle()
