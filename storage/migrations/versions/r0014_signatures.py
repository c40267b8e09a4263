"""Long texts get a signature, by which most that lack a word are seen to."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"


FUNCTION = """
CREATE FUNCTION places_without_signature() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.signature := NULL;
    RETURN NEW;
END
$$
"""
TRIGGER = """
CREATE TRIGGER places_without_signature BEFORE UPDATE OF search ON places FOR EACH ROW
WHEN (OLD.search IS DISTINCT FROM NEW.search AND OLD.signature = NEW.signature)
EXECUTE PROCEDURE places_without_signature()
"""


def upgrade() -> None:
    """What is there gets one as it is written anew: what an account has with its next whole pass.

    A process of the release before may go on for a while, and knows of none: a text that it writes is to have none.
    """
    bits = sa.LargeBinary().with_variant(postgresql.BIT(varying=True), "postgresql")
    op.add_column("places", sa.Column("signature", bits))
    if op.get_context().dialect.name == "postgresql":
        op.execute(FUNCTION)
        op.execute(TRIGGER)
