"""A user's own tags and note as their item shows them: to nobody else. Pure functions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cogs.ui.layout import plain, prose
from services.mark import LONGEST_NOTE, Mark
from services.text import cut, units

TAGS_ROOM = 600  # units of UTF-16, of the 4,000 of a message
ROOM = 3200
"""Units of UTF-16 for a description, tags and a note together, each up to twice as long as it was: what is escaped."""


def tag_words(tags: Iterable[str], room: int = TAGS_ROOM) -> str:
    """Tags as they are typed in a query, as many as there is room for; markdown."""
    words = [f"#{plain(tag)}" for tag in tags]
    kept = list(words)
    while units(" · ".join(kept)) > room:
        kept.pop()
    left = len(words) - len(kept)
    return " · ".join(kept) + (f" and {left} more" if left else "")


def mark_lines(mark: Mark, before: int) -> Iterator[str]:
    """Tags and note in markdown, beside `before` units of the same message."""
    if mark.tags:
        words = f"**Tags** {tag_words(mark.tags)}"
        before += units(words)
        yield words
    if mark.note:
        note = prose(mark.note, LONGEST_NOTE)
        if units(note) > ROOM - before:  # cut before it is escaped, or it might end within an escape
            note = prose(cut(mark.note, max((ROOM - before) // 2, 1)), LONGEST_NOTE)
        yield f"**Note** {note}\n"
