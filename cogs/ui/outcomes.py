"""What became of pictures that were put into an album or taken out of it. Pure functions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from discord import ui

from cogs.ui.item import link_button, linked
from cogs.ui.layout import notice, trouble
from cogs.ui.markdown import Markdown
from cogs.ui.words import Said, and_more, bullet, joined
from imgur.models import Image
from locales.text import Plural, Text
from services.album import Filled, Outcome

MOST_LINES = 12
_BOTH: Mapping[Outcome, Callable[[Said], Text]] = {
    Outcome.NOT_YOURS: lambda item: Text(
        "{item} is not yours: only your own pictures can be in your albums", item=item
    ),
    Outcome.ANONYMOUS: lambda item: Text(
        "{item} was uploaded without an account, so no account's album takes it", item=item
    ),
    Outcome.GONE: lambda item: Text("{item} is no longer on Imgur", item=item),
    Outcome.REFUSED: lambda item: Text("{item} is refused by Imgur, without a reason we could pass on", item=item),
    Outcome.UNTOUCHED: lambda item: Text("{item} was not sent any more", item=item),
}
PUT = {
    **_BOTH,
    Outcome.DONE: lambda item: Text("{item} is in it now", item=item),
    Outcome.ALREADY: lambda item: Text("{item} was in it already", item=item),
    Outcome.IGNORED: lambda item: Text("{item} is not in it: Imgur said yes and changed nothing", item=item),
    Outcome.UNSEEN: lambda item: Text(
        "{item} may be in it: Imgur was told, and could not be asked afterwards", item=item
    ),
}
TAKEN = {
    **_BOTH,
    Outcome.DONE: lambda item: Text("{item} is out of it now, and still on Imgur", item=item),
    Outcome.ALREADY: lambda item: Text("{item} was not in it", item=item),
    Outcome.IGNORED: lambda item: Text("{item} is still in it: Imgur said yes and changed nothing", item=item),
    Outcome.UNSEEN: lambda item: Text(
        "{item} may be out of it: Imgur was told, and could not be asked afterwards", item=item
    ),
}


def filled_view(filled: Filled, *, is_in: bool) -> ui.LayoutView:
    """How many went in or out, and what became of each."""
    return notice(
        filled_words(filled, is_in=is_in),
        Text("Album: {album}", album=linked(filled.album)),
        joined("\n", _lines(filled, PUT if is_in else TAKEN)),
        trouble(filled.trouble),
        controls=[link_button(filled.album)],
    )


def filled_words(filled: Filled, *, is_in: bool) -> Text:
    """What was done, in a few words."""
    count = list(filled.outcomes.values()).count(Outcome.DONE)
    if is_in:
        return Plural("{count} picture added", "{count} pictures added", count) if count else Text("Nothing was added")
    if count:
        return Plural("{count} picture taken out", "{count} pictures taken out", count)
    return Text("Nothing was taken out")


def _lines(filled: Filled, words: Mapping[Outcome, Callable[[Said], Text]]) -> Iterator[Markdown]:
    for image_id, outcome in list(filled.outcomes.items())[:MOST_LINES]:
        image = Image(image_id, title=filled.titles.get(image_id))
        yield bullet(words[outcome](linked(image, 60)))
    if (left := len(filled.outcomes) - MOST_LINES) > 0:
        yield bullet(and_more(left))
