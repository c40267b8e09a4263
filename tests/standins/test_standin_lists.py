from __future__ import annotations

from typing import Any

import aiohttp
import pytest

from standins.imgur import Standin
from standins.imgur.records import Account
from tests.standins.caller import Caller


@pytest.mark.parametrize(
    ("path", "first", "count"),
    [
        ("images", 119, 50),
        ("images/0", 119, 50),
        ("images/1", 69, 50),
        ("images?page=2", 19, 20),
        ("images/3", None, 0),
        ("images?perPage=100", 119, 100),
        ("images?perPage=1000", 119, 100),
        ("images?perPage=7&page=1", 112, 7),
    ],
)
async def test_images_are_paged_newest_first_and_end_in_an_empty_page(
    *, standin: Standin, alice: Account, as_alice: Caller, path: str, first: int | None, count: int
) -> None:
    for number in range(120):
        standin.world.add_image(alice, title=str(number))
    page = (await as_alice("GET", f"/3/account/me/{path}")).data
    assert len(page) == count
    if first is not None:
        assert page[0]["title"] == str(first)


async def test_counts_and_ids(standin: Standin, alice: Account, as_alice: Caller) -> None:
    image, album = standin.world.add_image(alice), standin.world.add_album(alice)
    assert (await as_alice("GET", "/3/account/me/images/count")).data == 1
    assert (await as_alice("GET", "/3/account/me/images/ids/0")).data == [image.id]
    assert (await as_alice("GET", "/3/account/me/albums/count")).data == 1
    assert (await as_alice("GET", "/3/account/alice_example/albums/ids")).data == [album.id]


@pytest.mark.parametrize("what", ["images", "images/count", "favorites"])
async def test_private_lists_are_for_their_owner(alice: Account, as_bob: Caller, anonymous: Caller, what: str) -> None:
    assert (await as_bob("GET", f"/3/account/{alice.username}/{what}")).status == 403
    assert (await anonymous("GET", f"/3/account/{alice.username}/{what}")).status == 401


async def test_account_image_is_deleted_by_its_deletehash_only(
    standin: Standin, alice: Account, as_alice: Caller
) -> None:
    image = standin.world.add_image(alice)
    assert (await as_alice("GET", f"/3/account/me/image/{image.id}")).data["id"] == image.id
    assert (await as_alice("DELETE", f"/3/account/me/image/{image.id}")).status == 404
    assert (await as_alice("DELETE", f"/3/account/me/image/{image.deletehash}")).data is True


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("Alice_Example", 200),
        ("?account_id={id}", 200),
        ("?account_id=1", 404),
        ("nobody_example", 404),
    ],
)
async def test_account_by_name_or_id(alice: Account, anonymous: Caller, path: str, status: int) -> None:
    answer = await anonymous("GET", f"/3/account/{path.format(id=alice.id)}")
    assert answer.status == status
    if status == 200:
        assert (answer.data["id"], answer.data["url"]) == (alice.id, alice.username)


# --- favorites ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["image", "album"])
async def test_favoriting_is_a_toggle(
    standin: Standin, bob: Account, as_alice: Caller, as_bob: Caller, kind: str
) -> None:
    item = standin.world.add_image(bob) if kind == "image" else standin.world.add_album(bob)
    path = f"/3/{kind}/{item.id}"
    for word, favorite in (("favorited", True), ("unfavorited", False), ("favorited", True)):
        assert (await as_alice("POST", f"{path}/favorite")).data == word
        assert (await as_alice("GET", path)).data["favorite"] is favorite
        assert (await as_bob("GET", path)).data["favorite"] is False


async def test_favoriting_needs_the_right_kind_and_an_account(
    standin: Standin, bob: Account, as_alice: Caller, anonymous: Caller
) -> None:
    image = standin.world.add_image(bob)
    assert (await as_alice("POST", f"/3/album/{image.id}/favorite")).status == 404
    assert (await as_alice("POST", "/3/image/AAAAAAA/favorite")).status == 404
    assert (await anonymous("POST", f"/3/image/{image.id}/favorite")).status == 401


@pytest.mark.parametrize(
    ("path", "first", "count"),
    [
        ("favorites", "129", 60),
        ("favorites/0/newest", "129", 60),
        ("favorites/2/newest", "9", 10),
        ("favorites/0/oldest", "0", 60),
        ("favorites/1/oldest?perPage=100", "60", 60),
        ("favorites/3/newest", None, 0),
    ],
)
async def test_favorites_come_sixty_a_page_in_both_sorts(
    *, standin: Standin, alice: Account, bob: Account, as_alice: Caller, path: str, first: str | None, count: int
) -> None:
    standin.world.add_favorites(alice, (standin.world.add_image(bob, title=str(n)) for n in range(130)))
    page = (await as_alice("GET", f"/3/account/me/{path}")).data
    assert len(page) == count
    if first is not None:
        assert page[0]["title"] == first


