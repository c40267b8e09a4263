"""Galleries, single items, favorites, edits, deletions: real services and a real database over the stand-in."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable, Sequence
from contextlib import closing
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from errors import (
    AlbumGivenError,
    BotError,
    ImageGivenError,
    LinkBrokenError,
    NameUnknownError,
    NotAnItemError,
    NothingToChangeError,
    NotLinkedError,
    NotYoursError,
    SeveralGivenError,
    SeveralNamedError,
)
from imgur import client
from imgur.client import ImgurClient
from imgur.errors import ForbiddenError, ImgurError, NotFoundError
from imgur.models import Album, Image, Sort
from services.account import AccountService
from services.indexed import found_by
from services.library import Library, reading
from services.library.ability import Ability
from services.library.page import PAGE_SIZE, GalleryPage
from services.library.place import Source
from services.library.reading import LIST_SECONDS
from services.library.shelves import Shelves
from services.library.suggestions import Scope
from services.views import Views
from standins.imgur.records import Account, Stored, StoredAlbum, StoredImage
from standins.imgur.standin import Standin
from storage import Stores
from storage.database import Database
from storage.models import AnonymousUpload
from tests.conftest import CLIENT_ID
from tests.services.test_account import link
from tests.storage.factories import mark_refused

ADA, BOB = 1001, 1002
READS = "GET /3/*"


class Clock:
    """A clock that goes only when told to."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def library(accounts: AccountService, imgur_client: ImgurClient, stores: Stores, clock: Clock) -> Library:
    return Library.over(
        accounts,
        imgur_client,
        stores.uploads,
        Shelves(stores.library, stores.marks),
        views=Views(stores.views),
        clock=clock,
    )


@pytest.fixture
async def account(stores: Stores, standin: Standin) -> Account:
    """Ada's account, linked."""
    account = standin.world.add_account("ada_imgur")
    await link(stores, standin, account)
    return account


@pytest.fixture
def stranger(standin: Standin) -> Account:
    return standin.world.add_account("somebody_else")


async def keep(stores: Stores, image: StoredImage, discord_id: int = ADA, age: int = 0) -> AnonymousUpload:
    """Put an anonymous upload on a user's record."""
    upload = AnonymousUpload(
        discord_id,
        image.id,
        image.deletehash,
        f"https://i.imgur.com/{image.id}.jpg",
        image.mime_type,
        image.width,
        image.height,
        image.size,
        image.title,
        image.description,
        datetime.now(UTC) - timedelta(minutes=age),
    )
    await stores.uploads.add(upload, found_by(upload.title, upload.image_id, upload.description))
    return upload


def ids(items: Sequence[Stored]) -> list[str]:
    return [item.id for item in items]


async def walk(library: Library, first: GalleryPage, sort: Sort | None = None) -> list[GalleryPage]:
    """Every page from the first on, as pressing Next gives them."""
    pages = [first]
    while (number := pages[-1].next) is not None:
        turn = library.galleries.favorites(ADA, number, sort) if sort else library.galleries.images(ADA, number)
        pages.append(await turn)
    return pages


# --- galleries -------------------------------------------------------------------------------------------------------


def test_page_sizes_are_the_client_s() -> None:
    assert reading.IMAGES_PER_PAGE == client.IMAGES_PER_PAGE
    assert reading.FAVORITES_PER_PAGE == client.FAVORITES_PER_PAGE


