"""Discord answers slowly or not at all, and the bot shuts down while people wait: nobody is left without words."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from cogs.ui import reply
from standins.discord.standin import Standin as Discord
from standins.discord.standin import text
from standins.discord.switches import Refusal
from standins.discord.world import Interaction
from standins.imgur.standin import Standin as Imgur
from tests.wire.conftest import Log, Start


def seen(interaction: Interaction) -> str:
    """All that an interaction shows. Discord takes the first follow-up for the edit that it waits for."""
    return "\n".join(text(message) for message in (interaction.original, *interaction.followups) if message)


@pytest.fixture(params=["cut", "hanging", "502 for good"])
def trouble(request: pytest.FixtureRequest, discord: Discord, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """How edits fare; discord.py alone would wait for minutes."""
    monkeypatch.setattr(reply, "PATIENCE", 1.0)
    match request.param:
        case "cut":
            discord.switches.cut_edits = 1
        case "hanging":
            discord.switches.slow_edits = 3.0
        case _:
            discord.switches.refuse_edits = [Refusal(502, 0)] * 100
    yield
    discord.switches.slow_edits = 0.0


@pytest.mark.usefixtures("trouble")
async def test_an_upload_is_told_in_another_message_when_its_own_does_not_get_through(
    discord: Discord, standin: Imgur, start: Start, picture: bytes, log: Log
) -> None:
    alice = discord.world.add_person("alice")
    async with start():
        await discord.ready()
        file = discord.world.upload("hill.jpg", picture, "image/jpeg")
        command = await discord.slash(alice, "upload", file, file=file["id"], anonymous=True)
        await discord.until(lambda: discord.sent("POST /webhooks/*"))
        [image] = standin.world.images.values()
        await discord.until(lambda: f"https://imgur.com/{image.id}" in seen(command))
        assert len(discord.sent("POST /webhooks/*")) == 1
        assert log.warnings == []


async def test_everyone_is_told_when_the_bot_is_stopped(
    discord: Discord, standin: Imgur, start: Start, picture: bytes
) -> None:
    """One command hangs at Imgur, one upload in the middle of its file, and others come while the bot is closing."""
    alice = discord.world.add_person("alice")
    image = standin.world.add_image(title="Hill")
    async with start() as running:
        await discord.ready()
        shown = await (await discord.slash(alice, "show", image=image.id)).answered()
        held = standin.switches.hold("GET *")
        discord.switches.slow_files = 60.0
        file = discord.world.upload("hill.jpg", picture, "image/jpeg")
        show = await discord.slash(alice, "show", image=image.id)
        upload = await discord.slash(alice, "upload", file, file=file["id"], anonymous=True)
        await held.arrived.wait()
        running.task.cancel()
        await asyncio.sleep(0.1)
        late = [await discord.slash(alice, "account"), await discord.press(alice, shown, "Copy")]
        await asyncio.wait({running.task})
        assert "being restarted" in seen(show)
        assert "being shut down" in seen(upload)
        assert ["Try again in a minute" in seen(one) for one in late] == [True, True]
        held.release()
