"""The cookie that binds a browser to an attempt, or to a backup."""

from __future__ import annotations

from aiohttp import web

from services.attempt import cookie_name


def keep(response: web.StreamResponse, attempt_id: str, cookie: str, *, seconds: int) -> None:
    """Have the browser carry the one of an attempt."""
    keep_named(response, cookie_name(attempt_id), cookie, seconds=seconds)


def keep_named(response: web.StreamResponse, name: str, cookie: str, *, seconds: int) -> None:
    """Have the browser carry it: to this host alone, over a safe line, out of scripts' reach."""
    response.set_cookie(name, cookie, max_age=seconds, path="/", secure=True, httponly=True, samesite="Lax")


def forget(response: web.StreamResponse, attempt_id: str) -> None:
    """Have the browser drop it: the attempt is over."""
    response.del_cookie(cookie_name(attempt_id), path="/", secure=True, httponly=True, samesite="Lax")
