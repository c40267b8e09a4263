"""`/imgur search` as users see it, and what went over the wire."""

from __future__ import annotations

from typing import Any

import pytest
from simcord import interactions
from simcord.backend import serializers

from cogs.gallery._hits import hits_view
from imgur.models import Album, Image
from services.search import Hits, Search
from standins.imgur.records import Account, StoredImage
from tests.cogs.conftest import Discord, answer, buttons, components, shown_label, text, walk
from tests.cogs.limits import assert_sendable
from tests.cogs.test_gallery import enabled, listed, pictures
from tests.reading import english

SEARCHES = "GET /3/gallery/search/*"
FAVORITES = "POST /3/image/*/favorite"


@pytest.fixture
def age_restricted(monkeypatch: pytest.MonkeyPatch) -> None:
    """simcord's channels know no age restriction: here each is under one, as Discord tells it."""

    class Restricted:
        def __getattr__(self, name: str) -> Any:
            found = getattr(serializers, name)
            return (lambda *given: found(*given) | {"nsfw": True}) if name == "channel_payload" else found

    monkeypatch.setattr(interactions, "serializers", Restricted())


def public(discord: Discord, count: int, **more: Any) -> list[StoredImage]:
    return [discord.standin.world.add_image(title=f"Cat *{n}*", in_gallery=True, **more) for n in range(count)]


def favorite_ids(message: Any) -> list[str]:
    """The custom_ids of the Favorite buttons, in the order of reading."""
    found = (part for part in walk(components(message)) if part["type"] == 2)
    return [part["custom_id"] for part in found if english(part.get("label", "")) == "Favorite"]


async def test_hits_are_a_gallery_with_favorite_on_each(discord: Discord, linked: Account) -> None:
    found = public(discord, 12)[::-1]
    album = discord.standin.world.add_album(title="Cat album", images=found[:2], in_gallery=True)
    message = answer(await discord.run("search", query="cat"))
    assert "### On Imgur: cat, newest first" in text(message)
    assert listed(message)[:2] in ([album.id, found[0].id], [found[0].id, found[1].id])
    assert len(listed(message)) == len(pictures(message)) == len(favorite_ids(message)) == 10
    assert enabled(message)[-3:] == ["Next", "Refresh", "Share"]
    (sent,) = discord.standin.requests
    assert (sent.path, sent.query) == ("/3/gallery/search/time/all/0", {"q": "cat"})
    assert sent.headers["Authorization"].startswith("Client-ID ")
    first = listed(message)[0]
    await discord.click(message, "Next")
    assert len(listed(message)) == 3
    await discord.click(message, "Previous")
    assert listed(message)[0] == first
    assert len(discord.standin.sent(SEARCHES)) == 1
    await discord.click(message, "Refresh")
    assert len(discord.standin.sent(SEARCHES)) == 2


async def test_a_hit_that_imgur_lists_twice_is_shown_once(discord: Discord) -> None:
    first, second = public(discord, 2)
    discord.standin.world.images["again"] = first
    message = answer(await discord.run("search", query="cat"))
    assert sorted(listed(message)) == sorted([first.id, second.id])
    assert len(favorite_ids(message)) == 2


@pytest.mark.parametrize(
    ("given", "path", "heading"),
    [
        ({}, "time/all", "newest first"),
        ({"sort": "viral"}, "viral/all", "popular now first"),
        ({"sort": "top", "window": "week"}, "top/week", "best first of the last week"),
        ({"window": "year"}, "top/year", "best first of the last year"),
        ({"sort": "time", "window": "day"}, "time/all", "newest first"),
    ],
)
async def test_order_and_window_are_asked_for(discord: Discord, given: dict[str, Any], path: str, heading: str) -> None:
    public(discord, 1)
    message = answer(await discord.run("search", query="cat", **given))
    assert discord.standin.requests[0].path == f"/3/gallery/search/{path}/0"
    assert text(message).startswith(f"### On Imgur: cat, {heading}\n")


async def test_favorite_is_the_presser_s_own_and_looked_at_before(discord: Discord, linked: Account) -> None:
    bobs = discord.standin.world.add_account("bob_pictures")
    await discord.link(bobs, discord.bob)
    (hit,) = public(discord, 1)
    discord.standin.world.add_favorites(linked, [hit])
    shared = (await discord.run("search", query="cat", share=True)).followups[-1]
    assert f"<@{discord.alice.id}> on Imgur: cat" in text(shared)
    before = text(shared)
    pressed = answer(await discord.click(shared, "Favorite", discord.bob))
    assert "Added to your favorites" in text(pressed)
    assert (linked.favorites, bobs.favorites) == ([hit], [hit])
    again = answer(await discord.click(shared, "Favorite", discord.alice))
    assert "already one of your favorites" in text(again)
    assert linked.favorites == [hit]
    assert len(discord.standin.sent(FAVORITES)) == 1
    assert text(discord.reread(shared)) == before
    for label in ("Next", "Refresh"):
        refused = answer(await discord.click(shared, label, discord.bob))
        assert "This gallery is not yours" in text(refused)
    # Ben's own search, of which the first finder's page is remembered, shows nothing of hers.
    own = answer(await discord.run("search", actor=discord.bob, query="CAT"))
    assert favorite_ids(own) == [f"v1:hit-favorite:{discord.bob.id}:image:{hit.id}"]
    assert len(discord.standin.sent(SEARCHES)) == 1


