"""Several that were picked, as everyone sees them. Pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from typing import Any

from discord import ui

from cogs.gallery._views import LINE_TITLE, remarks
from cogs.ui.actions import ANYONE, ActionSelect, option
from cogs.ui.item import ID_LIMIT, alt, cover, icon, linked, noun
from cogs.ui.layout import COLOUR, heading, shown
from cogs.ui.markdown import Markdown
from cogs.ui.words import for_everyone, joined
from imgur.models import Item
from locales.text import Joined, Plural, Text


@for_everyone
def picked_view(
    items: Sequence[Item], *, hidden: AbstractSet[str], owner: int, vouched: bool = False, shared: bool = False
) -> ui.LayoutView:
    """Pictures and links, and a menu from which everyone may have one shown, for themselves.

    `hidden` are ids of pictures that were uploaded as spoilers; `vouched` as for `item_view`.
    """
    count = Plural("{count} picture", "{count} pictures", len(items))
    title = Text("Selected: {pictures}", pictures=count)
    if shared:
        title = Text("{user} shared {pictures}", user=Markdown(f"<@{owner}>"), pictures=count)
    parts: list[ui.Item[Any]] = [shown(heading(title))]
    if pictures := [picture for item in items for picture in cover(item, hidden, vouched=vouched)]:
        parts.append(ui.MediaGallery(*pictures))
    lines = [Markdown(f"**{number}.** {icon(item)} {linked(item, LINE_TITLE)}") for number, item in enumerate(items, 1)]
    parts.append(
        shown(*(joined(" · ", (line, *remarks(item))) for line, item in zip(lines, items, strict=True)), between="\n")
    )
    options = [
        option(Joined((Joined((f"{number}.", noun(item))), alt(item)), ": "), f"{item.kind.value}:{item.id}")
        for number, item in enumerate(items, 1)
        if len(item.id) <= ID_LIMIT
    ]
    if options:
        presser = ANYONE if shared else owner
        parts.append(ui.ActionRow(ActionSelect("item-show", presser, options=options, placeholder=Text("Show one…"))))
    view = ui.LayoutView(timeout=None)
    view.add_item(ui.Container(*parts, accent_colour=COLOUR))
    return view
