"""What users want otherwise than it is done for everybody."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"


def upgrade() -> None:
    """A process of the release before knows of none, and changes no file either."""
    op.create_table(
        "preferences",
        sa.Column("discord_id", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("keeps_details", sa.Boolean, nullable=False),
    )
