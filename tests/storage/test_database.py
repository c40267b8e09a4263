from __future__ import annotations

import asyncio
import contextlib
import logging
import stat
import sys
from pathlib import Path

import pytest
from sqlalchemy import delete, text
from sqlalchemy.exc import IntegrityError

from storage import Stores
from storage.database import Database, open_database
from storage.errors import AddressError, DatabaseUnavailableError
from storage.models import AttemptStatus
from storage.tables import housekeeping
from tests.databases import on_sqlite
from tests.storage.factories import NOW, account, bring_to, cells, raw, upload

INSERT = text("INSERT INTO command_syncs VALUES (:id, :digest)")
ROOT = Path(__file__).parents[2]


async def insert_sync(
    database: Database, number: int, digest: str = "half", then: type[BaseException] | None = None
) -> None:
    async with database.write() as transaction:
        await transaction.execute(INSERT, {"id": number, "digest": digest})
        if then:
            raise then


# --- opening -----------------------------------------------------------------------------------------------------


async def test_the_folder_and_the_files_are_their_owners_only(url, keyring, path):
    async with open_database(url) as database:
        await Stores.of(database, keyring).syncs.set(1, "digest")

        modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
    assert modes == {"bot.db": 0o600, "bot.db-wal": 0o600, "bot.db-shm": 0o600}
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


async def test_a_file_that_others_could_read_is_closed_to_them(path, url):
    path.parent.mkdir()
    path.touch(mode=0o644)

    async with open_database(url):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


@on_sqlite
@pytest.mark.parametrize(
    ("pragma", "value"),
    [("journal_mode", "wal"), ("foreign_keys", 1), ("secure_delete", 1), ("synchronous", 1), ("busy_timeout", 5000)],
)
async def test_every_connection_is_set_up(database, pragma, value):
    async with database.read() as one, database.read() as two, database.write() as three:
        for connection in (one, two, three):
            assert (await connection.execute(text(f"PRAGMA {pragma}"))).scalar() == value


async def test_what_was_written_is_there_after_closing(url, keyring):
    async with open_database(url) as database:
        await Stores.of(database, keyring).syncs.set(1, "digest")

    async with open_database(url) as database:
        assert await Stores.of(database, keyring).syncs.get(1) == "digest"


async def test_a_relative_address_is_below_the_working_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    async with open_database("sqlite:///data/bot.db") as database:
        monkeypatch.chdir("/")
        await database.ping()

    assert (tmp_path / "data" / "bot.db").exists()


async def test_an_error_of_the_body_passes_and_the_files_are_closed(url, path):
    with pytest.raises(ZeroDivisionError):
        async with open_database(url):
            raise ZeroDivisionError

    assert [file.name for file in path.parent.iterdir()] == ["bot.db"]


def a_folder(path: Path) -> str:
    path.mkdir(parents=True)
    return str(path)


def below_a_file(path: Path) -> str:
    path.parent.touch()
    return str(path)


def in_a_read_only_folder(path: Path) -> str:
    return "/proc/data/bot.db"


def garbage(path: Path) -> str:
    path.parent.mkdir()
    path.write_bytes(b"this has never been a database" * 1000)
    return str(path)


@pytest.mark.parametrize("make", [a_folder, below_a_file, in_a_read_only_folder, garbage])
async def test_what_cannot_be_opened_is_told(path, make):
    with pytest.raises(DatabaseUnavailableError, match=r"cannot be used: .+"):
        async with open_database(f"sqlite:///{make(path)}"):
            pass


@pytest.mark.parametrize("address", ["sqlite:///", "mysql://localhost/bot", "bot.db"])
async def test_an_address_of_another_kind_is_refused(address):
    with pytest.raises(AddressError, match="sqlite:///PATH"):
        async with open_database(address):
            pass


# --- while running -----------------------------------------------------------------------------------------------


async def test_a_healthy_database_answers(database):
    await database.ping()


async def test_a_file_damaged_meanwhile_is_told(database, path):
    await database.settle()
    path.write_bytes(b"\xff" * path.stat().st_size)

    async with database.read() as first:  # takes the open connection, which may still know the pages
        await first.execute(text("SELECT 1"))
        with pytest.raises(DatabaseUnavailableError):
            await database.ping()


async def test_a_lock_of_another_program_is_told_and_passes(path, url, keyring):
    async with open_database(url, busy_timeout=0.05) as database:
        stores = Stores.of(database, keyring)
        with raw(path) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(DatabaseUnavailableError, match="locked"):
                await stores.syncs.set(1, "digest")
            assert await stores.syncs.get(1) is None
            other.execute("ROLLBACK")
        await stores.syncs.set(1, "digest")

        assert await stores.syncs.get(1) == "digest"


