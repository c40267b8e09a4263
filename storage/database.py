"""The database: one writer at a time, whole transactions only, and no library's error leaves this room.

Every call into SQLAlchemy is `spawned`. Its asyncio extension does no other, but brings its ORM along, which nothing
here uses: 6 MB, and a sixth of what a start spends on imports.
"""

from __future__ import annotations

import asyncio
import logging
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, nullcontext
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import chain, repeat
from typing import TYPE_CHECKING, Any, ParamSpec, Protocol, TypeAlias, TypeVar

from sqlalchemy import Connection, CursorResult, Delete, Engine, Executable, Result, Table, select, text
from sqlalchemy.exc import DatabaseError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.util import greenlet_spawn

from storage.engines import Backend, backend
from storage.errors import CrowdedError, DatabaseUnavailableError
from storage.migrations import bring_up_to_date
from storage.tables import EPOCH, TICK, data_keys, housekeeping, metadata

if TYPE_CHECKING:
    from sqlalchemy.dialects.postgresql import Insert as PostgresInsert
    from sqlalchemy.dialects.sqlite import Insert as SqliteInsert

T = TypeVar("T")
P = ParamSpec("P")
Parameters: TypeAlias = Mapping[str, Any] | Sequence[Mapping[str, Any]] | None

log = logging.getLogger(__name__)

BUSY_TIMEOUT = 5.0  # seconds to wait for another process's write
DUE = "scrub"  # in `housekeeping`: when something personal was erased first since the database was written anew
ERASURE = "erasure"  # in `housekeeping`: which erasure was the last, by whatever process; only where they are at once
RECORDED = "recorded"  # in `housekeeping`: how many bytes of the record the database knows
BLANK = bytes(32)  # in the record, in the place of a digest that is not to be there, or not yet
PATIENCE = 0.25  # seconds that an erasure waits for readers
CLOCKS = timedelta(seconds=5)  # by which clocks may differ before that is worth a word
PAUSES = (0.02, 0.05, 0.1, 0.2)  # seconds between tries to get a connection from a server that takes no more of them


class Executor(Protocol):
    """What takes statements: a transaction, or the database itself, which takes each on its own."""

    async def execute(self, statement: Executable, parameters: Parameters = None, /) -> Result[Any]:
        """Run one statement."""
        ...


class Transaction:
    """Statements of one transaction.

    A cancellation waits for the statement that runs, so the driver never sees one.

    All methods raise DatabaseUnavailableError.
    """

    def __init__(self, backend: Backend, connection: Connection) -> None:
        self._backend = backend
        self._connection = connection
        self.has_traces = self.has_copies = self.is_kept = False
        self._forgotten: list[tuple[bytes, bool]] = []

    def leaves_traces(self) -> None:
        """Call where something secret is erased: after the commit, no copy of it is left in the files.

        While a reader stands in the way, every later write, the housekeeping and the closing try again.
        """
        self.has_traces = True

    def leaves_copies(self) -> None:
        """Call where something personal is overwritten: it goes at once, and copies that may be left within a day.

        Of what is deleted, copies go within a day without that.
        """
        self.has_traces = self.has_copies = True

    def forgets(self, digest: bytes, *, replaced: bool = False) -> None:
        """Call where something is erased for good: with the commit it is on record (`storage.forgotten`).

        What is `replaced` is so only after the commit, as it is to stay should that not come about.
        """
        self._forgotten.append((digest, replaced))

    async def execute(self, statement: Executable, parameters: Parameters = None) -> CursorResult[Any]:
        """Run one statement; once for each set of parameters where there are several."""
        result = await asked(self._backend, self._connection.execute, statement, parameters)
        if isinstance(statement, Delete) and statement.table is not housekeeping and result.rowcount:
            self.has_copies = True
        return result

    def insert(self, table: Table) -> SqliteInsert | PostgresInsert:
        """An INSERT that knows ON CONFLICT, for `execute`."""
        return self._backend.insert(table)

    def keep(self) -> None:
        """Commit. Who is cancelled meanwhile finds `is_kept` set all the same."""
        before = b"".join(BLANK if replaced else digest for digest, replaced in self._forgotten)
        length = self._recorded(before) if before else None
        try:
            if length is not None:
                self._connection.execute(_upsert(self, housekeeping, {"name": RECORDED}, {"value": length}))
            self._connection.commit()
            self.is_kept = True
        finally:
            after = b"".join(digest if self.is_kept else BLANK for digest, _ in self._forgotten)
            if length is not None and after != before:
                self._correct_record(length - len(before), after)

    def _recorded(self, digests: bytes) -> int | None:
        """How long the record is with these. Where they cannot be put there, the erasure goes on without."""
        try:
            return self._backend.record(digests)
        except OSError as error:
            log.warning("what is erased could not be put on record, should a copy be put back: %s", error)
            return None

    def _correct_record(self, at: int, digests: bytes) -> None:
        try:
            self._backend.correct_record(at, digests)
        except OSError as error:
            log.warning("the record of what was erased could not be corrected, should a copy be put back: %s", error)

    async def lock(self, subject: str, number: int) -> None:
        """Within a write: from here to its end no other write holds the lock of this subject and number (64 bits).

        Comes before the first statement on what it guards: what was read before may be out of date.
        """
        await asked(self._backend, self._backend.lock, self._connection, subject, number)

    async def now(self) -> datetime:
        """The time by one clock for all processes that share the database."""
        return await asked(self._backend, self._backend.now, self._connection)


