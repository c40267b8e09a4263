"""The ledger of credits: on both databases, and the one in memory that simulations use."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from benchmarks.memory_ledger import MemoryLedger
from storage import Stores
from storage.database import Database
from storage.ledger import KEPT_FOR
from storage.models import Allowance, Floor, Grant, Refusal, Standing, Take, Told

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
HOUR = Allowance("account:7", 500, 3600)
DAY = Allowance("application", 12_500, 86_400)
ADA, BOB = 1001, 1002


def none(_scope: str, _standing: Standing) -> Floor:
    return Floor()


@pytest.fixture(params=["database", "memory"])
def ledger(request: pytest.FixtureRequest, stores: Stores) -> Any:
    return stores.ledger if request.param == "database" else MemoryLedger()


async def granted(ledger: Any, *takes: Take, user: int = ADA, now: datetime = NOW) -> Grant:
    outcome = await ledger.reserve(user, takes, none, now)
    assert isinstance(outcome, Grant)
    return outcome


async def left(ledger: Any, allowance: Allowance, now: datetime = NOW) -> int:
    standing: Standing = await ledger.standing(ADA, allowance, now)
    return standing.remaining


async def test_all_is_taken_or_nothing(ledger: Any) -> None:
    """An upload costs 10: enough by the hour, too little by the day."""
    few = Allowance("application", 9, 86_400)
    refused = await ledger.reserve(ADA, [Take(HOUR, 10), Take(few, 10)], none, NOW)
    assert refused == Refusal("application", NOW + timedelta(days=1))
    assert (await left(ledger, HOUR), await left(ledger, few)) == (500, 9)
    await granted(ledger, Take(HOUR, 9), Take(few, 9))
    assert (await left(ledger, HOUR), await left(ledger, few)) == (491, 0)
    standing = await ledger.standing(ADA, HOUR, NOW)
    assert (standing.used, standing.users) == (9, 1)


async def test_of_two_refusals_the_longer_is_told(ledger: Any) -> None:
    none_left = [Take(Allowance("account:7", 0, 3600)), Take(Allowance("application", 0, 86_400))]
    refused = await ledger.reserve(ADA, none_left, none, NOW)
    assert refused == Refusal("application", NOW + timedelta(days=1))


async def test_what_was_not_sent_is_given_back(ledger: Any) -> None:
    grant = await granted(ledger, Take(HOUR, 10), Take(DAY, 10))
    await ledger.give_back(grant)
    assert (await left(ledger, HOUR), await left(ledger, DAY)) == (500, 12_500)
    assert (await ledger.standing(ADA, HOUR, NOW)).used == 0


async def test_a_question_is_answered_as_a_call_would_be_and_takes_nothing(ledger: Any) -> None:
    few = Allowance("application", 9, 86_400)
    assert await ledger.may(ADA, [Take(HOUR, 10), Take(few, 9)], none, NOW) is None
    refused = await ledger.may(ADA, [Take(HOUR, 10), Take(few, 10)], none, NOW)
    assert refused == await ledger.reserve(ADA, [Take(HOUR, 10), Take(few, 10)], none, NOW)
    assert (await left(ledger, HOUR), await left(ledger, few)) == (500, 9)
    assert (await ledger.standing(ADA, HOUR, NOW)).users == 0
    await ledger.pause(HOUR, NOW + timedelta(seconds=60), NOW)
    refused = await ledger.may(ADA, [Take(HOUR)], none, NOW)
    assert refused == Refusal("account:7", NOW + timedelta(seconds=60), is_pause=True)


async def test_a_question_waits_for_nobody_who_writes(stores: Stores, database: Database) -> None:
    async with database.write() as transaction:
        await transaction.lock("credits", 0)
        async with asyncio.timeout(4):
            assert await stores.ledger.may(ADA, [Take(HOUR)], none, NOW) is None


async def test_who_has_given_all_back_is_none_of_those_who_share(ledger: Any) -> None:
    """Or an hour in which Imgur cannot be reached would end with everybody's part being next to nothing."""
    for _ in range(3):
        await ledger.give_back(await granted(ledger, Take(HOUR, 10)))
    assert (await ledger.standing(BOB, HOUR, NOW)).users == 0
    kept = await granted(ledger, Take(HOUR, 10), user=BOB)
    await ledger.give_back(await granted(ledger, Take(HOUR, 10), user=BOB))
    await granted(ledger, Take(HOUR, 10))
    assert (await ledger.standing(BOB, HOUR, NOW)).users == 2
    await ledger.give_back(kept)
    assert (await ledger.standing(ADA, HOUR, NOW)).users == 1
    assert await left(ledger, HOUR) == 490


