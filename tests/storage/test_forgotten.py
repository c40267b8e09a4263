"""A copy of the database that is put back does not bring back who has left since."""

from __future__ import annotations

import asyncio
import resource
import shutil
import signal
import stat
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from storage import Stores
from storage.database import open_database
from storage.errors import DatabaseUnavailableError
from storage.models import AttemptStatus
from storage.sealing import Keyring, new_key
from tests.storage.factories import NOW, account, bring_to, bytes_of, cells, link, upload
from tests.storage.saved.make import KEYRING
from tests.storage.test_erasure import refresh

ROOT = Path(__file__).parents[2]

KILLED = """
import asyncio, os, signal, sys
from sqlalchemy import Engine, event
from storage import Stores
from storage.database import open_database
from tests.storage.factories import NOW
from tests.storage.saved.make import KEYRING

async def main(url, act):
    async with open_database(url) as database:
        stores = Stores.of(database, KEYRING)
        event.listen(Engine, "commit", lambda _: os.kill(os.getpid(), signal.SIGKILL))
        await (stores.attempts.complete("another", now=NOW) if act == "replace" else stores.accounts.unlink(4))

asyncio.run(main(*sys.argv[1:]))
"""


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Where copies of the database's file go, as an operator's backup."""
    return tmp_path / "copy.db"


@pytest.fixture
def record(path: Path) -> Path:
    return path.with_name("bot.db.forgotten")


@asynccontextmanager
async def opened(url: str, keyring: Keyring) -> AsyncIterator[Stores]:
    """As at a start of the bot."""
    async with open_database(url) as database:
        yield await Stores.opened(database, keyring, datetime.now(UTC))


async def fill(url: str, keyring: Keyring) -> None:
    """Four users, two of one account, and two uploads."""
    async with opened(url, keyring) as stores:
        for discord_id, account_id in ((1, 9), (2, 9), (3, 8), (4, 7)):
            await link(stores, discord_id, account(account_id), f"attempt {discord_id}")
        await stores.uploads.add(upload("abc1234", 1))
        await stores.uploads.add(upload("def5678", 2))


async def linked(stores: Stores) -> dict[int, int]:
    found = {discord_id: await stores.accounts.linked(discord_id) for discord_id in range(1, 6)}
    return {discord_id: one.account_id for discord_id, one in found.items() if one}


async def test_who_left_after_a_copy_was_made_is_gone_from_it_once_it_is_put_back(url, path, copy, keyring, caplog):
    await fill(url, keyring)
    shutil.copy(path, copy)
    keys = [row["key"] for row in cells(path, "data_keys") if any(row["key"])]
    async with opened(url, keyring) as stores:
        await refresh(stores)
        await stores.accounts.unlink(1)  # the other one stays
        await stores.accounts.unlink(3)
        await link(stores, 4, account(6), "another")  # instead of the seventh
        await stores.uploads.remove(1, "abc1234")
        await link(stores, 5, account(5), "new")
    assert all(key in copy.read_bytes() for key in keys)

    shutil.copy(copy, path)
    async with opened(url, keyring) as stores:
        assert await linked(stores) == {2: 9}
        assert await stores.accounts.get(8) is await stores.accounts.get(7) is None
        assert await stores.uploads.count(1) == 0
        assert await stores.uploads.page(2, offset=0, limit=9) == [upload("def5678", 2)]
    assert sum(key in bytes_of(path) for key in keys) == 2
    assert "an older copy of the database was put back: 4 links and uploads are erased once more" in caplog.text

    caplog.clear()
    async with opened(url, keyring) as stores:
        assert await linked(stores) == {2: 9}
    assert "put back" not in caplog.text


async def test_who_came_back_before_the_copy_was_made_stays(url, path, copy, keyring):
    await fill(url, keyring)
    async with opened(url, keyring) as stores:
        await stores.accounts.unlink(1)
        await stores.accounts.unlink(3)
        await link(stores, 1, account(9), "again")
        await link(stores, 3, account(8), "again too")
    shutil.copy(path, copy)
    async with opened(url, keyring) as stores:
        await stores.accounts.unlink(4)

    shutil.copy(copy, path)
    async with opened(url, keyring) as stores:
        assert await linked(stores) == {1: 9, 2: 9, 3: 8}


async def test_the_same_copy_may_be_put_back_twice_and_another_of_that_time_after_it(url, path, copy, keyring):
    await fill(url, keyring)
    shutil.copy(path, copy)
    for leaving in (1, 3):
        async with opened(url, keyring) as stores:
            await stores.accounts.unlink(leaving)
        shutil.copy(copy, path)
    async with opened(url, keyring) as stores:
        assert await linked(stores) == {2: 9, 4: 7}


async def test_the_key_that_was_the_first_when_somebody_left_need_not_be_so_any_more(url, path, copy, keyring):
    old = new_key()
    await fill(url, Keyring({"old": old}))
    shutil.copy(path, copy)
    async with opened(url, Keyring({"old": old})) as stores:
        await stores.accounts.unlink(1)
    shutil.copy(copy, path)
    async with opened(url, Keyring({"new": new_key(), "old": old})) as stores:
        assert await linked(stores) == {2: 9, 3: 8, 4: 7}


async def test_the_record_is_its_owners_only_and_names_nobody(url, path, record, keyring):
    await fill(url, keyring)
    assert not record.exists()
    async with opened(url, keyring) as stores:
        await stores.accounts.unlink(1)
        await stores.uploads.remove(2, "def5678")
        await stores.uploads.remove(2, "def5678")

    assert stat.S_IMODE(record.stat().st_mode) == 0o600
    content = record.read_bytes()
    assert len(content) == 64
    assert not set(keyring_free_digests()) & {content[:32], content[32:]}


def keyring_free_digests() -> list[bytes]:
    """What somebody without TOKEN_KEYS could try."""
    stranger = Keyring({"guessed": new_key()})
    return [digest for key_id in range(20) for digest in stranger.digests(f"link/1/9/{key_id}")]


async def test_an_erasure_whose_process_was_killed_before_the_commit_is_made_up_for(url, path, record, keyring):
    await fill(url, keyring)
    key_id = next(row["data_key_id"] for row in cells(path, "imgur_accounts") if row["account_id"] == 8)
    record.write_bytes(keyring.digests(f"link/3/8/{key_id}")[0])

    async with opened(url, keyring) as stores:
        assert await linked(stores) == {1: 9, 2: 9, 4: 7}


@contextmanager
def full_disk(room: int) -> Iterator[None]:
    """No file becomes larger than so many bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("act", ["replace", "unlink", "remove"])
