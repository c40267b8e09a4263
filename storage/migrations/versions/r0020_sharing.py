"""What servers allow, and what was shared where, so that it can be listed and taken down."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"


def upgrade() -> None:
    """Everything is allowed as before, and what was shared before is on no record."""
    op.create_table(
        "servers",
        sa.Column("guild_id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("sharing", sa.String, nullable=False),
        sa.Column("channels", sa.JSON, nullable=False),
        sa.Column("mature", sa.Boolean, nullable=False),
        sa.Column("contact", sa.String),
        sa.PrimaryKeyConstraint("guild_id", name="pk_servers"),
    )
    op.create_table(
        "shared_messages",
        sa.Column("message_id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("guild_id", sa.BigInteger),
        sa.Column("channel_id", sa.BigInteger, nullable=False),
        sa.Column("discord_id", sa.BigInteger, nullable=False),
        sa.Column("shared_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("message_id", name="pk_shared_messages"),
    )
    op.create_index("ix_shared_messages_discord_id", "shared_messages", ["discord_id"])
    op.create_index("ix_shared_messages_shared_at", "shared_messages", ["shared_at"])
    op.create_index("ix_shared_messages_guild_id_shared_at", "shared_messages", ["guild_id", "shared_at"])
    op.create_table(
        "shared_items",
        sa.Column("message_id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("item_id", sa.String, nullable=False),
        sa.PrimaryKeyConstraint("message_id", "number", name="pk_shared_items"),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["shared_messages.message_id"],
            name="fk_shared_items_message_id",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_shared_items_item_id", "shared_items", ["item_id"])