@pytest.mark.parametrize("count", [0, 1, 10, 11, 50, 117])
async def test_images_are_all_there_when_paged_to_the_end(
    library: Library, standin: Standin, account: Account, stranger: Account, *, count: int
) -> None:
    for number in range(count):
        standin.world.add_image(account, title=f"Picture {number}")
    standin.world.add_image(stranger)
    pages = await walk(library, await library.galleries.images(ADA, 0))
    assert [item.id for page in pages for item in page.items] == ids(standin.world.images_of(account))
    assert {page.total for page in pages} == {count}
    assert {page.last_known for page in pages} == {max(count - 1, 0) // PAGE_SIZE}
    assert [page.page for page in pages] == list(range(len(pages)))


@pytest.mark.parametrize("sort", ["newest", "oldest"])
@pytest.mark.parametrize("count", [0, 59, 60, 61, 120, 187])
async def test_favorites_are_all_there_when_paged_to_the_end(
    library: Library, standin: Standin, account: Account, stranger: Account, *, count: int, sort: Sort
) -> None:
    liked: list[Stored] = [
        standin.world.add_album(stranger) if number % 7 == 0 else standin.world.add_image(stranger)
        for number in range(count)
    ]
    standin.world.add_favorites(account, liked)
    pages = await walk(library, await library.galleries.favorites(ADA, 0, sort), sort)
    shown = [item for page in pages for item in page.items]
    assert [item.id for item in shown] == ids(liked if sort == "oldest" else liked[::-1])
    assert {item.id for item in shown if isinstance(item, Album)} == {
        item.id for item in liked if isinstance(item, StoredAlbum)
    }
    assert pages[-1].is_complete
    assert pages[-1].last_known == pages[-1].page


@pytest.mark.parametrize("size", [7, 30, 45])
async def test_images_are_all_there_when_imgur_s_pages_are_short(
    library: Library, standin: Standin, account: Account, *, size: int
) -> None:
    standin.switches.most_per_page = size
    for _ in range(120):
        standin.world.add_image(account)
    first = await library.galleries.images(ADA, 0)
    assert (first.total, first.last_known) == (120, 11)
    pages = await walk(library, first)
    assert [item.id for page in pages for item in page.items] == ids(standin.world.images_of(account))
    assert {page.total for page in pages} == {120}


@pytest.mark.parametrize("is_late", [False, True])
async def test_favorites_are_all_there_when_imgur_s_pages_are_long(
    library: Library, standin: Standin, account: Account, clock: Clock, *, is_late: bool
) -> None:
    standin.switches.favorites_per_page = 100
    liked = [standin.world.add_image() for _ in range(230)]
    standin.world.add_favorites(account, liked)
    pages = [await library.galleries.favorites(ADA, 0)]
    while (number := pages[-1].next) is not None:
        clock.now += LIST_SECONDS if is_late else 0
        pages.append(await library.galleries.favorites(ADA, number))
    assert [item.id for page in pages for item in page.items] == ids(liked[::-1])
    assert [page.page for page in pages] == list(range(23))
    assert (await library.galleries.favorites(ADA, 99)).items == pages[-1].items


async def test_gallery_goes_on_when_items_of_a_page_cannot_be_read(
    library: Library, standin: Standin, account: Account
) -> None:
    liked = [standin.world.add_image() for _ in range(130)]
    for odd in (*liked[3:20], liked[75]):
        odd.id = "?"
    standin.world.add_favorites(account, liked)
    first = await library.galleries.favorites(ADA, 0, "oldest")
    pages = await walk(library, first, "oldest")
    assert [item.id for page in pages for item in page.items] == [item.id for item in liked if item.id != "?"]
    back = await library.galleries.favorites(ADA, pages[5].page - 1, "oldest")
    assert back.items == pages[4].items


async def test_gallery_says_so_when_a_whole_page_cannot_be_read(
    library: Library, standin: Standin, account: Account
) -> None:
    liked = [standin.world.add_image() for _ in range(70)]
    for odd in liked[:60]:
        odd.id = "?"
    standin.world.add_favorites(account, liked)
    first = await library.galleries.favorites(ADA, 0, "oldest")
    assert first.items == ()
    assert first.next is not None
    assert len((await library.galleries.favorites(ADA, first.next, "oldest")).items) == 10


@pytest.mark.parametrize(("left", "page", "calls"), [(133, 13, 3), (60, 5, 9), (1, 0, 9), (0, 0, 9)])
async def test_gallery_falls_back_to_its_last_page_when_it_shrank(
    library: Library, standin: Standin, account: Account, *, left: int, page: int, calls: int
) -> None:
    standin.world.add_favorites(account, [standin.world.add_image() for _ in range(left)])
    asked = 13 if left == 133 else 300
    got = await library.galleries.favorites(ADA, asked)
    assert (got.page, got.next) == (page, None)
    assert len(got.items) == (left % PAGE_SIZE or min(left, PAGE_SIZE))
    assert len(standin.sent("GET /3/account/me/favorites/*")) <= calls


async def test_images_are_clamped_when_page_is_past_the_end(
    library: Library, standin: Standin, account: Account
) -> None:
    for _ in range(23):
        standin.world.add_image(account)
    got = await library.galleries.images(ADA, 99)
    assert (got.page, len(got.items), got.next, got.last_known) == (2, 3, None, 2)


async def test_gallery_is_remembered_until_time_refresh_or_a_write(
    library: Library, standin: Standin, account: Account, clock: Clock
) -> None:
    image = standin.world.add_image(account, title="Old")
    titles = []

    async def look(*, fresh: bool = False) -> int:
        standin.requests.clear()
        titles.append((await library.galleries.images(ADA, 0, fresh=fresh)).items[0].title)
        return len(standin.sent(READS))

    assert await look() > 0
    assert await look() == 0
    image.title = "New"
    assert await look(fresh=True) > 0
    clock.now += LIST_SECONDS - 1
    assert await look() == 0
    clock.now += 1
    assert await look() > 0
    await library.items.edit(ADA, image.id, "Newest", None)
    assert await look() > 0
    library.catalogue.changed(ADA)
    assert await look() > 0
    assert titles == ["Old", "Old", "New", "New", "New", "Newest", "Newest"]


async def test_number_of_images_is_right_at_once_when_some_came_or_went(
    library: Library, standin: Standin, account: Account
) -> None:
    images = [standin.world.add_image(account) for _ in range(12)]
    totals = [(await library.galleries.images(ADA, 0)).total]
    standin.world.add_image(account)
    library.catalogue.changed(ADA)
    totals.append((await library.galleries.images(ADA, 0)).total)
    await library.items.delete(ADA, images[0].id)
    totals.append((await library.galleries.images(ADA, 0)).total)
    assert totals == [12, 13, 12]


async def test_other_lists_stay_known_when_one_is_read_again(
    library: Library, standin: Standin, account: Account
) -> None:
    standin.world.add_favorites(account, [standin.world.add_image(account)])
    await library.galleries.favorites(ADA, 0)
    await library.galleries.images(ADA, 0, fresh=True)
    standin.requests.clear()
    await library.galleries.favorites(ADA, 0)
    assert standin.sent(READS) == []


async def test_lists_of_others_stay_known_when_one_user_has_uploaded(
    library: Library, stores: Stores, standin: Standin, account: Account, stranger: Account
) -> None:
    await link(stores, standin, stranger, BOB)
    standin.world.add_image(stranger)
    await library.galleries.images(BOB, 0)
    library.catalogue.changed(ADA)
    standin.requests.clear()
    await library.galleries.images(BOB, 0)
    assert standin.sent(READS) == []


async def test_gallery_shows_the_new_account_at_once_when_it_was_replaced(
    library: Library, stores: Stores, standin: Standin, account: Account, stranger: Account
) -> None:
    first, second = standin.world.add_image(account), standin.world.add_image(stranger)
    assert [item.id for item in (await library.galleries.images(ADA, 0)).items] == [first.id]
    await link(stores, standin, stranger)
    assert [item.id for item in (await library.galleries.images(ADA, 0)).items] == [second.id]


async def test_gallery_is_read_once_when_asked_for_twice_at_once(
    library: Library, standin: Standin, account: Account
) -> None:
    standin.world.add_image(account)
    held = standin.switches.hold("GET /3/account/me/images/0")
    asked = [asyncio.create_task(library.galleries.images(ADA, 0)) for _ in range(3)]
    await held.arrived.wait()
    asked[0].cancel()
    held.release()
    results = await asyncio.gather(*asked, return_exceptions=True)
    assert isinstance(results[0], asyncio.CancelledError)
    assert results[1] == results[2]
    assert len(standin.sent("GET /3/account/me/images/0")) == 1


async def test_failure_is_not_remembered(library: Library, standin: Standin, account: Account) -> None:
    standin.world.add_image(account)
    standin.fail_next("over-capacity-500", "GET /3/account/me/images/0", times=10)
    with pytest.raises(ImgurError):
        await library.galleries.images(ADA, 0)
    standin.faults.clear()
    assert len((await library.galleries.images(ADA, 0)).items) == 1


async def test_unlinked_user_sees_the_anonymous_uploads(library: Library, stores: Stores, standin: Standin) -> None:
    images = [standin.world.add_image(title=f"Upload {number}") for number in range(23)]
    for number, image in enumerate(images):
        await keep(stores, image, age=number)
    await keep(stores, standin.world.add_image(), BOB)
    pages = await walk(library, await library.galleries.images(ADA, 0))
    assert [item.id for page in pages for item in page.items] == ids(images)
    assert {(page.source, page.total, page.last_known) for page in pages} == {(Source.ANONYMOUS, 23, 2)}
    assert (await library.galleries.images(ADA, 9)).page == 2
    assert all(item.deletehash is None for page in pages for item in page.items)
    assert not standin.requests


async def test_linked_user_hears_of_anonymous_uploads_and_can_see_them(
    library: Library, stores: Stores, standin: Standin, account: Account
) -> None:
    upload, own = standin.world.add_image(), standin.world.add_image(account)
    await keep(stores, upload)
    page = await library.galleries.images(ADA, 0)
    assert ([item.id for item in page.items], page.anonymous) == ([own.id], 1)
    beside = await library.galleries.images(ADA, 0, anonymous=True)
    assert ([item.id for item in beside.items], beside.source) == ([upload.id], Source.ANONYMOUS)


async def test_favorites_need_an_account(library: Library) -> None:
    with pytest.raises(NotLinkedError):
        await library.galleries.favorites(ADA, 0)


@pytest.mark.parametrize(
    "form", ["{}", "album:{}", "https://imgur.com/a/{}", "https://imgur.com/gallery/some-title-{}"]
)
async def test_album_is_paged_when_named_in_any_form(
    library: Library, standin: Standin, stranger: Account, *, form: str
) -> None:
    images = [standin.world.add_image(stranger) for _ in range(23)]
    album = standin.world.add_album(stranger, title="Trip", images=images)
    page = await library.galleries.images(ADA, 7, form.format(album.id))
    assert ([item.id for item in page.items], page.page, page.total) == (ids(images[20:]), 2, 23)
    assert page.source is Source.ALBUM
    assert page.album is not None
    assert page.album.title == "Trip"
    assert page.next is None


async def test_album_is_read_again_when_fresh(library: Library, standin: Standin, account: Account) -> None:
    album = standin.world.add_album(account)
    assert (await library.galleries.images(ADA, 0, album.id)).items == ()
    album.images.append(standin.world.add_image(account))
    assert (await library.galleries.images(ADA, 0, album.id)).items == ()
    assert len((await library.galleries.images(ADA, 0, album.id, fresh=True)).items) == 1


async def test_image_is_refused_when_an_album_is_needed(library: Library) -> None:
    with pytest.raises(ImageGivenError):
        await library.galleries.images(ADA, 0, "https://i.imgur.com/abcdefg.jpg")


# --- one item --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "form", ["{}", " image:{} ", "https://i.imgur.com/{}.jpg?1", "imgur.com/{}", "<https://imgur.com/gallery/x-{}>"]
)
@pytest.mark.parametrize("linked", [True, False])
async def test_image_is_shown_when_named_in_any_form(
    library: Library, stores: Stores, standin: Standin, stranger: Account, *, form: str, linked: bool
) -> None:
    if linked:
        await link(stores, standin, standin.world.add_account("ada_imgur"))
    image = standin.world.add_image(stranger, title="Cat")
    shown = await library.items.show(ADA, form.format(image.id))
    assert isinstance(shown.item, Image)
    assert (shown.item.id, shown.item.title) == (image.id, "Cat")


