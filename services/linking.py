"""Linking a Discord user to the Imgur account that the same person proves in a browser.

The link has no authority. It takes the browser's cookie, the state that came back from Imgur and, last, the code
typed into Discord by the user who began; each is on record as a digest or sealed, and good once.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Literal

import structlog

from errors import (
    BotError,
    LinkDeniedError,
    LinkError,
    LinkExpiredError,
    LinkForeignBrowserError,
    LinkingNotSetUpError,
    LinkNotConfirmedError,
    LinkStoppedError,
    LinkUnknownError,
    LinkUsedError,
    NoCodeExpectedError,
    TooManyAttemptsError,
    WrongCodeError,
)
from imgur.errors import (
    ApplicationRefusedError,
    ImgurError,
    InvalidGrantError,
    SignInDownError,
    UnauthorizedError,
    UnreachableError,
)
from imgur.models import AccessToken, Tokens
from services.account import PATIENCE, LinkedAccount, expiry, linked_account
from services.onetime import derived, digest, is_code, is_marked, is_secret, new_code, new_id, new_marked, new_secret
from services.ports import AccountStore, AttemptStore, ImgurApi, LinkNotifier
from services.sign_in import Outage
from storage.errors import StorageError
from storage.models import AttemptStatus, ImgurAccount, LinkAttempt

LIFETIME = timedelta(minutes=10)
HOURLY_LIMIT = 20
CODE_TRIES = 5
LONGEST_LOCALE = 10
COOKIE_PREFIX = "__Host-imgur-link-"

# What OAuth lets an authorize page send back instead of tokens (RFC 6749, 4.2.2.1), and what only a token endpoint may.
IMGUR_FAILED = {"server_error", "temporarily_unavailable"}
APPLICATION_REFUSED = {
    "invalid_client",
    "invalid_request",
    "invalid_scope",
    "unauthorized_client",
    "unsupported_response_type",
}

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class LinkOffer:
    """What `/imgur link` hands to the user. `present` is the account that the new one would replace."""

    attempt_id: str
    url: str = field(repr=False)
    expires_at: datetime
    present: LinkedAccount | None
    outage: Outage | None = None


@dataclass(frozen=True, slots=True)
class Landing:
    """What the page behind the link names, and the cookie for a browser that may yet press Continue.

    With it from the page on, pressing twice or in two tabs at once is pressing in one browser. It has no authority:
    the press binds. Empty where another browser has pressed.
    """

    attempt_id: str
    discord_name: str
    expires_at: datetime
    locale: str | None
    cookie: str = field(repr=False)
    outage: Outage | None = None


@dataclass(frozen=True, slots=True)
class Bound:
    """A browser that pressed Continue: the cookie it is to carry and where it goes next."""

    attempt_id: str
    cookie: str = field(repr=False)
    expires_at: datetime
    locale: str | None
    authorize_url: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Further:
    """What the browser gets that has brought the attempt beyond Imgur's page already: it belongs on the last one."""

    attempt_id: str


@dataclass(frozen=True, slots=True)
class Stopped:
    """An attempt that ended at its user's wish."""

    locale: str | None


class Progress(StrEnum):
    """What the last page has to show."""

    CHECKING = "checking"  # Imgur is being asked
    CODE = "code"
    LINKED = "linked"


@dataclass(frozen=True, slots=True)
class LastPage:
    """Both accounts, and the code that goes into Discord; empty but for `Progress.CODE`."""

    progress: Progress
    expires_at: datetime
    locale: str | None
    username: str = ""
    discord_name: str = ""
    code: str = field(default="", repr=False)


def cookie_name(attempt_id: str) -> str:
    """The cookie of one attempt: two tabs may run two."""
    return COOKIE_PREFIX + attempt_id


async def _no_outage() -> Outage | None:
    """Nothing is known of any."""
    return None


