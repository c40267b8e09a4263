"""The menu **Upload to Imgur** of a message: what goes up, what is asked, and what is told of the rest."""

from __future__ import annotations

import asyncio
import json
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import pytest

from cogs.ui import door
from cogs.upload._form import Given
from cogs.upload._pick import PER_PAGE, Pick
from cogs.upload._pick_form import PickForm
from cogs.upload._pick_views import on_imgur_view, pick_view, remarks_view
from cogs.upload._several_views import MOST, progress_view, several_view
from errors import AttachmentGoneError, AttachmentNotPassedOnError, FileTooLargeError, VoiceMessageError
from imgur.models import TITLE_LIMIT, Album, Image
from media.models import IncomingFile
from services.expiry import Expiry, span_value
from services.message import Contents, Linked, Picture
from services.several import Batch
from services.upload import Uploaded, UploadRequest
from standins.imgur.records import Account
from tests.cogs.conftest import Discord, answer, buttons, components, text, walk
from tests.cogs.limits import assert_sendable, written
from tests.cogs.test_expiry import dates
from tests.cogs.test_upload import UPLOAD, pictures
from tests.media.turning.pictures import film, shades
from tests.messages import attachment, embed, forwarded, gallery, gifv, media, message
from tests.reading import english

UPLOAD_MENU = "Upload to Imgur"
GIF = b"GIF89a\x01\x00\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02L\x01\x00;"


def copies(discord: Discord, **given: bytes | Exception) -> list[dict[str, Any]]:
    """Embeds of pictures that Discord has copies of, by name."""
    embeds = [embed(f"https://pictures.example.com/{name}.jpg") for name in given]
    for one, copy in zip(embeds, given.values(), strict=True):
        discord.attachments.copies[one["thumbnail"]["proxy_url"]] = copy
    return embeds


def menus(shown: Any) -> list[dict[str, Any]]:
    return [part for part in walk(components(shown)) if part["type"] == 3]


async def tick(discord: Discord, shown: Any, *numbers: int) -> None:
    [menu] = menus(shown)
    await discord.alice.select(shown, [str(number) for number in numbers], custom_id=menu["custom_id"])


def titles(account: Account, discord: Discord) -> list[str]:
    return sorted(image.title or "" for image in discord.standin.world.images_of(account))


# --- one picture -----------------------------------------------------------------------------------------------------


async def test_an_attachment_goes_up_as_a_command_s_does(discord: Discord, linked: Account, picture: bytes) -> None:
    await discord.bob.send(discord.channel, "Look", attachments=[("SPOILER_the_hill.jpg", picture)])
    [target] = discord.channel.history()
    message_ = answer(await discord.alice.context_menu(discord.channel, UPLOAD_MENU, target))
    [stored] = discord.standin.world.images_of(linked)
    assert (stored.data, stored.title) == (picture, "the hill")
    assert "Uploaded to your Imgur account" in text(message_)
    assert [item["spoiler"] for item in pictures(message_)] == [True]


async def test_it_is_acknowledged_before_anything_else(discord: Discord, picture: bytes) -> None:
    before = len(discord.env.http_requests)
    await discord.menu(UPLOAD_MENU, message(embeds=copies(discord, a=picture)))
    assert discord.env.http_requests[before].json == {"type": 5, "data": {"flags": 64}}


async def test_a_forwarded_gallery_comes_from_the_payload_alone(
    discord: Discord, linked: Account, picture: bytes
) -> None:
    shown: dict[str, Any] = {
        "media": media("https://elsewhere.example/a.jpg"),
        "spoiler": True,
        "description": "A hill",
    }
    discord.attachments.copies[shown["media"]["proxy_url"]] = picture
    before = len(discord.env.http_requests)
    result = answer(await discord.menu(UPLOAD_MENU, forwarded(components=[gallery(shown)], flags=32768)))
    [stored] = discord.standin.world.images_of(linked)
    assert (stored.data, stored.description) == (picture, "A hill")
    assert [(item["spoiler"], item["description"]) for item in pictures(result)] == [(True, "A hill")]
    assert {entry.method for entry in discord.env.http_requests[before:]} <= {"POST", "PATCH"}
    assert discord.attachments.asked == [shown["media"]["proxy_url"]]


