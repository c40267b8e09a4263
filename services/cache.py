"""What was read from Imgur a moment ago, so that paging and typing do not spend credits."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine, Hashable
from typing import Any, Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class TimedCache(Generic[K, V]):
    """Keeps up to `size` values for `lifetime` seconds; a missing one is loaded once, however many wait for it.

    A load goes on when whoever waits for it gives up, and is not kept if its key is forgotten meanwhile.
    """

    def __init__(self, lifetime: float, size: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._lifetime = lifetime
        self._size = size
        self._clock = clock
        self._kept: dict[K, tuple[float, V]] = {}
        self._loads: dict[K, asyncio.Task[V]] = {}

    def peek(self, key: K) -> V | None:
        """The value, if it is there and young enough."""
        born, value = self._kept.get(key, (None, None))
        return value if born is not None and self._clock() - born < self._lifetime else None

    def put(self, key: K, value: V) -> None:
        """Keep a value, from now on."""
        self._kept.pop(key, None)
        self._loads.pop(key, None)
        self._kept[key] = self._clock(), value
        while len(self._kept) > self._size:
            del self._kept[next(iter(self._kept))]  # the oldest: every write goes to the end

    def forget(self, which: Callable[[K], bool]) -> None:
        """Drop every value whose key `which` picks, those being loaded included."""
        for key in [key for key in self._kept if which(key)]:
            del self._kept[key]
        for key in [key for key in self._loads if which(key)]:
            del self._loads[key]

    async def get(self, key: K, load: Callable[[], Coroutine[Any, Any, V]]) -> V:
        """The value kept, or what `load` gives. Raises what `load` raises, and keeps nothing then."""
        kept = self.peek(key)
        if kept is not None:
            return kept
        if key not in self._loads:
            task = asyncio.create_task(load())
            self._loads[key] = task
            task.add_done_callback(lambda done: self._loaded(key, done))
        return await asyncio.shield(self._loads[key])

    def _loaded(self, key: K, task: asyncio.Task[V]) -> None:
        failed = task.cancelled() or task.exception() is not None  # seen: perhaps nobody waits any more
        if self._loads.get(key) is task:
            del self._loads[key]
            if not failed:
                self.put(key, task.result())
