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
    Select,
    and_,
    bindparam,
    func,
    or_,
    select,
    tuple_,
    union,
)

from storage.database import Executor
from storage.holding import Sought, any_holds, holds, rarest_first, sought, unhelped, values_of
from storage.library_tables import items, marks, places, tags
from storage.models import IndexedItem, Key, Query, kinds_on
from storage.signatures import Signature, signed, traces

T = TypeVar("T")
Name: TypeAlias = str | BindParameter[str]
Number: TypeAlias = int | BindParameter[int]
"""A value, or where one will stand."""
# The statements of a search are made once for each number of words: making one takes as long as a look through a short
# list. What they are given stands in these.
LIBRARY = bindparam("its_library", type_=BigInteger)
READER = bindparam("its_reader", type_=BigInteger)
SHELF = bindparam("its_shelf", type_=places.c.shelf.type)
KINDS = bindparam("its_kinds", type_=places.c.kind.type, expanding=True)
NAMED = bindparam("its_name", type_=BigInteger)
TRACES = bindparam("its_traces", type_=Signature)
FIRST = bindparam("so_many", type_=Integer)
OFFSET = bindparam("after_so_many", type_=BigInteger)

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


async def page(
    executor: Executor, library: int, shelf: str, *, offset: int, limit: int, oldest: bool = False
) -> tuple[IndexedItem, ...]:
    """One page of all of a shelf."""
    values = {LIBRARY.key: library, SHELF.key: shelf, OFFSET.key: offset, FIRST.key: limit}
    return await _items(executor, _page(oldest), values)


@lru_cache
def _page(oldest: bool) -> Select[Any]:
    """From the place on that the index alone finds: the rows of what stands before are not read."""
    order = _rank(places.c.rank, oldest)
    first = select(places.c.rank).where(on_shelf(LIBRARY, SHELF)).order_by(order).limit(1).offset(OFFSET)
    is_on_it = places.c.rank >= first.scalar_subquery() if oldest else places.c.rank <= first.scalar_subquery()
    return _items_at(_place().where(on_shelf(LIBRARY, SHELF), is_on_it).order_by(order).limit(FIRST), oldest=oldest)


async def _items(executor: Executor, statement: Select[Any], values: dict[str, Any]) -> tuple[IndexedItem, ...]:
    return tuple(map(item_of, (await executor.execute(statement, values)).mappings()))


def _items_at(chosen: Select[Any] | CompoundSelect[Any], *, oldest: bool = False) -> Select[Any]:
    """The items at these places, in the order of the shelf.

    Written so that no database begins with the shelf, which may be long, whatever it believes of it.
    """
    place = chosen.subquery()
    search = select(places.c.search).where(same_item(places, place), unhelped(places.c.shelf) == SHELF)
    return (
        select(items, search.correlate(place).scalar_subquery().label("search"))
        .select_from(place.join(items, same_item(items, place)))
        .order_by(_rank(place.c.rank, oldest))
    )


def _place() -> Select[Any]:
    """What a place is told by. Its library is told too: what is joined with it needs no other way to find that."""
    return select(places.c.rank, places.c.library_id, places.c.kind, places.c.item_id)


class Meaning(NamedTuple):
    """What a query asks for in a library: tags that its reader has, words that no note of theirs holds, and the others.

    Where there are tags, nobody has asked which words notes hold.
    """

    tags: Sequence[str] = ()
    words: Sequence[str] = ()
    noted: Sequence[str] = ()

    @property
    def shape(self) -> Shape:
        """How many there are of each: what a statement is made for."""
        return Shape(*map(len, self))

    @property
    def values(self) -> dict[str, Any]:
        """What is put into the `Shape.slots`, and the traces of the words that are looked for in items alone."""
        values: dict[str, Any] = {TRACES.key: traces(self.words)}
        for name, each in self._asdict().items():
            for at, word in enumerate(each):
                values |= values_of(f"{name}{at}", word)
        return values


class Shape(NamedTuple):
    """How many tags and words a `Meaning` has of each sort."""

    tags: int
    words: int
    noted: int

    @property
    def slots(self) -> tuple[list[Sought], ...]:
        """Where each of them will stand, of the three sorts."""
        return tuple([sought(f"{name}{at}") for at in range(number)] for name, number in self._asdict().items())


async def meaning(executor: Executor, library: int, query: Query, reader: int) -> Meaning | None:
    """What the query asks for; None where the reader has no such tag."""
    found = await _tags(executor, library, reader, query)
    if found is None:
        return None
    wanted, words = found
    if wanted or not words:
        return Meaning(wanted, noted=words)
    asked = Meaning(words=words)
    values = {LIBRARY.key: library, READER.key: reader, **asked.values}
    row = (await executor.execute(_are_noted(asked.shape), values)).one()
    noted = [word for word, is_noted in zip(words, row, strict=True) if is_noted]
    return Meaning(words=[word for word in words if word not in noted], noted=noted)


@lru_cache
def _are_noted(shape: Shape) -> Select[Any]:
    """Of each word, whether a note of the reader's holds it."""
    _, words, _ = shape.slots
    return select(*(any_holds(marks.c.search, word) for word in words)).where(*_of_reader())


def _of_reader() -> tuple[ColumnElement[bool], ...]:
    return marks.c.library_id == LIBRARY, marks.c.discord_id == READER


