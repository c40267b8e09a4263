from __future__ import annotations

import asyncio
import shutil
import sqlite3
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from storage import Stores, migrations
from storage.database import open_database, spawned
from storage.engines import backend
from storage.errors import NewerDatabaseError, StorageError
from storage.migrations import SCRIPTS, migrate
from storage.models import AttemptStatus
from storage.tables import complete
from tests.databases import rows
from tests.storage.factories import CODE, account, cells, dump, link, raw, upload
from tests.storage.saved.make import KEYRING

SAVED = sorted(Path(__file__).with_name("saved").glob("*.sql"))
HEAD = "0024"
ROOT = Path(__file__).parents[2]

TYPES = "SELECT table_name, column_name, data_type FROM information_schema.columns WHERE table_schema = 'public'"

NEXT = """
import sqlalchemy as sa
from alembic import op

revision = "next"
down_revision = "{head}"


def upgrade() -> None:
    op.create_table("extra", sa.Column("id", sa.Integer))
    op.execute("INSERT INTO extra VALUES (1)")
    recreate = "always" if op.get_bind().dialect.name == "sqlite" else "never"
    with op.batch_alter_table("imgur_accounts", recreate=recreate) as batch:
        batch.add_column(sa.Column("note", sa.String, server_default="kept"))
    {end}
"""


@pytest.fixture
def url(empty_url):
    return empty_url


@pytest.fixture
def scripts(tmp_path):
    """The folder of the migrations with one more, which ends as told; or only as far as a revision."""

    def make(end: str | None, upto: str = HEAD) -> Path:
        copy: Path = tmp_path / "scripts"
        shutil.copytree(SCRIPTS, copy)
        for script in (copy / "versions").glob("r*.py"):
            if script.name[1:5] > upto:
                script.unlink()
        if end is not None:
            (copy / "versions" / "next.py").write_text(NEXT.format(head=HEAD, end=end))
        return copy

    return make


async def prepared(url: str) -> None:
    """Have the database as it is before the first migration."""
    at_hand = backend(url, busy_timeout=1)
    await spawned(at_hand.prepare)
    await spawned(at_hand.close)


async def brought_by(scripts: Path, url: str) -> None:
    """Migrate the database with these scripts."""
    at_hand = backend(url, busy_timeout=1)
    await spawned(at_hand.prepare)
    try:
        await spawned(migrate, at_hand, scripts)
    finally:
        await spawned(at_hand.close)


def differences(connection: Connection) -> list[object]:
    return list(compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), complete()))


async def test_the_migrations_make_the_tables_of_this_release(database, url):
    at_hand = backend(url, busy_timeout=1)

    def look() -> list[object]:
        with at_hand.reads.connect() as connection:
            return differences(connection)

    assert await spawned(look) == []
    await spawned(at_hand.close)
    assert cells(url, "alembic_version") == [{"version_num": HEAD}]


async def test_opening_again_changes_nothing(url):
    async with open_database(url):
        pass
    before = dump(url)
    async with open_database(url):
        pass
    assert dump(url) == before


def test_the_newest_revision_is_named():
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    assert ScriptDirectory.from_config(config).get_heads() == [HEAD] == [migrations.HEAD]


async def test_alembic_is_not_loaded_where_nothing_is_to_be_migrated(database, url):
    code = f"""
import asyncio, sys
from storage.database import open_database

async def main():
    async with open_database({url!r}):
        print(sorted({{"alembic", "mako"}} & set(sys.modules)))

asyncio.run(main())
"""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", code, cwd=ROOT, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    said = await process.communicate()
    assert said == (b"[]\n", b"")


def test_a_database_of_every_release_is_saved():
    assert SAVED[-1].stem == f"revision_{HEAD}", "run python -m tests.storage.saved.make and commit what it writes"
    assert len(SAVED) == len(list((SCRIPTS / "versions").glob("r*.py")))


async def load(saved: Path, url: str, scripts: Callable[..., Path]) -> None:
    """The database as a release left it: on PostgreSQL the same rows, in tables of the same revision."""
    script = await asyncio.to_thread(saved.read_text)
    if url.startswith("sqlite:///"):
        path = Path(url.removeprefix("sqlite:///"))
        path.parent.mkdir()
        with raw(path) as connection:
            connection.executescript(script)
        return
    await brought_by(scripts(None, upto=saved.stem.removeprefix("revision_")), url)
    types = {(row["table_name"], row["column_name"]): row["data_type"] for row in rows(url, TYPES)}
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.executescript(script)
        connection.row_factory = sqlite3.Row
        for table in sorted({name for name, _ in types} - {"alembic_version"}, key=lambda name: name == "links"):
            for row in map(dict, connection.execute(f"SELECT * FROM {table}")):
                values = [bool(row[name]) if types[table, name] == "boolean" else row[name] for name in row]
                places = ", ".join(f"${number}" for number in range(1, len(row) + 1))
                rows(url, f"INSERT INTO {table} ({', '.join(row)}) VALUES ({places})", *values)


