"""The same file given twice by one user: pointed out, decided by them, and nobody else's business."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

import pytest

from services.expiry import Expiry
from standins.imgur.records import Account
from tests.cogs.conftest import Discord, answer, buttons, text
from tests.cogs.test_adopt import begun, kept
from tests.cogs.test_bulk import eventually
from tests.cogs.test_expiry import moments
from tests.cogs.test_select import press
from tests.cogs.test_upload import FILM, UPLOAD
from tests.cogs.test_upload_form import files, lines, sent
from tests.databases import rows
from tests.media.turning.pictures import PLACE, exif, halves, saved

PHOTO = saved(halves((64, 32)), "JPEG", exif=exif(6), comment=PLACE)
ASKED = "### You have uploaded this file before"
ANYWAY = "Upload it anyway"
LOOKED = "GET /3/image/*"


@pytest.fixture
def works() -> bool:
    return True


async def upload(discord: Discord, content: bytes = PHOTO, name: str = "hill.jpg", **options: Any) -> Any:
    return answer(await discord.run("upload", file=(name, content), **options))


def ids(discord: Discord) -> list[str]:
    """What is on Imgur, the oldest first."""
    return list(discord.standin.world.images)


# --- a picture: before it is sent ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "content",
    [PHOTO, saved(halves((64, 32)), "WEBP"), saved(halves((64, 32)), "PNG") + b"behind its end"],
    ids=["stripped", "turned", "cut"],
)
async def test_the_same_file_by_another_name_is_pointed_out_before_it_is_sent_and_its_user_decides(
    discord: Discord, linked: Account, content: bytes
) -> None:
    """Found by what they gave: Imgur has other bytes."""
    await upload(discord, content, title="A hill")
    [first] = ids(discord)
    assert discord.standin.world.images[first].data != content
    question = await upload(discord, content, "another.jpg", title="Something else", description="More", share=True)
    assert text(question).startswith(f"{ASKED}\n\n-# another.jpg\n\nIt was uploaded <t:")
    assert f"[A hill](https://imgur.com/{first})" in text(question)
    assert "Nothing was sent this time." in text(question)
    assert set(buttons(question)) == {"Show", ANYWAY}
    assert not discord.channel.history()
    assert len(discord.standin.sent(UPLOAD)) == 1
    shown = answer(await discord.click(question, "Show"))
    assert "### A hill" in text(shown)
    await discord.click(question, ANYWAY)
    [public] = discord.channel.history()
    assert "### Something else" in text(public)
    assert ASKED not in text(public)
    assert len(ids(discord)) == 2
    late = answer(await discord.click(question, ANYWAY))
    assert "Nothing was sent twice" in text(late)
    third = await upload(discord, content)
    assert f"https://imgur.com/{ids(discord)[1]})" in text(third), "the newest"
    assert len(ids(discord)) == 2


async def test_another_file_is_none_though_it_looks_the_same(discord: Discord, linked: Account) -> None:
    await upload(discord)
    assert "Uploaded to your" in text(await upload(discord, PHOTO + b"."))
    assert len(ids(discord)) == 2


async def test_one_that_was_deleted_on_imgur_is_none(discord: Discord, linked: Account, database_url: str) -> None:
    for _ in range(2):
        await upload(discord)
        discord.standin.world.images.clear()
    assert "Uploaded to your" in text(await upload(discord))
    assert [row["image_id"] for row in rows(database_url, "SELECT * FROM uploaded_files")] == ids(discord)


async def test_of_several_the_newest_that_is_still_there_counts(discord: Discord, linked: Account) -> None:
    await upload(discord, title="Older")
    await discord.click(await upload(discord, title="Newer"), ANYWAY)
    older, newer = ids(discord)
    del discord.standin.world.images[newer]
    assert f"[Older](https://imgur.com/{older})" in text(await upload(discord))


@pytest.mark.parametrize("anonymous", [False, True])
async def test_one_that_was_deleted_here_or_in_its_time_is_none(
    discord: Discord, linked: Account, database_url: str, anonymous: bool
) -> None:
    await upload(discord, anonymous=anonymous, expires="1 day")
    [first] = ids(discord)
    question = await upload(discord, anonymous=anonymous)
    assert "It is deleted <t:" in text(question)
    assert len(moments(question)) == 2
    account_id = None if anonymous else linked.id
    expiry = Expiry(discord.alice.id, first, datetime.now().astimezone(), account_id)
    await discord.house.services.library.items.expire(expiry)
    assert not rows(database_url, "SELECT * FROM uploaded_files")
    assert "Uploaded" in text(await upload(discord, anonymous=anonymous))
    question = answer(await discord.run("delete", image=ids(discord)[0]))
    await discord.click(question, "Delete for good")
    assert not rows(database_url, "SELECT * FROM uploaded_files")


async def test_what_somebody_else_has_made_of_it_is_never_mentioned(discord: Discord, linked: Account) -> None:
    """Not even in an account that both are linked to."""
    await discord.link(linked, discord.bob)
    await upload(discord, title="Private")
    for options in ({}, {"anonymous": True}):
        told = answer(await discord.run("upload", discord.bob, file=("hill.jpg", PHOTO), **options))
        assert "Uploaded" in text(told)
        assert "Private" not in text(told)
    assert len(ids(discord)) == 3


async def test_what_is_elsewhere_is_none(discord: Discord, linked: Account) -> None:
    """Without an account, in it, and in another one."""
    assert "Uploaded anonymously" in text(await upload(discord, anonymous=True))
    assert "Uploaded to your" in text(await upload(discord))
    await discord.link(discord.standin.world.add_account("another"))
    assert "Uploaded to your" in text(await upload(discord))
    assert ASKED in text(await upload(discord, anonymous=True))
    assert ASKED in text(await upload(discord))


async def test_after_an_unlink_nothing_is_known_of_that_account(
    discord: Discord, linked: Account, database_url: str
) -> None:
    await upload(discord)
    await discord.house.services.accounts.unlink(discord.alice.id)
    assert not rows(database_url, "SELECT * FROM uploaded_files")


async def test_the_album_that_was_made_for_it_is_not_made_again(discord: Discord, linked: Account) -> None:
    await upload(discord)
    asked = await upload(discord, album="Trip")
    question = await discord.click(asked, "Make it and upload")
    assert ASKED in text(answer(question) if question.response else asked)
    told = discord.reread(asked)
    assert "The album [Trip](https://imgur.com/a/" in text(told)
    done = answer(await discord.click(told, ANYWAY))
    assert "in your album [Trip]" in text(done)
    [album] = discord.standin.world.albums.values()
    assert [image.id for image in album.images] == ids(discord)[1:]


async def test_where_it_cannot_be_found_out_it_goes_up(discord: Discord, linked: Account) -> None:
    await upload(discord)
    discord.standin.fail_next("over-capacity-403", LOOKED, times=9)
    assert "Uploaded to your" in text(await upload(discord))
    assert len(ids(discord)) == 2


# --- a film: afterwards ----------------------------------------------------------------------------------------------


@pytest.fixture
async def streamed(discord: Discord) -> None:
    """Whoever keeps what films tell of their making has them pass as streams."""
    await discord.house.services.preferences.keep_details(discord.alice.id, keep=True)


@pytest.mark.usefixtures("streamed")
async def test_a_film_goes_up_and_it_is_told_afterwards(discord: Discord, linked: Account) -> None:
    await upload(discord, FILM, "film.mp4", title="The film")
    [first] = ids(discord)
    message = await upload(discord, FILM, "other.mp4", share=True)
    [public] = discord.channel.history()
    assert "the same file before" not in text(public)
    assert "the same file before" in text(message), "its owner is told beside it"
    assert len(ids(discord)) == 2
    message = await upload(discord, FILM, "other.mp4")
    assert "**You have uploaded the same file before**, <t:" in text(message)
    assert f"(https://imgur.com/{ids(discord)[1]}). If one is enough, delete this one." in text(message)
    await discord.click(message, "Delete")
    question = discord.reread(message)
    await discord.click(question, "Delete for good")
    assert ids(discord)[0] == first
    assert len(ids(discord)) == 2


# --- several ---------------------------------------------------------------------------------------------------------


async def test_in_a_form_both_kinds_are_told_once_each_and_nothing_is_dropped(
    discord: Discord, linked: Account
) -> None:
    """The same twice in it, and one that was there before."""
    await upload(discord, title="Last week")
    [old] = ids(discord)
    [(_, new)] = files("new.png")
    message = answer(await sent(discord, [("new.png", new), ("copy.png", new), ("hill.jpg", PHOTO)], album="Trip"))
    message = await made(discord, message)
    assert "### 1 uploaded, 2 not" in text(message)
    first, second, third = lines(message)
    [told] = [line for line in (first, second) if "**Uploaded before**" in line]
    assert re.search(r"\*\*(1|2)\.\*\* \w+\.png: \*\*Uploaded before\*\*, the same as number (?!\1)[12]$", told)
    assert third == f"**3.** hill.jpg: **Uploaded before**, the same as [Last week](https://imgur.com/{old})"
    assert text(message).count("goes up once more if you say so.") == 1
    assert "Try" not in " ".join(buttons(message))
    assert len(ids(discord)) == 2
    both = answer(await discord.click(message, "Upload these 2 anyway"))
    assert "### 2 uploaded" in text(both)
    [album] = discord.standin.world.albums.values()
    assert sorted(image.id for image in album.images) == sorted(ids(discord)[1:])
    assert len(ids(discord)) == 4


async def made(discord: Discord, message: Any) -> Any:
    """What becomes of it once the album is made."""
    result = await discord.click(message, "Make it and upload")
    return result.response or discord.reread(message)


@pytest.mark.usefixtures("streamed")
async def test_of_films_that_are_there_twice_the_new_ones_can_be_deleted(discord: Discord, linked: Account) -> None:
    await upload(discord, FILM, "old.mp4")
    [old] = ids(discord)
    other = FILM + bytes(99)
    three = [("a.mp4", other), ("b.mp4", other), ("c.mp4", FILM)]
    result = await sent(discord, three, how=["share"])
    [public] = discord.channel.history()
    private = [message for message in result.followups if message.id != public.id]
    assert any("Delete the 2 that are there twice…" in buttons(message) for message in private)
    assert "the same as" not in text(public)
    assert "there twice" not in " ".join(buttons(public))
    message = answer(await sent(discord, three))
    assert "### 3 uploaded" in text(message)
    assert sum("the same as" in line for line in lines(message)) == 3
    question = answer(await discord.click(message, "Delete the 3 that are there twice…"))
    await discord.click(question, "Delete 3 for good")
    await eventually(lambda: len(ids(discord)) == 4)
    assert ids(discord)[0] == old


@pytest.mark.usefixtures("streamed")
async def test_one_of_two_equal_films_stays(discord: Discord, linked: Account) -> None:
    message = answer(await sent(discord, [("a.mp4", FILM), ("b.mp4", FILM)]))
    told = [line for line in lines(message) if "the same as number" in line]
    assert len(told) == 1
    await discord.click(message, "Delete the one that is there twice…")
    assert len(ids(discord)) == 2


async def test_nobody_else_decides(discord: Discord, linked: Account) -> None:
    await upload(discord)
    question = await upload(discord)
    pressed = {"custom_id": buttons(question)[ANYWAY]["custom_id"], "component_type": 2}
    assert "not yours" in text(answer(await press(discord, question, discord.bob, **pressed)))
    assert len(ids(discord)) == 1


# --- what was brought along -----------------------------------------------------------------------------------------


async def test_what_was_brought_into_the_account_is_known_there(discord: Discord, linked: Account) -> None:
    await upload(discord, anonymous=True, title="Brought")
    question, pressing = await begun(discord, 1)
    await pressing
    await eventually(lambda: "### 1 brought into your account" in text(question))
    assert await kept(discord) == []
    [copy] = discord.standin.world.images_of(linked)
    assert f"[Brought](https://imgur.com/{copy.id})" in text(await upload(discord))
    assert "Uploaded anonymously" in text(await upload(discord, anonymous=True))
