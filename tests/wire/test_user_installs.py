"""The bot where only its user has installed it: five further messages, private where Discord says so, no member."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from cogs.ui.posts import Posts
from cogs.ui.untold import Done
from locales.text import Text
from standins.discord.standin import Standin as Discord
from standins.discord.standin import text
from standins.imgur.standin import Standin as Imgur
from tests.wire.acting import another, is_uploaded
from tests.wire.conftest import Start
from tests.wire.test_answers import seen

POST, DELETE = "POST /webhooks/*", "DELETE *"


@pytest.fixture(autouse=True)
def alone(discord: Discord, unhurried: None) -> None:
    """The server has no such bot."""
    discord.switches.alone = True


async def uploaded(discord: Discord, person: Any, picture: bytes, **options: Any) -> Any:
    """The command, once it is answered; a file of its own each time."""
    file = discord.world.upload("hill.jpg", another(picture), "image/jpeg")
    command = await discord.slash(person, "upload", file, file=file["id"], anonymous=True, **options)
    await discord.until(lambda: is_uploaded(command) or command.followups)
    return command


async def test_it_is_shared_and_taken_down_soon_and_late_its_manager_is_told_how(
    discord: Discord, start: Start, picture: bytes
) -> None:
    alice, mallory = discord.world.add_person("alice"), discord.world.add_person("mallory")
    discord.switches.managers.append(str(mallory["id"]))
    async with start() as running:
        await discord.ready()
        for late in (False, True):
            command = await uploaded(discord, alice, picture, share=True)
            await discord.until(lambda: command.followups)  # noqa: B023 - awaited here
            [public] = command.followups
            assert not public["flags"] & 64
            await discord.until(partial(running.bot.posts.get, int(public["id"])))
            asked = await (await discord.press(mallory, public, "Report…")).answered()
            if late:
                running.bot.posts = Posts()  # as after a restart
                down = await discord.press(mallory, asked, "Take it down")
                await discord.until(lambda: "Discord does not let the bot delete it" in seen(down))  # noqa: B023
                assert str(public["id"]) in discord.world.messages
            else:
                down = await discord.press(mallory, asked, "Take it down")
                await discord.until(lambda: "Taken down" in seen(down))  # noqa: B023 - awaited here
                assert str(public["id"]) not in discord.world.messages


async def test_what_discord_makes_private_is_not_called_shared_and_is_on_no_record(
    discord: Discord, start: Start, picture: bytes
) -> None:
    discord.switches.forced_private = True
    alice = discord.world.add_person("alice")
    async with start() as running:
        await discord.ready()
        command = await uploaded(discord, alice, picture, share=True)
        await discord.until(lambda: "Only you can see this" in text(command.original or {"components": []}))
        assert "https://imgur.com/" in text(command.original)
        guild = int(discord.world.guild_id)
        assert (await running.bot.services.sharing.page(guild, 0)).total == 0


async def test_in_a_conversation_nobody_is_sent_to_who_runs_a_server(
    discord: Discord, start: Start, picture: bytes
) -> None:
    discord.switches.forced_private = discord.switches.in_group = True
    alice = discord.world.add_person("alice")
    async with start():
        await discord.ready()
        command = await uploaded(discord, alice, picture, direct=True, share=True)
        await discord.until(lambda: "Only you can see this" in text(command.original or {"components": []}))
        assert "this server" not in text(command.original)
        assert "Share the link yourself" in text(command.original)


async def test_discord_is_never_given_a_sixth_message(
    discord: Discord, standin: Imgur, start: Start, picture: bytes
) -> None:
    alice = discord.world.add_person("alice")
    async with start() as running:
        await discord.ready()
        for number in range(5):
            running.bot.untold.keep(int(alice["id"]), Done(Text(f"Done {number}"), Text("x" * 3000)))
        command = await uploaded(discord, alice, picture, share=True)
        await discord.until(lambda: "Only you can see this" in seen(command))
        assert len(command.followups) == 5
        assert len(discord.sent(POST)) == 5
        [image] = standin.world.images.values()
        assert f"https://imgur.com/{image.id}" in text(command.original)
        for _ in range(5):  # each with five messages of its own
            shared = await uploaded(discord, alice, picture, share=True)
            await discord.until(lambda: shared.followups)  # noqa: B023 - awaited here
