"""How far a shelf has been read, and about how long the rest takes."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from services.sync.stage import Stage
from services.words import Said
from services.words.waiting import being_read
from storage.models import SyncState

FIRST_GUESS = 0.5  # seconds a page, before any was read
SLOWEST = 3.0  # what is beyond it was waiting
PAGE = 100
SILENCE = timedelta(minutes=3)  # from one page to the next after which nobody can say how long the rest takes


@dataclass(frozen=True, slots=True)
class Progress:
    """`read` of about `expected` items; None where Imgur does not say, or says what cannot be.

    `seconds` is about how long the rest takes, waiting for the quota included. `finished_at` is when the shelf was last
    read completely: None while the first pass is under way. `silent_since` is when the last page came, where the next
    one should have come long ago.
    """

    read: int = 0
    expected: int | None = None
    seconds: float | None = None
    finished_at: datetime | None = None
    silent_since: datetime | None = None

    @property
    def is_complete(self) -> bool:
        """Whether all of the shelf has been read at least once."""
        return self.finished_at is not None

    @property
    def words(self) -> Said:
        """How far it is, in words."""
        return being_read(self.read, self.expected, self.seconds, self.silent_since)


def calls_left(state: SyncState | None) -> int:
    """How many more calls a first pass makes, as far as that is known."""
    if state is None or state.finished_at is not None or state.expected is None:
        return 0
    return math.ceil(max(state.expected - state.read, 0) / PAGE)


def progress(state: SyncState | None, now: datetime, waits: float = 0.0, *, is_held: bool = False) -> Progress:
    """What to tell of a shelf; `waits` is how many seconds of the rest are spent waiting.

    `is_held`: the next page waits for the quota.
    """
    if state is None:
        return Progress()
    if state.finished_at is not None:
        return Progress(state.read, None, None, state.finished_at)
    expected = state.expected if state.expected is not None and state.read < state.expected else None
    last = datetime.fromtimestamp(at, UTC) if (at := Stage.of(state).at) else state.begun_at
    if last is not None and now - last > SILENCE and not is_held:
        return Progress(state.read, expected, silent_since=last)
    if expected is None:
        return Progress(state.read)
    elapsed = max((now - state.begun_at).total_seconds(), 0.0) if state.begun_at else 0.0
    pace = min(elapsed / state.page, SLOWEST) if state.page else FIRST_GUESS
    return Progress(state.read, expected, calls_left(state) * pace + max(waits, 0.0))
