"""The link pages: each handler checks, makes one service call and renders."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from urllib.parse import parse_qsl

from aiohttp import web

from services.linking import Further, LinkingService
from services.messages import duration
from web.cookies import forget, keep
from web.rendering import render
from web.security import let_scripts_ask

LINKING = web.AppKey("linking", LinkingService)
PUBLIC_URL = web.AppKey("public_url", str)

FORM_TYPE = "application/x-www-form-urlencoded"
MOST_FIELDS = 8
FORM_SECONDS = 10.0  # for all of a form to arrive: it has a few hundred bytes


async def home(_request: web.Request) -> web.Response:
    """What this address is."""
    return render("home.html")


async def landing(request: web.Request) -> web.Response:
    """Name the Discord account. Reads only."""
    page = await request.app[LINKING].landing(request.match_info["nonce"], request.cookies)
    if isinstance(page, Further):
        return _to_last_page(request, page.attempt_id)
    return render("landing.html", page=page, left=_left(page.expires_at))


async def go_on(request: web.Request) -> web.Response:
    """Bind the attempt to this browser and send it to Imgur.

    By a page, not by a redirect: browsers hold `form-action` against every redirect that follows a form, wherever
    Imgur sends them on to.
    """
    bound = await request.app[LINKING].bind(request.match_info["nonce"], request.cookies)
    if isinstance(bound, Further):
        return _to_last_page(request, bound.attempt_id)
    response = render("leaving.html", address=bound.authorize_url)
    keep(response, bound.attempt_id, bound.cookie, seconds=_seconds(bound.expires_at))
    return response


async def callback(request: web.Request) -> web.Response:
    """Where Imgur sends the browser back to: a script takes over what the fragment holds."""
    if error := request.query.get("error"):
        state = request.query.get("state", "")
        return _to_last_page(request, await request.app[LINKING].refuse(error, state, request.cookies))
    return render("callback.html")


async def receive(request: web.Request) -> web.Response:
    """Take what the script found, prove it, and go to the last page."""
    form = await _form(request)
    linking, state = request.app[LINKING], form.get("state", "")
    if error := form.get("error"):
        return _to_last_page(request, await linking.refuse(error, state, request.cookies))
    return _to_last_page(request, await linking.receive(state, form.get("refresh_token", ""), request.cookies))


async def last(request: web.Request) -> web.Response:
    """Both accounts and the code, or what has become of them."""
    page = await request.app[LINKING].last_page(request.match_info["attempt_id"], request.cookies)
    response = render(
        f"{page.progress}.html",
        page=page,
        attempt_id=request.match_info["attempt_id"],
        left=_left(page.expires_at),
        seconds=_seconds(page.expires_at),
    )
    let_scripts_ask(response)
    return response


async def progress(request: web.Request) -> web.Response:
    """What the last page would show now, in a word: it asks, and reloads when that has changed."""
    page = await request.app[LINKING].last_page(request.match_info["attempt_id"], request.cookies)
    return web.Response(text=page.progress)


async def stop(request: web.Request) -> web.Response:
    """End the attempt at its user's wish."""
    attempt_id = request.match_info["attempt_id"]
    await request.app[LINKING].stop(attempt_id, request.cookies)
    response = render("stopped.html")
    forget(response, attempt_id)
    return response


async def _form(request: web.Request) -> dict[str, str]:
    """Our own forms and nothing else; the application's size limit holds."""
    if request.content_type != FORM_TYPE or "Content-Encoding" in request.headers:
        raise web.HTTPUnsupportedMediaType
    try:
        async with asyncio.timeout(FORM_SECONDS):
            body = await request.read()
        return dict(parse_qsl(body.decode(errors="replace"), max_num_fields=MOST_FIELDS))
    except TimeoutError as error:
        raise web.HTTPRequestTimeout from error
    except (ValueError, ConnectionError, RuntimeError, web.RequestPayloadError) as error:  # gone: any of the last three
        raise web.HTTPBadRequest from error


def _to_last_page(request: web.Request, attempt_id: str) -> web.Response:
    address = f"{request.app[PUBLIC_URL]}/linked/{attempt_id}"
    return web.Response(status=web.HTTPSeeOther.status_code, headers={"Location": address})


def _seconds(until: datetime) -> int:
    return max(int((until - datetime.now(UTC)).total_seconds()), 0)


def _left(until: datetime) -> str:
    return duration(_seconds(until))
