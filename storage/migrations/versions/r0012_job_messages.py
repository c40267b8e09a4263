"""Jobs know, sealed and for a while, how to reach the message that shows them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Add the columns, empty."""
    op.add_column("jobs", sa.Column("origin", sa.LargeBinary))
    op.add_column("jobs", sa.Column("origin_key_id", sa.BigInteger))
    op.add_column("jobs", sa.Column("origin_until", sa.BigInteger))
