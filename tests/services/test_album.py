"""Albums of users' own: real services over the stand-in, which says yes and does what it likes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import aiohttp
import pytest

from errors import (
    AlbumExistsError,
    AlbumGivenError,
    AlbumIncompleteError,
    AlbumTitleError,
    AlbumUncertainError,
    BotError,
    LinkBrokenError,
    NewAlbumError,
    NotAnItemError,
    NothingToChangeError,
    NotLinkedError,
    NotYoursError,
    TitleSharedError,
)
from imgur.chain import Call, Reply, Send
from imgur.client import ImgurClient
from imgur.errors import AlbumGoneError, ImgurError, NotFoundError, RateLimitedError
from imgur.models import Album, Image
from services.account import AccountService
from services.album import AlbumService, Created, Outcome, looking
from services.library import Library
from services.library.shelves import Shelves
from services.quota.caller import Caller, caller, calling
from services.views import Views
from standins.imgur.records import Account, StoredImage
from standins.imgur.standin import Standin
from storage import Stores
from tests.conftest import CLIENT_ID, CLIENT_SECRET
from tests.services.test_account import link
from tests.services.test_library import ADA, BOB, keep

LOOKS = len(looking.PAUSES)


@pytest.fixture
def library(accounts: AccountService, imgur_client: ImgurClient, stores: Stores) -> Library:
    return Library.over(
        accounts, imgur_client, stores.uploads, Shelves(stores.library, stores.marks), views=Views(stores.views)
    )


@pytest.fixture
def albums(accounts: AccountService, imgur_client: ImgurClient, library: Library) -> AlbumService:
    return AlbumService(accounts, imgur_client, library.catalogue)


@pytest.fixture
async def account(stores: Stores, standin: Standin) -> Account:
    """Ada's account, linked."""
    account = standin.world.add_account("ada_imgur")
    await link(stores, standin, account)
    standin.requests.clear()
    return account


@pytest.fixture
def stranger(standin: Standin) -> Account:
    return standin.world.add_account("somebody_else")


def images(standin: Standin, account: Account, count: int) -> list[StoredImage]:
    return [standin.world.add_image(account, title=f"Picture {number}") for number in range(count)]


def lines(standin: Standin) -> list[str]:
    return [sent.line for sent in standin.requests]


async def listed(library: Library, discord_id: int = ADA) -> list[str]:
    viewer = await library.catalogue.usable(discord_id)
    return [album.id for album in await library.catalogue.reading.albums(viewer)]


# --- making one ------------------------------------------------------------------------------------------------------


async def test_album_is_made_as_asked_and_known_at_once(
    albums: AlbumService, library: Library, standin: Standin, account: Account
) -> None:
    standin.switches.new_album_seconds = 60.0
    created = await albums.create(ADA, " Summer  2026 ", "At the lake", "secret")
    (stored,) = standin.world.albums.values()
    assert (stored.title, stored.description, stored.privacy) == ("Summer 2026", "At the lake", "secret")
    assert (created.album.id, created.was_lost, created.ignored) == (stored.id, False, ())
    # Imgur answers 404 and lists nothing: the bot knows it all the same.
    assert await listed(library) == [stored.id]
    assert (await albums.into(ADA, "summer 2026")).id == stored.id
    (image,) = images(standin, account, 1)
    standin.world.albums[stored.id].shown_from = 0.0
    filled = await albums.pictures.add(ADA, "SUMMER 2026", [image.id])
    assert filled.outcomes == {image.id: Outcome.DONE}
    with pytest.raises(AlbumExistsError):
        await albums.create(ADA, "Summer 2026")
    assert len(standin.sent("POST /3/album")) == 1
    assert len(standin.world.albums) == 1


async def test_upload_waits_until_imgur_knows_its_album(
    albums: AlbumService, standin: Standin, account: Account
) -> None:
    standin.switches.new_album_seconds = 60.0
    album = (await albums.create(ADA, "New")).album
    for text in ("New", f"album:{album.id}"):
        before = len(standin.sent(f"GET /3/album/{album.id}"))
        assert (await albums.into(ADA, text)).id == album.id
        assert len(standin.sent(f"GET /3/album/{album.id}")) >= before + LOOKS
    standin.world.albums[album.id].shown_from = 0.0
    standin.requests.clear()
    await albums.into(ADA, "New")
    assert len(standin.sent(f"GET /3/album/{album.id}")) == 1


async def test_new_album_that_answers_404_is_shown_empty_and_takes_pictures(
    albums: AlbumService, library: Library, standin: Standin, account: Account
) -> None:
    standin.switches.new_album_seconds = 0.04
    album = (await albums.create(ADA, "New")).album
    (image,) = images(standin, account, 1)
    filled = await albums.pictures.add(ADA, "New", [image.id])
    assert filled.outcomes == {image.id: Outcome.DONE}
    standin.world.albums[album.id].shown_from = float("inf")
    assert (await library.galleries.images(ADA, 0, "New", fresh=True)).items == ()
    edited = await albums.edit(ADA, "New", description="Words")
    assert (edited.album.description, edited.ignored) == ("Words", ())


