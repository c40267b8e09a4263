"""Erasing on PostgreSQL, looked at in its raw folder: what can be promised, and what its owner has to allow for it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from storage import Stores
from storage.database import Database, open_database
from storage.errors import KeyMissingError
from storage.housekeeping import LATEST, PAUSE, Housekeeper
from storage.models import AttemptStatus
from storage.sealing import NO_KEY, Keyring, new_key
from storage.tables import data_keys
from tests.databases import PostgresServer, a_server
from tests.storage.factories import CODE, NOW, account, bring_to, link, upload
from tests.storage.test_erasure import refresh
from tests.storage.test_postgres import END_ALL

LATE = datetime.now(UTC) + LATEST + timedelta(hours=1)


@pytest.fixture(scope="module")
def server() -> Iterator[PostgresServer]:
    """One of its own, whose log is not recycled: what README.md tells operators to set."""
    with a_server(wal_recycle="off", full_page_writes="on") as server:
        server.execute("postgres", "CREATE ROLE plain LOGIN")
        yield server


@pytest.fixture
def user() -> str:
    """One who may do what owners of a database may; `bot` may do everything."""
    return "plain"


@pytest.fixture
def name(server: PostgresServer, user: str) -> Iterator[str]:
    name = server.make()
    server.execute("postgres", f"ALTER DATABASE {name} OWNER TO {user}")
    yield name
    server.drop(name)


@pytest.fixture
async def opened(server: PostgresServer, name: str, user: str) -> AsyncIterator[Database]:
    async with open_database(server.url(name).replace("bot@", f"{user}@")) as database:
        yield database


def found(server: PostgresServer, secrets: set[bytes]) -> dict[str, int]:
    """In which parts of the server's folder how many of the secrets are, once everything is written."""
    server.execute("postgres", "CHECKPOINT")
    parts: dict[str, set[bytes]] = {}
    for path in server.data.rglob("*"):
        try:
            content = path.read_bytes() if path.is_file() else b""
        except FileNotFoundError:
            continue
        if here := {secret for secret in secrets if secret in content}:
            parts.setdefault(path.relative_to(server.data).parts[0], set()).update(here)
    return {part: len(here) for part, here in parts.items()}


def keys(server: PostgresServer, name: str) -> set[bytes]:
    return {row["key"] for row in server.execute(name, "SELECT key FROM data_keys")} - {NO_KEY}


def dead_keys(server: PostgresServer, name: str) -> int:
    [row] = server.execute(name, "SELECT n_dead_tup FROM pg_stat_user_tables WHERE relname = 'data_keys'")
    return int(row["n_dead_tup"])


async def live(stores: Stores) -> None:
    """Everything that makes keys: linked accounts, uploads, attempts; some of it stays."""
    for number in range(1, 6):
        await link(stores, number, account(number), f"done {number}")
        await stores.uploads.add(upload(f"image{number}", number))
    await bring_to(stores, AttemptStatus.PROVED, "proved", 7, account(7))


async def erase(stores: Stores) -> None:
    """Everything that erases."""
    await stores.accounts.unlink(1)
    await refresh(stores, 2)
    await link(stores, 3, account(33), "another")
    await stores.uploads.remove(1, "image1")
    await stores.attempts.sweep(NOW.replace(minute=30))


@pytest.mark.parametrize("user", ["bot", "plain"])
async def test_erased_keys_leave_the_table_at_once_and_every_file_within_a_day(
    server: PostgresServer, name: str, user: str, opened: Database, keyring: Keyring
) -> None:
    stores = Stores.of(opened, keyring)
    await live(stores)
    before = keys(server, name)
    assert len(before) == 5 + 5 + 2
    assert found(server, before)["base"] == len(before)

    await erase(stores)
    erased = before - keys(server, name)
    assert len(erased) == 1 + 1 + 1 + 1 + 2
    assert not stores.accounts.settled()
    server.execute(name, END_ALL)  # a session tells what it has counted when it likes, and at its end
    assert dead_keys(server, name)
    housekeeper = Housekeeper(opened)
    await housekeeper.tick(datetime.now(UTC))
    assert stores.accounts.settled()
    assert not dead_keys(server, name)

    await housekeeper.tick(LATE)

    assert server.execute(name, "SELECT * FROM housekeeping") == []
    if user == "plain":  # who may not begin a new log: then it takes the server's own time
        assert set(found(server, erased)) <= {"pg_wal"}
        server.execute("postgres", "SELECT pg_switch_wal()")
    assert found(server, erased) == {}
    assert found(server, before - erased)["base"] == len(before - erased)
    assert (await stores.accounts.linked(2)) is not None


async def test_nothing_secret_is_ever_in_the_folder_in_the_clear(
    server: PostgresServer, opened: Database, keyring: Keyring
) -> None:
    stores = Stores.of(opened, keyring)
    await live(stores)
    await erase(stores)

    secrets = {"access-of-", "refresh-of-", "deletehash-image", "interaction-token", CODE}
    assert found(server, {secret.encode() for secret in secrets}) == {}
    assert "pg_wal" in found(server, {b"imgurian-2"}), "its log is where it is looked for"


async def test_who_reads_the_keys_keeps_them_from_being_written_anew_for_a_second_at_most(
    server: PostgresServer, name: str, opened: Database, keyring: Keyring, caplog: pytest.LogCaptureFixture
) -> None:
    stores = Stores.of(opened, keyring)
    await live(stores)
    await erase(stores)
    housekeeper = Housekeeper(opened)
    async with opened.read() as transaction:
        await transaction.execute(select(data_keys.c.id))
        await housekeeper.tick(LATE)
    assert "copies of erased titles and names may still be" in caplog.text
    assert server.execute(name, "SELECT * FROM housekeeping") != []

    await housekeeper.tick(LATE + PAUSE)
    assert server.execute(name, "SELECT * FROM housekeeping") == []


async def test_a_quiet_hour_is_told_by_what_all_processes_write(
    server: PostgresServer, opened: Database, keyring: Keyring
) -> None:
    stores = Stores.of(opened, keyring)
    await stores.syncs.set(1, "digest")
    await asyncio.sleep(0.05)
    first = await opened.idle()
    second = await opened.idle()
    assert second > first
    await stores.syncs.set(1, "another")
    assert await opened.idle() < second


async def test_a_copy_put_back_knows_who_left_since_and_who_leaves_once_more_is_gone(
    server: PostgresServer, name: str, keyring: Keyring
) -> None:
    """As README.md tells operators: here no record of who has left lies outside of the database and its copies."""
    async with open_database(server.url(name)) as yesterday:
        await link(Stores.of(yesterday, keyring), 1, account(9))
        key = await one_key(yesterday)
    copy = server.make(template=name)
    try:
        async with open_database(server.url(name)) as today:
            await Stores.of(today, keyring).accounts.unlink(1)
        async with open_database(server.url(copy)) as back:
            stores = await Stores.opened(back, keyring, datetime.now(UTC))
            found = await stores.accounts.linked(1)
            assert found == account(9, version=found.version if found else 0)
            with pytest.raises(KeyMissingError):
                await Stores.of(back, Keyring({"another": new_key()})).accounts.linked(1)
            await stores.accounts.unlink(1)
            assert await stores.accounts.linked(1) is None
            assert await one_key(back) == NO_KEY != key
    finally:
        server.drop(copy)


async def one_key(database: Database) -> bytes:
    """The newest data key."""
    async with database.read() as transaction:
        newest = select(data_keys.c.key).order_by(data_keys.c.id.desc()).limit(1)
        return bytes((await transaction.execute(newest)).scalar_one())
