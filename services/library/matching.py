"""Whether a query finds an item that is at hand, as the index would say it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from imgur.models import Item
from services.indexed import found_by
from services.text import folded, searchable
from storage.models import Key, Mark, Query


def matcher(query: Query, marks: Mapping[Key, Mark], own_tags: Collection[str]) -> Callable[[Item], bool]:
    """Says of an item whether the query finds it; `own_tags` are all of the reader's, folded."""
    named = [_named(run, own_tags) for run in query.tags]
    wanted = {tag for tag, _ in named}
    words = [*query.words, *(word for _, rest in named for word in rest)]

    def fits(item: Item) -> bool:
        mark = marks.get((item.kind.value, item.id), Mark())
        if not wanted <= set(map(folded, mark.tags)):
            return False
        texts = found_by(item.title, item.id, item.description) + searchable(*mark.tags, mark.note)
        return all(word in texts for word in words)

    return fits


def _named(run: tuple[str, ...], own_tags: Collection[str]) -> tuple[str, tuple[str, ...]]:
    """The longest beginning of what stood behind a `#` that is a tag of the reader's, and the words behind that."""
    for end in range(len(run), 0, -1):
        if (name := " ".join(run[:end])) in own_tags:
            return name, run[end:]
    return run[0], ()
