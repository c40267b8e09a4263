"""What `check` finds out about a database without touching it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from storage.errors import DatabaseUnavailableError, NewerDatabaseError
from storage.probe import probe


@contextmanager
def changed(path: Path, *statements: str) -> Iterator[None]:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement)
        yield


def test_nothing_is_found_and_nothing_left_where_a_database_could_be(tmp_path: Path, migrated: Path) -> None:
    (tmp_path / "empty.db").touch()
    before = migrated.read_bytes()
    for path in (tmp_path / "none" / "deeper" / "bot.db", tmp_path / "empty.db", migrated):
        probe(f"sqlite:///{path}")
    assert [path.name for path in tmp_path.iterdir()] == ["empty.db"]
    assert (tmp_path / "empty.db").read_bytes() == b""
    assert migrated.read_bytes() == before


def test_other_tables_are_no_obstacle(tmp_path: Path) -> None:
    with changed(tmp_path / "bot.db", "CREATE TABLE another (id)"):
        probe(f"sqlite:///{tmp_path / 'bot.db'}")


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="no folder is known here in which nobody may write")
def test_folder_is_named_in_which_nothing_can_be_written() -> None:
    with pytest.raises(DatabaseUnavailableError, match="nothing can be written to /proc: "):
        probe("sqlite:////proc/none/bot.db")


def test_folder_is_no_database(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnavailableError, match="is a folder"):
        probe(f"sqlite:///{tmp_path}")


def test_file_of_something_else_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "bot.db").write_bytes(b"something else, and long enough to be told from an empty one" * 20)
    with pytest.raises(DatabaseUnavailableError, match="cannot be used"):
        probe(f"sqlite:///{tmp_path / 'bot.db'}")


def test_database_of_a_newer_release_is_told(tmp_path: Path) -> None:
    statements = "CREATE TABLE alembic_version (version_num)", "INSERT INTO alembic_version VALUES ('9999')"
    with changed(tmp_path / "bot.db", *statements), pytest.raises(NewerDatabaseError):
        probe(f"sqlite:///{tmp_path / 'bot.db'}")