async def test_two_at_once_make_one(albums: AlbumService, standin: Standin, account: Account) -> None:
    held = standin.switches.hold("POST /3/album")
    making = [asyncio.create_task(albums.create(ADA, title)) for title in ("Trip", "trip ", "Other")]
    await held.arrived.wait()
    held.release()
    *alike, other = await asyncio.gather(*making, return_exceptions=True)
    assert isinstance(other, Created)
    [made] = [outcome for outcome in alike if isinstance(outcome, Created)]
    [found] = [outcome for outcome in alike if isinstance(outcome, AlbumExistsError)]
    assert found.album_id == made.album.id
    assert len(standin.sent("POST /3/album")) == 2


@pytest.mark.parametrize("privacy", ["hidden", "public", "secret"])
async def test_privacy_of_a_new_album_is_looked_at(
    privacy: Any, albums: AlbumService, standin: Standin, account: Account
) -> None:
    assert (await albums.create(ADA, "First", privacy=privacy)).ignored == ()
    standin.switches.album_ignores = "privacy"
    created = await albums.create(ADA, "Second", privacy=privacy)
    assert created.ignored == (() if privacy == "hidden" else ("privacy",))  # as it is without a word


async def test_description_of_a_new_album_is_looked_at(
    albums: AlbumService, standin: Standin, account: Account
) -> None:
    standin.switches.album_ignores = "description"
    assert (await albums.create(ADA, "First", "Words")).ignored == ("description",)
    assert (await albums.create(ADA, "Second", "Words", "public")).ignored == ("description",)
    standin.requests.clear()
    assert (await albums.create(ADA, "Third")).ignored == ()  # its title is what was asked for
    assert not standin.sent("GET /3/album/*")


async def test_album_that_imgur_does_not_know_yet_is_waited_for(
    albums: AlbumService, standin: Standin, account: Account
) -> None:
    standin.switches.new_album_seconds, standin.switches.new_album_takes_writes = 0.03, False
    (image,) = images(standin, account, 1)
    await albums.create(ADA, "First")
    assert (await albums.edit(ADA, "First", description="Words")).ignored == ()
    await albums.create(ADA, "Second")
    assert (await albums.pictures.add(ADA, "Second", [image.id])).outcomes == {image.id: Outcome.DONE}
    third = (await albums.create(ADA, "Third")).album
    deleted = await albums.delete(ADA, third.id)
    assert (deleted.existed, deleted.is_there) == (True, False)
    fourth = await albums.made_for(ADA, "Fourth")
    assert standin.world.albums[fourth.id].shown_from <= time.monotonic()
    assert (await albums.made_for(ADA, "fourth")).id == fourth.id


async def test_lost_answer_is_looked_up_and_makes_no_second_album(
    albums: AlbumService, standin: Standin, account: Account
) -> None:
    standin.world.add_album(account, title="Trip")
    standin.fail_next("lost-answer", "POST /3/album")
    created = await albums.create(ADA, "Trip", another=True)
    old, new = standin.world.albums
    assert (created.album.id, created.was_lost) == (new, True)
    assert old != new
    assert len(standin.sent("POST /3/album")) == 1


async def test_lost_answer_to_what_was_not_done_says_so_and_may_be_tried_again(
    albums: AlbumService, standin: Standin, account: Account
) -> None:
    standin.fail_next("lost-request", "POST /3/album")
    with pytest.raises(AlbumUncertainError):
        await albums.create(ADA, "Trip")
    assert (await albums.create(ADA, "Trip")).was_lost is False
    assert len(standin.world.albums) == 1
    # Who tries again after it was made all the same is told.
    with pytest.raises(AlbumExistsError) as caught:
        await albums.create(ADA, "trip")
    assert caught.value.album_id in standin.world.albums


@pytest.mark.parametrize(
    ("title", "is_long"), [("   ", False), ("\u200b", False), ("x" * 129, True), ("x" * 1000, True)]
)
async def test_name_that_is_none_is_refused_before_anything_is_sent(
    title: str, is_long: bool, albums: AlbumService, standin: Standin, account: Account
) -> None:
    album = standin.world.add_album(account, title="Real")
    for call in (albums.create(ADA, title), albums.into(ADA, title), albums.edit(ADA, album.id, title=title)):
        with pytest.raises(AlbumTitleError) as caught:
            await call
        assert (caught.value.is_long, caught.value.limit) == (is_long, 128)
    assert not standin.sent("POST *")
    assert not standin.sent("PUT *")


# --- changing one ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "sent"),
    [
        ({"title": "New"}, {"title": ["New"]}),
        ({"description": "New\nwords"}, {"description": ["New\nwords"]}),
        ({"description": "  "}, {"description": [""]}),
        ({"privacy": "public"}, {"privacy": ["public"]}),
        ({"title": "New", "privacy": "hidden"}, {"title": ["New"], "privacy": ["hidden"]}),
    ],
)
async def test_only_what_is_given_changes(
    change: Any, sent: Any, albums: AlbumService, standin: Standin, account: Account
) -> None:
    inside = images(standin, account, 2)
    album = standin.world.add_album(account, title="Old", description="Kept", privacy="private", images=inside)
    album.cover = inside[1].id
    edited = await albums.edit(ADA, "old", **change)
    (request,) = standin.sent("PUT *")
    assert request.fields == sent
    assert edited.ignored == ()
    assert (album.images, album.cover) == (inside, inside[1].id)
    assert album.privacy == change.get("privacy", "private")
    assert edited.album.privacy == album.privacy
    assert [one.line for one in standin.requests if one.method == "GET"][-1] == f"GET /3/album/{album.id}"


