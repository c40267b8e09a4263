"""Showing things to others, and what of it they see openly."""

from __future__ import annotations

from typing import Any

import pytest

from cogs.ui.copying import lines_of, links_file, links_view
from imgur.models import Image
from services.snippets import Style
from standins.imgur.records import Account, StoredImage
from tests.cogs import limits
from tests.cogs.conftest import Discord, answer, buttons, components, text, walk
from tests.cogs.places import marked, thread_of, when_asked, with_interactions
from tests.cogs.test_gallery import listed, pictures

FOLLOW_UP = "/webhooks/*"


@pytest.fixture
def image(discord: Discord, linked: Account) -> StoredImage:
    """A picture of Alice's that Imgur calls harmless."""
    return discord.standin.world.add_image(linked, title="Hill", description="A green hill.", nsfw=False)


def spoilers(message: Any) -> list[bool]:
    return [item["spoiler"] for item in pictures(message)]


def guild_id(discord: Discord) -> int:
    assert discord.channel.guild is not None
    return discord.channel.guild.id


async def shared(discord: Discord, command: str = "show", **options: Any) -> Any:
    """What everyone sees."""
    [message] = (await discord.run(command, share=True, **options)).followups
    assert not message.ephemeral
    return message


def menu(message: Any) -> dict[str, Any]:
    return next(part for part in walk(components(message)) if part["type"] == 3)


async def tick_all(discord: Discord) -> Any:
    """Alice's gallery with all of its first page ticked."""
    message = answer(await discord.run("images"))
    await discord.click(message, "Select…")
    await discord.alice.select(message, values=[option["value"] for option in menu(message)["options"]])
    return message


# --- the button ---------------------------------------------------------------------------------------------------


async def test_a_private_item_is_shared_by_its_button_and_stays_as_it_is(discord: Discord, image: StoredImage) -> None:
    private = answer(await discord.run("show", image=image.id))
    before = text(private)
    pressed = await discord.click(private, "Share")
    [public] = pressed.followups
    assert not public.ephemeral
    assert text(public).startswith(f"**Shared by** <@{discord.alice.id}>\n### Hill")
    assert "Shared by" not in before
    assert list(buttons(public)) == ["Open on Imgur", "Edit", "Favorite", "Delete", "Copy", "Report…"]
    assert "Everyone here can see it below" in text(answer(pressed))
    assert text(discord.reread(private)) == before


async def test_an_upload_is_shared_by_its_button_openly_as_its_user_has_just_said(
    discord: Discord, linked: Account, picture: bytes
) -> None:
    private = answer(await discord.run("upload", file=("a.jpg", picture)))
    [public] = (await discord.click(private, "Share")).followups
    assert spoilers(public) == [False]
    private = answer(await discord.run("upload", file=("a.jpg", picture + b"2"), spoiler=True))
    [public] = (await discord.click(private, "Share")).followups
    assert spoilers(public) == [True]


@pytest.mark.parametrize("anonymous", [True, False])
async def test_what_imgur_calls_mature_since_it_was_uploaded_is_not_shared_openly(
    discord: Discord, linked: Account, picture: bytes, *, anonymous: bool
) -> None:
    form = await discord.run("upload", anonymous=anonymous)
    files = [("a.jpg", picture), ("b.jpg", picture + b"b")]
    private = answer(await discord.alice.submit_modal(form, {"files": files, "how": []}))
    first, _ = listed(private)
    discord.standin.world.images[first].nsfw = True
    [public] = (await discord.click(private, "Share")).followups
    assert spoilers(public) == [True, False]
    await discord.house.services.sharing.allow_mature(guild_id(discord), mature=False)
    pressed = await discord.click(private, "Share")
    assert "This server wants no mature pictures" in text(answer(pressed))
    assert not pressed.followups


async def test_an_openly_shared_upload_stays_open_when_its_owner_edits_it(
    discord: Discord, linked: Account, picture: bytes
) -> None:
    message = await shared(discord, "upload", file=("a.jpg", picture + b"3"))
    assert spoilers(message) == [False]
    form = await discord.click(message, "Edit")
    await discord.alice.submit_modal(form, {"title": "New", "description": ""})
    assert "### New" in text(discord.reread(message))
    assert spoilers(discord.reread(message)) == [False]


