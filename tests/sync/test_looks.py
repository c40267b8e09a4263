"""What a user's own look at a list brings into the index: news by place and id, and no call where there are none."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest

from errors import BehindError
from services.indexed import to_index
from services.sync import SyncService
from services.sync.stage import Stage, behind, waits
from storage.models import Shelf, SyncState
from tests.sync.conftest import ALICE, House, ids, in_doubt, settled, until

FAVORITES = "GET /3/account/me/favorites"


async def images_are_right(house: House) -> bool:
    return await house.shelf() == ids(house.images())


async def favorites_are_right(house: House) -> bool:
    return await house.shelf(Shelf.FAVORITES) == ids(house.account.favorites[::-1])


async def test_where_nothing_is_new_one_page_is_all_that_is_asked_for(house: House) -> None:
    house.add(35)
    await house.read()
    house.calls()

    assert await house.look() is None
    assert house.calls() == {"GET /3/account/me/images/0": 1}


async def test_new_ones_are_found_as_far_down_as_they_go(house: House) -> None:
    house.add(35)
    await house.read()
    house.add(13)
    house.calls()

    assert await house.look() is None
    assert await house.shelf() == ids(house.images())
    assert sum(house.calls().values()) == 3


async def test_more_new_ones_than_a_user_should_wait_for_are_left_to_a_pass(house: House) -> None:
    house.add(25)
    await house.read()
    house.add(70)

    assert isinstance(await house.look(), BehindError)
    assert await house.jobs.of_user(ALICE)
    await house.idle()
    assert await house.shelf() == ids(house.images())
    assert await house.look() is None


@pytest.mark.usefixtures("both")
async def test_an_old_favorite_that_came_to_the_front_hides_no_new_one_behind_it(house: House) -> None:
    house.favorite(150)
    await house.read()
    old = house.account.favorites.pop(40)
    new = house.favorite(2)
    house.standin.world.add_favorites(house.account, [old])
    house.calls()

    assert await house.look(Shelf.FAVORITES) is None
    assert (await house.shelf(Shelf.FAVORITES))[:3] == [old.id, new[1].id, new[0].id]
    assert await favorites_are_right(house)
    assert house.calls() == {f"{FAVORITES}/0/newest": 1, f"{FAVORITES}/1/newest": 1}


async def test_what_is_gone_from_the_front_comes_off(house: House) -> None:
    house.add(35)
    await house.read()
    house.delete(*house.images()[3:5])

    await house.look()
    assert await house.shelf() == ids(house.images())


@pytest.mark.parametrize("shelf", [Shelf.IMAGES, Shelf.FAVORITES])
async def test_the_oldest_of_a_list_of_one_page_are_off_it_once_they_are_gone(house: House, shelf: Shelf) -> None:
    """Nothing on the first page tells it but that it is shorter: an empty one behind it does, for one credit."""
    house.add(9)
    house.favorite(9)
    await house.read()
    house.delete(*house.images()[6:])
    del house.account.favorites[:3]
    house.calls()
    assert await house.look(shelf) is None
    assert len(await house.shelf(shelf)) == 6
    assert sum(house.calls().values()) == 2
    assert await house.look(shelf) is None
    assert sum(house.calls().values()) == 1


@pytest.mark.parametrize("left", [4, 8])
async def test_a_list_of_which_less_than_a_page_is_left_has_ended_there(house: House, left: int) -> None:
    """As above, though there were several pages: none of them but the last was so short."""
    house.add(33)
    await house.read()
    house.delete(*house.images()[left:])
    house.calls()
    assert await house.look() is not None
    assert house.calls()["GET /3/account/me/images/1"] >= 1
    await until(partial(in_doubt, house))
    house.pass_time(timedelta(hours=4))
    await house.idle()
    assert await house.shelf() == ids(house.images())


async def test_many_of_the_oldest_that_are_gone_are_left_to_a_pass(house: House) -> None:
    house.standin.switches.most_per_page = 100
    house.add(40)
    await house.read()
    house.delete(*house.images()[4:])
    assert await house.look() is not None
    await until(partial(in_doubt, house))
    house.pass_time(timedelta(hours=4))
    await house.idle()
    assert await house.shelf() == ids(house.images())


@pytest.mark.parametrize("created", [4_070_908_800, 86_400])
async def test_the_newest_is_off_the_list_once_it_is_gone_whatever_time_it_carried(house: House, created: int) -> None:
    house.add(15)
    [newest] = house.add(1)
    newest.created = created
    await house.read()
    house.delete(newest)

    assert await house.look() is None
    assert await images_are_right(house)


@pytest.mark.parametrize("count", [25, 70])
async def test_many_that_are_gone_are_left_to_a_pass_that_looks_twice(house: House, count: int) -> None:
    house.add(100)
    await house.read()
    house.delete(*house.images()[3 : 3 + count])

    await house.look()
    assert len(await house.shelf()) == 100
    await until(lambda: in_doubt(house))
    doubt = await house.look()
    assert isinstance(doubt, BehindError)
    assert doubt.is_doubt
    assert 2.9 * 3600 < doubt.seconds <= 3 * 3600
    house.pass_time(timedelta(hours=4))
    await house.idle()
    assert await house.shelf() == ids(house.images())


@pytest.mark.usefixtures("both")
async def test_ten_new_favorites_push_no_old_one_out(house: House) -> None:
    """Either order reaches one page here; what is in the middle, beyond both, was there before, and is tagged."""
    old = house.favorite(120)
    await house.read()
    for favorite in old[:10] + old[55:65]:
        await house.tag(favorite.id, "kept")
    house.standin.switches.favorite_pages = 1
    house.favorite(10)

    for read in (house.look, house.read_again):
        await read(Shelf.FAVORITES)
        assert await favorites_are_right(house)
        assert len(await house.shelf(Shelf.FAVORITES)) == 130
        assert await house.tagged("kept", Shelf.FAVORITES) == ids((old[:10] + old[55:65])[::-1])


def pages(house: House) -> int:
    """How many pages of images Imgur was asked for since this was last asked."""
    return sum(count for line, count in house.calls().items() if "/images/" in line and not line.endswith("/count"))


async def test_a_list_that_never_joins_costs_a_pass_the_more_seldom_and_that_is_said(house: House) -> None:
    house.add(12)
    await house.read()
    told = []
    for _ in range(3):
        house.add(40)
        other = SyncService(house.accounts, house.imgur, house.stores.library, house.jobs, now=house.clock.now)
        found = await other.look(ALICE, house.account.id, Shelf.IMAGES)  # another process: what counts is on record
        assert isinstance(found, BehindError)
        told.append(round(found.seconds / 60))
        if found.seconds:
            await settled(house)
            house.calls()
            assert isinstance(await house.look(), BehindError)
            await settled(house)
            assert pages(house) == 1
            house.pass_time(timedelta(seconds=found.seconds + 1))
        await house.idle()
        assert await images_are_right(house)
    assert told == [0, 10, 40]


def test_the_distance_between_passes_grows_to_a_day_and_is_forgotten_in_two() -> None:
    now = datetime.now(UTC)
    state, distances = SyncState(1, Shelf.IMAGES), []
    for _ in range(20):
        state = behind(replace(state, finished_at=now), now)
        assert behind(state, now) == state  # once for all looks until it is read
        distances.append(waits(state, now) / 60)
        assert waits(state, now - timedelta(days=1)) == 0  # a clock was wrong
        state = replace(state, phase=str(Stage.of(state).next().ended()))
    assert distances == [0, 10, 40, 160, 640, *[1440] * 15]
    assert waits(behind(state, now + timedelta(days=2)), now + timedelta(days=2)) == 0


async def test_what_a_look_could_not_take_in_is_read_though_another_list_waits(house: House) -> None:
    """Of one account one job is open at a time: it reads whatever is on record, and so does the one after a restart."""
    house.favorite(100)
    house.add(25)
    await house.read()
    house.account.favorites.clear()
    await house.look(Shelf.FAVORITES)
    await until(lambda: in_doubt(house, Shelf.FAVORITES))
    house.add(70)

    assert isinstance(await house.look(), BehindError)
    house.pass_time(timedelta(minutes=11))

    async def nothing_lacks() -> bool:
        return await house.look() is None

    await until(nothing_lacks)
    assert await images_are_right(house)


async def test_what_a_look_could_not_take_in_while_all_is_read_is_read_after_that(house: House) -> None:
    house.add(80)
    await house.read()
    house.pass_time(timedelta(days=4))
    async with house.held("GET /3/account/me/images/7*") as hold:
        await house.begin()
        await asyncio.wait_for(hold.arrived.wait(), 30)
        house.add(70)
        assert isinstance(await house.look(), BehindError)
    await house.idle()

    assert await images_are_right(house)
    assert await house.look() is None


async def test_a_small_list_of_which_much_is_other_is_read_again(house: House) -> None:
    """Its end is seen at once, and what is gone from behind the new ones is not."""
    for image in house.add(9):
        image.created -= 3600
    await house.read()
    house.delete(*house.images()[4:8])
    house.add(3)

    await house.look()
    await house.idle()
    assert await images_are_right(house)
    assert await house.look() is None


async def test_what_is_shown_is_corrected_when_it_is_shown(house: House) -> None:
    house.add(25)
    await house.read()
    house.images()[4].title = "another"
    house.images()[5].views = 10_000

    await house.look()

    found = await house.stores.library.get(await house.library(), ("image", house.images()[4].id))
    assert found is not None
    assert found.title == "another"


@pytest.mark.parametrize("days", [1, -1])
async def test_no_clock_has_a_say(house: House, days: int) -> None:
    house.add(15)
    await house.read()
    house.pass_time(timedelta(days=days))
    [future] = house.add(1)
    future.created = 4_070_908_800  # in 2099
    await house.look()
    house.add(1)
    await house.look()

    assert await house.shelf() == ids(house.images())


async def test_a_list_that_was_never_read_is_not_looked_at_but_begun(house: House) -> None:
    house.add(15)
    await house.look()

    assert not house.calls()
    assert await house.jobs.of_user(ALICE)


async def test_what_was_made_just_now_stays_though_imgur_does_not_show_it_yet(house: House) -> None:
    house.add(25)
    for image in house.images():
        image.created -= 3600
    await house.read()
    new, old = house.add(2)
    old.created -= 3600
    for image in (new, old):
        made = await house.accounts.authorized(ALICE, partial(house.imgur.image, image.id))
        await house.stores.library.put_front(await house.library(), Shelf.IMAGES, [to_index(made)])
        house.delete(image)

    await house.look()
    assert await house.shelf() == [new.id, *ids(house.images())]


async def test_what_a_look_finds_changed_in_albums_is_read(house: House) -> None:
    pictures = house.add(6)
    album = house.album("Holiday", pictures[:3])
    await house.read()
    album.images = pictures[:5]

    await house.look(Shelf.ALBUMS)
    await house.idle()
    assert await house.shelf(f"album:{album.id}") == ids(pictures[:5])
