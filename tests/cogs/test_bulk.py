"""Several at once: deleted, made favorites, put into an album; what users see, and what Imgur was asked for."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from sqlalchemy import update

from standins.imgur.records import Account
from storage.database import open_database
from storage.models import Shelf
from storage.tables import EPOCH, credits_left, jobs
from tests.cogs.conftest import Discord, answer, buttons, text
from tests.cogs.indexing import Index
from tests.cogs.test_gallery import enabled, options, upload_anonymously
from tests.cogs.test_select import add_images, press, selecting, tick, ticked
from tests.cogs.test_waiting import pause
from tests.databases import on_both, rows
from tests.reading import english

DELETE = "DELETE /3/image/*"


@pytest.fixture
def works() -> bool:
    return True


async def asked(discord: Discord, ids: list[str], command: str = "images", deed: str = "Delete") -> tuple[Any, Any]:
    """A gallery in which these are ticked, and the question that a button asks."""
    gallery = await selecting(discord, command)
    await tick(discord, gallery, *ids)
    return gallery, answer(await discord.click(gallery, deed))


def sent(discord: Discord, match: str = DELETE) -> list[str]:
    """The ids in the paths of what was sent."""
    return [request.path.split("/")[3] for request in discord.standin.sent(match)]


async def eventually(condition: Callable[[], bool | Awaitable[bool]]) -> None:
    async with asyncio.timeout(15):
        while not (met if isinstance(met := condition(), bool) else await met):  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.01)


async def test_several_are_deleted_after_a_question_that_names_them(discord: Discord, linked: Account) -> None:
    ids = add_images(discord, linked, 7)
    gallery, question = await asked(discord, ids[1:4])
    assert "### Delete 3 pictures?" in text(question)
    for number in (5, 4, 3):
        assert f"Picture {number} " in text(question)
    assert "Picture 6" not in text(question)
    assert not sent(discord)
    await discord.click(question, "Delete 3 for good")
    names = f"Picture 5 ({ids[1]}), Picture 4 ({ids[2]}), Picture 3 ({ids[3]})."
    assert text(question) == f"### 3 deleted\n\n{names}"
    assert sent(discord) == ids[1:4]
    assert [image.id for image in discord.standin.world.images_of(linked)] == [ids[0], *ids[4:]]
    assert "**0 selected** · Page 1 of 1 · 4 in all" in text(gallery)
    assert not (await discord.click(gallery, "Refresh")).followups


async def test_what_is_deleted_is_what_was_ticked_and_asked_about(discord: Discord, linked: Account) -> None:
    ids = add_images(discord, linked, 5)
    gallery, question = await asked(discord, [ids[2]])
    discord.standin.world.add_image(linked, title="Newer")
    await tick(discord, gallery, ids[3])
    await discord.click(question, "Delete 1 for good")
    assert sent(discord) == [ids[2]]


async def test_what_is_gone_already_is_told_apart(discord: Discord, linked: Account) -> None:
    ids = add_images(discord, linked, 5)
    _, question = await asked(discord, ids)
    discord.standin.world.remove_image(discord.standin.world.images[ids[1]])
    await discord.click(question, "Delete 5 for good")
    assert "### 4 deleted, 1 was gone already\n" in text(question)
    assert f"\nGone already: Picture 3 ({ids[1]})." in text(question)
    assert not discord.standin.world.images_of(linked)


async def test_keep_changes_nothing(discord: Discord, linked: Account) -> None:
    ids = add_images(discord, linked, 2)
    gallery, question = await asked(discord, ids)
    result = await discord.click(question, "Keep")
    assert not result.followups
    assert "Nothing was changed" in text(question)
    assert not sent(discord)
    await discord.click(gallery, "Refresh")
    assert ticked(gallery) == ids


def confirming(question: Any) -> dict[str, Any]:
    [button] = [one for label, one in buttons(question).items() if label.startswith("Delete ")]
    return {"custom_id": button["custom_id"], "component_type": 2}


async def test_a_question_is_confirmed_once(discord: Discord, linked: Account) -> None:
    """On phone and desktop, or pressed twice, or pressed again when all is over."""
    ids = add_images(discord, linked, 3)
    _, question = await asked(discord, ids[:2])
    confirm = confirming(question)
    await asyncio.gather(*(press(discord, question, **confirm) for _ in range(3)))
    late = await press(discord, question, **confirm)
    assert not late.followups
    assert sent(discord) == ids[:2]
    assert "### 2 deleted" in text(question)


async def test_the_older_of_two_questions_cannot_be_confirmed(discord: Discord, linked: Account) -> None:
    ids = add_images(discord, linked, 3)
    gallery, old = await asked(discord, ids[:1])
    await tick(discord, gallery, ids[1])
    new = answer(await discord.click(gallery, "Delete"))
    result = await discord.click(old, "Delete 1 for good")
    assert "has had its answer" in text(result.followups[0])
    assert not sent(discord)
    await discord.click(new, "Delete 1 for good")
    assert sent(discord) == [ids[1]]


async def test_the_click_that_asks_cannot_confirm(discord: Discord, linked: Account) -> None:
    """The question is another message, and what stands first in it keeps everything."""
    ids = add_images(discord, linked, 3)
    gallery, question = await asked(discord, ids[:1])
    assert question.id != gallery.id
    assert enabled(question) == ["Keep", "Delete 1 for good"]
    again = answer(await discord.click(gallery, "Delete"))
    assert "### Delete 1 picture?" in text(again)
    assert not sent(discord)


@pytest.mark.parametrize(
    ("fault", "why"),
    [
        ("throttled-429", "asks us to slow down"),
        ("over-capacity-403", "over capacity"),
        ("over-capacity-500", "over capacity"),
        ("bad-grant", "no longer accepts"),
        ("actions-forbidden-400", "turns the bot away"),
    ],
)
async def test_it_stops_at_the_first_sign_of_trouble_and_one_press_goes_on(
    discord: Discord, linked: Account, fault: str, why: str
) -> None:
    ids = add_images(discord, linked, 10)
    _, question = await asked(discord, ids)
    held = discord.standin.switches.hold(f"DELETE /3/image/{ids[2]}")
    pressing = asyncio.create_task(discord.click(question, "Delete 10 for good"))
    await asyncio.wait_for(held.arrived.wait(), 10)
    if fault == "bad-grant":
        discord.standin.world.tokens.kill_access_tokens(linked)
        discord.standin.world.tokens.revoke(linked, discord.house.settings.imgur_client_id)
    else:
        discord.standin.fail_next(fault, DELETE, times=9)
    held.release()
    await pressing
    await eventually(lambda: "### Stopped: 2 deleted, 8 untouched" in text(question))
    assert why.casefold() in text(question).casefold()
    assert all(image in text(question) for image in ids)
    assert enabled(question) == ["Go on"]
    assert [image.id for image in discord.standin.world.images_of(linked)] == ids[2:]
    discord.standin.faults.clear()
    if fault == "bad-grant":
        await discord.link(linked)
    discord.standin.requests.clear()
    await discord.click(question, "Go on")
    if fault == "throttled-429":  # it concerns everything that this user wants of Imgur
        assert "**2 of 10** done so far. Imgur takes no more of it at the moment; it goes on <t:" in text(question)
        assert not sent(discord)
        return
    await eventually(lambda: "### 10 deleted" in text(question))
    assert sent(discord) == ids[2:]
    assert not (await discord.run("account")).followups


async def test_one_that_imgur_refuses_keeps_no_other_from_being_deleted(discord: Discord, linked: Account) -> None:
    ids = add_images(discord, linked, 3)
    _, question = await asked(discord, ids)
    # Moved to somebody else meanwhile, for all the bot can know.
    discord.standin.world.images[ids[1]].account = discord.standin.world.add_account("somebody")
    await discord.click(question, "Delete 3 for good")
    assert "### 2 deleted, 1 refused by Imgur" in text(question)
    assert f"\nRefused by Imgur: Picture 1 ({ids[1]})." in text(question)


async def test_one_that_imgur_declines_to_delete_is_told_and_not_sent_for_ever(
    discord: Discord, linked: Account
) -> None:
    ids = add_images(discord, linked, 2)
    _, question = await asked(discord, ids)
    discord.standin.fail_next("declined-200", f"DELETE /3/image/{ids[0]}", times=99)
    await discord.click(question, "Delete 2 for good")
    assert "### 1 deleted, 1 refused by Imgur\n" in text(question)
    assert sent(discord) == ids


async def test_before_the_question_it_is_said_what_cannot_be_deleted_and_why(
    discord: Discord, linked: Account, picture: bytes
) -> None:
    world = discord.standin.world
    mine, other = world.add_image(linked, title="Mine"), world.add_image(title="Theirs")
    album = world.add_album(linked, title="Trip", images=[world.add_image(linked)])
    world.add_favorites(linked, [mine, other, album])
    ids = [mine.id, other.id, album.id]
    _, question = await asked(discord, ids, "favorites")
    assert "### Delete 1 picture?" in text(question)
    assert "Mine" in text(question)
    assert "Theirs" not in text(question)
    assert "**1 album** is left out: `/imgur album delete`" in text(question)
    assert "**1 picture of somebody else** is left out: only whoever uploaded" in text(question)
    await discord.click(question, "Delete 1 for good")
    assert sent(discord) == [mine.id]


async def test_where_nothing_can_be_deleted_nothing_is_asked(discord: Discord, linked: Account) -> None:
    world = discord.standin.world
    theirs = [world.add_image(), world.add_image()]
    world.add_favorites(linked, theirs)
    _, told = await asked(discord, [image.id for image in theirs], "favorites")
    assert "cannot be done" in text(told)
    assert "**2 pictures of others** are left out" in text(told)
    assert not buttons(told)


async def test_anonymous_uploads_are_deleted_by_who_uploaded_them(discord: Discord, picture: bytes) -> None:
    uploads = [await upload_anonymously(discord, picture, f"Mine {number}") for number in range(3)]
    _, question = await asked(discord, [uploads[0].id, uploads[2].id])
    await discord.click(question, "Delete 2 for good")
    assert "### 2 deleted" in text(question)
    assert set(discord.standin.world.images) == {uploads[1].id}
    message = answer(await discord.run("images"))
    assert options(message) == [f"image:{uploads[1].id}"]


async def test_only_one_deletion_goes_on_at_a_time(discord: Discord, linked: Account) -> None:
    ids = add_images(discord, linked, 4)
    _, first = await asked(discord, ids[:2])
    _, second = await asked(discord, ids[2:])
    held = discord.standin.switches.hold(DELETE)
    pressing = asyncio.create_task(discord.click(first, "Delete 2 for good"))
    await asyncio.wait_for(held.arrived.wait(), 10)
    other = asyncio.create_task(press(discord, second, **confirming(second)))
    await eventually(lambda: "0 of 2" in text(first))
    await asyncio.sleep(0.1)
    held.release()
    await asyncio.gather(pressing, other)
    assert "### 2 deleted" in text(first)
    assert "One after the other" in text(other.result().followups[0])
    await discord.click(second, "Delete 2 for good")
    assert "### 2 deleted" in text(second)
    assert sent(discord) == ids


async def hurry(discord: Discord) -> None:
    """As if the time had passed that everything waits for."""
    async with open_database(discord.house.settings.database_url) as database, database.write() as transaction:
        await transaction.execute(update(credits_left).values(paused_until=None))
        await transaction.execute(update(jobs).values(due_at=EPOCH))
    services = discord.house.services
    await services.jobs.resume(discord.alice.id, 0)  # wakes the runner


async def hurried(discord: Discord, message: Any, end: str) -> None:
    """The same, until the message reads so. Takes `looking_often`."""
    async with asyncio.timeout(15):
        while end not in text(message):
            await asyncio.sleep(0.05)
            await hurry(discord)


async def later(discord: Discord) -> None:
    """The same, until all is deleted."""
    await hurry(discord)
    await eventually(lambda: not discord.standin.world.images)


async def test_what_waits_for_the_quota_is_told_and_goes_on_by_itself(discord: Discord, linked: Account) -> None:
    """Whoever has begun it may be gone: how it ended is told by the next answer, whatever that is, once."""
    ids = add_images(discord, linked, 3)
    _, question = await asked(discord, ids)
    await pause(discord, 3000, linked.id)
    await discord.click(question, "Delete 3 for good")
    await discord.click(question, "How far is it?")
    assert "### Deleting 3 pictures" in text(question)
    assert "**0 of 3** done so far. Imgur takes no more of it at the moment; it goes on <t:" in text(question)
    assert "It goes on by itself" in text(question)
    assert not sent(discord)
    await later(discord)
    assert sent(discord) == ids
    [meanwhile] = await told(discord)
    assert "**3 deleted.** Picture 2 (" in text(meanwhile)
    assert not (await discord.run("images")).followups
    assert not (await discord.click(question, "How far is it?")).followups
    assert "### 3 deleted" in text(question)


async def test_however_often_it_is_asked_how_far_it_is_the_end_is_told_once(discord: Discord, linked: Account) -> None:
    ids = add_images(discord, linked, 2)
    _, question = await asked(discord, ids)
    hold = discord.standin.switches.hold(DELETE)
    before = len(discord.env.http_requests)
    presses = [asyncio.create_task(discord.click(question, "Delete 2 for good"))]
    await asyncio.wait_for(hold.arrived.wait(), 15)
    await eventually(lambda: "How far is it?" in buttons(question))
    look = {"custom_id": buttons(question)["How far is it?"]["custom_id"], "component_type": 2}
    presses += [asyncio.create_task(press(discord, question, **look)) for _ in range(4)]
    await eventually(lambda: len(shown(discord, before, "**0 of 2** done so far")) == 5)
    hold.release()
    await asyncio.gather(*presses)
    assert "### 2 deleted" in text(question)
    assert len(shown(discord, before, "### 2 deleted")) == 1


def shown(discord: Discord, since: int, words: str) -> list[object]:
    """The edits that said so."""
    sent = discord.env.http_requests[since:]
    said = [(entry, english(json.dumps(entry.json, ensure_ascii=False))) for entry in sent if entry.method == "PATCH"]
    return [entry for entry, text in said if words in text]


async def test_what_was_going_on_ends_in_words_when_its_user_unlinks(discord: Discord, linked: Account) -> None:
    ids = add_images(discord, linked, 3)
    _, question = await asked(discord, ids)
    await pause(discord, 3000, linked.id)
    await discord.click(question, "Delete 3 for good")
    await discord.house.services.accounts.unlink(discord.alice.id)
    await discord.click(question, "How far is it?")
    assert "If you unlinked meanwhile, it ended with that." in text(question)
    assert not sent(discord)


@on_both
async def test_of_whoever_unlinks_while_one_is_deleted_nothing_comes_back(
    discord: Discord, linked: Account, index: Index
) -> None:
    """Imgur has deleted it and its answer is on the way: nothing is written of it, and no other is deleted."""
    ids = add_images(discord, linked, 3)
    await index.read(Shelf.IMAGES)
    _, question = await asked(discord, ids)
    held = discord.standin.switches.hold(DELETE, answer=True)
    pressing = asyncio.create_task(discord.click(question, "Delete 3 for good"))
    await asyncio.wait_for(held.arrived.wait(), 15)
    await discord.house.services.accounts.unlink(discord.alice.id)
    held.release()
    await pressing
    while await index.stores.library.empty_some(1000):
        pass
    url = discord.house.settings.database_url
    kept = ("items", "places", "jobs", "steps", "views", "selected", "links", "imgur_accounts")
    assert {table: rows(url, f"SELECT * FROM {table}") for table in kept} == {table: [] for table in kept}
    assert sent(discord) == ids[:1]
    assert "### This is over\n" in text(question)
    assert not (await discord.run("account")).followups


@on_both
async def test_where_the_hour_ends_in_the_middle_it_goes_on_in_the_next_one(discord: Discord, linked: Account) -> None:
    """As with 300 to delete and 100 credits left: none is sent that Imgur would refuse."""
    ids = add_images(discord, linked, 7)
    _, question = await asked(discord, ids)
    left = discord.standin.world.credits
    left.spent[f"user {linked.id}"] = left.user_limit - 4
    await discord.click(question, "Delete 7 for good")
    await eventually(lambda: "it goes on <t:" in text(question))
    done = len(sent(discord))
    assert 0 < done <= 4
    assert f"**{done} of 7** done so far. Imgur takes no more of it at the moment; it goes on <t:" in text(question)
    assert "It goes on by itself" in text(question)
    left.spent.clear()
    async with open_database(discord.house.settings.database_url) as database, database.write() as transaction:
        await transaction.execute(update(credits_left).values(resets_at=EPOCH))
    await later(discord)
    assert sent(discord) == ids

    async def is_told() -> bool:
        """In its message, where that is still followed, or beside the next answer."""
        said = [text(one) for one in (await discord.run("account")).followups]
        return "### 7 deleted" in text(question) or any("**7 deleted.**" in one for one in said)

    await eventually(is_told)


async def told(discord: Discord) -> Any:
    """What is told beside the next answer but for the first ones."""
    async with asyncio.timeout(15):
        while not (followups := (await discord.run("images")).followups):  # noqa: ASYNC110 - nobody tells it unasked
            await asyncio.sleep(0.01)
        return followups


async def test_how_far_it_is_can_be_seen_after_a_restart(discord: Discord, linked: Account) -> None:
    ids = add_images(discord, linked, 3)
    _, question = await asked(discord, ids)
    await pause(discord, 3000, linked.id)
    await discord.click(question, "Delete 3 for good")
    async with discord.again() as house:
        await discord.env.restart_bot(house.bot)
        await discord.click(question, "How far is it?")
        assert "**0 of 3** done so far. Imgur takes no more of it at the moment" in text(question)
        await discord.env.shutdown()
    assert not sent(discord)


async def test_where_discord_does_not_take_how_it_ended_the_next_answer_tells_it(
    discord: Discord, linked: Account
) -> None:
    ids = add_images(discord, linked, 2)
    _, question = await asked(discord, ids)
    discord.env.inject_error("PATCH", "/webhooks/*/messages/@original", status=404, code=10015, times=None)
    await discord.click(question, "Delete 2 for good")
    await eventually(lambda: not discord.standin.world.images)
    async with asyncio.timeout(15):
        said = ""
        while "**2 deleted.**" not in said:  # every answer is a message of its own now
            said = "\n".join(text(message) for message in (await discord.run("account")).followups)


async def test_several_become_favorites(discord: Discord, linked: Account) -> None:
    world = discord.standin.world
    ids = add_images(discord, linked, 4)
    world.add_favorites(linked, [world.images[ids[1]]])
    gallery = await selecting(discord)
    await tick(discord, gallery, *ids[:3])
    told = answer(await discord.click(gallery, "Favorite"))
    assert "### 2 added to your favorites, 1 was a favorite before" in text(told)
    assert {item.id for item in linked.favorites} == set(ids[:3])
    assert len(discord.standin.sent("POST /3/image/*/favorite")) == 2


async def test_favorites_need_an_account(discord: Discord, picture: bytes) -> None:
    upload = await upload_anonymously(discord, picture, "Mine")
    gallery = await selecting(discord)
    await tick(discord, gallery, upload.id)
    assert "No Imgur account is linked" in text(answer(await discord.click(gallery, "Favorite")))


async def test_several_go_into_one_of_the_user_s_albums(discord: Discord, linked: Account) -> None:
    world = discord.standin.world
    ids = add_images(discord, linked, 5)
    album = world.add_album(linked, title="Holiday", images=[world.images[ids[1]]])
    _, question = await asked(discord, ids[:3], deed="Add to album")
    assert "### Add 3 pictures to an album" in text(question)
    await discord.alice.select(question, [f"album:{album.id}"])
    assert "### 2 added, 1 was in the album before" in text(question)
    assert "Album: **Holiday**" in text(question)
    assert {image.id for image in album.images} == set(ids[:3])


async def test_what_the_index_knows_to_be_the_user_s_goes_into_an_album_unasked(
    discord: Discord, linked: Account, index: Index
) -> None:
    ids = add_images(discord, linked, 12)
    album = discord.standin.world.add_album(linked, title="Holiday")
    await index.read(Shelf.IMAGES, Shelf.ALBUMS)
    _, question = await asked(discord, ids[:3], deed="Add to album")
    discord.house.services.library.catalogue.reading.forget_item(await index.viewer(), ids[0])
    discord.standin.requests.clear()
    await discord.alice.select(question, [f"album:{album.id}"])
    assert "### 3 added" in text(question)
    assert not discord.standin.sent("GET /3/image/*")


async def test_what_is_left_for_an_album_that_is_gone_does_not_go_on(discord: Discord, linked: Account) -> None:
    ids = add_images(discord, linked, 3)
    album = discord.standin.world.add_album(linked, title="Holiday")
    _, question = await asked(discord, ids, deed="Add to album")
    discord.standin.world.remove_album(album)
    await discord.alice.select(question, [f"album:{album.id}"])
    await eventually(lambda: "The album is no longer on Imgur" in text(question))
    assert "0 added, 3 untouched" in text(question)
    assert enabled(question) == []


@pytest.mark.parametrize(("typed", "albums"), [("New one", ["Holiday", "New one"]), ("hóliday ", ["Holiday"])])
async def test_a_typed_title_makes_an_album_unless_there_is_one_of_it(
    discord: Discord, linked: Account, typed: str, albums: list[str]
) -> None:
    world = discord.standin.world
    ids = add_images(discord, linked, 3)
    world.add_album(linked, title="Holiday", images=[])
    _, question = await asked(discord, ids, deed="Add to album")
    form = await discord.click(question, "New album…")
    await discord.alice.submit_modal(form, {"title": typed})
    assert "### 3 added" in text(question)
    found = {album.title: album for album in world.albums.values()}
    assert sorted(title or "" for title in found) == albums
    assert {image.id for image in found[albums[-1]].images} == set(ids)


async def test_what_cannot_go_into_an_album_is_said_before(discord: Discord, linked: Account, picture: bytes) -> None:
    world = discord.standin.world
    mine, other = world.add_image(linked, title="Mine"), world.add_image(title="Theirs")
    anonymous = await upload_anonymously(discord, picture, "Mine too")
    album = world.add_album(linked, title="Trip", images=[world.add_image(linked)])
    world.add_favorites(linked, [mine, other, album, anonymous])
    _, question = await asked(discord, [mine.id, other.id, album.id, anonymous.id], "favorites", "Add to album")
    assert "### Add 1 picture to an album" in text(question)
    for words in ("an album cannot be put into another", "only pictures of your account", "without an account"):
        assert words in text(question)


async def test_nobody_else_answers_a_question(discord: Discord, linked: Account) -> None:
    ids = add_images(discord, linked, 1)
    _, question = await asked(discord, ids)
    result = await press(discord, question, discord.bob, **confirming(question))
    assert "not yours" in text(answer(result))
    assert not sent(discord)
