"""Albums and the public gallery, against the stand-in: what goes over the wire and what becomes of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

import pytest

from imgur import (
    AccessToken,
    BadAnswerError,
    ForbiddenError,
    ImgurClient,
    NotFoundError,
    OutcomeUnknownError,
    RejectedError,
)
from standins.imgur import Standin
from standins.imgur.records import Account
from tests.imgur.conftest import Imgur

Change: TypeAlias = Callable[[ImgurClient, str, AccessToken], Awaitable[object]]
CHANGES: dict[str, Change] = {
    "PUT /3/album/{}": lambda client, album, auth: client.update_album(album, auth, title="New"),
    "POST /3/album/{}/add": lambda client, album, auth: client.add_to_album(album, ["Ab3dE7g"], auth),
    "POST /3/album/{}/remove_images": lambda client, album, auth: client.remove_from_album(album, ["Ab3dE7g"], auth),
    "DELETE /3/album/{}": lambda client, album, auth: client.delete_album(album, auth),
}


async def test_album_is_made_of_what_is_given(
    standin: Standin, alice: Account, alice_auth: AccessToken, remote: ImgurClient
) -> None:
    images = [standin.world.add_image(alice) for _ in range(2)]
    made = await remote.create_album(
        alice_auth, title="Küche & Co", description="", privacy="secret", images=[image.id for image in images]
    )
    stored = standin.world.albums[made.id]
    assert (stored.title, stored.description, stored.privacy, stored.images) == ("Küche & Co", "", "secret", images)
    assert (made.title, made.description, made.privacy) == ("Küche & Co", "", "secret")
    assert made.deletehash == stored.deletehash
    (request,) = standin.sent("POST /3/album")
    assert request.headers["Content-Type"].startswith("multipart/form-data; boundary=")
    await remote.create_album(alice_auth, title="Plain")
    assert standin.sent("POST /3/album")[1].fields == {"title": ["Plain"]}


async def test_anonymous_album_goes_by_its_deletehash(standin: Standin, remote: ImgurClient) -> None:
    made = await remote.create_album(title="Mine")
    assert made.deletehash is not None
    await remote.update_album(made.deletehash, title="Ours")
    assert standin.world.albums[made.id].title == "Ours"
    with pytest.raises(ForbiddenError):
        await remote.delete_album(made.id)
    await remote.delete_album(made.deletehash)
    assert standin.world.albums == {}


@pytest.mark.parametrize(
    ("change", "sent"),
    [
        ({"title": "New"}, {"title": ["New"]}),
        ({"description": ""}, {"description": [""]}),
        ({"privacy": "public"}, {"privacy": ["public"]}),
        ({"cover": "Ab3dE7g"}, {"cover": ["Ab3dE7g"]}),
        ({"images": []}, {"ids": []}),
        ({"images": ["Ab3dE7g", "Ab3dE7h"]}, {"ids": ["Ab3dE7g", "Ab3dE7h"]}),
    ],
)
async def test_only_what_is_given_is_sent(
    change: Any, sent: Any, standin: Standin, alice: Account, alice_auth: AccessToken, remote: ImgurClient
) -> None:
    album = standin.world.add_album(alice, title="Old", description="Kept")
    await remote.update_album(album.id, alice_auth, **change)
    (request,) = standin.sent(f"PUT /3/album/{album.id}")
    assert (request.fields, request.headers["Content-Type"]) == (sent, "application/json")


async def test_order_cover_and_images_of_an_album(
    standin: Standin, alice: Account, alice_auth: AccessToken, remote: ImgurClient
) -> None:
    first, second, third = (standin.world.add_image(alice) for _ in range(3))
    album = standin.world.add_album(alice, images=[first])
    await remote.add_to_album(album.id, [second.id, third.id], alice_auth)
    assert album.images == [first, second, third]
    await remote.update_album(album.id, alice_auth, images=[third.id, first.id, second.id], cover=second.id)
    assert (album.images, album.cover) == ([third, first, second], second.id)
    await remote.remove_from_album(album.id, [first.id, second.id], alice_auth)
    assert album.images == [third]
    assert [image.id for image in (await remote.album_images(album.id)).items] == [third.id]
    assert set(standin.world.images) == {first.id, second.id, third.id}


async def test_images_that_cannot_be_added_are_answered_in_three_ways(
    standin: Standin, alice: Account, alice_auth: AccessToken, remote: ImgurClient
) -> None:
    own, others = standin.world.add_image(alice), standin.world.add_image(standin.world.add_account("bob_example"))
    album = standin.world.add_album(alice)

    async def added(*ids: str) -> list[str] | str:
        album.images = []
        try:
            await remote.add_to_album(album.id, ids, alice_auth)
        except RejectedError as error:
            return error.detail
        return [image.id for image in album.images]

    assert await added(own.id, others.id, "AAAAAAA") == [own.id]
    standin.switches.album_refusals = "owner-400"
    assert "You must own all" in await added(own.id, others.id)
    assert album.images == []
    standin.switches.album_refusals = "bad-id-400"
    assert await added(own.id, others.id) == [own.id]
    assert "Invalid image id" in await added(own.id, "AAAAAAA")
    assert album.images == []


@pytest.mark.parametrize("line", CHANGES)
async def test_change_is_sent_once_and_its_outcome_is_not_made_up(
    line: str, standin: Standin, alice: Account, alice_auth: AccessToken, remote: ImgurClient
) -> None:
    album = standin.world.add_album(alice)
    match = line.format(album.id)
    standin.fail_next("lost-answer", match)
    with pytest.raises(OutcomeUnknownError):
        await CHANGES[line](remote, album.id, alice_auth)
    assert len(standin.sent(match)) == 1


@pytest.mark.parametrize("line", CHANGES)
async def test_change_answered_with_false_is_refused(
    line: str, imgur: Imgur, client: ImgurClient, auth: AccessToken
) -> None:
    method, path = line.format("b59dz").split()
    imgur.gives(method, path, False)
    with pytest.raises(RejectedError):
        await CHANGES[line](client, "b59dz", auth)


@pytest.mark.parametrize("line", CHANGES)
async def test_handle_of_an_anonymous_album_stays_out_of_errors(
    line: str, imgur: Imgur, client: ImgurClient, auth: AccessToken
) -> None:
    method, path = line.format("fakedeletehash1").split()
    imgur.answers(method, path, {"data": {"error": "No album fakedeletehash1"}, "success": False}, status=400)
    with pytest.raises(RejectedError) as caught:
        await CHANGES[line](client, "fakedeletehash1", auth)
    assert caught.value.detail == "No album ***"


@pytest.mark.parametrize("data", [True, {}, {"deletehash": "fakedeletehash1"}, None])
async def test_new_album_without_an_id_may_be_there_all_the_same(
    data: Any, imgur: Imgur, client: ImgurClient, auth: AccessToken
) -> None:
    imgur.gives("POST", "/3/album", data)
    with pytest.raises(OutcomeUnknownError):
        await client.create_album(auth, title="x")


@pytest.mark.parametrize("line", CHANGES)
async def test_what_is_no_id_is_not_sent(line: str, client: ImgurClient, auth: AccessToken) -> None:
    with pytest.raises(NotFoundError):
        await CHANGES[line](client, "../image/x", auth)


async def test_images_that_are_no_ids_are_not_sent(client: ImgurClient, auth: AccessToken) -> None:
    for call in (
        client.create_album(auth, images=["a,b"]),
        client.update_album("b59dz", auth, images=["a,b"]),
        client.add_to_album("b59dz", ["a,b"], auth),
        client.remove_from_album("b59dz", ["a,b"], auth),
    ):
        with pytest.raises(NotFoundError):
            await call


async def test_size_of_a_page_is_asked_for(
    standin: Standin, alice: Account, alice_auth: AccessToken, remote: ImgurClient
) -> None:
    for _ in range(103):
        standin.world.add_image(alice)
        standin.world.add_album(alice)
    for read in (remote.account_images, remote.account_albums, remote.account_image_ids):
        assert [(await read(alice_auth, page, size=100)).received for page in range(3)] == [100, 3, 0]
        assert (await read(alice_auth)).received == 50
    assert await remote.account_albums_count(alice_auth) == 103
    ids = await remote.account_image_ids(alice_auth, 1, size=100)
    assert list(ids.items) == list(standin.world.images)[2::-1]


async def test_ids_that_are_none_are_left_out(imgur: Imgur, client: ImgurClient, auth: AccessToken) -> None:
    imgur.gives("GET", "/3/account/me/images/ids/0?perPage=50", ["Ab3dE7g", None, "../x", {}, 1234567])
    page = await client.account_image_ids(auth)
    assert (page.items, page.received) == (("Ab3dE7g", "1234567"), 5)


# --- the public gallery ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "query", ["a&b", "#cat", "50%", "50%25", "C++", "cat/dog", "猫", '"x"', "a?b=c", "a b", "+", "="]
)
async def test_query_arrives_as_it_was_written(query: str, standin: Standin, remote: ImgurClient) -> None:
    hit = standin.world.add_image(title=f"{query} it is", in_gallery=True)
    page = await remote.search_gallery(query, "top", "year", 0)
    (request,) = standin.sent("GET /3/gallery/*")
    assert (request.path, request.query) == ("/3/gallery/search/top/year/0", {"q": query})
    assert [item.id for item in page.items] == [hit.id]


async def test_hits_come_sixty_a_page_without_advertising(
    standin: Standin, alice_auth: AccessToken, remote: ImgurClient
) -> None:
    for number in range(70):
        standin.world.add_image(title=f"cat {number}", in_gallery=True).odd = {"is_ad": number == 69}
    pages = [await remote.search_gallery("cat", page=number) for number in range(3)]
    assert [(len(page.items), page.received) for page in pages] == [(59, 60), (10, 10), (0, 0)]
    assert pages[0].items[0].title == "cat 68"
    await remote.search_gallery("cat", auth=alice_auth)
    sent = standin.sent("GET /3/gallery/*")
    assert sent[0].path == "/3/gallery/search/time/all/0"
    assert [request.headers["Authorization"].split()[0] for request in sent] == ["Client-ID"] * 3 + ["Bearer"]


async def test_album_among_hits_comes_with_its_images(standin: Standin, remote: ImgurClient) -> None:
    image = standin.world.add_image()
    standin.world.add_album(title="cats", images=[image], in_gallery=True)
    (hit,) = (await remote.search_gallery("cats")).items
    assert [shown.id for shown in getattr(hit, "images", ())] == [image.id]


async def test_gallery_that_is_no_list_is_a_bad_answer(imgur: Imgur, client: ImgurClient) -> None:
    imgur.gives("GET", "/3/gallery/search/time/all/0?q=x", {})
    with pytest.raises(BadAnswerError):
        await client.search_gallery("x")
