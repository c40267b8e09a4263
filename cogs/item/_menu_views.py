"""What became of several that were to be favorites. Pure functions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import discord
from discord import ui

from cogs.ui.actions import ActionButton
from cogs.ui.item import linked
from cogs.ui.layout import COLOUR, WARNING, heading, notice, remark, rows, shown
from cogs.ui.links import favorites_menu, unread
from cogs.ui.markdown import Markdown
from cogs.ui.report import link_button as link_account
from cogs.ui.words import Said, and_more, bold, bullet, joined
from errors import LinkBrokenError, NotLinkedError
from locales.text import Plural, Text
from services.library.favorites import Outcome
from services.message import Linked
from services.messages import unforeseen, words

PRIMARY = discord.ButtonStyle.primary
PER_MENU = 25  # Discord's, of options
MOST_LINES = 20
NAME_LIMIT = 40
SPACE = 1000
"""Units of text for why some did not become favorites."""


def many_view(links: Sequence[Linked], key: str, owner: int) -> ui.LayoutView:
    """More links than somebody may have seen there: some, or all? Nothing was done yet."""
    count = len(links)
    view = ui.LayoutView(timeout=None)
    text = shown(
        heading(
            Plural("{count} link to Imgur is in this message", "{count} links to Imgur are in this message", count)
        ),
        Text("Not all of them may be in sight. Choose among the first what to add to your favorites, or add all."),
    )
    everything = ActionButton(
        "message-favorites-all", owner, key, label=Plural("Add it", "Add all {count}", count), style=PRIMARY
    )
    menu = ui.ActionRow(favorites_menu(links[:PER_MENU], owner))
    view.add_item(ui.Container(text, menu, *rows([everything]), accent_colour=COLOUR))
    return view


def favorites_view(outcomes: Sequence[Outcome], owner: int, *, bare: bool = False) -> ui.LayoutView:
    """How many are new among the favorites, and what became of each; `bare` leaves out what users wrote."""
    ended = any(isinstance(outcome.trouble, NotLinkedError | LinkBrokenError) for outcome in outcomes)
    return notice(
        what_was_done(outcomes),
        joined("\n", _lines(outcomes, bare=bare)),
        joined("\n", _reasons(outcomes)),
        controls=[link_account(owner)] if ended else [],
        colour=COLOUR if any(outcome.favorited for outcome in outcomes) else WARNING,
    )


def under_way_view(done: int, count: int) -> ui.LayoutView:
    """How far it is."""
    return notice(Text("Adding to your favorites: {done} of {count}", done=done, count=count))


def what_was_done(outcomes: Sequence[Outcome]) -> Text:
    """In a few words."""
    new = sum(outcome.favorited is not None and outcome.favorited.changed for outcome in outcomes)
    if new:
        return Plural("{count} added to your favorites", "{count} added to your favorites", new)
    if all(outcome.favorited for outcome in outcomes):
        return Text("All of these were your favorites already")
    return Text("Nothing was added to your favorites")


def told(outcomes: Sequence[Outcome]) -> Markdown:
    """The pages of what is new among them."""
    new = (outcome.favorited.shown.item for outcome in outcomes if outcome.favorited and outcome.favorited.changed)
    return joined("\n", (Markdown(item.page_url) for item in new))


def _lines(outcomes: Sequence[Outcome], *, bare: bool) -> Iterator[Said]:
    for outcome in outcomes[:MOST_LINES]:
        yield bullet(_line(outcome, bare=bare))
    if (left := len(outcomes) - MOST_LINES) > 0:
        yield bullet(and_more(left))


def _line(outcome: Outcome, *, bare: bool) -> Said:
    if outcome.favorited is None:
        item = linked(unread(outcome.link), NAME_LIMIT)
        if outcome.trouble is None:
            return Text("{item} was not tried any more", item=item)
        said = words(outcome.trouble) or unforeseen("favorite")
        return joined(": ", (item, bold(said.title)))
    item = linked(unread(outcome.link) if bare else outcome.favorited.shown.item, NAME_LIMIT)
    if outcome.favorited.changed:
        return Text("{item} is one of your favorites now", item=item)
    return Text("{item} was one already", item=item)


def _reasons(outcomes: Sequence[Outcome]) -> Iterator[Said]:
    """Why some did not: each reason once, as far as there is room."""
    room = SPACE
    said = [words(outcome.trouble) or unforeseen("favorite") for outcome in outcomes if outcome.trouble]
    for one in {one.title: one for one in said}.values():
        reason = remark(one.title, one.text)
        room -= len(reason)
        if room >= 0:
            yield reason
