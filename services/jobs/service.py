"""What users see of work in the background, and what they decide about it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import structlog

from services.jobs import changes
from services.ports import JobStore, Teller
from services.words import Words
from storage.errors import StorageError
from storage.models import Job, Origin, Step

OTHERS_TELL = 5.0
"""Seconds in which whoever shows a job may tell how it ended: they look every two."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a job is: steps done of all, other users' jobs before it, and in how many seconds it goes on."""

    done: int
    total: int
    ahead: int
    waits: float


class JobService:
    """Jobs of one user. Errors of the database pass. `wake` tells the runner that there is something to do."""

    def __init__(
        self,
        store: JobStore,
        wake: Callable[[], None],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        *,
        others_tell: float = OTHERS_TELL,
    ) -> None:
        self._store = store
        self._wake = wake
        self._now = now
        self._others_tell = others_tell
        self._teller: Teller | None = None
        self._telling: set[asyncio.Task[None]] = set()

    def announce_with(self, teller: Teller) -> None:
        """Have users told by themselves where what shows a job to them can no longer do so."""
        self._teller = teller

    async def close(self) -> None:
        """Tell nobody any more: the next answers will."""
        self._teller = None
        for task in self._telling:
            task.cancel()
        await asyncio.gather(*self._telling, return_exceptions=True)

    async def shown_in(self, discord_id: int, job_id: int, origin: Origin) -> bool:
        """The message to which `origin` leads shows the job from now on; False where it is over.

        Never raises: False as well, and the next answer tells unless who shows it can.
        """
        try:
            return await self._store.shown_in(discord_id, job_id, origin)
        except StorageError as error:
            log.info("which message shows a job was not recorded", job=job_id, reason=type(error).__name__)
            return False

    async def take_telling(self, job: Job) -> bool:
        """Be the one, of all processes, who tells in the message that shows the job how it ended. Never raises."""
        try:
            return await self._store.take_telling(job)
        except StorageError as error:
            log.info("an outcome waits for the next answer", job=job.id, reason=type(error).__name__)
            return False

    def ended(self, job: Job) -> None:
        """A job has an outcome, of which its user is told here unless somebody else does so within a few seconds."""
        task = asyncio.create_task(self._tell(job))
        self._telling.add(task)
        task.add_done_callback(self._telling.discard)

    async def _tell(self, job: Job) -> None:
        if job.kind != changes.KIND:  # of which nobody is left to tell
            await asyncio.sleep(self._others_tell)
        try:
            if self._teller is None or (taken := await self._store.take_origin(job, self._now())) is None:
                return
            now, origin = taken
            if await self._teller.ended(origin, now):
                await self._store.told(now)
        except StorageError as error:
            log.info("an outcome waits for the next answer", job=job.id, reason=type(error).__name__)

    async def begin(
        self,
        kind: str,
        discord_id: int,
        *,
        account_id: int | None = None,
        subject: str | None = None,
        payload: Mapping[str, Any] | None = None,
        steps: Sequence[Mapping[str, Any]] = (),
        answers: str | None = None,
        clears: str | None = None,
    ) -> Job | None:
        """Have something done, soon; None where such a job is open already, or the user has left the account.

        Of one kind, a user (or whatever else the `subject` is) has one at a time. With this the question `answers` has
        its answer, and in the view `clears` nothing is ticked; None as well where it had its answer before.
        """
        job = await self._store.begin(
            kind,
            discord_id,
            self._now(),
            account_id=account_id,
            subject=subject,
            payload=payload,
            steps=steps,
            answers=answers,
            clears=clears,
        )
        self._wake()
        return job

    async def get(self, discord_id: int, job_id: int) -> Job | None:
        """A job of the user's, as long as it is known."""
        return await self._store.get(discord_id, job_id)

    async def of_user(self, discord_id: int) -> Sequence[Job]:
        """The user's jobs, the oldest first."""
        return await self._store.of_user(discord_id)

    async def open_one(self, kind: str, subject: str) -> Job | None:
        """The open job of this kind and subject, whoever's it is."""
        return await self._store.open_one(kind, subject)

    async def steps(self, job: Job) -> Sequence[Step]:
        """Its steps, with their outcomes."""
        return await self._store.steps(job.id)

    async def progress(self, job: Job) -> Progress:
        """How far it is."""
        now = self._now()
        done, total = await self._store.tally(job.id)
        ahead = await self._store.ahead(job, now) if job.claim is None else 0
        return Progress(done, total, ahead, job.waits(now))

    async def resume(self, discord_id: int, job_id: int) -> bool:
        """Let a stopped job go on; False where there is nothing to go on with."""
        resumed = await self._store.resume(discord_id, job_id, self._now())
        self._wake()
        return resumed

    async def stop(self, discord_id: int, job_id: int) -> bool:
        """Have a job stop: no further step of it is sent; False where it does not go on by itself anyhow."""
        was_open = await self._store.stop(discord_id, job_id, self._now())
        self._wake()
        return was_open

    async def drop(self, discord_id: int, job_id: int) -> bool:
        """Forget a job. What was sent already is done."""
        return await self._store.drop(discord_id, job_id)

    async def told(self, job: Job) -> None:
        """The user has seen its outcome, so that no answer needs to tell it."""
        await self._store.told(job)

    async def outcomes(self, discord_id: int) -> list[Words]:
        """What has ended, or stopped, since the user was last told; each is told once. Never raises."""
        try:
            taken = await self._store.take_outcomes(discord_id)
        except StorageError as error:
            log.info("outcomes wait for the next answer", reason=type(error).__name__)
            return []
        return [Words.of(job.outcome, job.words) for job in taken if job.outcome]
