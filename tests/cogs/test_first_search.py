"""The first search of somebody who has only just linked an account, with the reading in the background at work."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from bot import House, compose
from config import Settings
from standins.imgur.records import Account
from standins.imgur.standin import Standin
from tests.cogs.conftest import Discord, SlowAttachments, answer, text
from tests.cogs.test_gallery import listed


@pytest.fixture
async def house(settings: Settings, standin: Standin, attachments: SlowAttachments) -> AsyncIterator[House]:
    async with compose(settings, imgur_url=standin.url, attachments=attachments) as house:
        yield house


async def test_it_finds_at_once_what_a_small_account_holds(
    discord: Discord, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.library.listing.SMALL_PATIENCE", 30.0)
    world = discord.standin.world
    cat = world.add_image(account, title="Cat")
    for n in range(120):
        world.add_image(account, title=f"Dog {n}")
    world.add_favorites(account, [cat])
    await discord.link(account)
    assert listed(answer(await discord.run("images", query="cat"))) == [cat.id]
    assert listed(answer(await discord.run("favorites", query="cat"))) == [cat.id]
    new = world.add_image(account, title="Second cat")
    message = answer(await discord.run("images", query="cat"))
    assert listed(message) == [new.id, cat.id]
    assert "2 found" in text(message)
