"""The runner of work in the background: errors, restarts, lost claims, and steps that are never done twice."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import pytest

from errors import NotLinkedError
from imgur.errors import (
    NotSentError,
    OutcomeUnknownError,
    OverCapacityError,
    RateLimitedError,
    UnauthorizedError,
)
from locales.text import Text
from services.jobs import Done, Handler, JobService, Pause, Runner, Stepwise, Stopped, Verdict, Work
from services.jobs import runner as runner_module
from services.words import Words
from storage.errors import DatabaseUnavailableError
from storage.models import Job, JobState, Origin, Step
from storage.tables import TICK
from tests.databases import rows
from tests.reading import read

T = TypeVar("T")


@dataclass
class Outside:
    """What the jobs change: steps by their name, how often each was done, and what goes wrong before or after it."""

    done: Counter[str] = field(default_factory=Counter)
    before: dict[str, list[Exception]] = field(default_factory=dict)
    after: dict[str, list[Exception]] = field(default_factory=dict)
    unseen: list[Exception] = field(default_factory=list)
    held: asyncio.Event | None = None
    reached: asyncio.Event = field(default_factory=asyncio.Event)
    ended: list[str] = field(default_factory=list)


class Deleting(Stepwise):
    kind = "deleting"

    def __init__(self, outside: Outside) -> None:
        self.outside = outside

    async def do(self, work: Work, step: Step) -> str:
        name = step.payload["name"]
        if errors := self.outside.before.get(name):
            raise errors.pop(0)
        self.outside.done[name] += 1
        self.outside.reached.set()
        if self.outside.held:
            await self.outside.held.wait()
        if errors := self.outside.after.get(name):
            raise errors.pop(0)
        return "deleted"

    async def look(self, work: Work, step: Step) -> str | None:
        if self.outside.unseen:
            raise self.outside.unseen.pop()
        return "looked up" if self.outside.done[step.payload["name"]] else None

    async def ended(self, work: Work) -> Verdict:
        return Done(Words(Text("Deleted"), Text(", ".join(f"{step.outcome}" for step in await work.steps()))))

    async def stopped(self, work: Work, error: Exception) -> Words:
        left = [step.payload["name"] for step in await work.steps() if step.outcome is None]
        return Words(Text("Stopped"), Text("Left: {names}.", names=", ".join(left)))


class Odd(Handler):
    """Does as it is told, piece by piece."""

    kind = "odd"

    def __init__(self, *pieces: Verdict | Exception | None) -> None:
        self.pieces = list(pieces)
        self.met: list[int] = []

    async def advance(self, work: Work) -> Verdict | None:
        self.met.append(work.job.discord_id)
        piece = self.pieces.pop(0) if self.pieces else Done(Words(Text("Over")))
        if isinstance(piece, Exception):
            raise piece
        return piece

    async def is_through(self) -> bool:
        return not self.pieces


class AskedFor(Odd):
    is_asked_for = True


async def until(condition: Callable[[], Awaitable[T]]) -> T:
    async with asyncio.timeout(15):
        while not (met := await condition()):  # noqa: ASYNC110 - only asking tells
            await asyncio.sleep(0.005)
    return met


@asynccontextmanager
async def running(stores, *handlers: Handler, **options) -> AsyncIterator[JobService]:
    runner = Runner(stores.jobs, handlers, **{"pause": 0.01, "look_every": 0.02} | options)
    runner.start()
    try:
        yield JobService(stores.jobs, runner.wake)
    finally:
        await runner.close()


async def outcome(jobs: JobService, user: int = 1) -> tuple[str, str]:
    """What the next answer to the user tells beside it."""
    (words,) = await until(lambda: jobs.outcomes(user))
    return read(words.title), read(words.text)


async def begun(jobs: JobService, kind: str, user: int = 1, *names: str) -> Job:
    job = await jobs.begin(kind, user, steps=named(*names))
    assert job is not None
    return job


async def found(jobs: JobService, job: Job) -> Job:
    known = await jobs.get(job.discord_id, job.id)
    assert known is not None
    return known


async def nothing_left(jobs: JobService) -> bool:
    return not await jobs.of_user(1)


def named(*names: str) -> list[dict[str, str]]:
    return [{"name": name} for name in names]


async def test_steps_are_done_in_order_and_the_outcome_waits_for_the_user(stores):
    outside = Outside()
    async with running(stores, Deleting(outside)) as jobs:
        await jobs.begin("deleting", 1, steps=named("a", "b", "c"))

        assert await outcome(jobs) == ("Deleted", "deleted, deleted, deleted")
        assert await jobs.outcomes(1) == []
    assert outside.done == Counter("abc")


LOST = OutcomeUnknownError("cut off")


@pytest.mark.parametrize(
    ("before", "after", "told", "left"),
    [
        ([], [LOST], "looked up", None),
        ([RateLimitedError(status=429)], [], "", "b, c"),
        ([OverCapacityError(status=403)], [], "", "b, c"),
        ([UnauthorizedError(status=401)], [], "", "b, c"),
        ([NotLinkedError()], [], "", "b, c"),
        ([RateLimitedError(retry_after=0.01)], [], "deleted", None),  # the quota's own word: Imgur was not asked
        ([NotSentError()], [], "deleted", None),
        ([DatabaseUnavailableError()], [], "deleted", None),
    ],
    ids=lambda value: str(value)[:40],
)
async def test_what_becomes_of_a_step_that_fails(stores, before, after, told, left):
    """It waits for what passes by itself, and stops at what its user should see; nothing is done twice."""
    outside = Outside(before={"b": list(before)}, after={"b": list(after)})
    async with running(stores, Deleting(outside)) as jobs:
        job = await begun(jobs, "deleting", 1, "a", "b", "c")
        title, text = await outcome(jobs)

        if left is None:
            assert (title, text) == ("Deleted", f"deleted, {told}, deleted")
        else:
            assert (title, text) == ("Stopped", f"Left: {left}.")
            assert outside.done == Counter("a")
            assert (await jobs.progress(job)).done == 1
            assert await jobs.resume(1, job.id)
            assert await outcome(jobs) == ("Deleted", "deleted, deleted, deleted")
    assert outside.done == Counter("abc")


async def test_a_step_that_was_under_way_at_the_shutdown_is_looked_up_at_the_next_start(stores, monkeypatch):
    monkeypatch.setattr("services.jobs.runner.GRACE", 0.05)
    outside = Outside(held=asyncio.Event())
    async with running(stores, Deleting(outside)) as jobs:
        await jobs.begin("deleting", 1, steps=named("a", "b"))
        await outside.reached.wait()
    outside.held = None

    async with running(stores, Deleting(outside)) as jobs:
        assert await outcome(jobs) == ("Deleted", "looked up, deleted")
    assert outside.done == Counter("ab")


async def test_a_step_under_way_that_ends_in_time_is_on_record_at_the_shutdown(stores):
    outside = Outside(held=(held := asyncio.Event()))
    async with running(stores, Deleting(outside)) as jobs:
        job = await begun(jobs, "deleting", 1, "a", "b")
        await outside.reached.wait()
        asyncio.get_running_loop().call_later(0.05, held.set)

    assert [step.outcome for step in await jobs.steps(job)] == ["deleted", None]
    assert outside.done == Counter("a")


async def test_after_an_unlink_in_the_middle_nothing_more_is_done(stores):
    outside = Outside(held=(held := asyncio.Event()))
    async with running(stores, Deleting(outside)) as jobs:
        await jobs.begin("deleting", 1, steps=named("a", "b"))
        await jobs.begin("deleting", 2, steps=named("c"))
        await outside.reached.wait()
        await stores.accounts.unlink(1)
        held.set()

        assert await outcome(jobs, 2) == ("Deleted", "deleted")
        assert await jobs.of_user(1) == []
        assert await jobs.outcomes(1) == []
    assert outside.done == Counter("ac")


async def test_what_its_user_stops_ends_with_the_step_under_way_whichever_process_has_it(stores):
    outside = Outside(held=(held := asyncio.Event()))
    elsewhere = JobService(stores.jobs, lambda: None)
    async with running(stores, Deleting(outside)) as jobs:
        job = await begun(jobs, "deleting", 1, "a", "b", "c")
        await outside.reached.wait()
        assert await elsewhere.stop(1, job.id)
        held.set()

        assert await outcome(jobs) == ("Stopped", "Left: b, c.")
        assert outside.done == Counter("a")
        assert await elsewhere.resume(1, job.id)
        assert await outcome(jobs) == ("Deleted", "deleted, deleted, deleted")


@pytest.mark.parametrize("error", [OutcomeUnknownError("cut off"), NotSentError(), RateLimitedError(retry_after=600)])
async def test_nothing_is_waited_for_where_its_user_wants_it_to_stop(stores, error):
    outside = Outside(before={"b": [error]}, held=(held := asyncio.Event()))
    async with running(stores, Deleting(outside), pause=600) as jobs:
        job = await begun(jobs, "deleting", 1, "a", "b", "c")
        await outside.reached.wait()
        held.set()
        await until(lambda: is_waiting(jobs, job))
        assert await jobs.stop(1, job.id)

        assert await outcome(jobs) == ("Stopped", "Left: b, c.")


async def test_what_cannot_be_looked_up_keeps_no_job_from_stopping(stores):
    outside = Outside(after={"a": [LOST]}, unseen=[NotSentError()] * 99)
    async with running(stores, Deleting(outside), pause=600) as jobs:
        job = await begun(jobs, "deleting", 1, "a", "b")
        await until(lambda: is_waiting(jobs, job))
        assert await jobs.stop(1, job.id)

        assert await outcome(jobs) == ("Stopped", "Left: a, b.")
        outside.unseen.clear()
        assert await jobs.resume(1, job.id)
        assert await outcome(jobs) == ("Deleted", "looked up, deleted")
    assert outside.done == Counter("ab")


async def is_waiting(jobs: JobService, job: Job) -> bool:
    now = await jobs.get(1, job.id)
    return now is not None and (now.state is JobState.STOPPED or (await jobs.progress(now)).waits > 1)


async def test_another_process_goes_on_with_what_a_killed_one_left_within_a_minute(stores, database_url):
    await stores.jobs.begin("odd", 1, datetime.now(UTC))
    assert await stores.jobs.claim(["odd"], datetime.now(UTC))
    assert await stores.jobs.claim(["odd"], datetime.now(UTC)) is None
    rows(database_url, f"UPDATE jobs SET claimed_until = claimed_until - {timedelta(minutes=1) // TICK}")

    async with running(stores, Odd()) as jobs:
        assert await outcome(jobs) == ("Over", "")


async def test_a_claim_that_is_lost_ends_what_is_done_under_it(stores, monkeypatch):
    monkeypatch.setattr("services.jobs.runner.RENEW_EVERY", 0.02)
    outside = Outside(held=(held := asyncio.Event()))
    async with running(stores, Deleting(outside)) as jobs:
        job = await begun(jobs, "deleting", 1, "a")
        await outside.reached.wait()
        await jobs.drop(1, job.id)
        outside.reached.clear()
        await jobs.begin("deleting", 1, steps=named("b"))  # waits for no `held`: the one place of the user is free
        await outside.reached.wait()
        held.set()

        assert await outcome(jobs) == ("Deleted", "deleted")


@pytest.mark.parametrize(
    "error",
    [OverCapacityError(), DatabaseUnavailableError(), ValueError("a bug"), RateLimitedError(retry_after=0.01)],
    ids=lambda error: type(error).__name__,
)
async def test_failures_pass(stores, error):
    odd = Odd(error, None, error, Pause(0.01), error)
    async with running(stores, odd) as jobs:
        await jobs.begin("odd", 1)

        assert await outcome(jobs) == ("Over", "")
    assert len(odd.met) == 6


async def test_each_failure_in_a_row_doubles_the_pause(stores):
    odd = Odd(*[OverCapacityError()] * 3, Pause(3600))
    began = datetime.now(UTC)
    async with running(stores, odd, pause=0.04) as jobs:
        job = await begun(jobs, "odd", 1)

        async def paused() -> Job | None:
            known = await found(jobs, job)
            return known if known.due_at - began > timedelta(minutes=30) else None

        known = await until(paused)
    assert known
    assert (datetime.now(UTC) - began).total_seconds() > 0.04 + 0.08 + 0.16
    assert known.failures == 0


async def test_what_never_works_ends(stores):
    quiet, asked = Odd(*[ValueError("a bug")] * 50), AskedFor(*[ValueError("a bug")] * 50)
    asked.kind = "asked"  # type: ignore[misc]
    async with running(stores, quiet, asked, pause=0.0001) as jobs:
        await jobs.begin("odd", 1)
        job = await begun(jobs, "asked", 2)
        title, text = await outcome(jobs, 2)
        assert title == "Something went wrong in the bot"
        assert f"job-{job.id}" in text
        await until(lambda: nothing_left(jobs))
        assert (await found(jobs, job)).state is JobState.STOPPED
    assert len(quiet.met) == len(asked.met) == 10


async def test_a_job_of_somebody_who_has_no_account_any_more_ends_quietly(stores):
    async with running(stores, Odd(NotLinkedError())) as jobs:
        await jobs.begin("odd", 1)
        await until(lambda: nothing_left(jobs))
        assert await jobs.outcomes(1) == []


async def test_what_others_left_comes_after_the_start_and_what_is_asked_for_at_once(stores, monkeypatch):
    monkeypatch.setattr("services.jobs.runner.HEAD_START", 3600.0)
    odd = Odd(None)
    await stores.jobs.begin("odd", 1, datetime.now(UTC))
    async with running(stores, odd, look_every=3600.0) as jobs:
        await asyncio.sleep(0.1)
        assert odd.met == []
        await begun(jobs, "odd", 2)
        await until(odd.is_through)


async def test_users_are_served_in_turns(stores, monkeypatch):
    monkeypatch.setattr("services.jobs.runner.SLICE", 0.0)
    monkeypatch.setattr("services.jobs.runner.AT_ONCE", 1)
    odd = Odd(*[None] * 30)
    for user in (1, 2, 3):
        await stores.jobs.begin("odd", user, datetime.now(UTC))
    async with running(stores, odd):
        await until(odd.is_through)

    assert [odd.met[: 3 * rounds].count(user) for rounds in range(1, 11) for user in (1, 2, 3)] == [
        rounds for rounds in range(1, 11) for _ in range(3)
    ]


async def test_what_is_done_for_a_job_is_done_within_what_the_house_gives(stores):
    seen: list[Job] = []

    class Within:
        def __init__(self, job: Job, _handler: object) -> None:
            self.job = job

        def __enter__(self) -> None:
            seen.append(self.job)

        def __exit__(self, *_: object) -> None:
            pass

    async with running(stores, Odd(Stopped(Words(Text("Enough")))), within=Within) as jobs:
        job = await begun(jobs, "odd", 1)
        assert await outcome(jobs) == ("Enough", "")
    assert [job.id for job in seen] == [job.id]


@dataclass
class Told:
    """Where users are told by themselves."""

    takes: bool = True
    told: list[tuple[str, tuple[str, str] | None]] = field(default_factory=list)

    async def ended(self, origin: str, job: Job) -> bool:
        words = Words.of(job.outcome, job.words) if job.outcome else None
        self.told.append((origin, (read(words.title), read(words.text)) if words else None))
        return self.takes


@pytest.mark.parametrize("takes", [True, False])
async def test_the_message_that_shows_a_job_tells_how_it_ended_or_the_next_answer_does(stores, *, takes):
    runner = Runner(stores.jobs, [Odd()], look_every=0.02)
    jobs, told = JobService(stores.jobs, runner.wake, others_tell=0), Told(takes)
    jobs.announce_with(told)
    runner.tell_with(jobs.ended)
    begun = await stores.jobs.begin("odd", 1, datetime.now(UTC))
    await jobs.shown_in(1, begun.id, Origin("fake-token", datetime.now(UTC) + timedelta(minutes=14)))
    runner.start()

    async def is_told() -> bool:
        return bool(told.told)

    await until(is_told)
    assert told.told == [("fake-token", ("Over", ""))]
    if takes:
        await until(lambda: nothing_left(jobs))
        assert await jobs.outcomes(1) == []
    else:
        assert await outcome(jobs) == ("Over", "")
    await runner.close()
    await jobs.close()


async def test_who_shows_a_job_may_tell_first(stores):
    async with running(stores, Odd()) as jobs:
        told = Told()
        jobs.announce_with(told)
        job = await begun(jobs, "odd")
        await jobs.shown_in(1, job.id, Origin("fake-token", datetime.now(UTC) + timedelta(minutes=14)))
        assert await outcome(jobs) == ("Over", "")
        late = JobService(stores.jobs, lambda: None, others_tell=0)
        late.announce_with(told)
        late.ended(job)
        await asyncio.gather(*late._telling)
        assert told.told == []


async def test_what_ends_after_the_bot_has_left_discord_waits_for_the_next_answer(stores):
    runner = Runner(stores.jobs, [Odd()], look_every=0.02)
    jobs, told = JobService(stores.jobs, runner.wake, others_tell=0), Told()
    jobs.announce_with(told)
    runner.tell_with(jobs.ended)
    begun = await stores.jobs.begin("odd", 1, datetime.now(UTC))
    await jobs.shown_in(1, begun.id, Origin("fake-token", datetime.now(UTC) + timedelta(minutes=14)))
    await jobs.close()
    runner.start()
    assert await outcome(jobs) == ("Over", "")
    await runner.close()
    assert told.told == []


@dataclass
class Breaking:
    """A store whose `method` breaks three times in a way that nobody foresaw."""

    store: Any
    method: str
    asked: int = 0

    def __getattr__(self, name: str) -> Any:
        return self._break if name == self.method else getattr(self.store, name)

    async def _break(self, *args: Any, **options: Any) -> Any:
        self.asked += 1
        if self.asked <= 3:
            raise ZeroDivisionError
        return await getattr(self.store, self.method)(*args, **options)


@pytest.mark.parametrize("method", ["claim", "renew"])
async def test_work_goes_on_though_the_store_breaks_in_a_way_that_nobody_foresaw(stores, monkeypatch, method):
    """Or a process would look for nothing any more, or hold a claim that another takes over beside it."""
    monkeypatch.setattr(runner_module, "RENEW_EVERY", 0.01)
    held = asyncio.Event()
    outside, breaking = Outside(held=held), Breaking(stores.jobs, method)
    runner = Runner(breaking, [Deleting(outside)], look_every=0.02)
    jobs = JobService(stores.jobs, runner.wake)
    runner.start()
    try:
        await begun(jobs, "deleting", 1, "a", "b")
        async with asyncio.timeout(10):
            while breaking.asked < 4 or not outside.reached.is_set():  # noqa: ASYNC110 - a matter of moments
                await asyncio.sleep(0.005)
        held.set()
        assert await outcome(jobs) == ("Deleted", "deleted, deleted")
    finally:
        held.set()
        await runner.close()
    assert outside.done == Counter("ab")
