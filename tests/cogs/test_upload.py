"""`/imgur upload` as users see it, and what went to Imgur."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any, cast

import discord as discord_py
import pytest

from cogs.ui import door
from cogs.upload import _transfer
from cogs.upload._file import incoming
from cogs.upload._transfer import Transfers
from cogs.upload._views import progress_view
from errors import UploadStoppedError
from services.queue import Queued
from standins.imgur.records import Account
from tests.cogs.conftest import Discord, answer, buttons, components, parts, shown_label, text, walk
from tests.cogs.limits import written
from tests.conftest import CLIENT_ID
from tests.media.shapes import REFUSED, box, brands, movie
from tests.standins import samples

UPLOAD = "POST /3/upload*"
FILM = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom" + b"\x00" * 100_000


def pictures(message: Any) -> list[dict[str, Any]]:
    """The items of the message's galleries."""
    return [item for part in walk(components(message)) if part["type"] == 12 for item in part["items"]]


async def test_upload_goes_into_the_account_and_shows_the_picture(
    discord: Discord, linked: Account, picture: bytes
) -> None:
    message = answer(await discord.run("upload", file=("hill.jpg", picture), title="A hill", description="Green"))
    (sent,) = discord.standin.sent(UPLOAD)
    assert sent.headers["Authorization"].startswith("Bearer ")
    assert (sent.fields["title"], sent.fields["description"]) == (["A hill"], ["Green"])
    (stored,) = discord.standin.world.images_of(linked)
    assert stored.data == picture
    assert "Uploaded to your Imgur account" in text(message)
    assert "A hill" in text(message)
    assert f"https://imgur.com/{stored.id}" in text(message)
    assert [item["media"]["url"] for item in pictures(message)] == [f"https://i.imgur.com/{stored.id}.jpg"]
    assert list(buttons(message)) == ["Open on Imgur", "Edit", "Favorite", "Delete", "Copy", "Tag", "Share"]


async def test_upload_is_acknowledged_before_anything_else_is_done(discord: Discord, picture: bytes) -> None:
    before = len(discord.env.http_requests)
    await discord.run("upload", file=("hill.jpg", picture), anonymous=True)
    first = discord.env.http_requests[before]
    assert first.path.endswith("/callback")
    assert first.json == {"type": 5, "data": {"flags": 64}}


async def test_upload_works_in_a_direct_message(discord: Discord, linked: Account, picture: bytes) -> None:
    message = answer(await discord.alice_user.slash("imgur upload", file=("hill.jpg", picture)))
    assert "Uploaded to your Imgur account" in text(message)


async def test_upload_shows_a_title_as_it_is_typed_when_it_is_full_of_markup(
    discord: Discord, linked: Account, picture: bytes
) -> None:
    title = "**@everyone** [x](https://example.org)"
    message = answer(await discord.run("upload", file=("hill.jpg", picture), title=title))
    assert "@everyone" not in text(message)
    assert "](https" not in text(message)
    assert discord.standin.sent(UPLOAD)[0].fields["title"] == [title]


async def test_upload_shows_no_signed_link_to_the_attachment(discord: Discord, linked: Account, picture: bytes) -> None:
    await discord.run("upload", file=("hill.jpg", picture), share=True)
    assert not [entry for entry in discord.env.http_requests if "cdn.simcord" in str(entry.json)]


