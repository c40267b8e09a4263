"""The menu **Favorite on Imgur** of a message: each link once, an outcome for each."""

from __future__ import annotations

import pytest

from cogs.item._menu_views import favorites_view, under_way_view
from cogs.ui import door
from errors import NotLinkedError
from imgur.errors import NotFoundError, RateLimitedError
from imgur.models import Image
from services.library.ability import Shown
from services.library.favorites import Outcome
from services.library.items import Favorited
from services.message import Linked
from standins.imgur.records import Account, StoredImage
from tests.cogs.conftest import Discord, answer, buttons, components, text, walk
from tests.cogs.limits import BUTTON, assert_sendable, written
from tests.cogs.limits import parts as drawn
from tests.messages import embed, forwarded, gallery, media, message
from tests.reading import english

FAVORITE_MENU = "Favorite on Imgur"
SWITCH = "POST /3/*/favorite"


@pytest.fixture
def theirs(discord: Discord, picture: bytes) -> list[StoredImage]:
    """Pictures of somebody else's."""
    bob = discord.standin.world.add_account("bob_pictures")
    return [discord.standin.world.add_image(bob, picture, title=f"Hill {number}") for number in range(3)]


def favorites(account: Account) -> set[str]:
    return {item.id for item in account.favorites}


async def test_one_link_is_made_a_favorite_as_by_the_command(
    discord: Discord, linked: Account, theirs: list[StoredImage]
) -> None:
    said = f"look: <https://imgur.com/{theirs[0].id}>"
    shown = answer(await discord.menu(FAVORITE_MENU, forwarded(content=said)))
    assert "**Added to your favorites**" in text(shown)
    assert "### Hill 0" in text(shown)
    assert "Unfavorite" in buttons(shown)
    assert favorites(linked) == {theirs[0].id}


async def test_it_is_acknowledged_before_anything_else(discord: Discord) -> None:
    before = len(discord.env.http_requests)
    await discord.menu(FAVORITE_MENU, message(content="imgur.com/AbCdEfG"))
    assert discord.env.http_requests[before].json == {"type": 5, "data": {"flags": 64}}


async def test_links_to_one_thing_are_switched_once_wherever_they_stand(
    discord: Discord, linked: Account, theirs: list[StoredImage]
) -> None:
    one = theirs[0].id
    whole = message(
        content=f"https://imgur.com/{one} ||https://i.imgur.com/{one}h.jpg||",
        embeds=[embed(f"https://imgur.com/{one}"), embed(f"https://i.imgur.com/{one}.jpg")],
        components=[
            {"type": 10, "content": f"[x](https://m.imgur.com/{one})"},
            gallery({"media": media(f"https://i.imgur.com/{one}.jpg")}),
        ],
    )
    whole["message_snapshots"] = forwarded(content=f"imgur.com/gallery/{one}")["message_snapshots"]
    assert "Added to your favorites" in text(answer(await discord.menu(FAVORITE_MENU, whole)))
    assert len(discord.standin.sent(SWITCH)) == 1
    assert favorites(linked) == {one}
    await discord.menu(FAVORITE_MENU, whole)
    assert favorites(linked) == {one}, "repeating it changes nothing"


async def test_a_post_and_its_album_are_one(discord: Discord, linked: Account, picture: bytes) -> None:
    bob = discord.standin.world.add_account("bob_pictures")
    image = discord.standin.world.add_image(bob, picture, title="Hill")
    album = discord.standin.world.add_album(bob, title="Way", privacy="public", images=[image], in_gallery=True)
    both = message(content=f"https://imgur.com/gallery/{album.id} and https://imgur.com/a/{album.id}")
    await discord.menu(FAVORITE_MENU, both)
    assert len(discord.standin.sent(SWITCH)) == 1
    assert favorites(linked) == {album.id}


async def test_of_several_each_has_its_outcome_and_none_costs_another_s(
    discord: Discord, linked: Account, theirs: list[StoredImage]
) -> None:
    discord.standin.world.add_favorites(linked, [theirs[1]])
    links = [f"https://imgur.com/{one.id}" for one in theirs[:2]]
    whole = message(content=" ".join([links[0], "https://imgur.com/GoneGon", links[1], f"imgur.com/{theirs[2].id}"]))
    shown = answer(await discord.menu(FAVORITE_MENU, whole))
    assert "### 2 added to your favorites" in text(shown)
    assert f"- [Hill 0](https://imgur.com/{theirs[0].id}) is one of your favorites now" in text(shown)
    assert f"- [Hill 1](https://imgur.com/{theirs[1].id}) was one already" in text(shown)
    assert "- [Image GoneGon](https://imgur.com/GoneGon): **" in text(shown)
    assert favorites(linked) == {one.id for one in theirs}


