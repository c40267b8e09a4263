"""What all processes know of Imgur's sign-in, and who waits for it."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from storage import Stores
from storage.models import SignInState, SignInWait
from tests.storage.factories import NOW

MINUTE = timedelta(minutes=1)


async def test_nothing_is_known_before_the_first_look(stores: Stores) -> None:
    assert await stores.sign_in.state() is None


async def test_of_two_at_once_one_looks_and_nobody_before_it_is_due(stores: Stores) -> None:
    for now in (NOW, NOW + 5 * MINUTE):
        taken = await asyncio.gather(*(stores.sign_in.take_look(now, before=now - 5 * MINUTE) for _ in range(3)))
        assert sorted(taken) == [False, False, True]
    early = NOW + 9 * MINUTE
    assert not await stores.sign_in.take_look(early, before=early - 5 * MINUTE)


async def test_a_look_that_a_clock_ahead_has_noted_keeps_nobody_from_looking(stores: Stores) -> None:
    assert await stores.sign_in.take_look(NOW + timedelta(days=400), before=NOW)
    assert await stores.sign_in.take_look(NOW, before=NOW - 5 * MINUTE)


async def test_it_is_down_since_it_was_first_seen_to_be_and_works_since_then_are_counted(stores: Stores) -> None:
    await stores.sign_in.take_look(NOW, before=NOW)
    await stores.sign_in.found(NOW, works=False)
    await stores.sign_in.found(NOW + MINUTE, works=False)
    assert await stores.sign_in.state() == SignInState(NOW, NOW + MINUTE, NOW, 0)
    await stores.sign_in.found(NOW + 2 * MINUTE, works=True)
    await stores.sign_in.found(NOW + 3 * MINUTE, works=True)
    assert await stores.sign_in.state() == SignInState(NOW, NOW + 3 * MINUTE, None, 2)
    await stores.sign_in.found(NOW + 4 * MINUTE, works=False)
    assert await stores.sign_in.state() == SignInState(NOW, NOW + 4 * MINUTE, NOW + 4 * MINUTE, 0)


async def test_who_asked_first_is_told_first_by_one_process_and_asks_once(stores: Stores) -> None:
    await stores.sign_in.wait(2, "de", 22, NOW)
    await stores.sign_in.wait(1, None, 11, NOW + MINUTE)
    await stores.sign_in.wait(2, "fr", 33, NOW + 2 * MINUTE)  # asks again
    now, until = NOW + 3 * MINUTE, NOW + 4 * MINUTE
    found = await asyncio.gather(*(stores.sign_in.claim(now, until=until) for _ in range(3)))
    assert SignInWait(2, "fr", 22, NOW) in found
    assert len([wait for wait in found if wait]) == len({wait.discord_id for wait in found if wait})
    await stores.sign_in.drop(2)
    later = NOW + 5 * MINUTE
    assert await stores.sign_in.claim(later, until=later + MINUTE) == SignInWait(1, None, 11, NOW + MINUTE)
    assert await stores.sign_in.claim(later, until=later + MINUTE) is None
    assert await stores.sign_in.claim(later + MINUTE, until=later + 2 * MINUTE) == SignInWait(1, None, 11, NOW + MINUTE)
