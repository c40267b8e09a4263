"""What users note on items, for themselves: tags and a note. It stays where an item leaves a list and comes back."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from sqlalchemy import delete, false, func, insert, or_, select

from storage.database import Database, Transaction
from storage.index import notes
from storage.index.owners import library_of_user
from storage.index.reads import among, tag_line
from storage.library_tables import libraries, marks, tags
from storage.models import Key, Mark, Tag
from storage.tables import links


class MarkStore:
    """A user's own in a library, which others may share. One that was let go of takes and gives nothing.

    Raises DatabaseUnavailableError.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def own_library(self, discord_id: int) -> int:
        """The number of a user's own library, for what is in no account; it is made if need be."""
        async with self._database.write() as transaction:
            return await library_of_user(transaction, discord_id)

    async def tags_of(self, library: int, reader: int) -> list[tuple[Tag, int]]:
        """The user's tags and on how many items each is, the most used first."""
        number = func.count().label("number")
        query = select(func.min(tags.c.shown).label("shown"), tags.c.folded, number)
        query = query.where(notes.of(tags, library, reader)).group_by(tags.c.folded)
        async with self._database.read() as transaction:
            rows = await transaction.execute(query.order_by(number.desc(), tags.c.folded))
            return [(Tag(row.shown, row.folded), row.number) for row in rows]

    async def put(
        self,
        of: Collection[int],
        reader: int,
        key: Key,
        *,
        tags: Sequence[Tag] | None = None,
        note: tuple[str | None, str] | None = None,
    ) -> tuple[Mark, Mark]:
        """Replace what is given, in one write in each of these libraries: tags; a note, with the line that finds it.

        What was there before, and what is there now, spelled as each tag was first written.
        """
        changed = Mark(), Mark()
        async with self._database.write() as transaction:
            for library in await _those_there(transaction, of, reader):
                known = await notes.read(transaction, library, reader, [key])
                before = now = known.get(key, ([], None, ""))
                if tags is not None:
                    now = (await _spelled(transaction, library, reader, tags), *now[1:])
                if note is not None:
                    now = (now[0], note[0], note[1] if note[0] is not None else "")
                await _write(transaction, library, reader, key, now)
                changed = notes.mark_of(*before[:2]), notes.mark_of(*now[:2])
        return changed

    async def add_tags(
        self, of: Mapping[int, Sequence[Key]], reader: int, given: Sequence[Tag], *, most: int
    ) -> dict[tuple[int, Key], tuple[Mark, Mark]]:
        """Add tags, in one write in each of these libraries, to what is there already, up to `most` on an item.

        What was there before, and now, by library and item.
        """
        changed = {(library, key): (Mark(), Mark()) for library, keys in of.items() for key in keys}
        async with self._database.write() as transaction:
            for library in await _those_there(transaction, of, reader):
                new = await _spelled(transaction, library, reader, given)
                known = await notes.read(transaction, library, reader, of[library])
                for key in of[library]:
                    before, note, folded = known.get(key, ([], None, ""))
                    now = _each_once([*before, *new])[:most]
                    await _write(transaction, library, reader, key, (now, note, folded))
                    changed[library, key] = notes.mark_of(before, note), notes.mark_of(now, note)
        return changed


async def _those_there(transaction: Transaction, wanted: Collection[int], reader: int) -> list[int]:
    """Those that are the reader's: their own, and that of the account they are linked to.

    Nobody else writes to them, and the reader stays linked, until the transaction ends: whoever unlinks waits, and
    erases what was noted meanwhile. In this order, which is that of `leave`.
    """
    link = select(links.c.account_id).where(links.c.discord_id == reader).with_for_update(read=True)
    account = (await transaction.execute(link)).scalar_one_or_none()
    of_reader = or_(libraries.c.discord_id == reader, false() if account is None else libraries.c.account_id == account)
    query = select(libraries.c.id).where(libraries.c.id.in_(wanted), of_reader).order_by(libraries.c.id)
    return list((await transaction.execute(query.with_for_update())).scalars())


async def _spelled(transaction: Transaction, library: int, reader: int, given: Sequence[Tag]) -> list[Tag]:
    """The tags, each spelled as the user has it on another item, if they have."""
    query = select(tags.c.folded, func.min(tags.c.shown).label("shown")).group_by(tags.c.folded)
    query = query.where(notes.of(tags, library, reader), tags.c.folded.in_([tag.folded for tag in given]))
    known = {row.folded: row.shown for row in await transaction.execute(query)}
    return _each_once(Tag(known.get(tag.folded, tag.shown), tag.folded) for tag in given)


async def _write(
    transaction: Transaction, library: int, reader: int, key: Key, found: tuple[Sequence[Tag], str | None, str]
) -> None:
    """Put these tags, this note and what it is found by in the place of what there is."""
    now, note, folded = found
    row = {"library_id": library, "discord_id": reader, "kind": key[0], "item_id": key[1]}
    transaction.leaves_copies()
    for table in (marks, tags):
        await transaction.execute(delete(table).where(notes.of(table, library, reader), among(table, [key])))
    if now:
        of_tags = [{**row, "position": at, "shown": tag.shown, "folded": tag.folded} for at, tag in enumerate(now)]
        await transaction.execute(insert(tags), of_tags)
    if now or note is not None:
        lines = [*(tag_line(tag.folded) for tag in now), *([folded] if folded else [])]
        search = "\n" + "".join(f"{line}\n" for line in lines)
        await transaction.execute(insert(marks).values(**row, note=note, search=search))


def _each_once(given: Iterable[Tag]) -> list[Tag]:
    first: dict[str, Tag] = {}
    for tag in given:
        first.setdefault(tag.folded, tag)
    return list(first.values())