@pytest.mark.parametrize("form", ["{}", "album:{}", "https://imgur.com/a/trip-{}", "https://imgur.com/gallery/{}"])
async def test_album_is_shown_when_named_in_any_form(
    library: Library, standin: Standin, stranger: Account, *, form: str
) -> None:
    album = standin.world.add_album(stranger, images=[standin.world.add_image(stranger)])
    shown = await library.items.show(ADA, form.format(album.id))
    assert isinstance(shown.item, Album)
    assert (shown.item.id, len(shown.item.images)) == (album.id, 1)


@pytest.mark.parametrize(
    ("form", "kind"),
    [
        ("https://imgur.com/gallery/{}", Album),
        ("https://imgur.com/t/cat/{}", Album),
        ("https://imgur.com/user/x/favorites/{}", Album),
        ("https://imgur.com/a/{}", Album),
        ("https://imgur.com/{}", Image),
        ("https://i.imgur.com/{}.jpg", Image),
        ("{}", Image),
    ],
)
async def test_what_a_link_names_is_looked_up_first_when_an_image_and_an_album_share_an_id(
    library: Library, standin: Standin, account: Account, *, form: str, kind: type[Album] | type[Image]
) -> None:
    image = standin.world.add_image(account)
    album = standin.world.add_album(account)
    del standin.world.albums[album.id]
    album.id = image.id
    standin.world.albums[image.id] = album
    text = form.format(image.id)
    assert isinstance((await library.items.show(ADA, text)).item, kind)
    assert isinstance((await library.items.favorite(ADA, text)).shown.item, kind)
    if kind is Image:
        assert isinstance((await library.items.deletion(ADA, text)).item, Image)
    else:
        with pytest.raises(AlbumGivenError):
            await library.items.deletion(ADA, text)
        with pytest.raises(AlbumGivenError):
            await library.items.delete(ADA, text)
    assert image.id in standin.world.images


