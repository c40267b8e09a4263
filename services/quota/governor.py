"""The governor: before a call is sent its cost is taken from every allowance that it counts against, or it waits."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
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
from services.quota.caller import Caller, Priority, Wait, caller
from services.quota.errors import HeldBackError
from services.quota.outlook import Outlook
from storage.errors import StorageError
from storage.models import Allowance, Floor, Grant, Refusal, Standing, Take, Told

log = structlog.get_logger(__name__)

HOUR, DAY = 3600, 86_400
APPLICATION = Allowance("application", 12_500, DAY)
UPLOADS = Allowance("uploads", 1_250, DAY)
ADDRESS = Allowance("address", 500, HOUR)
POSTS = Allowance("posts", 1_250, HOUR)
ACCOUNT_CREDITS = 500
UPLOAD_COST = 10
DEFAULT_PAUSE, APPLICATION_PAUSE = 60.0, 3600.0  # seconds, where a 429 does not say
BACKGROUND = 0
"""The user that stands for all work in the background (`storage/ledger.py`)."""
LOOK_AGAIN = 5.0  # seconds: another process may have paused something, or given something back
JUST_AFTER = 0.05  # seconds
BACKGROUND_PAUSE = 300.0
TIDY_EVERY = timedelta(hours=1)


def _utc_now() -> datetime:
    return datetime.now(UTC)


def account_allowance(account_id: int) -> Allowance:
    """The credits of one account's tokens."""
    return Allowance(f"account:{account_id}", ACCOUNT_CREDITS, HOUR)


IsLinked: TypeAlias = Callable[[int, int], Awaitable[bool]]


@dataclass(slots=True, order=True)
class _Waiter:
    """A call that waits; the smaller comes first."""

    priority: Priority
    number: int
    takes: tuple[Take, ...] = field(compare=False)
    user: int = field(compare=False)
    deadline: float = field(compare=False)
    outcome: asyncio.Future[Grant] = field(compare=False)
    refusal: Refusal = field(compare=False)


