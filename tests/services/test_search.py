"""Imgur's public gallery, searched: pages are everyone's, and nobody's in particular."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from errors import NothingToSearchError
from imgur.client import ImgurClient
from services.account import AccountService
from services.library import Library
from services.library.shelves import Shelves
from services.search import PAGE_SECONDS, Hits, Search, SearchService
from services.views import Views
from standins.imgur.records import StoredImage
from standins.imgur.standin import Standin
from storage import Stores
from tests.services.test_account import link
from tests.services.test_library import ADA, BOB, Clock, keep

SEARCHES = "GET /3/gallery/search/*"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def search(imgur_client: ImgurClient, stores: Stores, clock: Clock) -> SearchService:
    return SearchService(imgur_client, stores.uploads, clock)


def public(standin: Standin, count: int, title: str = "cat", **more: Any) -> list[StoredImage]:
    return [standin.world.add_image(title=f"{title} {number}", in_gallery=True, **more) for number in range(count)]


def ids(hits: Hits) -> list[str]:
    return [item.id for item in hits.items]


async def test_hits_come_ten_a_page_for_one_credit_in_sixty(search: SearchService, standin: Standin) -> None:
    found = [image.id for image in public(standin, 65)][::-1]
    pages, number = [], 0
    while True:
        pages.append(await search.find(Search("cat"), number, mature=False))
        if (following := pages[-1].next) is None:
            break
        number = following
    assert [one for hits in pages for one in ids(hits)] == found
    assert [hits.page for hits in pages] == [0, 1, 2, 3, 4, 5, 6, 12]
    assert len(standin.sent(SEARCHES)) == 3  # two with hits, and the empty one that is the end
    assert ids(await search.find(Search("cat"), 2, mature=False)) == found[20:30]
    assert len(standin.sent(SEARCHES)) == 3


@pytest.mark.parametrize("is_late", [False, True])
async def test_hits_are_all_there_when_imgur_s_pages_are_long(
    search: SearchService, standin: Standin, clock: Clock, *, is_late: bool
) -> None:
    standin.switches.hits_per_page = 100
    found = [image.id for image in public(standin, 230)][::-1]
    pages = [await search.find(Search("cat"), 0, mature=False)]
    while (following := pages[-1].next) is not None:
        clock.now += PAGE_SECONDS if is_late else 0
        pages.append(await search.find(Search("cat"), following, mature=False))
    assert [one for hits in pages for one in ids(hits)] == found
    assert [hits.page for hits in pages] == [*range(23), 30]


@pytest.mark.parametrize(
    "spellings", [("straße", "strasse"), ("cats OR dogs", "cats or dogs"), ("cats NOT dogs", "cats not dogs")]
)
async def test_what_imgur_may_tell_apart_is_asked_for_each(
    search: SearchService, standin: Standin, spellings: tuple[str, str]
) -> None:
    for text in (*spellings, spellings[1].replace("s", "S")):
        await search.find(Search(text), 0, mature=False)
    assert [sent.query for sent in standin.sent(SEARCHES)] == [{"q": text} for text in spellings]


async def test_page_is_asked_for_once_for_everyone_in_any_spelling(
    search: SearchService, standin: Standin, clock: Clock
) -> None:
    public(standin, 3)
    held = standin.switches.hold(SEARCHES)
    spellings = ["cat", "CAT", " Cat ", "cat\u200b"] * 5
    finding = asyncio.gather(*(search.find(Search(text), 0, mature=False) for text in spellings))
    await held.arrived.wait()
    held.release()
    found = await finding
    assert len({tuple(ids(hits)) for hits in found}) == 1
    assert [sent.query for sent in standin.sent(SEARCHES)] == [{"q": "cat"}]
    assert standin.sent(SEARCHES)[0].headers["Authorization"].startswith("Client-ID ")
    await search.find(Search("cat", window="week"), 0, mature=True)  # which counts in another order only
    assert len(standin.sent(SEARCHES)) == 1
    await search.find(Search("cat", "top", "week"), 0, mature=False)
    await search.find(Search("cat", "top", "day"), 0, mature=False)
    assert [sent.path for sent in standin.sent(SEARCHES)] == [
        f"/3/gallery/search/{rest}/0" for rest in ("time/all", "top/week", "top/day")
    ]
    await search.find(Search("cat"), 0, mature=False, fresh=True)
    assert len(standin.sent(SEARCHES)) == 4
    clock.now = PAGE_SECONDS
    search.tidy()
    await search.find(Search("cat"), 0, mature=False)
    assert len(standin.sent(SEARCHES)) == 5


@pytest.mark.parametrize("query", ["a&b", "#cat", "50%", "C++", "cat/dog", "猫", '"x"', "a?b=c", "-cat", "a OR b"])
async def test_query_goes_over_as_it_was_written(query: str, search: SearchService, standin: Standin) -> None:
    (hit,) = public(standin, 1, query)
    assert ids(await search.find(Search(query), 0, mature=False)) == [hit.id]
    assert [sent.query for sent in standin.sent(SEARCHES)] == [{"q": query}]


@pytest.mark.parametrize("query", ["", "  ", "\u200b", "\ufe0f", "\u3164", "\ud83d"])
async def test_query_of_nothing_costs_nothing(query: str, search: SearchService, standin: Standin) -> None:
    with pytest.raises(NothingToSearchError):
        await search.find(Search(query), 0, mature=True)
    assert not standin.requests


async def test_first_finder_s_favorites_are_in_nobody_s_page(
    search: SearchService,
    accounts: AccountService,
    imgur_client: ImgurClient,
    stores: Stores,
    standin: Standin,
) -> None:
    ann, ben = (standin.world.add_account(name) for name in ("ann_imgur", "ben_imgur"))
    await link(stores, standin, ann, ADA)
    await link(stores, standin, ben, BOB)
    library = Library.over(
        accounts, imgur_client, stores.uploads, Shelves(stores.library, stores.marks), views=Views(stores.views)
    )
    (hit,) = public(standin, 1)
    standin.world.add_favorites(ann, [hit])
    for _ in range(2):
        (item,) = (await search.find(Search("cat"), 0, mature=False)).items
        assert (item.favorite, item.deletehash) == (False, None)
    assert (await library.items.favorite(ADA, f"image:{hit.id}")).changed is False
    assert (await library.items.favorite(BOB, f"image:{hit.id}")).changed is True
    assert (ann.favorites, ben.favorites) == ([hit], [hit])


async def test_mature_hits_are_left_out_and_counted(search: SearchService, standin: Standin) -> None:
    plain = public(standin, 5)
    public(standin, 60, nsfw=True)
    inside = standin.world.add_image(nsfw=True)
    album = standin.world.add_album(title="cat album", images=[inside], in_gallery=True)
    first = await search.find(Search("cat"), 0, mature=False)
    assert (first.items, first.mature, first.next, first.is_nothing) == ((), 60, 6, False)
    second = await search.find(Search("cat"), 6, mature=False)
    assert (ids(second), second.mature) == ([image.id for image in plain[::-1]], 1)
    assert len(standin.sent(SEARCHES)) == 2
    everything = await search.find(Search("cat"), 0, mature=True)
    assert (len(everything.items), everything.mature, everything.next) == (10, 0, 1)
    assert album.id in ids(await search.find(Search("cat"), 6, mature=True)) + ids(everything)
    assert len(standin.sent(SEARCHES)) == 2


async def test_advertising_and_what_has_no_link_are_left_out(search: SearchService, standin: Standin) -> None:
    advert, linkless, dead, empty, good = public(standin, 5)
    advert.odd, linkless.odd = {"is_ad": True}, {"link": None, "mp4": None}
    dead.odd = {"link": "http://i.imgur.com/"}
    empty.odd = {"id": None}
    album = standin.world.add_album(title="cat album", in_gallery=True)
    album.odd = {"cover": "gone123", "images": None, "images_count": 12}
    hits = await search.find(Search("cat"), 0, mature=False)
    assert set(ids(hits)) == {good.id, album.id}
    assert len(standin.requests) == 1


async def test_spoilers_of_the_bot_s_users_are_known(search: SearchService, stores: Stores, standin: Standin) -> None:
    one, _ = public(standin, 2)
    await keep(stores, one)
    await stores.uploads.hide(ADA, one.id)
    assert (await search.find(Search("cat"), 0, mature=False)).hidden == {one.id}


async def test_nothing_found_is_nothing(search: SearchService, standin: Standin) -> None:
    hits = await search.find(Search("dog"), 0, mature=False)
    assert hits.is_nothing
    assert not (await search.find(Search("dog"), 6, mature=False)).is_nothing


async def test_hits_that_move_down_meanwhile_are_not_shown_again(search: SearchService, standin: Standin) -> None:
    found = [image.id for image in public(standin, 70)][::-1]
    first = [one for page in range(6) for one in ids(await search.find(Search("cat"), page, mature=False))]
    public(standin, 5, "cat again")  # which come before them
    assert first + ids(await search.find(Search("cat"), 6, mature=False)) == found


async def test_a_page_that_imgur_sends_again_and_again_is_the_end(search: SearchService, standin: Standin) -> None:
    public(standin, 60)
    standin.switches.last_page_again = True
    assert (await search.find(Search("cat"), 5, mature=False)).next == 6
    over = await search.find(Search("cat"), 6, mature=False)
    assert (over.items, over.next) == ((), None)