async def test_hit_that_is_gone_or_is_an_album_is_told_in_words(discord: Discord, linked: Account) -> None:
    (hit,) = public(discord, 1)
    message = answer(await discord.run("search", query="cat"))
    discord.standin.world.remove_image(hit)
    gone = answer(await discord.click(message, "Favorite"))
    assert "That is no longer on Imgur" in text(gone)
    assert not discord.standin.sent(FAVORITES)
    album = discord.standin.world.add_album(title="dogs", images=[discord.standin.world.add_image()], in_gallery=True)
    message = answer(await discord.run("search", query="dogs"))
    await discord.click(message, "Favorite")
    assert linked.favorites == [album]


@pytest.mark.parametrize("refusal", ["not-found-404", "unauthorized-403", "bad-request-400", "data-false-400"])
async def test_picture_inside_an_album_that_imgur_makes_no_favorite_is_not_called_gone(
    discord: Discord, linked: Account, refusal: str
) -> None:
    """Imgur's answer to that is on no record: whichever it is, the picture is there."""
    (hit,) = public(discord, 1)
    album = discord.standin.world.add_album(title="Dogs", images=[hit])
    message = answer(await discord.run("search", query="cat"))
    discord.standin.fail_next(refusal, FAVORITES, times=9)
    refused = text(answer(await discord.click(message, "Favorite")))
    assert "Imgur makes this no favorite" in refused
    assert "favorite the album" in refused
    assert "no longer on Imgur" not in refused
    assert len(discord.standin.sent(FAVORITES)) == 1
    assert linked.favorites == []
    discord.standin.world.remove_album(album)
    discord.standin.world.remove_image(hit)
    assert "no longer on Imgur" in text(answer(await discord.click(message, "Favorite")))


async def test_who_is_not_linked_finds_and_is_told_how_to_favorite(discord: Discord) -> None:
    public(discord, 1)
    message = answer(await discord.run("search", query="cat"))
    refused = answer(await discord.click(message, "Favorite"))
    assert "No Imgur account is linked" in text(refused)


async def test_mature_hits_are_hidden_where_no_age_is_asked_for(discord: Discord) -> None:
    public(discord, 1)
    public(discord, 60, nsfw=True)
    for run in (discord.run("search", query="cat", share=True), discord.alice_user.slash("imgur search", query="cat")):
        message = answer(await run)
        assert "60 hits are marked mature, and hidden here" in text(message)
        assert not listed(message)
        assert not pictures(message)
    await discord.alice_user.click(message, label=shown_label(message, "Next"))
    assert len(listed(message)) == 1
    assert "mature" not in text(message)
    assert len(discord.standin.sent(SEARCHES)) == 2


@pytest.mark.usefixtures("age_restricted")
async def test_mature_hits_are_shown_as_spoilers_where_age_is_asked_for(discord: Discord) -> None:
    public(discord, 1, nsfw=True)
    message = answer(await discord.run("search", query="cat"))
    assert len(listed(message)) == 1
    assert [item["spoiler"] for item in pictures(message)] == [True]


@pytest.mark.parametrize("query", [" ", "\u200b"])
async def test_blank_query_is_refused_before_anything(discord: Discord, query: str) -> None:
    message = answer(await discord.run("search", query=query))
    assert "There is nothing to look for in that" in text(message)
    assert not discord.standin.requests


async def test_nothing_found_is_between_the_bot_and_the_user(discord: Discord) -> None:
    result = await discord.run("search", query="no *such*", share=True)
    message = answer(result)
    assert "Nothing found on Imgur" in text(message)
    assert "**no \\*such\\***" in text(message)
    assert not result.followups
    assert not buttons(message)


async def test_pages_are_turned_after_a_restart(discord: Discord, linked: Account) -> None:
    found = public(discord, 12)[::-1]
    message = answer(await discord.run("search", query="C++ & cat *"))
    assert "Nothing found" in text(message)
    message = answer(await discord.run("search", query="cat", window="month"))
    (button,) = [part for label, part in buttons(message).items() if label == "Next"]
    assert len(button["custom_id"]) <= 100
    async with discord.again() as house:
        kept = button["custom_id"].split(":")[3].split(".")[2]
        assert await house.services.views.query(discord.alice.id, kept) == "cat"
    await discord.click(message, "Next")
    assert set(listed(message)) <= {image.id for image in found}


async def test_pages_have_no_numbers_of_which_some_would_be_left_out(discord: Discord) -> None:
    found = public(discord, 4)
    message = answer(await discord.run("search", query="cat"))
    assert "Page" not in text(message)
    await discord.click(message, "Next")
    assert "Nothing more was found" in text(message)
    assert "Page" not in text(message)
    await discord.click(message, "Previous")
    assert {*listed(message)} == {image.id for image in found}


@pytest.mark.parametrize("shared", [True, False])
def test_longest_page_can_be_sent(*, shared: bool) -> None:
    long = "漢" * 500 + "*_`[](" * 100
    image = Image("Ab3dE7g" * 4, title=long, description=long, link="https://i.imgur.com/Ab3dE7g.jpg", nsfw=True)
    items = tuple(
        Album(f"{n}b3dE7g", title=long, images=(image,), images_count=9_999, privacy="p" * 99, nsfw=True)
        if n % 2
        else Image(f"{n}b3dE7g", title=long, link="https://i.imgur.com/Ab3dE7g.jpg", nsfw=True)
        for n in range(10)
    )
    hits = Hits(items, 99_990, 99_999, mature=50)
    view = hits_view(hits, Search(long, "top", "month"), "abcdefghijkl", 2**63, shared=shared)
    assert_sendable(view)
    assert view.total_children_count <= 40
