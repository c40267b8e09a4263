"""Answers byte by byte, where every word of them is read by a browser or by whoever runs the bot."""

from __future__ import annotations

import asyncio

import aiohttp
import pytest
from aiohttp import web

from services.linking import LinkingService
from tests.visitor import Visitor
from web import cookies
from web.admin import create_admin_app
from web.public import create_public_app
from web.server import serving

COOKIE = "__Host-imgur-link-a1b2"


def test_cookie_is_kept_and_forgotten_by_these_very_lines() -> None:
    response = web.Response()
    cookies.keep(response, "a1b2", "made-up", seconds=599)
    assert response.cookies[COOKIE].OutputString() == (
        f"{COOKIE}=made-up; HttpOnly; Max-Age=599; Path=/; SameSite=Lax; Secure"
    )
    cookies.forget(response, "a1b2")
    assert response.cookies[COOKIE].OutputString() == (
        f'{COOKIE}=""; expires=Thu, 01 Jan 1970 00:00:00 GMT; HttpOnly; Max-Age=0; Path=/; SameSite=Lax; Secure'
    )


@pytest.mark.parametrize(
    ("path", "obstacles", "status", "said"),
    [
        ("/healthz", ["no gateway"], 200, '{"status": "ok"}'),
        ("/readyz", [], 200, '{"status": "ready"}'),
        (
            "/readyz",
            ["no gateway", "shutting down"],
            503,
            '{"status": "not ready", "reasons": ["no gateway", "shutting down"]}',
        ),
    ],
)
async def test_health_is_told_in_these_very_words(path: str, obstacles: list[str], status: int, said: str) -> None:
    async def found() -> list[str]:
        return obstacles

    async with serving(create_admin_app(found), "127.0.0.1", 0) as port, aiohttp.ClientSession() as session:
        answer = await Visitor(session, f"http://127.0.0.1:{port}").get(path)
    assert (answer.status, answer.text) == (status, said)
    assert (answer.headers["Cache-Control"], answer.headers["Content-Type"]) == (
        "no-store",
        "application/json; charset=utf-8",
    )


async def test_users_are_served_where_nothing_says_otherwise() -> None:
    async with serving(create_admin_app(), "127.0.0.1", 0) as port, aiohttp.ClientSession() as session:
        assert (await Visitor(session, f"http://127.0.0.1:{port}").get("/readyz")).status == 200


async def test_long_answer_arrives_whole_at_a_reader_that_is_slow_to_begin() -> None:
    async def long(_request: web.Request) -> web.Response:
        return web.Response(body=bytes(16_000_000))

    app = web.Application()
    app.add_routes([web.get("/", long)])
    async with serving(app, "127.0.0.1", 0) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        await reader.readuntil(b"\r\n\r\n")
        await asyncio.sleep(0.05)  # by now nothing more fits between the two
        async with asyncio.timeout(20):
            assert len(await reader.readexactly(16_000_000)) == 16_000_000
        writer.write(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        async with asyncio.timeout(20):
            assert len(await reader.read(-1)) > 16_000_000
        writer.close()


SAFETY = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'none'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cache-Control": "no-store",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), clipboard-write=(self), geolocation=(), microphone=(), payment=(), usb=()",
    "Referrer-Policy": "same-origin",
    "Server": "link-pages",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "X-Robots-Tag": "noindex",
}
TYPES = {
    "/": "text/html; charset=utf-8",
    "/nothing": "text/html; charset=utf-8",
    "/static/callback.js": "text/javascript; charset=utf-8",
    "/static/last.js": "text/javascript; charset=utf-8",
    "/static/style.css": "text/css; charset=utf-8",
    "/static/icon.svg": "image/svg+xml; charset=utf-8",
}


@pytest.mark.parametrize("scheme", ["http", "https"])
async def test_every_header_of_the_pages_is_as_promised(linking: LinkingService, scheme: str) -> None:
    """Stated here, as a test over the code's own table would follow it."""
    strict = {"Strict-Transport-Security": "max-age=31536000"} if scheme == "https" else {}
    app = create_public_app(linking, public_url=f"{scheme}://link.example.org")
    async with serving(app, "127.0.0.1", 0) as port, aiohttp.ClientSession() as session:
        found = {path: (await Visitor(session, f"http://127.0.0.1:{port}").get(path)).headers for path in TYPES}
    for path, headers in found.items():
        sent = {name: value for name, value in headers.items() if name not in {"Date", "Content-Length", "Connection"}}
        assert sent == SAFETY | strict | {"Content-Type": TYPES[path]}, path


@pytest.mark.parametrize(
    ("method", "status"), [("GET", 200), ("HEAD", 200), ("OPTIONS", 405), ("POST", 403), ("PUT", 403)]
)
async def test_another_site_may_look_and_do_nothing(linking: LinkingService, method: str, status: int) -> None:
    app = create_public_app(linking, public_url="http://link.example.org")
    async with serving(app, "127.0.0.1", 0) as port, aiohttp.ClientSession() as session:
        visitor = Visitor(session, f"http://127.0.0.1:{port}")
        answer = await visitor.request(method, "/", headers={"Origin": "https://evil.example.org"})
    assert answer.status == status


async def test_browser_that_carries_too_many_cookies_is_told_what_to_do(linking: LinkingService) -> None:
    app = create_public_app(linking, public_url="http://link.example.org")
    async with serving(app, "127.0.0.1", 0) as port, aiohttp.ClientSession() as session:
        visitor = Visitor(session, f"http://127.0.0.1:{port}")
        answer = await visitor.request(
            "GET", "/", headers={"Cookie": "; ".join(f"a{n}={'x' * 1000}" for n in range(9))}
        )
    assert answer.status == 400
    assert "delete the cookies of this site" in answer.text
