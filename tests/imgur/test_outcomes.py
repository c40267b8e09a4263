"""What became of a write, and what an upload's 429 means, when the answer is not Imgur's own; over real HTTP."""

from __future__ import annotations

import asyncio
import gzip
import json
import socket
import tracemalloc
import zlib
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from imgur import (
    AccessToken,
    BadAnswerError,
    ImgurClient,
    ImgurError,
    OutcomeUnknownError,
    OverCapacityError,
    RateLimitedError,
    RejectedError,
    Spent,
    TooLargeError,
    UnreachableError,
)
from tests.imgur.samples import IMAGE
from tests.imgur.sources import LargeSource, Source
from tests.imgur.test_error_shapes import (
    APPLICATION_SPENT,
    OVER_CAPACITY,
    POSTS_SPENT,
    USER_SPENT,
    classic,
    coded,
    legacy_api,
)
from tests.standins.samples import MP4


@dataclass
class Gateway:
    """What stands before Imgur: reads each request to its end, then answers as it likes."""

    connect: Callable[..., ImgurClient]
    status: int = 200
    body: Any = b""
    headers: dict[str, str] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)

    async def answer(self, request: web.Request) -> web.Response:
        self.lines.append(f"{request.method} {request.path}")
        async for _ in request.content.iter_any():
            pass
        body = self.body if isinstance(self.body, bytes) else self.body.encode()
        return web.Response(status=self.status, body=body, headers=self.headers)

    def answers(self, status: int, body: Any, **headers: str) -> None:
        self.status, self.headers = status, headers
        self.body = body if isinstance(body, bytes | str) else json.dumps(body)

    @asynccontextmanager
    async def client(self, **options: Any) -> AsyncIterator[ImgurClient]:
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self.answer)
        async with TestServer(app) as server:
            yield self.connect(str(server.make_url("")).rstrip("/"), **options)


@pytest.fixture
def gateway(connect: Callable[..., ImgurClient]) -> Gateway:
    return Gateway(connect)


# --- limits that are overdrawn ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "spent", "wait"),
    [
        (USER_SPENT | {"x-ratelimit-userremaining": "-10"}, Spent.USER, 3600),
        (USER_SPENT | {"x-ratelimit-userremaining": "-0.5"}, Spent.USER, 3600),
        (APPLICATION_SPENT | {"x-ratelimit-clientremaining": "-3"}, Spent.APPLICATION, 86400),
        (POSTS_SPENT | {"x-post-rate-limit-remaining": "-1"}, Spent.APPLICATION, 1648),
        (USER_SPENT | {"x-ratelimit-userremaining": "9"}, Spent.USER, 3600),
    ],
    ids=["user", "a part", "application", "uploads", "too few for an upload"],
)
async def test_upload_s_429_is_about_the_limit_when_less_is_left_than_it_costs(
    headers: dict[str, str], spent: Spent, wait: int, gateway: Gateway, auth: AccessToken
) -> None:
    gateway.answers(429, legacy_api("429", "Too Many Requests"), **headers)
    async with gateway.client() as client:
        with pytest.raises(RateLimitedError) as caught:
            await client.upload(Source(), auth)
    assert caught.value.spent is spent
    assert caught.value.retry_after == pytest.approx(wait, abs=5)
    assert gateway.lines == ["POST /3/upload"]


async def test_credits_below_zero_are_none_left(gateway: Gateway, auth: AccessToken) -> None:
    gateway.answers(200, {"data": IMAGE, "success": True, "status": 200}, **{"x-ratelimit-userremaining": "-10"})
    async with gateway.client() as client:
        await client.image("Ab3dE7g", auth)
        assert client.limits(auth).user_remaining == 0


# --- writes of which nobody knows ------------------------------------------------------------------------------------

UNKNOWN = {
    "502, a page": (502, "<h1>502 Bad Gateway</h1>"),
    "503, a page": (503, "<h1>503 Service Unavailable</h1>"),
    "503, a page that words it": (503, "<h1>Imgur is over capacity!</h1>"),
    "504, a page": (504, "<h1>504 Gateway Time-out</h1>"),
    "504, nothing": (504, ""),
    "520, a page": (520, "<h1>Web server is returning an unknown error</h1>"),
    "500, the gateway's JSON": (500, {"message": "Internal server error"}),
    "500, no reason": (500, {"data": "An error occurred", "success": False, "status": 500}),
    "504, no object": (504, "[]"),
    "408, a page": (408, "<h1>Request Timeout</h1>"),
    "404, a page": (404, "<h1>404 Not Found</h1>"),
    "410, nothing": (410, ""),
    "200, a page": (200, "<h1>Welcome</h1>"),
    "200, nothing": (200, ""),
    "200, half": (200, '{"data":{"id":"Ab3d'),
    "302, elsewhere": (302, ""),
    "200, no envelope of Imgur's": (200, {"success": False}),
    "200, with a number of a server's": (200, {"data": None, "success": False, "status": 503}),
}
WORDED = {
    "over capacity": (500, classic(500, OVER_CAPACITY), OverCapacityError),
    "over capacity, for this address": (403, "<h1>Imgur is over capacity!</h1>", OverCapacityError),
    "no, by a code of its own": (500, classic(500, coded(1001, "Failed stripping metadata")), RejectedError),
    "no, in a success": (200, classic(400, "Blah"), RejectedError),
    "no, and nothing else": (200, {"data": False, "success": False, "status": 200}, RejectedError),
    "no, without data": (200, {"data": {}, "success": False, "status": 200}, RejectedError),
    "no, with a reason": (200, classic(200, "Blah"), RejectedError),
    "too large": (413, "<h1>413 Request Entity Too Large</h1>", TooLargeError),
    "sent elsewhere": (307, "", BadAnswerError),
}