async def test_a_window_ends_and_the_next_is_full(ledger: Any) -> None:
    grant = await granted(ledger, Take(HOUR, 400))
    later = NOW + timedelta(hours=1)
    assert await left(ledger, HOUR, later - timedelta(seconds=1)) == 100
    assert await left(ledger, HOUR, later) == 500
    await granted(ledger, Take(HOUR, 1), now=later)
    await ledger.give_back(grant)  # of the window before
    assert await left(ledger, HOUR, later) == 499
    standing = await ledger.standing(ADA, HOUR, later)
    assert (standing.used, standing.users) == (1, 1)


@pytest.mark.parametrize(
    ("told", "remaining"),
    [
        (Told(500, 461), 461),
        (Told(2000, 1990), 1990),  # more than was assumed: Imgur's first word counts
        (Told(2000, 1999), 1990),  # but what was sent is sent
        (Told(500, 500), 490),
        (Told(500, 0), 0),
        (Told(None, 461), 461),
        (Told(0, 461), 461),  # nonsense is left out
        (Told(500, 501), 490),
        (Told(-5, None), 490),
        (Told(100, None), 90),
        (Told(100, 200), 90),
        (Told(10**12, 10**11), 490),
        (Told(), 490),
    ],
)
async def test_imgurs_first_word_replaces_what_was_assumed(ledger: Any, *, told: Told, remaining: int) -> None:
    grant = await granted(ledger, Take(HOUR, 10))
    await ledger.told(grant, {"account:7": told}, NOW)
    assert await left(ledger, HOUR) == remaining


async def test_within_a_window_nothing_rises(ledger: Any) -> None:
    """Answers come in another order than their calls."""
    grants = [await granted(ledger, Take(HOUR)) for _ in range(3)]
    for grant, remaining in zip(grants, (455, 461, 458), strict=True):
        await ledger.told(grant, {"account:7": Told(500, remaining)}, NOW)
    assert await left(ledger, HOUR) == 455


async def test_an_answer_belongs_to_the_window_in_which_its_call_was_sent(ledger: Any) -> None:
    grant = await granted(ledger, Take(HOUR))
    later = NOW + timedelta(hours=1)
    await ledger.told(grant, {"account:7": Told(500, 3)}, later)  # the reset has come, nothing was sent since
    assert await left(ledger, HOUR, later) == 500
    await granted(ledger, Take(HOUR), now=later)
    await ledger.told(grant, {"account:7": Told(500, 3)}, later)
    assert await left(ledger, HOUR, later) == 499


async def test_the_end_of_a_window_comes_nearer_and_never_goes_away(ledger: Any) -> None:
    """Imgur has been seen to give the whole length each time, and whole seconds, which may last a part of one more.

    Whoever waits until then, as many do at the end of a day, would be one too many.
    """
    grant = await granted(ledger, Take(HOUR))
    for reset, end in ((600, 601), (3600, 601), (0, 601), (-5, 601)):
        await ledger.told(grant, {"account:7": Told(500, 400, NOW + timedelta(seconds=reset))}, NOW)
        assert (await ledger.standing(ADA, HOUR, NOW)).resets_at == NOW + timedelta(seconds=end)


async def test_a_window_begins_with_the_first_call_that_imgur_counts(ledger: Any) -> None:
    """Or the next would begin before Imgur's does, and its first word would be that nothing is left."""
    first, second = await granted(ledger, Take(HOUR)), await granted(ledger, Take(HOUR))
    await ledger.told(first, {"account:7": Told(500, 499)}, NOW + timedelta(seconds=20))
    await ledger.told(second, {"account:7": Told(500, 498)}, NOW + timedelta(seconds=90))
    standing = await ledger.standing(ADA, HOUR, NOW + timedelta(seconds=90))
    assert standing.resets_at == NOW + timedelta(seconds=3620)


async def test_imgurs_next_window_is_seen_where_more_than_half_has_come_back(ledger: Any) -> None:
    late = await granted(ledger, Take(HOUR))
    later = NOW + timedelta(minutes=20)
    for remaining in (100, 340, 499):
        grant = await granted(ledger, Take(HOUR))
        await ledger.told(grant, {"account:7": Told(500, remaining)}, later)
    await ledger.told(late, {"account:7": Told(500, 3)}, later)
    standing = await ledger.standing(ADA, HOUR, later)
    assert (standing.remaining, standing.used) == (499, 0)
    assert standing.resets_at == later + timedelta(hours=1)
    await granted(ledger, Take(HOUR), now=later)
    assert await left(ledger, HOUR, later) == 498


