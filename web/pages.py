"""The link pages: each handler checks, makes one service call and renders."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from urllib.parse import parse_qsl

from aiohttp import web
from aiohttp_jinja2 import render_template

from services.linking import LinkingService
from services.messages import duration
from web.cookies import forget, keep

LINKING = web.AppKey("linking", LinkingService)
PUBLIC_URL = web.AppKey("public_url", str)

FORM_TYPE = "application/x-www-form-urlencoded"
MOST_FIELDS = 8
FORM_SECONDS = 10.0  # for all of a form to arrive: it has a few hundred bytes


async def home(request: web.Request) -> web.Response:
    """What this address is."""
    return render_template("home.html", request, {})


async def landing(request: web.Request) -> web.Response:
    """Name the Discord account. Reads only."""
    page = await request.app[LINKING].landing(request.match_info["nonce"])
    return render_template("landing.html", request, {"page": page, "left": _left(page.expires_at)})


async def go_on(request: web.Request) -> web.Response:
    """Bind the attempt to this browser and send it to Imgur."""
    bound = await request.app[LINKING].bind(request.match_info["nonce"], request.cookies)
    response = _see_other(bound.authorize_url)
    keep(response, bound.attempt_id, bound.cookie, seconds=_seconds(bound.expires_at))
    return response


async def callback(request: web.Request) -> web.Response:
    """Where Imgur sends the browser back to: a script takes over what the fragment holds."""
    error = request.query.get("error")
    if error:
        request.app[LINKING].refuse(error)
    return render_template("callback.html", request, {})


async def receive(request: web.Request) -> web.Response:
    """Take what the script found, prove it, and go to the page with the code."""
    form = await _form(request)
    linking = request.app[LINKING]
    if error := form.get("error"):
        linking.refuse(error)
    attempt_id = await linking.receive(form.get("state", ""), form.get("refresh_token", ""), request.cookies)
    return _see_other(f"{request.app[PUBLIC_URL]}/linked/{attempt_id}")


async def confirm(request: web.Request) -> web.Response:
    """Both accounts and the code."""
    attempt_id = request.match_info["attempt_id"]
    page = await request.app[LINKING].confirm_page(attempt_id, request.cookies)
    context = {"page": page, "attempt_id": attempt_id, "left": _left(page.expires_at)}
    return render_template("confirm.html", request, context)


async def stop(request: web.Request) -> web.Response:
    """End the attempt at its user's wish."""
    attempt_id = request.match_info["attempt_id"]
    await request.app[LINKING].stop(attempt_id, request.cookies)
    response = render_template("stopped.html", request, {})
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
    except (ValueError, ConnectionError, web.RequestPayloadError) as error:
        raise web.HTTPBadRequest from error


def _see_other(address: str) -> web.Response:
    return web.Response(status=web.HTTPSeeOther.status_code, headers={"Location": address})


def _seconds(until: datetime) -> int:
    return max(int((until - datetime.now(UTC)).total_seconds()), 0)


def _left(until: datetime) -> str:
    return duration(_seconds(until))
