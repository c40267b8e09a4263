"""Answers byte by byte, where every word of them is read by a browser or by whoever runs the bot."""

from __future__ import annotations

import aiohttp
import pytest
from aiohttp import web

from tests.visitor import Visitor
from web import cookies
from web.admin import create_admin_app
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
