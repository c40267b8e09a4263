"""A connection that comes back by itself: a line in the log for what happened, and no traceback."""

from __future__ import annotations

import discord as library
import pytest

from cogs.connection import pause
from standins.discord.connector import HOSTS
from standins.discord.standin import Standin as Discord
from standins.discord.standin import text
from standins.discord.switches import Refusal
from tests.wire.conftest import Log, Start


async def works(discord: Discord) -> None:
    """A command is answered."""
    command = await discord.slash(discord.world.add_person("alice"), "account")
    assert "No Imgur account is linked" in text(await command.answered())


@pytest.mark.parametrize("code", [1000, 4000])
async def test_a_gateway_that_closes_before_hello_is_tried_again(
    discord: Discord, start: Start, log: Log, code: int
) -> None:
    discord.switches.hello_closes = [code]
    async with start():
        await discord.ready()
        await works(discord)
    assert [line["reason"] for line in log.warnings] == ["closed before HELLO"]


async def test_a_dead_resume_host_costs_one_new_session(discord: Discord, start: Start, log: Log) -> None:
    discord.switches.resume_host = "gone.discord.gg"
    async with start():
        await discord.ready()
        discord.gateway.cut()
        await discord.ready()
        await works(discord)
    assert discord.gateway.events == ["connect", "identify", "connect", "identify"]
    assert len(log.warnings) == 2


async def test_a_cut_connection_is_resumed_and_what_was_missed_is_answered(
    discord: Discord, start: Start, log: Log
) -> None:
    async with start():
        await discord.ready()
        await works(discord)
        discord.gateway.cut()
        await works(discord)
    assert discord.gateway.events == ["connect", "identify", "connect", "resume"]
    assert len(log.warnings) == 1


@pytest.mark.parametrize("op", [7, 9])
async def test_what_discord_orders_is_done(discord: Discord, start: Start, op: int) -> None:
    async with start():
        await discord.ready()
        await discord.gateway.order(op, data=False)
        await discord.until(lambda: len(discord.gateway.events) == 4)
        await works(discord)
    assert discord.gateway.events[2:] == ["connect", "resume" if op == 7 else "identify"]


async def test_a_session_that_discord_has_forgotten_is_begun_anew(discord: Discord, start: Start) -> None:
    async with start():
        await discord.ready()
        discord.switches.invalid_sessions = 1
        discord.gateway.cut()
        await discord.ready()
        await works(discord)
    assert discord.gateway.events[2:] == ["connect", "resume", "connect", "identify"]


@pytest.mark.parametrize("status", [503, 520, 403])
async def test_an_outage_at_the_start_is_waited_out(discord: Discord, start: Start, log: Log, status: int) -> None:
    discord.switches.outage = status
    async with start():
        await discord.until(lambda: log.warnings)
        discord.switches.outage = None
        await discord.ready()
        await works(discord)
    assert {line["reason"] for line in log.warnings} == {f"Discord answered with status {status}"}


async def test_names_that_do_not_resolve_at_the_start_are_waited_out(
    discord: Discord, start: Start, log: Log, names: set[str]
) -> None:
    names.clear()
    async with start():
        await discord.until(lambda: log.warnings)
        names.update(HOSTS)
        await discord.ready()
        await works(discord)
    assert "no such name: discord.com" in log.warnings[0]["reason"]


@pytest.mark.parametrize("code", [4004, 4010, 4011, 4012, 4013, 4014])
@pytest.mark.parametrize("when", ["hello_closes", "identify_closes"])
async def test_what_only_the_operator_can_mend_ends_the_connection(
    discord: Discord, start: Start, code: int, when: str
) -> None:
    setattr(discord.switches, when, [code])
    async with start() as running:
        await discord.until(running.task.done)
        error = running.task.exception()
    assert isinstance(error, library.ConnectionClosed)
    assert error.code == code
    assert discord.gateway.events.count("connect") == 1


async def test_shards_start_side_by_side_as_far_as_discord_allows(discord: Discord, start: Start) -> None:
    discord.switches.shards = discord.switches.max_concurrency = 4
    async with start():
        await discord.until(lambda: discord.gateway.events.count("identify") == 4, seconds=4.5)
        await works(discord)
    assert sorted((session.shard, session.shards) for session in discord.gateway.begun) == [(n, 4) for n in range(4)]


async def test_no_session_is_begun_where_discord_would_reset_the_token(
    discord: Discord, start: Start, log: Log
) -> None:
    discord.switches.starts_left, discord.switches.starts_again_after = 0, 1500
    async with start():
        await discord.until(lambda: log.warnings)
        assert discord.gateway.events == []
        discord.switches.starts_left = 1000
        await discord.ready()
    assert "no further start" in log.warnings[0]["event"]


async def test_a_token_that_is_reset_meanwhile_ends_the_connection(discord: Discord, start: Start) -> None:
    async with start() as running:
        await discord.ready()
        discord.world.token = "another"
        discord.gateway.cut()
        await discord.until(running.task.done)
    assert isinstance(running.task.exception(), library.ConnectionClosed | library.LoginFailure)


async def test_commands_that_discord_refuses_do_not_keep_the_bot_from_its_users(
    discord: Discord, start: Start, log: Log
) -> None:
    discord.switches.refuse_commands = [Refusal(400, 50035)]
    async with start():
        await discord.ready()
    assert [line["event"] for line in log.warnings] == ["Discord refused the commands"]


def test_pauses_grow_to_half_a_minute_and_never_are_the_same_for_all() -> None:
    assert all(0.5 <= pause(0) <= 1 for _ in range(100))
    assert all(15 <= pause(failures) <= 30 for failures in range(5, 3000))
    assert len({pause(9) for _ in range(100)}) > 90
