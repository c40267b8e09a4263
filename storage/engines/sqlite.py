"""What is particular to SQLite: the file, the settings of each connection, and how a transaction begins."""

from __future__ import annotations

import asyncio
import errno
import os
import sqlite3
import stat
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import sqlalchemy
from sqlalchemy import URL, Connection, Engine, Table, event
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import QueuePool
from sqlalchemy.util import await_only

from storage.engines import only_storable
from storage.engines.sqlite_driver import OneHopConnection
from storage.errors import AddressError, DatabaseUnavailableError, StorageError

PREFIX = "sqlite:///"
BEGIN = "begin"  # the execution option with the statement that begins a transaction; empty: none does
MOST_LOG = 2_000_000  # bytes of the write-ahead log, from which on it is emptied: who unlinks waits for what is left
MORE_LOG = 16_000_000  # bytes it may grow by where a reader is in the way, before that is tried again sooner
RELIEF_PATIENCE = 1.0  # seconds; a read that is not over by then is an export
RELIEF_PAUSE = 60.0  # seconds after which a reader that was in the way may have gone
WAL_PAUSE = 0.02  # seconds between tries
TEMP_STORE = "MEMORY"


class Sqlite:
    """The database file at `sqlite:///PATH`. A write begins IMMEDIATE, and is the only one."""

    one_writer = True
    erases_in_place = True

    def __init__(self, url: str, *, busy_timeout: float) -> None:
        if not url.startswith(PREFIX) or url == PREFIX:
            raise AddressError("the address of the database must be sqlite:///PATH")
        self._path = Path(url.removeprefix(PREFIX)).absolute()
        self._record = self._path.with_name(f"{self._path.name}.forgotten")
        self._log = self._path.with_name(f"{self._path.name}-wal")
        self._most_log, self._again_at = MOST_LOG, 0.0
        self._busy_timeout = busy_timeout
        self._scrubber: Any = None  # the driver's connection on which it goes on
        self._is_closed = False
        self._opened: tuple[int, int] | None = None  # which file on which device it was at the start
        self.reads = self._engine()
        self.asks = self.reads.execution_options(**{BEGIN: ""})
        self.writes = self.reads.execution_options(**{BEGIN: "BEGIN IMMEDIATE"})

    def prepare(self) -> None:
        """Make the file with its folder if need be, for its owner only."""
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            found = os.fstat(descriptor)
            if not stat.S_ISREG(found.st_mode):  # a device, whose rights are everybody's
                raise OSError(errno.EINVAL, "is no file", str(self._path))
            if found.st_uid == os.geteuid():
                os.fchmod(descriptor, 0o600)
            self._opened = found.st_dev, found.st_ino
        finally:
            os.close(descriptor)

    def insert(self, table: Table) -> sqlite.Insert:
        """SQLite's own."""
        return sqlite.insert(table)

    def lock(self, connection: Connection, subject: str, number: int) -> None:
        """Nothing: a write is alone."""

    def now(self, connection: Connection) -> datetime:  # noqa: ARG002 - a Protocol's
        """The clock of the machine that has the file."""
        return datetime.now(UTC)

    def look(self) -> None:
        """Raises OSError where somebody has deleted the file, or put another in its place."""
        await_only(asyncio.to_thread(self._check))

    def _check(self) -> None:
        """What is written to a file that has lost its name is lost, and the one in its place is not known yet."""
        if self._is_closed:
            raise OSError(errno.EBADF, "the database was closed")
        try:
            found = self._path.stat()
        except FileNotFoundError:
            raise FileNotFoundError(errno.ENOENT, "the database file is gone") from None
        if self._opened not in {None, (found.st_dev, found.st_ino)}:
            raise OSError(errno.ESTALE, "another file is in the place of the database; start the bot again")

    def _engine(self, *, foreign_keys: bool = True) -> Engine:
        """To a file that is there: SQLite makes none in its place."""
        return create_engine(self._path, busy_timeout=self._busy_timeout, foreign_keys=foreign_keys, before=self._check)

    @contextmanager
    def migrating(self) -> Iterator[Connection]:
        """Foreign keys are off meanwhile, because SQLite changes a table by making it anew; checked at the end."""
        engine = self._engine(foreign_keys=False)
        try:
            with engine.execution_options(**{BEGIN: "BEGIN IMMEDIATE"}).begin() as connection:
                yield connection
                if connection.exec_driver_sql("PRAGMA foreign_key_check").first():
                    raise StorageError("a migration left rows that point to nothing")
        finally:
            engine.dispose()

    def reason(self, error: BaseException) -> str | None:  # noqa: ARG002 - a Protocol's
        """Nothing besides what is common to all databases."""
        return None

    def settle(self, keys: Table, patience: float) -> bool:  # noqa: ARG002 - a Protocol's
        """Bring everything into the file and empty the write-ahead log. A reader shows in the answer alone."""
        with self._apart() as connection:
            connection.exec_driver_sql(f"PRAGMA busy_timeout = {round(patience * 1000)}")
            try:
                busy = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()[0]
            finally:
                connection.exec_driver_sql(f"PRAGMA busy_timeout = {round(self._busy_timeout * 1000)}")
        if busy == 0:
            self._most_log = MOST_LOG
        return bool(busy == 0)

    def has_much(self) -> bool:
        """Whether the write-ahead log has grown: where somebody always reads, SQLite never begins it anew by itself."""
        try:
            size = self._log.stat().st_size
        except OSError:
            return False
        return size >= self._most_log or (size >= MOST_LOG and time.monotonic() >= self._again_at)

    def relieve(self, keys: Table) -> None:
        """As `settle`; a reader that is in the way for long is not waited for again by each who writes."""
        if not self.settle(keys, RELIEF_PATIENCE):
            self._most_log = self._log.stat().st_size + MORE_LOG
            self._again_at = time.monotonic() + RELIEF_PAUSE

    def scrub(self, tables: Sequence[Table], keys: Table) -> bool:  # noqa: ARG002 - a Protocol's
        """VACUUM: `secure_delete` does not catch the copy that a row leaves in a gap when SQLite moves it.

        What it needs is beside the database, not in memory or in a folder that may be memory too.
        """
        folder = str(self._path.parent).replace("'", "''")
        with self._apart() as connection:
            self._scrubber = connection.connection.driver_connection
            connection.exec_driver_sql("PRAGMA temp_store = FILE")
            connection.exec_driver_sql(f"PRAGMA temp_store_directory = '{folder}'")
            try:
                connection.exec_driver_sql("VACUUM")
            except OperationalError as error:
                if str(error.orig) == "interrupted":
                    return False
                raise
            finally:
                self._scrubber = None
                connection.exec_driver_sql(f"PRAGMA temp_store = {TEMP_STORE}")
        return True

    def record(self, digests: bytes) -> int:
        """In a file beside the database, for its owner only."""
        return await_only(asyncio.to_thread(_appended, self._record, digests))

    def correct_record(self, at: int, digests: bytes) -> None:
        """In that file, which takes no room."""
        await_only(asyncio.to_thread(_overwritten, self._record, at, digests))

    def recorded(self) -> bytes:
        """What that file holds."""
        return self._record.read_bytes() if self._record.exists() else b""

    def interrupt(self) -> None:
        """As SQLite offers it to other threads."""
        if self._scrubber:
            await_only(self._scrubber.interrupt())

    def idle(self) -> float:
        """By the times of the files."""
        files = (self._path, self._path.with_name(self._path.name + "-wal"))
        return time.time() - max(file.stat().st_mtime for file in files if file.exists())

    def _apart(self) -> Connection:
        """A connection on which nothing begins a transaction."""
        return self.asks.connect()

    def probe(self) -> frozenset[str]:
        """Without making the file, and without a trace of having been there."""
        path = place = self._path.resolve()
        try:
            if path.exists():
                if not path.is_file():
                    raise DatabaseUnavailableError(f"{path} is {'a folder' if path.is_dir() else 'no file'}")
                path.open("r+b").close()
            place = next(parent for parent in path.parents if parent.exists())
            tempfile.TemporaryFile(dir=place).close()
        except OSError as error:
            raise DatabaseUnavailableError(f"nothing can be written to {place}: {error.strerror}") from error
        if not path.exists():
            return frozenset()
        try:
            opened = sqlite3.connect(f"{path.as_uri()}?mode=rw", uri=True, timeout=self._busy_timeout)
            with closing(opened) as connection:
                connection.isolation_level = None
                connection.execute("BEGIN IMMEDIATE")
                revisions = _revisions(connection)
                connection.execute("ROLLBACK")
        except sqlite3.Error as error:
            raise DatabaseUnavailableError(f"the database cannot be used: {error}") from error
        return revisions

    def close(self) -> None:
        """Close the file, once those who still ask it something have their answer. Nobody opens it again."""
        self._is_closed = True
        until = time.monotonic() + self._busy_timeout
        while cast("QueuePool", self.reads.pool).checkedout() and time.monotonic() < until:
            await_only(asyncio.sleep(WAL_PAUSE))
        self.reads.dispose()