async def test_album_is_suggested_and_filled_when_it_is_the_user_s(
    discord: Discord, linked: Account, picture: bytes
) -> None:
    album = discord.standin.world.add_album(linked, title="Mountains")
    discord.standin.world.add_album(linked, title="Sea")
    choices = await discord.alice.autocomplete(discord.channel, "imgur upload", "album", "mount")
    assert [choice["value"] for choice in choices] == [f"album:{album.id}"]
    names = (choices[0]["value"], choices[0]["name"], "mountains", f"[my album](https://imgur.com/a/{album.id})")
    for number, given in enumerate(names):
        album.images.clear()
        await discord.run("upload", file=("hill.jpg", picture + bytes(number)), album=given)
        assert [image.data for image in album.images] == [picture]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("Sea", ["Several of yours go by that name", "- Album: Sea, 0 pictures, made 20"]),
        ("https://imgur.com/a/Ab3dE7g,Xy12345", ["One at a time"]),
        ("https://imgur.com/a/{theirs}", ["not yours"]),
        ("https://imgur.com/a/Gone123", ["Imgur does not know it"]),
        ("https://i.imgur.com/Ab3dE7g.jpg", ["a picture, not an album"]),
        (" \u200b ", ["An album needs a name"]),
        ("x" * 1000, ["too long for an album", "128 characters"]),
    ],
)
async def test_album_that_is_none_is_told_before_anything_is_sent(
    discord: Discord, linked: Account, picture: bytes, given: str, said: list[str]
) -> None:
    for title in ("Mountains", "Sea", "Sea"):
        discord.standin.world.add_album(linked, title=title)
    theirs = discord.standin.world.add_album(title="Theirs")
    refused = answer(
        await discord.run("upload", file=("hill.jpg", picture), album=given.format(theirs=theirs.id), share=True)
    )
    for part in said:
        assert part in text(refused)
    assert not discord.standin.sent("POST /3/upload*")
    await discord.click(refused, "Upload without an album")  # nobody has to attach it once more
    assert "### Shared" in text(refused)
    assert [image.data for image in discord.standin.world.images_of(linked)] == [picture]


async def test_name_of_no_album_is_asked_about_and_then_made(discord: Discord, linked: Account, picture: bytes) -> None:
    mountains = discord.standin.world.add_album(linked, title="Mountains")
    question = answer(await discord.run("upload", file=("hill.jpg", picture), album="My *mountains*", share=True))
    assert "None of your albums is called that" in text(question)
    assert "Should **My \\*mountains\\*** be made" in text(question)
    assert list(buttons(question)) == ["Make it and upload", "Into Mountains", "Upload without an album"]
    assert not discord.standin.sent("POST *")
    pressed = await discord.click(question, "Make it and upload")
    (made,) = discord.standin.sent("POST /3/album")
    assert made.fields == {"title": ["My *mountains*"]}
    assert text(question).startswith("### Shared")
    assert "Uploaded by" in text(pressed.followups[-1])
    album = list(discord.standin.world.albums.values())[-1]
    assert [image.id for image in album.images] == [image.id for image in discord.standin.world.images_of(linked)]
    assert mountains.images == []
    # Another upload, in another spelling: the album is there.
    done = answer(await discord.run("upload", file=("hill.jpg", picture + b"2"), album="my *MOUNTAINS* "))
    assert f"in your album [My \\*mountains\\*](https://imgur.com/a/{album.id})" in text(done)
    assert len(album.images) == 2
    assert len(discord.standin.sent("POST /3/album")) == 1


@pytest.mark.parametrize("fault", ["file-type-400", "lost-answer", "a file of another kind"])
async def test_album_that_was_made_for_an_upload_that_fails_is_told(
    discord: Discord, linked: Account, picture: bytes, fault: str
) -> None:
    file = ("notes.png", b"no picture") if fault.startswith("a file") else ("hill.jpg", picture)
    if file[1] is picture:
        discord.standin.fail_next(fault, UPLOAD)
    question = answer(await discord.run("upload", file=file, album="Norway"))
    await discord.click(question, "Make it and upload")
    (album,) = discord.standin.world.albums.values()
    link = f"https://imgur.com/a/{album.id}"
    assert f"The album [Norway]({link}) was made before, and stays." in text(question)
    assert buttons(question)["Open on Imgur"]["url"] == link


async def test_whoever_unlinks_before_they_say_which_album_need_not_attach_it_again(
    discord: Discord, linked: Account, picture: bytes
) -> None:
    question = answer(await discord.run("upload", file=("hill.jpg", picture), album="Hills"))
    await discord.house.services.accounts.unlink(discord.alice.id)
    await discord.click(question, "Make it and upload")
    assert "No Imgur account is linked" in text(question)
    assert list(buttons(question)) == ["Link account and upload"]


@pytest.mark.parametrize(("label", "is_in"), [("Into Mountains", True), ("Upload without an album", False)])
async def test_name_of_no_album_may_be_another_or_none(
    discord: Discord, linked: Account, picture: bytes, *, label: str, is_in: bool
) -> None:
    album = discord.standin.world.add_album(linked, title="Mountains")
    question = answer(await discord.run("upload", file=("hill.jpg", picture), album="Mountain"))
    await discord.click(question, label)
    assert "Uploaded to your Imgur account" in text(question)
    assert len(album.images) == is_in
    assert not discord.standin.sent("POST /3/album")


