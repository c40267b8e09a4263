"""The admin port: for whoever runs the bot, never for the public."""

from __future__ import annotations

from aiohttp import web


def create_admin_app() -> web.Application:
    """Health of the process."""
    app = web.Application()
    app.add_routes([web.get("/healthz", healthz)])
    return app


async def healthz(_request: web.Request) -> web.Response:
    """The process answers."""
    return web.json_response({"status": "ok"}, headers={"Cache-Control": "no-store"})
