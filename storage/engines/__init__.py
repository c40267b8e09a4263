"""All that differs between the databases, behind one protocol. DATABASE_URL chooses."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from sqlalchemy import Connection, Engine, Table, event

from storage.errors import AddressError

if TYPE_CHECKING:
    from sqlalchemy.dialects.postgresql import Insert as PostgresInsert
    from sqlalchemy.dialects.sqlite import Insert as SqliteInsert


class Backend(Protocol):
    """One kind of database. Its driver is asynchronous: what asks it something is called by `greenlet_spawn`."""

    one_writer: bool  # whether it takes one write at a time, for which those of a process queue better than they poll
    erases_in_place: bool  # whether what is overwritten can be gone at once

    @property
    def reads(self) -> Engine:
        """Whose transactions see one state of the database from their first statement to their last."""
        ...

    @property
    def asks(self) -> Engine:
        """Whose statements have no transaction around them."""
        ...

    @property
    def writes(self) -> Engine:
        """Whose transactions take locks."""
        ...

    def prepare(self) -> None:
        """Make what has to be there before anybody connects. Raises OSError."""
        ...

    def insert(self, table: Table) -> SqliteInsert | PostgresInsert:
        """An INSERT that knows ON CONFLICT."""
        ...

    def lock(self, connection: Connection, subject: str, number: int) -> None:
        """Wait until no other write holds the same lock, and hold it to the end of this one."""
        ...

    def now(self, connection: Connection) -> datetime:
        """The time by one clock for all processes that share the database."""
        ...

    def look(self) -> None:
        """Raises where the database is gone, or cannot be written, although connections to it may still work."""
        ...

    def settle(self, keys: Table, patience: float) -> bool:
        """Leave no file with what was overwritten in the table of the data keys; False: not yet.

        Readers that stand in the way are waited for so many seconds.
        """
        ...

    def has_much(self) -> bool:
        """Whether more was written than should wait to be brought into the database; no statement is made for that."""
        ...

    def relieve(self, keys: Table) -> None:
        """Bring it there, after a write and before the next."""
        ...

    def scrub(self, tables: Sequence[Table], keys: Table) -> bool:
        """Write anew what may hold copies of erased rows; False where that was interrupted. Then comes `settle`."""
        ...

    def interrupt(self) -> None:
        """End a `scrub` that is under way and keeps writers waiting."""
        ...

    def idle(self) -> float:
        """For how many seconds nobody has written, as far as can be seen."""
        ...

    def record(self, digests: bytes) -> int | None:
        """Add to the record of what was erased for good; how long it is, None where there is none. Raises OSError."""
        ...

    def correct_record(self, at: int, digests: bytes) -> None:
        """Write over what is there. Raises OSError."""
        ...

    def recorded(self) -> bytes:
        """All of that record. Raises OSError."""
        ...

    def migrating(self) -> AbstractContextManager[Connection]:
        """A transaction that changes tables, as the only one; committed at the end, or undone where that fails."""
        ...

    def reason(self, error: BaseException) -> str | None:
        """Why the database cannot be used, if that is what an error of the driver's means; no secret is in it."""
        ...

    def probe(self) -> frozenset[str]:
        """The revisions of the database, if it could be written; nothing is changed. Raises StorageError."""
        ...

    def close(self) -> None:
        """Close all connections."""
        ...


def only_storable(engine: Engine) -> None:
    """Have characters replaced that not every database takes, in whatever is written or compared.

    Those are halves of surrogate pairs, which are no text in UTF-8, and NUL, which PostgreSQL refuses.
    """

    def cleaned(_c: Any, _cursor: Any, statement: str, parameters: Any, _x: Any, executemany: bool) -> tuple[str, Any]:
        return statement, [_storable(one) for one in parameters] if executemany else _storable(parameters)

    event.listen(engine, "before_cursor_execute", cleaned, retval=True)


def _storable(parameters: Any) -> Any:
    if isinstance(parameters, tuple):
        return tuple(_text(value) if isinstance(value, str) else value for value in parameters)
    return parameters


def _text(value: str) -> str:
    if not value.isascii():
        value = value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return value.replace("\0", "\ufffd")


def backend(url: str, *, busy_timeout: float) -> Backend:
    """The database at `sqlite:///PATH` or `postgresql://...`; nothing is opened yet.

    It is waited for `busy_timeout` seconds. Raises AddressError, whose text holds no part of the address.
    """
    scheme, _, _ = url.partition("://")
    if scheme.lower().partition("+")[0] in {"postgresql", "postgres"}:
        from storage.engines.postgres import Postgres  # noqa: PLC0415 - its driver is loaded where it is used only

        return Postgres(url, busy_timeout=busy_timeout)
    if scheme == "sqlite":
        from storage.engines.sqlite import Sqlite  # noqa: PLC0415 - likewise

        return Sqlite(url, busy_timeout=busy_timeout)
    raise AddressError("the address of the database must be sqlite:///PATH or postgresql://user:example@host/name")