async def test_album_whose_answer_is_lost_is_found_and_not_made_twice(
    discord: Discord, linked: Account, picture: bytes
) -> None:
    question = answer(await discord.run("upload", file=("hill.jpg", picture), album="Hills"))
    discord.standin.fail_next("lost-request", "POST /3/album")
    await discord.click(question, "Make it and upload")
    assert "The album may be there" in text(question)
    assert not discord.standin.sent(UPLOAD)
    discord.standin.fail_next("lost-answer", "POST /3/album")
    await discord.click(question, "Try again")
    assert "in your new album [Hills]" in text(question)
    (album,) = discord.standin.world.albums.values()
    assert len(album.images) == 1


async def test_sound_is_left_out_when_a_video_is_to_be_muted(discord: Discord, linked: Account) -> None:
    message = answer(await discord.run("upload", file=("film.mp4", FILM), mute=True))
    assert discord.standin.sent(UPLOAD)[0].fields["disable_audio"] == ["1"]
    assert "Uploaded" in text(message)


async def test_anonymous_upload_can_be_edited_and_deleted_but_not_favorited(discord: Discord, picture: bytes) -> None:
    message = answer(await discord.run("upload", file=("hill.jpg", picture), anonymous=True))
    assert discord.standin.sent(UPLOAD)[0].headers["Authorization"] == f"Client-ID {CLIENT_ID}"
    assert "Uploaded anonymously" in text(message)
    assert list(buttons(message)) == ["Open on Imgur", "Edit", "Delete", "Copy", "Tag", "Share", "Add alt text"]
    (stored,) = discord.standin.world.images.values()
    assert stored.deletehash not in str(discord.env.http_requests)


# --- where should it go


async def test_user_is_asked_and_nothing_is_sent_when_nobody_is_linked(discord: Discord, picture: bytes) -> None:
    asked = answer(await discord.run("upload", file=("hill.jpg", picture), title="A hill"))
    assert "Where should this go?" in text(asked)
    assert "No Imgur account is linked" in text(asked)
    assert list(buttons(asked)) == ["Link account and upload", "Upload anonymously"]
    assert not discord.standin.requests
    pressed = await discord.click(asked, "Upload anonymously")
    assert not pressed.followups
    assert "Uploaded anonymously" in text(asked)
    assert discord.standin.sent(UPLOAD)[0].fields["title"] == ["A hill"]


async def test_question_leads_to_linking_when_that_is_chosen(discord: Discord, picture: bytes) -> None:
    asked = answer(await discord.run("upload", file=("hill.jpg", picture)))
    [offer] = (await discord.click(asked, "Link account and upload")).followups
    assert "Open the link page" in buttons(offer)
    assert not discord.standin.requests


async def test_question_is_too_old_when_the_bot_was_restarted(discord: Discord, picture: bytes) -> None:
    asked = answer(await discord.run("upload", file=("hill.jpg", picture)))
    async with discord.again() as house:
        await discord.env.restart_bot(house.bot)
        assert "too old" in text(answer(await discord.click(asked, "Upload anonymously")))
        await discord.env.shutdown()
    assert not discord.standin.requests


async def test_error_replaces_the_question_when_the_upload_fails(discord: Discord) -> None:
    asked = answer(await discord.run("upload", file=("notes.png", b"words")))
    await discord.click(asked, "Upload anonymously")
    assert "That is text, not a picture" in text(asked)


async def test_user_is_asked_when_the_link_is_broken(discord: Discord, linked: Account, picture: bytes) -> None:
    discord.standin.world.tokens.revoke(linked, CLIENT_ID)
    for _ in ("found out during the upload", "known before"):
        asked = answer(await discord.run("upload", file=("hill.jpg", picture)))
        assert "no longer accepts the link" in text(asked)
        assert list(buttons(asked)) == ["Link account and upload", "Upload anonymously"]
    assert not discord.standin.world.images
    await discord.click(asked, "Upload anonymously")
    assert "Uploaded anonymously" in text(asked)


@pytest.mark.parametrize("options", [{"anonymous": False}, {"album": "abc1234"}])
async def test_account_is_demanded_when_nothing_else_would_do(
    discord: Discord, account: Account, picture: bytes, options: dict[str, Any]
) -> None:
    refused = answer(await discord.run("upload", file=("hill.jpg", picture), **options))
    assert "No Imgur account is linked" in text(refused)
    assert list(buttons(refused)) == ["Link account and upload"]
    await discord.link(account)
    discord.standin.world.tokens.revoke(account, CLIENT_ID)
    refused = answer(await discord.run("upload", file=("hill.jpg", picture), **options))
    assert "no longer accepts the link" in text(refused)
    assert list(buttons(refused)) == ["Link account and upload"]


