"""Work of many steps, each of which changes something: on record before it is sent, looked up where no answer came."""

from __future__ import annotations

from abc import abstractmethod

from errors import BotError
from imgur.errors import ImgurError, NotSentError, OutcomeUnknownError, RateLimitedError
from services.jobs.work import Handler, Stopped, StopWantedError, Verdict, Work
from services.words import Words
from storage.models import Step

MOST_LOST = 3
"""Failures in a row after which a step is given up that was sent and of which nothing is to be seen."""


class PartlyDoneError(Exception):
    """Trouble in the middle of a step: `outcome` is what became of it so far, for the next try to go on from."""

    def __init__(self, outcome: str, trouble: ImgurError | BotError) -> None:
        super().__init__()
        self.outcome = outcome
        self.trouble = trouble


class Stepwise(Handler):
    """Does the steps of a job in their order, and stops at the first sign of trouble. Nothing is done twice."""

    is_asked_for = True

    @abstractmethod
    async def do(self, work: Work, step: Step) -> str:
        """Do it, once, and give a word for what became of it, which may be that it could not be done.

        What it raises stops the job, with nothing done of this step; OutcomeUnknownError: that is not known. With
        PartlyDoneError, some of it is done: the step comes again, with that outcome.
        """

    @abstractmethod
    async def look(self, work: Work, step: Step) -> str | None:
        """What became of a step that was sent and not answered; None: nothing, so it is done now."""

    async def so_far(self, work: Work, step: Step) -> str | None:  # noqa: ARG002 - for those that look again anyhow
        """What became of a step that is not to be done any more, as far as it was sent. Raises nothing of Imgur's."""
        return step.outcome

    def given_up(self, step: Step) -> str | None:  # noqa: ARG002 - for those whose steps are of one thing alone
        """The outcome of a step that was sent again and again, never answered and never done; None: on it goes."""
        return None

    @abstractmethod
    async def ended(self, work: Work) -> Verdict:
        """All steps are done."""

    @abstractmethod
    async def stopped(self, work: Work, error: Exception) -> Words:
        """What its user hears where it has stopped for this reason; StopWantedError: as they wished."""

    async def advance(self, work: Work) -> Verdict | None:
        """Do the next step."""
        step = await work.next_step()
        if step is None:
            return await self.ended(work)
        outcome = await self.look(work, step) if step.state == "sent" else None
        if outcome is None and step.state == "sent" and work.job.failures >= MOST_LOST:
            outcome = self.given_up(step)
            if outcome is not None:
                await work.settled(step, outcome)
                is_last = await work.next_step() is None
                return None if is_last else Stopped(await self.stopped(work, OutcomeUnknownError("time and again")))
        if outcome is None:
            try:
                outcome = await self._done(work, step)
            except StopWantedError as wish:
                await work.not_sent(step, await self.so_far(work, step))
                return Stopped(await self.stopped(work, wish))
        await work.settled(step, outcome)
        return None

    async def _done(self, work: Work, step: Step) -> str:
        await work.sending(step)
        try:
            return await self.do(work, step)
        except PartlyDoneError as partly:
            await work.not_sent(step, partly.outcome)
            raise partly.trouble from partly
        except (ImgurError, BotError) as error:
            if not isinstance(error, OutcomeUnknownError):
                await work.not_sent(step, step.outcome)
            raise

    async def judge(self, work: Work, error: Exception) -> Verdict | None:
        """Waits for the quota, the database, the network and a lost answer; all else is for the user to see.

        For nothing where its user wants it to stop.
        """
        if await work.is_unwanted():
            return Stopped(await self.stopped(work, StopWantedError()))
        waits = is_ours_to_wait(error) or isinstance(error, NotSentError | OutcomeUnknownError)
        if waits or not isinstance(error, ImgurError | BotError):
            return None
        return Stopped(await self.stopped(work, error))


def is_ours_to_wait(error: Exception) -> bool:
    """Whether the quota had no room for a call: Imgur was not asked."""
    return isinstance(error, RateLimitedError) and error.status is None
