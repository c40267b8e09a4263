"""What the bot does and sees goes into the index at once: real services and a real database over the stand-in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from errors import NotAskedError
from imgur.client import ImgurClient
from imgur.errors import NotFoundError
from services.account import AccountService
from services.album import AlbumService
from services.indexed import to_index
from services.jobs import JobService
from services.library import Library
from services.library.shelves import Shelves
from services.sync import SyncService
from services.views import Views
from standins.imgur.records import Account, StoredAlbum, StoredImage
from standins.imgur.standin import Standin
from storage import Stores
from storage.models import Query, Shelf, SyncState
from tests.services.test_account import link
from tests.services.test_library import ADA, keep

IMAGES, ALBUMS, FAVORITES, UPLOADS = Shelf.IMAGES, Shelf.ALBUMS, Shelf.FAVORITES, Shelf.UPLOADS


@pytest.fixture
def library(accounts: AccountService, imgur_client: ImgurClient, stores: Stores) -> Library:
    return Library.over(
        accounts, imgur_client, stores.uploads, Shelves(stores.library, stores.marks), views=Views(stores.views)
    )


@pytest.fixture
async def account(stores: Stores, standin: Standin) -> Account:
    """Ada's account, linked."""
    account = standin.world.add_account("ada_imgur")
    await link(stores, standin, account)
    return account


async def number(stores: Stores, account: Account) -> int:
    found = await stores.library.library(account.id)
    assert found is not None
    return found


async def put(
    library: Library, stores: Stores, account: Account, shelf: Shelf, items: Sequence[StoredImage | StoredAlbum]
) -> None:
    """Put items on a shelf as a sync would."""
    viewer = await library.catalogue.reading.viewer(ADA)
    read = [
        await library.catalogue.reading.album(viewer, one.id, since=0) for one in items if isinstance(one, StoredAlbum)
    ]
    images = [await library.items.show(ADA, f"image:{one.id}") for one in items if isinstance(one, StoredImage)]
    new = [to_index(one) for one in [*read, *(shown.item for shown in images)]]
    await stores.library.put_front(await number(stores, account), shelf, new)


async def on(stores: Stores, account: Account, shelf: Shelf) -> list[str]:
    found = await stores.library.page(await number(stores, account), shelf, offset=0, limit=100)
    return [item.id for item in found]


async def found(stores: Stores, account: Account, shelf: Shelf, word: str) -> list[str]:
    query = Query((word,), (), word)
    hits = await stores.library.search(await number(stores, account), shelf, query, ADA, offset=0, limit=100)
    return [item.id for item in hits.items]


async def test_edit_is_found_by_its_new_title_alone(
    library: Library, stores: Stores, standin: Standin, account: Account
) -> None:
    image = standin.world.add_image(account, title="Before")
    await put(library, stores, account, IMAGES, [image])
    await library.items.edit(ADA, f"image:{image.id}", "After", None)
    assert await found(stores, account, IMAGES, "before") == []
    assert await found(stores, account, IMAGES, "after") == [image.id]


async def test_deleted_image_is_off_every_shelf(
    library: Library, stores: Stores, standin: Standin, account: Account
) -> None:
    image = standin.world.add_image(account)
    for shelf in (IMAGES, FAVORITES):
        await put(library, stores, account, shelf, [image])
    await library.items.delete(ADA, f"image:{image.id}")
    assert await on(stores, account, IMAGES) == await on(stores, account, FAVORITES) == []


async def test_favorites_come_first_and_go(
    library: Library, stores: Stores, standin: Standin, account: Account
) -> None:
    old, new = standin.world.add_image(account), standin.world.add_album(title="Other")
    await put(library, stores, account, IMAGES, [old])
    await put(library, stores, account, FAVORITES, [old])
    await library.items.favorite(ADA, f"album:{new.id}")
    assert await on(stores, account, FAVORITES) == [new.id, old.id]
    await library.items.favorite(ADA, f"album:{new.id}")
    assert await on(stores, account, FAVORITES) == [new.id, old.id]
    await library.items.unfavorite(ADA, f"album:{new.id}")
    assert await on(stores, account, FAVORITES) == [old.id]
    assert await on(stores, account, IMAGES) == [old.id]


async def test_item_that_is_gone_is_off_every_shelf_as_soon_as_that_is_seen(
    library: Library, stores: Stores, standin: Standin, account: Account
) -> None:
    image = standin.world.add_image(account, title="Gone")
    image.created -= 3600
    for shelf in (IMAGES, FAVORITES):
        await put(library, stores, account, shelf, [image])
    standin.world.remove_image(image)
    with pytest.raises(NotFoundError):
        await library.items.show(ADA, f"image:{image.id}")
    assert await on(stores, account, IMAGES) == await on(stores, account, FAVORITES) == []


