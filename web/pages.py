"""The link pages: each handler checks, makes one service call and renders."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from urllib.parse import parse_qsl

from aiohttp import web

from errors import LoginForgedError
from locales.text import Duration, Moment
from services.attempt import cookie_name
from services.linking import Bound, Further, LinkingService, Progress
from services.login import LoginAnswer, OtherAccount
from web.cookies import forget, keep
from web.languages import in_language_of
from web.rendering import render
from web.security import PUBLIC_URL, let_scripts_ask

LINKING = web.AppKey("linking", LinkingService)

FORM_TYPE = "application/x-www-form-urlencoded"
MOST_FIELDS = 8
DONE_SECONDS = 3600
FORM_SECONDS = 10.0  # for all of a form to arrive: it has a few hundred bytes


async def home(_request: web.Request) -> web.Response:
    """What this address is."""
    return render("home.html")


async def landing(request: web.Request) -> web.Response:
    """Name the Discord account. Changes nothing but the browser's cookie."""
    page = await request.app[LINKING].landing(request.match_info["nonce"], request.cookies)
    if isinstance(page, Further):
        return _to_last_page(request, page.attempt_id)
    since = Moment(page.outage.since, "D") if page.outage else None
    with in_language_of(page.locale):
        response = render("landing.html", page=page, left=_left(page.expires_at), since=since)
    if page.cookie:
        keep(response, page.attempt_id, page.cookie, seconds=seconds_until(page.expires_at))
    return response


async def go_on(request: web.Request) -> web.Response:
    """Bind the attempt to this browser and send it to Imgur.

    By a page, not by a redirect: browsers hold `form-action` against every redirect that follows a form, wherever
    Imgur sends them on to.
    """
    bound = await request.app[LINKING].bind(request.match_info["nonce"], request.cookies)
    return _leaving(request, bound)


async def logged_in(request: web.Request) -> web.Response:
    """Where Discord sends the browser back to. It may do so twice, which is one login."""
    end = await request.app[LINKING].logged_in(_login_answer(request), request.cookies)
    if not isinstance(end, OtherAccount):
        return _to_last_page(request, end)
    with in_language_of(end.locale):
        return render(
            "login.html",
            status=web.HTTPForbidden.status_code,
            attempt_id=end.attempt_id,
            discord_name=end.discord_name,
            found=end.found,
            outcome="foreign",
            left=_left(end.expires_at),
        )


async def log_in(request: web.Request) -> web.Response:
    """Log in with Discord once more."""
    return _leaving(request, await request.app[LINKING].log_in(request.match_info["attempt_id"], request.cookies))


async def go_on_by_code(request: web.Request) -> web.Response:
    """Go on without a login: Discord would not have it."""
    attempt_id = request.match_info["attempt_id"]
    return _leaving(request, await request.app[LINKING].go_on_by_code(attempt_id, request.cookies))


async def confirm(request: web.Request) -> web.Response:
    """Link the account that the last page names."""
    attempt_id = request.match_info["attempt_id"]
    return _to_last_page(request, await request.app[LINKING].confirm(attempt_id, request.cookies))


async def callback(request: web.Request) -> web.Response:
    """Where Imgur sends the browser back to: a script takes over what the fragment holds.

    Without one, as after Back or a reload, the browser that has an attempt belongs on its last page.
    """
    if error := request.query.get("error"):
        state = request.query.get("state", "")
        return _to_last_page(request, await request.app[LINKING].refuse(error, state, request.cookies))
    return render("callback.html", last=await request.app[LINKING].reached(request.cookies))


async def receive(request: web.Request) -> web.Response:
    """Take what the script found, prove it, and go to the last page."""
    form = await read_form(request)
    linking, state = request.app[LINKING], form.get("state", "")
    if error := form.get("error"):
        return _to_last_page(request, await linking.refuse(error, state, request.cookies))
    return _to_last_page(request, await linking.receive(state, form.get(linking.brings, ""), request.cookies))


async def last(request: web.Request) -> web.Response:
    """Both accounts and the code, or what has become of them."""
    attempt_id = request.match_info["attempt_id"]
    page = await request.app[LINKING].last_page(attempt_id, request.cookies)
    with in_language_of(page.locale):
        response = render(
            f"{page.progress}.html",
            page=page,
            attempt_id=attempt_id,
            address=page.address,
            logs_in=False,
            discord_name=page.discord_name,
            found="",
            outcome=page.login,
            left=_left(page.expires_at),
            seconds=seconds_until(page.expires_at),
        )
    let_scripts_ask(response)
    if page.progress is Progress.LINKED:  # as long as the attempt is on record, "Linked" is what a reload says
        keep(response, attempt_id, request.cookies[cookie_name(attempt_id)], seconds=DONE_SECONDS)
    return response


async def progress(request: web.Request) -> web.Response:
    """What the last page would show now, in a word: it asks, and reloads when that has changed."""
    page = await request.app[LINKING].last_page(request.match_info["attempt_id"], request.cookies)
    return web.Response(text=page.progress)


async def stop(request: web.Request) -> web.Response:
    """End the attempt at its user's wish."""
    attempt_id = request.match_info["attempt_id"]
    stopped = await request.app[LINKING].stop(attempt_id, request.cookies)
    if isinstance(stopped, Further):
        return _to_last_page(request, stopped.attempt_id)
    with in_language_of(stopped.locale):
        response = render("stopped.html")
    forget(response, attempt_id)
    return response


async def read_form(request: web.Request) -> dict[str, str]:
    """Our own forms and nothing else; the application's size limit holds."""
    if request.content_type != FORM_TYPE or "Content-Encoding" in request.headers:
        raise web.HTTPUnsupportedMediaType
    try:
        async with asyncio.timeout(FORM_SECONDS):
            body = await request.read()
        fields = parse_qsl(body.decode(errors="replace"), max_num_fields=MOST_FIELDS)
    except TimeoutError as error:
        raise web.HTTPRequestTimeout from error
    except (ValueError, ConnectionError, RuntimeError, web.RequestPayloadError) as error:  # gone: any of the last three
        raise web.HTTPBadRequest from error
    form = dict(fields)
    if len(form) != len(fields):  # which of two is meant is not for us to say
        raise web.HTTPBadRequest
    return form


def _login_answer(request: web.Request) -> LoginAnswer:
    """What Discord put into the address. Raises LoginForgedError where it is not clear what."""
    query = request.query
    if any(len(query.getall(name, [])) > 1 for name in ("state", "code", "error", "iss")):
        raise LoginForgedError
    return LoginAnswer(query.get("state", ""), query.get("code", ""), query.get("error", ""), query.get("iss"))


def _leaving(request: web.Request, bound: Bound | Further) -> web.Response:
    """The page that goes on to Discord or Imgur by itself."""
    if isinstance(bound, Further):
        return _to_last_page(request, bound.attempt_id)
    with in_language_of(bound.locale):
        response = render("leaving.html", address=bound.authorize_url, logs_in=bound.logs_in)
    keep(response, bound.attempt_id, bound.cookie, seconds=seconds_until(bound.expires_at))
    return response


def _to_last_page(request: web.Request, attempt_id: str) -> web.Response:
    address = f"{request.app[PUBLIC_URL]}/linked/{attempt_id}"
    return web.Response(status=web.HTTPSeeOther.status_code, headers={"Location": address})


def seconds_until(until: datetime) -> int:
    """How long it is good for; none where it is over."""
    return max(int((until - datetime.now(UTC)).total_seconds()), 0)


def _left(until: datetime) -> Duration:
    return Duration(seconds_until(until))
