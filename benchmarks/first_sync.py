"""The first sync of 50,000 images, in SQLite and in PostgreSQL: calls against the least there can be, time, memory.

A process of its own reads them from the stand-in, as the bot's runner does, with a limit by nobody: what Imgur's limits
make of the time is the governor's to say.
"""

from __future__ import annotations

import asyncio
import math
import multiprocessing
import tempfile
import time
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import aiohttp

from benchmarks.servers import CLIENT, apart
from imgur.chain import Call, Reply, Send
from imgur.client import ImgurClient
from services.account import AccountService
from services.jobs import JobService, Runner
from services.sync import SyncHandler, SyncService
from standins.imgur.server import running
from storage import Stores
from storage.database import open_database
from storage.models import ImgurAccount, Shelf
from storage.sealing import Keyring, new_key
from tests.databases import PostgresServer
from tests.storage.factories import link

ITEMS = 50_000
PER_PAGE = 100
MOST_CALLS = 1.05  # times the least
MOST_GROWTH = 8.0  # MB from the first tenth to the end
USER = 7


async def _imgur(pipe: Connection, items: int) -> None:
    """The stand-in with one account of so many images, and a refresh token of it."""
    async with running(host="127.0.0.1") as standin:
        standin.register_client(*CLIENT, "http://127.0.0.1:1/oauth/imgur")
        account = standin.world.add_account("bench_example")
        for number in range(items):
            standin.world.add_image(account, title=f"picture {number} of a long life")
        limits = standin.world.credits
        limits.user_limit = limits.client_limit = limits.post_limit = 10**9
        tokens = standin.world.issue_tokens(account, CLIENT[0])
        pipe.send({"url": standin.url, "account": account.id, "tokens": (tokens.access_token, tokens.refresh_token)})
        await asyncio.to_thread(pipe.recv)


async def _read(facts: dict[str, Any], database_url: str) -> dict[str, Any]:
    """Read all; calls by kind, seconds, and megabytes after a tenth and at most."""
    calls: Counter[str] = Counter()

    async def counted(call: Call, send: Send) -> Reply:
        calls[call.method] += 1
        return await send(call)

    access, refresh = facts["tokens"]
    expires = datetime.now(UTC) + timedelta(days=28)
    async with open_database(database_url) as database, aiohttp.ClientSession() as session:
        stores = Stores.of(database, Keyring({"bench": new_key()}))
        imgur = ImgurClient(session, *CLIENT, base_url=facts["url"], middlewares=(counted,))
        accounts = AccountService(stores.accounts, imgur)
        await link(stores, USER, ImgurAccount(facts["account"], "bench_example", access, refresh, expires))
        runner = Runner(stores.jobs, [SyncHandler(accounts, imgur, stores.library)])
        jobs = JobService(stores.jobs, runner.wake)
        sync = SyncService(accounts, imgur, stores.library, jobs)
        runner.start()
        began = time.perf_counter()
        await sync.begin(USER, facts["account"])
        early = peak = 0.0
        while await jobs.of_user(USER):
            await asyncio.sleep(0.1)
            done = (await sync.progress(facts["account"], Shelf.IMAGES)).read / ITEMS
            peak = max(peak, _megabytes())
            if done < 1 / 10:
                early = _megabytes()
        seconds = time.perf_counter() - began
        await runner.close()
        library = await stores.library.library(facts["account"])
        found = await stores.library.count(library or 0, Shelf.IMAGES)
    return {"calls": calls["GET"], "seconds": seconds, "early": early, "peak": peak, "found": found}


def _megabytes() -> float:
    """What the process has in memory now."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 1_000_000


def _process(pipe: Connection, facts: dict[str, Any], database_url: str) -> None:
    pipe.send(asyncio.run(_read(facts, database_url)))


def _apart(facts: dict[str, Any], database_url: str) -> dict[str, Any]:
    here, there = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_process, args=(there, facts, database_url))
    process.start()
    there.close()
    found: dict[str, Any] = here.recv()
    process.join()
    return found


def _told(name: str, found: dict[str, Any]) -> bool:
    """Print the figures; whether they are within their budgets."""
    # Each page, and an empty one at the end; albums and favorites, of which there are none, are two empty pages more.
    least = math.ceil(ITEMS / PER_PAGE) + 3
    growth = found["peak"] - found["early"]
    print(
        f"  {name:<10}  {found['calls']} calls, {found['calls'] / least:.3f} times the least (at most {MOST_CALLS}); "
        f"{found['seconds']:.0f} s; {found['peak']:.0f} MB, of which {growth:.1f} came after the first tenth "
        f"(at most {MOST_GROWTH:.0f})"
    )
    return bool(found["found"] == ITEMS and found["calls"] <= MOST_CALLS * least and growth <= MOST_GROWTH)


def main() -> bool:
    """Measure and print; False when a budget is broken."""
    print(f"First sync of {ITEMS:,} images:")
    fine = []
    with apart(_imgur, ITEMS) as facts:
        with tempfile.TemporaryDirectory() as folder:
            fine.append(_told("SQLite", _apart(facts, f"sqlite:///{folder}/bench.db")))
        server = PostgresServer()
        try:
            fine.append(_told("PostgreSQL", _apart(facts, server.url(server.make()))))
        finally:
            with suppress(OSError):
                server.close()
    return all(fine)


if __name__ == "__main__":
    main()
