"""Several at once, stopped by who began them after the process that was at it had been killed."""

from __future__ import annotations

import asyncio

from standins.discord.standin import Standin as Discord
from standins.discord.standin import text
from standins.imgur.standin import Standin as Imgur
from tests.databases import on_both
from tests.wire.acting import a_minute_later, asked_to_delete, changed
from tests.wire.conftest import Launch


@on_both
async def test_what_a_killed_process_was_at_is_stopped_by_another(
    discord: Discord, standin: Imgur, launch: Launch, picture: bytes, database_url: str
) -> None:
    """The one whose answer was held is looked up and told as deleted; nothing is sent after the press."""
    first = await launch()
    await discord.ready()
    alice = discord.world.add_person("alice")
    question = await asked_to_delete(discord, alice, picture, 6)
    images = list(standin.world.images.values())[::-1]
    held = standin.switches.hold(f"DELETE /3/image/{images[2].deletehash}", answer=True)
    confirmed = await discord.press(alice, question, "Delete 6 for good")
    async with asyncio.timeout(30):
        await held.arrived.wait()
    under_way = await changed(discord, confirmed, "2 of 6")
    first.kill()
    await first.ended()
    held.release()

    second = await launch()
    await discord.ready()
    stopped = await discord.press(alice, under_way, "Stop")
    await changed(discord, stopped, "### Stopping 6 pictures")
    await a_minute_later(database_url)
    said = text(await changed(discord, stopped, "### Stopped: 3 deleted, 3 untouched"))
    deleted, untouched = said.partition("Deleted: ")[2].split("\nUntouched: ")
    assert all(image.id in deleted for image in images[:3])
    assert all(image.id in untouched for image in images[3:])
    sent = [request.path.rpartition("/")[2] for request in standin.sent("DELETE /3/image/*")]
    assert sent == [image.deletehash for image in images[:3]]
    second.stop()
    code, report = await second.ended()
    assert (code, "Traceback" in report) == (0, False), report
