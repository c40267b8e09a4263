"""Real processes of the bot on one Discord, one Imgur and one database: how they start, overlap and end."""

from __future__ import annotations

import asyncio
import base64
import os
import ssl
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from standins.discord.standin import Standin as Discord
from standins.discord.standin import text
from standins.discord.world import Interaction
from standins.imgur.standin import Standin as Imgur
from tests.conftest import CLIENT_ID, free_port
from tests.wire.conftest import TOKEN

ROOT = Path(__file__).parents[2]
CLICKS = 40


class Process:
    """A bot in a process of its own."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        assert process.stderr is not None
        self._reading = asyncio.ensure_future(process.stderr.read())

    def stop(self) -> None:
        self._process.terminate()

    def kill(self) -> None:
        self._process.kill()

    async def ended(self) -> tuple[int, str]:
        """Its exit code and what it wrote."""
        async with asyncio.timeout(60):
            code = await self._process.wait()
            return code, (await self._reading).decode()


Launch = Callable[[], Awaitable[Process]]


@pytest.fixture
async def launch(
    discord: Discord, standin: Imgur, certificate: tuple[ssl.SSLContext, Path], database_url: str
) -> AsyncIterator[Launch]:
    started: list[asyncio.subprocess.Process] = []
    key = base64.b64encode(os.urandom(32)).decode()

    async def launched() -> Process:
        environment = {
            "PATH": os.environ["PATH"],
            "DISCORD_TOKEN": TOKEN,
            "IMGUR_CLIENT_ID": CLIENT_ID,
            "TOKEN_KEYS": f"k1:{key}",
            "DATABASE_URL": database_url,
            "PORT": str(free_port()),
            "ADMIN_PORT": str(free_port()),
        }
        where = ["--discord", str(discord.port), "--authority", str(certificate[1]), "--imgur", standin.url]
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.wire.process", *where,
            cwd=ROOT, env=environment, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        started.append(process)
        return Process(process)

    yield launched
    for process in started:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def test_a_restart_that_overlaps_does_nothing_twice_and_leaves_nobody_without_an_answer(
    discord: Discord, standin: Imgur, launch: Launch, picture: bytes
) -> None:
    """Two processes on one shard while people click; the older one is told to stop in the middle of it."""
    first = await launch()
    await discord.ready()
    second = await launch()
    await discord.ready()
    people = [discord.world.add_person(f"person{number}") for number in range(10)]
    sent = []
    for number in range(CLICKS):
        file = discord.world.upload(f"picture{number}.jpg", picture, "image/jpeg")
        person = people[number % len(people)]
        sent.append(await discord.slash(person, "upload", file, file=file["id"], anonymous=True))
        if number == CLICKS // 2:
            first.stop()
        await asyncio.sleep(0.03)
    code, said = await first.ended()
    await discord.until(lambda: all("https://imgur.com/" in text(one.original or EMPTY) for one in sent))
    second.stop()
    assert (code, "Traceback" in said) == (0, False), said
    code, said = await second.ended()
    assert (code, "Traceback" in said) == (0, False), said
    assert [len(one.callbacks) for one in sent] == [1] * CLICKS
    assert len(standin.world.images) == CLICKS
    assert {one.refused[0] for one in sent if one.refused} == {40060}


async def test_a_process_that_is_killed_takes_only_its_own_along(
    discord: Discord, standin: Imgur, launch: Launch, picture: bytes
) -> None:
    """`kill -9` in the middle of uploads; the other process serves everyone who comes afterwards, and nothing twice."""
    discord.switches.slow_files = 60.0
    first = await launch()
    await discord.ready()
    alone = [await upload(discord, picture) for _ in range(3)]
    await discord.until(lambda: all(one.callbacks for one in alone))
    second = await launch()
    await discord.ready()
    discord.switches.slow_files = 0.3
    both = [await upload(discord, picture) for _ in range(6)]
    await discord.until(lambda: all(one.callbacks for one in both))
    first.kill()
    discord.switches.slow_files = 0.0
    later = [await upload(discord, picture) for _ in range(6)]
    await discord.until(lambda: all(map(is_uploaded, later)))
    begun = await discord.slash(discord.world.add_person("bob"), "account")
    assert "No Imgur account is linked" in text(await begun.answered())
    second.stop()
    code, said = await second.ended()
    assert (code, "Traceback" in said) == (0, False), said
    uploaded = [one for one in (*alone, *both, *later) if is_uploaded(one)]
    assert len(standin.world.images) == len(uploaded)
    assert not any(map(is_uploaded, alone))


async def upload(discord: Discord, picture: bytes) -> Interaction:
    """Somebody uploads a picture."""
    file = discord.world.upload("picture.jpg", picture, "image/jpeg")
    person = discord.world.add_person("somebody")
    return await discord.slash(person, "upload", file, file=file["id"], anonymous=True)


def is_uploaded(interaction: Interaction) -> bool:
    return "https://imgur.com/" in text(interaction.original or EMPTY)


EMPTY: dict[str, list[Any]] = {"components": []}


@pytest.mark.parametrize("how", ["login", "gateway"])
async def test_a_refused_token_is_a_sentence_and_exit_code_1(discord: Discord, launch: Launch, how: str) -> None:
    if how == "login":
        discord.world.token = "another"
    else:
        discord.switches.identify_closes = [4004]
    code, said = await (await launch()).ended()
    assert code == 1
    assert "DISCORD_TOKEN" in said.splitlines()[-1]
    assert "Traceback" not in said
    assert TOKEN not in said


async def test_a_bot_that_waits_for_an_outage_to_end_can_be_stopped(discord: Discord, launch: Launch) -> None:
    discord.switches.outage = 503
    process = await launch()
    await discord.until(lambda: discord.turned_away >= 2)
    begun = time.monotonic()
    process.stop()
    code, said = await process.ended()
    assert time.monotonic() - begun < 5
    assert (code, "Traceback" in said) == (0, False)
    assert "status 503" in said
