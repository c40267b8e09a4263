"""Whose turn it is: only so many at once and only so many of one user, and the users come round robin."""

from __future__ import annotations

import asyncio
from collections import Counter, OrderedDict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TypeAlias


class Ticket:
    """A place in the queue."""

    def __init__(self, queue: FairQueue, user: int) -> None:
        self.user = user
        self.called = asyncio.Event()
        self._queue = queue

    @property
    def before(self) -> int | None:
        """How many are called earlier, as things stand; None once its turn has come, or it was given up."""
        return self._queue.before(self)


Queued: TypeAlias = Callable[[Ticket], None]


class FairQueue:
    """Lets `at_once` run, no more than `each` of one user; who has waited with many does not keep others waiting."""

    def __init__(self, at_once: int, each: int) -> None:
        self._at_once = at_once
        self._each = each
        self._waiting: OrderedDict[int, list[Ticket]] = OrderedDict()  # the user whose turn is next comes first
        self._running: Counter[int] = Counter()

    @asynccontextmanager
    async def turn(self, user: int, queued: Queued) -> AsyncIterator[None]:
        """Wait for the user's turn and hold it. `queued` gets the place in the queue at once."""
        ticket = Ticket(self, user)
        self._waiting.setdefault(user, []).append(ticket)
        try:
            self._call()
            queued(ticket)
            await ticket.called.wait()
            yield
        finally:
            self._leave(ticket)
            self._call()

    def before(self, ticket: Ticket) -> int | None:
        """How many tickets are called before this one; None if it does not wait."""
        if ticket not in (mine := self._waiting.get(ticket.user, [])):
            return None
        place = mine.index(ticket)
        ahead, rounds = place, place + 1
        for user, tickets in self._waiting.items():
            if user == ticket.user:
                rounds = place  # whoever comes after this user has one turn fewer until then
            else:
                ahead += min(len(tickets), rounds)
        return ahead

    def _call(self) -> None:
        while self._running.total() < self._at_once:
            user = next((user for user in self._waiting if self._running[user] < self._each), None)
            if user is None:
                return
            ticket = self._waiting[user].pop(0)
            self._waiting.move_to_end(user)
            self._drop_if_empty(user)
            self._running[user] += 1
            ticket.called.set()

    def _leave(self, ticket: Ticket) -> None:
        if ticket.called.is_set():
            self._running[ticket.user] -= 1
            self._running += Counter()  # forgets whoever has none
        else:
            self._waiting[ticket.user].remove(ticket)
            self._drop_if_empty(ticket.user)

    def _drop_if_empty(self, user: int) -> None:
        if not self._waiting[user]:
            del self._waiting[user]
