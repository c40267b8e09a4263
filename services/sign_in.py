"""Whether people can sign in at Imgur: looked at for all of them, and told to whoever asked for it."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

import structlog

from imgur.models import SignIn
from services.account import AccountService, LinkDeed
from services.ports import ImgurApi, SignInStore, SignInTeller
from storage.models import SignInState, SignInWait

LOOK_EVERY = timedelta(minutes=15)
LOOK_AGAIN = timedelta(minutes=5)
"""Between two looks while it is down, or has not yet held: all processes together."""
HELD = 3
"""Looks in a row that have to find it working before anybody is told: it comes and goes."""
PAUSE = timedelta(seconds=30)
"""After a message that Discord did not take for now: it may take none."""
CLAIMED = timedelta(minutes=1)
"""For which a process has somebody to tell: Discord knows a message by its nonce for a few minutes."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Outage:
    """Imgur's sign-in does not work: since when as far as was seen, and when that was last seen."""

    since: datetime
    seen_at: datetime


class SignInService:
    """One look for everybody at a civil rate, none of them from inside an answer. Errors of the database pass."""

    def __init__(
        self,
        store: SignInStore,
        imgur: ImgurApi,
        accounts: AccountService,
        *,
        response_type: Literal["token", "code"] = "token",
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._store = store
        self._imgur = imgur
        self._accounts = accounts
        self._response_type = response_type
        self._now = now
        self._teller: SignInTeller | None = None
        self._told_again = datetime.min.replace(tzinfo=UTC)

    def announce_with(self, teller: SignInTeller) -> None:
        """Have `teller` tell those who asked."""
        self._teller = teller

    async def outage(self) -> Outage | None:
        """The outage that the last look which told anything has found."""
        state = await self._store.state()
        if state is None or state.down_since is None:
            return None
        return Outage(state.down_since, state.known_at or state.down_since)

    async def tell_me(self, discord_id: int, locale: str | None) -> Outage | None:
        """Have this user told once, when it works again; None where it does."""
        outage = await self.outage()
        if outage is not None:
            await self._store.wait(discord_id, locale, secrets.randbits(62), self._now())
        return outage

    async def tick(self) -> None:
        """Look if that is due, and tell one of those who wait if it works. To be called every few seconds."""
        await self._look(await self._store.state())
        if _has_held(await self._store.state()):
            await self._tell_one()

    async def _look(self, state: SignInState | None) -> None:
        now, every = self._now(), LOOK_EVERY if _has_held(state) else LOOK_AGAIN
        if not await self._store.take_look(now, before=now - every):
            return
        seen = await self._imgur.sign_in(self._response_type)
        if seen is SignIn.UNKNOWN:
            log.info("a look at Imgur's sign-in told nothing")
            return
        works, was_down = seen is SignIn.WORKS, state is not None and state.down_since is not None
        await self._store.found(now, works=works)
        if works is was_down:
            log.warning("Imgur's sign-in works again" if works else "Imgur's sign-in is down")

    async def _tell_one(self) -> None:
        now = self._now()
        if self._teller is None or now < self._told_again:
            return
        wait = await self._store.claim(now, until=now + CLAIMED)
        if wait is None:
            return
        if await self._has_linked(wait) or await self._teller.works_again(wait.discord_id, wait.locale, wait.nonce):
            await self._store.drop(wait.discord_id)
        else:
            self._told_again = now + PAUSE

    async def _has_linked(self, wait: SignInWait) -> bool:
        """Whether they have linked an account since they asked. Who had one then wants another."""
        account = await self._accounts.linked(wait.discord_id)
        if account is None or account.broken:
            return False
        history = await self._accounts.history(wait.discord_id)
        return any(event.deed is not LinkDeed.UNLINKED and event.at >= wait.asked_at for event in history)


def _has_held(state: SignInState | None) -> bool:
    return state is not None and state.held >= HELD
