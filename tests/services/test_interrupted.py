"""What became of changes of albums that nobody could tell of, as the album is now. Kills themselves: `tests/wire`."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from secrets import token_hex
from typing import Any

import pytest

from imgur.client import ImgurClient
from services.account import AccountService
from services.album import AlbumService
from services.jobs import Done, Pause, Verdict, Work
from services.jobs.changes import KIND
from services.library import Library
from services.library.shelves import Shelves
from services.views import Views
from standins.imgur.records import Account, StoredAlbum
from standins.imgur.standin import Standin
from storage import Stores
from storage.models import AnonymousUpload, Expiry
from tests.reading import read
from tests.services.test_account import ADA, link


@pytest.fixture
def albums(accounts: AccountService, imgur_client: ImgurClient, stores: Stores) -> AlbumService:
    shelves = Shelves(stores.library, stores.marks)
    library = Library.over(accounts, imgur_client, stores.uploads, shelves, views=Views(stores.views))
    return AlbumService(accounts, imgur_client, library.catalogue)


@pytest.fixture
async def account(stores: Stores, standin: Standin) -> Account:
    """Ada's account, linked."""
    account = standin.world.add_account("ada_imgur")
    await link(stores, standin, account)
    standin.requests.clear()
    return account


@pytest.fixture
def album(standin: Standin, account: Account) -> StoredAlbum:
    """With pictures One, Two and Three."""
    images = [standin.world.add_image(account, title=title) for title in ("One", "Two", "Three")]
    return standin.world.add_album(account, title="Trip *2026*", images=images)


async def told(albums: AlbumService, stores: Stores, change: Mapping[str, Any]) -> tuple[str, str]:
    """What is told of a change whose process is no more."""
    verdict = await looked(albums, stores, change)
    assert isinstance(verdict, Done)
    assert verdict.outcome
    return read(verdict.outcome.title), read(verdict.outcome.text)


async def looked(albums: AlbumService, stores: Stores, change: Mapping[str, Any]) -> Verdict | None:
    job = await stores.jobs.begin(KIND, ADA, datetime.now(UTC), subject=token_hex(4), payload=change)
    assert job is not None
    work = Work(stores.jobs, job)
    try:
        return await albums.interrupted.advance(work)
    except Exception as error:  # noqa: BLE001 - as the runner asks about any
        return await albums.interrupted.judge(work, error)


async def test_what_its_own_process_still_makes_is_looked_at_by_nobody(
    accounts: AccountService, imgur_client: ImgurClient, albums: AlbumService, stores: Stores, standin: Standin
) -> None:
    """The database was away for a minute: nobody could show that it is alive, and it will answer by itself."""
    catalogue = albums._catalogue
    held = AlbumService(accounts, imgur_client, catalogue, is_held=lambda _: True)
    change = {"deed": "edit", "album": "abcde", "title": "Trip", "wish": {"title": "Trip"}}
    assert isinstance(await looked(held, stores, change), Pause)
    assert standin.requests == []


@pytest.mark.parametrize("hidden", [False, True])
async def test_an_upload_that_imgur_took_is_named_and_hidden_if_it_was(
    albums: AlbumService, stores: Stores, standin: Standin, account: Account, *, hidden: bool
) -> None:
    old = standin.world.add_image(account, title="Old")
    old.created -= 3600
    new = standin.world.add_image(account, title="Cat *1*")
    title, text = await told(albums, stores, {"deed": "file", "title": "Cat *1*", "hidden": hidden})
    assert title == "The picture should be on Imgur"
    assert f"Since Cat 1 was sent, your account got: Cat 1 ({new.id})." in text
    assert old.id not in text
    assert await stores.uploads.hidden([new.id, old.id]) == (frozenset({new.id}) if hidden else frozenset())


WISH = {"seconds": 86400.0, "mark": "0123456789ab"}


async def dated(stores: Stores) -> list[tuple[str, timedelta]]:
    rows = await stores.expiries.claim(ADA, datetime.now(UTC) + timedelta(days=9))
    return [] if rows is None else [(rows.image_id, rows.due_at - datetime.now(UTC))]


@pytest.mark.parametrize("deed", ["file", "upload"])
async def test_what_was_to_be_deleted_later_is_though_its_process_was_killed_before_it_could_note_that(
    albums: AlbumService, stores: Stores, standin: Standin, account: Account, album: StoredAlbum, deed: str
) -> None:
    for name in (None, "hill", "hill.jpg", "hill ba9876543210.jpg"):  # as its user uploads before and after
        standin.world.add_image(account, title="Cat").name = name
    new = standin.world.add_image(account, title="Cat")
    new.name = "hill 0123456789ab.jpg"
    new.created += 3600  # which cannot be: it is about an hour, and no more
    change = {"deed": deed, "title": "Cat", "file": "Cat", "album": album.id, "before": 3, "expires": WISH}
    _, text = await told(albums, stores, change)
    assert "As you said, it is deleted" in text
    [(image_id, left)] = await dated(stores)
    assert image_id == new.id
    assert timedelta(hours=23, minutes=58) < left <= timedelta(days=1)