async def test_a_gallery_is_shared_by_its_button_as_it_is_shown(discord: Discord, linked: Account) -> None:
    for number in range(12):
        discord.standin.world.add_image(linked, title=f"Picture {number}", nsfw=False)
    private = answer(await discord.run("images"))
    await discord.click(private, "Next")
    [public] = (await discord.click(private, "Share")).followups
    assert f"<@{discord.alice.id}>: images" in text(public)
    assert "Page 2 of 2" in text(public)
    assert spoilers(public) == [False, False]


async def test_a_page_of_a_search_is_shared_by_its_button(discord: Discord) -> None:
    for number in range(12):
        discord.standin.world.add_image(title=f"Cat {number}", in_gallery=True, nsfw=False)
    private = answer(await discord.run("search", query="cat"))
    await discord.click(private, "Next")
    [public] = (await discord.click(private, "Share")).followups
    assert f"<@{discord.alice.id}> on Imgur: cat" in text(public)
    assert listed(public) == listed(discord.reread(private))
    assert "Report…" in buttons(public)


async def test_what_is_ticked_is_shared_in_its_order_and_anyone_may_look(discord: Discord, linked: Account) -> None:
    world = discord.standin.world
    images = [world.add_image(linked, title=f"Picture {number}", nsfw=False) for number in range(3)][::-1]
    message = await tick_all(discord)
    [public] = (await discord.click(message, "Share")).followups
    assert f"<@{discord.alice.id}> shared 3 pictures" in text(public)
    assert [item["media"]["url"] for item in pictures(public)] == [f"https://i.imgur.com/{i.id}l.jpg" for i in images]
    looked = answer(await discord.bob.select(public, values=[f"image:{images[0].id}"]))
    assert "Picture 2" in text(looked)
    assert list(buttons(looked)) == ["Open on Imgur", "Copy", "Tag", "Share"]


async def test_no_more_is_shared_at_once_than_a_message_shows(discord: Discord, linked: Account) -> None:
    for _ in range(12):
        discord.standin.world.add_image(linked)
    message = await tick_all(discord)
    await discord.click(message, "Next")
    values = [option["value"] for option in menu(message)["options"]]
    await discord.alice.select(message, values=values)
    pressed = await discord.click(message, "Share")
    assert "Tick no more than 10 pictures." in text(answer(pressed))
    assert not pressed.followups


async def test_several_uploads_are_copied_and_shared_later_by_their_message(
    discord: Discord, linked: Account, picture: bytes
) -> None:
    form = await discord.run("upload")
    files = [("a.jpg", picture), ("SPOILER_b.jpg", picture + b"2"), ("c.jpg", picture + b"3")]
    private = answer(await discord.alice.submit_modal(form, {"files": files, "how": []}))
    copied = answer(await discord.click(private, "Copy links"))
    ids = listed(private)
    assert [line for line in text(copied).splitlines() if "https" in line] == [
        f"https://imgur.com/{ids[0]}", f"||https://imgur.com/{ids[1]}||", f"https://imgur.com/{ids[2]}",
    ]  # fmt: skip
    [public] = (await discord.click(private, "Share")).followups
    assert spoilers(public) == [False, True, False]
    await discord.alice.select(copied, values=["html"])
    assert text(copied).count("<img") == 2


def test_links_with_long_signs_in_them_are_all_there() -> None:
    """Discord counts halves: what is cut off would end neither its line nor the block."""
    items = [Image(f"abcde{number:02}", title="👏" * 90) for number in range(40)]
    links = lines_of(items, frozenset(), Style.MARKDOWN)
    _, inside, behind = limits.written(links_view(links, Style.MARKDOWN, 1, "view")).split("```")
    assert inside.splitlines()[1:] == links[: len(inside.splitlines()) - 1]
    assert "These are the first" in behind
    assert links_file(links)


# --- who sees what openly -----------------------------------------------------------------------------------------


async def test_alone_one_sees_all_but_what_is_marked_mature(discord: Discord, linked: Account) -> None:
    for nsfw in (True, None, False):
        image = discord.standin.world.add_image(linked, nsfw=nsfw)
        assert spoilers(answer(await discord.run("show", image=image.id))) == [nsfw is True]


