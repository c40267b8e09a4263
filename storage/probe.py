"""Tries whether a database could be used, and leaves it as it was."""

from __future__ import annotations

import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

from alembic.script import ScriptDirectory

from storage import sqlite
from storage.errors import DatabaseUnavailableError, NewerDatabaseError
from storage.migrations import SCRIPTS

PATIENCE = 1.0  # seconds to wait for another process's write


def probe(url: str) -> None:
    """Raises StorageError if the database at `sqlite:///PATH` could not be opened, written or understood."""
    path = place = Path(url.removeprefix(sqlite.PREFIX)).resolve()
    try:
        if path.exists():
            if not path.is_file():
                raise DatabaseUnavailableError(f"{path} is {'a folder' if path.is_dir() else 'no file'}")
            path.open("r+b").close()
        place = next(parent for parent in path.parents if parent.exists())
        tempfile.TemporaryFile(dir=place).close()
    except OSError as error:
        raise DatabaseUnavailableError(f"nothing can be written to {place}: {error.strerror}") from error
    if not path.exists():
        return
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=rw", uri=True, timeout=PATIENCE)) as connection:
            connection.isolation_level = None
            connection.execute("BEGIN IMMEDIATE")
            revisions = _revisions(connection)
            connection.execute("ROLLBACK")
    except sqlite3.Error as error:
        raise DatabaseUnavailableError(f"the database cannot be used: {error}") from error
    if not revisions <= {script.revision for script in ScriptDirectory(str(SCRIPTS)).walk_revisions()}:
        raise NewerDatabaseError("the database was written by a newer release of the bot")


def _revisions(connection: sqlite3.Connection) -> set[str]:
    if not connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'alembic_version'").fetchone():
        return set()
    return {row[0] for row in connection.execute("SELECT version_num FROM alembic_version")}
