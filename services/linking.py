"""Linking a Discord user to the Imgur account that the same person proves in a browser.

The link has no authority. It takes the browser's cookie, the state that came back from Imgur and, last, the code
typed into Discord by the user who began; each is on record as a digest or sealed, and good once.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import NoReturn

from errors import (
    LinkDeniedError,
    LinkExpiredError,
    LinkForeignBrowserError,
    LinkingNotSetUpError,
    LinkNotConfirmedError,
    LinkUnknownError,
    LinkUsedError,
    NoCodeExpectedError,
    TooManyAttemptsError,
    WrongCodeError,
)
from imgur.errors import InvalidGrantError, UnauthorizedError
from imgur.models import AccessToken
from services.account import LinkedAccount, expiry, linked_account
from services.onetime import digest, is_code, is_secret, new_code, new_id, new_secret
from services.ports import AccountStore, AttemptStore, ImgurApi, LinkNotifier
from storage.models import AttemptStatus, ImgurAccount, LinkAttempt

LIFETIME = timedelta(minutes=10)
HOURLY_LIMIT = 20
CODE_TRIES = 5
COOKIE_PREFIX = "__Host-imgur-link-"


@dataclass(frozen=True, slots=True)
class LinkOffer:
    """What `/imgur link` hands to the user. `present` is the account that the new one would replace."""

    attempt_id: str
    url: str = field(repr=False)
    expires_at: datetime
    present: LinkedAccount | None


@dataclass(frozen=True, slots=True)
class Landing:
    """What the page behind the link names."""

    discord_name: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Bound:
    """A browser that pressed Continue: the cookie it is to carry and where it goes next."""

    attempt_id: str
    cookie: str = field(repr=False)
    expires_at: datetime
    authorize_url: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ConfirmPage:
    """The last page: both accounts, and the code that goes into Discord."""

    username: str
    discord_name: str
    code: str = field(repr=False)
    expires_at: datetime


def cookie_name(attempt_id: str) -> str:
    """The cookie of one attempt: two tabs may run two."""
    return COOKIE_PREFIX + attempt_id


class LinkingService:
    """Takes link attempts from `/imgur link` to a linked account.

    `authorize_url` turns a state into the address of Imgur's authorize page. Without it, or without `public_url`,
    nobody can link.
    """

    def __init__(
        self,
        attempts: AttemptStore,
        accounts: AccountStore,
        imgur: ImgurApi,
        *,
        public_url: str | None,
        authorize_url: Callable[[str], str] | None,
    ) -> None:
        self._attempts = attempts
        self._accounts = accounts
        self._imgur = imgur
        self._public_url = public_url
        self._authorize_url = authorize_url
        self._notifier: LinkNotifier | None = None

    def announce_with(self, notifier: LinkNotifier) -> None:
        """Have `notifier` told when an account is linked."""
        self._notifier = notifier

    # --- in Discord

    async def begin(self, discord_id: int, discord_name: str, origin: str | None = None) -> LinkOffer:
        """Begin an attempt, voiding older ones. Raises LinkingNotSetUpError, TooManyAttemptsError."""
        if self._public_url is None or self._authorize_url is None:
            raise LinkingNotSetUpError
        now, nonce = datetime.now(UTC), new_secret()
        attempt = LinkAttempt(
            id=new_id(),
            discord_id=discord_id,
            discord_name=discord_name,
            created_at=now,
            expires_at=now + LIFETIME,
            origin=origin,
            nonce_hash=digest(nonce),
        )
        if not await self._attempts.begin(attempt, hourly_limit=HOURLY_LIMIT):
            raise TooManyAttemptsError
        account = await self._accounts.named(discord_id)
        present = linked_account(account) if account else None
        return LinkOffer(attempt.id, f"{self._public_url}/link/{nonce}", attempt.expires_at, present)

    async def set_origin(self, attempt_id: str, origin: str) -> None:
        """The message to be changed at the end is another one now. Raises LinkUsedError."""
        if not await self._attempts.set_origin(attempt_id, origin):
            raise LinkUsedError

    async def enter_code(self, discord_id: int, code: str) -> LinkedAccount:
        """Link the account that this user's own attempt has proved, if `code` is the one its page shows.

        Raises NoCodeExpectedError, LinkExpiredError, LinkUsedError, WrongCodeError.
        """
        attempt = await self._attempts.current(discord_id)
        if attempt is None:
            raise NoCodeExpectedError
        _refuse_expired(attempt)
        if attempt.status in {AttemptStatus.DONE, AttemptStatus.VOID}:
            raise LinkUsedError
        if attempt.status is not AttemptStatus.PROVED or attempt.code is None:
            raise NoCodeExpectedError
        account = await self._redeem(attempt, attempt.code, code)
        if self._notifier is not None and attempt.origin is not None:
            await self._notifier.linked(attempt.origin, discord_id, account.username)
        return linked_account(account)

    async def _redeem(self, attempt: LinkAttempt, right: str, typed: str) -> ImgurAccount:
        tries = await self._attempts.count_try(attempt.id, limit=CODE_TRIES, now=datetime.now(UTC))
        if tries is None:
            raise LinkUsedError
        if not is_code(typed, right):
            if tries >= CODE_TRIES:
                await self._attempts.void(attempt.id)
            raise WrongCodeError(CODE_TRIES - tries)
        account = await self._attempts.complete(attempt.id, now=datetime.now(UTC))
        if account is None:
            raise LinkUsedError
        return account

    async def sweep(self) -> None:
        """Erase what expired attempts hold. To be called every few seconds."""
        await self._attempts.sweep(datetime.now(UTC))

    # --- in the browser

    async def landing(self, nonce: str) -> Landing:
        """Tell whose account the link is about, changing nothing: links get previewed."""
        attempt = await self._opened(nonce)
        return Landing(attempt.discord_name, attempt.expires_at)

    async def bind(self, nonce: str, cookies: Mapping[str, str]) -> Bound:
        """Bind the attempt to this browser, or give the browser that has it a fresh state.

        Raises LinkUnknownError, LinkExpiredError, LinkUsedError, LinkForeignBrowserError, LinkingNotSetUpError.
        """
        if self._authorize_url is None:
            raise LinkingNotSetUpError
        attempt = await self._opened(nonce)
        cookie = new_secret() if attempt.status is AttemptStatus.PENDING else _cookie(attempt, cookies)
        state = new_secret()
        bound = await self._attempts.bind(
            attempt.id, cookie_hash=digest(cookie), state_hash=digest(state), now=datetime.now(UTC)
        )
        if not bound:
            await self._opened(nonce)  # says so if the attempt has ended meanwhile
            raise LinkForeignBrowserError  # else another browser was quicker
        return Bound(attempt.id, cookie, attempt.expires_at, self._authorize_url(state))

    async def receive(self, state: str, refresh_token: str, cookies: Mapping[str, str]) -> str:
        """Spend the state and prove, with Imgur, whose the refresh token is. Gives the attempt's id.

        Raises LinkError; errors of Imgur pass, and end the attempt.
        """
        attempt = await self._attempts.by_state(digest(state))
        if attempt is None:
            raise LinkUnknownError
        _refuse_expired(attempt)
        if attempt.status is not AttemptStatus.BOUND:
            raise LinkUsedError
        cookie_hash = digest(_cookie(attempt, cookies))
        if not await self._attempts.spend(
            attempt.id, cookie_hash=cookie_hash, state_hash=digest(state), now=datetime.now(UTC)
        ):
            raise LinkUsedError
        try:
            account = await self._identified(refresh_token)
        except Exception:
            await self._attempts.void(attempt.id)
            raise
        if not await self._attempts.prove(attempt.id, account, new_code(), now=datetime.now(UTC)):
            raise LinkUsedError
        return attempt.id

    @staticmethod
    def refuse(error: str) -> NoReturn:
        """Say what it means that Imgur sent an error back instead of tokens. Nothing is spent."""
        raise LinkDeniedError if error == "access_denied" else LinkNotConfirmedError

    async def confirm_page(self, attempt_id: str, cookies: Mapping[str, str]) -> ConfirmPage:
        """The code, again and again, for the browser that has the attempt. Raises LinkError."""
        attempt = await self._carried(attempt_id, cookies)
        if attempt.status is not AttemptStatus.PROVED or attempt.account is None or attempt.code is None:
            raise LinkUnknownError  # there is no such page yet
        return ConfirmPage(attempt.account.username, attempt.discord_name, attempt.code, attempt.expires_at)

    async def stop(self, attempt_id: str, cookies: Mapping[str, str]) -> None:
        """End the attempt: these are not the right accounts. Raises LinkError."""
        attempt = await self._carried(attempt_id, cookies)
        if not await self._attempts.void(attempt.id):
            raise LinkUsedError

    async def _identified(self, refresh_token: str) -> ImgurAccount:
        """Trade the refresh token in as this bot, then ask who it is with what came back."""
        try:
            tokens = await self._imgur.refresh(refresh_token)
            who = await self._imgur.account(AccessToken(tokens.access_token, tokens.account_id or 0))
        except (InvalidGrantError, UnauthorizedError) as error:
            raise LinkNotConfirmedError from error
        return ImgurAccount(
            account_id=who.id,
            username=who.username,
            access_token=tokens.access_token,
            refresh_token=tokens.refresh_token or refresh_token,
            expires_at=expiry(tokens),
        )

    async def _opened(self, nonce: str) -> LinkAttempt:
        attempt = await self._attempts.by_nonce(digest(nonce))
        if attempt is None:
            raise LinkUnknownError
        _refuse_expired(attempt)
        if attempt.status not in {AttemptStatus.PENDING, AttemptStatus.BOUND}:
            raise LinkUsedError
        return attempt

    async def _carried(self, attempt_id: str, cookies: Mapping[str, str]) -> LinkAttempt:
        attempt = await self._attempts.by_id(attempt_id)
        if attempt is None:
            raise LinkUnknownError
        _refuse_expired(attempt)
        if attempt.status in {AttemptStatus.DONE, AttemptStatus.VOID}:
            raise LinkUsedError
        _cookie(attempt, cookies)
        return attempt


def _cookie(attempt: LinkAttempt, cookies: Mapping[str, str]) -> str:
    """The cookie that binds this browser to the attempt. Raises LinkForeignBrowserError."""
    cookie = cookies.get(cookie_name(attempt.id))
    if cookie is None or not is_secret(cookie, attempt.cookie_hash):
        raise LinkForeignBrowserError
    return cookie


def _refuse_expired(attempt: LinkAttempt) -> None:
    if attempt.expires_at <= datetime.now(UTC):
        raise LinkExpiredError
