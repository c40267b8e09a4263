"""Several at once: ticking in a gallery, as users see it."""

from __future__ import annotations

from typing import Any

import pytest
from simcord import actors

from cogs.gallery._views import gallery_view
from imgur.models import Image
from services.library.page import GalleryPage
from services.library.place import Place, Source
from services.selection import Selected, Ticks
from standins.imgur.records import Account
from tests.cogs.conftest import Discord, answer, buttons, components, text, walk
from tests.cogs.limits import assert_sendable
from tests.cogs.test_data import files
from tests.cogs.test_gallery import enabled, listed, options, upload_anonymously


def menu(message: Any) -> dict[str, Any]:
    return next(part for part in walk(components(message)) if part["type"] == 3)


def ticked(message: Any) -> list[str]:
    """The ids that the menu shows as ticked."""
    return [o["value"].partition(":")[2] for o in menu(message)["options"] if o.get("default")]


def marked(message: Any) -> list[str]:
    """The ids that the list shows as ticked."""
    lines = [line for line in text(message).splitlines() if "✅" in line]
    return [line.rpartition("imgur.com/")[2].rstrip(")").removeprefix("a/") for line in lines]


async def tick(discord: Discord, message: Any, *ids: str) -> Any:
    """Choose these of the page's, and no others."""
    values = [value for value in options(message) if value.partition(":")[2] in ids]
    assert len(values) == len(ids)
    return await discord.alice.select(message, values)


async def selecting(discord: Discord, command: str = "images", **given: Any) -> Any:
    message = answer(await discord.run(command, **given))
    await discord.click(message, "Select…")
    return message


def add_images(discord: Discord, account: Account, number: int) -> list[str]:
    """So many images, the newest first."""
    return [discord.standin.world.add_image(account, title=f"Picture {n}").id for n in range(number)][::-1]


async def test_what_is_ticked_stays_ticked_while_paging_and_over_a_restart(discord: Discord, linked: Account) -> None:
    ids = add_images(discord, linked, 25)
    message = await selecting(discord)
    assert "**0 selected**" in text(message)
    assert ticked(message) == []
    await tick(discord, message, ids[1], ids[4])
    assert "**2 selected**" in text(message)
    await discord.click(message, "Last")
    assert ticked(message) == []
    await tick(discord, message, *ids[21:24])
    assert "**5 selected** · Page 3 of 3 · 25 in all" in text(message)
    await discord.click(message, "First")
    assert ticked(message) == marked(message) == [ids[1], ids[4]]
    assert "**5 selected**" in text(message)
    async with discord.again() as house:
        await discord.env.restart_bot(house.bot)
        await discord.click(message, "Last")
        assert ticked(message) == marked(message) == ids[21:24]
        assert "**5 selected**" in text(message)
        await tick(discord, message, ids[22])
        assert "**3 selected**" in text(message)
        await discord.click(message, "First")
        await tick(discord, message)
        assert "**1 selected**" in text(message)
        await discord.env.shutdown()


async def test_only_values_of_the_page_s_own_menu_count(discord: Discord, linked: Account) -> None:
    ids = add_images(discord, linked, 15)
    message = await selecting(discord)
    await tick(discord, message, ids[0], ids[1])
    await discord.click(message, "Next")
    # The client carries the first page's values over.
    values = [f"image:{ids[n]}" for n in (0, 1, 2)] + [f"image:{ids[12]}", "image:madeup7"]
    await press(discord, message, custom_id=menu(message)["custom_id"], component_type=3, values=values)
    assert "**3 selected**" in text(message)
    assert ticked(message) == [ids[12]]
    await discord.click(message, "Previous")
    assert ticked(message) == [ids[0], ids[1]]


async def press(discord: Discord, message: Any, actor: Any = None, **data: Any) -> Any:
    """A press as Discord does not let everybody make one, but may hand it on; simcord's own way refuses it."""
    stored = actors._visible_message(discord.alice, message)
    return await actors._component_interaction(actor or discord.alice, stored, data)


async def test_items_are_known_by_their_ids_not_by_their_places(discord: Discord, linked: Account) -> None:
    ids = add_images(discord, linked, 12)
    message = await selecting(discord)
    newest = discord.standin.world.add_image(linked, title="Newer").id
    await tick(discord, message, ids[2])
    await discord.click(message, "Refresh")
    assert listed(message)[:4] == [newest, *ids[:3]]
    assert ticked(message) == [ids[2]]
    copied = answer(await discord.click(message, "Copy links"))
    assert f"https://imgur.com/{ids[2]}\n" in text(copied)
    assert "### 1 link" in text(copied)


