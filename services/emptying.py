"""What is deleted from Imgur leaves the messages that show it, one change of a message after the other."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import TypeAlias
from weakref import WeakValueDictionary

import structlog

from services.ports import SharingStore
from storage.errors import StorageError
from storage.models import Key, SharedMessage

log = structlog.get_logger(__name__)

MOST_EMPTIED = 100
"""Messages that stop showing a picture when that is deleted: the newest."""
PATIENCE = 5.0  # seconds, at a shutdown

AGAIN = (15.0, 60.0, 300.0)
"""Seconds before those are tried again with which there was trouble for the moment."""

Emptier: TypeAlias = Callable[[SharedMessage, Key], Awaitable[Sequence[Key] | None]]
"""Takes an item out of what a message shows, and gives what it still shows; None where Discord did not let it.

Raises NotNowError.
"""


class NotNowError(Exception):
    """Discord had trouble, or wants fewer calls: it may well let it later."""


class Emptying:
    """Nobody waits for it, and nothing is lost where it does not come about: the picture itself is gone."""

    def __init__(self, store: SharingStore) -> None:
        self._store = store
        self._empty: Emptier | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._locks: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()
        self._closing = asyncio.Event()

    def empty_with(self, emptier: Emptier) -> None:
        """The Discord side does it."""
        self._empty = emptier

    def changing(self, message_id: int) -> asyncio.Lock:
        """Held by whoever reads, changes and records what a message shows: else one undoes what another did."""
        lock = self._locks.get(message_id)
        if lock is None:
            lock = self._locks[message_id] = asyncio.Lock()
        return lock

    def gone(self, key: Key) -> None:
        """An item is no longer on Imgur: messages that show it are to show it no more, whoever shared them."""
        if self._empty is not None:
            task = asyncio.create_task(self._emptied(self._empty, key), name="empties shared messages")
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Begin nothing more; what is under way has a moment to end, and is left then. Discord must still be there."""
        self._empty = None
        self._closing.set()
        if self._tasks:
            _, slow = await asyncio.wait(self._tasks, timeout=PATIENCE)
            for task in slow:
                task.cancel()
            await asyncio.gather(*slow, return_exceptions=True)

    async def _emptied(self, empty: Emptier, key: Key) -> None:
        try:
            left = await self._store.showing(key, limit=MOST_EMPTIED)
        except StorageError as error:
            log.warning("shared messages may show what was deleted", reason=type(error).__name__)
            return
        for pause in (*AGAIN, None):
            left = [shared for shared in left if not await self._is_settled(empty, shared, key)]
            if not left:
                return
            if pause is None or await self._closes_within(pause):
                break
        log.warning("shared messages may show what was deleted", messages=len(left))

    async def _closes_within(self, seconds: float) -> bool:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._closing.wait()
        return self._closing.is_set()

    async def _is_settled(self, empty: Emptier, shared: SharedMessage, key: Key) -> bool:
        """Whether nothing more is to be done with it. Whatever becomes of it, the next ones have their turn."""
        try:
            async with self.changing(shared.message_id):
                await self._changed(empty, shared, key)
        except (NotNowError, StorageError) as trouble:
            log.info("a shared message could not be changed for now", reason=type(trouble).__name__)
            return False
        except Exception:
            log.exception("a shared message may show what was deleted")
        return True

    async def _changed(self, empty: Emptier, shared: SharedMessage, key: Key) -> None:
        now = await self._store.get(shared.guild_id, shared.message_id)  # it may have been turned meanwhile
        if now is None or key not in now.items:
            return
        left = await empty(now, key)
        if left:
            await self._store.show(now.message_id, left)
        elif left is not None:
            await self._store.remove(now.message_id)