async def test_the_moving_one_goes_up_and_not_its_still(discord: Discord, linked: Account) -> None:
    moving = gifv()
    discord.attachments.copies[moving["video"]["proxy_url"]] = GIF
    await discord.menu(UPLOAD_MENU, message(embeds=[moving]))
    [stored] = discord.standin.world.images_of(linked)
    assert stored.data == GIF
    assert discord.attachments.asked == [moving["video"]["proxy_url"]]


async def test_webp_that_a_proxy_makes_of_a_gif_is_known_by_its_content_and_still_moves(
    discord: Discord, linked: Account
) -> None:
    [one] = embeds = copies(discord, cat=film(shades(3), "WEBP", duration=90))
    one["url"] = one["thumbnail"]["url"] = "https://pictures.example.com/cat.gif"
    result = answer(await discord.menu(UPLOAD_MENU, message(embeds=embeds)))
    [stored] = discord.standin.world.images_of(linked)
    assert (stored.data or b"").startswith(b"GIF89a")
    assert stored.title == "cat"
    assert "GIF" in text(result)


async def test_an_unlinked_user_is_asked_as_by_the_command(discord: Discord, picture: bytes) -> None:
    question = answer(await discord.menu(UPLOAD_MENU, message(embeds=copies(discord, a=picture))))
    assert "### Where should this go?" in text(question)
    assert not discord.standin.sent(UPLOAD)
    assert "Uploaded anonymously" in text(answer(await discord.click(question, "Upload anonymously")))


@pytest.mark.parametrize(
    ("failure", "said"),
    [
        (AttachmentGoneError("404"), "The file is no longer there"),
        (AttachmentNotPassedOnError("415"), "Discord does not pass this one on"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "That file is damaged"),
        (b"", "That file is empty"),
    ],
)
async def test_what_cannot_be_had_is_told_for_what_it_is(
    discord: Discord, linked: Account, failure: bytes | Exception, said: str
) -> None:
    shown = answer(await discord.menu(UPLOAD_MENU, message(embeds=copies(discord, a=failure))))
    assert said in text(shown)
    assert not discord.standin.world.images


async def test_that_it_is_to_be_deleted_later_can_be_said_afterwards(
    discord: Discord, linked: Account, picture: bytes, database_url: str
) -> None:
    shown = answer(await discord.menu(UPLOAD_MENU, message(embeds=copies(discord, a=picture))))
    assert not dates(database_url)
    await discord.click(shown, "Delete it later…")
    [menu] = menus(shown)
    await discord.alice.select(shown, ["1 days"], custom_id=menu["custom_id"])
    assert "It is deleted" in text(shown)
    assert dates(database_url).keys() == {image.id for image in discord.standin.world.images_of(linked)}


async def test_what_else_there_was_is_told_beside_it(discord: Discord, linked: Account, picture: bytes) -> None:
    away = embed("https://a.example/1", thumbnail=media("https://a.example/1", ""))
    whole = message(content="https://imgur.com/AbCdEfG", embeds=[*copies(discord, a=picture), away])
    result = await discord.menu(UPLOAD_MENU, whole)
    assert "Uploaded to your Imgur account" in text(answer(result))
    [beside] = result.followups
    assert beside.ephemeral
    assert "1 more stands on another site" in text(beside)
    assert "1 more is on Imgur already" in text(beside)


# --- nothing to upload -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        ({"content": "Hello"}, "It holds text alone."),
        ({"type": 7}, "It is a notice of Discord's own."),
        ({"poll": {"question": {"text": "Why?"}}}, "It is a poll."),
        ({"flags": 8192, "attachments": [attachment("v.ogg", content_type="audio/ogg")]}, "That is a voice message"),
        ({"embeds": [embed(thumbnail=media(proxy=""))]}, "Discord has no copy of what this message shows"),
    ],
)
async def test_a_message_without_a_picture_is_told_for_what_it_is(
    discord: Discord, linked: Account, parts: dict[str, Any], said: str
) -> None:
    assert said in text(answer(await discord.menu(UPLOAD_MENU, message(**parts))))
    assert not discord.standin.requests
    assert not discord.attachments.asked


