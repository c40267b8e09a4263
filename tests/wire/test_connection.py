"""A connection that comes back by itself: a line in the log for what happened, and no traceback."""

from __future__ import annotations

import json
import ssl
import threading
from pathlib import Path
from typing import Any

import aiohttp
import discord as library
import pytest

from cogs import connection
from cogs.calls import is_lost, may_be_done, reason
from cogs.connection import START_EVERY as PROMISED
from cogs.connection import pause
from standins.discord.certificate import make
from standins.discord.connector import HOSTS, connectors
from standins.discord.standin import Standin as Discord
from standins.discord.standin import text
from standins.discord.switches import Fault, Page, Refusal
from tests.wire.conftest import Log, Start


async def works(discord: Discord, *, direct: bool = False) -> None:
    """A command is answered."""
    command = await discord.slash(discord.world.add_person("alice"), "account", direct=direct)
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
        await discord.until(lambda: len(discord.gateway.events) >= 4)
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


@pytest.mark.parametrize(
    ("code", "when"),
    [(code, "identify_closes") for code in (4004, 4010, 4011, 4012, 4013, 4014)]
    + [(4014, when) for when in ("hello_closes", "resume_closes", "at work")],
)
async def test_what_only_the_operator_can_mend_ends_the_connection(
    discord: Discord, start: Start, code: int, when: str
) -> None:
    if when != "at work":
        setattr(discord.switches, when, [code])
    async with start() as running:
        if when == "resume_closes":
            await discord.ready()
            discord.gateway.cut()
        elif when == "at work":
            await discord.ready()
            await discord.gateway.close_all(code)
        await discord.until(running.task.done)
        error = running.task.exception()
    assert isinstance(error, library.ConnectionClosed)
    assert error.code == code
    assert discord.gateway.events.count("connect") == (2 if when == "resume_closes" else 1)


@pytest.mark.parametrize(("every", "count"), [(3600.0, 16), (0.2, 20)])
async def test_shards_start_side_by_side_as_far_as_discord_allows(
    discord: Discord, start: Start, monkeypatch: pytest.MonkeyPatch, every: float, count: int
) -> None:
    """The last four come after the pause, so not within the hour that it may take."""
    monkeypatch.setattr(connection, "START_EVERY", every)
    discord.switches.shards, discord.switches.max_concurrency = 20, 16
    async with start():
        await discord.until(lambda: len(discord.gateway.begun) >= count)
        await works(discord, direct=True)  # that is the first shard's
    begun = sorted((session.shard, session.shards) for session in discord.gateway.begun)
    assert begun == [(number, 20) for number in range(count)]


def test_a_session_is_begun_every_five_seconds() -> None:
    assert 5.0 < PROMISED < 5.5


async def test_no_session_is_begun_where_discord_would_reset_the_token(
    discord: Discord, start: Start, log: Log
) -> None:
    discord.switches.starts_left, discord.switches.starts_again_after = 0, 300
    async with start():
        await discord.until(lambda: log.warnings)
        assert discord.gateway.events == []
        await discord.until(lambda: len(log.warnings) >= 3)
        assert discord.gateway.events == []  # Discord says once more that there is none
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
    discord.switches.faults = [Fault("PUT *", Refusal(400, 50035))]
    async with start():
        await discord.ready()
    assert [line["event"] for line in log.warnings] == ["Discord refused the commands"]


PROXY = "status {} from something that is not Discord"
FOR_ALL = Refusal(429, 0, more={"retry_after": 0.2, "global": True}, headers={"Via": "1.1 google"})
NOTHING = Page(body="", content_type="application/json")
ON_THE_WAY = [  # what stands between the bot and Discord, stage by stage
    (Fault("GET /users/@me", Page()), PROXY.format(200)),
    (Fault("GET /users/@me", Page(401)), PROXY.format(401)),
    (Fault("GET /users/@me", FOR_ALL), "Discord wants no further call for 0 seconds"),
    (Fault("GET /oauth2/applications/@me", Page()), PROXY.format(200)),
    (Fault("PUT /applications/*", Page()), PROXY.format(200)),
    (Fault("PUT /applications/*", FOR_ALL), "Discord wants no further call for 0 seconds"),
    (Fault("GET /gateway/bot", Page()), PROXY.format(200)),
    (Fault("GET /gateway/bot", Page(429)), "Discord wants no further call for 1 seconds"),
    (Fault("GET /gateway/bot", NOTHING), PROXY.format(200)),
    (Fault("GET /gateway/bot", Page(body="[]", content_type="application/json")), PROXY.format(200)),
    (Fault("GET gateway", Page()), PROXY.format(200)),
    (Fault("GET gateway", Page(503)), "the gateway answered with status 503"),
    (Fault("GET gateway", Page(407)), "the gateway answered with status 407"),
]


async def test_whatever_answers_in_place_of_discord_at_the_start_is_waited_out(
    discord: Discord, start: Start, log: Log
) -> None:
    discord.switches.faults = [fault for fault, _ in ON_THE_WAY]
    async with start():
        await discord.ready()
        await works(discord)
    assert [line["reason"] for line in log.warnings] == [reason for _, reason in ON_THE_WAY]


LIMITS = {"remaining": 1000, "reset_after": 0, "max_concurrency": 1}
GATEWAY = {"shards": 1, "url": "wss://gateway.discord.gg", "session_start_limit": LIMITS}


