"""A user's own tags and notes on images and albums, anyone's. Nobody else sees them; Imgur never hears of them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from errors import NoteTooLongError, NothingToNoteError, NotLinkedError, TagTooLongError, TooManyTagsError
from imgur.models import Item, Kind
from imgur.reference import Reference
from services.library.ability import Shown, abilities, pictures
from services.library.catalogue import Catalogue
from services.library.reading import Viewer
from services.library.suggestions import Scope, uploaded_image
from services.ports import MarkStore
from services.query import TAG_WORDS
from services.quota.caller import caller
from services.text import folded, is_visible, line, passage, searchable, units
from storage.models import Key, Mark, Tag

__all__ = [
    "LONGEST_NOTE",
    "LONGEST_TAG",
    "LONGEST_TAGS",
    "MOST_TAGS",
    "Mark",
    "MarkService",
    "Marked",
    "Tag",
    "Tagged",
    "read_note",
    "read_tags",
]

MOST_TAGS = 20
"""Tags of one item."""
LONGEST_TAG = 50
LONGEST_TAGS = MOST_TAGS * (2 * LONGEST_TAG + 2)
"""Units of UTF-16 that all tags of an item may have, with a comma and a blank behind each."""
LONGEST_NOTE = 1000
"""Units of UTF-16, as Discord counts them: a message shows all of it."""

_BETWEEN = re.compile(
    r"[,;\n\uff0c\uff1b\u3001\u060c\uff64\ufe10\ufe11\ufe14\ufe50\ufe51\ufe54\u037e]|(?<=\s)(?=[#\uff03])"
)  # commas of several scripts, and what is compared as one; or before a #


@dataclass(frozen=True, slots=True)
class Marked:
    """An item on which something was noted, and what was noted before."""

    shown: Shown
    before: Mark

    @property
    def now(self) -> Mark:
        """What is noted now."""
        return self.shown.mark


@dataclass(frozen=True, slots=True)
class Tagged:
    """One of several items, how many tags it got that it had not, and all that it has now."""

    key: Key = field(repr=False)
    new: int
    tags: tuple[str, ...]


class MarkService:
    """`text` names an item as elsewhere. What is known of it is not asked of Imgur.

    Raises what `Catalogue.named` raises, TooManyTagsError, TagTooLongError, NoteTooLongError, NothingToNoteError.
    """

    def __init__(self, catalogue: Catalogue, marks: MarkStore) -> None:
        self._catalogue = catalogue
        self._marks = marks

    async def tag(self, discord_id: int, text: str, typed: str) -> Marked:
        """Replace the tags; nothing typed clears them. They are kept as each was first written."""
        return await self._write(discord_id, text, tags=read_tags(typed))

    async def note(self, discord_id: int, text: str, typed: str) -> Marked:
        """Replace the note; nothing typed clears it."""
        return await self._write(discord_id, text, note=read_note(typed) or "")

    async def both(self, discord_id: int, text: str, tags: str, note: str) -> Marked:
        """Replace tags and note."""
        return await self._write(discord_id, text, tags=read_tags(tags), note=read_note(note) or "")

    async def add_tags(self, discord_id: int, keys: Sequence[Key], typed: str) -> tuple[Tagged, ...]:
        """Add tags to each of these items of the user's, by kind and id; no more than an item may have.

        Raises NothingToNoteError where no tag is typed, NotLinkedError where the account was unlinked meanwhile.
        """
        tags = read_tags(typed)
        if not tags:
            raise NothingToNoteError
        viewer = await self._catalogue.reading.viewer(discord_id)
        of, each = await self._libraries(viewer), list(dict.fromkeys(keys))
        changed = await self._marks.add_tags(of, discord_id, each, tags, most=MOST_TAGS)
        if not changed:  # the account was unlinked just now
            raise NotLinkedError
        became = {
            key: Tagged(key, len(now.tags) - len(before.tags), now.tags) for key, (before, now) in changed.items()
        }
        return tuple(became[key] for key in each if key in became)

    async def mark_of(self, discord_id: int, kind: Kind, item_id: str) -> Mark:
        """What the user noted on an item."""
        viewer = await self._catalogue.reading.viewer(discord_id)
        return await self._catalogue.shelves.mark(viewer, kind, item_id)

    async def bring_along(self, viewer: Viewer, image_id: str, copy_id: str) -> None:
        """Note on a picture's copy what the user noted on the picture, beside what they noted on the copy itself.

        Raises NotLinkedError where the account was unlinked just now.
        """
        discord_id, key = viewer.discord_id, (Kind.IMAGE.value, copy_id)
        mark = await self._catalogue.shelves.mark(viewer, Kind.IMAGE, image_id)
        if mark == Mark():
            return
        of, tags = await self._libraries(viewer), [Tag(tag, folded(tag)) for tag in mark.tags]
        changed = await self._marks.add_tags(of, discord_id, [key], tags, most=MOST_TAGS)
        if not changed:
            raise NotLinkedError
        _, now = changed[key]
        if mark.note is not None and now.note is None:
            await self._marks.put(of, discord_id, key, note=(mark.note, searchable(mark.note).strip("\n")))

    async def _write(
        self, discord_id: int, text: str, *, tags: Sequence[Tag] | None = None, note: str | None = None
    ) -> Marked:
        """Replace what is given; an empty note clears it."""
        viewer = await self._catalogue.reading.viewer(discord_id)

        async def read(reference: Reference) -> Item:
            return await self._item(viewer, reference)

        item = await self._catalogue.named(viewer, text, Scope.ANYTHING, read, lambda found: found)
        mine = await self._catalogue.is_mine(viewer, item)
        hidden = await self._catalogue.uploads.hidden(pictures(item))
        expiry = await self._catalogue.expiry(viewer, item)
        before, now = await self._marks.put(
            await self._libraries(viewer),
            discord_id,
            (item.kind.value, item.id),
            tags=tags,
            note=None if note is None else (note or None, searchable(note).strip("\n")),
        )
        if (tags or note) and now == Mark():  # the account was unlinked just now
            raise NotLinkedError
        can = abilities(item, linked=viewer.is_linked, mine=mine)
        return Marked(Shown(item, can, hidden=hidden, mark=now, expiry=expiry), before)

    async def _item(self, viewer: Viewer, reference: Reference) -> Item:
        if known := await self._catalogue.shelves.known(viewer, reference.kinds, reference.id):
            return known
        if Kind.IMAGE in reference.kinds:
            upload = await self._catalogue.uploads.get(viewer.discord_id, reference.id)
            if upload is not None:
                return uploaded_image(upload)
        return await self._catalogue.reading.item(viewer, reference)

    async def _libraries(self, viewer: Viewer) -> list[int]:
        """Those of the viewer's, of which there is one by then. Raises NotLinkedError as `Shelves.libraries`."""
        found = await self._catalogue.shelves.libraries(viewer)
        return found or [await self._marks.own_library(viewer.discord_id, since=caller().since)]


def read_tags(typed: str) -> list[Tag]:
    """The tags in a text: parted by commas, or each behind a #. Raises what is wrong with them."""
    tags: dict[str, Tag] = {}
    for part in _BETWEEN.split(typed):
        tag = line(line(part).lstrip("#\uff03"))
        name = folded(tag)
        if not is_visible(name):
            continue
        if max(len(tag), len(name)) > LONGEST_TAG or len(name.split()) > TAG_WORDS:
            raise TagTooLongError(LONGEST_TAG, TAG_WORDS)
        tags.setdefault(name, Tag(tag, name))
    if len(tags) > MOST_TAGS:
        raise TooManyTagsError(MOST_TAGS)
    if typed.strip() and not tags:
        raise NothingToNoteError
    return list(tags.values())


def read_note(typed: str) -> str | None:
    """The note in a text; None where it is blank. Raises what is wrong with it."""
    note = passage(typed)
    if units(note) > LONGEST_NOTE:
        raise NoteTooLongError(units(note), LONGEST_NOTE)
    if typed.strip() and not note:
        raise NothingToNoteError
    return note or None
