"""What PostgreSQL alone can do to us: it is restarted, it ends connections, it asks for passwords and TLS."""

from __future__ import annotations

import asyncio
import signal
import ssl
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from storage import Stores
from storage.database import open_database
from storage.errors import DatabaseUnavailableError, NewerDatabaseError, StorageError
from storage.probe import probe
from tests.conftest import free_port
from tests.databases import a_server, on_postgres, postgres_server, rows
from tests.storage.factories import link, upload

END_ALL = """
SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid()
"""

IN_A_TRANSACTION = """
SELECT state, query FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%'
"""
INSERT = text("INSERT INTO command_syncs VALUES (:id, 'digest')")

pytestmark = on_postgres


# --- while running -----------------------------------------------------------------------------------------------


async def test_connections_that_were_ended_while_idle_are_replaced_unseen(database, stores, url):
    async with database.read(), database.read(), database.write():
        pass
    rows(url, END_ALL)

    for number in range(3):
        await stores.syncs.set(number, "digest")
    await database.ping()


async def test_where_the_server_takes_few_connections_they_are_shared(database, url):
    """`database` has made the tables; a user who may have two connections asks for twenty-one at once."""
    rows(url, "DROP ROLE IF EXISTS crowded")
    rows(url, "CREATE ROLE crowded LOGIN CONNECTION LIMIT 2")
    rows(url, "GRANT SELECT ON alembic_version TO crowded")

    one = text("SELECT 1")

    async def ask(use):
        async with use() as transaction:
            return await transaction.execute(one)

    try:
        async with open_database(url.replace("bot@", "crowded@")) as few:
            asked = [ask(use) if use else few.execute(one) for use in [few.read, few.write, None] * 7]
            assert [row.scalar() for row in await asyncio.gather(*asked)] == [1] * 21
    finally:
        rows(url, "DROP OWNED BY crowded")
        rows(url, "DROP ROLE crowded")


@pytest.mark.parametrize("use", ["read", "write"])
async def test_what_was_under_way_when_connections_were_ended_is_told_and_the_next_works(database, stores, url, use):
    async def disturbed() -> None:
        async with getattr(database, use)() as transaction:
            await transaction.execute(text("SELECT 1"))
            rows(url, END_ALL)
            await transaction.execute(text("SELECT 1"))

    with pytest.raises(DatabaseUnavailableError, match=r"cannot be used: .*(terminat|clos)"):
        await disturbed()
    await stores.syncs.set(1, "digest")


async def test_a_statement_whose_connection_is_ended_meanwhile_is_told_and_the_next_works(database, stores):
    with pytest.raises(DatabaseUnavailableError, match=r"cannot be used: .*(terminat|clos)"):
        await database.execute(text("SELECT pg_terminate_backend(pg_backend_pid())"))
    await stores.syncs.set(1, "digest")


async def test_a_write_that_was_ended_before_its_end_is_not_kept(database, stores, url):
    async def disturbed() -> None:
        async with database.write() as transaction:
            await transaction.execute(text("INSERT INTO command_syncs VALUES (1, 'half')"))
            rows(url, END_ALL)

    with pytest.raises(DatabaseUnavailableError):
        await disturbed()
    assert await stores.syncs.get(1) is None


async def test_a_restart_of_the_server_is_told_and_then_all_goes_on_by_itself(engine, keyring):
    with a_server() as server:
        url = server.url(server.make())
        async with open_database(url) as database:
            stores = Stores.of(database, keyring)
            for how in (signal.SIGINT, signal.SIGQUIT):
                await link(stores, name=how.name)
                server.stop(how)
                with pytest.raises(DatabaseUnavailableError):
                    await stores.accounts.linked(1)
                with pytest.raises(DatabaseUnavailableError):
                    await database.ping()
                server.start()
                assert await stores.accounts.linked(1)
                await database.ping()


