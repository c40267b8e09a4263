"""How far a shelf has been read, and about how long the rest takes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime

from services.messages import being_read
from storage.models import SyncState

FIRST_GUESS = 0.5  # seconds a page, before any was read
SLOWEST = 3.0  # what is beyond it was waiting
PAGE = 100


@dataclass(frozen=True, slots=True)
class Progress:
    """`read` of about `expected` items; None where Imgur does not say, or says what cannot be.

    `seconds` is about how long the rest takes, waiting for the quota included. `finished_at` is when the shelf was last
    read completely: None while the first pass is under way.
    """

    read: int = 0
    expected: int | None = None
    seconds: float | None = None
    finished_at: datetime | None = None

    @property
    def is_complete(self) -> bool:
        """Whether all of the shelf has been read at least once."""
        return self.finished_at is not None

    @property
    def words(self) -> str:
        """How far it is, in words."""
        return being_read(self.read, self.expected, self.seconds)


def calls_left(state: SyncState | None) -> int:
    """How many more calls a first pass makes, as far as that is known."""
    if state is None or state.finished_at is not None or state.expected is None:
        return 0
    return math.ceil(max(state.expected - state.read, 0) / PAGE)


def progress(state: SyncState | None, now: datetime, waits: float = 0.0) -> Progress:
    """What to tell of a shelf; `waits` is how many seconds of the rest are spent waiting."""
    if state is None:
        return Progress()
    if state.finished_at is not None or state.expected is None or state.read >= state.expected:
        return Progress(state.read, None, None, state.finished_at)
    elapsed = max((now - state.begun_at).total_seconds(), 0.0) if state.begun_at else 0.0
    pace = min(elapsed / state.page, SLOWEST) if state.page else FIRST_GUESS
    return Progress(state.read, state.expected, calls_left(state) * pace + max(waits, 0.0))
