"""Serving an application on a port."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import structlog
from aiohttp import web

from web.security import HEADERS_OF

SHUTDOWN_SECONDS = 5.0
UNREADABLE = "The request makes no sense to us. Open the link that /imgur link gave you in Discord.\n"

log = structlog.get_logger(__name__)


@asynccontextmanager
async def serving(app: web.Application, host: str, port: int) -> AsyncIterator[int]:
    """Serve until the block is left; gives the port, which is a free one for 0. Raises OSError when it is taken.

    There is no access log: paths hold nonces.
    """
    runner = web.AppRunner(app, shutdown_timeout=SHUTDOWN_SECONDS)
    try:
        await runner.setup()
        loop = asyncio.get_running_loop()
        connection = partial(_Connection, app, runner.server, loop=loop, access_log=None)
        server = await loop.create_server(connection, host, port)
        try:
            yield server.sockets[0].getsockname()[1]
        finally:
            server.close()
    finally:
        await runner.cleanup()


class _Connection(web.RequestHandler):
    """Where the library quotes a request that is no HTTP, to its sender and in the log, this one does not.

    Such a request never reaches the application, so its headers are put on here.
    """

    __slots__ = ("_app",)

    def __init__(self, app: web.Application, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._app = app

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,  # noqa: ARG002 - the library's signature
    ) -> web.StreamResponse:
        """A plain answer that closes the connection. Raises ConnectionError where another has begun."""
        if status < web.HTTPInternalServerError.status_code:
            _unreadable(exc)
        else:
            super().handle_error(request, status, exc)  # for the log
        response = web.Response(status=status, text=UNREADABLE, headers=self._app.get(HEADERS_OF))
        response.force_close()
        return response

    def log_exception(self, *args: Any, **options: Any) -> None:
        """An error of ours with its traceback; of a body that the client has spoilt, the kind."""
        error = options.get("exc_info")
        if isinstance(error, web.RequestPayloadError):
            _unreadable(error)
        else:
            super().log_exception(*args, **options)


def _unreadable(error: BaseException | None) -> None:
    log.info("a request could not be read", kind=type(error).__name__)
