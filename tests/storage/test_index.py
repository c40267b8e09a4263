"""The index on both databases: shelves, their order, and what is not to be lost."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from storage import Stores
from storage.models import Owned, Shelf, SyncState, album_shelf
from tests.databases import rows
from tests.storage.factories import NOW, account, link, upload
from tests.storage.shelving import IMAGES, ids, item, shelf_of, some


async def test_a_library_is_there_from_the_moment_an_account_is_linked(stores: Stores) -> None:
    assert await stores.library.library(9) is None
    await link(stores)
    assert await stores.library.library(9) is not None
    assert (await stores.library.owned((), discord_id=1)).own is None


async def test_libraries_are_those_of_who_asks_and_no_others(stores: Stores) -> None:
    assert await stores.library.owned([IMAGES], discord_id=1, account_id=9) == Owned()
    for user in (2, 1, 3):
        await stores.uploads.add(upload(f"up{user}", discord_id=user), "\nup\n")
    for user, number in ((2, 12), (1, 9), (3, 13)):
        await link(stores, user, account(number), f"attempt{user}")
    library = await stores.library.library(9)
    assert library is not None
    numbers = {user: (await stores.library.owned((), discord_id=user)).own for user in (1, 2, 3)}
    assert len({*numbers.values(), library, None}) == len(numbers) + 2
    for shelf in (IMAGES, Shelf.FAVORITES, Shelf.ALBUMS):
        await stores.library.advance(SyncState(library, shelf, page=3, finished_at=NOW), ())
    both = await stores.library.owned([IMAGES, Shelf.ALBUMS, "album:x"], discord_id=1, account_id=9)
    assert (both.own, both.account) == (numbers[1], library)
    assert both.states == {
        shelf: SyncState(library, shelf, page=3, finished_at=NOW, version=1) for shelf in (IMAGES, Shelf.ALBUMS)
    }
    # Who is linked to nothing has no account's library, and nobody else's own.
    assert await stores.library.owned([IMAGES], discord_id=2) == Owned(own=numbers[2])
    assert await stores.library.owned([IMAGES], discord_id=4) == Owned()
    assert await stores.library.owned([IMAGES], discord_id=4, account_id=13) == Owned(
        account=await stores.library.library(13)
    )
    # The same, of whatever account somebody is linked to.
    shelves = [IMAGES, Shelf.ALBUMS, "album:x"]
    assert await stores.library.owned_as_linked(shelves, 1) == both
    assert await stores.library.owned_as_linked(shelves, 4) == Owned()
    await link(stores, 1, account(13), "again")
    moved = await stores.library.owned_as_linked(shelves, 1)
    assert moved == Owned(own=numbers[1], account=await stores.library.library(13))
    await stores.accounts.unlink(1)
    assert await stores.library.owned_as_linked(shelves, 1) == Owned(own=numbers[1])


async def test_an_item_comes_back_as_it_was(stores: Stores, library: int) -> None:
    whole = item(
        "aBc1234",
        title="A Cat",
        description="x" * 10_000,
        mime_type="video/mp4",
        animated=True,
        width=640,
        height=480,
        size=2**31 - 1,
        created=datetime(2099, 1, 1, 1, 2, 3, 456789, tzinfo=UTC),
        nsfw=True,
        favorite=True,
        extra={"link": "https://i.imgur.com/aBc1234.mp4", "views": 2**40, "has_sound": True},
    )
    await stores.library.put_front(library, IMAGES, [whole, item("bare")])
    assert await stores.library.page(library, IMAGES, offset=0, limit=5) == (whole, item("bare"))
    assert await stores.library.get(library, ("image", "aBc1234")) == whole
    assert await stores.library.get(library, ("album", "aBc1234")) is None


async def test_long_texts_that_do_not_compress_are_stored_and_found(stores: Stores, library: int) -> None:
    text = "".join(chr(0x4E00 + (number * 7919) % 20_000) for number in range(10_000))
    await stores.library.put_front(library, IMAGES, [item("first", description=text)])
    for start in range(0, 3_000, 100):
        await stores.library.put_front(library, IMAGES, some(*(f"i{start + at}" for at in range(100))))
    await stores.library.put_front(library, IMAGES, [item("last", description=text[::-1], title=text[:128])])
    first = await stores.library.get(library, ("image", "first"))
    last = await stores.library.get(library, ("image", "last"))
    assert first is not None
    assert first.description == text
    assert last is not None
    assert last.title == text[:128]


async def test_ids_differ_by_case_and_kind(stores: Stores, library: int) -> None:
    mixed = [item("aBcDe"), item("abcde"), item("abcde", "album"), item("ABCDE")]
    await stores.library.put_front(library, Shelf.FAVORITES, mixed)
    assert await stores.library.page(library, Shelf.FAVORITES, offset=0, limit=9) == tuple(mixed)
    await stores.library.remove(library, [("image", "abcde")])
    assert await stores.library.order_of(library, Shelf.FAVORITES, 9) == [
        ("image", "aBcDe"),
        ("album", "abcde"),
        ("image", "ABCDE"),
    ]


@pytest.mark.parametrize("size", [1, 2, 3, 7, 10])
async def test_pages_hold_each_item_once_in_one_order_from_both_ends(stores: Stores, library: int, size: int) -> None:
    made = [
        item(f"i{number}", title=None if number % 5 < 2 else "ä_Äb"[number % 4], created=None) for number in range(40)
    ]
    await stores.library.put_front(library, IMAGES, made)
    for oldest in (False, True):
        read: list[str] = []
        for offset in range(0, 40 + size, size):
            read += ids(await stores.library.page(library, IMAGES, offset=offset, limit=size, oldest=oldest))
        assert read == ids(made[::-1] if oldest else made)
    assert await stores.library.count(library, IMAGES) == 40


async def test_what_comes_to_the_front_stands_before_the_rest_and_once(stores: Stores, library: int) -> None:
    await stores.library.put_front(library, IMAGES, some("c", "d"))
    await stores.library.put_front(library, IMAGES, some("a", "b", "a"))
    assert await shelf_of(stores, library) == ["a", "b", "c", "d"]
    await stores.library.put_front(library, IMAGES, some("d", "a"))
    assert await shelf_of(stores, library) == ["d", "a", "b", "c"]
    assert await stores.library.count(library, IMAGES) == 4
    ranks = await stores.library.ranks_of(library, IMAGES, [("image", name) for name in "abcdx"])
    assert sorted(ranks, key=lambda key: -ranks[key]) == [("image", name) for name in "dabc"]


async def test_an_item_may_stand_on_several_shelves(stores: Stores, library: int) -> None:
    for shelf in (IMAGES, Shelf.FAVORITES, album_shelf("abc")):
        await stores.library.put_front(library, shelf, some("one", "two"))
    assert await stores.library.update(library, item("one", title="new"))
    for shelf in (IMAGES, Shelf.FAVORITES, album_shelf("abc")):
        page = await stores.library.page(library, shelf, offset=0, limit=9)
        assert page == (item("one", title="new"), item("two"))
    await stores.library.remove(library, [("image", "one")], Shelf.FAVORITES)
    assert await shelf_of(stores, library, Shelf.FAVORITES) == ["two"]
    assert await shelf_of(stores, library) == ["one", "two"]
    await stores.library.remove(library, [("image", "one")])
    assert await shelf_of(stores, library) == await shelf_of(stores, library, album_shelf("abc")) == ["two"]
    assert await stores.library.get(library, ("image", "one")) is None
    assert not await stores.library.update(library, item("one"))


async def by_a_look(stores: Stores, library: int) -> None:
    await stores.library.remove(library, [("album", "abc")], Shelf.ALBUMS)


async def by_a_404(stores: Stores, library: int) -> None:
    await stores.library.remove(library, [("album", "abc")])


async def by_a_pass(stores: Stores, library: int) -> None:
    state = SyncState(library, Shelf.ALBUMS, number=1)
    assert await stores.library.advance(state, [item("def", "album")])
    assert await stores.library.finish(replace(state, version=1, finished_at=NOW))


@pytest.mark.parametrize("goes", [by_a_look, by_a_404, by_a_pass])
@pytest.mark.parametrize("is_favorite", [False, True])
async def test_an_album_that_is_gone_takes_its_shelf_with_it(
    stores: Stores,
    library: int,
    url: str,
    goes: Callable[[Stores, int], Awaitable[None]],
    *,
    is_favorite: bool,
) -> None:
    await stores.library.put_front(library, Shelf.ALBUMS, [item("abc", "album"), item("def", "album")])
    await stores.library.put_front(library, Shelf.FAVORITES, [item("abc", "album")] if is_favorite else [])
    await stores.library.fill(library, album_shelf("abc"), some("x", "y"))
    await stores.library.fill(library, album_shelf("def"), some("y"))
    await goes(stores, library)
    left = "SELECT shelf, item_id FROM places WHERE kind = 'image'"
    assert rows(url, left) == [{"shelf": "album:def", "item_id": "y"}]
    await stores.library.fill(library, album_shelf("abc"), some("x", "y"))  # was read before it went
    assert rows(url, left) == [{"shelf": "album:def", "item_id": "y"}]
    assert await shelf_of(stores, library, Shelf.ALBUMS) == ["def"]
    assert await stores.library.get(library, ("image", "x")) is None
    assert await stores.library.get(library, ("image", "y")) is not None


async def test_a_shelf_is_filled_with_what_there_is_and_nothing_else(stores: Stores, library: int) -> None:
    album = album_shelf("abc")
    await stores.library.put_front(library, Shelf.ALBUMS, [item("abc", "album")])
    await stores.library.fill(library, album, some("a", "b", "c"))
    await stores.library.fill(library, album, some("c", "x", "a"))
    assert await shelf_of(stores, library, album) == ["c", "x", "a"]
    assert await stores.library.get(library, ("image", "b")) is None
    await stores.library.fill(library, album, [])
    assert await shelf_of(stores, library, album) == []


async def test_fifty_thousand_ids_are_compared_in_one_go(stores: Stores, library: int) -> None:
    """More than a statement takes on either; what is there is at both ends and in the middle."""
    keys = [("image", f"i{number}") for number in range(50_000)]
    there = some(*(f"i{number}" for number in [*range(700), *range(25_000, 25_700), *range(49_300, 50_000)]))
    await stores.library.fill(library, IMAGES, there)
    assert await stores.library.count(library, IMAGES) == 2_100
    assert len(await stores.library.ranks_of(library, IMAGES, keys)) == 2_100
    await stores.library.remove(library, keys[10:], IMAGES)
    assert await shelf_of(stores, library) == ids(there[:10])


async def test_text_that_no_database_takes_is_replaced(stores: Stores, library: int) -> None:
    odd = item("odd", title="half \ud83d face", description="zero \x00 byte")
    await stores.library.put_front(library, IMAGES, [odd])
    found = await stores.library.get(library, ("image", "odd"))
    assert found is not None
    assert (found.title, found.description) == ("half \ufffd face", "zero \ufffd byte")


async def test_libraries_of_others_stay_as_they_are(stores: Stores, library: int) -> None:
    await link(stores, discord_id=2, owner=None, name="second")
    await stores.library.put_front(library, IMAGES, some("a"))
    assert await shelf_of(stores, library + 1) == []
    assert await stores.library.get(library + 1, ("image", "a")) is None
