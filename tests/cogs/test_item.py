"""`/imgur show`, `favorite`, `unfavorite`, `edit`, `delete`, and the buttons beneath an image or album."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from cogs.item._form import changed, mark
from standins.imgur.records import Account, StoredImage
from tests.cogs.conftest import Discord, answer, buttons, text
from tests.cogs.test_gallery import pictures, upload_anonymously

TITLE = "A *fine* title"


@pytest.fixture
def image(discord: Discord, linked: Account) -> StoredImage:
    """An image of Alice's, who is linked."""
    return discord.standin.world.add_image(linked, title=TITLE, description="Before")


@pytest.fixture
def theirs(discord: Discord) -> StoredImage:
    """Somebody else's image."""
    return discord.standin.world.add_image(discord.standin.world.add_account("somebody"), title="Theirs")


@pytest.fixture
async def upload(discord: Discord, picture: bytes) -> StoredImage:
    """An anonymous upload of Alice's."""
    return await upload_anonymously(discord, picture, TITLE)


@pytest.fixture(params=["account", "anonymous"])
async def mine(request: pytest.FixtureRequest, discord: Discord, linked: Account, picture: bytes) -> StoredImage:
    """An image of Alice's account, and an anonymous upload of hers."""
    if request.param == "anonymous":
        return await upload_anonymously(discord, picture, TITLE)
    return discord.standin.world.add_image(linked, title=TITLE, description="Before")


# --- show ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "form", ["{}", "https://imgur.com/gallery/fine-{}", "https://i.imgur.com/{}l.jpg?fb", "image:{}"]
)
async def test_image_is_shown_with_what_its_viewer_may_do(discord: Discord, image: StoredImage, form: str) -> None:
    message = answer(await discord.run("show", image=form.format(image.id)))
    assert "### A \\*fine\\* title" in text(message)
    assert "Before" in text(message)
    assert [item["media"]["url"] for item in pictures(message)] == [f"https://i.imgur.com/{image.id}.jpg"]
    assert list(buttons(message)) == ["Open on Imgur", "Edit", "Favorite", "Delete", "Copy", "Tag", "Share"]


@pytest.mark.parametrize("sent", [0, -1, None, 1e12])
async def test_a_time_that_makes_no_sense_is_not_shown(discord: Discord, sent: float | None) -> None:
    image = discord.standin.world.add_image(title="Cat")
    image.odd = {"datetime": sent}
    shown = text(answer(await discord.run("show", image=f"https://imgur.com/{image.id}")))
    assert "### Cat" in shown
    assert "<t:" not in shown


async def test_image_is_shown_without_an_account(discord: Discord, theirs: StoredImage) -> None:
    message = answer(await discord.run("show", image=theirs.id))
    assert "Theirs" in text(message)
    assert list(buttons(message)) == ["Open on Imgur", "Copy", "Tag", "Share"]
    assert discord.standin.requests[-1].headers["Authorization"].startswith("Client-ID ")


async def test_album_is_shown_with_its_pictures(discord: Discord, linked: Account) -> None:
    world = discord.standin.world
    album = world.add_album(linked, title="Trip", images=[world.add_image(linked) for _ in range(12)])
    message = answer(await discord.run("show", image=f"https://imgur.com/a/{album.id}"))
    assert "12 pictures" in text(message)
    assert len(pictures(message)) == 10
    assert list(buttons(message)) == ["Open on Imgur", "Favorite", "Copy", "Tag", "Share"]


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ("no such thing", "not an Imgur picture"),
        ("https://example.org/a", "not an Imgur picture"),
        ("abc1234", "does not know"),
    ],
)
async def test_show_says_so_when_there_is_no_such_item(
    discord: Discord, linked: Account, asked: str, words: str
) -> None:
    result = await discord.run("show", image=asked, share=True)
    assert words in text(answer(result))
    assert not result.followups


async def test_suggestions_lead_to_the_item(discord: Discord, image: StoredImage) -> None:
    for command in ("show", "favorite", "edit", "delete"):
        choices = await discord.alice.autocomplete(discord.channel, f"imgur {command}", "image", "FINE")
        assert [choice["value"] for choice in choices] == [f"image:{image.id}"]
    assert "A *fine* title" in choices[0]["name"]
    assert len(discord.standin.requests) == 3
    assert "fine" in text(answer(await discord.run("show", image=choices[0]["value"])))


