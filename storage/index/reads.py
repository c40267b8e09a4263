"""Statements that read the index. A place is told by its rank, which is its own within a shelf."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, TypeAlias, TypeVar

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    CompoundSelect,
    RowMapping,
    ScalarSelect,
    Select,
    and_,
    bindparam,
    func,
    literal,
    not_,
    or_,
    select,
    union,
    union_all,
)

from storage.database import Transaction
from storage.holding import holds, unhelped
from storage.library_tables import items, marks, places, tags
from storage.models import IndexedItem, Key, Query, kinds_on

T = TypeVar("T")
SHELF = bindparam("each_shelf", type_=places.c.shelf.type)
KINDS = bindparam("its_kinds", type_=places.c.kind.type, expanding=True)
Name: TypeAlias = str | BindParameter[str]
"""A shelf's, or `SHELF` in a statement that is made once and asked for several, with `KINDS`."""

PIECE = 500
"""Values of one statement: databases take some thousands, each its own number."""

_FIELDS = [column for column in items.c if column.name not in {"library_id", "item_id"}]


def on_shelf(library: int, shelf: Name) -> ColumnElement[bool]:
    """A place on this shelf."""
    return and_(places.c.library_id == library, places.c.shelf == shelf)


def of_key(library: int, key: Key) -> ColumnElement[bool]:
    """A place of this item."""
    return and_(places.c.library_id == library, places.c.kind == key[0], places.c.item_id == key[1])


def same_item(one: Any, other: Any) -> ColumnElement[bool]:
    """Rows of two tables about one item of one library."""
    return and_(one.c.library_id == other.c.library_id, one.c.kind == other.c.kind, one.c.item_id == other.c.item_id)


def digest(name: str) -> int:
    """What an exact name is looked up by: 64 bits."""
    return int.from_bytes(hashlib.blake2b(name.encode(errors="replace"), digest_size=8).digest(), "big", signed=True)


def pieces(values: Iterable[T]) -> Iterator[list[T]]:
    """The values, as many at a time as a statement takes."""
    left = iter(values)
    while piece := list(islice(left, PIECE)):
        yield piece


def among(table: Any, keys: Collection[Key]) -> ColumnElement[bool]:
    """A row about one of these items, no more than `PIECE`."""
    kinds = {kind for kind, _ in keys}
    return or_(*(and_(table.c.kind == kind, table.c.item_id.in_([i for k, i in keys if k == kind])) for kind in kinds))


def item_of(row: RowMapping) -> IndexedItem:
    """The item of a row of `items` joined with one of `places`."""
    values = {column.name: row[column.name] for column in _FIELDS}
    return IndexedItem(id=row["item_id"], search=row["search"], **values)


async def items_at(
    transaction: Transaction, shelf: str, chosen: Select[Any], *, oldest: bool = False
) -> tuple[IndexedItem, ...]:
    """The items at the places that are selected, in the order of the shelf."""
    found = await transaction.execute(_items_at(shelf, chosen, oldest=oldest))
    return tuple(map(item_of, found.mappings()))


def _items_at(shelf: Name, chosen: Select[Any] | CompoundSelect[Any], *, oldest: bool = False) -> Select[Any]:
    """Written so that no database begins with the shelf, which may be long, whatever it believes of it."""
    place = chosen.subquery()
    search = select(places.c.search).where(same_item(places, place), unhelped(places.c.shelf) == shelf)
    return (
        select(items, search.correlate(place).scalar_subquery().label("search"))
        .select_from(place.join(items, same_item(items, place)))
        .order_by(_rank(place.c.rank, oldest))
    )


def on_all(library: int, shelf: str) -> list[Select[Any]]:
    """Every place of a shelf, as `found_on` gives it."""
    return [_place().where(on_shelf(library, shelf))]


async def found_on(transaction: Transaction, library: int, shelf: Name, query: Query, reader: int) -> list[Select[Any]]:
    """The places of what the query finds, as statements that do not overlap; none where nothing can be found."""
    wanted, words = await _tags(transaction, library, reader, query)
    if wanted is None:
        return []
    plain = _place().where(on_shelf(library, shelf))
    if not words and not wanted:
        return [plain]
    noted = select(marks.c.kind).where(marks.c.library_id == library, marks.c.discord_id == reader)
    if wanted:
        return [_places_of(noted.where(*map(_is_tagged, wanted)), shelf, words)]
    found = plain.where(holds(places.c.search, words))
    noted = noted.where(or_(*(holds(marks.c.search, [word]) for word in words)))
    if not (await transaction.execute(select(noted.exists()))).scalar():  # as for most: half of the statement less
        return [found]
    return [found, _places_of(noted, shelf, words, not_(holds(places.c.search, words)))]