@pytest.mark.parametrize(
    ("text", "refusal"),
    [
        ("https://imgur.com/a/Ab3dE7g and https://imgur.com/Xy12345", SeveralGivenError),
        ("Ab3dE7g Xy12345", SeveralNamedError),
    ],
)
async def test_several_things_are_refused_one_by_one(
    library: Library, account: Account, text: str, refusal: type[BotError]
) -> None:
    for call in (
        library.items.show,
        library.items.favorite,
        library.items.unfavorite,
        library.items.editable,
        library.items.deletion,
    ):
        with pytest.raises(refusal):
            await call(ADA, text)
    with pytest.raises(refusal):
        await library.galleries.images(ADA, 0, text)


@pytest.mark.parametrize(
    "text", ["", "nothing like it", "https://example.org/abc1234", "image:", "user:abc1234", "a" * 600]
)
async def test_text_is_refused_when_it_names_no_item(library: Library, *, text: str) -> None:
    for call in (
        library.items.show,
        library.items.favorite,
        library.items.editable,
        library.items.deletion,
        library.items.delete,
    ):
        with pytest.raises((NotAnItemError, NotLinkedError) if call == library.items.favorite else NotAnItemError):
            await call(ADA, text)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("abcdefg", NameUnknownError),
        ("image:abcdefg", NotFoundError),
        ("album:abcdefg", NotFoundError),
        ("https://imgur.com/abcdefg", NotFoundError),
    ],
)
async def test_item_is_not_found_when_there_is_none(
    library: Library, account: Account, *, text: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        await library.items.show(ADA, text)


@pytest.mark.parametrize(
    ("owner", "linked", "expected"),
    [
        ("ada", True, {Ability.COPY, Ability.FAVORITE, Ability.EDIT, Ability.DELETE}),
        ("stranger", True, {Ability.COPY, Ability.FAVORITE}),
        ("stranger", False, {Ability.COPY}),
        ("anonymous", True, {Ability.COPY, Ability.FAVORITE, Ability.EDIT, Ability.DELETE}),
        ("anonymous", False, {Ability.COPY, Ability.EDIT, Ability.DELETE}),
        ("nobody", True, {Ability.COPY, Ability.FAVORITE}),
    ],
)
async def test_viewer_may_do_what_is_theirs_to_do(
    library: Library,
    stores: Stores,
    standin: Standin,
    stranger: Account,
    *,
    owner: str,
    linked: bool,
    expected: set[Ability],
) -> None:
    ada = standin.world.add_account("ada_imgur")
    if linked:
        await link(stores, standin, ada)
    image = standin.world.add_image({"ada": ada, "stranger": stranger}.get(owner))
    if owner == "anonymous":
        await keep(stores, image)
    assert (await library.items.show(ADA, image.id)).can == expected


async def test_own_album_offers_neither_edit_nor_delete(library: Library, standin: Standin, account: Account) -> None:
    album = standin.world.add_album(account)
    assert (await library.items.show(ADA, album.id)).can == {Ability.COPY, Ability.FAVORITE}
    for call in (library.items.editable, library.items.deletion, library.items.delete):
        with pytest.raises(AlbumGivenError):
            await call(ADA, f"album:{album.id}")
    with pytest.raises(AlbumGivenError):
        await library.items.editable(ADA, album.id)


async def test_item_is_shown_to_a_user_whose_link_is_broken(
    library: Library, stores: Stores, standin: Standin, account: Account
) -> None:
    image = standin.world.add_image(account)
    stored = await stores.accounts.get(account.id)
    assert stored is not None
    standin.world.tokens.refresh.clear()
    assert await mark_refused(stores, account.id, stored.version)
    assert (await library.items.show(ADA, image.id)).item.id == image.id


# --- favorites -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["image", "album"])
@pytest.mark.parametrize("form", ["{id}", "{kind}:{id}"])
async def test_favorite_and_unfavorite_do_nothing_when_repeated(
    library: Library, standin: Standin, account: Account, stranger: Account, *, kind: str, form: str
) -> None:
    item = standin.world.add_image(stranger) if kind == "image" else standin.world.add_album(stranger)
    text = form.format(kind=kind, id=item.id)
    for change, expected in ((library.items.favorite, [item]), (library.items.unfavorite, [])):
        for changed in (True, False):
            done = await change(ADA, text)
            assert done.changed is changed
            assert done.shown.item.favorite is bool(expected)
            assert account.favorites == expected
    assert len(standin.sent(f"POST /3/{kind}/{item.id}/favorite")) == 2


async def test_favorites_list_is_read_again_after_a_change(
    library: Library, standin: Standin, account: Account
) -> None:
    image = standin.world.add_image(account)
    assert (await library.galleries.favorites(ADA, 0)).items == ()
    await library.items.favorite(ADA, image.id)
    assert [item.id for item in (await library.galleries.favorites(ADA, 0)).items] == [image.id]


async def test_favorite_needs_an_account(library: Library, standin: Standin) -> None:
    image = standin.world.add_image()
    for change in (library.items.favorite, library.items.unfavorite):
        with pytest.raises(NotLinkedError):
            await change(ADA, image.id)
    assert not standin.requests


# --- editing ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "description", "expected"),
    [
        ("New", None, ("New", "There")),
        (None, "New", ("Here", "New")),
        ("", None, (None, "There")),
        ("New", "", ("New", None)),
    ],
)
@pytest.mark.parametrize("anonymous", [True, False])
async def test_edit_changes_what_is_given(
    library: Library,
    stores: Stores,
    standin: Standin,
    account: Account,
    *,
    anonymous: bool,
    title: str | None,
    description: str | None,
    expected: tuple[str | None, str | None],
) -> None:
    image = standin.world.add_image(None if anonymous else account, title="Here", description="There")
    if anonymous:
        await keep(stores, image)
    shown = await library.items.edit(ADA, image.id, title, description)
    assert (shown.item.title, shown.item.description) == expected
    assert (image.title or None, image.description or None) == expected
    assert Ability.EDIT in shown.can
    [sent] = standin.sent("POST /3/image/*")
    assert sent.path.endswith(image.deletehash if anonymous else image.id)
    assert sent.headers["Authorization"].startswith("Client-ID " if anonymous else "Bearer ")
    if anonymous:
        row = await stores.uploads.get(ADA, image.id)
        assert row is not None
        assert (row.title, row.description) == expected


