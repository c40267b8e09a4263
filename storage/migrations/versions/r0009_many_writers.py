"""What several processes need of each other: one open attempt a user, one refresh an account, sweeping by an index."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

OPEN = sa.text("status IN ('pending', 'bound', 'spent', 'proved')")


def upgrade() -> None:
    """Of several open attempts of one user, which no release has made, the newest stays."""
    op.execute(
        "UPDATE link_attempts SET status = 'void', discord_name = '', origin = NULL, code = NULL, account_id = NULL,"
        " username = NULL, access_token = NULL, refresh_token = NULL, token_expires_at = NULL"
        " WHERE status IN ('pending', 'bound', 'spent', 'proved') AND EXISTS (SELECT 1 FROM link_attempts AS newer"
        " WHERE newer.discord_id = link_attempts.discord_id AND newer.number > link_attempts.number)"
    )
    op.create_index(
        "uq_link_attempts_open", "link_attempts", ["discord_id"], unique=True, sqlite_where=OPEN, postgresql_where=OPEN
    )
    op.create_index("ix_link_attempts_open", "link_attempts", ["expires_at"], sqlite_where=OPEN, postgresql_where=OPEN)
    op.create_index("ix_link_attempts_created_at", "link_attempts", ["created_at"])
    op.add_column("imgur_accounts", sa.Column("refresh_until", sa.BigInteger))
    op.add_column("imgur_accounts", sa.Column("refresh_by", sa.String))
    if op.get_bind().dialect.name == "postgresql":  # in one order everywhere, whatever the collation of the database
        op.alter_column("anonymous_uploads", "image_id", type_=sa.String(collation="C"))
