"""Who had everything erased, for a while, as a digest."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"


def upgrade() -> None:
    """A table for it."""
    op.create_table(
        "erasures",
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("digest", name="pk_erasures"),
    )
