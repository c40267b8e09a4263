"""Statements that read the index. A place is told by its rank, which is its own within a shelf."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import islice
from typing import Any, NamedTuple, TypeAlias, TypeVar

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    CompoundSelect,
    Integer,
    RowMapping,
    ScalarSelect,
    Select,
    String,
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
from storage.holding import Word, holds, pattern, rarest_first, unhelped
from storage.library_tables import items, marks, places, tags
from storage.models import IndexedItem, Key, Query, kinds_on

T = TypeVar("T")
Name: TypeAlias = str | BindParameter[str]
Number: TypeAlias = int | BindParameter[int]
"""A value, or where one will stand, in a statement that is made once."""
LIBRARY = bindparam("its_library", type_=BigInteger)
READER = bindparam("its_reader", type_=BigInteger)
SHELF = bindparam("its_shelf", type_=places.c.shelf.type)
KINDS = bindparam("its_kinds", type_=places.c.kind.type, expanding=True)
NAMED = bindparam("its_name", type_=BigInteger)
FIRST = bindparam("so_many", type_=Integer)

PIECE = 500
"""Values of one statement: databases take some thousands, each its own number."""

_FIELDS = [column for column in items.c if column.name not in {"library_id", "item_id"}]


def on_shelf(library: Number, shelf: Name) -> ColumnElement[bool]:
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


def page_of(library: int, shelf: str, *, offset: int, limit: int, oldest: bool = False) -> Select[Any]:
    """One page of all places of a shelf. What stands before it is counted in the index alone."""
    ranks = _ranks().where(on_shelf(library, shelf)).order_by(_rank(places.c.rank, oldest))
    return _at(ranks.offset(offset).limit(limit))


def _ranks() -> Select[Any]:
    return select(places.c.library_id, places.c.shelf, places.c.rank)


def _at(ranks: Select[Any]) -> Select[Any]:
    """The places at these ranks, which an index knows: no database then reads the rows that it only passes."""
    found = ranks.subquery()
    return _place().join(found, and_(*(places.c[column.name] == column for column in found.c)))


class Meaning(NamedTuple):
    """What a query asks for in a library: tags that its reader has, and words; `is_noted` if notes may hold some."""

    tags: Sequence[Word]
    words: Sequence[Word]
    is_noted: bool


async def meaning(transaction: Transaction, library: int, query: Query, reader: int) -> Meaning | None:
    """What the query asks for; None where the reader has no such tag."""
    found = await _tags(transaction, library, reader, query)
    if found is None:
        return None
    wanted, words = found
    if wanted or not words:
        return Meaning(wanted, words, is_noted=bool(wanted))
    values = {LIBRARY.key: library, READER.key: reader, **_patterns("word", words)}
    is_noted = (await transaction.execute(_is_noted(len(words)), values)).scalar()  # by most, nothing is
    return Meaning(wanted, words, is_noted=bool(is_noted))


@lru_cache
def _is_noted(words: int) -> Select[Any]:
    """Whether anything that the reader noted holds one of so many words."""
    return select(_noted(LIBRARY, READER, Meaning((), _to_come("word", words), is_noted=True)).exists())


def _to_come(name: str, number: int) -> list[BindParameter[str]]:
    return [bindparam(f"{name}{at}", type_=String()) for at in range(number)]


def _patterns(name: str, words: Sequence[Word]) -> dict[str, str]:
    return {f"{name}{at}": pattern(str(word)) for at, word in enumerate(words)}


async def found_on(transaction: Transaction, library: int, shelf: str, query: Query, reader: int) -> list[Select[Any]]:
    """The places of what the query finds, as statements that do not overlap; none where nothing can be found."""
    meant = await meaning(transaction, library, query, reader)
    return [] if meant is None else _parts(library, shelf, meant, reader)


def _parts(library: Number, shelf: Name, meant: Meaning, reader: Number) -> list[Select[Any]]:
    """What has all words by itself, and what has some of them in a note."""
    parts = []
    if not meant.tags:
        plain = _place().where(on_shelf(library, shelf))
        parts.append(plain.where(holds(places.c.search, meant.words)) if meant.words else plain)
    if meant.is_noted:
        others = (not_(holds(places.c.search, meant.words)) for _ in parts)
        parts.append(_by_notes(_noted(library, reader, meant), shelf, meant.words, *others))
    return parts


def _noted(library: Number, reader: Number, meant: Meaning) -> Select[Any]:
    """Rows of `marks` that have all of the tags, or one of the words where there are none."""
    noted = select(marks.c.kind).where(marks.c.library_id == library, marks.c.discord_id == reader)
    each = [holds(marks.c.search, [word]) for word in meant.tags or meant.words]
    return noted.where(*each) if meant.tags else noted.where(or_(*each))


def _place() -> Select[Any]:
    """What a place is told by. Its library is told too: what is joined with it needs no other way to find that."""
    return select(places.c.rank, places.c.library_id, places.c.kind, places.c.item_id)


def tag_line(tag: str) -> str:
    """A tag as `marks.search` has it: between signs that no folded text holds."""
    return f"\x1f{tag}\x1f"


def _by_notes(noted: Select[Any], shelf: Name, words: Sequence[Word], *where: ColumnElement[bool]) -> Select[Any]:
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


def first_of(parts: Sequence[Select[Any]], *, limit: Number, offset: int = 0, oldest: bool = False) -> Select[Any]:
    """One page of the places that `found_on` finds."""
    if len(parts) == 1:
        page = parts[0].order_by(_rank(parts[0].selected_columns.rank, oldest)).limit(limit)
        return page.offset(offset) if offset else page
    until = offset + limit if isinstance(limit, int) else limit
    ends = (first_of([part], limit=until, oldest=oldest).subquery() for part in parts)
    every = union_all(*map(select, ends)).subquery()
    return first_of([select(every)], offset=offset, limit=limit, oldest=oldest)


def how_many(parts: Sequence[Select[Any]]) -> Select[Any]:
    """How many places `found_on` finds."""
    counts: list[ScalarSelect[Any]] = [part.with_only_columns(func.count()).scalar_subquery() for part in parts]
    total: ColumnElement[Any] = literal(0, BigInteger)
    for count in counts:
        total += count
    return select(total)


async def offered(
    transaction: Transaction, library: int, shelf: str, query: Query, meant: Meaning | None, *, reader: int, limit: int
) -> tuple[IndexedItem, ...]:
    """The first `limit` on a shelf that are called as the query says, then those that it finds."""
    if meant is None and not query.whole:
        return ()
    wanted, words, is_noted = meant or Meaning((), (), is_noted=False)
    statement = _offers(bool(query.whole), meant is not None, len(wanted), len(words), is_noted)
    values = {LIBRARY.key: library, READER.key: reader, SHELF.key: shelf, KINDS.key: kinds_on(shelf)}
    values |= {NAMED.key: digest(query.whole), FIRST.key: limit}
    values |= _patterns("tag", wanted) | _patterns("word", words)
    found = map(item_of, (await transaction.execute(statement, values)).mappings())
    return tuple(sorted(found, key=lambda item: name_of(item) != query.whole)[:limit])


@lru_cache
def _offers(is_named: bool, is_query: bool, wanted: int, words: int, is_noted: bool) -> Select[Any]:
    """Making it takes as long as a look through a short list: it is made once for each number of words."""
    either: list[Select[Any]] = []
    if is_named:
        either.append(_called())
    if is_query:
        meant = Meaning(_to_come("tag", wanted), _to_come("word", words), is_noted)
        either.append(select(first_of(_parts(LIBRARY, SHELF, meant, READER), limit=FIRST).subquery()))
    return _items_at(SHELF, union(*either))


def _called() -> Select[Any]:
    """The first places of what is called so."""
    named = _ranks().where(on_shelf(LIBRARY, SHELF), places.c.name == NAMED)
    return _at(named.order_by(places.c.rank.desc()).limit(FIRST))


def name_of(item: IndexedItem) -> str:
    """What it is called, folded: the first line of what it is found by."""
    return item.search.strip("\n").partition("\n")[0]


def _rank(column: ColumnElement[int], oldest: bool) -> ColumnElement[int]:
    return column.asc() if oldest else column.desc()


async def _tags(
    transaction: Transaction, library: int, reader: int, query: Query
) -> tuple[list[str], list[str]] | None:
    """The tags that the query names, as lines, and the words that are left; None where the reader has no such tag."""
    wanted: list[str] = []
    words = list(query.words)
    for run in query.tags:
        names = [" ".join(run[:end]) for end in range(len(run), 0, -1)]
        known = select(tags.c.folded).distinct()
        known = known.where(tags.c.library_id == library, tags.c.discord_id == reader, tags.c.folded.in_(names))
        found = set((await transaction.execute(known)).scalars())
        longest = next((name for name in names if name in found), None)
        if longest is None:
            return None
        wanted.append(tag_line(longest))
        words += run[longest.count(" ") + 1 :]
    return list(dict.fromkeys(wanted)), rarest_first(dict.fromkeys(words))
