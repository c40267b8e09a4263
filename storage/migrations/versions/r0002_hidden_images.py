"""Pictures that were uploaded as spoilers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the table."""
    op.create_table(
        "hidden_images",
        sa.Column("image_id", sa.String, nullable=False),
        sa.Column("discord_id", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("image_id", name="pk_hidden_images"),
    )
    op.create_index("ix_hidden_images_discord_id", "hidden_images", ["discord_id"])
