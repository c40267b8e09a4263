"""The main job over the wire: every exchange is held against Discord's own documents, where they are at hand."""

from __future__ import annotations

from standins.discord.standin import Standin as Discord
from standins.discord.standin import text
from standins.imgur.standin import Standin as Imgur
from tests.wire.conftest import Start


async def test_an_unlinked_user_uploads_shares_and_deletes(
    discord: Discord, standin: Imgur, start: Start, picture: bytes
) -> None:
    alice = discord.world.add_person("alice")
    async with start():
        await discord.ready()
        file = discord.world.upload("hill.jpg", picture, "image/jpeg")
        command = await discord.slash(alice, "upload", file, file=file["id"], anonymous=True, share=True)
        await discord.until(lambda: command.followups)
        [image] = standin.world.images.values()
        deletion = await discord.press(alice, command.followups[0], "Delete")
        assert image.id in text(await deletion.answered())
        assert deletion.original is not None
        await (await discord.press(alice, deletion.original, "Delete for good")).answered()
    assert image.id not in standin.world.images
    assert image.data == picture


async def test_a_direct_message_needs_nothing_but_the_interaction(discord: Discord, start: Start) -> None:
    alice = discord.world.add_person("alice")
    async with start() as running:
        await discord.ready()
        answer = await (await discord.slash(alice, "account", direct=True)).answered()
        assert "No Imgur account is linked" in text(answer)
        assert running.bot.intents.value == 0
        assert running.bot.shard_count == 1