async def test_a_message_of_an_odd_shape_is_no_error(discord: Discord, linked: Account, picture: bytes) -> None:
    [good] = copies(discord, a=picture)
    odd = {"id": "1000", "attachments": [{"filename": 3}, None, {"url": "https://x"}], "embeds": [None, good, 7]}
    assert "Uploaded to your Imgur account" in text(answer(await discord.menu(UPLOAD_MENU, odd)))
    broken: dict[str, Any] = {"id": "1000", "message_snapshots": [{}], "type": None, "poll": 1, "flags": "x"}
    assert "There is no picture or video in this message" in text(answer(await discord.menu(UPLOAD_MENU, broken)))


@pytest.mark.parametrize("kind", [2, 3, 9])
async def test_a_menu_that_there_is_no_more_is_told_so(discord: Discord, kind: int) -> None:
    data = {"id": "1", "name": "Older menu", "type": kind, "target_id": "1000", "resolved": {}}
    told = await discord.alice._dispatch_interaction(2, discord.channel, data)
    assert "earlier version" in text(answer(told))


async def test_one_on_imgur_is_shown_or_made_a_favorite(discord: Discord, linked: Account, picture: bytes) -> None:
    other = discord.standin.world.add_image(discord.standin.world.add_account("bob"), picture, title="Theirs")
    shown = answer(await discord.menu(UPLOAD_MENU, message(content=f"https://i.imgur.com/{other.id}.jpg")))
    assert "That is already on Imgur" in text(shown)
    assert "### Theirs" in text(answer(await discord.click(shown, "Show")))
    assert not discord.standin.sent(UPLOAD)


async def test_this_bot_s_own_shared_gallery_is_not_uploaded_again(
    discord: Discord, linked: Account, picture: bytes
) -> None:
    for title in ("One", "Two"):
        discord.standin.world.add_image(linked, picture, title=title)
    await discord.run("images", share=True)
    [public] = discord.channel.history()
    shown = answer(await discord.alice.context_menu(discord.channel, UPLOAD_MENU, public))
    assert "These are already on Imgur" in text(shown)
    assert not discord.standin.sent(UPLOAD)
    show, favorite = menus(shown)
    value = show["options"][0]["value"]
    opened = await discord.alice.select(shown, [value], custom_id=show["custom_id"])
    assert "### Two" in text(answer(opened))
    both = [one["value"] for one in favorite["options"]]
    done = answer(await discord.alice.select(shown, both, custom_id=favorite["custom_id"]))
    assert "2 added to your favorites" in text(done)


# --- the choice ------------------------------------------------------------------------------------------------------


async def test_of_several_it_is_asked_which_and_those_go_up_in_their_order(
    discord: Discord, linked: Account, picture: bytes
) -> None:
    three = copies(discord, meadow=picture + b"1", hill=picture + b"2", lake=picture + b"3")
    shown = answer(await discord.menu(UPLOAD_MENU, message(embeds=three)))
    assert "Which of them should be uploaded?" in text(shown)
    assert [english(one["label"]) for one in menus(shown)[0]["options"]] == [
        "1. meadow.jpg",
        "2. hill.jpg",
        "3. lake.jpg",
    ]
    assert list(buttons(shown)) == ["Upload all 3", "Album, title and more…"]
    assert not discord.attachments.asked
    await tick(discord, shown, 2, 0)
    assert list(buttons(shown)) == ["Upload 2", "Upload all 3", "Album, title and more…"]
    done = answer(await discord.click(shown, "Upload 2"))
    assert "### 2 uploaded" in text(done)
    assert titles(linked, discord) == ["lake", "meadow"]
    assert text(done).index("meadow") < text(done).index("lake")


async def test_no_signed_link_is_in_any_message(discord: Discord, linked: Account, picture: bytes) -> None:
    shown = answer(await discord.menu(UPLOAD_MENU, message(attachments=[attachment("a.png"), attachment("b.png")])))
    await discord.click(shown, "Upload all 2")
    said = json.dumps([entry.json for entry in discord.env.http_requests])
    assert "cdn.discordapp.com" not in said
    assert "hm=" not in said


