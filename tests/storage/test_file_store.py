"""From which file which picture was made, on both databases."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from storage import Stores
from storage.database import Database
from storage.files import MOST
from storage.models import UploadedFile
from storage.sealing import Keyring, new_key
from tests.storage.factories import NOW, account, cells, link, upload

FILE, OTHER = "0a" * 32, "0b" * 32


def made(image_id: str = "abc1234", discord_id: int = 1, **changes: Any) -> UploadedFile:
    return UploadedFile(discord_id, image_id, **{"account_id": 9, "uploaded_at": NOW, **changes})


async def same(stores: Stores, discord_id: int = 1, account_id: int | None = 9, file: str = FILE) -> list[str]:
    return [found.image_id for found in await stores.files.same(discord_id, account_id, file)]


async def test_the_same_file_is_known_by_its_user_in_its_account_alone(stores: Stores) -> None:
    await stores.files.note(made(), FILE)
    await stores.files.note(made("other"), OTHER)
    await stores.files.note(made("nobody", account_id=None), FILE)
    await stores.files.note(made("former", account_id=8), FILE)
    await stores.files.note(made("bobs", discord_id=2), FILE)
    assert await stores.files.same(1, 9, FILE) == [made()]
    assert await same(stores, account_id=None) == ["nobody"]
    assert await same(stores, discord_id=2) == ["bobs"]
    assert await same(stores, file="0c" * 32) == []


async def test_of_several_the_newest_come_first_and_not_all(stores: Stores) -> None:
    for number in range(MOST + 2):
        await stores.files.note(made(f"image{number}", uploaded_at=NOW + timedelta(hours=number)), FILE)
    assert await same(stores) == [f"image{number}" for number in range(MOST + 1, 1, -1)]


async def test_it_may_be_told_twice(stores: Stores) -> None:
    """The answer to the first write was lost."""
    await stores.files.note(made(), FILE)
    await stores.files.note(made(), FILE)
    assert await same(stores) == ["abc1234"]


async def test_what_is_stored_says_nothing_about_the_file_and_is_another_for_each_user(
    stores: Stores, url: str
) -> None:
    await stores.files.note(made(), FILE)
    await stores.files.note(made(discord_id=2), FILE)
    first, second = [bytes(row["digest"]) for row in cells(url, "uploaded_files")]
    assert first != second
    assert bytes.fromhex(FILE) not in first + second


async def test_a_key_that_is_to_go_still_knows_files(database: Database) -> None:
    old, new = new_key(), new_key()
    await Stores.of(database, Keyring({"old": old})).files.note(made(), FILE)
    assert await same(Stores.of(database, Keyring({"new": new, "old": old}))) == ["abc1234"]
    assert await same(Stores.of(database, Keyring({"new": new}))) == []


@pytest.mark.parametrize("account_id", [9, None])
async def test_it_goes_with_the_picture(stores: Stores, account_id: int | None) -> None:
    await stores.uploads.add(upload())
    await stores.files.note(made(account_id=account_id), FILE)
    await stores.files.note(made(discord_id=2, account_id=account_id), FILE)
    await stores.uploads.remove(1, "abc1234")
    assert await same(stores, account_id=account_id) == []
    assert await same(stores, 2, account_id) == ["abc1234"]
    await stores.files.forget(2, "abc1234")
    assert await same(stores, 2, account_id) == []


async def test_an_unlink_takes_that_accounts_along_and_no_others(stores: Stores) -> None:
    await link(stores, 1, account(9))
    await link(stores, 2, account(9), "second")
    for file in (made(), made("nobody", account_id=None), made(discord_id=2)):
        await stores.files.note(file, FILE)
    await stores.accounts.unlink(1)
    assert await same(stores) == []
    assert await same(stores, account_id=None) == ["nobody"]
    assert await same(stores, 2) == ["abc1234"]


async def test_so_does_another_account_in_the_place_of_the_first(stores: Stores) -> None:
    await link(stores, 1, account(9))
    await stores.files.note(made(), FILE)
    await link(stores, 1, account(8), "second")
    assert await same(stores) == []


async def test_a_copy_takes_its_pictures_place(stores: Stores) -> None:
    await stores.files.note(made(account_id=None), FILE)
    await stores.files.note(made("bobs", discord_id=2, account_id=None), FILE)
    await stores.files.bring_along(1, "abc1234", "copy123", 9)
    await stores.files.bring_along(1, "abc1234", "copy123", 9)
    assert await stores.files.same(1, 9, FILE) == [made("copy123")]
    assert await same(stores, account_id=None) == []
    assert await same(stores, 2, None) == ["bobs"]


async def test_who_had_everything_erased_is_not_named_by_what_ends_later(stores: Stores) -> None:
    await stores.files.note(made(), FILE)
    await stores.leaving.erase(1, NOW)
    assert await same(stores) == []
    await stores.files.note(made(), FILE, since=NOW - timedelta(seconds=1))
    assert await same(stores) == []
    await stores.files.note(made(), FILE, since=_after(NOW))
    assert await same(stores) == ["abc1234"]


def _after(moment: datetime) -> datetime:
    return moment + timedelta(seconds=1)
