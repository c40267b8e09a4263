"""`/imgur images` and `/imgur favorites` as users see them, and what went over the wire."""

from __future__ import annotations

import re
from typing import Any

import pytest
from simcord import InteractionResult
from simcord.http import _helpers
from simcord.http.routes import interactions

from standins.imgur.records import Account, StoredImage
from tests.cogs.conftest import Discord, answer, buttons, components, text, walk

FAVORITES = "GET /3/account/me/favorites/*"


def pictures(message: Any) -> list[dict[str, Any]]:
    return [item for part in walk(components(message)) if part["type"] == 12 for item in part["items"]]


def options(message: Any) -> list[str]:
    return [o["value"] for part in walk(components(message)) if part["type"] == 3 for o in part["options"]]


def listed(message: Any) -> list[str]:
    """The ids on the page."""
    return re.findall(r"\]\(https://imgur\.com/(?:a/)?(\w+)\)", text(message))


def enabled(message: Any) -> list[str]:
    return [label for label, button in buttons(message).items() if not button.get("disabled")]


async def upload_anonymously(discord: Discord, picture: bytes, title: str) -> StoredImage:
    """An upload of Alice's that belongs to no account."""
    await discord.run(
        "upload", file=("a.jpg", picture + title.encode()), title=title, description="Before", anonymous=True
    )
    discord.standin.requests.clear()
    return list(discord.standin.world.images.values())[-1]


async def all_pages(discord: Discord, message: Any, button: str = "Next") -> list[str]:
    """What is listed on this page and on all that follow by pressing one button, until it is disabled."""
    found = listed(message)
    while button in enabled(message):
        result = await discord.click(message, button)
        assert not result.followups
        found += listed(message)
    return found


async def test_images_are_a_gallery_of_the_account(discord: Discord, linked: Account) -> None:
    for number in range(23):
        discord.standin.world.add_image(linked, title=f"Picture *{number}*", nsfw=number == 22)
    images = [image.id for image in discord.standin.world.images_of(linked)]
    message = answer(await discord.run("images"))
    assert f"**1.** 🖼️ [Picture \\*22\\*](https://imgur.com/{images[0]})" in text(message)
    assert [item["media"]["url"] for item in pictures(message)] == [
        f"https://i.imgur.com/{i}l.jpg" for i in images[:10]
    ]
    assert [item["description"] for item in pictures(message)][:2] == ["Picture *22*", "Picture *21*"]
    assert [item["spoiler"] for item in pictures(message)][:2] == [True, False]
    assert "Page 1 of 3 · 23 in all" in text(message)
    assert enabled(message) == ["Next", "Last", "Refresh", "Select…", "Share"]
    assert await all_pages(discord, message) == images
    assert enabled(message) == ["First", "Previous", "Refresh", "Select…", "Share"]
    assert (await all_pages(discord, message, "Previous"))[3:] == [*images[10:20], *images[:10]]
    await discord.click(message, "Last")
    assert listed(message) == images[20:]
    await discord.click(message, "First")
    assert listed(message) == images[:10]


@pytest.mark.parametrize("command", ["images", "favorites"])
async def test_gallery_is_acknowledged_before_anything_else_is_done(
    discord: Discord, linked: Account, command: str
) -> None:
    for _ in range(11):
        discord.standin.world.add_favorites(linked, [discord.standin.world.add_image(linked)])
    before = len(discord.env.http_requests)
    message = answer(await discord.run(command))
    assert discord.env.http_requests[before].json == {"type": 5, "data": {"flags": 64}}
    before = len(discord.env.http_requests)
    await discord.click(message, "Next")
    assert discord.env.http_requests[before].json == {"type": 6}
    assert [entry.method for entry in discord.env.http_requests[before:]] == ["POST", "PATCH"]


@pytest.mark.parametrize("sort", ["newest", "oldest"])
async def test_favorites_are_paged_to_the_very_end(discord: Discord, linked: Account, sort: str) -> None:
    world = discord.standin.world
    liked = [world.add_album(title=f"Album {n}") if n % 9 == 4 else world.add_image(title=f"{n}") for n in range(137)]
    world.add_favorites(linked, liked)
    expected = [item.id for item in (liked if sort == "oldest" else liked[::-1])]
    message = answer(await discord.run("favorites", sort=sort))
    assert f"Your favorites, {sort} first" in text(message)
    assert "Page 1 of at least 6" in text(message)
    assert "📚 [Album 4](" in text(message) or sort == "newest"
    assert await all_pages(discord, message) == expected
    assert "Page 14 of 14" in text(message)
    assert len(discord.standin.sent(FAVORITES)) == 4
    await discord.click(message, "First")
    assert listed(message) == expected[:10]
    await discord.click(message, "Last known")
    assert listed(message) == expected[130:]
    assert len(discord.standin.sent(FAVORITES)) == 4


