"""The governor: who may call Imgur, who waits, and what a refusal pauses."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from benchmarks.memory_ledger import MemoryLedger
from errors import NotLinkedError
from imgur.chain import Call, Reply
from imgur.errors import ImgurError, NotFoundError, NotSentError, RateLimitedError, Spent, UnauthorizedError
from imgur.models import RateLimits
from services.quota import line, policy
from services.quota.allowances import ADDRESS, APPLICATION, POSTS, UPLOADS, account_allowance
from services.quota.caller import Caller, Priority, Wait, calling, with_token_of
from services.quota.errors import HeldBackError
from services.quota.governor import Governor
from storage.errors import DatabaseUnavailableError
from storage.models import Standing

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
ADA, BOB, EVE = 1001, 1002, 1003
READ = Call("GET", account_id=7)
ANONYMOUS = Call("GET")
UPLOAD = Call("POST", cost=10, account_id=7, is_upload=True)
BACKGROUND = Caller(priority=Priority.BACKGROUND)


class Clock:
    """The wall clock, moved by hand."""

    def __init__(self) -> None:
        self.moment = NOW

    def __call__(self) -> datetime:
        return self.moment

    def pass_by(self, **time: float) -> None:
        self.moment += timedelta(**time)


class Imgur:
    """What is behind the governor: counts, and answers as told."""

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.limits = RateLimits()
        self.error: ImgurError | None = None
        self.held: asyncio.Event | None = None

    async def __call__(self, call: Call) -> Reply:
        self.calls.append(call)
        if self.held:
            await self.held.wait()
        if self.error:
            raise self.error
        return Reply("data", self.limits)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def imgur() -> Imgur:
    return Imgur()


@pytest.fixture
def governor(clock: Clock) -> Governor:
    return Governor(MemoryLedger(), clock)


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not is_so():  # noqa: ASYNC110 - a matter of a few turns of the loop
            await asyncio.sleep(0.001)


async def left(governor: Governor, allowance: Any = APPLICATION) -> int:
    return (await governor.standing(ADA, allowance)).remaining


async def use(governor: Governor, imgur: Imgur, call: Call = READ, times: int = 1, **caller: Any) -> int:
    """How many of these calls are let through."""
    done = 0
    with calling(Caller(**caller)):
        for _ in range(times):
            try:
                await governor(call, imgur)
            except RateLimitedError:
                break
            done += 1
    return done


@pytest.mark.parametrize(
    ("call", "costs"),
    [
        (READ, {APPLICATION: 1, account_allowance(7): 1}),
        (ANONYMOUS, {APPLICATION: 1, ADDRESS: 1}),
        (Call("POST", account_id=7), {APPLICATION: 1, account_allowance(7): 1, POSTS: 1}),
        (Call("DELETE", account_id=7), {APPLICATION: 1, account_allowance(7): 1}),
        (UPLOAD, {APPLICATION: 10, account_allowance(7): 10, POSTS: 1, UPLOADS: 1}),
        (Call("POST", cost=0), {}),
    ],
)
async def test_a_call_counts_against_all_that_imgur_counts_it_against(
    governor: Governor, imgur: Imgur, *, call: Call, costs: dict[Any, int]
) -> None:
    await governor(call, imgur)
    for allowance in (APPLICATION, UPLOADS, ADDRESS, POSTS, account_allowance(7)):
        assert allowance.limit - await left(governor, allowance) == costs.get(allowance, 0), allowance


@pytest.mark.parametrize(
    ("error", "counted"),
    [(NotSentError("x"), 0), (NotFoundError("x", limits=RateLimits()), 1), (NotFoundError("x"), 1)],
)
async def test_what_was_sent_is_counted_and_nothing_else(
    governor: Governor, imgur: Imgur, *, error: ImgurError, counted: int
) -> None:
    imgur.error = error
    with pytest.raises(type(error)):
        await governor(READ, imgur)
    assert APPLICATION.limit - await left(governor) == counted


async def test_cancelled_calls_give_back_what_waits_and_count_what_was_sent(
    governor: Governor, imgur: Imgur, clock: Clock
) -> None:
    imgur.held = asyncio.Event()
    sent = [asyncio.create_task(governor(READ, imgur)) for _ in range(20)]
    await until(lambda: len(imgur.calls) == 20)
    imgur.error = RateLimitedError(retry_after=60.0, spent=Spent.USER)
    with calling(Caller(ADA, patience=600.0)):
        waiting = [asyncio.create_task(governor(READ, imgur)) for _ in range(20)]
        await asyncio.sleep(0)
    imgur.held.set()
    await asyncio.wait(sent)
    for task in waiting:
        task.cancel()
    await asyncio.wait(waiting)
    assert APPLICATION.limit - await left(governor) == len(imgur.calls)
    clock.pass_by(hours=1)
    imgur.error = None
    assert await use(governor, imgur) == 1


async def test_the_end_of_the_application_stops_everybody_and_the_users_only_the_user(
    governor: Governor, imgur: Imgur
) -> None:
    imgur.limits = RateLimits(client_limit=12_500, client_remaining=12_000, user_limit=500, user_remaining=0)
    await governor(READ, imgur)
    with pytest.raises(RateLimitedError) as refused:
        await governor(READ, imgur)
    assert refused.value.spent is Spent.USER
    assert refused.value.retry_after == 3600
    imgur.limits = RateLimits(client_limit=12_500, client_remaining=0, user_limit=500, user_remaining=499)
    await governor(Call("GET", account_id=8), imgur)
    for call in (Call("GET", account_id=9), ANONYMOUS, UPLOAD):
        with pytest.raises(RateLimitedError) as refused:
            await governor(call, imgur)
        assert refused.value.spent is Spent.APPLICATION
    assert len(imgur.calls) == 2


@pytest.mark.parametrize(
    ("error", "stopped"),
    [
        (RateLimitedError(retry_after=60.0, spent=Spent.APPLICATION), {READ, Call("GET", account_id=8), ANONYMOUS}),
        (RateLimitedError(retry_after=60.0, spent=Spent.USER), {READ}),
        (RateLimitedError(), {READ}),  # nothing says whose: it may be about this token alone
        (RateLimitedError(retry_after=60.0, limits=RateLimits(user_remaining=480)), {READ}),
        # Before Imgur itself somebody counts addresses.
        (RateLimitedError(retry_after=60.0, limits=RateLimits()), {READ, Call("GET", account_id=8), ANONYMOUS}),
        (
            RateLimitedError(spent=Spent.APPLICATION, limits=RateLimits(post_remaining=0, client_remaining=9999)),
            {Call("POST", account_id=8)},
        ),
    ],
)
async def test_one_refusal_pauses_whom_it_concerns(
    governor: Governor, imgur: Imgur, clock: Clock, *, error: RateLimitedError, stopped: set[Call]
) -> None:
    imgur.error = error
    with pytest.raises(RateLimitedError):
        await governor(READ, imgur)
    imgur.error = None
    calls = [READ, Call("GET", account_id=8), ANONYMOUS, Call("POST", account_id=8)]
    assert {call for call in calls if not await use(governor, imgur, call)} >= stopped
    if error.spent is not Spent.APPLICATION and len(stopped) == 1:
        assert {call for call in calls if not await use(governor, imgur, call)} == stopped
    clock.pass_by(hours=1)
    assert all([await use(governor, imgur, call) for call in calls])


async def test_a_token_that_is_refused_under_the_pretext_of_a_limit_pauses_nobody(
    governor: Governor, imgur: Imgur
) -> None:
    imgur.error = UnauthorizedError(status=429, limits=RateLimits(user_limit=500, user_remaining=480))
    with pytest.raises(UnauthorizedError):
        await governor(READ, imgur)
    imgur.error = None
    assert [await use(governor, imgur, call) for call in (READ, ANONYMOUS, Call("GET", account_id=8))] == [1, 1, 1]
    assert await left(governor, account_allowance(7)) == 479


@pytest.mark.parametrize(
    ("spent", "limits", "everybody"),
    [
        (Spent.UPLOADS, RateLimits(user_remaining=400), False),  # "uploading too fast, wait 59 more minutes"
        (Spent.UPLOADS, RateLimits(), False),
        (Spent.USER, RateLimits(user_remaining=9), False),
        (Spent.USER, RateLimits(user_remaining=0), False),
        (Spent.APPLICATION, RateLimits(client_remaining=9), True),
    ],
)
async def test_an_upload_that_is_refused_stops_no_reading_that_imgur_would_answer(
    governor: Governor, imgur: Imgur, clock: Clock, *, spent: Spent, limits: RateLimits, everybody: bool
) -> None:
    imgur.error = RateLimitedError(retry_after=3540.0, spent=spent, limits=limits)
    assert await use(governor, imgur, UPLOAD) == 0
    imgur.error = None
    assert await use(governor, imgur, UPLOAD) == 0
    assert await use(governor, imgur, replace(UPLOAD, account_id=8)) == (not everybody)
    assert await use(governor, imgur, READ) == (limits != RateLimits(user_remaining=0))
    clock.pass_by(days=1)
    assert await use(governor, imgur, UPLOAD) == 1


@pytest.mark.parametrize("call", [UPLOAD, replace(UPLOAD, account_id=None)])
async def test_uploads_that_came_too_fast_wait_and_nothing_else_does(
    governor: Governor, imgur: Imgur, clock: Clock, call: Call
) -> None:
    imgur.error = RateLimitedError(status=400, retry_after=3540.0, spent=Spent.UPLOADS)
    assert await use(governor, imgur, call) == 0
    imgur.error = None
    with pytest.raises(RateLimitedError) as refused:
        await governor(call, imgur)
    assert refused.value.spent is Spent.UPLOADS
    other = replace(UPLOAD, account_id=8)
    assert [await use(governor, imgur, each) for each in (READ, ANONYMOUS, other)] == [1, 1, 1]
    clock.pass_by(seconds=3541)
    assert await use(governor, imgur, call) == 1


async def test_a_waiting_call_sees_its_place_and_time_and_goes_on_by_itself(
    governor: Governor, imgur: Imgur, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line, "LOOK_AGAIN", 0.01)
    seen: list[tuple[int, Wait]] = []

    def waiting(user: int) -> Callable[[Wait], Any]:
        async def told(wait: Wait) -> None:
            seen.append((user, wait))

        return told

    imgur.error = RateLimitedError(retry_after=60.0, spent=Spent.USER)
    assert await use(governor, imgur) == 0
    imgur.error = None
    tasks = []
    for user in (ADA, BOB):
        with calling(Caller(user, patience=600.0, waiting=waiting(user))):
            tasks.append(asyncio.create_task(governor(READ, imgur)))
    await until(lambda: {user for user, _ in seen} == {ADA, BOB})
    then = NOW + timedelta(seconds=60)
    assert dict(seen[:2]) == {ADA: Wait(0, then), BOB: Wait(1, then)}
    # Another refusal makes it longer: they look again when they wake.
    await governor._ledger.pause(account_allowance(7), NOW + timedelta(seconds=300), NOW)
    clock.pass_by(seconds=61)
    await asyncio.sleep(0.1)
    assert len(imgur.calls) == 1
    clock.pass_by(seconds=300)
    async with asyncio.timeout(10):
        await asyncio.gather(*tasks)
    assert len(imgur.calls) == 3
    assert seen[-1][1].until == NOW + timedelta(seconds=300)


@pytest.mark.parametrize("is_over", [False, True])
async def test_what_waits_for_whoever_unlinks_in_any_process_ends_at_the_next_look_and_nothing_else_does(
    imgur: Imgur, clock: Clock, monkeypatch: pytest.MonkeyPatch, *, is_over: bool
) -> None:
    """Whether or not there are credits again in that moment."""
    monkeypatch.setattr(line, "LOOK_AGAIN", 0.01)
    links = {ADA: 7, BOB: 7}

    async def is_linked(user: int, account_id: int) -> bool:
        return links.get(user) == account_id

    governor = Governor(MemoryLedger(), clock, is_linked=is_linked)
    for allowance in (account_allowance(7), ADDRESS):
        await governor._ledger.pause(allowance, NOW + timedelta(seconds=60), NOW)
    tasks = []
    for user, call in ((ADA, READ), (BOB, READ), (ADA, ANONYMOUS)):
        with calling(Caller(user, patience=600.0)), with_token_of(user, 7):
            tasks.append(asyncio.create_task(governor(call, imgur)))
    await until(lambda: len(governor._line) == 3)
    del links[ADA]
    if is_over:
        clock.pass_by(seconds=61)
    async with asyncio.timeout(10):
        with pytest.raises(NotLinkedError):
            await tasks[0]
        if not is_over:
            assert imgur.calls == []
            clock.pass_by(seconds=61)
        await asyncio.gather(*tasks[1:])
    assert len(imgur.calls) == 2
    assert APPLICATION.limit - await left(governor) == 2


class Leaving(MemoryLedger):
    """The user leaves while their call is let through."""

    def __init__(self) -> None:
        super().__init__()
        self.links = {ADA: 7}

    async def is_linked(self, user: int, account_id: int) -> bool:
        return self.links.get(user) == account_id

    async def reserve(self, *what: Any) -> Any:
        self.links.clear()
        return await super().reserve(*what)


@pytest.mark.parametrize("waits", [False, True])
async def test_nothing_is_sent_or_waits_for_whoever_left_before_anybody_looked(
    imgur: Imgur, clock: Clock, monkeypatch: pytest.MonkeyPatch, *, waits: bool
) -> None:
    """Their token was read in the moment before; nothing is taken from anybody's credits."""
    monkeypatch.setattr(line, "LOOK_AGAIN", 0.01)
    ledger = Leaving()
    governor = Governor(ledger, clock, is_linked=ledger.is_linked)
    if waits:
        await ledger.pause(account_allowance(7), NOW + timedelta(seconds=60), NOW)
    with calling(Caller(ADA, patience=600.0)), with_token_of(ADA, 7), pytest.raises(NotLinkedError):
        async with asyncio.timeout(10):
            await governor(READ, imgur)
    assert imgur.calls == []
    assert await left(governor) == APPLICATION.limit


