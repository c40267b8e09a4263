"""The one place where requests are made: it alone knows aiohttp's errors, and lets none of them out."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any

from aiohttp import (
    ClientConnectorError,
    ClientError,
    ClientHandlerType,
    ClientOSError,
    ClientRequest,
    ClientResponse,
    ClientResponseError,
    ClientSession,
    ClientTimeout,
    ConnectionTimeoutError,
    FormData,
    ServerDisconnectedError,
)
from aiohttp.payload import Payload
from yarl import URL

from imgur._answer import Answer, data_of, is_declined, is_own_word
from imgur._limits import LimitKeeper, limits_from
from imgur._throttle import Suspects, is_disguised_refusal
from imgur.chain import Call, Middleware, Reply, chained
from imgur.errors import (
    ApplicationRefusedError,
    BadAnswerError,
    ImgurError,
    NotFoundError,
    NotSentError,
    OutcomeUnknownError,
    OverCapacityError,
    RateLimitedError,
    RejectedError,
    UnauthorizedError,
    UnreachableError,
)
from imgur.models import AccessToken, RateLimits

log = logging.getLogger(__name__)

ATTEMPTS = 3
CONNECT_SECONDS = 10.0
"""For a connection, the wait for one of the pool's included."""
MOST_BYTES = 16_000_000
"""The largest answer that is read, unpacked; an album of ten thousand images has less."""
LARGE_BYTES = 1_000_000
LARGE_AT_ONCE = 2
"""Answers of more than LARGE_BYTES are read one or two at a time, so that many take no more memory than a few."""
_CHUNK_BYTES = 64 * 1024
LONGEST_PAUSE = 5.0
"""A read waits this many seconds for a spent limit and no more; the caller can wait longer if it likes."""


@dataclass(frozen=True, slots=True)
class Request:
    """One call. `path` segments, which may be deletehashes, are joined safely; `secrets` never show in an error.

    `cost` is in credits; the sign-in's own calls have none. `session` is another pool of connections than the
    transport's own.
    """

    method: str
    path: tuple[str, ...] = field(repr=False)
    auth: AccessToken | None = None
    params: Mapping[str, int | str] = field(default_factory=dict)
    json: Mapping[str, Any] | None = field(default=None, repr=False)
    data: FormData | Payload | None = field(default=None, repr=False)
    secrets: tuple[str, ...] = field(default=(), repr=False)
    timeout: ClientTimeout | None = None
    cost: int = 1
    session: ClientSession | None = None
    is_upload: bool = False
    is_page: bool = False  # what a browser asks for: with no credentials, and HTML is expected


