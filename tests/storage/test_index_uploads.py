"""Anonymous uploads stand in their user's own library, whatever becomes of them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.query import read
from services.upkeep import Upkeep
from storage import Stores
from storage.database import open_database
from storage.models import Shelf, Tag
from tests.storage.factories import NOW, link, raw, upload
from tests.storage.saved.make import KEYRING
from tests.storage.shelving import ids, shelf_of
from tests.storage.test_migrations import SAVED


async def found(stores: Stores, library: int, typed: str) -> list[str]:
    query = read(typed)
    assert query is not None
    return ids((await stores.library.search(library, Shelf.UPLOADS, query, 1, offset=0, limit=9)).items)


async def own(stores: Stores, discord_id: int = 1) -> int:
    library = (await stores.library.owned((), discord_id=discord_id)).own
    assert library is not None
    return library


async def test_an_upload_is_in_its_users_own_library_newest_first(stores: Stores) -> None:
    assert (await stores.library.owned((), discord_id=1)).own is None
    await stores.uploads.add(upload("first", title="a cat"), "\na cat\nfirst\n")
    await stores.uploads.add(upload("second", title="a dog"), "\na dog\nsecond\n")
    await stores.uploads.add(upload("others", discord_id=2), "\na cat\nothers\n")
    library = await own(stores)
    assert await shelf_of(stores, library, Shelf.UPLOADS) == ["second", "first"]
    assert await found(stores, library, "cat") == ["first"]
    item = await stores.library.get(library, ("image", "first"))
    assert item is not None
    assert (item.title, item.size, item.created) == ("a cat", 200_000_000, NOW)
    assert "deletehash" not in repr(item)


async def test_an_edited_upload_is_found_by_its_new_words(stores: Stores) -> None:
    await stores.uploads.add(upload("first", title="a cat"), "\na cat\nfirst\n")
    assert await stores.uploads.update(1, "first", title="a dog", description=None, search="\na dog\nfirst\n")
    library = await own(stores)
    assert await found(stores, library, "cat") == []
    assert await found(stores, library, "dog") == ["first"]


async def test_a_deleted_upload_is_gone_with_what_was_noted_on_it(stores: Stores) -> None:
    await stores.uploads.add(upload("first"), "\na cat\nfirst\n")
    library = await own(stores)
    await stores.marks.put([library], 1, ("image", "first"), tags=[Tag("x", "x")])
    assert await stores.uploads.remove(1, "first")
    assert await shelf_of(stores, library, Shelf.UPLOADS) == []
    assert await stores.marks.tags_of(library, 1) == []


async def test_uploads_stay_when_an_account_is_unlinked(stores: Stores) -> None:
    await stores.uploads.add(upload("first"), "\na cat\nfirst\n")
    await link(stores)
    await stores.accounts.unlink(1)
    while await stores.library.empty_some(100):
        pass
    assert await shelf_of(stores, await own(stores), Shelf.UPLOADS) == ["first"]


async def test_what_items_are_found_by_is_made_where_it_is_missing(stores: Stores) -> None:
    for number in range(3):
        await stores.uploads.add(upload(f"i{number}", title=f"Straße {number}"))
    library = await own(stores)
    assert await found(stores, library, "strasse") == []
    await Upkeep(stores.library).sweep()
    assert await found(stores, library, "strasse 1") == ["i1"]
    assert await stores.library.unfolded(9) == []


async def test_upkeep_deletes_what_was_let_go_of(stores: Stores, library: int) -> None:
    await stores.marks.put([library], 1, ("image", "first"), tags=[Tag("x", "x")])
    await stores.accounts.unlink(1)
    await Upkeep(stores.library).sweep()
    assert await stores.library.empty_some(1) == 0


@pytest.mark.parametrize("saved", [saved for saved in SAVED if saved.stem < "revision_0008"], ids=lambda one: one.stem)
async def test_uploads_and_accounts_of_an_earlier_release_get_their_libraries(url, path, saved):
    path.parent.mkdir()
    with raw(path) as connection:
        connection.executescript(saved.read_text())
        later = timedelta(days=1) // timedelta(microseconds=1)
        connection.execute(
            "INSERT INTO anonymous_uploads SELECT discord_id, 'newer', deletehash, NULL, mime_type, width, height,"
            f" size, 'A Dog', description, uploaded_at + {later} FROM anonymous_uploads"
        )
    async with open_database(url) as database:
        stores = Stores.of(database, KEYRING)
        assert await stores.library.library(9) is not None
        library = await own(stores)
        assert await shelf_of(stores, library, Shelf.UPLOADS) == ["newer", "abc1234"]
        await Upkeep(stores.library).sweep()
        assert await found(stores, library, "dog") == ["newer"]
        item = await stores.library.get(library, ("image", "abc1234"))
        assert item is not None
        assert item.extra == {"link": "https://i.imgur.com/abc1234.png"}
        await stores.uploads.update(1, "abc1234", title="a bird", description=None)
        assert await shelf_of(stores, library, Shelf.UPLOADS) == ["newer", "abc1234"]
