"""What people do with the messages of the bot, and what time does to its records."""

from __future__ import annotations

import secrets
from functools import partial
from typing import Any

from sqlalchemy import update

from standins.discord.standin import PRESS, text, walk
from standins.discord.standin import Standin as Discord
from standins.discord.world import Interaction
from storage.database import open_database
from storage.tables import EPOCH, jobs

EMPTY: dict[str, list[Any]] = {"components": []}


async def answered(interaction: Interaction) -> Any:
    """The private answer."""
    await interaction.answered()
    return interaction.original


async def changed(discord: Discord, press: Interaction, words: str) -> Any:
    """The message that was pressed on, once it says so."""
    await discord.until(lambda: words in text(press.original or EMPTY))
    return press.original


async def ticked(discord: Discord, person: Any, message: Any) -> Interaction:
    """Tick everything on the page."""
    return await chosen(discord, person, message, "", slice(None))


async def chosen(discord: Discord, person: Any, message: Any, menu: str, which: slice) -> Interaction:
    """Choose some options of the menu whose placeholder begins so."""
    found = next(
        part
        for part in walk(message["components"])
        if part["type"] == 3 and part.get("placeholder", "").startswith(menu)
    )
    values = [option["value"] for option in found["options"]][which]
    data = {"custom_id": found["custom_id"], "component_type": 3, "id": found["id"], "values": values}
    return await discord.interact(PRESS, person, data, message=message)


def another(picture: bytes) -> bytes:
    """A picture that looks the same, and is another file to whoever compares."""
    return picture + secrets.token_bytes(8)


def is_uploaded(interaction: Interaction) -> bool:
    """Whether the answer to a command is a picture on Imgur."""
    return "https://imgur.com/" in text(interaction.original or EMPTY)


async def shared_upload(discord: Discord, person: Any, picture: bytes) -> Interaction:
    """Upload a picture without an account, for everyone to see."""
    file = discord.world.upload("hill.jpg", picture, "image/jpeg")
    command = await discord.slash(person, "upload", file, file=file["id"], anonymous=True, share=True)
    await discord.until(lambda: command.followups)
    return command


async def asked_to_delete(discord: Discord, person: Any, picture: bytes, count: int) -> Any:
    """Upload pictures without an account and tick all of them; the question whether to delete them."""
    for number in range(count):
        file = discord.world.upload(f"picture{number}.jpg", another(picture), "image/jpeg")
        command = await discord.slash(person, "upload", file, file=file["id"], anonymous=True)
        await discord.until(partial(is_uploaded, command))
    gallery = await answered(await discord.slash(person, "images"))
    gallery = await changed(discord, await discord.press(person, gallery, "Select…"), "0 selected")
    gallery = await changed(discord, await ticked(discord, person, gallery), f"{count} selected")
    return await answered(await discord.press(person, gallery, "Delete"))


async def a_minute_later(database_url: str) -> None:
    """A process that was not heard of for a minute has lost what it was at."""
    async with open_database(database_url) as database, database.write() as transaction:
        await transaction.execute(update(jobs).values(claimed_until=EPOCH, due_at=EPOCH))
