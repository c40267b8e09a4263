"""When users linked and unlinked accounts, and where they began."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    """A process of the release before writes no lines, and attempts without a place."""
    op.create_table(
        "link_events",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer, "sqlite"), nullable=False),
        sa.Column("discord_id", sa.BigInteger, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.Column("deed", sa.String(10), nullable=False),
        sa.Column("proof", sa.String(10)),
        sa.Column("place", sa.String(10)),
        sa.Column("channel_id", sa.BigInteger),
        sa.PrimaryKeyConstraint("number", name="pk_link_events"),
    )
    op.create_index("ix_link_events_discord_id", "link_events", ["discord_id"])
    op.create_index("ix_link_events_at", "link_events", ["at"])
    op.add_column("link_attempts", sa.Column("place", sa.String(10)))
    op.add_column("link_attempts", sa.Column("channel_id", sa.BigInteger))
