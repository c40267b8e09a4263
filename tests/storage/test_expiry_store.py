"""Which pictures are to be deleted by themselves, on both databases."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest

from storage import Stores
from storage.database import Database
from storage.models import Awaited, Expiry
from storage.sealing import Keyring, new_key
from tests.databases import rows
from tests.storage.factories import NOW, account, cells, link, upload

HOUR = timedelta(hours=1)
KIND = "expiry"


def expiry(image_id: str = "abc1234", discord_id: int = 1, due_at: datetime = NOW, **changes: Any) -> Expiry:
    return Expiry(discord_id, image_id, due_at, **{"account_id": 9, **changes})


async def dates(stores: Stores, *image_ids: str, discord_id: int = 1) -> dict[str, datetime]:
    found = await stores.uploads.expiring(discord_id, image_ids)
    return {image_id: one.due_at for image_id, one in found.items()}


@pytest.fixture
async def handed_out(database: Database, stores: Stores) -> None:
    """A row whose claim is long over: whoever held it was killed."""
    await stores.uploads.expire(expiry())
    assert await stores.expiries.claim(1, NOW)


async def test_a_date_comes_back_as_it_was_noted_and_a_later_one_takes_its_place(stores: Stores) -> None:
    await stores.uploads.expire(expiry(deletehash="the-handle"))
    await stores.uploads.expire(expiry("other", due_at=NOW + HOUR))
    await stores.uploads.expire(expiry(due_at=NOW + 2 * HOUR))
    assert await stores.uploads.expiring(1, ["abc1234", "never"]) == {"abc1234": expiry(due_at=NOW + 2 * HOUR)}
    assert await dates(stores, "other") == {"other": NOW + HOUR}
    assert await stores.uploads.expiring(1, []) == {}
    assert await dates(stores, "abc1234", discord_id=2) == {}


async def test_an_anonymous_upload_and_its_date_are_one_write(stores: Stores) -> None:
    await stores.uploads.add(upload(), due_at=NOW + HOUR)
    await stores.uploads.add(upload("kept"))
    assert await stores.uploads.expiring(1, ["abc1234", "kept"]) == {
        "abc1234": expiry(account_id=None, due_at=NOW + HOUR)
    }


async def test_it_is_told_once_that_the_database_has_taken_an_upload(stores: Stores) -> None:
    """The answer to the first write was lost; its user has taken the date back meanwhile."""
    await stores.uploads.add(upload(), due_at=NOW + HOUR)
    assert await stores.expiries.keep(1, "abc1234")
    await stores.uploads.add(upload(), due_at=NOW + HOUR)
    assert await dates(stores, "abc1234") == {}


@pytest.mark.parametrize("account_id", [None, 9])
async def test_the_date_of_what_is_removed_goes(stores: Stores, account_id: int | None) -> None:
    await stores.uploads.expire(expiry(account_id=account_id, deletehash="the-handle"))
    await stores.uploads.expire(expiry("other"))
    await stores.uploads.expire(expiry(discord_id=2))
    await stores.uploads.remove(1, "abc1234")
    assert await dates(stores, "abc1234", "other") == {"other": NOW}
    assert await dates(stores, "abc1234", discord_id=2) == {"abc1234": NOW}


async def test_a_deletehash_is_given_to_who_deletes_alone_and_is_sealed(stores: Stores, url: str) -> None:
    await stores.uploads.expire(expiry(deletehash="the-handle"))
    [row] = cells(url, "expiries")
    assert b"the-handle" not in bytes(row["deletehash"])
    claimed = await stores.expiries.claim(1, NOW)
    assert claimed is not None
    assert claimed.deletehash == "the-handle"
    assert "the-handle" not in repr(claimed)
    [shown] = (await stores.uploads.expiring(1, ["abc1234"])).values()
    assert shown.deletehash is None


async def test_a_lost_key_keeps_nothing_from_being_deleted(stores: Stores, database: Database) -> None:
    await stores.uploads.expire(expiry(deletehash="the-handle"))
    others = Stores.of(database, Keyring({"other": new_key()}))
    claimed = await others.expiries.claim(1, NOW)
    assert claimed is not None
    assert claimed.deletehash is None


async def test_what_is_due_is_claimed_the_oldest_first_and_each_by_one(stores: Stores, other_stores: Stores) -> None:
    await stores.uploads.expire(expiry("later", due_at=NOW + HOUR))
    await stores.uploads.expire(expiry("second", due_at=NOW - HOUR))
    await stores.uploads.expire(expiry("first", due_at=NOW - 2 * HOUR))
    await stores.uploads.expire(expiry("others", discord_id=2))
    first, second = await stores.expiries.claim(1, NOW), await other_stores.expiries.claim(1, NOW)
    assert first is not None
    assert second is not None
    assert [first.image_id, second.image_id] == ["first", "second"]
    assert first.claim
    assert await stores.expiries.claim(1, NOW) is None


async def test_of_many_at_once_one_claims_it(stores: Stores, other_stores: Stores) -> None:
    await stores.uploads.expire(expiry())
    both = [stores.expiries.claim(1, NOW), other_stores.expiries.claim(1, NOW)]
    assert sum(one is not None for one in await asyncio.gather(*both)) == 1


@pytest.mark.usefixtures("handed_out")
async def test_a_claim_whose_process_was_killed_ends_by_itself(stores: Stores, url: str) -> None:
    assert await stores.expiries.claim(1, NOW) is None
    rows(url, "UPDATE expiries SET claimed_until = 0")
    assert await stores.expiries.claim(1, NOW)


async def test_what_could_not_be_deleted_waits_and_only_its_holder_says_so(stores: Stores) -> None:
    await stores.uploads.expire(expiry())
    claimed = await stores.expiries.claim(1, NOW)
    assert claimed is not None
    assert not await stores.expiries.release(expiry(claim="another"), NOW, failures=7)
    assert await stores.expiries.release(claimed, NOW + HOUR, failures=1)
    assert await stores.expiries.claim(1, NOW + HOUR - timedelta(microseconds=1)) is None
    again = await stores.expiries.claim(1, NOW + HOUR)
    assert again is not None
    assert (again.failures, again.due_at) == (1, NOW)


@pytest.mark.usefixtures("handed_out")
async def test_what_is_being_deleted_can_be_neither_kept_nor_moved(stores: Stores, url: str) -> None:
    assert not await stores.expiries.keep(1, "abc1234")
    assert not await stores.expiries.move_to(1, "abc1234", NOW + HOUR)
    assert await dates(stores, "abc1234") == {"abc1234": NOW}
    rows(url, "UPDATE expiries SET claimed_until = 0")
    assert await stores.expiries.move_to(1, "abc1234", NOW + HOUR)
    assert await stores.expiries.keep(1, "abc1234")
    assert await dates(stores, "abc1234") == {}


async def test_a_moved_date_is_tried_then_as_if_for_the_first_time(stores: Stores) -> None:
    await stores.uploads.expire(expiry())
    claimed = await stores.expiries.claim(1, NOW)
    assert claimed is not None
    await stores.expiries.release(claimed, NOW + 9 * HOUR, failures=3)
    assert await stores.expiries.move_to(1, "abc1234", NOW + HOUR)
    again = await stores.expiries.claim(1, NOW + HOUR)
    assert again is not None
    assert (again.failures, again.due_at) == (0, NOW + HOUR)


async def test_nobody_keeps_or_moves_anothers(stores: Stores) -> None:
    await stores.uploads.expire(expiry())
    assert await stores.expiries.keep(2, "abc1234")  # for them there is none
    assert not await stores.expiries.move_to(2, "abc1234", NOW + HOUR)
    assert await stores.expiries.hurry(2, NOW, 9) == []
    assert await stores.expiries.claim(2, NOW + HOUR, "abc1234") is None
    await stores.expiries.erase(2)
    assert await dates(stores, "abc1234") == {"abc1234": NOW}


async def test_users_are_due_once_and_not_while_a_job_of_theirs_is_open(stores: Stores) -> None:
    for user, image_id, due_at in ((1, "a", NOW), (1, "b", NOW), (2, "c", NOW), (3, "d", NOW + HOUR)):
        await stores.uploads.expire(expiry(image_id, user, due_at))
    assert sorted(await stores.expiries.users_due(NOW, KIND, limit=9)) == [1, 2]
    assert len(await stores.expiries.users_due(NOW, KIND, limit=1)) == 1
    await stores.jobs.begin(KIND, 1, NOW, subject="expiry:1")
    assert await stores.expiries.users_due(NOW, KIND, limit=9) == [2]
    assert await stores.expiries.claim(2, NOW)
    assert await stores.expiries.users_due(NOW, KIND, limit=9) == []


async def test_what_is_awaited_is_counted(stores: Stores) -> None:
    assert await stores.expiries.awaited(1) == Awaited(0, None, 0)
    await stores.uploads.expire(expiry("a", due_at=NOW + HOUR))
    await stores.uploads.expire(expiry("b", account_id=None))
    claimed = await stores.expiries.claim(1, NOW)
    assert claimed is not None
    await stores.expiries.release(claimed, NOW + HOUR, failures=1)
    assert await stores.expiries.awaited(1) == Awaited(2, NOW, 1)
    assert await stores.expiries.awaited(1, 9) == Awaited(1, NOW + HOUR, 0)


async def test_an_accounts_pictures_can_be_due_at_once(stores: Stores) -> None:
    for image_id, account_id in (("a", 9), ("b", 9), ("other", 8), ("nobody", None)):
        await stores.uploads.expire(expiry(image_id, due_at=NOW + HOUR, account_id=account_id))
    await stores.uploads.expire(expiry("stranger", 2, NOW + HOUR, account_id=9))
    assert sorted(await stores.expiries.hurry(1, NOW, 9)) == ["a", "b"]
    assert await dates(stores, "a", "b", "other", "nobody") == {
        "a": NOW,
        "b": NOW,
        "other": NOW + HOUR,
        "nobody": NOW + HOUR,
    }
    assert sorted(await stores.expiries.hurry(1, NOW)) == ["a", "b", "nobody", "other"]
    assert await dates(stores, "stranger", discord_id=2) == {"stranger": NOW + HOUR}


async def test_one_that_is_due_can_be_claimed_though_it_was_to_be_tried_later(
    stores: Stores, other_stores: Stores
) -> None:
    for image_id, due_at in (("first", NOW - HOUR), ("due", NOW), ("later", NOW + HOUR)):
        await stores.uploads.expire(expiry(image_id, due_at=due_at))
    assert await stores.expiries.claim(1, NOW, "later") is None
    claimed = await stores.expiries.claim(1, NOW, "due")
    assert claimed is not None
    assert claimed.image_id == "due"
    assert await other_stores.expiries.claim(1, NOW, "due") is None
    await stores.expiries.release(claimed, NOW + HOUR, failures=1)
    again = await other_stores.expiries.claim(1, NOW, "due")
    assert again is not None
    assert again.failures == 1


async def test_an_unlink_takes_the_dates_of_that_accounts_pictures_along(stores: Stores) -> None:
    """They are kept, as nothing could delete them; those without an account have their deletehashes."""
    await link(stores, 1, account(9))
    for image_id, account_id in (("mine", 9), ("former", 8), ("nobody", None)):
        await stores.uploads.expire(expiry(image_id, account_id=account_id, deletehash="the-handle"))
    await stores.accounts.unlink(1)
    assert sorted(await dates(stores, "mine", "former", "nobody")) == ["former", "nobody"]


async def test_another_account_in_the_place_of_the_first_leaves_its_dates(stores: Stores) -> None:
    await link(stores, 1, account(9))
    await stores.uploads.expire(expiry(deletehash="the-handle"))
    await link(stores, 1, account(8), "second")
    assert await dates(stores, "abc1234") == {"abc1234": NOW}


async def test_what_a_user_has_is_erased(stores: Stores, url: str) -> None:
    await stores.uploads.expire(expiry(deletehash="the-handle"))
    await stores.uploads.expire(expiry("nobody", account_id=None))
    await stores.uploads.expire(expiry(discord_id=2))
    await stores.expiries.erase(1)
    assert [row["discord_id"] for row in cells(url, "expiries")] == [2]
    assert not any(bytes(row["key"]).strip(b"\0") for row in cells(url, "data_keys"))
