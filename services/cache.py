"""What was read from Imgur a moment ago, so that paging and typing do not spend credits."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine, Hashable
from dataclasses import dataclass
from itertools import count
from typing import Any, Generic, TypeVar

from cachetools import TTLCache

EVER = -1

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


_moments = count()
"""What came before what; no clock tells that of two things within one of its ticks."""


def oldest(*, fresh: bool) -> int:
    """The moment `since` which something may be known: this one, or any."""
    return next(_moments) if fresh else EVER


@dataclass(frozen=True, slots=True)
class _Kept(Generic[V]):
    """A value, and when its load began."""

    value: V
    began: int


class TimedCache(Generic[K, V]):
    """Keeps values for `lifetime` seconds, up to a weight of `most` in all: the one unused for longest goes first.

    `weigh` tells a value's weight; one heavier than all together may be is not kept. A missing value is loaded once,
    however many wait for it. A load goes on when whoever waits for it gives up, and is not kept if its key is
    forgotten meanwhile.
    """

    def __init__(
        self,
        lifetime: float,
        most: int,
        clock: Callable[[], float] = time.monotonic,
        *,
        weigh: Callable[[V], int] = lambda _: 1,
    ) -> None:
        self._most = most
        self._weigh = weigh
        self._kept: TTLCache[K, _Kept[V]] = TTLCache(
            most, lifetime, timer=clock, getsizeof=lambda kept: weigh(kept.value)
        )
        self._loads: dict[K, asyncio.Task[V]] = {}

    @property
    def weight(self) -> int:
        """What everything that is kept weighs."""
        return int(self._kept.currsize)

    def peek(self, key: K) -> V | None:
        """The value, if it is there and young enough."""
        kept = self._kept.get(key)
        return kept.value if kept else None

    def known(self, which: Callable[[K], bool]) -> list[V]:
        """Every value that is young enough and whose key `which` picks."""
        return [kept.value for key in list(self._kept) if which(key) and (kept := self._kept.get(key))]

    def put(self, key: K, value: V, *, began: int = EVER) -> None:
        """Keep a value, from now on."""
        self._loads.pop(key, None)
        self._kept.pop(key, None)
        if self._weigh(value) <= self._most:
            self._kept[key] = _Kept(value, began)

    def forget(self, which: Callable[[K], bool]) -> None:
        """Drop every value whose key `which` picks, those being loaded included."""
        for key in [key for key in self._kept if which(key)]:
            self._kept.pop(key, None)
        for key in [key for key in self._loads if which(key)]:
            del self._loads[key]

    def tidy(self) -> None:
        """Let go of what is too old, which nothing else does as long as nothing is added."""
        self._kept.expire()

    async def get(self, key: K, load: Callable[[], Coroutine[Any, Any, V]], *, since: int = EVER) -> V:
        """The value kept, or what `load` gives. Raises what `load` raises, and keeps nothing then.

        Who asks `since` a moment takes no value whose load began before; one that is under way does.
        """
        kept = self._kept.get(key)
        if kept is not None and kept.began >= since:
            return kept.value
        if key not in self._loads:
            task = asyncio.create_task(self._loaded(key, load, began=next(_moments)))
            self._loads[key] = task
            task.add_done_callback(lambda done: self._over(key, done))
        return await asyncio.shield(self._loads[key])

    async def _loaded(self, key: K, load: Callable[[], Coroutine[Any, Any, V]], *, began: int) -> V:
        """What is loaded, which is kept by the time that anybody hears of it."""
        this = asyncio.current_task()
        try:
            value = await load()
        except BaseException:
            if self._loads.get(key) is this:
                self._loads.pop(key)
                self._kept.pop(key, None)
            raise
        if self._loads.get(key) is this:
            self.put(key, value, began=began)
        return value

    def _over(self, key: K, task: asyncio.Task[V]) -> None:
        if self._loads.get(key) is task:  # it was cancelled before it began
            del self._loads[key]
        if not task.cancelled():
            task.exception()  # seen: perhaps nobody waits any more
