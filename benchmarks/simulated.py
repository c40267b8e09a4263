"""A loop whose time is simulated: nobody sleeps, the clock leaps to whatever comes next."""

from __future__ import annotations

import asyncio
import selectors
from collections.abc import Coroutine
from datetime import datetime, timedelta
from typing import Any, TypeVar

T = TypeVar("T")


class _Leaping(selectors.SelectSelector):
    """Waits for nothing from outside: what is simulated has no files and no connections."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None:
            raise RuntimeError("everybody waits for somebody: nothing will happen any more")
        self.seconds += max(timeout, 0.0)
        return []


class SimulatedLoop(asyncio.SelectorEventLoop):
    """Its time begins at `start`."""

    def __init__(self, start: datetime) -> None:
        self._leaping = _Leaping()
        self._start = start
        super().__init__(self._leaping)

    def time(self) -> float:
        """Simulated seconds since the start."""
        return self._leaping.seconds

    def now(self) -> datetime:
        """The same as a moment."""
        return self._start + timedelta(seconds=self._leaping.seconds)

    def run(self, main: Coroutine[Any, Any, T]) -> T:
        """Run it to its end."""
        try:
            return self.run_until_complete(main)
        finally:
            self.close()