async def test_writes_that_wait_behind_a_locked_one_have_waited_as_long(path, url):
    """Thirty at once are told after one wait, not after thirty; the next one tries for itself."""

    async def write(database):
        async with database.write() as transaction:
            await transaction.execute(text("DELETE FROM command_syncs"))

    async with open_database(url, busy_timeout=0.2) as database:
        with raw(path) as other:
            other.execute("BEGIN IMMEDIATE")
            async with asyncio.timeout(4):
                told = await asyncio.gather(*(write(database) for _ in range(30)), return_exceptions=True)
            assert {(type(error), "locked" in str(error)) for error in told} == {(DatabaseUnavailableError, True)}
            other.execute("ROLLBACK")
        await write(database)


async def test_opening_what_another_program_holds_is_told(path, url):
    path.parent.mkdir()
    with raw(path) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(DatabaseUnavailableError, match="locked"):
            async with open_database(url, busy_timeout=0.05):
                pass


async def test_a_full_disk_is_told_and_leaves_no_half_write(database, path):
    async def fill() -> None:
        async with database.write() as transaction:
            await transaction.execute(text("PRAGMA max_page_count = 1"))
            for number in (1, 2):
                await transaction.execute(INSERT, {"id": number, "digest": "x" * number**20})

    with pytest.raises(DatabaseUnavailableError, match="full"):
        await fill()

    assert cells(path, "command_syncs") == []


async def test_a_fault_of_ours_passes_without_the_values(database):
    await insert_sync(database, 1, "secret")

    with pytest.raises(IntegrityError) as caught:
        await insert_sync(database, 1, "secret")

    assert "secret" not in str(caught.value)


async def test_too_much_at_once_is_told(url):
    async with open_database(url, busy_timeout=0.05) as database, contextlib.AsyncExitStack() as stack:
        for _ in range(15):
            await stack.enter_async_context(database.read())
        with pytest.raises(DatabaseUnavailableError, match="QueuePool limit"):
            await stack.enter_async_context(database.read())


async def test_reading_sees_one_state_and_does_not_wait_for_a_write(database, stores):
    query = text("SELECT count(*) FROM command_syncs")
    async with database.read() as reader:
        assert (await reader.execute(query)).scalar() == 0
        async with database.write() as writer:
            await writer.execute(INSERT, {"id": 1, "digest": "half"})
            assert (await reader.execute(query)).scalar() == 0
        assert (await reader.execute(query)).scalar() == 0
    assert await stores.syncs.get(1) == "half"


async def test_asking_sees_what_is_written_at_the_moment_of_each_statement(database, url):
    query = text("SELECT count(*) FROM command_syncs")
    async with database.write() as writer:
        await writer.execute(INSERT, {"id": 1, "digest": "half"})
        assert (await database.execute(query)).scalar() == 0
    assert (await database.execute(query)).scalar() == 1
    with pytest.raises(TypeError, match="write"):
        await database.execute(delete(housekeeping))


async def test_writes_of_many_tasks_in_two_processes_all_land(stores, other_stores, url):
    await asyncio.gather(
        *(store.uploads.add(upload(f"{n}{store is stores}")) for n in range(20) for store in (stores, other_stores))
    )

    assert len(cells(url, "anonymous_uploads")) == 40


# --- whole or not at all -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("error", [ZeroDivisionError, KeyboardInterrupt, asyncio.CancelledError])
async def test_whatever_ends_the_body_undoes_the_write(database, url, error):
    with pytest.raises(error):
        await insert_sync(database, 1, then=error)

    assert cells(url, "command_syncs") == []
    await insert_sync(database, 2)
    assert [row["application_id"] for row in cells(url, "command_syncs")] == [2]


class CancelAt(logging.Handler):
    """Cancels a task when the driver begins or ends its n-th operation, the only moments at which it can be met."""

    def __init__(self, countdown: int, times: int) -> None:
        super().__init__(logging.DEBUG)
        self.countdown, self.times = countdown, times
        self.loop = asyncio.get_running_loop()
        self.task: asyncio.Task[None] | None = None

    def emit(self, record: logging.LogRecord) -> None:
        self.countdown -= 1
        if self.countdown <= 0 and self.times and self.task:
            self.times -= 1
            self.loop.call_soon_threadsafe(self.task.cancel)


@contextlib.contextmanager
def listening(handler: logging.Handler):
    driver = logging.getLogger("aiosqlite")
    before, propagate = driver.level, driver.propagate
    driver.addHandler(handler)
    driver.setLevel(logging.DEBUG)
    driver.propagate = False
    try:
        yield
    finally:
        driver.removeHandler(handler)
        driver.setLevel(before)
        driver.propagate = propagate