async def test_a_lock_of_another_is_waited_for_no_longer_than_told(url, database):
    async with open_database(url, busy_timeout=0.05) as other, database.write() as holder:
        await holder.lock("user", 1)
        async with other.write() as free:
            await free.lock("user", 2)
            await free.lock("account", 1)
        with pytest.raises(DatabaseUnavailableError, match="lock timeout"):
            async with other.write() as waiting:
                await waiting.lock("user", 1)


@pytest.mark.parametrize(("behind", "warned"), [(0, False), (-30, True), (90, True)])
async def test_a_clock_that_is_not_the_server_s_is_told_at_the_start(url, caplog, behind, warned):
    with time_machine.travel(datetime.now(UTC) - timedelta(seconds=behind)):
        async with open_database(url):
            pass
    found = [record for record in caplog.records if "differ" in record.message]
    assert bool(found) is warned
    assert all(abs(record.seconds - behind) <= 1 for record in found)


async def test_no_statement_is_kept_in_the_session(database, stores):
    """Behind PgBouncer the next statement may meet another session, or another process's names in its own."""
    await stores.uploads.add(upload())
    await stores.uploads.page(1, offset=0, limit=9)
    async with database.read() as transaction:
        kept = await transaction.execute(text("SELECT name FROM pg_prepared_statements WHERE name <> ''"))
        assert kept.scalars().all() == []


async def test_changed_tables_are_no_trouble_for_who_has_them_open(stores, url):
    await stores.uploads.add(upload())
    rows(url, "ALTER TABLE anonymous_uploads ALTER COLUMN size TYPE numeric, ADD COLUMN note text")
    rows(url, "ALTER TABLE anonymous_uploads ALTER COLUMN size TYPE bigint, DROP COLUMN note")
    assert await stores.uploads.page(1, offset=0, limit=9) == [upload()]


async def test_what_is_sorted_by_has_an_order_of_its_own_whatever_the_collation_of_the_database(stores, url):
    for image_id in ("b", "A", "a", "B", "Z9", "z1", "_", "ä", "Ä"):
        await stores.uploads.add(upload(image_id))
    page = await stores.uploads.page(1, offset=0, limit=20)
    assert [each.image_id for each in page] == ["A", "B", "Z9", "_", "a", "b", "z1", "Ä", "ä"]
    column = "table_name = 'anonymous_uploads' AND column_name = 'image_id'"
    assert rows(url, f"SELECT collation_name FROM information_schema.columns WHERE {column}") == [
        {"collation_name": "C"}
    ]


# --- getting in --------------------------------------------------------------------------------------------------