def _place() -> Select[Any]:
    """What a place is told by. Its library is told too: what is joined with it needs no other way to find that."""
    return select(places.c.rank, places.c.library_id, places.c.kind, places.c.item_id)


def _is_tagged(tag: str) -> ColumnElement[bool]:
    """A row of `marks` about an item that has the tag."""
    return holds(marks.c.search, [tag_line(tag)])


def tag_line(tag: str) -> str:
    """A tag as `marks.search` has it: between signs that no folded text holds."""
    return f"\x1f{tag}\x1f"


def _places_of(noted: Select[Any], shelf: Name, words: Sequence[str], *where: ColumnElement[bool]) -> Select[Any]:
    """The places on a shelf of what rows of `marks` are about, where each word is in the item or in the note.

    Written so that neither database begins with the shelf, which may be long, where a user has noted little.
    """
    either = (or_(holds(places.c.search, [word]), holds(marks.c.search, [word])) for word in words)
    here = unhelped(places.c.shelf) == shelf
    kinds = KINDS if isinstance(shelf, BindParameter) else kinds_on(shelf)
    rank = select(places.c.rank).where(same_item(places, marks), here, *either, *where)
    found = noted.where(marks.c.kind.in_(kinds)).with_only_columns(
        rank.correlate(marks).scalar_subquery().label("rank"), marks.c.library_id, marks.c.kind, marks.c.item_id
    )
    place = found.subquery()
    return select(place).where(place.c.rank.is_not(None))


def first_of(parts: Sequence[Select[Any]], *, offset: int, limit: int, oldest: bool = False) -> Select[Any]:
    """One page of the places that `found_on` finds."""
    if len(parts) == 1:
        return parts[0].order_by(_rank(parts[0].selected_columns.rank, oldest)).offset(offset).limit(limit)
    ends = [select(first_of([part], offset=0, limit=offset + limit, oldest=oldest).subquery()) for part in parts]
    every = union_all(*ends).subquery()
    return first_of([select(every)], offset=offset, limit=limit, oldest=oldest)


def how_many(parts: Sequence[Select[Any]]) -> Select[Any]:
    """How many places `found_on` finds."""
    counts: list[ScalarSelect[Any]] = [part.with_only_columns(func.count()).scalar_subquery() for part in parts]
    total: ColumnElement[Any] = literal(0, BigInteger)
    for count in counts:
        total += count
    return select(total)


async def suggestions(
    transaction: Transaction, library: int, query: Query, reader: int, limit: int
) -> Select[Any] | None:
    """What `offered` asks a shelf: the first of what the query finds and the first called so; None to find nothing."""
    either = []
    if query.whole:
        either.append(_called(library, query.whole, limit))
    if parts := await found_on(transaction, library, SHELF, query, reader):
        either.append(select(first_of(parts, offset=0, limit=limit).subquery()))
    return _items_at(SHELF, union(*either)) if either else None


def _called(library: int, name: str, limit: int) -> Select[Any]:
    """The first places on `SHELF` of what is called so; the index of names knows but where they are."""
    named = select(places.c.library_id, places.c.shelf, places.c.rank)
    named = named.where(on_shelf(library, SHELF), places.c.name == digest(name))
    found = named.order_by(places.c.rank.desc()).limit(limit).subquery()
    where = (places.c[column.name] == column for column in found.c)
    return _place().join(found, and_(*where))


async def offered(transaction: Transaction, statement: Select[Any], shelf: str) -> list[IndexedItem]:
    """What `suggestions` finds on a shelf."""
    return list(
        map(item_of, (await transaction.execute(statement, {SHELF.key: shelf, KINDS.key: kinds_on(shelf)})).mappings())
    )


def name_of(item: IndexedItem) -> str:
    """What it is called, folded: the first line of what it is found by."""
    return item.search.strip("\n").partition("\n")[0]


def _rank(column: ColumnElement[int], oldest: bool) -> ColumnElement[int]:
    return column.asc() if oldest else column.desc()


async def _tags(
    transaction: Transaction, library: int, reader: int, query: Query
) -> tuple[list[str] | None, tuple[str, ...]]:
    """The tags that the query names, None where the reader has no such tag, and the words that are left."""
    wanted: list[str] = []
    words = list(query.words)
    for run in query.tags:
        names = [" ".join(run[:end]) for end in range(len(run), 0, -1)]
        known = select(tags.c.folded).distinct()
        known = known.where(tags.c.library_id == library, tags.c.discord_id == reader, tags.c.folded.in_(names))
        found = set((await transaction.execute(known)).scalars())
        longest = next((name for name in names if name in found), None)
        if longest is None:
            return None, ()
        wanted.append(longest)
        words += run[longest.count(" ") + 1 :]
    return list(dict.fromkeys(wanted)), tuple(dict.fromkeys(words))
