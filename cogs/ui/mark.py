"""A user's own tags and note as their item shows them: to nobody else. Pure functions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cogs.ui.markdown import Markdown, plain, prose
from cogs.ui.words import md
from locales.text import Plural, Text
from services.mark import LONGEST_NOTE, Mark
from services.text import cut, units

TAGS_ROOM = 600  # units of UTF-16, of the 4,000 of a message
ROOM = 3200
"""Units of UTF-16 for a description, tags and a note together, each up to twice as long as it was: what is escaped."""


def tag_words(tags: Iterable[str], room: int = TAGS_ROOM) -> Markdown:
    """Tags as they are typed in a query, as many as there is room for; markdown."""
    words = [f"#{plain(tag)}" for tag in tags]
    kept = list(words)
    while units(" · ".join(kept)) > room:
        kept.pop()
    left = len(words) - len(kept)
    told = Markdown(" · ".join(kept))
    return md(Plural("{list} and {count} more", "{list} and {count} more", left, list=told)) if left else told


def mark_lines(mark: Mark, before: int) -> Iterator[Markdown]:
    """Tags and note in markdown, beside `before` units of the same message."""
    if mark.tags:
        words = md(Text("**Tags** {tags}", tags=tag_words(mark.tags)))
        before += units(words)
        yield words
    if mark.note:
        note = prose(mark.note, LONGEST_NOTE)
        if units(note) > ROOM - before:  # cut before it is escaped, or it might end within an escape
            note = prose(cut(mark.note, max((ROOM - before) // 2, 1)), LONGEST_NOTE)
        yield Markdown(md(Text("**Note** {note}", note=note)) + "\n")