async def test_what_could_not_be_erased_stays_after_a_restart(url, path, record, keyring, act):
    await fill(url, keyring)
    async with opened(url, keyring) as stores:
        await bring_to(stores, AttemptStatus.PROVED, "another", 4, account(6))
    async with opened(url, keyring) as stores:
        in_part = path.with_name("bot.db-wal").stat().st_size + 4096
        with full_disk(in_part), pytest.raises(DatabaseUnavailableError):
            await {
                "replace": lambda: stores.attempts.complete("another", now=NOW),
                "unlink": lambda: stores.accounts.unlink(4),
                "remove": lambda: stores.uploads.remove(1, "abc1234"),
            }[act]()
        assert len(record.read_bytes()) == 32
    async with opened(url, keyring) as stores:
        assert await linked(stores) == {1: 9, 2: 9, 3: 8, 4: 7}
        assert await stores.uploads.count(1) == 1
        await stores.accounts.unlink(3)
    async with opened(url, keyring) as stores:
        assert await linked(stores) == {1: 9, 2: 9, 4: 7}


@pytest.mark.parametrize(("act", "left"), [("replace", {4: 7}), ("unlink", {})])
async def test_who_is_killed_at_the_commit_has_replaced_nothing_but_still_leaves(url, path, record, act, left):
    await fill(url, KEYRING)
    async with opened(url, KEYRING) as stores:
        await bring_to(stores, AttemptStatus.PROVED, "another", 4, account(6))
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", KILLED, url, act, cwd=ROOT)

    assert await process.wait() == -signal.SIGKILL

    assert len(record.read_bytes()) == 32
    async with opened(url, KEYRING) as stores:
        assert await linked(stores) == {1: 9, 2: 9, 3: 8} | left
        assert await stores.attempts.complete("another", now=NOW) if left else True
    async with opened(url, KEYRING) as stores:
        assert await linked(stores) == {1: 9, 2: 9, 3: 8} | ({4: 6} if left else {})


async def test_what_has_no_room_on_record_is_there_not_even_in_part(url, path, record, keyring, caplog):
    await fill(url, keyring)
    size = 32 * 32_000
    with record.open("wb") as file:
        file.truncate(size)
    async with opened(url, keyring) as stores:
        with full_disk(size + 20):
            await stores.accounts.unlink(1)
    assert record.stat().st_size == size
    assert "could not be put on record" in caplog.text


@pytest.mark.parametrize("gone", ["lost", "a folder"])
async def test_leaving_does_not_depend_on_the_record(url, path, record, keyring, gone, caplog):
    await fill(url, keyring)
    async with opened(url, keyring) as stores:
        await stores.accounts.unlink(1)
    record.unlink()
    if gone == "a folder":
        record.mkdir()
    async with open_database(url) as database:
        stores = Stores.of(database, keyring)
        assert await stores.accounts.unlink(3)
        assert not database.has_traces
    if gone == "a folder":
        async with opened(url, keyring) as stores:
            assert await linked(stores) == {2: 9, 4: 7}
        assert "could not be put on record" in caplog.text
        record.rmdir()
    async with opened(url, keyring) as stores:
        assert await linked(stores) == {2: 9, 4: 7}
        await stores.accounts.unlink(2)
    async with opened(url, keyring) as stores:
        assert await linked(stores) == {4: 7}


async def test_a_record_of_another_database_takes_nobody_out(url, path, record, keyring):
    await fill(url, keyring)
    record.write_bytes(bytes(range(256)))
    async with opened(url, keyring) as stores:
        assert len(await linked(stores)) == 4
        assert {"name": "recorded", "value": 256} in cells(path, "housekeeping")