@lru_cache
def _all_matches(shape: Shape) -> Select[Any]:
    """The places of all that a query finds on a shelf."""
    wanted, words, noted = shape.slots
    if wanted:
        return _tagged(wanted, noted)
    held = []
    if words:  # first: what misses one is in no need of its notes
        held.append(signed(holds(places.c.search, words), places.c.signature, TRACES))
    either = (or_(holds(places.c.search, [word]), _in_note(word)) for word in noted)
    return _place().where(on_shelf(LIBRARY, SHELF), *held, *either)


def _in_note(word: Sought) -> ColumnElement[bool]:
    """Whether the reader's note of a place's item holds the word: these are looked for once, not place by place."""
    with_it = select(marks.c.kind, marks.c.item_id).where(*_of_reader(), marks.c.kind.in_(KINDS))
    return tuple_(places.c.kind, places.c.item_id).in_(with_it.where(holds(marks.c.search, [word])))


def tag_line(tag: str) -> str:
    """A tag as `marks.search` has it: between signs that no folded text holds."""
    return f"\x1f{tag}\x1f"


def _tagged(wanted: Sequence[Sought], words: Sequence[Sought]) -> Select[Any]:
    """The places on a shelf of what has all of the tags, and each word in the item or in the note.

    Written so that neither database begins with the shelf, which may be long, where a user has tagged little.
    """
    either = (or_(holds(places.c.search, [word]), holds(marks.c.search, [word])) for word in words)
    rank = select(places.c.rank).where(same_item(places, marks), unhelped(places.c.shelf) == SHELF, *either)
    tagged = select(
        rank.correlate(marks).scalar_subquery().label("rank"), marks.c.library_id, marks.c.kind, marks.c.item_id
    )
    place = tagged.where(*_of_reader(), marks.c.kind.in_(KINDS), holds(marks.c.search, wanted)).subquery()
    return select(place).where(place.c.rank.is_not(None))


class Search(NamedTuple):
    """Where a reader looks, and for what."""

    library: int
    shelf: str
    reader: int
    meant: Meaning

    @property
    def values(self) -> dict[str, Any]:
        """What all statements below are given."""
        where = {LIBRARY.key: self.library, SHELF.key: self.shelf, KINDS.key: kinds_on(self.shelf)}
        return {**where, READER.key: self.reader, **self.meant.values}


async def match_count(executor: Executor, search: Search) -> int:
    """How many places there are of what is found."""
    return int((await executor.execute(_match_count(search.meant.shape), search.values)).scalar_one())


@lru_cache
def _match_count(shape: Shape) -> Select[Any]:
    return select(func.count()).select_from(_all_matches(shape).subquery())


async def matches(
    executor: Executor, search: Search, *, offset: int, limit: int, oldest: bool = False
) -> tuple[IndexedItem, ...]:
    """One page of what is found, in the order of the shelf."""
    values = search.values | {OFFSET.key: offset, FIRST.key: limit}
    return await _items(executor, _match_page(search.meant.shape, oldest), values)


@lru_cache
def _match_page(shape: Shape, oldest: bool) -> Select[Any]:
    if not any(shape):
        return _page(oldest)
    return _items_at(_first_matches(shape, oldest).offset(OFFSET), oldest=oldest)


def _first_matches(shape: Shape, oldest: bool = False) -> Select[Any]:
    found = _all_matches(shape)
    return found.order_by(_rank(found.selected_columns.rank, oldest)).limit(FIRST)


async def offered(
    executor: Executor, search: Search, whole: str, *, limit: int, only_called: bool = False
) -> tuple[IndexedItem, ...]:
    """The first `limit` on a shelf that are called `whole`, then, unless `only_called`, those that are found."""
    statement = _offers(bool(whole), None if only_called else search.meant.shape)
    found = await _items(executor, statement, search.values | {NAMED.key: digest(whole), FIRST.key: limit})
    return tuple(sorted(found, key=lambda item: name_of(item) != whole)[:limit])


@lru_cache
def _offers(is_called: bool, shape: Shape | None) -> Select[Any]:
    called = [_called()] if is_called else []
    found = [] if shape is None else [select(_first_matches(shape).subquery())]
    return _items_at(union(*called, *found))


def _called() -> Select[Any]:
    """The first places of what is called so.

    Their ranks come first, which stand in the index of names: asked for more, SQLite goes through the list by its rank.
    """
    ranks = select(places.c.library_id, places.c.shelf, places.c.rank)
    named = ranks.where(on_shelf(LIBRARY, SHELF), places.c.name == NAMED)
    found = named.order_by(places.c.rank.desc()).limit(FIRST).subquery()
    return _place().join(found, and_(*(places.c[column.name] == column for column in found.c)))


def name_of(item: IndexedItem) -> str:
    """What it is called, folded: the first line of what it is found by."""
    return item.search.strip("\n").partition("\n")[0]


def _rank(column: ColumnElement[int], oldest: bool) -> ColumnElement[int]:
    return column.asc() if oldest else column.desc()


async def _tags(executor: Executor, library: int, reader: int, query: Query) -> tuple[list[str], list[str]] | None:
    """The tags that the query names, as lines, and the words that are left; None where the reader has no such tag."""
    wanted: list[str] = []
    words = list(query.words)
    for run in query.tags:
        names = [" ".join(run[:end]) for end in range(len(run), 0, -1)]
        known = select(tags.c.folded).distinct()
        known = known.where(tags.c.library_id == library, tags.c.discord_id == reader, tags.c.folded.in_(names))
        found = set((await executor.execute(known)).scalars())
        longest = next((name for name in names if name in found), None)
        if longest is None:
            return None
        wanted.append(tag_line(longest))
        words += run[longest.count(" ") + 1 :]
    return list(dict.fromkeys(wanted)), rarest_first(dict.fromkeys(words))
