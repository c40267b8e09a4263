"""A million linked accounts, in SQLite and in PostgreSQL: look-ups against those among a thousand, and leaving.

The accounts that are looked up are linked by the bot's own stores, and stand all over the others. Those have tokens
that open with nothing: sealing them would take longer than all the rest.
"""

from __future__ import annotations

import asyncio
import os
import random
import secrets
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import asyncpg

from storage import Stores
from storage.database import open_database
from storage.sealing import Keyring, new_key
from tests.databases import PostgresServer
from tests.storage.factories import account, link

FEW, MANY = 1_000, 1_000_000
LOOKED_UP = 100
ROUNDS = 6
WRITERS = 4
PAUSE = 0.01  # seconds between the writes of each: some 250 a second together, in the same process
MOST_TIMES = 1.3
MOST_UNLINK = 50.0  # ms
NEARLY_ALL = 95  # %: now and then a disk takes its time

COLUMNS = {
    "data_keys": ("id", "key"),
    "imgur_accounts": (
        *("account_id", "username", "access_token", "refresh_token", "expires_at", "version", "broken"),
        "data_key_id",
    ),
    "links": ("discord_id", "account_id"),
}


def rows(numbers: Sequence[int], first_key: int) -> Iterator[tuple[str, Sequence[tuple[Any, ...]]]]:
    """What accounts with these numbers are in the tables; each belongs to the user of the same number."""
    sealed = secrets.token_bytes(90)
    keys = range(first_key, first_key + len(numbers))
    yield "data_keys", [(key, secrets.token_bytes(32)) for key in keys]
    yield (
        "imgur_accounts",
        [
            (number, f"imgurian-{number}", sealed, sealed, 2**50, 1, False, key)
            for number, key in zip(numbers, keys, strict=True)
        ],
    )
    yield "links", [(number, number) for number in numbers]


async def fill(url: str, numbers: Sequence[int], first_key: int) -> None:
    """Write such accounts past the stores."""
    if url.startswith("sqlite:///"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)) as file:
            file.execute("PRAGMA synchronous = OFF")
            file.execute("BEGIN")
            for table, found in rows(numbers, first_key):
                marks = ", ".join("?" * len(COLUMNS[table]))
                file.executemany(f"INSERT INTO {table} ({', '.join(COLUMNS[table])}) VALUES ({marks})", found)
            file.execute("COMMIT")
            file.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        os.sync()  # what is written here is no part of what is measured
        return
    connection = await asyncpg.connect(url)
    try:
        for table, found in rows(numbers, first_key):
            await connection.copy_records_to_table(table, records=found, columns=COLUMNS[table])
        await connection.execute("SELECT setval('data_keys_id_seq', (SELECT max(id) FROM data_keys))")
        await connection.execute("VACUUM ANALYZE")  # as autovacuum does by itself within minutes
    finally:
        await connection.close()


async def timed(call: Callable[[], Awaitable[Any]]) -> float:
    """Milliseconds."""
    began = time.perf_counter()
    await call()
    return (time.perf_counter() - began) * 1000


def said(name: str, taken: Sequence[float]) -> None:
    """One line of figures."""
    print(f"    {name:39} p50 {statistics.median(taken):6.2f} ms   max {max(taken):6.2f} ms")


async def look_up(stores: Stores, numbers: Sequence[int]) -> dict[str, list[float]]:
    """By user, by user with the tokens opened, and by account, in turns."""
    taken: dict[str, list[float]] = {"by user": [], "by user, tokens opened": [], "by account": []}
    for number in numbers:
        taken["by user"].append(await timed(lambda n=number: stores.accounts.named(n)))  # type: ignore[misc]
        taken["by user, tokens opened"].append(await timed(lambda n=number: stores.accounts.linked(n)))  # type: ignore[misc]
        taken["by account"].append(await timed(lambda n=number: stores.accounts.get(n)))  # type: ignore[misc]
    return taken


async def leave(stores: Stores, numbers: Sequence[int], *, writers: int) -> float:
    """Unlink each, beside tasks that write; what nearly all take at most, in ms."""
    stop = asyncio.Event()

    async def write(number: int) -> None:
        while not stop.is_set():
            await stores.syncs.set(number, secrets.token_hex(8))
            await asyncio.sleep(PAUSE)

    tasks = [asyncio.create_task(write(number)) for number in range(writers)]
    taken = [await timed(lambda n=number: stores.accounts.unlink(n)) for number in numbers]  # type: ignore[misc]
    stop.set()
    await asyncio.gather(*tasks)
    said(f"unlink beside {writers} writers" if writers else "unlink", taken)
    return sorted(taken)[len(taken) * NEARLY_ALL // 100]


async def on(name: str, urls: tuple[str, str]) -> bool:
    """All of it on one kind of database; whether it keeps the budgets."""
    draw = random.Random(7)
    print(f"{name}, {FEW:,} and {MANY:,} linked accounts:")
    known: list[list[int]] = []
    keyring = Keyring({"made-up": new_key()})
    began = time.perf_counter()
    for url, count in zip(urls, (FEW, MANY), strict=True):
        chosen = sorted(draw.sample(range(1, count + 1), LOOKED_UP))
        known.append(chosen)
        async with open_database(url) as database:
            stores = Stores.of(database, keyring)
            for number in chosen:
                await link(stores, number, account(number), f"attempt {number}")
        others = sorted(set(range(1, count + 1)) - set(chosen))
        await fill(url, others, 10 * LOOKED_UP)
    print(f"  written in {time.perf_counter() - began:.0f} s")
    async with open_database(urls[0]) as few, open_database(urls[1]) as many:
        both = [Stores.of(few, keyring), Stores.of(many, keyring)]
        taken: list[dict[str, list[float]]] = [{}, {}]
        for round_ in range(ROUNDS + 1):  # in turns; the first one warms up
            for stores, numbers, found in zip(both, known, taken, strict=True):
                for kind, times in (await look_up(stores, numbers)).items():
                    found.setdefault(kind, []).extend(times if round_ else [])
        worst = 0.0
        for kind, times in taken[0].items():
            said(f"{kind}, among {FEW:,}", times)
            said(f"{kind}, among {MANY:,}", taken[1][kind])
            worst = max(worst, statistics.median(taken[1][kind]) / statistics.median(times))
        half = LOOKED_UP // 2
        slowest = await leave(both[1], known[1][:half], writers=0)
        slowest = max(slowest, await leave(both[1], known[1][half:], writers=WRITERS))
    print(f"  times those among {FEW:,} {worst:.2f} (at most {MOST_TIMES}); ", end="")
    print(f"{NEARLY_ALL} % of unlinks {slowest:.1f} ms at most (at most {MOST_UNLINK:.0f})")
    return worst <= MOST_TIMES and slowest <= MOST_UNLINK


def main() -> bool:
    """Measure both; whether the budgets are kept."""
    with tempfile.TemporaryDirectory() as folder:
        kept = asyncio.run(on("SQLite", tuple(f"sqlite:///{Path(folder)}/{name}.db" for name in ("few", "many"))))  # type: ignore[arg-type]
    server = PostgresServer(shared_buffers="128MB", max_wal_size="2GB")
    try:
        return asyncio.run(on("PostgreSQL", (server.url(server.make()), server.url(server.make())))) and kept
    finally:
        server.close()


if __name__ == "__main__":
    main()
