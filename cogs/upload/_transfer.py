"""Uploads that are running: how far they are, and how they are ended."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Generic, TypeAlias, TypeVar

from errors import Remains, UploadCancelledError, UploadEndedError, UploadStoppedError, UploadTooSlowError
from services.queue import Queued, Ticket

T = TypeVar("T")
Progress: TypeAlias = Callable[[int, int], None]
Work: TypeAlias = Callable[[Progress, Queued], Coroutine[Any, Any, T]]

FIRST_REPORT = 3.0  # seconds
REPORT_EVERY = 3.5
LONGEST = 14 * 60.0  # Discord takes the answer for 15 minutes


class Transfer(Generic[T]):
    """One upload under way: `sent` of `total` bytes, once it is its turn."""

    def __init__(self, total: int, work: Work[T]) -> None:
        self.key = secrets.token_hex(8)
        self.sent = 0
        self.total = total
        self._why: type[UploadEndedError] = UploadStoppedError
        self._is_ended = False
        self._ticket: Ticket | None = None
        self._work = asyncio.create_task(work(self._count, self._queued))

    @property
    def before(self) -> int | None:
        """How many uploads come before this one; None once it is its turn."""
        return self._ticket.before if self._ticket else None

    @property
    def is_queued(self) -> bool:
        """Whether nothing but the other uploads has to be waited for any more."""
        return self._ticket is not None

    def end(self, why: type[UploadEndedError]) -> None:
        """End it; whoever waits for the result gets `why`, the first one given."""
        if not self._is_ended:
            self._is_ended, self._why = True, why
            self._work.cancel()

    async def result(self, show: Callable[[Transfer[T]], Awaitable[object]], longest: float | None = None) -> T:
        """Wait for the upload, showing now and then how far it is. Raises UploadEndedError and what the work raises."""
        reporting = asyncio.create_task(self._report(show))
        try:
            if not (await asyncio.wait([self._work], timeout=LONGEST if longest is None else longest))[0]:
                self.end(UploadTooSlowError)
            return await self._work
        except asyncio.CancelledError:  # without a reason it is the command itself that ends, with the bot
            self.end(UploadStoppedError)
            (outcome,) = await asyncio.gather(self._work, return_exceptions=True)
            raise self._why(*_remains(outcome)) from None
        except UploadEndedError as ended:
            raise self._why(ended.remains) from None
        finally:
            # An edit under way may end, so that it cannot overtake the answer; one that fails costs the report only.
            await asyncio.gather(self._work, reporting, return_exceptions=True)

    def _queued(self, ticket: Ticket) -> None:
        self._ticket = ticket

    def _count(self, sent: int, total: int) -> None:
        self.sent, self.total = sent, total

    async def _report(self, show: Callable[[Transfer[T]], Awaitable[object]]) -> None:
        pause = FIRST_REPORT
        while not (await asyncio.wait([self._work], timeout=pause))[0]:
            await show(self)
            pause = REPORT_EVERY


def _remains(outcome: object) -> tuple[Remains, ...]:
    return (outcome.remains,) if isinstance(outcome, UploadEndedError) else ()


class Transfers:
    """The uploads that run in this process, by key."""

    def __init__(self) -> None:
        self._running: dict[str, Transfer[Any]] = {}

    async def run(
        self,
        total: int,
        work: Work[T],
        show: Callable[[Transfer[T]], Awaitable[object]],
        *,
        longest: float | None = None,
    ) -> T:
        """Run `work` as a transfer that can be cancelled, for so many seconds. Raises as `Transfer.result` does."""
        transfer = Transfer(total, work)
        self._running[transfer.key] = transfer
        try:
            return await transfer.result(show, longest)
        finally:
            del self._running[transfer.key]

    def __contains__(self, key: str) -> bool:
        return key in self._running

    def cancel(self, key: str) -> bool:
        """End an upload because its owner wants so; False if it is over already."""
        transfer = self._running.get(key)
        if transfer is None:
            return False
        transfer.end(UploadCancelledError)
        return True
