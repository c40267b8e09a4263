"""What became of pictures that were put into an album or taken out of it. Pure functions."""

from __future__ import annotations

from collections.abc import Iterator

from discord import ui

from cogs.ui.item import link_button, linked
from cogs.ui.layout import notice, plain, worded
from imgur.models import Image
from services.album import Filled, Outcome
from services.messages import picture_count

MOST_LINES = 12
PUT = {
    Outcome.DONE: "is in it now",
    Outcome.ALREADY: "was in it already",
    Outcome.NOT_YOURS: "is not yours: only your own pictures can be in your albums",
    Outcome.ANONYMOUS: "was uploaded without an account, so no account's album takes it",
    Outcome.GONE: "is no longer on Imgur",
    Outcome.REFUSED: "is refused by Imgur, without a reason we could pass on",
    Outcome.IGNORED: "is not in it: Imgur said yes and changed nothing",
    Outcome.UNSEEN: "may be in it: Imgur was told, and could not be asked afterwards",
    Outcome.UNTOUCHED: "was not sent any more",
}
TAKEN = PUT | {
    Outcome.DONE: "is out of it now, and still on Imgur",
    Outcome.ALREADY: "was not in it",
    Outcome.IGNORED: "is still in it: Imgur said yes and changed nothing",
    Outcome.UNSEEN: "may be out of it: Imgur was told, and could not be asked afterwards",
}


def filled_view(filled: Filled, *, is_in: bool) -> ui.LayoutView:
    """How many went in or out, and what became of each."""
    trouble = worded(filled.trouble) if filled.trouble else None
    return notice(
        filled_words(filled, is_in=is_in),
        f"Album: {linked(filled.album)}",
        "\n".join(_lines(filled, PUT if is_in else TAKEN)),
        f"**{trouble.title}.** {trouble.text}" if trouble else "",
        controls=[link_button(filled.album)],
    )


def filled_words(filled: Filled, *, is_in: bool) -> str:
    """What was done, in a few words."""
    count = list(filled.outcomes.values()).count(Outcome.DONE)
    verb = "added" if is_in else "taken out"
    if not count:
        return f"Nothing was {verb}"
    return f"{picture_count(count)} {verb}"


def _lines(filled: Filled, words: dict[Outcome, str]) -> Iterator[str]:
    for image_id, outcome in list(filled.outcomes.items())[:MOST_LINES]:
        image = Image(image_id, title=filled.titles.get(image_id))
        yield f"- {linked(image, 60)} {plain(words[outcome])}"
    if (left := len(filled.outcomes) - MOST_LINES) > 0:
        yield f"- and {left:,} more"