async def test_a_statement_with_its_rows_is_one_step_of_the_driver(database, path, caplog):
    async with database.read():
        pass  # a connection is there from now on
    with caplog.at_level(logging.DEBUG, "aiosqlite"):
        async with database.read() as transaction:
            found = await transaction.execute(text("SELECT 1 UNION ALL SELECT 2"))

    assert found.scalars().all() == [1, 2]
    steps = [record for record in caplog.records if record.msg.startswith("executing")]
    assert len(steps) == 3, "to begin, the statement, to end"


async def write_two(database: Database) -> None:
    async with database.write() as transaction:
        await transaction.execute(INSERT, {"id": 1, "digest": "half"})
        transaction.leaves_traces()
        await transaction.execute(INSERT, {"id": 2, "digest": "half"})


async def disturbed_write(database: Database, path: Path, handler: CancelAt) -> tuple[bool, int]:
    """Write two rows while `handler` disturbs; whether that was cancelled, and how many rows are there."""
    with listening(handler):
        handler.task = asyncio.create_task(write_two(database))
        await asyncio.wait({handler.task})
    rows = len(cells(path, "command_syncs"))
    with raw(path) as other:  # fails at once if a transaction were left open
        other.execute("BEGIN IMMEDIATE")
        other.execute("DELETE FROM command_syncs")
        other.execute("COMMIT")
    return handler.task.cancelled(), rows


@pytest.mark.parametrize("times", [1, 2, 3])
async def test_a_write_cancelled_at_any_moment_is_whole_and_leaves_nothing_open(url, path, times):
    outcomes = set()
    async with open_database(url, busy_timeout=0.2) as database:
        for moment in range(1, 200):
            handler = CancelAt(moment, times)
            outcomes.add(await disturbed_write(database, path, handler))
            if handler.countdown > 0:
                break

    assert handler.countdown > 0, "the write was never left alone"
    assert {(True, 0), (False, 2)} <= outcomes <= {(True, 0), (True, 2), (False, 2)}


@pytest.mark.parametrize("moment", range(1, 17))
async def test_a_write_cancelled_while_it_connects_is_whole_and_leaves_nothing_open(url, path, moment):
    async with open_database(url, busy_timeout=0.2) as database, database.read():  # the open connection is taken
        assert await disturbed_write(database, path, CancelAt(moment, 2)) == (True, 0)
        assert await disturbed_write(database, path, CancelAt(1, 0)) == (False, 2)


async def test_a_cancelled_completion_can_be_done_again(stores, path):
    for moment in range(1, 200, 4):
        name = str(moment)
        await bring_to(stores, AttemptStatus.PROVED, name, moment, account(moment))
        handler = CancelAt(moment, 1)
        with listening(handler):
            handler.task = asyncio.create_task(stores.attempts.complete(name, now=NOW))
            await asyncio.wait({handler.task})
        status = (await stores.attempts.by_id(name)).status
        linked = await stores.accounts.linked(moment)

        assert (status, linked is not None) in {(AttemptStatus.PROVED, False), (AttemptStatus.DONE, True)}
        if status is AttemptStatus.PROVED:
            assert await stores.attempts.complete(name, now=NOW)
        if handler.countdown > 0:
            return
    pytest.fail("the completion was never left alone")


HALF_WRITE = """
import asyncio, sys
from sqlalchemy import text
from storage.database import Database, open_database

async def main():
    async with open_database(sys.argv[1]) as database, database.write() as transaction:
        await transaction.execute(text("INSERT INTO command_syncs VALUES (1, 'half')"))
        print("half", flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""


async def test_a_killed_process_leaves_no_half_write_and_no_lock(url):
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", HALF_WRITE, url, cwd=ROOT, env={"PYTHONPATH": str(ROOT)}, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    assert await process.stdout.readline() == b"half\n"
    process.kill()
    await process.communicate()

    async with open_database(url, busy_timeout=0) as database:
        await insert_sync(database, 2)
    assert [row["application_id"] for row in cells(url, "command_syncs")] == [2]


@on_sqlite
async def test_whoever_still_asks_at_the_end_has_an_answer_and_nobody_asks_after_it(url):
    """A connection that is opened after the end would stay open."""
    async with open_database(url) as database:
        asked = [asyncio.ensure_future(database.ping()) for _ in range(20)]
        await asyncio.sleep(0)
    late = [asyncio.ensure_future(database.ping())]
    told = await asyncio.gather(*asked, *late, return_exceptions=True)
    assert {type(one) for one in told} <= {type(None), DatabaseUnavailableError}
    assert isinstance(told[-1], DatabaseUnavailableError)