class Governor:
    """A middleware of the Imgur client. Raises RateLimitedError for what cannot be served within the caller's patience.

    Errors of the database pass. `now` is the wall clock, in UTC. `is_linked` tells whether a user points to an account:
    what waited for credits is not done with the token of somebody who has unlinked meanwhile, in whichever process.
    """

    def __init__(
        self, ledger: LedgerStore, now: Callable[[], datetime] = _utc_now, *, is_linked: IsLinked | None = None
    ) -> None:
        self._ledger = ledger
        self._now = now
        self._is_linked = is_linked
        self._few = asyncio.Semaphore(2)  # of many uploads at once, so that a command need not queue behind them all
        self._line: list[_Waiter] = []
        self._numbers = itertools.count()
        self._pump: asyncio.Task[None] | None = None
        self._tidied = now()

    async def __call__(self, call: Call, send: Send) -> Reply:
        """Take the cost, send, note what Imgur says."""
        if not call.cost:
            return await send(call)
        grant = await self._admitted(call, caller())
        try:
            reply = await send(call)
        except NotSentError:
            await self._noted(self._ledger.give_back(grant))
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
        grant = await self._admitted(Call("POST", UPLOAD_COST, account_id, is_upload=True), caller())
        async with self._few:
            await self._noted(self._ledger.give_back(grant))

    async def close(self) -> None:
        """Whoever waits is let go of."""
        if self._pump is not None:
            self._pump.cancel()
        for waiter in self._line:
            waiter.outcome.cancel()

    def dismiss(self, user: int) -> None:
        """The user's link is gone: what waits here to be done with its token is not done."""
        for waiter in self._line:
            is_linked = any("account:" in take.allowance.scope for take in waiter.takes)
            if waiter.user == user and is_linked and not waiter.outcome.done():
                waiter.outcome.set_exception(NotLinkedError())

    async def tidy(self) -> None:
        """Forget windows that ended long ago. To be called now and then."""
        if self._now() - self._tidied >= TIDY_EVERY:
            self._tidied = self._now()
            await self._ledger.tidy(self._now())

    async def outlook(self, user: int, account_id: int | None) -> Outlook:
        """What is left for a user of this account, or without one, and when it goes on; no call is made."""
        read, upload = Call("GET", 1, account_id), Call("POST", UPLOAD_COST, account_id, is_upload=True)
        return Outlook(
            await self.standing(user, _own(read)),
            await self.standing(user, APPLICATION),
            await self._goes_on(user, Priority.COMMAND, read),
            await self._goes_on(user, Priority.UPLOAD, upload),
        )

    async def _goes_on(self, user: int, priority: Priority, call: Call) -> datetime | None:
        outcome = await self._reserve(priority, user, _takes(call))
        if isinstance(outcome, Refusal):
            return outcome.until
        await self._ledger.give_back(outcome)
        return None

    async def standing(self, user: int, allowance: Allowance) -> Standing:
        """How an allowance stands for a user."""
        return await self._ledger.standing(user, allowance, self._now())

    async def background_seconds(self, account_id: int, calls: int) -> float:
        """How long work in the background on an account will have waited for so many calls, as things stand."""
        waits = [0.0]
        for take in _takes(Call("GET", calls, account_id)):
            standing = await self._ledger.standing(BACKGROUND, take.allowance, self._now())
            beyond = replace(standing, background=standing.limit)  # its small share is soon used up
            floor = _floor(Priority.BACKGROUND, take.allowance.scope, beyond)
            waits.append(policy.seconds_until(calls, standing, floor))
            if standing.paused_until is not None:
                waits.append((standing.paused_until - self._now()).total_seconds())
        return max(waits)

    # --- before ---------------------------------------------------------------------------------------------------

    async def _admitted(self, call: Call, who: Caller) -> Grant:
        priority = Priority.UPLOAD if call.is_upload and who.priority is Priority.COMMAND else who.priority
        user = BACKGROUND if priority is Priority.BACKGROUND else who.user
        takes = _takes(call)
        outcome = await self._reserve(priority, user, takes)
        if isinstance(outcome, Grant):
            return outcome
        loop = asyncio.get_running_loop()
        deadline = min(loop.time() + who.patience, who.until)
        if loop.time() + self._seconds(outcome) > deadline:
            raise self._spent(outcome, priority)
        was_linked = await self._uses_own_token(call, who)
        waiter = _Waiter(priority, next(self._numbers), takes, user, deadline, loop.create_future(), outcome)
        self._line.append(waiter)
        if self._pump is None or self._pump.done():
            self._pump = asyncio.create_task(self._serve(), name="quota")
        try:
            grant = await self._waited(waiter, who)
        except asyncio.CancelledError:
            if waiter.outcome.done() and not waiter.outcome.cancelled() and not waiter.outcome.exception():
                await self._noted(self._ledger.give_back(waiter.outcome.result()))
            raise
        finally:
            self._line.remove(waiter)
        is_gone = True  # unless it is found to be otherwise
        try:
            is_gone = was_linked and not await self._uses_own_token(call, who)
        finally:
            if is_gone:
                await self._noted(self._ledger.give_back(grant))
        if is_gone:
            raise NotLinkedError
        return grant

    async def _uses_own_token(self, call: Call, who: Caller) -> bool:
        if self._is_linked is None or call.account_id is None or not who.user:
            return False
        return await self._is_linked(who.user, call.account_id)

    async def _waited(self, waiter: _Waiter, who: Caller) -> Grant:
        while not waiter.outcome.done():
            before = sum(other < waiter for other in self._line if not other.outcome.done())
            await who.waiting(Wait(before, max(self._seconds(waiter.refusal), 0.0)))
            await asyncio.wait([waiter.outcome], timeout=LOOK_AGAIN)
        return waiter.outcome.result()

    async def _serve(self) -> None:
        """Try again for those who wait, the first first, until nobody does."""
        while self._line:
            await asyncio.sleep(
                min(LOOK_AGAIN, *(max(self._seconds(waiter.refusal), 0.0) + JUST_AFTER for waiter in self._line))
            )
            paused: set[str] = set()
            for waiter in sorted(self._line):
                if not waiter.outcome.done() and not paused & {take.allowance.scope for take in waiter.takes}:
                    await self._try(waiter, paused)

    async def _try(self, waiter: _Waiter, paused: set[str]) -> None:
        try:
            outcome = await self._reserve(waiter.priority, waiter.user, waiter.takes)
        except StorageError as error:
            if not waiter.outcome.done():
                waiter.outcome.set_exception(error)
            return
        if isinstance(outcome, Refusal):
            waiter.refusal = outcome
            if outcome.is_pause:
                paused.add(outcome.scope)
            is_too_late = asyncio.get_running_loop().time() + self._seconds(outcome) > waiter.deadline
            if is_too_late and not waiter.outcome.done():
                waiter.outcome.set_exception(self._spent(outcome, waiter.priority))
        elif waiter.outcome.done():  # cancelled meanwhile
            await self._noted(self._ledger.give_back(outcome))
        else:
            waiter.outcome.set_result(outcome)

    async def _reserve(self, priority: Priority, user: int, takes: tuple[Take, ...]) -> Grant | Refusal:
        async with self._few if priority is Priority.UPLOAD else nullcontext():
            return await self._ledger.reserve(user, takes, partial(_floor, priority), self._now())

    def _seconds(self, refusal: Refusal) -> float:
        return (refusal.until - self._now()).total_seconds()

    def _spent(self, refusal: Refusal, priority: Priority) -> RateLimitedError:
        seconds = max(self._seconds(refusal), 0.0)
        if priority is Priority.BACKGROUND and not refusal.is_pause:
            seconds = min(seconds, BACKGROUND_PAUSE)  # what commands keep for themselves becomes less all the time
        everybody = "account:" not in refusal.scope
        return (HeldBackError if refusal.is_held else RateLimitedError)(
            "held back by the governor",
            retry_after=seconds,
            spent=Spent.APPLICATION if everybody else Spent.USER,
        )

    # --- after ----------------------------------------------------------------------------------------------------

    async def _heard(self, call: Call, grant: Grant, limits: RateLimits | None) -> None:
        if limits is not None and limits != RateLimits():
            await self._noted(self._ledger.told(grant, _told(call, limits), self._now()))

    async def _pause(self, call: Call, error: RateLimitedError) -> None:
        """One refusal pauses everybody whom it concerns."""
        now, allowance = self._now(), _refused(call, error)
        if error.spent is Spent.APPLICATION and allowance is APPLICATION:
            await self._ledger.overrun(APPLICATION, now)
        default = APPLICATION_PAUSE if allowance is APPLICATION else DEFAULT_PAUSE
        seconds = min(error.retry_after or default, allowance.seconds)
        await self._ledger.pause(allowance, now + timedelta(seconds=seconds), now)
        log.warning("Imgur asks to wait", scope=allowance.scope.partition(":")[0], seconds=round(seconds))

    async def _noted(self, writing: Awaitable[None]) -> None:
        """What Imgur has done is done, whether or not it can be noted."""
        try:
            await writing
        except StorageError as error:
            log.warning("the ledger of credits could not be written", reason=type(error).__name__)


