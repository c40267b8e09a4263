"""`/imgur upload` without a file: a form for ten of them, an outcome for each, and none costs another's."""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any, cast

import pytest
from simcord import SetupError

from cogs.ui import door
from cogs.ui.files import FILE_TYPES
from cogs.upload._form import Given, UploadForm, read, requests
from cogs.upload._several_views import progress_view, several_view
from errors import (
    DetailsStayError,
    FileTooLargeError,
    NoVideo,
    OutdatedError,
    ShrinkableError,
    UploadTooSlowError,
    VoiceMessageError,
)
from imgur.errors import OverCapacityError, RateLimitedError
from imgur.models import TITLE_LIMIT, Album, Image
from services import several
from services.album import Filled
from services.several import Batch
from services.upload import IncomingFile, Origin, Uploaded, UploadRequest
from standins.imgur.records import Account
from tests.cogs.conftest import Discord, answer, buttons, text, walk
from tests.cogs.limits import assert_sendable, written
from tests.cogs.test_upload import UPLOAD, pictures
from tests.cogs.worst import MOST_CHANGED
from tests.reading import english
from tests.standins import samples

ADD = "* /3/album/*"


async def sent(discord: Discord, files: Sequence[tuple[str, bytes]], actor: Any = None, **filled: Any) -> Any:
    """The message with which the form is answered."""
    opened = await discord.run("upload", actor, **{k: v for k, v in filled.items() if k in {"anonymous", "mute"}})
    rest = {k: v for k, v in filled.items() if k not in {"anonymous", "mute"}}
    return await (actor or discord.alice).submit_modal(opened, {"files": list(files), **rest})


def files(*names: str) -> list[tuple[str, bytes]]:
    """So many real pictures, each of another width."""
    return [(name, samples.png(width)) for width, name in enumerate(names, 1)]


def lines(message: Any) -> list[str]:
    """The numbered lines."""
    return [line for line in text(message).splitlines() if re.match(r"\*\*\d+\.\*\* ", line)]


# --- the form --------------------------------------------------------------------------------------------------------


def test_the_form_begins_with_what_the_command_was_given_and_fits() -> None:
    long = Given("t" * TITLE_LIMIT, "d" * 1000, "a" * 2000, anonymous=False, mute=True, spoiler=True, share=True)
    for given in (Given(), long):
        form = UploadForm(2**63, given).to_dict()
        assert len(form["title"]) <= 45
        assert len(form["components"]) == 5
        for part in walk(form["components"]):
            assert len(part.get("label", "")) <= 45
            assert len(part.get("description", "")) <= 100
    fields = {part["component"]["custom_id"]: part["component"] for part in form["components"]}
    assert (fields["files"]["min_values"], fields["files"]["max_values"]) == (1, 10)
    assert fields["files"]["file_types"][:3] == ["image", "video", ".heic"]
    assert fields["title"]["value"] == "t" * TITLE_LIMIT
    assert [option["default"] for option in fields["how"]["options"]] == [True, True, False, False, False, False]
    assert form["custom_id"] == f"v1:upload-sent:{2**63}:account:1"


async def test_it_opens_as_the_answer_to_a_command_without_a_file(discord: Discord) -> None:
    before = len(discord.env.http_requests)
    await discord.run("upload", title="Hills")
    [opened] = [entry.json for entry in discord.env.http_requests[before:] if entry.json]
    assert opened["type"] == 9
    assert english(opened["data"]["title"]) == "Upload to Imgur"


async def test_option_and_form_offer_pictures_and_videos_alone(
    discord: Discord, linked: Account, picture: bytes
) -> None:
    put = next(entry for entry in discord.env.http_requests if entry.method == "PUT")
    assert put.json is not None
    imgur = next(command for command in put.json if command["name"] == "imgur")
    upload = next(option for option in imgur["options"] if option["name"] == "upload")
    narrow = {option["name"]: option["file_types"] for option in upload["options"] if "file_types" in option}
    assert narrow == {"file": list(FILE_TYPES)}
    assert len(FILE_TYPES) <= 10
    with pytest.raises(SetupError, match="does not allow file extension"):
        await discord.run("upload", file=("notes.txt", b"words"))
    for name in ("a.HEIC", "b.jxl", "c.webp"):
        assert "Uploaded to your" in text(answer(await discord.run("upload", file=(name, picture + name.encode()))))


