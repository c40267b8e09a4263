"""SQLite's write-ahead log has a bound, also where somebody always reads."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from storage import Stores
from storage.engines import sqlite
from storage.engines.sqlite import MORE_LOG, MOST_LOG
from storage.library_tables import libraries
from storage.models import IndexedItem, SyncState
from tests.storage.shelving import IMAGES, item

READERS = 12
PAGES = 24
TEXT = "0123456789 " * 1_000  # eleven kilobytes, as long as descriptions are


async def read_without_pause(stores: Stores, library: int, over: asyncio.Event) -> None:
    while not over.is_set():
        await stores.library.page(library, IMAGES, offset=0, limit=5)


async def test_the_log_stays_bounded_while_a_library_is_read_in(stores: Stores, library: int, path: Path) -> None:
    """Pages of a hundred long texts, read again and again meanwhile: nothing is locked either."""
    log = path.with_name(f"{path.name}-wal")
    over = asyncio.Event()
    readers = [asyncio.create_task(read_without_pause(stores, library, over)) for _ in range(READERS)]
    state, largest, written = SyncState(library, IMAGES), 0, 0
    for page in range(PAGES):
        found = [item(f"i{page}x{at}", description=TEXT) for at in range(100)]
        state = replace(state, page=page, version=page)
        assert await stores.library.advance(state, found)
        largest = max(largest, log.stat().st_size)
        written += 2 * 100 * len(TEXT)
    over.set()
    await asyncio.gather(*readers)
    assert written > 3 * MOST_LOG
    assert largest < 2 * MOST_LOG


async def test_a_reader_that_stays_keeps_nobody_from_writing(stores: Stores, library: int, path: Path) -> None:
    """It is waited for once in sixteen megabytes; when it has gone, the log begins anew."""
    log = path.with_name(f"{path.name}-wal")
    async with stores.library._database.read() as transaction:
        await transaction.execute(select(libraries.c.id))
        for page in range(15):
            found = [item(f"i{page}x{at}", description=TEXT) for at in range(100)]
            assert await stores.library.advance(SyncState(library, IMAGES, page=page, version=page), found)
        largest = log.stat().st_size
    assert largest > MORE_LOG
    for again in range(8):
        await stores.library.put_front(library, IMAGES, [item(f"j{again}x{at}", description=TEXT) for at in range(100)])
    assert log.stat().st_size < largest + MORE_LOG / 2


@pytest.mark.parametrize("how", ["after a pause", "after an erasure"])
async def test_once_a_reader_has_gone_the_log_is_emptied_as_before(
    stores: Stores, library: int, path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    def page(name: str) -> list[IndexedItem]:
        return [item(f"{name}x{at}", description=TEXT) for at in range(100)]

    log = path.with_name(f"{path.name}-wal")
    database = stores.library._database
    if how == "after a pause":
        monkeypatch.setattr(sqlite, "RELIEF_PAUSE", 0.0)
    async with database.read() as transaction:
        await transaction.execute(select(libraries.c.id))
        await stores.library.put_front(library, IMAGES, page("i"))
        await stores.library.put_front(library, IMAGES, page("j"))
    assert log.stat().st_size > MOST_LOG
    if how == "after an erasure":
        async with database.write() as erasing:
            erasing.leaves_traces()
    for again in range(4):
        await stores.library.put_front(library, IMAGES, page(f"k{again}"))
        assert log.stat().st_size < MOST_LOG
