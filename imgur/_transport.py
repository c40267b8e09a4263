"""The one place where requests are made: it alone knows aiohttp's errors, and lets none of them out."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import stamina
from aiohttp import ClientError, ClientResponseError, ClientSession, ClientTimeout, FormData
from aiohttp.payload import Payload
from yarl import URL

from imgur._answer import Answer, data_of
from imgur._limits import LimitKeeper, limits_from
from imgur._throttle import Suspects, is_disguised_refusal
from imgur.errors import (
    BadAnswerError,
    NotFoundError,
    OverCapacityError,
    RateLimitedError,
    UnauthorizedError,
    UnreachableError,
)
from imgur.models import AccessToken, RateLimits

ATTEMPTS = 3
LONGEST_PAUSE = 5.0
"""A read waits this many seconds for a spent limit and no more; the caller can wait longer if it likes."""


@dataclass(frozen=True, slots=True)
class Request:
    """One call. `path` segments, which may be deletehashes, are joined safely; `secrets` never show in an error."""

    method: str
    path: tuple[str, ...] = field(repr=False)
    auth: AccessToken | None = None
    params: Mapping[str, int] = field(default_factory=dict)
    json: Mapping[str, Any] | None = field(default=None, repr=False)
    data: FormData | Payload | None = field(default=None, repr=False)
    secrets: tuple[str, ...] = field(default=(), repr=False)
    timeout: ClientTimeout | None = None


class Transport:
    """Sends requests with this application's client id or a user's token, and turns answers into data or errors."""

    def __init__(self, session: ClientSession, client_id: str, base_url: str, timeout: float) -> None:
        self.base_url = URL(base_url)
        self._session = session
        self._client_id = client_id
        self._timeout = ClientTimeout(total=timeout)
        self._limits = LimitKeeper()
        self._suspects = Suspects()

    def limits(self, auth: AccessToken | None) -> RateLimits:
        """What the newest answers said."""
        return self._limits.of(auth.account_id if auth else None)

    def keep(self, limits: RateLimits, auth: AccessToken | None) -> None:
        """Take over what an answer said."""
        self._limits.keep(limits, auth.account_id if auth else None)

    async def get(self, *path: str, auth: AccessToken | None = None, **params: int) -> Any:
        """Read, trying again a few times where that may help."""
        request = Request("GET", ("3", *path), auth, params)
        tries = stamina.retry_context(_may_retry, attempts=ATTEMPTS, wait_initial=0.2, wait_max=1.0, wait_jitter=0.2)
        async for attempt in tries:
            with attempt:
                return await self.send(request)
        raise AssertionError  # unreachable: the last attempt returns or raises

    async def send(self, request: Request, read: Callable[[Answer], Any] = data_of) -> Any:
        """Send once. Raises ImgurError."""
        answer, auth = await self._exchange(request), request.auth
        self.keep(limits_from(answer.headers), auth)
        try:
            data = read(answer)
        except RateLimitedError as error:
            if auth and is_disguised_refusal(error, answer.headers) and self._suspects.blame(auth):
                raise UnauthorizedError(error.detail, status=error.status) from None
            raise
        if auth:
            self._suspects.clear(auth)
        return data

    async def _exchange(self, request: Request) -> Answer:
        try:
            async with self._session.request(
                request.method,
                self.base_url.joinpath(*request.path),
                params=request.params,
                json=request.json,
                data=request.data,
                headers=self._headers(request.auth),
                timeout=request.timeout or self._timeout,
                allow_redirects=False,
                raise_for_status=False,
            ) as response:
                body = await response.read()  # its end also stops a body that is still being sent
                return Answer(response.status, response.headers, body, request.auth is not None, _secrets(request))
        except ClientResponseError as error:
            raise BadAnswerError(type(error).__name__) from None
        except (ClientError, OSError) as error:  # timeouts are OSErrors; the texts may hold addresses with deletehashes
            raise UnreachableError(type(error).__name__) from None

    def _headers(self, auth: AccessToken | None) -> dict[str, str]:
        credentials = f"Bearer {auth.value}" if auth else f"Client-ID {self._client_id}"
        return {"Authorization": credentials, "Accept": "application/json"}


def _secrets(request: Request) -> tuple[str, ...]:
    return (*request.secrets, request.auth.value) if request.auth else request.secrets


def _may_retry(error: Exception) -> bool | float:
    if isinstance(error, RateLimitedError):
        wait = error.retry_after
        return wait if wait is not None and wait <= LONGEST_PAUSE else False
    return isinstance(error, UnreachableError | OverCapacityError)


def path_id(text: str) -> str:
    """An id or a deletehash, fit for a path. Raises NotFoundError for what can be neither."""
    if not re.fullmatch(r"[A-Za-z0-9]{1,64}", text):
        raise NotFoundError("not an id")
    return text
