from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update

from storage.models import AttemptStatus
from storage.tables import imgur_accounts
from tests.storage.factories import NOW, account, bring_to, cells, link, mark_refused


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
    assert not await mark_refused(stores, 9, before.version)

    after = await stores.accounts.linked(1)
    assert (after.access_token, after.broken) == ("first to land", False)


async def test_of_two_refreshes_at_once_in_two_processes_one_lands(stores, other_stores):
    await link(stores)
    before = await stores.accounts.linked(1)

    landed = await asyncio.gather(
        stores.accounts.refreshed(replace(before, access_token="a")),
        other_stores.accounts.refreshed(replace(before, access_token="b")),
    )

    assert sorted(map(bool, landed)) == [False, True]
    assert (await stores.accounts.linked(1)).access_token == ("a" if landed[0] else "b")


async def claim(stores, version, by, seconds=30):
    return await stores.accounts.claim(9, version, by=by, seconds=seconds)


async def test_of_many_claims_in_two_processes_one_holds(stores, other_stores):
    await link(stores)
    version = (await stores.accounts.linked(1)).version

    answers = await asyncio.gather(*(claim(each, version, f"{n}") for n in range(5) for each in (stores, other_stores)))
    assert answers.count(True) == 2  # both of the one who has it
    holder = str(answers.index(True) // 2)

    assert await claim(stores, version, holder)
    await stores.accounts.release(9, by="another")
    assert not await claim(stores, version, "another")
    await stores.accounts.release(9, by=holder)
    assert not await claim(stores, version + 1, "another")
    assert await claim(stores, version, "another")


async def test_the_claim_of_a_process_that_was_killed_ends(stores, other_stores):
    await link(stores)
    version = (await stores.accounts.linked(1)).version

    assert await claim(stores, version, "killed", seconds=0.2)
    assert not await claim(other_stores, version, "waiting")
    async with asyncio.timeout(10):
        while not await claim(other_stores, version, "waiting"):  # noqa: ASYNC110 - the database's clock is waited for
            await asyncio.sleep(0.02)


async def test_a_claim_that_a_wrong_clock_made_is_free(stores, database):
    await link(stores)
    version = (await stores.accounts.linked(1)).version
    for ahead, is_free in ((50, False), (70, True)):  # of those who claim for 30 seconds
        async with database.write() as transaction:
            until = await transaction.now() + timedelta(seconds=ahead)
            await transaction.execute(update(imgur_accounts).values(refresh_by="killed", refresh_until=until))

        assert await claim(stores, version, "another") is is_free


@pytest.mark.parametrize("end", ["refreshed", "marked", "linked anew"])
async def test_what_replaces_the_tokens_ends_the_claim(stores, end):
    await link(stores)
    before = await stores.accounts.linked(1)
    assert await claim(stores, before.version, "first")

    if end == "refreshed":
        assert await stores.accounts.refreshed(before)
    elif end == "marked":
        assert await stores.accounts.mark_broken(9, before.version, by="first")
    else:
        await link(stores, name="second")

    assert await claim(stores, before.version + 1, "second")


async def test_only_who_holds_the_claim_may_say_that_tokens_are_refused(stores):
    await link(stores)
    before = await stores.accounts.linked(1)

    assert not await stores.accounts.mark_broken(9, before.version, by="nobody")
    assert await claim(stores, before.version, "first", seconds=0)
    assert await claim(stores, before.version, "second")
    assert not await stores.accounts.mark_broken(9, before.version, by="first")
    assert await stores.accounts.linked(1) == before


async def test_new_tokens_win_over_the_verdict_of_somebody_who_tried_the_old_ones_later(stores):
    await link(stores)
    before = await stores.accounts.linked(1)
    assert await claim(stores, before.version, "slow", seconds=0)
    assert await mark_refused(stores, 9, before.version)

    assert await stores.accounts.refreshed(replace(before, access_token="new"))

    after = await stores.accounts.linked(1)
    assert (after.access_token, after.broken, after.version) == ("new", False, before.version + 2)


async def test_a_verdict_on_later_tokens_stands(stores):
    await link(stores)
    before = await stores.accounts.linked(1)
    await link(stores, name="second")
    assert await mark_refused(stores, 9, before.version + 1)

    assert not await stores.accounts.refreshed(replace(before, access_token="late"))
    assert (await stores.accounts.linked(1)).broken


async def test_a_rejected_account_is_marked_once(stores):
    await link(stores)
    before = await stores.accounts.linked(1)

    assert await mark_refused(stores, 9, before.version)
    assert not await mark_refused(stores, 9, before.version)

    after = await stores.accounts.linked(1)
    assert (after.broken, after.version) == (True, before.version + 1)


async def test_a_refresh_never_brings_an_unlinked_account_back(stores, url):
    await link(stores)
    before = await stores.accounts.linked(1)
    await stores.accounts.unlink(1)

    assert not await stores.accounts.refreshed(replace(before, access_token="late"))
    assert cells(url, "imgur_accounts") == []


async def test_a_refresh_from_before_an_unlink_does_not_touch_the_account_linked_anew(stores):
    await link(stores)
    before = await stores.accounts.linked(1)
    await stores.accounts.unlink(1)
    await link(stores, owner=account(access_token="anew"), name="second")

    assert not await stores.accounts.refreshed(replace(before, access_token="late"))
    assert not await mark_refused(stores, 9, before.version)

    after = await stores.accounts.linked(1)
    assert (after.access_token, after.broken) == ("anew", False)


async def test_unlinking_tells_what_was_linked_and_erases_it(stores, url):
    await link(stores)
    before = await stores.accounts.linked(1)

    unopened = replace(before, access_token="", refresh_token="")
    assert await stores.accounts.named(1) == unopened
    assert await stores.accounts.unlink(1) == unopened

    assert await stores.accounts.linked(1) is None
    assert cells(url, "imgur_accounts") == cells(url, "links") == []


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


async def test_users_who_come_and_go_at_once_leave_an_account_if_somebody_points_to_it(stores, other_stores, url):
    """All of one account, some from another one, in two processes."""
    for number in range(1, 7):
        await link(stores, number, account(9 if number % 3 else 8), name=f"old-{number}")
        if number % 2:
            await bring_to(stores, AttemptStatus.PROVED, f"new-{number}", number, account(9))

    def leave_or_come(number, which):
        if number % 2:
            return which.attempts.complete(f"new-{number}", now=NOW)
        return which.accounts.unlink(number)

    await asyncio.gather(*(leave_or_come(n, which) for n in range(1, 7) for which in (stores, other_stores)))

    assert [(row["discord_id"], row["account_id"]) for row in cells(url, "links")] == [(1, 9), (3, 9), (5, 9)]
    assert [row["account_id"] for row in cells(url, "imgur_accounts")] == [9]


async def test_the_last_who_leaves_and_the_next_who_comes_do_not_trip_over_each_other(stores, other_stores, url):
    for number in range(6):
        await link(stores, 1, account(number), name=f"old-{number}")
        await bring_to(stores, AttemptStatus.PROVED, f"new-{number}", 2, account(number))

        await asyncio.gather(stores.accounts.unlink(1), other_stores.attempts.complete(f"new-{number}", now=NOW))

        assert [(row["discord_id"], row["account_id"]) for row in cells(url, "links")] == [(2, number)]
        assert [row["account_id"] for row in cells(url, "imgur_accounts")] == [number]
        await stores.accounts.unlink(2)


async def test_an_unlink_and_a_completion_at_once_end_as_one_after_the_other(stores, other_stores, url):
    for number in range(10):
        await bring_to(stores, AttemptStatus.PROVED, str(number), number)
        await asyncio.gather(stores.attempts.complete(str(number), now=NOW), other_stores.accounts.unlink(number))

    linked = [number for number in range(10) if await stores.accounts.linked(number)]
    assert [row["discord_id"] for row in cells(url, "links")] == linked
    assert len(cells(url, "imgur_accounts")) == bool(linked)
    assert {row["status"] for row in cells(url, "link_attempts")} <= {"done", "void"}
