"""`kill -9` between Imgur's answer to an upload that is to be deleted, and the note of it."""

from __future__ import annotations

from functools import partial
from typing import Any

from standins.discord.standin import Standin as Discord
from standins.discord.world import Interaction
from standins.imgur.records import Account
from standins.imgur.standin import Standin as Imgur
from tests.databases import rows
from tests.wire.acting import a_minute_later, another, is_uploaded
from tests.wire.conftest import Launch

ADDRESS = "https://cats.example.com/image.png"
DATES = "SELECT image_id, due_at FROM expiries"


async def test_they_are_deleted_as_it_was_said_and_nothing_beside_them_is(
    discord: Discord, standin: Imgur, launch: Launch, picture: bytes, database_url: str, alice: Any, account: Account
) -> None:
    """A file and an address. Before it, and after the kill, its user uploads another image.png, to be kept."""

    async def upload(**options: Any) -> Interaction:
        file = discord.world.upload("image.png", another(picture), "image/png")
        return await discord.slash(alice, "upload", file, file=file["id"], **options)

    process = await launch()
    await discord.ready()
    kept = await upload()
    await discord.until(partial(is_uploaded, kept))
    standin.world.web[ADDRESS] = picture
    before, held = {*standin.world.images}, standin.switches.hold("POST /3/upload", answer=True)
    await upload(expires="1 hour")
    await discord.slash(alice, "upload", url=ADDRESS, expires="1 hour")
    await discord.until(lambda: held.count == 2)
    doomed = {*standin.world.images} - before
    process.kill()
    await process.ended()
    held.release()

    process = await launch()
    await discord.ready()
    again = await upload()
    await discord.until(partial(is_uploaded, again))
    await a_minute_later(database_url)
    await discord.until(lambda: len(rows(database_url, DATES)) == 2)
    dates = {row["image_id"]: row["due_at"] / 1e6 for row in rows(database_url, DATES)}
    assert set(dates) == doomed
    for image_id, due_at in dates.items():
        assert 0 <= due_at - 3600 - standin.world.images[image_id].created < 60
    process.stop()
    code, written = await process.ended()
    assert (code, "Traceback" in written) == (0, False), written
