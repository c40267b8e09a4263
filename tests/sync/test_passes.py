"""Full passes: nothing lost, nothing twice, nothing removed that is there, and no call too many."""

from __future__ import annotations

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from errors import BehindError, ShowsNoneError
from services.sync.news import BULK
from standins.imgur.records import StoredImage
from storage.models import ImgurAccount, Shelf
from tests.conftest import CLIENT_ID
from tests.sync.conftest import ALICE, House, ids, in_doubt, link, settled, until

BOB = 2
IMAGES = "GET /3/account/me/images"


@pytest.mark.usefixtures("both")
async def test_an_account_is_read_in_full_by_the_fewest_calls(house: House) -> None:
    pictures = house.add(23)
    house.album("Holiday", pictures[:3])
    house.album("Empty", [])
    house.favorite(70)

    await house.read()

    assert house.calls() == Counter(
        {
            f"{IMAGES}/count": 2,
            f"{IMAGES}/0": 2,  # once more at the end: what was deleted meanwhile would show
            **{f"{IMAGES}/{page}": 1 for page in (1, 2, 3)},
            "GET /3/account/me/albums/count": 1,
            "GET /3/account/me/albums/0": 1,
            "GET /3/account/me/albums/1": 1,
            **{f"GET /3/album/{album.id}/images": 1 for album in house.standin.world.albums.values()},
            "GET /3/account/me/favorites/0/newest": 2,
            "GET /3/account/me/favorites/1/newest": 1,
            "GET /3/account/me/favorites/2/newest": 1,
        }
    )
    assert await house.shelf() == ids(house.images())
    assert await house.shelf(Shelf.FAVORITES) == ids(house.account.favorites[::-1])
    holiday, empty = house.standin.world.albums.values()
    assert await house.shelf(Shelf.ALBUMS) == [empty.id, holiday.id]
    assert await house.shelf(f"album:{holiday.id}") == ids(pictures[:3])
    found = await house.sync.progress(house.account.id, Shelf.IMAGES)
    assert (found.is_complete, found.read) == (True, 23)


@pytest.mark.parametrize("counted", [None, -1])
async def test_a_list_that_imgur_never_ends_is_not_read_for_ever(house: House, counted: int | None) -> None:
    house.standin.switches.last_page_again, house.standin.switches.count_says = True, counted
    pictures = house.add(33)
    house.album("Holiday", pictures[:3])
    house.favorite(70)
    await house.read()
    assert await house.shelf() == ids(house.images())
    assert await house.shelf(Shelf.FAVORITES) == ids(house.account.favorites[::-1])
    assert len(await house.shelf(Shelf.ALBUMS)) == 1
    assert (await house.sync.progress(house.account.id, Shelf.IMAGES)).is_complete
    calls = {line.removeprefix("GET /3/account/me/"): number for line, number in house.calls().items()}
    assert calls["images/5"] == calls["albums/2"] == calls["favorites/3/newest"] == 1
    assert not {"images/6", "albums/3", "favorites/4/newest"} & calls.keys()


@pytest.mark.parametrize("pages", [2, 3])
async def test_a_list_whose_pages_come_round_is_not_read_for_ever(house: House, pages: int) -> None:
    house.standin.switches.pages_come_round = pages
    house.add(45)
    house.favorite(230)

    await house.read()

    assert await house.shelf() == ids(house.images()[: 10 * pages])
    newest, oldest = (ids(house.account.favorites[::step]) for step in (-1, 1))
    reached = newest[: 60 * pages] + [one for one in newest[60 * pages :] if one in oldest[: 60 * pages]]
    assert await house.shelf(Shelf.FAVORITES) == reached
    assert sum(house.calls().values()) < 80


@pytest.mark.usefixtures("both")
async def test_what_is_new_while_it_reads_is_found_and_nothing_stands_twice(house: House) -> None:
    house.add(60)
    async with house.held(f"{IMAGES}/1*") as hold:
        await house.begin()
        await asyncio.wait_for(hold.arrived.wait(), 30)
        house.add(5, "new")
    await house.idle()
    await house.look()

    assert await house.shelf() == ids(house.images())
    assert house.calls()[f"{IMAGES}/3"] == 1


