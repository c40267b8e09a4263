"""`/imgur random` as users see it, and what Imgur is asked for."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from standins.imgur.records import Account
from storage.models import Shelf
from tests.cogs.conftest import Discord, answer, buttons, text
from tests.cogs.indexing import Index
from tests.cogs.test_gallery import upload_anonymously
from tests.databases import on_both

IMAGES = Shelf.IMAGES
READS = "GET /3/*"


def drawn(message: Any) -> str:
    found = re.search(r"https://imgur\.com/(\w+)", text(message))
    assert found is not None, text(message)
    return found[1]


async def test_each_picture_may_be_drawn_for_one_credit(discord: Discord, linked: Account, index: Index) -> None:
    images = {discord.standin.world.add_image(linked, title=f"{n}").id for n in range(3)}
    await index.read(IMAGES)
    message = answer(await discord.run("random"))
    assert [sent.path for sent in discord.standin.sent(READS)] == [f"/3/image/{drawn(message)}"]
    offered = ["Open on Imgur", "Edit", "Favorite", "Delete", "Copy", "Tag", "Share", "Add alt text", "Another one"]
    assert list(buttons(message)) == offered
    seen = {drawn(message)}
    for _ in range(80):
        if seen == images:
            break
        await discord.click(message, "Another one")
        seen.add(drawn(message))
    assert seen == images


@on_both
async def test_only_what_the_query_finds_is_drawn_also_after_a_restart(
    discord: Discord, linked: Account, index: Index
) -> None:
    world = discord.standin.world
    cat = world.add_image(linked, title="Cat")
    for n in range(20):
        world.add_image(linked, title=f"Dog {n}")
    await index.read(IMAGES)
    message = answer(await discord.run("random", query="cat"))
    async with discord.again() as house:
        await discord.env.restart_bot(house.bot)
        for _ in range(5):
            assert drawn(message) == cat.id
            await discord.click(message, "Another one")
        await discord.env.shutdown()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({}, "There is nothing to draw from"),
        ({"query": "cat"}, "Nothing found"),
        ({"query": "##"}, "There is nothing to look for in that"),
    ],
)
async def test_empty_library_is_said_to_be(
    discord: Discord, linked: Account, index: Index, options: dict[str, Any], said: str
) -> None:
    await index.read(IMAGES)
    result = await discord.run("random", share=True, **options)
    assert f"### {said}" in text(answer(result))
    assert not result.followups


@pytest.mark.parametrize(
    ("options", "said"), [({}, "There is nothing to draw from"), ({"query": "cat"}, "Nothing is known yet")]
)
async def test_empty_library_that_was_never_read_is_said_to_be(
    discord: Discord, linked: Account, options: dict[str, Any], said: str
) -> None:
    assert f"### {said}" in text(answer(await discord.run("random", **options)))


async def test_many_in_a_row_that_are_gone_are_said_to_be(discord: Discord, linked: Account, index: Index) -> None:
    images = [discord.standin.world.add_image(linked, title=f"{n}") for n in range(12)]
    for image in images:
        image.created -= 3600
    await index.read(IMAGES)
    for image in images:
        discord.standin.world.remove_image(image)
    assert "deleted there, 10 in a row" in text(answer(await discord.run("random")))
    assert len(await index.ids(IMAGES)) == 2


async def test_half_read_library_says_of_how_many(discord: Discord, linked: Account, index: Index) -> None:
    for n in range(70):
        discord.standin.world.add_image(linked, title=f"Dog {n}")
    await index.read(IMAGES, pages=1, whole=False, expected=70)
    assert "Drawn from the 50 that are read so far" in text(answer(await discord.run("random")))
    found = text(answer(await discord.run("random", query="cat")))
    assert "not among the 50 of about 70 that are read so far" in found


async def test_account_of_which_nothing_is_known_yet_is_drawn_from(discord: Discord, linked: Account) -> None:
    images = {discord.standin.world.add_image(linked).id for _ in range(60)}
    assert drawn(answer(await discord.run("random"))) in images


@on_both
async def test_what_was_deleted_is_not_drawn_again(discord: Discord, linked: Account, index: Index) -> None:
    world = discord.standin.world
    images = [world.add_image(linked, title="Cat") for _ in range(6)]
    for image in images:
        image.created -= 3600
    await index.read(IMAGES)
    for image in images[1:]:
        world.remove_image(image)
    message = answer(await discord.run("random"))
    assert drawn(message) == images[0].id
    for _ in range(40):
        if await index.ids(IMAGES) == [images[0].id]:
            break
        await discord.click(message, "Another one")
        assert drawn(message) == images[0].id
    assert await index.ids(IMAGES) == [images[0].id]


async def test_dead_anonymous_upload_is_not_drawn_again(discord: Discord, picture: bytes, index: Index) -> None:
    kept, dead = [await upload_anonymously(discord, picture, title) for title in ("Kept", "Dead")]
    library = (await index.stores.library.owned((), discord_id=discord.alice.id)).own
    assert library is not None
    found = await index.stores.library.get(library, ("image", dead.id))
    assert found is not None
    long_ago = datetime.now(UTC) - timedelta(days=1)
    await index.stores.library.update(library, replace(found, created=long_ago))
    discord.standin.world.remove_image(dead)
    message = answer(await discord.run("random"))
    for _ in range(80):
        if await index.stores.library.count(library, Shelf.UPLOADS) == 1:
            break
        await discord.click(message, "Another one")
        assert drawn(message) == kept.id
    assert await index.stores.library.count(library, Shelf.UPLOADS) == 1


async def test_it_works_without_a_credit_as_last_seen(discord: Discord, linked: Account, index: Index) -> None:
    image = discord.standin.world.add_image(linked, title="Cat")
    await index.read(IMAGES)
    discord.standin.fail_next("over-capacity-500", times=20)
    message = answer(await discord.run("random", query="cat"))
    assert "over capacity" in text(message)
    assert "Here is what it was when it was last looked at." in text(message)
    assert drawn(message) == image.id


async def test_shared_one_is_drawn_again_by_its_owner_only(discord: Discord, linked: Account, index: Index) -> None:
    for _ in range(3):
        discord.standin.world.add_image(linked, title="Cat")
    await index.read(IMAGES)
    result = await discord.run("random", share=True)
    [message] = result.followups
    before = text(message)
    assert "not yours" in text(answer(await discord.click(message, "Another one", discord.bob)))
    assert text(message) == before
    assert not (await discord.click(message, "Another one")).followups
    assert "Favorite" in buttons(message)


async def test_unlinked_user_draws_from_the_anonymous_uploads(discord: Discord, picture: bytes) -> None:
    upload = await upload_anonymously(discord, picture, "Mine")
    message = answer(await discord.run("random", query="mine"))
    assert drawn(message) == upload.id
    assert list(buttons(message)) == ["Open on Imgur", "Edit", "Delete", "Copy", "Tag", "Share", "Another one"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({}, "### There is nothing to draw from\n\nYou have no uploads through this bot, and no"),
        (
            {"query": "cat"},
            "### Nothing found without an account\n\nNone of your uploads here fits, and no",
        ),
    ],
)
async def test_an_unlinked_user_with_nothing_is_told_of_linking(
    discord: Discord, options: dict[str, Any], said: str
) -> None:
    message = answer(await discord.run("random", **options))
    assert said in text(message)
    assert "Link yours with `/imgur link`" in text(message)
    assert list(buttons(message)) == ["Link account"]
