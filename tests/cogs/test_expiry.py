"""`expires:` on every way in: shown to its owner, kept, changed, carried out, and asked about before an unlink."""

from __future__ import annotations

import asyncio
import re
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cogs.gallery._views import gallery_view
from cogs.item._expiry import question_view
from cogs.link._views import confirm_unlink_view, undeleted_view
from cogs.ui.item import ID_LIMIT
from cogs.upload._form import Given, UploadForm
from cogs.upload._several_views import several_view
from cogs.upload._views import uploaded_view
from errors import NotYoursError
from imgur.errors import OverCapacityError
from imgur.models import DESCRIPTION_LIMIT, TITLE_LIMIT, Image
from services.expiry import Deleted, Expiry
from services.library.page import GalleryPage
from services.library.place import Place, Source
from services.several import Batch
from services.upload import IncomingFile, Uploaded, UploadRequest
from standins.imgur.records import Account
from tests.cogs.conftest import Discord, answer, buttons, text, walk
from tests.cogs.limits import BUTTON, SELECT, assert_sendable, parts, written
from tests.cogs.test_autocomplete import offered
from tests.cogs.test_data import files as exported
from tests.cogs.test_data import opened
from tests.cogs.test_upload import UPLOAD
from tests.cogs.test_upload_form import files, sent
from tests.databases import rows
from tests.reading import english

DELETE = "DELETE /3/image/*"
DAY = timedelta(days=1)


@pytest.fixture
def works() -> bool:
    return True


def dates(database_url: str) -> dict[str, float]:
    """When what is deleted, in seconds since 1970."""
    return {row["image_id"]: row["due_at"] / 1e6 for row in rows(database_url, "SELECT * FROM expiries")}


async def write(database_url: str, statement: str) -> None:
    """As somebody else's program does; it waits until the bot has written."""
    await asyncio.to_thread(_write, database_url, statement)


def _write(database_url: str, statement: str) -> None:
    with closing(sqlite3.connect(database_url.removeprefix("sqlite:///"), timeout=9, isolation_level=None)) as file:
        file.execute(statement)


async def due(database_url: str) -> None:
    """The time of all has come."""
    await write(database_url, f"UPDATE expiries SET due_at = {int(time.time() * 1e6) - 1}, try_at = 0")


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(15):
        while not condition():  # noqa: ASYNC110 - only asking tells
            await asyncio.sleep(0.01)


async def swept(discord: Discord) -> None:
    """The sweeper has looked twice: once it knows nothing of the clock."""
    for _ in range(2):
        await discord.house.services.expiries.sweep()


def menu(message: Any) -> list[dict[str, Any]]:
    found = [part for part in walk(components(message)) if part["type"] == 3 and ":expiry-" in part["custom_id"]]
    return [option for part in found for option in part["options"]]


def components(message: Any) -> list[dict[str, Any]]:
    return [part if isinstance(part, dict) else part.to_dict() for part in message.components]


async def choose(discord: Discord, message: Any, value: str) -> Any:
    """What its menu leads to."""
    found = [part["custom_id"] for part in walk(components(message)) if ":expiry-" in part.get("custom_id", "")]
    [menu] = [custom_id for custom_id in found if "~" in custom_id]
    return await discord.alice.select(message, values=[value], custom_id=menu)


def moments(message: Any) -> set[int]:
    """The moments that a message shows."""
    return {int(found) for found in re.findall(r"<t:([0-9]+):[A-Za-z]>", text(message))}


async def uploaded(discord: Discord, picture: bytes, expires: str = "1 day", **options: Any) -> Any:
    return answer(await discord.run("upload", file=("hill.jpg", picture), expires=expires, **options))