@pytest.mark.parametrize("name", UNKNOWN)
async def test_outcome_of_a_write_is_unknown_when_nothing_of_imgur_s_own_comes_back(
    name: str, gateway: Gateway, auth: AccessToken
) -> None:
    gateway.answers(*UNKNOWN[name])
    async with gateway.client() as client:
        for write in (
            client.upload(Source()),
            client.upload(LargeSource(head=MP4, length=300_000, mime_type="video/mp4"), auth, video=True),
            client.delete_image("Ab3dE7g"),
            client.update_image("Ab3dE7g", auth, title="New"),
        ):
            with pytest.raises(OutcomeUnknownError):
                await write
    assert len(gateway.lines) == 4  # none of them twice


async def test_outcome_of_an_upload_is_unknown_when_the_success_names_no_picture(gateway: Gateway) -> None:
    gateway.answers(200, {"data": {"ticket": "e3b0c442"}, "success": True, "status": 200})
    async with gateway.client() as client:
        with pytest.raises(OutcomeUnknownError):
            await client.upload(Source())


@pytest.mark.parametrize("name", WORDED)
async def test_write_was_not_done_when_imgur_says_so(name: str, gateway: Gateway) -> None:
    status, body, error = WORDED[name]
    gateway.answers(status, body)
    async with gateway.client() as client:
        for write in (client.upload(Source()), client.delete_image("Ab3dE7g")):
            with pytest.raises(ImgurError) as caught:
                await write
            assert type(caught.value) is error


async def test_write_was_not_done_when_there_was_no_connection(
    connect: Callable[..., ImgurClient],
) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))  # and nobody listens
        client = connect(f"http://127.0.0.1:{closed.getsockname()[1]}")
    for write in (client.upload(Source()), client.delete_image("Ab3dE7g")):
        with pytest.raises(UnreachableError) as caught:
            await write
        assert not isinstance(caught.value, OutcomeUnknownError)


