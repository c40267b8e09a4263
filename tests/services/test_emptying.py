"""Taking what was deleted out of messages, while others change them."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest

from imgur.models import Image
from services import emptying
from services.emptying import NotNowError
from services.sharing import Key, SharedMessage, SharingService, Spot
from storage.database import Database
from storage.errors import DatabaseUnavailableError
from storage.sealing import Keyring, new_key
from storage.sharing import SharingStore

CAT, DOG = Image("abc1234"), Image("def5678")
A_CAT: Key = ("image", CAT.id)


@pytest.fixture
def store(database: Database) -> SharingStore:
    return SharingStore(database, Keyring({"k1": new_key()}))


async def over(sharing: SharingService) -> None:
    await asyncio.gather(*sharing.emptying._tasks)


async def test_what_is_turned_meanwhile_is_looked_at_as_it_is_then(store: SharingStore) -> None:
    sharing, begun = SharingService(store), asyncio.Event()
    emptied: list[tuple[int, Key]] = []

    async def empty(shared: SharedMessage, key: Key) -> Sequence[Key]:
        emptied.append((shared.message_id, key))
        begun.set()
        return [one for one in shared.items if one != key]

    sharing.emptying.empty_with(empty)
    for message_id in (1, 2):
        await sharing.posted(message_id, Spot(7, 8), 9, [CAT, DOG])
    async with sharing.emptying.changing(1):  # its owner turns a page
        sharing.emptying.gone(A_CAT)
        await begun.wait()  # the newer message is done first, so it is at this one now
        for _ in range(3):
            await sharing.page(8, 0)
        await sharing.shows(1, [DOG])
    await over(sharing)
    assert emptied == [(2, A_CAT)]
    assert {shared.items for shared in (await sharing.page(8, 0)).messages} == {(("image", DOG.id),)}


async def test_what_discord_did_not_let_it_do_stays_on_record(store: SharingStore) -> None:
    sharing = SharingService(store)

    async def refused(shared: SharedMessage, key: Key) -> None:
        return None

    sharing.emptying.empty_with(refused)
    await sharing.posted(1, Spot(7, 8), 9, [CAT])
    sharing.emptying.gone(A_CAT)
    await over(sharing)
    assert (await sharing.shared(8, 1)).items == (A_CAT,)


async def test_many_messages_are_emptied(store: SharingStore) -> None:
    sharing = SharingService(store)

    async def empty(shared: SharedMessage, key: Key) -> Sequence[Key]:
        return ()

    sharing.emptying.empty_with(empty)
    for message_id in range(30):
        await sharing.posted(message_id, Spot(7, 8), 9, [CAT])
    sharing.emptying.gone(A_CAT)
    await over(sharing)
    assert (await sharing.page(8, 0)).total == 0


async def test_one_that_cannot_be_changed_keeps_no_other(store: SharingStore) -> None:
    sharing = SharingService(store)

    async def empty(shared: SharedMessage, key: Key) -> Sequence[Key]:
        if shared.message_id == 2:
            raise TypeError("what Discord sent")
        return ()

    sharing.emptying.empty_with(empty)
    for message_id in (1, 2, 3):
        await sharing.posted(message_id, Spot(7, 8), 9, [CAT])
    sharing.emptying.gone(A_CAT)
    await over(sharing)
    assert [shared.message_id for shared in (await sharing.page(8, 0)).messages] == [2]


@pytest.mark.parametrize("trouble", [NotNowError(), DatabaseUnavailableError("locked")])
@pytest.mark.parametrize("times", [1, 9])
async def test_what_is_trouble_for_the_moment_is_tried_again_a_few_times(
    store: SharingStore, monkeypatch: pytest.MonkeyPatch, trouble: Exception, times: int
) -> None:
    monkeypatch.setattr(emptying, "AGAIN", (0.0, 0.0))
    sharing, tried = SharingService(store), []

    async def empty(shared: SharedMessage, key: Key) -> Sequence[Key]:
        tried.append(shared.message_id)
        if shared.message_id == 2 and tried.count(2) <= times:
            raise trouble
        return ()

    sharing.emptying.empty_with(empty)
    for message_id in (1, 2, 3):
        await sharing.posted(message_id, Spot(7, 8), 9, [CAT])
    sharing.emptying.gone(A_CAT)
    await over(sharing)
    assert sorted(tried) == [1, *[2] * min(times + 1, 3), 3]
    assert (await sharing.page(8, 0)).total == (times > 1)


async def test_a_shutdown_does_not_wait_for_what_is_to_be_tried_again(store: SharingStore) -> None:
    sharing, tried = SharingService(store), asyncio.Event()

    async def empty(shared: SharedMessage, key: Key) -> Sequence[Key]:
        tried.set()
        raise NotNowError

    sharing.emptying.empty_with(empty)
    await sharing.posted(1, Spot(7, 8), 9, [CAT])
    sharing.emptying.gone(A_CAT)
    await tried.wait()
    async with asyncio.timeout(emptying.PATIENCE / 2):
        await sharing.emptying.close()
