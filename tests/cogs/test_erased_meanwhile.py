"""Erased while Imgur's answer is on its way: what it brings is written nowhere, whatever it is an answer to."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from standins.imgur.records import Account
from storage.models import Shelf
from tests.cogs.conftest import Discord, answer, text
from tests.cogs.indexing import Index
from tests.cogs.test_data_delete import naming, settled
from tests.cogs.test_unlinked_meanwhile import DEEDS

pytestmark = pytest.mark.interplay


@pytest.mark.parametrize(("command", "match", "given"), DEEDS)
async def test_what_an_answer_brings_after_an_erasure_is_written_nowhere(
    discord: Discord, linked: Account, index: Index, picture: bytes, command: str, match: str, given: dict[str, Any]
) -> None:
    world = discord.standin.world
    made = [world.add_image(linked, title=f"Sunset {number}") for number in range(3)]
    world.add_favorites(linked, made[:1])
    world.add_album(linked, title="Sunsets", images=made[:2])
    other = world.add_image(world.add_account("somebody"), title="Sunset of others")
    await index.read(Shelf.IMAGES, Shelf.FAVORITES, Shelf.ALBUMS)
    world.add_image(linked, title="Sunset, new")
    options = {name: value.format(other=other.id) for name, value in given.items()}
    if command == "upload":
        options["file"] = ("hill.jpg", picture)
    held = discord.standin.switches.hold(match, answer=True)
    running = asyncio.create_task(discord.run(command, **options))
    await asyncio.wait_for(held.arrived.wait(), 15)
    await discord.house.services.leaving.leave(discord.alice.id, "0")
    held.release()
    assert text(answer(await running))
    await settled(discord)
    assert naming(discord, discord.alice.id) == []


@pytest.mark.parametrize(
    ("command", "match", "given"),
    [
        ("show", "GET /3/image/*", {"image": "https://imgur.com/{other}", "share": True}),
        ("search", "GET /3/gallery/*", {"query": "sunset"}),
        ("search", "GET /3/gallery/*", {"query": "sunset", "share": True}),
        ("random", "GET /3/image/*", {}),
        ("tag", "GET /3/image/*", {"image": "https://imgur.com/{other}", "tags": "sun"}),
        ("note", "GET /3/image/*", {"image": "https://imgur.com/{other}", "text": "sun"}),
    ],
)
async def test_nothing_is_on_record_of_what_was_asked_for_before_and_comes_after(
    discord: Discord, index: Index, picture: bytes, command: str, match: str, given: dict[str, Any]
) -> None:
    """Also of who has linked nothing, and where it is shared."""
    world = discord.standin.world
    other = world.add_image(world.add_account("somebody"), title="Sunset of others", in_gallery=True)
    await discord.run("upload", file=("hill.jpg", picture), anonymous=True)
    held = discord.standin.switches.hold(match, answer=True)
    options = {name: value.format(other=other.id) if name == "image" else value for name, value in given.items()}
    running = asyncio.create_task(discord.run(command, **options))
    await asyncio.wait_for(held.arrived.wait(), 15)
    await discord.house.services.leaving.leave(discord.alice.id, "1")
    held.release()
    await running
    await settled(discord)
    assert naming(discord, discord.alice.id) == []