async def test_every_message_has_a_selection_of_its_own(discord: Discord, linked: Account) -> None:
    ids = add_images(discord, linked, 3)
    one, other = await selecting(discord), await selecting(discord)
    await tick(discord, one, ids[0])
    await tick(discord, other, ids[1], ids[2])
    await discord.click(one, "Refresh")
    assert ticked(one) == [ids[0]]
    assert ticked(other) == [ids[1], ids[2]]
    await discord.click(one, "Clear")
    assert ticked(one) == []
    await discord.click(other, "Refresh")
    assert ticked(other) == [ids[1], ids[2]]


async def test_a_menu_is_never_called_as_it_was_before(discord: Discord, linked: Account) -> None:
    """A client shows what was chosen in a menu of that custom_id, whatever the bot says is chosen by now."""
    ids = add_images(discord, linked, 12)
    message = await selecting(discord)
    called = [menu(message)["custom_id"]]

    async def go(press: Any) -> None:
        await press
        called.append(menu(message)["custom_id"])

    for number in (0, 1):
        await go(tick(discord, message, ids[number]))
        await go(discord.click(message, "Clear"))
    for label in ("Next", "Previous", "Refresh"):
        await go(discord.click(message, label))
    assert len(set(called)) == len(called) == 8


async def test_so_is_every_menu_that_is_drawn_again(discord: Discord, linked: Account) -> None:
    ids = add_images(discord, linked, 12)
    album = discord.standin.world.add_album(linked, title="Trip", images=[discord.standin.world.images[i] for i in ids])
    gallery = answer(await discord.run("images", album=album.id))
    called = [menu(gallery)["custom_id"]]
    for label in ("Next", "Previous"):
        await discord.click(gallery, label)
        called.append(menu(gallery)["custom_id"])
    arranging = answer(await discord.click(gallery, "Cover and order"))
    for image in ids[1:3]:
        menus = [part["custom_id"] for part in walk(components(arranging)) if part["type"] == 3]
        assert len(menus) == 2
        called += menus
        await discord.alice.select(arranging, [image], custom_id=menus[0])
        assert album.cover == image
    assert len(set(called)) == len(called) == 7


async def test_menus_of_the_last_release_still_work(discord: Discord, linked: Account) -> None:
    [image] = add_images(discord, linked, 1)
    gallery = answer(await discord.run("images"))
    old = {"custom_id": f"v1:item-show:{discord.alice.id}", "component_type": 3, "values": [f"image:{image}"]}
    assert "### Picture 0" in text(answer(await press(discord, gallery, **old)))


async def test_a_shared_gallery_is_not_for_selecting(discord: Discord, linked: Account) -> None:
    add_images(discord, linked, 3)
    [message] = (await discord.run("images", share=True)).followups
    assert "Select…" not in buttons(message)
    message = answer(await discord.run("images"))
    assert "Select…" in enabled(message)


async def test_nobody_else_ticks_or_acts(discord: Discord, linked: Account) -> None:
    ids = add_images(discord, linked, 3)
    message = await selecting(discord)
    await tick(discord, message, ids[0])
    before = len(discord.standin.requests)
    pressed = [part for part in walk(components(message)) if "custom_id" in part]
    assert len(pressed) >= 5
    for part in pressed:
        given = {"values": options(message)[1:2]} if part["type"] == 3 else {}
        result = await press(
            discord, message, discord.bob, custom_id=part["custom_id"], component_type=part["type"], **given
        )
        assert "not yours" in text(answer(result))
    assert len(discord.standin.requests) == before
    await discord.click(message, "Refresh")
    assert ticked(message) == [ids[0]]


async def test_done_leads_back_to_the_gallery(discord: Discord, linked: Account) -> None:
    ids = add_images(discord, linked, 12)
    message = await selecting(discord)
    await discord.click(message, "Next")
    assert enabled(message) == ["First", "Previous", "Refresh", "Done"]
    await tick(discord, message, ids[10])
    await discord.click(message, "Done")
    assert "Page 2 of 2" in text(message)
    assert "selected" not in text(message)
    assert menu(message).get("max_values", 1) == 1
    assert "### Picture 0" in text(answer(await discord.alice.select(message, options(message)[1:])))
    await discord.click(message, "Select…")
    assert ticked(message) == []


