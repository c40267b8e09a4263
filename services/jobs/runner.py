"""Runs what is to be done in the background, a few jobs at a time, in turns between users and processes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext, suppress
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import TypeAlias

import structlog

from errors import BotError
from imgur.errors import ImgurError, RateLimitedError
from services.jobs.work import ClaimLostError, Done, Handler, Pause, Stopped, Verdict, Work
from services.messages import unforeseen
from services.ports import JobStore
from storage.errors import StorageError
from storage.models import Job, JobState

log = structlog.get_logger(__name__)

AT_ONCE = 4  # jobs of one process
SLICE = 5.0  # seconds until another user's job has its turn
HEAD_START = 0.5  # seconds that the start of the bot has before what others left is looked for
LOOK_EVERY = 5.0  # seconds between looks for jobs of other processes, or due by now
RENEW_EVERY = 15.0  # seconds
HOLDS = 50.0  # seconds from a renewal on: a little less than the claim does
GRACE = 2.0  # seconds that a piece of work under way may take at the shutdown
FIRST_PAUSE, LONGEST_PAUSE = 5.0, 600.0  # seconds after a failure; each in a row doubles it
UNSAID = 60.0  # seconds that "too many calls" means at least where it does not say
MOST_FAILURES = 10  # of the kind that nobody foresaw
KEPT = timedelta(days=30)  # for how long an outcome waits to be told
SWEEP_EVERY = 3600.0  # seconds

Within: TypeAlias = Callable[[Job, Handler], AbstractContextManager[object]]


class Runner:
    """Claims jobs of the kinds it has handlers for. `within` is entered around all that is done for a job.

    `pause` is that after a first failure, in seconds; `look_every` as LOOK_EVERY.
    """

    def __init__(
        self,
        store: JobStore,
        handlers: Iterable[Handler] = (),
        *,
        within: Within = lambda _job, _handler: nullcontext(),
        pause: float = FIRST_PAUSE,
        look_every: float = LOOK_EVERY,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._store = store
        self._handlers = {handler.kind: handler for handler in handlers}
        self._within = within
        self._pause = pause
        self._look_every = look_every
        self._now = now
        self._free = asyncio.Semaphore(AT_ONCE)
        self._awake = asyncio.Event()
        self._stopping = asyncio.Event()
        self._claims = count()
        self._swept = -SWEEP_EVERY
        self._running: set[asyncio.Task[None]] = set()
        self._main: asyncio.Task[None] | None = None
        self._ended: Callable[[Job], None] = lambda _job: None

    def add(self, handler: Handler) -> None:
        """Take on another kind of work."""
        self._handlers[handler.kind] = handler

    def tell_with(self, ended: Callable[[Job], None]) -> None:
        """Have `ended` called with each job that got an outcome."""
        self._ended = ended

    def start(self) -> None:
        """Begin to work."""
        self._main = asyncio.create_task(self._run(), name="jobs")

    def wake(self) -> None:
        """Look at once: there is something to do."""
        self._awake.set()

    async def close(self) -> None:
        """End what is under way: within GRACE by itself, then where it is. Another process may go on at once."""
        self._stopping.set()
        self._awake.set()
        if self._main is not None:
            await self._main
        if self._running:
            _, late = await asyncio.wait(self._running, timeout=GRACE)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _run(self) -> None:
        await self._woken(min(HEAD_START, self._look_every))
        while not self._stopping.is_set():
            await self._free.acquire()
            job = None if self._stopping.is_set() else await self._claimed()
            if job is None:
                self._free.release()
                await self._woken(self._look_every)
            else:
                task = asyncio.create_task(self._serve(job))
                self._running.add(task)
                task.add_done_callback(self._served)

    async def _woken(self, seconds: float) -> None:
        """Wait so long, or until there is something to do."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._awake.wait()
        self._awake.clear()

    def _served(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        self._free.release()
        self._awake.set()  # whoever waits may have their turn

    async def _claimed(self) -> Job | None:
        """The next job. What users have asked for goes first every other time only, so that nothing waits for ever."""
        first = [kind for kind, handler in self._handlers.items() if handler.is_asked_for]
        try:
            if time.monotonic() - self._swept > SWEEP_EVERY:
                await self._store.sweep(self._now() - KEPT, self._now())
                self._swept = time.monotonic()
            return await self._store.claim(tuple(self._handlers), self._now(), first=first * (next(self._claims) % 2))
        except StorageError as error:
            log.warning("no work can be looked for", reason=type(error).__name__)
        except Exception:  # or nothing would ever be looked for again
            log.exception("no work can be looked for")
        return None

    async def _serve(self, job: Job) -> None:
        work, handler = Work(self._store, job), self._handlers[job.kind]
        doing = asyncio.create_task(self._advance(handler, work))
        keeping = asyncio.create_task(self._keep(job, doing))
        try:
            await asyncio.wait({doing})
        finally:
            keeping.cancel()
            doing.cancel()
            await asyncio.wait({doing})
            verdict, failures = (Pause(), job.failures) if doing.cancelled() else doing.result()
            if verdict is not None:
                await self._record(job, verdict, failures)

    async def _advance(self, handler: Handler, work: Work) -> tuple[Verdict | None, int]:
        """A slice of the job: how it goes on, and with how many failures in a row. None: it is not ours any more."""
        until = time.monotonic() + SLICE
        try:
            with self._within(work.job, handler):
                while True:
                    verdict = await handler.advance(work)
                    if verdict is not None or time.monotonic() > until or self._stopping.is_set():
                        return verdict or Pause(), 0
        except ClaimLostError:
            return None, 0
        except Exception as error:  # noqa: BLE001 - whatever it is, it is one job's trouble
            return await self._failed(handler, work, error)

    async def _failed(self, handler: Handler, work: Work, error: Exception) -> tuple[Verdict | None, int]:
        job, failures = work.job, work.job.failures + 1
        try:
            verdict = await handler.judge(work, error)
        except (ClaimLostError, StorageError):
            verdict = None
        if verdict is not None:
            return verdict, 0
        pause = min(self._pause * 2 ** (failures - 1), LONGEST_PAUSE)
        if isinstance(error, RateLimitedError):
            return Pause(error.retry_after or max(pause, UNSAID)), job.failures
        if isinstance(error, StorageError | ImgurError | BotError):
            log.info("a job has to wait", job=job.id, kind=job.kind, reason=type(error).__name__, seconds=pause)
            return Pause(pause), failures
        reference = f"job-{job.id}"
        log.error("a job failed", job=job.id, kind=job.kind, failures=failures, reference=reference, exc_info=error)
        if failures < MOST_FAILURES:
            return Pause(pause), failures
        return Stopped(unforeseen(reference)) if handler.is_asked_for else Done(), 0

    async def _record(self, job: Job, verdict: Verdict, failures: int) -> None:
        """Where the database refuses, the claim ends by itself and the job goes on from where its record stands."""
        now = self._now()
        try:
            if isinstance(verdict, Pause):
                due_at = now + timedelta(seconds=verdict.seconds)
                await self._store.release(job, now, due_at=due_at, failures=failures)
                return
            state = JobState.ENDED if isinstance(verdict, Done) else JobState.STOPPED
            outcome = verdict.outcome
            told = (outcome.source, outcome.kept) if outcome else (None, None)
            if await self._store.end(job, now, state, *told) and outcome:
                self._ended(job)
        except StorageError as error:
            log.warning("how a job goes on was not recorded", job=job.id, reason=type(error).__name__)

    async def _keep(self, job: Job, doing: asyncio.Task[object]) -> None:
        """Renew the claim; where it is lost, or may be by now, end what is done under it."""
        held = time.monotonic()
        while time.monotonic() - held < HOLDS:
            await asyncio.sleep(RENEW_EVERY)
            try:
                if not await self._store.renew(job):
                    break
            except StorageError:
                continue
            except Exception:
                log.exception("a claim could not be renewed", job=job.id)
                continue
            held = time.monotonic()
        doing.cancel()
