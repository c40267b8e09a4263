"""An upload that waits for a link which ends in the browser, by a login with Discord: all of it over the wire."""

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


async def link_in_browser(discord: Discord, standin: Imgur, settings: Settings, offer: Any) -> None:
    """From the link page over Discord's and Imgur's to the button of the last."""
    link = next(part["url"] for part in walk(offer["components"]) if part.get("label") == "Open the link page")
    tokens = standin.world.issue_tokens(standin.world.add_account("alice_pictures"), CLIENT_ID)
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
        visitor = Visitor(session, str(settings.public_url))
        query = dict(URL((await visitor.post(link)).onward).query)
        discord.oauth.clients[query["client_id"]] = DISCORD_SECRET, query["redirect_uri"]
        own = (await visitor.get(discord.oauth.back(query, code=discord.oauth.issue("alice", query)))).location
        state = (await visitor.get(own)).state
        await visitor.come_back(state, tokens.refresh_token)
        assert 'id="continue"' in (await visitor.get(own)).text
        await visitor.post(f"{own}/confirm")
        assert "<h1>Linked</h1>" in (await visitor.get(own)).text


async def test_upload_goes_on_once_the_browser_has_linked(
    discord: Discord, standin: Imgur, start: Start, settings: Settings, picture: bytes
) -> None:
    alice = discord.world.add_person("alice")
    discord.oauth.people["alice"] = alice
    async with start():
        await discord.ready()
        file = discord.world.upload("hill.jpg", picture, "image/jpeg")
        asked = await discord.slash(alice, "upload", file, file=file["id"])
        pressed = await discord.press(alice, await asked.answered(), "Link account and upload")
        await discord.until(lambda: pressed.followups)
        await link_in_browser(discord, standin, settings, pressed.followups[0])
        question = await asked.answered()
        await discord.until(lambda: "Uploaded to your Imgur account" in text(question))
        assert "Your upload goes on now" in text(pressed.followups[0])
        told = await (await discord.slash(alice, "account")).answered()
        assert "linked · by a login with Discord" in text(told)
    [image] = standin.world.images.values()
    assert image.data == picture
    assert discord.oauth.tokens == {}
