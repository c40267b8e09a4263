"""Several at once, where trouble comes in the middle: what was done by then is told, and nothing is done twice."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from standins.imgur.records import Account, StoredAlbum
from tests.cogs.conftest import Discord, answer, text
from tests.cogs.test_bulk import DELETE, asked, confirming, eventually, hurried, hurry
from tests.cogs.test_gallery import enabled
from tests.cogs.test_select import add_images, press, selecting, tick, ticked
from tests.cogs.test_waiting import pause

pytestmark = pytest.mark.interplay

ADD = "POST /3/album/*/add"


@pytest.fixture
def works() -> bool:
    return True


async def into_album(
    discord: Discord, linked: Account, number: int, *, gone: int | None = None
) -> tuple[Any, StoredAlbum, list[str], asyncio.Task[Any]]:
    """So many are being put into an album; the `gone` one is no longer on Imgur, which refuses the lot for it."""
    ids = add_images(discord, linked, number)
    album = discord.standin.world.add_album(linked, title="Holiday")
    _, question = await asked(discord, ids, deed="Add to album")
    if gone is not None:
        discord.standin.switches.album_refusals = "owner-400"
        discord.standin.world.remove_image(discord.standin.world.images[ids[gone]])
    return question, album, ids, asyncio.create_task(discord.alice.select(question, [f"album:{album.id}"]))


async def arrived_at(discord: Discord, number: int) -> Any:
    """The hold of the request with which something is added, after so many before it have passed."""
    held = discord.standin.switches.hold(ADD)
    for left in range(number, -1, -1):
        await asyncio.wait_for(held.arrived.wait(), 10)
        if left:
            following = discord.standin.switches.hold(ADD)
            held.release()
            held = following
    return held


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        ("over-capacity-403", "over capacity"),
        ("bad-grant", "no longer accepts"),
        ("actions-forbidden-400", "turns the bot away"),
    ],
)
async def test_what_went_into_the_album_before_the_trouble_is_told_and_counts(
    discord: Discord, linked: Account, fault: str, why: str
) -> None:
    """All five are refused for the one that is gone, the first two go in, then nothing does."""
    question, album, ids, picking = await into_album(discord, linked, 5, gone=4)
    held = await arrived_at(discord, 2)
    if fault == "bad-grant":
        discord.standin.world.tokens.kill_access_tokens(linked)
        discord.standin.world.tokens.revoke(linked, discord.house.settings.imgur_client_id)
    else:
        discord.standin.fail_next(fault, ADD, times=9)
    held.release()
    await picking
    await eventually(lambda: "Stopped" in text(question))
    assert [image.id for image in album.images] == ids[:2]
    seen = "2 added, 3 untouched" if fault != "bad-grant" else "0 added, 2 sent, and not seen yet, 3 untouched"
    assert f"### Stopped: {seen}\n" in text(question)
    assert why.casefold() in text(question).casefold()
    assert enabled(question) == ["Go on"]
    discord.standin.faults.clear()
    if fault == "bad-grant":
        await discord.link(linked)
    discord.standin.requests.clear()
    await discord.click(question, "Go on")
    await eventually(lambda: "### 4 added, 1 was gone already\n" in text(question))
    assert [image.id for image in album.images] == ids[:4]


@pytest.mark.usefixtures("looking_often")
async def test_a_favorite_of_which_nobody_heard_is_looked_at_and_counts(discord: Discord, linked: Account) -> None:
    ids = add_images(discord, linked, 2)
    gallery = await selecting(discord)
    await tick(discord, gallery, *ids)
    held = discord.standin.switches.hold("POST /3/image/*/favorite")
    pressing = asyncio.create_task(discord.click(gallery, "Favorite"))
    await asyncio.wait_for(held.arrived.wait(), 10)
    discord.standin.fail_next("lost-answer", "POST /3/image/*/favorite")
    discord.standin.fail_next("over-capacity-500", "GET /3/image/*", times=3)
    held.release()
    await eventually(lambda: not discord.standin.faults._queue)
    async with asyncio.timeout(15):
        while len(discord.standin.sent("POST /3/image/*/favorite")) < 2:
            await asyncio.sleep(0.05)
            await hurry(discord)
    told = answer(await pressing)
    await eventually(lambda: "### 2 added to your favorites\n" in text(told))
    assert {item.id for item in linked.favorites} == {*ids}


@pytest.mark.usefixtures("looking_often")
async def test_one_that_imgur_does_not_show_any_more_keeps_no_other_waiting(discord: Discord, linked: Account) -> None:
    ids = add_images(discord, linked, 2)
    _, question = await asked(discord, ids)
    discord.standin.fail_next("lost-answer", DELETE)
    discord.standin.fail_next("bad-request-400", f"GET /3/image/{ids[0]}", times=99)
    pressing = asyncio.create_task(discord.click(question, "Delete 2 for good"))
    await eventually(lambda: bool(discord.standin.sent(DELETE)))
    async with asyncio.timeout(15):
        while discord.standin.world.images:
            await asyncio.sleep(0.05)
            await hurry(discord)
    await pressing
    await eventually(lambda: "### 1 deleted, 1 sent, and not seen yet\n" in text(question))


async def test_keep_after_yes_does_not_say_that_nothing_was_changed(discord: Discord, linked: Account) -> None:
    ids = add_images(discord, linked, 2)
    gallery, question = await asked(discord, ids)
    confirm = confirming(question)
    keep = confirm | {"custom_id": confirm["custom_id"].replace("bulk-confirm", "bulk-keep")}
    await pause(discord, 3000, linked.id)
    await press(discord, question, **confirm)
    await press(discord, question, **keep)
    assert "### Deleting 2 pictures" in text(question)
    await discord.click(gallery, "Refresh")
    assert ticked(gallery) == []
    *_, job = await discord.house.services.jobs.of_user(discord.alice.id)
    await discord.house.services.jobs.drop(discord.alice.id, job.id)
    late = await press(discord, question, **keep)
    assert "has had its answer" in text(late.followups[0])


async def test_going_on_with_what_stopped_waits_for_the_newer_one(discord: Discord, linked: Account) -> None:
    ids = add_images(discord, linked, 4)
    _, old = await asked(discord, ids[:2])
    _, new = await asked(discord, ids[2:])
    discord.standin.fail_next("over-capacity-403", DELETE)
    await discord.click(old, "Delete 2 for good")
    await eventually(lambda: "### Stopped: 0 deleted, 2 untouched" in text(old))
    await pause(discord, 3000, linked.id)
    await discord.click(new, "Delete 2 for good")
    result = await discord.click(old, "Go on")
    assert "One after the other" in text(result.followups[0])
    assert enabled(old) == ["Go on"]


@pytest.mark.usefixtures("looking_often")
async def test_what_cannot_be_read_back_is_looked_at_later(discord: Discord, linked: Account) -> None:
    question, album, ids, picking = await into_album(discord, linked, 3)
    held = await arrived_at(discord, 0)
    discord.standin.fail_next("over-capacity-500", "GET /3/album/*", times=3)
    held.release()
    await hurried(discord, question, "### 3 added\n")
    await picking
    assert [image.id for image in album.images] == ids
    assert len(discord.standin.sent(ADD)) == 1


async def test_one_that_is_gone_is_an_outcome_also_where_it_is_the_only_one(discord: Discord, linked: Account) -> None:
    ids = add_images(discord, linked, 1)
    album = discord.standin.world.add_album(linked, title="Holiday")
    _, question = await asked(discord, ids, deed="Add to album")
    discord.standin.world.remove_image(discord.standin.world.images[ids[0]])
    await discord.alice.select(question, [f"album:{album.id}"])
    await eventually(lambda: "### 0 added, 1 was gone already\n" in text(question))


@pytest.mark.usefixtures("looking_often")
@pytest.mark.parametrize("last", [False, True])
async def test_one_that_imgur_never_answers_for_and_never_does_is_given_up_and_keeps_no_other_waiting(
    discord: Discord, linked: Account, last: bool
) -> None:
    ids = add_images(discord, linked, 3)
    odd = ids[2 if last else 0]
    _, question = await asked(discord, ids)
    discord.standin.fail_next("lost-request", f"DELETE /3/image/{odd}", times=99)
    pressing = asyncio.create_task(discord.click(question, "Delete 3 for good"))
    end = (
        "### 2 deleted, 1 not done"
        if last
        else "### Stopped: 0 deleted, 1 not done, and Imgur does not say why, 2 untouched"
    )
    await hurried(discord, question, end)
    await pressing
    assert 1 < len(discord.standin.sent(f"DELETE /3/image/{odd}")) < 10
    if not last:
        assert "Imgur gave no clear answer" in text(question)
        await discord.click(question, "Go on")
        await eventually(lambda: "### 2 deleted, 1 not done, and Imgur does not say why" in text(question))
    assert [*discord.standin.world.images] == [odd]