async def test_album_is_refused_before_anything_is_sent_when_the_upload_is_anonymous(
    discord: Discord, linked: Account, picture: bytes
) -> None:
    refused = answer(await discord.run("upload", file=("hill.jpg", picture), anonymous=True, album="abc1234"))
    assert "cannot go into an album" in text(refused)
    assert not discord.standin.requests


# --- what Discord knows about the file


def attachment(**facts: Any) -> discord_py.Attachment:
    """An attachment as Discord describes it."""
    known = {"id": "1", "filename": "unknown.jpg", "size": 9, "url": "https://cdn.example.org/x", "proxy_url": "x"}
    return discord_py.Attachment(data=cast("Any", known | facts), state=cast("Any", SimpleNamespace(http=None)))


@pytest.mark.parametrize(
    ("facts", "name"),
    [
        ({"title": "猫の写真"}, "猫の写真.jpg"),
        ({"title": "猫の写真.JPG"}, "猫の写真.JPG"),
        ({"title": "SPOILER_猫\u202e"}, "猫.jpg"),
        ({"title": "\u200b"}, "unknown.jpg"),
        ({"filename": "SPOILER_hill.jpg"}, "hill.jpg"),
        ({"filename": "hill"}, "hill"),
        ({"filename": "unknown", "title": "a hill"}, "a hill"),
    ],
)
def test_a_file_has_the_name_that_its_user_gave_it(facts: dict[str, Any], name: str) -> None:
    assert incoming(attachment(**facts)).name == name


@pytest.mark.parametrize(
    ("facts", "hidden"), [({"flags": 8}, True), ({"filename": "SPOILER_a.jpg"}, True), ({"flags": 4}, False)]
)
def test_a_file_is_hidden_by_discord_s_flag(facts: dict[str, Any], hidden: bool) -> None:
    assert incoming(attachment(**facts)).hidden is hidden


@pytest.mark.parametrize(
    ("facts", "origin"),
    [
        ({"flags": 1}, "clip"),
        ({"flags": 4}, "remix"),
        ({"duration_secs": 2.5, "waveform": "AAAA"}, "voice message"),
        ({"duration_secs": 2.5}, None),
    ],
)
def test_a_file_says_how_discord_made_it(facts: dict[str, Any], origin: str | None) -> None:
    file = incoming(attachment(**facts))
    assert file.origin == origin
    assert file.seconds == facts.get("duration_secs")


@pytest.mark.parametrize("share", [False, True])
async def test_what_was_hidden_stays_hidden(discord: Discord, linked: Account, picture: bytes, share: bool) -> None:
    result = await discord.run("upload", file=("SPOILER_hill.jpg", picture), share=share)
    message = discord.channel.history()[0] if share else answer(result)
    (sent,) = discord.standin.sent(UPLOAD)
    assert [file.filename for file in sent.files] == ["hill.jpg"]
    assert [item["spoiler"] for item in pictures(message)] == [True]
    form = await discord.click(message, "Edit")
    await discord.alice.submit_modal(form, {"title": "A hill", "description": ""})
    assert "A hill" in text(discord.reread(message))
    assert [item["spoiler"] for item in pictures(discord.reread(message))] == [True]
    asked = await discord.click(message, "Delete")
    question = answer(asked) if share else discord.reread(message)
    assert "Delete A hill?" in text(question)
    assert [item["spoiler"] for item in pictures(question)] == [True]
    await discord.click(question, "Keep")
    assert [item["spoiler"] for item in pictures(discord.reread(question))] == [True]


