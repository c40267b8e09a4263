"""Commands as another release had them: Discord goes on offering them for a while."""

from __future__ import annotations

from typing import Any

import pytest

from standins.discord.standin import COMMAND, TYPING, text
from standins.discord.standin import Standin as Discord
from tests.wire.conftest import Log, Start

Json = dict[str, Any]
TEXT, INTEGER, FILE = 3, 4, 11


def imgur(name: str, *options: Json) -> Json:
    """`/imgur <name>`."""
    child = {"name": name, "type": 1, "options": list(options)}
    return {"id": "1", "name": "imgur", "type": 1, "options": [child]}


def option(name: str, kind: int, value: object, *, focused: bool = False) -> Json:
    return {"name": name, "type": kind, "value": value, **({"focused": True} if focused else {})}


COMMANDS: list[Json] = [
    {"id": "1", "name": "Upload to Imgur", "type": 3, "target_id": "2", "resolved": {"messages": {}}},
    {"id": "1", "name": "Pictures", "type": 2, "target_id": "2", "resolved": {"users": {}}},
    {"id": "1", "name": "launch", "type": 4},
    {"id": "1", "name": "upload", "type": 1, "options": []},
    {"id": "1", "name": "imgur", "type": 1},
    {"id": "1", "name": "imgur", "type": 1, "options": [{**imgur("album", option("x", TEXT, "y")), "type": 2}]},
    imgur("gone"),
    imgur("upload"),
    imgur("upload", option("file", FILE, "123")),
    imgur("upload", option("file", TEXT, "hill.jpg")),
    imgur("show", option("image", INTEGER, 5)),
    imgur("show", option("image", TEXT, "abc1234"), option("share", TEXT, "yes")),
]
TYPED: list[Json] = [
    {"id": "1", "name": "upload", "type": 1, "options": [option("album", TEXT, "a", focused=True)]},
    imgur("gone", option("image", TEXT, "a", focused=True)),
    imgur("show"),
    imgur("show", option("picture", TEXT, "a", focused=True)),
    imgur("show", option("image", INTEGER, 5, focused=True)),
    imgur("upload", option("title", TEXT, "a", focused=True)),
]


async def test_commands_of_another_release_end_in_words_and_suggestions_in_nothing(
    discord: Discord, start: Start, log: Log
) -> None:
    alice = discord.world.add_person("alice")
    async with start():
        await discord.ready()
        for data in COMMANDS:
            told = await (await discord.interact(COMMAND, alice, data, documented=False)).answered()
            assert "earlier version" in text(told), data
        typed = [await discord.interact(TYPING, alice, data, documented=False) for data in TYPED]
        await (await discord.slash(alice, "account")).answered()
        assert not any(one.callbacks for one in typed)
    assert log.warnings == []


@pytest.mark.parametrize("data", [imgur("show", option("image", TEXT, "abc1234"), option("new", TEXT, "x"))])
async def test_an_option_that_is_not_known_yet_is_left_alone(discord: Discord, start: Start, data: Json) -> None:
    async with start():
        await discord.ready()
        told = await (await discord.interact(COMMAND, discord.world.add_person("alice"), data)).answered()
    assert "earlier version" not in text(told)
