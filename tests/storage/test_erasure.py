"""Nothing erased stays readable, with TOKEN_KEYS in hand: in SQLite's files. PostgreSQL's have tests of their own."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import sys
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import pytest
from sqlalchemy import select

from storage import Stores
from storage.database import DUE, ERASURE, RECORDED, open_database
from storage.errors import KeyMissingError, SealBrokenError
from storage.housekeeping import LATEST, Housekeeper
from storage.keys import add_key, erase_keys
from storage.linking import account_context
from storage.models import AttemptStatus, Shelf, Tag
from storage.resealing import seal_anew
from storage.sealing import NO_KEY, Keyring, new_key
from storage.tables import EPOCH, TICK, data_keys
from tests.storage.factories import CODE, NOW, account, bring_to, bytes_of, cells, link, raw, upload
from tests.storage.saved.make import KEYRING
from tests.storage.shelving import item
from tests.storage.test_database import listening

ROOT = Path(__file__).parents[2]

TOKENS = ("imgur_accounts", "access_token", "refresh_token")
ATTEMPT = ("link_attempts", "origin", "code", "access_token", "refresh_token")


async def refresh(stores: Stores, discord_id: int = 1) -> None:
    found = await stores.accounts.linked(discord_id)
    assert found
    assert await stores.accounts.refreshed(found)


class Erasure(NamedTuple):
    """An act, where its attempt stands before (None: there is an upload instead), and what it erases."""

    act: Callable[[Stores], Awaitable[Any]]
    status: AttemptStatus | None
    columns: tuple[str, ...]
    plain: tuple[bytes, ...] = ()
    keys: int = 1


ERASURES = {
    "unlink": Erasure(lambda s: s.accounts.unlink(1), AttemptStatus.DONE, TOKENS, (b"imgurian-9",)),
    "unlink under way": Erasure(lambda s: s.accounts.unlink(1), AttemptStatus.PROVED, ATTEMPT, (b"imgurian-9",), 2),
    "refresh": Erasure(refresh, AttemptStatus.DONE, TOKENS),
    "replaced": Erasure(lambda s: link(s, 1, account(8), "second"), AttemptStatus.DONE, TOKENS, (b"imgurian-9",)),
    "linked anew": Erasure(lambda s: link(s, 1, account(9), "second"), AttemptStatus.DONE, TOKENS),
    "complete": Erasure(
        lambda s: s.attempts.complete("first", now=NOW), AttemptStatus.PROVED, ATTEMPT, (b"discordian-1",), 2
    ),
    "void": Erasure(lambda s: s.attempts.void("first"), AttemptStatus.PROVED, ATTEMPT, (b"discordian-1",), 2),
    "moved": Erasure(lambda s: s.attempts.set_origin("first", "elsewhere"), AttemptStatus.PROVED, ATTEMPT[:2]),
    "expiry": Erasure(
        lambda s: s.attempts.sweep(NOW.replace(minute=30)), AttemptStatus.PROVED, ATTEMPT, (b"discordian-1",), 2
    ),
    "forgotten": Erasure(
        lambda s: s.attempts.sweep(NOW.replace(hour=23)), AttemptStatus.VOID, ("link_attempts", "nonce_hash"), keys=0
    ),
    "upload removed": Erasure(
        lambda s: s.uploads.remove(1, "abc1234"), None, ("anonymous_uploads", "deletehash"), (b"a cat",)
    ),
    "upload renamed": Erasure(
        lambda s: s.uploads.update(1, "abc1234", title="new", description=None),
        None,
        ("anonymous_uploads",),
        (b"a cat",),
        0,
    ),
}


def due(path: Path) -> list[dict[str, Any]]:
    """What is to be done in a quiet hour."""
    return [row for row in cells(path, "housekeeping") if row["name"] not in {RECORDED, ERASURE}]


def keys_of(path: Path) -> set[bytes]:
    """The data keys that are not erased."""
    return {row["key"] for row in cells(path, "data_keys")} - {NO_KEY}


async def before(stores: Stores, path: Path, erasure: Erasure) -> tuple[list[bytes], set[bytes]]:
    """Bring the database to where the erasure acts; what must be gone after it, and the keys that there are."""
    if erasure.status:
        await bring_to(stores, erasure.status)
    else:
        await stores.uploads.add(upload())
    table, *columns = erasure.columns
    doomed = [row[column] for row in cells(path, table) for column in columns] + list(erasure.plain)
    assert doomed
    files = bytes_of(path)
    assert all(secret in files for secret in doomed)
    return doomed, keys_of(path)


@pytest.mark.parametrize("name", ERASURES)
async def test_what_is_erased_is_gone_from_all_files(stores, database, path, name):
    doomed, keys = await before(stores, path, ERASURES[name])

    await ERASURES[name].act(stores)

    erased = keys - keys_of(path)
    assert len(erased) == ERASURES[name].keys
    assert not database.has_traces
    files = b"".join(file.read_bytes() for file in path.parent.iterdir())
    assert [secret for secret in [*doomed, *erased] if secret in files] == []
    assert all(key in files for key in keys - erased)


async def test_nothing_in_the_files_opens_a_token_that_somebody_copied_before_it_was_erased(stores, path, keyring):
    await link(stores)
    copied = cells(path, "imgur_accounts")[0]["access_token"]
    await stores.accounts.unlink(1)

    files, place = bytes_of(path), account_context("access_token", 9)
    candidates = {files[offset : offset + 32] for offset in range(len(files) - 31)}
    assert len(candidates) > 1000
    for candidate in candidates:
        with pytest.raises(SealBrokenError):
            keyring.open(copied, place, candidate)


class Statements(logging.Handler):
    """How often the driver ran something with this word in it."""

    def __init__(self, word: str) -> None:
        super().__init__(logging.DEBUG)
        self.word, self.count = word, 0

    def emit(self, record: logging.LogRecord) -> None:
        message = record.getMessage()
        self.count += message.startswith("executing") and self.word in message


@pytest.mark.parametrize("name", ERASURES)
async def test_no_erasure_writes_the_database_anew(stores, path, name):
    await before(stores, path, ERASURES[name])

    vacuums, checkpoints = Statements("VACUUM"), Statements("wal_checkpoint")
    with listening(vacuums), listening(checkpoints):
        await ERASURES[name].act(stores)

    assert (vacuums.count, checkpoints.count >= 1) == (0, True)


# --- while somebody reads ----------------------------------------------------------------------------------------


@contextlib.contextmanager
def reading(path: Path):
    """Another process that reads, as an export or a backup does."""
    with raw(path) as other:
        other.execute("BEGIN")
        other.execute("SELECT * FROM links").fetchall()
        yield other


@contextlib.contextmanager
def somebody_there(path: Path):
    """Another process with the file open, idle: SQLite does not tidy up by itself when the last one leaves."""
    with raw(path) as other:
        other.execute("SELECT * FROM links").fetchall()
        yield other


@pytest.mark.parametrize("then", ["next write", "housekeeping", "closing", "kill"])
async def test_what_is_erased_while_somebody_reads_is_gone_once_they_have_left(url, path, keyring, then):
    copy = path.parent / "copy" / "bot.db"
    async with contextlib.AsyncExitStack() as stack:
        async with open_database(url) as database:
            stores = Stores.of(database, keyring)
            doomed, keys = await before(stores, path, ERASURES["unlink"])
            stack.enter_context(somebody_there(path))
            with reading(path):
                assert stores.accounts.settled()
                assert await stores.accounts.unlink(1)
                assert not stores.accounts.settled()
                assert any(key in bytes_of(path) for key in keys)
                await Housekeeper(database).tick(NOW)
                await stores.syncs.set(2, "another write")
                assert not stores.accounts.settled()
                copy.parent.mkdir()
                for file in path.parent.glob("bot.db*"):
                    (copy.parent / file.name).write_bytes(file.read_bytes())
            if then == "next write":
                await stores.syncs.set(1, "digest")
            if then == "housekeeping":
                await Housekeeper(database).tick(NOW)
            if then in {"next write", "housekeeping"}:
                assert stores.accounts.settled()
                assert [secret for secret in [*doomed, *keys] if secret in bytes_of(path)] == []
        if then == "kill":
            stack.enter_context(somebody_there(copy))
            await stack.enter_async_context(open_database(f"sqlite:///{copy}"))
            assert [secret for secret in [*doomed, *keys] if secret in bytes_of(copy)] == []
        assert [secret for secret in [*doomed, *keys] if secret in bytes_of(path)] == []


async def test_what_a_process_could_not_settle_is_settled_by_another_that_lives_on(
    stores, other_stores, database, other_database, path
):
    doomed, keys = await before(stores, path, ERASURES["unlink"])
    housekeeper = Housekeeper(database)
    await housekeeper.tick(NOW)
    with reading(path):
        assert await other_stores.accounts.unlink(1)  # and is killed, as far as anybody sees
        await housekeeper.tick(NOW)
        assert database.has_traces
        assert any(key in bytes_of(path) for key in keys)

    await housekeeper.tick(NOW)

    assert [secret for secret in [*doomed, *keys] if secret in bytes_of(path)] == []
    assert not database.has_traces
    assert other_database.has_traces


async def test_writes_do_not_wait_for_the_reader_that_keeps_an_erasure_from_ending(stores, path):
    await link(stores)
    with reading(path):
        await stores.accounts.unlink(1)
        began = time.monotonic()
        for number in range(20):
            await stores.syncs.set(number, "digest")
        took = time.monotonic() - began
    assert took < 20 * 0.25, "each write waited as long as the erasure did"


async def test_an_erasure_stands_when_the_file_is_locked_meanwhile(stores, database, path):
    await link(stores)
    with reading(path) as other:
        assert await stores.accounts.unlink(1)
        other.execute("ROLLBACK")
        other.execute("BEGIN IMMEDIATE")
        await database.settle(0.01)
        assert database.has_traces
    assert await stores.accounts.linked(1) is None
    await database.settle()
    assert not database.has_traces


async def test_what_was_known_of_a_library_is_gone_from_all_files_once_it_is_emptied(stores, path):
    await link(stores)
    library = await stores.library.library(9)
    private = [b"our wedding", b"an old friend", b"#nobody", b"their address"]
    for number in range(60):
        shown = item(f"wedding{number}", title="our wedding", description="an old friend")
        await stores.library.put_front(library, Shelf.IMAGES, [shown])
    key = ("image", "wedding7")
    await stores.marks.put([library], 1, key, note=("their address", "their address"))
    assert b"their address" in bytes_of(path)
    await stores.marks.put([library], 1, key, note=(None, ""))
    assert b"their address" not in bytes_of(path)
    await stores.marks.put([library], 1, key, tags=[Tag("#nobody", "nobody")])

    await stores.library.remove(library, [("image", "wedding3")])
    await stores.accounts.unlink(1)
    while await stores.library.empty_some(500):
        pass

    files = bytes_of(path)
    assert [words for words in private if words in files] == []


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
async def test_who_links_another_account_and_the_first_one_again_begins_anew_each_time(stores):
    seen = []
    key = ("image", "same")
    for number, owner in enumerate((9, 8, 9)):
        await link(stores, 1, account(owner), f"attempt {number}")
        library = await stores.library.library(owner)
        assert library not in seen
        seen.append(library)
        assert await stores.library.count(library, Shelf.IMAGES) == 0
        await stores.library.put_front(library, Shelf.IMAGES, [item("same", title="a title")])
        assert await stores.library.marks_of([library], 1, [key]) == {}
        await stores.marks.put([library], 1, key, note=("a note", "a note"))
        if number == 1:
            await stores.accounts.unlink(1)


# --- data keys ---------------------------------------------------------------------------------------------------


async def test_of_many_keys_erased_in_no_order_none_is_left(database, path):
    """Across pages, with others added meanwhile and the database written anew in between."""
    random = Random(5)
    keys: list[Any] = []
    gone: list[bytes] = []
    for round_ in range(4):
        async with database.write() as transaction:
            keys += [await add_key(transaction) for _ in range(130)]
        async with database.write() as transaction:
            doomed = random.sample(keys, 60)
            await erase_keys(transaction, [key.id for key in doomed])
        keys = [key for key in keys if key not in doomed]
        gone += [key.key for key in doomed]
        if round_ == 2:
            assert await database.scrub(patient=False)
            await database.settle()
        files = bytes_of(path)
        assert [key for key in gone if key in files] == []
        assert all(key.key in files for key in keys)


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
async def test_an_id_of_a_data_key_is_never_used_again(database):
    """Nor does an erased row go, whose id SQLite alone would give once more."""
    async with database.write() as transaction:
        newest = await add_key(transaction)
        await erase_keys(transaction, [newest.id, None])
    async with database.write() as transaction:
        following = await add_key(transaction)
    async with database.read() as transaction:
        found = {row.id: row.key for row in await transaction.execute(select(data_keys))}

    assert following.id > newest.id
    assert found == {newest.id: NO_KEY, following.id: following.key}


async def test_even_if_a_row_of_the_keys_were_deleted_its_id_would_not_be_used_again(database, path):
    async with database.write() as transaction:
        newest = await add_key(transaction)
    with raw(path) as connection:
        connection.execute("DELETE FROM data_keys")
    async with database.write() as transaction:
        assert (await add_key(transaction)).id > newest.id


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
async def test_a_refresh_puts_a_new_key_in_the_place_of_the_old_one(stores, url):
    await link(stores)
    await refresh(stores)
    first = [row for row in cells(url, "data_keys") if row["key"] != NO_KEY]
    await refresh(stores)
    second = [row for row in cells(url, "data_keys") if row["key"] != NO_KEY]

    assert [row["id"] for row in first] == [row["id"] for row in second]
    assert first != second
    assert (await stores.accounts.linked(1)).access_token == "access-of-9"


@pytest.mark.parametrize("engine", ["sqlite", "postgres"])
async def test_a_key_that_still_seals_something_is_not_erased(stores, url):
    """Two users of one account: the tokens stay until the second one leaves."""
    await link(stores, 1)
    await link(stores, 2, name="second")
    await stores.uploads.add(upload())
    await stores.accounts.unlink(1)
    assert (await stores.accounts.linked(2)).access_token == "access-of-9"

    await stores.accounts.unlink(2)

    assert sum(row["key"] != NO_KEY for row in cells(url, "data_keys")) == 1
    assert await stores.uploads.page(1, offset=0, limit=9) == [upload()]


# --- copies in gaps ----------------------------------------------------------------------------------------------


def churn(path: Path, rounds: int, random: Random) -> list[bytes]:
    """Add and delete rows in no order, as SQLite alone does it, until copies of deleted ones are left in the file."""
    kept: list[str] = []
    gone: list[bytes] = []
    row = "INSERT INTO anonymous_uploads VALUES (2, ?, X'00', NULL, NULL, 0, 0, 0, ?, NULL, 0, NULL)"
    with raw(path) as connection:
        connection.execute("PRAGMA secure_delete = ON")
        for _ in range(rounds):
            connection.execute("BEGIN")
            for _ in range(1000):
                if kept and random.random() < 0.5:
                    gone.append(kept.pop(random.randrange(len(kept))).encode())
                    connection.execute("DELETE FROM anonymous_uploads WHERE image_id = ?", (gone[-1].decode(),))
                else:
                    kept.append(f"<{random.getrandbits(64):016x}>")
                    connection.execute(row, (kept[-1], kept[-1] * random.randint(1, 60)))
            connection.execute("COMMIT")
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            files = bytes_of(path)
            if left := [secret for secret in gone if secret in files]:
                return left
    return []


async def test_copies_that_sqlite_left_in_gaps_of_pages_go_within_a_day_whatever_happens(url, path, keyring):
    now = datetime.now(UTC)
    async with open_database(url) as database:
        stores = Stores.of(database, keyring)
        await stores.uploads.add(upload())
        left = churn(path, 60, Random(4))
        assert left, "SQLite leaves nothing behind any more: writing the database anew may go"
        await stores.uploads.remove(1, "abc1234")
        await Housekeeper(database).tick(now)
        assert any(secret in bytes_of(path) for secret in left)

    async with open_database(url) as database:  # that it is due survives a restart
        await Housekeeper(database).tick(now + LATEST + timedelta(seconds=9))

        files = bytes_of(path)
        assert [secret for secret in left if secret in files] == []
        assert not database.has_traces
        assert due(path) == []


@pytest.mark.parametrize(
    ("due_for", "idle_for", "done"),
    [
        (timedelta(minutes=50), timedelta(hours=1), False),
        (timedelta(hours=2), timedelta(minutes=4), True),
        (timedelta(hours=2), timedelta(minutes=2), False),
        (timedelta(hours=14), timedelta(minutes=2), True),
        (timedelta(hours=22), timedelta(seconds=0), False),
        (timedelta(hours=22), timedelta(seconds=30), True),
        (timedelta(hours=23), timedelta(seconds=0), True),
    ],
    ids=str,
)
async def test_the_database_is_written_anew_when_nobody_writes_the_longer_due_the_sooner(
    stores, database, path, due_for, idle_for, done
):
    await stores.uploads.add(upload())
    await stores.uploads.remove(1, "abc1234")
    since = EPOCH + due(path)[0]["value"] * TICK
    for file in path.parent.iterdir():
        os.utime(file, (time.time() - idle_for.total_seconds(),) * 2)

    await Housekeeper(database).tick(since + due_for)

    assert due(path) == ([] if done else [{"name": DUE, "value": (since - EPOCH) // TICK}])


async def test_what_a_clock_that_was_ahead_has_noted_is_done_within_a_day_all_the_same(stores, database, path):
    await stores.uploads.add(upload())
    await stores.uploads.remove(1, "abc1234")
    now = datetime.now(UTC)
    with raw(path) as other:
        ahead = (now + timedelta(days=365) - EPOCH) // TICK
        other.execute("UPDATE housekeeping SET value = ? WHERE name = 'scrub'", (ahead,))

    await Housekeeper(database).tick(now)
    assert due(path) == [{"name": DUE, "value": (now - EPOCH) // TICK}]
    await Housekeeper(database).tick(now + LATEST)

    assert due(path) == []


async def test_a_clock_that_was_ahead_at_one_writing_anew_puts_off_no_other(stores, database, path):
    housekeeper, now = Housekeeper(database), datetime.now(UTC)
    for image_id, when in (("abc1234", now + timedelta(days=365)), ("def5678", now + LATEST + timedelta(minutes=1))):
        await stores.uploads.add(upload(image_id))
        await stores.uploads.remove(1, image_id)
        await housekeeper.tick(when)

        assert due(path) == []


async def test_what_is_erased_while_the_database_is_written_anew_is_due_once_more(stores, other_stores, database, path):
    for image_id in ("abc1234", "def5678"):
        await stores.uploads.add(upload(image_id))
    await stores.uploads.remove(1, "abc1234")

    with raw(path) as other:  # begun by a process that was killed at it
        other.execute("UPDATE housekeeping SET name = 'scrubbing', value = 5 WHERE name = 'scrub'")
    await other_stores.uploads.remove(1, "def5678")
    assert {row["name"] for row in due(path)} == {"scrub", "scrubbing"}
    await Housekeeper(database).tick(datetime.now(UTC))

    assert due(path) == []


def fill(path: Path, rows: int) -> None:
    row = "INSERT INTO anonymous_uploads VALUES (2, ?, X'00', NULL, NULL, 0, 0, 0, ?, NULL, 0, NULL)"
    with raw(path) as connection:
        connection.execute("BEGIN")
        connection.executemany(row, ((f"image{number}", "x" * 400) for number in range(rows)))
        connection.execute("COMMIT")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


async def test_whoever_wants_to_write_ends_the_writing_anew_that_is_not_late(stores, database, path):
    fill(path, 30_000)
    for _ in range(20):
        scrubbing = asyncio.create_task(database.scrub(patient=True))
        await asyncio.sleep(0.02)
        await stores.syncs.set(1, "digest")
        if not await scrubbing:
            break
    else:
        pytest.fail("nobody was let through")
    assert await stores.syncs.get(1) == "digest"
    assert await database.scrub(patient=True)
    assert [file.name for file in path.parent.iterdir() if not file.name.startswith("bot.db")] == []


async def test_whoever_wants_to_write_waits_for_one_that_is_late(stores, database, path):
    fill(path, 20_000)
    scrubbing = asyncio.create_task(database.scrub(patient=False))
    await asyncio.sleep(0.01)
    await stores.syncs.set(1, "digest")
    assert await scrubbing


async def test_reading_goes_on_while_the_database_is_written_anew(stores, database, path):
    fill(path, 30_000)
    scrubbing = asyncio.create_task(database.scrub(patient=False))
    reads = 0
    while not scrubbing.done():
        assert await stores.uploads.count(1) == 0
        reads += 1
    assert await scrubbing
    assert reads > 3


async def test_its_memory_does_not_grow_with_the_database(path, url):
    """What it needs is on disk, beside the database: a container's /tmp may be memory."""
    async with open_database(url):
        pass
    fill(path, 60_000)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", SCRUB, url, cwd=ROOT, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    said, faults = await process.communicate()
    assert faults == b""
    grown, folders = said.decode().split(" ", 1)
    assert path.stat().st_size > 25_000_000
    assert int(grown) < 12_000_000
    assert folders.strip() == str({str(path.parent)})