@pytest.mark.parametrize("ignored", ["title", "privacy", "description"])
async def test_yes_that_changes_nothing_is_seen(
    ignored: str, albums: AlbumService, standin: Standin, account: Account
) -> None:
    album = standin.world.add_album(account, title="Old", privacy="hidden")
    standin.switches.album_ignores = ignored
    edited = await albums.edit(ADA, album.id, title="New", description="New", privacy="public")
    assert edited.ignored == (ignored,)
    assert set(edited.asked) == {"title", "description", "privacy"}
    assert len(standin.sent(f"GET /3/album/{album.id}")) == LOOKS


@pytest.mark.parametrize("what", ["add", "add several", "remove", "remove by id", "edit", "cover", "order"])
async def test_album_that_is_deleted_on_imgur_meanwhile_is_said_to_be_gone_and_listed_no_more(
    what: str, albums: AlbumService, library: Library, standin: Standin, account: Account
) -> None:
    """Not that each picture is refused, nor asked for each of them."""
    inside = images(standin, account, 9)
    album = standin.world.add_album(account, title="Album", images=inside[:1])
    await listed(library)
    standin.world.remove_album(album)
    standin.requests.clear()
    picked = f"album:{album.id}"
    calls: dict[str, Callable[[], Awaitable[Any]]] = {
        "add": lambda: albums.pictures.add(ADA, picked, [inside[1].id]),
        "add several": lambda: albums.pictures.add(ADA, picked, [f"image:{one.id}" for one in inside[1:]]),
        "remove": lambda: albums.pictures.remove(ADA, picked, ["Picture 0"]),
        "remove by id": lambda: albums.pictures.remove(ADA, picked, [f"image:{inside[0].id}"]),
        "edit": lambda: albums.edit(ADA, picked, title="New"),
        "cover": lambda: albums.edit(ADA, picked, cover=inside[0].id),
        "order": lambda: albums.pictures.move_first(ADA, album.id, inside[0].id),
    }
    with pytest.raises(AlbumGoneError):
        await calls[what]()
    assert len([sent for sent in standin.requests if album.id in sent.path]) <= 3 + LOOKS
    assert await listed(library) == []
    with pytest.raises(NotAnItemError):
        await albums.edit(ADA, "Album", title="New")


async def test_old_answer_is_not_taken_for_a_no(albums: AlbumService, standin: Standin, account: Account) -> None:
    album = standin.world.add_album(account, title="Old")
    standin.switches.stale_reads = 2
    await albums.deletion(ADA, f"https://imgur.com/a/{album.id}")
    edited = await albums.edit(ADA, album.id, title="New")
    assert (edited.ignored, edited.album.title) == ((), "New")


@pytest.mark.parametrize("fault", ["lost-answer", "lost-request"])
async def test_lost_answer_to_a_change_is_looked_up(
    fault: str, albums: AlbumService, standin: Standin, account: Account
) -> None:
    album = standin.world.add_album(account, title="Old")
    standin.fail_next(fault, "PUT *")
    edited = await albums.edit(ADA, "Old", title="New")
    assert edited.ignored == (() if fault == "lost-answer" else ("title",))
    assert edited.album.title == album.title
    assert len(standin.sent("PUT *")) == 1


async def test_nothing_to_change_is_refused(albums: AlbumService, standin: Standin, account: Account) -> None:
    with pytest.raises(NothingToChangeError):
        await albums.edit(ADA, "whatever")
    assert not standin.requests


async def test_changed_title_is_known_at_once(
    albums: AlbumService, library: Library, standin: Standin, account: Account
) -> None:
    album = standin.world.add_album(account, title="Old")
    await listed(library)
    await albums.edit(ADA, "Old", title="New")
    album.odd = {"title": "Old"}  # the list is behind
    assert (await albums.into(ADA, "New")).id == album.id


# --- names -----------------------------------------------------------------------------------------------------------


async def test_shared_title_is_asked_with_counts_and_days(
    albums: AlbumService, standin: Standin, account: Account
) -> None:
    first = standin.world.add_album(account, title="Holiday", images=images(standin, account, 3))
    second = standin.world.add_album(account, title="holiday", images=images(standin, account, 1))
    first.created = int(datetime(2021, 5, 3, tzinfo=UTC).timestamp())
    second.odd = {"datetime": 0}
    for call in (albums.deletion(ADA, "Holiday"), albums.edit(ADA, "holiday", title="x"), albums.into(ADA, "HOLIDAY")):
        with pytest.raises(TitleSharedError) as caught:
            await call
        one, two = (choice.source for choice in caught.value.choices)
        assert two == f"Album: Holiday, 3 pictures, made 2021-05-03 ({first.id})"
        assert one.startswith("Album: holiday, 1 picture")
    assert (await albums.into(ADA, two)).id == first.id
    assert not standin.sent("PUT *")


async def test_title_that_is_an_id_of_another_is_asked(
    albums: AlbumService, standin: Standin, account: Account
) -> None:
    first = standin.world.add_album(account, title="Plain")
    second = standin.world.add_album(account, title=first.id)
    with pytest.raises(TitleSharedError):
        await albums.deletion(ADA, first.id)
    assert (await albums.deletion(ADA, f"album:{first.id}")).item.id == first.id
    assert (await albums.deletion(ADA, second.id)).item.id == second.id


