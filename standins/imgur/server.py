"""Builds and runs the stand-in's web application."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from standins.imgur import admin, api, oauth
from standins.imgur.gate import STALE, Stale, gate
from standins.imgur.standin import STANDIN, Standin
from standins.imgur.switches import Switches

_MAX_FORM = 16 * 1024 * 1024
_SHUTDOWN = 1.0


def create_app(standin: Standin) -> web.Application:
    """The application over this stand-in's state."""
    app = web.Application(middlewares=[gate], client_max_size=_MAX_FORM)
    app[STANDIN] = standin
    app[STALE] = Stale()
    app.add_routes([*oauth.ROUTES, *api.ROUTES, *admin.ROUTES])
    return app


@asynccontextmanager
async def running(host: str = "localhost", port: int = 0, switches: Switches | None = None) -> AsyncIterator[Standin]:
    """A stand-in that listens, on a free port unless one is given; what it holds back is let go at the end."""
    standin = Standin(switches or Switches())
    runner = web.AppRunner(create_app(standin), access_log=None, shutdown_timeout=_SHUTDOWN)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1" if host == "localhost" else host, port)
        await site.start()
        standin.url = f"http://{host}:{runner.addresses[0][1]}"
        yield standin
    finally:
        standin.switches.release_all()
        await runner.cleanup()
