"""Discord answers slowly or not at all, and the bot shuts down while people wait: nobody is left without words."""

from __future__ import annotations

import asyncio
import copy
import sys
from typing import Any

import aiohttp
import pytest

from cogs.ui import door, reply
from cogs.ui.untold import Done
from locales.text import Text
from services import emptying
from services.sharing import Sharing
from standins.discord.standin import Standin as Discord
from standins.discord.standin import text, walk
from standins.discord.switches import Fault, Page, Refusal
from standins.discord.world import Interaction
from standins.imgur.standin import Standin as Imgur
from tests.wire.acting import another, answered, shared_upload
from tests.wire.conftest import Log, Running, Start


def seen(interaction: Interaction) -> str:
    """All that an interaction shows. Discord takes the first follow-up for the edit that it waits for."""
    return "\n".join(text(message) for message in (interaction.original, *interaction.followups) if message)


CALLBACK, EDIT, FOLLOW_UP = "POST /interactions/*/callback", "PATCH /webhooks/*/messages/@original", "POST /webhooks/*"
EMPTY = Page(body="", content_type="application/json")
ODD = Page(body='{"ok": true}', content_type="application/json")
VIA = {"Via": "1.1 google"}
SOON = Refusal(429, 0, more={"retry_after": 0.1, "global": False}, headers=VIA)
# Refusals of which discord.py can make no error.
UNREADABLE = [
    Refusal(400, 50035, more={"errors": ["data"]}),
    Refusal(400, 50035, more={"errors": {"data": {"_errors": "too long"}}}),
    Refusal(403, 50001, more={"message": None}),
    Refusal(404, 10008, more={"message": 5}),
]
LATER = Refusal(429, 0, more={"retry_after": 600.0, "global": False}, headers=VIA)
FOR_ALL = Refusal(429, 0, more={"retry_after": 0.2, "global": True}, headers=VIA)

# What goes wrong with the acknowledgement, and whether the command can be answered all the same.
ACKNOWLEDGING: list[tuple[dict[str, Any], bool]] = [
    ({"cut": True}, True),
    ({"cut": True, "times": 3}, True),
    ({"cut": True, "done": True}, False),
    ({"answer": Refusal(502, 0)}, True),
    ({"answer": Refusal(502, 0), "done": True}, False),
    ({"answer": Page()}, True),
    ({"answer": Page(), "done": True}, False),
    ({"answer": EMPTY, "done": True}, False),
    ({"answer": ODD, "done": True}, False),
    ({"answer": SOON}, True),
]