async def test_beginning_of_one_title_is_enough_and_of_two_is_asked(
    albums: AlbumService, standin: Standin, account: Account
) -> None:
    album, (image,) = standin.world.add_album(account, title="Holiday"), images(standin, account, 1)
    assert (await albums.pictures.add(ADA, "Holi", [image.id])).album.id == album.id
    assert album.images == [image]
    standin.world.add_album(account, title="Holistic")
    with pytest.raises(TitleSharedError):
        await albums.pictures.remove(ADA, "Holi", [image.id])
    assert album.images == [image]
    with pytest.raises(NotAnItemError):
        await albums.pictures.add(ADA, "Elsewhere", [image.id])


@pytest.mark.parametrize("typed", ["hóliday ", "HOLIDAY", " holiday", "\uff28oliday"])
async def test_other_spelling_is_the_album_that_is_there(
    typed: str, albums: AlbumService, standin: Standin, account: Account
) -> None:
    album = standin.world.add_album(account, title="Holiday")
    assert (await albums.into(ADA, typed)).id == album.id


@pytest.mark.parametrize("typed", ["Holi", "Summer", "Summer at the lake", "Trips", "Lake (Paris)", "Far (Trips)"])
async def test_name_that_none_has_is_a_new_one(
    typed: str, albums: AlbumService, standin: Standin, account: Account, stranger: Account
) -> None:
    standin.world.add_album(account, title="Holiday")
    theirs = standin.world.add_album(stranger)
    theirs.id = "Trips"  # somebody else's album is called by that id
    standin.world.albums["Trips"] = theirs
    for text in (typed, f" {typed} "):
        with pytest.raises(NewAlbumError) as caught:
            await albums.into(ADA, text)
        assert caught.value.title == typed
    assert not standin.sent("POST *")


async def test_link_that_leads_to_no_own_album_is_no_name(
    albums: AlbumService, standin: Standin, account: Account, stranger: Account
) -> None:
    theirs, (image,) = standin.world.add_album(stranger), images(standin, account, 1)
    for text, error in (
        (f"https://imgur.com/a/{theirs.id}", NotYoursError),
        ("https://imgur.com/a/AAAAAAA", NotFoundError),
        ("album:AAAAAAA", NotFoundError),
        ("Album: Summer (AAAAAAA)", BotError),
        (f"https://i.imgur.com/{image.id}.jpg", BotError),
    ):
        with pytest.raises(error) as caught:
            await albums.into(ADA, text)
        assert not isinstance(caught.value, NewAlbumError)


async def test_hundred_and_twenty_albums_are_all_known(
    albums: AlbumService, library: Library, standin: Standin, account: Account
) -> None:
    made = [standin.world.add_album(account, title=f"Album {number}") for number in range(120)]
    assert (await albums.into(ADA, "album 3")).id == made[3].id
    pages = [await library.galleries.albums(ADA, number, fresh=number == 0) for number in range(12)]
    assert [item.id for page in pages for item in page.items] == [album.id for album in made[::-1]]
    assert (pages[0].total, pages[-1].next) == (120, None)
    assert len(standin.sent("GET /3/account/me/albums/*")) == 8


async def test_name_is_of_the_album_that_is_called_so_now(
    albums: AlbumService, library: Library, standin: Standin, account: Account
) -> None:
    old = standin.world.add_album(account, title="Trip")
    await listed(library)
    old.title = "Private"
    new, (image,) = standin.world.add_album(account, title="Trip"), images(standin, account, 1)
    standin.requests.clear()
    assert (await albums.into(ADA, "Trip")).id == new.id
    assert lines(standin) == ["GET /3/account/me/albums/0", "GET /3/account/me/albums/1"]
    assert (await albums.pictures.add(ADA, "trip", [image.id])).album.id == new.id
    new.title, old.title = "Private", "Trip"
    assert (await albums.deletion(ADA, "Trip")).item.id == old.id
    old.title = "Elsewhere"
    with pytest.raises(NewAlbumError):
        await albums.into(ADA, "Trip")


async def test_picked_album_is_read_by_itself_however_many_there_are(
    albums: AlbumService, standin: Standin, account: Account
) -> None:
    made = [standin.world.add_album(account, title=f"Album {number}") for number in range(120)]
    assert (await albums.into(ADA, f"album:{made[3].id}")).title == "Album 3"
    assert (await albums.into(ADA, f"https://imgur.com/a/{made[4].id}")).title == "Album 4"
    assert lines(standin) == [f"GET /3/album/{album.id}" for album in made[3:5]]


@pytest.mark.parametrize("size", [7, 45, 50])
async def test_short_page_of_albums_is_no_end(
    size: int, albums: AlbumService, library: Library, standin: Standin, account: Account
) -> None:
    """Not for names, nor for the list: an album that is there is not made twice."""
    standin.switches.most_per_page = size
    made = [standin.world.add_album(account, title=f"Album {number}") for number in range(120)]
    standin.switches.withheld = [made[-3].id]
    assert (await albums.into(ADA, "album 3")).id == made[3].id
    with pytest.raises(AlbumExistsError):
        await albums.create(ADA, "Album 3")
    assert not standin.sent("POST *")
    assert (await library.galleries.albums(ADA, 0, fresh=True)).total == 119