async def test_edit_is_seen_at_once_when_imgur_lags(library: Library, standin: Standin, account: Account) -> None:
    image = standin.world.add_image(account, title="First")
    await library.items.show(ADA, image.id)
    standin.switches.stale_reads = 5
    await library.items.edit(ADA, image.id, "Second", None)
    assert (await library.items.editable(ADA, image.id)).item.title == "Second"


async def test_image_is_editable_without_a_call_when_a_list_has_shown_it(
    library: Library, standin: Standin, account: Account
) -> None:
    image = standin.world.add_image(account, title="Listed")
    await library.suggestions.suggest(ADA, "", Scope.ANYTHING)
    standin.requests.clear()
    shown = await library.items.editable(ADA, f"image:{image.id}", fresh=False)
    assert (shown.item.title, Ability.EDIT in shown.can) == ("Listed", True)
    assert not standin.requests


async def test_edit_is_refused_when_it_changes_nothing(library: Library, account: Account) -> None:
    with pytest.raises(NothingToChangeError):
        await library.items.edit(ADA, "abcdefg", None, None)


@pytest.mark.parametrize("linked", [True, False])
async def test_image_of_someone_else_is_neither_edited_nor_deleted(
    library: Library, stores: Stores, standin: Standin, stranger: Account, *, linked: bool
) -> None:
    if linked:
        await link(stores, standin, standin.world.add_account("ada_imgur"))
    theirs, bobs = standin.world.add_image(stranger, title="Theirs"), standin.world.add_image(title="Bob's")
    await keep(stores, bobs, BOB)
    for image in (theirs, bobs):
        for refused in (
            library.items.editable(ADA, image.id),
            library.items.edit(ADA, image.id, "Mine", None),
            library.items.deletion(ADA, image.id),
        ):
            with pytest.raises(NotYoursError):
                await refused
        with pytest.raises((BotError, ImgurError)):
            await library.items.delete(ADA, image.id)
    assert {theirs.id, bobs.id} <= standin.world.images.keys()
    assert (theirs.title, bobs.title) == ("Theirs", "Bob's")
    assert await stores.uploads.get(BOB, bobs.id) is not None


# --- deleting --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("anonymous", [True, False])
async def test_image_is_deleted_for_good(
    library: Library, stores: Stores, standin: Standin, account: Account, *, anonymous: bool
) -> None:
    image = standin.world.add_image(None if anonymous else account, title="Gone soon")
    if anonymous:
        await keep(stores, image)
    assert (await library.items.deletion(ADA, image.id)).item.title == "Gone soon"
    assert image.id in standin.world.images
    assert await library.items.delete(ADA, f"image:{image.id}") is True
    assert image.id not in standin.world.images
    assert await stores.uploads.get(ADA, image.id) is None
    [sent] = standin.sent("DELETE /3/image/*")
    assert sent.headers["Authorization"].startswith("Client-ID " if anonymous else "Bearer ")
    with pytest.raises(NameUnknownError):
        await library.items.show(ADA, image.id)