PASSWORD = "fake p@ss/w%rd:?#"
IN_ADDRESS = "fake%20p@ss/w%25rd:?#"


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    """Parts of addresses of a server that asks for a password and has a certificate of its own."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = certificate.public_bytes(serialization.Encoding.PEM)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    root = tmp_path_factory.mktemp("root") / "root.crt"
    root.write_bytes(pem)
    (tmp_path_factory.getbasetemp() / "server.pem").write_bytes(pem + private)
    port = free_port()
    with a_server(listen_addresses="localhost", port=str(port)) as server:
        quoted = PASSWORD.replace("'", "''")
        server.execute("postgres", f"ALTER ROLE bot PASSWORD '{quoted}'")
        server.execute("postgres", f"CREATE ROLE reader LOGIN PASSWORD '{quoted}'")
        server.execute("postgres", "CREATE DATABASE imgur")
        server.execute("postgres", "CREATE DATABASE closed ALLOW_CONNECTIONS false")
        empty, newer = server.make(), server.make()
        server.execute(newer, "CREATE TABLE alembic_version (version_num text)")
        server.execute(newer, "INSERT INTO alembic_version VALUES ('9999')")
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(tmp_path_factory.getbasetemp() / "server.pem")
        places = {"at": port, "tls": free_port(), "closed": free_port()}
        addresses = {name: f"localhost:{number}" for name, number in places.items()}
        yield {
            **addresses,
            "root": str(root),
            "newer": newer,
            "empty": empty,
            "context": context,
            "port": port,
            "front": places["tls"],
        }


@pytest.fixture
async def entrance(guarded: dict[str, Any]) -> AsyncIterator[dict[str, Any]]:
    """The same with TLS in front, which the wheel's PostgreSQL is built without: yes to a client that asks for it."""

    async def passed(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            asked = await reader.readexactly(8)
            if asked[4:] == (80877103).to_bytes(4, "big"):
                writer.write(b"S")
                await writer.start_tls(guarded["context"])
                asked = b""
            from_server, to_server = await asyncio.open_connection("localhost", guarded["port"])
            to_server.write(asked)
            await asyncio.gather(copied(reader, to_server), copied(from_server, writer))

    async def copied(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while some := await reader.read(65536):
                writer.write(some)
            writer.close()

    async with await asyncio.start_server(passed, "localhost", guarded["front"]):
        yield guarded


@pytest.mark.parametrize(
    "address",
    [
        "postgresql://bot:{password}@{at}/imgur",
        "postgres://bot:{password}@{at}/imgur?sslmode=disable",
        "postgresql://bot:{password}@{tls}/imgur?sslmode=require&channel_binding=require",
        "postgresql+asyncpg://bot:{password}@{tls}/imgur?ssl=true&pgbouncer=true",
        "postgresql://bot:{password}@{tls}/imgur?sslmode=verify-full&sslrootcert={root}&application_name=x",
        "postgresql://bot:{password}@{closed},{at}/imgur",
    ],
)
async def test_addresses_lead_in(engine, entrance, address):
    url = address.format(**entrance, password=IN_ADDRESS)
    await asyncio.to_thread(probe, url)
    async with open_database(url) as database:
        await database.ping()


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("postgresql://bot:fake-wrong@{at}/imgur", "password authentication failed"),
        ("postgresql://nobody:{password}@{at}/imgur", "password authentication failed"),
        ("postgresql://bot:{password}@{at}/another", 'database "another" does not exist'),
        ("postgresql://bot:{password}@{closed}/imgur", "Connect call failed|refused"),
        ("postgresql://bot:{password}@nowhere.invalid/imgur", "Name or service not known|resolution|nodename"),
        ("postgresql://bot:{password}@{tls}/imgur?sslmode=verify-full", "root certificate|certificate verify failed"),
        (
            "postgresql://bot:{password}@{tls}/imgur?sslmode=verify-full&sslrootcert=/none/root.crt",
            "the file named by sslrootcert: No such file",
        ),
        (
            "postgresql://bot:{password}@{tls}/imgur?sslmode=require&sslcert={root}&sslkey=/",
            "by sslkey: Is a directory",
        ),
        (
            "postgresql://bot:{password}@{tls}/imgur?sslmode=verify-ca&sslrootcert={root}&sslcrl=/none",
            "by sslcrl: No such",
        ),
        ("postgresql://bot:{password}@{at}/imgur?sslmode=require", "rejected SSL upgrade"),
        ("postgresql://bot:{password}@{at}/imgur?options=-cnone%3D1", "unrecognized configuration parameter"),
        ("postgresql://bot:{password}@{at}/closed", "not currently accepting connections"),
        ("postgresql://bot:{password}@{at}/{empty}?search_path=none", "may not make tables"),
        ("postgresql://reader:{password}@{at}/{empty}", "may not make tables"),
        ("postgresql://bot:{password}@{at}/{newer}", "newer release"),
    ],
)
async def test_what_keeps_one_out_is_told_without_the_password(engine, entrance, address, words):
    url = address.format(**entrance, password=IN_ADDRESS)
    with pytest.raises(StorageError, match=words) as refused:
        await asyncio.to_thread(probe, url)
    with pytest.raises(StorageError, match="newer release" if refused.type is NewerDatabaseError else "cannot be used"):
        async with open_database(url):
            pass
    for secret in (PASSWORD, IN_ADDRESS, "fake-wrong"):
        assert secret not in str(refused.value)


