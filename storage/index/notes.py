"""What users noted, as it is read; nothing here changes it."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, Table, and_, select

from storage.database import Transaction
from storage.index.reads import among, pieces
from storage.library_tables import marks, tags
from storage.models import Key, Mark, Tag


async def read(
    transaction: Transaction, library: int, reader: int, keys: Collection[Key]
) -> dict[Key, tuple[list[Tag], str | None, str]]:
    """Tags, note and what the note is found by."""
    found: dict[Key, tuple[list[Tag], str | None, str]] = {}
    for piece in pieces(keys):
        query = select(marks).where(of(marks, library, reader), among(marks, piece))
        rows = (await transaction.execute(query)).mappings().all()
        query = select(tags).where(of(tags, library, reader), among(tags, piece)).order_by(tags.c.position)
        by_key: dict[Key, list[Tag]] = {}
        for row in (await transaction.execute(query)).mappings():
            by_key.setdefault((row["kind"], row["item_id"]), []).append(Tag(row["shown"], row["folded"]))
        for row in rows:
            key = row["kind"], row["item_id"]
            own = by_key.get(key, [])
            found[key] = own, row["note"], "\n".join(row["search"].split("\n")[1 + len(own) : -1])
    return found


def mark_of(found: Sequence[Tag], note: str | None) -> Mark:
    """The same as it is told."""
    return Mark(tuple(tag.shown for tag in found), note)


def of(table: Table, library: int, reader: int) -> ColumnElement[bool]:
    """A row of what one user noted in a library."""
    return and_(table.c.library_id == library, table.c.discord_id == reader)
