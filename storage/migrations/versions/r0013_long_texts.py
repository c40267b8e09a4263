"""Long texts stay in their rows."""

from __future__ import annotations

from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """On PostgreSQL, as far as a page has room: a search looks through all of them, and each was fetched from apart.

    What is there moves as it is written anew: what an account has with its next whole pass.
    """
    if op.get_context().dialect.name == "postgresql":
        op.execute("ALTER TABLE places SET (toast_tuple_target = 8160)")