SCRUB = """
import asyncio, os, resource, sys
from pathlib import Path
from storage.database import DUE, RECORDED, open_database

def opened():
    for link in Path("/proc/self/fd").iterdir():
        try:
            target = os.readlink(link)
        except OSError:
            continue
        if "etilqs" in target:
            yield os.path.dirname(target)

async def main():
    async with open_database(sys.argv[1]) as database:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        scrubbing = asyncio.create_task(database.scrub(patient=False))
        folders = set()
        while not scrubbing.done():
            folders.update(opened())
            await asyncio.sleep(0.005)
        assert await scrubbing
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        print(grown * 1024, folders)

asyncio.run(main())
"""


async def test_what_keeps_the_database_from_being_written_anew_is_logged_and_it_is_tried_again(
    url, path, keyring, caplog
):
    late = datetime.now(UTC) + LATEST + timedelta(hours=1)
    async with open_database(url, busy_timeout=0.01) as database:
        stores = Stores.of(database, keyring)
        await link(stores)
        await stores.accounts.unlink(1)
        housekeeper = Housekeeper(database)
        with raw(path) as other:
            other.execute("BEGIN IMMEDIATE")
            await housekeeper.tick(late)
            other.execute("ROLLBACK")
        assert "copies of erased titles and names may still be" in caplog.text
        await housekeeper.tick(late + timedelta(minutes=1))
        assert due(path), "not again at once: it may cost minutes"
        await housekeeper.tick(late + timedelta(minutes=6))
        assert due(path) == []