async def test_refresh_asks_imgur_again_and_stays_on_a_page_that_exists(discord: Discord, linked: Account) -> None:
    world = discord.standin.world
    liked = [world.add_image() for _ in range(15)]
    world.add_favorites(linked, liked)
    message = answer(await discord.run("favorites"))
    await discord.click(message, "Next")
    for image in liked[:8]:
        world.remove_image(image)
    await discord.click(message, "Refresh")
    assert listed(message) == [image.id for image in liked[:7:-1]]
    assert "Page 1 of 1" in text(message)


async def test_albums_and_images_are_told_apart_and_opened_privately(discord: Discord, linked: Account) -> None:
    world = discord.standin.world
    image, album = (
        world.add_image(title="Cat"),
        world.add_album(title="Trip", images=[world.add_image(), world.add_image()]),
    )
    world.add_favorites(linked, [image, album])
    message = answer(await discord.run("favorites"))
    assert "📚 [Trip](" in text(message)
    assert "🖼️ [Cat](" in text(message)
    assert options(message) == [f"album:{album.id}", f"image:{image.id}"]
    opened = answer(await discord.alice.select(message, [f"album:{album.id}"]))
    assert "### Trip" in text(opened)
    assert len(pictures(opened)) == 2
    opened = answer(await discord.alice.select(message, [f"image:{image.id}"]))
    assert "### Cat" in text(opened)
    assert list(buttons(opened)) == ["Open on Imgur", "Unfavorite", "Copy", "Tag", "Share"]


async def test_video_that_is_processed_is_listed_without_a_picture(discord: Discord, linked: Account) -> None:
    discord.standin.switches.processing_seconds = 600
    video = discord.standin.world.add_image(linked, title="Film", mime_type="video/mp4")
    message = answer(await discord.run("images"))
    assert "still being processed" in text(message)
    assert not pictures(message)
    opened = answer(await discord.alice.select(message, [f"image:{video.id}"]))
    assert "still processing" in text(opened)
    video.pending_until = 0
    await discord.click(opened, "Refresh")
    assert len(pictures(opened)) == 1


async def test_album_s_images_are_shown(discord: Discord, linked: Account) -> None:
    world = discord.standin.world
    album = world.add_album(linked, title="Trip", images=[world.add_image(linked) for _ in range(12)])
    world.add_image(linked)
    [choice] = await discord.alice.autocomplete(discord.channel, "imgur images", "album", "tri")
    message = answer(await discord.run("images", album=choice["value"]))
    assert "Album: Trip" in text(message)
    assert await all_pages(discord, message) == [image.id for image in album.images]
    assert "12 in all" in text(message)


async def test_unlinked_user_sees_the_anonymous_uploads(discord: Discord, picture: bytes) -> None:
    empty = answer(await discord.run("images"))
    assert "/imgur upload" in text(empty)
    assert enabled(empty) == ["Refresh", "Link account"]
    upload = await upload_anonymously(discord, picture, "Mine")
    await discord.click(empty, "Refresh")
    assert "Your anonymous uploads" in text(empty)
    opened = answer(await discord.alice.select(empty, [f"image:{upload.id}"]))
    assert list(buttons(opened)) == ["Open on Imgur", "Edit", "Delete", "Copy", "Tag", "Share"]


async def test_linked_user_finds_the_anonymous_uploads_as_well(
    discord: Discord, linked: Account, picture: bytes
) -> None:
    discord.standin.world.add_image(linked, title="In the account")
    await upload_anonymously(discord, picture, "Without one")
    message = answer(await discord.run("images"))
    assert "Without one" not in text(message)
    await discord.click(message, "Anonymous uploads (1)")
    assert "Without one" in text(message)
    await discord.click(message, "Refresh")
    assert "Without one" in text(message)


async def test_button_of_the_anonymous_uploads_opens_their_first_page(
    discord: Discord, linked: Account, picture: bytes
) -> None:
    for number in range(21):
        discord.standin.world.add_image(linked, title=f"In the account {number}")
    for number in range(11):
        await upload_anonymously(discord, picture, f"Without one {number}")
    message = answer(await discord.run("images"))
    await discord.click(message, "Last")
    await discord.click(message, "Anonymous uploads (11)")
    assert "Page 1 of 2 · 11 in all" in text(message)
    assert "**1.** 🖼️ [Without one 10](" in text(message)


@pytest.mark.parametrize(("command", "word"), [("images", "No pictures yet"), ("favorites", "No favorites yet")])
async def test_empty_gallery_says_what_to_do_next_and_is_not_shared(
    discord: Discord, linked: Account, command: str, word: str
) -> None:
    result = await discord.run(command, share=True)
    assert word in text(answer(result))
    assert "`/imgur" in text(answer(result))
    assert not result.followups


async def test_favorites_need_an_account(discord: Discord) -> None:
    result = await discord.run("favorites", share=True)
    assert "No Imgur account is linked" in text(answer(result))
    assert "Link account" in buttons(answer(result))
    assert not result.followups


async def shared(discord: Discord, command: str) -> tuple[Any, InteractionResult]:
    result = await discord.run(command, share=True)
    assert "Everyone here can see it" in text(answer(result))
    [message] = result.followups
    assert not message.ephemeral
    return message, result


