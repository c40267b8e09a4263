"""How work ended is told in the message that showed it, by a process in which nobody follows it any more."""

from __future__ import annotations

import asyncio

import pytest

from standins.discord.standin import Standin as Discord
from standins.discord.standin import text
from standins.discord.switches import Fault, Refusal
from standins.imgur.standin import Standin as Imgur
from tests.wire.acting import answered, changed
from tests.wire.conftest import Start
from tests.wire.test_following import DELETE, deleting


@pytest.mark.usefixtures("unhurried")
async def test_what_discord_refuses_is_told_without_what_users_wrote(
    discord: Discord, standin: Imgur, picture: bytes, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice = discord.world.add_person("alice")
    async with start() as running:
        await discord.ready()
        monkeypatch.setattr(running.bot.services.jobs, "_others_tell", 0.0)
        held = standin.switches.hold(DELETE)
        confirmed = await deleting(discord, alice, picture)
        await changed(discord, confirmed, "**0 of 3** done so far")
        await asyncio.wait_for(held.arrived.wait(), 30)
        images = list(standin.world.images)
        await running.bot.cogs["Bulk"]._watch.close()  # type: ignore[attr-defined]
        before = len(discord.calls)
        discord.switches.faults.append(Fault("PATCH /webhooks/*", Refusal(400, 50035)))
        held.release()
        message = await changed(discord, confirmed, "### 3 deleted")

        refused, taken = [str(body) for method, path, body in discord.calls[before:] if method == "PATCH"]
        assert all(image in refused for image in images)
        assert not any(image in taken for image in images)
        assert text(message) == "### 3 deleted"
        assert "Meanwhile" not in text(await answered(await discord.slash(alice, "account")))