# --- what the release before sealed ------------------------------------------------------------------------------

SAVED = Path(__file__).with_name("saved")
OLD = {
    "imgur_accounts": ("access_token", "refresh_token"),
    "link_attempts": ("origin", "code", "access_token", "refresh_token"),
    "anonymous_uploads": ("deletehash",),
}


def blobs(path: Path) -> list[bytes]:
    return [
        row[column] for table, columns in OLD.items() for row in cells(path, table) for column in columns if row[column]
    ]


def before_data_keys(path: Path) -> list[bytes]:
    """A file as the release before left it, with a copy of each value in a gap; what it had sealed."""
    path.parent.mkdir()
    with raw(path) as connection:
        connection.executescript((SAVED / "revision_0003.sql").read_text())
        old = blobs(path)
        connection.execute("PRAGMA secure_delete = OFF")
        connection.execute("CREATE TABLE gap (copy)")
        connection.executemany("INSERT INTO gap VALUES (?)", [(b"<gap>" + blob,) for blob in old])
        connection.execute("DROP TABLE gap")
    assert all(b"<gap>" + blob in bytes_of(path) for blob in old)
    return old


@pytest.mark.parametrize("killed", [False, True], ids=["at once", "killed before the files were written anew"])
async def test_what_the_release_before_sealed_is_sealed_anew_and_no_copy_of_it_is_left(url, path, killed):
    old = before_data_keys(path)
    assert all(blob[0] == 1 for blob in old)
    async with open_database(url) as database:
        if killed:
            assert await seal_anew(database, KEYRING)
            assert any(blob in bytes_of(path) for blob in old)
            await Housekeeper(database).tick(datetime.now(UTC))
            stores = Stores.of(database, KEYRING)
        else:
            stores = await Stores.opened(database, KEYRING, datetime.now(UTC))

        assert len(blobs(path)) == len(old)
        assert all(blob[0] == 2 for blob in blobs(path))
        assert [blob for blob in old if blob in bytes_of(path)] == []
        assert not database.has_traces
        assert await stores.accounts.linked(1) == await stores.accounts.linked(2) is not None
        waiting = await stores.attempts.current(3)
        assert waiting
        assert (waiting.account, waiting.code, waiting.origin) == (account(8), CODE, "interaction-token")
        assert await stores.uploads.page(1, offset=0, limit=9) == [upload()]
        assert not await seal_anew(database, KEYRING), "once"