# --- an outcome for each ---------------------------------------------------------------------------------------------


async def test_each_is_told_in_its_order_and_what_failed_is_sent_again_alone(
    discord: Discord, linked: Account, picture: bytes
) -> None:
    three = [("image.png", picture), ("image.png", b"no picture"), ("image.png", picture + b"x")]
    message = answer(await sent(discord, three, title="Hill", description="Green", how=["spoiler"]))
    by_title = {image.title: image for image in discord.standin.world.images_of(linked)}
    one, two = by_title["Hill 1"], by_title["Hill 3"]  # three at a time: either may have come first
    assert "### 2 uploaded, 1 not" in text(message)
    first, second, third = lines(message)
    assert f"[Hill 1](https://imgur.com/{one.id})" in first
    assert second == "**2.** image.png: **That is text, not a picture**"
    assert f"[Hill 3](https://imgur.com/{two.id})" in third
    assert "or a screenshot of the text." in text(message)
    assert [item["spoiler"] for item in pictures(message)] == [True, True]
    assert [item["description"] for item in pictures(message)] == ["Green", "Green"]
    before, links = len(discord.standin.sent(UPLOAD)), lines(message)
    again = answer(await discord.click(message, "Try it again"))
    assert len(discord.standin.sent(UPLOAD)) == before
    assert "### That is text, not a picture" in text(again)
    assert lines(message) == links, "what went up is still told where it was"
    gone = answer(await discord.click(message, "Try it again"))
    assert "Nothing was sent twice" in text(gone), "nor is anybody told to begin anew"
    assert lines(message) == links


async def test_one_file_is_told_as_one(discord: Discord, linked: Account, picture: bytes) -> None:
    message = answer(await sent(discord, files("hill.jpg"), title="A hill"))
    assert "Uploaded to your Imgur account" in text(message)
    assert "### A hill" in text(message)


async def test_without_an_account_it_is_asked_once_where_they_go(discord: Discord, picture: bytes) -> None:
    question = answer(await sent(discord, files("a.jpg", "b.jpg")))
    assert "### Where should this go?" in text(question)
    message = answer(await discord.click(question, "Upload anonymously"))
    assert "### 2 uploaded" in text(message)
    assert len(discord.standin.world.images) == 2
    assert await discord.house.services.uploads.anonymous_count(discord.alice.id) == 2


async def test_shared_are_those_that_went_up_and_what_failed_stays_private(
    discord: Discord, linked: Account, picture: bytes
) -> None:
    three = [("secret name.jpg", picture), ("b.png", b"no picture"), ("c.jpg", picture + b"c")]
    result = await sent(discord, three, how=["share"])
    [public] = discord.channel.history()
    assert len(pictures(public)) == 2
    assert "secret name" not in text(public)
    assert "b.png" not in text(public)
    private = [text(message) for message in result.followups if message.id != public.id]
    assert any("b.png: **That is text, not a picture**" in said for said in private)


async def test_what_went_wrong_with_their_album_is_told_when_they_are_shared(
    discord: Discord, linked: Account, picture: bytes
) -> None:
    album = discord.standin.world.add_album(linked, title="Hills")
    discord.standin.fail_next("over-capacity-500", f"P* /3/album/{album.id}*", times=50)
    result = await sent(discord, [("a.webp", samples.WEBP), ("b.jpg", picture)], album="Hills", how=["share"])
    private = text(answer(result))
    assert "### Shared" in private
    assert "not certain that they are in the album https://imgur.com/a/" in private
    assert re.search(r"^https://imgur.com/\w+ · WebP turned into", private, re.MULTILINE)


# --- order -----------------------------------------------------------------------------------------------------------


async def test_they_stand_in_a_new_album_as_they_were_picked_though_the_first_comes_last(
    discord: Discord, linked: Account, picture: bytes
) -> None:
    question = answer(await sent(discord, files("a.jpg", "b.jpg", "c.jpg"), album="Hills"))
    assert not discord.standin.sent(UPLOAD)
    discord.attachments.delays = {"a.jpg": 0.5, "b.jpg": 0.2}
    message = answer(await discord.click(question, "Make it and upload"))
    assert [image.width for image in discord.standin.world.images.values() if image.data] == [3, 2, 1]
    [album] = discord.standin.world.albums.values()
    assert [image.width for image in album.images] == [1, 2, 3]
    assert [line.rpartition("/")[2].rstrip(")") for line in lines(message)] == [image.id for image in album.images]
    assert f"Album: [Hills](https://imgur.com/a/{album.id})" in text(message)


