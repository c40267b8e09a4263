"""Several at once, stopped by who began it: nothing more is sent, and what became of each is told."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from standins.imgur.records import Account
from tests.cogs.conftest import Discord, buttons, text
from tests.cogs.test_bulk import DELETE, asked, eventually, hurried, sent
from tests.cogs.test_bulk_middle import ADD, arrived_at, into_album
from tests.cogs.test_gallery import enabled
from tests.cogs.test_select import add_images, press
from tests.cogs.test_waiting import pause
from tests.databases import on_both

pytestmark = pytest.mark.interplay


@pytest.fixture
def works() -> bool:
    return True


def stopping(message: Any) -> dict[str, Any]:
    return {"custom_id": buttons(message)["Stop"]["custom_id"], "component_type": 2}


@on_both
async def test_what_is_under_way_ends_and_nothing_more_is_begun(discord: Discord, linked: Account) -> None:
    ids = add_images(discord, linked, 6)
    _, question = await asked(discord, ids)
    held = discord.standin.switches.hold(f"DELETE /3/image/{ids[2]}")
    pressing = asyncio.create_task(discord.click(question, "Delete 6 for good"))
    await asyncio.wait_for(held.arrived.wait(), 15)
    await eventually(lambda: "**2 of 6** done so far." in text(question))
    presses = [asyncio.create_task(press(discord, question, **stopping(question))) for _ in range(2)]
    await eventually(lambda: "### Stopping 6 pictures" in text(question))
    assert enabled(question) == ["How far is it?"]
    held.release()
    await asyncio.gather(pressing, *presses)
    await eventually(lambda: "### Stopped: " in text(question))
    names = [f"Picture {5 - number} ({one})" for number, one in enumerate(ids)]
    assert text(question) == (
        "### Stopped: 3 deleted, 3 untouched\n\nYou stopped it. The rest is done if you press Go on.\n"
        f"Deleted: {', '.join(names[:3])}.\nUntouched: {', '.join(names[3:])}."
    )
    assert enabled(question) == ["Go on"]
    assert sent(discord) == ids[:3]
    assert not (await discord.run("account")).followups
    await discord.click(question, "Go on")
    await eventually(lambda: "### 6 deleted\n" in text(question))
    assert sent(discord) == ids


async def test_a_wait_for_credits_is_stopped_at_once(discord: Discord, linked: Account) -> None:
    ids = add_images(discord, linked, 3)
    _, question = await asked(discord, ids)
    await pause(discord, 3000, linked.id)
    await discord.click(question, "Delete 3 for good")
    await discord.click(question, "How far is it?")
    assert "it goes on <t:" in text(question)
    await discord.click(question, "Stop")
    await eventually(lambda: "### Stopped: 0 deleted, 3 untouched\n" in text(question))
    assert "You stopped it." in text(question)
    assert not sent(discord)
    _, other = await asked(discord, ids[:1])
    await discord.click(other, "Delete 1 for good")
    assert "### Deleting 1 picture" in text(other)


async def test_a_clock_that_is_put_back_meanwhile_keeps_no_message_from_its_end(
    discord: Discord, linked: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is under way waits for nothing, whenever it seems to be due."""
    ids = add_images(discord, linked, 3)
    _, question = await asked(discord, ids)
    held = discord.standin.switches.hold(f"DELETE /3/image/{ids[1]}")
    pressing = asyncio.create_task(discord.click(question, "Delete 3 for good"))
    await asyncio.wait_for(held.arrived.wait(), 15)
    monkeypatch.setattr(discord.house.services.jobs, "_now", lambda: datetime.now(UTC) - timedelta(days=1))
    await eventually(lambda: "**1 of 3** done so far." in text(question))
    assert "it goes on" not in text(question)
    held.release()
    await pressing
    await eventually(lambda: "### 3 deleted\n" in text(question))


async def test_nobody_else_stops_it(discord: Discord, linked: Account) -> None:
    ids = add_images(discord, linked, 3)
    _, question = await asked(discord, ids)
    await pause(discord, 3000, linked.id)
    await discord.click(question, "Delete 3 for good")
    result = await press(discord, question, discord.bob, **stopping(question))
    assert "not yours" in text(result.response)
    await discord.click(question, "How far is it?")
    assert "### Deleting 3 pictures" in text(question)


async def test_who_presses_too_late_is_told_how_it_ended(discord: Discord, linked: Account) -> None:
    ids = add_images(discord, linked, 2)
    _, question = await asked(discord, ids)
    held = discord.standin.switches.hold(DELETE)
    pressing = asyncio.create_task(discord.click(question, "Delete 2 for good"))
    await asyncio.wait_for(held.arrived.wait(), 15)
    await eventually(lambda: "Stop" in buttons(question))
    stop = stopping(question)
    held.release()
    await pressing
    await eventually(lambda: "### 2 deleted\n" in text(question))
    await press(discord, question, **stop)
    assert "### 2 deleted\n" in text(question)
    assert sent(discord) == ids


@pytest.mark.parametrize("is_seen", [True, False])
async def test_what_was_on_its_way_into_an_album_is_looked_for(
    discord: Discord, linked: Account, is_seen: bool
) -> None:
    question, album, _, picking = await into_album(discord, linked, 3)
    held = await arrived_at(discord, 0)
    discord.standin.fail_next("over-capacity-500", "GET /3/album/*", times=3 if is_seen else 99)
    held.release()
    await eventually(lambda: len(album.images) == 3 and "it goes on <t:" in text(question))
    await press(discord, question, **stopping(question))
    await picking
    seen = "3 added" if is_seen else "0 added, 3 sent, and not seen yet"
    await eventually(lambda: f"### Stopped: {seen}\n\nYou stopped it." in text(question))
    assert ("The rest is done" in text(question)) is not is_seen
    discord.standin.faults.clear()
    assert ("Go on" in buttons(question)) is not is_seen
    if not is_seen:
        await discord.click(question, "Go on")
        await eventually(lambda: "### 3 added\n" in text(question))
    assert len(discord.standin.sent(ADD)) == 1


async def test_it_is_stopped_after_a_restart(discord: Discord, linked: Account) -> None:
    """The message is from before, and another process does the work by then."""
    ids = add_images(discord, linked, 3)
    _, question = await asked(discord, ids)
    await pause(discord, 3000, linked.id)
    await discord.click(question, "Delete 3 for good")
    async with discord.again(work=True) as house:
        await discord.env.restart_bot(house.bot)
        await discord.click(question, "Stop")
        await eventually(lambda: "### Stopped: 0 deleted, 3 untouched\n" in text(question))
        await discord.env.shutdown()
    assert not sent(discord)


@pytest.mark.usefixtures("looking_often")
async def test_one_that_was_sent_and_cannot_be_looked_for_is_not_said_to_be_untouched(
    discord: Discord, linked: Account
) -> None:
    ids = add_images(discord, linked, 3)
    _, question = await asked(discord, ids)
    discord.standin.fail_next("lost-answer", DELETE)
    discord.standin.fail_next("over-capacity-500", "GET /3/image/*", times=99)
    pressing = asyncio.create_task(discord.click(question, "Delete 3 for good"))
    await hurried(discord, question, "### Stopped: 0 deleted, 1 sent, and not seen yet, 2 untouched\n")
    await pressing
    discord.standin.faults.clear()
    await discord.click(question, "Go on")
    await hurried(discord, question, "### 3 deleted\n")
    assert sent(discord) == ids