# --- pictures --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("refusals", ["skip", "owner-400", "bad-id-400"])
async def test_of_five_the_good_ones_get_in_and_each_has_its_outcome(
    refusals: Any, albums: AlbumService, standin: Standin, account: Account, stranger: Account
) -> None:
    standin.switches.album_refusals = refusals
    there, one, two, gone = images(standin, account, 4)
    others = standin.world.add_image(stranger)
    album = standin.world.add_album(account, title="Album", images=[there])
    await albums.pictures.suggest(ADA, "Album", "")
    standin.world.remove_image(gone)
    names = [f"image:{image.id}" for image in (others, gone, there, one, two)]
    filled = await albums.pictures.add(ADA, "Album", names)
    assert filled.outcomes == {
        others.id: Outcome.NOT_YOURS,
        gone.id: Outcome.GONE,
        there.id: Outcome.ALREADY,
        one.id: Outcome.DONE,
        two.id: Outcome.DONE,
    }
    assert album.images == [there, one, two]


@pytest.mark.parametrize("refusals", ["skip", "owner-400", "bad-id-400"])
async def test_picture_that_is_gone_without_being_known_keeps_no_other_out(
    refusals: Any, albums: AlbumService, library: Library, standin: Standin, account: Account
) -> None:
    standin.switches.album_refusals = refusals
    good = images(standin, account, 5)
    await library.galleries.images(ADA, 0, fresh=True)
    standin.world.remove_image(good[2])
    album = standin.world.add_album(account, title="Album")
    filled = await albums.pictures.add(ADA, "Album", [f"image:{image.id}" for image in good])
    outcomes = [filled.outcomes[image.id] for image in good]
    assert outcomes == [Outcome.DONE, Outcome.DONE, Outcome.GONE, Outcome.DONE, Outcome.DONE]
    assert set(album.images) == {*good} - {good[2]}


@pytest.mark.parametrize("is_in", [True, False])
async def test_yes_that_moves_nothing_is_seen(
    *, is_in: bool, albums: AlbumService, standin: Standin, account: Account
) -> None:
    one, two = images(standin, account, 2)
    album = standin.world.add_album(account, title="Album", images=[one])
    standin.switches.album_ignores = "add remove"
    call = albums.pictures.add if is_in else albums.pictures.remove
    filled = await call(ADA, "Album", [f"image:{image.id}" for image in (one, two)])
    expected = (Outcome.ALREADY, Outcome.IGNORED) if is_in else (Outcome.IGNORED, Outcome.ALREADY)
    assert tuple(filled.outcomes.values()) == expected
    assert album.images == [one]


async def test_pictures_are_taken_out_by_their_titles(albums: AlbumService, standin: Standin, account: Account) -> None:
    one, two = images(standin, account, 2)
    standin.world.add_image(account, title="Picture 0")  # of that name as well, and not in the album
    album = standin.world.add_album(account, title="Album", images=[one, two])
    filled = await albums.pictures.remove(ADA, "Album", ["picture 0"])
    assert (filled.outcomes, filled.titles) == ({one.id: Outcome.DONE}, {one.id: "Picture 0"})
    assert album.images == [two]
    assert one.id in standin.world.images
    suggested = await albums.pictures.suggest(ADA, "Album", "pict")
    assert [one.value for one in suggested] == [f"image:{two.id}"]


async def test_anonymous_upload_belongs_into_no_account(
    albums: AlbumService, stores: Stores, standin: Standin, account: Account
) -> None:
    image = standin.world.add_image(title="Nobody's")
    await keep(stores, image)
    standin.world.add_album(account, title="Album")
    filled = await albums.pictures.add(ADA, "Album", ["nobody's"])
    assert filled.outcomes == {image.id: Outcome.ANONYMOUS}
    assert not standin.sent("POST *")


async def test_the_last_one_of_several_is_an_outcome_too(
    albums: AlbumService, standin: Standin, account: Account
) -> None:
    standin.world.add_album(account, title="Album")
    filled = await albums.pictures.add(ADA, "Album", ["image:AAAAAAA"], several=True)
    assert filled.outcomes == {"AAAAAAA": Outcome.GONE}


async def test_one_that_is_none_says_why(
    albums: AlbumService, standin: Standin, account: Account, stranger: Account
) -> None:
    standin.world.add_album(account, title="Album")
    other = standin.world.add_album(account, title="Other")
    for text, error in (("AAAAAAA", ImgurError), ("no such", NotAnItemError), (f"album:{other.id}", AlbumGivenError)):
        with pytest.raises((error, NotAnItemError)):
            await albums.pictures.add(ADA, "Album", [text])
    theirs = standin.world.add_image(stranger)
    filled = await albums.pictures.add(ADA, "Album", [f"https://imgur.com/{theirs.id}"])
    assert filled.outcomes == {theirs.id: Outcome.NOT_YOURS}