def _appended(path: Path, content: bytes) -> int:
    """Add to a file; how long it is then. One that is not there is not made for nothing.

    It is not synced, which would take as long as the erasure: a power cut may take the last seconds of it.
    """
    if not content and not path.exists():
        return 0
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        before = os.fstat(descriptor).st_size
        if os.write(descriptor, content) < len(content):
            os.ftruncate(descriptor, before)  # within a write, so nobody else adds to it
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
        return before + len(content)
    finally:
        os.close(descriptor)


def _overwritten(path: Path, at: int, content: bytes) -> None:
    with path.open("r+b", buffering=0) as file:
        file.seek(at)
        file.write(content)


def _revisions(connection: sqlite3.Connection) -> frozenset[str]:
    if not connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'alembic_version'").fetchone():
        return frozenset()
    return frozenset(row[0] for row in connection.execute("SELECT version_num FROM alembic_version"))


def create_engine(path: Path, *, busy_timeout: float, foreign_keys: bool = True, before: Callable[[], None]) -> Engine:
    """An engine whose transactions begin as the BEGIN option of the connection says; `busy_timeout` in seconds.

    It calls `before` whenever it is about to open the file.

    Its driver is an asynchronous one, so whatever talks to the database is called by `greenlet_spawn`.
    """
    pragmas = {
        "busy_timeout": round(busy_timeout * 1000),
        "journal_mode": "WAL",
        "synchronous": "NORMAL",
        "foreign_keys": "ON" if foreign_keys else "OFF",
        "secure_delete": "ON",
        "temp_store": TEMP_STORE,
    }
    settings = ";".join(f"PRAGMA {name} = {value}" for name, value in pragmas.items())
    engine = sqlalchemy.create_engine(
        URL.create("sqlite+aiosqlite", database=path.as_uri(), query={"mode": "rw", "uri": "true"}),
        hide_parameters=True,
        pool_timeout=busy_timeout,
    )

    def connect(dialect: Any, _record: Any, arguments: Any, named: Any) -> OneHopConnection:
        before()
        return OneHopConnection(dialect.dbapi, dialect.connect(*arguments, **named).driver_connection)

    def connected(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver begins nothing by itself: `begun` does, before DDL too
        _set(connection.driver_connection, settings, time.monotonic() + busy_timeout)

    def begun(connection: Connection) -> None:
        if statement := connection.get_execution_options().get(BEGIN, "BEGIN"):
            connection.exec_driver_sql(statement)

    only_storable(engine)
    event.listen(engine, "do_connect", connect)
    event.listen(engine, "connect", connected)
    event.listen(engine, "begin", begun)
    return engine


def _set(driver: Any, settings: str, deadline: float) -> None:
    """All at once. WAL needs the file to itself the first time, and SQLite does not always wait for that by itself."""
    while True:
        try:
            await_only(driver.executescript(settings))
        except sqlite3.OperationalError:
            if time.monotonic() > deadline:
                raise
            await_only(asyncio.sleep(WAL_PAUSE))
        else:
            return
