"""What became of several, in words; for the message that shows it, and for the next answer where none could."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from locales.text import Listed, Plural, Text, Value, sentences
from services.bulk.models import UNDONE, Result
from services.selection import Deed, Selected
from services.text import units, unmarked
from services.words import Said, Words
from services.words.waiting import and_more, named

NAMED = 10
"""Items of a kind that are named one by one, or fewer where the words would not fit."""
SPACE = 3000
"""Units of text that an outcome's lists may take: a message holds 4,000 in all."""
_DONE: dict[Deed, Callable[[int], Plural]] = {
    Deed.DELETE: lambda count: Plural("{count} deleted", "{count} deleted", count),
    Deed.FAVORITE: lambda count: Plural("{count} added to your favorites", "{count} added to your favorites", count),
    Deed.ADD: lambda count: Plural("{count} added", "{count} added", count),
    Deed.ADOPT: lambda count: Plural("{count} brought into your account", "{count} brought into your account", count),
}
_ALREADY: dict[Deed, Callable[[int], Plural]] = {
    Deed.FAVORITE: lambda count: Plural("{count} was a favorite before", "{count} were a favorite before", count),
    Deed.ADD: lambda count: Plural("{count} was in the album before", "{count} were in the album before", count),
}
_LEFT: dict[Result, Callable[[int], Plural]] = {
    Result.GONE: lambda count: Plural("{count} was gone already", "{count} were gone already", count),
    Result.UNTOUCHED: lambda count: Plural("{count} untouched", "{count} untouched", count),
    Result.REFUSED: lambda count: Plural("{count} refused by Imgur", "{count} refused by Imgur", count),
    Result.IGNORED: lambda count: Plural(
        "{count} not done, though Imgur said yes", "{count} not done, though Imgur said yes", count
    ),
    Result.UNSEEN: lambda count: Plural("{count} sent, and not seen yet", "{count} sent, and not seen yet", count),
    Result.UNCLEAR: lambda count: Plural(
        "{count} not done, and Imgur does not say why", "{count} not done, and Imgur does not say why", count
    ),
    Result.NOT_READY: lambda count: Plural(
        "{count} still anonymous, as Imgur is not done with it",
        "{count} still anonymous, as Imgur is not done with them",
        count,
    ),
    Result.UNLIKE: lambda count: Plural(
        "{count} still anonymous, as no copy was the same",
        "{count} still anonymous, as no copies were the same",
        count,
    ),
    Result.BOTH: lambda count: Plural(
        "{count} in both places, as Imgur did not delete the anonymous one",
        "{count} in both places, as Imgur did not delete the anonymous ones",
        count,
    ),
    Result.DOUBTFUL: lambda count: Plural(
        "{count} still anonymous, and perhaps in your account as well",
        "{count} still anonymous, and perhaps in your account as well",
        count,
    ),
}
_DONE_ARE: dict[Deed, Callable[[Value], Text]] = {
    Deed.DELETE: lambda names: Text("Deleted: {names}.", names=names),
    Deed.FAVORITE: lambda names: Text("Added to your favorites: {names}.", names=names),
    Deed.ADD: lambda names: Text("Added: {names}.", names=names),
    Deed.ADOPT: lambda names: Text("In your account: {names}.", names=names),
}
_ALREADY_ARE: dict[Deed, Callable[[Value], Text]] = {
    Deed.FAVORITE: lambda names: Text("A favorite before: {names}.", names=names),
    Deed.ADD: lambda names: Text("In the album before: {names}.", names=names),
}
_LEFT_ARE: dict[Result, Callable[[Value], Text]] = {
    Result.GONE: lambda names: Text("Gone already: {names}.", names=names),
    Result.UNTOUCHED: lambda names: Text("Untouched: {names}.", names=names),
    Result.REFUSED: lambda names: Text("Refused by Imgur: {names}.", names=names),
    Result.IGNORED: lambda names: Text("Not done, though Imgur said yes: {names}.", names=names),
    Result.UNSEEN: lambda names: Text("Sent, and not seen yet: {names}.", names=names),
    Result.UNCLEAR: lambda names: Text("Not done, and Imgur does not say why: {names}.", names=names),
    Result.NOT_READY: lambda names: Text(
        "Still anonymous, as Imgur is not done with them (bring them along later): {names}.", names=names
    ),
    Result.UNLIKE: lambda names: Text(
        "Still anonymous, as Imgur makes no copy of them that is the same: {names}.", names=names
    ),
    Result.BOTH: lambda names: Text("In your account, and still there without it: {names}.", names=names),
    Result.DOUBTFUL: lambda names: Text(
        "Still anonymous, and perhaps copied, as Imgur gave no answer (look among your images): {names}.", names=names
    ),
}


def summary(deed: Deed, results: Iterable[Result]) -> Said:
    """How many of each, beginning with what was done."""
    every = list(results)
    counted = [(result, every.count(result)) for result in Result]
    parts = [_counted(deed, result, count) for result, count in counted if count or result is Result.DONE]
    return Text("{each}", each=Listed(tuple(parts)))


def _counted(deed: Deed, result: Result, count: int) -> Plural:
    match result:
        case Result.DONE:
            return _DONE[deed](count)
        case Result.ALREADY:
            return _ALREADY[deed](count)
    return _LEFT[result](count)


def ended(deed: Deed, results: Sequence[tuple[Selected, Result]]) -> Words:
    """It is through. What is in the heading is not said once more: the lists name it."""
    return Words(_heading(deed, results), _lists(deed, results, skip={Result.DONE} if len(results) > NAMED else set()))


def stopped(deed: Deed, results: Sequence[tuple[Selected, Result]], why: Words) -> Words:
    """It goes on when its user says so."""
    reason = sentences(Text("{title}.", title=why.title), why.text)
    return Words(
        Text("Stopped: {counts}", counts=_heading(deed, results)),
        sentences(reason, _lists(deed, results, skip=set()), separator="\n"),
    )


def stopped_as_wished(deed: Deed, results: Sequence[tuple[Selected, Result]]) -> Words:
    """Its user has stopped it."""
    is_left = any(result in UNDONE for _, result in results)
    rest = Text("The rest is done if you press Go on.") if is_left else None
    return stopped(deed, results, Words(Text("You stopped it"), rest))


def _heading(deed: Deed, results: Sequence[tuple[Selected, Result]]) -> Said:
    return summary(deed, (result for _, result in results))


def _lists(deed: Deed, results: Sequence[tuple[Selected, Result]], *, skip: set[Result]) -> Said | None:
    """Which became what; where one thing became of all of them, the heading has said what. Nothing where none fits."""
    is_one = len({became for _, became in results}) == 1
    by_result = {
        result: [item for item, became in results if became is result] for result in Result if result not in skip
    }
    for most in range(NAMED, 0, -1):
        named = {result: _names(items, most) for result, items in by_result.items() if items}
        lists = [
            Text("{names}.", names=names) if is_one else _became(deed, result, names) for result, names in named.items()
        ]
        text = sentences(*lists, separator="\n")
        if units(text.source) <= SPACE:
            return text
    return None


def _became(deed: Deed, result: Result, names: Value) -> Text:
    match result:
        case Result.DONE:
            return _DONE_ARE[deed](names)
        case Result.ALREADY:
            return _ALREADY_ARE[deed](names)
    return _LEFT_ARE[result](names)


def _names(items: Sequence[Selected], most: int) -> Value:
    return and_more([named(unmarked(item.title, 60), item.id) for item in items], most)
