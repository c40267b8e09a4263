"""Backups, and the lists of pictures in them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    """There is none yet. A process of the release before knows of none."""
    op.create_table(
        "backups",
        sa.Column("id", sa.String, nullable=False),
        sa.Column("discord_id", sa.BigInteger, nullable=False),
        sa.Column("discord_name", sa.String, nullable=False),
        sa.Column("locale", sa.String(10)),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.Column("status", sa.String, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("nonce_hash", sa.LargeBinary, nullable=False),
        sa.Column("cookie_hash", sa.LargeBinary),
        sa.Column("code_hash", sa.LargeBinary),
        sa.Column("account_id", sa.BigInteger),
        sa.Column("parts", sa.Integer),
        sa.PrimaryKeyConstraint("id", name="pk_backups"),
        sa.UniqueConstraint("discord_id", name="uq_backups_discord_id"),
        sa.UniqueConstraint("nonce_hash", name="uq_backups_nonce_hash"),
    )
    op.create_index("ix_backups_expires_at", "backups", ["expires_at"])
    op.create_table(
        "backup_parts",
        sa.Column("backup_id", sa.String, nullable=False),
        sa.Column("number", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("entries", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("backup_id", "number", name="pk_backup_parts"),
        sa.ForeignKeyConstraint(["backup_id"], ["backups.id"], name="fk_backup_parts_backup_id", ondelete="CASCADE"),
    )
