"""Those who wait for credits: whatever goes wrong for one, the others are served, and nothing is taken for nobody."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from benchmarks.memory_ledger import MemoryLedger
from imgur.chain import Call
from imgur.errors import RateLimitedError, Spent
from imgur.models import RateLimits
from services.quota import line
from services.quota.allowances import APPLICATION, account_allowance
from services.quota.caller import Caller, Priority, Wait, calling
from services.quota.governor import Governor, _floor
from storage.database import open_database
from storage.errors import DatabaseUnavailableError
from storage.ledger import LedgerStore
from storage.models import Grant, Refusal, Take
from storage.sealing import Keyring, new_key
from tests.databases import a_server, on_both
from tests.services.test_governor import ADA, BOB, EVE, READ, UPLOAD, Clock, Imgur, left, until

OWN = account_allowance(7)
KEYRING = Keyring({"test": new_key()})


class Ledger(MemoryLedger):
    """One that may be asked about: counts, breaks for somebody, or takes its time."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = 0
        self.breaks_for: int | None = None
        self.held: asyncio.Event | None = None
        self.is_away = False

    async def reserve(self, user: int, takes: Sequence[Take], *rest: Any) -> Grant | Refusal:
        self.asked += 1
        if user == self.breaks_for:
            raise ZeroDivisionError
        if self.is_away:
            raise DatabaseUnavailableError
        outcome = await super().reserve(user, takes, *rest)
        if self.held:
            await self.held.wait()
        return outcome


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def imgur() -> Imgur:
    return Imgur()


@pytest.fixture
def ledger() -> Ledger:
    return Ledger()