async def test_an_album_and_an_image_of_one_id_are_told_apart(discord: Discord, linked: Account) -> None:
    world = discord.standin.world
    image, album = world.add_image(title="One"), world.add_album(title="Two", images=[world.add_image()])
    world.albums[image.id] = world.albums.pop(album.id)
    album.id = image.id
    world.add_favorites(linked, [image, album])
    message = await selecting(discord, "favorites")
    assert sorted(options(message)) == [f"album:{image.id}", f"image:{image.id}"]
    await discord.alice.select(message, [f"album:{image.id}"])
    assert [o["value"] for o in menu(message)["options"] if o.get("default")] == [f"album:{image.id}"]
    copied = answer(await discord.click(message, "Copy links"))
    assert f"```\nhttps://imgur.com/a/{image.id}\n```" in text(copied)


async def test_items_of_one_title_are_told_apart(discord: Discord, linked: Account) -> None:
    world = discord.standin.world
    same = [world.add_image(linked, title="IMG_0001") for _ in range(2)]
    world.add_image(linked, title="Another")
    message = answer(await discord.run("images"))
    described = {option["value"]: option.get("description") for option in menu(message)["options"]}
    assert described.pop(f"image:{world.images_of(linked)[0].id}") is None
    assert all((described[f"image:{image.id}"] or "").startswith(f"{image.id} · 20") for image in same)


async def test_an_old_selection_says_that_it_is_gone(discord: Discord, linked: Account) -> None:
    ids = add_images(discord, linked, 3)
    message = await selecting(discord)
    await tick(discord, message, ids[0])
    await discord.house.services.accounts.unlink(discord.alice.id)
    await discord.link(linked)
    for label in ("Refresh", "Copy links"):
        result = await discord.click(message, label)
        told = result.followups[0] if result.followups else answer(result)
        assert "This gallery is too old" in text(told)
    await discord.click(message, "Done")
    assert "selected" not in text(message)


async def test_anonymous_uploads_are_selected_without_an_account(discord: Discord, picture: bytes) -> None:
    upload = await upload_anonymously(discord, picture, "Mine")
    message = await selecting(discord)
    await tick(discord, message, upload.id)
    assert f"https://imgur.com/{upload.id}\n" in text(answer(await discord.click(message, "Copy links")))


async def test_of_many_links_the_message_shows_the_first_and_its_file_has_all(
    discord: Discord, linked: Account
) -> None:
    ids = add_images(discord, linked, 100)
    message = await selecting(discord)
    for number in range(10):
        await tick(discord, message, *ids[10 * number :][:10])
        if number < 9:
            await discord.click(message, "Next")
    result = await discord.click(message, "Copy links")
    copied, links = answer(result), [f"https://imgur.com/{image}" for image in ids]
    assert [line for line in text(copied).splitlines() if line.startswith("https")] == links
    assert not files(copied)
    await discord.alice.select(copied, values=["bbcode"])
    here = [line for line in text(copied).splitlines() if line.startswith("[url=")]
    assert 10 < len(here) < 100
    assert f"These are the first {len(here)}" in text(copied)
    whole = files(copied)["links.txt"].decode().splitlines()
    assert whole[: len(here)] == here
    assert [line.startswith(f"[url={link}]") for line, link in zip(whole, links, strict=True)] == [True] * 100
    changed = await discord.alice.select(copied, values=["link"])
    assert not changed.followups
    assert not files(copied)


@pytest.mark.parametrize("place", [Place(Source.FAVORITES, "newest"), Place(Source.ALBUM, album="a" * 32)])
def test_the_select_mode_fits_into_discord(place: Place) -> None:
    items = tuple(Image(id=f"{n:032}", title="\N{CAT FACE}" * 128, nsfw=True) for n in range(10))
    page = GalleryPage(place.source, items, 9_998, 9_999, 9_999, total=100_000, anonymous=3)
    ticks = Ticks("v" * 12, tuple(Selected("image", item.id) for item in items))
    assert_sendable(gallery_view(page, place, 2**63, ticks=ticks))
    assert_sendable(gallery_view(page, place, 2**63))
