"""`/imgur album …` as users see it, and what went over the wire."""

from __future__ import annotations

import asyncio
import html
from dataclasses import replace
from typing import Any

import pytest
from discord import ui

from cogs.album._views import arrange_view, created_view, deleted_view, edited_view, question_view
from cogs.ui.outcomes import filled_view
from imgur.errors import RateLimitedError
from imgur.models import Album, Image
from locales.text import Text
from services.album import Created, Deleted, Edited, Filled, Outcome
from services.library.page import GalleryPage
from services.library.place import Source
from standins.imgur.records import Account, StoredImage
from storage.models import Shelf
from tests.cogs.conftest import Discord, answer, buttons, components, text, walk
from tests.cogs.indexing import Index
from tests.cogs.limits import assert_sendable, written
from tests.cogs.test_gallery import all_pages, enabled, listed, options, pictures
from tests.reading import english


def images(discord: Discord, account: Account, count: int) -> list[StoredImage]:
    return [discord.standin.world.add_image(account, title=f"Picture *{number}*") for number in range(count)]


def menus(message: Any) -> dict[str, list[str]]:
    """The values that each menu offers, by its placeholder."""
    found = (part for part in walk(components(message)) if part["type"] == 3)
    return {english(part["placeholder"]): [option["value"] for option in part["options"]] for part in found}


def menu_id(message: Any, placeholder: str) -> str:
    menus = (part for part in walk(components(message)) if part["type"] == 3)
    return next(str(menu["custom_id"]) for menu in menus if english(menu["placeholder"]) == placeholder)


# --- create ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("privacy", "words"),
    [
        (None, ""),
        ("public", "It is public, on your Imgur profile for everyone."),
        ("hidden", "It is hidden, for whoever has its link."),
        ("secret", "It is secret, for you alone."),
    ],
)
async def test_album_is_made(discord: Discord, linked: Account, *, privacy: str | None, words: str) -> None:
    given: dict[str, Any] = {"privacy": privacy} if privacy else {}
    message = answer(await discord.run("album create", title="Küche & *Co*", description="Old pots", **given))
    (sent,) = discord.standin.sent("POST /3/album")
    assert sent.fields == {"title": ["Küche & *Co*"], "description": ["Old pots"]} | {k: [v] for k, v in given.items()}
    (album,) = discord.standin.world.albums_of(linked)
    assert "### Album made" in text(message)
    assert f"[Küche & \\*Co\\*](https://imgur.com/a/{album.id})" in text(message)
    assert words in text(message)
    assert "`/imgur album add`" in text(message)


async def test_privacy_of_a_new_album_that_imgur_calls_something_else_is_not_called_unchanged(
    discord: Discord, linked: Account
) -> None:
    discord.standin.switches.album_privacy = lambda _: "private"
    message = answer(await discord.run("album create", title="Trip", privacy="hidden"))
    assert "It is private." in text(message)
    assert "Imgur shows the privacy in words of its own." in text(message)
    assert "did not change" not in text(message)


async def test_privacy_that_imgur_ignores_is_told(discord: Discord, linked: Account) -> None:
    discord.standin.switches.album_ignores = "privacy"
    message = answer(
        await discord.run("album edit", album=discord.standin.world.add_album(linked).id, privacy="public")
    )
    assert "Imgur said yes and changed nothing" in text(message)
    assert "It is public" not in text(message)


async def test_second_album_of_a_name_is_asked_about(discord: Discord, linked: Account) -> None:
    album = discord.standin.world.add_album(linked, title="Holiday")
    question = answer(await discord.run("album create", title="holiday", privacy="secret"))
    assert "You have an album of that name already" in text(question)
    assert f"- Album: Holiday ({album.id})" in text(question)
    assert not discord.standin.sent("POST *")
    await discord.click(question, "Make another")
    assert "Album made" in text(question)
    assert [one.title for one in discord.standin.world.albums_of(linked)] == ["holiday", "Holiday"]
    assert discord.standin.world.albums_of(linked)[0].privacy == "secret"


async def test_lost_answer_makes_one_album_however_often_it_is_tried(discord: Discord, linked: Account) -> None:
    discord.standin.fail_next("lost-request", "POST /3/album")
    message = answer(await discord.run("album create", title="Trip"))
    assert "The album may be there" in text(message)
    discord.standin.fail_next("lost-answer", "POST /3/album")
    await discord.click(message, "Try again")
    assert "Imgur's answer was lost, but the album is there" in text(message)
    assert len(discord.standin.world.albums) == 1
    again = answer(await discord.run("album create", title="Trip"))
    assert "already" in text(again)
    assert len(discord.standin.world.albums) == 1