async def test_one_that_is_gone_by_then_costs_itself_alone(discord: Discord, linked: Account, picture: bytes) -> None:
    embeds = copies(discord, a=picture, gone=AttachmentGoneError("404"), odd=AttachmentNotPassedOnError("415"))
    shown = answer(await discord.menu(UPLOAD_MENU, message(embeds=embeds)))
    done = answer(await discord.click(shown, "Upload all 3"))
    assert "### 1 uploaded, 2 not" in text(done)
    assert "gone.jpg: **The file is no longer there**" in text(done)
    assert "or use the menu on its message again" in text(done)
    assert "odd.jpg: **Discord does not pass this one on**" in text(done)


async def test_how_is_said_in_a_form_and_shown_until_it_is_done(
    discord: Discord, linked: Account, picture: bytes
) -> None:
    shown = answer(await discord.menu(UPLOAD_MENU, message(embeds=copies(discord, a=picture, b=picture + b"2"))))
    form = await discord.click(shown, "Album, title and more…")
    given = {"title": "**Trip**", "description": "", "album": "Hills", "how": ["spoiler", "share"]}
    await discord.alice.submit_modal(form, given)
    assert "into the album Hills" in text(shown)
    assert "as spoilers" in text(shown)
    assert "shared with everyone here" in text(shown)
    assert not discord.standin.sent(UPLOAD)
    await discord.click(shown, "Upload all 2")
    await discord.click(shown, "Make it and upload")
    [album] = discord.standin.world.albums.values()
    assert [image.title for image in album.images] == ["**Trip** 1", "**Trip** 2"]
    [public] = discord.channel.history()
    assert [item["spoiler"] for item in pictures(public)] == [True, True]


async def test_when_they_are_deleted_is_said_in_the_form(
    discord: Discord, linked: Account, picture: bytes, database_url: str
) -> None:
    shown = answer(await discord.menu(UPLOAD_MENU, message(embeds=copies(discord, a=picture, b=picture + b"2"))))
    form = await discord.click(shown, "Album, title and more…")
    times = [f"expires {span_value(timedelta(days=days))}" for days in (1, 7)]
    await discord.alice.submit_modal(form, {"title": "", "description": "", "album": "", "how": times})
    assert "deleted after 7 days" in text(shown)
    again = PickForm(1, "f" * 16, Given(expires=timedelta(days=7))).to_dict()["components"][3]["component"]
    assert [one["value"] for one in again["options"] if one["default"]] == [times[1]]
    await discord.click(shown, "Upload all 2")
    assert "They are deleted" in text(shown)
    due = dates(database_url)
    assert due.keys() == {image.id for image in discord.standin.world.images_of(linked)}
    assert all(6.9 < (moment - time.time()) / 86400 < 7.1 for moment in due.values())


async def test_a_choice_that_cannot_be_met_can_be_changed(discord: Discord, picture: bytes) -> None:
    shown = answer(await discord.menu(UPLOAD_MENU, message(embeds=copies(discord, a=picture, b=picture + b"2"))))
    form = await discord.click(shown, "Album, title and more…")
    await discord.alice.submit_modal(form, {"title": "", "description": "", "album": "Hills", "how": ["anonymous"]})
    await discord.click(shown, "Upload all 2")
    assert "An anonymous upload cannot go into an album" in text(shown)
    assert not discord.standin.sent(UPLOAD)
    await discord.click(shown, "Back to the choice")
    form = await discord.click(shown, "Album, title and more…")
    await discord.alice.submit_modal(form, {"title": "", "description": "", "album": "", "how": ["anonymous"]})
    await discord.click(shown, "Upload all 2")
    assert "### 2 uploaded" in text(shown)
    assert await discord.house.services.uploads.anonymous_count(discord.alice.id) == 2


async def test_whoever_chose_an_album_before_they_had_an_account_links_it_and_it_goes_on(
    discord: Discord, account: Account, picture: bytes
) -> None:
    shown = answer(await discord.menu(UPLOAD_MENU, message(embeds=copies(discord, a=picture, b=picture + b"2"))))
    form = await discord.click(shown, "Album, title and more…")
    await discord.alice.submit_modal(form, {"title": "", "description": "", "album": "Hills", "how": []})
    await discord.click(shown, "Upload all 2")
    assert list(buttons(shown)) == ["Link account and upload"]
    await discord.click(shown, "Link account and upload")
    await discord.link(account)
    await discord.env.settle()
    await discord.click(shown, "Make it and upload")
    assert "### 2 uploaded" in text(shown)
    [album] = discord.standin.world.albums.values()
    assert len(album.images) == 2


