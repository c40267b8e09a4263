"""simcord's Discord as the demo wants it: in the present, and at ease with refusals."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from contextvars import Context
from datetime import UTC, datetime
from typing import Any

import simcord
from simcord._clock import Clock
from simcord._settlement import _run_due_virtual_callbacks

from cogs.client import ImgurBot
from cogs.gallery._watch import FOLLOWS
from services.messages import words

SLOWEST_ACTION = 90.0  # seconds until the page gives a command up; longer than the wait for credits (demo/show.py)


LOOK_EVERY, CALM = 0.1, 10
"""Seconds, and looks in a row, until what is only followed holds up the page no longer."""


class WallClock(Clock):
    """The time of day for simcord's Discord, which otherwise begins in the past: link pages count real minutes."""

    def now(self) -> datetime:
        """The present."""
        return datetime.now(UTC)


class Present(datetime):
    """The present whenever it is written down: simcord's page is given its time once and counts from it."""

    def isoformat(self, sep: str = "T", timespec: str = "auto") -> str:
        """The time of day now, whatever this one was."""
        return datetime.now(UTC).isoformat(sep, timespec)


class Simulation(simcord.Env):
    """A Discord in which time passes by itself, and an error that the bot has words for is no failed command."""

    async def _advance_to(self, target: float, deadline: float) -> None:
        """What waits, such as a command for credits, does not hold up the time that it waits for."""
        self._move_clock(target)
        _run_due_virtual_callbacks(self._settlement_state(), deadline)

    async def _settle_internal(self, **options: Any) -> None:
        """A press is over once nothing but following is left of it: what is followed can be stopped meanwhile."""
        settling = asyncio.create_task(super()._settle_internal(**options), context=Context())
        calm = 0
        try:
            while not settling.done():
                await asyncio.wait({settling}, timeout=LOOK_EVERY)
                left = [task for task in self._work.tasks if not task.done() and task.get_name() != FOLLOWS]
                calm = 0 if left else calm + 1
                if calm >= CALM:
                    return
            settling.result()
        finally:
            settling.cancel()

    def _record_error(self, error: BaseException) -> None:
        if words(error.__cause__ or error) is None:
            super()._record_error(error)


@asynccontextmanager
async def simulated(bot: ImgurBot) -> AsyncIterator[Simulation]:
    """The bot, logged in to its own Discord."""
    env = Simulation(bot, settle_timeout=SLOWEST_ACTION, check_errors=False, shard_count=1)
    await env.start()
    with env.time_context():
        try:
            env.backend.clock = WallClock()
            env.backend.bot_user.name = "Imgur"
            # Its page shows one channel, so a direct message would be lost from sight: nobody takes any.
            env.inject_error(
                "POST", "/users/@me/channels", status=403, code=50007, message="Cannot send messages", times=None
            )
            yield env
        finally:
            await env.shutdown()
