"""The Discord login of a link attempt: the browser shows that it belongs to the user who began."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

import structlog
from cachetools import TTLCache

from discordauth.errors import ApplicationRefusedError, CodeRefusedError, UnreachableError
from discordauth.models import ISSUER, Person
from errors import LinkUnknownError, LoginElsewhereError, LoginForgedError
from services.attempt import cookie_name, is_carried, is_new, refuse_ended
from services.onetime import derived, digest
from services.ports import AttemptStore, DiscordLoginApi
from storage.models import LinkAttempt, LoginStep

MOST_LOGINS = 10
"""In one attempt; each that comes back is one."""
MOST_CODES = 3
"""Of one login that Discord is asked about: it has been seen to send two, and a browser may make up any number."""
REMEMBERED = 600.0
"""Seconds for which what a login told is known to whoever is sent back with it once more."""
MOST_REMEMBERED = 1000
# What only an operator can mend; whatever else Discord sends back is a no of its user's, or passes.
OPERATORS = {"invalid_client", "invalid_request", "invalid_scope", "unauthorized_client", "unsupported_response_type"}

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class LoginAnswer:
    """What Discord sent a browser back with."""

    state: str = field(default="", repr=False)
    code: str = field(default="", repr=False)
    error: str = ""
    issuer: str | None = None


@dataclass(frozen=True, slots=True)
class OtherAccount:
    """The browser is logged in to Discord as somebody else: `found`, not `discord_name`."""

    attempt_id: str
    discord_name: str
    found: str
    expires_at: datetime
    locale: str | None


@dataclass(slots=True)
class _Check:
    """One login that came back. Discord has been seen to send a browser back twice, each time with another code."""

    codes: list[str]
    end: asyncio.Task[str | OtherAccount]


class Logins:
    """Sends browsers to Discord and takes them back.

    State and verifier of a login are derived from the attempt's cookie and the login's number, so each is good for one
    login of one browser, is the same in all of its tabs, and stands in no database.
    """

    def __init__(self, attempts: AttemptStore, discord: DiscordLoginApi) -> None:
        self._attempts = attempts
        self._discord = discord
        self._checks: TTLCache[tuple[str, int], _Check] = TTLCache(MOST_REMEMBERED, REMEMBERED)

    async def close(self) -> None:
        """Wait for logins that are being looked into."""
        await asyncio.gather(*(check.end for check in self._checks.values()), return_exceptions=True)

    async def ask(self, attempt: LinkAttempt, cookie: str) -> str | None:
        """Bind the attempt to the browser with this cookie and give the address where it logs in.

        None where another browser has the attempt, or it has come further meanwhile, or has ended.
        """
        number, cookie_hash = attempt.logins, digest(cookie)
        if not await self._attempts.ask_for_login(attempt.id, number, cookie_hash=cookie_hash, now=datetime.now(UTC)):
            return None
        return self._discord.authorize_url(_state(attempt.id, cookie, number), _verifier(cookie, number))

    async def come_back(self, answer: LoginAnswer, cookies: Mapping[str, str]) -> str | OtherAccount:
        """Find out who is logged in, once for each login; the attempt's id unless it is somebody else.

        Raises LinkError, which leaves the attempt as it is.
        """
        if answer.issuer not in {None, ISSUER}:
            raise LoginForgedError
        attempt = await self._attempts.by_id(answer.state.partition(".")[0])
        if attempt is None:
            raise LinkUnknownError
        refuse_ended(attempt, cookies)
        if not is_carried(attempt, cookies):
            raise LoginElsewhereError
        cookie = cookies[cookie_name(attempt.id)]
        number = _number(answer.state, attempt, cookie)
        if not is_new(attempt) or attempt.login is LoginStep.IDENTIFIED:
            return attempt.id
        return await self._end(attempt, cookie, number, answer)

    async def _end(self, attempt: LinkAttempt, cookie: str, number: int, answer: LoginAnswer) -> str | OtherAccount:
        """How this login ends: it is looked into once, whoever asks and gives up waiting."""
        check = self._checks.get((attempt.id, number))
        if check is not None and not _has_failed(check.end):
            if not check.end.done() and len(check.codes) < MOST_CODES:
                check.codes.append(answer.code)
        elif attempt.login is LoginStep.ASKED and number == attempt.logins:
            codes = [answer.code]
            end = asyncio.create_task(self._looked_into(attempt, cookie, number, codes, answer.error))
            check = self._checks[attempt.id, number] = _Check(codes, end)
        else:
            return attempt.id  # its page tells what became of it, or will
        return await asyncio.shield(check.end)

    async def _looked_into(
        self, attempt: LinkAttempt, cookie: str, number: int, codes: list[str], error: str
    ) -> str | OtherAccount:
        cookie_hash = digest(cookie)
        if not await self._attempts.look_into_login(attempt.id, number, cookie_hash=cookie_hash, now=datetime.now(UTC)):
            return attempt.id  # another process does
        if error.lower() in OPERATORS:
            _tell_operator(error.lower())
        person = None if error else await self._person(codes, _verifier(cookie, number))
        now = datetime.now(UTC)
        if person is None:
            await self._attempts.give_login_up(attempt.id, number, cookie_hash=cookie_hash, now=now)
        elif person.id == attempt.discord_id:
            state_hash = digest(derived(cookie, "state"))
            await self._attempts.identify(attempt.id, number, cookie_hash=cookie_hash, state_hash=state_hash, now=now)
        else:
            await self._attempts.tell_foreign(attempt.id, number, cookie_hash=cookie_hash, now=now)
            return OtherAccount(attempt.id, attempt.discord_name, person.username, attempt.expires_at, attempt.locale)
        return attempt.id

    async def _person(self, codes: list[str], verifier: str) -> Person | None:
        """Who it is, by the first code that Discord takes: more may come meanwhile. None where nobody can tell."""
        for code in codes:
            try:
                return await self._discord.identify(code, verifier)
            except CodeRefusedError:
                continue
            except UnreachableError as error:
                log.warning("Discord could not be asked who is logged in", reason=str(error))
                return None
            except ApplicationRefusedError as error:
                _tell_operator(str(error))
                return None
        return None


def _has_failed(end: asyncio.Task[str | OtherAccount]) -> bool:
    """Whether it came to no end: the database could not be asked. That may pass, and the same login be tried again."""
    return end.done() and (end.cancelled() or end.exception() is not None)


def _tell_operator(reason: str) -> None:
    log.error("Discord refuses this bot's login: are its secret and its redirect right?", reason=reason)


def _state(attempt_id: str, cookie: str, number: int) -> str:
    return f"{attempt_id}.{derived(cookie, f'discord-{number}')}"


def _verifier(cookie: str, number: int) -> str:
    return derived(cookie, f"verifier-{number}")


def _number(state: str, attempt: LinkAttempt, cookie: str) -> int:
    """Which of the attempt's logins the state is of. Raises LinkUnknownError."""
    for number in range(attempt.logins, -1, -1):
        right = _state(attempt.id, cookie, number)
        if hmac.compare_digest(state.encode(errors="replace"), right.encode()):
            return number
    raise LinkUnknownError