async def test_each_command_suggests_what_it_can_be_used_on(discord: Discord, linked: Account) -> None:
    world = discord.standin.world
    mine, album = world.add_image(linked, title="Mine"), world.add_album(linked, title="My album")
    liked = world.add_image(title="Liked")
    world.add_favorites(linked, [liked])
    everything = [f"image:{mine.id}", f"album:{album.id}", f"image:{liked.id}"]
    for command, expected in {
        "show": everything,
        "favorite": everything,
        "unfavorite": [f"image:{liked.id}"],
        "edit": [f"image:{mine.id}"],
        "delete": [f"image:{mine.id}"],
    }.items():
        choices = await discord.alice.autocomplete(discord.channel, f"imgur {command}", "image", "")
        assert [choice["value"] for choice in choices] == expected


async def test_title_is_understood_by_every_command(discord: Discord, linked: Account, image: StoredImage) -> None:
    assert "fine" in text(answer(await discord.run("show", image="a *FINE* title")))
    await discord.run("favorite", image="a *fine* title")
    assert linked.favorites == [image]
    await discord.run("unfavorite", image=f"A *fine* title ({image.id})")
    assert linked.favorites == []
    await discord.run("edit", image="a *fine* title", title="Better")
    assert image.title == "Better"
    question = answer(await discord.run("delete", image="better"))
    assert "Better" in text(question)
    await discord.click(question, "Delete for good")
    assert image.id not in discord.standin.world.images


async def test_titles_in_an_answer_are_plain_text(discord: Discord, linked: Account) -> None:
    for _ in range(2):
        discord.standin.world.add_image(linked, title="**[x](https://evil.example.org)** @everyone")
    said = text(answer(await discord.run("show", image="**[x](https://evil.example.org)** @everyone")))
    assert "Several of yours" in said
    assert "](http" not in said
    assert "@everyone" not in said


async def test_two_links_are_refused_in_words(discord: Discord, linked: Account) -> None:
    for command in ("show", "favorite", "unfavorite", "edit", "delete"):
        refused = answer(await discord.run(command, image="https://imgur.com/Ab3dE7g and imgur.com/Xy12345"))
        assert "One at a time" in text(refused)
    assert not discord.standin.requests


# --- favorites -------------------------------------------------------------------------------------------------------


async def test_favorite_commands_do_nothing_when_repeated(
    discord: Discord, linked: Account, theirs: StoredImage
) -> None:
    said = []
    for command in ("favorite", "favorite", "unfavorite", "unfavorite"):
        message = answer(await discord.run(command, image=theirs.id))
        said.append(text(message).splitlines()[0])
        expected = command == "favorite"
        assert (theirs in linked.favorites) is expected
        assert ("Unfavorite" in buttons(message)) is expected
    assert said == [
        "**Added to your favorites**",
        "**This is already one of your favorites**",
        "**Removed from your favorites**",
        "**This was not one of your favorites**",
    ]


async def test_favorite_button_turns_into_its_reverse(discord: Discord, linked: Account, theirs: StoredImage) -> None:
    message = answer(await discord.run("show", image=theirs.id))
    await discord.click(message, "Favorite")
    assert linked.favorites == [theirs]
    await discord.click(message, "Unfavorite")
    assert linked.favorites == []
    assert "Favorite" in buttons(message)


async def test_favorite_asks_to_link_first(discord: Discord, theirs: StoredImage) -> None:
    message = answer(await discord.run("favorite", image=theirs.id))
    assert "No Imgur account is linked" in text(message)
    assert "Link account" in buttons(message)


async def test_shared_image_is_favorited_by_everyone_for_themselves(
    discord: Discord, linked: Account, image: StoredImage
) -> None:
    bobs = discord.standin.world.add_account("bobs_own")
    await discord.link(bobs, discord.bob)
    [message] = (await discord.run("show", image=image.id, share=True)).followups
    assert not message.ephemeral
    for expected in ("Added to your favorites", "already one of your favorites"):
        told = answer(await discord.click(message, "Favorite", discord.bob))
        assert expected in text(told)
    assert (bobs.favorites, linked.favorites) == ([image], [])
    assert "Added" in text(answer(await discord.click(message, "Favorite")))
    assert linked.favorites == [image]
    assert "Favorite" in buttons(message)


async def test_shared_image_asks_a_stranger_to_link(discord: Discord, linked: Account, image: StoredImage) -> None:
    [message] = (await discord.run("show", image=image.id, share=True)).followups
    told = answer(await discord.click(message, "Favorite", discord.bob))
    assert "No Imgur account is linked" in text(told)
    assert linked.favorites == []


async def test_shared_image_refuses_a_stranger_everything_else(discord: Discord, image: StoredImage) -> None:
    [message] = (await discord.run("show", image=image.id, share=True)).followups
    discord.standin.requests.clear()
    for label in ("Edit", "Delete"):
        assert "not yours" in text(answer(await discord.click(message, label, discord.bob)))
    assert image.id in discord.standin.world.images
    assert not discord.standin.sent("DELETE *")