@pytest.mark.parametrize("wish", [WISH, {"seconds": 86400.0, "title": "Cat", "file": "hill"}])
async def test_nothing_is_deleted_later_if_it_is_not_sure_which_one_it_was(
    albums: AlbumService, stores: Stores, standin: Standin, account: Account, wish: dict[str, Any]
) -> None:
    """Of the same name and title there are many: each paste is an image.png. Or Imgur has called it otherwise."""
    standin.world.add_image(account, title="Cat").name = "hill"
    _, text = await told(albums, stores, {"deed": "file", "title": "Cat", "expires": wish})
    assert "which of them it is cannot be told, so none is deleted by itself" in text
    assert await dated(stores) == []


async def test_of_who_has_everything_erased_while_it_is_looked_for_nothing_is_noted(
    albums: AlbumService, stores: Stores, standin: Standin, account: Account
) -> None:
    new = standin.world.add_image(account, title="Cat")
    new.name = "0123456789ab hill.jpg"
    held = standin.switches.hold("GET /3/account/me/images*", answer=True)
    looking = asyncio.create_task(
        looked(albums, stores, {"deed": "file", "title": "Cat", "hidden": True, "expires": WISH})
    )
    await held.arrived.wait()
    await stores.leaving.erase(ADA, datetime.now(UTC))
    held.release()
    assert await looking is None
    assert await dated(stores) == []
    assert await stores.uploads.hidden([new.id]) == frozenset()


async def test_what_was_noted_before_the_kill_stays_as_it_was_noted(
    albums: AlbumService, stores: Stores, standin: Standin, account: Account
) -> None:
    new = standin.world.add_image(account, title="Cat")
    new.name = "hill 0123456789ab.jpg"
    due_at = datetime.now(UTC) + timedelta(days=1)
    await stores.uploads.expire(Expiry(ADA, new.id, due_at, account.id))
    _, text = await told(albums, stores, {"deed": "file", "title": "Cat", "expires": WISH})
    assert "As you said, it is deleted" in text
    assert [image_id for image_id, _ in await dated(stores)] == [new.id]


async def test_an_upload_that_did_not_arrive_is_to_be_done_once_more(
    albums: AlbumService, stores: Stores, standin: Standin, account: Account
) -> None:
    standin.world.add_image(account, title="Old").created -= 3600
    title, text = await told(albums, stores, {"deed": "file", "title": "Cat", "hidden": False})
    assert title == "The picture is not to be seen"
    assert "Imgur shows no picture in your account since Cat was sent." in text
    assert "upload it once more" in text
    assert "nothing but /imgur delete" not in text
    title, text = await told(albums, stores, {"deed": "file", "title": "Cat", "expires": WISH})
    assert "Should it be there all the same, nothing but /imgur delete does that." in text


async def test_of_an_upload_without_an_account_only_the_record_knows(
    albums: AlbumService, stores: Stores, standin: Standin
) -> None:
    """Nothing is asked of Imgur, nor is anybody's account needed."""
    change = {"deed": "anonymous", "title": "Cat", "hidden": True}
    title, text = await told(albums, stores, change)
    assert title == "The picture was lost"
    assert "nobody can delete it" in text
    for number, days in enumerate((1, -1)):
        await stores.uploads.add(an_upload(f"upload{number}", datetime.now(UTC) - timedelta(days=days)))
    title, text = await told(albums, stores, change)
    assert title == "The picture should be on Imgur"
    assert "your anonymous uploads got: upload1." in text
    assert await stores.uploads.hidden(["upload0", "upload1"]) == frozenset({"upload1"})
    assert standin.requests == []


@pytest.mark.parametrize("deed", ["file", "upload"])
async def test_what_cannot_be_seen_of_an_upload_is_said(
    albums: AlbumService, stores: Stores, standin: Standin, account: Account, deed: str
) -> None:
    await stores.accounts.unlink(ADA)
    for expires in (None, WISH):
        title, text = await told(albums, stores, {"deed": deed, "title": "Cat", "hidden": False, "expires": expires})
        assert (title, "cannot be seen" in text) == ("A picture may have been uploaded", True)
        assert ("nothing but /imgur delete does that" in text) is (expires is not None)


def an_upload(image_id: str, at: datetime) -> AnonymousUpload:
    return AnonymousUpload(ADA, image_id, f"fake-{image_id}", None, None, 1, 1, 1, None, None, at)