@pytest.mark.parametrize("new", [25, 70])
async def test_more_that_is_new_while_it_reads_than_a_page_holds_is_found(house: House, new: int) -> None:
    house.add(60)
    house.favorite(70)
    async with house.held(f"{IMAGES}/3*") as hold, house.held("GET /3/account/me/favorites/1/*") as other:
        await house.begin()
        await asyncio.wait_for(hold.arrived.wait(), 30)
        house.add(new, "new")
        hold.release()
        await asyncio.wait_for(other.arrived.wait(), 30)
        house.favorite(2 * new)
    await house.idle()

    assert await house.shelf() == ids(house.images())
    assert await house.shelf(Shelf.FAVORITES) == ids(house.account.favorites[::-1])


@pytest.mark.usefixtures("both")
@pytest.mark.parametrize(("page", "of"), [(1, 0), (3, 0), (3, 2), (5, 3), (2, 5)])
async def test_what_is_deleted_while_it_reads_hides_nothing(house: House, page: int, of: int) -> None:
    """`page` is held, and three of page `of` go; what was lost is looked for from the front, as far as need be."""
    house.add(60)
    async with house.held(f"{IMAGES}/{page}*") as hold:
        await house.begin()
        await asyncio.wait_for(hold.arrived.wait(), 30)
        house.delete(*house.images()[of * 10 + 2 : of * 10 + 5])
    await house.idle()

    assert await house.shelf() == ids(house.images())
    assert len(await house.shelf()) == 57
    pages = sum(count for line, count in house.calls().items() if line.startswith(f"{IMAGES}/") and line[-1].isdigit())
    assert pages <= 8 + (page + 1 if of < page else 8)


@pytest.mark.parametrize("again", [False, True])
@pytest.mark.parametrize(("page", "gone"), [(2, range(70, 75)), (3, range(60, 140)), (4, range(100, 106))])
async def test_favorites_that_move_up_while_a_pass_waits_are_not_lost_though_imgur_counts_none(
    house: House, page: int, gone: range, *, again: bool
) -> None:
    """`page` is held, and what stood before it goes: nothing but the page before tells that they do not join."""
    house.favorite(200 if page < 4 else 244)
    if again:
        await house.read()
        house.pass_time(timedelta(days=4))
    async with house.held(f"GET /3/account/me/favorites/{page}/newest") as hold:
        await house.begin()
        await asyncio.wait_for(hold.arrived.wait(), 30)
        newest = house.account.favorites[::-1]
        house.account.favorites[:] = [item for at, item in enumerate(newest) if at not in gone][::-1]
        house.pass_time(timedelta(seconds=10))
    if len(gone) > BULK:
        await until(lambda: in_doubt(house, Shelf.FAVORITES))
        house.pass_time(timedelta(hours=4))
    await house.idle()

    assert await house.shelf(Shelf.FAVORITES) == ids(house.account.favorites[::-1])


@pytest.mark.parametrize("page", [1, 2, 3])
@pytest.mark.parametrize("late", [False, True])
async def test_favorites_that_the_user_takes_off_while_it_reads_hide_no_other(
    house: House, page: int, *, late: bool
) -> None:
    """`page` is held, and two of the first go by the bot's own hand: it knows of that, if need be a page later."""
    house.favorite(244)
    match = "GET /3/account/me/favorites/{}/newest"
    async with house.held(match.format(page)) as hold, house.held(match.format(page + 1)) as next_one:
        await house.begin()
        await asyncio.wait_for(hold.arrived.wait(), 30)
        gone = house.account.favorites[-7:-5]
        del house.account.favorites[-7:-5]
        if late:
            hold.release()
            await asyncio.wait_for(next_one.arrived.wait(), 30)
        await house.stores.library.remove(await house.library(), [("image", one.id) for one in gone], Shelf.FAVORITES)
    await house.idle()

    assert await house.shelf(Shelf.FAVORITES) == ids(house.account.favorites[::-1])


