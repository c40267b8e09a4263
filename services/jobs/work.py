"""A kind of work, and a job of it while a process works on it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar, TypeAlias

from errors import BotError
from services.ports import JobStore
from services.words import Words
from storage.models import Job, JobState, Step, StepState


@dataclass(frozen=True, slots=True)
class Pause:
    """It goes on in so many seconds, after others who wait."""

    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Done:
    """There is no more to do; the outcome is for the next answer to the user. None: nothing to tell."""

    outcome: Words | None = None


@dataclass(frozen=True, slots=True)
class Stopped:
    """It goes on when its user says so, and they hear why."""

    outcome: Words


Verdict: TypeAlias = Pause | Done | Stopped


class StopWantedError(Exception):
    """The job's user wants no more of it: what was to be sent was not."""


class ClaimLostError(Exception):
    """The job is another process's by now, or gone: whoever hears this does nothing more about it."""


class Work:
    """A claimed job. Every change raises ClaimLostError where the claim is no longer held."""

    def __init__(self, store: JobStore, job: Job) -> None:
        self._store = store
        self.job = job

    async def next_step(self) -> Step | None:
        """The first step that is not done."""
        return await self._store.next_step(self.job.id)

    async def steps(self) -> Sequence[Step]:
        """All of them."""
        return await self._store.steps(self.job.id)

    async def is_unwanted(self) -> bool:
        """Whether its user wants it to stop."""
        job = await self._store.get(self.job.discord_id, self.job.id)
        return job is not None and job.claim == self.job.claim and job.state is JobState.STOPPING

    async def sending(self, step: Step) -> None:
        """Record that a step is about to be sent, or what is left of it. Raises StopWantedError."""
        try:
            await self._mark(step, StepState.SENT, step.outcome)
        except ClaimLostError:
            if await self.is_unwanted():
                raise StopWantedError from None
            raise

    async def not_sent(self, step: Step, outcome: str | None = None) -> None:
        """Record that nothing was done of it, or no more than this."""
        await self._mark(step, StepState.WAITING, outcome)

    async def settled(self, step: Step, outcome: str) -> None:
        """Record what became of a step."""
        await self._mark(step, StepState.DONE, outcome)

    async def _mark(self, step: Step, state: StepState, outcome: str | None = None) -> None:
        if not await self._store.mark(self.job, step.number, state, outcome):
            raise ClaimLostError


class Handler(ABC):
    """One kind of work. It keeps nothing of a job in memory: any process may go on with it at any moment."""

    kind: ClassVar[str]
    is_asked_for: ClassVar[bool] = False
    """Whether a user has asked for it: then it goes first, and they hear of it where it cannot go on."""

    @abstractmethod
    async def advance(self, work: Work) -> Verdict | None:
        """Do the next piece, of a few calls at most; None: there is more to do.

        May raise what Imgur, the accounts and the database raise.
        """

    async def judge(self, work: Work, error: Exception) -> Verdict | None:  # noqa: ARG002 - for those that care
        """What an error means to the job; None: it is tried again later, as the runner sees fit."""
        return Done() if isinstance(error, BotError) else None
