"""What is particular to PostgreSQL: its addresses, its locks, and what its errors mean.

No statement is kept prepared: behind PgBouncer the next one may meet another session, and a kept plan is refused after
another process has changed a table.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, unquote

import asyncpg
import sqlalchemy
from sqlalchemy import Connection, Table, event, inspect
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import DBAPIError, InvalidatePoolError
from sqlalchemy.util import await_only

from storage.engines import only_storable
from storage.errors import AddressError, CrowdedError, DatabaseUnavailableError

CONNECTS = 10.0  # seconds that making a connection may take
ANSWERS = 30.0  # seconds that a statement may take
IDLE = 60.0  # seconds after which a write is undone whose process says nothing more, as after a power cut
ANEW = 10.0  # seconds that writing the keys anew may take, in which nobody reads them: a million take one or two
LOCKED = 1.0  # seconds that others may have to wait behind the writing anew of the keys, before it begins
PORT = 5432

# The password may hold anything: it ends at the last @.
ADDRESS = re.compile(
    r"""postgres(?:ql)?(?:\+asyncpg)?://
        (?:(?P<user>[^:/?\#]*)(?::(?P<password>.*))?@)?
        (?P<hosts>[^@/?\#]*)
        (?:/(?P<database>[^@?\#/]*))?
        (?:\?(?P<parameters>[^@]*))?""",
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
ALIASES = {"dbname": "database", "ssl": "sslmode"}
OURS = {"host", "port", "user", "password", "database", "connect_timeout"}
DRIVERS = {  # what asyncpg reads from an address
    *("sslmode", "sslcert", "sslkey", "sslrootcert", "sslcrl", "sslpassword", "sslnegotiation", "passfile", "service"),
    *("ssl_min_protocol_version", "ssl_max_protocol_version", "target_session_attrs", "krbsrvname", "gsslib"),
}
FILES = ("sslrootcert", "sslcrl", "sslcert", "sslkey")
SERVERS = {"application_name", "options", "search_path"}  # told to the server
IGNORED = {  # what hosts and other drivers put there, and what changes nothing here
    *("pgbouncer", "statement_cache_size", "prepared_statement_cache_size", "channel_binding", "gssencmode"),
    *("keepalives", "keepalives_idle", "keepalives_interval", "keepalives_count", "tcp_user_timeout", "sslsni"),
    *("fallback_application_name", "client_encoding", "connection_limit", "pool_timeout", "sslcompression"),
}
MODES = {"disable", "allow", "prefer", "require", "verify-ca", "verify-full"}
SAID_OTHERWISE = {"true": "require", "1": "require", "no-verify": "require", "false": "disable", "0": "disable"}

# Classes and codes of SQLSTATE that are no fault of a statement's: what to do is to try again, or to look after the
# server, where somebody may have taken the tables away (42P01). https://www.postgresql.org/docs/current/errcodes-appendix.html
FORBIDDEN, CROWDED = "42501", "53300"
OUTSIDE = ("08", "25006", "28", "3D", "3F", "40", "42501", "42P01", "53", "55P03", "57", "58", "F0", "XX")


@dataclass(frozen=True, slots=True)
class Address:
    """What an address says."""

    hosts: tuple[str, ...] = ()
    ports: tuple[int, ...] = ()
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    database: str | None = None
    timeout: float = CONNECTS
    driver: dict[str, str] = field(default_factory=dict)
    server: dict[str, str] = field(default_factory=dict)


def parse(url: str) -> Address:
    """Understand `postgresql://USER@HOST:PORT/NAME?sslmode=...` as libpq does, and what else is common.

    Raises AddressError, which names what is not understood, but no value.
    """
    found = ADDRESS.fullmatch(url.strip())
    if found is None:
        raise AddressError("the address of the database must be postgresql://user:example@host/name")
    if "\0" in unquote(url):
        raise AddressError("the address of the database has %00 in it, a sign that nothing there can hold")
    given = {
        ALIASES.get(name.lower(), name.lower()): value
        for name, value in parse_qsl(found["parameters"] or "", keep_blank_values=True)
    }
    if unknown := sorted(given.keys() - OURS - DRIVERS - SERVERS - IGNORED):
        raise AddressError(f"the address of the database has a parameter that is not known: {', '.join(unknown)}")
    if "sslmode" in given:
        mode = given["sslmode"].lower()
        given["sslmode"] = SAID_OTHERWISE.get(mode, mode)
        if given["sslmode"] not in MODES:
            raise AddressError(f"sslmode in the address of the database must be one of {', '.join(sorted(MODES))}")
    parts = {name: unquote(found[name]) for name in ("user", "password", "database") if found[name]}
    parts |= {name: given[name] for name in parts.keys() | {"user", "password", "database"} if given.get(name)}
    try:
        hosts, ports = _places(found["hosts"] or quote(given.get("host", ""), "/,:@[]"), given.get("port", ""))
        timeout = float(given.get("connect_timeout") or CONNECTS)
    except ValueError:
        raise AddressError(
            "a port in the address of the database is no number from 1 to 65535, or its connect_timeout is none"
        ) from None
    if not all(map(_can_be_looked_up, hosts)):
        raise AddressError(
            "a host in the address of the database cannot be looked up: a part of its name is empty, has more than 63 "
            "letters, or a sign that names do not have"
        )
    return Address(
        hosts=hosts,
        ports=ports,
        timeout=timeout if timeout > 0 else CONNECTS,
        driver={name: value for name, value in given.items() if name in DRIVERS},
        server={name: value for name, value in given.items() if name in SERVERS},
        **parts,
    )


def _places(hosts: str, ports: str) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """Hosts, which are percent-encoded, with their ports; a host may be the folder of a socket. Raises ValueError."""
    common = [_port(port) for port in ports.split(",") if port]
    if not hosts:
        return (), tuple(common)
    names, numbers = [], []
    common = common or [PORT]
    for number, place in enumerate(hosts.split(",")):
        host, port = place, ""
        if bracketed := re.fullmatch(r"\[(.*)\](?::(\d*))?", place):
            host, port = bracketed[1], bracketed[2]
        elif not place.startswith(("/", "@")) and place.count(":") == 1:
            host, _, port = place.partition(":")
        names.append(unquote(host))
        numbers.append(_port(port) if port else common[min(number, len(common) - 1)])
    return tuple(names), tuple(numbers)


def _can_be_looked_up(host: str) -> bool:
    """Or is the folder of a socket."""
    try:
        return host.startswith(("/", "@")) or bool(host.encode("idna"))
    except UnicodeError:
        return False


def _port(text: str) -> int:
    port = int(text)
    if not 0 < port <= 65535:  # noqa: PLR2004 - two bytes
        raise ValueError(text)
    return port


async def connect(address: Address, *, answers: float | None = ANSWERS) -> asyncpg.Connection[asyncpg.Record]:
    """A connection; a statement may take `answers` seconds. Raises what the driver does, and StorageError."""
    query = "&".join(f"{name}={quote(value, safe='')}" for name, value in address.driver.items())
    try:
        return await asyncpg.connect(
            f"postgresql://?{query}" if query else None,
            host=list(address.hosts) or None,
            port=list(address.ports) or None,
            user=address.user,
            password=address.password,
            database=address.database,
            timeout=address.timeout,
            command_timeout=answers,
            statement_cache_size=0,
            server_settings=address.server or None,
        )
    except asyncpg.PostgresError as error:  # whatever its code: no statement of ours is at fault yet
        kind = CrowdedError if error.sqlstate == CROWDED else DatabaseUnavailableError
        raise kind(f"the database cannot be used: {error.args[0]}") from error
    except OSError:  # where a certificate is not there, it does not say which
        await asyncio.to_thread(_look_for_files, address)
        raise


def _look_for_files(address: Address) -> None:
    """Raises DatabaseUnavailableError where one that the address names cannot be read."""
    for name in FILES:
        if path := address.driver.get(name):
            try:
                Path(path).open("rb").close()
            except OSError as error:
                raise DatabaseUnavailableError(
                    f"the database cannot be used: the file named by {name}: {error.strerror}"
                ) from error


class Postgres:
    """The database at `postgresql://...`. Writes run side by side, in READ COMMITTED."""

    one_writer = False
    erases_in_place = False

    def __init__(self, url: str, *, busy_timeout: float) -> None:
        self._address = parse(url)
        self._log_end: tuple[Any, float] = None, time.monotonic()
        self._engine = self._engine_of(partial(connect, self._address), busy_timeout)
        self.reads = self._engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        self.asks = self._engine.execution_options(isolation_level="AUTOCOMMIT")
        self.writes = self._engine.execution_options(isolation_level="READ COMMITTED")
        limits = f"'lock_timeout', '{max(1, round(busy_timeout * 1000))}', true"
        idle = f"'idle_in_transaction_session_timeout', '{round(IDLE * 1000)}', true"
        self._limits = f"SELECT set_config({limits}), set_config({idle})"
        event.listen(self.writes, "begin", self._limited)

    @staticmethod
    def _engine_of(creator: Any, pool_timeout: float) -> sqlalchemy.Engine:
        engine = sqlalchemy.create_engine(
            "postgresql+asyncpg://",
            hide_parameters=True,
            pool_timeout=pool_timeout,
            connect_args={
                "async_creator_fn": creator,
                "prepared_statement_cache_size": 0,
                "prepared_statement_name_func": str,
            },
        )
        only_storable(engine)
        event.listen(engine, "checkout", _look_at)
        return engine

    def _limited(self, connection: Connection) -> None:
        connection.exec_driver_sql(self._limits)

    def prepare(self) -> None:
        """Nothing but a look: who runs the server has made the database, in an encoding that may hold no titles."""
        with self.reads.connect() as connection:
            _check_encoding(connection)

    def insert(self, table: Table) -> postgresql.Insert:
        """PostgreSQL's own."""
        return postgresql.insert(table)

    def lock(self, connection: Connection, subject: str, number: int) -> None:
        """An advisory lock, which ends with the transaction."""
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_key(subject, number)})")

    def now(self, connection: Connection) -> datetime:
        """The server's clock."""
        now: datetime = connection.exec_driver_sql("SELECT clock_timestamp()").scalar_one()
        return now

    def look(self) -> None:
        """Raises DatabaseUnavailableError where nothing can be written; a database that is gone answers nothing."""
        with self.reads.connect() as connection:
            _check_writable(connection, "pg_is_in_recovery() OR current_setting('default_transaction_read_only')::bool")

    def settle(self, keys: Table, patience: float) -> bool:  # noqa: ARG002 - a Protocol's
        """Free the rows that were overwritten. Their bytes may stay in gaps of pages, and in the server's log."""
        with self._apart() as connection:
            connection.exec_driver_sql(f"VACUUM {_name(connection, keys)}")
        return True

    def has_much(self) -> bool:
        """No: the server looks after its log."""
        return False

    def relieve(self, keys: Table) -> None:
        """Nothing."""

    def scrub(self, tables: Sequence[Table], keys: Table) -> bool:
        """Vacuum all tables and write the keys anew; where the user may, begin a new log and let go of the old one."""
        with self._apart() as connection:
            for table in tables:
                connection.exec_driver_sql(f"VACUUM {_name(connection, table)}")
        with self._apart(answers=ANEW) as connection:
            connection.exec_driver_sql(f"SET lock_timeout = {round(LOCKED * 1000)}")
            connection.exec_driver_sql(f"VACUUM (FULL) {_name(connection, keys)}")
        with self._apart() as connection:
            try:
                connection.exec_driver_sql("SELECT pg_switch_wal()")
                connection.exec_driver_sql("CHECKPOINT")
            except DBAPIError as error:
                if _state(error) != FORBIDDEN:
                    raise
        return True

    def record(self, digests: bytes) -> None:
        """There is none: nothing that all processes share is outside of the database."""

    def correct_record(self, at: int, digests: bytes) -> None:
        """There is none."""

    def recorded(self) -> bytes:
        """There is none."""
        return b""

    def interrupt(self) -> None:
        """Nothing: nobody waits for more than a moment."""

    def idle(self) -> float:
        """Since the server's log last grew, as seen from here."""
        with self.reads.connect() as connection:
            end = connection.exec_driver_sql("SELECT pg_current_wal_insert_lsn()::text").scalar()
        now = time.monotonic()
        if end != self._log_end[0]:
            self._log_end = end, now
        return now - self._log_end[1]

    @contextmanager
    def _apart(self, answers: float | None = None) -> Iterator[Connection]:
        """A connection of its own without transactions, on which a statement may take long, or so many seconds."""
        engine = self._engine_of(partial(connect, self._address, answers=answers), CONNECTS)
        try:
            with engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection:
                yield connection
        finally:
            engine.dispose()

    @contextmanager
    def migrating(self) -> Iterator[Connection]:
        """However long it takes, and however long another process's takes before it."""
        engine = self._engine_of(partial(connect, self._address, answers=None), CONNECTS)
        try:
            with engine.begin() as connection:
                self.lock(connection, "migrations", 0)
                yield connection
        finally:
            engine.dispose()

    def reason(self, error: BaseException) -> str | None:
        """What the server or the way to it says."""
        if not isinstance(error, DBAPIError):
            return None
        said = _said(error)
        is_outside = _state(error).startswith(OUTSIDE)
        if not is_outside and not error.connection_invalidated and not isinstance(said, asyncpg.InterfaceError):
            return None
        return str(said.args[0] if said is not None and said.args else said)

    def probe(self) -> frozenset[str]:
        """With the rights that the tables take."""
        with self.writes.connect() as connection:
            _check_writable(connection, "current_setting('transaction_read_only')::bool")
            _check_encoding(connection)
            if inspect(connection).has_table("alembic_version"):
                found = connection.exec_driver_sql("SELECT version_num FROM alembic_version")
                return frozenset(found.scalars())
            may = "SELECT has_schema_privilege(current_schema(), 'CREATE')"
            if not connection.exec_driver_sql(may).scalar():
                raise DatabaseUnavailableError("the user of the database may not make tables in it")
            return frozenset()

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()


def _look_at(connection: Any, *_: object) -> None:
    """Of connections that the server has ended meanwhile, as by a restart, none is used; the pool makes new ones.

    One round trip, where SQLAlchemy's own look (`pool_pre_ping`) takes four.
    """
    try:
        await_only(connection.driver_connection.execute("SELECT 1"))
    except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError) as error:
        raise InvalidatePoolError(str(error)) from error


def _check_writable(connection: Connection, refuses: str) -> None:
    """Raises DatabaseUnavailableError where this is true."""
    if connection.exec_driver_sql(f"SELECT {refuses}").scalar():
        raise DatabaseUnavailableError("the database is a replica, or for reading only: it cannot be written")


def _check_encoding(connection: Connection) -> None:
    """Raises DatabaseUnavailableError; in SQL_ASCII everything can be stored, but signs are counted as bytes."""
    found = connection.exec_driver_sql("SHOW server_encoding").scalar()
    if found != "UTF8":
        raise DatabaseUnavailableError(
            f"the database cannot be used: it is in {found}, which cannot hold every title. Make another one: "
            "CREATE DATABASE name ENCODING 'UTF8' TEMPLATE template0"
        )


def _said(error: DBAPIError) -> BaseException | None:
    return getattr(error.orig, "__cause__", None) or error.orig


def _state(error: DBAPIError) -> str:
    return getattr(_said(error), "sqlstate", None) or ""


def _name(connection: Connection, table: Table) -> str:
    return connection.dialect.identifier_preparer.format_table(table)


def _key(subject: str, number: int) -> int:
    """64 bits, as an advisory lock takes them; two that share a key only wait for each other."""
    digest = hashlib.blake2b(f"{subject}/{number}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big", signed=True)