async def test_a_second_press_uploads_nothing_twice_and_hides_no_links(
    discord: Discord, linked: Account, picture: bytes
) -> None:
    shown = answer(await discord.menu(UPLOAD_MENU, message(embeds=copies(discord, a=picture, b=picture + b"2"))))
    pressed = buttons(shown)["Upload all 2"]["custom_id"]
    await discord.click(shown, "Upload all 2")
    links = text(shown)
    data = {"component_type": 2, "custom_id": pressed}
    again = await discord.alice._dispatch_interaction(3, discord.channel, data, source_message_id=shown.id)
    assert not again.followups
    assert text(shown) == links
    assert len(discord.standin.sent(UPLOAD)) == 2


async def test_two_presses_at_the_same_time_upload_once(discord: Discord, linked: Account, picture: bytes) -> None:
    shown = answer(await discord.menu(UPLOAD_MENU, message(embeds=copies(discord, a=picture, b=picture + b"2"))))
    data = {"component_type": 2, "custom_id": buttons(shown)["Upload all 2"]["custom_id"]}
    press = partial(discord.alice._dispatch_interaction, 3, discord.channel, data, source_message_id=shown.id)
    pressed = await asyncio.gather(press(), press())
    assert not [beside for one in pressed for beside in one.followups]
    assert len(discord.standin.sent(UPLOAD)) == 2
    assert "### 2 uploaded" in text(shown)


async def test_whoever_is_linked_no_more_when_they_choose_is_asked_where_it_goes(
    discord: Discord, linked: Account, picture: bytes
) -> None:
    shown = answer(await discord.menu(UPLOAD_MENU, message(embeds=copies(discord, a=picture, b=picture + b"2"))))
    await discord.house.services.accounts.unlink(discord.alice.id)
    await discord.click(shown, "Upload all 2")
    assert "### Where should this go?" in text(shown)
    assert not discord.standin.sent(UPLOAD)
    await discord.click(shown, "Upload anonymously")
    assert "### 2 uploaded" in text(shown)
    assert await discord.house.services.uploads.anonymous_count(discord.alice.id) == 2


async def test_pages_keep_what_was_chosen_on_others_and_all_can_be_reached(
    discord: Discord, linked: Account, picture: bytes
) -> None:
    names = {f"p{number:02}": picture + bytes(number) for number in range(40)}
    shown = answer(await discord.menu(UPLOAD_MENU, message(embeds=copies(discord, **names))))
    assert "40 pictures and videos are in this message" in text(shown)
    assert len(menus(shown)[0]["options"]) == PER_PAGE
    await tick(discord, shown, 3)
    await discord.click(shown, "Next")
    assert [one["value"] for one in menus(shown)[0]["options"]] == [str(number) for number in range(25, 40)]
    await tick(discord, shown, 39)
    await discord.click(shown, "Previous")
    assert [one["value"] for one in menus(shown)[0]["options"] if one.get("default")] == ["3"]
    await discord.click(shown, "Upload 2")
    assert titles(linked, discord) == ["p03", "p39"]


@pytest.mark.interplay
async def test_of_very_many_the_rest_goes_up_at_a_press(discord: Discord, linked: Account, picture: bytes) -> None:
    names = {f"p{number:02}": picture + bytes(number) for number in range(MOST + 2)}
    shown = answer(await discord.menu(UPLOAD_MENU, message(embeds=copies(discord, **names))))
    await discord.click(shown, f"Upload all {MOST + 2}")
    assert f"### {MOST} uploaded" in text(shown)
    assert "2 more are still to be sent" in text(shown)
    rest = answer(await discord.click(shown, "Upload the other 2"))
    assert "### 2 uploaded" in text(rest)
    assert titles(linked, discord) == sorted(names)


