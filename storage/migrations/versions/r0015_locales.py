"""Link attempts know in which language their pages are, and outcomes are kept as values."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Attempts that are under way leave it to the browser, and outcomes are told in English, as they stand there.

    So are those of a process of the release before, which may run beside.
    """
    op.add_column("link_attempts", sa.Column("locale", sa.String(10)))
    op.add_column("jobs", sa.Column("outcome_words", sa.String))
