"""Two bots on one shard and one database, as during a restart, while people click: nothing twice, nobody alone."""

from __future__ import annotations

import asyncio
import random
import sys
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pytest

from cogs.ui import reply
from standins.discord.standin import Standin as Discord
from standins.discord.standin import text
from standins.discord.switches import Fault, Page, Refusal
from standins.discord.world import Interaction
from standins.imgur.standin import Standin as Imgur
from tests.wire.conftest import Log, Start

pytestmark = pytest.mark.usefixtures("unhurried")


@pytest.fixture
async def two(discord: Discord, start: Start, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    monkeypatch.setattr(reply, "AGAIN", (0.05, 0.1, 0.2))
    async with start():
        await discord.ready()
        async with start(serve=False):
            await discord.ready()
            # Both bots have these modules, and another test's had others.
            monkeypatch.setattr(sys.modules["cogs.upload._transfer"], "FIRST_REPORT", 0.1)
            monkeypatch.setattr(sys.modules["cogs.item._cog"], "FORM_PATIENCE", 60.0)
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
    for number in range(4):
        asked = await (await upload(discord, alice, picture + bytes([number]))).answered()
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


UPLOADED, SAVED, GONE = "https://imgur.com/", "Saved", "is gone from Imgur"
DEEDS = {"POST /3/upload": UPLOADED, "POST /3/image/": SAVED, "DELETE /3/image/": GONE}


@dataclass
class Deeds:
    """What Imgur was asked to do, and what people were told of it."""

    discord: Discord
    standin: Imgur
    _told: list[str] = field(default_factory=list)
    _unsure: list[tuple[Interaction, str]] = field(default_factory=list)

    async def told(self, interaction: Interaction, said: str) -> bool:
        """Wait for the answer; False where one of the two does not know, and the other may yet say it."""
        await self.discord.until(lambda: said in seen(interaction) or "lost touch" in seen(interaction))
        if said in seen(interaction):
            self._told.append(said)
            return True
        self._unsure.append((interaction, said))
        return False

    @property
    def asked(self) -> list[int]:
        """How many uploads, edits and deletions Imgur was asked for."""
        calls = [f"{request.method} {request.path}" for request in self.standin.requests]
        return [sum(call.startswith(match) for call in calls) for match in DEEDS]

    @property
    def all_told(self) -> list[int]:
        """Of how many people were told by now."""
        told = Counter(self._told + [said for interaction, said in self._unsure if said in seen(interaction)])
        return [told[said] for said in DEEDS.values()]


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
    deeds = Deeds(discord, standin)

    async def watched(interaction: Interaction) -> Interaction:
        await asyncio.sleep(chance.random() / 50)
        if losses and chance.random() < 0.5:
            discord.switches.faults.append(Fault("POST /interactions/*/callback", **chance.choice(LOSSES)))
        sent.append(interaction)
        await discord.until(lambda: interaction.finished.is_set() or interaction.followups)
        return interaction

    async def story(number: int) -> None:
        person = discord.world.add_person(f"person{number}")
        shown = await watched(await upload(discord, person, picture, anonymous=True))
        if not await deeds.told(shown, UPLOADED):
            return
        message = shown.original or {}
        await watched(await discord.press(person, message, "Copy"))
        form = await watched(await discord.press(person, message, "Edit"))
        if form.acknowledgement == 9:
            saved = await watched(await discord.submit(person, form, title=f"Hill {number}", description=""))
            if not await deeds.told(saved, SAVED):
                return
        asked = await watched(await discord.press(person, message, "Delete"))
        await discord.until(lambda: "Delete for good" in str(message["components"]) or "lost touch" in seen(asked))
        if "Delete for good" in str(message["components"]):
            gone = await watched(await discord.press(person, asked.original or {}, "Delete for good"))
            await deeds.told(gone, GONE)
        await watched(await discord.slash(person, "link"))

    await asyncio.gather(*map(story, range(6)))
    await discord.until(lambda: deeds.asked == deeds.all_told)
    await asyncio.sleep(0.3)  # nothing more is done
    assert deeds.asked == deeds.all_told
    assert deeds.asked[0] == len(standin.world.images) + deeds.asked[2]
    assert [len(one.callbacks) for one in sent] == [1] * len(sent)
    assert log.warnings == []
    if not losses:
        assert deeds.asked == [6, 6, 6]
        assert {code for one in sent for code in one.refused} == {40060}
