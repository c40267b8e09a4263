"""Those who wait for credits in this process: asked for again in turn, until they are there or it takes too long."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from contextlib import suppress
from contextvars import Context
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

import structlog

from services.quota.caller import Caller, Priority, Wait
from storage.errors import StorageError
from storage.models import Grant, Refusal, Take

log = structlog.get_logger(__name__)

LOOK_AGAIN = 5.0  # seconds: another process may have paused something, or given something back
JUST_AFTER = 0.05  # seconds
LONGEST_AWAY = 60.0  # seconds that a database may be away before those who wait are told


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of the ledger; a question alone takes nothing."""

    priority: Priority
    user: int
    takes: tuple[Take, ...]
    is_question: bool = False

    @property
    def needs(self) -> set[_Need]:
        """What others may need as well: that a scope is not paused, and that so much of it is left."""
        takes = {(take.allowance.scope, self.priority, take.cost) for take in self.takes}
        return takes | {(scope, None, 0) for scope, _, _ in takes}

    def lacks(self, refusal: Refusal) -> set[_Need]:
        """Which of them were refused; none where that is about this user alone."""
        if refusal.is_pause:
            return {(refusal.scope, None, 0)}
        return {need for need in self.needs if need[0] == refusal.scope and need[1] is not None and refusal.is_empty}


_Need: TypeAlias = tuple[str, Priority | None, int]
Ask: TypeAlias = Callable[[Asked], Awaitable[Grant | Refusal]]


@dataclass(slots=True, order=True)
class _Waiter:
    """The smaller comes first. `deadline` is a time of the loop."""

    priority: Priority
    number: int
    asked: Asked = field(compare=False)
    refusal: Refusal = field(compare=False)
    deadline: float = field(compare=False)
    outcome: asyncio.Future[Grant | Refusal] = field(compare=False)

    def answer(self, outcome: Grant | Refusal) -> bool:
        """Whether there is still somebody whom it can be told."""
        if not self.outcome.done():
            self.outcome.set_result(outcome)
            return True
        return False


class Line:
    """`ask` asks the ledger, `give_back` gives back what nobody is left to use; `now` is the wall clock, in UTC."""

    def __init__(self, ask: Ask, give_back: Callable[[Grant], Awaitable[None]], now: Callable[[], datetime]) -> None:
        self._ask = ask
        self._give_back = give_back
        self._now = now
        self._waiting: list[_Waiter] = []
        self._numbers = itertools.count()
        self._serving: asyncio.Task[None] | None = None
        self._away_since: float | None = None  # a time of the loop

    def __len__(self) -> int:
        return len(self._waiting)

    async def wait(
        self, asked: Asked, refusal: Refusal, who: Caller, still_wanted: Callable[[], Awaitable[None]]
    ) -> Grant | Refusal:
        """Wait for what was refused for now, as long as the caller may; else give the refusal.

        Raises what asking raises, and what `still_wanted` does, called every LOOK_AGAIN seconds and at the end. While
        the database is away, they keep their places: its errors are raised where it stays away for long.
        """
        loop = asyncio.get_running_loop()
        deadline = min(loop.time() + who.patience, who.until)
        waiter = _Waiter(asked.priority, next(self._numbers), asked, refusal, deadline, loop.create_future())
        if self._is_too_long(waiter):
            return refusal
        self._waiting.append(waiter)
        try:
            while not waiter.outcome.done():
                self._serve()
                before = sum(other < waiter for other in self._waiting if not other.outcome.done())
                await who.waiting(Wait(before, waiter.refusal.until))
                await asyncio.wait([waiter.outcome], timeout=LOOK_AGAIN)
                with suppress(StorageError):
                    await still_wanted()
            return waiter.outcome.result()
        except BaseException:
            await self._let_go_of(waiter)
            raise
        finally:
            self._waiting.remove(waiter)

    async def close(self) -> None:
        """Whoever waits is let go of."""
        if self._serving is not None:
            self._serving.cancel()
        for waiter in self._waiting:
            waiter.outcome.cancel()

    async def _let_go_of(self, waiter: _Waiter) -> None:
        if waiter.outcome.cancel() or waiter.outcome.cancelled() or waiter.outcome.exception():
            return
        if isinstance(outcome := waiter.outcome.result(), Grant):
            await self._give_back(outcome)

    def _serve(self) -> None:
        """Go on serving, on nobody's behalf; also where that was ended by whatever."""
        if self._serving is None or self._serving.done():
            self._serving = asyncio.get_running_loop().create_task(self._served(), name="quota", context=Context())

    async def _served(self) -> None:
        """Try again for those who wait, the first first, until nobody does."""
        while waiting := [waiter for waiter in self._waiting if not waiter.outcome.done()]:
            soonest = min(self._seconds(waiter.refusal) for waiter in waiting) + JUST_AFTER
            await asyncio.sleep(min(LOOK_AGAIN, soonest) if self._away_since is None else LOOK_AGAIN)
            refused: dict[_Need, Refusal] = {}
            try:
                for waiter in sorted(self._waiting):
                    if not waiter.outcome.done():
                        await self._try(waiter, refused)
                self._away_since = None
            except StorageError as error:
                self._hold_on(error)

    def _hold_on(self, error: StorageError) -> None:
        """The database is away: all keep their places, but those whose time is up, or all if it is away for long."""
        now = asyncio.get_running_loop().time()
        if self._away_since is None:
            log.warning("credits cannot be asked for; trying again", reason=type(error).__name__)
            self._away_since = now
        for waiter in self._waiting:
            is_over = now > min(waiter.deadline, self._away_since + LONGEST_AWAY)
            if is_over and not waiter.outcome.done():
                waiter.outcome.set_exception(error)

    async def _try(self, waiter: _Waiter, refused: dict[_Need, Refusal]) -> None:
        """Ask for one, unless another who needs the same has just been refused it, whoever it is.

        Raises StorageError.
        """
        try:
            if self._is_past(waiter):
                waiter.answer(waiter.refusal)
                return
            known = [refused[need] for need in waiter.asked.needs & refused.keys()]
            if known:
                outcome: Grant | Refusal = max([*known, waiter.refusal], key=lambda refusal: refusal.until)
            else:
                outcome = await self._ask(waiter.asked)
            if isinstance(outcome, Grant):
                if not waiter.answer(outcome):
                    await self._give_back(outcome)
                return
            if not known:
                refused |= dict.fromkeys(waiter.asked.lacks(outcome), outcome)
            waiter.refusal = outcome
            if self._is_too_long(waiter):
                waiter.answer(outcome)
        except StorageError:
            raise
        except Exception as error:  # or nobody would ever be served again
            log.exception("credits could not be asked for")
            if not waiter.outcome.done():
                waiter.outcome.set_exception(error)

    def _seconds(self, refusal: Refusal) -> float:
        return max((refusal.until - self._now()).total_seconds(), 0.0)

    def _is_too_long(self, waiter: _Waiter) -> bool:
        return asyncio.get_running_loop().time() + self._seconds(waiter.refusal) > waiter.deadline

    def _is_past(self, waiter: _Waiter) -> bool:
        """Whether the time is over by more than a turn takes: the machine was asleep, and nothing can be shown."""
        return asyncio.get_running_loop().time() > waiter.deadline + LOOK_AGAIN
