"""On whose behalf Imgur is called right now, known to all that a command or a job sets going."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import datetime
from enum import IntEnum
from typing import TypeAlias

NOBODY = -2
"""Who calls where nobody in Discord asked."""


class Priority(IntEnum):
    """Who comes first when credits are scarce; the lower, the earlier. An upload counts as one by itself."""

    UPLOAD = 0
    COMMAND = 1
    BACKGROUND = 2


@dataclass(frozen=True, slots=True)
class Wait:
    """What a caller who has to wait is told: how many are before them, and when it should be their turn, in UTC."""

    before: int
    until: datetime


Waiting: TypeAlias = Callable[[Wait], Awaitable[None]]


async def _untold(_wait: Wait) -> None:
    """Nobody looks."""


@dataclass(frozen=True, slots=True)
class Caller:
    """`user` is a Discord id or NOBODY. A call may have to wait for `patience` seconds, and not beyond `until`.

    That is a time of the loop. `waiting` is told now and then how long it takes. `holder` is the user, and the account
    that they were linked to, when the token was read that goes along. `since` is when they asked: what comes of it is
    not put on record once they have had everything erased.
    """

    user: int = NOBODY
    priority: Priority = Priority.COMMAND
    patience: float = 0.0
    until: float = math.inf
    waiting: Waiting = _untold
    holder: tuple[int, int] | None = None
    since: datetime | None = None


_caller: ContextVar[Caller] = ContextVar("caller")
_NOBODY = Caller()


def caller() -> Caller:
    """Who calls."""
    return _caller.get(_NOBODY)


def call_patiently(until: float, waiting: Waiting) -> None:
    """From here on what this task calls for may wait so long, as there is somebody to show it to."""
    _caller.set(replace(caller(), patience=math.inf, until=until, waiting=waiting))


@contextmanager
def waiting_for_nothing() -> Iterator[None]:
    """What is called for within is refused rather than waited for: there is something to show without it."""
    with calling(replace(caller(), patience=0.0)):
        yield


@contextmanager
def with_token_of(discord_id: int, account_id: int) -> Iterator[None]:
    """What is called for within goes with the token of a user's account: not once they have left it."""
    with calling(replace(caller(), holder=(discord_id, account_id))):
        yield


@contextmanager
def calling(caller: Caller) -> Iterator[None]:
    """All that is done within is done on their behalf, also by tasks that are begun there."""
    token = _caller.set(caller)
    try:
        yield
    finally:
        _caller.reset(token)