@pytest.mark.parametrize("anonymous", [False, True])
async def test_what_was_hidden_stays_hidden_in_lists_and_for_others_after_a_restart(
    discord: Discord, linked: Account, picture: bytes, anonymous: bool
) -> None:
    for name in ("SPOILER_hill.jpg", "sea.jpg"):
        await discord.run("upload", file=(name, picture + name.encode()), anonymous=anonymous)
    lists = answer(await discord.run("images"))
    if anonymous:
        await discord.click(lists, "Anonymous uploads (2)")
        lists = discord.reread(lists)
    spoilers = {item["media"]["url"]: item["spoiler"] for item in pictures(lists)}
    assert sorted(spoilers.values()) == [False, True]
    [link] = [url for url, spoiler in spoilers.items() if spoiler]
    shown = answer(await discord.run("show", image=link, actor=discord.bob))
    assert [item["spoiler"] for item in pictures(shown)] == [True]
    await discord.run("show", image=link, share=True)
    assert [item["spoiler"] for item in pictures(discord.channel.history()[-1])] == [True]
    favorite = answer(await discord.run("favorite", image=link))
    assert [item["spoiler"] for item in pictures(favorite)] == [True]
    await discord.run("favorites", share=True)
    assert [item["spoiler"] for item in pictures(discord.channel.history()[-1])] == [True]
    question = answer(await discord.run("delete", image=link))
    assert [item["spoiler"] for item in pictures(question)] == [True]
    async with discord.again() as house:
        assert (await house.services.library.items.show(discord.bob.id, link)).hidden


async def test_a_hidden_picture_is_hidden_in_its_album(discord: Discord, linked: Account, picture: bytes) -> None:
    album = discord.standin.world.add_album(linked, title="Trip")
    for name in ("SPOILER_hill.jpg", "sea.jpg"):
        await discord.run("upload", file=(name, picture + name.encode()), album="Trip")
    for command in ("show", "images"):
        options: dict[str, Any] = {"image" if command == "show" else "album": f"https://imgur.com/a/{album.id}"}
        shown = answer(await discord.run(command, **options))
        assert [item["spoiler"] for item in pictures(shown)] == [True, False]


async def test_what_was_hidden_stays_hidden_when_it_is_shown_only_later(discord: Discord, linked: Account) -> None:
    discord.standin.switches.processing_reads = 1
    await discord.run("upload", file=("SPOILER_film.mp4", FILM), share=True)
    (message,) = discord.channel.history()
    assert not pictures(message)
    await discord.click(message, "Refresh")
    await discord.click(discord.reread(message), "Refresh")
    assert [item["spoiler"] for item in pictures(discord.reread(message))] == [True]


def describe(discord: Discord, monkeypatch: pytest.MonkeyPatch, **facts: Any) -> None:
    """Have Discord know this of what is attached from now on."""
    cdn = discord.env.backend.cdn
    store = cdn.store_attachment
    monkeypatch.setattr(cdn, "store_attachment", lambda *given: store(*given) | facts)


@pytest.mark.parametrize(
    ("title", "description", "told"),
    [(None, None, "A *red* hill"), ("Hill", None, "A *red* hill"), ("Hill", "Seen in May", "Seen in May")],
)
async def test_what_a_file_is_described_by_becomes_its_alt_text(
    discord: Discord,
    linked: Account,
    picture: bytes,
    monkeypatch: pytest.MonkeyPatch,
    title: str | None,
    description: str | None,
    told: str,
) -> None:
    describe(discord, monkeypatch, description="A *red*\nhill", title="My hill", filename="unknown.jpg")
    options: dict[str, Any] = {name: text for name, text in (("title", title), ("description", description)) if text}
    message = answer(await discord.run("upload", file=("hill.jpg", picture), **options))
    (sent,) = discord.standin.sent(UPLOAD)
    assert [file.filename for file in sent.files] == ["My hill.jpg"]
    assert " ".join(sent.fields["description"][0].split()) == told
    assert [item["description"] for item in pictures(message)] == ["A *red* hill"]
    assert "My hill.jpg" in text(message)


@pytest.mark.parametrize("anonymous", [None, True])
async def test_a_voice_message_is_named_as_such_before_anything_is_asked(
    discord: Discord, monkeypatch: pytest.MonkeyPatch, anonymous: bool | None
) -> None:
    describe(discord, monkeypatch, duration_secs=2.5, waveform="AAAA", flags=0, filename="voice-message.ogg")
    options: dict[str, Any] = {} if anonymous is None else {"anonymous": anonymous}
    refused = answer(await discord.run("upload", file=("sent-as.mp4", b"OggS" + bytes(99)), **options))
    assert "That is a voice message, not a picture or video" in text(refused)
    assert not buttons(refused)
    assert not discord.standin.requests


