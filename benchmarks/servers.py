"""The other ends, each in a process of its own: Imgur's stand-in, a file host, and Discord's interaction calls."""

from __future__ import annotations

import asyncio
import multiprocessing
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from aiohttp import web

from cogs.ui.layout import ERROR
from standins.imgur.server import running
from storage.windows import SANE_LIMIT
from web.server import serving

CLIENT = ("fake-client-id", "fake-client-secret")
FAVORITES = 120
Facts = dict[str, Any]
Serve = Callable[[Connection, Any], Awaitable[None]]


@contextmanager
def apart(serve: Serve, argument: Any = None) -> Iterator[Facts]:
    """Run `serve` in a process of its own until the block is left; gives what it tells about itself."""
    here, there = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_main, args=(serve, there, argument), daemon=True)
    process.start()
    try:
        yield here.recv()
    finally:
        here.send(None)
        process.join()


def _main(serve: Serve, pipe: Connection, argument: Any) -> None:
    asyncio.run(_until_told(serve, pipe, argument))


async def _until_told(serve: Serve, pipe: Connection, argument: Any) -> None:
    await serve(pipe, argument)


async def imgur(pipe: Connection, _argument: Any) -> None:
    """The stand-in with one account that has images and favorites, and a refresh token of it."""
    async with running(host="127.0.0.1") as standin:
        standin.register_client(*CLIENT, "http://127.0.0.1:1/oauth/imgur")
        account = standin.world.add_account("bench_example")
        images = [standin.world.add_image(account) for _ in range(FAVORITES)]
        standin.world.add_favorites(account, images)
        limits = standin.world.credits  # as many as the bot believes
        limits.user_limit = limits.client_limit = limits.post_limit = SANE_LIMIT
        tokens = standin.world.issue_tokens(account, CLIENT[0])
        pipe.send({"url": standin.url, "image": images[0].id, "refresh_token": tokens.refresh_token})
        await asyncio.to_thread(pipe.recv)


async def file_host(pipe: Connection, path: Path) -> None:
    """One file over HTTP, as Discord's CDN would hand it out."""
    app = web.Application()
    app.router.add_get("/file", lambda _request: _file(path))
    async with serving(app, "127.0.0.1", 0) as port:
        pipe.send({"url": f"http://127.0.0.1:{port}/file"})
        await asyncio.to_thread(pipe.recv)


async def _file(path: Path) -> web.FileResponse:
    return web.FileResponse(path, chunk_size=256 * 1024)


async def discord_rest(pipe: Connection, _argument: Any) -> None:
    """The calls that logging in and answering interactions make, answered at once."""
    app = web.Application()
    app.add_routes(
        [
            web.get("/users/@me", _me),
            web.get("/oauth2/applications/@me", _application),
            web.put("/applications/{id}/commands", _commands),
            web.post("/interactions/{id}/{token}/callback", _acknowledged),
            web.patch("/webhooks/{id}/{token}/messages/@original", _message),
            web.post("/webhooks/{id}/{token}", _message),
        ]
    )
    async with serving(app, "127.0.0.1", 0) as port:
        pipe.send({"url": f"http://127.0.0.1:{port}"})
        await asyncio.to_thread(pipe.recv)


USER = {"id": "2", "username": "bot", "discriminator": "0", "avatar": None}
MESSAGE = {
    "id": "9", "type": 20, "content": "", "channel_id": "5", "author": USER, "attachments": [], "embeds": [],
    "mentions": [], "mention_roles": [], "mention_everyone": False, "pinned": False, "tts": False,
    "timestamp": "2026-01-01T00:00:00+00:00", "edited_timestamp": None, "flags": 64, "components": [],
}  # fmt: skip


def _json(value: Any) -> web.Response:
    """Discord's content type has no charset; discord.py takes anything else for text."""
    return web.Response(body=web.json_response(value).body, headers={"Content-Type": "application/json"})


async def _me(_request: web.Request) -> web.Response:
    return _json(USER)


async def _application(_request: web.Request) -> web.Response:
    names = {"id": "2", "name": "bench", "icon": None, "description": "", "verify_key": "0" * 64, "owner": USER}
    return _json(names | {"bot_public": False, "bot_require_code_grant": False})


async def _commands(request: web.Request) -> web.Response:
    commands = await request.json()
    return _json([command | {"id": str(100 + n), "application_id": "2"} for n, command in enumerate(commands)])


async def _acknowledged(request: web.Request) -> web.Response:
    await request.read()
    return _json({"interaction": {"id": request.match_info["id"], "type": 2}})


async def _message(request: web.Request) -> web.Response:
    """Take an answer; one in the colour of errors is refused, so that no benchmark measures failures."""
    answer = await request.json()
    if any(part.get("accent_color") == ERROR.value for part in answer.get("components") or ()):
        raise web.HTTPBadRequest
    return _json(MESSAGE)