@pytest.mark.parametrize("nsfw", [True, None])
async def test_others_see_behind_a_spoiler_what_imgur_does_not_call_harmless(
    discord: Discord, linked: Account, monkeypatch: pytest.MonkeyPatch, nsfw: bool | None
) -> None:
    with_interactions(monkeypatch, marked(nsfw=False))  # whatever the whole server is
    image = discord.standin.world.add_image(linked, nsfw=nsfw)
    assert spoilers(await shared(discord, image=image.id)) == [True]
    assert spoilers(await shared(discord, "images")) == [True]
    album = discord.standin.world.add_album(linked, title="Album", images=[image])
    assert spoilers(await shared(discord, image=f"https://imgur.com/a/{album.id}")) == [True]


@pytest.mark.parametrize("nsfw", [True, None])
async def test_where_age_is_asked_for_only_what_was_uploaded_as_a_spoiler_is_one(
    discord: Discord, linked: Account, monkeypatch: pytest.MonkeyPatch, picture: bytes, nsfw: bool | None
) -> None:
    with_interactions(monkeypatch, marked(nsfw=True))
    image = discord.standin.world.add_image(linked, nsfw=nsfw)
    message = await shared(discord, image=image.id)
    assert spoilers(message) == [False]
    await discord.click(await shared(discord, "images"), "Refresh")
    assert spoilers(await shared(discord, "images")) == [False]
    hidden = await shared(discord, "upload", file=("a.jpg", picture), spoiler=True)
    assert spoilers(hidden) == [True]


async def test_one_of_four_is_a_spoiler_in_every_way_of_showing_them(
    discord: Discord, linked: Account, picture: bytes
) -> None:
    world = discord.standin.world
    await discord.run("upload", file=("a.jpg", picture), spoiler=True)
    (secret,) = world.images_of(linked)
    open_ones = [world.add_image(linked, nsfw=False, title=f"Open {number}") for number in range(3)]
    secret.nsfw = False  # Imgur has nothing against it
    there = [image.id == secret.id for image in world.images_of(linked)]
    assert spoilers(await shared(discord, "images")) == there
    message = await tick_all(discord)
    [public] = (await discord.click(message, "Share")).followups
    assert spoilers(public) == there
    copied = answer(await discord.click(message, "Copy links"))
    for style in ("link", "direct", "markdown", "bbcode", "html"):
        await discord.alice.select(copied, values=[style])
        lines = [line for line in text(copied).splitlines() if "https" in line]
        assert [secret.id in line for line in lines] == there
        covered = ["||" in line or "[spoiler]" in line or (style == "html" and "<img" not in line) for line in lines]
        assert covered == there, style
    album = world.add_album(linked, title="Album", images=[*open_ones, secret])
    assert spoilers(await shared(discord, image=f"https://imgur.com/a/{album.id}")) == [False] * 3 + [True]


# --- threads ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [10, 11, 12])
@pytest.mark.parametrize("restricted", [True, False])
async def test_a_thread_is_what_its_parent_is_and_discord_is_asked_once(
    discord: Discord, linked: Account, monkeypatch: pytest.MonkeyPatch, kind: int, *, restricted: bool
) -> None:
    parent = discord.channel.id
    with_interactions(monkeypatch, thread_of(parent, kind))
    when_asked(monkeypatch, marked(restricted))
    image = discord.standin.world.add_image(linked, nsfw=True)
    for _ in range(2):
        message = await shared(discord, image=image.id)
        assert spoilers(message) == [not restricted]
    asked = [call for call in discord.env.http_requests if call.method == "GET" and "/channels/" in call.path]
    assert len(asked) == 1
    await discord.click(await shared(discord, "images"), "Refresh")
    assert spoilers(await shared(discord, "images")) == [not restricted]


@pytest.mark.parametrize(("status", "code"), [(403, 50001), (404, 10003)])
async def test_where_discord_does_not_tell_of_the_parent_it_is_hidden(
    discord: Discord, linked: Account, monkeypatch: pytest.MonkeyPatch, status: int, code: int
) -> None:
    with_interactions(monkeypatch, thread_of(discord.channel.id))
    discord.env.inject_error("GET", "/channels/*", status=status, code=code, times=None)
    image = discord.standin.world.add_image(linked, nsfw=True)
    assert spoilers(await shared(discord, image=image.id)) == [True]


# --- where it cannot be shown -------------------------------------------------------------------------------------