async def test_the_token_of_another_account_is_nobody_who_left(imgur: Imgur, clock: Clock) -> None:
    """Such as that of an account that is just being linked."""
    ledger = Leaving()
    governor = Governor(ledger, clock, is_linked=ledger.is_linked)
    with calling(Caller(ADA)):
        await governor(READ, imgur)
        with with_token_of(ADA, 8):
            await governor(READ, imgur)
    assert len(imgur.calls) == 2


async def test_who_has_no_patience_is_told_at_once(governor: Governor, imgur: Imgur) -> None:
    imgur.error = RateLimitedError(retry_after=60.0, spent=Spent.USER)
    assert await use(governor, imgur) == 0
    with calling(Caller(ADA, patience=59.0)), pytest.raises(RateLimitedError) as refused:
        await governor(READ, imgur)
    assert refused.value.retry_after == 60.0
    assert len(imgur.calls) == 1


async def test_a_wait_that_becomes_too_long_ends_in_words(
    governor: Governor, imgur: Imgur, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(line, "LOOK_AGAIN", 0.01)
    await governor._ledger.pause(account_allowance(7), NOW + timedelta(seconds=60), NOW)
    with calling(Caller(ADA, patience=600.0)):
        task = asyncio.create_task(governor(READ, imgur))
        await asyncio.sleep(0)
    await governor._ledger.pause(account_allowance(7), NOW + timedelta(seconds=3000), NOW)
    async with asyncio.timeout(10):
        with pytest.raises(RateLimitedError):
            await task


async def test_the_light_user_is_served_when_the_heavy_one_has_taken_much(governor: Governor, imgur: Imgur) -> None:
    """Without accounts all share the address: one deletes 400, another types one command."""
    heavy = await use(governor, imgur, Call("DELETE"), 500, user=ADA)
    assert heavy == 400
    assert await use(governor, imgur, ANONYMOUS, 20, user=BOB) == 20
    with calling(Caller(ADA)), pytest.raises(HeldBackError):
        await governor(Call("DELETE"), imgur)


async def test_who_is_alone_on_an_account_may_use_all_of_it(governor: Governor, imgur: Imgur) -> None:
    assert await use(governor, imgur, READ, 501, user=ADA) == 500


async def test_work_in_the_background_yields_to_commands_and_is_never_starved(
    governor: Governor, imgur: Imgur, clock: Clock
) -> None:
    first = await use(governor, imgur, READ, 500, priority=Priority.BACKGROUND)
    assert 240 <= first <= 260
    assert await use(governor, imgur, READ, 10, user=ADA) == 10
    clock.pass_by(minutes=50)
    later = await use(governor, imgur, READ, 500, priority=Priority.BACKGROUND)
    assert later > 100
    clock.pass_by(minutes=10)
    assert await use(governor, imgur, READ, 501, user=ADA) == 500
    assert await use(governor, imgur, READ, priority=Priority.BACKGROUND) == 0
    clock.pass_by(hours=1)  # it was refused, so a share is kept for it
    assert await use(governor, imgur, READ, 501, user=ADA) == 475
    clock.pass_by(minutes=10)
    assert await use(governor, imgur, READ, 501, priority=Priority.BACKGROUND) == 25


async def test_uploads_wait_while_reading_goes_on(governor: Governor, imgur: Imgur) -> None:
    imgur.limits = RateLimits(client_limit=12_500, client_remaining=10)
    await governor(READ, imgur)
    imgur.limits = RateLimits(client_remaining=9)
    assert await use(governor, imgur, READ, user=BOB) == 1
    before = await left(governor, account_allowance(7))
    assert await use(governor, imgur, UPLOAD, user=BOB) == 0
    assert await left(governor, account_allowance(7)) == before  # nothing is taken in part
    assert await use(governor, imgur, READ, user=BOB) == 1


@pytest.mark.parametrize(("overruns", "reserve"), [(0, 5), (1, 250), (2, 625), (3, 1500), (4, 3750), (9, 3750)])
def test_the_reserve_grows_with_each_overrun(*, overruns: int, reserve: int) -> None:
    assert policy.reserved(Standing(12_500, 12_500, NOW, overruns=overruns)) == reserve
    assert policy.floor(Priority.COMMAND, Standing(12_500, 12_500, NOW), is_shared=True, is_application=True).kept == 5


async def test_an_overrun_is_put_on_record_and_the_reserve_stays_untouched(
    governor: Governor, imgur: Imgur, clock: Clock
) -> None:
    imgur.error = RateLimitedError(spent=Spent.APPLICATION, limits=RateLimits(client_remaining=0))
    for _ in range(2):  # the second is refused here
        assert await use(governor, imgur) == 0
    assert (await governor.standing(ADA, APPLICATION)).overruns == 1
    clock.pass_by(days=1)
    imgur.error, imgur.limits = None, RateLimits(client_limit=12_500, client_remaining=250)
    assert await use(governor, imgur) == 1
    assert await use(governor, imgur, ANONYMOUS, user=BOB) == 0  # 250 are the reserve


async def test_a_database_that_refuses_the_note_takes_nothing_from_the_answer(
    imgur: Imgur,
) -> None:
    class Unwilling(MemoryLedger):
        async def told(self, *_: Any) -> None:
            raise DatabaseUnavailableError("full")

    imgur.limits = RateLimits(client_remaining=5)
    reply = await Governor(Unwilling(), Clock())(READ, imgur)
    assert reply.data == "data"


async def test_a_question_takes_nothing_and_writes_nothing(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line, "LOOK_AGAIN", 0.01)

    class Ledger(MemoryLedger):
        async def reserve(self, *_: Any) -> Any:
            raise AssertionError("a question is no call")

        async def give_back(self, *_: Any) -> None:
            raise AssertionError("it takes nothing")

    governor = Governor(Ledger(), clock)
    with calling(Caller(ADA, patience=600.0)):
        await governor.ready_to_upload(7)
        assert (await governor.outlook(ADA, 7)).uploads_at is None
        await governor._ledger.pause(UPLOADS, NOW + timedelta(seconds=60), NOW)
        assert (await governor.outlook(ADA, 7)).uploads_at == NOW + timedelta(seconds=60)
        waiting = asyncio.create_task(governor.ready_to_upload(7))
        await until(lambda: len(governor._line) == 1)
        clock.pass_by(seconds=61)
        async with asyncio.timeout(10):
            await waiting
