"""The tables of the index. Rows that are read together stand together: a shelf is one stretch of `places`.

Ids and other keys are compared byte by byte, whatever collation a database was made with. No long text is in the key of
an index: PostgreSQL takes none.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Index,
    Integer,
    PrimaryKeyConstraint,
    String,
    Table,
    UniqueConstraint,
    and_,
)

from storage.signatures import Signature
from storage.tables import UtcTime, metadata, on_postgres

Id = String().with_variant(String(collation="C"), "postgresql")

libraries = Table(
    "libraries",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("account_id", BigInteger, unique=True),
    Column("discord_id", BigInteger, unique=True),
    sqlite_autoincrement=True,  # a number is never used again: what comes late finds no library
)
LET_GO = and_(libraries.c.account_id.is_(None), libraries.c.discord_id.is_(None))
Index("ix_libraries_let_go", libraries.c.id, sqlite_where=LET_GO, info=on_postgres(where=LET_GO))

items = Table(
    "items",
    metadata,
    Column("library_id", BigInteger, nullable=False),
    Column("kind", Id, nullable=False),
    Column("item_id", Id, nullable=False),
    Column("title", String),
    Column("description", String),
    Column("mime_type", String),
    Column("animated", Boolean, nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("created", UtcTime),
    Column("nsfw", Boolean, nullable=False),
    Column("favorite", Boolean, nullable=False),
    Column("extra", JSON, nullable=False),
    PrimaryKeyConstraint("library_id", "kind", "item_id"),
    sqlite_with_rowid=False,
)

places = Table(
    "places",
    metadata,
    Column("library_id", BigInteger, nullable=False),
    Column("shelf", Id, nullable=False),
    Column("rank", BigInteger, nullable=False),  # the higher, the newer
    Column("pass", BigInteger, nullable=False),  # the full pass that saw it last
    Column("name", BigInteger, nullable=False),  # a digest of the first line of `search`
    Column("kind", Id, nullable=False),
    Column("item_id", Id, nullable=False),
    Column("search", String, nullable=False),  # empty: not made yet
    Column("signature", Signature),  # of a long `search`; NULL where it was written before there were any
    PrimaryKeyConstraint("library_id", "shelf", "rank"),
    UniqueConstraint("library_id", "kind", "item_id", "shelf", name="uq_places_item"),
    Index("ix_places_name", "library_id", "shelf", "name"),
    sqlite_with_rowid=False,
    info=on_postgres(**{"with": {"toast_tuple_target": 8160}}),  # most long texts stand in their rows
)
UNFOLDED = places.c.search == ""
Index("ix_places_unfolded", places.c.library_id, sqlite_where=UNFOLDED, info=on_postgres(where=UNFOLDED))

syncs = Table(
    "syncs",
    metadata,
    Column("library_id", BigInteger, nullable=False),
    Column("shelf", Id, nullable=False),
    Column("number", BigInteger, nullable=False),
    Column("page", Integer, nullable=False),
    Column("phase", String, nullable=False),
    Column("read", Integer, nullable=False),
    Column("expected", Integer),
    Column("begun_at", UtcTime),
    Column("finished_at", UtcTime),
    Column("version", BigInteger, nullable=False),
    Column("next_rank", BigInteger, nullable=False),  # of what the pass reads next from the newest end
    Column("next_low", BigInteger),  # from the oldest end; NULL: it has not read from there
    Column("reach", BigInteger),  # what rank the last known item had that it has read from the newest end
    PrimaryKeyConstraint("library_id", "shelf"),
    sqlite_with_rowid=False,
)

NOBODY = 0
"""Whose marks say since when an item is believed to be gone (`note`, microseconds since 1970), by one answer alone."""

marks = Table(
    "marks",
    metadata,
    Column("library_id", BigInteger, nullable=False),
    Column("discord_id", BigInteger, nullable=False),
    Column("kind", Id, nullable=False),
    Column("item_id", Id, nullable=False),
    Column("search", String, nullable=False),  # tags, each a line as `tag_line` has it, then the note, folded
    Column("note", String),
    PrimaryKeyConstraint("library_id", "discord_id", "kind", "item_id"),
    sqlite_with_rowid=False,
)

tags = Table(
    "tags",
    metadata,
    Column("library_id", BigInteger, nullable=False),
    Column("discord_id", BigInteger, nullable=False),
    Column("folded", Id, nullable=False),
    Column("kind", Id, nullable=False),
    Column("item_id", Id, nullable=False),
    Column("position", Integer, nullable=False),
    Column("shown", String, nullable=False),
    PrimaryKeyConstraint("library_id", "discord_id", "folded", "kind", "item_id"),
    Index("ix_tags_item", "library_id", "discord_id", "kind", "item_id"),
    sqlite_with_rowid=False,
)