async def test_copy_is_everyone_s_on_a_shared_message(discord: Discord, image: StoredImage) -> None:
    [message] = (await discord.run("show", image=image.id, share=True)).followups
    discord.standin.requests.clear()
    assert f"https://imgur.com/{image.id}" in text(answer(await discord.click(message, "Copy", discord.bob)))
    assert not any(sent.headers.get("Authorization", "").startswith("Bearer") for sent in discord.standin.requests)


# --- editing ---------------------------------------------------------------------------------------------------------


async def test_edit_changes_what_is_given(discord: Discord, mine: StoredImage) -> None:
    message = answer(await discord.run("edit", image=mine.id, title="After"))
    assert (mine.title, mine.description) == ("After", "Before")
    assert text(message).startswith("**Saved**\n### After")


async def test_edit_opens_a_filled_form_when_nothing_is_given(discord: Discord, mine: StoredImage) -> None:
    before = len(discord.env.http_requests)
    form = await discord.run("edit", image=mine.id)
    assert [(entry.json or {})["type"] for entry in discord.env.http_requests[before:]] == [9]
    assert form.modal is not None
    fields = {part["component"]["custom_id"]: part["component"]["value"] for part in form.modal["components"]}
    assert fields == {"title": TITLE, "description": "Before"}
    message = answer(await discord.alice.submit_modal(form, {"title": "", "description": "After"}))
    assert (mine.title or None, mine.description) == (None, "After")
    assert "After" in text(message)


async def test_edit_button_opens_the_form_without_asking_imgur_and_updates_its_message(
    discord: Discord, image: StoredImage
) -> None:
    message = answer(await discord.run("show", image=image.id))
    discord.standin.requests.clear()
    form = await discord.click(message, "Edit")
    assert form.modal is not None
    assert not discord.standin.requests
    result = await discord.alice.submit_modal(form, {"title": "After", "description": "Before"})
    assert not result.followups
    assert "### After" in text(message)
    [sent] = discord.standin.sent("POST /3/image/*")
    assert sent.fields == {"title": ["After"]}


async def test_form_says_so_when_nothing_was_changed(discord: Discord, image: StoredImage) -> None:
    image.description = "Two\r\nlines"  # forms give them back with the newline alone
    message = answer(await discord.run("show", image=image.id))
    form = await discord.click(message, "Edit")
    [told] = (await discord.alice.submit_modal(form, {"title": TITLE, "description": "Two\nlines"})).followups
    assert told.ephemeral
    assert "Nothing would change" in text(told)
    assert "Edit" in buttons(message)


@pytest.mark.parametrize("flattened", ["A fine title", "A finetitle"])
async def test_form_saves_no_title_that_its_one_line_box_flattened(
    discord: Discord, image: StoredImage, flattened: str
) -> None:
    image.title = "A fine\r\ntitle\u202e"
    form = await discord.click(answer(await discord.run("show", image=image.id)), "Edit")
    assert form.modal is not None
    assert "\n" not in form.modal["components"][0]["component"]["value"]
    discord.standin.requests.clear()
    await discord.alice.submit_modal(form, {"title": flattened, "description": "After"})
    [sent] = discord.standin.sent("POST /3/image/*")
    assert sent.fields == {"description": ["After"]}


@pytest.mark.parametrize(
    ("present", "new", "kept"),
    [
        ("football", "foot ball", "foot ball"),
        ("Two\nlines", "Two lines.", "Two lines."),
        ("\u200b", "", None),
        ("", "\u200b", None),
        ("cat", "\u2060", ""),
        ("cat", " cat\u200e ", None),
        ("a\x85b\u2028c\x0bd", "a b c d", None),
        ("e\u0301te\u0301 \u1100\u1161", "\u00e9t\u00e9 \uac00", None),
        ("\u00e9t\u00e9", "e\u0301te\u0301", None),
        ("\u00e9t\u00e9", "ete", "ete"),
    ],
)
def test_title_is_changed_when_its_user_did_it(present: str, new: str, kept: str | None) -> None:
    assert changed(new, mark(present, long=False)) == kept


@pytest.mark.parametrize(
    ("present", "new", "kept"),
    [
        ("One two", "One\ntwo", "One\ntwo"),
        ("Two\nlines", "Two\n\nlines", "Two\n\nlines"),
        ("Two\r\nlines \r\n", "Two\nlines", None),
        ("Two\u2028lines\u202e", "Two\nlines", None),
    ],
)
def test_description_is_changed_when_its_user_did_it(present: str, new: str, kept: str | None) -> None:
    assert changed(new, mark(present, long=True)) == kept