@pytest.mark.parametrize(
    "odd",
    [{"shards": 0}, {"shards": "1"}, {"url": None}, {"session_start_limit": {}}, {"session_start_limit": None}],
)
async def test_an_answer_about_the_gateway_that_begins_nothing_is_asked_for_again(
    discord: Discord, start: Start, log: Log, odd: dict[str, Any]
) -> None:
    page = Page(body=json.dumps(GATEWAY | odd), content_type="application/json")
    discord.switches.faults = [Fault("GET /gateway/bot", page)]
    async with start():
        await discord.ready()
        await works(discord)
    assert [line["event"] for line in log.warnings] == ["asking Discord for its gateway failed; trying again"]


@pytest.mark.parametrize(
    ("names", "port", "authority", "said"),
    [
        ((), 0, True, "the name discord.com cannot be looked up"),
        (HOSTS, 1, True, "cannot connect to discord.com"),
        (HOSTS, 0, False, "the certificate of discord.com is not trusted"),
    ],
)
async def test_the_operator_reads_why_discord_cannot_be_reached(
    discord: Discord,
    certificate: tuple[ssl.SSLContext, Path],
    tmp_path: Path,
    names: tuple[str, ...],
    port: int,
    authority: bool,
    said: str,
) -> None:
    trusted = certificate[1] if authority else make(tmp_path)[1]
    connector = connectors(port or discord.port, trusted, names)()
    async with aiohttp.ClientSession(connector=connector) as session:
        with pytest.raises(aiohttp.ClientError) as failure:
            await session.get("https://discord.com/api/v10/gateway")
    assert reason(failure.value).startswith(said)
    assert is_lost(failure.value)
    assert not may_be_done(failure.value)


async def test_odd_events_cost_nobody_the_connection(discord: Discord, start: Start, log: Log) -> None:
    async with start():
        await discord.ready()
        whole = (await discord.slash(discord.world.add_person("bob"), "account")).payload
        for odd in (
            {},
            {**whole, "type": 99},
            {**whole, "type": "?"},
            {**whole, "channel": []},
            {key: value for key, value in whole.items() if key != "token"},
            {**whole, "member": {"user": {}}},
            {**whole, "id": "none"},
        ):
            await discord.gateway.send("INTERACTION_CREATE", odd)
        for name, data in (("SOMETHING_NEW", {"id": 1}), ("GUILD_CREATE", {"id": "1"}), ("GUILD_DELETE", {})):
            await discord.gateway.send(name, data)
        await works(discord)
    assert discord.gateway.events == ["connect", "identify"]
    assert {line["event"] for line in log.warnings} <= {"an event could not be read"}


@pytest.mark.parametrize("interval", [0, -5, 1, None, 10**17])
async def test_a_gateway_that_wants_heartbeats_without_a_pause_or_once_in_an_age_is_left(
    discord: Discord, start: Start, log: Log, interval: Any
) -> None:
    discord.switches.heartbeat_interval = interval
    async with start():
        await discord.until(lambda: len(discord.gateway.events) >= 2)
        discord.switches.heartbeat_interval = 41_250
        await discord.ready()
        await works(discord)
    assert {line["event"] for line in log.warnings} == {"connection to Discord lost; connecting again"}
    assert discord.gateway.heartbeats < 20


async def test_a_second_hello_ends_the_heartbeats_of_the_first(discord: Discord, start: Start) -> None:
    async with start():
        await discord.ready()
        for _ in range(5):
            await discord.gateway.order(10, {"heartbeat_interval": 600_000})
        await works(discord)
        await discord.until(lambda: sum(thread.name.startswith("keep-alive") for thread in threading.enumerate()) == 1)


@pytest.mark.parametrize("when", ["at work", "identifying", "resuming"])
async def test_every_other_close_code_is_outlived(discord: Discord, start: Start, log: Log, when: str) -> None:
    codes = [1000, 1001, 1011, 4000, 4001, 4002, 4003, 4005, 4007, 4008, 4009, 4020]
    if when == "identifying":
        discord.switches.identify_closes = codes[::3]
    async with start() as running:
        await discord.ready()
        for code in () if when == "identifying" else codes:
            running.clock.ahead += 61.0  # what was well for a minute is replaced at once
            if when == "resuming":
                discord.switches.resume_closes = [code]
            begun = discord.gateway.events.count("connect")
            await discord.gateway.close_all(code)
            await discord.until(lambda: discord.gateway.events.count("connect") > begun)  # noqa: B023 - awaited here
            await discord.until(lambda: any(session.socket for session in discord.gateway.sessions))
            await works(discord)
    assert all(line["event"] == "connection to Discord lost; connecting again" for line in log.warnings)


async def test_latency_is_known_once_a_heartbeat_is_acknowledged(discord: Discord, start: Start) -> None:
    async with start() as running:
        assert running.bot.latency == float("inf")
        await discord.ready()
        await discord.until(lambda: 0 < running.bot.latency < 5)
        assert [shard for shard, _ in running.bot.latencies] == [0]


def test_pauses_grow_to_half_a_minute_and_never_are_the_same_for_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    assert all(0.5 <= pause(0) <= 1 for _ in range(100))
    assert all(15 <= pause(failures) <= 30 for failures in range(5, 3000))
    assert len({pause(9) for _ in range(100)}) > 90
