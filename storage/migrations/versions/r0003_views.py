"""What galleries remember that fits into no button: their queries, and what was ticked in them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "views",
        sa.Column("id", sa.String, nullable=False),
        sa.Column("discord_id", sa.BigInteger, nullable=False),
        sa.Column("query", sa.String, nullable=False),
        sa.Column("used_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_views"),
    )
    op.create_index("ix_views_used_at", "views", ["used_at"])
    op.create_index("ix_views_discord_id_used_at", "views", ["discord_id", "used_at"])
    op.create_table(
        "selected",
        sa.Column("view_id", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("item_id", sa.String, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("title", sa.String),
        sa.Column("account_id", sa.BigInteger),
        sa.PrimaryKeyConstraint("view_id", "kind", "item_id", name="pk_selected"),
        sa.ForeignKeyConstraint(["view_id"], ["views.id"], name="fk_selected_view_id", ondelete="CASCADE"),
    )
