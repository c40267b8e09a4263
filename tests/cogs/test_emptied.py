"""What is deleted in the background leaves the messages in which it was shared."""

from __future__ import annotations

from typing import Any

import pytest

from standins.imgur.records import Account
from tests.cogs.conftest import Discord, text
from tests.cogs.test_bulk import asked, eventually
from tests.cogs.test_expiry import due, swept
from tests.cogs.test_gallery import listed
from tests.cogs.test_sharing import shared


@pytest.fixture
def works() -> bool:
    return True


def later(discord: Discord) -> None:
    """The tokens of what was posted are too old: the bot changes it as a member."""
    discord.house.bot.posts._posts.clear()


def is_emptied(discord: Discord, message: Any) -> bool:
    return "was deleted from Imgur" in text(discord.reread(message))


async def test_what_is_deleted_together_leaves_every_message(discord: Discord, linked: Account) -> None:
    images = [discord.standin.world.add_image(linked, title=f"Picture {number}", nsfw=False) for number in range(3)]
    alone = [await shared(discord, image=image.id) for image in images[:2]]
    several = await shared(discord, "images")
    later(discord)
    _, question = await asked(discord, [image.id for image in images[:2]])
    await discord.click(question, "Delete 2 for good")
    await eventually(lambda: all(is_emptied(discord, message) for message in alone))
    await eventually(lambda: listed(discord.reread(several)) == [images[2].id])


async def test_what_expires_leaves_its_message(
    discord: Discord, linked: Account, picture: bytes, database_url: str
) -> None:
    public = await shared(discord, "upload", file=("hill.jpg", picture), expires="1 day")
    later(discord)
    await due(database_url)
    await swept(discord)
    await eventually(lambda: is_emptied(discord, public))
    assert not discord.standin.world.images_of(linked)
