"""The time by which pictures are deleted: a clock that jumps is not believed for a while."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import structlog

log = structlog.get_logger(__name__)

TOLERANCE = timedelta(seconds=10)
"""By so much a clock may be set between two looks."""
HOLD = 600.0
"""Seconds for which a clock that has jumped must go on evenly until it is believed."""


class SteadyClock:
    """The wall clock, held against one that only goes on. Each look compares with the one before."""

    def __init__(
        self,
        wall: Callable[[], datetime] = lambda: datetime.now(UTC),
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        self._wall = wall
        self._steady = steady
        self._began: datetime | None = None  # what the wall clock showed as the other one began to count
        self._believed_from = 0.0

    def now(self) -> datetime | None:
        """The time in UTC; None where the clock has jumped lately, or nothing is known of it yet."""
        wall, steady = self._wall(), self._steady()
        before, self._began = self._began, wall - timedelta(seconds=steady)
        if before is None:
            self._believed_from = steady
            return None
        jump = self._began - before
        if abs(jump) > TOLERANCE:
            log.warning("the clock has jumped: nothing is deleted by itself for a while", seconds=jump.total_seconds())
            self._believed_from = steady + HOLD
        return wall if steady >= self._believed_from else None
