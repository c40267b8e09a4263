"""Runs the stand-in: one TLS port for Discord's API, gateway and files."""

from __future__ import annotations

import ssl
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.utils import formatdate
from pathlib import Path

from aiohttp import web

from standins.discord import oauth, rest
from standins.discord.standin import STANDIN, Standin

_SHUTDOWN = 0.5


async def _dated(request: web.Request, response: web.StreamResponse) -> None:
    response.headers["Date"] = formatdate(time.time() + request.app[STANDIN].switches.ahead, usegmt=True)


@asynccontextmanager
async def running(
    token: str, context: ssl.SSLContext, *, contracts: Path | None = None, port: int = 0
) -> AsyncIterator[Standin]:
    """A Discord that knows one bot, by its token, on a free port of 127.0.0.1 unless one is given."""
    standin = Standin(token, contracts)
    app = web.Application(client_max_size=32 * 1024 * 1024)
    app[STANDIN], app[oauth.OAUTH] = standin, standin.oauth
    app.on_response_prepare.append(_dated)
    app.add_routes([web.get("/", standin.gateway.serve), *oauth.ROUTES, *rest.ROUTES])
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=_SHUTDOWN)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port, ssl_context=context).start()
        standin.port = int(runner.addresses[0][1])
        yield standin
    finally:
        standin.gateway.cut()
        await runner.cleanup()
