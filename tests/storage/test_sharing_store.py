from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from storage.models import ServerRules, SharedMessage, Sharing
from storage.sharing import SharingStore
from tests.storage.factories import NOW, cells

GUILD, CHANNEL, ALICE = 2**62, 2**61, 2**60
CAT, TRIP = ("image", "abc1234"), ("album", "abcde")


@pytest.fixture
def store(database, keyring):
    return SharingStore(database, keyring)


def shared(message_id: int, *items, guild: int | None = GUILD, at=NOW) -> SharedMessage:
    return SharedMessage(message_id, guild, CHANNEL, ALICE, at, items)


async def test_a_server_that_said_nothing_allows_everything(store):
    assert await store.rules(GUILD) == ServerRules(Sharing.EVERYWHERE, (), mature=True, contact=None)


async def test_what_is_changed_is_changed_alone(store):
    await store.change(GUILD, contact="write to us")
    await store.change(GUILD, sharing="chosen", channels=(CHANNEL, 7))
    changed = await store.change(GUILD, mature=False)
    assert changed == ServerRules(Sharing.CHOSEN, (CHANNEL, 7), mature=False, contact="write to us")
    assert await store.rules(GUILD) == changed
    assert await store.rules(GUILD + 1) == ServerRules()


async def test_two_who_change_different_things_at_once_change_both(store):
    await asyncio.gather(store.change(GUILD, mature=False), store.change(GUILD, sharing="off"))
    assert await store.rules(GUILD) == ServerRules(Sharing.NOWHERE, (), mature=False)


async def test_what_was_shared_is_found_by_its_server_with_what_it_shows(store):
    await store.add(shared(1, CAT, TRIP, CAT))
    await store.add(shared(1, TRIP))
    found = await store.get(GUILD, 1)
    assert found == shared(1, CAT, TRIP)
    assert await store.get(GUILD + 1, 1) is None
    assert await store.get(GUILD, 2) is None


async def test_what_it_shows_is_replaced_and_what_is_on_no_record_stays_so(store):
    await store.add(shared(1, CAT))
    await store.show(1, [TRIP])
    await store.show(2, [TRIP])
    assert (await store.get(GUILD, 1)).items == (TRIP,)
    assert [one.message_id for one in await store.showing(TRIP, limit=9)] == [1]
    assert await store.showing(CAT, limit=9) == []


async def test_pages_begin_with_the_newest_of_this_server_alone(store):
    for number in range(5):
        await store.add(shared(number, CAT, at=NOW + timedelta(seconds=number)))
    await store.add(shared(9, CAT, guild=None))
    await store.add(shared(10, CAT, guild=GUILD + 1))
    assert await store.count(GUILD) == 5
    assert [one.message_id for one in await store.page(GUILD, offset=1, limit=3)] == [3, 2, 1]
    assert {one.message_id for one in await store.showing(CAT, limit=9)} == {0, 1, 2, 3, 4, 9, 10}
    assert len(await store.showing(CAT, limit=2)) == 2
    assert await store.showing(("album", CAT[1]), limit=9) == []


async def test_what_goes_takes_its_items_along(store, url):
    for number in range(4):
        await store.add(shared(number, CAT, TRIP, at=NOW + timedelta(days=number)))
    await store.remove(3)
    assert await store.sweep(NOW + timedelta(days=2), limit=1) == 1
    assert await store.sweep(NOW + timedelta(days=2), limit=5) == 1
    assert [row["message_id"] for row in cells(url, "shared_messages")] == [2]
    assert {row["message_id"] for row in cells(url, "shared_items")} == {2}