async def test_nobody_else_presses(discord: Discord, picture: bytes) -> None:
    shown = answer(await discord.menu(UPLOAD_MENU, message(embeds=copies(discord, a=picture, b=picture + b"2"))))
    data = {"component_type": 2, "custom_id": buttons(shown)["Upload all 2"]["custom_id"]}
    await discord.bob._dispatch_interaction(3, discord.channel, data, source_message_id=shown.id)
    assert not discord.standin.sent(UPLOAD)
    assert "Which of them should be uploaded?" in text(shown)


async def test_after_a_restart_the_choice_is_told_to_be_made_anew(
    discord: Discord, picture: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "OTHERS_FIRST", 0.0)
    shown = answer(await discord.menu(UPLOAD_MENU, message(embeds=copies(discord, a=picture, b=picture + b"2"))))
    cog = discord.house.bot.get_cog("MessageUploads")
    assert cog is not None
    cog._picks._kept.clear()  # type: ignore[attr-defined]
    for label in ("Upload all 2", "Album, title and more…"):
        told = await discord.click(shown, label)
        assert "This question is too old" in text(told.response)
    assert "Which of them should be uploaded?" in text(shown)


# --- worst cases -----------------------------------------------------------------------------------------------------

LONG = "*_" * 200


def many(count: int) -> Contents:
    file = IncomingFile(LONG, 9_999_999, "", description=LONG, hidden=True)
    links = tuple(
        Linked("album", f"AbCdEf{number:04}", f"https://imgur.com/gallery/AbCdEf{number:04}") for number in range(99)
    )
    return Contents((Picture(file),) * count, 999, links)


def test_every_view_of_it_fits() -> None:
    given = Given(LONG, LONG, LONG, anonymous=True, mute=True, spoiler=True, share=True, expires=timedelta(hours=36))
    for count, chosen in ((2, ()), (100, range(0, 100, 3)), (26, range(26))):
        pick = Pick(many(count), frozenset(chosen), 0, given)
        for page in range(pick.pages):
            assert_sendable(pick_view(pick.turned(page), "f" * 16, 2**63))
            assert_sendable(pick_view(pick.turned(page).bare, "f" * 16, 2**63))
    assert_sendable(remarks_view(many(1)))
    assert_sendable(on_imgur_view(many(0), 2**63))
    form = PickForm(2**63, "f" * 16, given).to_dict()
    assert len(form["title"]) <= 45
    assert all(len(part.get("label", "")) <= 45 for part in walk(form["components"]))
    assert all(len(part.get("description", "")) <= 100 for part in walk(form["components"]) if part["type"] == 18)


@pytest.mark.parametrize("count", [10, 11, MOST])
def test_many_outcomes_fit_with_all_their_links(count: int) -> None:
    file = IncomingFile(LONG, 0, "https://x.example")
    batch = Batch.of([UploadRequest(1, file)] * count)
    assert_sendable(progress_view(batch, "f" * 16, 2**63))
    reasons = [FileTooLargeError(LONG, 10**9, 10**7, video=True), VoiceMessageError(), AttachmentGoneError("404")]
    for number, entry in enumerate(batch.entries):
        entry.trouble = reasons[number % 3]
    assert_sendable(several_view(batch, 2**63, again="f" * 16, more=999))
    for number, entry in enumerate(batch.entries):
        image = Image(f"AbCdE{number:02}", title=LONG, link=f"https://i.imgur.com/AbCdE{number:02}.png")
        entry.trouble, entry.uploaded = None, Uploaded(image, anonymous=False, can=frozenset())
    batch.album = Album("AbCdE", title="]" * TITLE_LIMIT)
    batch.album_trouble = VoiceMessageError()
    view = several_view(batch, 2**63, again="f" * 16, more=999)
    assert_sendable(view)
    assert all(f"https://imgur.com/AbCdE{number:02}" in written(view) for number in range(count))
    for entry in batch.entries:
        assert entry.uploaded is not None
        expiry = Expiry(1, entry.uploaded.image.id, datetime(2099, 1, 1, tzinfo=UTC), 9)
        entry.uploaded = replace(entry.uploaded, expiry=expiry)
    assert_sendable(several_view(batch, 2**63, again="f" * 16, more=999))
