"""Writes that the database refused, tried again until it takes them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

import structlog

from storage.errors import StorageError

log = structlog.get_logger(__name__)

FIRST_PAUSE = 0.5  # seconds
LONGEST_PAUSE = 30.0


class Backlog:
    """What could not be written yet. It is in memory alone, so closing tries once more, and says what is lost."""

    def __init__(self) -> None:
        self._writes: set[asyncio.Task[None]] = set()
        self._closing = asyncio.Event()

    async def write(self, what: str, write: Callable[[], Awaitable[object]]) -> None:
        """Write now, or as soon as the database lets it."""
        try:
            await write()
        except StorageError:
            self.add(what, write)

    def add(self, what: str, write: Callable[[], Awaitable[object]]) -> None:
        """Keep trying. `what` is for the log: it names no secret."""
        log.warning("the database refused a write; trying again", what=what)
        task = asyncio.create_task(self._insist(what, write))
        self._writes.add(task)
        task.add_done_callback(self._writes.discard)

    async def close(self) -> None:
        """Try once more what is left, then give up."""
        self._closing.set()
        await asyncio.gather(*self._writes, return_exceptions=True)

    async def _insist(self, what: str, write: Callable[[], Awaitable[object]]) -> None:
        pause = FIRST_PAUSE
        while True:
            is_last = self._closing.is_set()
            with suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._closing.wait()
            try:
                await write()
            except StorageError as error:
                if is_last:
                    log.error("the database did not take it, so it is lost", what=what, reason=type(error).__name__)  # noqa: TRY400
                    return
            else:
                return
            pause = min(pause * 2, LONGEST_PAUSE)