class Database:
    """An open database. Made by `open_database`."""

    def __init__(self, backend: Backend, busy_timeout: float = BUSY_TIMEOUT) -> None:
        self._backend = backend
        self._busy_timeout = busy_timeout
        self._writer = asyncio.Lock() if backend.one_writer else None
        self._in_vain: tuple[float, str] | None = None  # when the last write began that was not let in, and why
        self._settler = self._writer or asyncio.Lock()
        self._erasures, self._settled = 1, 0  # how many; a process that was killed may have left traces
        self._last: int | None = None  # of the erasures that are counted there, in `housekeeping`
        self._gives_way = False  # the writing anew that is under way, to who wants to write

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Transaction]:
        """Statements that see one state of the database. Raises DatabaseUnavailableError."""
        async with _started(self._backend, self._backend.reads) as connection:
            yield Transaction(self._backend, connection)

    async def execute(self, statement: Executable, parameters: Parameters = None) -> Result[Any]:
        """What one statement tells, with no transaction around it. Raises DatabaseUnavailableError.

        `write` is for those that change something: a TypeError for an INSERT, an UPDATE or a DELETE that is not text.
        """
        if statement.is_dml:
            raise TypeError("what is changed needs a transaction: write() has one")
        return await _let_in(partial(asked, self._backend, _told, self._backend.asks, statement, parameters))

    @asynccontextmanager
    async def write(self) -> AsyncIterator[Transaction]:
        """A transaction: all of it is kept, or nothing of it, whatever ends the body. Raises DatabaseUnavailableError.

        Others may write at the same time, here or in another process: see `Transaction.lock`.
        """
        if self._gives_way:
            await asked(self._backend, self._backend.interrupt)
        async with (
            self._turn(),
            self._relieved(),
            _started(self._backend, self._backend.writes) as connection,
        ):
            transaction = Transaction(self._backend, connection)
            yield transaction
            if transaction.has_copies:
                now = (datetime.now(UTC) - EPOCH) // TICK
                due = transaction.insert(housekeeping).values(name=DUE, value=now)
                await transaction.execute(due.on_conflict_do_nothing())
            last = secrets.randbits(48) if transaction.has_traces and self._backend.erases_in_place else None
            if last is not None:
                await upsert(transaction, housekeeping, {"name": ERASURE}, {"value": last})
            try:
                await asked(self._backend, transaction.keep)
            finally:  # also where it was done and then cancelled
                if transaction.has_traces:
                    self._erasures += 1
                    self._last = last
        if self.has_traces and self._backend.erases_in_place:
            await self.settle(PATIENCE if transaction.has_traces else 0)

    @asynccontextmanager
    async def _turn(self) -> AsyncIterator[None]:
        """One write after another, where there is one at a time.

        If another process kept one out for too long, whoever waited behind it has waited as long: each would add as
        much to what the next one waits.
        """
        if self._writer is None:
            yield
            return
        asked = time.monotonic()
        async with self._writer:
            if self._in_vain is not None and asked <= self._in_vain[0]:
                raise DatabaseUnavailableError(self._in_vain[1])
            began = time.monotonic()
            try:
                yield
            except DatabaseUnavailableError as error:
                if time.monotonic() - began >= self._busy_timeout:
                    self._in_vain = began, str(error)
                raise

    async def recorded(self) -> bytes:
        """The record of what was erased for good; empty where there is none."""
        return await asked(self._backend, self._backend.recorded)

    async def note_recorded(self) -> None:
        """All that is on record is erased here too."""
        async with self.write() as transaction:
            length = await asked(self._backend, self._backend.record, b"")
            if length is not None:
                await upsert(transaction, housekeeping, {"name": RECORDED}, {"value": length})

    @asynccontextmanager
    async def _relieved(self) -> AsyncIterator[None]:
        """Around a write: what it leaves to be done does not grow without a bound, however many read."""
        yield
        if self._backend.has_much():
            try:
                await asked(self._backend, self._backend.relieve, data_keys)
            except DatabaseUnavailableError as error:
                log.info("the write-ahead log stays as long as it is", extra={"reason": type(error).__name__})

    @property
    def has_traces(self) -> bool:
        """Whether something secret that was erased may still be readable in the files."""
        return self._settled < self._erasures

    async def ping(self) -> None:
        """Ask it something. Raises DatabaseUnavailableError, also where somebody has deleted the file meanwhile."""
        await asked(self._backend, self._backend.look)
        await self.execute(text("SELECT version_num FROM alembic_version"))

    async def settle_all(self) -> None:
        """The same for traces that another process has left, which may have been killed since."""
        query = select(housekeeping.c.value).where(housekeeping.c.name == ERASURE)
        last = (await self.execute(query)).scalar()
        if last != self._last:
            self._last, self._erasures = last, self._erasures + 1
        await self.settle()

    async def settle(self, patience: float = PATIENCE) -> None:
        """Erase the traces that are left, if any; whoever stands in the way is waited for so many seconds.

        What is committed stays so: a failure here is logged, and tried again.
        """
        async with self._settler:
            if not self.has_traces:
                return
            erasures = self._erasures
            try:
                if await asked(self._backend, self._backend.settle, data_keys, patience):
                    self._settled = erasures
            except DatabaseUnavailableError:
                log.warning("what was erased may still be in the database's files; trying again")

    async def idle(self) -> timedelta:
        """For how long nobody has written, here or in another process."""
        return timedelta(seconds=await asked(self._backend, self._backend.idle))

    async def scrub(self, *, patient: bool) -> bool:
        """Write the whole database anew, so that its files hold nothing but what the tables hold.

        Whoever wants to write meanwhile waits; or, if it is `patient`, ends it: False. The files are only right once
        the traces of this are gone too. Raises DatabaseUnavailableError.
        """
        async with self._writer or nullcontext():
            self._gives_way = patient
            try:
                return await asked(self._backend, self._backend.scrub, metadata.sorted_tables, data_keys)
            finally:
                self._gives_way = False


