"""How long a port lets its clients hold on to it, and whom it closes first when there are too many."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress

import aiohttp
import pytest
import structlog.testing
from aiohttp import web

from web.admin import create_admin_app
from web.connection import Connection
from web.server import serving

Clock = Callable[[float], None]
HALF = b"GET /healthz HTTP/1.1\r\nHost: a\r\nX-Half: "
WHOLE = b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"


@pytest.fixture
async def later(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Lets seconds pass on the loop's clock, which otherwise does no more than tell earlier from later."""
    now = asyncio.get_running_loop().time()

    def let_pass(seconds: float) -> None:
        nonlocal now
        now += seconds

    def tick() -> float:
        let_pass(1e-7)
        return now

    monkeypatch.setattr(asyncio.get_running_loop(), "time", tick)
    return let_pass


@pytest.fixture
async def port() -> AsyncIterator[int]:
    async with serving(create_admin_app(), "127.0.0.1", 0) as port:
        yield port


class Client:
    """A connection by hand."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def ask(self) -> int:
        """Send a whole request; the status that comes back."""
        await self.send(WHOLE)
        head = await self.reader.readuntil(b"\r\n\r\n")
        await self.reader.readexactly(len(b'{"status": "ok"}'))
        return int(head.split()[1])

    async def is_open(self) -> bool:
        """Whether the server keeps it, for all that is known by now. Anything that it sent meanwhile is lost."""
        return not await self._ends(0.01)

    async def is_closed(self) -> bool:
        """Whether the server closes it. Anything that it sent before is lost."""
        return await self._ends(20)

    async def _ends(self, seconds: float) -> bool:
        """Whether its end comes within so many seconds of real time, which the loop may not know."""
        reading, until = asyncio.ensure_future(self._read_to_the_end()), time.monotonic() + seconds
        while not reading.done() and time.monotonic() < until:  # noqa: ASYNC110 - by another clock
            await asyncio.sleep(0)
        reading.cancel()
        return (await asyncio.gather(reading, return_exceptions=True))[0] is None

    async def _read_to_the_end(self) -> None:
        with suppress(ConnectionError):
            while await self.reader.read(65536):
                pass


@asynccontextmanager
async def clients(port: int, count: int = 1, address: str = "127.0.0.1") -> AsyncIterator[list[Client]]:
    """Connections, each of them taken in by the server."""
    async with AsyncExitStack() as stack:
        opened = []
        for _ in range(count):
            opened.append(Client(*await asyncio.open_connection("127.0.0.1", port, local_addr=(address, 0))))
            stack.callback(opened[-1].writer.close)
        yield opened


async def _all_is_done_that_can_be() -> None:
    """Let the loop turn; nobody else is needed for it."""
    for _ in range(100):
        await asyncio.sleep(0)


async def _healthy(port: int) -> bool:
    timeout = aiohttp.ClientTimeout(total=20)
    async with (
        aiohttp.ClientSession(timeout=timeout) as session,
        session.get(f"http://127.0.0.1:{port}/healthz") as answer,
    ):
        return answer.status == 200


@pytest.mark.parametrize("sent", [b"", b"G", HALF], ids=["nothing", "a byte", "half a head"])
async def test_connection_is_closed_when_no_request_came_within_ten_seconds(
    port: int, later: Clock, sent: bytes
) -> None:
    async with clients(port) as [client]:
        await client.send(sent)
        later(9.5)
        assert await client.is_open()
        later(1)
        assert await client.is_closed()


async def test_connection_is_closed_after_ten_seconds_however_slowly_bytes_trickle_in(port: int, later: Clock) -> None:
    async with clients(port) as [client]:
        await client.send(HALF)
        for _ in range(9):
            later(1)
            await client.send(b"a")
            assert await client.is_open()
        later(1.5)
        assert await client.is_closed()


async def test_connection_waits_seventy_five_seconds_for_the_next_request_and_ten_for_its_head(
    port: int, later: Clock
) -> None:
    async with clients(port, 2) as [idle, slow]:
        assert [await client.ask() for client in (idle, slow)] == [200, 200]
        later(60)
        assert [await client.ask() for client in (idle, slow)] == [200, 200]
        await slow.send(HALF)
        await _healthy(port)
        later(9)
        await slow.send(b"a")
        assert await slow.is_open()
        later(1.5)
        assert await slow.is_closed()
        later(64)
        assert await idle.is_open()
        later(1)
        assert await idle.is_closed()


CROWDS = {
    "send nothing": b"",
    "send half a head": HALF,
    "stay after their request": WHOLE,
    "send half a form": b"POST /healthz HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\na",
    "ask on and on and read nothing": WHOLE * 20,
}


@pytest.mark.parametrize("sent", CROWDS.values(), ids=CROWDS)
async def test_user_is_served_when_a_crowd_came_before_and_goes_on_coming(port: int, sent: bytes) -> None:
    async with clients(port, 110) as crowd:
        for other in crowd:
            await other.send(sent)
        assert await _healthy(port)
        async with clients(port) as [user], clients(port, 40) as more:
            for other in more:
                await other.send(sent)
            assert await user.ask() == 200


async def test_user_is_served_when_all_of_a_crowd_comes_from_one_other_address(port: int) -> None:
    async with clients(port) as [user], clients(port, 300, address="127.0.0.2"):
        assert await user.ask() == 200


async def test_three_hundred_half_requests_keep_nobody_out_and_are_closed(port: int, later: Clock) -> None:
    async with clients(port, 300) as half_open:
        for client in half_open:
            await client.send(HALF)
        assert await _healthy(port)
        for client in half_open[:201]:  # the healthy one took a place as well
            assert await client.is_closed()
        later(10.5)
        assert await _healthy(port)
        for client in half_open[201:]:
            assert await client.is_closed()


async def test_whoever_is_being_answered_stays_when_others_crowd_in() -> None:
    asked, go_on = asyncio.Event(), asyncio.Event()

    async def slow(_request: web.Request) -> web.Response:
        asked.set()
        await go_on.wait()
        return web.Response(text="done")

    app = web.Application()
    app.add_routes([web.get("/healthz", slow)])
    async with serving(app, "127.0.0.1", 0) as port, clients(port) as [client]:
        await client.send(WHOLE)
        await asked.wait()
        async with clients(port, 200) as crowd:
            for other in crowd:
                await other.send(HALF)
            go_on.set()
            assert (await client.reader.readuntil(b"done")).startswith(b"HTTP/1.1 200")


async def test_whoever_reads_slowly_makes_room_before_those_who_wait_for_us() -> None:
    waiting = asyncio.Semaphore(0)
    go_on = asyncio.Event()

    async def slow(_request: web.Request) -> web.Response:
        waiting.release()
        await go_on.wait()
        return web.Response(text="done")

    async def long(_request: web.Request) -> web.Response:
        return web.Response(body=bytes(32_000_000))

    app = web.Application()
    app.add_routes([web.get("/healthz", slow), web.get("/long", long)])
    async with serving(app, "127.0.0.1", 0) as port, clients(port, 99) as asking, clients(port) as [reader]:
        for client in asking:
            await client.send(WHOLE)
        for _ in asking:
            await waiting.acquire()
        await reader.send(WHOLE.replace(b"healthz", b"long"))
        await reader.reader.readuntil(b"\r\n\r\n")
        await _all_is_done_that_can_be()
        async with clients(port) as [another]:
            await another.send(WHOLE)
            await waiting.acquire()  # it was let in
            go_on.set()
            assert await reader.is_closed()
            for client in asking:
                assert (await client.reader.readuntil(b"done")).startswith(b"HTTP/1.1 200")


async def test_room_is_made_by_those_who_come_and_go(port: int) -> None:
    async with clients(port) as [client]:
        assert await client.ask() == 200
        for _ in range(3):
            async with clients(port, 60) as others:
                assert {await other.ask() for other in others} == {200}
        assert await client.ask() == 200


async def test_connection_is_closed_when_its_answer_is_not_read_within_twenty_seconds(later: Clock) -> None:
    async def long(_request: web.Request) -> web.Response:
        return web.Response(body=bytes(32_000_000))

    app = web.Application()
    app.add_routes([web.get("/healthz", long)])
    async with serving(app, "127.0.0.1", 0) as port, clients(port) as [client]:
        await client.send(WHOLE)
        await client.reader.readuntil(b"\r\n\r\n")
        await _all_is_done_that_can_be()
        later(19.5)
        await _all_is_done_that_can_be()
        await client.reader.readexactly(1_000)
        later(1)
        await _all_is_done_that_can_be()
        assert await client.is_closed()


async def test_a_download_may_be_paused_for_longer_and_what_follows_may_not(later: Clock) -> None:
    async def long(request: web.Request) -> web.Response:
        assert isinstance(request.protocol, Connection)
        if request.path == "/download":
            request.protocol.be_patient(120)
        return web.Response(body=bytes(32_000_000))

    app = web.Application()
    app.add_routes([web.get("/{path}", long)])
    async with serving(app, "127.0.0.1", 0) as port, clients(port) as [client]:
        for path, patience in ((b"/download", 120), (b"/healthz", 20)):
            await client.send(WHOLE.replace(b"/healthz", path))
            await client.reader.readuntil(b"\r\n\r\n")
            await _all_is_done_that_can_be()
            later(patience - 0.5)
            await _all_is_done_that_can_be()
            if path == b"/download":
                await client.reader.readexactly(32_000_000)
        later(1)
        await _all_is_done_that_can_be()
        assert await client.is_closed()


async def test_connection_is_closed_when_an_answer_takes_two_minutes(later: Clock) -> None:
    asked, go_on = asyncio.Event(), asyncio.Event()

    async def never(_request: web.Request) -> web.Response:
        asked.set()
        await go_on.wait()
        return web.Response()

    app = web.Application()
    app.add_routes([web.get("/healthz", never)])
    async with serving(app, "127.0.0.1", 0) as port, clients(port) as [client]:
        await client.send(WHOLE)
        await asked.wait()
        later(119)
        still_open = await client.is_open()
        later(2)
        closed = await client.is_closed()
        go_on.set()
        assert (still_open, closed) == (True, True)


async def test_log_stays_quiet_when_rubbish_keeps_coming(port: int, later: Clock) -> None:
    with structlog.testing.capture_logs() as logs:
        for _ in range(20):
            async with clients(port) as [client]:
                await client.send(b"\x16\x03\x01rubbish\r\n\r\n")
                assert b" 400 " in await client.reader.read()
        later(60)
        async with clients(port) as [client]:
            await client.send(b"\x16\x03\x01rubbish\r\n\r\n")
            await client.reader.read()
    assert [sum(line["kinds"].values()) for line in logs] == [1, 20]


async def test_fault_ends_in_words_and_a_traceback_when_no_middleware_saw_it(caplog: pytest.LogCaptureFixture) -> None:
    async def spoil(_request: web.Request, _response: web.StreamResponse) -> None:
        raise RuntimeError("inner secret")

    app = create_admin_app()
    app.on_response_prepare.append(spoil)
    with caplog.at_level(logging.ERROR):
        async with serving(app, "127.0.0.1", 0) as port, clients(port) as [client]:
            await client.send(WHOLE)
            answer = (await client.reader.read()).decode()  # to the end: the connection is closed
    assert answer == ""
    assert "inner secret" in caplog.text


async def test_fault_of_a_handler_ends_in_words_a_traceback_and_a_closed_connection(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def fail(_request: web.Request) -> web.Response:
        raise RuntimeError("inner secret")

    app = web.Application()
    app.add_routes([web.get("/healthz", fail)])
    with caplog.at_level(logging.ERROR):
        async with serving(app, "127.0.0.1", 0) as port, clients(port) as [client]:
            await client.send(WHOLE)
            answer = (await client.reader.read()).decode()  # to the end: the connection is closed
    assert answer.startswith("HTTP/1.1 500 ")
    assert "Something went wrong in the bot" in answer
    assert "inner secret" not in answer
    [record] = caplog.records
    assert record.exc_info is not None
    assert str(record.exc_info[1]) == "inner secret"
    assert "Traceback" in caplog.text