def _takes(call: Call) -> tuple[Take, ...]:
    """All that a call counts against (docs/imgur.md, "Limits")."""
    own = _own(call)
    takes = [Take(APPLICATION, call.cost), Take(own, call.cost)]
    if call.method == "POST":
        takes.append(Take(POSTS))
    if call.is_upload:
        takes += (Take(UPLOADS), Take(_uploading(own)))
    return tuple(takes)


def _own(call: Call) -> Allowance:
    return ADDRESS if call.account_id is None else account_allowance(call.account_id)


def _uploading(own: Allowance) -> Allowance:
    """Uploads of one account or address, which Imgur may pause ("too fast") while it goes on to answer."""
    return replace(own, scope=f"uploads of {own.scope}")


def _floor(priority: Priority, scope: str, standing: Standing) -> Floor:
    return policy.floor(
        priority,
        standing,
        is_shared="account:" not in scope,
        is_application=scope in {APPLICATION.scope, UPLOADS.scope},
    )


def _told(call: Call, limits: RateLimits) -> dict[str, Told]:
    own = _own(call)
    return {
        APPLICATION.scope: Told(limits.client_limit, limits.client_remaining, limits.client_reset),
        own.scope: Told(limits.user_limit, limits.user_remaining, limits.user_reset),
        POSTS.scope: Told(limits.post_limit, limits.post_remaining, limits.post_reset),
    }


def _refused(call: Call, error: RateLimitedError) -> Allowance:
    """Whose allowance a refusal is about; where nothing says so, it is the caller's own and not everybody's.

    What knows a time and nothing of credits comes from before Imgur, and is about this address. Where an upload is
    refused there may be credits left to read.
    """
    if error.spent is Spent.APPLICATION:
        posts = error.limits is not None and error.limits.post_remaining == 0 and error.limits.client_remaining != 0
        some = call.is_upload and error.limits is not None and error.limits.client_remaining
        return POSTS if posts else UPLOADS if some else APPLICATION
    if error.spent is Spent.UNKNOWN and error.retry_after and error.limits in (None, RateLimits()):
        return APPLICATION
    own = _own(call)
    return _uploading(own) if call.is_upload and error.limits and error.limits.user_remaining else own