async def test_a_spoiler_is_hidden_by_its_flag_alone(
    discord: Discord, linked: Account, picture: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    describe(discord, monkeypatch, flags=8)
    await discord.run("upload", file=("hill.jpg", picture), share=True)
    assert [item["spoiler"] for item in pictures(discord.channel.history()[0])] == [True]


async def test_upload_answer_names_file_album_and_muting(discord: Discord, linked: Account) -> None:
    album = discord.standin.world.add_album(linked, title="Trip")
    shown = text(answer(await discord.run("upload", file=("my_film.mp4", FILM), album=album.id, mute=True)))
    assert "my\\_film.mp4 · without sound · in your album [Trip](https://imgur.com/a/" in shown
    assert f"](https://imgur.com/a/{album.id})" in shown


async def test_upload_answer_says_nothing_of_muting_when_it_is_a_picture(
    discord: Discord, linked: Account, picture: bytes
) -> None:
    assert "without sound" not in text(answer(await discord.run("upload", file=("hill.jpg", picture), mute=True)))


# --- what can go wrong


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("picture.png", REFUSED["jpeg xl"][0], "Imgur takes no JPEG XL images"),
        ("picture.png", b"RIFF\x00\x00\x00\x00WEBPVP8 ", "That file is damaged"),
        ("notes.png", b"just words", "That is text, not a picture"),
        ("picture.png", b"", "That file is empty"),
        ("film.mp4", REFUSED["m4p"][0], "That is sound"),
        ("large.png", b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR" + bytes(50_000_001), "Imgur takes images up to 10 MB"),
    ],
)
async def test_file_is_refused_with_the_way_out_before_it_is_sent(
    discord: Discord, linked: Account, name: str, data: bytes, said: str
) -> None:
    shown = text(answer(await discord.run("upload", file=(f"SPOILER_{name}", data))))
    assert said in shown
    assert f"\n-# {name}\n" in shown
    assert not discord.standin.requests


@pytest.mark.parametrize(
    ("tracks", "said"), [(movie(b"soun"), "That is sound"), (movie(b"vide", seconds=75), "It lasts 75 seconds")]
)
async def test_film_is_refused_by_its_end_before_it_is_sent(
    discord: Discord, linked: Account, tracks: bytes, said: str
) -> None:
    film = brands(b"isom", b"mp42") + box(b"mdat", bytes(200_000)) + tracks
    assert said in text(answer(await discord.run("upload", file=("film.mp4", film))))
    assert not discord.standin.requests


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("lost-answer", "may be there"),
        ("over-capacity-403", "over capacity"),
        ("too-fast-429", "upload again <t:"),
        ("daily-limit-429", "shared by everyone"),
        ("oversize-413", "too large"),
        ("file-type-400", "could not read the file"),
        ("varnish-503", "Imgur"),
    ],
)
async def test_fault_of_imgur_s_is_told_and_the_file_is_not_sent_again(
    discord: Discord, linked: Account, picture: bytes, fault: str, said: str
) -> None:
    discord.standin.fail_next(fault, UPLOAD, times=5)
    message = answer(await discord.run("upload", file=("hill.jpg", picture), share=True))
    assert said in text(message)
    assert "in the bot" not in text(message)
    assert len(discord.standin.sent(UPLOAD)) == 1
    assert not discord.channel.history()


@pytest.mark.parametrize("album", [None, "Hills"])
async def test_what_may_be_over_soon_costs_nobody_the_file(
    discord: Discord, linked: Account, picture: bytes, album: str | None
) -> None:
    """It is sent again at a press, into the album that was made before."""
    discord.standin.fail_next("over-capacity-500", UPLOAD, times=2)
    given: dict[str, Any] = {"album": album} if album else {}
    told = answer(await discord.run("upload", file=("hill.jpg", picture), **given))
    if album:
        await discord.click(told, "Make it and upload")
    told = answer(await discord.click(told, "Try it again"))
    assert "Imgur is over capacity" in text(told)
    assert "Uploaded to your" in text(answer(await discord.click(told, "Try it again")))
    assert [image.data for image in discord.standin.world.images_of(linked)] == [picture]
    assert [len(made.images) for made in discord.standin.world.albums.values()] == [1] * bool(album)


