"""Faults that wait for a request: an answer from `shapes` instead of the real one, or a connection that is cut."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatchcase

from standins.imgur.shapes import SHAPES

LOST_REQUEST = "lost-request"
"""The connection is cut before anything is done."""
LOST_ANSWER = "lost-answer"
"""The request takes effect, then the connection is cut."""
CUT_ANSWER = "cut-answer"
"""The request takes effect, half of the answer is sent, then the connection is cut."""
FAULTS = frozenset({*SHAPES, LOST_REQUEST, LOST_ANSWER, CUT_ANSWER})


@dataclass
class Fault:
    """A queued fault. `early`: answered without reading the request's body, as an edge server does."""

    name: str
    match: str
    times: int
    early: bool


class FaultQueue:
    """Faults in the order they were queued; the first that matches a request is spent on it."""

    def __init__(self) -> None:
        self._queue: list[Fault] = []

    def add(self, name: str, match: str, times: int, *, early: bool) -> None:
        """Queue a fault for requests like "POST /3/upload" (wildcards allowed). ValueError for an unknown name."""
        if name not in FAULTS:
            msg = f"no fault is called {name!r}; there are {', '.join(sorted(FAULTS))}"
            raise ValueError(msg)
        self._queue.append(Fault(name, match, times, early))

    def take(self, line: str) -> Fault | None:
        """The fault for this request line, spent once."""
        for fault in self._queue:
            if fnmatchcase(line, fault.match):
                fault.times -= 1
                if fault.times <= 0:
                    self._queue.remove(fault)
                return fault
        return None

    def clear(self) -> None:
        """Forget what is queued."""
        self._queue.clear()
