"""The public port: link pages."""

from __future__ import annotations

from pathlib import Path

from aiohttp import web

from services.data import BackupService, Streams
from services.linking import LinkingService
from web import backup, pages
from web.languages import in_browsers_language
from web.refusals import word_errors
from web.security import PUBLIC_URL, Handler, same_origin_forms, secure

HERE = Path(__file__).parent
STATIC = {  # each by name, and kept in memory: a request never meets the file system
    "callback.js": "text/javascript",
    "icon.svg": "image/svg+xml",
    "last.js": "text/javascript",
    "style.css": "text/css",
}
MOST_BYTES = 16 * 1024


def create_public_app(
    linking: LinkingService, *, public_url: str, backups: tuple[BackupService, Streams] | None = None
) -> web.Application:
    """Link pages for `public_url`, a bare origin; every link and redirect is built from it, never from a request.

    With `backups`, theirs as well.
    """
    middlewares = [in_browsers_language, word_errors, same_origin_forms(public_url)]
    app = web.Application(middlewares=middlewares, client_max_size=MOST_BYTES)
    app[pages.LINKING] = linking
    app[PUBLIC_URL] = public_url
    secure(app, public_url=public_url)
    app.add_routes(
        [
            web.get("/", pages.home),
            web.get("/link/{nonce}", pages.landing),
            web.post("/link/{nonce}", pages.go_on),
            web.get("/oauth/imgur", pages.callback),
            web.post("/oauth/imgur", pages.receive),
            web.get("/oauth/discord", pages.logged_in, allow_head=False),
            web.get("/linked/{attempt_id}", pages.last),
            web.get("/linked/{attempt_id}/progress", pages.progress),
            web.post("/linked/{attempt_id}/login", pages.log_in),
            web.post("/linked/{attempt_id}/code", pages.go_on_by_code),
            web.post("/linked/{attempt_id}/confirm", pages.confirm),
            web.post("/linked/{attempt_id}/stop", pages.stop),
            *(web.get(f"/static/{name}", _file(name, kind)) for name, kind in STATIC.items()),
        ]
    )
    if backups is not None:
        app[backup.BACKUPS], app[backup.STREAMS] = backups
        app.add_routes(backup.ROUTES)
    return app


def _file(name: str, kind: str) -> Handler:
    text = (HERE / "static" / name).read_text(encoding="utf-8")

    async def send(_request: web.Request) -> web.Response:
        return web.Response(text=text, content_type=kind)

    return send
