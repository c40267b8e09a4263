"""Which pictures are to be deleted by themselves, and when."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"


def upgrade() -> None:
    """Make the table, empty. A process of the release before deletes by hand alone, and leaves rows of what is gone."""
    in_one_order = sa.String().with_variant(sa.String(collation="C"), "postgresql")
    op.create_table(
        "expiries",
        sa.Column("discord_id", sa.BigInteger, nullable=False),
        sa.Column("image_id", in_one_order, nullable=False),
        sa.Column("account_id", sa.BigInteger),
        sa.Column("due_at", sa.BigInteger, nullable=False),
        sa.Column("try_at", sa.BigInteger, nullable=False),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("claim", sa.String),
        sa.Column("claimed_until", sa.BigInteger),
        sa.Column("deletehash", sa.LargeBinary),
        sa.Column("data_key_id", sa.BigInteger),
        sa.PrimaryKeyConstraint("discord_id", "image_id", name="pk_expiries"),
    )
    op.create_index("ix_expiries_try_at", "expiries", ["try_at"])
