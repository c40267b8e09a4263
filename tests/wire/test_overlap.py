"""Two bots on one shard and one database, as during a restart, while people click: nothing twice, nobody alone."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from functools import partial
from typing import Any

import pytest

from cogs.ui import door, reply
from cogs.upload import _transfer
from standins.discord.standin import Standin as Discord
from standins.discord.standin import text
from standins.discord.switches import Fault, Page, Refusal
from standins.discord.world import Interaction
from standins.imgur.standin import Standin as Imgur
from tests.wire.conftest import Log, Start


@pytest.fixture
async def two(discord: Discord, start: Start, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    monkeypatch.setattr(door, "OTHERS_FIRST", 0.3)
    monkeypatch.setattr(reply, "AGAIN", (0.05, 0.1, 0.2))
    monkeypatch.setattr(_transfer, "FIRST_REPORT", 0.1)
    async with start():
        await discord.ready()
        async with start(serve=False):
            await discord.ready()
            yield


def seen(interaction: Interaction) -> str:
    """All that an interaction shows."""
    return "\n".join(text(message) for message in (interaction.original, *interaction.followups) if message)


async def upload(discord: Discord, person: dict[str, Any], picture: bytes, **given: Any) -> Interaction:
    file = discord.world.upload("picture.jpg", picture, "image/jpeg")
    return await discord.slash(person, "upload", file, file=file["id"], **given)


@pytest.mark.usefixtures("two")
async def test_a_press_is_answered_by_the_process_that_knows_what_it_is_about(
    discord: Discord, standin: Imgur, picture: bytes
) -> None:
    """Only one of them has the question, and only one the upload."""
    alice = discord.world.add_person("alice")
    for _ in range(4):
        asked = await (await upload(discord, alice, picture)).answered()
        pressed = await discord.press(alice, asked, "Upload anonymously")
        await discord.until(partial(lambda message: "Uploaded anonymously" in text(message), asked))
        await discord.until(partial(getattr, pressed, "refused"))
    discord.switches.slow_files = 60.0
    begun = await upload(discord, alice, picture, anonymous=True)
    await discord.until(lambda: begun.original and "Cancel" in str(begun.original["components"]))
    pressed = await discord.press(alice, begun.original or {}, "Cancel")
    await discord.until(lambda: "Upload cancelled" in seen(begun))
    await discord.until(lambda: pressed.refused == [40060])
    assert not pressed.followups
    assert len(standin.world.images) == 4


LOSSES: list[dict[str, Any]] = [
    {"cut": True},
    {"cut": True, "done": True},
    {"answer": Page()},
    {"answer": Page(), "done": True},
    {"answer": Refusal(502, 0)},
    {"answer": Refusal(502, 0), "done": True},
]


@pytest.mark.usefixtures("two")
@pytest.mark.parametrize("losses", [False, True])
async def test_whatever_people_click_is_done_once_and_answered(
    discord: Discord, standin: Imgur, picture: bytes, log: Log, *, losses: bool
) -> None:
    """Uploads, looks, links, forms and deletions side by side; with `losses`, acknowledgements get lost on the way."""
    chance = random.Random(5)
    sent: list[Interaction] = []
    edited, deleted, tried = 0, 0, 0

    async def watched(interaction: Interaction) -> Interaction:
        await asyncio.sleep(chance.random() / 50)
        if losses and chance.random() < 0.5:
            discord.switches.faults.append(Fault("POST /interactions/*/callback", **chance.choice(LOSSES)))
        sent.append(interaction)
        await discord.until(lambda: interaction.finished.is_set() or interaction.followups)
        return interaction

    async def story(number: int) -> None:
        nonlocal edited, deleted, tried
        person = discord.world.add_person(f"person{number}")
        shown = await watched(await upload(discord, person, picture, anonymous=True))
        await discord.until(lambda: "https://imgur.com/" in seen(shown) or "lost touch" in seen(shown))
        tried += 1
        await asyncio.sleep(0.5)  # until the other has said what it may have to say
        if "https://imgur.com/" not in seen(shown):
            return
        message = shown.original or {}
        await watched(await discord.press(person, message, "Copy"))
        form = await watched(await discord.press(person, message, "Edit"))
        if form.acknowledgement == 9:
            saved = await watched(await discord.submit(person, form, title=f"Hill {number}", description=""))
            await asyncio.sleep(0.3)
            edited += "Saved" in seen(saved)
        asked = await watched(await discord.press(person, message, "Delete"))
        await asyncio.sleep(0.3)
        if "Delete for good" in str(message["components"]):
            done = await watched(await discord.press(person, asked.original or {}, "Delete for good"))
            await asyncio.sleep(0.3)
            deleted += "is gone from Imgur" in seen(done)
        await watched(await discord.slash(person, "link"))

    await asyncio.gather(*map(story, range(6)))
    await asyncio.sleep(0.3)
    calls = [f"{request.method} {request.path}" for request in standin.requests]
    uploads = [call for call in calls if call.startswith("POST /3/upload")]
    assert len(uploads) == len(set(standin.world.images)) + deleted
    assert len([call for call in calls if call.startswith("POST /3/image/")]) == edited
    assert len([call for call in calls if call.startswith("DELETE /3/image/")]) == deleted
    assert [len(one.callbacks) for one in sent] == [1] * len(sent)
    assert log.warnings == []
    if not losses:
        assert (len(uploads), edited, deleted) == (6, 6, 6)
        assert {code for one in sent for code in one.refused} == {40060}
