from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from storage import Stores
from storage.database import Database, open_database
from storage.sealing import Keyring, new_key


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "bot.db"


@pytest.fixture
def url(path: Path) -> str:
    return f"sqlite:///{path}"


@pytest.fixture
def keyring() -> Keyring:
    return Keyring({"test": new_key()})


@pytest.fixture
async def database(url: str) -> AsyncIterator[Database]:
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
