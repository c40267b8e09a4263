"""The admin port: for whoever runs the bot, never for the public."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any, TypeAlias

from aiohttp import web

Obstacles: TypeAlias = Callable[[], Awaitable[list[str]]]
"""What keeps the bot from serving its users at the moment, in words; nothing if it can."""


async def _none() -> list[str]:
    return []


def create_admin_app(obstacles: Obstacles = _none) -> web.Application:
    """Health of the process, and whether users are served."""

    async def readyz(_request: web.Request) -> web.Response:
        """Users are served."""
        if reasons := await obstacles():
            return _answer(HTTPStatus.SERVICE_UNAVAILABLE, status="not ready", reasons=reasons)
        return _answer(status="ready")

    app = web.Application()
    app.add_routes([web.get("/healthz", healthz), web.get("/readyz", readyz)])
    return app


async def healthz(_request: web.Request) -> web.Response:
    """The process answers."""
    return _answer(status="ok")


def _answer(code: HTTPStatus = HTTPStatus.OK, **said: Any) -> web.Response:
    return web.json_response(said, status=code, headers={"Cache-Control": "no-store"})