async def test_favorites_mix_images_and_albums_told_apart_by_is_album(
    standin: Standin, alice: Account, bob: Account, as_alice: Caller, anonymous: Caller
) -> None:
    public = standin.world.add_image(bob, in_gallery=True)
    album = standin.world.add_album(bob, images=[public])
    standin.world.add_favorites(alice, [public, album])
    first, second = (await as_alice("GET", "/3/account/me/favorites")).data
    assert (first["id"], first["is_album"], first["points"], first["images_count"]) == (album.id, True, None, 1)
    assert "images" not in first
    assert (second["id"], second["is_album"], second["points"], second["favorite"]) == (public.id, False, 0, True)
    shown = (await anonymous("GET", f"/3/account/{alice.username}/gallery_favorites")).data
    assert [item["id"] for item in shown] == [public.id]


async def test_deleted_image_leaves_albums_and_favorites(
    standin: Standin, alice: Account, bob: Account, as_alice: Caller
) -> None:
    image = standin.world.add_image(alice)
    album = standin.world.add_album(alice, images=[image])
    standin.world.add_favorites(bob, [image])
    await as_alice("DELETE", f"/3/image/{image.id}")
    assert (album.images, bob.favorites) == ([], [])


# --- albums ------------------------------------------------------------------------------------------------------


def multipart(fields: list[tuple[str, str]]) -> aiohttp.FormData:
    return aiohttp.FormData(fields, default_to_multipart=True)


@pytest.mark.parametrize("encoding", ["json list", "json text", "repeated", "brackets", "commas"])
async def test_album_takes_ids_in_every_encoding(
    standin: Standin, alice: Account, as_alice: Caller, encoding: str
) -> None:
    one, two = (standin.world.add_image(alice).id for _ in range(2))
    bodies: dict[str, dict[str, Any]] = {
        "json list": {"json": {"ids": [one, two]}},
        "json text": {"json": {"ids": f"{one},{two}"}},
        "repeated": {"data": multipart([("ids", one), ("ids", two)])},
        "brackets": {"data": multipart([("ids[]", one), ("ids[]", two)])},
        "commas": {"data": multipart([("ids", f"{one},{two}")])},
    }
    made = (await as_alice("POST", "/3/album", **bodies[encoding])).data
    assert set(made) == {"id", "deletehash"}
    album = (await as_alice("GET", f"/3/album/{made['id']}")).data
    assert [image["id"] for image in album["images"]] == [one, two]
    assert (album["deletehash"], album["order"]) == (made["deletehash"], 0)


@pytest.mark.parametrize(("era", "status"), [("2024+", 400), ("classic", 200)])
async def test_urlencoded_album_is_refused_since_2024(
    standin: Standin, as_alice: Caller, era: Any, status: int
) -> None:
    standin.switches.era = era
    assert (await as_alice("POST", "/3/album", data={"title": "x"})).status == status


async def test_album_is_changed_and_deleted_by_its_owner(
    standin: Standin, alice: Account, as_alice: Caller, as_bob: Caller, anonymous: Caller
) -> None:
    image = standin.world.add_image(alice)
    album = standin.world.add_album(alice, title="before")
    path = f"/3/album/{album.id}"
    assert (await as_bob("PUT", path, json={"title": "mine"})).status == 403
    assert (await as_alice("PUT", path, json={"title": "after", "privacy": "public"})).data is True
    assert (await as_alice("POST", f"{path}/add", json={"ids": f"{image.id},AAAAAAA"})).data is True
    assert (album.title, album.privacy, album.images) == ("after", "public", [image])
    assert [i["id"] for i in (await anonymous("GET", f"{path}/images")).data] == [image.id]
    assert (await anonymous("GET", f"{path}/image/{image.id}")).data["id"] == image.id
    assert (await as_alice("POST", f"{path}/remove_images", data=multipart([("ids", "AAAAAAA")]))).data is True
    assert album.images == [image]
    assert (await as_alice("DELETE", f"{path}/remove_images?ids={image.id}")).data is True
    assert album.images == []
    assert (await as_alice("DELETE", path)).data is True
    assert (await as_alice("GET", path)).status == 404
    assert image.id in standin.world.images


async def test_anonymous_album_goes_by_deletehashes(standin: Standin, anonymous: Caller) -> None:
    image = standin.world.add_image()
    made = (await anonymous("POST", "/3/album", json={"deletehashes": [image.deletehash], "ids": [image.id]})).data
    assert standin.world.albums[made["id"]].images == [image]
    assert (await anonymous("DELETE", f"/3/album/{made['id']}")).status == 403
    assert (await anonymous("DELETE", f"/3/album/{made['deletehash']}")).data is True


async def test_others_see_the_public_albums_only(
    standin: Standin, alice: Account, as_alice: Caller, anonymous: Caller
) -> None:
    hidden = standin.world.add_album(alice)
    public = standin.world.add_album(alice, privacy="public")
    assert [a["id"] for a in (await as_alice("GET", "/3/account/me/albums")).data] == [public.id, hidden.id]
    assert [a["id"] for a in (await anonymous("GET", f"/3/account/{alice.username}/albums")).data] == [public.id]
