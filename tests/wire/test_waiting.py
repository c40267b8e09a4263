"""A command that waits for Imgur's limit: it shows its place and the time, goes on by itself, and can be ended."""

from __future__ import annotations

import asyncio
import re
import sqlite3
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cogs.upload import _transfer
from services.quota import line
from services.quota.allowances import APPLICATION
from standins.discord.standin import Standin as Discord
from standins.discord.standin import text
from standins.discord.switches import Fault, Refusal
from standins.imgur.standin import Standin as Imgur
from tests.databases import rows
from tests.wire.acting import EMPTY, another
from tests.wire.conftest import Running, Start

pytestmark = pytest.mark.usefixtures("unhurried")
WAITS = r"Place {} in the line; your turn should come <t:(\d+):R>\. It goes on by itself\."


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(line, "LOOK_AGAIN", 0.1)
    monkeypatch.setattr(_transfer, "FIRST_REPORT", 0.1)
    monkeypatch.setattr(_transfer, "REPORT_EVERY", 0.1)


async def pause(running: Running) -> None:
    """As if Imgur had refused a call of the application's a moment ago."""
    now = datetime.now(UTC)
    await running.bot.services.governor._ledger.pause(APPLICATION, now + timedelta(seconds=240), now)


async def go_on(url: str) -> None:
    """As if the pause was over; the bot writes to the database as well."""
    async with asyncio.timeout(10):
        while True:
            try:
                rows(url, "UPDATE credits_left SET paused_until = NULL")
            except sqlite3.OperationalError:
                await asyncio.sleep(0.01)
            else:
                return


def says(command: Any, words: str) -> Callable[[], bool]:
    return lambda: command.original is not None and words in text(command.original)


def waits(command: Any, place: int | str, seconds: float = 240) -> Callable[[], bool]:
    """Whether it shows the place, and when the pause of so many seconds ends."""

    def shown() -> bool:
        found = re.search(WAITS.format(place), text(command.original or EMPTY))
        return found is not None and seconds - 40 < int(found[1]) - time.time() < seconds + 1

    return shown


async def test_it_shows_its_place_and_time_and_goes_on_by_itself(
    discord: Discord, standin: Imgur, start: Start, database_url: str
) -> None:
    image = standin.world.add_image(title="Sunset")
    alice, bob = discord.world.add_person("alice"), discord.world.add_person("bob")
    async with start() as running:
        await discord.ready()
        await pause(running)
        first = await discord.slash(alice, "show", image=f"https://imgur.com/{image.id}.png")
        await discord.until(waits(first, 1))
        second = await discord.slash(bob, "show", image=f"https://imgur.com/{image.id}.png")
        await discord.until(waits(second, 2))
        assert standin.sent("* /3/*") == []
        await go_on(database_url)
        await discord.until(says(first, "Sunset"))
        await discord.until(says(second, "Sunset"))


async def test_what_imgur_itself_refuses_to_show_waits_its_turn_as_well(
    discord: Discord, standin: Imgur, start: Start, database_url: str
) -> None:
    image = standin.world.add_image(title="Sunset")
    alice = discord.world.add_person("alice")
    standin.fail_next("throttled-429", "GET /3/image/*")
    async with start():
        await discord.ready()
        command = await discord.slash(alice, "show", image=f"https://imgur.com/{image.id}.png")
        await discord.until(waits(command, 1, 60))
        await go_on(database_url)
        await discord.until(says(command, "Sunset"))
    assert len(standin.sent("GET /3/image/*")) == 2


async def test_what_discord_did_not_take_is_shown_at_the_next_look(
    discord: Discord, standin: Imgur, start: Start
) -> None:
    image = standin.world.add_image()
    async with start() as running:
        await discord.ready()
        await pause(running)
        discord.switches.faults.append(Fault("PATCH /webhooks/*", Refusal(403, 50001), times=2))
        command = await discord.slash(discord.world.add_person("alice"), "show", image=f"https://imgur.com/{image.id}")
        await discord.until(waits(command, 1, 240))
    assert standin.sent("* /3/*") == []


async def test_an_upload_waits_and_can_be_ended_and_goes_on(
    discord: Discord, standin: Imgur, start: Start, picture: bytes, database_url: str
) -> None:
    alice = discord.world.add_person("alice")
    async with start() as running:
        await discord.ready()
        await pause(running)
        files = [discord.world.upload("hill.jpg", another(picture), "image/jpeg") for _ in range(2)]
        ended, goes_on = [await discord.slash(alice, "upload", file, file=file["id"], anonymous=True) for file in files]
        await discord.until(waits(ended, 1))
        await discord.until(waits(goes_on, 2))
        assert ended.original is not None
        await discord.press(alice, ended.original, "Cancel")
        await discord.until(says(ended, "Nothing was stored"))
        await discord.until(waits(goes_on, 1))
        await go_on(database_url)
        await discord.until(says(goes_on, "Uploaded anonymously"))
    assert len(standin.sent("POST /3/*")) == 1


async def test_an_upload_waits_as_long_where_a_press_began_it(
    discord: Discord, standin: Imgur, start: Start, picture: bytes, database_url: str
) -> None:
    """Who has said where it goes need not attach it once more."""
    alice = discord.world.add_person("alice")
    async with start() as running:
        await discord.ready()
        await pause(running)
        file = discord.world.upload("hill.jpg", picture, "image/jpeg")
        command = await discord.slash(alice, "upload", file, file=file["id"])
        await discord.until(says(command, "Where should this go?"))
        assert command.original is not None
        await discord.press(alice, command.original, "Upload anonymously")
        await discord.until(waits(command, 1))
        await go_on(database_url)
        await discord.until(says(command, "Uploaded anonymously"))
    assert len(standin.sent("POST /3/*")) == 1


async def test_a_restart_ends_it_in_words(discord: Discord, standin: Imgur, start: Start) -> None:
    image = standin.world.add_image()
    alice = discord.world.add_person("alice")
    async with start() as running:
        await discord.ready()
        await pause(running)
        command = await discord.slash(alice, "show", image=f"https://imgur.com/{image.id}.png")
        await discord.until(waits(command, 1))
        running.task.cancel()
        await discord.until(says(command, "again"))
    assert standin.sent("* /3/*") == []