@pytest.mark.parametrize("answer", [b"", b"HTTP/1.1 200 OK\r\nContent-"])
@pytest.mark.parametrize("method", ["DELETE", "POST"])
async def test_write_is_sent_once_when_the_answer_is_cut_on_a_connection_used_before(
    method: str, answer: bytes, connect: Callable[..., ImgurClient], auth: AccessToken
) -> None:
    lines: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            lines.append(line)
            headers = (await reader.readuntil(b"\r\n\r\n")).lower()
            if length := headers.partition(b"content-length: ")[2].split(b"\r\n")[0]:
                await reader.readexactly(int(length))
            body = json.dumps({"data": IMAGE, "success": True, "status": 200}).encode()
            whole = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)
            writer.write(whole if line.startswith(b"GET") else answer)
            if not line.startswith(b"GET"):
                break
        writer.close()

    async with await asyncio.start_server(serve, "127.0.0.1", 0) as server:
        client = connect(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        await client.image("Ab3dE7g", auth)
        with pytest.raises(OutcomeUnknownError):
            await (client.delete_image if method == "DELETE" else partial(client.update_image, title="x"))("Ab3", auth)
    assert lines[1:] == [f"{method} /3/image/Ab3 HTTP/1.1\r\n".encode()]


async def test_upload_was_not_stored_when_it_was_cut_in_the_middle(connect: Callable[..., ImgurClient]) -> None:
    hung_up = asyncio.Event()

    async def hang_up(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
        while await reader.read(1024 * 1024):
            pass
        writer.close()
        hung_up.set()

    source = LargeSource(head=MP4, pause=asyncio.Event(), mime_type="video/mp4")
    server = await asyncio.start_server(hang_up, "127.0.0.1", 0)
    async with server:
        with pytest.raises(UnreachableError) as caught:
            await connect(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}").upload(source, video=True)
        await hung_up.wait()
    assert type(caught.value) is UnreachableError


DROPS = {
    "nothing": (b"", b""),
    "a head without end": (b"HTTP/1.1 200 OK\r\nX: ", b"x"),
    "early hints without end": (b"", b"HTTP/1.1 103 Early Hints\r\n\r\n"),
    "a body in drops": (b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n", b" "),
    "chunks without end": (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n"),
}


@pytest.mark.parametrize("name", DROPS)
async def test_answer_to_an_upload_is_not_waited_for_without_end(
    name: str, connect: Callable[..., ImgurClient]
) -> None:
    first, drop = DROPS[name]
    hung_up = asyncio.Event()

    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"--\r\n")
        writer.write(first)
        end = asyncio.create_task(reader.read())
        while not (await asyncio.wait([end], timeout=0.01))[0]:
            writer.write(drop)
        end.exception()
        writer.close()
        hung_up.set()

    server = await asyncio.start_server(speak, "127.0.0.1", 0)
    async with server, asyncio.timeout(20):
        client = connect(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", upload_answer=0.1)
        with pytest.raises(OutcomeUnknownError):
            await client.upload(Source())
        await hung_up.wait()


# --- answers without end ---------------------------------------------------------------------------------------------


def _blanks(megabytes: int) -> bytes:
    """Blanks that are packed a thousand times smaller than they are."""
    packer = zlib.compressobj(wbits=31)
    first, other = (packer.compress(b" " * 1_000_000) + packer.flush(zlib.Z_FULL_FLUSH) for _ in range(2))
    return first + other * (megabytes - 1)


@pytest.mark.parametrize("status", [200, 403, 502])
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_answer_without_end_is_not_taken_into_memory(status: int, method: str, gateway: Gateway) -> None:
    gateway.answers(status, _blanks(500), **{"Content-Encoding": "gzip"})
    async with gateway.client() as client:
        tracemalloc.start()
        try:
            with pytest.raises(ImgurError):
                await (client.image("Ab3dE7g") if method == "GET" else client.refresh("fake-refresh-token"))
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert peak < 48_000_000
    assert len(gateway.lines) == 1  # and not once more


async def test_many_answers_without_end_take_no_more_memory_than_a_few(gateway: Gateway) -> None:
    gateway.answers(200, _blanks(20), **{"Content-Encoding": "gzip"})
    async with gateway.client() as client:

        async def read() -> str:
            try:
                await client.image("Ab3dE7g")
            except ImgurError as error:
                return type(error).__name__
            return "an image"

        tracemalloc.start()
        try:
            assert set(await asyncio.gather(*(read() for _ in range(12)))) == {"BadAnswerError"}
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert peak < 80_000_000


async def test_large_album_is_read_whole(gateway: Gateway) -> None:
    images = [IMAGE | {"description": "x" * 500}] * 5_000
    album = {"data": {"id": "b59dz", "images": images}, "success": True, "status": 200}
    gateway.answers(200, gzip.compress(json.dumps(album).encode()), **{"Content-Encoding": "gzip"})
    async with gateway.client() as client:
        assert len((await client.album("b59dz")).images) == 5_000


@pytest.mark.parametrize("entry", ["[]", "1", "{}"])
@pytest.mark.parametrize("number", [60_000, 1_200_000])
async def test_list_of_more_than_anybody_has_is_not_read(
    entry: str, number: int, gateway: Gateway, auth: AccessToken
) -> None:
    gateway.answers(200, f'{{"data":[{",".join([entry] * number)}],"success":true,"status":200}}')
    async with gateway.client() as client:
        with pytest.raises(BadAnswerError):
            await client.account_images(auth)


NESTED = "[" * 100_000 + "]" * 100_000


@pytest.mark.parametrize(
    "body",
    [
        NESTED,
        '{"data":' + NESTED + "}",
        '{"data":{"error":' + json.dumps("{" + '"message":{' * 50_000) + "}}",
        '{"data":{"id":"Ab3dE7g","views":' + "9" * 5_000 + "}}",
        '{"data":{"error":"x"},"status":' + "9" * 4_000 + "}",
        '{"data":{"error":{"code":1e999,"message":NaN}},"status":NaN}',
        '{"data":{"error":"\\ud800"},"success":false,"status":-Infinity}',
        '{"errors":[null]}',
        '{"errors":[{"code":{},"detail":[]}]}',
        '{"data":NaN,"success":NaN,"status":NaN}',
        b"\xff\xfe\x00",
        b"\x1f\x8b\x08",
    ],
    ids=range(12),
)
@pytest.mark.parametrize("status", [200, 401, 500])
async def test_answer_that_is_odd_in_any_way_is_one_of_our_errors(
    status: int, body: str | bytes, gateway: Gateway, auth: AccessToken
) -> None:
    gateway.answers(status, body)
    async with gateway.client() as client:
        for call in (client.image("Ab3dE7g", auth), client.refresh("fake"), client.upload(Source())):
            with pytest.raises(ImgurError):
                await call


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\r\n\r\n",
        b"SSH-2.0-OpenSSH\r\n",
        b"HTTP/1.1 abc\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nabcd",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json; charset=\xff\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/1.1 429 X\r\nRetry-After: \xff\r\nX-RateLimit-UserReset: 1e400\r\nContent-Length: 0\r\n\r\n",
    ],
    ids=range(11),
)
async def test_answer_that_is_hardly_http_is_one_of_our_errors(raw: bytes, connect: Callable[..., ImgurClient]) -> None:
    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(raw)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(speak, "127.0.0.1", 0)
    async with server:
        client = connect(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        for call in (client.image("Ab3dE7g"), client.delete_image("Ab3dE7g")):
            with pytest.raises(ImgurError):
                await call
