"""The ledger of Imgur's credits."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "credits_left",
        sa.Column("scope", sa.String, nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("limit", sa.Integer, nullable=False),
        sa.Column("remaining", sa.Integer, nullable=False),
        sa.Column("begun_at", sa.BigInteger, nullable=False),
        sa.Column("resets_at", sa.BigInteger, nullable=False),
        sa.Column("was_told", sa.Boolean, nullable=False),
        sa.Column("paused_until", sa.BigInteger),
        sa.Column("users", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("scope", name="pk_credits_left"),
    )
    op.create_index("ix_credits_left_resets_at", "credits_left", ["resets_at"])
    op.create_table(
        "credit_users",
        sa.Column("scope", sa.String, nullable=False),
        sa.Column("number", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("user_id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("used", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("scope", "number", "user_id", name="pk_credit_users"),
    )
    op.create_table(
        "credit_overruns",
        sa.Column("scope", sa.String, nullable=False),
        sa.Column("number", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("scope", "number", name="pk_credit_overruns"),
    )