@pytest.mark.usefixtures("both")
@pytest.mark.parametrize(("page", "gone"), [(1, range(10, 20)), (1, range(60)), (4, range(10)), (5, range(50, 60))])
async def test_favorites_of_the_first_page_that_go_while_it_reads_hide_no_other(
    house: House, page: int, gone: range
) -> None:
    """`page` is held: whoever takes them off, and however short a pass waits."""
    house.favorite(600)
    async with house.held(f"GET /3/account/me/favorites/{page}/newest") as hold:
        await house.begin()
        await asyncio.wait_for(hold.arrived.wait(), 30)
        newest = house.account.favorites[::-1]
        house.account.favorites[:] = [item for at, item in enumerate(newest) if at not in gone][::-1]
    if len(gone) > BULK:
        await until(lambda: in_doubt(house, Shelf.FAVORITES))
        house.pass_time(timedelta(hours=4))
    await house.idle()

    assert await house.shelf(Shelf.FAVORITES) == ids(house.account.favorites[::-1])
    assert len(await house.shelf(Shelf.FAVORITES)) == 600 - len(gone)


async def test_favorites_that_move_up_in_each_pass_cost_no_pass_after_the_other(house: House) -> None:
    house.favorite(200)
    for number in range(2):
        async with house.held("GET /3/account/me/favorites/2/newest") as hold:
            await house.begin()
            await asyncio.wait_for(hold.arrived.wait(), 30)
            assert (
                house.calls()["GET /3/account/me/favorites/0/newest"] == 1 + number
            )  # and once at the end of the first
            del house.account.favorites[-80]
            house.pass_time(timedelta(seconds=10))

    async def waits() -> bool:
        found = await house.look(Shelf.FAVORITES)
        return isinstance(found, BehindError) and found.seconds > 0

    await until(waits)


async def test_only_an_empty_page_is_the_end(house: House) -> None:
    pictures = house.add(30)
    for picture in pictures[-9:-6] + pictures[:1]:
        picture.odd = {"id": None}  # cannot be read
    for favorite in house.favorite(130)[60:]:
        favorite.odd = {"id": None}

    await house.read()

    assert await house.shelf() == [image.id for image in house.images() if not image.odd]
    assert await house.shelf(Shelf.FAVORITES) == [item.id for item in house.account.favorites[::-1] if not item.odd]


async def test_a_page_that_is_shorter_than_the_others_is_no_end(house: House) -> None:
    """Imgur leaves three of the first out, and of the third all but one."""
    house.add(45)
    house.favorite(200)
    images, favorites = ids(house.images()), ids(house.account.favorites[::-1])
    withheld = {*images[2:5], *images[20:29], *favorites[7:9], *favorites[60:119]}
    house.standin.switches.withheld = list(withheld)

    await house.read()

    assert await house.shelf() == [one for one in images if one not in withheld]
    assert await house.shelf(Shelf.FAVORITES) == [one for one in favorites if one not in withheld]
    asked = house.calls()
    assert [asked[f"{IMAGES}/{page}"] for page in range(6)] == [2, 1, 1, 1, 1, 1]
    for shelf in (Shelf.IMAGES, Shelf.FAVORITES):
        assert await house.look(shelf) is None
    assert sum(house.calls().values()) <= 3
    assert len(await house.shelf()) == 33
    assert len(await house.shelf(Shelf.FAVORITES)) == 139


async def test_pages_are_as_long_as_imgur_makes_them(house: House) -> None:
    house.standin.switches.most_per_page = 7
    house.add(21)

    await house.read()

    assert await house.shelf() == ids(house.images())


@pytest.fixture
async def vanished(house: House) -> dict[str, StoredImage]:
    """All 30 images of Alice's, read and then shown by Imgur no more, though it still counts them."""
    house.add(30)
    await house.read()
    vanished = dict(house.standin.world.images)
    house.standin.switches.count_says = 30
    house.standin.world.images.clear()
    assert isinstance(await house.look(), ShowsNoneError)
    await until(lambda: in_doubt(house))
    assert len(await house.shelf()) == 30
    return vanished


