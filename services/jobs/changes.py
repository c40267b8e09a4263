"""Changes that a command makes, on record until its user has been told: who is killed before that is told later."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, TypeAlias

import structlog

from services.backlog import Backlog
from services.ports import JobStore
from storage.errors import StorageError
from storage.models import Job, Origin

log = structlog.get_logger(__name__)

KIND = "change"
SILENCE = timedelta(minutes=1)
"""After so long without a sign of the process that makes a change, it was killed."""
SIGN_EVERY = 15.0  # seconds
WAITING = {"deed": "wait"}
"""On record of what waits for Imgur's limit, and has changed nothing yet."""

Record: TypeAlias = Callable[[int, int | None, Mapping[str, Any]], Awaitable[None]]
"""Takes a Discord user, the Imgur account that changes, and what is about to be sent, as KIND's handler reads it.

The account is None where none is used.
"""


async def unrecorded(_discord_id: int, _account_id: int | None, _change: Mapping[str, Any]) -> None:
    """Nothing is on record."""


@dataclass(slots=True)
class _Noted:
    origin: Origin | None
    jobs: list[Job] = field(default_factory=list)
    left: set[int] = field(default_factory=set)
    keeping: asyncio.Task[None] | None = None


_noted: ContextVar[_Noted | None] = ContextVar("noted", default=None)
_newest: ContextVar[Job | None] = ContextVar("newest", default=None)


class Changes:
    """A change is a job that its own process puts off again and again, and forgets once the user has been told.

    Where that process is no more, any other one finds out what became of it, and tells that in Discord, or the next
    answer does. Where only the database was away, this one goes on: `holds`.
    """

    def __init__(
        self,
        store: JobStore,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        *,
        sign_every: float = SIGN_EVERY,
    ) -> None:
        self._store = store
        self._now = now
        self._sign_every = sign_every
        self._held: set[int] = set()
        self._backlog = Backlog()

    def holds(self, job_id: int) -> bool:
        """Whether this process makes the change, or has told of it and could not forget it yet."""
        return job_id in self._held

    async def close(self) -> None:
        """Forget what was told, as far as the database lets it."""
        await self._backlog.close()

    @asynccontextmanager
    async def until_told(
        self, origin: Origin | None = None, is_told: Callable[[], bool] = lambda: False
    ) -> AsyncIterator[None]:
        """What is recorded within is forgotten at the end, as its user was told by then; not if it was cut off before.

        `origin` leads to them where this process is killed; `is_told` says whether they were told where it is cut off.
        """
        noted, is_cut_off = _Noted(origin), False
        token = _noted.set(noted)
        try:
            yield
        except asyncio.CancelledError:  # the bot is shut down
            is_cut_off = not is_told()
            raise
        finally:
            _noted.reset(token)
            if noted.keeping is not None:
                noted.keeping.cancel()
            for job in noted.jobs:
                if is_cut_off or job.id in noted.left:
                    self._held.discard(job.id)
                else:
                    await self._backlog.write("that a change was told", partial(self._forget, job))

    async def _forget(self, job: Job) -> None:
        await self._store.drop(job.discord_id, job.id)
        self._held.discard(job.id)

    def leave(self) -> bool:
        """Have what was recorded last stay on record, to be looked at later whatever its user is told now.

        False where nothing is on record.
        """
        noted, job = _noted.get(), _newest.get()
        if noted is None or job is None or job not in noted.jobs:
            return False
        noted.left.add(job.id)
        return True

    async def record(self, discord_id: int, account_id: int | None, change: Mapping[str, Any]) -> None:
        """Have it on record before it is sent. Never raises: without a record it is made all the same.

        Outside of `until_told` nobody waits for an answer, and nothing is recorded.
        """
        noted = _noted.get()
        _newest.set(None)
        if noted is None:
            return
        now = self._now()
        try:
            job = await self._store.begin(
                KIND,
                discord_id,
                now,
                account_id=account_id,
                subject=f"change:{secrets.token_hex(8)}",
                payload=change,
                due_at=now + SILENCE,
                origin=noted.origin,
            )
        except StorageError as error:
            log.info("a change goes without a record", reason=type(error).__name__)
            return
        if job is not None:
            waited = [old for old in noted.jobs if old.payload == WAITING]
            noted.jobs[:] = [*(old for old in noted.jobs if old not in waited), job]
            self._held.add(job.id)
            _newest.set(job)
            noted.keeping = noted.keeping or asyncio.create_task(self._keep(noted.jobs))
            for old in waited:
                await self._backlog.write("that a wait is over", partial(self._forget, old))

    async def waits(self, discord_id: int) -> None:
        """Have it on record that it waits and nothing else, unless there is more to say already. Never raises."""
        noted = _noted.get()
        if noted is not None and not noted.jobs:
            await self.record(discord_id, None, WAITING)

    async def _keep(self, jobs: list[Job]) -> None:
        """Show that this process is alive."""
        while True:
            await asyncio.sleep(self._sign_every)
            for job in jobs:
                with suppress(StorageError):
                    await self._store.postpone(job, self._now() + SILENCE)