async def test_deleted_image_is_in_no_list_though_imgur_lists_it_for_a_while(
    library: Library, standin: Standin, account: Account
) -> None:
    first, second = standin.world.add_image(account), standin.world.add_image(account)
    album = standin.world.add_album(account, images=[first, second])
    standin.world.add_favorites(account, [first, second])

    async def listed() -> list[list[str]]:
        pages = [
            await library.galleries.images(ADA, 0),
            await library.galleries.favorites(ADA, 0),
            await library.galleries.images(ADA, 0, f"album:{album.id}"),
        ]
        return [sorted(item.id for item in page.items) for page in pages]

    standin.switches.stale_reads = 2
    assert await listed() == [sorted([first.id, second.id])] * 3
    assert await library.items.delete(ADA, f"image:{first.id}")
    assert await listed() == [[second.id]] * 3


@pytest.mark.parametrize("status", [400, 403, 404])
@pytest.mark.parametrize("anonymous", [True, False])
async def test_record_is_cleaned_up_when_imgur_has_lost_the_image(
    library: Library, stores: Stores, standin: Standin, account: Account, *, anonymous: bool, status: int
) -> None:
    image = standin.world.add_image(None if anonymous else account, title="Lost")
    if anonymous:
        await keep(stores, image)
    await library.galleries.images(ADA, 0)
    standin.world.remove_image(image)
    standin.switches.delete_gone_status = status
    if anonymous:
        assert (await library.items.deletion(ADA, image.id)).item.title == "Lost"
    assert await library.items.delete(ADA, image.id) is False
    assert await stores.uploads.get(ADA, image.id) is None
    assert (await library.galleries.images(ADA, 0)).items == ()


async def test_record_stays_when_imgur_refuses_to_delete_what_is_there(
    library: Library, stores: Stores, standin: Standin
) -> None:
    image = standin.world.add_image()
    await keep(stores, image)
    standin.fail_next("banned-400", "DELETE *")
    with pytest.raises(ForbiddenError):
        await library.items.delete(ADA, image.id)
    assert await stores.uploads.get(ADA, image.id) is not None


async def test_deletion_uses_the_record_only_of_its_own_user(
    library: Library, stores: Stores, standin: Standin
) -> None:
    image = standin.world.add_image()
    await keep(stores, image, BOB)
    with pytest.raises(NotYoursError):
        await library.items.delete(ADA, image.id)
    assert image.id in standin.world.images
    assert not standin.sent("DELETE *")


# --- suggestions -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("", ["Upload", "Cat on mat", "Dog", "Cats of the world"]),
        ("CAT", ["Cat on mat", "Cats of the world"]),
        ("  dog ", ["Dog"]),
        ("nothing", []),
    ],
)
async def test_suggestions_match_titles(
    library: Library,
    stores: Stores,
    standin: Standin,
    account: Account,
    stranger: Account,
    *,
    typed: str,
    expected: list[str],
) -> None:
    dog = standin.world.add_image(account, title="Dog")
    cat = standin.world.add_image(account, title="Cat on mat")
    album = standin.world.add_album(stranger, title="Cats of the world")
    standin.world.add_favorites(account, [album, dog])
    upload = standin.world.add_image(title="Upload")
    await keep(stores, upload)
    values = {
        "Upload": f"image:{upload.id}",
        "Cat on mat": f"image:{cat.id}",
        "Dog": f"image:{dog.id}",
        "Cats of the world": f"album:{album.id}",
    }
    found = await library.suggestions.suggest(ADA, typed, Scope.ANYTHING)
    assert [suggestion.value for suggestion in found] == [values[name] for name in expected]
    for suggestion, name in zip(found, expected, strict=True):
        assert name in suggestion.name.source
        assert (await library.items.show(ADA, suggestion.value)).item.title == name


async def test_suggestions_match_ids_and_keep_limits(library: Library, standin: Standin, account: Account) -> None:
    images = [standin.world.add_image(account, title="long " * 60) for _ in range(40)]
    found = await library.suggestions.suggest(ADA, "", Scope.ANYTHING)
    assert len(found) == 25
    assert all(
        len(choice.name.source) <= 100 and images[-1 - n].id in choice.name.source for n, choice in enumerate(found)
    )
    [exact] = await library.suggestions.suggest(ADA, images[0].id, Scope.ANYTHING)
    assert exact.value == f"image:{images[0].id}"


async def test_suggestions_cost_no_call_per_keystroke(
    library: Library, standin: Standin, account: Account, clock: Clock
) -> None:
    standin.world.add_image(account, title="Cat")
    await asyncio.gather(*(library.suggestions.suggest(ADA, typed, Scope.ANYTHING) for typed in ("", "c", "ca", "cat")))
    assert len(standin.requests) == 3
    clock.now += LIST_SECONDS
    await library.suggestions.suggest(ADA, "cat", Scope.ANYTHING)
    assert len(standin.requests) == 6
    library.catalogue.changed(ADA)
    await library.suggestions.suggest(ADA, "cat", Scope.ANYTHING)
    assert len(standin.requests) == 9


