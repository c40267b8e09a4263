"""The end of a port, by a clock that leaps."""

from __future__ import annotations

import asyncio
import contextlib

from aiohttp import web

from tests.hurried import hurried
from web.server import serving


def test_requests_under_way_have_five_seconds_to_end_when_the_port_closes() -> None:
    async def close() -> float:
        asked = asyncio.Event()

        async def never(_request: web.Request) -> web.Response:
            asked.set()
            await asyncio.Event().wait()
            raise AssertionError

        app = web.Application()
        app.add_routes([web.get("/", never)])
        loop = asyncio.get_running_loop()
        async with contextlib.AsyncExitStack() as port:
            number = await port.enter_async_context(serving(app, "127.0.0.1", 0))
            _, writer = await asyncio.open_connection("127.0.0.1", number)
            writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            await asked.wait()
            began = loop.time()
        writer.close()
        return loop.time() - began

    assert 5 <= hurried(close(), patience=0.2) < 11  # five to end by themselves, five for being told to
