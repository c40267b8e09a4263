"""Brings a database to this release's tables: one file in `versions/` for each change, never edited afterwards."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import inspect

from storage.engines import Backend

SCRIPTS = Path(__file__).parent
HEAD = "0024"  # the newest revision


def bring_up_to_date(backend: Backend) -> None:
    """Migrate the database, unless there is nothing to do. Called by `greenlet_spawn`."""
    with backend.reads.connect() as connection:
        is_new = not inspect(connection).has_table("alembic_version")
        if not is_new and connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar() == HEAD:
            return
    migrate(backend)


def migrate(backend: Backend, scripts: Path = SCRIPTS) -> None:
    """All steps that are missing, in one transaction: they succeed together or the database stays as it was.

    Called by `greenlet_spawn`.
    """
    from storage.migrations.upgrade import upgrade  # noqa: PLC0415 - Alembic takes longer to load than a start

    with backend.migrating() as connection:
        upgrade(connection, scripts)
