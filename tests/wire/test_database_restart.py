"""PostgreSQL ends and starts again while people press: what they see then, and that the bot goes on by itself."""

from __future__ import annotations

import asyncio
import signal
from functools import partial
from typing import Any

import pytest

from standins.discord.standin import Standin as Discord
from standins.discord.standin import text
from standins.discord.world import Interaction
from standins.imgur.records import Account
from standins.imgur.standin import Standin as Imgur
from tests.conftest import CLIENT_SECRET
from tests.databases import PostgresServer
from tests.wire.acting import EMPTY, answered, changed
from tests.wire.conftest import Launch

IMAGES = "GET /3/account/me/images/*"
REFRESH = "POST /oauth2/token"


@pytest.fixture
def database_url(server: PostgresServer) -> str:
    return server.url(server.make())


def said(press: Interaction) -> str:
    """All that whoever pressed reads."""
    return "\n".join(map(text, [press.original or EMPTY, *press.followups]))


def reads(press: Interaction, words: str) -> bool:
    return words in said(press)


def is_answered(press: Interaction) -> bool:
    return bool(press.edits or press.followups)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGQUIT], ids=["stopped", "crashed"])
async def test_a_press_while_the_server_is_away_asks_to_try_again_and_the_next_one_works(
    discord: Discord, standin: Imgur, launch: Launch, server: PostgresServer, alice: Any, account: Account,
    how: signal.Signals,
) -> None:  # fmt: skip
    """It goes while Imgur is asked for a page, and while it hands out new tokens, which are the only good ones then."""
    standin.switches.rotation = "strict"
    for number in range(25):
        standin.world.add_image(account, title=f"Picture {number}")
    process = await launch(IMGUR_CLIENT_SECRET=CLIENT_SECRET)
    await discord.ready()
    gallery = await answered(await discord.slash(alice, "images"))
    assert "Page 1 of 3" in text(gallery)
    for match, answer in ((IMAGES, False), (REFRESH, True)):
        if match == REFRESH:
            standin.world.tokens.kill_access_tokens()
        held = standin.switches.hold(match, answer=answer)
        refresh = await discord.press(alice, gallery, "Refresh")
        async with asyncio.timeout(30):
            await held.arrived.wait()
        server.stop(how)
        turn = await discord.press(alice, gallery, "Next")
        await discord.until(partial(reads, turn, "Try again in a moment"))
        held.release()
        await asyncio.sleep(0.3)
        server.start()
        await discord.until(partial(is_answered, refresh))
        assert "Page 1 of 3" in said(refresh)
        gallery = await changed(discord, await discord.press(alice, gallery, "Next"), "Page 2 of 3")
        gallery = await changed(discord, await discord.press(alice, gallery, "First"), "Page 1 of 3")
    process.stop()
    code, written = await process.ended()
    assert (code, "Traceback" in written) == (0, False), written

    await launch(IMGUR_CLIENT_SECRET=CLIENT_SECRET)  # which knows what is in the database
    await discord.ready()
    standin.requests.clear()
    refresh = await discord.press(alice, gallery, "Refresh")
    await discord.until(partial(is_answered, refresh))
    assert standin.sent(IMAGES)
    assert said(refresh) == text(gallery)