async def test_suggestions_go_on_without_imgur_and_do_not_press_it(
    library: Library, stores: Stores, standin: Standin, account: Account
) -> None:
    await keep(stores, standin.world.add_image(title="Upload"))
    standin.fail_next("over-capacity-500", times=100)
    assert [choice.name.source[:6] for choice in await library.suggestions.suggest(ADA, "", Scope.ANYTHING)] == [
        "Upload"
    ]
    assert await library.suggestions.suggest(ADA, "", Scope.ALBUMS) == []
    standin.requests.clear()
    assert len(await library.suggestions.suggest(ADA, "u", Scope.ANYTHING)) == 1
    assert await library.suggestions.suggest(ADA, "a", Scope.ALBUMS) == []
    assert not standin.requests


async def test_suggestions_do_not_wait_long_and_are_there_at_the_next_keystroke(
    library: Library, stores: Stores, standin: Standin, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.library.suggestions.PATIENCE", 0.05)
    standin.world.add_image(account, title="Slow")
    await keep(stores, standin.world.add_image(title="Upload"))
    held = standin.switches.hold("GET /3/account/me/*")
    assert len(await library.suggestions.suggest(ADA, "", Scope.ANYTHING)) == 1
    async with asyncio.timeout(20):
        await held.arrived.wait()  # the question goes on without anybody who waits for it
    monkeypatch.setattr("services.library.suggestions.PATIENCE", 60)
    held.release()
    assert len(await library.suggestions.suggest(ADA, "", Scope.ANYTHING)) == 2


async def test_albums_are_suggested_to_who_has_an_account(
    library: Library, stores: Stores, standin: Standin, account: Account
) -> None:
    album = standin.world.add_album(account, title="Trip to the sea")
    standin.world.add_album(account, title="Other")
    assert [choice.value for choice in await library.suggestions.suggest(ADA, "sea", Scope.ALBUMS)] == [
        f"album:{album.id}"
    ]
    assert await library.suggestions.suggest(BOB, "", Scope.ALBUMS) == []


@pytest.mark.parametrize("table", ["links", "anonymous_uploads"])
async def test_suggestions_are_empty_when_the_database_fails(
    library: Library, database: Database, account: Account, *, table: str
) -> None:
    async with database.write() as connection:
        await connection.execute(text(f"DROP TABLE {table}"))
    assert await library.suggestions.suggest(ADA, "", Scope.ANYTHING) == []
    assert await library.suggestions.suggest(ADA, "", Scope.ALBUMS) == []


# --- what a typed command reads, and what it costs -------------------------------------------------------------------


async def test_typed_list_is_read_anew_and_twenty_at_once_are_one_read(
    library: Library, standin: Standin, account: Account
) -> None:
    standin.world.add_image(account)
    await library.galleries.images(ADA, 0, fresh=True)
    new = standin.world.add_image(account)
    standin.requests.clear()
    pages = await asyncio.gather(*(library.galleries.images(ADA, 0, fresh=True) for _ in range(20)))
    assert {page.items[0].id for page in pages} == {new.id}
    assert {page.total for page in pages} == {2}
    assert [sent.path for sent in standin.sent(READS)] == ["/3/account/me/images/0", "/3/account/me/images/count"]


@pytest.mark.parametrize(
    ("images", "first", "second"),
    [(0, 1, 1), (1, 2, 2), (10, 2, 2), (49, 2, 2), (50, 2, 2), (120, 2, 2)],
)
async def test_images_cost_one_credit_and_another_for_their_number_where_there_are_any(
    library: Library, standin: Standin, account: Account, *, images: int, first: int, second: int
) -> None:
    for _ in range(images):
        standin.world.add_image(account)
    for credits_spent in (first, second):
        standin.requests.clear()
        page = await library.galleries.images(ADA, 0, fresh=True)
        assert (page.total, len(standin.sent(READS))) == (images, credits_spent)


@pytest.mark.parametrize(("favorites", "first", "second"), [(0, 1, 1), (1, 2, 1), (10, 2, 1), (11, 1, 1), (130, 1, 1)])
async def test_favorites_cost_one_credit_and_where_one_page_shows_all_a_look_at_what_follows(
    library: Library, standin: Standin, account: Account, *, favorites: int, first: int, second: int
) -> None:
    standin.world.add_favorites(account, [standin.world.add_image() for _ in range(favorites)])
    for credits_spent in (first, second):
        standin.requests.clear()
        await library.galleries.favorites(ADA, 0, fresh=True)
        assert len(standin.sent(READS)) == credits_spent


async def test_pages_turned_to_move_on_with_the_first_one(library: Library, standin: Standin, account: Account) -> None:
    for _ in range(60):
        standin.world.add_image(account)
    last = (await library.galleries.images(ADA, 5)).items[-1].id
    for _ in range(10):
        standin.world.add_image(account)
    await library.galleries.images(ADA, 0, fresh=True)
    assert (await library.galleries.images(ADA, 6)).items[-1].id == last


async def test_broken_link_shows_when_a_list_is_typed_though_it_is_known(
    library: Library, standin: Standin, account: Account
) -> None:
    standin.world.add_image(account)
    await library.galleries.images(ADA, 0, fresh=True)
    standin.world.tokens.revoke(account, CLIENT_ID)
    with pytest.raises(LinkBrokenError):
        await library.galleries.images(ADA, 0, fresh=True)


async def test_anonymous_uploads_are_shown_in_words_when_the_link_is_broken(
    library: Library, stores: Stores, standin: Standin, account: Account
) -> None:
    upload = standin.world.add_image()
    await keep(stores, upload)
    standin.world.tokens.revoke(account, CLIENT_ID)
    for _ in range(2):  # as Imgur says so, and as it is on record
        page = await library.galleries.images(ADA, 0, fresh=True)
        assert (page.source, [item.id for item in page.items], page.is_link_broken) == (
            Source.ANONYMOUS,
            [upload.id],
            True,
        )
    with pytest.raises(LinkBrokenError):
        await library.galleries.images(ADA, 0, anonymous=False)


async def test_favorite_that_is_gone_is_shown_as_such_and_comes_off_the_list(
    library: Library, standin: Standin, account: Account, stranger: Account
) -> None:
    gone, kept = standin.world.add_image(stranger, title="Gone"), standin.world.add_image(stranger)
    standin.world.add_favorites(account, [kept, gone])
    standin.world.remove_image(gone, stays_favorite=True)
    shown = await library.items.show(ADA, f"image:{gone.id}")
    assert (shown.is_gone, shown.item.title, Ability.UNFAVORITE in shown.can) == (True, "Gone", True)
    favorited = await library.items.unfavorite(ADA, gone.id)
    assert (favorited.changed, favorited.shown.is_gone) == (True, True)
    assert account.favorites == [kept]
    assert len(standin.sent(f"POST /3/image/{gone.id}/favorite")) == 1
    with pytest.raises(NotFoundError):
        await library.items.unfavorite(ADA, f"image:{gone.id}")


@pytest.mark.parametrize("kind", ["image", "album"])
@pytest.mark.parametrize("turned", [None, "oldest"])
async def test_favorite_that_is_gone_comes_off_the_list_though_it_is_far_down(
    library: Library, standin: Standin, account: Account, stranger: Account, *, kind: str, turned: Any
) -> None:
    world = standin.world
    image, album = world.add_image(stranger), world.add_album(stranger)
    gone: Stored = image if kind == "image" else album
    world.add_favorites(account, [gone, *(world.add_image(stranger) for _ in range(130))])
    world.remove_image(image, stays_favorite=True)
    world.remove_album(album, stays_favorite=True)
    if turned:
        await library.galleries.favorites(ADA, 0, turned)
        assert (await library.items.show(ADA, f"{kind}:{gone.id}")).is_gone
    favorited = await library.items.unfavorite(ADA, f"{kind}:{gone.id}")
    assert (favorited.changed, favorited.shown.is_gone) == (True, True)
    assert all(item is not gone for item in account.favorites)
    with pytest.raises(NotFoundError):
        await library.items.unfavorite(ADA, f"{kind}:{gone.id}")


def test_weight_grows_with_the_images_of_an_album_and_with_texts() -> None:
    image = Image(id="abc1234")
    album = Album(id="def5678", images=(image,) * 5000)
    assert reading.weight(album) > 5000 * reading.weight(image)
    for model in (Image, Album):
        texts = [field.name for field in fields(model) if "str" in str(field.type) and field.name != "id"]
        assert len(texts) > 5
        for name in texts:
            heavy: dict[str, Any] = {name: "x" * 100_000}
            assert reading.weight(model(id="abc1234", **heavy)) > 100_000


async def test_what_is_known_of_a_large_album_is_not_kept_for_ever(
    accounts: AccountService, imgur_client: ImgurClient, clock: Clock
) -> None:
    known = reading.Reading(accounts, imgur_client, clock)
    viewer = reading.Viewer(ADA, None)
    for number in range(40):
        known.remember(viewer, Album(id=f"album{number}", images=(Image(id="abc1234"),) * 1000))
    assert 0 < known.weight <= 16_000_000
    clock.now = 301.0
    known.tidy()
    assert known.weight == 0


# --- what was done counts --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("deed", ["edit", "delete", "favorite", "unfavorite"])
async def test_what_imgur_did_is_told_and_noted_later_when_the_database_refuses_to(
    library: Library, stores: Stores, standin: Standin, account: Account, tmp_path: Path, deed: str
) -> None:
    """The database goes away in the very moment in which Imgur does it."""
    image = standin.world.add_image(title="Before")
    await keep(stores, image)
    if deed == "unfavorite":
        standin.world.add_favorites(account, [image])
    path = {"edit": "POST /3/image/*", "delete": "DELETE /3/image/*"}.get(deed, "POST /3/image/*/favorite")
    held = standin.switches.hold(path, answer=True)
    calls: dict[str, Callable[[], Awaitable[Any]]] = {
        "edit": lambda: library.items.edit(ADA, image.id, "After", None),
        "delete": lambda: library.items.delete(ADA, image.id),
        "favorite": lambda: library.items.favorite(ADA, image.id),
        "unfavorite": lambda: library.items.unfavorite(ADA, image.id),
    }
    doing = asyncio.ensure_future(calls[deed]())
    async with asyncio.timeout(20):
        await held.arrived.wait()
    with closing(sqlite3.connect(tmp_path / "bot.db")) as database:
        database.execute("ALTER TABLE anonymous_uploads RENAME TO gone")
        held.release()
        result = await doing
        database.execute("ALTER TABLE gone RENAME TO anonymous_uploads")
    match deed:
        case "edit":
            assert result.item.title == image.title == "After"
        case "delete":
            assert result is True
        case _:
            assert result.changed
            assert Ability.EDIT in result.shown.can
    await library.items.close()
    kept = await stores.uploads.get(ADA, image.id)
    assert (kept and kept.title) == {"edit": "After", "delete": None}.get(deed, "Before")
