"""What is asked before several are changed, and how far it is afterwards."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from math import ceil
from typing import Any

from services.jobs import Progress
from services.selection import Deed, Selected, Sorted
from storage.models import Job, JobState, Step, StepState


class Result(StrEnum):
    """What became of one item."""

    DONE = "done"
    ALREADY = "already"  # it was so before
    GONE = "gone"  # Imgur no longer had it
    REFUSED = "refused"
    IGNORED = "ignored"  # Imgur said yes and did nothing
    UNSEEN = "unseen"  # Imgur was told, and could not be asked afterwards
    UNCLEAR = "unclear"  # Imgur was told again and again, never gave a clear answer, and did nothing
    UNTOUCHED = "untouched"
    # of what is brought into an account
    NOT_READY = "not-ready"  # Imgur is not done with it
    UNLIKE = "unlike"  # its copy was not the same, and was deleted
    BOTH = "both"  # copied, and Imgur did not delete the original
    DOUBTFUL = "doubtful"  # Imgur was told to copy it, and no copy can be seen


UNDONE = frozenset({Result.UNTOUCHED, Result.UNSEEN})
"""Of these there is more to do."""
UNSETTLED = frozenset({Result.BOTH, Result.DOUBTFUL})
"""Of these there is a copy, or may be: who brings them along later has to know."""


@dataclass(frozen=True, slots=True)
class Question:
    """Asked before something is done to several. `id` is None where it can be done with none of them."""

    id: str | None
    sorted: Sorted


@dataclass(frozen=True, slots=True)
class State:
    """How far a job is. `album` is the title of the one that pictures are put into."""

    job: Job
    deed: Deed
    results: tuple[tuple[Selected, Result], ...]
    progress: Progress
    album: str | None = None

    @property
    def through(self) -> int:
        """Items of which it is known what became of them."""
        return sum(result not in UNDONE for _, result in self.results)

    @property
    def has_more(self) -> bool:
        """Whether there is anything left to do."""
        return any(result in UNDONE for _, result in self.results)

    @property
    def is_open(self) -> bool:
        """Whether it goes on by itself, if only to its stop."""
        return self.job.state in {JobState.OPEN, JobState.STOPPING}

    @property
    def is_stopping(self) -> bool:
        """Whether it stops as soon as what is under way has ended."""
        return self.job.state is JobState.STOPPING

    @property
    def is_stopped(self) -> bool:
        """Whether it goes on when its user says so."""
        return self.job.state is JobState.STOPPED


@dataclass(frozen=True, slots=True)
class Trace:
    """What a picture's copy is known by, behind the word for what became of the picture: its id, or when it was sent.

    `due` is when the picture was to be deleted then, until the copy `is_dated`: to be deleted when its picture is, if
    that is at all. What an earlier job has left stands in the payload.
    """

    copy: str | None = None
    at: datetime | None = None
    due: datetime | None = None
    is_dated: bool = False

    @classmethod
    def of(cls, step: Step) -> Trace:
        """What is on record."""
        kept = step.outcome or step.payload.get("trace") or ""
        found = dict(word.split(":", 1) for word in kept.split() if ":" in word)
        at, due = (datetime.fromtimestamp(int(found[key]), UTC) if key in found else None for key in ("at", "due"))
        return cls(found.get("copy"), at, due, "dated" in found)

    def with_(self, result: Result) -> str:
        """A step's outcome."""
        moments = {"at": self.at, "due": self.due}
        known = [f"{key}:{ceil(moment.timestamp())}" for key, moment in moments.items() if moment]
        copy = [f"copy:{self.copy}"] if self.copy else []
        return " ".join((result, *copy, *known, *(["dated:yes"] if self.is_dated else [])))


def step_of(items: Iterable[Selected]) -> dict[str, Any]:
    """A step's payload."""
    return {"items": [[item.kind, item.id, item.title] for item in items]}


def items_of(payload: Mapping[str, Any]) -> list[Selected]:
    """The reverse."""
    return [Selected(kind, item_id, title) for kind, item_id, title in payload["items"]]


def results_of(steps: Sequence[Step]) -> tuple[tuple[Selected, Result], ...]:
    """What became of each item, as far as that is on record."""
    found: list[tuple[Selected, Result]] = []
    for step in steps:
        items = items_of(step.payload)
        results = became_of(step, len(items))
        if results == [Result.DONE] and (copy := Trace.of(step).copy):  # there is nothing else left of it
            items = [replace(items[0], id=copy)]
        found += zip(items, results, strict=True)
    return tuple(found)


def became_of(step: Step, items: int) -> list[Result]:
    """What became of each of a step's items; of one that is not through, as far as it came."""
    results = [Result(word) for word in step.outcome.split()[:items]] if step.outcome else [Result.UNTOUCHED] * items
    if step.state is StepState.SENT:
        return [Result.UNSEEN if result is Result.UNTOUCHED else result for result in results]
    return results


def outcome_of(results: Iterable[Result]) -> str:
    """A step's outcome, of its items in their order."""
    return " ".join(results)
