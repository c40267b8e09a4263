"""The index of what accounts and users have, and what users note on it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

ID = sa.String().with_variant(sa.String(collation="C"), "postgresql")
JSON = sa.JSON()
PIECE = 1_000  # rows written at a time


def upgrade() -> None:
    """Make the tables; each linked account gets a library, and each user who has anonymous uploads one with those."""
    _make_libraries()
    _make_items()
    _make_marks()
    _fill(op.get_bind())


def _make_libraries() -> None:
    op.create_table(
        "libraries",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), nullable=False),
        sa.Column("account_id", sa.BigInteger),
        sa.Column("discord_id", sa.BigInteger),
        sa.PrimaryKeyConstraint("id", name="pk_libraries"),
        sa.UniqueConstraint("account_id", name="uq_libraries_account_id"),
        sa.UniqueConstraint("discord_id", name="uq_libraries_discord_id"),
        sqlite_autoincrement=True,
    )
    let_go = sa.text("account_id IS NULL AND discord_id IS NULL")
    op.create_index("ix_libraries_let_go", "libraries", ["id"], sqlite_where=let_go, postgresql_where=let_go)
    op.create_table(
        "syncs",
        sa.Column("library_id", sa.BigInteger, nullable=False),
        sa.Column("shelf", ID, nullable=False),
        sa.Column("number", sa.BigInteger, nullable=False),
        sa.Column("page", sa.Integer, nullable=False),
        sa.Column("phase", sa.String, nullable=False),
        sa.Column("read", sa.Integer, nullable=False),
        sa.Column("expected", sa.Integer),
        sa.Column("begun_at", sa.BigInteger),
        sa.Column("finished_at", sa.BigInteger),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("next_rank", sa.BigInteger, nullable=False),
        sa.Column("next_low", sa.BigInteger),
        sa.Column("reach", sa.BigInteger),
        sa.PrimaryKeyConstraint("library_id", "shelf", name="pk_syncs"),
        sqlite_with_rowid=False,
    )


def _make_items() -> None:
    op.create_table(
        "items",
        sa.Column("library_id", sa.BigInteger, nullable=False),
        sa.Column("kind", ID, nullable=False),
        sa.Column("item_id", ID, nullable=False),
        sa.Column("title", sa.String),
        sa.Column("description", sa.String),
        sa.Column("mime_type", sa.String),
        sa.Column("animated", sa.Boolean, nullable=False),
        sa.Column("width", sa.Integer, nullable=False),
        sa.Column("height", sa.Integer, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("created", sa.BigInteger),
        sa.Column("nsfw", sa.Boolean, nullable=False),
        sa.Column("favorite", sa.Boolean, nullable=False),
        sa.Column("extra", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("library_id", "kind", "item_id", name="pk_items"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "places",
        sa.Column("library_id", sa.BigInteger, nullable=False),
        sa.Column("shelf", ID, nullable=False),
        sa.Column("rank", sa.BigInteger, nullable=False),
        sa.Column("pass", sa.BigInteger, nullable=False),
        sa.Column("name", sa.BigInteger, nullable=False),
        sa.Column("kind", ID, nullable=False),
        sa.Column("item_id", ID, nullable=False),
        sa.Column("search", sa.String, nullable=False),
        sa.PrimaryKeyConstraint("library_id", "shelf", "rank", name="pk_places"),
        sa.UniqueConstraint("library_id", "kind", "item_id", "shelf", name="uq_places_item"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_places_name", "places", ["library_id", "shelf", "name"])
    unfolded = sa.text("search = ''")
    op.create_index("ix_places_unfolded", "places", ["library_id"], sqlite_where=unfolded, postgresql_where=unfolded)
    if op.get_context().dialect.name == "postgresql":  # a text that is searched is not unpacked each time
        op.execute("ALTER TABLE places ALTER COLUMN search SET STORAGE EXTERNAL")


def _make_marks() -> None:
    op.create_table(
        "marks",
        sa.Column("library_id", sa.BigInteger, nullable=False),
        sa.Column("discord_id", sa.BigInteger, nullable=False),
        sa.Column("kind", ID, nullable=False),
        sa.Column("item_id", ID, nullable=False),
        sa.Column("search", sa.String, nullable=False),
        sa.Column("note", sa.String),
        sa.PrimaryKeyConstraint("library_id", "discord_id", "kind", "item_id", name="pk_marks"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "tags",
        sa.Column("library_id", sa.BigInteger, nullable=False),
        sa.Column("discord_id", sa.BigInteger, nullable=False),
        sa.Column("folded", ID, nullable=False),
        sa.Column("kind", ID, nullable=False),
        sa.Column("item_id", ID, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("shown", sa.String, nullable=False),
        sa.PrimaryKeyConstraint("library_id", "discord_id", "folded", "kind", "item_id", name="pk_tags"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_tags_item", "tags", ["library_id", "discord_id", "kind", "item_id"])


def _fill(connection: sa.Connection) -> None:
    """What is searched in the uploads is folded later, by the bot."""
    for owner, table in (("account_id", "imgur_accounts"), ("discord_id", "anonymous_uploads")):
        op.execute(f"INSERT INTO libraries ({owner}) SELECT DISTINCT {owner} FROM {table} ORDER BY {owner}")  # noqa: S608 - no value is in it
    uploads = connection.exec_driver_sql(
        "SELECT l.id, u.image_id, u.link, u.mime_type, u.width, u.height, u.size, u.title, u.description, u.uploaded_at"
        " FROM anonymous_uploads u JOIN libraries l ON l.discord_id = u.discord_id"
        " ORDER BY l.id, u.uploaded_at, u.image_id DESC"
    )
    items, places = sa.table("items", *map(sa.column, ITEM)), sa.table("places", *map(sa.column, PLACE))
    items.c.extra.type = JSON
    rank = 0
    for piece in uploads.partitions(PIECE):
        rows = [dict(zip(UPLOAD, row, strict=True)) for row in piece]
        made = []
        for row in rows:
            rank += 1
            place = {"library_id": row["library_id"], "kind": "image", "item_id": row["item_id"]}
            made.append({**place, "shelf": "uploads", "rank": rank, "pass": 0, "name": 0, "search": ""})
            row |= {"kind": "image", "animated": False, "nsfw": False, "favorite": False}
            link = row.pop("link")
            row["extra"] = {"link": link} if link else {}
        connection.execute(items.insert(), rows)
        connection.execute(places.insert(), made)


UPLOAD = ("library_id", "item_id", "link", "mime_type", "width", "height", "size", "title", "description", "created")
ITEM = (*(name for name in UPLOAD if name != "link"), "kind", "animated", "nsfw", "favorite", "extra")
PLACE = ("library_id", "kind", "item_id", "shelf", "rank", "pass", "name", "search")