class LinkingService:
    """Takes link attempts from `/imgur link` to a linked account.

    `authorize_url` turns a state into the address of Imgur's authorize page. Without it, or without `public_url`,
    nobody can link. `response_type` is what that page is asked for, and all that is taken back. `linked` is called with
    the user and the account once one is linked; it may not raise. `outage` tells whether Imgur's
    page is known not to work: people may try all the same.
    """

    def __init__(
        self,
        attempts: AttemptStore,
        accounts: AccountStore,
        imgur: ImgurApi,
        *,
        public_url: str | None,
        authorize_url: Callable[[str], str] | None,
        response_type: Literal["token", "code"] = "token",
        linked: Callable[[int, int], Awaitable[None]] | None = None,
        outage: Callable[[], Awaitable[Outage | None]] = _no_outage,
        patience: float = PATIENCE,
    ) -> None:
        self._outage = outage
        self._attempts = attempts
        self._accounts = accounts
        self._imgur = imgur
        self._public_url = public_url
        self._authorize_url = authorize_url
        self._trade = imgur.exchange_code if response_type == "code" else imgur.refresh
        self._brings: Literal["refresh_token", "code"] = "code" if response_type == "code" else "refresh_token"
        self._linked = linked
        self._patience = patience
        self._notifier: LinkNotifier | None = None
        self._checks: set[asyncio.Future[None]] = set()

    def announce_with(self, notifier: LinkNotifier) -> None:
        """Have `notifier` told when an account is linked, or an attempt has come to another end."""
        self._notifier = notifier

    async def close(self) -> None:
        """Wait for checks that were given up as the port closed: each still has to put its end on record."""
        if self._checks:
            await asyncio.wait(self._checks)

    # --- in Discord

    async def begin(
        self,
        discord_id: int,
        discord_name: str,
        origin: str | None = None,
        *,
        moved: bool = False,
        locale: str | None = None,
    ) -> LinkOffer:
        """Begin an attempt, voiding older ones. Raises LinkingNotSetUpError, TooManyAttemptsError.

        The message of the older one says so, unless it was `moved` and so leads here. `locale` is the user's language,
        as Discord writes it (`pt-BR`): the attempt's pages are in it, or else in the browser's.
        """
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
            locale=locale if locale and len(locale) <= LONGEST_LOCALE else None,
        )
        older = None if moved else await self._open_attempt(discord_id)
        if not await self._attempts.begin(attempt, hourly_limit=HOURLY_LIMIT):
            raise TooManyAttemptsError
        if older is not None:
            await self._replaced(older)
        account = await self._accounts.named(discord_id)
        present = linked_account(account) if account else None
        link = f"{self._public_url}/link/{nonce}"
        return LinkOffer(attempt.id, link, attempt.expires_at, present, await self._outage())

    async def set_origin(self, attempt_id: str, origin: str) -> None:
        """The message to be changed at the end is another one now. Raises LinkUsedError."""
        if not await self._attempts.set_origin(attempt_id, origin):
            raise LinkUsedError

    async def abandon(self, discord_id: int) -> None:
        """End what this user has begun and not finished."""
        attempt = await self._open_attempt(discord_id)
        if attempt is not None and await self._attempts.void(attempt.id):
            await self._tell(attempt, LinkUsedError())

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
        if self._linked is not None:
            await self._linked(discord_id, account.account_id)
        if self._notifier is not None and attempt.origin is not None:
            await self._notifier.linked(attempt.origin, discord_id, account.username)
        return linked_account(account)

    async def _redeem(self, attempt: LinkAttempt, right: str, typed: str) -> ImgurAccount:
        tries = await self._attempts.count_try(attempt.id, limit=CODE_TRIES, now=datetime.now(UTC))
        if tries is None:
            raise LinkUsedError
        if not is_code(typed, right):
            wrong = WrongCodeError(CODE_TRIES - tries)
            if tries >= CODE_TRIES:
                await self._attempts.void(attempt.id)
                await self._tell(attempt, wrong)
            raise wrong
        account = await self._attempts.complete(attempt.id, now=datetime.now(UTC))
        if account is None:
            raise LinkUsedError
        return account

    async def sweep(self) -> None:
        """Erase what expired attempts hold, and say so in their messages. To be called every few seconds."""
        expired = await self._attempts.sweep(datetime.now(UTC))
        await asyncio.gather(*(self._tell(attempt, LinkExpiredError()) for attempt in expired))

    # --- in the browser

    async def landing(self, nonce: str, cookies: Mapping[str, str]) -> Landing | Further:
        """Tell whose account the link is about, changing nothing: links get previewed."""
        attempt = await self._opened(nonce, cookies)
        if not _is_new(attempt):
            return Further(attempt.id)
        cookie = ""
        if attempt.status is AttemptStatus.PENDING:
            cookie = _given(attempt, nonce, cookies)
        elif _is_carried(attempt, cookies):
            cookie = _cookie(attempt, cookies)
        outage = await self._outage()
        return Landing(attempt.id, attempt.discord_name, attempt.expires_at, attempt.locale, cookie, outage)

    async def bind(self, nonce: str, cookies: Mapping[str, str]) -> Bound | Further:
        """Bind the attempt to this browser; the browser that has it gets the same again, in any of its tabs.

        Raises LinkUnknownError, LinkExpiredError, LinkUsedError, LinkForeignBrowserError, LinkingNotSetUpError.
        """
        if self._authorize_url is None:
            raise LinkingNotSetUpError
        attempt = await self._opened(nonce, cookies)
        if not _is_new(attempt):
            return Further(attempt.id)
        pending = attempt.status is AttemptStatus.PENDING
        cookie = _given(attempt, nonce, cookies) if pending else _cookie(attempt, cookies)
        state = derived(cookie, "state")
        bound = await self._attempts.bind(
            attempt.id, cookie_hash=digest(cookie), state_hash=digest(state), now=datetime.now(UTC)
        )
        if not bound:
            now = await self._opened(nonce, cookies)  # says so if the attempt has ended meanwhile
            if not _is_new(now):
                return Further(attempt.id)
            raise LinkForeignBrowserError  # else another browser was quicker
        return Bound(attempt.id, cookie, attempt.expires_at, attempt.locale, self._authorize_url(state))

    @property
    def brings(self) -> Literal["refresh_token", "code"]:
        """What of Imgur's answer `receive` takes."""
        return self._brings

    async def receive(self, state: str, grant: str, cookies: Mapping[str, str]) -> str:
        """Spend the state and prove, with Imgur, whose the grant is: a refresh token or a code. Gives the attempt's id.

        What comes once more from the browser that has the attempt changes nothing, and leads to the last page.
        Raises LinkError; errors of Imgur pass, and end the attempt.
        """
        attempt = await self._returned(state, cookies)
        if not _is_new(attempt):
            return attempt.id
        if not await self._attempts.spend(
            attempt.id, cookie_hash=attempt.cookie_hash or b"", state_hash=digest(state), now=datetime.now(UTC)
        ):
            return (await self._returned(state, cookies)).id  # another tab was quicker, or the attempt has ended
        check: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._checks.add(check)
        try:
            account = await self._identified(grant)
            proved = await self._attempts.prove(attempt.id, account, new_code(), now=datetime.now(UTC))
        except BaseException as error:  # a shutdown too, or its page would say "checking" until the attempt expires
            await self._attempts.void(attempt.id)
            if isinstance(error, BotError | ImgurError):
                await self._tell(attempt, error)
            raise
        finally:
            self._checks.discard(check)
            check.set_result(None)
        if not proved:
            raise LinkUsedError
        return attempt.id

    async def refuse(self, error: str, state: str, cookies: Mapping[str, str]) -> str:
        """Raise what it means that Imgur sent an error back instead of tokens.

        An attempt that waits for Imgur can go on: people press Deny by mistake. One that has come further ends by a
        no, and by nothing else; then its id comes back.
        """
        attempt = await self._attempts.by_state(digest(state))
        ours = attempt is not None and attempt.expires_at > datetime.now(UTC) and _is_carried(attempt, cookies)
        meant = _meaning(error)
        if attempt is None or not ours or attempt.status is AttemptStatus.VOID:
            raise meant
        denied = isinstance(meant, LinkDeniedError)
        if attempt.status is AttemptStatus.DONE or not (denied or _is_new(attempt)):
            return attempt.id
        if not _is_new(attempt):
            await self._attempts.void(attempt.id)
        await self._tell(attempt, meant, may_go_on=_is_new(attempt))
        raise meant

    async def reached(self, cookies: Mapping[str, str]) -> str | None:
        """The newest attempt of this browser, if it has been brought beyond Imgur's page and has not ended."""
        ids = [name.removeprefix(COOKIE_PREFIX) for name in cookies if name.startswith(COOKIE_PREFIX)]
        found = [await self._attempts.by_id(attempt_id) for attempt_id in ids[:HOURLY_LIMIT]]
        carried = [attempt for attempt in found if attempt is not None and _is_carried(attempt, cookies)]
        newest = max(carried, key=lambda attempt: attempt.created_at, default=None)
        if newest is None or _is_new(newest):
            return None
        with contextlib.suppress(LinkError):
            _refuse_ended(newest, cookies)
            return newest.id
        return None

    async def last_page(self, attempt_id: str, cookies: Mapping[str, str]) -> LastPage:
        """What the browser that has the attempt is shown, again and again. Raises LinkError."""
        attempt = await self._carried(attempt_id, cookies)
        match attempt.status:
            case AttemptStatus.DONE:
                return LastPage(Progress.LINKED, attempt.expires_at, attempt.locale)
            case AttemptStatus.SPENT:
                return LastPage(Progress.CHECKING, attempt.expires_at, attempt.locale)
            case AttemptStatus.PROVED if attempt.account is not None and attempt.code is not None:
                names = attempt.account.username, attempt.discord_name
                return LastPage(Progress.CODE, attempt.expires_at, attempt.locale, *names, attempt.code)
        raise LinkUnknownError  # there is no such page yet

    async def stop(self, attempt_id: str, cookies: Mapping[str, str]) -> Stopped | Further:
        """End the attempt: these are not the right accounts. Further if it is too late for that, as they are linked.

        Raises LinkError; not for pressing twice.
        """
        attempt = await self._attempts.by_id(attempt_id)
        if attempt is None:
            raise LinkUnknownError
        if attempt.status is not AttemptStatus.VOID:
            _refuse_ended(attempt, cookies)
        _cookie(attempt, cookies)
        if await self._attempts.void(attempt.id):
            await self._tell(attempt, LinkStoppedError())
            return Stopped(attempt.locale)
        now = await self._attempts.by_id(attempt_id)
        has_ended = now is not None and now.status is AttemptStatus.VOID
        return Stopped(attempt.locale) if has_ended else Further(attempt_id)

    async def _open_attempt(self, discord_id: int) -> LinkAttempt | None:
        """The user's attempt that has not ended; there is one at most. None too if its key is lost."""
        with contextlib.suppress(StorageError):
            attempt = await self._attempts.current(discord_id)
            if attempt is not None and attempt.status not in {AttemptStatus.DONE, AttemptStatus.VOID}:
                return attempt
        return None

    async def _replaced(self, older: LinkAttempt) -> None:
        """Say so in the message of an older attempt, unless it came to its own end just before."""
        with contextlib.suppress(StorageError):
            now = await self._attempts.by_id(older.id)
            if now is not None and now.status is AttemptStatus.VOID:
                await self._tell(older, LinkUsedError())

    async def _tell(self, attempt: LinkAttempt, error: BotError | ImgurError, *, may_go_on: bool = False) -> None:
        """Tell the operator what is not the user's doing, and the user in Discord."""
        if isinstance(error, ApplicationRefusedError):
            log.warning("Imgur refuses this bot's client id or callback address", error=str(error))
        elif isinstance(error, ImgurError):
            log.warning("linking failed", kind=type(error).__name__, detail=str(error))
        if self._notifier is not None and attempt.origin is not None:
            await self._notifier.failed(attempt.origin, attempt.discord_id, error, may_go_on=may_go_on)

    async def _identified(self, grant: str) -> ImgurAccount:
        """Trade the grant in as this bot, then ask who it is with what came back."""
        try:
            tokens = await self._traded(grant)
            who = await self._imgur.account(AccessToken(tokens.access_token, tokens.account_id or 0))
        except (InvalidGrantError, UnauthorizedError) as error:
            raise LinkNotConfirmedError from error
        return ImgurAccount(
            account_id=who.id,
            username=who.username,
            access_token=tokens.access_token,
            refresh_token=tokens.refresh_token,
            expires_at=expiry(tokens),
        )

    async def _traded(self, grant: str) -> Tokens:
        """Tokens for a grant; whoever waits in a browser would rather begin again than wait for long."""
        try:
            async with asyncio.timeout(self._patience):
                return await self._trade(grant)
        except TimeoutError as error:
            raise UnreachableError(type(error).__name__) from None

    async def _opened(self, nonce: str, cookies: Mapping[str, str]) -> LinkAttempt:
        """The attempt of a link: new to anyone, further on to the browser that has it."""
        attempt = await self._attempts.by_nonce(digest(nonce))
        if attempt is None:
            raise LinkUnknownError
        _refuse_ended(attempt, cookies)
        if not _is_new(attempt) and not _is_carried(attempt, cookies):
            raise LinkUsedError
        return attempt

    async def _returned(self, state: str, cookies: Mapping[str, str]) -> LinkAttempt:
        """The attempt with which Imgur sent this browser back."""
        attempt = await self._attempts.by_state(digest(state))
        if attempt is None:
            raise LinkUnknownError
        _refuse_ended(attempt, cookies)
        _cookie(attempt, cookies)
        return attempt

    async def _carried(self, attempt_id: str, cookies: Mapping[str, str]) -> LinkAttempt:
        attempt = await self._attempts.by_id(attempt_id)
        if attempt is None:
            raise LinkUnknownError
        _refuse_ended(attempt, cookies)
        _cookie(attempt, cookies)
        return attempt