async def test_edit_offers_a_button_when_imgur_is_too_slow_for_a_form(
    discord: Discord, image: StoredImage, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as impatient:
        impatient.setattr(sys.modules["cogs.item._cog"], "FORM_PATIENCE", 0)  # the one that this bot has loaded
        message = answer(await discord.run("edit", image=image.id))
    assert "slow to answer" in text(message)
    discord.standin.requests.clear()
    form = await discord.click(message, "Edit")
    assert form.modal is not None
    assert not discord.standin.requests


async def test_shared_image_stays_shared_when_its_owner_edits_it(discord: Discord, image: StoredImage) -> None:
    [message] = (await discord.run("show", image=image.id, share=True)).followups
    form = await discord.click(message, "Edit")
    await discord.alice.submit_modal(form, {"title": "After", "description": ""})
    assert text(message).startswith(f"**Shared by** <@{discord.alice.id}>\n### After")
    assert "v1:item-favorite:0:" in buttons(message)["Favorite"]["custom_id"]


@pytest.mark.parametrize("options", [{}, {"title": "Mine"}])
async def test_edit_refuses_what_is_not_the_user_s(
    discord: Discord, linked: Account, theirs: StoredImage, options: dict[str, Any]
) -> None:
    assert "not yours" in text(answer(await discord.run("edit", image=theirs.id, **options)))
    assert theirs.title == "Theirs"


@pytest.mark.parametrize(("command", "options"), [("edit", {}), ("edit", {"title": "New"}), ("delete", {})])
async def test_albums_are_refused_in_words(
    discord: Discord, linked: Account, command: str, options: dict[str, Any]
) -> None:
    album = discord.standin.world.add_album(linked)
    assert "That is an album" in text(answer(await discord.run(command, image=album.id, **options)))


# --- deleting --------------------------------------------------------------------------------------------------------


async def test_delete_asks_first_and_names_what_it_deletes(discord: Discord, mine: StoredImage) -> None:
    message = answer(await discord.run("delete", image=mine.id))
    assert "### Delete A \\*fine\\* title?" in text(message)
    assert len(pictures(message)) == 1
    assert not discord.standin.sent("DELETE *")
    assert mine.deletehash not in str(discord.env.http_requests)
    await discord.click(message, "Delete for good")
    assert mine.id not in discord.standin.world.images
    assert "### Deleted" in text(message)
    assert mine.id not in text(answer(await discord.run("images")))
    assert mine.deletehash not in str(discord.env.http_requests)


async def test_delete_deletes_nothing_when_the_user_keeps_it(discord: Discord, image: StoredImage) -> None:
    message = answer(await discord.run("show", image=image.id))
    await discord.click(message, "Delete")
    assert "Delete A" in text(message)
    await discord.click(message, "Keep")
    assert list(buttons(message)) == ["Open on Imgur", "Edit", "Favorite", "Delete", "Copy", "Tag", "Share"]
    assert not discord.standin.sent("DELETE *")


@pytest.mark.parametrize("allowed", [True, False])
async def test_shared_image_is_deleted_after_a_private_question(
    discord: Discord, image: StoredImage, *, allowed: bool
) -> None:
    [message] = (await discord.run("show", image=image.id, share=True)).followups
    before = text(message)
    question = answer(await discord.click(message, "Delete"))
    assert "Delete A" in text(question)
    assert text(message) == before
    if not allowed:  # to a bot that only its user has installed
        discord.env.inject_error("PATCH", "/channels/*/messages/*", status=403, code=50001)
    result = await discord.click(question, "Delete for good")
    assert not result.followups
    assert image.id not in discord.standin.world.images
    assert "### Deleted" in text(question)
    assert ("### Deleted" in text(message)) is allowed


async def test_delete_says_that_it_is_gone_when_it_was_confirmed_twice(discord: Discord, upload: StoredImage) -> None:
    first, second = [answer(await discord.run("delete", image=upload.id)) for _ in range(2)]
    await discord.click(first, "Delete for good")
    await discord.click(second, "Delete for good")
    assert "gone already" in text(second)


async def test_delete_cleans_up_when_imgur_has_lost_the_image(discord: Discord, upload: StoredImage) -> None:
    discord.standin.world.remove_image(upload)
    message = answer(await discord.run("delete", image=upload.id))
    await discord.click(message, "Delete for good")
    assert "gone already" in text(message)
    assert "No uploads yet" in text(answer(await discord.run("images")))


async def test_delete_refuses_what_is_not_the_user_s(discord: Discord, linked: Account, theirs: StoredImage) -> None:
    assert "not yours" in text(answer(await discord.run("delete", image=theirs.id)))
    assert theirs.id in discord.standin.world.images


async def test_failed_deletion_leaves_the_question(discord: Discord, image: StoredImage) -> None:
    message = answer(await discord.run("delete", image=image.id))
    discord.standin.fail_next("over-capacity-500", "DELETE *")
    [told] = (await discord.click(message, "Delete for good")).followups
    assert told.ephemeral
    assert "over capacity" in text(told)
    await discord.click(message, "Delete for good")
    assert image.id not in discord.standin.world.images


# --- copying, restarts -----------------------------------------------------------------------------------------------


async def test_copy_answers_with_links_in_code_blocks(discord: Discord, image: StoredImage) -> None:
    message = answer(await discord.run("show", image=image.id))
    discord.standin.requests.clear()
    copied = text(answer(await discord.click(message, "Copy")))
    direct = f"https://i.imgur.com/{image.id}.jpg"
    assert f"```\nhttps://imgur.com/{image.id}\n```" in copied
    assert f"```\n{direct}\n```" in copied
    assert f"```\n![{TITLE}]({direct})\n```" in copied
    assert not discord.standin.requests


async def test_buttons_work_after_a_restart(discord: Discord, linked: Account, image: StoredImage) -> None:
    message = answer(await discord.run("show", image=image.id))
    async with discord.again() as house:
        await discord.env.restart_bot(house.bot)
        await discord.click(message, "Favorite")
        assert linked.favorites == [image]
        assert "Direct link" in text(answer(await discord.click(message, "Copy")))
        form = await discord.click(message, "Edit")
        await discord.alice.submit_modal(form, {"title": "After", "description": ""})
        assert "### After" in text(message)
        await discord.click(message, "Delete")
        await discord.click(message, "Delete for good")
        assert image.id not in discord.standin.world.images
        await discord.env.shutdown()


async def test_favorite_that_is_gone_says_so_and_can_be_taken_off(discord: Discord, linked: Account) -> None:
    world = discord.standin.world
    gone = world.add_image(title="Gone")
    world.add_favorites(linked, [gone])
    world.remove_image(gone, stays_favorite=True)
    gallery = answer(await discord.run("favorites"))
    opened = answer(await discord.alice.select(gallery, [f"image:{gone.id}"]))
    assert "Imgur no longer has this" in text(opened)
    await discord.click(opened, "Unfavorite")
    assert "Removed from your favorites" in text(opened)
    assert not linked.favorites


@pytest.mark.parametrize(
    ("command", "options", "about"),
    [
        ("show", {"image": "my *cat*"}, "-# my \\*cat\\*"),
        ("show", {"image": "zzzz999"}, "-# zzzz999"),
        ("show", {"image": "x" * 200}, f"-# {'x' * 79}…"),
        ("edit", {"image": "{theirs}", "title": "Mine"}, "-# {theirs}"),
        ("delete", {"image": "https://imgur.com/a/{album}"}, "-# https:\u200b//imgur.com/a/{album}"),
        ("images", {"album": "no such album"}, "-# no such album"),
        ("show", {"image": "https://imgur.com/delete/fakedeletehash1"}, ""),
    ],
)
async def test_errors_name_what_they_mean(
    discord: Discord, linked: Account, command: str, options: dict[str, str], about: str
) -> None:
    ids = {"theirs": discord.standin.world.add_image().id, "album": discord.standin.world.add_album(linked).id}
    given: dict[str, Any] = {name: text.format(**ids) for name, text in options.items()}
    shown = text(answer(await discord.run(command, **given)))
    lines = [line for line in shown.splitlines() if line.startswith("-#")]
    assert lines == ([about.format(**ids)] if about else [])


async def test_a_press_s_error_names_the_picture(discord: Discord, linked: Account) -> None:
    image = discord.standin.world.add_image(linked)
    message = answer(await discord.run("show", image=image.id))
    discord.standin.world.remove_image(image)
    [error] = (await discord.click(message, "Favorite")).followups
    shown = text(error)
    assert "That is no longer on Imgur" in shown
    assert f"-# Image {image.id}" in shown


async def test_what_the_edge_turns_away_is_not_said_to_be_about_the_picture(discord: Discord, linked: Account) -> None:
    image = discord.standin.world.add_image()
    discord.standin.fail_next("actions-forbidden-400", "POST *", times=9)
    message = answer(await discord.run("favorite", image=image.id))
    assert "Imgur turns the bot away at the moment" in text(message)
