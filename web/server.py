"""Serving an application on a port."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from aiohttp import web

from web.connection import Connection, Port

SHUTDOWN_SECONDS = 5.0


@asynccontextmanager
async def serving(app: web.Application, host: str, port: int) -> AsyncIterator[int]:
    """Serve until the block is left; gives the port, which is a free one for 0. Raises OSError when it is taken.

    There is no access log: paths hold nonces.
    """
    runner = web.AppRunner(app, shutdown_timeout=SHUTDOWN_SECONDS)
    try:
        await runner.setup()
        loop = asyncio.get_running_loop()
        connection = partial(Connection, app, Port(), runner.server, loop=loop, access_log=None)
        server = await loop.create_server(connection, host, port)
        try:
            yield server.sockets[0].getsockname()[1]
        finally:
            server.close()
    finally:
        await runner.cleanup()
