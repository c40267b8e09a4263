"""What is no HTTP: refused in words, with every header, and quoted neither to its sender nor in the log."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import structlog.testing

from tests.visitor import Visitor
from web import pages
from web.security import HEADERS

SECRET = "s3cr3t"
FORM = b"POST /oauth/imgur HTTP/1.1\r\nHost: a\r\nOrigin: %s\r\nContent-Type: application/x-www-form-urlencoded\r\n"

BROKEN = {
    "no method": b"NONE /link/s3cr3t\r\n\r\n",
    "bytes in the path": b"GET /link/s3cr3t\xff HTTP/1.1\r\nHost: a\r\n\r\n",
    "half a character in the query": b"GET /oauth/imgur?state=s3cr3t\xed\xa0\x80 HTTP/1.1\r\nHost: a\r\n\r\n",
    "a long path": b"GET /link/s3cr3t" + b"a" * 9000 + b" HTTP/1.1\r\nHost: a\r\n\r\n",
    "a long cookie": b"GET / HTTP/1.1\r\nHost: a\r\nCookie: s3cr3t" + b"a" * 9000 + b"\r\n\r\n",
    "a NUL in a cookie": b"GET / HTTP/1.1\r\nHost: a\r\nCookie: __Host-imgur-link-a=s3cr3t\0\r\n\r\n",
    "many headers": b"GET / HTTP/1.1\r\n" + b"Cookie: s3cr3t\r\n" * 3000 + b"\r\n",
    "a length below nothing": FORM % b"http://a" + b"Content-Length: -1\r\n\r\nstate=s3cr3t",
}


@asynccontextmanager
async def _sent(visitor: Visitor, *parts: bytes) -> AsyncIterator[asyncio.StreamReader]:
    """Send the parts one after the other, each once the server has taken in the one before; gives what comes back."""
    reader, writer = await asyncio.open_connection("127.0.0.1", int(visitor.url.rpartition(":")[2]))
    try:
        for part in parts:
            writer.write(part)
            await writer.drain()
            await visitor.get("/")
        yield reader
    finally:
        writer.close()
        await writer.wait_closed()


def _is_safe(answer: str) -> bool:
    head = answer.partition("\r\n\r\n")[0].split("\r\n")
    policy = any(line.startswith("Content-Security-Policy: default-src 'none'") for line in head)
    return policy and {f"{name}: {value}" for name, value in HEADERS.items()} <= set(head)


@pytest.mark.parametrize("request_bytes", BROKEN.values(), ids=BROKEN)
async def test_request_is_refused_and_not_repeated_when_it_is_broken(
    visitor: Visitor, caplog: pytest.LogCaptureFixture, request_bytes: bytes
) -> None:
    caplog.set_level(logging.INFO)
    with structlog.testing.capture_logs() as logs:
        async with _sent(visitor, request_bytes) as reader:
            answer = (await reader.read()).decode()
    assert " 400 " in answer.partition("\r\n")[0]
    assert _is_safe(answer), answer
    assert "makes no sense" in answer
    assert SECRET not in f"{answer}{caplog.text}{logs}"


@pytest.mark.parametrize("expected", [b"s3cr3t<b>", b"s3cr3t\xff", b"s3cr3t\xed\xa0\x80", b"100-continue, s3cr3t"])
@pytest.mark.parametrize("path", [b"/", b"/no/such/page"])
async def test_request_is_refused_and_not_repeated_when_it_expects_what_nobody_offers(
    visitor: Visitor, caplog: pytest.LogCaptureFixture, path: bytes, expected: bytes
) -> None:
    sent = b"GET %s HTTP/1.1\r\nHost: a\r\nConnection: close\r\nExpect: %s\r\n\r\n" % (path, expected)
    with structlog.testing.capture_logs() as logs:
        async with _sent(visitor, sent) as reader:
            answer = (await reader.read()).decode()
    assert answer.startswith("HTTP/1.1 417 ")
    assert _is_safe(answer), answer
    assert "makes no sense" in answer
    assert SECRET not in f"{answer}{caplog.text}{logs}"
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


async def test_form_is_asked_for_by_who_waits_to_be_asked(visitor: Visitor) -> None:
    form = FORM % visitor.url.encode() + b"Content-Length: 7\r\nConnection: close\r\nExpect: 100-Continue\r\n\r\n"
    async with _sent(visitor, form, b"state=a") as reader:
        assert await reader.readline() == b"HTTP/1.1 100 Continue\r\n"
        assert b" 404 " in await reader.read()


@pytest.mark.parametrize(
    ("header", "body"), [(b"Content-Length: 20", b"state=s3cr3t"), (b"Transfer-Encoding: chunked", b"state=s3cr3t\r\n")]
)
async def test_form_is_refused_when_its_end_does_not_come(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch, *, header: bytes, body: bytes
) -> None:
    monkeypatch.setattr(pages, "FORM_SECONDS", 0.1)
    with structlog.testing.capture_logs() as logs:
        async with _sent(visitor, FORM % visitor.url.encode() + header + b"\r\n\r\n", body) as reader:
            answer = (await reader.readuntil(b"</html>")).decode()
    assert " 408 " in answer.partition("\r\n")[0]
    assert _is_safe(answer), answer
    assert SECRET not in f"{answer}{logs}"


async def test_nobody_is_alarmed_when_a_browser_goes_away_in_the_middle_of_a_form(visitor: Visitor) -> None:
    with structlog.testing.capture_logs() as logs:
        async with _sent(visitor, FORM % visitor.url.encode() + b"Content-Length: 20\r\n\r\nstate="):
            pass
        await visitor.get("/")
    assert logs == []


async def test_user_is_served_and_nobody_alarmed_when_more_forms_begin_than_there_is_room_for(visitor: Visitor) -> None:
    port = int(visitor.url.rpartition(":")[2])
    form = FORM % visitor.url.encode() + b"Content-Length: 20\r\n\r\nstate="
    writers: list[asyncio.StreamWriter] = []

    async def begin(sent: bytes = form) -> asyncio.StreamReader:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(sent)
        writers.append(writer)
        return reader

    with structlog.testing.capture_logs() as logs:
        await asyncio.gather(*(begin() for _ in range(300)))
        await visitor.get("/")
        user = await begin(b"GET / HTTP/1.1\r\n")
        last = writers[-1]
        await asyncio.gather(*(begin() for _ in range(60)))
        last.write(b"Host: a\r\n\r\n")
        assert (await user.readline()).startswith(b"HTTP/1.1 200 ")
        for writer in writers:
            writer.close()
    assert logs == []