@pytest.mark.parametrize("title", [" ", "\u200b"])
async def test_blank_name_is_refused(discord: Discord, linked: Account, title: str) -> None:
    assert "An album needs a name" in text(answer(await discord.run("album create", title=title)))
    assert not discord.standin.sent("POST *")


async def test_new_album_is_there_at_once_though_imgur_does_not_know_it(
    discord: Discord, linked: Account, picture: bytes
) -> None:
    discord.standin.switches.new_album_seconds = 60.0
    await discord.run("album create", title="Holiday")
    (album,) = discord.standin.world.albums.values()
    assert listed(answer(await discord.run("album list"))) == [album.id]
    message = answer(await discord.run("upload", file=("hill.jpg", picture), album="HOLIDAY"))
    assert "in your album [Holiday]" in text(message)
    assert len(album.images) == 1
    album.shown_from = 0.0
    (image,) = images(discord, linked, 1)
    assert "1 picture added" in text(answer(await discord.run("album add", album="holi", image=image.id)))
    assert len(discord.standin.world.albums) == 1


# --- list ------------------------------------------------------------------------------------------------------------


async def test_all_albums_are_listed_to_the_end(discord: Discord, linked: Account) -> None:
    world = discord.standin.world
    made = [world.add_album(linked, title=f"Album {number}") for number in range(120)]
    made[119].privacy, made[118].privacy = "private", "secret"
    inside = images(discord, linked, 2)
    made[119].images, made[117].images = inside, inside[:1]
    made[117].odd = {"cover": None, "cover_width": 0}
    message = answer(await discord.run("album list"))
    assert "### Your albums" in text(message)
    assert "Page 1 of 12 · 120 in all" in text(message)
    assert f"📚 [Album 119](https://imgur.com/a/{made[119].id}) · 2 pictures · private" in text(message)
    assert f"[Album 118](https://imgur.com/a/{made[118].id}) · secret · *no preview*" in text(message)
    assert f"[Album 117](https://imgur.com/a/{made[117].id}) · 1 picture · hidden · *no preview*" in text(message)
    assert [item["media"]["url"] for item in pictures(message)] == [f"https://i.imgur.com/{inside[0].id}h.jpg"]
    assert await all_pages(discord, message) == [album.id for album in made[::-1]]
    assert len(discord.standin.sent("GET *")) == 4
    opened = answer(await discord.alice.select(message, [options(message)[0]]))
    assert "### Album 9" in text(opened)


async def test_list_shows_a_picture_that_is_in_the_album_though_it_was_never_opened(
    discord: Discord, linked: Account, index: Index
) -> None:
    """A dead cover, none, one that is not in it: what is in it has been read in the background."""
    inside = images(discord, linked, 3)
    covers = [inside[1].id, "", None, "gone123", inside[2].id]
    for cover in covers:
        album = discord.standin.world.add_album(linked, title="Album", images=inside[:2])
        album.odd = {"cover": cover, "cover_width": 0, "cover_height": 0}
    await index.read(Shelf.IMAGES, Shelf.ALBUMS)
    for album in discord.standin.world.albums_of(linked):
        await index.fill(album.id, [image.id for image in album.images])
    discord.standin.world.add_favorites(linked, [album])
    await index.read(Shelf.FAVORITES)
    message = answer(await discord.run("album list"))
    shown = [item["media"]["url"].rpartition("/")[2] for item in pictures(message)]
    assert shown == [*[f"{inside[0].id}h.jpg"] * 4, f"{inside[1].id}h.jpg"]
    assert len(discord.standin.sent("GET *")) == 1


@pytest.mark.parametrize("read", ["nothing", "images", "all"])
async def test_list_shows_no_cover_that_cannot_be_in_the_album(
    discord: Discord, linked: Account, index: Index, read: str
) -> None:
    """Where its contents were not read yet, of an album that was there before all images were read."""
    (mine,) = images(discord, linked, 1)
    world = discord.standin.world
    empty, dead, good, new = (world.add_album(linked, title=title) for title in ("Empty", "Dead", "Good", "New"))
    empty.odd = {"cover": mine.id}
    dead.odd = {"cover": "gone123", "images_count": 3}
    good.odd = {"cover": mine.id, "images_count": 1}
    new.odd = {"cover": "gone123", "images_count": 1}
    for album in (empty, dead, good):
        album.created -= 86_400
    new.created += 60
    if read == "images":
        await index.read(Shelf.IMAGES)
    elif read == "all":
        await index.read(Shelf.IMAGES, Shelf.ALBUMS)
    message = answer(await discord.run("album list"))
    assert "Empty](https" in text(message)
    shown = [line.partition("]")[0].rpartition("[")[2] for line in text(message).splitlines() if "](https" in line]
    no_preview = [line for line in text(message).splitlines() if "*no preview*" in line]
    assert shown == ["New", "Good", "Dead", "Empty"]
    assert [line.partition("]")[0].rpartition("[")[2] for line in no_preview] == (
        ["Empty"] if read == "nothing" else ["Dead", "Empty"]
    )
    assert len(pictures(message)) == 4 - len(no_preview)


