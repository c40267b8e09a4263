"""`/imgur tag`, `/imgur note`, the button Tag, and finding things again by them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from cogs.gallery._tagging import tagged_words
from cogs.item._marks import marked_words
from cogs.ui.mark import ROOM, mark_lines, tag_words
from services.mark import LONGEST_NOTE, LONGEST_TAG, MOST_TAGS, Mark, Tagged, read_tags
from services.query import read
from standins.imgur.records import Account, StoredImage
from storage.models import Shelf
from tests.cogs.conftest import Discord, answer, buttons, text
from tests.cogs.indexing import Index
from tests.cogs.limits import length
from tests.cogs.test_gallery import upload_anonymously
from tests.databases import on_both
from tests.reading import english, say


@pytest.fixture
async def image(discord: Discord, picture: bytes) -> StoredImage:
    """An anonymous upload of Alice's, who is not linked."""
    return await upload_anonymously(discord, picture, "By the sea")


async def images(discord: Discord, typed: str) -> str:
    """The titles of what Alice's own query finds among her anonymous uploads."""
    catalogue = discord.house.services.library.catalogue
    viewer = await catalogue.reading.viewer(discord.alice.id)
    standing = await catalogue.shelves.standing(viewer, Shelf.UPLOADS)
    assert standing is not None
    found = await catalogue.shelves.cut(viewer, standing, read(typed), offset=0, limit=9)
    return " ".join(item.title or "" for item in found.items)


def filled(form: Any) -> dict[str, str]:
    assert form.modal is not None
    return {part["component"]["custom_id"]: part["component"].get("value", "") for part in form.modal["components"]}


async def test_tags_are_shown_and_find_the_picture_in_any_spelling(discord: Discord, picture: bytes) -> None:
    made = [await upload_anonymously(discord, picture, f"Picture {name}") for name in ("one", "two", "three")]
    for image, tags in zip(made, ("Cat, Beach", "cat", "CAT, cat"), strict=True):
        message = answer(await discord.run("tag", image=image.id, tags=tags))
        assert "**Saved**" in text(message)
        assert "#Cat" in text(message)
    assert "**Tags** \\#Cat" not in text(message)
    assert "**Tags** #Cat · #Beach" in text(answer(await discord.run("show", image=made[0].id)))
    for query in ("#cat", "#CAT", "＃cat"):  # noqa: RUF001 - a wide one
        found = await images(discord, query)
        assert all(f"Picture {name}" in found for name in ("one", "two", "three"))
    found = await images(discord, "#beach")
    assert "Picture one" in found
    assert "Picture two" not in found
    assert "Picture one" in await images(discord, "#cat beach")


async def test_what_went_is_told_and_nothing_clears(discord: Discord, image: StoredImage) -> None:
    await discord.run("tag", image=image.id, tags="cat, beach")
    told = text(answer(await discord.run("tag", image=image.id, tags="cats")))
    assert "**Saved**\nTags that went: #cat · #beach" in told
    assert "**Tags** #cats" in told
    assert "It was like this before" in text(answer(await discord.run("tag", image=image.id, tags="cats")))
    told = text(answer(await discord.run("tag", image=image.id)))
    assert "**Cleared**\nTags that went: #cats" in told
    assert "**Tags**" not in told
    assert "**Tags**" not in text(answer(await discord.run("show", image=image.id)))


async def test_a_note_is_shown_found_and_cleared(discord: Discord, image: StoredImage) -> None:
    told = text(answer(await discord.run("note", image=image.id, text="Lent to *Ben*\nin May")))
    assert "**Note** Lent to \\*Ben\\*\nin May" in told
    assert "By the sea" in await images(discord, "ben sea")
    assert "By the sea" not in await images(discord, "ben lake")
    told = text(answer(await discord.run("note", image=image.id)))
    assert "The note that was there went." in told
    assert "By the sea" not in await images(discord, "ben")


