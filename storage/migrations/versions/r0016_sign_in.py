"""Whether Imgur's sign-in works, and who wants to hear when it does."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"


def upgrade() -> None:
    """Nothing is known and nobody waits. A process of the release before takes no part."""
    op.create_table(
        "sign_in",
        sa.Column("id", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("looked_at", sa.BigInteger, nullable=False),
        sa.Column("known_at", sa.BigInteger),
        sa.Column("down_since", sa.BigInteger),
        sa.Column("held", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sign_in"),
    )
    op.create_table(
        "sign_in_waits",
        sa.Column("discord_id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("asked_at", sa.BigInteger, nullable=False),
        sa.Column("locale", sa.String(10)),
        sa.Column("nonce", sa.BigInteger, nullable=False),
        sa.Column("claimed_until", sa.BigInteger),
        sa.PrimaryKeyConstraint("discord_id", name="pk_sign_in_waits"),
    )
    op.create_index("ix_sign_in_waits_asked_at", "sign_in_waits", ["asked_at"])
