"""The governor: before a call is sent its cost is taken from every allowance that it counts against, or it waits."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TypeAlias

import structlog

from errors import NotLinkedError
from imgur.chain import Call, Reply, Send
from imgur.errors import ImgurError, NotSentError, RateLimitedError, Spent
from imgur.models import RateLimits
from services.ports import LedgerStore
from services.quota import policy
from services.quota.allowances import APPLICATION, UPLOADS, is_everybodys, own, refused, spent, takes, told
from services.quota.caller import Caller, Priority, caller
from services.quota.errors import HeldBackError
from services.quota.line import Asked, Line
from services.quota.outlook import Outlook
from storage.errors import StorageError
from storage.models import Allowance, Floor, Grant, Refusal, Standing

log = structlog.get_logger(__name__)

UPLOAD_COST = 10
DEFAULT_PAUSE, APPLICATION_PAUSE = 60.0, 3600.0  # seconds, where a 429 does not say
BACKGROUND = 0
"""The user that stands for all work in the background (`storage/ledger.py`)."""
BACKGROUND_PAUSE = 300.0
TIDY_EVERY = timedelta(hours=1)


def _utc_now() -> datetime:
    return datetime.now(UTC)


IsLinked: TypeAlias = Callable[[int, int], Awaitable[bool]]


class Governor:
    """A middleware of the Imgur client. Raises RateLimitedError for what cannot be served within the caller's patience.

    Errors of the database pass. `now` is the wall clock, in UTC. `is_linked` tells whether a user points to an account:
    nothing is sent, nor waits for credits, with the token of somebody who has unlinked, in whichever process.
    """

    def __init__(
        self, ledger: LedgerStore, now: Callable[[], datetime] = _utc_now, *, is_linked: IsLinked | None = None
    ) -> None:
        self._ledger = ledger
        self._now = now
        self._is_linked = is_linked
        self._one_upload = asyncio.Lock()  # asks at a time, in their order: commands need not queue behind them all
        self._line = Line(self._asked, self._give_back, now)
        self._tidied = now()

    async def __call__(self, call: Call, send: Send) -> Reply:
        """Take the cost, send, note what Imgur says. A read that Imgur itself refuses waits its turn, once.

        A write does not: whoever wanted it decides anew.
        """
        if not call.cost:
            return await send(call)
        try:
            return await self._sent(call, send)
        except RateLimitedError as error:
            if call.method != "GET" or error.status is None or not caller().patience:
                raise
            refusal = error
        log.info("a read that Imgur refused waits its turn", seconds=refusal.retry_after)
        try:
            return await self._sent(call, send)
        except RateLimitedError as error:
            if error.status is None:  # that takes too long: Imgur's own refusal says more
                raise refusal from None
            raise

    async def _sent(self, call: Call, send: Send) -> Reply:
        who = caller()
        grant = await self._admitted(call, who)
        try:
            await self._looks(call, who)()
        except BaseException:
            await self._give_back(grant)
            raise
        try:
            reply = await send(call)
        except NotSentError:
            await self._give_back(grant)
            raise
        except ImgurError as error:
            await self._heard(call, grant, error.limits)
            if isinstance(error, RateLimitedError):
                await self._noted(self._pause(call, error))
            raise
        await self._heard(call, grant, reply.limits)
        return reply

    async def ready_to_upload(self, account_id: int | None) -> None:
        """Wait, as a call would, until there is room for an upload: nothing is held open meanwhile."""
        await self._admitted(Call("POST", UPLOAD_COST, account_id, is_upload=True), caller(), is_question=True)

    async def close(self) -> None:
        """Whoever waits is let go of."""
        await self._line.close()

    async def tidy(self) -> None:
        """Forget windows that ended long ago. To be called now and then."""
        if abs(self._now() - self._tidied) >= TIDY_EVERY:
            self._tidied = self._now()
            await self._ledger.tidy(self._now())

    async def outlook(self, user: int, account_id: int | None) -> Outlook:
        """What is left for a user of this account, or without one, and when it goes on; no call is made."""
        read, upload = Call("GET", 1, account_id), Call("POST", UPLOAD_COST, account_id, is_upload=True)
        return Outlook(
            await self.standing(user, own(read)),
            await self.standing(user, APPLICATION),
            await self._goes_on(user, Priority.COMMAND, read),
            await self._goes_on(user, Priority.UPLOAD, upload),
        )

    async def _goes_on(self, user: int, priority: Priority, call: Call) -> datetime | None:
        refusal = await self._ledger.may(user, takes(call), partial(_floor, priority), self._now())
        return refusal.until if refusal else None

    async def standing(self, user: int, allowance: Allowance) -> Standing:
        """How an allowance stands for a user."""
        return await self._ledger.standing(user, allowance, self._now())

    async def background_seconds(self, account_id: int, calls: int) -> float:
        """How long work in the background on an account will have waited for so many calls, as things stand."""
        waits = [0.0]
        for take in takes(Call("GET", calls, account_id)):
            standing = await self._ledger.standing(BACKGROUND, take.allowance, self._now())
            beyond = replace(standing, background=standing.limit)  # its small share is soon used up
            floor = _floor(Priority.BACKGROUND, take.allowance.scope, beyond)
            waits.append(policy.seconds_until(calls, standing, floor))
            if standing.paused_until is not None:
                waits.append((standing.paused_until - self._now()).total_seconds())
        return max(waits)

    # --- before ---------------------------------------------------------------------------------------------------

    async def _admitted(self, call: Call, who: Caller, *, is_question: bool = False) -> Grant:
        priority = Priority.UPLOAD if call.is_upload and who.priority is Priority.COMMAND else who.priority
        user = BACKGROUND if priority is Priority.BACKGROUND else who.user
        asked = Asked(priority, user, takes(call), is_question)
        outcome = await self._asked(asked)
        if isinstance(outcome, Refusal):
            outcome = await self._line.wait(asked, outcome, who, self._looks(call, who))
        if isinstance(outcome, Refusal):
            raise self._spent(outcome, priority)
        return outcome

    def _looks(self, call: Call, who: Caller) -> Callable[[], Awaitable[None]]:
        """To look whether whoever's token goes along has left its account; raises NotLinkedError then."""
        holder, is_linked = who.holder, self._is_linked
        if is_linked is None or holder is None or holder[1] != call.account_id:
            return _nothing

        async def look() -> None:
            if not await is_linked(*holder):
                raise NotLinkedError

        return look

    async def _asked(self, asked: Asked) -> Grant | Refusal:
        async with self._one_upload if asked.priority is Priority.UPLOAD else nullcontext():
            what = asked.user, asked.takes, partial(_floor, asked.priority), self._now()
            if asked.is_question:
                return await self._ledger.may(*what) or Grant(asked.user, {})
            return await self._ledger.reserve(*what)

    async def _give_back(self, grant: Grant) -> None:
        await self._noted(self._ledger.give_back(grant))

    def _spent(self, refusal: Refusal, priority: Priority) -> RateLimitedError:
        seconds = max((refusal.until - self._now()).total_seconds(), 0.0)
        if priority is Priority.BACKGROUND and not refusal.is_pause:
            seconds = min(seconds, BACKGROUND_PAUSE)  # what commands keep for themselves becomes less all the time
        return (HeldBackError if refusal.is_held else RateLimitedError)(
            "held back by the governor",
            retry_after=seconds,
            spent=spent(refusal.scope),
        )

    # --- after ----------------------------------------------------------------------------------------------------

    async def _heard(self, call: Call, grant: Grant, limits: RateLimits | None) -> None:
        if limits is not None and limits != RateLimits():
            await self._noted(self._ledger.told(grant, told(call, limits), self._now()))

    async def _pause(self, call: Call, error: RateLimitedError) -> None:
        """One refusal pauses everybody whom it concerns."""
        now, allowance = self._now(), refused(call, error)
        if error.spent is Spent.APPLICATION and allowance is APPLICATION:
            await self._ledger.overrun(APPLICATION, now)
        default = APPLICATION_PAUSE if allowance is APPLICATION else DEFAULT_PAUSE
        seconds = min(error.retry_after or default, allowance.seconds)
        if error.retry_after is None:
            error.retry_after = seconds  # what is waited for, and told
        await self._ledger.pause(allowance, now + timedelta(seconds=seconds), now)
        log.warning("Imgur asks to wait", scope=allowance.scope.partition(":")[0], seconds=round(seconds))

    async def _noted(self, writing: Awaitable[None]) -> None:
        """What Imgur has done is done, whether or not it can be noted."""
        try:
            await writing
        except StorageError as error:
            log.warning("the ledger of credits could not be written", reason=type(error).__name__)
        except Exception:
            log.exception("the ledger of credits could not be written")


async def _nothing() -> None:
    """Nobody's token is used."""


def _floor(priority: Priority, scope: str, standing: Standing) -> Floor:
    return policy.floor(
        priority,
        standing,
        is_shared=is_everybodys(scope),
        is_application=scope in {APPLICATION.scope, UPLOADS.scope},
    )
