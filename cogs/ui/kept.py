"""What a press will need and no custom_id can hold; in memory only, for a while, and not without bounds."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")

LIFETIME = 15 * 60
MOST = 1000


class Kept(Generic[T]):
    """Values by key. The oldest go first when there are many."""

    def __init__(
        self, *, most: int = MOST, lifetime: float = LIFETIME, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._most = most
        self._lifetime = lifetime
        self._clock = clock
        self._kept: dict[str, tuple[float, T]] = {}
        self._taken: dict[str, None] = {}

    def keep(self, value: T) -> str:
        """Keep a value; the key under which to find it."""
        now = self._clock()
        self._kept = {key: kept for key, kept in self._kept.items() if now - kept[0] < self._lifetime}
        while len(self._kept) >= self._most:
            del self._kept[next(iter(self._kept))]
        key = secrets.token_hex(8)
        self._kept[key] = now, value
        return key

    def get(self, key: str) -> T | None:
        """The value, if it is still there."""
        kept = self._kept.get(key)
        return kept[1] if kept and self._clock() - kept[0] < self._lifetime else None

    def change(self, key: str, value: T) -> None:
        """Keep another value under the key, for as long as the first."""
        if key in self._kept:
            self._kept[key] = self._kept[key][0], value

    def take(self, key: str) -> T | None:
        """The value, once."""
        value = self.get(key)
        self._kept.pop(key, None)
        if value is not None:
            self._taken[key] = None
            while len(self._taken) > self._most:
                del self._taken[next(iter(self._taken))]
        return value

    def is_taken(self, key: str) -> bool:
        """Whether the value was taken, by a press before; as far as that is known."""
        return key in self._taken