async def test_of_more_than_can_be_seen_it_is_asked_first(
    discord: Discord, linked: Account, theirs: list[StoredImage], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "OTHERS_FIRST", 0.0)
    hidden = " ".join(f"[.](https://imgur.com/GoneG{number:02})" for number in range(27))
    whole = message(content=f"Look: imgur.com/{theirs[0].id}", embeds=[{"type": "rich", "description": hidden}])
    asked = answer(await discord.menu(FAVORITE_MENU, whole))
    assert "28 links to Imgur are in this message" in text(asked)
    assert not discord.standin.requests
    [menu] = [part for part in walk(components(asked)) if part["type"] == 3]
    assert len(menu["options"]) == 25
    some = await discord.alice.select(asked, [menu["options"][0]["value"]], custom_id=menu["custom_id"])
    assert "Hill 0" in text(answer(some))
    assert favorites(linked) == {theirs[0].id}
    pressed = buttons(asked)["Add all 28"]["custom_id"]
    await discord.click(asked, "Add all 28")
    assert "All of these" not in text(asked)
    assert "was one already" in text(asked)
    told, data = text(asked), {"component_type": 2, "custom_id": pressed}
    again = await discord.alice._dispatch_interaction(3, discord.channel, data, source_message_id=asked.id)
    assert not again.followups
    assert text(asked) == told
    discord.house.bot.get_cog("MessageFavorites")._asked._taken.clear()  # type: ignore[union-attr]
    again = await discord.alice._dispatch_interaction(3, discord.channel, data, source_message_id=asked.id)
    assert "This question is too old" in text(asked)


async def test_what_would_meet_the_rest_as_well_is_said_of_it_without_trying(
    discord: Discord, linked: Account, theirs: list[StoredImage]
) -> None:
    discord.standin.fail_next("over-capacity-403", f"POST /3/image/{theirs[1].id}/favorite", times=9)
    whole = message(content=" ".join(f"imgur.com/{one.id}" for one in theirs))
    shown = answer(await discord.menu(FAVORITE_MENU, whole))
    assert "### 1 added to your favorites" in text(shown)
    assert favorites(linked) == {theirs[0].id}
    assert not discord.standin.sent(f"POST /3/image/{theirs[2].id}/favorite")


async def test_a_message_without_a_link_and_a_user_without_an_account_are_told(
    discord: Discord, theirs: list[StoredImage]
) -> None:
    none = answer(await discord.menu(FAVORITE_MENU, message(content="Hello", embeds=[embed()])))
    assert "There is no link to Imgur in this message" in text(none)
    both = message(content=" ".join(f"imgur.com/{one.id}" for one in theirs))
    shown = answer(await discord.menu(FAVORITE_MENU, both))
    assert "Link account" in buttons(shown)
    assert not discord.standin.requests


def test_whose_link_broke_meanwhile_is_told_what_is_done_and_can_link_anew() -> None:
    broken = [Outcome(Linked("image", "AbCdEfG", "image:AbCdEfG"), trouble=NotLinkedError())]
    view = favorites_view([outcome("AbCdEf1", changed=True), *broken], 1)
    assert "1 added to your favorites" in written(view)
    assert [english(button["label"]) for button in drawn(view, BUTTON)] == ["Link account"]


def outcome(item_id: str, *, changed: bool, title: str | None = None) -> Outcome:
    shown = Shown(Image(item_id, title=title), frozenset())
    return Outcome(Linked("image", item_id, f"image:{item_id}"), Favorited(shown, changed))


def test_the_worst_of_it_fits() -> None:
    long = "[" + "m_" * 300
    done = [outcome(f"AbCdE{number:05}", changed=number % 2 == 0, title=long) for number in range(99)]
    troubles = [NotFoundError("x"), RateLimitedError(retry_after=3600.0), NotLinkedError(), None]
    failed = [
        Outcome(Linked("album", f"AbCdE{number:05}", "album:x"), trouble=troubles[number % 4]) for number in range(99)
    ]
    for outcomes in (done, failed, [*done[:10], *failed]):
        for bare in (False, True):
            assert_sendable(favorites_view(outcomes, 2**63, bare=bare))
    assert_sendable(under_way_view(1, 99))
