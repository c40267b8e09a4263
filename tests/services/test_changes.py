"""Changes on record until their user has been told."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from services.jobs import Changes
from services.jobs.changes import SILENCE
from standins.imgur.records import Account
from standins.imgur.standin import Standin
from storage import Stores
from storage.models import Job
from tests.databases import on_both
from tests.services.test_account import ADA, link

CHANGE = {"deed": "edit", "album": "abcde", "title": "Old", "wish": {"title": "New"}}


@pytest.fixture
async def account(stores: Stores, standin: Standin) -> Account:
    account = standin.world.add_account("ada_imgur")
    await link(stores, standin, account)
    return account


@on_both
@pytest.mark.parametrize("ends", [None, ValueError, asyncio.CancelledError])
async def test_what_was_told_is_forgotten_and_what_was_cut_off_is_not(
    ends: type[BaseException] | None, stores: Stores, account: Account
) -> None:
    """However it was told, in an error's words too; when the bot is shut down in the middle, nobody knows."""
    changes = Changes(stores.jobs)
    during: list[Job] = []

    async def command() -> None:
        async with changes.until_told():
            await changes.record(ADA, account.id, CHANGE)
            await changes.record(ADA, account.id, CHANGE)
            during[:] = await stores.jobs.of_user(ADA)
            if ends is not None:
                raise ends

    await asyncio.gather(command(), return_exceptions=True)

    assert [dict(job.payload) for job in during] == [CHANGE, CHANGE]
    assert len(await stores.jobs.of_user(ADA)) == (2 if ends is asyncio.CancelledError else 0)


@on_both
async def test_nobody_looks_while_its_process_shows_that_it_is_alive(stores: Stores, account: Account) -> None:
    now = datetime.now(UTC)
    changes = Changes(stores.jobs, lambda: now, sign_every=0.01)
    async with changes.until_told():
        await changes.record(ADA, account.id, CHANGE)
        assert await claimed(stores, now + SILENCE - timedelta(seconds=1)) is None
        now += timedelta(minutes=10)
        async with asyncio.timeout(10):
            while (await stores.jobs.of_user(ADA))[0].due_at < now:  # noqa: ASYNC110 - only asking tells
                await asyncio.sleep(0.01)
        assert await claimed(stores, now + SILENCE - timedelta(seconds=1)) is None
        assert await claimed(stores, now + SILENCE + timedelta(seconds=1))


async def test_nothing_is_recorded_where_nobody_waits_for_an_answer_or_nobody_is_linked(
    stores: Stores, account: Account
) -> None:
    changes = Changes(stores.jobs)
    await changes.record(ADA, account.id, CHANGE)
    async with changes.until_told():
        await changes.record(ADA, account.id + 1, CHANGE)
        assert await stores.jobs.of_user(ADA) == []


async def claimed(stores: Stores, now: datetime) -> Job | None:
    return await stores.jobs.claim(["change"], now)
