"""Commands as another release had them: Discord goes on offering them for a while."""

from __future__ import annotations

from typing import Any

import pytest

from standins.discord.standin import COMMAND, PRESS, SUBMIT, TYPING, text
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
    imgur("upload", option("file", FILE, "123")),
    imgur("upload", option("file", TEXT, "hill.jpg")),
    imgur("show", option("image", INTEGER, 5)),
    imgur("show", option("image", TEXT, "abc1234"), option("share", TEXT, "yes")),
    imgur("show", {"name": "picture", "type": 1, "options": [option("image", TEXT, "abc1234")]}),
    imgur("show", {"name": "image"}),
    {**imgur("upload", option("file", FILE, "123")), "resolved": None},
    {"id": "1", "name": "imgur", "type": 1, "options": None},
    {"id": "1", "type": 1},
    {},
]
PRESSED: list[tuple[int, Json]] = [
    (PRESS, {"custom_id": None, "component_type": 2}),
    (PRESS, {"custom_id": 5, "component_type": 2}),
    (SUBMIT, {"custom_id": None, "components": []}),
    (SUBMIT, {"custom_id": 7, "components": [{"component": {"custom_id": "code", "value": None}}]}),
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


async def test_presses_and_forms_of_no_release_end_in_words(discord: Discord, start: Start, log: Log) -> None:
    alice = discord.world.add_person("alice")
    async with start():
        await discord.ready()
        shown = await (await discord.slash(alice, "account")).answered()
        for kind, data in PRESSED:
            pressed = await discord.interact(kind, alice, {"id": 1, **data}, message=shown, documented=False)
            await discord.until(lambda: pressed.finished.is_set() or pressed.followups)  # noqa: B023 - awaited here
            told = [*pressed.followups, pressed.original or shown]
            assert any("earlier version" in text(message) for message in told), data
    assert log.warnings == []


async def test_what_comes_from_nobody_or_says_nothing_is_left_alone(discord: Discord, start: Start, log: Log) -> None:
    alice = discord.world.add_person("alice")
    async with start():
        await discord.ready()
        whole = (await discord.slash(alice, "account")).payload
        nobody = {name: value for name, value in whole.items() if name not in {"member", "user"}}
        for odd in (nobody, {**whole, "data": None}, {**whole, "data": []}, {**nobody, "type": TYPING}):
            await discord.gateway.send("INTERACTION_CREATE", odd)
        await (await discord.slash(alice, "account")).answered()
    assert {line["event"] for line in log.warnings} == {"an interaction could not be read"}
    assert len(log.warnings) == 4
