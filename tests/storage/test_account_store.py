from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from storage.models import AttemptStatus
from tests.storage.factories import NOW, account, bring_to, cells, link


async def test_nobody_is_linked_at_first(stores):
    assert await stores.accounts.linked(1) is None
    assert await stores.accounts.get(9) is None
    assert await stores.accounts.unlink(1) is None


async def test_a_refresh_replaces_the_tokens_it_started_from(stores):
    await link(stores)
    before = await stores.accounts.linked(1)

    assert await stores.accounts.refreshed(replace(before, access_token="a2", refresh_token="r2", expires_at=NOW))

    after = replace(before, access_token="a2", refresh_token="r2", expires_at=NOW, version=before.version + 1)
    assert await stores.accounts.linked(1) == await stores.accounts.get(9) == after


async def test_a_late_refresh_changes_nothing(stores):
    await link(stores)
    before = await stores.accounts.linked(1)
    await stores.accounts.refreshed(replace(before, access_token="first to land"))

    assert not await stores.accounts.refreshed(replace(before, access_token="late"))
    assert not await stores.accounts.mark_broken(9, before.version)

    after = await stores.accounts.linked(1)
    assert (after.access_token, after.broken) == ("first to land", False)


async def test_of_two_refreshes_at_once_in_two_processes_one_lands(stores, other_stores):
    await link(stores)
    before = await stores.accounts.linked(1)

    landed = await asyncio.gather(
        stores.accounts.refreshed(replace(before, access_token="a")),
        other_stores.accounts.refreshed(replace(before, access_token="b")),
    )

    assert sorted(landed) == [False, True]
    assert (await stores.accounts.linked(1)).access_token == ("a" if landed[0] else "b")


async def test_a_rejected_account_is_marked_once(stores):
    await link(stores)
    before = await stores.accounts.linked(1)

    assert await stores.accounts.mark_broken(9, before.version)
    assert not await stores.accounts.mark_broken(9, before.version)

    after = await stores.accounts.linked(1)
    assert (after.broken, after.version) == (True, before.version + 1)


async def test_a_refresh_never_brings_an_unlinked_account_back(stores, path):
    await link(stores)
    before = await stores.accounts.linked(1)
    await stores.accounts.unlink(1)

    assert not await stores.accounts.refreshed(replace(before, access_token="late"))
    assert cells(path, "imgur_accounts") == []


async def test_a_refresh_from_before_an_unlink_does_not_touch_the_account_linked_anew(stores):
    await link(stores)
    before = await stores.accounts.linked(1)
    await stores.accounts.unlink(1)
    await link(stores, owner=account(access_token="anew"), name="second")

    assert not await stores.accounts.refreshed(replace(before, access_token="late"))
    assert not await stores.accounts.mark_broken(9, before.version)

    after = await stores.accounts.linked(1)
    assert (after.access_token, after.broken) == ("anew", False)


async def test_unlinking_tells_what_was_linked_and_erases_it(stores, path):
    await link(stores)
    before = await stores.accounts.linked(1)

    unopened = replace(before, access_token="", refresh_token="")
    assert await stores.accounts.named(1) == unopened
    assert await stores.accounts.unlink(1) == unopened

    assert await stores.accounts.linked(1) is None
    assert cells(path, "imgur_accounts") == cells(path, "links") == []


async def test_the_last_one_to_leave_erases_the_account(stores):
    await link(stores, 1)
    await link(stores, 2, name="second")

    await stores.accounts.unlink(1)
    assert (await stores.accounts.linked(2)).access_token == "access-of-9"
    await stores.accounts.unlink(2)
    assert await stores.accounts.get(9) is None


@pytest.mark.parametrize(
    "status", [AttemptStatus.PENDING, AttemptStatus.BOUND, AttemptStatus.SPENT, AttemptStatus.PROVED]
)
async def test_unlinking_voids_what_is_under_way(stores, status):
    await bring_to(stores, status)
    others = await bring_to(stores, status, "others", 2)

    assert await stores.accounts.unlink(1) is None

    assert (await stores.attempts.by_id("first")).status is AttemptStatus.VOID
    assert await stores.attempts.by_id("others") == others
    assert await stores.attempts.complete("first", now=NOW) is None


async def test_an_unlink_and_a_completion_at_once_end_as_one_after_the_other(stores, other_stores, path):
    for number in range(10):
        await bring_to(stores, AttemptStatus.PROVED, str(number), number)
        await asyncio.gather(stores.attempts.complete(str(number), now=NOW), other_stores.accounts.unlink(number))

    linked = [number for number in range(10) if await stores.accounts.linked(number)]
    assert [row["discord_id"] for row in cells(path, "links")] == linked
    assert len(cells(path, "imgur_accounts")) == bool(linked)
    assert {row["status"] for row in cells(path, "link_attempts")} <= {"done", "void"}
