"""How long the background will wait for the quota is told as it comes to pass."""

from __future__ import annotations

import pytest

from benchmarks.memory_ledger import MemoryLedger
from imgur.chain import Call
from imgur.errors import RateLimitedError
from services.quota.caller import Caller, Priority, calling
from services.quota.governor import Governor
from tests.services.test_governor import Clock, Imgur

ACCOUNT = 7
READ = Call("GET", account_id=ACCOUNT)


async def read(governor: Governor, imgur: Imgur, clock: Clock, calls: int) -> float:
    """Make so many calls in the background, each as soon as it is let through; the seconds that takes."""
    began = clock()
    with calling(Caller(1, Priority.BACKGROUND)):
        while calls:
            try:
                await governor(READ, imgur)
                calls -= 1
            except RateLimitedError as error:
                clock.pass_by(seconds=max(error.retry_after or 0.0, 1.0))
    return (clock() - began).total_seconds()


@pytest.mark.parametrize(("used", "calls"), [(0, 50), (0, 260), (0, 500), (100, 500), (480, 100), (0, 700), (300, 500)])
async def test_what_is_told_is_about_what_it_takes(used: int, calls: int) -> None:
    clock, imgur = Clock(), Imgur()
    governor = Governor(MemoryLedger(), clock)
    with calling(Caller(1, Priority.COMMAND)):
        for _ in range(used):
            await governor(READ, imgur)
    told = await governor.background_seconds(ACCOUNT, calls)

    taken = await read(governor, imgur, clock, calls)

    assert told == pytest.approx(taken, rel=0.25, abs=400)
