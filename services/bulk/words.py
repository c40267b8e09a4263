"""What became of several, in words; for the message that shows it, and for the next answer where none could."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from services.bulk.models import Result
from services.messages import Words
from services.selection import Deed, Selected
from services.text import units, unmarked

NAMED = 10
"""Items of a kind that are named one by one, or fewer where the words would not fit."""
SPACE = 3000
"""Units of text that an outcome's lists may take: a message holds 4,000 in all."""
_DONE = {Deed.DELETE: "deleted", Deed.FAVORITE: "added to your favorites", Deed.ADD: "added"}
_ALREADY = {Deed.FAVORITE: "a favorite before", Deed.ADD: "in the album before"}
_LEFT = {
    Result.REFUSED: "refused by Imgur",
    Result.IGNORED: "not done, though Imgur said yes",
    Result.UNSEEN: "sent, and not seen yet",
}


def summary(deed: Deed, results: Iterable[Result]) -> str:
    """How many of each, beginning with what was done."""
    every = list(results)
    counted = [(result, every.count(result)) for result in Result]
    parts = [_counted(deed, result, count) for result, count in counted if count or result is Result.DONE]
    return ", ".join(parts)


def _counted(deed: Deed, result: Result, count: int) -> str:
    was = "was" if count == 1 else "were"
    match result:
        case Result.DONE:
            return f"{count:,} {_DONE[deed]}"
        case Result.GONE:
            return f"{count:,} {was} gone already"
        case Result.ALREADY:
            return f"{count:,} {was} {_ALREADY[deed]}"
        case Result.UNTOUCHED:
            return f"{count:,} untouched"
        case _:
            return f"{count:,} {_LEFT[result]}"


def ended(deed: Deed, results: Sequence[tuple[Selected, Result]]) -> Words:
    """It is through."""
    return Words(_heading(deed, results), _lists(deed, results, skip={Result.DONE} if len(results) > NAMED else set()))


def stopped(deed: Deed, results: Sequence[tuple[Selected, Result]], why: Words) -> Words:
    """It goes on when its user says so."""
    return Words(f"Stopped: {_heading(deed, results)}", f"{why.title}. {why.text}\n{_lists(deed, results, skip=set())}")


def _heading(deed: Deed, results: Sequence[tuple[Selected, Result]]) -> str:
    return summary(deed, (result for _, result in results))


def _lists(deed: Deed, results: Sequence[tuple[Selected, Result]], *, skip: set[Result]) -> str:
    by_result = {
        result: [item for item, became in results if became is result] for result in Result if result not in skip
    }
    text = ""
    for most in range(NAMED, -1, -1):
        text = "\n".join(_list(deed, result, items, most) for result, items in by_result.items() if items)
        if units(text) <= SPACE:
            break
    return text


def _list(deed: Deed, result: Result, items: Sequence[Selected], most: int) -> str:
    label = _counted(deed, result, len(items))
    label = label[0].upper() + label[1:]
    return f"{label}: {_names(items, most)}." if most else f"{label}."


def _names(items: Sequence[Selected], most: int) -> str:
    named = ", ".join(f"{unmarked(item.title, 60)} ({item.id})".strip() for item in items[:most])
    return named if len(items) <= most else f"{named} and {len(items) - most:,} more"