async def test_a_database_that_cannot_be_written_is_told(engine):
    server = postgres_server()
    name = server.make()
    server.execute("postgres", f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    with pytest.raises(DatabaseUnavailableError, match=r"cannot be written|read-only"):
        await asyncio.to_thread(probe, server.url(name))
    server.drop(name)


async def test_a_database_that_turns_out_to_be_for_reading_only_cannot_be_used(database, url):
    """As after a change to a replica, while the bot runs."""
    name = rows(url, "SELECT current_database() AS name")[0]["name"]
    postgres_server().execute("postgres", f"ALTER DATABASE {name} SET default_transaction_read_only = on")
    rows(url, END_ALL)
    try:
        with pytest.raises(DatabaseUnavailableError, match="for reading only"):
            await database.ping()
    finally:
        postgres_server().execute("postgres", f"ALTER DATABASE {name} RESET default_transaction_read_only")
    rows(url, END_ALL)
    await database.ping()


async def test_a_database_without_its_tables_cannot_be_used(database, stores, url):
    """Somebody has made it anew under the bot: the log of one that went on as with a fault of ours had 1,000 lines."""
    rows(url, "ALTER TABLE command_syncs RENAME TO elsewhere")
    with pytest.raises(DatabaseUnavailableError, match='relation "command_syncs" does not exist'):
        await stores.syncs.set(1, "digest")
    rows(url, "ALTER TABLE elsewhere RENAME TO command_syncs")
    await stores.syncs.set(1, "digest")


@pytest.mark.parametrize("encoding", ["LATIN1", "SQL_ASCII", "EUC_JP"])
async def test_a_database_that_cannot_hold_every_title_is_told_before_anything_is_written(engine, encoding):
    server = postgres_server()
    name = f"in_{encoding.lower()}"
    server.execute("postgres", f"CREATE DATABASE {name} ENCODING '{encoding}' TEMPLATE template0 LOCALE 'C'")
    url = server.url(name)
    with pytest.raises(DatabaseUnavailableError, match=f"it is in {encoding}.*ENCODING 'UTF8'"):
        await asyncio.to_thread(probe, url)
    with pytest.raises(DatabaseUnavailableError, match=f"it is in {encoding}.*ENCODING 'UTF8'"):
        async with open_database(url):
            pass
    assert rows(url, "SELECT 1 FROM pg_tables WHERE schemaname = 'public'") == []
    server.drop(name)


# --- whole or not at all -----------------------------------------------------------------------------------------


async def cancelled_after(turns: int, work: Coroutine[Any, Any, None]) -> bool:
    """Run, but cancel once the loop has gone round so often; whether it was still under way."""
    task = asyncio.ensure_future(work)
    for _ in range(turns):
        if task.done():
            break
        await asyncio.sleep(0)
    cancelled = task.cancel()
    await asyncio.wait([task])
    return cancelled


async def test_a_write_cancelled_at_any_moment_is_whole_and_leaves_nothing_open(database, stores, url):
    async def write() -> None:
        async with database.write() as transaction:
            for number in (1, 2):
                await transaction.execute(INSERT, {"id": number})

    outcomes = set()
    turns = 0
    while await cancelled_after(turns, write()):
        outcomes.add(len(rows(url, "SELECT * FROM command_syncs")))
        assert rows(url, IN_A_TRANSACTION) == []
        rows(url, "DELETE FROM command_syncs")
        turns = turns * 5 // 4 + 1
    assert len(rows(url, "SELECT * FROM command_syncs")) == 2
    assert {0} <= outcomes <= {0, 2}
    await stores.syncs.set(3, "digest")


async def test_a_fault_of_ours_passes_as_one(database):
    """What the driver refuses to send does not say that the database cannot be used."""
    with pytest.raises(DBAPIError, match="invalid input for query argument"):
        async with database.write() as transaction:
            await transaction.execute(text("INSERT INTO command_syncs VALUES (:id, 'x')"), {"id": 2**63})
    with pytest.raises(DBAPIError, match="does not exist"):
        async with database.write() as transaction:
            await transaction.execute(text("SELECT nothing FROM command_syncs"))
    await database.ping()
