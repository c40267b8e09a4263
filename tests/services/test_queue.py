"""Whose turn it is: bounds, fairness, and places that are given up."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest

from services.queue import FairQueue, Ticket

ADA, BOB, EVE = 1, 2, 3


class Crowd:
    """People who queue up and stay until they are let go."""

    def __init__(self, queue: FairQueue) -> None:
        self.queue = queue
        self.order: list[str] = []
        self.tickets: dict[str, Ticket] = {}
        self.tasks: dict[str, asyncio.Task[None]] = {}
        self._doors: dict[str, asyncio.Event] = {}

    async def joins(self, user: int, *names: str) -> None:
        for name in names:
            self._doors[name] = asyncio.Event()
            self.tasks[name] = asyncio.create_task(self._visit(user, name))
            await asyncio.sleep(0)

    async def _visit(self, user: int, name: str) -> None:
        async with self.queue.turn(user, lambda ticket: self.tickets.update({name: ticket})):
            self.order.append(name)
            await self._doors[name].wait()

    async def leaves(self, name: str) -> None:
        self._doors[name].set()
        await self.tasks[name]
        await asyncio.sleep(0)

    def before(self, *names: str) -> list[int | None]:
        return [self.tickets[name].before for name in names]


@pytest.fixture
def crowd() -> Crowd:
    return Crowd(FairQueue(at_once=2, each=1))


async def test_users_take_turns_when_one_has_many(crowd: Crowd) -> None:
    await crowd.joins(ADA, "a1", "a2", "a3", "a4")
    await crowd.joins(BOB, "b1", "b2")
    await crowd.joins(EVE, "e1")
    assert crowd.order == ["a1", "b1"]
    assert crowd.before("a1", "b1") == [None, None]
    assert crowd.before("a2", "a3", "a4", "b2", "e1") == [0, 3, 4, 1, 2]
    async with asyncio.timeout(20):
        for name in ("a1", "b1", "a2", "b2", "e1", "a3", "a4"):
            await crowd.leaves(name)
    assert crowd.order == ["a1", "b1", "a2", "b2", "e1", "a3", "a4"]


async def test_one_user_has_no_more_than_their_share_when_there_is_room(crowd: Crowd) -> None:
    await crowd.joins(ADA, "a1", "a2")
    assert crowd.order == ["a1"]
    await crowd.joins(BOB, "b1")
    assert crowd.order == ["a1", "b1"]
    await crowd.leaves("a1")
    assert crowd.order == ["a1", "b1", "a2"]


async def test_place_is_free_for_the_next_when_somebody_gives_up(crowd: Crowd) -> None:
    await crowd.joins(ADA, "a1")
    await crowd.joins(BOB, "b1", "b2")
    await crowd.joins(EVE, "e1", "e2")
    assert crowd.before("b2", "e1", "e2") == [0, 1, 2]
    crowd.tasks["e1"].cancel()
    await asyncio.wait([crowd.tasks["e1"]])
    assert crowd.before("b2", "e1", "e2") == [0, None, 1]
    crowd.tasks["a1"].cancel()  # one whose turn it is
    await asyncio.wait([crowd.tasks["a1"]])
    await asyncio.sleep(0)
    assert crowd.order == ["a1", "b1", "e2"]


async def test_turn_is_passed_on_when_work_fails(crowd: Crowd) -> None:
    for _ in range(5):
        with pytest.raises(ConnectionError):
            async with crowd.queue.turn(ADA, lambda _: None):
                raise ConnectionError
    await crowd.joins(ADA, "a1")
    assert crowd.order == ["a1"]


async def test_bounds_hold_and_everyone_is_served_when_many_come_at_once() -> None:
    queue, running, most, served = FairQueue(at_once=7, each=3), Counter[int](), Counter[int](), 0

    async def work(user: int) -> None:
        nonlocal served
        async with queue.turn(user, lambda _: None):
            running[user] += 1
            most[user] = max(most[user], running[user])
            most[0] = max(most[0], running.total())
            for _ in range(user):
                await asyncio.sleep(0)
            running[user] -= 1
            served += 1

    await asyncio.gather(*(work(user) for user in (1, 2, 3, 4, 5) for _ in range(40)))
    assert (served, most[0], max(most[user] for user in (1, 2, 3, 4, 5))) == (200, 7, 3)
    assert not queue._waiting
    assert not queue._running
