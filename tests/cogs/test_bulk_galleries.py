"""What was deleted goes from the galleries that are open, at once where they can be changed, else at the next press."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from standins.imgur.records import Account
from storage.models import Shelf
from tests.cogs.conftest import Discord, answer, text
from tests.cogs.indexing import Index
from tests.cogs.test_bulk import DELETE, asked, eventually
from tests.cogs.test_bulk_stop import stopping
from tests.cogs.test_gallery import options
from tests.cogs.test_select import add_images, press, ticked

pytestmark = pytest.mark.interplay


@pytest.fixture
def works() -> bool:
    return True


def shows(message: Any) -> list[str]:
    return [value.partition(":")[2] for value in options(message)]


async def is_read(index: Index) -> bool:
    state = await index.stores.library.sync_state(await index.number(), Shelf.IMAGES)
    return state is not None and state.finished_at is not None


async def test_every_open_gallery_of_the_user_s_keeps_up(discord: Discord, linked: Account, index: Index) -> None:
    """That of a command, a turned one, and that in which it was ticked, though Imgur lists them for a while."""
    ids = add_images(discord, linked, 25)
    await eventually(lambda: is_read(index))
    discord.standin.switches.stale_reads = 2
    plain, turned = [answer(await discord.run("images")) for _ in range(2)]
    await discord.click(turned, "Next")
    gallery, question = await asked(discord, ids[1:4])
    assert shows(turned) == ids[10:20]
    await discord.click(question, "Delete 3 for good")
    assert "### 3 deleted" in text(question)
    await eventually(lambda: shows(turned) == ids[13:23])
    assert shows(plain) == shows(gallery) == [ids[0], *ids[4:13]]
    assert ticked(gallery) == []
    assert "**0 selected**" in text(gallery)


async def test_what_is_stopped_keeps_up_as_well(discord: Discord, linked: Account) -> None:
    ids = add_images(discord, linked, 5)
    gallery, question = await asked(discord, ids[:3])
    held = discord.standin.switches.hold(DELETE)
    pressing = asyncio.create_task(discord.click(question, "Delete 3 for good"))
    await asyncio.wait_for(held.arrived.wait(), 15)
    stop = asyncio.create_task(press(discord, question, **stopping(question)))
    await eventually(lambda: "### Stopping 3 pictures" in text(question))
    held.release()
    await asyncio.gather(pressing, stop)
    await eventually(lambda: "### Stopped: 1 deleted, 2 untouched" in text(question))
    await eventually(lambda: shows(gallery) == ids[1:])


async def test_an_album_and_an_emptied_list_keep_up(discord: Discord, linked: Account) -> None:
    ids = add_images(discord, linked, 3)
    images = [discord.standin.world.images[one] for one in ids]
    album = discord.standin.world.add_album(linked, title="Trip", images=images)
    inside = answer(await discord.run("images", album=album.id))
    gallery, question = await asked(discord, ids[:2])
    await discord.click(question, "Delete 2 for good")
    await eventually(lambda: shows(inside) == ids[2:])
    await eventually(lambda: "0 selected" in text(gallery))
    _, question = await asked(discord, ids[2:])
    await discord.click(question, "Delete 1 for good")
    await eventually(lambda: "*No pictures yet.*" in text(gallery))
    assert "This album is empty" in text(inside)


async def test_one_that_is_deleted_by_itself_goes_as_well_and_so_does_an_album(
    discord: Discord, linked: Account
) -> None:
    ids = add_images(discord, linked, 3)
    album = discord.standin.world.add_album(linked, title="Trip")
    gallery, albums = answer(await discord.run("images")), answer(await discord.run("album list"))
    assert (shows(gallery), shows(albums)) == (ids, [album.id])
    await discord.click(answer(await discord.run("delete", image=ids[1])), "Delete for good")
    await eventually(lambda: shows(gallery) == [ids[0], ids[2]])
    await discord.click(answer(await discord.run("album delete", album="Trip")), "Delete the album for good")
    await eventually(lambda: "No albums yet" in text(albums))


async def test_what_discord_does_not_let_be_changed_keeps_up_at_the_next_press(
    discord: Discord, linked: Account
) -> None:
    ids = add_images(discord, linked, 12)
    gallery, question = await asked(discord, ids[:2])
    other = answer(await discord.run("images"))
    before = text(gallery)
    opened = [entry.path for entry in discord.env.http_requests if entry.method == "PATCH"]
    for path in opened:
        discord.env.inject_error("PATCH", path, status=404, code=10015, times=None)
    await discord.click(question, "Delete 2 for good")
    assert "### 2 deleted" in text(question)
    assert text(gallery) == before
    await discord.click(gallery, "Clear")
    await discord.click(other, "Next")
    assert shows(gallery) == ids[2:]
    assert shows(other) == ids[2:]


async def test_nobody_else_s_gallery_is_touched_and_no_page_is_turned_back(discord: Discord, linked: Account) -> None:
    ids = add_images(discord, linked, 15)
    await discord.link(linked, discord.bob)
    bobs = answer(await discord.run("images", actor=discord.bob))
    gallery, question = await asked(discord, ids[:2])
    done = await discord.click(gallery, "Done")
    assert not done.followups
    await discord.click(question, "Delete 2 for good")
    await eventually(lambda: shows(gallery) == ids[2:12])
    assert "selected**" not in text(gallery)
    assert shows(bobs) == ids[:10]
