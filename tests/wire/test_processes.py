"""Real processes of the bot on one Discord, one Imgur and one database: how they start, overlap and end."""

from __future__ import annotations

import asyncio
import base64
import os
import ssl
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from standins.discord.standin import Standin as Discord
from standins.discord.standin import text
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

    async def ended(self) -> tuple[int, str]:
        """Its exit code and what it wrote."""
        async with asyncio.timeout(30):
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
    await discord.until(lambda: all("https://imgur.com/" in text(one.original or EMPTY) for one in sent), seconds=20)
    second.stop()
    assert (code, "Traceback" in said) == (0, False), said
    code, said = await second.ended()
    assert (code, "Traceback" in said) == (0, False), said
    assert [len(one.callbacks) for one in sent] == [1] * CLICKS
    assert len(standin.world.images) == CLICKS
    assert {one.refused[0] for one in sent if one.refused} == {40060}


async def test_a_press_is_answered_by_the_process_that_knows_what_it_is_about(
    discord: Discord, standin: Imgur, launch: Launch, picture: bytes
) -> None:
    """Two overlap; only one of them has the question, and only one the upload."""
    for _ in range(2):
        await launch()
        await discord.ready()
    alice = discord.world.add_person("alice")
    for _ in range(2):
        file = discord.world.upload("picture.jpg", picture, "image/jpeg")
        asked = await (await discord.slash(alice, "upload", file, file=file["id"])).answered()
        pressed = await discord.press(alice, asked, "Upload anonymously")
        await discord.until(partial(_says, asked, "Uploaded anonymously"))
        await discord.until(partial(getattr, pressed, "refused"))
    discord.switches.slow_files = 60.0
    file = discord.world.upload("picture.jpg", picture, "image/jpeg")
    begun = await discord.slash(alice, "upload", file, file=file["id"], anonymous=True)
    await discord.until(lambda: begun.original and "Cancel" in str(begun.original["components"]))
    assert begun.original is not None
    pressed = await discord.press(alice, begun.original, "Cancel")
    await discord.until(lambda: "Upload cancelled" in text(begun.original or EMPTY))
    await discord.until(lambda: pressed.refused == [40060])
    assert not pressed.followups
    assert len(standin.world.images) == 2


def _says(message: dict[str, Any], words: str) -> bool:
    return words in text(message)


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
