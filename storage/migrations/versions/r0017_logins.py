"""Link attempts may have a Discord login in them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    """Attempts that are under way have none, nor do those of a process of the release before: they end by the code."""
    op.add_column("link_attempts", sa.Column("login", sa.String(10)))
    op.add_column("link_attempts", sa.Column("logins", sa.Integer))
    op.add_column("link_attempts", sa.Column("foreign_login", sa.Boolean))
