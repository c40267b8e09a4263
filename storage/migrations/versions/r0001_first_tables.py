"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Accounts, links, link attempts, anonymous uploads, synced commands."""
    op.create_table(
        "imgur_accounts",
        sa.Column("account_id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("username", sa.String, nullable=False),
        sa.Column("access_token", sa.LargeBinary, nullable=False),
        sa.Column("refresh_token", sa.LargeBinary, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("broken", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("account_id", name="pk_imgur_accounts"),
    )
    op.create_table(
        "links",
        sa.Column("discord_id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("account_id", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("discord_id", name="pk_links"),
        sa.ForeignKeyConstraint(["account_id"], ["imgur_accounts.account_id"], name="fk_links_account_id"),
    )
    op.create_index("ix_links_account_id", "links", ["account_id"])
    op.create_table(
        "link_attempts",
        sa.Column("number", sa.BigInteger().with_variant(sa.Integer, "sqlite"), nullable=False),
        sa.Column("id", sa.String, nullable=False),
        sa.Column("discord_id", sa.BigInteger, nullable=False),
        sa.Column("discord_name", sa.String, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
        sa.Column("status", sa.String, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
        sa.Column("origin", sa.LargeBinary),
        sa.Column("nonce_hash", sa.LargeBinary),
        sa.Column("cookie_hash", sa.LargeBinary),
        sa.Column("state_hash", sa.LargeBinary),
        sa.Column("code", sa.LargeBinary),
        sa.Column("account_id", sa.BigInteger),
        sa.Column("username", sa.String),
        sa.Column("access_token", sa.LargeBinary),
        sa.Column("refresh_token", sa.LargeBinary),
        sa.Column("token_expires_at", sa.BigInteger),
        sa.PrimaryKeyConstraint("number", name="pk_link_attempts"),
        sa.UniqueConstraint("id", name="uq_link_attempts_id"),
        sa.UniqueConstraint("nonce_hash", name="uq_link_attempts_nonce_hash"),
        sa.UniqueConstraint("state_hash", name="uq_link_attempts_state_hash"),
    )
    op.create_index("ix_link_attempts_discord_id", "link_attempts", ["discord_id"])
    op.create_table(
        "anonymous_uploads",
        sa.Column("discord_id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("image_id", sa.String, nullable=False),
        sa.Column("deletehash", sa.LargeBinary, nullable=False),
        sa.Column("link", sa.String),
        sa.Column("mime_type", sa.String),
        sa.Column("width", sa.Integer, nullable=False),
        sa.Column("height", sa.Integer, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("title", sa.String),
        sa.Column("description", sa.String),
        sa.Column("uploaded_at", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("discord_id", "image_id", name="pk_anonymous_uploads"),
    )
    op.create_index("ix_anonymous_uploads_discord_id_uploaded_at", "anonymous_uploads", ["discord_id", "uploaded_at"])
    op.create_table(
        "command_syncs",
        sa.Column("application_id", sa.BigInteger, autoincrement=False, nullable=False),
        sa.Column("digest", sa.String, nullable=False),
        sa.PrimaryKeyConstraint("application_id", name="pk_command_syncs"),
    )
