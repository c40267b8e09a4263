"""Who has everything erased is named by no row of any table, out of the schema itself; others notice nothing."""

from __future__ import annotations

import asyncio
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import BigInteger, Column, MetaData, Table, insert, select

from storage import Stores
from storage.database import Database, open_database
from storage.errors import ErasedMeanwhileError
from storage.library_tables import items
from storage.models import Allowance, Floor, Grant, JobState, Take, account_subject
from storage.persons import named, owner_column
from storage.sealing import NO_KEY, Keyring
from storage.tables import credit_users, credits_left, data_keys, erasures, metadata
from tests.storage.everybody import concerned, fill
from tests.storage.factories import NOW, account, bytes_of, dump, link, upload
from tests.storage.test_held import everything

ALICE, BOB = 1_111_111_111_111_111_111, 2_222_222_222_222_222_222
OURS = 77_777


async def swept(stores: Stores) -> None:
    """As it is a few seconds later, when what was let go of is emptied."""
    while await stores.library.empty_some(500):
        pass


async def keys(database: Database) -> dict[int, bytes]:
    return {row.id: row.key for row in await database.execute(select(data_keys))}


async def keys_of(database: Database, discord_id: int) -> set[int]:
    """The data keys that rows of a user name."""
    found: set[int] = set()
    for table in concerned():
        own = owner_column(table)
        for column in table.c:
            if column.name.endswith("_key_id") and own is not None:
                rows = await database.execute(select(column).where(own == discord_id, column.is_not(None)))
                found.update(rows.scalars())
    return found


async def test_no_row_of_any_table_names_who_had_everything_erased(
    url: str, database: Database, stores: Stores
) -> None:
    """Two users share an account: the other one notices nothing."""
    await fill(database, ALICE, OURS)
    await fill(database, BOB, OURS, has_account=True)
    before, hers, his = await everything(stores, BOB), await keys_of(database, ALICE), await keys_of(database, BOB)
    assert len(hers) > 2
    assert any(str(ALICE) in line for line in dump(url))

    await stores.leaving.erase(ALICE, NOW)
    await swept(stores)

    assert [line for line in dump(url) if str(ALICE) in line] == []
    assert await everything(stores, ALICE) == {}
    assert await everything(stores, BOB) == before
    kept = await keys(database)
    assert {kept[one] for one in hers} == {NO_KEY}
    assert NO_KEY not in {kept[one] for one in his}


async def test_the_last_one_of_an_account_takes_it_along(url: str, database: Database, stores: Stores) -> None:
    await link(stores, ALICE, account(OURS))
    scope = f"uploads of account:{OURS}"
    window = {"number": 1, "limit": 1, "remaining": 1, "begun_at": NOW, "resets_at": NOW, "was_told": True, "users": 1}
    async with database.write() as transaction:
        await transaction.execute(insert(credits_left).values(scope=scope, **window))
        await transaction.execute(insert(credit_users).values(scope=scope, number=1, user_id=-1, used=3))
    await stores.leaving.erase(ALICE, NOW)
    await swept(stores)
    assert [line for line in dump(url) if str(OURS) in line or f"imgurian-{OURS}" in line] == []


async def test_what_goes_on_for_a_shared_account_passes_to_the_other(stores: Stores) -> None:
    await link(stores, ALICE, account(OURS))
    await link(stores, BOB, account(OURS), "second")
    passed = await stores.jobs.begin("sync", ALICE, NOW, account_id=OURS, subject=account_subject(OURS))
    own = await stores.jobs.begin("bulk-delete", ALICE, NOW, steps=[{"items": []}])
    assert passed
    assert own
    await stores.leaving.erase(ALICE, NOW)
    assert [job.id for job in await stores.jobs.of_user(BOB)] == [passed.id]
    assert (await stores.jobs.of_user(BOB))[0].state is JobState.OPEN
    assert not await stores.jobs.of_user(ALICE)
    found = await stores.accounts.linked(BOB)
    assert found is not None
    assert found.refresh_token == f"refresh-of-{OURS}"


async def test_what_was_hidden_in_a_shared_account_stays_hidden_for_the_other(
    database: Database, stores: Stores
) -> None:
    await link(stores, ALICE, account(OURS))
    await link(stores, BOB, account(OURS), "second")
    row = {"animated": False, "width": 1, "height": 1, "size": 1, "nsfw": False, "favorite": False, "extra": {}}
    there = row | {"library_id": await stores.library.library(OURS), "kind": "image", "item_id": "ours"}
    async with database.write() as transaction:
        await transaction.execute(insert(items).values(there))
    for image_id in ("ours", "hers"):
        await stores.uploads.hide(ALICE, image_id)
    await stores.leaving.erase(ALICE, NOW)
    assert await stores.uploads.hidden(["ours", "hers"]) == {"ours"}
    await stores.leaving.erase(BOB, NOW)
    assert not await stores.uploads.hidden(["ours", "hers"])


async def test_a_job_at_work_can_record_nothing_any_more(stores: Stores) -> None:
    begun = await stores.jobs.begin("bulk-delete", ALICE, NOW, steps=[{"items": []}])
    assert begun
    job = await stores.jobs.claim(["bulk-delete"], NOW)
    assert job
    await stores.leaving.erase(ALICE, NOW)
    assert await stores.jobs.steps(begun.id) == []
    assert not await stores.jobs.renew(job)
    assert not await stores.jobs.end(job, NOW, JobState.ENDED, ("Done", ""))


