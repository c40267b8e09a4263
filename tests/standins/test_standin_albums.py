"""What is odd about albums, counts and the public gallery, each by its switch."""

from __future__ import annotations

import time
from typing import Any

import pytest

from standins.imgur import Standin
from standins.imgur.records import Account
from tests.standins.caller import Caller


@pytest.mark.parametrize("ignored", ["title", "description", "privacy", "cover", "ids", "add", "remove", "delete"])
async def test_true_is_answered_and_nothing_is_changed(
    ignored: str, standin: Standin, alice: Account, as_alice: Caller
) -> None:
    standin.switches.album_ignores = ignored
    one, two = standin.world.add_image(alice), standin.world.add_image(alice)
    album = standin.world.add_album(alice, title="Old", description="Old", images=[one])
    path = f"/3/album/{album.id}"
    changes = {"title": "New", "description": "New", "privacy": "public", "cover": one.id, "ids": [two.id]}
    calls: dict[str, tuple[Any, ...]] = {
        "add": ("POST", f"{path}/add", {"ids": [two.id]}),
        "remove": ("POST", f"{path}/remove_images", {"ids": [one.id]}),
        "delete": ("DELETE", path, None),
    }
    method, path, body = calls.get(ignored, ("PUT", path, changes))
    assert (await as_alice(method, path, json=body)).data is True
    now = {"title": album.title, "description": album.description, "privacy": album.privacy, "cover": album.cover}
    then = {"title": "Old", "description": "Old", "privacy": "hidden", "cover": None}
    expected = then if ignored in calls else changes | {ignored: then.get(ignored)}
    assert now == {name: expected[name] for name in now}
    assert album.images == ([two] if ignored in then else [one])
    assert album.id in standin.world.albums


@pytest.mark.parametrize("takes_writes", [True, False])
async def test_new_album_is_not_seen_for_a_while(
    *, standin: Standin, alice: Account, as_alice: Caller, takes_writes: bool
) -> None:
    standin.switches.new_album_seconds, standin.switches.new_album_takes_writes = 60.0, takes_writes
    made = (await as_alice("POST", "/3/album", json={"title": "New"})).data["id"]
    path = f"/3/album/{made}"
    reads = (path, f"{path}/images", "/3/account/me/albums", "/3/account/me/albums/count")
    answers = [await as_alice("GET", address) for address in reads]
    assert [answer.status for answer in answers] == [404, 404, 200, 200]
    assert [answer.data for answer in answers[2:]] == [[], 0]
    image = standin.world.add_image(alice)
    assert (await as_alice("POST", f"{path}/add", json={"ids": image.id})).status == (200 if takes_writes else 404)
    standin.world.albums[made].shown_from = 0.0
    assert (await as_alice("GET", path)).data["title"] == "New"
    assert [album["id"] for album in (await as_alice("GET", reads[2])).data] == [made]


async def test_fewer_images_are_sent_than_are_counted(standin: Standin, alice: Account, as_alice: Caller) -> None:
    standin.switches.album_images_sent = 2
    album = standin.world.add_album(alice, images=[standin.world.add_image(alice) for _ in range(3)])
    shown = (await as_alice("GET", f"/3/album/{album.id}")).data
    assert (shown["images_count"], len(shown["images"])) == (3, 2)
    assert len((await as_alice("GET", f"/3/album/{album.id}/images")).data) == 2


async def test_lists_lie_as_told(standin: Standin, alice: Account, as_alice: Caller) -> None:
    standin.switches.most_per_page, standin.switches.count_says, standin.switches.favorite_pages = 3, 7, 1
    images = [standin.world.add_image(alice) for _ in range(70)]
    standin.world.add_favorites(alice, images)
    images[-1].odd = {"title": 5, "cover": None}
    page = (await as_alice("GET", "/3/account/me/images?perPage=100")).data
    assert (len(page), page[0]["title"]) == (3, 5)
    assert (await as_alice("GET", "/3/account/me/images/count")).data == 7
    assert [len((await as_alice("GET", f"/3/account/me/favorites/{n}")).data) for n in range(2)] == [60, 0]


async def test_gallery_is_searched_by_words_order_and_window(
    standin: Standin, alice: Account, as_alice: Caller, anonymous: Caller
) -> None:
    old = standin.world.add_image(title="A Cat", description="asleep", in_gallery=True)
    old.created, old.views = int(time.time()) - 40 * 24 * 3600, 9
    new = standin.world.add_album(title="cat and dog", in_gallery=True)
    standin.world.add_image(title="cat of mine")
    standin.world.add_favorites(alice, [new])

    async def found(path: str, caller: Caller = anonymous) -> list[tuple[str, bool]]:
        hits = (await caller("GET", f"/3/gallery/search{path}")).data
        return [(hit["id"], hit["favorite"]) for hit in hits]

    assert await found("?q=CAT") == await found("/time/0?q=cat") == [(new.id, False), (old.id, False)]
    assert await found("/time/week/0?q=cat", as_alice) == [(new.id, True), (old.id, False)]
    assert await found("/viral?q=cat") == await found("/top/year/0?q=cat") == [(old.id, False), (new.id, False)]
    assert await found("/top/month?q=cat") == [(new.id, False)]
    assert await found("/time/all/1?q=cat") == await found("?q=cat%20cow") == []
    assert (await anonymous("GET", "/3/gallery/search?q=%20")).status == 400
    (hit,) = (await anonymous("GET", "/3/gallery/search?q=asleep")).data
    assert (hit["is_album"], hit["images_count"], hit["points"], hit["comment_count"]) == (False, 1, 0, 0)
