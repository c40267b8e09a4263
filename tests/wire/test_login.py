"""A link from the command to the message that says so, with a Discord login: by the bot's own ways out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import aiohttp
import pytest
from yarl import URL

from config import Settings
from standins.discord.standin import Standin as Discord
from standins.discord.standin import text, walk
from standins.imgur.standin import Standin as Imgur
from tests.conftest import CLIENT_ID, DISCORD_SECRET
from tests.visitor import Visitor
from tests.wire.conftest import Start


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return replace(settings, discord_client_secret=DISCORD_SECRET)


async def test_message_says_linked_when_the_button_is_pressed(
    discord: Discord, standin: Imgur, settings: Settings, start: Start, alice: Any
) -> None:
    assert settings.login_callback_url
    discord.oauth.clients["123456789012345678"] = (DISCORD_SECRET, settings.login_callback_url)
    discord.oauth.people["alice"] = alice
    account = standin.world.add_account("alice_imgur")
    async with start(), aiohttp.ClientSession() as session:
        await discord.ready()
        command = await discord.slash(alice, "link")
        offer = await command.answered()
        assert "log in with Discord" in text(offer)
        link = next(part["url"] for part in walk(offer["components"]) if part.get("url"))
        browser = Visitor(session, str(settings.public_url))
        query = dict(URL((await browser.post(URL(link).path)).onward).query)
        own = await browser.get(discord.oauth.back(query, code=discord.oauth.issue("alice", query)))
        on = await browser.get(own.location)
        await browser.come_back(on.state, standin.world.issue_tokens(account, CLIENT_ID).refresh_token)
        await browser.post(f"{own.location}/confirm")
        await discord.until(lambda: "Linked as alice" in text(command.original or {"components": []}))
    assert discord.oauth.tokens == {}