@pytest.mark.usefixtures("both")
async def test_what_disappears_in_bulk_and_comes_back_was_there_all_the_time(
    house: House, vanished: dict[str, StoredImage]
) -> None:
    """With what its user has noted on it."""
    oldest, *_ = vanished
    await house.tag(oldest, "kept")
    house.standin.world.images.update(vanished)
    house.pass_time(timedelta(hours=4))
    await house.idle()

    assert len(await house.shelf()) == 30
    assert await house.tagged("kept") == [oldest]
    assert await house.look() is None


@pytest.mark.usefixtures("vanished")
async def test_what_disappears_in_bulk_is_gone_if_it_is_on_a_second_look_too(house: House) -> None:
    house.standin.switches.count_says = None
    house.pass_time(timedelta(hours=2))
    await settled(house)
    assert len(await house.shelf()) == 30
    house.pass_time(timedelta(hours=2))
    await house.idle()

    assert await house.shelf() == []


@pytest.mark.usefixtures("vanished")
async def test_what_disappears_in_bulk_stays_for_as_long_as_imgur_counts_it(house: House) -> None:
    for _ in range(2):
        house.pass_time(timedelta(hours=24))
        await house.idle()
        assert len(await house.shelf()) == 30
        assert isinstance(await house.look(), ShowsNoneError)
        house.pass_time(timedelta(hours=24))  # from one pass that a look asks for to the next it is a while
        await until(lambda: in_doubt(house))