# --- ways in ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("anonymous", [False, True])
@pytest.mark.parametrize(("typed", "hours"), [("1 hour", 1), ("1 day", 24), ("36h", 36), ("30 days", 720)])
async def test_a_file_is_to_be_deleted_after_so_many_hours_and_its_owner_sees_when(
    discord: Discord, linked: Account, picture: bytes, database_url: str, typed: str, hours: int, *, anonymous: bool
) -> None:
    before = time.time()
    message = await uploaded(discord, picture, typed, anonymous=anonymous)
    [(image_id, due_at)] = dates(database_url).items()
    assert image_id in discord.standin.world.images
    assert before <= due_at - hours * 3600 <= time.time() + 1
    assert moments(message) >= {-int(-due_at // 1)}
    assert "It is deleted" in text(message)
    assert {"Do not delete it", "Change when"} <= set(buttons(message))
    assert typed not in [value for request in discord.standin.requests for value in request.fields]


async def test_an_address_is_too(discord: Discord, linked: Account, picture: bytes, database_url: str) -> None:
    where = "https://cats.example.com/hill.jpg"
    discord.standin.world.web[where] = picture
    message = answer(await discord.run("upload", url=where, expires="7 days"))
    assert "It is deleted" in text(message)
    assert len(dates(database_url)) == 1


async def test_who_is_asked_where_it_goes_is_heard_all_the_same(
    discord: Discord, picture: bytes, database_url: str
) -> None:
    question = answer(await discord.run("upload", file=("hill.jpg", picture), expires="1 day"))
    message = answer(await discord.click(question, "Upload anonymously"))
    assert "It is deleted" in text(message)
    assert len(dates(database_url)) == 1


@pytest.mark.parametrize("expires", [None, "never"])
async def test_without_a_time_it_stays(
    discord: Discord, linked: Account, picture: bytes, database_url: str, expires: str | None
) -> None:
    options: dict[str, Any] = {} if expires is None else {"expires": expires}
    message = answer(await discord.run("upload", file=("hill.jpg", picture), **options))
    assert "deleted" not in text(message)
    assert dates(database_url) == {}


@pytest.mark.parametrize("expires", ["59 minutes", "31 days", "tomorrow", "24"])
@pytest.mark.parametrize("has_file", [True, False])
async def test_what_is_no_time_is_said_before_anything_is_sent(
    discord: Discord, linked: Account, picture: bytes, expires: str, *, has_file: bool
) -> None:
    options: dict[str, Any] = {"file": ("hill.jpg", picture)} if has_file else {}
    message = answer(await discord.run("upload", expires=expires, **options))
    assert "When is it to be deleted?" in text(message)
    assert "from 1 hour to 30 days" in text(message)
    assert discord.standin.sent(UPLOAD) == []


async def test_times_are_offered_and_what_is_offered_is_taken(discord: Discord) -> None:
    choices = await offered(discord, "", "upload", "expires")
    assert [english(choice["name"]) for choice in choices][:4] == ["1 hour", "6 hours", "12 hours", "1 day"]
    assert english(choices[-1]["name"]) == "Never"
    assert [choice["value"] for choice in await offered(discord, "36", "upload", "expires")] == ["36 hours"]
    assert await offered(discord, "tomorrow at 99999", "upload", "expires")
    assert not discord.standin.requests


async def test_the_form_asks_and_each_of_its_files_is_deleted_then(
    discord: Discord, linked: Account, picture: bytes, database_url: str
) -> None:
    """Of several times that were chosen the longest counts: nothing is deleted too early."""
    how = ["expires 1 hours", "share", "expires 7 days", "expires 1 days"]
    result = await sent(discord, files("a.jpg", "b.jpg"), how=how)
    message = answer(result)
    due_at = dates(database_url)
    assert len(due_at) == 2
    assert all(abs(one - time.time() - 7 * 86400) < 60 for one in due_at.values())
    assert "They are deleted" in text(message) or "after that it is gone" in text(result.followups[0])


async def test_the_form_begins_with_the_time_that_was_typed(discord: Discord) -> None:
    form = UploadForm(1, Given(expires=timedelta(hours=36))).to_dict()
    [how] = [part["component"] for part in form["components"] if part["component"]["custom_id"] == "how"]
    assert [one["value"] for one in how["options"] if one["default"]] == ["expires 36 hours"]
    opened = await discord.run("upload", expires="36 hours")
    assert opened.modal is not None


async def test_one_of_several_can_be_kept_and_the_others_links_stay(
    discord: Discord, linked: Account, picture: bytes, database_url: str
) -> None:
    message = answer(await sent(discord, files("a.jpg", "b.jpg"), how=["expires 1 days"]))
    first, second = (option["value"] for option in menu(message))
    asked = answer(await choose(discord, message, first))
    assert "to be deleted?" in text(asked)
    await choose(discord, asked, "never")
    assert "It is not deleted" in text(discord.reread(asked))
    assert set(dates(database_url)) == {second}
    assert "They are deleted" in text(discord.reread(message))


async def test_an_export_tells_when(discord: Discord, linked: Account, picture: bytes, database_url: str) -> None:
    await uploaded(discord, picture)
    [data] = exported(answer(await discord.run("data export"))).values()
    [row] = opened(data)["expiries-001.json"]
    [(image_id, due_at)] = dates(database_url).items()
    assert row["image_id"] == image_id
    assert datetime.fromisoformat(row["due_at"]).timestamp() == due_at
    assert row["deletehash"] == discord.standin.world.images[image_id].deletehash


# --- where it is shown -----------------------------------------------------------------------------------------------


async def test_its_owner_sees_the_date_wherever_the_picture_is_and_what_is_done_with_it_changes_nothing(
    discord: Discord, linked: Account, picture: bytes, database_url: str
) -> None:
    await uploaded(discord, picture, title="Hill")
    [(image_id, due_at)] = dates(database_url).items()
    discord.standin.world.add_album(linked, title="Hills")
    shown = await discord.shown("show", image=image_id)
    edited = await discord.shown("edit", image=image_id, title="A hill")
    tagged = await discord.shown("tag", image=image_id, tags="green")
    favorite = await discord.shown("favorite", image=image_id)
    random = await discord.shown("random")
    for message in (shown, edited, tagged, favorite, random):
        assert moments(message) >= {-int(-due_at // 1)}, text(message)
        assert "It is deleted" in text(message)
    await discord.run("album add", album="Hills", image=image_id)
    gallery = await discord.shown("images")
    assert "*is deleted" in text(gallery)
    assert moments(gallery) >= {-int(-due_at // 1)}
    assert dates(database_url) == {image_id: due_at}


async def test_a_stranger_sees_nothing_of_it(
    discord: Discord, linked: Account, picture: bytes, database_url: str
) -> None:
    await uploaded(discord, picture)
    [image_id] = dates(database_url)
    message = answer(await discord.run("show", discord.bob, image=image_id))
    assert "deleted" not in text(message)
    assert not {"Do not delete it", "Change when"} & set(buttons(message))


async def test_a_shared_message_says_that_it_is_gone_afterwards_and_nobody_can_press(
    discord: Discord, linked: Account, picture: bytes
) -> None:
    result = await discord.run("upload", file=("hill.jpg", picture), expires="1 day", share=True)
    [shared] = [message for message in [result.response, *result.followups] if message and not message.ephemeral]
    assert "Deleted by its owner's wish on" in text(shared)
    assert "after that it is gone" in text(shared)
    assert not {"Do not delete it", "Change when"} & set(buttons(shared))


async def test_what_is_shared_later_says_so_too(
    discord: Discord, linked: Account, picture: bytes, database_url: str
) -> None:
    one = await uploaded(discord, picture)
    several = answer(await sent(discord, files("a.jpg", "b.jpg"), how=["expires 1 days"]))
    for message, times in ((one, 1), (several, 2)):
        [shared] = (await discord.click(message, "Share")).followups
        assert not shared.ephemeral
        assert len(moments(shared) & {-int(-due_at // 1) for due_at in dates(database_url).values()}) >= 1
        assert text(shared).count("gone") == times
    gallery = await discord.run("images", share=True)
    [shared] = gallery.followups
    assert text(shared).count("*gone after") == 3


async def test_it_leaves_what_was_shared_once_it_is_deleted(
    discord: Discord, linked: Account, picture: bytes, database_url: str
) -> None:
    result = await discord.run("upload", file=("hill.jpg", picture), expires="1 day", share=True)
    shared = result.followups[-1]
    assert "after that it is gone" in text(shared)
    asked = answer(await discord.run("unlink"))
    await discord.click(asked, "Delete now and unlink")
    assert dates(database_url) == {}
    assert "after that it is gone" not in text(discord.reread(shared))
    assert "imgur.com" not in text(discord.reread(shared))


async def test_what_is_due_and_still_there_is_said_to_be_tried(
    discord: Discord, linked: Account, picture: bytes, database_url: str
) -> None:
    message = await uploaded(discord, picture)
    [image_id] = dates(database_url)
    discord.standin.fail_next("over-capacity-403", DELETE, times=99)
    await due(database_url)
    await swept(discord)
    await until(lambda: len(discord.standin.sent(DELETE)) > 0)
    assert "that is being tried" in text(await discord.shown("show", image=image_id))
    assert "being tried" in text(await discord.shown("images"))
    await until(lambda: bool(rows(database_url, "SELECT 1 FROM expiries WHERE failures > 0 AND claim IS NULL")))
    account = text(await discord.shown("account"))
    assert "1 picture is to be deleted by itself" in account
    assert "could not be deleted when it was due" in account
    assert message


# --- carried out -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("anonymous", [False, True])
async def test_it_is_deleted_then_and_its_owner_is_told_nothing_unasked(
    discord: Discord, linked: Account, picture: bytes, database_url: str, *, anonymous: bool
) -> None:
    await uploaded(discord, picture, anonymous=anonymous)
    await uploaded(discord, picture + b"2", "never", anonymous=anonymous)
    [image_id] = dates(database_url)
    await due(database_url)
    before = len(discord.env.http_requests)
    await swept(discord)
    await until(lambda: dates(database_url) == {})
    assert len(discord.standin.sent(DELETE)) == 1
    assert image_id not in discord.standin.world.images
    assert len(discord.standin.world.images) == 1
    assert len(discord.env.http_requests) == before
    assert "Deleted" not in text(await discord.shown("account"))


async def test_the_next_process_deletes_what_became_due_meanwhile(
    discord: Discord, linked: Account, picture: bytes, database_url: str
) -> None:
    await uploaded(discord, picture)
    await due(database_url)
    async with discord.again(work=True) as house:
        for _ in range(2):
            await house.services.expiries.sweep()
        await until(lambda: dates(database_url) == {})
    assert not discord.standin.world.images


async def test_what_is_deleted_otherwise_has_no_date_any_more(
    discord: Discord, linked: Account, picture: bytes, database_url: str
) -> None:
    message = await uploaded(discord, picture)
    asked = answer(await discord.click(message, "Delete"))
    await discord.click(asked, "Delete for good")
    assert dates(database_url) == {}


# --- kept, changed ---------------------------------------------------------------------------------------------------


async def test_it_can_be_kept(discord: Discord, linked: Account, picture: bytes, database_url: str) -> None:
    message = await uploaded(discord, picture)
    await discord.click(message, "Do not delete it")
    kept = discord.reread(message)
    assert "It is not deleted" in text(kept)
    assert not {"Do not delete it", "Change when"} & set(buttons(kept))
    assert dates(database_url) == {}


async def test_its_buttons_work_after_a_restart(
    discord: Discord, linked: Account, picture: bytes, database_url: str
) -> None:
    message, other = await uploaded(discord, picture), await uploaded(discord, picture + b"2")
    async with discord.again() as house:
        await discord.env.restart_bot(house.bot)
        await discord.click(message, "Do not delete it")
        assert "It is not deleted" in text(discord.reread(message))
        await discord.click(other, "Change when")
        await choose(discord, discord.reread(other), "7 days")
        assert "It is deleted" in text(discord.reread(other))
        await discord.env.shutdown()
    [due_at] = dates(database_url).values()
    assert abs(due_at - time.time() - 7 * 86400) < 60


async def test_it_is_said_to_be_kept_though_imgur_shows_nothing(
    discord: Discord, linked: Account, picture: bytes, database_url: str
) -> None:
    message, other = await uploaded(discord, picture), await uploaded(discord, picture + b"2")
    discord.standin.fail_next("html-over-capacity-503", "GET *", times=99)
    await discord.click(message, "Do not delete it")
    kept = text(discord.reread(message))
    assert "It is not deleted" in kept
    assert "Imgur does not show the picture just now" in kept
    assert len(dates(database_url)) == 1
    await discord.click(other, "Change when")
    await choose(discord, discord.reread(other), "7 days")
    changed = discord.reread(other)
    assert "It is deleted" in text(changed)
    assert "Imgur does not show the picture just now" in text(changed)
    assert abs(next(iter(dates(database_url).values())) - time.time() - 7 * 86400) < 60
    await discord.click(changed, "Do not delete it")
    assert dates(database_url) == {}


@pytest.mark.parametrize("anonymous", [False, True])
async def test_another_time_can_be_said(
    discord: Discord, linked: Account, picture: bytes, database_url: str, *, anonymous: bool
) -> None:
    message = await uploaded(discord, picture, anonymous=anonymous)
    await discord.click(message, "Change when")
    asked = discord.reread(message)
    assert "to be deleted?" in text(asked)
    assert len(menu(asked)) == 9
    await choose(discord, asked, "7 days")
    changed = discord.reread(message)
    [due_at] = dates(database_url).values()
    assert abs(due_at - time.time() - 7 * 86400) < 60
    assert moments(changed) >= {-int(-due_at // 1)}
    await discord.click(changed, "Change when")
    await discord.click(discord.reread(message), "Back")
    assert "It is deleted" in text(discord.reread(message))


async def test_nobody_else_may_press(discord: Discord, linked: Account, picture: bytes, database_url: str) -> None:
    """Discord shows a private message to nobody else; a crafted press is refused before anything is read."""
    image = discord.standin.world.add_image(discord.standin.world.add_account("bob_pictures"))
    with pytest.raises(NotYoursError):
        await discord.house.services.expiries.change(discord.alice.id, image.id, DAY)
    assert dates(database_url) == {}


async def test_it_is_too_late_while_it_is_being_deleted(
    discord: Discord, linked: Account, picture: bytes, database_url: str
) -> None:
    message = await uploaded(discord, picture)
    await write(database_url, f"UPDATE expiries SET claim = 'x', claimed_until = {int((time.time() + 30) * 1e6)}")
    pressed = await discord.click(message, "Do not delete it")
    said = [text(one) for one in pressed.followups] + [text(discord.reread(message))]
    assert any("It is being deleted at this moment" in one for one in said)
    assert len(dates(database_url)) == 1


# --- a promise that cannot be written down ---------------------------------------------------------------------------


def test_a_promise_that_could_not_be_written_down_yet_is_told() -> None:
    """How it comes to that: `tests/services/test_upload.py`."""
    image, request = Image("abc1234"), UploadRequest(1, IncomingFile("a.jpg", 1, ""))
    expiry = Expiry(1, image.id, datetime(2099, 1, 1, tzinfo=UTC), 9)
    told = Uploaded(image, anonymous=False, can=frozenset(), expiry=expiry, is_noted=False)
    one = uploaded_view(told, 1, request, shared=False)
    assert "could not be written down yet" in written(one)
    assert "It is deleted" not in written(one)
    assert not [button for button in parts(one, BUTTON) if "expiry" in button.get("custom_id", "")]
    assert "deleted" not in written(uploaded_view(told, 1, request, shared=True))
    batch = Batch.of([request, request])
    for entry in batch.entries:
        entry.uploaded = told
    several = several_view(batch, 1)
    assert "**Of these it could not be written down yet that they are to be deleted:** 1, 2" in written(several)
    assert "They are deleted" not in written(several)
    assert not [select for select in parts(several, SELECT) if "expiry" in select["custom_id"]]


@pytest.mark.parametrize("url", [False, True])
async def test_one_whose_answer_was_lost_is_looked_for_and_gets_its_date(
    discord: Discord, linked: Account, picture: bytes, database_url: str, *, url: bool
) -> None:
    """Beside it there is one of the same name and title, to be kept."""
    where = "https://cats.example.com/image.png"
    discord.standin.world.web[where] = picture
    options: dict[str, Any] = {"url": where} if url else {"file": ("image.png", picture)}
    await discord.run("upload", **options)
    kept = set(discord.standin.world.images)
    discord.standin.fail_next("lost-answer", UPLOAD)
    if not url:
        options["file"] = "image.png", picture + b"another one"
    message = answer(await discord.run("upload", expires="7 days", **options))
    assert "The picture may be there" in text(message)
    assert "It is looked for in a minute" in text(message)
    assert dates(database_url) == {}
    await write(database_url, "UPDATE jobs SET due_at = 0 WHERE kind = 'change'")
    async with discord.again(work=True):
        await until(lambda: bool(dates(database_url)))
    [(image_id, due_at)] = dates(database_url).items()
    assert {image_id} == set(discord.standin.world.images) - kept
    assert abs(due_at - time.time() - 7 * 86400) < 120


async def test_what_is_not_on_record_is_not_said_to_be_looked_for(
    discord: Discord, linked: Account, picture: bytes, database_url: str
) -> None:
    await write(database_url, "ALTER TABLE jobs RENAME TO away")
    discord.standin.fail_next("lost-answer", UPLOAD)
    message = answer(await discord.run("upload", file=("image.png", picture), expires="7 days"))
    assert "it is not deleted by itself" in text(message)
    assert "looked for" not in text(message)


async def test_that_nobody_can_ever_delete_it_is_told(discord: Discord, picture: bytes, database_url: str) -> None:
    """Imgur sends no deletehash along."""
    discord.standin.switches.deletehash_for_uploader = False
    one = await uploaded(discord, picture, anonymous=True)
    assert "It is not deleted by itself" in text(one)
    assert "nobody can ever do that" in text(one)
    assert not {"Do not delete it", "Change when", "Delete it later…"} & set(buttons(one))
    opened = await discord.run("upload", expires="1 day", anonymous=True)
    assert opened.modal is not None
    several = answer(await sent(discord, files("a.jpg", "b.jpg"), how=["expires 1 days"], anonymous=True))
    assert "These are not deleted by themselves:** 1, 2" in text(several)
    again = picture + b"2"
    shared = await discord.run("upload", file=("hill.jpg", again), expires="1 day", anonymous=True, share=True)
    assert "deleted" not in text(shared.followups[-1])
    assert dates(database_url) == {}


# --- unlink ----------------------------------------------------------------------------------------------------------


async def three(discord: Discord, picture: bytes) -> None:
    for number in range(3):
        await uploaded(discord, picture + bytes([number]))
    await uploaded(discord, picture, anonymous=True)


async def test_unlink_names_what_is_to_be_deleted_and_deletes_it_now(
    discord: Discord, linked: Account, picture: bytes, database_url: str
) -> None:
    await three(discord, picture)
    stays = discord.standin.world.add_image(linked)
    asked = answer(await discord.run("unlink"))
    assert "3 pictures in this account are to be deleted by themselves" in text(asked)
    assert set(buttons(asked)) == {"Delete now and unlink", "Unlink and delete nothing", "Keep"}
    await discord.click(asked, "Delete now and unlink")
    assert "Unlinked alice\\_pictures" in text(discord.reread(asked))
    assert discord.standin.world.images_of(linked) == [stays]
    assert len(dates(database_url)) == 1  # it has a deletehash, and goes when it was to
    await due(database_url)
    await swept(discord)
    await until(lambda: dates(database_url) == {})
    assert list(discord.standin.world.images.values()) == [stays]


async def test_unlink_can_leave_them_and_then_promises_nothing_any_more(
    discord: Discord, linked: Account, picture: bytes, database_url: str
) -> None:
    await three(discord, picture)
    asked = answer(await discord.run("unlink"))
    await discord.click(asked, "Unlink and delete nothing")
    assert "Unlinked alice\\_pictures" in text(discord.reread(asked))
    assert len(discord.standin.world.images_of(linked)) == 3
    assert len(dates(database_url)) == 1


async def test_unlink_asks_anew_where_something_is_to_be_deleted_by_now(
    discord: Discord, linked: Account, picture: bytes
) -> None:
    asked = answer(await discord.run("unlink"))
    await uploaded(discord, picture)
    await discord.click(asked, "Unlink")
    asked = discord.reread(asked)
    assert "1 picture in this account is to be deleted by itself" in text(asked)
    assert await discord.house.services.accounts.linked(discord.alice.id) is not None
    await discord.click(asked, "Unlink and delete nothing")
    assert await discord.house.services.accounts.linked(discord.alice.id) is None


async def test_unlink_asks_about_what_is_uploaded_while_the_others_are_deleted(
    discord: Discord, linked: Account, picture: bytes, database_url: str
) -> None:
    await uploaded(discord, picture)
    asked = answer(await discord.run("unlink"))
    held = discord.standin.switches.hold(DELETE)
    pressed = asyncio.create_task(discord.click(asked, "Delete now and unlink"))
    await asyncio.wait_for(held.arrived.wait(), 15)
    new = discord.standin.world.add_image(linked)
    values = f"{discord.alice.id}, '{new.id}', {linked.id}, {2**53}, {2**53}, 0"
    await write(
        database_url,
        f"INSERT INTO expiries (discord_id, image_id, account_id, due_at, try_at, failures) VALUES ({values})",
    )
    held.release()
    await pressed
    asked = discord.reread(asked)
    assert "1 picture in this account is to be deleted by itself" in text(asked)
    assert discord.standin.world.images_of(linked) == [new]
    await discord.click(asked, "Delete now and unlink")
    assert "Unlinked" in text(discord.reread(asked))
    assert not discord.standin.world.images_of(linked)


async def test_who_links_anew_is_told_what_another_account_would_keep_from_being_deleted(
    discord: Discord, linked: Account, picture: bytes
) -> None:
    assert "to be deleted by" not in text(answer(await discord.run("link")))
    await uploaded(discord, picture)
    await uploaded(discord, picture, anonymous=True)  # which has nothing to do with an account
    said = text(answer(await discord.run("link")))
    assert "1 picture in it is to be deleted by itself:** should you link another account" in said


async def test_unlink_stays_away_where_not_all_could_be_deleted(
    discord: Discord, linked: Account, picture: bytes, database_url: str
) -> None:
    await three(discord, picture)
    asked = answer(await discord.run("unlink"))
    discord.standin.fail_next("over-capacity-403", DELETE)
    await discord.click(asked, "Delete now and unlink")
    told = discord.reread(asked)
    assert "alice\\_pictures is still linked" in text(told)
    assert "3 could not be deleted yet" in text(told)
    assert await discord.house.services.accounts.linked(discord.alice.id) is not None
    await discord.click(told, "Try again and unlink")
    assert "Unlinked" in text(discord.reread(told)) or len(dates(database_url)) < 4


# --- worst cases -----------------------------------------------------------------------------------------------------

OWNER = 2**63 - 1
NOW = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize("at", [NOW, datetime(2099, 1, 1, tzinfo=UTC)], ids=["due", "later"])
def test_views_fit_at_their_longest(at: datetime) -> None:
    ids = [f"{number:0{ID_LIMIT}}" for number in range(10)]
    link = "https://i.imgur.com/a.png"
    images = [Image(one, title="*" * TITLE_LIMIT, description="d" * DESCRIPTION_LIMIT, link=link) for one in ids]
    expiries = {one: Expiry(OWNER, one, at, 9) for one in ids}
    requests = [UploadRequest(OWNER, IncomingFile("n" * 100, 1, "", description="x" * 1024)) for _ in ids]
    for is_noted in (True, False):
        batch = Batch.of(requests)
        for entry, image in zip(batch.entries, images, strict=True):
            entry.uploaded = Uploaded(
                image, anonymous=False, can=frozenset(), expiry=expiries[image.id], is_noted=is_noted
            )
        for shared in (True, False):
            assert_sendable(several_view(batch, OWNER, shared=shared))
        assert_sendable(several_view(batch, OWNER, bare=True))
    page = GalleryPage(Source.ACCOUNT, tuple(images), 0, 9, 1, 100, expiries=expiries)
    assert_sendable(gallery_view(page, Place(Source.ACCOUNT), OWNER))
    assert_sendable(question_view(images[0], expiries[ids[0]], OWNER))
    assert_sendable(confirm_unlink_view("n" * 63, OWNER, 10**6))
    deleted = Deleted(10**6, 10**6, OverCapacityError("html"), "n" * 63)
    assert "is still linked" in written(undeleted_view(deleted, OWNER))
    assert_sendable(undeleted_view(deleted, OWNER))