@pytest.mark.parametrize(
    ("expected", "words"),
    [(None, "50 read so far"), (40, "50 read so far"), (50, "50 in all"), (1234, "50 of about 1,234 read")],
)
async def test_list_that_is_not_known_to_its_end_says_how_much_of_it_is(
    discord: Discord,
    linked: Account,
    index: Index,
    monkeypatch: pytest.MonkeyPatch,
    expected: int | None,
    words: str,
) -> None:
    """As many as are listed while somebody waits, here fifty, and the first reading is under way."""
    for number in range(60):
        discord.standin.world.add_album(linked, title=f"Album {number}")
    monkeypatch.setattr("services.library.reading.ALBUM_PAGES", 1)
    await index.read(Shelf.ALBUMS, pages=0, whole=False, expected=expected)
    message = answer(await discord.run("album list"))
    of = "5" if words.endswith("in all") else "at least 5"
    assert f"Page 1 of {of} · {words}" in text(message)
    await index.read(Shelf.ALBUMS, expected=expected)
    assert "Page 1 of 6 · 60 in all" in text(answer(await discord.run("album list")))


async def test_album_beyond_those_that_are_listed_is_known_by_its_name(
    discord: Discord, linked: Account, index: Index, picture: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The newest fifty are listed here while somebody waits, for the newest thousand; the index knows the others."""
    world = discord.standin.world
    old, other = (world.add_album(linked, title=title) for title in ("Winter trip", "Winter walk"))
    old.created -= 3600
    for number in range(60):
        world.add_album(linked, title=f"Trip {number}")
    (image,) = images(discord, linked, 1)
    await index.read(Shelf.IMAGES, Shelf.ALBUMS)
    monkeypatch.setattr("services.library.reading.ALBUM_PAGES", 1)
    found = await discord.alice.autocomplete(discord.channel, "imgur album add", "album", "winter")
    assert {choice["value"] for choice in found} == {f"album:{old.id}", f"album:{other.id}"}
    asked = text(answer(await discord.run("album add", album="winter", image=image.id)))
    assert "Several of yours go by that name" in asked
    assert old.id in asked
    assert other.id in asked
    assert "### 1 picture added" in text(answer(await discord.run("album add", album="winter t", image=image.id)))
    assert "### 1 picture taken out" in text(
        answer(await discord.run("album remove", album="Winter trip", image=image.id))
    )
    await discord.run("upload", file=("a.jpg", picture), album="WINTER TRIP")
    assert len(old.images) == 1
    asked = text(answer(await discord.run("album create", title="winter trip")))
    assert "You have an album of that name already" in asked
    (inside,) = old.images
    for name in ("Winter trip", old.id):
        found = await discord.alice.autocomplete(discord.channel, "imgur album remove", "image", "", album=name)
        assert [choice["value"] for choice in found] == [f"image:{inside.id}"]
    assert "### Album: Winter trip" in text(answer(await discord.run("images", album="Winter trip")))
    world.remove_album(old)
    assert "None of your newest is called that" in text(answer(await discord.run("images", album="Winter trip")))
    assert "Album made" in text(answer(await discord.run("album create", title="winter trip")))


async def test_album_whose_cover_is_gone_opens_with_its_first_picture(discord: Discord, linked: Account) -> None:
    inside = images(discord, linked, 2)
    album = discord.standin.world.add_album(linked, title="Album", images=inside)
    for cover in ("", None, "gone123", inside[1].id):
        album.odd = {"cover": cover, "cover_width": 0, "cover_height": 0}
        shown = answer(await discord.run("show", image=f"album:{album.id}"))
        first = inside[1] if cover == inside[1].id else inside[0]
        assert pictures(shown)[0]["media"]["url"] == f"https://i.imgur.com/{first.id}l.jpg"


async def test_list_without_albums_says_how_to_make_one(discord: Discord, linked: Account) -> None:
    message = answer(await discord.run("album list", share=True))
    assert "No albums yet" in text(message)
    assert "`/imgur album create`" in text(message)
    assert enabled(message) == ["Refresh"]


async def test_shared_list_is_turned_by_its_owner_only(discord: Discord, linked: Account) -> None:
    for number in range(11):
        discord.standin.world.add_album(linked, title=f"Album {number}")
    shared = (await discord.run("album list", share=True)).followups[-1]
    assert f"<@{discord.alice.id}>: albums" in text(shared)
    refused = answer(await discord.click(shared, "Next", discord.bob))
    assert "not yours" in text(refused)
    await discord.click(shared, "Next")
    assert "Page 2 of 2" in text(discord.reread(shared))


# --- edit ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("album", "picture", "about"),
    [
        ("no such album", "Sea", "no such album"),
        ("Nosuch7", "Sea", "Nosuch7"),
        ("Holiday", "Sea", "Holiday"),
        ("https://imgur.com/a/Nosuch7", "Sea", "https:\u200b//imgur.com/a/Nosuch7 · Sea"),
        ("https://i.imgur.com/{sea}.jpg", "Sea", "https:\u200b//i.imgur.com/{sea}.jpg"),
        ("https://imgur.com/a/{theirs}", "Sea", "https:\u200b//imgur.com/a/{theirs}"),
        ("Trip", "no such picture", "no such picture"),
        ("Trip", "https://imgur.com/a/{theirs}", "https:\u200b//imgur.com/a/{theirs}"),
    ],
)
@pytest.mark.parametrize("command", ["add", "remove"])
async def test_of_two_things_that_were_named_the_one_is_told_that_was_not_found(
    discord: Discord, linked: Account, *, command: str, album: str, picture: str, about: str
) -> None:
    world = discord.standin.world
    ids = {"sea": world.add_image(linked, title="Sea").id}
    for title in ("Holiday", "Holiday", "Trip"):
        world.add_album(linked, title=title)
    ids["theirs"] = world.add_album(world.add_account("somebody")).id
    message = answer(await discord.run(f"album {command}", album=album.format(**ids), image=picture.format(**ids)))
    assert f"\n-# {about.format(**ids)}\n" in text(message)


async def test_only_what_is_given_is_changed(discord: Discord, linked: Account) -> None:
    inside = images(discord, linked, 2)
    album = discord.standin.world.add_album(linked, title="Old", description="Kept", privacy="private", images=inside)
    message = answer(await discord.run("album edit", album="old", title="New"))
    assert [sent.fields for sent in discord.standin.sent("PUT *")] == [{"title": ["New"]}]
    assert (album.title, album.description, album.privacy, album.images) == ("New", "Kept", "private", inside)
    assert "**Saved**" in text(message)
    assert "### New" in text(message)
    assert "private" in text(message)
    message = answer(await discord.run("album edit", album="New", privacy="secret"))
    assert "It is secret, for you alone." in text(message)


@pytest.mark.parametrize(
    ("ignored", "words"),
    [
        ("title privacy", "Imgur said yes and changed nothing"),
        ("privacy", "Saved in part**\nImgur said yes to the privacy and did not change it."),
        ("", "**Saved**"),
    ],
)
async def test_what_imgur_did_not_change_is_said(discord: Discord, linked: Account, ignored: str, words: str) -> None:
    album = discord.standin.world.add_album(linked, title="Old")
    discord.standin.switches.album_ignores = ignored
    message = answer(await discord.run("album edit", album=album.id, title="New", privacy="public"))
    assert words in text(message)


async def test_what_cannot_be_looked_at_is_said_so(discord: Discord, linked: Account) -> None:
    album = discord.standin.world.add_album(linked, title="Old")
    question = answer(await discord.run("album delete", album=album.id))
    held = discord.standin.switches.hold("PUT *", answer=True)
    running = asyncio.create_task(held.arrived.wait())
    running.add_done_callback(lambda _: discord.standin.world.credits.exhaust_user(str(linked.id)))
    running.add_done_callback(lambda _: held.release())
    message = answer(await discord.run("album edit", album="Old", privacy="public"))
    assert "Imgur said yes, and could not be asked whether it did so" in text(message)
    assert "It is public" not in text(message)
    assert album.privacy == "public"
    assert "Delete the album" in text(question)


async def test_nothing_given_changes_nothing(discord: Discord, linked: Account) -> None:
    album = discord.standin.world.add_album(linked, title="Old")
    assert "Nothing would change" in text(answer(await discord.run("album edit", album=album.id)))


@pytest.mark.parametrize(
    ("command", "more"),
    [("edit", {"title": "New"}), ("delete", {}), ("add", {"image": "Ab3dE7g"}), ("remove", {"image": "Ab3dE7g"})],
)
async def test_shared_title_is_asked_with_counts_and_days(
    discord: Discord, linked: Account, command: str, more: dict[str, Any]
) -> None:
    first = discord.standin.world.add_album(linked, title="Holiday", images=images(discord, linked, 3))
    first.created = 1_620_000_000
    second = discord.standin.world.add_album(linked, title="Holiday")
    message = answer(await discord.run(f"album {command}", album="holiday", **more))
    assert "Several of yours go by that name" in text(message)
    assert f"Album: Holiday, 3 pictures, made 2021-05-03 ({first.id})" in text(message)
    assert "Album: Holiday, 0 pictures, made 2" in text(message)
    assert second.id in text(message)
    assert not [sent.line for sent in discord.standin.requests if sent.method != "GET"]


# --- add, remove -----------------------------------------------------------------------------------------------------


async def test_picture_is_put_in_and_taken_out_by_its_title(discord: Discord, linked: Account) -> None:
    one, two = images(discord, linked, 2)
    album = discord.standin.world.add_album(linked, title="Holiday", images=[two])
    message = answer(await discord.run("album add", album="holi", image="picture *0*"))
    assert album.images == [two, one]
    assert "### 1 picture added" in text(message)
    assert f"- [Picture \\*0\\*](https://imgur.com/{one.id}) is in it now" in text(message)
    assert f"Album: [Holiday](https://imgur.com/a/{album.id})" in text(message)
    message = answer(await discord.run("album add", album="Holiday", image=one.id))
    assert "### Nothing was added" in text(message)
    assert "was in it already" in text(message)
    message = answer(await discord.run("album remove", album="Holiday", image="picture *0*"))
    assert "### 1 picture taken out" in text(message)
    assert "is out of it now, and still on Imgur" in text(message)
    assert album.images == [two]
    assert one.id in discord.standin.world.images
    message = answer(await discord.run("album remove", album="Holiday", image=one.id))
    assert "was not in it" in text(message)
    assert [sent.fields for sent in discord.standin.sent("POST *")] == [{"ids": [one.id]}, {"ids": [one.id]}]


@pytest.mark.parametrize("how", ["indexed", "suggested"])
async def test_picture_that_is_taken_out_by_its_id_is_called_by_its_title(
    discord: Discord, linked: Account, index: Index, how: str
) -> None:
    [one] = images(discord, linked, 1)
    discord.standin.world.add_album(linked, title="Holiday", images=[one])
    if how == "indexed":
        await index.read(Shelf.IMAGES)
    else:
        await discord.alice.autocomplete(discord.channel, "imgur album remove", "image", "", album="Holiday")
    message = answer(await discord.run("album remove", album="Holiday", image=f"image:{one.id}"))
    assert f"- [Picture \\*0\\*](https://imgur.com/{one.id}) is out of it now" in text(message)


@pytest.mark.parametrize("case", ["theirs", "anonymous", "ignored"])
async def test_what_cannot_be_put_in_says_why(discord: Discord, linked: Account, picture: bytes, case: str) -> None:
    world = discord.standin.world
    if case == "anonymous":
        await discord.run("upload", file=("a.jpg", picture), anonymous=True)
    image = (
        list(world.images.values())[-1]
        if case == "anonymous"
        else world.add_image(None if case == "theirs" else linked)
    )
    album = world.add_album(linked, title="Album")
    discord.standin.switches.album_ignores = "add"
    message = answer(await discord.run("album add", album="Album", image=f"https://imgur.com/{image.id}"))
    said = {
        "theirs": "is not yours",
        "anonymous": "was uploaded without an account",
        "ignored": "is not in it: Imgur said yes and changed nothing",
    }
    assert said[case] in text(message)
    assert "### Nothing was added" in text(message)
    assert album.images == []


async def test_suggestions_are_of_the_account_and_of_the_album(discord: Discord, linked: Account) -> None:
    one, two = images(discord, linked, 2)
    album = discord.standin.world.add_album(linked, title="Holiday", images=[two])

    async def offered(command: str, option: str, typed: str, **filled: str) -> list[str]:
        found = await discord.alice.autocomplete(discord.channel, f"imgur album {command}", option, typed, **filled)
        return [choice["value"] for choice in found]

    assert await offered("add", "album", "hol") == [f"album:{album.id}"]
    assert await offered("add", "image", "pict", album="Holiday") == [f"image:{two.id}", f"image:{one.id}"]
    for name in (f"album:{album.id}", "holiday"):
        assert await offered("remove", "image", "pict", album=name) == [f"image:{two.id}"]
    assert await offered("remove", "image", "pict", album="elsewhere") == []
    assert await offered("remove", "image", "") == []
    assert len(discord.standin.sent("GET *")) == 4


# --- delete ----------------------------------------------------------------------------------------------------------


async def test_album_is_deleted_after_a_question_and_its_pictures_are_looked_for(
    discord: Discord, linked: Account
) -> None:
    inside = images(discord, linked, 2)
    album = discord.standin.world.add_album(linked, title="Old *ones*", images=inside)
    question = answer(await discord.run("album delete", album="old *ones*"))
    assert "### Delete the album Old \\*ones\\*?" in text(question)
    assert "There are 2 pictures in it. This deletes the album alone" in text(question)
    assert "one of them is looked for afterwards" in text(question)
    assert [item["media"]["url"] for item in pictures(question)] == [f"https://i.imgur.com/{inside[0].id}h.jpg"]
    assert list(buttons(question)) == ["Delete the album for good", "Keep"]
    assert not discord.standin.sent("DELETE *")
    await discord.click(question, "Delete the album for good")
    assert "### Deleted" in text(question)
    assert "The album Old \\*ones\\* is gone from Imgur." in text(question)
    assert "is still there, so the others should be" in text(question)
    assert [sent.line for sent in discord.standin.sent("DELETE *")] == [f"DELETE /3/album/{album.id}"]
    assert len(discord.standin.world.images) == 2


async def test_deletion_that_is_confirmed_twice_is_done_once(discord: Discord, linked: Account) -> None:
    album = discord.standin.world.add_album(linked, title="Old")
    first, second = [answer(await discord.run("album delete", album=album.id)) for _ in range(2)]
    await discord.click(first, "Delete the album for good")
    await discord.click(second, "Delete the album for good")
    assert "It was empty" in text(first)
    assert "It was gone already" in text(second)
    assert len(discord.standin.sent("DELETE *")) == 1


async def test_album_that_was_renamed_after_the_question_is_not_deleted(discord: Discord, linked: Account) -> None:
    album = discord.standin.world.add_album(linked, title="Trip")
    question = answer(await discord.run("album delete", album=f"album:{album.id}"))
    album.title = "Private"
    told = (await discord.click(question, "Delete the album for good")).followups[0]
    assert "That album is called something else by now" in text(told)
    assert not discord.standin.sent("DELETE *")
    question = answer(await discord.run("album delete", album="Private"))
    await discord.click(question, "Delete the album for good")
    assert len(discord.standin.sent("DELETE *")) == 1


async def test_question_is_about_the_album_that_is_called_so_now(discord: Discord, linked: Account) -> None:
    album = discord.standin.world.add_album(linked, title="Trip")
    await discord.run("images", album="Trip")
    album.title = "Private"
    other = discord.standin.world.add_album(linked, title="Trip")
    question = answer(await discord.run("album delete", album="Trip"))
    await discord.click(question, "Delete the album for good")
    assert [sent.line for sent in discord.standin.sent("DELETE *")] == [f"DELETE /3/album/{other.id}"]


async def test_picture_whose_title_the_index_has_as_it_was_is_not_added(
    discord: Discord, linked: Account, index: Index
) -> None:
    one, other, *_ = (discord.standin.world.add_image(linked, title=f"Picture {number}") for number in range(60))
    album = discord.standin.world.add_album(linked, title="Public")
    await index.read(Shelf.IMAGES, Shelf.ALBUMS)
    one.title, other.title = other.title, one.title
    await discord.run("album add", album="Public", image="Picture 0")
    assert album.images == [other]


async def test_old_album_is_found_by_its_name_in_the_index(discord: Discord, linked: Account, index: Index) -> None:
    made = [discord.standin.world.add_album(linked, title=f"Album {number}") for number in range(120)]
    await index.read(Shelf.IMAGES, Shelf.ALBUMS)
    question = answer(await discord.run("album delete", album="album 3"))
    assert "### Delete the album Album 3?" in text(question)
    asked = [sent.line for sent in discord.standin.requests]
    assert asked == ["GET /3/account/me/albums/0", f"GET /3/album/{made[3].id}"]


async def test_album_that_imgur_keeps_is_not_called_deleted(discord: Discord, linked: Account) -> None:
    album = discord.standin.world.add_album(linked, title="Old")
    discord.standin.switches.album_ignores = "delete"
    question = answer(await discord.run("album delete", album=album.id))
    await discord.click(question, "Delete the album for good")
    assert "Imgur said yes and changed nothing" in text(question)
    assert "still there" in text(question)


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("declined-200", "### Imgur said no\n\n"),
        ("data-empty-200", "### Imgur said no\n\n"),
        ("empty-200", "### Imgur gave no clear answer and changed nothing\n\nThe album Old is still there."),
    ],
)
async def test_album_that_imgur_declines_to_delete_is_said_to_be_there(
    discord: Discord, linked: Account, fault: str, said: str
) -> None:
    album = discord.standin.world.add_album(linked, title="Old")
    question = answer(await discord.run("album delete", album=album.id))
    discord.standin.fail_next(fault, "DELETE *")
    pressed = await discord.click(question, "Delete the album for good")
    told = pressed.followups[0] if "no\n" in said else question
    assert said in text(told)
    assert "Try again" in text(told)
    assert "said yes" not in text(told)
    assert album.id in discord.standin.world.albums
    discord.standin.fail_next("empty-200", "PUT *")
    message = answer(await discord.run("album edit", album=album.id, title="New"))
    assert "**Imgur gave no clear answer and changed nothing**" in text(message)


async def test_album_is_kept(discord: Discord, linked: Account) -> None:
    album = discord.standin.world.add_album(linked, title="Old", images=images(discord, linked, 1))
    question = answer(await discord.run("album delete", album=album.id))
    await discord.click(question, "Keep")
    assert "### Old" in text(question)
    assert album.id in discord.standin.world.albums


async def test_others_album_is_not_deleted(discord: Discord, linked: Account) -> None:
    theirs = discord.standin.world.add_album(discord.standin.world.add_account("somebody"), title="Theirs")
    message = answer(await discord.run("album delete", album=f"https://imgur.com/a/{theirs.id}"))
    assert "That is not yours" in text(message)


# --- cover and order -------------------------------------------------------------------------------------------------


async def test_cover_and_order_are_chosen_in_the_album_s_gallery(discord: Discord, linked: Account) -> None:
    inside = images(discord, linked, 13)
    album = discord.standin.world.add_album(linked, title="Album", images=inside)
    gallery = answer(await discord.run("images", album="Album"))
    arranging = answer(await discord.click(gallery, "Cover and order"))
    assert "### Cover and order of Album" in text(arranging)
    ids = [image.id for image in inside]
    assert menus(arranging) == {"Make it the cover…": ids[:10], "Put it first…": ids[:10]}
    await discord.click(arranging, "Next")
    assert menus(arranging)["Put it first…"] == ids[10:]
    await discord.alice.select(arranging, [ids[11]], custom_id=menu_id(arranging, "Make it the cover…"))
    assert "**Saved**" in text(arranging)
    assert f"**12.** [Picture \\*11\\*](https://imgur.com/{ids[11]}) · the cover" in text(arranging)
    assert album.cover == ids[11]
    assert [sent.fields for sent in discord.standin.sent("PUT *")] == [{"cover": [ids[11]]}]
    (new,) = images(discord, linked, 1)
    album.images.append(new)  # on imgur.com, meanwhile
    await discord.alice.select(arranging, [ids[12]], custom_id=menu_id(arranging, "Put it first…"))
    assert album.images == [inside[12], *inside[:12], new]
    held = discord.standin.switches.hold("PUT *", answer=True)
    value = menus(arranging)["Put it first…"][0]
    pressing = asyncio.create_task(
        discord.alice.select(arranging, [value], custom_id=menu_id(arranging, "Put it first…"))
    )
    await asyncio.wait_for(held.arrived.wait(), 15)
    album.images.remove(new)  # whatever took it out
    held.release()
    await pressing
    assert album.images[-1] == new
    assert "**Saved; pictures that had fallen out and were put back, at its end: 1**" in text(arranging)
    discord.standin.switches.album_ignores = "ids cover"
    for placeholder in ("Make it the cover…", "Put it first…"):
        values = menus(arranging)[placeholder]
        await discord.alice.select(arranging, [values[1]], custom_id=menu_id(arranging, placeholder))
        assert "Imgur said yes and changed nothing" in text(arranging)


async def test_album_of_which_not_all_is_sent_is_shown_as_such_and_not_put_in_order(
    discord: Discord, linked: Account
) -> None:
    discord.standin.switches.album_images_sent = 9
    inside = images(discord, linked, 12)
    album = discord.standin.world.add_album(linked, title="Album", images=inside)
    gallery = answer(await discord.run("images", album="Album"))
    assert "Page 1 of 1 · 9 of 12 came from Imgur" in text(gallery)
    arranging = answer(await discord.click(gallery, "Cover and order"))
    pressed = await discord.alice.select(arranging, [inside[3].id], custom_id=menu_id(arranging, "Put it first…"))
    refused = pressed.followups[-1]
    assert "Imgur does not show all of this album" in text(refused)
    assert "9 of 12" in text(refused)
    assert album.images == inside


async def test_album_of_which_nothing_is_sent_is_not_called_empty(discord: Discord, linked: Account) -> None:
    discord.standin.switches.album_images_sent = 0
    discord.standin.world.add_album(linked, title="Album", images=images(discord, linked, 12))
    gallery = answer(await discord.run("images", album="Album"))
    assert "Imgur sent no picture of this album" in text(gallery)
    assert "It says that 12 are in it." in text(gallery)
    assert "empty" not in text(gallery)


async def test_what_imgur_changes_into_something_else_is_not_called_unchanged(
    discord: Discord, linked: Account
) -> None:
    discord.standin.world.add_album(linked, title="Album")
    discord.standin.switches.album_titles = html.escape
    edited = answer(await discord.run("album edit", album="Album", title="Tom & Ann", description="New"))
    assert "Imgur said yes, and shows something else than was asked for" in text(edited)
    assert "This is how it shows the title now." in text(edited)
    assert "changed nothing" not in text(edited)
    assert "did not change" not in text(edited)


async def test_others_album_offers_no_order(discord: Discord, linked: Account) -> None:
    theirs = discord.standin.world.add_album(title="Theirs", images=[discord.standin.world.add_image()])
    assert "Cover and order" not in buttons(answer(await discord.run("images", album=theirs.id)))
    own = discord.standin.world.add_album(linked, title="Own", images=images(discord, linked, 1))
    shared = (await discord.run("images", album=own.id, share=True)).followups[-1]
    assert "Cover and order" not in buttons(shared)


@pytest.mark.parametrize("command", ["create", "list", "edit", "add", "remove", "delete"])
async def test_without_an_account_it_is_said_how_to_link_one(discord: Discord, command: str) -> None:
    given: dict[str, Any] = {
        "create": {"title": "x"},
        "list": {},
        "edit": {"album": "x", "title": "y"},
        "delete": {"album": "x"},
    }
    message = answer(await discord.run(f"album {command}", **given.get(command, {"album": "x", "image": "y"})))
    assert "No Imgur account is linked" in text(message)
    assert "Link account" in buttons(message)


# --- what is drawn ---------------------------------------------------------------------------------------------------


def test_picture_that_imgur_lists_twice_is_offered_once() -> None:
    images = tuple(Image(one) for one in ("first", "other", "first", "x" * 99))
    page = GalleryPage(Source.ALBUM, images, 0, 0, None, total=4, album=Album("Ab3dE7g"), is_mine=True)
    menus = [part for part in arrange_view(page, 7).walk_children() if isinstance(part, ui.Select)]
    assert [[option.value for option in menu.options] for menu in menus] == [["first", "other"]] * 2


LONG = "漢" * 500 + "*_`[](" * 100
FAT = Image("Ab3dE7g" * 4, title=LONG, description=LONG, link="https://i.imgur.com/Ab3dE7g.jpg")
BIG = Album(
    "Ab3dE7g",
    title=LONG,
    description=LONG,
    cover="Ab3dE7g",
    privacy="p" * 99,
    images=tuple(replace(FAT, id=f"{n}b3dE7g") for n in range(40)),
    images_count=123_456,
)
PAGE = GalleryPage(Source.ALBUM, BIG.images[:10], 999, 9_999, 1_000, total=99_999, album=BIG, is_mine=True)
OWNER = 2**63
VIEWS = {
    "created": lambda: created_view(Created(BIG, was_lost=True, ignored=("privacy",))),
    "edited": lambda: edited_view(Edited(BIG, ("privacy",), ("title", "privacy")), OWNER),
    "question": lambda: question_view(BIG, OWNER, "a" * 8),
    "deleted": lambda: deleted_view(Deleted(BIG)),
    "arranged": lambda: arrange_view(PAGE, OWNER, Text("**Imgur said yes and changed nothing**")),
    "filled": lambda: filled_view(
        Filled(
            BIG,
            {f"{n}b3dE7g": outcome for n, outcome in enumerate([*Outcome] * 5)},
            {f"{n}b3dE7g": LONG for n in range(45)},
            RateLimitedError(retry_after=61),
        ),
        is_in=True,
    ),
}


@pytest.mark.parametrize("name", VIEWS)
def test_longest_of_each_can_be_sent(name: str) -> None:
    assert_sendable(VIEWS[name]())


@pytest.mark.parametrize("is_in", [True, False])
def test_each_outcome_has_words_of_its_own(*, is_in: bool) -> None:
    outcomes = {f"{n}b3dE7g": outcome for n, outcome in enumerate(Outcome)}
    lines = written(filled_view(Filled(Album("Ab3dE7g"), outcomes), is_in=is_in)).splitlines()
    said = {line.partition(") ")[2] for line in lines if line.startswith("- ")}
    assert len(said) == len(Outcome)
    assert all(said)


@pytest.mark.parametrize(
    ("deleted", "said"),
    [
        (Deleted(BIG, existed=False), "gone already"),
        (Deleted(BIG, is_there=True), "changed nothing"),
        (Deleted(BIG, is_unseen=True), "could not be seen"),
        (Deleted(Album("Ab3dE7g")), "It was empty"),
        (Deleted(BIG, pictures_stay=True), "is still there, so the others should be"),
        (Deleted(BIG, pictures_stay=False), "is gone as well"),
        (Deleted(BIG, pictures_stay=None), "What became of its pictures could not be seen"),
    ],
)
def test_what_became_of_a_deletion_is_said(deleted: Deleted, said: str) -> None:
    assert said in written(deleted_view(deleted))
