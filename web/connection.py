"""One client's connection to a port of ours: for how long it may stay, and what is told of a request that is no HTTP.

The library closes a connection only once a request has come and gone. Here something is always awaited, with a
deadline, and one whose deadline passes is closed. Where the port is full, the address with the most connections makes
room, with an idle one or with the one that has kept us waiting the longest. So neither senders of half a request nor
idle browsers keep anybody out.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from collections import Counter
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import structlog
from aiohttp import web

from web.security import HEADERS_OF

MOST_CONNECTIONS = 100  # each takes a file, and a process may have no more than 256 of those
HEAD_SECONDS = 10.0  # until the head of a request is there: from the connection on, then from its first byte on
REQUEST_SECONDS = 120.0  # for the rest of it and for the answer; Imgur may be asked twice meanwhile
UNREAD_SECONDS = 20.0  # for an answer that its reader is slow to take
IDLE_SECONDS = 75.0  # between two requests: proxies use a connection again for up to 60
QUIET_SECONDS = 60.0  # between two log lines about requests that could not be read

CONTINUE = "100-continue"
UNREADABLE = (
    "The request makes no sense to us. Open the link that /imgur link gave you in Discord. If that is what you did, "
    "delete the cookies of this site, or open the link in a private window: there may be too many of them.\n"
)
FAULT = "Something went wrong in the bot. Try again; if it stays like this, tell whoever runs it.\n"

log = structlog.get_logger(__name__)


class Port:
    """What the connections of one port share: how many there are, and a log that nobody can fill from outside."""

    def __init__(self) -> None:
        self._open: set[Connection] = set()
        self._unreadable: Counter[str] = Counter()
        self._told_at: float | None = None

    def add(self, connection: Connection) -> None:
        """Take in a new one; where there is no room, end another: an idle one first, whose browser just comes again.

        Who waits for us is only ended if all do.
        """
        if len(self._open) >= MOST_CONNECTIONS:
            crowd = Counter(one.address for one in self._open)
            min(self._open, key=lambda one: (one.is_answered, -crowd[one.address], not one.idle, one.since)).end()
        self._open.add(connection)

    def remove(self, connection: Connection) -> None:
        """Make room."""
        self._open.discard(connection)

    def unreadable(self, error: BaseException | None) -> None:
        """Tell by kind what could not be read, at once and then once in a while."""
        self._unreadable[type(error).__name__] += 1
        now = asyncio.get_running_loop().time()
        if self._told_at is None or now - self._told_at >= QUIET_SECONDS:
            log.info("requests could not be read", kinds=dict(self._unreadable))
            self._unreadable.clear()
            self._told_at = now


class Connection(web.RequestHandler):
    """Where the library quotes a request that is no HTTP, to its sender and in the log, this one does not.

    Such a request never reaches the application, so its headers are put on here.
    """

    __slots__ = ("_app", "_patience", "_port", "_stuck", "_timer", "address", "idle", "since")

    def __init__(self, app: web.Application, port: Port, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._app = app
        self._port = port
        self._stuck = False
        self._patience = UNREAD_SECONDS
        self._timer: asyncio.TimerHandle | None = None
        self.address = ""
        self.idle = False  # between two requests
        self.since = 0.0  # when what is awaited now began to be, by the loop's clock

    # --- deadlines

    @property
    def is_answered(self) -> bool:
        """Whether its client waits for us, not we for its client. Browsers send nothing ahead of an answer."""
        request = self._current_request
        return request is not None and request.content.is_eof() and not self._stuck and not self._messages

    def goes_on(self) -> None:
        """An answer takes its time: another while for it, unless it is its reader who does not read."""
        if not self._stuck:
            self._await(REQUEST_SECONDS)

    def be_patient(self, seconds: float) -> None:
        """Leave the reader of this answer so much time, each time that they pause."""
        self._patience = seconds

    def cut(self) -> None:
        """End it in the middle of an answer, so that nobody takes that for a whole one.

        Where the end of the connection is that of the answer, as in HTTP/1.0 that proxies speak, only a reset tells.
        """
        if self.transport is not None and (sock := self.transport.get_extra_info("socket")) is not None:
            with contextlib.suppress(OSError):
                sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.end()

    def end(self) -> None:
        """Close it now, whatever has not been sent yet. A handler that is at work finishes for itself."""
        self._port.remove(self)
        if self.transport is not None:
            self.transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Await a request."""
        super().connection_made(transport)
        self.address = str((transport.get_extra_info("peername") or [""])[0])
        self._await(HEAD_SECONDS)
        self._port.add(self)

    def connection_lost(self, exc: BaseException | None) -> None:
        """Await nothing any more."""
        self._port.remove(self)
        if self._timer is not None:
            self._timer.cancel()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Await the rest of a request that begins."""
        if self.idle:
            self._await(HEAD_SECONDS)
        super().data_received(data)

    def pause_writing(self) -> None:
        """Await that the client reads."""
        super().pause_writing()
        self._stuck = True
        self._await(self._patience)

    def resume_writing(self) -> None:
        """Go on answering. The deadline stays: the rest of the answer has to be read by then."""
        self._stuck = False
        super().resume_writing()

    async def _handle_request(
        self,
        request: web.BaseRequest,
        start_time: float | None,
        request_handler: Callable[[web.BaseRequest], Awaitable[web.StreamResponse]],
    ) -> tuple[web.StreamResponse, bool]:
        """Await the answer, then the next request."""
        self._await(REQUEST_SECONDS)
        self._patience = UNREAD_SECONDS
        try:
            return await super()._handle_request(request, start_time, partial(self._expected, request_handler))
        finally:
            self._await(IDLE_SECONDS, idle=True)

    async def _expected(
        self, request_handler: Callable[[web.BaseRequest], Awaitable[web.StreamResponse]], request: web.BaseRequest
    ) -> web.StreamResponse:
        """Refuse what nobody can expect of us: the library would repeat it, and trip over what is no text."""
        if request.headers.get("Expect", CONTINUE).lower() != CONTINUE:
            raise web.HTTPExpectationFailed(text=UNREADABLE, headers=self._app.get(HEADERS_OF))
        return await request_handler(request)

    def _await(self, seconds: float, *, idle: bool = False) -> None:
        self.idle = idle
        if not self._messages:
            self.since = asyncio.get_running_loop().time()
        if self._timer is not None:
            self._timer.cancel()
        if self.transport is not None:
            self._timer = asyncio.get_running_loop().call_later(seconds, self.end)

    # --- what is told

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,  # noqa: ARG002 - the library's signature
    ) -> web.StreamResponse:
        """A plain answer that closes the connection. Raises ConnectionError where another has begun."""
        fault = status >= web.HTTPInternalServerError.status_code
        if fault:
            super().handle_error(request, status, exc)  # for the log
        else:
            self._port.unreadable(exc)
        response = web.Response(status=status, text=FAULT if fault else UNREADABLE, headers=self._app.get(HEADERS_OF))
        response.force_close()
        return response

    def log_exception(self, *args: Any, **options: Any) -> None:
        """An error of ours with its traceback; of a body that the client has spoilt, the kind."""
        error = options.get("exc_info")
        if isinstance(error, web.RequestPayloadError):
            self._port.unreadable(error)
        else:
            super().log_exception(*args, **options)
