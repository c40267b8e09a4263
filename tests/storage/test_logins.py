"""The arrows of a Discord login: each is gone along once, by the browser that has the attempt, in its order."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from storage import Stores
from storage.models import AttemptStatus, LoginStep
from tests.storage.factories import COOKIE, LATER, NOW, STATE, account, attempt, bring_to

MINE: dict[str, Any] = {"cookie_hash": COOKIE, "now": NOW}
OTHER: dict[str, Any] = {"cookie_hash": b"another cookie", "now": NOW}


@pytest.fixture
async def begun(stores: Stores) -> Stores:
    assert await stores.attempts.begin(attempt(), hourly_limit=20)
    return stores


async def step(stores: Stores) -> tuple[AttemptStatus, LoginStep | None, int, bytes | None]:
    found = await stores.attempts.by_id("first")
    assert found is not None
    return found.status, found.login, found.logins, found.state_hash


async def test_login_is_gone_through_in_order(begun: Stores) -> None:
    attempts = begun.attempts
    assert not await attempts.look_into_login("first", 0, **MINE)
    assert await attempts.ask_for_login("first", 0, **MINE)
    assert await step(begun) == (AttemptStatus.BOUND, LoginStep.ASKED, 0, None)
    assert not await attempts.bind("first", state_hash=STATE, **MINE)
    assert not await attempts.identify("first", 0, state_hash=STATE, **MINE)
    assert not await attempts.go_on_by_code("first", state_hash=STATE, **MINE)
    assert not await attempts.look_into_login("first", 1, **MINE)
    assert await attempts.look_into_login("first", 0, **MINE)
    assert not await attempts.look_into_login("first", 0, **MINE)
    assert await step(begun) == (AttemptStatus.BOUND, LoginStep.LOOKING, 1, None)
    assert await attempts.identify("first", 0, state_hash=STATE, **MINE)
    assert await step(begun) == (AttemptStatus.BOUND, LoginStep.IDENTIFIED, 1, STATE)
    for late in (attempts.ask_for_login("first", 1, **MINE), attempts.give_login_up("first", 0, **MINE)):
        assert not await late
    assert not await attempts.tell_foreign("first", 0, **MINE)
    assert await attempts.bind("first", state_hash=STATE, **MINE)
    assert await attempts.spend("first", state_hash=STATE, **MINE)
    assert await attempts.prove("first", account(), None, now=NOW)
    proved = await attempts.by_id("first")
    assert proved is not None
    assert (proved.code, proved.account) == (None, account())
    assert await attempts.complete("first", now=NOW) is not None


async def test_every_step_is_refused_to_another_browser_and_after_the_end(begun: Stores) -> None:
    attempts = begun.attempts
    await attempts.ask_for_login("first", 0, **MINE)
    assert not await attempts.ask_for_login("first", 0, **OTHER)
    assert not await attempts.look_into_login("first", 0, **OTHER)
    late: dict[str, Any] = {"cookie_hash": COOKIE, "now": LATER}
    assert not await attempts.ask_for_login("first", 0, **late)
    assert not await attempts.look_into_login("first", 0, **late)
    assert await attempts.look_into_login("first", 0, **MINE)
    for who in (OTHER, late):
        assert not await attempts.identify("first", 0, state_hash=STATE, **who)
        assert not await attempts.give_login_up("first", 0, **who)
        assert not await attempts.tell_foreign("first", 0, **who)
    assert await attempts.give_login_up("first", 0, **MINE)
    for who in (OTHER, late):
        assert not await attempts.go_on_by_code("first", state_hash=STATE, **who)
    assert await attempts.void("first")
    assert not await attempts.go_on_by_code("first", state_hash=STATE, **MINE)
    assert not await attempts.ask_for_login("first", 1, **MINE)


async def test_refusal_leads_on_by_the_code_until_another_account_is_met(begun: Stores) -> None:
    attempts = begun.attempts
    await attempts.ask_for_login("first", 0, **MINE)
    await attempts.look_into_login("first", 0, **MINE)
    assert await attempts.give_login_up("first", 0, **MINE)
    assert await attempts.go_on_by_code("first", state_hash=STATE, **MINE)
    assert await step(begun) == (AttemptStatus.BOUND, LoginStep.REFUSED, 1, STATE)
    assert await attempts.ask_for_login("first", 1, **MINE)
    assert await step(begun) == (AttemptStatus.BOUND, LoginStep.ASKED, 1, None)
    await attempts.look_into_login("first", 1, **MINE)
    assert await attempts.tell_foreign("first", 1, **MINE)
    assert not await attempts.go_on_by_code("first", state_hash=STATE, **MINE)
    await attempts.ask_for_login("first", 2, **MINE)
    await attempts.look_into_login("first", 2, **MINE)
    assert await attempts.give_login_up("first", 2, **MINE)
    assert await step(begun) == (AttemptStatus.BOUND, LoginStep.FOREIGN, 3, None)
    assert not await attempts.go_on_by_code("first", state_hash=STATE, **MINE)


async def test_refusal_does_not_lead_on_by_the_code_where_an_older_login_turns_out_to_be_another_account(
    begun: Stores,
) -> None:
    attempts = begun.attempts
    for number in range(2):
        await attempts.ask_for_login("first", number, **MINE)
        await attempts.look_into_login("first", number, **MINE)
    await attempts.give_login_up("first", 1, **MINE)
    await attempts.go_on_by_code("first", state_hash=STATE, **MINE)
    assert await attempts.tell_foreign("first", 0, **MINE)
    assert await step(begun) == (AttemptStatus.BOUND, LoginStep.FOREIGN, 2, None)
    await attempts.ask_for_login("first", 2, **MINE)
    await attempts.look_into_login("first", 2, **MINE)
    assert await attempts.tell_foreign("first", 1, **MINE)
    assert await step(begun) == (AttemptStatus.BOUND, LoginStep.LOOKING, 3, None)
    assert await attempts.give_login_up("first", 2, **MINE)
    assert not await attempts.go_on_by_code("first", state_hash=STATE, **MINE)


async def test_an_older_login_s_answer_changes_nothing(begun: Stores) -> None:
    attempts = begun.attempts
    for number in range(2):
        await attempts.ask_for_login("first", number, **MINE)
        await attempts.look_into_login("first", number, **MINE)
    assert not await attempts.identify("first", 0, state_hash=STATE, **MINE)
    assert not await attempts.ask_for_login("first", 1, **MINE)
    assert await attempts.identify("first", 1, state_hash=STATE, **MINE)


async def test_one_of_many_at_once_looks(begun: Stores) -> None:
    await begun.attempts.ask_for_login("first", 0, **MINE)
    looked = await asyncio.gather(*(begun.attempts.look_into_login("first", 0, **MINE) for _ in range(8)))
    assert looked.count(True) == 1


async def test_attempt_that_a_release_without_logins_has_bound_may_be_asked_and_loses_its_state(stores: Stores) -> None:
    await bring_to(stores, AttemptStatus.BOUND)
    assert await stores.attempts.ask_for_login("first", 0, **MINE)
    assert not await stores.attempts.spend("first", state_hash=STATE, **MINE)
    assert not await stores.attempts.ask_for_login("first", 0, cookie_hash=COOKIE, now=NOW + timedelta(hours=1))