@pytest.mark.parametrize("anonymous", [False, True])
async def test_uploads_that_came_too_fast_keep_nobody_from_looking(
    discord: Discord, linked: Account, picture: bytes, *, anonymous: bool
) -> None:
    image = discord.standin.world.add_image(linked, title="Sunset")
    discord.standin.fail_next("too-fast-400", UPLOAD)
    for _ in range(2):
        shown = text(answer(await discord.run("upload", file=("hill.jpg", picture), anonymous=anonymous)))
        assert "Imgur takes no more uploads for now" in shown
    assert len(discord.standin.sent(UPLOAD)) == 1
    for person in (discord.alice, discord.bob):
        assert "Sunset" in text(answer(await discord.run("show", actor=person, image=f"https://imgur.com/{image.id}")))
    assert "Uploads have to wait" in text(answer(await discord.run("account"))) or anonymous
    assert "Linked as" in text(answer(await discord.run("account")))


async def test_attachment_that_is_gone_is_told(discord: Discord, picture: bytes) -> None:
    asked = answer(await discord.run("upload", file=("hill.jpg", picture)))
    discord.env.backend.cdn._blobs.clear()
    await discord.click(asked, "Upload anonymously")
    assert "no longer there" in text(asked)
    assert not discord.standin.requests


# --- sharing


async def test_picture_is_posted_for_everyone_when_shared(discord: Discord, linked: Account, picture: bytes) -> None:
    result = await discord.run("upload", file=("hill.jpg", picture), share=True)
    assert "Everyone here can see it" in text(answer(result))
    (public,) = discord.channel.history()
    assert len(pictures(public)) == 1
    assert discord.alice.mention in text(public)
    assert discord.env.backend.get_message(public.channel.id, public.id).ping_user_ids == []
    for label in ("Edit", "Delete"):
        assert "That is not yours" in text(answer(await discord.click(public, label, discord.bob)))


async def test_what_is_not_for_everyone_is_told_its_owner_when_it_is_shared(discord: Discord, picture: bytes) -> None:
    """What was done to the file, and that nobody can delete it as was wished: Imgur sends no deletehash."""
    discord.standin.switches.deletehash_for_uploader = False
    options: dict[str, Any] = {"anonymous": True, "expires": "1 day", "share": True}
    result = await discord.run("upload", file=("hill.webp", samples.WEBP), **options)
    assert "WebP turned into" in text(answer(result))
    assert "nobody can ever do that" in text(answer(result))
    (public,) = discord.channel.history()
    assert not [said for said in ("turned into", "deleted") if said in text(public)]
    discord.standin.switches.deletehash_for_uploader = True
    assert "**It is deleted <t:" in text(answer(await discord.run("upload", file=("hill.jpg", picture), **options)))


async def test_picture_is_posted_for_everyone_when_it_was_shared_after_the_question(
    discord: Discord, picture: bytes
) -> None:
    asked = answer(await discord.run("upload", file=("hill.jpg", picture), share=True))
    assert not discord.channel.history()
    await discord.click(asked, "Upload anonymously")
    assert "Everyone here can see it" in text(asked)
    (public,) = discord.channel.history()
    assert len(pictures(public)) == 1


# --- running uploads


async def begin(discord: Discord, picture: bytes, **options: Any) -> Any:
    """Begin an upload that hangs; the message as it stands after the first report."""
    discord.attachments.hold(discord.env)
    discord.env.settle_timeout = 2.9  # less than the pause before the first report: simcord parks longer timers
    await discord.run("upload", file=("hill.jpg", picture), anonymous=True, **options)
    await discord.env.advance_time(_transfer.FIRST_REPORT)
    return discord.channel.history(viewer=discord.alice)[-1]


async def let_pass(discord: Discord, seconds: int) -> None:
    """Advance the time, piece by piece: the bot has `settle_timeout` for each."""
    for passed in range(0, seconds, 10):
        await discord.env.advance_time(min(10, seconds - passed))


async def test_progress_is_shown_and_then_the_picture_when_an_upload_takes_long(
    discord: Discord, picture: bytes
) -> None:
    message = await begin(discord, picture)
    assert "0 %" in text(message)
    assert list(buttons(message)) == ["Cancel"]
    before = len(discord.env.http_requests)
    await let_pass(discord, 60)
    edits = [entry for entry in discord.env.http_requests[before:] if entry.method == "PATCH"]
    assert 15 <= len(edits) <= 20
    discord.attachments.go_on.set()
    await discord.env.settle(timeout=10)
    assert "Uploaded anonymously" in text(discord.reread(message))


