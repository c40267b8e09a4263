"""Two bots over one database follow the same work: one of them shows it, and the message ends with how it ended."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import pytest

from standins.discord.standin import Standin as Discord
from standins.discord.standin import text
from standins.discord.world import Interaction
from standins.imgur.standin import Standin as Imgur
from tests.databases import on_both
from tests.wire.acting import asked_to_delete, changed
from tests.wire.conftest import Running, Start

pytestmark = [on_both, pytest.mark.usefixtures("unhurried")]
DELETE = "DELETE /3/image/*"


@pytest.fixture
async def two(discord: Discord, start: Start, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[list[Running]]:
    async with start() as first:
        await discord.ready()
        async with start(serve=False) as second:
            await discord.ready()
            monkeypatch.setattr(sys.modules["cogs.gallery._watch"], "LAST_LOOK", 0.1)
            yield [first, second]


@contextmanager
def heard_by(discord: Discord, number: int) -> Iterator[None]:
    """What people do meanwhile comes to one of the two alone."""
    every = discord.gateway.sessions
    discord.gateway.sessions = [every[number]]
    yield
    discord.gateway.sessions = every


def nobody_follows(two: list[Running]) -> bool:
    return not any(running.bot.cogs["Bulk"]._watch._following for running in two)  # type: ignore[attr-defined]


def said(presses: list[Interaction], words: str) -> int:
    """In how many edits."""
    return sum(words in text(edit) for press in presses for edit in press.edits if "components" in edit)


async def deleting(discord: Discord, alice: Any, picture: bytes) -> Interaction:
    """Three are being deleted."""
    question = await asked_to_delete(discord, alice, picture, 3)
    return await discord.press(alice, question, "Delete 3 for good")


async def test_whoever_was_pressed_on_last_shows_it_and_tells_how_it_ended_alone(
    discord: Discord, standin: Imgur, picture: bytes, two: list[Running]
) -> None:
    alice = discord.world.add_person("alice")
    held = standin.switches.hold(DELETE)
    with heard_by(discord, 0):
        confirmed = await deleting(discord, alice, picture)
        message = await changed(discord, confirmed, "**0 of 3** done so far")
    await asyncio.wait_for(held.arrived.wait(), 30)
    before = len(confirmed.edits)
    with heard_by(discord, 1):
        looked = await discord.press(alice, message, "How far is it?")
        await discord.until(lambda: looked.edits)
    following = standin.switches.hold(DELETE)
    held.release()
    await changed(discord, looked, "**1 of 3** done so far")
    stale = dict(message)
    following.release()
    await changed(discord, looked, "### 3 deleted")
    await discord.until(partial(nobody_follows, two))
    assert "### 3 deleted" in text(message)
    assert len(confirmed.edits) == before
    assert said([confirmed, looked], "### 3 deleted") == 1

    late = await discord.press(alice, stale, "How far is it?")
    await discord.until(lambda: late.edits)
    assert "### 3 deleted" in text(message)
    assert said([confirmed, looked, late], "This is over") == 0
    assert len(standin.sent(DELETE)) == 3