async def test_what_is_saved_in_part_is_told_in_part(
    albums: AlbumService, stores: Stores, standin: Standin, album: StoredAlbum
) -> None:
    one, _two, three = album.images
    gone = standin.world.add_image(album.account)
    wish = {"title": "Trip *2026*", "privacy": "public", "description": "Words"}
    title, text = await told(albums, stores, {"deed": "edit", "album": album.id, "title": "Trip *2026*", "wish": wish})
    assert title == "Saved in part"
    assert "Of the album Trip 2026 this is as it was: privacy, description." in text
    names = [[image.id, image.title] for image in (one, three, gone)]
    change = {"deed": "add", "album": album.id, "title": "Trip", "images": names}
    title, text = await told(albums, stores, change)
    assert title == "2 of 3 pictures are in the album"
    assert f"In it: One ({one.id}), Three ({three.id}). Not in it: {gone.id}." in text
    title, text = await told(albums, stores, change | {"deed": "remove"})
    assert title == "1 of 3 pictures are out of the album"
    assert not [sent for sent in standin.requests if sent.method != "GET"]


@pytest.mark.parametrize("refusals", ["skip", "bad-id-400"])
async def test_what_an_order_has_dropped_is_put_back_but_for_what_is_gone(
    refusals: Any, albums: AlbumService, stores: Stores, standin: Standin, album: StoredAlbum
) -> None:
    standin.switches.album_refusals = refusals
    one, two, three = album.images
    album.images = [two, one]
    change = {"deed": "order", "album": album.id, "title": "Trip", "wish": [two.id, one.id, three.id, "gone123"]}
    title, text = await told(albums, stores, change)
    assert title == "Saved"
    assert "fallen out" in text
    assert album.images == [two, one, three]


@pytest.mark.parametrize("before", [0, 3, 2])
async def test_upload_into_an_album_is_counted(
    before: int, albums: AlbumService, stores: Stores, album: StoredAlbum
) -> None:
    for image in album.images:
        image.created -= 3600
    album.images = album.images if before else []
    title, text = await told(albums, stores, {"deed": "upload", "album": album.id, "title": "Trip", "before": before})
    assert title == f"The picture {'should be' if before == 2 else 'is not'} in the album"
    assert {
        0: "is empty. If it is not in /imgur images",
        3: "has 3 pictures, as before. If it is not in /imgur images",
        2: "1 more than before. Look with",
    }[before] in text


@pytest.mark.parametrize("hidden", [False, True])
@pytest.mark.parametrize("inside", [False, True])
async def test_upload_into_an_album_is_named_and_hidden_if_it_was(
    albums: AlbumService, stores: Stores, standin: Standin, album: StoredAlbum, *, inside: bool, hidden: bool
) -> None:
    for image in album.images:
        image.created -= 3600
    new = standin.world.add_image(album.account, title="Cat *1*")
    album.images += [new] if inside else []
    change = {"deed": "upload", "album": album.id, "title": "Trip", "before": 3, "file": "*Cat* file"}
    title, text = await told(albums, stores, change | {"hidden": hidden})
    came = f"Since Cat file was sent, your account got: Cat 1 ({new.id})."
    if inside:
        assert title == "The picture should be in the album"
        assert f"4 pictures, 1 more than before. {came} Look with" in text
    else:
        assert title == "The picture is not in the album"
        assert f"3 pictures, as before. {came} /imgur album add puts it in." in text
    assert await stores.uploads.hidden([new.id, album.images[0].id]) == (frozenset({new.id}) if hidden else frozenset())


async def test_another_of_the_same_name_is_not_the_one_that_was_there(
    albums: AlbumService, stores: Stores, standin: Standin, album: StoredAlbum, account: Account
) -> None:
    change = {"deed": "create", "title": "trip *2026*", "same": [album.id]}
    assert (await told(albums, stores, change))[0] == "No album was made"
    standin.world.add_album(account, title="Trip *2026*")
    assert (await told(albums, stores, change))[0] == "Album made"


CHANGES: dict[str, dict[str, Any]] = {
    "edit": {"wish": {"title": "New"}},
    "add": {"images": [["abc1234", ""]]},
    "remove": {"images": [["abc1234", ""]]},
    "order": {"wish": ["abc1234", "abc1235"]},
    "upload": {"before": 0},
}


@pytest.mark.parametrize("deed", CHANGES)
async def test_album_that_is_gone_by_then_is_said_to_be(
    deed: str, albums: AlbumService, stores: Stores, account: Account
) -> None:
    change = {"deed": deed, "album": "gone123", "title": "Trip", **CHANGES[deed]}
    assert (await told(albums, stores, change))[0] == "The album is gone"


async def test_what_cannot_be_seen_is_said_to_be_unknown_and_an_outage_is_waited_for(
    albums: AlbumService, stores: Stores, standin: Standin, album: StoredAlbum
) -> None:
    change = {"deed": "delete", "album": album.id, "title": "Trip"}
    unknown = "An album may have been changed"
    assert (await told(albums, stores, change | {"deed": "of a release to come"}))[0] == unknown
    standin.fail_next("over-capacity-500", f"GET /3/album/{album.id}", times=9)
    assert await looked(albums, stores, change) is None
    await stores.accounts.unlink(ADA)
    assert (await told(albums, stores, change))[0] == unknown
