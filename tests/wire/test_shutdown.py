"""The beginning and the end of what the bot does by itself."""

from __future__ import annotations

import asyncio
import inspect
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

import bot
from config import Settings
from standins.discord.standin import Standin as Discord
from storage import Stores
from storage.database import open_database
from storage.sealing import Keyring, new_key
from tests.databases import rows
from tests.wire.conftest import Start


def steps(task: asyncio.Task[Any]) -> set[str]:
    """The coroutines that a task is in."""
    found: set[str] = set()
    inner: Any = task.get_coro()
    while inspect.iscoroutine(inner):
        found.add(inner.__name__)
        inner = inner.cr_await
    return found


def sending() -> list[asyncio.Task[Any]]:
    return [task for task in asyncio.all_tasks() if task.get_name() == "command sync"]


async def test_a_shutdown_waits_for_the_sending_of_the_commands(
    discord: Discord, start: Start, settings: Settings
) -> None:
    """It is at the database, which is locked for a moment and closed next."""
    path = settings.database_url.removeprefix("sqlite:///")
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        async with start() as running:
            other.execute("BEGIN IMMEDIATE")
            await discord.until(lambda: any("set" in steps(task) for task in sending()))
            [task] = sending()
            stopping = asyncio.ensure_future(running.bot.close())
            await discord.until(task.cancelling)
            assert task.done() or not running.bot.is_closed()  # on a slow machine the lock is given up first
            other.execute("ROLLBACK")
            await stopping
            assert task.done()


async def test_nothing_is_swept_in_the_moment_of_the_start(
    discord: Discord, start: Start, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bot, "SWEEP_EVERY", 600.0)
    async with open_database(settings.database_url) as database:
        stores = Stores.of(database, Keyring({"k1": new_key()}))
        await stores.views.add(1, "", now=datetime.now(UTC) - timedelta(days=8), most=100)
    async with start():
        await discord.ready()
        await (await discord.slash(discord.world.add_person("alice"), "account")).answered()
    assert len(rows(settings.database_url, "SELECT id FROM views")) == 1
