"""The database: one writer at a time, whole transactions only, and no library's error leaves this room.

Every call into SQLAlchemy is `spawned`. Its asyncio extension does no other, but brings its ORM along, which nothing
here uses: 6 MB, and a sixth of what a start spends on imports.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from functools import partial
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from sqlalchemy import Connection, CursorResult, Engine, Executable, Table, insert, text, update
from sqlalchemy.exc import DatabaseError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.util import greenlet_spawn

from storage import sqlite
from storage.errors import DatabaseUnavailableError
from storage.migrations import bring_up_to_date

T = TypeVar("T")
P = ParamSpec("P")

log = logging.getLogger(__name__)

BUSY_TIMEOUT = 5.0  # seconds to wait for another process's write


class Transaction:
    """Statements of one transaction. A cancellation waits for the statement that runs, so the driver never sees one."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def execute(self, statement: Executable, parameters: Mapping[str, Any] | None = None) -> CursorResult[Any]:
        """Run one statement."""
        return await spawned(self._connection.execute, statement, parameters)


class Database:
    """An open database. Made by `open_database`."""

    def __init__(self, engine: Engine, *, busy_timeout: float) -> None:
        self._engine = engine
        self._writes = engine.execution_options(**{sqlite.BEGIN: "BEGIN IMMEDIATE"})
        self._busy_timeout = busy_timeout
        self._writer = asyncio.Lock()
        self._traces = True  # a process that was killed may have left some

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Transaction]:
        """Statements that see one state of the database. Raises DatabaseUnavailableError."""
        with translated():
            async with _started(self._engine) as connection:
                yield Transaction(connection)

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Transaction]:
        """A transaction, alone in its process: all of it is kept, or nothing of it, whatever ends the body.

        Raises DatabaseUnavailableError.
        """
        with translated():
            async with self._writer, _started(self._writes) as connection:
                yield Transaction(connection)
                await spawned(connection.commit)
            if self._traces:
                await self.settle()

    def erase_traces(self) -> None:
        """Call within a write that erases: after it, no copy of what it erased is left in the files.

        While another process stands in the way, every later write and the closing try again.
        """
        self._traces = True

    @property
    def has_traces(self) -> bool:
        """Whether something erased may still be readable in the files."""
        return self._traces

    async def ping(self) -> None:
        """Ask it something. Raises DatabaseUnavailableError, also where somebody has deleted the file meanwhile."""
        if not await asyncio.to_thread(Path(self._engine.url.database or "").is_file):
            raise DatabaseUnavailableError("the database file is gone")
        async with self.read() as transaction:
            await transaction.execute(text("SELECT version_num FROM alembic_version"))

    async def settle(self) -> None:
        """Erase the traces that are left, if any.

        It queues behind the writes that wait already, so that one scrubbing, whose cost grows with the file, serves
        them all. What is committed stays so: a failure here is logged, and tried again with the next write.
        """
        async with self._writer:
            if not self._traces:
                return
            try:
                self._traces = not await spawned(sqlite.scrub, self._engine, busy_timeout=self._busy_timeout)
            except (DatabaseError, PoolTimeoutError):
                log.warning("what was erased may still be in the database's files; trying again with the next write")


@asynccontextmanager
async def open_database(url: str, *, busy_timeout: float = BUSY_TIMEOUT) -> AsyncIterator[Database]:
    """The database at `sqlite:///PATH`, brought to this release's tables and closed at the end.

    Raises DatabaseUnavailableError, and NewerDatabaseError for one that a newer release has written.
    """
    try:
        path = sqlite.prepare_file(url)
    except OSError as error:
        raise _unavailable(error) from error
    engine = sqlite.create_engine(path, busy_timeout=busy_timeout)
    try:
        with translated():
            await spawned(bring_up_to_date, engine, path, busy_timeout=busy_timeout)
        database = Database(engine, busy_timeout=busy_timeout)
        await database.settle()
        yield database
        await database.settle()
    finally:
        await spawned(engine.dispose)


@asynccontextmanager
async def _started(engine: Engine) -> AsyncIterator[Connection]:
    """A connection of the pool; what is not committed at the end is undone."""
    opening = asyncio.ensure_future(greenlet_spawn(engine.connect))
    try:
        yield await to_the_end(opening)
    finally:
        if not opening.exception():
            await spawned(opening.result().close)


async def spawned(function: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
    """Call what talks to the database. It runs undisturbed; a cancellation meanwhile is raised once it has ended."""
    return await to_the_end(greenlet_spawn(partial(function, *arguments, **named)))


async def to_the_end(work: Awaitable[T]) -> T:
    """Run `work` undisturbed; a cancellation meanwhile is raised once it has ended."""
    task = asyncio.ensure_future(work)
    cancelled: asyncio.CancelledError | None = None
    while not task.done():
        try:
            await asyncio.wait({task})
        except asyncio.CancelledError as error:
            cancelled = error
    if cancelled is None or task.cancelled():
        return task.result()
    task.exception()  # looked at, or asyncio would report it as forgotten
    raise cancelled


@contextmanager
def translated() -> Iterator[None]:
    """Turns what the driver says into DatabaseUnavailableError; faults of ours pass."""
    try:
        yield
    except (OperationalError, InternalError) as error:
        raise _unavailable(error.orig) from error
    except DatabaseError as error:
        if type(error) is not DatabaseError:
            raise
        raise _unavailable(error.orig) from error
    except PoolTimeoutError as error:
        raise _unavailable(error) from error


def _unavailable(reason: BaseException | None) -> DatabaseUnavailableError:
    if isinstance(reason, OSError) and reason.filename:
        reason_text = f"{reason.filename}: {reason.strerror}"
    else:
        reason_text = str(reason)
    return DatabaseUnavailableError(f"the database cannot be used: {reason_text}")


async def upsert(transaction: Transaction, table: Table, key: Mapping[str, Any], values: Mapping[str, Any]) -> None:
    """Write `values` into the row with `key`, or add it; within a write, so nothing comes between."""
    where = [table.c[name] == value for name, value in key.items()]
    if not (await transaction.execute(update(table).where(*where).values(**values))).rowcount:
        await transaction.execute(insert(table).values(**key, **values))