async def test_upload_ends_when_its_owner_cancels_it(discord: Discord, picture: bytes) -> None:
    message = await begin(discord, picture)
    pressed = await discord.alice.click(message, label=shown_label(message, "Cancel"))
    assert not pressed.followups
    ended = discord.reread(message)
    assert "Upload cancelled" in text(ended)
    assert "Nothing was stored" in text(ended)
    assert not buttons(ended)
    assert not discord.standin.requests


async def test_upload_succeeds_all_the_same_when_a_progress_report_fails(discord: Discord, picture: bytes) -> None:
    discord.env.inject_error("PATCH", "/webhooks/*/messages/@original", status=403, code=50013)
    message = await begin(discord, picture)
    assert text(message) == ""
    await discord.env.advance_time(_transfer.REPORT_EVERY)  # it was that report alone
    assert "0 %" in text(discord.reread(message))
    discord.attachments.go_on.set()
    await discord.env.settle(timeout=10)
    assert "Uploaded anonymously" in text(discord.reread(message))


async def test_upload_is_ended_in_words_when_it_nears_discord_s_limit(discord: Discord, picture: bytes) -> None:
    message = await begin(discord, picture)
    await let_pass(discord, 14 * 60 - 4)
    assert "Uploading" in text(discord.reread(message))
    await discord.env.advance_time(2)
    assert "took too long" in text(discord.reread(message))
    assert "Nothing was stored" in text(discord.reread(message))


async def test_upload_is_ended_in_words_when_the_bot_shuts_down(
    discord: Discord, picture: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "GRACE", 0.1)
    message = await begin(discord, picture)
    await discord.house.bot.door.close()
    assert "being shut down" in text(discord.reread(message))


async def test_picture_is_deleted_again_and_the_user_told_when_it_is_stopped_with_everything_sent(
    discord: Discord, picture: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = discord.standin.switches.hold(UPLOAD, answer=True)
    discord.env.settle_timeout = 0.3
    with pytest.raises(TimeoutError):
        await discord.run("upload", file=("hill.jpg", picture), anonymous=True)
    async with asyncio.timeout(20):
        await held.arrived.wait()
    monkeypatch.setattr(door, "GRACE", 0.1)
    asyncio.get_running_loop().call_later(0.3, held.release)  # after the time in which it may end by itself
    await discord.house.bot.door.close()
    assert "it was deleted there again" in text(discord.channel.history(viewer=discord.alice)[-1])
    assert not discord.standin.world.images


async def test_transfer_tells_how_far_it_is_when_bytes_go_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_transfer, "FIRST_REPORT", 0.001)
    monkeypatch.setattr(_transfer, "REPORT_EVERY", 0.001)
    reported, go_on = asyncio.Event(), asyncio.Event()
    transfers, seen, keys = Transfers(), [], []

    async def work(progress: _transfer.Progress, _queued: Queued) -> str:
        progress(25, 100)
        await go_on.wait()
        return "done"

    async def show(transfer: _transfer.Transfer[str]) -> None:
        seen.append((transfer.sent, transfer.total))
        keys.append(transfer.key)
        reported.set()

    running = asyncio.create_task(transfers.run(99, work, show))
    await reported.wait()
    go_on.set()
    assert await running == "done"
    assert seen[0] == (25, 100)
    assert not transfers.cancel(keys[0])


async def test_transfer_ends_its_work_when_the_command_itself_is_cancelled() -> None:
    begun, ended = asyncio.Event(), asyncio.Event()

    async def work(progress: _transfer.Progress, _queued: Queued) -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    async def show(transfer: object) -> None:
        raise AssertionError

    running = asyncio.create_task(Transfers().run(1, work, show))
    await begun.wait()
    running.cancel()
    with pytest.raises(UploadStoppedError):
        await running
    assert ended.is_set()


@pytest.mark.parametrize(("sent", "bar"), [(0, "░" * 20), (5_000_000, "█" * 10 + "░" * 10), (10_000_000, "█" * 20)])
def test_progress_bar_fills_with_what_was_sent(sent: int, bar: str) -> None:
    shown = written(progress_view(sent, 10_000_000, "f" * 16, 1))
    assert f"`{bar}` {sent // 100_000} %" in shown
    assert ("Waiting for Imgur" in shown) is (sent == 10_000_000)


def test_progress_is_empty_when_nothing_was_sent_yet() -> None:
    assert any("0 %" in part.get("content", "") for part in parts(progress_view(0, 100, "f" * 16, 1)))
