"""Real processes of the bot on one Discord, one Imgur and one database: how they start, overlap and end."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress

import pytest

from standins.discord.standin import Standin as Discord
from standins.discord.standin import text
from standins.discord.world import Interaction
from standins.imgur.standin import Standin as Imgur
from tests.databases import on_both
from tests.wire.acting import a_minute_later, another, asked_to_delete, changed, is_uploaded
from tests.wire.conftest import TOKEN, Launch

CLICKS = 40


async def test_a_restart_that_overlaps_does_nothing_twice_and_leaves_nobody_without_an_answer(
    discord: Discord, standin: Imgur, launch: Launch, picture: bytes
) -> None:
    """Two processes on one shard while people click; the older one is told to stop in the middle of it."""
    first = await launch()
    await discord.ready()
    second = await launch()
    await discord.ready()
    people = [discord.world.add_person(f"person{number}") for number in range(10)]
    sent = []
    for number in range(CLICKS):
        file = discord.world.upload(f"picture{number}.jpg", another(picture), "image/jpeg")
        person = people[number % len(people)]
        sent.append(await discord.slash(person, "upload", file, file=file["id"], anonymous=True))
        if number == CLICKS // 2:
            first.stop()
        await asyncio.sleep(0.03)
    code, said = await first.ended()
    with suppress(TimeoutError):
        await discord.until(lambda: all(map(is_uploaded, sent)))
    assert [one.original for one in sent if not is_uploaded(one)] == [], said
    second.stop()
    assert (code, "Traceback" in said) == (0, False), said
    code, said = await second.ended()
    assert (code, "Traceback" in said) == (0, False), said
    assert [len(one.callbacks) for one in sent] == [1] * CLICKS
    assert len(standin.world.images) == CLICKS
    assert {one.refused[0] for one in sent if one.refused} == {40060}


async def test_a_process_that_is_killed_takes_only_its_own_along(
    discord: Discord, standin: Imgur, launch: Launch, picture: bytes
) -> None:
    """`kill -9` in the middle of uploads; the other process serves everyone who comes afterwards, and nothing twice."""
    discord.switches.slow_files = 60.0
    first = await launch()
    await discord.ready()
    alone = [await upload(discord, picture) for _ in range(3)]
    await discord.until(lambda: all(one.callbacks for one in alone))
    second = await launch()
    await discord.ready()
    discord.switches.slow_files = 0.3
    both = [await upload(discord, picture) for _ in range(6)]
    await discord.until(lambda: all(one.callbacks for one in both))
    first.kill()
    discord.switches.slow_files = 0.0
    later = [await upload(discord, picture) for _ in range(6)]
    await discord.until(lambda: all(map(is_uploaded, later)))
    begun = await discord.slash(discord.world.add_person("bob"), "account")
    assert "No Imgur account is linked" in text(await begun.answered())
    second.stop()
    code, said = await second.ended()
    assert (code, "Traceback" in said) == (0, False), said
    uploaded = [one for one in (*alone, *both, *later) if is_uploaded(one)]
    assert len(standin.world.images) == len(uploaded)
    assert not any(map(is_uploaded, alone))


async def upload(discord: Discord, picture: bytes) -> Interaction:
    """Somebody uploads a picture."""
    file = discord.world.upload("picture.jpg", another(picture), "image/jpeg")
    person = discord.world.add_person("somebody")
    return await discord.slash(person, "upload", file, file=file["id"], anonymous=True)


@on_both
async def test_several_are_deleted_once_each_though_the_process_is_killed_in_the_middle(
    discord: Discord, standin: Imgur, launch: Launch, picture: bytes, database_url: str
) -> None:
    """`kill -9` while the fourth answer is held: it is looked up, the rest goes on, the message says so by itself."""
    first = await launch()
    await discord.ready()
    alice = discord.world.add_person("alice")
    question = await asked_to_delete(discord, alice, picture, 10)
    images = list(standin.world.images.values())[::-1]
    assert "### Delete 10 pictures?" in text(question)
    held = standin.switches.hold(f"DELETE /3/image/{images[3].deletehash}", answer=True)
    confirmed = await discord.press(alice, question, "Delete 10 for good")
    async with asyncio.timeout(30):
        await held.arrived.wait()
    first.kill()
    await first.ended()
    held.release()
    assert len(standin.world.images) == 6

    await a_minute_later(database_url)
    second = await launch()
    await discord.ready()
    said = text(await changed(discord, confirmed, "10 deleted"))
    assert all(image.id in said for image in images)
    sent = [request.path.rpartition("/")[2] for request in standin.sent("DELETE /3/image/*")]
    assert sent == [image.deletehash for image in images]
    second.stop()
    code, said = await second.ended()
    assert (code, "Traceback" in said) == (0, False), said


@pytest.mark.parametrize("how", ["login", "gateway"])
async def test_a_refused_token_is_a_sentence_and_exit_code_1(discord: Discord, launch: Launch, how: str) -> None:
    if how == "login":
        discord.world.token = "another"
    else:
        discord.switches.identify_closes = [4004]
    code, said = await (await launch()).ended()
    assert code == 1
    assert "DISCORD_TOKEN" in said.splitlines()[-1]
    assert "Traceback" not in said
    assert TOKEN not in said


async def test_a_bot_that_waits_for_an_outage_to_end_can_be_stopped(discord: Discord, launch: Launch) -> None:
    discord.switches.outage = 503
    process = await launch()
    await discord.until(lambda: discord.turned_away >= 2)
    begun = time.monotonic()
    process.stop()
    code, said = await process.ended()
    assert time.monotonic() - begun < 5
    assert (code, "Traceback" in said) == (0, False)
    assert "status 503" in said
