"""What a user notes on an item is one mark, whichever of their libraries it stands in."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from sqlalchemy import Engine, event

from imgur.models import Album, Image
from services.indexed import to_index
from storage import Stores
from storage.models import Mark, Shelf, SyncState, Tag, album_shelf
from tests.databases import explained
from tests.storage.factories import link, upload
from tests.storage.shelving import IMAGES
from tests.storage.test_index_search import READER, found, key, tagged

MINE = [to_index(Image(id="mine", title="sea"))]


NOTE = "By the Lake", "by the lake"


@pytest.fixture
async def noted(stores: Stores, library: int) -> tuple[int, int]:
    """The account's library and the reader's own, where they and nobody else noted something on an upload."""
    await stores.uploads.add(upload("mine", discord_id=READER), "\nmine\n")
    own = await stores.marks.own_library(READER)
    await stores.marks.put([library, own], READER, key("mine"), tags=tagged("Cat"), note=NOTE)
    assert await stores.library.marks_of([library], READER, [key("mine")]) == {}
    return library, own


async def by_the_bot(stores: Stores, library: int) -> None:
    await stores.library.put_front(library, IMAGES, MINE)


async def by_a_pass(stores: Stores, library: int) -> None:
    state = await stores.library.sync_state(library, IMAGES) or SyncState(library, IMAGES, number=1)
    assert await stores.library.advance(state, MINE)


async def by_an_album(stores: Stores, library: int) -> None:
    await stores.library.put_front(library, Shelf.ALBUMS, [to_index(Album(id="abc"))])
    await stores.library.fill(library, album_shelf("abc"), MINE)


WAYS = {IMAGES: by_the_bot, "pass": by_a_pass, album_shelf("abc"): by_an_album}


@pytest.mark.parametrize("way", WAYS)
async def test_marks_come_along_where_an_item_comes_to_stand_in_the_account_s_library(
    stores: Stores, noted: tuple[int, int], way: str
) -> None:
    """Each their own; from then on it is one mark, until the account is unlinked."""
    library, own = noted
    await link(stores, 2, name="second")
    await stores.marks.put([library], 2, key("other"), tags=tagged("dog"))
    for _ in range(2):  # what is there already stays as it is
        await WAYS[way](stores, library)
    shelf = way if way != "pass" else IMAGES

    assert await found(stores, library, "#cat lake", shelf=shelf) == ["mine"]
    assert (
        await found(stores, library, "#cat", shelf=shelf, reader=2)
        == await found(stores, library, "lake", shelf=shelf, reader=2)
        == []
    )
    before, now = await stores.marks.put([library, own], READER, key("mine"), tags=tagged("dog"))
    assert (before.tags, now) == (("Cat",), Mark(("dog",), "By the Lake"))
    assert await found(stores, library, "#cat", shelf=shelf) == []
    assert await found(stores, library, "#dog", shelf=shelf) == ["mine"]
    for each in noted:
        assert await stores.library.marks_of([each], READER, [key("mine")]) == {key("mine"): now}
    await stores.accounts.unlink(READER)
    assert await stores.library.marks_of([library], READER, [key("mine")]) == {}
    assert await stores.library.marks_of([own], READER, [key("mine")]) == {key("mine"): now}


async def test_what_is_noted_while_an_item_comes_to_stand_there_is_found(
    stores: Stores, other_stores: Stores, library: int
) -> None:
    own = await stores.marks.own_library(READER)
    for number in range(8):
        one = to_index(Image(id=f"i{number}", title="sea"))
        await stores.marks.put([own], READER, one.key, tags=tagged("old"))
        await asyncio.gather(
            stores.marks.add_tags([library, own], READER, [one.key], tagged("new"), most=9),
            other_stores.library.put_front(library, IMAGES, [one]),
        )
        assert await found(stores, library, f"#old #new i{number}") == [f"i{number}"]


async def test_marks_do_not_come_along_for_who_leaves_meanwhile(
    stores: Stores, other_stores: Stores, noted: tuple[int, int]
) -> None:
    """Nobody would ever erase them."""
    library, own = noted
    await link(stores, 2, name="second")
    for number in range(5):
        await stores.library.remove(library, [key("mine")], IMAGES)
        await asyncio.gather(by_the_bot(stores, library), other_stores.accounts.unlink(READER))
        assert await stores.library.marks_of([library], READER, [key("mine")]) == {}
        assert await stores.library.marks_of([own], READER, [key("mine")]) != {}
        await link(stores, READER, name=f"again {number}")
        if number % 2 == 0:
            assert await found(stores, library, "#cat") == ["mine"]


@pytest.fixture
def asked() -> Iterator[list[tuple[str, Sequence[Any]]]]:
    """Statements about marks and links that are made."""
    made: list[tuple[str, Sequence[Any]]] = []

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_rest: Any) -> None:
        if any(table in statement for table in ("links", "marks", "tags")):
            made.append((statement, parameters))

    event.listen(Engine, "before_cursor_execute", note)
    yield made
    event.remove(Engine, "before_cursor_execute", note)


@pytest.mark.parametrize("number", [0, 40])
async def test_what_comes_along_costs_few_statements_a_page_and_each_goes_by_an_index(
    stores: Stores, library: int, url: str, asked: list[tuple[str, Sequence[Any]]], number: int
) -> None:
    own = await stores.marks.own_library(READER)
    page = [to_index(Image(id=f"i{at}")) for at in range(60)]
    await stores.marks.add_tags([own], READER, [one.key for one in page[:number]], [Tag("x", "x")], most=9)
    asked.clear()
    assert await stores.library.advance(SyncState(library, IMAGES, number=1), page)
    made = list(asked)
    assert len(made) == (4 if number else 2)
    for statement, values in made:
        plan = explained(url, statement, values)
        assert "SCAN" not in plan, plan
        assert "Seq Scan" not in plan, plan
    assert len(await stores.library.marks_of([library], READER, [one.key for one in page])) == number
