"""`kill -9` while an anonymous upload is brought into an account: there is never none, and never a second copy."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import Any

import pytest

from standins.discord.standin import Standin as Discord
from standins.imgur.records import Account
from standins.imgur.standin import Standin as Imgur
from tests.databases import rows
from tests.wire.acting import a_minute_later, answered, changed, is_uploaded
from tests.wire.conftest import Launch


@pytest.mark.parametrize(
    ("match", "answer"),
    [
        ("POST /3/upload", True),  # copied, and nobody has heard of it
        ("GET /3/image/*", False),  # before anything was sent
        ("GET copy", False),  # copied, heard of, and not seen yet
        ("DELETE /3/image/*", True),  # gone where it was, and nobody has heard of it
    ],
)
async def test_another_process_brings_it_along_once(
    discord: Discord,
    standin: Imgur,
    launch: Launch,
    picture: bytes,
    database_url: str,
    alice: Any,
    account: Account,
    match: str,
    *,
    answer: bool,
) -> None:
    process = await launch()
    await discord.ready()
    file = discord.world.upload("picture.jpg", picture, "image/jpeg")
    command = await discord.slash(alice, "upload", file, file=file["id"], title="Beach", anonymous=True)
    await discord.until(partial(is_uploaded, command))
    overview = await answered(await discord.slash(alice, "account"))
    question = await answered(await discord.press(alice, overview, "Bring them into your account"))
    standin.requests.clear()
    held = standin.switches.hold(match.replace("GET copy", "POST /3/upload"), answer=answer)
    pressed = await discord.press(alice, question, "Bring 1 along")
    async with asyncio.timeout(30):
        await held.arrived.wait()
        if match == "GET copy":
            uploading, held = held, standin.switches.hold("GET /3/image/*")
            uploading.release()
            await held.arrived.wait()
    process.kill()
    await process.ended()
    held.release()
    if "POST" not in match:  # known by what is on record alone
        standin.switches.withheld += standin.world.images
    await a_minute_later(database_url)

    process = await launch()
    await discord.ready()
    await changed(discord, pressed, "1 brought into your account")
    [copy] = standin.world.images.values()
    assert (copy.account, copy.title, copy.data) == (account, "Beach", picture)
    assert len(standin.sent("POST /3/upload")) == 1
    assert rows(database_url, "SELECT * FROM anonymous_uploads") == []
    process.stop()
    code, written = await process.ended()
    assert (code, "Traceback" in written) == (0, False), written
