"""Statements that change the index; each runs inside a caller's write."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, func, literal, not_, or_, select, tuple_

from storage.database import Transaction, upsert
from storage.index.reads import among, digest, name_of, of_key, on_shelf, pieces, same_item
from storage.library_tables import NOBODY, items, libraries, marks, places, syncs, tags
from storage.models import IndexedItem, Key, Shelf, SyncState, album_of, album_shelf
from storage.signatures import signature
from storage.tables import EPOCH, TICK

_ITEM_KEY = ("library_id", "kind", "item_id")
_PLACE_KEY = ("library_id", "kind", "item_id", "shelf")
_OWN = {Shelf.IMAGES.value: "image", Shelf.ALBUMS.value: "album"}


async def is_there(transaction: Transaction, library: int) -> bool:
    """Whether the library was not let go of; nobody else writes to it until the transaction ends."""
    owned = or_(libraries.c.account_id.is_not(None), libraries.c.discord_id.is_not(None))
    query = select(libraries.c.id).where(libraries.c.id == library, owned).with_for_update()
    return (await transaction.execute(query)).first() is not None


def each_once(found: Iterable[IndexedItem]) -> list[IndexedItem]:
    """The items without what came before."""
    first: dict[Key, IndexedItem] = {}
    for item in found:
        first.setdefault(item.key, item)
    return list(first.values())


async def write_items(transaction: Transaction, library: int, found: Sequence[IndexedItem]) -> None:
    """Write what is known of items, whether they are new or not."""
    if not found:
        return
    names = [field.name for field in fields(IndexedItem) if field.name not in {"id", "search"}]
    rows = [
        {"library_id": library, "item_id": item.id, **{name: getattr(item, name) for name in names}} for item in found
    ]
    statement = transaction.insert(items)
    changed = {name: statement.excluded[name] for name in names if name != "kind"}
    await transaction.execute(statement.on_conflict_do_update(index_elements=_ITEM_KEY, set_=changed), rows)


async def write_places(
    transaction: Transaction, library: int, shelf: str, ranked: Sequence[tuple[int, IndexedItem]], number: int
) -> None:
    """Put items at ranks that are free; those that stand on the shelf already move."""
    if not ranked:
        return
    rows = [
        {
            "library_id": library,
            "shelf": shelf,
            "rank": rank,
            "pass": number,
            "kind": item.kind,
            "item_id": item.id,
            **found_by(item),
        }
        for rank, item in ranked
    ]
    statement = transaction.insert(places)
    changed = {name: statement.excluded[name] for name in ("rank", "pass", "name", "search", "signature")}
    await transaction.execute(statement.on_conflict_do_update(index_elements=_PLACE_KEY, set_=changed), rows)


def found_by(item: IndexedItem) -> dict[str, Any]:
    """The columns of a place that an item is found by."""
    return {"search": item.search, "name": digest(name_of(item)), "signature": signature(item.search)}


async def standing(
    transaction: Transaction, library: int, shelf: str, keys: Collection[Key]
) -> Mapping[Key, tuple[int, int]]:
    """Of these, what stands on the shelf: rank and pass."""
    found: dict[Key, tuple[int, int]] = {}
    for piece in pieces(keys):
        query = select(places.c.kind, places.c.item_id, places.c.rank, places.c["pass"])
        query = query.where(on_shelf(library, shelf), among(places, piece))
        for row in (await transaction.execute(query)).mappings():
            found[row["kind"], row["item_id"]] = row["rank"], row["pass"]
    return found


async def stands(transaction: Transaction, library: int, keys: Collection[Key]) -> set[Key]:
    """Of these, what stands on any shelf."""
    found: set[Key] = set()
    for piece in pieces(keys):
        query = select(places.c.kind, places.c.item_id).where(places.c.library_id == library, among(places, piece))
        found |= {(row.kind, row.item_id) for row in await transaction.execute(query.distinct())}
    return found


async def top(transaction: Transaction, library: int, shelf: str) -> int:
    """The highest rank that is taken, also by what a pass will read next."""
    highest = (await transaction.execute(select(func.max(places.c.rank)).where(on_shelf(library, shelf)))).scalar()
    wanted = select(syncs.c.next_rank).where(syncs.c.library_id == library, syncs.c.shelf == shelf)
    return max(highest or 0, (await transaction.execute(wanted)).scalar() or 0)


async def bottom(transaction: Transaction, library: int, shelf: str) -> int:
    """The lowest rank that is taken."""
    lowest = (await transaction.execute(select(func.min(places.c.rank)).where(on_shelf(library, shelf)))).scalar()
    return min(lowest or 0, 0)


async def pass_of(transaction: Transaction, library: int, shelf: str) -> int:
    """The number of the shelf's pass, 0 before the first."""
    query = select(syncs.c.number).where(syncs.c.library_id == library, syncs.c.shelf == shelf)
    return (await transaction.execute(query)).scalar() or 0


async def put_front(transaction: Transaction, library: int, shelf: str, found: Iterable[IndexedItem]) -> None:
    """Put items before all others, in their order."""
    new = each_once(found)
    number = await pass_of(transaction, library, shelf)
    first = await top(transaction, library, shelf) + len(new)
    await write_items(transaction, library, new)
    await write_places(transaction, library, shelf, [(first - at, item) for at, item in enumerate(new)], number)


async def is_wanted(transaction: Transaction, library: int, shelf: str) -> bool:
    """Whether it is one of a library's lists, or of an album that stands there."""
    album = album_of(shelf)
    return album is None or bool(await standing(transaction, library, Shelf.ALBUMS, [("album", album)]))


