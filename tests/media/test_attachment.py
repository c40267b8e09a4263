from __future__ import annotations

import asyncio
import gzip
import logging
from collections.abc import AsyncIterator
from contextlib import suppress

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from errors import AttachmentGoneError, AttachmentNotPassedOnError, AttachmentUnavailableError, FileEndlessError
from media import attachment, spool
from media.attachment import HttpAttachmentSource
from media.memory import MemoryFile
from media.models import HEAD_BYTES, IncomingFile, OpenedFile

BODY = bytes(range(256)) * 4096  # 1 MiB
SIGNATURE = "hm=0123456789abcdef"
NOBODY = "http://127.0.0.1:1"


class FileHost:
    """Serves BODY in the ways that matter; keeps the headers it was asked with."""

    def __init__(self) -> None:
        self.asked: list[web.Request] = []
        self.forever = asyncio.Event()

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request)
        match request.match_info["way"]:
            case "parts" | "slow-parts" | "no-parts" as way:
                return await self.part(request, way)
            case "whole":
                return web.Response(body=BODY[: int(request.query.get("size", len(BODY)))])
            case "compressed":
                return web.Response(body=gzip.compress(BODY), headers={"Content-Encoding": "gzip"})
            case "moved":
                return web.Response(status=302, headers={"Location": "/whole"})
            case status if status.isdecimal():
                return web.Response(status=int(status))
            case way:
                return await self.broken(request, way)

    async def part(self, request: web.Request, way: str) -> web.StreamResponse:
        if "Range" not in request.headers:
            return web.Response(body=BODY)
        if way == "slow-parts":
            await self.forever.wait()
        return web.Response(body=BODY[request.http_range], status=416 if way == "no-parts" else 206)

    async def broken(self, request: web.Request, way: str) -> web.StreamResponse:
        response = web.StreamResponse()
        if way not in {"chunked", "late"}:
            response.content_length = len(BODY)
        if way == "late":
            await self.forever.wait()
        await response.prepare(request)
        if way == "chunked":
            await response.write(BODY)
            return response
        if way in {"cut", "stalled"}:
            await response.write(BODY[: len(BODY) // 2])
        if way.startswith("drops"):
            await response.write(BODY[: HEAD_BYTES * (way == "drops")])
            with suppress(ConnectionError):
                while not self.forever.is_set():
                    await response.write(b"x")
                    await asyncio.sleep(0.02)
        if way.startswith("stalled"):
            await self.forever.wait()
        assert request.transport
        request.transport.close()
        return response


@pytest.fixture
def host() -> FileHost:
    return FileHost()


@pytest.fixture
async def address(host: FileHost) -> AsyncIterator[str]:
    app = web.Application()
    app.router.add_get("/{way}", host.answer)
    server = TestServer(app)
    await server.start_server(access_log=None)
    yield str(server.make_url("/"))
    host.forever.set()
    await server.close()


@pytest.fixture
async def source(address: str) -> AsyncIterator[HttpAttachmentSource]:
    async with aiohttp.ClientSession() as session:
        yield HttpAttachmentSource(session, origins={address[:-1], NOBODY})


@pytest.fixture
async def hasty(address: str) -> AsyncIterator[HttpAttachmentSource]:
    """A source that waits for hardly anything; on a busy machine not even for what comes."""
    timeout = aiohttp.ClientTimeout(total=None, connect=5, sock_read=0.2)
    async with aiohttp.ClientSession() as session:
        yield HttpAttachmentSource(session, origins={address[:-1], NOBODY}, timeout=timeout, patience=0.3)


async def read(opened: OpenedFile) -> list[bytes]:
    return [chunk async for chunk in opened.chunks()]


@pytest.mark.parametrize("size", [0, 1, HEAD_BYTES - 1, HEAD_BYTES, HEAD_BYTES + 1, len(BODY)])
async def test_file_comes_whole_with_its_head_first(source: HttpAttachmentSource, address: str, size: int) -> None:
    file = IncomingFile("cat.png", 77, f"{address}whole?size={size}&{SIGNATURE}")
    async with source.open(file) as opened:
        assert (opened.size, opened.head) == (size, BODY[: min(size, HEAD_BYTES)])
        chunks = await read(opened)
    assert b"".join(chunks) == BODY[:size]
    assert all(0 < len(chunk) <= 256 * 1024 for chunk in chunks)


@pytest.mark.parametrize(
    ("way", "given"), [("parts", True), ("whole", False), ("slow-parts", False), ("no-parts", False)]
)
async def test_a_part_is_looked_at_beside_the_reading(
    source: HttpAttachmentSource,
    address: str,
    host: FileHost,
    way: str,
    given: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if way == "slow-parts":
        monkeypatch.setattr(attachment, "LOOK_SECONDS", 1.0)
    async with source.open(IncomingFile("cat.png", 77, f"{address}{way}?{SIGNATURE}")) as opened:
        async with asyncio.timeout(20):  # sooner than the reading itself is given up
            assert await opened.look(900_000) == (BODY[900_000:][:HEAD_BYTES] if given else b"")
        assert b"".join(await read(opened)) == BODY
    first, second = host.asked
    assert "Range" not in first.headers
    assert second.headers["Range"] == f"bytes=900000-{900_000 + HEAD_BYTES - 1}"
    assert second.raw_path == first.raw_path


async def test_announced_size_stands_in_where_the_answer_has_none(source: HttpAttachmentSource, address: str) -> None:
    async with source.open(IncomingFile("cat.png", len(BODY), f"{address}chunked")) as opened:
        assert opened.size == len(BODY)
        assert b"".join(await read(opened)) == BODY


async def test_a_size_that_nobody_tells_is_found_out_before_it_is_said(
    source: HttpAttachmentSource, address: str
) -> None:
    async with source.open(IncomingFile("cat.png", 0, f"{address}chunked")) as opened:
        assert (opened.size, opened.head) == (len(BODY), BODY[:HEAD_BYTES])
        assert await opened.look(900_000) == BODY[900_000:][:HEAD_BYTES]
        chunks = await read(opened)
        assert b"".join(chunks) == BODY
        assert b"".join(await read(opened)) == BODY
    assert all(0 < len(chunk) <= 256 * 1024 for chunk in chunks)


async def test_what_has_no_size_and_no_end_is_given_up_at_the_limit(
    source: HttpAttachmentSource, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spool, "STILL_LIMIT", len(BODY) - 1)
    with pytest.raises(FileEndlessError) as endless:
        async with source.open(IncomingFile("cat.png", 0, f"{address}chunked")):
            pytest.fail("it was opened")
    assert (endless.value.limit, endless.value.video) == (len(BODY) - 1, False)


async def test_asks_for_the_signed_address_as_it_is_and_uncompressed(
    source: HttpAttachmentSource, address: str, host: FileHost
) -> None:
    async with source.open(IncomingFile("cat.png", 1, f"{address}whole?size=1&a=%2b%7E&{SIGNATURE}")):
        pass
    assert host.asked[0].raw_path == f"/whole?size=1&a=%2b%7E&{SIGNATURE}"
    assert host.asked[0].headers["Accept-Encoding"] == "identity"
    assert "Authorization" not in host.asked[0].headers


@pytest.mark.parametrize(
    ("given_query", "asked"),
    [
        (f"size=1&n=a b&{SIGNATURE}", f"size=1&n=a%20b&{SIGNATURE}"),
        (f'size=1&n=猫"<>\\^`{{|}}[]&{SIGNATURE}', f"size=1&n=%E7%8C%AB%22%3C%3E%5C%5E%60%7B%7C%7D%5B%5D&{SIGNATURE}"),
        (f"size=1&n=5%&m=%zz&{SIGNATURE}%2f~%7E", f"size=1&n=5%25&m=%25zz&{SIGNATURE}%2f~%7E"),
        (f"size=1&n=\r\nHost: x\t&{SIGNATURE}", f"size=1&n=%0D%0AHost:%20x%09&{SIGNATURE}"),
    ],
)
async def test_quotes_what_an_address_may_not_hold_and_leaves_the_signature_alone(
    source: HttpAttachmentSource, address: str, host: FileHost, given_query: str, asked: str
) -> None:
    async with source.open(IncomingFile("cat.png", 1, f"{address}whole?{given_query}")) as opened:
        assert opened.size == 1
    assert host.asked[0].raw_path == f"/whole?{asked}"


@pytest.mark.parametrize(
    "way",
    [
        *("401", "403", "404", "410"),
        *("429", "500", "503", "204", "moved", "compressed", "refused"),
    ],
)
async def test_file_that_cannot_be_opened_is_gone_only_where_discord_says_so(
    source: HttpAttachmentSource, address: str, host: FileHost, way: str
) -> None:
    url = f"{NOBODY}/cat.png" if way == "refused" else f"{address}{way}"
    with pytest.raises(AttachmentUnavailableError) as gone:
        async with source.open(IncomingFile("cat.png", 1, f"{url}?{SIGNATURE}")):
            pytest.fail("it was opened")
    assert isinstance(gone.value, AttachmentGoneError) is (way in {"401", "403", "404", "410"})
    assert "127.0.0.1" not in str(gone.value)
    assert gone.value.__cause__ is None  # what it came from may name the address
    assert len(host.asked) == (way != "refused")


@pytest.mark.parametrize("way", ["late", "stalled-head", "drops-head"])
async def test_file_that_does_not_begin_to_come_cannot_be_opened(
    hasty: HttpAttachmentSource, address: str, host: FileHost, way: str
) -> None:
    with pytest.raises(AttachmentUnavailableError) as unavailable:
        async with hasty.open(IncomingFile("cat.png", 1, f"{address}{way}?{SIGNATURE}")):
            pytest.fail("it was opened")
    assert type(unavailable.value) is AttachmentUnavailableError
    assert "127.0.0.1" not in str(unavailable.value)
    assert unavailable.value.__cause__ is None
    assert len(host.asked) == 1


async def test_file_that_outlasts_a_total_timeout_is_unavailable(address: str) -> None:
    async with aiohttp.ClientSession() as session:
        source = HttpAttachmentSource(session, origins={address[:-1]}, timeout=aiohttp.ClientTimeout(total=0.1))
        with pytest.raises(AttachmentUnavailableError):
            async with source.open(IncomingFile("cat.png", 1, f"{address}late")):
                pytest.fail("it was opened")


async def test_file_that_breaks_off_is_unavailable_while_it_is_read(source: HttpAttachmentSource, address: str) -> None:
    async with source.open(IncomingFile("cat.png", 1, f"{address}cut?{SIGNATURE}")) as opened:
        assert opened.size == len(BODY)
        with pytest.raises(AttachmentUnavailableError):
            await read(opened)


@pytest.mark.parametrize("way", ["stalled", "drops"])
async def test_file_that_no_longer_comes_is_unavailable_while_it_is_read(
    hasty: HttpAttachmentSource, address: str, way: str
) -> None:
    sizes: list[int] = []

    async def open_and_read() -> None:
        async with hasty.open(IncomingFile("cat.png", 1, f"{address}{way}?{SIGNATURE}")) as opened:
            sizes.append(opened.size)
            await read(opened)

    for _ in range(30):
        with pytest.raises(AttachmentUnavailableError):
            await open_and_read()
        if sizes:  # it was opened in time
            break
    assert sizes == [len(BODY)]


@pytest.mark.parametrize(
    "url",
    [
        "http://cdn.discordapp.com/cat.png",
        "https://cdn.discordapp.com.evil.example/cat.png",
        "https://evil.example/cdn.discordapp.com",
        "https://cdn.discordapp.com@evil.example/cat.png",
        "https://evil.example#@cdn.discordapp.com/",
        "https://someone@cdn.discordapp.com/cat.png",
        "https://:word@cdn.discordapp.com/cat.png",
        "https://cdn.discordapp.com:8443/cat.png",
        "https://cdn.discordapp.com:80/cat.png",
        "//cdn.discordapp.com/cat.png",
        "https://images.discordapp.net/cat.png",
        "https://169.254.169.254/latest/meta-data",
        "https://localhost/",
        "file:///etc/passwd",
        "https://[::1/",
        "",
    ],
)
async def test_other_addresses_than_discords_are_never_asked(url: str) -> None:
    async def refuse(_session: aiohttp.ClientSession, _context: object, _params: object) -> None:
        pytest.fail("it was asked")

    tracing = aiohttp.TraceConfig()
    tracing.on_request_start.append(refuse)
    async with aiohttp.ClientSession(trace_configs=[tracing]) as session:
        with pytest.raises(AttachmentUnavailableError):
            async with HttpAttachmentSource(session).open(IncomingFile("cat.png", 1, url)):
                pytest.fail("it was opened")


@pytest.mark.parametrize(
    ("url", "may"),
    [
        ("https://cdn.discordapp.com/attachments/1/2/a.png?ex=1", True),
        ("https://media.discordapp.net/stickers/1.gif", True),
        ("https://images-ext-1.discordapp.net/external/a/https/example.com/a b.png", True),
        ("https://images-ext-42.discordapp.net/external/a", True),
        ("https://images-ext-2.discordapp.net:443/external/a", True),
        ("http://images-ext-1.discordapp.net/external/a", False),
        ("https://images-ext-1.discordapp.net:8443/external/a", False),
        ("https://images-ext-.discordapp.net/external/a", False),
        ("https://images-ext-1.discordapp.com/external/a", False),
        ("https://images-ext-1.discordapp.net.example.com/a", False),
        ("https://images-ext-1.discordapp.net./a", False),
        ("https://x.images-ext-1.discordapp.net/a", False),
        ("https://images-ext-1.discordapp.net@example.com/a", False),
        ("https://user@images-ext-1.discordapp.net/a", False),
        ("https://example.com/https://images-ext-1.discordapp.net/a", False),
        ("https://images-ext-1\u00a7.discordapp.net/a", False),
        ("images-ext-1.discordapp.net/a", False),
        ("//images-ext-1.discordapp.net/a", False),
        ("https://[", False),
        ("https://[]@", False),
        ("", False),
    ],
)
async def test_discord_s_own_hosts_are_reached_and_no_other_by_any_spelling(url: str, may: bool) -> None:
    asked: list[str] = []

    async def refuse(
        _session: aiohttp.ClientSession, _context: object, params: aiohttp.TraceRequestStartParams
    ) -> None:
        asked.append(params.url.host or "")
        raise OSError("no way out of here")

    tracing = aiohttp.TraceConfig()
    tracing.on_request_start.append(refuse)
    async with aiohttp.ClientSession(trace_configs=[tracing]) as session:
        source = HttpAttachmentSource(session)
        assert source.reaches(url) is may
        with pytest.raises(AttachmentUnavailableError):
            async with source.open(IncomingFile("cat.png", 1, url)):
                pytest.fail("it was opened")
    assert bool(asked) is may


async def test_a_proxy_that_passes_it_on_in_no_form_has_words_of_its_own(
    source: HttpAttachmentSource, address: str
) -> None:
    with pytest.raises(AttachmentNotPassedOnError):
        async with source.open(IncomingFile("cat.png", 1, f"{address}415")):
            pytest.fail("it was opened")


async def test_an_unread_file_is_let_go(source: HttpAttachmentSource, address: str) -> None:
    async with source.open(IncomingFile("cat.png", 1, f"{address}stalled")) as opened:
        assert len(opened.head) == HEAD_BYTES
    async with source.open(IncomingFile("cat.png", 1, f"{address}whole")) as opened:
        assert b"".join(await read(opened)) == BODY


async def test_errors_of_the_reader_pass_unchanged(source: HttpAttachmentSource, address: str) -> None:
    with pytest.raises(ValueError, match="the reader's own"):
        async with source.open(IncomingFile("cat.png", 1, f"{address}whole")):
            raise ValueError("the reader's own")


async def test_signed_address_reaches_no_log_and_no_traceback(
    source: HttpAttachmentSource, address: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    file = IncomingFile("cat.png", 1, f"{address}cut?{SIGNATURE}")
    with suppress(AttachmentUnavailableError):
        async with source.open(file) as opened:
            try:
                await read(opened)
            except AttachmentUnavailableError:
                logging.getLogger("test").exception("it broke off: %r", file)
    assert "it broke off" in caplog.text
    assert SIGNATURE not in caplog.text


@pytest.mark.parametrize("size", [0, 1, HEAD_BYTES + 1, len(BODY)])
async def test_file_in_memory_has_the_same_shape(size: int) -> None:
    opened: OpenedFile = MemoryFile(BODY[:size])
    assert (opened.size, opened.head) == (size, BODY[: min(size, HEAD_BYTES)])
    assert b"".join(await read(opened)) == BODY[:size]
    assert repr(opened) == "MemoryFile()"