@pytest.mark.parametrize(("status", "code"), [(403, 50001), (403, 50013), (400, 50083)])
async def test_who_may_not_speak_has_the_link_and_hears_that_nothing_was_shared(
    discord: Discord, image: StoredImage, status: int, code: int
) -> None:
    discord.env.inject_error("POST", FOLLOW_UP, status=status, code=code, times=None)
    private = answer(await discord.run("show", image=image.id, share=True))
    assert f"https://imgur.com/{image.id}" in text(private)
    assert "Only you can see this" in text(private)
    pressed = answer(await discord.click(private, "Share"))
    assert "Only you can see this" in text(pressed)


# --- alt text and previews ----------------------------------------------------------------------------------------


async def test_a_picture_without_alt_text_asks_for_it_and_goes_up_without(
    discord: Discord, linked: Account, picture: bytes
) -> None:
    message = answer(await discord.run("upload", file=("a.jpg", picture), title="Hill"))
    form = await discord.click(message, "Add alt text")
    await discord.alice.submit_modal(form, {"title": "Hill", "description": "A green hill."})
    assert pictures(message)[0]["description"] == "A green hill."
    assert "Add alt text" not in buttons(message)


async def test_of_several_each_without_alt_text_can_get_one_and_their_links_stay(
    discord: Discord, linked: Account, picture: bytes
) -> None:
    form = await discord.run("upload")
    two = [("a.jpg", picture), ("b.jpg", picture + b"2")]
    private = answer(await discord.alice.submit_modal(form, {"files": two, "how": []}))
    before = text(private)
    second = listed(private)[1]
    form = await discord.alice.select(private, values=[second])
    saved = answer(await discord.alice.submit_modal(form, {"title": "", "description": "A green hill."}))
    assert pictures(saved)[0]["description"] == "A green hill."
    assert f"https://imgur.com/{second}" in text(saved)
    assert discord.standin.world.images[second].description == "A green hill."
    assert text(discord.reread(private)) == before
    [public] = (await discord.click(private, "Share")).followups
    assert pictures(public)[1]["description"] == "A green hill."
    assert spoilers(public) == [False, False]
    form = await discord.run("upload")
    others = [("a.jpg", picture + b"3"), ("b.jpg", picture + b"4")]
    files = {"files": others, "how": [], "description": "Hills"}
    described = answer(await discord.alice.submit_modal(form, files))
    assert "item-describe" not in str(components(described))


# --- what alone one sees openly is not for others ------------------------------------------------------------------


async def test_what_imgur_does_not_judge_is_hidden_from_others_whatever_was_pressed_before_share(
    discord: Discord, linked: Account
) -> None:
    image = discord.standin.world.add_image(linked, title="Hill", description="A hill.", nsfw=None)
    private = answer(await discord.run("show", image=image.id))
    await discord.click(private, "Favorite")
    assert spoilers(private) == [False]
    [public] = (await discord.click(private, "Share")).followups
    assert spoilers(public) == [True]
    looked = answer(await discord.alice.select(answer(await discord.run("images")), values=[f"image:{image.id}"]))
    [public] = (await discord.click(looked, "Share")).followups
    assert spoilers(public) == [True]


async def test_what_was_just_uploaded_is_still_shared_openly_after_it_was_edited(
    discord: Discord, linked: Account, picture: bytes
) -> None:
    private = answer(await discord.run("upload", file=("a.jpg", picture)))
    form = await discord.click(private, "Add alt text")
    await discord.alice.submit_modal(form, {"title": "Hill", "description": "A green hill."})
    [public] = (await discord.click(private, "Share")).followups
    assert spoilers(public) == [False]


