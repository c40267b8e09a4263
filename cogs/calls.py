"""Calls to Discord: what counts as an answer of Discord's, which limits are waited out, and what time it is there.

discord.py believes whatever comes back. A proxy's page becomes a TypeError somewhere in it; a long wait for a limit
that is given up in the middle leaves a lock closed for good. So every answer is looked at here, before discord.py.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import aiohttp
import discord
import orjson

LONGEST_WAIT = 5.0  # seconds of a limit that discord.py may wait out by itself
ROUNDING = 2.0  # seconds by which clocks may differ at most: an answer's date has no fractions, and was on its way
NOTHING_TO_READ = {101, 204, 304}
KEYS = {"callback": "interaction", "bot": "session_start_limit"}  # by the end of a path; everything else has an id


_once: ContextVar[bool] = ContextVar("once", default=False)


@contextmanager
def at_most_once() -> Iterator[None]:
    """In here, discord.py does not repeat what Discord had trouble with: it may have been done all the same."""
    token = _once.set(True)
    try:
        yield
    finally:
        _once.reset(token)


class NoAnswerError(aiohttp.ClientError):
    """What came back is not Discord's, or Discord was not itself; what was asked for may have been done or not."""


class LimitedError(aiohttp.ClientError):
    """Discord wants fewer calls, for `seconds`."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"Discord wants no further call for {seconds:.0f} seconds")
        self.seconds = seconds


NO_KINDS: dict[int, type[discord.HTTPException]] = {403: discord.Forbidden, 404: discord.NotFound}
REFUSALS = (discord.HTTPException, aiohttp.ClientError, OSError)  # a timeout is an OSError
"""All that may become of a call that is made right."""
PASSES = frozenset({20026, 40003, 40004, 40006})
"""Codes of a no that is not about who it was for: held back as spam, too many direct messages, off for a while."""


def is_lost(refusal: BaseException) -> bool:
    """Whether there was no answer, rather than a no."""
    if isinstance(refusal, discord.HTTPException):
        return refusal.status >= 500  # noqa: PLR2004 - HTTP's
    return isinstance(refusal, aiohttp.ClientError | OSError) and not isinstance(refusal, LimitedError)


def may_be_done(refusal: BaseException) -> bool:
    """Whether it may have been done all the same: it was sent, and the answer is missing."""
    return is_lost(refusal) and not isinstance(refusal, aiohttp.ClientConnectorError)


def reason(error: BaseException) -> str:  # noqa: C901, PLR0911 - one for each kind
    """Why a call or the connection failed, in one line for the operator."""
    match error:
        case discord.GatewayNotFound(__cause__=discord.HTTPException() as cause):
            return reason(cause)
        case discord.HTTPException(status=status):
            return f"Discord answered with status {status}"
        case aiohttp.WSServerHandshakeError(status=status):
            return f"the gateway answered with status {status}"
        case discord.ConnectionClosed(code=code):
            return f"closed with code {code}"
        case NoAnswerError() | LimitedError():
            return str(error)
        case aiohttp.ClientConnectorDNSError():
            return f"the name {error.host} cannot be looked up ({error.os_error})"
        case aiohttp.ClientConnectorCertificateError():
            return f"the certificate of {error.host} is not trusted ({error.certificate_error})"
        case aiohttp.ClientSSLError():
            return f"no secure connection to {error.host} ({error.os_error})"
        case aiohttp.ClientConnectorError():
            return f"cannot connect to {error.host} ({error.os_error})"
        case aiohttp.ServerDisconnectedError():
            return "the connection was cut"
        case TimeoutError() if not str(error):
            return "no answer in time"
        case _:
            first, *_ = str(error).splitlines() or [""]
            return f"{type(error).__name__}: {first}".removesuffix(": ")


class DiscordTime:
    """What time it is at Discord: that of this machine, unless the dates of Discord's answers contradict it."""

    def __init__(self) -> None:
        self._ahead = timedelta(0)

    def __call__(self) -> datetime:
        """Now."""
        return datetime.now(UTC) - self._ahead

    def heard(self, date: str) -> None:
        """Take note of an answer's date."""
        try:
            ahead = datetime.now(UTC) - parsedate_to_datetime(date)
        except (TypeError, ValueError):
            return
        self._ahead = timedelta(0) if abs(ahead.total_seconds()) < ROUNDING else ahead


def watching(time: DiscordTime) -> aiohttp.TraceConfig:
    """Looks at every answer before discord.py does. Makes calls raise NoAnswerError and LimitedError."""

    async def look(_session: aiohttp.ClientSession, _context: Any, ended: aiohttp.TraceRequestEndParams) -> None:
        response = ended.response
        if response.status in NOTHING_TO_READ:
            return
        if await _judge(response) is not None:
            time.heard(response.headers.get("Date", ""))

    trace = aiohttp.TraceConfig()
    trace.on_request_end.append(look)
    return trace


async def _judge(response: aiohttp.ClientResponse) -> Any:
    """What Discord says, None where it is left to discord.py what that means. Raises NoAnswerError and LimitedError."""
    data = _json(response.headers.get("Content-Type"), await response.read())
    status, path = response.status, response.url.path
    if status < 400 and not _is_whole(path, data):  # noqa: PLR2004 - HTTP's, as below
        data = None
    if status == 429:  # noqa: PLR2004
        said = data if isinstance(data, dict) else {}
        seconds = _seconds(said.get("retry_after", response.headers.get("Retry-After")))
        if not said or said.get("global") or seconds > LONGEST_WAIT:
            raise LimitedError(seconds)
    elif data is None and (status < 400 or (response.content_type == "text/html" and status == 401)):  # noqa: PLR2004
        raise NoAnswerError(f"status {status} from something that is not Discord")
    elif status >= 500 and (path.endswith("/callback") or _once.get()):  # noqa: PLR2004
        raise NoAnswerError(f"status {status}")  # discord.py would take longer than Discord waits, or do it twice
    if status >= 400 and not _can_be_told(response, data):  # noqa: PLR2004
        raise NO_KINDS.get(status, discord.HTTPException)(response, "an error that is not as documented")
    return data


def _can_be_told(response: aiohttp.ClientResponse, data: Any) -> bool:
    """Whether discord.py can make an error of what Discord says."""
    try:
        discord.HTTPException(response, data)
    except (LookupError, TypeError, ValueError, AttributeError, RecursionError):
        return False
    return True


def _is_whole(path: str, data: Any) -> bool:
    """Whether an answer holds what discord.py takes for granted. Add the path of a call that answers with a list."""
    if path.endswith("/commands"):
        return isinstance(data, list)
    return isinstance(data, dict) and KEYS.get(path.rpartition("/")[2], "id") in data


def _json(content_type: str | None, body: bytes) -> Any:
    """What Discord says; None if it is not Discord that says it. Any other type, discord.py would not read."""
    if content_type != "application/json":
        return None
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return None


def _seconds(text: Any) -> float:
    try:
        return max(float(text), 0.0)
    except (TypeError, ValueError):
        return 1.0
