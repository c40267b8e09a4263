"""Brings a database to this release's tables: one file in `versions/` for each change, never edited afterwards."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from storage import sqlite
from storage.errors import NewerDatabaseError, StorageError

SCRIPTS = Path(__file__).parent


async def migrate(path: Path, *, busy_timeout: float, scripts: Path = SCRIPTS) -> None:
    """All steps that are missing, in one transaction: they succeed together or the file stays as it was.

    Foreign keys are off meanwhile, because SQLite changes a table by making it anew, and are checked at the end.
    """
    engine = sqlite.create_engine(path, busy_timeout=busy_timeout, foreign_keys=False)
    try:
        async with engine.execution_options(**{sqlite.BEGIN: "BEGIN IMMEDIATE"}).begin() as connection:
            await connection.run_sync(_upgrade, scripts)
    finally:
        await engine.dispose()


def _upgrade(connection: Connection, scripts: Path) -> None:
    config = Config()
    config.set_main_option("script_location", str(scripts).replace("%", "%%"))
    config.attributes["connection"] = connection
    directory = ScriptDirectory.from_config(config)
    present = set(MigrationContext.configure(connection).get_current_heads())
    if not present <= {script.revision for script in directory.walk_revisions()}:
        raise NewerDatabaseError(
            "the database was written by a newer release of the bot; run that release, or a backup"
        )
    if present == set(directory.get_heads()):
        return
    command.upgrade(config, "head")
    if connection.exec_driver_sql("PRAGMA foreign_key_check").first():
        raise StorageError("a migration left rows that point to nothing")