@asynccontextmanager
async def open_database(url: str, *, busy_timeout: float = BUSY_TIMEOUT) -> AsyncIterator[Database]:
    """The database at `sqlite:///PATH` or `postgresql://...`, brought to this release's tables, closed at the end.

    Raises DatabaseUnavailableError, AddressError, and NewerDatabaseError for one that a newer release has written.
    """
    opened = backend(url, busy_timeout=busy_timeout)
    try:
        await asked(opened, opened.prepare)
        await asked(opened, bring_up_to_date, opened)
        database = Database(opened, busy_timeout)
        await database.settle()
        await _compare_clocks(database)
        yield database
        await database.settle()
    finally:
        await asked(opened, opened.close)


async def _compare_clocks(database: Database) -> None:
    """Warn where processes on several machines might not agree on whose turn it is."""
    async with database.read() as transaction:
        ahead = await transaction.now() - datetime.now(UTC)
    if abs(ahead) > CLOCKS:
        log.warning(
            "the clocks of this machine and of the database differ; keep both right, as by NTP",
            extra={"seconds": round(ahead.total_seconds())},
        )


@asynccontextmanager
async def _started(backend: Backend, engine: Engine) -> AsyncIterator[Connection]:
    """A connection of the pool; where it began a transaction, what is not committed at the end is undone."""
    opening = asyncio.ensure_future(_let_in(partial(asked, backend, engine.connect)))
    try:
        yield await to_the_end(opening)
    finally:
        if not opening.cancelled() and not opening.exception():
            await asked(backend, opening.result().close)


async def _let_in(ask: Callable[[], Awaitable[T]]) -> T:
    """What begins with a connection; where the server takes no more of them, once others are done with theirs."""
    until = time.monotonic() + BUSY_TIMEOUT
    pauses = chain(PAUSES, repeat(PAUSES[-1]))
    while True:
        try:
            return await ask()
        except CrowdedError:
            if time.monotonic() > until:
                raise
        await asyncio.sleep(next(pauses))


def _told(engine: Engine, statement: Executable, parameters: Parameters) -> Result[Any]:
    """All at once, with the connection that it takes."""
    with engine.connect() as connection:
        return connection.execute(statement, parameters).freeze()()


async def asked(backend: Backend, function: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
    """Call what talks to the database, undisturbed. Raises DatabaseUnavailableError; faults of ours pass."""
    try:
        return await spawned(function, *arguments, **named)
    except Exception as error:
        if (reason := _reason(backend, error)) is None:
            raise
        raise DatabaseUnavailableError(f"the database cannot be used: {reason}") from error


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


def _reason(backend: Backend, error: Exception) -> str | None:
    """Why the database cannot be used, if that is what the error means."""
    if reason := backend.reason(error):
        return reason
    if isinstance(error, TimeoutError):
        return str(error) or "it does not answer in time"
    if isinstance(error, OSError):
        return f"{error.filename}: {error.strerror}" if error.filename else str(error.strerror or error)
    if isinstance(error, PoolTimeoutError):
        return str(error)
    if isinstance(error, (OperationalError, InternalError)):
        return str(error.orig)
    return str(error.orig) if type(error) is DatabaseError else None


async def upsert(transaction: Transaction, table: Table, key: Mapping[str, Any], values: Mapping[str, Any]) -> None:
    """Write `values` into the row with `key`, which has a unique index, or add it."""
    await transaction.execute(_upsert(transaction, table, key, values))


def _upsert(transaction: Transaction, table: Table, key: Mapping[str, Any], values: Mapping[str, Any]) -> Executable:
    statement = transaction.insert(table).values(**key, **values)
    return statement.on_conflict_do_update(index_elements=list(key), set_=dict(values))