@pytest.mark.parametrize("limit", [500, 1000])  # as assumed, and another
async def test_an_answer_that_took_its_time_is_no_next_window(ledger: Any, limit: int) -> None:
    """Its process stood still, or it was an upload: others have used more than half of the whole meanwhile."""
    first, slow = await granted(ledger, Take(HOUR)), await granted(ledger, Take(HOUR, 10))
    await ledger.told(first, {"account:7": Told(limit, limit - 1)}, NOW)
    many = await granted(ledger, Take(HOUR, limit - 20))
    for grant, remaining in ((many, 9), (slow, limit - 11)):
        await ledger.told(grant, {"account:7": Told(limit, remaining)}, NOW)
    standing = await ledger.standing(ADA, HOUR, NOW)
    assert (standing.remaining, standing.used) == (9, limit - 9)


async def test_a_pace_says_when_there_is_enough(ledger: Any) -> None:
    def paced(_scope: str, _standing: Standing) -> Floor:
        return Floor(kept=10, paced=400, modest=90)

    await granted(ledger, Take(HOUR, 198))
    refused = await ledger.reserve(ADA, [Take(HOUR, 2)], paced, NOW)
    # 300 are left: 100 for good, and 200 are enough with a quarter of the hour to come.
    assert refused == Refusal("account:7", NOW + timedelta(minutes=45), is_held=True)
    assert isinstance(await ledger.reserve(ADA, [Take(HOUR, 2)], paced, NOW + timedelta(minutes=45)), Grant)
    for cost, is_held in ((201, True), (280, True), (291, False)):
        refused = await ledger.reserve(ADA, [Take(HOUR, cost)], paced, NOW + timedelta(minutes=45))
        assert refused == Refusal("account:7", NOW + timedelta(hours=1), is_held=is_held)


async def test_the_background_is_hungry_after_a_window_that_left_it_nothing(ledger: Any) -> None:
    hungry = []
    for hour in range(4):
        now = NOW + timedelta(hours=hour)
        hungry.append((await ledger.standing(ADA, HOUR, now)).hungry)
        await granted(ledger, Take(HOUR, 500), now=now)
        if hour == 1:
            assert isinstance(await ledger.reserve(0, [Take(HOUR)], none, now), Refusal)
        assert isinstance(await ledger.reserve(ADA, [Take(HOUR)], none, now), Refusal)
    assert hungry == [False, False, True, False]


async def test_a_pause_stops_everybody_and_the_longest_counts(ledger: Any) -> None:
    for seconds in (60, 300, 10):
        await ledger.pause(HOUR, NOW + timedelta(seconds=seconds), NOW)
    refused = await ledger.reserve(BOB, [Take(HOUR), Take(DAY)], none, NOW)
    assert refused == Refusal("account:7", NOW + timedelta(seconds=300), is_pause=True)
    assert await left(ledger, DAY) == 12_500
    await granted(ledger, Take(HOUR), now=NOW + timedelta(seconds=300))
    await ledger.pause(HOUR, NOW + timedelta(hours=2), NOW)  # outlasts the window
    refused = await ledger.reserve(ADA, [Take(HOUR)], none, NOW + timedelta(minutes=90))
    assert isinstance(refused, Refusal)
    assert refused.is_pause


async def test_another_process_and_the_next_one_know_of_it_all(stores: Stores, other_stores: Stores) -> None:
    await granted(stores.ledger, Take(HOUR, 100))
    await stores.ledger.pause(HOUR, NOW + timedelta(seconds=60), NOW)
    await stores.ledger.overrun(DAY, NOW)
    assert isinstance(await other_stores.ledger.reserve(BOB, [Take(HOUR)], none, NOW), Refusal)
    assert (await other_stores.ledger.standing(ADA, HOUR, NOW)).used == 100
    assert (await other_stores.ledger.standing(ADA, DAY, NOW)).overruns == 1


async def test_a_floor_sees_who_has_taken_what(ledger: Any) -> None:
    seen: list[Standing] = []

    def keep(_scope: str, standing: Standing) -> Floor:
        seen.append(standing)
        return Floor(480)

    await granted(ledger, Take(HOUR, 5))
    await granted(ledger, Take(HOUR, 7), user=0)
    refused = await ledger.reserve(BOB, [Take(HOUR, 10)], keep, NOW + timedelta(minutes=15))
    assert isinstance(refused, Refusal)
    assert not refused.is_pause
    (standing,) = seen
    assert (standing.remaining, standing.used, standing.background, standing.users) == (488, 0, 7, 2)
    assert standing.left == 0.75