async def take_off(
    transaction: Transaction, library: int, keys: Collection[Key], shelf: str | None, *, keep_marks: bool = False
) -> None:
    """Take items off one shelf, or off all with what was noted on them; an album takes its own shelf along.

    What is none of the account's images any more is in none of its albums.
    """
    off = []
    if shelf is not None:
        off = [or_(places.c.shelf == shelf, of_albums()) if shelf == Shelf.IMAGES else places.c.shelf == shelf]
    for piece in pieces(keys):
        await transaction.execute(delete(places).where(places.c.library_id == library, among(places, piece), *off))
        # In two steps: of a table that has grown fast PostgreSQL knows too little to join it well.
        left = await stands(transaction, library, piece)
        if gone := [key for key in piece if key not in left]:
            await transaction.execute(delete(items).where(items.c.library_id == library, among(items, gone)))
        if shelf is None and not keep_marks:
            await forget_marks(transaction, library, piece)
        if shelf in (None, Shelf.ALBUMS):
            for album in (item_id for kind, item_id in piece if kind == "album"):
                await clear(transaction, library, album_shelf(album))


async def forget_marks(transaction: Transaction, library: int, keys: Collection[Key]) -> None:
    """Delete what anybody noted on these."""
    transaction.leaves_copies()
    for piece in pieces(keys):
        for table in (marks, tags):
            await transaction.execute(delete(table).where(table.c.library_id == library, among(table, piece)))


async def miss(transaction: Transaction, library: int, key: Key, now: datetime) -> None:
    """Take an item off all shelves; what was noted on it stays. Of one's own it is on record for `forget_missed`."""
    own = next(shelf for shelf, kind in _OWN.items() if kind == key[0])
    is_own = bool(await standing(transaction, library, own, [key]))
    await take_off(transaction, library, {key}, None, keep_marks=True)
    noted = select(marks.c.item_id).where(marks.c.library_id == library, among(marks, [key])).limit(1)
    if is_own and (await transaction.execute(noted)).first():
        row = {"library_id": library, "discord_id": NOBODY, "kind": key[0], "item_id": key[1]}
        await upsert(transaction, marks, row, {"search": "", "note": str((now - EPOCH) // TICK)})


async def forget_missed(transaction: Transaction, state: SyncState) -> None:
    """At the end of a whole pass: delete what was noted on items that were missed before it, and that it has not seen.

    What has come back keeps it, and is no longer missed.
    """
    kind, begun = _OWN.get(state.shelf), state.begun_at
    if kind is None or begun is None:
        return
    query = select(marks.c.item_id, marks.c.note)
    query = query.where(marks.c.library_id == state.library, marks.c.discord_id == NOBODY, marks.c.kind == kind)
    since = {(kind, row.item_id): int(row.note) for row in await transaction.execute(query)}
    before = [key for key, at in since.items() if at < (begun - EPOCH) // TICK]
    back = await standing(transaction, state.library, state.shelf, before)
    await forget_marks(transaction, state.library, [key for key in before if key not in back])
    for piece in pieces(back):
        no_longer = (marks.c.library_id == state.library, marks.c.discord_id == NOBODY, among(marks, piece))
        await transaction.execute(delete(marks).where(*no_longer))


async def clear(transaction: Transaction, library: int, shelf: str, kept: Collection[Key] = ()) -> None:
    """Take all off a shelf, but for what is kept."""
    found = await transaction.execute(select(places.c.kind, places.c.item_id).where(on_shelf(library, shelf)))
    gone = {(row.kind, row.item_id) for row in found} - set(kept)
    await take_off(transaction, library, gone, shelf)


def of_albums() -> ColumnElement[bool]:
    """Places on the shelves of albums."""
    return places.c.shelf.startswith(album_shelf(""))


async def drop_from_albums(transaction: Transaction, library: int, gone: ColumnElement[bool]) -> None:
    """Take the images at these places off the shelves of albums; `drop_homeless` is to follow."""
    found = await transaction.execute(select(places.c.kind, places.c.item_id).where(gone))
    for piece in pieces([(row.kind, row.item_id) for row in found]):
        await transaction.execute(
            delete(places).where(places.c.library_id == library, among(places, piece), of_albums())
        )


async def drop_contents(transaction: Transaction, library: int, gone: ColumnElement[bool]) -> None:
    """Take all off the shelves of the albums at these places; `drop_homeless` is to follow."""
    albums = (await transaction.execute(select(places.c.item_id).where(gone))).scalars().all()
    for piece in pieces(map(album_shelf, albums)):
        await transaction.execute(delete(places).where(places.c.library_id == library, places.c.shelf.in_(piece)))


async def drop_homeless(transaction: Transaction, library: int) -> None:
    """Forget items that stand on no shelf any more."""
    stands = select(literal(1)).where(same_item(places, items)).exists()
    await transaction.execute(delete(items).where(items.c.library_id == library, not_(stands)))


async def correct(transaction: Transaction, library: int, item: IndexedItem) -> bool:
    """Write what is known of an item that stands somewhere."""
    change = places.update().where(of_key(library, item.key)).values(**found_by(item))
    if not (await transaction.execute(change)).rowcount:
        return False
    await write_items(transaction, library, [item])
    transaction.leaves_copies()
    return True


async def empty(transaction: Transaction, library: int, limit: int) -> int:
    """Delete up to `limit` rows of a library that was let go of, itself as the last."""
    deleted = 0
    for table in (places, items, marks, tags, syncs):
        keys = list(table.primary_key.columns)
        chosen = select(*keys).where(table.c.library_id == library).limit(limit - deleted)
        condition = and_(table.c.library_id == library, tuple_(*keys).in_(chosen))
        deleted += (await transaction.execute(delete(table).where(condition))).rowcount
        if deleted >= limit:
            return deleted
    transaction.leaves_copies()
    return deleted + (await transaction.execute(delete(libraries).where(libraries.c.id == library))).rowcount