def _is_new(attempt: LinkAttempt) -> bool:
    """Whether Imgur has not sent its browser back yet."""
    return attempt.status in {AttemptStatus.PENDING, AttemptStatus.BOUND}


def _is_carried(attempt: LinkAttempt, cookies: Mapping[str, str]) -> bool:
    """Whether this is the browser that the attempt is bound to."""
    return is_secret(cookies.get(cookie_name(attempt.id)), attempt.cookie_hash)


def _given(attempt: LinkAttempt, nonce: str, cookies: Mapping[str, str]) -> str:
    """The cookie that the link's page has given this browser, or a new one: never one that was planted there."""
    given = cookies.get(cookie_name(attempt.id), "")
    return given if is_marked(given, nonce) else new_marked(nonce)


def _cookie(attempt: LinkAttempt, cookies: Mapping[str, str]) -> str:
    """The cookie that binds this browser to the attempt. Raises LinkForeignBrowserError."""
    if not _is_carried(attempt, cookies):
        raise LinkForeignBrowserError
    return cookies[cookie_name(attempt.id)]


def _refuse_ended(attempt: LinkAttempt, cookies: Mapping[str, str]) -> None:
    """Let pass what is open, and what is done for the browser that did it."""
    if attempt.status is AttemptStatus.DONE:
        if not _is_carried(attempt, cookies):
            raise LinkUsedError
        return
    _refuse_expired(attempt)
    if attempt.status is AttemptStatus.VOID:
        raise LinkUsedError


def _refuse_expired(attempt: LinkAttempt) -> None:
    if attempt.expires_at <= datetime.now(UTC):
        raise LinkExpiredError


def _meaning(error: str) -> BotError | ImgurError:
    """What an OAuth error says, in an error of ours."""
    name = error.strip().lower()
    if name == "access_denied":
        return LinkDeniedError()
    if name in IMGUR_FAILED:
        return SignInDownError(name)
    if name in APPLICATION_REFUSED:
        return ApplicationRefusedError(name)
    return LinkError()
