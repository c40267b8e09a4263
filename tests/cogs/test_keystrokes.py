"""Many people type at once, while their lists are being read and Imgur is slow."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from config import Settings
from services.library import suggestions
from services.library.suggestions import Scope
from standins.imgur.records import Account
from storage import Stores
from storage.database import Database
from storage.models import Query, Shelf
from storage.sealing import Keyring
from tests.cogs.conftest import Discord, answer, text
from tests.cogs.indexing import Index
from tests.databases import on_both
from tests.services.test_account import link

pytestmark = pytest.mark.interplay

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
                assert all(f", {place}" in choice.name.source for choice in choices)

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


@dataclass
class SlowAt:
    """The store of libraries; one shelf takes as long to look through as the test says."""

    library: Any
    shelf: Shelf
    let_go: asyncio.Event = field(default_factory=asyncio.Event)
    looks: int = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self.library, name)

    async def suggesting(self, shelves: Iterable[tuple[int, str]], query: Query, reader: int, *, limit: int) -> Any:
        wanted = list(shelves)
        looks = await self.library.suggesting(wanted, query, reader, limit=limit)
        return [
            asyncio.create_task(self._slow(look)) if shelf == self.shelf else look
            for look, (_, shelf) in zip(looks, wanted, strict=True)
        ]

    async def _slow(self, look: asyncio.Task[Any]) -> Any:
        found = await look
        self.looks += 1
        await self.let_go.wait()
        self.looks -= 1
        return found


@on_both
async def test_one_slow_list_keeps_no_choice_of_the_others_from_who_types(
    discord: Discord, linked: Account, settings: Settings, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is there in time is offered; the slow look goes on to its end, and the next keystroke may find it."""
    world = discord.standin.world
    world.add_image(linked, title="Catwalk of mine")
    linked.favorites.append(world.add_image(title="Catwalk of others"))
    stores = Stores.of(database, Keyring(settings.token_keys))
    await Index(discord, stores).read(Shelf.IMAGES, Shelf.FAVORITES, Shelf.ALBUMS)
    service = discord.house.services.library.suggestions
    shelves = service._lists._shelves
    slow = SlowAt(shelves._store, Shelf.FAVORITES)
    monkeypatch.setattr(shelves, "_store", slow)
    monkeypatch.setattr(suggestions, "SOON", 0.2)
    monkeypatch.setattr(suggestions, "AT_LEAST", 0.2)

    found: list[suggestions.Suggestion] = []
    try:
        async with asyncio.timeout(10):
            while not found:  # where the machine has more to do, only a later keystroke finds it
                found = await service.suggest(discord.alice.id, "catw", Scope.ANYTHING)
        assert [choice.name.source.partition(" (")[0] for choice in found] == ["Catwalk of mine"]
        assert slow.looks
    finally:
        slow.let_go.set()
    await service._lists.close()
    assert slow.looks == 0
    monkeypatch.setattr(suggestions, "SOON", 9.0)
    assert len(await service.suggest(discord.alice.id, "catw", Scope.ANYTHING)) == 2


@dataclass
class SlowToTell:
    """The store of accounts, which takes as long as the test says to tell who is linked."""

    accounts: Any
    let_go: asyncio.Event = field(default_factory=asyncio.Event)
    asked: int = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self.accounts, name)

    async def named(self, discord_id: int) -> Any:
        self.asked += 1
        await self.let_go.wait()
        return await self.accounts.named(discord_id)


@on_both
async def test_a_list_of_the_index_waits_for_nothing_that_others_need(
    discord: Discord, linked: Account, settings: Settings, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who is linked is asked for lists that are not in the index, and for no others."""
    discord.standin.world.add_image(linked, title="Catwalk of mine")
    index = Index(discord, Stores.of(database, Keyring(settings.token_keys)))
    await index.read(Shelf.IMAGES)
    service = discord.house.services.library.suggestions
    accounts = service._lists._reading._accounts
    slow = SlowToTell(accounts._accounts)
    monkeypatch.setattr(accounts, "_accounts", slow)
    monkeypatch.setattr(suggestions, "SOON", 0.2)
    monkeypatch.setattr(suggestions, "AT_LEAST", 0.2)

    found: list[suggestions.Suggestion] = []
    try:
        async with asyncio.timeout(10):
            while not found:  # where the machine has more to do, only a later keystroke finds it
                found = await service.suggest(discord.alice.id, "catw", Scope.ANYTHING)
        assert [choice.name.source.partition(" (")[0] for choice in found] == ["Catwalk of mine"]
        assert slow.asked
    finally:
        slow.let_go.set()
    await service._lists.close()

    await index.read(Shelf.FAVORITES, Shelf.ALBUMS)
    slow.asked = 0
    monkeypatch.setattr(suggestions, "SOON", 9.0)
    assert len(await service.suggest(discord.alice.id, "catw", Scope.ANYTHING)) == 1
    assert slow.asked == 0
