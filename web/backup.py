"""The pages of a backup: proved like a link, then its parts as files that are made while they are sent."""

from __future__ import annotations

import asyncio
from functools import partial
from http import HTTPStatus

import structlog
from aiohttp import web

from errors import BackupOverError, BackupStalledError
from locales.text import Duration
from services.data import BackupPage, BackupService, BackupStep, Part, PartIndex, Streams, backup_cookie
from web.connection import Connection
from web.cookies import keep_named
from web.languages import in_language_of
from web.pages import read_form, seconds_until
from web.rendering import drawn, render
from web.security import PUBLIC_URL, let_scripts_ask

BACKUPS = web.AppKey("backups", BackupService)
STREAMS = web.AppKey("streams", Streams)

PAUSE_SECONDS = 120.0
"""For which a download may be paused, or a train be in a tunnel."""
LOOK_EVERY = 0.5
"""Seconds after which it is noticed that nobody is there any more for whom a part is made."""

log = structlog.get_logger(__name__)


async def landing(request: web.Request) -> web.Response:
    """Name the Discord account. Changes nothing but the browser's cookie."""
    page = await request.app[BACKUPS].landing(request.match_info["nonce"], request.cookies)
    if page.step is not None:
        return _to_page(request, page)
    with in_language_of(page.locale):
        response = render("backup_landing.html", page=page, left=_left(page))
    return _kept(response, page)


async def go_on(request: web.Request) -> web.Response:
    """Bind it to this browser, and on to its page."""
    page = await request.app[BACKUPS].bind(request.match_info["nonce"], request.cookies)
    return _kept(_to_page(request, page), page)


async def show(request: web.Request) -> web.Response:
    """The code, the choice, or the parts."""
    page = await request.app[BACKUPS].page(request.match_info["backup_id"], request.cookies)
    streams = request.app[STREAMS]
    running = streams.progress(page.id)
    with in_language_of(page.locale):
        response = render(
            f"backup_{page.step}.html",
            page=page,
            running=running,
            ends=streams.ends(page.id),
            left=_left(page),
            seconds=seconds_until(page.expires_at),
            word=_word(page, streams),
        )
    let_scripts_ask(response)
    return response if page.step is BackupStep.CODE else _kept(response, page, request)


async def progress(request: web.Request) -> web.Response:
    """What the page would show now, in a word: it asks, and reloads when that has changed."""
    page = await request.app[BACKUPS].page(request.match_info["backup_id"], request.cookies)
    return web.Response(text=_word(page, request.app[STREAMS]))


async def choose(request: web.Request) -> web.Response:
    """Fix what is in it."""
    backup_id = request.match_info["backup_id"]
    form = await read_form(request)
    await request.app[BACKUPS].choose(backup_id, request.cookies, list(form))
    return _see_other(request, backup_id)


async def part(request: web.Request) -> web.StreamResponse:
    """A part, as it is made. What goes wrong in the middle ends the connection: no browser takes it for a whole one."""
    number = int(request.match_info["number"])
    streams = request.app[STREAMS]
    async with streams.open(request.match_info["backup_id"], number, request.cookies) as opened:
        response = web.StreamResponse(
            headers={
                "Content-Type": "application/zip",
                "Content-Disposition": f'attachment; filename="{opened.name}"',
                "X-Accel-Buffering": "no",  # nginx would keep a gigabyte in a file of its own, and then stop
            }
        )
        sending = asyncio.create_task(_send(request, response, streams, opened))
        try:
            await _watched(request, sending)
        finally:
            sending.cancel()
            await asyncio.wait({sending})
            if sending.cancelled() or sending.exception() is not None:
                _cut(request, None if sending.cancelled() else sending.exception())
    return response


async def _watched(request: web.Request, sending: asyncio.Task[None]) -> None:
    """As long as it is sent and somebody is there; it may take longer than any other answer."""
    connection = request.protocol
    if isinstance(connection, Connection):
        connection.be_patient(PAUSE_SECONDS)
    while not sending.done():
        await asyncio.wait({sending}, timeout=LOOK_EVERY)
        if request.transport is None or request.transport.is_closing():
            return
        if isinstance(connection, Connection):
            connection.goes_on()


async def _send(request: web.Request, response: web.StreamResponse, streams: Streams, opened: Part) -> None:
    await response.prepare(request)
    async with streams.chunks(opened, partial(_index, opened)) as chunks:
        async for chunk in chunks:
            await response.write(chunk)
    await response.write_eof()


def _cut(request: web.Request, error: BaseException | None) -> None:
    """End the connection without the end of the file."""
    if error is not None and not isinstance(error, BackupOverError | BackupStalledError | ConnectionError):
        log.error("a backup was cut off", exc_info=error)
    if isinstance(request.protocol, Connection):
        request.protocol.cut()
    elif request.transport is not None:
        request.transport.abort()


def _index(opened: Part, index: PartIndex) -> bytes:
    """The page by which a part is browsed, from a disk."""
    with in_language_of(opened.backup.locale):
        return drawn("backup_index.html", index=index).encode()


def _word(page: BackupPage, streams: Streams) -> str:
    """Another one whenever the page would show something else; of a part that is under way, every tenth.

    While lists are read, a page on which something may be ticked already is left alone until one has been.
    """
    running, ends = streams.progress(page.id), streams.ends(page.id)
    at = f"{running[0]}.{10 * running[1] // max(running[2], 1)}" if running else ""
    came = ",".join(f"{number}.{end}" for number, end in sorted(ends.items()))
    return f"{page.step}:{len(page.reading)}:{at}:{came}"


def _kept(response: web.Response, page: BackupPage, request: web.Request | None = None) -> web.Response:
    """With the cookie, for as long as it is good."""
    name = backup_cookie(page.id)
    cookie = page.cookie or (request.cookies.get(name, "") if request else "")
    if cookie:
        keep_named(response, name, cookie, seconds=seconds_until(page.expires_at))
    return response


def _to_page(request: web.Request, page: BackupPage) -> web.Response:
    return _see_other(request, page.id)


def _see_other(request: web.Request, backup_id: str) -> web.Response:
    address = f"{request.app[PUBLIC_URL]}/backups/{backup_id}"
    return web.Response(status=HTTPStatus.SEE_OTHER, headers={"Location": address})


def _left(page: BackupPage) -> Duration:
    return Duration(seconds_until(page.expires_at))


ROUTES = (
    web.get("/backup/{nonce}", landing),
    web.post("/backup/{nonce}", go_on),
    web.get("/backups/{backup_id}", show),
    web.post("/backups/{backup_id}", choose),
    web.get("/backups/{backup_id}/progress", progress),
    web.get(r"/backups/{backup_id}/part/{number:\d{1,4}}", part, allow_head=False),
)
