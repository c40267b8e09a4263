"""PostgreSQL ends all connections during a command or a press: what the user sees then, and what is kept."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterator
from typing import Any

import pytest

from standins.imgur.records import Account
from tests.cogs.conftest import Discord, answer, text
from tests.cogs.test_bulk import asked, eventually, sent
from tests.cogs.test_gallery import listed
from tests.cogs.test_select import add_images
from tests.databases import postgres_database, rows
from tests.storage.test_postgres import END_ALL

pytestmark = pytest.mark.interplay


@pytest.fixture
def database_url() -> Iterator[str]:
    with postgres_database() as url:
        yield url


@pytest.fixture
def works() -> bool:
    return True


async def ended_while(discord: Discord, match: str, doing: Coroutine[Any, Any, Any], *, answered: bool = False) -> Any:
    """What comes of something, if all connections end while Imgur is asked for this, or has just answered."""
    hold = discord.standin.switches.hold(match, answer=answered)
    task = asyncio.create_task(doing)
    await asyncio.wait_for(hold.arrived.wait(), 15)
    rows(discord.house.settings.database_url, END_ALL)
    hold.release()
    return await task


@pytest.mark.parametrize(
    ("command", "match", "given", "words"),
    [
        ("images", "GET /3/account/me/images/*", {}, "Your images"),
        ("show", "GET /3/image/*", {"image": "Picture 1"}, "Picture 1"),
        ("album list", "GET /3/account/me/albums*", {}, "No albums yet"),
        ("edit", "POST /3/image/*", {"image": "Picture 1", "title": "Other"}, "Saved"),
        ("favorite", "POST /3/image/*/favorite", {"image": "Picture 1"}, "Added to your favorites"),
    ],
)
async def test_a_command_is_answered_and_at_worst_asks_to_try_again(
    discord: Discord, linked: Account, command: str, match: str, given: dict[str, Any], words: str
) -> None:
    """What was done on Imgur by then is told as done."""
    add_images(discord, linked, 2)
    said = text(answer(await ended_while(discord, match, discord.run(command, **given))))
    if command in ("edit", "favorite"):
        assert words in said
    else:
        assert words in said or "Try again in a moment" in said
        assert words in text(answer(await discord.run(command, **given)))


async def test_a_press_is_answered_and_the_next_one_works(discord: Discord, linked: Account) -> None:
    ids = add_images(discord, linked, 12)
    message = answer(await discord.run("images"))
    rows(discord.house.settings.database_url, END_ALL)
    await discord.click(message, "Next")
    assert listed(message) == ids[10:]
    pressed = await ended_while(discord, "GET /3/account/me/images/*", discord.click(message, "Refresh"))
    assert listed(message) == ids[10:]
    assert all("Try again in a moment" in text(told) for told in pressed.followups)
    await discord.click(message, "First")
    assert listed(message) == ids[:10]


@pytest.mark.parametrize("answered", [False, True])
async def test_what_goes_on_in_the_background_goes_on_and_nothing_is_done_twice(
    discord: Discord, linked: Account, *, answered: bool
) -> None:
    ids = add_images(discord, linked, 4)
    _, question = await asked(discord, ids[:3])
    pressing = discord.click(question, "Delete 3 for good")
    await ended_while(discord, "DELETE /3/image/*", pressing, answered=answered)
    await eventually(lambda: len(discord.standin.world.images) == 1)

    async def is_told() -> bool:
        said = [text(told) for told in (await discord.run("account")).followups]
        return "### 3 deleted" in text(question) or any("**3 deleted" in one for one in said)

    async with asyncio.timeout(15):
        while not await is_told():  # noqa: ASYNC110 - only asking tells
            await asyncio.sleep(0.05)
    assert sorted(sent(discord)) == sorted(ids[:3])


@pytest.mark.parametrize("works", [False])  # or a sync asks for tokens just before they are killed once more
async def test_new_tokens_are_not_lost(discord: Discord, linked: Account, *, works: bool) -> None:
    """Imgur takes the old refresh token no more: whoever forgets the new ones has to link again."""
    discord.standin.switches.rotation = "strict"
    add_images(discord, linked, 2)
    for answered in (False, True):
        discord.standin.world.tokens.kill_access_tokens()
        command = discord.run("images")
        said = text(answer(await ended_while(discord, "POST /oauth2/token", command, answered=answered)))
        assert "Your images" in said or "Try again in a moment" in said
    discord.standin.world.tokens.kill_access_tokens()
    async with discord.again() as house:
        await discord.env.restart_bot(house.bot)
        assert "Your images" in text(answer(await discord.run("images")))
        await discord.env.shutdown()
