"""Brings a database to this release's tables: one file in `versions/` for each change, never edited afterwards."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import Connection, Engine

from storage import sqlite

SCRIPTS = Path(__file__).parent
HEAD = "0003"  # the newest revision


def bring_up_to_date(engine: Engine, path: Path, *, busy_timeout: float) -> None:
    """Migrate the file that the engine opens, unless there is nothing to do. Called by `greenlet_spawn`."""
    with engine.connect() as connection:
        if _revision(connection) == HEAD:
            return
    migrate(path, busy_timeout=busy_timeout)


def migrate(path: Path, *, busy_timeout: float, scripts: Path = SCRIPTS) -> None:
    """All steps that are missing, in one transaction: they succeed together or the file stays as it was.

    Foreign keys are off meanwhile, because SQLite changes a table by making it anew, and are checked at the end.
    Called by `greenlet_spawn`.
    """
    from storage.migrations.upgrade import upgrade  # noqa: PLC0415 - Alembic takes longer to load than a start

    engine = sqlite.create_engine(path, busy_timeout=busy_timeout, foreign_keys=False)
    try:
        with engine.execution_options(**{sqlite.BEGIN: "BEGIN IMMEDIATE"}).begin() as connection:
            upgrade(connection, scripts)
    finally:
        engine.dispose()


def _revision(connection: Connection) -> str | None:
    """Where the database stands; None for an empty one."""
    if not connection.exec_driver_sql("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").first():
        return None
    found: str | None = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    return found
