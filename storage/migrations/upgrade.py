"""Runs the steps that are missing; imported only where some are."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from storage.errors import NewerDatabaseError


def upgrade(connection: Connection, scripts: Path) -> None:
    """Bring the database to the newest revision in this folder. Raises NewerDatabaseError."""
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