@pytest.mark.parametrize("shown", [0, 20])
async def test_a_list_that_ends_long_before_its_count_is_asked_for_again(
    house: House, shown: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first time that it is read, there is nothing yet that could stay."""
    monkeypatch.setattr("services.sync.handler.PATIENCE", 1000)
    hidden = {image.id: image for image in house.add(40)}
    later = {image.id: image for image in house.add(shown)}
    house.standin.switches.count_says = 40 + shown
    house.standin.world.images = later
    await house.begin()

    async def has_failed() -> bool:
        return any(job.failures > 1 for job in await house.jobs.of_user(ALICE))

    await until(has_failed)
    assert not (await house.sync.progress(house.account.id, Shelf.IMAGES)).is_complete
    house.standin.world.images = hidden | later
    house.standin.switches.count_says = None
    await house.idle()

    assert await house.shelf() == ids(house.images())


@pytest.mark.usefixtures("both")
async def test_what_is_gone_comes_off_with_the_next_pass(house: House) -> None:
    house.add(25)
    house.favorite(90)
    await house.read()
    house.delete(*house.images()[12:15])
    del house.account.favorites[5:8]

    await house.read_again(Shelf.IMAGES)
    await house.read_again(Shelf.FAVORITES)

    assert await house.shelf() == ids(house.images())
    assert await house.shelf(Shelf.FAVORITES) == ids(house.account.favorites[::-1])


@pytest.mark.usefixtures("both")
async def test_favorites_beyond_the_reach_of_one_order_are_read_from_the_other_end(house: House) -> None:
    house.standin.switches.favorite_pages = 3
    house.favorite(260)
    await house.read()
    assert await house.shelf(Shelf.FAVORITES) == ids(house.account.favorites[::-1])
    house.calls()

    house.favorite(10)
    await house.read_again(Shelf.FAVORITES)

    assert await house.shelf(Shelf.FAVORITES) == ids(house.account.favorites[::-1])


@pytest.mark.parametrize(("length", "pages", "favorites"), [(10, 3, 47), (60, 1, 90)])
async def test_the_other_end_is_read_whatever_the_length_of_a_page_is(
    house: House, length: int, pages: int, favorites: int
) -> None:
    """How many favorites are on a page is Imgur's own."""
    house.standin.switches.favorites_per_page = length
    house.standin.switches.favorite_pages = pages
    house.favorite(favorites)
    await house.read()
    assert await house.shelf(Shelf.FAVORITES) == ids(house.account.favorites[::-1])


async def test_favorites_that_no_order_reaches_stay_as_they_were(house: House) -> None:
    house.favorite(300)
    await house.read()
    house.standin.switches.favorite_pages = 2  # 240 of them are shown
    house.favorite(5)

    await house.read_again(Shelf.FAVORITES)

    assert await house.shelf(Shelf.FAVORITES) == ids(house.account.favorites[::-1])


async def test_as_many_favorites_as_fill_their_pages_cost_one_call_to_be_sure(house: House) -> None:
    house.favorite(120)

    await house.read()

    assert house.calls()["GET /3/account/me/favorites/0/oldest"] == 1
    assert await house.shelf(Shelf.FAVORITES) == ids(house.account.favorites[::-1])


async def test_a_page_that_fails_is_waited_for(house: House) -> None:
    """It goes on with that page by itself, and does not say before that all is read."""
    house.add(45)
    house.standin.fail_next("html-over-capacity-503", f"{IMAGES}/2*", times=9)
    await house.begin()
    async with house.held(f"{IMAGES}/3*") as hold:
        while not hold.arrived.is_set():
            so_far = await house.sync.progress(house.account.id, Shelf.IMAGES)
            assert (so_far.is_complete, so_far.read in {0, 10, 20, 30}) == (False, True)
            await asyncio.sleep(0.01)
    assert len(house.standin.sent(f"{IMAGES}/2*")) == 10
    await house.idle()

    assert await house.shelf() == ids(house.images())
    asked = house.calls()
    assert [asked[f"{IMAGES}/{page}"] for page in range(6)] == [2, 1, 10, 1, 1, 1]
    assert (await house.sync.progress(house.account.id, Shelf.IMAGES)).is_complete


@pytest.mark.usefixtures("both")
async def test_a_count_beyond_all_measure_counts_as_none(house: House) -> None:
    house.add(12)
    house.standin.switches.count_says = 10**30
    await house.read()
    assert await house.shelf() == ids(house.images())


@pytest.mark.parametrize(("says", "shown"), [(51, 51), (0, None), (None, None)])
async def test_a_count_that_is_wrong_misleads_nobody(house: House, says: int | None, shown: int | None) -> None:
    house.add(66)
    if says is None:
        house.standin.fail_next("unauthorized-403", f"{IMAGES}/count", times=99)
    house.standin.switches.count_says = says
    seen = []
    async with house.held(f"{IMAGES}/5*") as hold:
        await house.begin()
        await asyncio.wait_for(hold.arrived.wait(), 30)
        seen.append(await house.sync.progress(house.account.id, Shelf.IMAGES))
    async with house.held(f"{IMAGES}/7*") as hold:
        await asyncio.wait_for(hold.arrived.wait(), 30)
        seen.append(await house.sync.progress(house.account.id, Shelf.IMAGES))
    await house.idle()

    assert await house.shelf() == ids(house.images())
    assert [found.expected for found in seen] == [shown, None]
    assert [found.read for found in seen] == [50, 66]
    assert all(found.seconds is None or found.seconds >= 0 for found in seen)


ODD: list[dict[str, object]] = [
    {"size": "595876"},
    {"datetime": "abc"},
    {"width": -1},
    {"title": 5},
    {"datetime": 4_070_908_800},  # in 2099
    {"title": "\ud83d half"},
    {"description": "\u732b" * 10_000},
    {"datetime": 1e12, "views": -3},
    {"nsfw": "perhaps", "favorite": 7, "type": ["x"]},
    {"title": "nul \x00 in it", "description": "\x00", "type": "image/\x00png"},  # PostgreSQL takes none
    {"width": 2**31, "height": 2**63, "size": 10**30, "views": 2**64},
    {"width": 1e300, "size": 1.5, "height": True},
    {"datetime": 0},
    {"datetime": -1},
    {"datetime": 10**30},
    {"datetime": "1395685379"},
    {"datetime": [1]},
    {"title": ["a"], "description": {"a": 1}, "link": 5, "animated": "no"},
    {"title": "\ud83d", "description": "\udfff\ud800"},
    {"title": "x" * 100_000, "account_url": None, "account_id": "abc"},
]


@pytest.mark.usefixtures("both")
async def test_an_odd_value_costs_its_field_alone(house: House) -> None:
    pictures = house.add(30)
    for picture, odd in zip(pictures, ODD, strict=False):
        picture.odd = dict(odd)

    await house.read()

    assert await house.shelf() == ids(house.images())
    by_id = {
        item.id: item
        for item in await house.stores.library.page(await house.library(), Shelf.IMAGES, offset=0, limit=99)
    }
    size, time, width, title, *_ = (by_id[picture.id] for picture in pictures)
    assert (size.size, time.created, width.width, title.title) == (595_876, None, 0, "5")


@pytest.mark.usefixtures("both")
async def test_an_image_and_an_album_of_one_id_are_two_and_letters_case_counts(house: House) -> None:
    one, other = house.add(2)
    other.id, one.id = "aBcDe", "abcde"
    house.standin.world.images = {image.id: image for image in (one, other)}
    album = house.album("Twin", [one])
    del house.standin.world.albums[album.id]
    album.id = "abcde"
    house.standin.world.albums[album.id] = album
    house.standin.world.add_favorites(house.account, [one, album, other])

    await house.read()

    assert await house.shelf() == ["aBcDe", "abcde"]
    found = await house.stores.library.page(await house.library(), Shelf.FAVORITES, offset=0, limit=9)
    assert [item.key for item in found] == [("image", "aBcDe"), ("album", "abcde"), ("image", "abcde")]


@pytest.mark.usefixtures("both")
async def test_whoever_unlinks_in_the_middle_leaves_nothing(house: House) -> None:
    house.add(60)
    async with house.held(f"{IMAGES}/2*", answer=True) as hold:
        await house.begin()
        await asyncio.wait_for(hold.arrived.wait(), 30)
        number = await house.library()
        await house.accounts.unlink(ALICE)
    await house.idle()

    async def nothing() -> bool:
        while await house.stores.library.empty_some(1000):
            pass
        return await house.stores.library.count(number, Shelf.IMAGES) == 0

    assert await nothing()
    assert await house.stores.library.library(house.account.id) is None
    assert f"{IMAGES}/4" not in house.calls()


@pytest.mark.usefixtures("both")
async def test_where_an_account_has_another_user_it_is_read_on_when_one_unlinks_in_the_middle(house: House) -> None:
    house.add(60)
    tokens = house.standin.world.issue_tokens(house.account, CLIENT_ID)
    expires = datetime.now(UTC) + timedelta(days=28)
    own = ImgurAccount(house.account.id, house.account.username, tokens.access_token, tokens.refresh_token, expires)
    await link(house.stores, own, BOB, "second")
    async with house.held(f"{IMAGES}/2*", answer=True) as hold:
        await house.begin()
        await asyncio.wait_for(hold.arrived.wait(), 30)
        await house.accounts.unlink(ALICE)

    async def is_read() -> bool:
        return not await house.jobs.of_user(BOB)

    await until(is_read)
    assert await house.shelf() == ids(house.images())
    assert (await house.sync.progress(house.account.id, Shelf.IMAGES)).is_complete


@pytest.mark.parametrize(
    "fault", ["unauthorized-403", "bad-request-400", "data-false-400", "html-kittens-200", "not-found-404", "empty-500"]
)
async def test_an_album_that_imgur_does_not_hand_out_keeps_no_other_from_being_read(house: House, fault: str) -> None:
    pictures = house.add(6)
    bad, good = house.album("Bad", pictures[:2]), house.album("Good", pictures[2:4])
    house.standin.fail_next(fault, f"GET /3/album/{bad.id}/images*", times=1000)
    await house.read()
    assert await house.shelf(f"album:{good.id}") == ids(pictures[2:4])
    assert len(house.standin.sent(f"GET /3/album/{bad.id}/images*")) < 30
    assert await house.accounts.linked(ALICE)
    house.standin.faults.clear()
    await house.read_again(Shelf.ALBUMS)
    assert await house.shelf(f"album:{bad.id}") == ids(pictures[:2])


@pytest.mark.parametrize("fault", ["unauthorized-403", "data-false-400"])
async def test_a_page_that_imgur_does_not_hand_out_keeps_no_list_from_being_read(house: House, fault: str) -> None:
    """The second page of the images; when it is there again, the pass goes on with it."""
    house.add(25)
    favorites, album = house.favorite(70), house.album("Trip", house.images()[:2])
    house.standin.fail_next(fault, f"{IMAGES}/1*", times=10_000)
    await house.begin()

    async def rest_is_read() -> bool:
        return [
            len(await house.shelf(each)) for each in (Shelf.IMAGES, Shelf.FAVORITES, Shelf.ALBUMS, f"album:{album.id}")
        ] == [10, len(favorites), 1, 2]

    await until(rest_is_read)
    asked = len(house.standin.sent(f"{IMAGES}/1*"))
    assert asked < 30
    await settled(house)
    house.standin.faults.clear()
    house.calls()
    house.pass_time(timedelta(minutes=10))
    await house.idle()
    assert await house.shelf() == ids(house.images())
    assert f"{IMAGES}/0" in house.calls()  # the first page once more, to see whether they join


async def test_an_album_that_goes_while_albums_are_read_hides_no_other(house: House) -> None:
    pictures = house.add(6)
    albums = [house.album(f"Album {number}", pictures[: number + 1]) for number in range(5)]
    async with house.held(f"GET /3/album/{albums[2].id}/images") as hold:
        await house.begin()
        await asyncio.wait_for(hold.arrived.wait(), 30)
        house.calls()
        house.standin.world.remove_album(albums[0])
        await house.stores.library.remove(await house.library(), [("album", albums[0].id)])  # as the bot notes it
    await house.idle()

    for album in albums[1:]:
        assert await house.shelf(f"album:{album.id}") == ids(album.images)
    assert sum(count for line, count in house.calls().items() if line.endswith("/images")) == 2


async def test_a_second_pass_reads_only_the_albums_that_have_changed(house: House) -> None:
    pictures = house.add(6)
    first, second = house.album("First", pictures[:2]), house.album("Second", pictures[2:4])
    await house.read()
    house.calls()
    second.images.append(pictures[5])
    third = house.album("Third", pictures[4:])

    await house.read_again(Shelf.ALBUMS)

    calls = house.calls()
    assert calls[f"GET /3/album/{first.id}/images"] == 0
    assert calls[f"GET /3/album/{second.id}/images"] == calls[f"GET /3/album/{third.id}/images"] == 1
    assert await house.shelf(f"album:{second.id}") == ids(second.images)


@pytest.mark.parametrize("by", ["look", "pass"])
async def test_an_album_whose_images_were_exchanged_is_read_again_though_their_number_is_the_same(
    both: None, house: House, by: str
) -> None:
    old, new = house.add(2)
    album = house.album("Trip", [old])
    await house.read()
    house.calls()
    album.images = [new]

    if by == "look":
        await house.look(Shelf.ALBUMS)
        await house.idle()
    else:
        await house.read_again(Shelf.ALBUMS)

    assert await house.shelf(f"album:{album.id}") == [new.id]
    assert house.calls()[f"GET /3/album/{album.id}/images"] == 1


@pytest.mark.parametrize("by", ["look", "pass"])
async def test_an_image_that_is_gone_from_the_account_is_gone_from_its_albums(
    both: None, house: House, by: str
) -> None:
    one, two, three = house.add(3)
    album = house.album("Trip", [one, two])
    house.standin.world.add_favorites(house.account, [two])
    await house.read()
    house.delete(two)

    await (house.look() if by == "look" else house.read_again(Shelf.IMAGES))

    assert await house.shelf() == ids([three, one])
    assert await house.shelf(f"album:{album.id}") == [one.id]
    assert await house.shelf(Shelf.FAVORITES) == [two.id]


async def test_a_pass_is_repeated_after_some_days_if_the_user_comes_by(house: House) -> None:
    pictures = house.add(25)
    await house.read()
    pictures[2].title = "another"
    await house.read()
    house.pass_time(timedelta(days=4))
    await house.read()

    found = await house.stores.library.get(await house.library(), ("image", pictures[2].id))
    assert found is not None
    assert found.title == "another"


async def test_a_clock_that_was_days_ahead_keeps_nothing_from_being_read(house: House) -> None:
    house.add(12)
    house.pass_time(timedelta(days=30))
    await house.read()
    house.pass_time(timedelta(days=-30))
    house.add(3)
    house.calls()
    await house.read()

    assert await house.shelf() == ids(house.images())
