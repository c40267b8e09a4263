"""Long texts get a signature, by which most that lack a word are seen to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """What is there gets one as it is written anew: what an account has with its next whole pass."""
    bits = sa.LargeBinary().with_variant(postgresql.BIT(varying=True), "postgresql")
    op.add_column("places", sa.Column("signature", bits))
