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
from services import emptying
from standins.discord.standin import Standin as Discord
from standins.discord.switches import Fault
from standins.imgur.standin import Standin as Imgur
from storage import Stores
from storage.database import open_database
from storage.sealing import Keyring, new_key
from tests.databases import rows
from tests.wire.acting import answered, shared_upload
from tests.wire.conftest import Log, Start


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


def running_tasks() -> set[str]:
    """By name."""
    return {task.get_name() for task in asyncio.all_tasks()}


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


async def test_a_shutdown_leaves_no_message_half_changed(
    discord: Discord, standin: Imgur, start: Start, picture: bytes, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was shared is being emptied after a deletion, and Discord takes its time over it."""
    monkeypatch.setattr(emptying, "PATIENCE", 0.1)
    alice = discord.world.add_person("alice")
    async with start():
        await discord.ready()
        upload = await shared_upload(discord, alice, picture)
        question = await answered(await discord.slash(alice, "delete", image=next(iter(standin.world.images))))
        slow = Fault(f"PATCH */messages/{upload.followups[0]['id']}", gate=asyncio.Event())
        discord.switches.faults.append(slow)
        await (await discord.press(alice, question, "Delete for good")).answered()
        await discord.until(lambda: not slow.times)
        assert "empties shared messages" in running_tasks()
    assert "empties shared messages" not in running_tasks()
    assert log.warnings == []


async def test_nothing_that_one_cog_tells_another_outlives_the_bot(discord: Discord, start: Start) -> None:
    """It is at the database, which is closed next."""
    async with start() as running:
        await discord.ready()

        async def slow(_user_id: int) -> None:
            await asyncio.Event().wait()

        running.bot.add_listener(slow, "on_imgur_deleted")
        running.bot.dispatch("imgur_deleted", 1)
        assert "discord.py: on_imgur_deleted" in running_tasks()
    assert "discord.py: on_imgur_deleted" not in running_tasks()
