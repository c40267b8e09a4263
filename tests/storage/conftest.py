from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from storage import Stores
from storage.database import Database, open_database
from storage.sealing import Keyring, new_key
from tests.databases import ENGINES, postgres_database
from tests.storage.factories import link


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Every test of a database runs on both kinds, but for one that says otherwise or looks at SQLite's file."""
    chosen = any(mark.args[0] == "engine" for mark in metafunc.definition.iter_markers("parametrize"))
    if "engine" in metafunc.fixturenames and not chosen:
        metafunc.parametrize("engine", ENGINES[: 1 if "path" in metafunc.fixturenames else None])


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """SQLite's file, not there yet."""
    return tmp_path / "data" / "bot.db"


@pytest.fixture
def empty_url(engine: str, tmp_path: Path) -> Iterator[str]:
    """The address of a database without tables; SQLite's is not there yet."""
    if engine == "sqlite":
        yield f"sqlite:///{tmp_path}/data/bot.db"
    else:
        with postgres_database(empty=True) as url:
            yield url


@pytest.fixture
def url(engine: str, tmp_path: Path) -> Iterator[str]:
    """The address of a database that holds nothing, and on SQLite no table."""
    if engine == "sqlite":
        yield f"sqlite:///{tmp_path}/data/bot.db"
    else:
        with postgres_database() as url:
            yield url


@pytest.fixture
def keyring() -> Keyring:
    return Keyring({"test": new_key()})


@pytest.fixture
async def database(engine: str, url: str, migrated: Path, tmp_path: Path) -> AsyncIterator[Database]:
    if engine == "sqlite":  # quicker than to migrate, which tests without this fixture do
        (tmp_path / "data").mkdir()
        shutil.copy(migrated, tmp_path / "data" / "bot.db")
    async with open_database(url) as opened:
        yield opened


@pytest.fixture
async def other_database(database: Database, url: str) -> AsyncIterator[Database]:
    """A second opening of the same file, as a second process has it."""
    async with open_database(url) as opened:
        yield opened


@pytest.fixture
def stores(database: Database, keyring: Keyring) -> Stores:
    return Stores.of(database, keyring)


@pytest.fixture
def other_stores(other_database: Database, keyring: Keyring) -> Stores:
    return Stores.of(other_database, keyring)


@pytest.fixture
async def library(stores: Stores) -> int:
    """The library of the account 9, to which the user 1 is linked."""
    await link(stores)
    found = await stores.library.library(9)
    assert found is not None
    return found