@pytest.mark.parametrize(
    ("status", "code", "why"),
    [
        (403, 50001, "Only you can see this"),
        (403, 50013, "Only you can see this"),
        (400, 40094, "Only you can see this"),
        (500, 0, "Others may not see this"),
    ],
)
@pytest.mark.parametrize("command", ["images", "favorites", "show", "upload"])
async def test_answer_stays_private_and_whole_when_it_cannot_be_posted(
    discord: Discord, linked: Account, picture: bytes, command: str, status: int, code: int, why: str
) -> None:
    image = discord.standin.world.add_image(linked, title="Mine")
    discord.standin.world.add_favorites(linked, [image])
    given: dict[str, Any] = {"show": {"image": image.id}, "upload": {"file": ("a.jpg", picture), "title": "Mine"}}
    discord.env.inject_error("POST", "/webhooks/*", status=status, code=code, times=5)
    result = await discord.run(command, share=True, **given.get(command, {}))
    assert why in text(answer(result))
    assert "Mine" in text(answer(result))
    assert len(pictures(answer(result))) == 1
    assert "v1:item-favorite:0:" not in str(components(answer(result)))
    assert not result.followups
    assert not discord.channel.history()


async def test_user_is_told_when_discord_keeps_what_was_shared_private(
    discord: Discord, linked: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = discord.standin.world.add_image(linked)
    post = _helpers.bot_message

    def ephemeral(context: Any, *arguments: Any, **options: Any) -> Any:
        """What Discord does where the user may not use the apps of their own account for everyone."""
        body = options.pop("body", None) or context.body()
        return post(context, *arguments, body={**body, "flags": body.get("flags", 0) | 1 << 6}, **options)

    monkeypatch.setattr(interactions, "bot_message", ephemeral)
    result = await discord.run("show", image=image.id, share=True)
    assert [message.ephemeral for message in result.followups] == [True]
    assert "Only you can see this" in text(answer(result))


@pytest.mark.parametrize("command", ["images", "favorites"])
async def test_shared_gallery_is_turned_by_its_owner_only(discord: Discord, linked: Account, command: str) -> None:
    for _ in range(11):
        discord.standin.world.add_favorites(linked, [discord.standin.world.add_image(linked)])
    message, _ = await shared(discord, command)
    assert f"<@{discord.alice.id}>" in text(message)
    first, before = listed(message), len(discord.standin.requests)
    for label in {*enabled(message)} - {"Report…"}:
        assert "not yours" in text(answer(await discord.click(message, label, discord.bob)))
    assert listed(message) == first
    assert len(discord.standin.requests) == before
    looked = answer(await discord.bob.select(message, options(message)[:1]))  # for himself
    assert first[0] in text(looked)
    assert listed(message) == first
    result = await discord.click(message, "Next")
    assert not result.followups
    assert len(listed(message)) == 1
    assert f"<@{discord.alice.id}>" in text(message)


async def test_shared_gallery_turns_to_nothing_else_when_the_account_was_unlinked(
    discord: Discord, linked: Account, picture: bytes
) -> None:
    for _ in range(11):
        discord.standin.world.add_image(linked)
    await upload_anonymously(discord, picture, "Between us")
    message, _ = await shared(discord, "images")
    first = listed(message)
    await discord.house.services.accounts.unlink(discord.alice.id)
    [told] = (await discord.click(message, "Next")).followups
    assert told.ephemeral
    assert "No Imgur account is linked" in text(told)
    assert listed(message) == first


async def test_shared_gallery_pings_nobody(discord: Discord, linked: Account) -> None:
    discord.standin.world.add_image(linked, title=f"@everyone <@{discord.bob.id}>")
    before = len(discord.env.http_requests)
    await shared(discord, "images")
    posted = [entry.json or {} for entry in discord.env.http_requests[before:] if entry.method == "POST"][-1]
    assert posted["allowed_mentions"] == {"parse": []}


async def test_error_while_paging_is_private_and_leaves_the_gallery(discord: Discord, linked: Account) -> None:
    world = discord.standin.world
    world.add_favorites(linked, [world.add_image() for _ in range(61)])
    message, _ = await shared(discord, "favorites")
    first = listed(message)
    discord.standin.fail_next("over-capacity-500", times=20)
    result = await discord.click(message, "Refresh")
    [told] = result.followups
    assert told.ephemeral
    assert "over capacity" in text(told)
    assert listed(message) == first
    discord.standin.faults.clear()
    assert not (await discord.click(message, "Refresh")).followups


async def test_gallery_turns_after_a_restart(discord: Discord, linked: Account) -> None:
    for _ in range(21):
        discord.standin.world.add_image(linked)
    message = answer(await discord.run("images"))
    async with discord.again() as house:
        await discord.env.restart_bot(house.bot)
        await discord.click(message, "Last")
        assert "Page 3 of 3" in text(message)
        await discord.click(message, "Previous")
        assert "Page 2 of 3" in text(message)
        assert "### " in text(answer(await discord.alice.select(message, options(message)[:1])))
        await discord.env.shutdown()
