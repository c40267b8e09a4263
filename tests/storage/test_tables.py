"""The tables as the code knows them."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import create_engine
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateTable

from storage.tables import complete


def _made(path: Path) -> dict[str, str]:
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'alembic%'"
        ).fetchall()
    # A column that is added later stands in the same place, among other blanks.
    return {name: re.sub(r" (?=[,)])", "", " ".join(sql.split())) for name, sql in rows}


def test_migrations_make_the_tables_that_the_code_knows(migrated: Path, tmp_path: Path) -> None:
    """Names of keys and indexes included: a later migration finds them by those."""
    engine = create_engine(f"sqlite:///{tmp_path / 'known.db'}")
    complete().create_all(engine)
    engine.dispose()
    known = _made(tmp_path / "known.db")
    assert len(known) >= 8
    assert _made(migrated) == known


def test_which_numbers_are_made_up_by_the_database() -> None:
    """In SQLite's dialect it does not show which keys are given and which are made up; in PostgreSQL's it does."""
    made = {
        table.name: str(CreateTable(table).compile(dialect=postgresql.dialect())) for table in complete().sorted_tables
    }
    lines = [f"{name}: {line.strip()}" for name, sql in made.items() for line in sql.splitlines() if "SERIAL" in line]
    assert sorted(lines) == [
        "data_keys: id BIGSERIAL NOT NULL,",
        "jobs: id BIGSERIAL NOT NULL,",
        "libraries: id BIGSERIAL NOT NULL,",
        "link_attempts: number BIGSERIAL NOT NULL,",
        "link_events: number BIGSERIAL NOT NULL,",
    ]
