"""What became of several, in words; for the message that shows it, and for the next answer where none could."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from services.bulk.models import UNDONE, Result
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
    Result.UNCLEAR: "not done, and Imgur does not say why",
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
    """It is through. What is in the heading is not said once more: the lists name it."""
    return Words(_heading(deed, results), _lists(deed, results, skip={Result.DONE} if len(results) > NAMED else set()))


def stopped(deed: Deed, results: Sequence[tuple[Selected, Result]], why: Words) -> Words:
    """It goes on when its user says so."""
    return Words(
        f"Stopped: {_heading(deed, results)}",
        f"{why.title}. {why.text}".rstrip() + f"\n{_lists(deed, results, skip=set())}",
    )


def stopped_as_wished(deed: Deed, results: Sequence[tuple[Selected, Result]]) -> Words:
    """Its user has stopped it."""
    is_left = any(result in UNDONE for _, result in results)
    return stopped(deed, results, Words("You stopped it", "The rest is done if you press Go on." if is_left else ""))


def _heading(deed: Deed, results: Sequence[tuple[Selected, Result]]) -> str:
    return summary(deed, (result for _, result in results))


def _lists(deed: Deed, results: Sequence[tuple[Selected, Result]], *, skip: set[Result]) -> str:
    """Which became what; where one thing became of all of them, the heading has said what. Nothing where none fits."""
    is_one = len({became for _, became in results}) == 1
    by_result = {
        result: [item for item, became in results if became is result] for result in Result if result not in skip
    }
    for most in range(NAMED, 0, -1):
        named = {result: _names(items, most) for result, items in by_result.items() if items}
        text = "\n".join(
            f"{names}." if is_one else f"{_label(deed, result)}: {names}." for result, names in named.items()
        )
        if units(text) <= SPACE:
            return text
    return ""


def _label(deed: Deed, result: Result) -> str:
    """What a list of items is called."""
    labels = {
        Result.DONE: _DONE[deed],
        Result.ALREADY: _ALREADY.get(deed, ""),
        Result.GONE: "gone already",
        Result.UNTOUCHED: "untouched",
    }
    label = labels.get(result) or _LEFT[result]
    return label[0].upper() + label[1:]


def _names(items: Sequence[Selected], most: int) -> str:
    named = ", ".join(f"{unmarked(item.title, 60)} ({item.id})".strip() for item in items[:most])
    return named if len(items) <= most else f"{named} and {len(items) - most:,} more"
