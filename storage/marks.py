"""What users note on items, for themselves: tags and a note. It stays where an item leaves a list and comes back."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from sqlalchemy import delete, func, insert, select

from storage.database import Database, Transaction
from storage.index import notes
from storage.index.owners import library_of_user
from storage.index.reads import among, tag_line
from storage.index.writes import is_there
from storage.library_tables import marks, tags
from storage.models import Key, Mark, Tag


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

    async def set_tags(self, library: int, reader: int, key: Key, tags: Sequence[Tag]) -> tuple[Mark, Mark]:
        """Replace the tags; what was there before, and what is there now, spelled as each tag was first written."""
        return (await self._change(library, reader, [key], tags, add=False))[0]

    async def add_tags(
        self, library: int, reader: int, keys: Sequence[Key], tags: Sequence[Tag], *, most: int
    ) -> list[tuple[Mark, Mark]]:
        """Add tags to what is there already, up to `most` on an item; what was there before, and now, of each."""
        return await self._change(library, reader, keys, tags, add=True, most=most)

    async def set_note(self, library: int, reader: int, key: Key, note: str | None, folded: str) -> tuple[Mark, Mark]:
        """Replace the note; what was there before, and what is there now. It is found by `folded`, a line."""
        async with self._database.write() as transaction:
            if not await is_there(transaction, library):
                return Mark(), Mark()
            known = await notes.read(transaction, library, reader, [key])
            found, before, _ = known.get(key, ([], None, ""))
            await _write(transaction, library, reader, key, (found, note, folded if note is not None else ""))
        return notes.mark_of(found, before), notes.mark_of(found, note)

    async def _change(
        self,
        library: int,
        reader: int,
        keys: Sequence[Key],
        given: Sequence[Tag],
        *,
        add: bool,
        most: int | None = None,
    ) -> list[tuple[Mark, Mark]]:
        changed = []
        async with self._database.write() as transaction:
            if not await is_there(transaction, library):
                return [(Mark(), Mark()) for _ in keys]
            new = await _spelled(transaction, library, reader, given)
            known = await notes.read(transaction, library, reader, keys)
            for key in keys:
                before, note, folded = known.get(key, ([], None, ""))
                now = _each_once([*before, *new])[:most] if add else new
                await _write(transaction, library, reader, key, (now, note, folded))
                changed.append((notes.mark_of(before, note), notes.mark_of(now, note)))
        return changed


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
