"""Each link and unlink leaves a line for its user, and not without bounds."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from storage import Stores
from storage.link_history import KEPT_FOR, MOST
from storage.models import AttemptStatus, LinkDeed, LinkEvent, LinkProof, Spot, Where
from tests.storage.factories import COOKIE, NOW, STATE, account, attempt, bring_to, link

HERE = Spot(Where.SERVER, 2**63 - 1)
UNLINKED = LinkEvent(NOW, LinkDeed.UNLINKED, spot=Spot(Where.DIRECT))
MINE: dict[str, Any] = {"cookie_hash": COOKIE, "now": NOW}


async def begun(stores: Stores, name: str = "first", **changes: Any) -> None:
    assert await stores.attempts.begin(attempt(name, **({"spot": HERE} | changes)), hourly_limit=99)


async def by_code(stores: Stores) -> None:
    await begun(stores)
    assert await stores.attempts.bind("first", state_hash=STATE, **MINE)
    assert await stores.attempts.spend("first", state_hash=STATE, **MINE)
    assert await stores.attempts.prove("first", account(), "K7QW2M9X", now=NOW)


async def by_login(stores: Stores) -> None:
    await begun(stores)
    assert await stores.attempts.ask_for_login("first", 0, **MINE)
    assert await stores.attempts.look_into_login("first", 0, **MINE)
    assert await stores.attempts.identify("first", 0, state_hash=STATE, **MINE)
    assert await stores.attempts.spend("first", state_hash=STATE, **MINE)
    assert await stores.attempts.prove("first", account(), None, now=NOW)


async def by_paste(stores: Stores) -> None:
    await begun(stores, nonce_hash=None, state_hash=STATE)
    assert await stores.attempts.spend("first", state_hash=STATE, cookie_hash=None, now=NOW)
    assert await stores.attempts.prove("first", account(), None, now=NOW)


@pytest.mark.parametrize(
    ("way", "proof"), [(by_code, LinkProof.CODE), (by_login, LinkProof.LOGIN), (by_paste, LinkProof.PASTED)]
)
async def test_line_says_when_how_and_where_it_was_begun(stores: Stores, way: Any, proof: LinkProof) -> None:
    await way(stores)
    assert await stores.accounts.history(1, 5) == []  # it is not linked yet
    assert await stores.attempts.complete("first", now=NOW + timedelta(minutes=1)) is not None
    assert await stores.attempts.complete("first", now=NOW) is None
    linked = LinkEvent(NOW + timedelta(minutes=1), LinkDeed.LINKED, proof, HERE)
    assert await stores.accounts.history(1, 5) == [linked]
    assert await stores.accounts.unlink(1, UNLINKED) is not None
    assert await stores.accounts.unlink(1, UNLINKED) is None  # nothing was linked
    assert await stores.accounts.history(1, 5) == [UNLINKED, linked]
    assert await stores.accounts.history(2, 5) == []


async def test_another_account_in_the_place_of_the_first_is_said_to_be_one(stores: Stores) -> None:
    for name, number in (("first", 9), ("again", 9), ("other", 8)):
        await link(stores, 1, account(number), name)
    found = await stores.accounts.history(1, 5)
    assert [event.deed for event in found] == [LinkDeed.REPLACED, LinkDeed.LINKED, LinkDeed.LINKED]
    assert found[0].spot is None  # as in an attempt of the release before


async def test_an_attempt_that_ends_otherwise_leaves_no_line(stores: Stores) -> None:
    await bring_to(stores, AttemptStatus.PROVED)
    await stores.attempts.void("first")
    assert await stores.attempts.complete("first", now=NOW) is None
    assert await stores.accounts.history(1, 5) == []


async def test_of_many_lines_the_newest_are_kept_and_others_keep_theirs(stores: Stores) -> None:
    await link(stores, 2, account(8), "second")
    for number in range(MOST):
        await link(stores, 1, account(), f"link-{number}")
        await stores.accounts.unlink(1, LinkEvent(NOW + timedelta(seconds=number), LinkDeed.UNLINKED))
    found = await stores.accounts.history(1, 99)
    assert len(found) == MOST
    assert found[0].at == NOW + timedelta(seconds=MOST - 1)
    assert len(await stores.accounts.history(1, 5)) == 5
    assert len(await stores.accounts.history(2, 99)) == 1


async def test_lines_are_forgotten_after_a_year(stores: Stores) -> None:
    await link(stores, 1, account())
    await stores.accounts.unlink(1, LinkEvent(NOW + timedelta(days=1), LinkDeed.UNLINKED))
    await stores.attempts.sweep(NOW + KEPT_FOR)
    assert [event.deed for event in await stores.accounts.history(1, 5)] == [LinkDeed.UNLINKED]
