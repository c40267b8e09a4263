"""Changes on record until their user has been told."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.jobs import Changes
from services.jobs.changes import SILENCE, WAITING
from standins.imgur.records import Account
from standins.imgur.standin import Standin
from storage import Stores
from storage.errors import DatabaseUnavailableError
from storage.jobs import JobStore
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
async def test_what_was_answered_before_it_was_cut_off_is_forgotten(stores: Stores, account: Account) -> None:
    """As where the bot is shut down between the answer and the end of the command."""
    await cut_off(Changes(stores.jobs), account, is_told=True)
    assert await stores.jobs.of_user(ADA) == []


async def test_what_is_left_to_be_looked_at_stays_on_record_and_nothing_beside_it(
    stores: Stores, account: Account
) -> None:
    """Of several at a time each has its own."""
    changes = Changes(stores.jobs)
    told = CHANGE | {"title": "Told"}

    async def make(change: dict[str, Any], *, is_left: bool) -> None:
        await changes.record(ADA, account.id, change)
        await asyncio.sleep(0)
        assert not is_left or await asyncio.create_task(left())

    async def left() -> bool:
        return changes.leave()

    assert not changes.leave()
    async with changes.until_told():
        await asyncio.gather(*(asyncio.create_task(make(one, is_left=one is CHANGE)) for one in (told, CHANGE, told)))
        assert len(await stores.jobs.of_user(ADA)) == 3
    [job] = await stores.jobs.of_user(ADA)
    assert dict(job.payload) == CHANGE
    assert not changes.holds(job.id)
    assert job.due_at <= datetime.now(UTC) + SILENCE


async def test_where_nothing_is_on_record_nothing_is_left(stores: Stores, account: Account) -> None:
    """Not even what was recorded before."""
    jobs: Any = Away(stores.jobs)
    changes = Changes(jobs)
    async with changes.until_told():
        await changes.record(ADA, account.id, CHANGE)
        jobs.is_away = True
        await changes.record(ADA, account.id, CHANGE)
        assert not changes.leave()
        jobs.is_away = False
    assert await stores.jobs.of_user(ADA) == []


async def cut_off(changes: Changes, account: Account, *, is_told: bool) -> None:
    """A command that the shutdown ends in the middle."""

    async def command() -> None:
        async with changes.until_told(is_told=lambda: is_told):
            await changes.record(ADA, account.id, CHANGE)
            raise asyncio.CancelledError

    await asyncio.gather(asyncio.ensure_future(command()), return_exceptions=True)


@dataclass
class Away:
    """The store while the database is away."""

    jobs: JobStore
    is_away: bool = False

    def __getattr__(self, name: str) -> Any:
        if self.is_away:
            raise DatabaseUnavailableError("made up")
        return getattr(self.jobs, name)


@on_both
async def test_what_was_told_while_the_database_was_away_is_forgotten_when_it_is_back_and_nobody_looks_meanwhile(
    stores: Stores, account: Account
) -> None:
    away: Any = Away(stores.jobs)
    changes = Changes(away)
    async with changes.until_told():
        await changes.record(ADA, account.id, CHANGE)
        [job] = await stores.jobs.of_user(ADA)
        assert changes.holds(job.id)
        away.is_away = True
    assert changes.holds(job.id)
    away.is_away = False
    async with asyncio.timeout(10):
        while await stores.jobs.of_user(ADA):  # noqa: ASYNC110 - only asking tells
            await asyncio.sleep(0.02)
    await changes.close()
    assert not changes.holds(job.id)


async def test_what_was_cut_off_is_held_by_nobody(stores: Stores, account: Account) -> None:
    changes = Changes(stores.jobs)
    await cut_off(changes, account, is_told=False)
    [job] = await stores.jobs.of_user(ADA)
    assert not changes.holds(job.id)


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
        async with asyncio.timeout(10):
            while not await claimed(stores, now + SILENCE + timedelta(seconds=1)):  # noqa: ASYNC110 - only asking tells
                await asyncio.sleep(0.01)


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


async def test_what_waits_is_on_record_until_there_is_more_to_say(stores: Stores, account: Account) -> None:
    changes = Changes(stores.jobs)

    async def recorded() -> list[dict[str, Any]]:
        return [dict(job.payload) for job in await stores.jobs.of_user(ADA)]

    await changes.waits(ADA)
    assert await recorded() == []
    async with changes.until_told():
        await changes.waits(ADA)
        await changes.waits(ADA)
        assert await recorded() == [WAITING]
        await changes.record(ADA, account.id, CHANGE)
        await changes.close()
        assert await recorded() == [CHANGE]
        await changes.waits(ADA)
        assert await recorded() == [CHANGE]
    await changes.close()
    assert await recorded() == []