@pytest.mark.parametrize(
    ("command", "options", "words"),
    [
        ("tag", {"tags": ", ".join(f"tag{number}" for number in range(200))}, f"may have {MOST_TAGS}"),
        ("tag", {"tags": "x" * 2_000}, f"{LONGEST_TAG} characters"),
        ("tag", {"tags": "#, \u200b, ##"}, "Nothing of that can be seen"),
        ("note", {"text": "x" * 6_000}, "6,000 characters; a note may have 1,000"),
        ("note", {"text": "\u6f22" * 3_000}, "3,000 characters; a note may have 1,000"),
        ("note", {"text": "😀" * 501}, "1,002 characters; a note may have 1,000"),
        ("note", {"text": "\u200b"}, "Nothing of that can be seen"),
    ],
)
async def test_a_limit_is_told_before_anything_is_saved(
    discord: Discord, image: StoredImage, command: str, options: dict[str, Any], words: str
) -> None:
    await discord.run("tag", image=image.id, tags="kept")
    await discord.run("note", image=image.id, text="kept too")
    assert words in text(answer(await discord.run(command, image=image.id, **options)))
    shown = text(answer(await discord.run("show", image=image.id)))
    assert "#kept" in shown
    assert "kept too" in shown


async def test_what_is_accepted_comes_back_whole(discord: Discord, image: StoredImage) -> None:
    tags = [chr(0x4E00 + number) * LONGEST_TAG for number in range(MOST_TAGS)]
    note = "".join(chr(0x4E00 + number) for number in range(LONGEST_NOTE))
    await discord.run("tag", image=image.id, tags=",".join(tags))
    message = answer(await discord.run("note", image=image.id, text=note))
    assert note in text(message)
    assert filled(await discord.click(message, "Tag")) == {"tags": ", ".join(tags), "note": note}
    emoji = "😀" * (LONGEST_NOTE // 2)
    assert emoji in text(answer(await discord.run("note", image=image.id, text=emoji)))


async def test_the_form_has_room_for_all_that_an_item_may_have(discord: Discord, image: StoredImage) -> None:
    """Discord refuses a form with more in a field than the field takes, and counts most emoji twice."""
    tags = [chr(0x1F400 + number) * LONGEST_TAG for number in range(MOST_TAGS)]
    form = await discord.click(answer(await discord.run("tag", image=image.id, tags=",".join(tags))), "Tag")
    assert filled(form)["tags"] == ", ".join(tags)
    assert form.modal is not None
    fields = [part["component"] for part in form.modal["components"]]
    assert all(length(field.get("value", "")) <= field["max_length"] for field in fields)


async def test_the_button_opens_a_form_with_what_is_there(discord: Discord, image: StoredImage) -> None:
    await discord.run("tag", image=image.id, tags="cat, beach")
    message = answer(await discord.run("note", image=image.id, text="a note"))
    form = await discord.click(message, "Tag")
    assert filled(form) == {"tags": "cat, beach", "note": "a note"}
    told = text(answer(await discord.alice.submit_modal(form, {"tags": "dog", "note": ""})))
    assert "Tags that went: #cat · #beach" in told
    assert "**Tags** #dog" in told
    assert "The note that was there went." in told


async def test_what_was_typed_outlives_an_error(discord: Discord, image: StoredImage) -> None:
    message = answer(await discord.run("tag", image=image.id, tags="kept"))
    form = await discord.click(message, "Tag")
    result = await discord.alice.submit_modal(form, {"tags": "x" * 60, "note": "typed"})
    told: Any = result.followups[0] if result.followups else result.response
    assert "too long" in text(told)
    assert "typed" in text(told)
    assert filled(await discord.click(told, "Try again")) == {"tags": "x" * 60, "note": "typed"}
    assert "#kept" in text(answer(await discord.run("show", image=image.id)))


async def test_what_is_noted_is_nobody_else_s(discord: Discord, linked: Account) -> None:
    image = discord.standin.world.add_image(linked, title="Shared")
    await discord.run("tag", image=image.id, tags="private")
    await discord.run("note", image=image.id, text="for me")
    result = await discord.run("show", image=image.id, share=True)
    [posted] = result.followups
    assert "Shared" in text(posted)
    assert "private" not in text(posted)
    assert "for me" not in text(posted)
    assert "Tag" not in buttons(posted)
    seen = text(answer(await discord.run("show", discord.bob, image=image.id)))
    assert "private" not in seen
    await discord.run("tag", discord.bob, image=image.id, tags="of Bob")
    assert "#of Bob" in text(answer(await discord.run("show", discord.bob, image=image.id)))
    mine = text(answer(await discord.run("show", image=image.id)))
    assert "#private" in mine
    assert "Bob" not in mine


async def test_unlinking_takes_what_was_noted_and_no_other_account_has_it(discord: Discord, linked: Account) -> None:
    image = discord.standin.world.add_image(discord.standin.world.add_account("somebody"), title="Theirs")
    await discord.run("tag", image=image.id, tags="old")
    await discord.house.services.accounts.unlink(discord.alice.id)
    assert "#old" not in text(answer(await discord.run("show", image=image.id)))


async def test_nothing_is_asked_of_imgur_for_what_is_known(discord: Discord, image: StoredImage) -> None:
    asked = len(discord.standin.requests)
    for _ in range(2):
        await discord.run("tag", image=f"image:{image.id}", tags="cat")
        await discord.run("note", image=f"image:{image.id}", text="a note")
    await images(discord, "#cat")
    assert len(discord.standin.requests) == asked


async def test_odd_characters_are_kept_as_far_as_they_can_be(discord: Discord, image: StoredImage) -> None:
    told = text(answer(await discord.run("tag", image=image.id, tags="🍆, half \ud83d face, red cat")))
    assert "#🍆 · #half face · #red cat" in told
    for query in ("#🍆", "#half face", "#red cat", "#RED CAT sea", "#🍆 #red cat"):
        assert "By the sea" in await images(discord, query)
    for query in ("#red", "#🍇", "#face"):
        assert "By the sea" not in await images(discord, query)


async def test_suggestions_are_offered_for_what_to_note_on(discord: Discord, image: StoredImage) -> None:
    for command in ("tag", "note"):
        choices = await discord.alice.autocomplete(discord.channel, f"imgur {command}", "image", "sea")
        assert [choice["value"] for choice in choices] == [f"image:{image.id}"]


def test_what_was_done_is_said_in_a_few_words() -> None:
    assert [*map(say, marked_words(Mark(("a",), "n"), Mark(("a",), "n")))] == ["It was like this before"]
    assert [*map(say, marked_words(Mark(), Mark(("a",))))] == ["Saved"]
    assert [*map(say, marked_words(Mark(("a", "b"), "n"), Mark(("b",), "m")))] == [
        "Saved",
        "Tags that went: #a",
        "Another note was there before.",
    ]


def test_tags_and_a_note_fit_into_a_message() -> None:
    mark = Mark(tuple(f"{number}*" * 16 for number in range(20)), "*" * LONGEST_NOTE)
    lines = [english(one) for one in mark_lines(mark, 2_000)]
    assert sum(map(len, lines)) + 2_000 <= ROOM + 20
    assert " more" in lines[0]
    assert not lines[1].rstrip("\n…").endswith("\\")
    assert tag_words(["a", "b"]) == "#a · #b"
    emoji = list(mark_lines(Mark(tuple(f"{chr(0x1F600 + number) * 49}" for number in range(20)), "😀" * 500), 2_000))
    assert sum(map(length, emoji)) + 2_000 <= ROOM + 20


async def test_what_is_ticked_is_tagged_together(discord: Discord, linked: Account) -> None:
    world = discord.standin.world
    made = [world.add_image(linked, title=f"Picture {at}") for at in range(3)]
    await discord.run("tag", image=made[0].id, tags="cat")
    message = answer(await discord.run("images"))
    await discord.click(message, "Select…")
    values = [f"image:{image.id}" for image in made[:2]]
    await discord.alice.select(message, values)
    form = await discord.click(message, "Tag")
    told = text(await_answer(await discord.alice.submit_modal(form, {"tags": "CAT, beach"})))
    assert "Tagged 2" in told
    assert "#CAT · #beach" in told
    assert "**Tags** #cat · #beach" in text(answer(await discord.run("show", image=made[0].id)))
    assert "**Tags** #cat · #beach" in text(answer(await discord.run("show", image=made[1].id)))
    assert "**Tags**" not in text(answer(await discord.run("show", image=made[2].id)))


def await_answer(result: Any) -> Any:
    """The message that a form is answered with, in place or beside."""
    return result.followups[0] if result.followups else result.response


def test_what_several_became_is_said_in_a_few_words() -> None:
    wished = read_tags("a, b")
    some = Tagged(("image", "1"), 2, ("a", "b")), Tagged(("image", "2"), 0, ("b", "a"))
    said = [*map(say, tagged_words(some, wished))]
    assert said == ["Tagged 1", "#a · #b", "The other 1 got none that they had not before."]
    assert say(tagged_words(some[1:], wished)[0]) == "They had these tags before"
    full = (Tagged(("image", "1"), 1, tuple(map(str, range(MOST_TAGS)))),)
    assert say(tagged_words(full, wished)[2]) == "1 could not take all: one may have 20 tags."


@on_both
async def test_one_answer_that_finds_nothing_takes_no_marks(discord: Discord, linked: Account, index: Index) -> None:
    image = discord.standin.world.add_image(linked, title="Cat")
    image.created -= 3600
    await index.read(Shelf.IMAGES, Shelf.FAVORITES)
    await discord.run("tag", image=image.id, tags="red")
    await discord.run("note", image=image.id, text="zebra")
    discord.standin.fail_next("not-found-404", f"GET /3/image/{image.id}")
    assert "no longer on Imgur" in text(answer(await discord.run("show", image=f"image:{image.id}")))
    assert await index.ids(Shelf.IMAGES) == []
    await index.read(Shelf.IMAGES)
    for query in ("#red", "zebra"):
        assert "[Cat](" in text(answer(await discord.run("images", query=query)))
    shown = text(answer(await discord.run("show", image=f"image:{image.id}")))
    assert "**Tags** #red" in shown
    assert "**Note** zebra" in shown


async def test_what_was_just_uploaded_is_not_taken_for_gone(
    discord: Discord, linked: Account, index: Index, picture: bytes
) -> None:
    discord.standin.world.add_image(linked, title="Before")
    await index.read(Shelf.IMAGES)
    await discord.run("upload", file=("a.jpg", picture), title="Sunset")
    [image] = [image for image in discord.standin.world.images.values() if image.title == "Sunset"]
    await discord.run("tag", image=image.id, tags="red")
    discord.standin.fail_next("not-found-404", f"GET /3/image/{image.id}")
    await discord.run("show", image=f"image:{image.id}")
    assert "[Sunset](" in text(answer(await discord.run("images", query="#red")))


@pytest.mark.parametrize("deleted", [False, True])
async def test_what_its_user_deletes_leaves_no_marks(
    discord: Discord, linked: Account, index: Index, *, deleted: bool
) -> None:
    """Also where Imgur has it no more."""
    image = discord.standin.world.add_image(linked, title="Cat")
    await index.read(Shelf.IMAGES)
    await discord.run("tag", image=image.id, tags="red")
    if deleted:
        discord.standin.world.remove_image(image)
    assert await discord.house.services.library.items.delete(discord.alice.id, f"image:{image.id}") != deleted
    assert await index.stores.marks.tags_of(await index.number(), discord.alice.id) == []


async def test_album_that_its_user_deletes_leaves_no_marks_made_before_linking(
    discord: Discord, account: Account, index: Index
) -> None:
    album = discord.standin.world.add_album(account, title="Trip")
    await discord.run("tag", image=f"https://imgur.com/a/{album.id}", tags="red")
    await discord.link(account)
    await index.read(Shelf.ALBUMS)
    own = await index.stores.marks.own_library(discord.alice.id)
    for library in (own, await index.number()):
        assert len(await index.stores.marks.tags_of(library, discord.alice.id)) == 1
    await discord.house.services.albums.delete(discord.alice.id, album.id)
    for library in (own, await index.number()):
        assert await index.stores.marks.tags_of(library, discord.alice.id) == []


async def finds(discord: Discord, command: str, query: str) -> bool:
    return "### Nothing found" not in text(answer(await discord.run(command, query=query)))


@on_both
@pytest.mark.parametrize("was_read", [False, True])
async def test_what_was_noted_before_linking_is_found_in_the_account_s_lists(
    discord: Discord, account: Account, index: Index, *, was_read: bool
) -> None:
    """Also where somebody else's link had them read before."""
    world = discord.standin.world
    own, other = world.add_image(account, title="Dog"), world.add_image(title="Cat")
    world.add_favorites(account, [other])
    bobs = replace(index, user=discord.bob)
    if was_read:
        await discord.link(account, discord.bob)
        await bobs.read(Shelf.IMAGES, Shelf.FAVORITES)
    for image in (own, other):
        await discord.run("tag", image=f"https://imgur.com/{image.id}", tags="red")
        await discord.run("note", image=f"https://imgur.com/{image.id}", text="zebra")
    await discord.link(account)
    if not was_read:
        await index.read(Shelf.IMAGES, Shelf.FAVORITES)
    for command in ("images", "favorites"):
        assert await finds(discord, command, "#red")
        assert await finds(discord, command, "zebra")
    assert "### Dog" in text(answer(await discord.run("random", query="#red")))
    if was_read:
        assert await bobs.finds(Shelf.IMAGES, "dog")
        assert not await bobs.finds(Shelf.IMAGES, "zebra")
    await one_mark(discord, other.id)
    assert not await finds(discord, "favorites", "#blue")


@on_both
async def test_what_was_noted_on_an_anonymous_upload_is_found_among_favorites(
    discord: Discord, linked: Account, index: Index, picture: bytes
) -> None:
    upload = await upload_anonymously(discord, picture, "Hill")
    await index.read(Shelf.IMAGES, Shelf.FAVORITES)
    await discord.run("tag", image=upload.id, tags="red")
    await discord.run("note", image=upload.id, text="zebra")
    await discord.run("favorite", image=upload.id)
    assert await finds(discord, "favorites", "#red")
    assert await finds(discord, "favorites", "zebra")
    assert "Hill" in await images(discord, "#red zebra")
    await one_mark(discord, upload.id)
    assert not await finds(discord, "favorites", "#blue")
    assert "Hill" not in await images(discord, "#blue")


async def one_mark(discord: Discord, item_id: str) -> None:
    """Tags are replaced and the note stays; what is cleared is gone for good."""
    told = text(answer(await discord.run("tag", image=item_id, tags="blue")))
    assert "Tags that went: #red" in told
    for message in (told, text(answer(await discord.run("show", image=item_id)))):
        assert "**Tags** #blue" in message
        assert "**Note** zebra" in message
    assert "Tags that went: #blue" in text(answer(await discord.run("tag", image=item_id)))
    assert "**Cleared**" in text(answer(await discord.run("note", image=item_id)))
    shown = text(answer(await discord.run("show", image=item_id)))
    assert "**Tags**" not in shown
    assert "**Note**" not in shown


@on_both
async def test_unlinking_leaves_what_was_noted_on_an_anonymous_upload(
    discord: Discord, linked: Account, index: Index, picture: bytes
) -> None:
    upload = await upload_anonymously(discord, picture, "Hill")
    await index.read(Shelf.IMAGES, Shelf.FAVORITES)
    await discord.run("tag", image=upload.id, tags="red")
    await discord.run("favorite", image=upload.id)
    await discord.run("note", image=upload.id, text="zebra")
    await discord.house.services.accounts.unlink(discord.alice.id)
    assert "Hill" in await images(discord, "#red zebra")
    await discord.link(linked)
    assert "**Tags** #red" in text(answer(await discord.run("show", image=upload.id)))
