"""Where a pass over a shelf is, as its `SyncState.phase` keeps it."""

from __future__ import annotations

from dataclasses import astuple, dataclass
from enum import StrEnum
from typing import Self

from storage.models import Shelf, SyncState

KIND = "sync"
CONTENTS = "contents"
"""What is in the albums counts as a shelf of its own, whose items are albums."""
SHELVES = (Shelf.IMAGES, Shelf.FAVORITES, Shelf.ALBUMS, CONTENTS)

NOTHING = -1_000_000


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
    have lost, for one that looks for them; NOTHING for one that reads all.
    """

    phase: Phase
    last: int = 0
    unreadable: int = 0
    tries: int = 1
    is_second_look: bool = False
    missing: int = NOTHING

    def __str__(self) -> str:
        phase, *numbers = astuple(self)
        return " ".join([phase, *(str(int(number)) for number in numbers)])

    @classmethod
    def of(cls, state: SyncState) -> Self:
        """The stage of a shelf; that of one that was never read is DONE, with no pass."""
        phase, *numbers = state.phase.split() or [Phase.DONE]
        last, unreadable, tries, second, missing = [*map(int, numbers), *(0, 0, 1, 0, NOTHING)[len(numbers) :]]
        return cls(Phase(phase), last, unreadable, tries, bool(second), missing)


def is_done(state: SyncState) -> bool:
    """Whether the pass of this number is over, with nothing left in doubt."""
    return Stage.of(state).phase is Phase.DONE
