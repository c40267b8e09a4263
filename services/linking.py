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
from typing import Literal, NoReturn

import structlog

from errors import (
    BotError,
    ConfirmInBrowserError,
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
    PastedUnclearError,
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
from services.attempt import (
    COOKIE_PREFIX,
    cookie_given,
    cookie_of,
    is_carried,
    is_new,
    refuse_ended,
    refuse_expired,
)
from services.login import MOST_LOGINS, LoginAnswer, Logins, OtherAccount
from services.onetime import derived, digest, is_code, is_secret, new_code, new_id, new_secret
from services.pasted import read
from services.ports import AccountStore, AttemptStore, ImgurApi, LinkNotifier
from services.sign_in import Outage
from storage.errors import StorageError
from storage.models import AttemptStatus, ImgurAccount, LinkAttempt, LoginStep, Spot

LIFETIME = timedelta(minutes=10)
HOURLY_LIMIT = 20
CODE_TRIES = 5
LONGEST_LOCALE = 10

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
    """What `/imgur link` hands to the user. `present` is the account that the new one would replace.

    `logs_in`: the browser logs in with Discord, and no code is needed unless that fails. `pastes`: the address is
    Imgur's own, and the user pastes the one that it leads to.
    """

    attempt_id: str
    url: str = field(repr=False)
    expires_at: datetime
    present: LinkedAccount | None
    outage: Outage | None = None
    logs_in: bool = False
    pastes: bool = False


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
    logs_in: bool = False


@dataclass(frozen=True, slots=True)
class Bound:
    """A browser that pressed Continue: the cookie it is to carry and where it goes next: to Discord if it `logs_in`."""

    attempt_id: str
    cookie: str = field(repr=False)
    expires_at: datetime
    locale: str | None
    authorize_url: str = field(repr=False)
    logs_in: bool = False


@dataclass(frozen=True, slots=True)
class Further:
    """What the browser gets that has brought the attempt further already: it belongs on the attempt's own page."""

    attempt_id: str


@dataclass(frozen=True, slots=True)
class Stopped:
    """An attempt that ended at its user's wish."""

    locale: str | None


class Progress(StrEnum):
    """What the attempt's own page has to show."""

    LOGIN = "login"  # the browser has to log in with Discord, again
    LOOKING = "looking"  # Discord is being asked
    LEAVING = "leaving"  # on to Imgur
    CHECKING = "checking"  # Imgur is being asked
    CODE = "code"
    CONFIRM = "confirm"  # Discord has told who it is: a button
    LINKED = "linked"


@dataclass(frozen=True, slots=True)
class LastPage:
    """Both accounts, as far as they are known, and the code that goes into Discord.

    `address` is Imgur's, to leave for; `login` is how the Discord login stands.
    """

    progress: Progress
    expires_at: datetime
    locale: str | None
    username: str = ""
    discord_name: str = ""
    code: str = field(default="", repr=False)
    address: str = field(default="", repr=False)
    login: LoginStep | None = None


async def _no_outage() -> Outage | None:
    """Nothing is known of any."""
    return None


class LinkingService:
    """Takes link attempts from `/imgur link` to a linked account.

    `authorize_url` turns a state into the address of Imgur's authorize page. Without it nobody can link; without
    `public_url` there are no pages, and users paste the address that Imgur sends them to. `response_type` is what that
    page is asked for, and all that is taken back. `linked` is called with the user and the account once one is linked;
    it may not raise. `outage` tells whether Imgur's page is known not to work: people may try all the same. With
    `logins`, browsers log in with Discord first.
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
        logins: Logins | None = None,
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
        self._logins = logins
        self._linked = linked
        self._patience = patience
        self._notifier: LinkNotifier | None = None
        self._checks: dict[str, asyncio.Future[None]] = {}

    @property
    def is_set_up(self) -> bool:
        """Whether accounts can be linked at all, as this bot is set up."""
        return self._authorize_url is not None

    def announce_with(self, notifier: LinkNotifier) -> None:
        """Have `notifier` told when an account is linked, or an attempt has come to another end."""
        self._notifier = notifier

    async def close(self) -> None:
        """Wait for checks that were given up as the port closed: each still has to put its end on record."""
        if self._logins is not None:
            await self._logins.close()
        if self._checks:
            await asyncio.wait(self._checks.values())

    # --- in Discord

    async def begin(
        self,
        discord_id: int,
        discord_name: str,
        origin: str | None = None,
        *,
        moved: bool = False,
        locale: str | None = None,
        spot: Spot | None = None,
    ) -> LinkOffer:
        """Begin an attempt, voiding older ones. Raises LinkingNotSetUpError, TooManyAttemptsError.

        The message of the older one says so, unless it was `moved` and so leads here. `locale` is the user's language,
        as Discord writes it (`pt-BR`): the attempt's pages are in it, or else in the browser's. `spot` is where they
        asked, for the history.
        """
        if self._authorize_url is None:
            raise LinkingNotSetUpError
        now, nonce, pastes = datetime.now(UTC), new_secret(), self._public_url is None
        attempt = LinkAttempt(
            id=new_id(),
            discord_id=discord_id,
            discord_name=discord_name,
            created_at=now,
            expires_at=now + LIFETIME,
            origin=origin,
            nonce_hash=None if pastes else digest(nonce),
            state_hash=digest(nonce) if pastes else None,
            locale=locale if locale and len(locale) <= LONGEST_LOCALE else None,
            spot=spot,
        )
        older = None if moved else await self._open_attempt(discord_id)
        if not await self._attempts.begin(attempt, hourly_limit=HOURLY_LIMIT):
            raise TooManyAttemptsError
        if older is not None:
            await self._replaced(older)
        account = await self._accounts.named(discord_id)
        present = linked_account(account) if account else None
        link = self._authorize_url(nonce) if pastes else f"{self._public_url}/link/{nonce}"
        logs_in = self._logins is not None
        return LinkOffer(attempt.id, link, attempt.expires_at, present, await self._outage(), logs_in, pastes)

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
        refuse_expired(attempt)
        if attempt.status in {AttemptStatus.DONE, AttemptStatus.VOID}:
            raise LinkUsedError
        if attempt.login is LoginStep.IDENTIFIED and attempt.code is None:
            raise ConfirmInBrowserError
        if attempt.status is not AttemptStatus.PROVED or attempt.code is None:
            raise NoCodeExpectedError
        account = await self._redeem(attempt, attempt.code, code)
        await self._tell_linked(attempt, account)
        return linked_account(account)

    async def _tell_linked(self, attempt: LinkAttempt, account: ImgurAccount) -> None:
        if self._linked is not None:
            await self._linked(attempt.discord_id, account.account_id)
        if self._notifier is not None:
            await self._notifier.linked(attempt.origin, attempt.discord_id, account.username)

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
        if not is_new(attempt):
            return Further(attempt.id)
        cookie = ""
        if attempt.status is AttemptStatus.PENDING:
            cookie = cookie_given(attempt, nonce, cookies)
        elif is_carried(attempt, cookies):
            cookie = cookie_of(attempt, cookies)
        outage, name, logs_in = await self._outage(), attempt.discord_name, self._logins is not None
        return Landing(attempt.id, name, attempt.expires_at, attempt.locale, cookie, outage, logs_in)

    async def bind(self, nonce: str, cookies: Mapping[str, str]) -> Bound | Further:
        """Bind the attempt to this browser; the browser that has it gets the same again, in any of its tabs.

        Raises LinkUnknownError, LinkExpiredError, LinkUsedError, LinkForeignBrowserError, LinkingNotSetUpError.
        """
        if self._authorize_url is None:
            raise LinkingNotSetUpError
        attempt = await self._opened(nonce, cookies)
        if not is_new(attempt):
            return Further(attempt.id)
        pending = attempt.status is AttemptStatus.PENDING
        cookie = cookie_given(attempt, nonce, cookies) if pending else cookie_of(attempt, cookies)
        bound = await self._bound(attempt, cookie)
        if bound is None:
            now = await self._opened(nonce, cookies)  # says so if the attempt has ended meanwhile
            if not is_new(now) or is_carried(now, cookies):
                return Further(attempt.id)
            raise LinkForeignBrowserError  # else another browser was quicker
        return bound

    async def _bound(self, attempt: LinkAttempt, cookie: str) -> Bound | None:
        """Bind it to the browser with this cookie, on the way to Discord or to Imgur; None if that is no longer so."""
        if self._logins is not None and attempt.login is not LoginStep.IDENTIFIED:
            if attempt.logins >= MOST_LOGINS and await self._attempts.void(attempt.id):
                await self._tell(attempt, LinkUsedError())
            address = await self._logins.ask(attempt, cookie)
            return None if address is None else self._on_the_way(attempt, cookie, address)
        bound = await self._attempts.bind(
            attempt.id, cookie_hash=digest(cookie), state_hash=digest(derived(cookie, "state")), now=datetime.now(UTC)
        )
        return self._on_the_way(attempt, cookie) if bound else None

    def _on_the_way(self, attempt: LinkAttempt, cookie: str, login: str = "") -> Bound:
        """To the address where it logs in, or else to Imgur."""
        address = login or self._imgurs_address(cookie)
        return Bound(attempt.id, cookie, attempt.expires_at, attempt.locale, address, bool(login))

    def _imgurs_address(self, cookie: str) -> str:
        if self._authorize_url is None:
            raise LinkingNotSetUpError
        return self._authorize_url(derived(cookie, "state"))

    async def logged_in(self, answer: LoginAnswer, cookies: Mapping[str, str]) -> str | OtherAccount:
        """Discord sent a browser back: the id of the attempt, whose own page tells more, or who it is instead.

        What comes with nothing belongs on the page of the browser's newest attempt. Raises LinkError, and ends none.
        """
        if self._logins is None:
            raise LinkUnknownError
        if not (answer.state or answer.code or answer.error):
            newest = await self._newest(cookies)
            if newest is None or newest.login is None:
                raise LinkUnknownError
            return newest.id
        return await self._logins.come_back(answer, cookies)

    async def log_in(self, attempt_id: str, cookies: Mapping[str, str]) -> Bound | Further:
        """Have the browser log in with Discord once more: with another account, or as it said no. Raises LinkError."""
        attempt = await self._carried(attempt_id, cookies)
        bound = None
        if is_new(attempt) and attempt.login not in {None, LoginStep.IDENTIFIED}:
            bound = await self._bound(attempt, cookie_of(attempt, cookies))
        return bound or Further(attempt_id)

    async def go_on_by_code(self, attempt_id: str, cookies: Mapping[str, str]) -> Bound | Further:
        """Go on without a login, where it was refused. Raises LinkError."""
        attempt = await self._carried(attempt_id, cookies)
        cookie = cookie_of(attempt, cookies)
        state_hash = digest(derived(cookie, "state"))
        allowed = await self._attempts.go_on_by_code(
            attempt.id, cookie_hash=digest(cookie), state_hash=state_hash, now=datetime.now(UTC)
        )
        return self._on_the_way(attempt, cookie) if allowed else Further(attempt_id)

    async def confirm(self, attempt_id: str, cookies: Mapping[str, str]) -> str:
        """Link the account that was proved, for the browser that has logged in as who began. Gives the attempt's id.

        Pressed twice, it is done once. Raises LinkError.
        """
        attempt = await self._carried(attempt_id, cookies)
        if attempt.status is AttemptStatus.PROVED and attempt.login is LoginStep.IDENTIFIED:
            account = await self._attempts.complete(attempt.id, now=datetime.now(UTC))
            if account is not None:
                await self._tell_linked(attempt, account)
            else:
                await self._carried(attempt_id, cookies)  # says so if the attempt has ended meanwhile
        return attempt.id

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
        if not is_new(attempt):
            return attempt.id
        if not await self._attempts.spend(
            attempt.id, cookie_hash=attempt.cookie_hash or b"", state_hash=digest(state), now=datetime.now(UTC)
        ):
            return (await self._returned(state, cookies)).id  # another tab was quicker, or the attempt has ended
        await self._prove(attempt, grant, None if attempt.login is LoginStep.IDENTIFIED else new_code())
        return attempt.id

    async def paste(self, discord_id: int, text: str) -> LinkedAccount:
        """Link the account that the user's own attempt has led to, by the address in what they have pasted.

        Raises LinkError; errors of Imgur pass. What is no address of this attempt leaves it as it is; pasted twice, it
        is linked once.
        """
        pasted = read(text, self._brings)
        attempt = await self._attempts.current(discord_id)
        if attempt is None or attempt.nonce_hash is not None:
            raise LinkUsedError
        refuse_expired(attempt)
        if attempt.status is AttemptStatus.VOID:
            raise LinkUsedError
        if not is_secret(pasted.state, attempt.state_hash) and not (pasted.error and not pasted.state):
            raise PastedUnclearError
        if pasted.error:
            await self._end(attempt, _meaning(pasted.error))
        if await self._attempts.spend(
            attempt.id, cookie_hash=None, state_hash=digest(pasted.state), now=datetime.now(UTC)
        ):
            await self._prove(attempt, pasted.grant, None)
        elif check := self._checks.get(attempt.id):
            await asyncio.wait([check])
        return await self._completed(attempt)

    async def _completed(self, attempt: LinkAttempt) -> LinkedAccount:
        """Link what the attempt has proved; for who comes second, what is linked by now. Raises LinkUsedError."""
        account = await self._attempts.complete(attempt.id, now=datetime.now(UTC))
        if account is not None:
            await self._tell_linked(attempt, account)
            return linked_account(account)
        now, present = await self._attempts.by_id(attempt.id), await self._accounts.named(attempt.discord_id)
        if now is None or now.status is not AttemptStatus.DONE or present is None:
            raise LinkUsedError
        return linked_account(present)

    async def _end(self, attempt: LinkAttempt, error: BotError | ImgurError) -> NoReturn:
        """End the attempt, in its message too, by what it raises. Raises LinkUsedError for one that has ended."""
        if not await self._attempts.void(attempt.id):
            raise LinkUsedError
        await self._tell(attempt, error)
        raise error

    async def _prove(self, attempt: LinkAttempt, grant: str, code: str | None) -> None:
        """Find out with Imgur whose the grant is, and keep that with the code. Raises LinkError, errors of Imgur."""
        check: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._checks[attempt.id] = check
        try:
            account = await self._identified(grant)
            proved = await self._attempts.prove(attempt.id, account, code, now=datetime.now(UTC))
        except BaseException as error:  # a shutdown too, or its page would say "checking" until the attempt expires
            await self._attempts.void(attempt.id)
            if isinstance(error, BotError | ImgurError):
                await self._tell(attempt, error)
            raise
        finally:
            del self._checks[attempt.id]
            check.set_result(None)
        if not proved:
            raise LinkUsedError

    async def refuse(self, error: str, state: str, cookies: Mapping[str, str]) -> str:
        """Raise what it means that Imgur sent an error back instead of tokens.

        An attempt that waits for Imgur can go on: people press Deny by mistake. One that has come further ends by a
        no, and by nothing else; then its id comes back.
        """
        attempt = await self._attempts.by_state(digest(state))
        ours = attempt is not None and attempt.expires_at > datetime.now(UTC) and is_carried(attempt, cookies)
        meant = _meaning(error)
        if attempt is None or not ours or attempt.status is AttemptStatus.VOID:
            raise meant
        denied = isinstance(meant, LinkDeniedError)
        if attempt.status is AttemptStatus.DONE or not (denied or is_new(attempt)):
            return attempt.id
        if not is_new(attempt):
            await self._attempts.void(attempt.id)
        by_code = attempt.login is not LoginStep.IDENTIFIED
        await self._tell(attempt, meant, may_go_on=is_new(attempt) and by_code)
        raise meant

    async def reached(self, cookies: Mapping[str, str]) -> str | None:
        """The newest attempt of this browser, if it has been brought beyond Imgur's page and has not ended."""
        newest = await self._newest(cookies)
        if newest is None or is_new(newest):
            return None
        with contextlib.suppress(LinkError):
            refuse_ended(newest, cookies)
            return newest.id
        return None

    async def _newest(self, cookies: Mapping[str, str]) -> LinkAttempt | None:
        """The newest attempt of this browser."""
        ids = [name.removeprefix(COOKIE_PREFIX) for name in cookies if name.startswith(COOKIE_PREFIX)]
        found = [await self._attempts.by_id(attempt_id) for attempt_id in ids[:HOURLY_LIMIT]]
        carried = [attempt for attempt in found if attempt is not None and is_carried(attempt, cookies)]
        return max(carried, key=lambda attempt: attempt.created_at, default=None)

    async def last_page(self, attempt_id: str, cookies: Mapping[str, str]) -> LastPage:
        """What the browser that has the attempt is shown, again and again. Raises LinkError."""
        attempt = await self._carried(attempt_id, cookies)
        match attempt.status:
            case AttemptStatus.DONE:
                return LastPage(Progress.LINKED, attempt.expires_at, attempt.locale)
            case AttemptStatus.SPENT:
                return LastPage(Progress.CHECKING, attempt.expires_at, attempt.locale)
            case AttemptStatus.PROVED if attempt.account is not None:
                shows = Progress.CODE if attempt.code else Progress.CONFIRM
                names = attempt.account.username, attempt.discord_name
                return LastPage(shows, attempt.expires_at, attempt.locale, *names, attempt.code or "")
            case AttemptStatus.BOUND if attempt.login is not None:
                return self._login_page(attempt, cookie_of(attempt, cookies))
        raise LinkUnknownError  # there is no such page yet

    def _login_page(self, attempt: LinkAttempt, cookie: str) -> LastPage:
        """The page while the browser is on its way to Imgur by a Discord login."""
        address = self._imgurs_address(cookie) if attempt.state_hash else ""
        shows = Progress.LOOKING if attempt.login is LoginStep.LOOKING else Progress.LOGIN
        return LastPage(
            Progress.LEAVING if address else shows,
            attempt.expires_at,
            attempt.locale,
            discord_name=attempt.discord_name,
            address=address,
            login=attempt.login,
        )

    async def stop(self, attempt_id: str, cookies: Mapping[str, str]) -> Stopped | Further:
        """End the attempt: these are not the right accounts. Further if it is too late for that, as they are linked.

        Raises LinkError; not for pressing twice.
        """
        attempt = await self._attempts.by_id(attempt_id)
        if attempt is None:
            raise LinkUnknownError
        if attempt.status is not AttemptStatus.VOID:
            refuse_ended(attempt, cookies)
        cookie_of(attempt, cookies)
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
        refuse_ended(attempt, cookies)
        if not is_new(attempt) and not is_carried(attempt, cookies):
            raise LinkUsedError
        return attempt

    async def _returned(self, state: str, cookies: Mapping[str, str]) -> LinkAttempt:
        """The attempt with which Imgur sent this browser back."""
        attempt = await self._attempts.by_state(digest(state))
        if attempt is None:
            raise LinkUnknownError
        refuse_ended(attempt, cookies)
        cookie_of(attempt, cookies)
        return attempt

    async def _carried(self, attempt_id: str, cookies: Mapping[str, str]) -> LinkAttempt:
        attempt = await self._attempts.by_id(attempt_id)
        if attempt is None:
            raise LinkUnknownError
        refuse_ended(attempt, cookies)
        cookie_of(attempt, cookies)
        return attempt


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
