"""Linked accounts: who is linked, calls with a valid access token, unlinking."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import structlog

from errors import LinkBrokenError, NothingLinkedError, NotLinkedError
from imgur.errors import BadAnswerError, InvalidGrantError, RateLimitedError, RenewalSlowError, UnauthorizedError
from imgur.models import AccessToken, Account, RateLimits, Tokens
from services.backlog import Backlog
from services.cache import TimedCache, oldest
from services.ports import AccountStore, ImgurApi
from services.quota.caller import waiting_for_nothing, with_token_of
from storage.errors import DatabaseUnavailableError, StorageError
from storage.models import ImgurAccount, LinkDeed, LinkEvent, LinkProof, Spot, Where

__all__ = [
    "AccountOverview",
    "AccountService",
    "LinkDeed",
    "LinkEvent",
    "LinkProof",
    "LinkedAccount",
    "Spot",
    "Unlinked",
    "Where",
    "expiry",
    "linked_account",
]  # the borders say where something was begun, and show the history

log = structlog.get_logger(__name__)

T = TypeVar("T")

REFRESH_MARGIN = timedelta(seconds=20)
SECOND_LOOK = 1.0  # seconds until a refused grant is tried once more, before it is believed
PATIENCE = 20.0  # seconds that a caller waits for new tokens; their refresh goes on without it
LEASE = 200.0  # seconds that a process may refresh an account alone; Imgur's answer takes 180 at most
LOOKS_AGAIN = 0.1  # seconds
BELIEVED = 600.0  # seconds until a link that is broken is tried again, if its user comes by
REPAIR_PATIENCE = 1.5  # seconds that a command, or a suggestion of what is not in the index, waits for that
SHARED_SECONDS = 60.0  # for which an overview is kept for those who asked before it was read
LAST = 5  # links and unlinks that are shown
LONGEST_LIFE = 315_360_000  # seconds: what Imgur promises at most


@dataclass(frozen=True, slots=True)
class LinkedAccount:
    """The Imgur account that a Discord user is linked to; `broken` when Imgur no longer accepts its tokens."""

    account_id: int
    username: str
    broken: bool = False


@dataclass(frozen=True, slots=True)
class Unlinked:
    """What was forgotten; `erased` when nothing of its tokens can be read any more in any file of the database."""

    username: str
    erased: bool


@dataclass(frozen=True, slots=True)
class AccountOverview:
    """A linked account as Imgur sees it now, and what is left of its credits."""

    account: Account
    images_count: int
    limits: RateLimits


def linked_account(account: ImgurAccount) -> LinkedAccount:
    """The part of a stored account that may be shown."""
    return LinkedAccount(account.account_id, account.username, account.broken)


def expiry(tokens: Tokens) -> datetime:
    """When the access token ends, as far as Imgur can be believed."""
    return datetime.now(UTC) + timedelta(seconds=min(max(tokens.expires_in, 0), LONGEST_LIFE))


class AccountService:
    """Calls Imgur for linked users, with a token refreshed once however many calls, in any process, wait for it.

    New tokens that the database does not take are used all the same, and written once it does.
    """

    def __init__(
        self,
        accounts: AccountStore,
        imgur: ImgurApi,
        *,
        second_look: float = SECOND_LOOK,
        patience: float = PATIENCE,
        lease: float = LEASE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._accounts = accounts
        self._imgur = imgur
        self._second_look = second_look
        self._patience = patience
        self._lease = lease
        self._name = secrets.token_hex(8)  # among the processes that share the database
        self._clock = clock
        self._refused: dict[int, float] = {}  # when an account's tokens were last tried in vain, or are
        self._unwritten: dict[int, ImgurAccount] = {}
        self._backlog = Backlog()
        self._closing = False
        self._refreshes: dict[tuple[int, int], asyncio.Task[None]] = {}
        self._overviews: TimedCache[tuple[int, int], AccountOverview] = TimedCache(SHARED_SECONDS, 1000, clock)

    async def linked(self, discord_id: int) -> LinkedAccount | None:
        """Which account the user is linked to, if any; a lost key does not hinder.

        A broken one is tried again now and then: what Imgur said of it once may have been a mistake.
        """
        account = await self._accounts.named(discord_id)
        if account is not None and account.broken and (trying := self._repairing(account)):
            await asyncio.wait([trying], timeout=REPAIR_PATIENCE)
            account = await self._accounts.named(discord_id)
        return linked_account(account) if account else None

    async def authorized(self, discord_id: int, call: Callable[[AccessToken], Awaitable[T]]) -> T:
        """Run `call` with the user's token; once more with a refreshed one if Imgur raised UnauthorizedError.

        Raises NotLinkedError, LinkBrokenError and whatever `call` raises.
        """
        account = await self._usable(discord_id)
        if account.expires_at - datetime.now(UTC) <= REFRESH_MARGIN:
            account = await self._renewed(discord_id, account)
        try:
            with with_token_of(discord_id, account.account_id):
                return await call(_token(account))
        except UnauthorizedError:
            account = await self._renewed(discord_id, account)
        with with_token_of(discord_id, account.account_id):
            return await call(_token(account))

    async def overview(self, discord_id: int) -> AccountOverview:
        """Ask Imgur about the user's own account: two calls, however many ask at once. Raises as `authorized` does."""

        async def ask(auth: AccessToken) -> AccountOverview:
            account = await self._imgur.account(auth)
            count = await self._imgur.account_images_count(auth)
            return AccountOverview(account, count, self._imgur.limits(auth))

        since = oldest(fresh=True)
        key = discord_id, (await self._usable(discord_id)).account_id
        return await self._overviews.get(key, lambda: self.authorized(discord_id, ask), since=since)

    async def overview_if_allowed(self, discord_id: int) -> AccountOverview | None:
        """The same, without waiting for Imgur's limit; None where that leaves no room, or nothing can be counted."""
        with waiting_for_nothing(), suppress(RateLimitedError, DatabaseUnavailableError):
            return await self.overview(discord_id)
        return None

    async def unlink(self, discord_id: int, spot: Spot | None = None) -> Unlinked:
        """Forget the user's link, and the tokens unless someone else shares them. Raises NothingLinkedError.

        `spot` is where they said so; it is in the history.
        """
        account = await self._accounts.unlink(discord_id, LinkEvent(datetime.now(UTC), LinkDeed.UNLINKED, spot=spot))
        if account is None:
            raise NothingLinkedError
        return Unlinked(account.username, erased=self._accounts.settled())

    async def history(self, discord_id: int) -> list[LinkEvent]:
        """The last links and unlinks of the user, the newest first."""
        return await self._accounts.history(discord_id, LAST)

    async def close(self) -> None:
        """Wait for refreshes under way, and write what could not be written: what Imgur answers must not be lost."""
        self._closing = True
        if self._refreshes:
            log.info("waiting for Imgur, which renews the access to accounts", accounts=len(self._refreshes))
        await asyncio.gather(*self._refreshes.values(), return_exceptions=True)
        await self._backlog.close()

    async def _usable(self, discord_id: int) -> ImgurAccount:
        account = self._newest(await self._accounts.linked(discord_id))
        if account is None:
            raise NotLinkedError
        if account.broken:
            raise LinkBrokenError
        return account

    async def _renewed(self, discord_id: int, stale: ImgurAccount) -> ImgurAccount:
        """Refresh, or wait for whoever does already; then see what the user is linked to by now.

        Raises RenewalSlowError where that takes longer than the user is to wait.
        """
        key = stale.account_id, stale.version
        task = self._refreshes.get(key) or self._begun(key, self._refresh(stale))
        await asyncio.wait([task], timeout=self._patience)  # whoever gives up does not take it from the others
        if not task.done():
            raise RenewalSlowError("no new tokens yet")
        task.result()
        return await self._usable(discord_id)

    def _repairing(self, broken: ImgurAccount) -> asyncio.Task[None] | None:
        """The trial of a broken account that is under way, or is begun because the last one was long ago."""
        key, now = (broken.account_id, broken.version), self._clock()
        if task := self._refreshes.get(key):
            return task
        self._refused = {account: at for account, at in self._refused.items() if now - at < BELIEVED}
        if broken.account_id in self._refused:
            return None
        self._refused[broken.account_id] = now
        return self._begun(key, self._repair(broken.account_id))

    async def _repair(self, account_id: int) -> None:
        account = await self._accounts.get(account_id)
        if account is not None and account.broken:
            async with self._claimed(account) as is_ours:
                if is_ours:
                    await self._replace(account)

    def _begun(self, key: tuple[int, int], work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = self._refreshes[key] = asyncio.create_task(work)
        task.add_done_callback(lambda done: self._landed(key, done))
        return task

    def _landed(self, key: tuple[int, int], task: asyncio.Task[None]) -> None:
        del self._refreshes[key]
        if not task.cancelled():
            task.exception()  # seen: with every waiter cancelled, nobody else would look

    async def _refresh(self, stale: ImgurAccount) -> None:
        """Replace exactly the tokens that were found stale; whoever wrote in between has won."""
        async with self._claimed(stale) as is_ours:
            if not is_ours:
                return
            try:
                await self._replace(stale)
            except InvalidGrantError:
                await asyncio.sleep(self._second_look)
                try:
                    await self._replace(stale)
                except InvalidGrantError:
                    self._refused[stale.account_id] = self._clock()
                    await self._accounts.mark_broken(stale.account_id, stale.version, by=self._name)

    @asynccontextmanager
    async def _claimed(self, stale: ImgurAccount) -> AsyncIterator[bool]:
        """Wait until no other process refreshes the account; gives False if its tokens have been replaced by then.

        Where no claim can be written, nobody else can write one either, and the tokens are refreshed without. At
        shutdown the others are not waited for.
        """
        is_ours = False
        while not is_ours and await self._unchanged(stale):
            try:
                is_ours = await self._accounts.claim(
                    stale.account_id, stale.version, by=self._name, seconds=self._lease
                )
            except StorageError:
                is_ours = True
            if not is_ours:
                if self._closing:
                    break
                await asyncio.sleep(LOOKS_AGAIN)
        try:
            yield is_ours
        except BaseException:
            with suppress(StorageError):  # it ends by itself
                await self._accounts.release(stale.account_id, by=self._name)
            raise

    async def _unchanged(self, stale: ImgurAccount) -> ImgurAccount | None:
        """The account, if it still has these tokens."""
        row = self._newest(await self._accounts.get(stale.account_id))
        if row is None or row.broken is not stale.broken:
            return None
        return row if (row.version, row.access_token) == (stale.version, stale.access_token) else None

    async def _replace(self, stale: ImgurAccount) -> None:
        row = await self._unchanged(stale)
        if row is None:
            return
        tokens = await self._imgur.refresh(row.refresh_token)
        if tokens.account_id not in (None, row.account_id):
            raise BadAnswerError("tokens of another account")
        fresh = replace(
            row,
            username=tokens.account_username or row.username,
            broken=False,
            access_token=tokens.access_token,
            refresh_token=tokens.refresh_token or row.refresh_token,
            expires_at=expiry(tokens),
        )
        waits_already = fresh.account_id in self._unwritten
        self._unwritten[fresh.account_id] = fresh
        if waits_already:
            return
        await self._backlog.write("new tokens of an account", lambda: self._write(fresh.account_id))

    async def _write(self, account_id: int) -> None:
        """Write what is kept of the account, and what has come in its place meanwhile."""
        while (kept := self._unwritten.get(account_id)) is not None:
            version = await self._accounts.refreshed(kept)
            newer = self._unwritten.pop(account_id, kept)
            if newer is not kept:
                self._unwritten[account_id] = replace(newer, version=version or kept.version)

    def _newest(self, row: ImgurAccount | None) -> ImgurAccount | None:
        """The row with the tokens that wait to be written over it, unless somebody else has written."""
        kept = self._unwritten.get(row.account_id) if row else None
        return kept if row and kept and kept.version == row.version else row


def _token(account: ImgurAccount) -> AccessToken:
    return AccessToken(account.access_token, account.account_id)