class Transport:
    """Sends requests with this application's client id or a user's token, and turns answers into data or errors."""

    def __init__(
        self,
        session: ClientSession,
        client_id: str,
        base_url: str,
        timeout: float,
        middlewares: Sequence[Middleware] = (),
    ) -> None:
        self.base_url = URL(base_url)
        self._session = session
        self._client_id = client_id
        self._timeout = ClientTimeout(total=timeout, connect=CONNECT_SECONDS)
        self._limits = LimitKeeper()
        self._suspects = Suspects()
        self._large = asyncio.Semaphore(LARGE_AT_ONCE)
        self._middlewares = tuple(middlewares)

    def limits(self, auth: AccessToken | None) -> RateLimits:
        """What the newest answers said."""
        return self._limits.of(auth.account_id if auth else None)

    def keep(self, limits: RateLimits, auth: AccessToken | None) -> None:
        """Take over what an answer said."""
        self._limits.keep(limits, auth.account_id if auth else None)

    async def get(self, *path: str, auth: AccessToken | None = None, **params: int | str) -> Any:
        """Read, trying again a few times where that may help."""
        request = Request("GET", ("3", *path), auth, params)
        import stamina  # noqa: PLC0415 - a start takes 8 ms less without it

        tries = stamina.retry_context(_may_retry, attempts=ATTEMPTS, wait_initial=0.2, wait_max=1.0, wait_jitter=0.2)
        async for attempt in tries:
            with attempt:
                return await self.send(request)
        raise AssertionError  # unreachable: the last attempt returns or raises

    async def change(self, request: Request) -> Any:
        """Send a write, once. Raises ImgurError; OutcomeUnknownError where it may have been done all the same."""

        async def send(_call: Call) -> Reply:
            try:
                answer = await self._exchange(request)
            except NotSentError:
                raise
            except (UnreachableError, BadAnswerError) as error:
                raise OutcomeUnknownError(error.detail) from None
            try:
                return self._read(request, answer, data_of)
            except ImgurError as error:
                if is_own_word(answer):
                    raise
                if is_declined(answer):
                    raise RejectedError(error.detail, status=error.status, limits=error.limits) from None
                raise OutcomeUnknownError(error.detail, status=error.status, limits=error.limits) from None

        return await self._through(request, send)

    async def send(self, request: Request, read: Callable[[Answer], Any] = data_of) -> Any:
        """Send once. Raises ImgurError."""

        async def send(_call: Call) -> Reply:
            return self._read(request, await self._exchange(request), read)

        try:
            return await self._through(request, send)
        except ImgurError as error:
            raise error.with_traceback(None) from None  # its frames hold the answer

    async def _through(self, request: Request, send: Callable[[Call], Any]) -> Any:
        call = Call(
            request.method,
            request.cost,
            request.auth.account_id if request.auth else None,
            is_upload=request.is_upload,
        )
        return (await chained(self._middlewares, send)(call)).data

    def _read(self, request: Request, answer: Answer, read: Callable[[Answer], Any]) -> Reply:
        auth, limits = request.auth, limits_from(answer.headers)
        self.keep(limits, auth)
        try:
            data = read(answer)
        except RateLimitedError as error:
            error.limits = limits
            if auth and is_disguised_refusal(error, answer.headers) and self._suspects.blame(auth):
                raise UnauthorizedError(error.detail, status=error.status, limits=limits) from None
            raise
        except ImgurError as error:
            error.limits = limits
            if isinstance(error, ApplicationRefusedError):
                tell_operator(error)
            raise
        if auth:
            self._suspects.clear(auth)
        return Reply(data, limits)

    async def _exchange(self, request: Request) -> Answer:
        try:
            async with (request.session or self._session).request(
                request.method,
                self.base_url.joinpath(*request.path),
                params=request.params,
                json=request.json,
                data=request.data,
                headers={"Accept": "text/html"} if request.is_page else self._headers(request.auth),
                timeout=request.timeout or self._timeout,
                allow_redirects=False,
                raise_for_status=False,
                middlewares=() if request.method == "GET" else (_once,),
            ) as response:
                body = await self._body(response)  # its end also stops a body that is still being sent
                bearer = request.auth is not None
                return Answer(response.status, response.headers, body, bearer, _secrets(request), request.cost)
        except (ClientConnectorError, ConnectionTimeoutError) as error:
            raise NotSentError(type(error).__name__) from None
        except ClientResponseError as error:
            raise BadAnswerError(type(error).__name__) from None
        except (ClientError, OSError) as error:  # timeouts are OSErrors; the texts may hold addresses with deletehashes
            raise UnreachableError(type(error).__name__) from None

    async def _body(self, response: ClientResponse) -> bytes:
        """All of an answer, if it is no larger than any that Imgur has reason to give."""
        parts: list[bytes] = []
        size = 0
        async with AsyncExitStack() as turn:
            while chunk := await response.content.read(_CHUNK_BYTES):
                if size <= LARGE_BYTES < size + len(chunk):
                    await turn.enter_async_context(self._large)
                size += len(chunk)
                if size > MOST_BYTES:
                    response.close()
                    parts.clear()  # an error's traceback may keep this frame for a while
                    raise BadAnswerError(f"more than {MOST_BYTES} bytes", status=response.status)
                parts.append(chunk)
                if size > LARGE_BYTES:
                    await asyncio.sleep(0)  # what is unpacked faster than read never waits by itself
            return b"".join(parts)

    def _headers(self, auth: AccessToken | None) -> dict[str, str]:
        credentials = f"Bearer {auth.value}" if auth else f"Client-ID {self._client_id}"
        return {"Authorization": credentials, "Accept": "application/json"}


def tell_operator(error: ApplicationRefusedError) -> None:
    """Log what no user can mend."""
    log.error(
        "Imgur refuses this application, status %s: are client id and secret right? %s", error.status, error.detail
    )


async def _once(request: ClientRequest, send: ClientHandlerType) -> ClientResponse:
    """A middleware that keeps aiohttp from sending a DELETE again by itself, as it does after these errors.

    What the second one is answered, that there is no such image, would not be the truth about the first.
    """
    try:
        return await send(request)
    except ClientConnectorError:
        raise
    except (ClientOSError, ServerDisconnectedError) as error:
        raise UnreachableError(type(error).__name__) from None


def _secrets(request: Request) -> tuple[str, ...]:
    return (*request.secrets, request.auth.value) if request.auth else request.secrets


def _may_retry(error: Exception) -> bool | float:
    """Whether to try again, or in how many seconds. Where Imgur was not asked, whoever refused that has waited."""
    if isinstance(error, RateLimitedError):
        if error.status is None:
            return False
        wait = error.retry_after
        return wait if wait is not None and wait <= LONGEST_PAUSE else False
    return isinstance(error, UnreachableError | OverCapacityError)


def path_id(text: str) -> str:
    """An id or a deletehash, fit for a path. Raises NotFoundError for what can be neither."""
    if not re.fullmatch(r"[A-Za-z0-9]{1,64}", text):
        raise NotFoundError("not an id")
    return text