async def test_trouble_in_the_middle_is_told_with_what_was_done(
    albums: AlbumService, library: Library, standin: Standin, account: Account
) -> None:
    standin.switches.album_refusals = "owner-400"
    named = images(standin, account, 4)
    await library.galleries.images(ADA, 0, fresh=True)
    standin.world.remove_image(named[3])
    album = standin.world.add_album(account, title="Album")
    standin.world.credits.post_limit = 2  # all four, which is refused; the first two; no more
    filled = await albums.pictures.add(ADA, "Album", [f"image:{image.id}" for image in named])
    assert list(filled.outcomes.values()) == [Outcome.DONE] * 2 + [Outcome.UNTOUCHED] * 2
    assert isinstance(filled.trouble, RateLimitedError)
    assert album.images == named[:2]
    # Where nothing at all was sent, the limit is all there is to tell.
    standin.world.credits.exhaust_user(str(account.id))
    with pytest.raises(RateLimitedError):
        await albums.pictures.add(ADA, "Album", [f"image:{named[2].id}"])


async def test_album_that_cannot_be_read_back_is_not_called_changed(
    albums: AlbumService, standin: Standin, account: Account
) -> None:
    (image,) = images(standin, account, 1)
    album = standin.world.add_album(account, title="Album")
    held = standin.switches.hold("POST /3/album/*/add", answer=True)
    adding = asyncio.create_task(albums.pictures.add(ADA, "Album", [f"image:{image.id}"]))
    await held.arrived.wait()
    standin.world.credits.exhaust_user(str(account.id))
    held.release()
    assert (await adding).outcomes == {image.id: Outcome.UNSEEN}
    assert album.images == [image]


async def test_large_album_is_not_read_to_move_one_picture(
    albums: AlbumService, library: Library, standin: Standin, account: Account
) -> None:
    standin.switches.album_images_sent = 95
    inside = images(standin, account, 120)
    (new,) = images(standin, account, 1)
    album = standin.world.add_album(account, title="Large", images=inside)
    page = await library.galleries.images(ADA, 0, "Large", fresh=True)
    assert (page.total, page.album and page.album.images_count, page.last_known) == (95, 120, 9)
    standin.requests.clear()
    assert (await albums.pictures.add(ADA, "Large", [new.id])).outcomes == {new.id: Outcome.DONE}
    assert (await albums.pictures.remove(ADA, "Large", [f"image:{inside[110].id}"])).outcomes == {
        inside[110].id: Outcome.DONE
    }
    assert len(album.images) == 120
    assert not standin.sent(f"GET /3/album/{album.id}")
    # Of several, what Imgur does not send is asked for one by one.
    named = [f"image:{image.id}" for image in (inside[0], inside[100], inside[109])]
    filled = await albums.pictures.add(ADA, "Large", named)
    assert set(filled.outcomes.values()) == {Outcome.ALREADY}
    with pytest.raises(AlbumIncompleteError):
        await albums.pictures.move_first(ADA, album.id, inside[1].id)
    assert not standin.sent("PUT *")


async def test_what_cannot_be_looked_at_is_neither_done_nor_refused(
    albums: AlbumService, standin: Standin, account: Account
) -> None:
    one, two = images(standin, account, 2)
    album = standin.world.add_album(account, title="Album", images=[one, two])
    for line, change, call in (
        ("PUT *", "title", lambda: albums.edit(ADA, f"album:{album.id}", title="New")),
        ("PUT *", "order", lambda: albums.pictures.move_first(ADA, album.id, two.id)),
        ("DELETE *", "", lambda: albums.delete(ADA, album.id)),
    ):
        held = standin.switches.hold(line, answer=True)
        changing = asyncio.create_task(call())
        await held.arrived.wait()
        standin.world.credits.exhaust_user(str(account.id))
        held.release()
        outcome: Any = await changing
        assert outcome.is_unseen
        standin.world.credits.spent.clear()
        if change:
            assert (outcome.ignored, outcome.asked) == ((), (change,))
    assert (album.title, album.images) == ("New", [two, one])
    assert standin.world.albums == {}


async def test_counts_and_covers_of_a_list_follow_what_is_known(
    albums: AlbumService, library: Library, standin: Standin, account: Account
) -> None:
    one, two = images(standin, account, 2)
    album = standin.world.add_album(account, title="Album", images=[one])
    album.odd = {"cover": "gone123"}
    await library.galleries.images(ADA, 0, "Album", fresh=True)
    (listed_one,) = (await library.galleries.albums(ADA, 0, fresh=True)).items
    assert isinstance(listed_one, Album)
    assert listed_one.cover == one.id
    await albums.pictures.add(ADA, "Album", [two.id])
    (listed_one,) = (await library.galleries.albums(ADA, 0)).items
    assert isinstance(listed_one, Album)
    assert (listed_one.cover, listed_one.images_count) == ("gone123", 2)


# --- order and cover -------------------------------------------------------------------------------------------------


async def test_order_keeps_what_was_added_meanwhile(albums: AlbumService, standin: Standin, account: Account) -> None:
    one, two, three, new = images(standin, account, 4)
    album = standin.world.add_album(account, title="Album", images=[one, two, three])
    await albums.pictures.suggest(ADA, "Album", "")  # what was known before
    album.images.append(new)
    edited = await albums.pictures.move_first(ADA, album.id, three.id)
    assert album.images == [three, one, two, new]
    assert edited.ignored == ()
    # A cover goes alone: no set of pictures is sent.
    standin.requests.clear()
    edited = await albums.edit(ADA, album.id, cover=two.id)
    assert [sent.fields for sent in standin.sent("PUT *")] == [{"cover": [two.id]}]
    assert (album.cover, album.images) == (two.id, [three, one, two, new])


