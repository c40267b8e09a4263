"""The main job over the wire: every exchange is held against Discord's own documents, where they are at hand."""

from __future__ import annotations

from typing import Any

from standins.discord.standin import SUBMIT, text
from standins.discord.standin import Standin as Discord
from standins.imgur.standin import Standin as Imgur
from tests.standins.samples import png
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


async def test_files_of_the_form_keep_the_order_in_which_they_were_picked(
    discord: Discord, standin: Imgur, start: Start
) -> None:
    """Discord lists what it resolves by id, whatever was picked first."""
    alice = discord.world.add_person("alice")
    async with start():
        await discord.ready()
        opened = await discord.slash(alice, "upload", anonymous=True)
        await discord.until(lambda: opened.callbacks)
        form = opened.callbacks[0]["data"]
        sent = [discord.world.upload(f"{width}.png", png(width), "image/png") for width in (1, 2, 3)]
        fields = [part["component"] for part in form["components"]]
        values = {"files": [sent[2]["id"], sent[0]["id"], sent[1]["id"]], "how": []}
        filled = [
            {"id": 2 * number, "type": 18, "component": _filled(field, values.get(field["custom_id"]), 2 * number + 1)}
            for number, field in enumerate(fields, 1)
        ]
        resolved = {"attachments": {file["id"]: file for file in sent}}
        data = {"custom_id": form["custom_id"], "components": filled, "resolved": resolved}
        told = await (await discord.interact(SUBMIT, alice, data)).answered()
        await discord.until(lambda: "3 uploaded" in text(told))
    by_width = {image.width: image.id for image in standin.world.images.values()}
    assert [line.rpartition("/")[2].rstrip(")") for line in text(told).splitlines() if line.startswith("**")] == [
        by_width[3],
        by_width[1],
        by_width[2],
    ]


def _filled(field: dict[str, Any], values: list[str] | None, number: int) -> dict[str, Any]:
    """A field as Discord sends it back."""
    kept = {"id": number, "type": field["type"], "custom_id": field["custom_id"]}
    return kept | ({"value": ""} if values is None else {"values": values})


async def test_a_direct_message_needs_nothing_but_the_interaction(discord: Discord, start: Start) -> None:
    alice = discord.world.add_person("alice")
    async with start() as running:
        await discord.ready()
        answer = await (await discord.slash(alice, "account", direct=True)).answered()
        assert "No Imgur account is linked" in text(answer)
        assert running.bot.intents.value == 0
        assert running.bot.shard_count == 1
