"""Many people type at once, while their lists are being read and Imgur is slow."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from config import Settings
from services.library.suggestions import Scope
from standins.imgur.records import Account
from storage import Stores
from storage.database import Database
from storage.models import Shelf
from storage.sealing import Keyring
from tests.cogs.conftest import Discord, answer, text
from tests.cogs.indexing import Index
from tests.databases import on_both
from tests.services.test_account import link

USERS, TYPED, STROKES = 10, "catwalk tonight", 12


@on_both
async def test_ten_people_type_while_a_sync_waits_for_imgur(
    discord: Discord, linked: Account, settings: Settings, database: Database
) -> None:
    """Twelve keystrokes each: nothing is asked of Imgur for them, all are answered, a command is not held up."""
    world = discord.standin.world
    shown = world.add_image(title="Somebody's")
    stores = Stores.of(database, Keyring(settings.token_keys))
    guild = discord.env.create_guild()
    people = [guild.add_member(discord.env.create_user(f"user{number}")) for number in range(USERS)]
    for number, person in enumerate(people):
        account = world.add_account(f"user{number}")
        for _ in range(3):
            world.add_image(account, title=f"Catwalk tonight, {number}")
        await link(stores, discord.standin, account, person.id)
        theirs = Index(replace(discord, alice=person), stores)
        await theirs.read(Shelf.IMAGES, Shelf.FAVORITES, Shelf.ALBUMS, pages=1, whole=False)
    held = discord.standin.switches.hold("GET /3/account/*")
    suggest = discord.house.services.library.suggestions.suggest

    async def types() -> None:
        for number in range(STROKES):
            typed = TYPED[: number + 1]
            found = await asyncio.gather(*(suggest(person.id, typed, Scope.ANYTHING) for person in people))
            for place, choices in enumerate(found):
                assert len(choices) == 3
                assert all(f", {place}" in choice.name for choice in choices)

    async with discord.again(work=True):
        async with asyncio.timeout(20):
            await held.arrived.wait()
        discord.standin.requests.clear()
        typing = asyncio.create_task(types())
        said = text(answer(await discord.run("show", image=f"https://imgur.com/{shown.id}.jpg")))
        assert "Somebody's" in said
        await typing
        asked = [request.line for request in discord.standin.requests]
        held.release()
    assert asked == [f"GET /3/image/{shown.id}"]