async def test_what_was_begun_before_brings_no_row_back_and_what_comes_after_does(
    url: str, database: Database, stores: Stores
) -> None:
    await stores.uploads.add(upload("abc1234", ALICE))
    await stores.leaving.erase(ALICE, NOW)
    with pytest.raises(ErasedMeanwhileError):
        await stores.uploads.add(upload("def5678", ALICE), since=NOW - timedelta(minutes=5))
    await stores.uploads.hide(ALICE, "def5678", since=NOW - timedelta(minutes=5))
    await swept(stores)
    assert [line for line in dump(url) if str(ALICE) in line] == []
    await stores.uploads.add(upload("ghi9012", ALICE), since=NOW + timedelta(seconds=1))
    await stores.uploads.add(upload("jkl3456", BOB), since=NOW - timedelta(minutes=5))
    assert await stores.uploads.count(ALICE) == await stores.uploads.count(BOB) == 1


async def test_what_is_sent_all_the_same_is_counted_for_nobody_and_an_hour_later_for_its_user(
    url: str, stores: Stores
) -> None:
    await stores.leaving.erase(ALICE, NOW)
    takes = [Take(Allowance("application", 500, 86_400))]
    grant = await stores.ledger.reserve(ALICE, takes, lambda *_: Floor(), NOW + timedelta(minutes=20))
    assert isinstance(grant, Grant)
    assert [line for line in dump(url) if str(ALICE) in line] == []
    await stores.ledger.give_back(grant)
    await stores.ledger.reserve(ALICE, takes, lambda *_: Floor(), NOW + timedelta(minutes=61))
    assert [line for line in dump(url) if str(ALICE) in line]


async def test_an_upload_and_an_erasure_at_once_leave_nothing_of_the_upload(
    url: str, database: Database, other_database: Database, keyring: Keyring
) -> None:
    """In two processes, as one ends where the other begins."""
    ours, theirs = Stores.of(database, keyring), Stores.of(other_database, keyring)
    now = datetime.now(UTC)
    for number in range(5):
        added, _ = await asyncio.gather(
            theirs.uploads.add(upload(f"pic{number}", ALICE), since=now),
            ours.leaving.erase(ALICE, now + timedelta(seconds=1)),
            return_exceptions=True,
        )
        assert added is None or isinstance(added, ErasedMeanwhileError)
        assert await ours.uploads.count(ALICE) == 0


async def test_the_record_of_an_erasure_names_nobody_and_is_kept_for_an_hour(
    database: Database, stores: Stores
) -> None:
    await stores.leaving.erase(ALICE, NOW)
    await stores.leaving.erase(ALICE, NOW + timedelta(minutes=1))
    assert len((await database.execute(select(erasures))).all()) == 1
    await stores.leaving.erase(BOB, NOW + timedelta(minutes=2))
    rows = (await database.execute(select(erasures))).all()
    assert not any(str(user).encode() in row.digest for user in (ALICE, BOB) for row in rows)
    await stores.leaving.sweep(NOW + timedelta(minutes=61))
    assert len((await database.execute(select(erasures))).all()) == 2
    await stores.leaving.sweep(NOW + timedelta(minutes=62))
    assert (await database.execute(select(erasures.c.at))).scalars().all() == [NOW + timedelta(minutes=2)]


async def test_who_had_everything_erased_does_not_come_back_with_an_older_copy(
    url: str, path: Path, tmp_path: Path, keyring: Keyring
) -> None:
    copy = tmp_path / "copy.db"
    async with open_database(url) as database:
        await fill(database, ALICE, OURS)
        await fill(database, BOB, 88_888)
    shutil.copy(path, copy)
    async with open_database(url) as database:
        await (await Stores.opened(database, keyring, NOW)).leaving.erase(ALICE, NOW)
    shutil.copy(copy, path)
    async with open_database(url) as database:
        stores = await Stores.opened(database, keyring, NOW)
        await swept(stores)
        assert await named(database) == {BOB}
        assert [line for line in dump(url) if str(ALICE) in line] == []


async def test_nothing_secret_of_who_left_is_in_the_files(url: str, path: Path, keyring: Keyring) -> None:
    async with open_database(url) as database:
        stores = await Stores.opened(database, keyring, NOW)
        await link(stores, ALICE, account(OURS))
        await stores.uploads.add(upload("abc1234", ALICE, title="a title of hers"))
        held = [key for key in (await keys(database)).values() if key != NO_KEY]
        await stores.leaving.erase(ALICE, NOW)
        assert stores.leaving.settled()
        assert held
        assert not any(key in bytes_of(path) for key in held)
        await swept(stores)
        await database.settle()
        assert b"a title of hers" not in bytes_of(path)


def test_a_row_of_somebody_else_stays_where_it_only_names_the_user() -> None:
    """As who takes down what another has shared."""
    table = Table("shared", MetaData(), Column("by_user_id", BigInteger), Column("discord_id", BigInteger))
    owner = owner_column(table)
    assert owner is not None
    assert owner.name == "discord_id"
    assert owner_column(metadata.tables["data_keys"]) is None
