"""Errors to pages: a status and the words of `services.messages`.

Nothing of the request is repeated, but for the address of a login that has to be opened in another browser.
"""

from __future__ import annotations

import secrets

import structlog
from aiohttp import web

from errors import (
    BackupBusyError,
    BackupForeignBrowserError,
    BackupOverError,
    BackupUnknownError,
    BotError,
    CrossSiteError,
    LinkExpiredError,
    LinkForeignBrowserError,
    LinkUnknownError,
    LinkUsedError,
    LoginElsewhereError,
)
from locales.text import Text
from services.messages import is_imgurs, unforeseen, words
from services.words import Words
from web.cookies import forget
from web.rendering import render
from web.security import PUBLIC_URL, Handler

log = structlog.get_logger(__name__)

FAILED_DEPENDENCY = 424  # Imgur or the database did not do its part
STATUSES: dict[type[BaseException], int] = {
    LinkUnknownError: 404,
    LinkExpiredError: 410,
    LinkUsedError: 410,
    LinkForeignBrowserError: 403,
    CrossSiteError: 403,
    BackupUnknownError: 404,
    BackupOverError: 410,
    BackupForeignBrowserError: 403,
    BackupBusyError: 503,
    BotError: 400,
    Exception: FAILED_DEPENDENCY,
}

_OPEN = Text("Open the link that /imgur link gave you in Discord.")
HTTP_WORDS = {
    404: Words(Text("There is no such page"), _OPEN),
    405: Words(Text("That cannot be done here"), _OPEN),
    413: Words(
        Text("That was too much"), Text("The form was larger than any of ours. Open the link from Discord again.")
    ),
}
OTHER_HTTP_WORDS = Words(Text("The request makes no sense to us"), _OPEN)


@web.middleware
async def word_errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer every error with a page."""
    try:
        return await handler(request)
    except web.HTTPException as error:
        if error.status < web.HTTPBadRequest.status_code:
            raise
        response = _page(error.status, HTTP_WORDS.get(error.status, OTHER_HTTP_WORDS))
        if "Allow" in error.headers:
            response.headers["Allow"] = error.headers["Allow"]
        return response
    except Exception as error:  # noqa: BLE001 - the last resort: logged, never shown
        response = _refusal(error, request)
        if isinstance(error, LinkUsedError | LinkExpiredError) and "attempt_id" in request.match_info:
            forget(response, request.match_info["attempt_id"])
        return response


def _refusal(error: Exception, request: web.Request) -> web.Response:
    said = words(error)
    if said is None:
        reference = secrets.token_hex(4)
        log.error("unexpected error", reference=reference, exc_info=error)
        return _page(web.HTTPInternalServerError.status_code, unforeseen(reference))
    if not isinstance(error, BotError) and not is_imgurs(error):  # anyone may claim one of Imgur's; the service tells
        log.warning("a link page failed", kind=type(error).__name__, detail=str(error))
    elsewhere = f"{request.app[PUBLIC_URL]}{request.rel_url}" if isinstance(error, LoginElsewhereError) else ""
    return _page(_status(error), said, address=elsewhere)


def _status(error: Exception) -> int:
    return next(STATUSES[cls] for cls in type(error).__mro__ if cls in STATUSES)


def _page(status: int, said: Words, *, address: str = "") -> web.Response:
    """`address` is one to copy; its own visitor brought it along."""
    return render("refusal.html", status=status, words=said, address=address)
