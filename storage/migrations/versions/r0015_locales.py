"""Link attempts know in which language their pages are."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Those that are under way, or that a process of the release before begins, leave it to the browser."""
    op.add_column("link_attempts", sa.Column("locale", sa.String(10)))
