"""Unlinked while Imgur's answer is on its way: what it brings is written nowhere, whatever it is an answer to."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from standins.imgur.records import Account
from storage.models import Shelf
from tests.cogs.conftest import Discord, answer, text
from tests.cogs.indexing import Index
from tests.databases import rows

pytestmark = pytest.mark.interplay

DEEDS: list[tuple[str, str, dict[str, Any]]] = [
    ("images", "GET /3/account/me/images/*", {"query": "sun"}),
    ("favorites", "GET /3/account/me/favorites/*", {}),
    ("album list", "GET /3/account/me/albums/*", {}),
    ("upload", "POST /3/upload", {"title": "Sunset"}),
    ("edit", "POST /3/image/*", {"image": "Sunset 1", "title": "Sunset again"}),
    ("favorite", "POST /3/image/*/favorite", {"image": "Sunset 2"}),
    ("unfavorite", "POST /3/image/*/favorite", {"image": "Sunset 0"}),
    ("album create", "POST /3/album", {"title": "Sunset album"}),
    ("album edit", "PUT /3/album/*", {"album": "Sunsets", "title": "Sunset album"}),
    ("album add", "POST /3/album/*/add", {"album": "Sunsets", "image": "Sunset 2"}),
    ("album remove", "POST /3/album/*/remove_images", {"album": "Sunsets", "image": "Sunset 1"}),
    ("tag", "GET /3/image/*", {"image": "https://imgur.com/{other}", "tags": "sunset"}),
    ("note", "GET /3/image/*", {"image": "https://imgur.com/{other}", "text": "sunset"}),
    ("show", "GET /3/image/*", {"image": "https://imgur.com/{other}"}),
]
TABLES = ("items", "places", "syncs", "marks", "tags", "jobs", "steps", "views", "selected", "links", "imgur_accounts")

ON_BOTH = {"images", "upload", "album create", "tag"}
CASES = [(*deed, "sqlite") for deed in DEEDS] + [(*deed, "postgres") for deed in DEEDS if deed[0] in ON_BOTH]


@pytest.mark.parametrize(("command", "match", "given", "engine"), CASES)
async def test_what_an_answer_brings_after_an_unlink_is_written_nowhere(
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
    await discord.house.services.accounts.unlink(discord.alice.id)
    held.release()
    assert text(answer(await running))
    await discord.house.services.library.catalogue.shelves.close()
    while await index.stores.library.empty_some(1000):
        pass

    url = discord.house.settings.database_url
    assert {table: rows(url, f"SELECT * FROM {table}") for table in TABLES} == {table: [] for table in TABLES}
    assert "No Imgur account is linked" in text(answer(await discord.run("favorites")))
