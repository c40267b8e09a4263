"""What users note on items, for themselves: tags and a note. It stays where an item leaves a list and comes back."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import delete, false, func, insert, or_, select

from storage.database import Database, Transaction
from storage.erased import is_erased
from storage.index import notes
from storage.index.owners import library_of_user
from storage.index.reads import among, tag_line
from storage.index.writes import stands
from storage.library_tables import libraries, marks, tags
from storage.models import Key, Mark, Tag
from storage.sealing import Keyring
from storage.tables import links

LET_GO = 0
"""The number of no library."""


class MarkStore:
    """A user's own in a library, which others may share. One that was let go of takes and gives nothing.

    For a user an item has one mark, in whichever of their libraries (`of`) it stands or has one already; where it
    neither stands nor is noted on, in the first. In what is given, and told, these are one.

    Raises DatabaseUnavailableError.
    """

    def __init__(self, database: Database, keyring: Keyring) -> None:
        self._database = database
        self._keyring = keyring

    async def own_library(self, discord_id: int, *, since: datetime | None = None) -> int:
        """The number of a user's own library, for what is in no account; it is made if need be.

        Where they had everything erased `since` then, none is, and the number is that of one that was let go of.
        """
        async with self._database.write() as transaction:
            if since is not None and await is_erased(transaction, self._keyring, discord_id, since):
                return LET_GO
            return await library_of_user(transaction, discord_id)

    async def tags_of(self, library: int, reader: int) -> list[tuple[Tag, int]]:
        """The user's tags and on how many items each is, the most used first."""
        number = func.count().label("number")
        query = select(func.min(tags.c.shown).label("shown"), tags.c.folded, number)
        query = query.where(notes.of(tags, library, reader)).group_by(tags.c.folded)
        rows = await self._database.execute(query.order_by(number.desc(), tags.c.folded))
        return [(Tag(row.shown, row.folded), row.number) for row in rows]

    async def put(
        self,
        of: Sequence[int],
        reader: int,
        key: Key,
        *,
        tags: Sequence[Tag] | None = None,
        note: tuple[str | None, str] | None = None,
    ) -> tuple[Mark, Mark]:
        """Replace what is given, in one write in all of its libraries: tags; a note, with the line that finds it.

        What was there before, and what is there now, spelled as each tag was first written.
        """
        changed = Mark(), Mark()
        async with self._database.write() as transaction:
            there = await _those_there(transaction, of, reader)
            for kept in await _kept(transaction, of, there, reader, [key]):
                now = kept.noted
                if tags is not None:
                    now = (await _spelled(transaction, there, reader, tags), *now[1:])
                if note is not None:
                    now = (now[0], note[0], note[1] if note[0] is not None else "")
                changed = await _write(transaction, kept, reader, now)
        return changed

    async def add_tags(
        self, of: Sequence[int], reader: int, keys: Collection[Key], given: Sequence[Tag], *, most: int
    ) -> dict[Key, tuple[Mark, Mark]]:
        """Add tags, in one write in all of their libraries, to what is there already, up to `most` on an item.

        What was there before, and now, by item; nothing of those whose library was let go of.
        """
        changed: dict[Key, tuple[Mark, Mark]] = {}
        async with self._database.write() as transaction:
            there = await _those_there(transaction, of, reader)
            new = await _spelled(transaction, there, reader, given)
            for kept in await _kept(transaction, of, there, reader, keys):
                before, note, folded = kept.noted
                now = notes.each_once([*before, *new])[:most]
                changed[kept.key] = await _write(transaction, kept, reader, (now, note, folded))
        return changed


class _Kept(NamedTuple):
    """What is noted on an item, and in which libraries that is kept."""

    key: Key
    libraries: Sequence[int]
    noted: notes.Noted


async def _kept(
    transaction: Transaction, of: Sequence[int], there: Collection[int], reader: int, keys: Collection[Key]
) -> list[_Kept]:
    """Of those `there`: where each item stands or is noted on; else the first of all. Without what has none."""
    noted = {library: await notes.read(transaction, library, reader, keys) for library in of if library in there}
    standing = {library: await stands(transaction, library, keys) for library in noted}
    found: list[_Kept] = []
    for key in keys:
        libraries = [library for library in noted if key in noted[library] or key in standing[library]]
        if libraries := libraries or [library for library in of[:1] if library in noted]:
            together = notes.together([noted[library][key] for library in libraries if key in noted[library]])
            found.append(_Kept(key, libraries, together))
    return found


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


async def _spelled(transaction: Transaction, of: Collection[int], reader: int, given: Sequence[Tag]) -> list[Tag]:
    """The tags, each spelled as the user has it on another item, if they have."""
    query = select(tags.c.folded, func.min(tags.c.shown).label("shown")).group_by(tags.c.folded)
    query = query.where(tags.c.library_id.in_(of), tags.c.discord_id == reader)
    query = query.where(tags.c.folded.in_([tag.folded for tag in given]))
    known = {row.folded: row.shown for row in await transaction.execute(query)}
    return notes.each_once(Tag(known.get(tag.folded, tag.shown), tag.folded) for tag in given)


async def _write(transaction: Transaction, kept: _Kept, reader: int, now: notes.Noted) -> tuple[Mark, Mark]:
    """Put this in the place of what there is; what was noted before, and now."""
    transaction.leaves_copies()
    for library in kept.libraries:
        await _write_in(transaction, library, reader, kept.key, now)
    return notes.mark_of(*kept.noted[:2]), notes.mark_of(*now[:2])


async def _write_in(transaction: Transaction, library: int, reader: int, key: Key, noted: notes.Noted) -> None:
    now, note, folded = noted
    row = {"library_id": library, "discord_id": reader, "kind": key[0], "item_id": key[1]}
    for table in (marks, tags):
        await transaction.execute(delete(table).where(notes.of(table, library, reader), among(table, [key])))
    if now:
        of_tags = [{**row, "position": at, "shown": tag.shown, "folded": tag.folded} for at, tag in enumerate(now)]
        await transaction.execute(insert(tags), of_tags)
    if now or note is not None:
        lines = [*(tag_line(tag.folded) for tag in now), *([folded] if folded else [])]
        search = "\n" + "".join(f"{line}\n" for line in lines)
        await transaction.execute(insert(marks).values(**row, note=note, search=search))
