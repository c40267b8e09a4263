"""Who comes in and who is inside: what came too late is dropped, and at shutdown everyone is told how it ended."""

from __future__ import annotations

import asyncio
import math
from collections import deque
from collections.abc import Callable, Collection
from datetime import UTC, datetime
from typing import Any

import discord
import structlog

from cogs.ui.reply import is_answered
from cogs.ui.report import report
from errors import RestartingError, StoppedError

log = structlog.get_logger(__name__)

LATEST = 2.8  # seconds; Discord waits for three
OLDEST = 30.0  # what seems older may have waited for the connection, or a clock is wrong: Discord knows
USUAL = 50  # the last of those that were let in say how old they usually seem to this machine
LATE_IN_A_ROW = 3  # more than this, and it is this machine's clock that is wrong

GRACE = 4.0  # seconds in which what is under way may end by itself
ENDING = 8.0  # seconds for what is ended to say so; all of it is well below the 30 that Docker gives
OTHERS_FIRST = 1.0


async def others_first() -> None:
    """Let another process, if there is one during a restart, take what this one can only refuse."""
    await asyncio.sleep(OTHERS_FIRST)


class Door:
    """Every command, press, form and autocompletion comes in here, and is known until it has ended."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._inside: dict[asyncio.Task[Any], discord.Interaction[Any]] = {}
        self._closing = False
        self._late = 0
        self._ages: deque[float] = deque(maxlen=USUAL)

    @property
    def is_closing(self) -> bool:
        """Whether nothing is taken on any more."""
        return self._closing

    async def admits(self, interaction: discord.Interaction[Any]) -> bool:
        """Whether to do anything about it; to be asked by the task that would."""
        if interaction.user is discord.utils.MISSING or not isinstance(interaction.data, dict):
            log.warning("an interaction could not be read", interaction=interaction.id)
            return False
        if self._is_late(interaction):
            return False
        if self._closing and interaction.type is discord.InteractionType.autocomplete:
            return False
        return await self.readmits(interaction)

    async def readmits(self, interaction: discord.Interaction[Any]) -> bool:
        """Whether to do anything for one that is, or was, let in; to be asked by the task that would."""
        task = asyncio.current_task()
        if task is not None:
            self._inside[task] = interaction
            task.add_done_callback(self._leave)
        if self._closing:
            await others_first()
            await report(interaction, RestartingError())
            return False
        return True

    async def close(self) -> None:
        """Take nothing on any more; let what is under way end, or end it in words, once. Takes 20 seconds at most."""
        if self._closing:
            return
        self._closing = True
        await _ended(self._inside, GRACE)
        cut = dict(self._inside)
        for task in cut:
            task.cancel()
        await _ended(cut, ENDING)
        silent = [interaction for interaction in cut.values() if not is_answered(interaction)]
        await _ended([asyncio.create_task(report(interaction, StoppedError())) for interaction in silent], ENDING)

    def _leave(self, task: asyncio.Task[Any]) -> None:
        self._inside.pop(task, None)

    def _is_late(self, interaction: discord.Interaction[Any]) -> bool:
        """Whether Discord no longer waits for an answer: by its id, Discord's time, and what is usual here.

        In doubt it is not: the acknowledgement, which comes before any work, is refused then.
        """
        age = (self._now() - interaction.created_at).total_seconds()
        here = (datetime.now(UTC) - interaction.created_at).total_seconds()
        late = LATEST < age < OLDEST and here - min(self._ages, default=-math.inf) > LATEST
        self._late = self._late + 1 if late else 0
        if not late or self._late > LATE_IN_A_ROW:
            self._ages.append(here)
            return False
        log.info("an interaction came too late to be answered", age=round(age, 1), interaction=interaction.id)
        if self._late == LATE_IN_A_ROW:
            log.warning("everything seems to come too late: is the clock of this machine right?", age=round(age, 1))
        return True


async def _ended(tasks: Collection[asyncio.Task[Any]], seconds: float) -> None:
    if tasks:
        await asyncio.wait(tasks, timeout=seconds)