async def test_an_open_upload_is_covered_no_less_than_others_once_its_channel_asks_nobodys_age_any_more(
    discord: Discord, linked: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = discord.standin.world.add_image(linked, title="Hill", nsfw=None)
    with_interactions(monkeypatch, marked(nsfw=True))
    public = await shared(discord, image=image.id)
    assert spoilers(public) == [False]
    with_interactions(monkeypatch, marked(nsfw=False))
    form = await discord.click(public, "Edit")
    await discord.alice.submit_modal(form, {"title": "New", "description": ""})
    assert spoilers(discord.reread(public)) == [True]


async def test_anyone_may_have_the_whole_of_a_shared_gallerys_picture_for_themselves(
    discord: Discord, linked: Account
) -> None:
    images = [discord.standin.world.add_image(linked, title=f"Picture {n}", nsfw=False) for n in range(2)]
    public = await shared(discord, "images")
    looked = answer(await discord.bob.select(public, values=[f"image:{images[0].id}"]))
    assert [item["media"]["url"] for item in pictures(looked)] == [f"https://i.imgur.com/{images[0].id}.jpg"]
    assert "Edit" not in buttons(looked)


async def test_a_spoiler_stays_one_whatever_becomes_of_the_picture(
    discord: Discord, linked: Account, picture: bytes
) -> None:
    world = discord.standin.world
    private = answer(await discord.run("upload", file=("a.jpg", picture), title="Secret", spoiler=True))
    (secret,) = world.images_of(linked)
    secret.nsfw, secret.in_gallery = False, True
    form = await discord.click(private, "Edit")
    await discord.alice.submit_modal(form, {"title": "New", "description": "Said"})
    assert spoilers(private) == [True]
    bobs = world.add_account("bob_pictures")
    await discord.link(bobs, discord.bob)
    world.add_favorites(bobs, [secret])
    publics = [
        (await discord.click(private, "Share")).followups[0],
        (await discord.click(answer(await discord.run("show", image=secret.id)), "Share")).followups[0],
        await shared(discord, "random"),
        await shared(discord, "search", query="New"),
        (await discord.click(answer(await discord.run("images")), "Share")).followups[0],
        (await discord.run("favorites", discord.bob, share=True)).followups[0],
        (await discord.run("show", discord.bob, image=f"https://imgur.com/{secret.id}", share=True)).followups[0],
    ]
    for number, public in enumerate(publics):
        assert spoilers(public) == [True], number
        if "Refresh" in buttons(public):
            await discord.click(public, "Refresh", discord.bob if number == 5 else None)
            assert spoilers(discord.reread(public)) == [True], number
        if "Copy" in buttons(public):
            copied = text(answer(await discord.click(public, "Copy", discord.bob)))
            assert f"||https://imgur.com/{secret.id}||" in copied
            assert "<img" not in copied
    await discord.click(publics[2], "Another one")
    assert spoilers(discord.reread(publics[2])) == [True]
    form = await discord.click(publics[0], "Edit")
    await discord.alice.submit_modal(form, {"title": "Newer", "description": "Said"})
    assert spoilers(discord.reread(publics[0])) == [True]


@pytest.mark.parametrize("kind", [2, 5, 13])
@pytest.mark.parametrize("restricted", [True, False])
async def test_channels_of_other_kinds_say_themselves_whether_age_is_asked_for(
    discord: Discord, linked: Account, monkeypatch: pytest.MonkeyPatch, kind: int, *, restricted: bool
) -> None:
    """Voice, announcements, stages: all can be written in."""
    voice = {"bitrate": 64000, "user_limit": 0, "rtc_region": None}
    with_interactions(monkeypatch, lambda payload: payload | voice | {"type": kind, "nsfw": restricted})
    image = discord.standin.world.add_image(linked, nsfw=True)
    assert spoilers(await shared(discord, image=image.id)) == [not restricted]
    assert not [call for call in discord.env.http_requests if call.method == "GET" and "/channels/" in call.path]


async def test_a_channel_of_a_kind_that_is_still_to_come_is_not_marked(
    discord: Discord, linked: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_interactions(monkeypatch, lambda payload: payload | {"type": 99, "nsfw": True})
    image = discord.standin.world.add_image(linked, nsfw=True)
    assert spoilers(await shared(discord, image=image.id)) == [True]


async def test_between_people_mature_pictures_are_spoilers(discord: Discord, linked: Account) -> None:
    image = discord.standin.world.add_image(linked, nsfw=True)
    [public] = (await discord.alice_user.slash("imgur show", image=image.id, share=True)).followups
    assert spoilers(public) == [True]


async def test_of_an_album_the_one_mature_picture_alone_is_a_spoiler(discord: Discord, linked: Account) -> None:
    world = discord.standin.world
    images = [world.add_image(linked, nsfw=number == 1) for number in range(3)]
    album = world.add_album(linked, title="Album", images=images)
    public = await shared(discord, image=f"https://imgur.com/a/{album.id}")
    assert spoilers(public) == [False, True, False]
    inside = await shared(discord, "images", album=album.id)
    assert sorted(spoilers(inside)) == [False, False, True]
