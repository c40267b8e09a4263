"""A backup of 2 GB in films, in the two parts that it comes in: how fast, and in how much memory.

The films come from a process of their own, and curl reads the parts; the bot is a new process, with its real port. It
keeps each film in a temporary file before it passes it on.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import resource
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from typing import Any, NamedTuple

import aiohttp
from aiohttp import web
from yarl import URL

from benchmarks.servers import CLIENT, apart
from bot import House, compose
from config import Settings
from storage import Stores
from storage.database import open_database
from storage.models import AnonymousUpload
from storage.sealing import Keyring
from web.server import serving

FILMS, FILM_BYTES = 10, 199_000_000
USER_ID = 7
KEYS = {"bench": bytes(32)}
MEBIBYTE = 1024 * 1024
MOST_GROWTH = 24.0  # MB


class Fetched(NamedTuple):
    """Parts, their bytes, seconds, and MB of memory growth."""

    parts: int
    size: int
    seconds: float
    growth: float


async def films(pipe: Connection, _argument: Any) -> None:
    """Any film that is asked for."""
    block = bytes(range(256)) * 1024

    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(FILM_BYTES // len(block)):
            yield block
        yield block[: FILM_BYTES % len(block)]

    async def film(_request: web.Request) -> web.Response:
        return web.Response(body=chunks(), content_type="video/mp4", headers={"Content-Length": str(FILM_BYTES)})

    app = web.Application()
    app.router.add_get("/{name}", film)
    async with serving(app, "127.0.0.1", 0) as port:
        pipe.send({"url": f"http://127.0.0.1:{port}"})
        await asyncio.to_thread(pipe.recv)


async def _fetch(pictures: str, port: int) -> Fetched:
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(
            discord_token="fake.token",
            imgur_client_id=CLIENT[0],
            database_url=f"sqlite:///{folder}/bench.db",
            token_keys=KEYS,
            public_url=f"http://127.0.0.1:{port}",
            port=port,
            admin_port=0,
        )
        async with open_database(settings.database_url) as database:
            stores, now = Stores.of(database, Keyring(KEYS)), datetime.now(UTC)
            for number in range(FILMS):
                about = "video/mp4", 1920, 1080, FILM_BYTES, f"Film {number}", None, now
                await stores.uploads.add(AnonymousUpload(USER_ID, f"film{number:03}", "none", None, *about))
        async with compose(settings, pictures=pictures, work=False) as house:
            page, cookies, parts = await _opened(house)
            before, size, begun = _peak(), 0, time.perf_counter()
            for number in range(1, parts + 1):
                command = [
                    "curl",
                    "-sSf",
                    "-o",
                    "/dev/null",
                    "-w",
                    "%{size_download}",
                    "-b",
                    cookies,
                    f"{page}/part/{number}",
                ]
                reading = await asyncio.create_subprocess_exec(*command, stdout=subprocess.PIPE)
                told, _ = await reading.communicate()
                if reading.returncode:
                    raise SystemExit(f"a part broke off: curl says {reading.returncode}")
                size += int(told)
            return Fetched(parts, size, time.perf_counter() - begun, _peak() - before)


async def _opened(house: House) -> tuple[str, str, int]:
    """The backup's page, the cookie that it takes, and how many parts there are."""
    backups, origin = house.services.backups, str(house.settings.public_url)
    link = (await backups.begin(USER_ID, "bench")).url
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar(), headers={"Origin": origin}) as browser:
        async with browser.post(link, allow_redirects=False) as answer:
            page = answer.headers["Location"]
            [cookie] = answer.cookies.values()
        cookies = {cookie.key: cookie.value}
        backup_id = URL(page).name
        await backups.enter_code(USER_ID, (await backups.page(backup_id, cookies)).code)
        await backups.choose(backup_id, cookies, ["anonymous"])
        parts = (await backups.page(backup_id, cookies)).parts
        async with browser.get(page, cookies=cookies) as answer:
            answer.raise_for_status()
    return page, f"{cookie.key}={cookie.value}", parts


def _peak() -> float:
    """The most memory that this process ever had, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1_000_000


def _process(results: Any, *given: Any) -> None:
    results.put(asyncio.run(_fetch(*given)))


def main() -> bool:
    """Print the figures; whether the budget is kept."""
    context = multiprocessing.get_context("spawn")
    results: Any = context.Queue()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with apart(films) as host:
        process = context.Process(target=_process, args=(results, host["url"], port))
        process.start()
        process.join()
    if process.exitcode:
        raise SystemExit(f"the backup failed with exit code {process.exitcode}")
    found: Fetched = results.get()
    print(f"Backup of {found.size / 1e9:.1f} GB in {found.parts} parts:")
    print(f"  {found.seconds:.0f} s, {found.size / found.seconds / MEBIBYTE:.0f} MiB/s")
    print(f"  memory growth {found.growth:.1f} MB (at most {MOST_GROWTH:.0f})")
    return found.growth <= MOST_GROWTH


if __name__ == "__main__":
    sys.exit(0 if main() else 1)
