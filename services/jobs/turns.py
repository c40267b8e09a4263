"""One at a time of a thing, among all processes: who is at it has a row among the jobs while its process is alive."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

import structlog

from services.jobs.work import Done, Handler, Work
from services.ports import JobStore
from storage.errors import StorageError
from storage.models import Job

log = structlog.get_logger(__name__)

KIND = "turn"
SILENCE = timedelta(seconds=30)
"""After so long without a sign of the process whose turn it is, it was killed."""
SIGN_EVERY = 10.0  # seconds
LOOK_EVERY = 0.2  # seconds

Turn: TypeAlias = Callable[[int, int, str], AbstractAsyncContextManager[bool]]
"""Takes a Discord user, their Imgur account and what is to be done; within, nobody else does the same to the account.

Gives whether somebody else did it before.
"""


@asynccontextmanager
async def alone(_discord_id: int, _account_id: int, _what: str) -> AsyncIterator[bool]:
    """There is no other process."""
    yield False


class Turns:
    """Turns that a process shows to be its own by a sign now and then, and that end with it."""

    def __init__(self, store: JobStore, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._store = store
        self._now = now

    @asynccontextmanager
    async def turn(self, discord_id: int, account_id: int, what: str) -> AsyncIterator[bool]:
        """As `Turn`. Where the database cannot be written, or the user has left the account, it is nobody's turn."""
        job, has_waited = None, False
        try:
            job, has_waited = await self._taken(discord_id, account_id, what)
        except StorageError as error:
            log.info("whose turn it is was not recorded", reason=type(error).__name__)
        keeping = asyncio.create_task(self._keep(job)) if job else None
        try:
            yield has_waited
        finally:
            if job is not None and keeping is not None:
                keeping.cancel()
                with suppress(StorageError):  # it ends by itself
                    await self._store.drop(job.discord_id, job.id)

    async def _taken(self, discord_id: int, account_id: int, what: str) -> tuple[Job | None, bool]:
        subject = f"{account_id}:{hashlib.sha256(what.encode()).hexdigest()}"
        has_waited, nobody = False, 0
        while nobody < 2:  # noqa: PLR2004 - one may have ended between the two questions
            now = self._now()
            job = await self._store.begin(
                KIND, discord_id, now, account_id=account_id, subject=subject, due_at=now + SILENCE
            )
            if job is not None:
                return job, has_waited
            other = await self._store.open_one(KIND, subject)
            if other is None:
                nobody += 1
                continue
            has_waited, nobody = True, 0
            if not now < other.due_at <= now + 2 * SILENCE:  # killed, or of a clock that is wrong
                await self._store.drop(other.discord_id, other.id)
            else:
                await asyncio.sleep(LOOK_EVERY)
        return None, has_waited

    async def _keep(self, job: Job) -> None:
        """Show that this process is alive."""
        while True:
            await asyncio.sleep(SIGN_EVERY)
            with suppress(StorageError):
                await self._store.postpone(job, self._now() + SILENCE)


class Over(Handler):
    """Takes the turns of processes that were killed off the record."""

    kind = KIND

    async def advance(self, work: Work) -> Done:  # noqa: ARG002 - a Handler's
        """It is nobody's turn."""
        return Done()
