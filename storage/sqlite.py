"""What is particular to SQLite: the file, the settings of each connection, and how a transaction begins."""

from __future__ import annotations

import asyncio
import errno
import os
import sqlite3
import stat
import time
from pathlib import Path
from typing import Any

import sqlalchemy
from sqlalchemy import URL, Connection, Engine, event
from sqlalchemy.util import await_only

PREFIX = "sqlite:///"
BEGIN = "begin"  # the execution option with the statement that begins a transaction; empty: none does
WAL_PAUSE = 0.02  # seconds between tries
SCRUB_TIMEOUT = 0.5  # seconds that an erasure waits for other processes; it is tried again later


def prepare_file(url: str) -> Path:
    """The database file of `sqlite:///PATH`, made with its folder if need be, for its owner only. Raises OSError."""
    if not url.startswith(PREFIX) or url == PREFIX:
        raise ValueError("the address of the database must be sqlite:///PATH")
    path = Path(url.removeprefix(PREFIX)).absolute()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):  # a device, whose rights are everybody's
            raise OSError(errno.EINVAL, "is no file", str(path))
        if found.st_uid == os.geteuid():
            os.fchmod(descriptor, 0o600)
    finally:
        os.close(descriptor)
    return path


def create_engine(path: Path, *, busy_timeout: float, foreign_keys: bool = True) -> Engine:
    """An engine whose transactions begin as the BEGIN option of the connection says; `busy_timeout` in seconds.

    Its driver is an asynchronous one, so whatever talks to the database is called by `greenlet_spawn`.
    """
    pragmas = {
        "synchronous": "NORMAL",
        "foreign_keys": "ON" if foreign_keys else "OFF",
        "secure_delete": "ON",
        "temp_store": "MEMORY",
    }
    engine = sqlalchemy.create_engine(
        URL.create("sqlite+aiosqlite", database=str(path)),
        hide_parameters=True,
        pool_timeout=busy_timeout,
    )

    def connected(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # the driver begins nothing by itself: `begun` does, before DDL too
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {round(busy_timeout * 1000)}")
        _turn_on_wal(cursor, time.monotonic() + busy_timeout)
        for name, value in pragmas.items():
            cursor.execute(f"PRAGMA {name} = {value}")
        cursor.close()

    def begun(connection: Connection) -> None:
        if statement := connection.get_execution_options().get(BEGIN, "BEGIN"):
            connection.exec_driver_sql(statement)

    event.listen(engine, "connect", connected)
    event.listen(engine, "begin", begun)
    return engine


def _turn_on_wal(cursor: Any, deadline: float) -> None:
    """Needs the file to itself the first time, and SQLite does not always wait for that by itself."""
    while True:
        try:
            cursor.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError:
            if time.monotonic() > deadline:
                raise
            await_only(asyncio.sleep(WAL_PAUSE))
        else:
            return


def scrub(engine: Engine, *, busy_timeout: float) -> bool:
    """Leave nothing in the files but what the tables hold; False while a reader stands in the way.

    `secure_delete` alone does not: a row that SQLite moved to another page may leave a copy in the gap. VACUUM writes
    every page anew, the checkpoint brings them into the file and empties the write-ahead log.
    """
    with engine.execution_options(**{BEGIN: ""}).connect() as connection:
        connection.exec_driver_sql(f"PRAGMA busy_timeout = {round(SCRUB_TIMEOUT * 1000)}")
        try:
            connection.exec_driver_sql("VACUUM")
            busy = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()[0]
        finally:
            connection.exec_driver_sql(f"PRAGMA busy_timeout = {round(busy_timeout * 1000)}")
    return bool(busy == 0)
