"""What waits until its user has linked an account, and goes on then; in memory only, and not without bounds."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from contextvars import Context, copy_context
from dataclasses import dataclass, field
from typing import TypeAlias

from cogs.ui.actions import Interaction

MOST = 1000
LATEST = 12 * 60.0
"""Seconds after a press in which something may yet go on by itself: Discord takes the answer for fifteen minutes."""

Offer: TypeAlias = Callable[[Interaction], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Waiting:
    """What goes on: only while it `is_there`, since it may have been answered otherwise."""

    interaction: Interaction
    is_there: Callable[[], bool]
    go_on: Callable[[], Awaitable[None]]
    since: float
    context: Context = field(default_factory=copy_context)


class AfterLink:
    """By user and key: of several presses for one thing, the last is what it goes on in. The oldest go first."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._waiting: dict[tuple[int, str], Waiting] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._offer: Offer | None = None

    def offer_with(self, offer: Offer) -> None:
        """Have `offer` show how to link, beside the message that was pressed on."""
        self._offer = offer

    async def offer(
        self, interaction: Interaction, key: str, *, is_there: Callable[[], bool], go_on: Callable[[], Awaitable[None]]
    ) -> None:
        """Show the acknowledged press how to link; once that is done, `go_on`. Raises what the offer raises."""
        name = interaction.user.id, key
        self._waiting = {other: one for other, one in self._waiting.items() if other != name and self._is_fresh(one)}
        while len(self._waiting) >= MOST:
            del self._waiting[next(iter(self._waiting))]
        self._waiting[name] = Waiting(interaction, is_there, go_on, self._clock())
        try:
            if self._offer is not None:
                await self._offer(interaction)
        except BaseException:
            self._waiting.pop(name, None)
            raise

    def waits(self, user_id: int) -> bool:
        """Whether anything goes on once this user is linked."""
        return any(True for _ in self._of(user_id))

    def go_on(self, user_id: int) -> bool:
        """Have everything go on that waits for this user; whether there is anything. Nothing is waited for here."""
        ready = list(self._of(user_id))
        for name in [name for name in self._waiting if name[0] == user_id]:
            del self._waiting[name]
        for one in ready:
            work = one.interaction.client.go_on(one.interaction, one.go_on)
            task = one.context.copy().run(asyncio.create_task, work)
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return bool(ready)

    def _of(self, user_id: int) -> Iterator[Waiting]:
        for (owner, _), one in self._waiting.items():
            if owner == user_id and self._is_fresh(one) and one.is_there():
                yield one

    def _is_fresh(self, one: Waiting) -> bool:
        return self._clock() - one.since < LATEST
