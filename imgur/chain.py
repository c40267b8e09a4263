"""Middlewares around the one place where requests are made: each gets a call, and may do something before and after it.

>>> async def timed(call: Call, send: Send) -> Reply:
...     began = time.monotonic()
...     try:
...         return await send(call)
...     finally:
...         print(call.method, call.cost, time.monotonic() - began)
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeAlias

from imgur.models import RateLimits


@dataclass(frozen=True, slots=True)
class Call:
    """One request as a middleware sees it; no address, as that may hold a deletehash.

    `cost` is in credits: 1, for an upload 10, for the sign-in's own calls 0. `account_id` is whose token goes along,
    None for the application's own calls.
    """

    method: str
    cost: int = 1
    account_id: int | None = None
    is_upload: bool = False


@dataclass(frozen=True, slots=True)
class Reply:
    """What Imgur answered, and what its headers said. An error that an answer means has the same in its `limits`."""

    data: Any = field(repr=False)
    limits: RateLimits


Send: TypeAlias = Callable[[Call], Awaitable[Reply]]
Middleware: TypeAlias = Callable[[Call, Send], Awaitable[Reply]]


def chained(middlewares: Sequence[Middleware], send: Send) -> Send:
    """`send` with the middlewares around it, the first outermost."""
    for middleware in reversed(middlewares):
        send = partial(_through, middleware, send)
    return send


async def _through(middleware: Middleware, send: Send, call: Call) -> Reply:
    return await middleware(call, send)