@pytest.mark.parametrize("saved", SAVED, ids=lambda saved: saved.stem)
async def test_a_database_of_an_earlier_release_opens_with_all_it_holds(url, scripts, saved):
    await load(saved, url, scripts)

    async with open_database(url) as database:
        stores = Stores.of(database, KEYRING)
        shared, other = await stores.accounts.linked(1), await stores.accounts.linked(2)
        waiting = await stores.attempts.current(3)

        assert shared
        assert waiting
        assert shared == other == account(9, version=shared.version)
        assert (waiting.status, waiting.account, waiting.code) == (AttemptStatus.PROVED, account(8), CODE)
        assert waiting.locale == ("pt-BR" if saved.stem > "revision_0014" else None)
        assert await stores.uploads.page(1, offset=0, limit=9) == [upload()]
        assert await stores.uploads.hidden({"hidden7"}) == ({"hidden7"} if saved.stem > "revision_0001" else set())
        assert await stores.syncs.get(7) == "digest"


@pytest.mark.parametrize("fresh", [True, False], ids=["fresh file", "filled database"])
async def test_a_failed_migration_leaves_the_database_as_it_was(url, keyring, scripts, fresh):
    if fresh:
        await prepared(url)
    else:
        async with open_database(url) as database:
            await link(Stores.of(database, keyring))
    before = dump(url)

    with pytest.raises(ZeroDivisionError):
        await brought_by(scripts("1 / 0"), url)

    assert dump(url) == before
    async with open_database(url) as database:
        await database.ping()


async def test_a_migration_that_makes_a_table_anew_keeps_the_rows_that_point_to_it(url, keyring, scripts):
    async with open_database(url) as database:
        await link(Stores.of(database, keyring))

    await brought_by(scripts("pass"), url)

    assert cells(url, "alembic_version") == [{"version_num": "next"}]
    assert [row["note"] for row in cells(url, "imgur_accounts")] == ["kept"]
    assert [row["account_id"] for row in cells(url, "links")] == [9]


async def test_a_migration_that_leaves_rows_pointing_to_nothing_is_undone(url, path, keyring, scripts):
    async with open_database(url) as database:
        await link(Stores.of(database, keyring))
    before = dump(url)

    with pytest.raises(StorageError, match="point to nothing"):
        await brought_by(scripts('op.execute("DELETE FROM imgur_accounts")'), url)

    assert dump(url) == before


async def test_a_database_of_a_newer_release_is_refused_in_words_and_left_alone(url, scripts):
    await brought_by(scripts("pass"), url)
    before = dump(url)

    with pytest.raises(NewerDatabaseError, match="written by a newer release"):
        async with open_database(url):
            pass

    assert dump(url) == before


async def test_opening_a_fresh_file_many_times_at_once_works(url):
    async def use(number: int) -> None:
        async with open_database(url) as database:
            await Stores.of(database, KEYRING).syncs.set(number, "digest")

    await asyncio.gather(*(use(number) for number in range(8)))

    async with open_database(url) as database:
        stores = Stores.of(database, KEYRING)
        assert [await stores.syncs.get(number) for number in range(8)] == ["digest"] * 8


OPEN = """
import asyncio, sys
from storage.database import open_database

async def main():
    print("ready", flush=True)
    sys.stdin.readline()
    async with open_database(sys.argv[1]) as database:
        await database.ping()

asyncio.run(main())
"""


async def started(*command: str) -> asyncio.subprocess.Process:
    pipe = asyncio.subprocess.PIPE
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", *command), cwd=ROOT, env={"PYTHONPATH": str(ROOT)}, stdin=pipe, stdout=pipe, stderr=pipe
    )
    assert process.stdout
    assert await process.stdout.readline() == b"ready\n"
    return process


@pytest.mark.parametrize("upto", [None, "0002"], ids=["empty", "of an earlier release"])
async def test_three_processes_may_bring_the_database_up_to_date_at_once(url, scripts, upto):
    if upto:
        await brought_by(scripts(None, upto), url)
    processes = [await started(OPEN, url) for _ in range(3)]

    answers = await asyncio.gather(*(process.communicate(b"go\n") for process in processes))

    assert [process.returncode for process in processes] == [0, 0, 0], answers
    assert cells(url, "alembic_version") == [{"version_num": HEAD}]


HALF = """
import sys
from pathlib import Path
from asyncio import run
from sqlalchemy.util import greenlet_spawn
from storage.engines import backend
from storage.migrations import migrate

run(greenlet_spawn(migrate, backend(sys.argv[1], busy_timeout=5), Path(sys.argv[2])))
"""


@pytest.mark.parametrize("fresh", [True, False], ids=["fresh database", "filled database"])
async def test_who_is_killed_in_the_middle_of_a_migration_leaves_nothing_and_the_others_go_on(
    url, keyring, scripts, fresh
):
    if fresh:
        await prepared(url)
    else:
        async with open_database(url) as database:
            await link(Stores.of(database, keyring))
    before = dump(url)
    killed = await started(HALF, url, str(scripts('import time; print("ready", flush=True); time.sleep(60)')))
    others = [await started(OPEN, url) for _ in range(2)]
    waiting = asyncio.gather(*(process.communicate(b"go\n") for process in others))
    await asyncio.sleep(0.2)

    assert not fresh or not any(process.returncode == 0 for process in others)
    killed.kill()
    await killed.communicate()
    answers = await waiting

    assert [process.returncode for process in others] == [0, 0], answers
    assert cells(url, "alembic_version") == [{"version_num": HEAD}]
    assert fresh or dump(url) == before