async def test_album_of_an_image_s_id_stays_where_that_image_is_gone(
    library: Library, stores: Stores, standin: Standin, account: Account
) -> None:
    album = standin.world.add_album(account, title="Here")
    await put(library, stores, account, ALBUMS, [album])
    with pytest.raises(NotFoundError):
        await library.items.show(ADA, f"image:{album.id}")
    assert await on(stores, account, ALBUMS) == [album.id]


async def test_whoever_has_no_working_link_takes_nothing_off(
    library: Library, stores: Stores, standin: Standin, account: Account
) -> None:
    image = standin.world.add_image(account)
    await put(library, stores, account, IMAGES, [image])
    linked = await stores.accounts.linked(ADA)
    assert linked is not None
    standin.world.remove_image(image)
    with pytest.raises(NotFoundError):
        await library.items.show(1002, f"image:{image.id}")
    assert await on(stores, account, IMAGES) == [image.id]


async def test_what_is_shown_is_corrected(library: Library, stores: Stores, standin: Standin, account: Account) -> None:
    image = standin.world.add_image(account, title="Old")
    await put(library, stores, account, IMAGES, [image])
    image.title = "New"
    await library.items.show(ADA, f"image:{image.id}")
    assert await found(stores, account, IMAGES, "old") == []
    assert await found(stores, account, IMAGES, "new") == [image.id]


async def test_showing_what_is_as_known_writes_nothing(
    library: Library, stores: Stores, standin: Standin, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = standin.world.add_image(account, title="Same")
    await put(library, stores, account, IMAGES, [image])
    image.views += 1
    before: Any = await stores.library.get(await number(stores, account), ("image", image.id))
    await library.items.show(ADA, f"image:{image.id}")
    assert await stores.library.get(await number(stores, account), ("image", image.id)) == before


async def test_edit_of_an_anonymous_upload_is_found(library: Library, stores: Stores, standin: Standin) -> None:
    image = standin.world.add_image(title="Before")
    await keep(stores, image)
    await library.items.edit(ADA, f"image:{image.id}", "After", None)
    own = (await stores.library.owned((), discord_id=ADA)).own
    assert own is not None
    hits = await stores.library.search(own, UPLOADS, Query(("after",), (), "after"), ADA, offset=0, limit=5)
    assert [item.id for item in hits.items] == [image.id]


async def test_albums_are_on_their_shelf_from_the_making_to_the_deletion(
    library: Library,
    stores: Stores,
    standin: Standin,
    account: Account,
    accounts: AccountService,
    imgur_client: ImgurClient,
) -> None:
    albums = AlbumService(accounts, imgur_client, library.catalogue)
    made = (await albums.create(ADA, "Trip")).album
    assert await found(stores, account, ALBUMS, "trip") == [made.id]
    await albums.edit(ADA, f"album:{made.id}", title="Journey")
    assert await found(stores, account, ALBUMS, "trip") == []
    assert await found(stores, account, ALBUMS, "journey") == [made.id]
    await albums.delete(ADA, made.id)
    assert await on(stores, account, ALBUMS) == []


@pytest.mark.parametrize("query", [None, "cat"])
async def test_what_is_known_is_shown_where_imgur_is_slow(
    library: Library,
    stores: Stores,
    standin: Standin,
    account: Account,
    accounts: AccountService,
    imgur_client: ImgurClient,
    monkeypatch: pytest.MonkeyPatch,
    query: str | None,
) -> None:
    for name in ("QUERY_PATIENCE", "LOOK_PATIENCE"):
        monkeypatch.setattr(f"services.library.listing.{name}", 0.2)
    image = standin.world.add_image(account, title="Cat")
    await put(library, stores, account, IMAGES, [image])
    state = await stores.library.sync_state(await number(stores, account), IMAGES)
    state = state or SyncState(await number(stores, account), IMAGES)
    assert await stores.library.advance(replace(state, finished_at=datetime.now(UTC)), ())
    jobs = JobService(stores.jobs, lambda: None)
    library.catalogue.shelves.listen(SyncService(accounts, imgur_client, stores.library, jobs))
    held = standin.switches.hold("GET /3/account/me/*")
    page = await library.galleries.images(ADA, query=query, fresh=True)
    held.release()
    assert isinstance(page.trouble, NotAskedError)
    assert [item.id for item in page.items] == [image.id]
    assert page.total == 1