async def test_picture_that_fell_out_is_put_back(albums: AlbumService, standin: Standin, account: Account) -> None:
    one, two, three = images(standin, account, 3)
    album = standin.world.add_album(account, title="Album", images=[one, two, three])
    held = standin.switches.hold("PUT *", answer=True)
    moving = asyncio.create_task(albums.pictures.move_first(ADA, album.id, two.id))
    await held.arrived.wait()
    album.images.remove(three)  # whatever took it out
    held.release()
    edited = await moving
    assert album.images == [two, one, three]
    assert edited.ignored == ()
    standin.switches.album_ignores = "ids"
    assert (await albums.pictures.move_first(ADA, album.id, three.id)).ignored == ("order",)


@pytest.mark.parametrize("taken", [False, True])
async def test_what_others_put_in_while_imgur_lets_an_order_wait_is_put_back(
    albums: AlbumService, standin: Standin, account: Account, *, taken: bool
) -> None:
    """As long as Imgur does not answer, the album is looked at; of that one is deleted meanwhile, if `taken`."""
    one, two, new, other = images(standin, account, 4)
    album = standin.world.add_album(account, title="Album", images=[one, two])
    held = standin.switches.hold("PUT *")
    moving = asyncio.create_task(albums.pictures.move_first(ADA, album.id, two.id))
    await asyncio.wait_for(held.arrived.wait(), 15)
    album.images += [new, other]
    looks = len(standin.sent("GET /3/album/*"))
    async with asyncio.timeout(15):
        while len(standin.sent("GET /3/album/*")) == looks:  # noqa: ASYNC110 - only asking tells
            await asyncio.sleep(0.01)
    if taken:
        standin.world.remove_image(other)
    held.release()
    edited = await moving
    assert album.images == [two, one, new] + [other] * (not taken)
    assert edited.ignored == ()
    assert edited.returned == (new.id, *[other.id] * (not taken))
    assert edited.missing == (other.id,) * taken


async def test_order_is_kept_though_a_picture_of_the_middle_has_to_be_put_back(
    albums: AlbumService, standin: Standin, account: Account
) -> None:
    one, two, three = images(standin, account, 3)
    album = standin.world.add_album(account, title="Album", images=[one, two, three])
    held = standin.switches.hold("PUT *", answer=True)
    moving = asyncio.create_task(albums.pictures.move_first(ADA, album.id, three.id))
    await asyncio.wait_for(held.arrived.wait(), 15)
    album.images.remove(one)
    held.release()
    edited = await moving
    assert album.images == [three, two, one]
    assert (edited.ignored, edited.returned) == ((), (one.id,))


async def test_what_the_bot_puts_in_while_it_orders_stays(
    albums: AlbumService, library: Library, standin: Standin, account: Account
) -> None:
    """A picture that is added, and one whose upload Imgur has put in before the order and answers after it."""
    one, two, new, uploaded = images(standin, account, 4)
    album = standin.world.add_album(account, title="Album", images=[one, two])
    held = standin.switches.hold("PUT *")
    begun = time.monotonic()
    moving = asyncio.create_task(albums.pictures.move_first(ADA, album.id, two.id))
    await held.arrived.wait()
    adding = asyncio.create_task(albums.pictures.add(ADA, "Album", [new.id]))
    album.images.append(uploaded)
    viewer = await library.catalogue.usable(ADA)
    arriving = asyncio.create_task(albums.arrived(viewer, Image(uploaded.id), album.id, begun))
    await asyncio.sleep(0.1)
    held.release()
    assert (await moving).ignored == ()
    assert (await adding).outcomes == {new.id: Outcome.DONE}
    await arriving
    assert album.images[:2] == [two, one]
    assert {image.id for image in album.images[2:]} == {new.id, uploaded.id}
    assert len(album.images) == 4


async def test_order_keeps_what_imgur_does_not_show_yet(
    albums: AlbumService, standin: Standin, account: Account
) -> None:
    one, two, new, gone = images(standin, account, 4)
    album = standin.world.add_album(account, title="Album", images=[one, two, gone])
    standin.switches.stale_reads = 1
    await albums.pictures.move_first(ADA, album.id, one.id)
    await albums.pictures.remove(ADA, "Album", [gone.id])
    await albums.pictures.add(ADA, "Album", [new.id])
    assert album.images == [one, two, new]
    edited = await albums.pictures.move_first(ADA, album.id, two.id)
    assert album.images == [two, one, new]
    assert edited.ignored == ()


async def test_what_is_read_for_an_order_is_not_kept_for_a_wait(
    stores: Stores, standin: Standin, account: Account
) -> None:
    """The quota may have a press wait for seconds, in which others change the album: the order is refused then."""
    patience: dict[str, float] = {}

    async def watching(call: Call, send: Send) -> Reply:
        patience[call.method] = caller().patience
        return await send(call)

    async with aiohttp.ClientSession() as session:
        client = ImgurClient(session, CLIENT_ID, CLIENT_SECRET, base_url=standin.url, middlewares=(watching,))
        service = AccountService(stores.accounts, client, second_look=0)
        library = Library.over(
            service, client, stores.uploads, Shelves(stores.library, stores.marks), views=Views(stores.views)
        )
        one, two = images(standin, account, 2)
        album = standin.world.add_album(account, images=[one, two])
        with calling(Caller(ADA, patience=5.0)):
            await AlbumService(service, client, library.catalogue).pictures.move_first(ADA, album.id, two.id)
        await service.close()
    assert patience == {"GET": 5.0, "PUT": 0.0}