async def test_whatever_becomes_of_the_acknowledgement_nothing_is_done_twice_and_nobody_is_left_alone(
    discord: Discord, standin: Imgur, start: Start, picture: bytes, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If Discord has one and its answer was lost, it may be another process's: nothing is done, and that is told."""
    monkeypatch.setattr(reply, "AGAIN", (0.05, 0.05, 0.05))
    alice, stored = discord.world.add_person("alice"), 0
    async with start():
        await discord.ready()
        for fault, goes_on in ACKNOWLEDGING:
            file = discord.world.upload("hill.jpg", another(picture), "image/jpeg")
            discord.switches.faults = [Fault(CALLBACK, **fault)]
            command = await discord.slash(alice, "upload", file, file=file["id"], anonymous=True)
            said = "Uploaded anonymously" if goes_on else "lost touch"
            await discord.until(lambda: said in seen(command))  # noqa: B023 - awaited here
            stored += goes_on
            assert (len(standin.world.images), len(command.callbacks)) == (stored, 1), fault
            assert discord.switches.faults[0].times == 0
            pressed = await discord.press(alice, command.original or {}, "Copy") if goes_on else None
            if pressed:
                assert "Direct link" in text(await pressed.answered())
        offer = await (await discord.slash(alice, "link")).answered()
        discord.switches.faults = [Fault(CALLBACK, cut=True, done=True)]
        form = await discord.press(alice, offer, "Enter code")
        await discord.until(lambda: form.refused == [40060])
        await asyncio.sleep(0.1)
        assert not form.followups  # it is open: there is nothing to say
    assert {line["logger"] for line in log.warnings} == {"discord.webhook.async_"}  # of the limit


# What goes wrong with the answer, and whether another message has to say it.
ANSWERING: list[tuple[dict[str, Any], bool]] = [
    ({"cut": True}, False),
    ({"cut": True, "done": True}, False),
    ({"answer": Page()}, False),
    ({"answer": Page(), "done": True}, False),
    ({"answer": EMPTY, "done": True}, False),
    ({"answer": ODD, "done": True}, False),
    ({"answer": SOON}, False),
    ({"answer": LATER, "times": 9}, True),
    ({"answer": Page(403), "times": 9}, True),
    *(({"answer": refusal, "times": 9}, True) for refusal in UNREADABLE),
    ({"answer": Page(503), "times": 99}, True),
    ({"answer": Page(429), "times": 9}, True),
    ({"answer": Refusal(502, 0), "times": 99}, True),
    ({"seconds": 3.0, "times": 9}, True),
]


async def test_whatever_becomes_of_the_answer_an_upload_is_told_once(
    discord: Discord, standin: Imgur, start: Start, picture: bytes, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice = discord.world.add_person("alice")
    async with start():
        await discord.ready()
        monkeypatch.setattr(sys.modules["cogs.upload._transfer"], "FIRST_REPORT", 600.0)  # that would be another edit
        for fault, is_followed in ANSWERING:
            monkeypatch.setattr(reply, "PATIENCE", 60.0)
            file = discord.world.upload("hill.jpg", another(picture), "image/jpeg")
            discord.switches.faults = [Fault(EDIT, **fault)]
            discord.calls.clear()
            standin.world.images.clear()
            held = standin.switches.hold("POST /3/upload")
            command = await discord.slash(alice, "upload", file, file=file["id"], anonymous=True)
            await discord.until(held.arrived.is_set)
            if is_followed:
                monkeypatch.setattr(reply, "PATIENCE", 0.5)  # for this edit alone; discord.py would wait for minutes
            held.release()
            await discord.until(lambda: discord.sent(EDIT) or discord.sent(FOLLOW_UP))
            monkeypatch.setattr(reply, "PATIENCE", 60.0)
            await discord.until(lambda: "https://imgur.com/" in seen(command))  # noqa: B023 - awaited here
            if fault.get("done"):  # the bot does not know
                await discord.until(lambda: len(discord.sent(EDIT)) >= 2)
            await asyncio.sleep(0.1)
            [image] = standin.world.images.values()
            assert seen(command).count(f"https://imgur.com/{image.id}") == 1, fault
            assert len(discord.sent(FOLLOW_UP)) == is_followed, fault
    assert {line["logger"] for line in log.warnings} == {"discord.webhook.async_"}


@pytest.mark.parametrize("fault", [{"cut": True}, {"cut": True, "done": True}, {"answer": Page(), "done": True}])
async def test_words_get_through_once_whatever_becomes_of_the_call(
    discord: Discord, start: Start, fault: dict[str, Any]
) -> None:
    """An error that stands in the acknowledgement itself, and one that stands in the answer."""
    alice = discord.world.add_person("alice")
    async with start():
        await discord.ready()
        asked = await (await discord.slash(alice, "link")).answered()
        bob = discord.world.add_person("bob")
        for match in (CALLBACK, EDIT):
            discord.switches.faults = [Fault(match, **fault)]
            if match == CALLBACK:
                told = await discord.press(bob, asked, "Enter code")
            else:
                told = await discord.slash(bob, "show", image="what is that?")
            await discord.until(lambda: "That is not" in seen(told))  # noqa: B023 - awaited here
            await asyncio.sleep(0.2)
            assert (len(told.callbacks), len(told.followups)) == (1, 0)
            assert not discord.switches.faults[0].times


async def test_what_is_untold_stands_beside_words_whose_answer_was_lost(discord: Discord, start: Start) -> None:
    alice, bob = discord.world.add_person("alice"), discord.world.add_person("bob")
    async with start() as running:
        await discord.ready()
        asked = await (await discord.slash(alice, "link")).answered()
        running.bot.untold.keep(int(bob["id"]), Done(Text("Deleted")))
        discord.switches.faults = [Fault(CALLBACK, cut=True, done=True)]
        told = await discord.press(bob, asked, "Enter code")
        await discord.until(lambda: "**Deleted.**" in seen(told))


async def test_what_no_message_got_through_with_is_told_beside_the_next_answer(
    discord: Discord, standin: Imgur, start: Start, picture: bytes, log: Log
) -> None:
    alice = discord.world.add_person("alice")
    async with start():
        await discord.ready()
        file = discord.world.upload("hill.jpg", picture, "image/jpeg")
        discord.switches.faults = [Fault(EDIT, Page(403), times=9), Fault(FOLLOW_UP, Page(), times=9)]
        await discord.slash(alice, "upload", file, file=file["id"], anonymous=True)
        await discord.until(lambda: log.warnings)
        discord.switches.faults.clear()
        later = await discord.slash(alice, "account")
        await discord.until(lambda: later.followups)
        [image] = standin.world.images.values()
        assert f"https://imgur.com/{image.id}" in text(later.followups[0])


async def test_a_post_of_which_nothing_is_heard_is_not_called_refused(
    discord: Discord, start: Start, picture: bytes
) -> None:
    alice = discord.world.add_person("alice")
    async with start():
        await discord.ready()
        file = discord.world.upload("hill.jpg", picture, "image/jpeg")
        discord.switches.faults = [Fault(FOLLOW_UP, cut=True, done=True)]
        command = await discord.slash(alice, "upload", file, file=file["id"], anonymous=True, share=True)
        await discord.until(lambda: "did not say whether" in seen(command))
        assert len(command.followups) == 1


@pytest.mark.parametrize("ahead", [-300.0, -20.0, 20.0])
async def test_a_wrong_clock_costs_nobody_a_command_and_lateness_is_still_known(
    discord: Discord, start: Start, log: Log, ahead: float
) -> None:
    discord.switches.ahead = ahead
    alice = discord.world.add_person("alice")
    async with start():
        await discord.ready()
        discord.switches.ahead -= 5.0  # came late
        late = await discord.slash(alice, "account")
        discord.switches.ahead += 5.0
        for _ in range(2):
            assert "No Imgur account is linked" in text(await (await discord.slash(alice, "account")).answered())
        assert not late.callbacks
    assert log.warnings == []


OPEN, WRITE, CHANGE = "POST /users/@me/channels", "POST /channels/*/messages", "PATCH /channels/*/messages/*"
DIRECT: list[Fault] = [
    Fault(WRITE, Refusal(403, 50007)),
    Fault(WRITE, Refusal(403, 50278)),
    Fault(WRITE, Refusal(403, 20026)),
    Fault(WRITE, Refusal(400, 50007)),
    Fault(WRITE, Refusal(400, 40003)),
    Fault(OPEN, Refusal(400, 40003)),
    Fault(OPEN, Refusal(403, 0)),
    Fault(OPEN, Page(), times=9),
    Fault(OPEN, ODD, times=9),
    Fault(WRITE, ODD, times=9),
    Fault(WRITE, Page(403)),
    Fault(WRITE, LATER),
    Fault(WRITE, FOR_ALL),
    Fault(WRITE, Refusal(401, 0)),
    Fault(WRITE, Refusal(404, 10003)),
    Fault(WRITE, cut=True, times=9),
    Fault(CHANGE, Refusal(403, 50001)),
    Fault(CHANGE, Refusal(404, 10008)),
    Fault(CHANGE, Page(), times=9),
    Fault(CHANGE, LATER),
]


async def test_whatever_becomes_of_a_direct_message_linking_goes_on_in_place(
    discord: Discord, start: Start, log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reply, "AGAIN", (0.0, 0.0))
    async with start() as running:
        await discord.ready()
        for number, fault in enumerate(DIRECT):
            alice = discord.world.add_person(f"alice{number}")
            offer = await (await discord.slash(alice, "link")).answered()
            discord.switches.faults = [fault]
            pressed = await discord.press(alice, offer, "Move to direct message")
            await discord.until(lambda: "only you can see this" in text(offer) + seen(pressed))  # noqa: B023 - awaited here
            assert "wrong" not in seen(pressed), fault
            [link] = [part["url"] for part in walk(offer["components"]) if part.get("label") == "Open the link page"]
            assert await opens(running, link), fault
        bob = discord.world.add_person("bob")
        offer = await (await discord.slash(bob, "link")).answered()
        await discord.press(bob, offer, "Move to direct message")  # nothing of all that stays behind
        await discord.until(lambda: "I sent you a direct message" in text(offer))
    assert [line["event"] for line in log.warnings] == []


@pytest.mark.parametrize("fault", [None, Fault(WRITE, cut=True, done=True), Fault(CHANGE, cut=True, done=True)])
async def test_who_presses_move_twice_gets_one_direct_message(
    discord: Discord, start: Start, fault: Fault | None
) -> None:
    alice = discord.world.add_person("alice")
    async with start() as running:
        await discord.ready()
        offer = await (await discord.slash(alice, "link")).answered()
        discord.switches.faults = [fault] if fault else []
        stale = copy.deepcopy(offer)
        for _ in range(2):
            await discord.press(alice, offer, "Move to direct message")
        await discord.until(lambda: "I sent you a direct message" in text(offer))
        async with asyncio.timeout(60):
            while len(discord.sent(CHANGE)) < 2:  # until then the press before may not quite be through, and wins
                await discord.press(alice, stale, "Move to direct message")  # from a client that is behind
                await asyncio.sleep(0.2)
        async with asyncio.timeout(15):  # the last press may still be changing the message
            while not await opens(running, direct_link(discord)):  # noqa: ASYNC110 - only asking tells
                await asyncio.sleep(0.05)


def direct_link(discord: Discord) -> str:
    """The link of the one direct message; empty until it holds one."""
    [direct] = [one for one in discord.world.messages.values() if one["channel_id"] != discord.world.channel_id]
    return next((part["url"] for part in walk(direct["components"]) if part.get("label") == "Open the link page"), "")


async def opens(running: Running, link: str) -> bool:
    """Whether the link still leads to a page on which one can go on."""
    if not link:
        return False
    async with aiohttp.ClientSession() as session, session.get(link) as answer:
        return "Continue" in await answer.text()


async def test_everyone_is_told_when_the_bot_is_stopped(
    discord: Discord, standin: Imgur, start: Start, picture: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One command hangs at Imgur, one upload in the middle of its file, and others come while the bot is closing."""
    monkeypatch.setattr(door, "GRACE", 0.1)
    monkeypatch.setattr(door, "ENDING", 60.0)
    monkeypatch.setattr(door, "OTHERS_FIRST", 0.1)
    monkeypatch.setattr(reply, "PATIENCE", 60.0)
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
        late_ones_are_told = asyncio.Event()
        discord.switches.faults = [Fault(EDIT, gate=late_ones_are_told, times=2)]
        discord.calls.clear()
        running.task.cancel()
        await discord.until(lambda: discord.sent(EDIT))  # the others are being told
        late = [await discord.slash(alice, "account"), await discord.press(alice, shown, "Copy")]
        await discord.until(lambda: all(map(seen, late)))
        late_ones_are_told.set()
        await asyncio.wait({running.task})
        assert "being restarted" in seen(show)
        assert "being shut down" in seen(upload)
        assert ["Try again in a minute" in seen(one) for one in late] == [True, True]
        held.release()


async def test_what_is_switched_off_while_discord_takes_its_time_is_not_posted(
    discord: Discord, standin: Imgur, start: Start
) -> None:
    alice, image = discord.world.add_person("alice"), standin.world.add_image(title="Hill")
    async with start() as running:
        await discord.ready()
        switched_off = asyncio.Event()
        discord.switches.faults = [Fault(EDIT, gate=switched_off)]
        command = await discord.slash(alice, "show", image=image.id, share=True)
        await discord.until(lambda: discord.sent(EDIT))
        await running.bot.services.sharing.allow(int(discord.world.guild_id), Sharing.NOWHERE)
        switched_off.set()
        await discord.until(lambda: "This server lets nothing be shared" in seen(command))
        assert f"https://imgur.com/{image.id}" in seen(command)
        assert not discord.sent(FOLLOW_UP)


async def test_what_discord_may_have_posted_is_not_posted_again(discord: Discord, standin: Imgur, start: Start) -> None:
    """It has, and something on the way says that it had trouble."""
    alice, image = discord.world.add_person("alice"), standin.world.add_image(title="Hill")
    async with start():
        await discord.ready()
        discord.switches.faults = [Fault(FOLLOW_UP, Refusal(502, 0), done=True)]
        command = await discord.slash(alice, "show", image=image.id, share=True)
        await discord.until(lambda: "Others may not see this" in seen(command))
        assert f"https://imgur.com/{image.id}" in seen(command)
        assert len(discord.sent(FOLLOW_UP)) == len(command.followups) == 1


async def test_what_is_deleted_leaves_its_message_though_discord_had_trouble_just_then(
    discord: Discord, standin: Imgur, start: Start, picture: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(emptying, "AGAIN", (0.0,))
    alice = discord.world.add_person("alice")
    async with start():
        await discord.ready()
        upload = await shared_upload(discord, alice, picture)
        question = await answered(await discord.slash(alice, "delete", image=next(iter(standin.world.images))))
        [public] = upload.followups
        discord.switches.faults = [Fault(f"PATCH */messages/{public['id']}", cut=True, times=2)]
        await discord.press(alice, question, "Delete for good")
        await discord.until(lambda: "was deleted from Imgur" in seen(upload))
        assert not discord.switches.faults[0].times
