"""Where Imgur's pictures are fetched from, by a host that hands out anything but pictures."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import aiohttp
import pytest
from aiohttp import web

from errors import PictureGoneError, PicturesBusyError, PictureUnavailableError, PictureWithheldError
from media.models import FetchedPicture
from media.picture import PictureSource
from tests.hurried import hurried
from web.server import serving

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]
PICTURE = b"\xff\xd8" + bytes(100_000)


def plain(status: int = 200, body: bytes = PICTURE, kind: str = "image/jpeg", **headers: str) -> Answer:
    async def answer(_request: web.Request) -> web.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return web.Response(status=status, body=body, content_type=kind, headers=named)

    return answer


async def short(request: web.Request) -> web.StreamResponse:
    """Less than was announced."""
    response = web.StreamResponse(headers={"Content-Length": "5000", "Content-Type": "image/jpeg"})
    await response.prepare(request)
    await response.write(b"x" * 100)
    assert request.transport is not None
    request.transport.close()
    return response


async def cut(request: web.Request) -> web.StreamResponse:
    """No length, and no end."""
    response = web.StreamResponse(headers={"Content-Type": "image/jpeg"})
    await response.prepare(request)
    await response.write(b"x" * 100)
    assert request.transport is not None
    request.transport.abort()
    return response


async def drops(request: web.Request) -> web.StreamResponse:
    """A byte now and then, for ever."""
    response = web.StreamResponse(headers={"Content-Type": "image/jpeg"})
    await response.prepare(request)
    while True:
        await response.write(b"x")
        await asyncio.sleep(10)


async def silence(_request: web.Request) -> web.StreamResponse:
    await asyncio.Event().wait()
    raise AssertionError


@asynccontextmanager
async def asked_of(answer: Answer, name: str = "abc1234.jpg") -> AsyncIterator[FetchedPicture]:
    app = web.Application()
    app.router.add_get("/{name:.*}", answer)
    async with (
        serving(app, "127.0.0.1", 0) as port,
        aiohttp.ClientSession() as session,
        PictureSource(session, f"http://127.0.0.1:{port}").fetch(name) as fetched,
    ):
        yield fetched


async def test_a_picture_is_there_whole_with_the_ending_of_what_it_is() -> None:
    async with asked_of(plain(kind="image/png")) as fetched:
        assert (fetched.ending, fetched.size) == (".png", len(PICTURE))
        assert fetched.file.read() == PICTURE


async def test_who_asks_is_not_a_library() -> None:
    agents: list[str | None] = []

    async def note(request: web.Request) -> web.StreamResponse:
        agents.append(request.headers.get("User-Agent"))
        return await plain()(request)

    async with asked_of(note):
        assert agents == ["imgur-discord-bot"]


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (plain(302, Location="https://i.imgur.com/removed.png"), PictureGoneError),
        (plain(302, Location="/removed.png"), PictureGoneError),
        (plain(404), PictureGoneError),
        (plain(410), PictureGoneError),
        (plain(301, Location="https://evil.example.org/x.jpg"), PictureWithheldError),
        (plain(302, Location="//evil.example.org/x.jpg"), PictureWithheldError),
        (plain(307, Location="http://127.0.0.1:1/internal"), PictureWithheldError),
        (plain(451), PictureWithheldError),
        (plain(204, b""), PictureWithheldError),
        (plain(206), PictureWithheldError),
        (plain(429), PicturesBusyError),
        (plain(503), PicturesBusyError),
        (plain(500), PictureUnavailableError),
        (plain(403), PictureUnavailableError),
        (plain(502, b"<html>", "text/html"), PictureUnavailableError),
        (plain(200, b"<html><script>alert(1)</script>", "text/html"), PictureUnavailableError),
        (plain(200, b"<svg/>", "image/svg+xml"), PictureUnavailableError),
        (plain(200, b"{}", "application/json"), PictureUnavailableError),
        (plain(200, b""), PictureUnavailableError),
        (plain(Content_Encoding="gzip"), PictureUnavailableError),
        (short, PictureUnavailableError),
        (cut, PictureUnavailableError),
    ],
    ids=lambda value: value.__name__ if callable(value) else "",
)
async def test_nothing_else_is_taken_for_one(answer: Answer, error: type[Exception]) -> None:
    with pytest.raises(PictureUnavailableError) as raised:
        async with asked_of(answer):
            pass
    assert type(raised.value) is error


@pytest.mark.parametrize(("asked", "seconds"), [("7", 7.0), ("", 10.0), ("soon", 10.0), ("-5", 10.0), ("1e9", 10.0)])
async def test_how_long_to_wait_is_what_imgur_says(asked: str, seconds: float) -> None:
    with pytest.raises(PicturesBusyError) as raised:
        async with asked_of(plain(429, Retry_After=asked)):
            pass
    assert raised.value.seconds == seconds


@pytest.mark.parametrize(("answer", "least", "most"), [(drops, 30, 60), (silence, 30, 60)])
def test_what_never_ends_is_given_up(answer: Answer, least: float, most: float) -> None:
    async def ask() -> float:
        loop = asyncio.get_running_loop()
        began = loop.time()
        with pytest.raises(PictureUnavailableError):
            async with asked_of(answer):
                pass
        return loop.time() - began

    assert least <= hurried(ask(), patience=0.05) < most


async def test_a_body_without_end_is_given_up_at_more_than_imgur_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("media.picture.MOST", 50_000)
    with pytest.raises(PictureWithheldError):
        async with asked_of(plain()):
            pass


@pytest.mark.parametrize("name", ["../../etc/passwd", "//evil.example.org/x.jpg", "http://evil.example.org/", "a?b#c"])
async def test_no_name_leads_elsewhere(name: str) -> None:
    seen: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        seen.append(request.host)
        return web.Response(body=PICTURE, content_type="image/jpeg")

    with contextlib.suppress(PictureUnavailableError):
        async with asked_of(answer, name):
            pass
    assert all(host.startswith("127.0.0.1:") for host in seen)