@pytest.mark.parametrize("refusals", ["skip", "bad-id-400"])
async def test_order_is_saved_though_one_of_the_pictures_is_deleted_meanwhile(
    refusals: Any, albums: AlbumService, standin: Standin, account: Account
) -> None:
    standin.switches.album_refusals = refusals
    one, two, three = images(standin, account, 3)
    album = standin.world.add_album(account, images=[one, two, three])
    held = standin.switches.hold("PUT *", answer=True)
    moving = asyncio.create_task(albums.pictures.move_first(ADA, album.id, two.id))
    await held.arrived.wait()
    standin.world.remove_image(three)
    held.release()
    edited = await moving
    assert album.images == [two, one]
    assert (edited.ignored, edited.missing) == ((), (three.id,))


async def test_order_is_the_owners(albums: AlbumService, standin: Standin, account: Account, stranger: Account) -> None:
    (image,) = images(standin, stranger, 1)
    album = standin.world.add_album(stranger, images=[image])
    with pytest.raises(NotYoursError):
        await albums.pictures.move_first(ADA, album.id, image.id)
    own = standin.world.add_album(account)
    with pytest.raises(NotFoundError):
        await albums.pictures.move_first(ADA, own.id, image.id)


# --- deleting one ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stay", [True, False])
async def test_deletion_looks_at_what_became_of_the_pictures(
    *, stay: bool, albums: AlbumService, library: Library, standin: Standin, account: Account
) -> None:
    (image,) = images(standin, account, 1)
    album = standin.world.add_album(account, title="Album", images=[image])
    assert (await albums.deletion(ADA, "Album")).item.id == album.id
    held = standin.switches.hold("DELETE *", answer=True)
    deleting = asyncio.create_task(albums.delete(ADA, album.id))
    await held.arrived.wait()
    if not stay:
        standin.world.remove_image(image)
    held.release()
    deleted = await deleting
    assert (deleted.existed, deleted.is_there, deleted.pictures_stay) == (True, False, stay)
    assert standin.world.albums == {}
    assert await listed(library) == []
    again = await albums.delete(ADA, album.id)
    assert (again.existed, again.pictures_stay) == (False, None)
    assert len(standin.sent("DELETE *")) == 1


async def test_album_that_imgur_keeps_is_not_called_deleted(
    albums: AlbumService, standin: Standin, account: Account
) -> None:
    album = standin.world.add_album(account, title="Album")
    standin.switches.album_ignores = "delete"
    deleted = await albums.delete(ADA, album.id)
    assert (deleted.existed, deleted.is_there) == (True, True)
    standin.switches.album_ignores = ""
    standin.fail_next("lost-answer", "DELETE *")
    deleted = await albums.delete(ADA, album.id)
    assert (deleted.existed, deleted.is_there, deleted.pictures_stay) == (True, False, None)


async def test_deleted_album_is_listed_no_more_though_imgur_lists_it(
    albums: AlbumService, library: Library, standin: Standin, account: Account
) -> None:
    album, other = (standin.world.add_album(account, title=title) for title in ("Album", "Other"))
    await albums.delete(ADA, album.id)
    standin.world.albums[album.id] = album
    assert await listed(library) == [other.id]


async def test_others_albums_are_not_theirs_to_change(
    albums: AlbumService, standin: Standin, account: Account, stranger: Account
) -> None:
    theirs = standin.world.add_album(stranger, title="Theirs", privacy="public")
    for call in (
        albums.edit(ADA, theirs.id, title="Mine"),
        albums.delete(ADA, theirs.id),
        albums.deletion(ADA, f"https://imgur.com/a/{theirs.id}"),
        albums.pictures.add(ADA, theirs.id, ["x"]),
    ):
        with pytest.raises(NotYoursError):
            await call
    assert not [line for line in lines(standin) if not line.startswith("GET")]


@pytest.mark.parametrize("is_broken", [True, False])
async def test_without_an_account_nothing_is_asked(
    *, is_broken: bool, albums: AlbumService, standin: Standin, stores: Stores, account: Account
) -> None:
    discord_id, error = (ADA, LinkBrokenError) if is_broken else (BOB, NotLinkedError)
    if is_broken:
        standin.world.tokens.revoke(account, "example-client-id")
        standin.world.tokens.kill_access_tokens(account)
    calls: Sequence[Any] = (
        albums.create(discord_id, "x"),
        albums.edit(discord_id, "x", title="y"),
        albums.into(discord_id, "x"),
        albums.delete(discord_id, "x"),
        albums.pictures.add(discord_id, "x", ["y"]),
        albums.pictures.remove(discord_id, "x", ["y"]),
        albums.pictures.move_first(discord_id, "x", "y"),
    )
    for call in calls:
        with pytest.raises(error):
            await call
    assert not standin.world.albums