@pytest.fixture
def governor(ledger: Ledger, clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Governor:
    monkeypatch.setattr(line, "LOOK_AGAIN", 0.01)
    return Governor(ledger, clock)


def begin(governor: Governor, imgur: Imgur, user: int = ADA, patience: float = 720.0, **rest: Any) -> asyncio.Task[Any]:
    with calling(Caller(user, patience=patience, **rest)):
        return asyncio.create_task(governor(READ, imgur))


def keep(told: dict[Any, float], name: Any, clock: Clock) -> Callable[[Wait], Any]:
    async def waiting(wait: Wait) -> None:
        told[name] = (wait.until - clock()).total_seconds()

    return waiting


async def pause(governor: Governor, clock: Clock, seconds: float) -> None:
    await governor._ledger.pause(OWN, clock() + timedelta(seconds=seconds), clock())


async def test_an_unforeseen_error_is_told_to_whom_it_meets_and_the_others_are_served(
    governor: Governor, ledger: Ledger, imgur: Imgur, clock: Clock
) -> None:
    await pause(governor, clock, 60)
    tasks = [begin(governor, imgur, user) for user in (ADA, BOB)]
    await until(lambda: ledger.asked > 2)
    ledger.breaks_for = ADA
    with capture_logs() as said:
        clock.pass_by(seconds=61)
        async with asyncio.timeout(10):
            with pytest.raises(ZeroDivisionError):
                await tasks[0]
            await tasks[1]
    assert [entry["log_level"] for entry in said] == ["error"]
    assert await left(governor) == APPLICATION.limit - 1


async def test_who_waits_keeps_their_place_while_the_database_is_away(
    ledger: Ledger, imgur: Imgur, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither credits can be asked for, nor who is linked; the look just before a call is sent is not left out."""
    monkeypatch.setattr(line, "LOOK_AGAIN", 0.01)
    looks = 0

    async def is_linked(_user: int, _account_id: int) -> bool:
        nonlocal looks
        looks += 1
        if ledger.is_away:
            raise DatabaseUnavailableError
        return True

    governor = Governor(ledger, clock, is_linked=is_linked)
    await pause(governor, clock, 60)
    tasks = [begin(governor, imgur, user, holder=(user, 7)) for user in (ADA, BOB, EVE)]
    await until(lambda: ledger.asked > 3)
    ledger.is_away = True
    clock.pass_by(seconds=61)
    asked, looked = ledger.asked, looks
    await until(lambda: ledger.asked > asked + 3 and looks > looked + 3)
    assert not any(task.done() for task in tasks)
    ledger.is_away = False
    async with asyncio.timeout(10):
        await asyncio.gather(*tasks)
    assert len(imgur.calls) == 3
    assert await left(governor) == APPLICATION.limit - 3


async def test_a_database_that_is_away_is_asked_by_one_of_those_who_wait_at_each_look(
    governor: Governor, ledger: Ledger, imgur: Imgur, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    await pause(governor, clock, 60)
    tasks = [begin(governor, imgur, user) for user in range(1, 11)]
    await until(lambda: ledger.asked > 10)
    ledger.is_away = True
    clock.pass_by(seconds=61)
    monkeypatch.setattr(line, "LOOK_AGAIN", 0.2)
    await asyncio.sleep(0.1)
    before = ledger.asked
    await asyncio.sleep(0.5)
    assert 1 <= ledger.asked - before <= 3
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)


async def test_a_database_that_is_away_for_long_ends_what_waits(
    governor: Governor, ledger: Ledger, imgur: Imgur, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line, "LONGEST_AWAY", 0.1)
    await pause(governor, clock, 60)
    tasks = [begin(governor, imgur, user) for user in (ADA, BOB)]
    await until(lambda: ledger.asked > 2)
    ledger.is_away = True
    clock.pass_by(seconds=61)
    for task in tasks:
        async with asyncio.timeout(10):
            with pytest.raises(DatabaseUnavailableError):
                await task
    assert imgur.calls == []


async def test_who_has_no_more_time_does_not_wait_for_the_database(
    governor: Governor, ledger: Ledger, imgur: Imgur, clock: Clock
) -> None:
    await pause(governor, clock, 0.2)
    task = begin(governor, imgur, patience=0.5)
    await until(lambda: ledger.asked > 1)
    ledger.is_away = True
    async with asyncio.timeout(10):
        with pytest.raises((DatabaseUnavailableError, RateLimitedError)):
            await task
    assert imgur.calls == []


async def test_who_waits_outlasts_a_restart_of_postgresql(
    imgur: Imgur, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line, "LOOK_AGAIN", 0.1)
    with a_server() as server:
        async with open_database(server.url(server.make())) as database:
            governor = Governor(LedgerStore(database, KEYRING), clock)
            await pause(governor, clock, 60)
            tasks = [begin(governor, imgur, user) for user in range(1, 7)]
            await until(lambda: len(governor._line) == 6)
            server.stop()
            clock.pass_by(seconds=61)
            await asyncio.sleep(0.5)
            assert not any(task.done() for task in tasks)
            server.start()
            async with asyncio.timeout(20):
                await asyncio.gather(*tasks)
            assert len(imgur.calls) == 6


async def test_who_waits_outlasts_another_program_that_locks_the_database(
    tmp_path: Path, imgur: Imgur, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line, "LOOK_AGAIN", 0.1)
    path = tmp_path / "bot.db"
    async with open_database(f"sqlite:///{path}", busy_timeout=0.01) as database:
        governor = Governor(LedgerStore(database, KEYRING), clock)
        await pause(governor, clock, 60)
        tasks = [begin(governor, imgur, user) for user in (ADA, BOB, EVE)]
        await until(lambda: len(governor._line) == 3)
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            clock.pass_by(seconds=61)
            await asyncio.sleep(0.5)
            assert not any(task.done() for task in tasks)
            other.execute("ROLLBACK")
            async with asyncio.timeout(20):
                await asyncio.gather(*tasks)
        assert len(imgur.calls) == 3


async def test_serving_that_was_ended_from_outside_goes_on(
    governor: Governor, ledger: Ledger, imgur: Imgur, clock: Clock
) -> None:
    """As where a driver takes its own end for everybody's."""
    await pause(governor, clock, 60)
    task = begin(governor, imgur)
    await until(lambda: ledger.asked > 2)
    (serving,) = [one for one in asyncio.all_tasks() if one.get_name() == "quota"]
    serving.cancel()
    clock.pass_by(seconds=61)
    async with asyncio.timeout(10):
        await task


async def test_an_unforeseen_error_in_a_note_takes_nothing_from_the_answer(imgur: Imgur, clock: Clock) -> None:
    class Broken(MemoryLedger):
        async def told(self, *_: Any) -> None:
            raise ZeroDivisionError

    imgur.limits = RateLimits(client_remaining=5)
    with capture_logs() as said:
        reply = await Governor(Broken(), clock)(READ, imgur)
    assert reply.data == "data"
    assert [entry["log_level"] for entry in said] == ["error"]


async def test_what_is_granted_in_the_moment_of_giving_up_is_given_back(
    governor: Governor, ledger: Ledger, imgur: Imgur, clock: Clock
) -> None:
    await pause(governor, clock, 60)
    task = begin(governor, imgur)
    await until(lambda: ledger.asked > 2)
    ledger.held = asyncio.Event()
    clock.pass_by(seconds=61)
    await until(lambda: "application" in ledger._windows)
    assert await left(governor) == APPLICATION.limit - 1
    task.cancel()
    await asyncio.wait([task])
    ledger.held.set()
    await until(lambda: ledger._windows["application"].remaining == APPLICATION.limit)
    assert await left(governor, OWN) == OWN.limit
    assert imgur.calls == []


async def test_what_is_granted_to_somebody_who_cannot_be_told_is_given_back(
    governor: Governor, ledger: Ledger, imgur: Imgur, clock: Clock
) -> None:
    await pause(governor, clock, 60)
    is_served = asyncio.Event()

    async def waiting(_wait: Wait) -> None:
        await is_served.wait()
        raise ConnectionError

    task = begin(governor, imgur, waiting=waiting)
    await asyncio.sleep(0)
    clock.pass_by(seconds=61)
    await until(lambda: "application" in ledger._windows)
    await asyncio.sleep(0.01)
    is_served.set()
    with pytest.raises(ConnectionError):
        await task
    await until(lambda: ledger._windows["application"].remaining == APPLICATION.limit)
    assert imgur.calls == []


@on_both
async def test_30_commands_wait_through_a_pause_that_grows(
    database_url: str, imgur: Imgur, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For 60 s; after 50 s another call's refusal makes it 300: who has no time for that is told so, and when."""
    monkeypatch.setattr(line, "LOOK_AGAIN", 0.02)
    told: dict[int, float] = {}
    async with open_database(database_url) as database:
        governor = Governor(LedgerStore(database, KEYRING), clock)
        await pause(governor, clock, 60)
        tasks = [
            begin(governor, imgur, n, 720.0 if n < 20 else 100.0, waiting=keep(told, n, clock)) for n in range(1, 31)
        ]
        await until(lambda: len(told) == 30)
        assert set(told.values()) == {60.0}
        clock.pass_by(seconds=50)
        await pause(governor, clock, 300)
        clock.pass_by(seconds=11)
        await until(lambda: sum(task.done() for task in tasks) == 11)
        for task in tasks[19:]:
            with pytest.raises(RateLimitedError) as refused:
                await task
            assert refused.value.retry_after == 289.0
        await until(lambda: {told[n] for n in range(1, 20)} == {289.0})
        assert imgur.calls == []
        clock.pass_by(seconds=290)
        async with asyncio.timeout(20):
            await asyncio.gather(*tasks[:19])
        assert len(imgur.calls) == 19
        assert await left(governor) == APPLICATION.limit - 19


async def test_nobody_is_asked_for_all_the_time_while_a_pause_lasts(
    governor: Governor, ledger: Ledger, imgur: Imgur, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The ledger is asked when something may have changed, by one of those who wait for the same."""
    await pause(governor, clock, 60)
    tasks = [begin(governor, imgur, user) for user in range(1, 11)]
    await until(lambda: ledger.asked > 10)
    await pause(governor, clock, 300)
    clock.pass_by(seconds=61)
    await until(lambda: ledger.asked > 20)
    monkeypatch.setattr(line, "LOOK_AGAIN", 0.5)
    await asyncio.sleep(0.05)
    before = ledger.asked
    await asyncio.sleep(0.25)
    assert ledger.asked - before <= 1
    for task in tasks:
        task.cancel()
    await asyncio.wait(tasks)


async def test_the_end_of_a_spent_hour_is_asked_for_by_one_of_many(
    governor: Governor, ledger: Ledger, imgur: Imgur, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each is a write, and commands of others have to write as well; who needs less may have it before."""
    spent = await ledger.reserve(EVE, [Take(OWN, 495)], partial(_floor, Priority.COMMAND), clock())
    assert isinstance(spent, Grant)
    clock.pass_by(minutes=55)
    with calling(Caller(ADA, patience=720.0)):
        uploads = [asyncio.create_task(governor(UPLOAD, imgur)) for _ in range(20)]
        await until(lambda: len(governor._line) == 20)
        await asyncio.sleep(0.05)
        monkeypatch.setattr(line, "LOOK_AGAIN", 0.1)
        await asyncio.sleep(0.1)
        before = ledger.asked
        await asyncio.sleep(0.25)
        assert 1 <= ledger.asked - before <= 4
    assert (await governor(READ, imgur)).data == "data"
    monkeypatch.setattr(line, "LOOK_AGAIN", 0.01)
    clock.pass_by(minutes=6)
    async with asyncio.timeout(10):
        await asyncio.gather(*uploads)
    assert len(imgur.calls) == 21


async def test_who_was_asleep_beyond_their_time_is_not_served_any_more(
    governor: Governor, ledger: Ledger, imgur: Imgur, clock: Clock
) -> None:
    """As after a night of the machine's: the command's answer could not be shown."""
    await pause(governor, clock, 60)
    loop = asyncio.get_running_loop()
    task = begin(governor, imgur, until=loop.time() + 61)
    await until(lambda: ledger.asked > 2)
    time = loop.time
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(loop, "time", lambda: time() + 1000)
        clock.pass_by(seconds=1000)
        await until(task.done)
    assert isinstance(task.exception(), RateLimitedError)
    assert imgur.calls == []


refusal = partial(RateLimitedError, status=429, spent=Spent.USER)


async def test_a_read_that_imgur_itself_refuses_waits_its_turn_and_goes_on(
    governor: Governor, imgur: Imgur, clock: Clock
) -> None:
    told: dict[Any, float] = {}
    imgur.error = refusal()
    tasks = [begin(governor, imgur, user, waiting=keep(told, user, clock)) for user in (ADA, BOB)]
    await until(lambda: len(told) == 2)
    assert told == {ADA: 60.0, BOB: 60.0}
    assert len(imgur.calls) == 1  # one refusal pauses everybody whom it concerns
    imgur.error = None
    clock.pass_by(seconds=61)
    async with asyncio.timeout(10):
        assert [reply.data for reply in await asyncio.gather(*tasks)] == ["data"] * 2
    assert len(imgur.calls) == 3


@pytest.mark.parametrize(
    ("call", "patience", "wait"),
    [
        (replace(READ, method="DELETE"), 720.0, None),  # whoever wanted that decides anew
        (READ, 0.0, None),
        (READ, 5.0, None),
        (READ, 720.0, 1000.0),
    ],
)
async def test_what_is_not_read_or_takes_too_long_is_told_at_once(
    governor: Governor, imgur: Imgur, call: Call, patience: float, wait: float | None
) -> None:
    imgur.error = refusal(retry_after=wait)
    with calling(Caller(ADA, patience=patience)):
        async with asyncio.timeout(5):
            with pytest.raises(RateLimitedError) as refused:
                await governor(call, imgur)
    assert refused.value is imgur.error
    assert refused.value.retry_after == (wait or 60.0)
    assert len(imgur.calls) == 1


async def test_a_read_that_is_refused_again_after_its_wait_is_told(
    governor: Governor, imgur: Imgur, clock: Clock
) -> None:
    told: dict[Any, float] = {}
    imgur.error = refusal(retry_after=30.0)
    task = begin(governor, imgur, waiting=keep(told, ADA, clock))
    await until(lambda: bool(told))
    clock.pass_by(seconds=31)
    async with asyncio.timeout(10):
        with pytest.raises(RateLimitedError):
            await task
    assert len(imgur.calls) == 2
