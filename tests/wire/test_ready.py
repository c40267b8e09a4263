"""/readyz: whether users are served, asked for over HTTP as an orchestrator does."""

from __future__ import annotations

import asyncio
import os
import signal

import aiohttp
import pytest

import bot
from config import Settings
from standins.discord.standin import Standin as Discord
from tests.databases import OF_OTHERS, on_postgres, postgres_server, rows
from tests.wire.conftest import Log, Running, Start


async def ready(running: Running) -> tuple[int, str]:
    async with aiohttp.ClientSession() as session, session.get(f"{running.admin}/readyz") as answer:
        return answer.status, await answer.text()


async def no_longer_acknowledged(discord: Discord, running: Running) -> None:
    """Stop the clock, and then, after one more heartbeat, acknowledge no other."""
    running.clock.stop()
    before = discord.gateway.heartbeats
    await discord.until(lambda: discord.gateway.heartbeats > before)
    discord.switches.acknowledges = False
    # What comes behind the last acknowledgement is answered, so that has come too.
    await (await discord.slash(discord.world.add_person("alice"), "account")).answered()


async def test_ready_from_ready_on(discord: Discord, start: Start) -> None:
    discord.switches.ready = False
    async with start() as running:
        await discord.until(lambda: "identify" in discord.gateway.events)
        status, said = await ready(running)
        assert (status, "not connected yet" in said) == (503, True)
        discord.switches.ready = True
        discord.gateway.cut()
        await discord.ready()
        assert await ready(running) == (200, '{"status": "ready"}')


async def test_not_ready_after_two_minutes_without_an_acknowledged_heartbeat(discord: Discord, start: Start) -> None:
    discord.switches.heartbeat_interval = 50
    async with start() as running:
        await discord.ready()
        await no_longer_acknowledged(discord, running)
        running.clock.ahead = 119
        assert (await ready(running))[0] == 200
        running.clock.ahead = 121
        status, said = await ready(running)
        assert (status, "no heartbeat was acknowledged for 12" in said) == (503, True)
        discord.switches.acknowledges = True
        await discord.until(lambda: running.bot.obstacles() == [])
        assert (await ready(running))[0] == 200


async def test_not_ready_without_the_database(discord: Discord, start: Start, settings: Settings) -> None:
    async with start() as running:
        await discord.ready()
        os.unlink(settings.database_url.removeprefix("sqlite:///"))  # noqa: PTH108
        status, said = await ready(running)
    assert (status, "the database cannot be used" in said) == (503, True)


def sessions(database_url: str) -> set[int]:
    """The processes of the server that serve connections to this database, stopped or not."""
    query = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    return {row["pid"] for row in rows(database_url, query)}


@on_postgres
async def test_not_ready_while_the_database_keeps_silent(discord: Discord, start: Start, database_url: str) -> None:
    async with start() as running:
        await discord.ready()
        silenced: set[int] = set()
        try:
            async with asyncio.timeout(15):
                status = 200
                while status == 200:
                    new = sessions(database_url) - silenced
                    assert new, "no connection was opened meanwhile that could have answered"
                    for pid in new:
                        os.kill(pid, signal.SIGSTOP)
                    silenced |= new
                    status, said = await ready(running)
        finally:
            for pid in silenced:
                os.kill(pid, signal.SIGCONT)
        assert (status, "the database cannot be used" in said) == (503, True)
        async with asyncio.timeout(30):
            while (await ready(running))[0] != 200:  # noqa: ASYNC110
                await asyncio.sleep(0.05)


async def test_not_ready_while_shutting_down(discord: Discord, start: Start) -> None:
    async with start() as running:
        await discord.ready()
        await running.bot.close()
        status, said = await ready(running)
    assert (status, "shutting down" in said) == (503, True)


@on_postgres
async def test_while_the_database_is_away_the_log_says_so_in_single_lines(
    discord: Discord, start: Start, settings: Settings, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is done every few seconds fails every few seconds; nobody wants a traceback each time."""
    monkeypatch.setattr(bot, "SWEEP_EVERY", 0.05)
    name = rows(settings.database_url, "SELECT current_database() AS name")[0]["name"]
    async with start():
        await discord.ready()
        postgres_server().execute("postgres", f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
        postgres_server().execute("postgres", OF_OTHERS, name)
        await discord.until(lambda: log.stream.getvalue().count("what has expired could not be erased") > 2)
        postgres_server().execute("postgres", f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
    (line, *_) = [line for line in log.warnings if "could not be erased" in line["event"]]
    assert (line["level"], line["reason"]) == ("warning", "DatabaseUnavailableError")


async def test_a_connection_whose_heartbeats_nobody_acknowledges_is_replaced(discord: Discord, start: Start) -> None:
    discord.switches.heartbeat_interval = 50
    async with start() as running:
        await discord.ready()
        await no_longer_acknowledged(discord, running)
        running.clock.ahead = 101
        await discord.gateway.publish("TYPING_START", {})  # something comes, but no acknowledgement
        await discord.until(lambda: "resume" in discord.gateway.events)