async def test_more_rows_than_fit_into_a_transaction_are_sealed_anew_also_after_a_kill(url, path):
    before_data_keys(path)
    with raw(path) as connection:
        connection.execute(
            "WITH RECURSIVE n(i) AS (SELECT 10 UNION ALL SELECT i + 1 FROM n WHERE i < 460)"
            " INSERT INTO anonymous_uploads"
            " SELECT i, u.image_id, u.deletehash, NULL, NULL, 1, 1, 1, NULL, NULL, 1 FROM n, anonymous_uploads u"
        )
    async with open_database(url) as database:
        seals = [row["deletehash"] for row in cells(path, "anonymous_uploads")]
        assert len(seals) == 452
        assert await seal_anew(database, KEYRING)
        found = cells(path, "anonymous_uploads")
        # A deletehash that was copied to another user's row does not open, and is left alone.
        assert [row["deletehash"][0] for row in found].count(2) == 1
        assert [row["data_key_id"] for row in found].count(None) == 451


async def test_what_was_sealed_with_a_key_that_is_lost_stays_as_it_is(url, path):
    old = before_data_keys(path)
    async with open_database(url) as database:
        stores = await Stores.opened(database, Keyring({"later": new_key()}), datetime.now(UTC))
        assert blobs(path) == old
        named = await stores.accounts.named(1)
        assert named
        assert named.username == "imgurian-9"
        with pytest.raises(KeyMissingError):
            await stores.accounts.linked(1)
        assert await stores.accounts.unlink(1)
        again = Stores.of(database, KEYRING)
        found = await again.accounts.linked(2)
        assert found
        assert found.access_token == "access-of-9", "the old form still opens"
        await refresh(again, 2)
        assert cells(path, "imgur_accounts")[0]["access_token"][0] == 2
