"""Where a pass over a shelf is, as its `SyncState.phase` keeps it."""

from __future__ import annotations

from dataclasses import astuple, dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self

from storage.models import Shelf, SyncState

KIND = "sync"
CONTENTS = "contents"
"""What is in the albums counts as a shelf of its own, whose items are albums."""
SHELVES = (Shelf.IMAGES, Shelf.FAVORITES, Shelf.ALBUMS, CONTENTS)

NOTHING = -1_000_000

SECOND_LOOK = timedelta(hours=3)
"""Until what has disappeared in bulk is looked for again."""
DISTANCE, LONGEST_DISTANCE = timedelta(minutes=10), timedelta(days=1)
"""From one pass that a look asked for to the next: nothing at first, then DISTANCE, and each is four times the last."""
FORGOTTEN = timedelta(days=2)
"""After so long a pass that a look asks for is the first of its row again."""


class Phase(StrEnum):
    """What is done next."""

    READ = "read"
    OLDEST = "oldest"  # from the other end
    DOUBT = "doubt"  # a pass is complete, and what it did not see is looked for once more, later
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Stage:
    """The phase; how many items the last page had, how many could not be read, and how many passes there were in a row.

    `is_second_look`: what has disappeared in bulk had done so before. `missing`: how many items the pass before may
    have lost, for one that looks for them; NOTHING for one that reads all. `is_behind`: a look has found more than it
    could take in, so that another pass has to follow; `asked`: how many looks in a row have. `at`: when the last page
    was read, in seconds since 1970.
    """

    phase: Phase
    last: int = 0
    unreadable: int = 0
    tries: int = 1
    is_second_look: bool = False
    missing: int = NOTHING
    asked: int = 0
    is_behind: bool = False
    at: int = 0

    def __str__(self) -> str:
        phase, *numbers = astuple(self)
        return " ".join([phase, *(str(int(number)) for number in numbers)])

    @classmethod
    def of(cls, state: SyncState) -> Self:
        """The stage of a shelf; that of one that was never read is DONE, with no pass."""
        phase, *numbers = state.phase.split() or [Phase.DONE]
        last, unreadable, tries, second, missing, asked, behind, at = [
            *map(int, numbers),
            *(0, 0, 1, 0, NOTHING, 0, 0, 0)[len(numbers) :],
        ]
        return cls(Phase(phase), last, unreadable, tries, bool(second), missing, asked, bool(behind), at)

    def ended(self, phase: Phase = Phase.DONE) -> Self:
        """The pass is over; what looks have found meanwhile stands."""
        return type(self)(phase, asked=self.asked, is_behind=self.is_behind)

    def next(self) -> Self:
        """Another pass, after one that has ended."""
        is_second_look = self.phase is Phase.DOUBT
        asked = self.asked if self.is_behind or is_second_look else 0
        return type(self)(Phase.READ, is_second_look=is_second_look, asked=asked)

    def again(self, missing: int) -> Self:
        """Another pass instead of this one."""
        return replace(self, phase=Phase.READ, last=0, unreadable=0, tries=self.tries + 1, missing=missing)

    @property
    def is_doubted(self) -> bool:
        """Whether much has disappeared, and is looked for once more."""
        return self.phase is Phase.DOUBT or (self.phase is not Phase.DONE and self.is_second_look)

    @property
    def is_lacking(self) -> bool:
        """Whether it is known that something on the shelf is not as on Imgur."""
        return self.is_behind or self.is_doubted or (self.phase is not Phase.DONE and self.asked > 0)


def is_done(state: SyncState) -> bool:
    """Whether the pass of this number is over, with nothing left in doubt or behind."""
    stage = Stage.of(state)
    return stage.phase is Phase.DONE and not stage.is_behind


def behind(state: SyncState, now: datetime) -> SyncState:
    """The shelf, once a look has found more than it could take in."""
    stage = Stage.of(state)
    if stage.is_behind:
        return state
    is_recent = state.finished_at is not None and abs(now - state.finished_at) < FORGOTTEN
    return replace(state, phase=str(replace(stage, is_behind=True, asked=stage.asked + 1 if is_recent else 1)))


def waits(state: SyncState, now: datetime) -> float:
    """In how many seconds a pass that has to follow may begin; 0 for at once, or where one is under way."""
    stage = Stage.of(state)
    if state.finished_at is None or stage.phase not in (Phase.DONE, Phase.DOUBT):
        return 0
    distance = SECOND_LOOK if stage.phase is Phase.DOUBT else _distance(stage)
    left = (state.finished_at + distance - now).total_seconds()
    return left if 0 < left <= distance.total_seconds() else 0  # else a clock was wrong


def _distance(stage: Stage) -> timedelta:
    if not stage.is_behind or stage.asked <= 1:
        return timedelta()
    growth: int = 4 ** min(stage.asked - 2, 10)
    return min(DISTANCE * growth, LONGEST_DISTANCE)
