"""What users noted, as it is read, and how it comes along where an item comes to stand in another library of theirs."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from itertools import chain
from typing import TypeAlias

from sqlalchemy import BigInteger, ColumnElement, Table, and_, literal, not_, select

from storage.database import Transaction
from storage.index.reads import among, pieces
from storage.library_tables import libraries, marks, places, tags
from storage.models import Key, Mark, Tag
from storage.tables import links

Noted: TypeAlias = tuple[Sequence[Tag], str | None, str]
"""Tags, note and what the note is found by."""


async def read(transaction: Transaction, library: int, reader: int, keys: Collection[Key]) -> dict[Key, Noted]:
    """What the reader noted on these in a library."""
    found: dict[Key, Noted] = {}
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


def together(found: Collection[Noted]) -> Noted:
    """What is noted in several libraries, as one: each tag once, and the first note."""
    noted = next(((note, folded) for _, note, folded in found if note is not None), (None, ""))
    return each_once(chain.from_iterable(own for own, _, _ in found)), *noted


def each_once(given: Iterable[Tag]) -> list[Tag]:
    """The tags without what came before."""
    first: dict[str, Tag] = {}
    for tag in given:
        first.setdefault(tag.folded, tag)
    return list(first.values())


def mark_of(found: Sequence[Tag], note: str | None) -> Mark:
    """The same as it is told."""
    return Mark(tuple(tag.shown for tag in found), note)


def of(table: Table, library: int, reader: int) -> ColumnElement[bool]:
    """A row of what one user noted in a library."""
    return and_(table.c.library_id == library, table.c.discord_id == reader)


async def users_of(transaction: Transaction, library: int) -> list[int]:
    """Who is linked to a library's account. They stay so until the transaction ends: whoever unlinks waits.

    Comes before the library is locked, as in `MarkStore` and where somebody unlinks.
    """
    query = select(links.c.discord_id).join(libraries, libraries.c.account_id == links.c.account_id)
    query = query.where(libraries.c.id == library).with_for_update(read=True, of=links)
    return list((await transaction.execute(query)).scalars())


async def bring_along(transaction: Transaction, library: int, users: Collection[int], keys: Collection[Key]) -> None:
    """Of items that stand in an account's library: what its users noted on them in their own, if nothing is there."""
    its = and_(marks.c.library_id == libraries.c.id, marks.c.discord_id == libraries.c.discord_id)
    noted = select(literal(1)).where(its).exists()
    query = select(libraries.c.id, libraries.c.discord_id).where(libraries.c.discord_id.in_(users), noted)
    for own in (await transaction.execute(query)).all() if users and keys else ():
        for piece in pieces(keys):
            for table in _BOTH:
                await _copy(transaction, table, library, of(table, own.id, own.discord_id), among(table, piece))


async def bring_all_along(transaction: Transaction, library: int, discord_id: int) -> None:
    """The same of all that stands there, for a user who is new to the account."""
    query = select(libraries.c.id).where(libraries.c.discord_id == discord_id)
    own: int | None = (await transaction.execute(query)).scalar()
    if own is None:
        return
    for table in _BOTH:
        item = and_(places.c.kind == table.c.kind, places.c.item_id == table.c.item_id)
        stands = select(literal(1)).where(places.c.library_id == library, item).exists()
        await _copy(transaction, table, library, of(table, own, discord_id), stands)


_BOTH = tags, marks
"""In this order: what has a mark has its tags."""


async def _copy(transaction: Transaction, table: Table, library: int, *wanted: ColumnElement[bool]) -> None:
    """Copy rows of users into another library, but for items on which they noted something there."""
    there = marks.alias()
    same = (there.c[name] == table.c[name] for name in ("discord_id", "kind", "item_id"))
    noted = select(literal(1)).where(there.c.library_id == library, *same).exists()
    kept = [column for column in table.c if column.name != "library_id"]
    found = select(literal(library, BigInteger), *kept).where(*wanted, not_(noted))
    names = ["library_id", *(column.name for column in kept)]
    await transaction.execute(transaction.insert(table).from_select(names, found))