async def test_overruns_of_the_month_are_counted_once_a_window(ledger: Any) -> None:
    for now in (NOW - timedelta(days=40), NOW, NOW, NOW + timedelta(days=1)):
        await ledger.overrun(DAY, now)
    assert (await ledger.standing(ADA, DAY, NOW + timedelta(days=1))).overruns == 2
    assert (await ledger.standing(ADA, DAY, NOW + timedelta(days=4))).overruns == 0  # December


async def test_a_clock_that_is_put_back_ends_no_window_late(ledger: Any) -> None:
    await granted(ledger, Take(HOUR, 500), now=NOW + timedelta(days=1))
    assert await left(ledger, HOUR, NOW) == 0
    assert (await ledger.standing(ADA, HOUR, NOW)).resets_at <= NOW + timedelta(hours=1)


async def test_a_clock_that_is_put_back_keeps_nobody_waiting_for_longer_than_a_window(ledger: Any) -> None:
    """Also if all that happens meanwhile is that somebody is refused."""
    await granted(ledger, Take(HOUR, 500), now=NOW + timedelta(days=1))
    for minutes in range(0, 60, 10):
        refused = await ledger.reserve(ADA, [Take(HOUR)], none, NOW + timedelta(minutes=minutes))
        assert refused.until == NOW + timedelta(hours=1)
    await granted(ledger, Take(HOUR, 500), now=NOW + timedelta(hours=1))


async def test_a_pause_ends_though_the_clock_was_put_back(ledger: Any) -> None:
    ahead = NOW + timedelta(days=365)
    await granted(ledger, Take(HOUR), now=ahead)
    await ledger.pause(HOUR, ahead + timedelta(seconds=60), ahead)
    for user, now in ((ADA, NOW), (BOB, NOW + timedelta(seconds=50))):
        refused = await ledger.reserve(user, [Take(HOUR)], none, now)
        assert refused == Refusal("account:7", NOW + timedelta(seconds=60), is_pause=True)
    await granted(ledger, Take(HOUR), now=NOW + timedelta(seconds=60))


@pytest.mark.parametrize("ahead", [timedelta(days=31), timedelta(days=62)])
async def test_a_clock_that_is_wrong_for_a_moment_does_not_forget_the_overruns_of_the_month(stores, ahead) -> None:
    await stores.ledger.overrun(DAY, NOW)
    await stores.ledger.tidy(NOW + ahead)
    assert (await stores.ledger.standing(ADA, DAY, NOW)).overruns == 1
    assert (await stores.ledger.standing(ADA, DAY, NOW + ahead)).overruns == 0


async def test_an_overrun_counts_though_all_else_of_its_day_was_forgotten(ledger: Any) -> None:
    """The application's day begins anew after days without a call, and is another than the one on record."""
    monday = NOW.replace(day=2)
    for day in (0, 5, 10):
        now = monday + timedelta(days=day)
        await ledger.tidy(now)
        await granted(ledger, Take(DAY), now=now)
        await ledger.overrun(DAY, now)
    assert (await ledger.standing(ADA, DAY, NOW)).overruns == 3


@pytest.mark.parametrize("overran", [False, True])
async def test_what_ended_long_ago_is_forgotten(stores: Stores, overran: bool) -> None:
    await granted(stores.ledger, Take(HOUR))
    if overran:
        await stores.ledger.overrun(HOUR, NOW)
    await stores.ledger.tidy(NOW + KEPT_FOR)
    assert (await stores.ledger.standing(ADA, HOUR, NOW)).used == 1
    await stores.ledger.tidy(NOW + KEPT_FOR + timedelta(hours=2))
    assert (await stores.ledger.standing(ADA, HOUR, NOW)).used == 0


async def test_two_processes_never_take_more_than_there_is(stores: Stores, other_stores: Stores) -> None:
    few = Allowance("application", 50, 86_400)
    outcomes = await asyncio.gather(
        *(
            each.ledger.reserve(ADA, [Take(few), Take(HOUR)], none, NOW)
            for _ in range(40)
            for each in (stores, other_stores)
        )
    )
    assert sum(isinstance(outcome, Grant) for outcome in outcomes) == 50
    assert await left(stores.ledger, few) == 0