# --- what ends it ----------------------------------------------------------------------------------------------------


async def test_a_spent_limit_ends_it_and_the_rest_goes_into_the_same_album_later(
    discord: Discord, linked: Account, picture: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(several, "AT_ONCE", 1)
    album = discord.standin.world.add_album(linked, title="Hills")
    discord.attachments.meanwhile["3.jpg"] = lambda: discord.standin.fail_next("too-fast-429", UPLOAD)
    message = answer(await sent(discord, files("1.jpg", "2.jpg", "3.jpg", "4.jpg", "5.jpg"), album="Hills"))
    assert "### 2 uploaded, 3 not" in text(message)
    assert len(discord.standin.sent(UPLOAD)) == 3
    assert text(message).count("**Imgur takes no more uploads for now") == 3 + 1
    assert len(album.images) == 2
    before = len(discord.standin.requests)
    discord.env.settle_timeout = 6
    again = answer(await discord.click(message, "Try these 3 again"))  # too early, and told so without asking Imgur
    assert "### Nothing was uploaded" in text(again)
    assert "upload again <t:" in text(again)
    assert "Try these 3 again" in buttons(again)
    assert not [request for request in discord.standin.requests[before:] if "upload" in request.line]


async def test_nothing_is_begun_once_time_is_up_and_again_works(
    discord: Discord, linked: Account, picture: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    album = discord.standin.world.add_album(linked, title="Hills")
    monkeypatch.setattr(sys.modules["cogs.upload._cog"], "LONGEST", -1.0)  # the one that this bot has loaded
    message = answer(await sent(discord, files("a.jpg", "b.jpg"), album="Hills"))
    assert "### Nothing was uploaded" in text(message)
    assert "The upload took too long" in text(message)
    assert not discord.standin.sent(UPLOAD)
    monkeypatch.undo()
    again = answer(await discord.click(message, "Try these 2 again"))
    assert "### 2 uploaded" in text(again)
    assert [image.data for image in album.images] == [data for _, data in files("a.jpg", "b.jpg")]


async def test_a_fault_of_ours_at_one_costs_no_other(discord: Discord, linked: Account, picture: bytes) -> None:
    discord.standin.fail_next("html-kittens-200", UPLOAD)
    message = answer(await sent(discord, files("a.jpg", "b.jpg", "c.jpg")))
    assert "2 uploaded, 1 not" in text(message)
    assert "The picture may be there" in text(message)
    assert not [label for label in buttons(message) if "again" in label], "nobody sends blindly what may be there"


async def test_those_under_way_are_waited_for_when_all_is_stopped(
    discord: Discord, linked: Account, picture: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three are past their last byte: what remains of them is told; two have not begun."""
    held = discord.standin.switches.hold(UPLOAD, answer=True)
    opened = await discord.run("upload")
    discord.env.settle_timeout = 0.3
    with pytest.raises(TimeoutError):
        await discord.alice.submit_modal(
            opened, {"files": files("a.jpg", "b.jpg", "c.jpg", "d.jpg", "e.jpg"), "album": ""}
        )
    async with asyncio.timeout(20):
        while len(discord.standin.sent(UPLOAD)) < 3:  # noqa: ASYNC110 - of the stand-in
            await asyncio.sleep(0.01)
    monkeypatch.setattr(door, "GRACE", 0.1)
    asyncio.get_running_loop().call_later(0.5, held.release)
    await discord.house.bot.door.close()
    message = discord.channel.history(viewer=discord.alice)[-1]
    assert [line.partition("**")[2].partition("**")[2] for line in lines(message)] == [
        *(f" {name}.jpg: **The upload was ended**" for name in "abc"),
        *(f" {name}.jpg: **Not sent**" for name in "de"),
    ]
    assert "it was deleted there again" in text(message)
    assert not discord.standin.world.images


async def test_an_album_that_takes_none_of_them_costs_none_of_them(
    discord: Discord, linked: Account, picture: bytes
) -> None:
    anonymous = answer(await sent(discord, files("a.jpg", "b.jpg"), album="Hills", anonymous=True))
    assert "cannot go into an album" in text(anonymous)
    await discord.click(anonymous, "Upload without an album")
    assert "### 2 uploaded" in text(anonymous)
    refused = answer(await sent(discord, files("c.jpg", "d.jpg"), album="https://imgur.com/a/Gone123"))
    assert list(buttons(refused)) == ["Upload without an album"]
    await discord.click(refused, "Upload without an album")
    assert "### 2 uploaded" in text(refused)


async def test_a_fault_at_the_album_loses_no_link(discord: Discord, linked: Account, picture: bytes) -> None:
    album = discord.standin.world.add_album(linked, title="Hills")
    discord.standin.fail_next("over-capacity-500", f"P* /3/album/{album.id}*", times=50)
    message = answer(await sent(discord, files("a.jpg", "b.jpg"), album="Hills"))
    assert "### 2 uploaded" in text(message)
    assert len(lines(message)) == 2
    told = text(message).partition("It is not certain that they are in the album ")[2]
    assert "Hills" in told
    assert "Imgur" in told.partition("\n")[2], "and why"


@pytest.mark.parametrize("odd", [{}, None, {"attachments": None}, {"attachments": {"123": {"id": "123"}}}])
def test_a_file_that_discord_does_not_tell_of_is_another_release_s(odd: Any) -> None:
    interaction = SimpleNamespace(data={"resolved": odd}, _state=None, user=SimpleNamespace(id=1))
    with pytest.raises(OutdatedError):
        requests(cast("Any", interaction), ["123"], Given())
    with pytest.raises(OutdatedError):
        read("elsewhere", "0", {"title": "", "description": "", "album": "", "how": []})


async def test_a_voice_message_among_others_costs_none_of_them(
    discord: Discord, linked: Account, picture: bytes
) -> None:
    uploads = discord.house.services.several
    request = UploadRequest(discord.alice.id, IncomingFile("a.ogg", 10, "", origin=Origin.VOICE_MESSAGE))
    batch = Batch.of([request])
    await uploads.upload(batch, float("inf"))
    assert isinstance(batch.entries[0].trouble, VoiceMessageError)


# --- how it looks ----------------------------------------------------------------------------------------------------


def batch(count: int = 10, *, failed: int = 0) -> Batch:
    """As long as everything may be."""
    name = "\N{CAT FACE}*_`[]" * 40
    requests = [UploadRequest(2**63, IncomingFile(name, 99_999_999, "", hidden=True), name) for _ in range(count)]
    made = Batch.of(requests)
    faults = [RateLimitedError(retry_after=99_999), FileTooLargeError(name, 2**40, 2**30, video=True)]
    faults += [UploadTooSlowError(), OverCapacityError(), ShrinkableError(name, 2**40, 2**30, NoVideo.NO_FFMPEG)]
    faults.append(DetailsStayError(has_ffmpeg=False))
    for number, entry in enumerate(made.entries):
        entry.is_begun, entry.sent = True, 50_000_000
        if number < failed:
            entry.trouble = faults[number % len(faults)]
        else:
            image = Image("a" * 28, title=name, link="https://i.imgur.com/abc1234.jpg", description=name)
            entry.uploaded = Uploaded(image, anonymous=False, can=frozenset(), changes=MOST_CHANGED)
    made.album = Album("b" * 28, title=name)
    made.filled, made.album_trouble = Filled(made.album, {}), OverCapacityError()
    return made


@pytest.mark.parametrize("failed", range(0, 11, 2))
@pytest.mark.parametrize("shared", [True, False])
@pytest.mark.parametrize("bare", [True, False])
def test_ten_outcomes_fit_with_all_links_and_numbers(failed: int, *, shared: bool, bare: bool) -> None:
    if shared and failed == 10:
        return  # which is shared with nobody
    view = several_view(
        batch(failed=failed), 2**63, again="f" * 16, smaller="e" * 16, as_is="d" * 16, shared=shared, bare=bare
    )
    assert_sendable(view)
    said = written(view)
    assert said.count("](https://imgur.com/" + "a" * 28 + ")") == 10 - failed
    if not shared:
        assert all(f"**{number}.**" in said for number in range(1, 11))


def test_progress_of_ten_fits() -> None:
    made = batch(failed=5)
    for entry in made.entries[3:7]:
        entry.uploaded = entry.trouble = None
    made.entries[4].is_begun = False
    view = progress_view(made, "f" * 16, 2**63)
    assert_sendable(view)
    assert "50 %" in written(view)
    assert "waits" in written(view)
