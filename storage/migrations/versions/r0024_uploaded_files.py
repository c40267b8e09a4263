"""From which file which picture was made, so that the same file is known when it is given again."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"


def upgrade() -> None:
    """Make the table, empty. A process of the release before notes nothing, and leaves rows of what is gone."""
    in_one_order = sa.String().with_variant(sa.String(collation="C"), "postgresql")
    op.create_table(
        "uploaded_files",
        sa.Column("discord_id", sa.BigInteger, nullable=False),
        sa.Column("image_id", in_one_order, nullable=False),
        sa.Column("account_id", sa.BigInteger),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("uploaded_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("discord_id", "image_id", name="pk_uploaded_files"),
    )
    op.create_index("ix_uploaded_files_discord_id_digest", "uploaded_files", ["discord_id", "digest"])
