"""`query` of `/imgur images` and `/imgur favorites` as users see it, and what Imgur is asked for."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from standins.imgur.records import Account
from storage.models import Shelf
from tests.cogs.conftest import Discord, answer, buttons, components, text, walk
from tests.cogs.indexing import Index
from tests.cogs.test_gallery import all_pages, enabled, listed, upload_anonymously
from tests.databases import on_both

IMAGES, FAVORITES, ALBUMS = Shelf.IMAGES, Shelf.FAVORITES, Shelf.ALBUMS
READS = "GET /3/*"


@on_both
async def test_query_finds_what_holds_every_word_page_by_page(discord: Discord, linked: Account, index: Index) -> None:
    world = discord.standin.world
    cats = [world.add_image(linked, title=f"Cat {n}", description="At the BEACH") for n in range(23)]
    for n in range(80):
        world.add_image(linked, title=f"Cat {n}")
    await index.read(IMAGES)
    message = answer(await discord.run("images", query="bea CAT"))
    assert "### Your images · “bea CAT”" in text(message)
    assert "Page 1 of 3 · 23 found" in text(message)
    assert await all_pages(discord, message) == [image.id for image in cats[::-1]]
    await discord.click(message, "First")
    assert listed(message) == [image.id for image in cats[:12:-1]]
    assert [sent.path for sent in discord.standin.sent(READS)] == ["/3/account/me/images/0"]  # for news


@pytest.mark.parametrize(("sort", "step"), [("newest", -1), ("oldest", 1)])
async def test_query_in_favorites_keeps_their_order(
    discord: Discord, linked: Account, index: Index, sort: str, step: int
) -> None:
    world = discord.standin.world
    liked = [world.add_album(title="Cat") if n % 3 else world.add_image(title="cat") for n in range(14)]
    world.add_favorites(linked, [*liked, world.add_image(title="Dog")])
    await index.read(FAVORITES)
    message = answer(await discord.run("favorites", query="cat", sort=sort))
    assert f"Your favorites, {sort} first · “cat”" in text(message)
    assert await all_pages(discord, message) == [item.id for item in liked[::step]]
    assert "14 found" in text(message)


async def test_query_goes_on_after_a_restart_and_refresh(discord: Discord, linked: Account, index: Index) -> None:
    world = discord.standin.world
    for _ in range(21):
        world.add_image(linked, title="x" * 60)
    await index.read(IMAGES)
    message = answer(await discord.run("images", query="x" * 60))
    async with discord.again() as house:
        await discord.env.restart_bot(house.bot)
        await discord.click(message, "Last")
        assert "Page 3 of 3 · 21 found" in text(message)
        await discord.click(message, "Refresh")
        assert "Page 3 of 3 · 21 found" in text(message)
        await discord.env.shutdown()


async def test_gallery_of_a_forgotten_query_says_so(discord: Discord, linked: Account, index: Index) -> None:
    for _ in range(11):
        discord.standin.world.add_image(linked, title="cat")
    await index.read(IMAGES)
    message = answer(await discord.run("images", query="cat"))
    before = text(message)
    await index.stores.views.sweep(datetime.now(UTC) + timedelta(days=1), limit=10)
    [told] = (await discord.click(message, "Next")).followups
    assert "too old" in text(told)
    assert text(message) == before


@pytest.mark.parametrize("query", ["", "cat", "dog"])
async def test_more_news_than_can_be_read_meanwhile_is_said(
    discord: Discord, linked: Account, index: Index, query: str
) -> None:
    """Also where nothing is found: it may be among what is not read yet."""
    discord.standin.switches.most_per_page = 10
    for _ in range(2):
        discord.standin.world.add_image(linked, title="cat")
    await index.read(IMAGES)
    for _ in range(70):
        discord.standin.world.add_image(linked, title="bird")
    for _ in range(2):  # what the first look takes in must not hide that there is more
        message = answer(await discord.run("images", query=query))
        assert "This is not quite as on Imgur" in text(message)
        assert "read again" in text(message)


@pytest.mark.parametrize("query", ["", "  ", "\u3000"])
async def test_blank_query_counts_as_none(discord: Discord, linked: Account, index: Index, query: str) -> None:
    image = discord.standin.world.add_image(linked)
    await index.read(IMAGES)
    message = answer(await discord.run("images", query=query))
    assert listed(message) == [image.id]
    assert "### Your images\n" in text(message) + "\n"


@pytest.mark.parametrize("query", ["\u200b", "\ufe0f", "\u0301", "#", "##", "# #", "\u200b \u2060"])
@pytest.mark.parametrize("command", ["images", "favorites"])
async def test_query_of_nothing_visible_is_asked_for_in_words(
    discord: Discord, linked: Account, index: Index, query: str, command: str
) -> None:
    discord.standin.world.add_favorites(linked, [discord.standin.world.add_image(linked)])
    await index.read(IMAGES, FAVORITES)
    message = answer(await discord.run(command, query=query))
    assert "There is nothing to look for in that" in text(message)
    assert discord.standin.sent(READS) == []


@pytest.mark.parametrize(
    "query", ["a" * 6000, " ".join("abcdefghij"[n % 10] for n in range(3000)), " ".join(f"w{n}" for n in range(1000))]
)
async def test_long_query_is_answered(discord: Discord, linked: Account, index: Index, query: str) -> None:
    discord.standin.world.add_image(linked, title="abcdefghij")
    await index.read(IMAGES)
    shown = text(answer(await discord.run("images", query=query)))
    assert "1 found" in shown or "Nothing found" in shown or "20 different words" in shown


async def test_query_of_3000_words_of_one_letter_finds_each_once(
    discord: Discord, linked: Account, index: Index
) -> None:
    discord.standin.world.add_image(linked, title="abcdefghij")
    await index.read(IMAGES)
    query = " ".join("abcdefghij"[n % 10] for n in range(3000))
    assert "1 found" in text(answer(await discord.run("images", query=query)))


async def test_no_hit_while_reading_says_among_how_many(discord: Discord, linked: Account, index: Index) -> None:
    for n in range(120):
        discord.standin.world.add_image(linked, title=f"Dog {n}")
    await index.read(IMAGES, pages=1, whole=False, expected=120)
    message = answer(await discord.run("images", query="cat"))
    assert "### Nothing found so far" in text(message)
    assert "not among the 50 of about 120 that are read so far" in text(message)
    assert "The rest " in text(message)
    assert enabled(message) == ["Refresh"]
    message = answer(await discord.run("images", query="dog"))
    assert "50 found among the 50 read so far" in text(message)


async def test_no_hit_in_all_says_so_and_is_not_shared(discord: Discord, linked: Account, index: Index) -> None:
    discord.standin.world.add_image(linked, title="Dog")
    await index.read(IMAGES)
    result = await discord.run("images", query="cat", share=True)
    assert "### Nothing found\n" in text(answer(result))
    assert re.search(r"changed on imgur.com after <t:\d+:D> may be missing", text(answer(result)))
    assert not result.followups


async def test_query_in_an_album_finds_only_its_own(discord: Discord, linked: Account, index: Index) -> None:
    world = discord.standin.world
    inside = [world.add_image(linked, title="Cat"), world.add_image(linked, title="Plain"), world.add_image(linked)]
    album = world.add_album(linked, title="Holiday", images=inside)
    world.add_image(linked, title="Cat outside")
    await index.read(IMAGES, ALBUMS)
    await index.tag(inside[1].id, "cat")
    message = answer(await discord.run("images", album="Holiday", query="cat"))
    assert "Album: Holiday · “cat”" in text(message)
    assert sorted(listed(message)) == sorted(image.id for image in inside[:2])
    message = answer(await discord.run("images", album=album.id, query="#cat"))
    assert listed(message) == [inside[1].id]
    message = answer(await discord.run("images", album="Holiday", query="holiday"))
    assert "Nothing found" in text(message)


async def test_query_in_an_album_is_turned_page_by_page(discord: Discord, linked: Account, index: Index) -> None:
    world = discord.standin.world
    images = [world.add_image(linked, title="Cat" if n % 2 else "Dog") for n in range(30)]
    world.add_album(linked, title="Holiday", images=images)
    message = answer(await discord.run("images", album="Holiday", query="cat"))
    assert await all_pages(discord, message) == [image.id for image in images[1::2]]
    assert "Page 2 of 2 · 15 found" in text(message)


@pytest.mark.parametrize(
    "form", ["{id}", "https://imgur.com/{id}", "https://i.imgur.com/{id}.jpg", "<https://imgur.com/{id}>"]
)
async def test_ids_and_links_find_the_item(discord: Discord, linked: Account, index: Index, form: str) -> None:
    world = discord.standin.world
    image = world.add_image(linked, title="Cat")
    world.add_image(linked, title="Other")
    await index.read(IMAGES)
    assert listed(answer(await discord.run("images", query=form.format(id=image.id)))) == [image.id]


async def test_id_in_the_wrong_case_finds_the_item(discord: Discord, linked: Account, index: Index) -> None:
    image = discord.standin.world.add_image(linked, title="Cat")
    await index.read(IMAGES)
    assert listed(answer(await discord.run("images", query=image.id.swapcase()))) == [image.id]


@on_both
async def test_tags_find_whole_tags_and_words_their_parts(discord: Discord, linked: Account, index: Index) -> None:
    world = discord.standin.world
    category, cat = world.add_image(linked), world.add_image(linked)
    await index.read(IMAGES)
    await index.tag(category.id, "category")
    await index.tag(cat.id, "cat")
    assert listed(answer(await discord.run("images", query="#cat"))) == [cat.id]
    assert sorted(listed(answer(await discord.run("images", query="cat")))) == sorted([cat.id, category.id])


async def test_unlinked_user_looks_through_the_anonymous_uploads(discord: Discord, picture: bytes) -> None:
    cat = await upload_anonymously(discord, picture, "Cat")
    await upload_anonymously(discord, picture, "Dog")
    message = answer(await discord.run("images", query="cat"))
    assert "Your anonymous uploads · “cat”" in text(message)
    assert listed(message) == [cat.id]
    assert "Nothing found" in text(answer(await discord.run("images", query="bird")))


async def test_linked_user_is_led_to_what_is_found_among_anonymous_uploads(
    discord: Discord, linked: Account, index: Index, picture: bytes
) -> None:
    await upload_anonymously(discord, picture, "Cat")
    await upload_anonymously(discord, picture, "Dog")
    await index.read(IMAGES)
    message = answer(await discord.run("images", query="cat"))
    assert "Nothing found" in text(message)
    await discord.click(message, "Anonymous uploads (1)")
    assert "Your anonymous uploads · “cat”" in text(message)
    assert "Page 1 of 1 · 1 found" in text(message)


async def test_query_says_nothing_in_markup_and_no_mention(discord: Discord, linked: Account, index: Index) -> None:
    discord.standin.world.add_image(linked, title="**bold** @everyone")
    await index.read(IMAGES)
    shown = text(answer(await discord.run("images", query="**bold** @everyone")))
    assert "“\\*\\*bold\\*\\* @\u200beveryone”" in shown
    assert "1 found" in shown


@on_both
async def test_deleted_item_is_out_of_the_results_once_it_is_pressed(
    discord: Discord, linked: Account, index: Index
) -> None:
    world = discord.standin.world
    images = [world.add_image(linked, title="Cat") for _ in range(12)]
    images[-1].created -= 3600
    await index.read(IMAGES)
    message = answer(await discord.run("images", query="cat"))
    assert "12 found" in text(message)
    world.remove_image(images[-1])
    told = answer(await discord.alice.select(message, [f"image:{images[-1].id}"]))
    assert "That is no longer on Imgur" in text(told)
    message = answer(await discord.run("images", query="cat"))
    assert "11 found" in text(message)
    assert images[-1].id not in listed(message)


async def test_what_was_renamed_far_down_is_found_by_its_new_title_once_it_was_shown(
    discord: Discord, linked: Account, index: Index
) -> None:
    world = discord.standin.world
    deep = world.add_image(linked, title="Cat")
    for n in range(130):
        world.add_image(linked, title=f"Other {n}")
    await index.read(IMAGES)
    deep.title = "Dog"
    assert "Nothing found" in text(answer(await discord.run("images", query="dog")))
    message = answer(await discord.run("images", query="cat"))
    assert "### Dog" in text(answer(await discord.alice.select(message, [f"image:{deep.id}"])))
    assert listed(answer(await discord.run("images", query="dog"))) == [deep.id]
    assert "Nothing found" in text(answer(await discord.run("images", query="cat")))


@on_both
async def test_unlinking_leaves_nothing_to_find(discord: Discord, linked: Account, index: Index) -> None:
    for _ in range(11):
        discord.standin.world.add_image(linked, title="Cat")
    await index.read(IMAGES)
    message = answer(await discord.run("images", query="cat"))
    await discord.house.services.accounts.unlink(discord.alice.id)
    [told] = (await discord.click(message, "Next")).followups
    assert "too old" in text(told) or "No Imgur account" in text(told)
    assert "Nothing found" in text(answer(await discord.run("images", query="cat")))


async def test_query_waits_for_a_small_library_that_is_just_being_read(
    discord: Discord, linked: Account, index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.library.listing.SMALL_PATIENCE", 30.0)
    image = discord.standin.world.add_image(linked, title="Cat")
    asking = asyncio.create_task(discord.run("images", query="cat"))
    while not await discord.house.services.jobs.of_user(discord.alice.id):  # noqa: ASYNC110 - the database tells it
        await asyncio.sleep(0.02)
    await index.read(IMAGES)
    assert listed(answer(await asking)) == [image.id]


# --- a shelf that was read as a whole ---------------------------------------------------------------------------------


async def test_shelf_that_is_known_is_paged_for_one_credit(discord: Discord, linked: Account, index: Index) -> None:
    world = discord.standin.world
    for n in range(117):
        world.add_image(linked, title=f"{n}")
    await index.read(IMAGES)
    images = [image.id for image in world.images_of(linked)]
    message = answer(await discord.run("images"))
    assert "Page 1 of 12 · 117 in all" in text(message)
    assert await all_pages(discord, message) == images
    assert [sent.path for sent in discord.standin.sent(READS)] == ["/3/account/me/images/0"]


async def test_news_of_imgur_are_seen_at_the_next_look(discord: Discord, linked: Account, index: Index) -> None:
    world = discord.standin.world
    for n in range(12):
        world.add_image(linked, title=f"Cat {n}")
    await index.read(IMAGES)
    new = world.add_image(linked, title="New cat")
    assert listed(answer(await discord.run("images")))[0] == new.id
    newer = world.add_image(linked, title="Newer cat")
    message = answer(await discord.run("images", query="new cat"))
    assert listed(message) == [newer.id, new.id]
    world.add_image(linked, title="Newest cat")
    await discord.click(message, "Refresh")
    assert "3 found" in text(message)


@pytest.mark.parametrize("options", [{}, {"query": "cat"}])
@pytest.mark.parametrize("command", ["images", "favorites"])
async def test_what_is_known_is_shown_with_a_word_where_imgur_cannot_be_asked(
    discord: Discord, linked: Account, index: Index, command: str, options: dict[str, Any]
) -> None:
    world = discord.standin.world
    world.add_favorites(linked, [world.add_image(linked, title="Cat")])
    await index.read(IMAGES, FAVORITES)
    discord.standin.fail_next("over-capacity-500", times=20)
    message = answer(await discord.run(command, **options))
    assert "over capacity" in text(message)
    assert "as it was last" in text(message) or "when it was last looked at" in text(message)
    assert "[Cat](" in text(message)


async def test_empty_answer_of_imgur_s_is_not_believed_at_once(discord: Discord, linked: Account, index: Index) -> None:
    world = discord.standin.world
    images = [world.add_image(linked, title="Cat") for _ in range(3)]
    await index.read(IMAGES)
    for image in images:
        world.remove_image(image)
    message = answer(await discord.run("images"))
    assert "Imgur shows nothing here at the moment" in text(message)
    assert "3 in all" in text(message)


async def test_favorites_beyond_what_imgur_lists_are_there_in_both_orders(
    discord: Discord, linked: Account, index: Index
) -> None:
    world = discord.standin.world
    liked = [world.add_image() for _ in range(75)]
    world.add_favorites(linked, liked)
    await index.read(FAVORITES)
    message = answer(await discord.run("favorites", sort="oldest"))
    assert "Page 1 of 8 · 75 in all" in text(message)
    assert await all_pages(discord, message) == [image.id for image in liked]
    assert "Anonymous" not in str(list(buttons(message)))


# --- names ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("text_of", ["{title}", "{title} ({id})", "{id}", "3. 🖼️ {title} · marked mature", "DEEP dówn"])
async def test_title_far_down_a_list_names_its_item(
    discord: Discord, linked: Account, index: Index, text_of: str
) -> None:
    world = discord.standin.world
    deep = world.add_image(linked, title="Deep down")
    for n in range(130):
        world.add_image(linked, title=f"Other {n}")
    await index.read(IMAGES, FAVORITES)
    named = text_of.format(title="Deep down", id=deep.id)
    assert "### Deep down" in text(answer(await discord.run("show", image=named)))
    paths = [sent.path for sent in discord.standin.sent(READS) if "albums" not in sent.path]
    assert paths in ([f"/3/image/{deep.id}"], [f"/3/album/{deep.id}", f"/3/image/{deep.id}"])


async def test_titles_shared_far_down_are_asked_about(discord: Discord, linked: Account, index: Index) -> None:
    world = discord.standin.world
    twins = [world.add_image(linked, title="Twin") for _ in range(2)]
    for n in range(70):
        world.add_image(linked, title=f"Other {n}")
    await index.read(IMAGES)
    shown = text(answer(await discord.run("edit", image="twin", title="New")))
    assert all(image.id in shown for image in twins)


async def test_title_that_is_new_on_imgur_is_found(discord: Discord, linked: Account, index: Index) -> None:
    world = discord.standin.world
    world.add_image(linked, title="Old")
    await index.read(IMAGES, FAVORITES)
    world.add_image(linked, title="Just made")
    assert "### Just made" in text(answer(await discord.run("show", image="just made")))


async def test_several_are_ticked_among_what_a_query_finds(discord: Discord, linked: Account, index: Index) -> None:
    world = discord.standin.world
    cats = [world.add_image(linked, title="Cat") for _ in range(12)]
    world.add_favorites(linked, [*cats, *(world.add_image(linked, title="Dog") for _ in range(12))])
    await index.read(FAVORITES)
    message = answer(await discord.run("favorites", query="cat", sort="oldest"))
    await discord.click(message, "Select…")
    await discord.alice.select(message, [f"image:{cats[0].id}", f"image:{cats[3].id}"])
    await discord.click(message, "Next")
    assert listed(message) == [image.id for image in cats[10:]]
    assert "2 selected** · Page 2 of 2 · 12 found" in text(message)
    ids = [part["custom_id"] for part in walk(components(message)) if "custom_id" in part]
    assert max(map(len, ids)) + len("99999") * 2 + len("12345678901234567890") - len(str(discord.alice.id)) - 2 <= 100
    await discord.click(message, "Done")
    assert "“cat”" in text(message)
    assert "selected" not in text(message)
