"""Data keys: what is sealed is erased by overwriting its key."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """Make the tables, let rows name their keys, and note that what is there has to be sealed anew."""
    op.create_table(
        "data_keys",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), nullable=False),
        sa.Column("key", sa.LargeBinary, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_data_keys"),
        sqlite_autoincrement=True,
        postgresql_with={"fillfactor": 50},
    )
    op.create_table(
        "housekeeping",
        sa.Column("name", sa.String, nullable=False),
        sa.Column("value", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_housekeeping"),
    )
    op.add_column("imgur_accounts", sa.Column("data_key_id", sa.BigInteger))
    op.add_column("link_attempts", sa.Column("origin_key_id", sa.BigInteger))
    op.add_column("link_attempts", sa.Column("proof_key_id", sa.BigInteger))
    op.add_column("anonymous_uploads", sa.Column("data_key_id", sa.BigInteger))
    op.execute(
        "INSERT INTO housekeeping (name, value) SELECT 'reseal', 0 WHERE EXISTS (SELECT 1 FROM imgur_accounts)"
        " OR EXISTS (SELECT 1 FROM link_attempts) OR EXISTS (SELECT 1 FROM anonymous_uploads)"
    )
