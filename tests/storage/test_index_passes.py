"""Reading all of a shelf in passes: nothing lost, nothing twice, whatever happens on Imgur or to the bot meanwhile."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from storage import Stores
from storage.models import Shelf, SyncState, Tag
from tests.databases import rows
from tests.storage.factories import NOW, link
from tests.storage.shelving import IMAGES, item, shelf_of, some


async def read(stores: Stores, state: SyncState, *pages: list[str], from_oldest: bool = False) -> SyncState:
    """Read pages one after another, each noted with where the pass stands."""
    for page in pages:
        state = replace(state, page=state.page + 1, read=state.read + len(page))
        assert await stores.library.advance(state, some(*page), from_oldest=from_oldest)
        state = replace(state, version=state.version + 1)
    return state


async def finished(stores: Stores, state: SyncState, *, within_reach: bool = False) -> SyncState:
    state = replace(state, finished_at=NOW)
    assert await stores.library.finish(state, within_reach=within_reach)
    return replace(state, version=state.version + 1)


def following(state: SyncState) -> SyncState:
    """The state at the begin of the next pass."""
    return replace(state, number=state.number + 1, page=0, read=0)


async def test_a_page_and_where_the_pass_stands_are_noted_together(stores: Stores, library: int) -> None:
    assert await stores.library.sync_state(library, IMAGES) is None
    state = SyncState(library, IMAGES, page=1, phase="reading", read=2, expected=4, begun_at=NOW)
    assert await stores.library.advance(state, some("a", "b"))
    assert await stores.library.sync_state(library, IMAGES) == replace(state, version=1)
    assert await shelf_of(stores, library) == ["a", "b"]
    assert await stores.library.sync_state(library, Shelf.FAVORITES) is None


async def test_the_later_of_two_that_read_the_same_page_changes_nothing(stores: Stores, library: int) -> None:
    state = SyncState(library, IMAGES, page=1)
    assert await stores.library.advance(state, some("a"))
    assert not await stores.library.advance(state, some("b"))
    assert not await stores.library.finish(state)
    assert await shelf_of(stores, library) == ["a"]


async def test_of_many_at_once_one_wins(stores: Stores, other_stores: Stores, library: int) -> None:
    state = SyncState(library, IMAGES, page=1)
    for version in range(3):
        now = replace(state, version=version)
        took = await asyncio.gather(
            *(each.library.advance(now, some(f"{version}{at}")) for at, each in enumerate([stores, other_stores] * 4))
        )
        assert sorted(took) == [False] * 7 + [True]
    assert await stores.library.count(library, IMAGES) == 3


async def test_what_is_read_twice_stands_once_where_it_was_first(stores: Stores, library: int) -> None:
    """Five new ones on imgur.com move everything down, so that pages overlap; a kill reads a page again."""
    await read(stores, SyncState(library, IMAGES), ["a", "b", "c"], ["b", "c", "d"], ["b", "c", "d"], ["e"])
    assert await shelf_of(stores, library) == ["a", "b", "c", "d", "e"]


async def test_what_comes_while_a_pass_reads_stands_before_it_and_stays(stores: Stores, library: int) -> None:
    state = await read(stores, SyncState(library, IMAGES), ["a", "b"])
    await stores.library.put_front(library, IMAGES, some("new"))
    state = await finished(stores, await read(stores, state, ["c"]))
    assert await shelf_of(stores, library) == ["new", "a", "b", "c"]
    state = following(state)
    assert await stores.library.advance(state, [])
    await stores.library.put_front(library, IMAGES, some("newer"))
    state = replace(state, version=state.version + 1)
    assert await shelf_of(stores, library) == ["newer", "new", "a", "b", "c"]
    state = await read(stores, state, ["new", "a", "b"])
    await stores.library.put_front(library, IMAGES, some("newest"))
    await finished(stores, state)
    assert await shelf_of(stores, library) == ["newest", "newer", "new", "a", "b"]


async def test_a_list_that_is_half_renewed_keeps_its_order(stores: Stores, library: int) -> None:
    state = await finished(stores, await read(stores, SyncState(library, IMAGES), ["a", "b", "c"], ["d", "e", "f"]))
    state = await read(stores, following(state), ["x", "c", "a"])
    assert await shelf_of(stores, library) == ["x", "c", "a", "b", "d", "e", "f"]
    assert await stores.library.unseen(state) == 4
    state = await read(stores, state, ["e", "f"])
    assert await stores.library.unseen(state) == 2
    await finished(stores, state)
    assert await shelf_of(stores, library) == ["x", "c", "a", "e", "f"]
    assert await stores.library.get(library, ("image", "b")) is None


async def test_what_a_pass_did_not_see_stays_on_other_shelves(stores: Stores, library: int) -> None:
    await stores.library.put_front(library, Shelf.FAVORITES, some("a", "b"))
    state = await finished(stores, await read(stores, SyncState(library, IMAGES), ["a", "b"]))
    await finished(stores, await read(stores, following(state), ["a"]))
    assert await shelf_of(stores, library) == ["a"]
    assert await shelf_of(stores, library, Shelf.FAVORITES) == ["a", "b"]


async def test_of_a_list_that_shows_a_part_only_that_part_is_believed(stores: Stores, library: int) -> None:
    """As of favorites, of which one order reaches 3,060: here six."""
    state = await finished(stores, await read(stores, SyncState(library, IMAGES), ["a", "b", "c", "d", "e", "f"]))
    state = await read(stores, following(state), ["x", "y", "a", "c", "d"])
    assert await stores.library.unseen(state) == 3
    assert await stores.library.unseen(state, within_reach=True) == 1
    await finished(stores, state, within_reach=True)
    assert await shelf_of(stores, library) == ["x", "y", "a", "c", "d", "e", "f"]


async def test_an_old_one_that_came_to_the_front_does_not_reach_farther(stores: Stores, library: int) -> None:
    state = await finished(stores, await read(stores, SyncState(library, IMAGES), ["a", "b", "c", "d", "e", "f"]))
    state = await read(stores, following(state), ["f", "a"], ["b"])
    await finished(stores, state, within_reach=True)
    assert await shelf_of(stores, library) == ["f", "a", "b", "c", "d", "e"]


async def test_nothing_is_within_reach_of_a_pass_that_knew_nothing(stores: Stores, library: int) -> None:
    state = await finished(stores, await read(stores, SyncState(library, IMAGES), ["a", "b"]))
    state = await read(stores, following(state), ["x", "y"])
    assert await stores.library.unseen(state, within_reach=True) == 0
    assert await stores.library.unseen(state) == 2


async def test_a_list_is_read_from_both_ends(stores: Stores, library: int) -> None:
    state = await read(stores, SyncState(library, IMAGES), ["a", "b"], ["c", "d"])
    state = await read(stores, state, ["z", "y"], ["x", "d"], from_oldest=True)
    state = await finished(stores, state)
    assert await shelf_of(stores, library) == ["a", "b", "c", "d", "x", "y", "z"]
    # The next one reaches the middle from neither end: it stays there.
    state = await read(stores, following(state), ["n", "a"], ["b", "c"])
    state = await read(stores, state, ["z"], ["y"], from_oldest=True)
    await finished(stores, state, within_reach=True)
    assert await shelf_of(stores, library) == ["n", "a", "b", "c", "d", "x", "y", "z"]
    assert await shelf_of(stores, library, oldest=True) == ["z", "y", "x", "d", "c", "b", "a", "n"]


async def test_a_page_is_written_whole_or_not_at_all(stores: Stores, library: int) -> None:
    broken = replace(item("b"), extra={"not": object()})
    with pytest.raises(Exception, match="serializable"):
        await stores.library.advance(SyncState(library, IMAGES, page=1), [item("a"), broken])
    assert await shelf_of(stores, library) == []
    assert await stores.library.sync_state(library, IMAGES) is None


# --- unlinking ---------------------------------------------------------------------------------------------------


async def test_what_comes_after_an_unlink_finds_no_library(stores: Stores, other_stores: Stores, library: int) -> None:
    state = await read(stores, SyncState(library, IMAGES), ["a"])
    await other_stores.accounts.unlink(1)
    assert not await stores.library.advance(state, some("b"))
    assert not await stores.library.finish(state)
    await stores.library.put_front(library, IMAGES, some("c"))
    await stores.library.fill(library, IMAGES, some("c"))
    assert not await stores.library.update(library, item("a", title="new"))
    while await stores.library.empty_some(3):
        pass
    assert await shelf_of(stores, library) == []
    assert await stores.library.library(9) is None


async def test_a_library_that_was_let_go_of_is_emptied_in_pieces(stores: Stores, library: int) -> None:
    await stores.library.put_front(library, IMAGES, some(*(f"i{number}" for number in range(25))))
    await link(stores, 2, name="second", owner=None)
    assert await stores.library.empty_some(10) == 0
    await stores.accounts.unlink(1)
    assert await stores.library.empty_some(10) == 0, "another is linked to it"
    assert len(await shelf_of(stores, library)) == 25
    await stores.accounts.unlink(2)
    pieces = []
    while deleted := await stores.library.empty_some(10):
        pieces.append(deleted)
    assert pieces == [10, 10, 10, 10, 10, 1]


async def test_an_account_that_comes_back_finds_an_empty_library(stores: Stores, library: int) -> None:
    """Also while the old one is not emptied yet; numbers are never used again."""
    await read(stores, SyncState(library, IMAGES), ["a"])
    numbers = [library]
    for again in range(3):
        await stores.accounts.unlink(1)
        if again:
            while await stores.library.empty_some(100):
                pass
        await link(stores, name=f"again{again}")
        found = await stores.library.library(9)
        assert found is not None
        assert await stores.library.count(found, IMAGES) == 0
        assert await stores.library.sync_state(found, IMAGES) is None
        numbers.append(found)
    assert numbers == sorted(set(numbers))


async def test_marks_on_what_an_answer_called_gone_go_with_a_whole_pass_that_has_not_seen_it(
    stores: Stores, library: int, url: str
) -> None:
    """It has begun later; what it sees, and what stands on other lists alone, keeps them."""
    names = ["gone", "back", "late"]
    keys = [("image", name) for name in [*names, "others"]]
    await stores.library.put_front(library, IMAGES, some(*names))
    await stores.library.put_front(library, Shelf.FAVORITES, some("others"))
    for key in keys:
        await stores.marks.put([library], 1, key, tags=[Tag("kept", "kept")])
    for key in keys:
        await stores.library.miss(library, key, NOW if key != ("image", "late") else NOW + timedelta(minutes=2))
    assert await shelf_of(stores, library) == await shelf_of(stores, library, Shelf.FAVORITES) == []
    assert set(await stores.library.marks_of([library], 1, keys)) == set(keys)

    async def read(number: int, shelf: Shelf, minutes: int, *seen: str, within_reach: bool = False) -> set[str]:
        begun = NOW + timedelta(minutes=minutes)
        state = SyncState(library, shelf, number=number, begun_at=begun, version=2 * number - 2)
        assert await stores.library.advance(state, some(*seen))
        ended = replace(state, version=2 * number - 1, finished_at=begun)
        assert await stores.library.finish(ended, within_reach=within_reach)
        return {item_id for _, item_id in await stores.library.marks_of([library], 1, keys)}

    every = {*names, "others"}
    assert await read(1, IMAGES, 0) == every
    assert await read(1, Shelf.FAVORITES, 1) == every
    assert await read(2, IMAGES, 1, within_reach=True) == every
    assert await read(3, IMAGES, 1, "back") == every - {"gone"}
    assert await stores.library.get(library, ("image", "back")) is not None
    assert await read(4, IMAGES, 3) == {"back", "others"}
    left = "SELECT discord_id, item_id FROM {} ORDER BY item_id"
    for table in ("marks", "tags"):
        expected = [{"discord_id": 1, "item_id": name} for name in ("back", "others")]
        assert rows(url, left.format(table)) == expected
