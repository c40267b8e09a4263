"""Several that were picked, as everyone sees them. Pure functions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from types import MappingProxyType
from typing import Any

from discord import ui

from cogs.gallery._views import LINE_TITLE, remarks
from cogs.ui.actions import ANYONE, ActionSelect, option
from cogs.ui.expiry import expiry_mark
from cogs.ui.item import ID_LIMIT, alt, cover, icon, linked, noun, report_button
from cogs.ui.layout import COLOUR, heading, rows, shown
from cogs.ui.markdown import Markdown
from cogs.ui.words import for_everyone, joined
from imgur.models import Item
from locales.text import Joined, Plural, Text
from services.expiry import Expiry


@for_everyone
def picked_view(
    items: Sequence[Item],
    *,
    hidden: AbstractSet[str],
    owner: int,
    expiries: Mapping[str, Expiry] = MappingProxyType({}),
    vouched: bool = False,
    shared: bool = False,
) -> ui.LayoutView:
    """Pictures and links, and a menu from which everyone may have one shown, for themselves.

    `hidden` are ids of pictures that were uploaded as spoilers; `vouched` as for `item_view`.
    `expiries` is when their owner has some of them deleted.
    """
    count = Plural("{count} picture", "{count} pictures", len(items))
    title = Text("Selected: {pictures}", pictures=count)
    if shared:
        title = Text("{user} shared {pictures}", user=Markdown(f"<@{owner}>"), pictures=count)
    parts: list[ui.Item[Any]] = [shown(heading(title))]
    if pictures := [picture for item in items for picture in cover(item, hidden, vouched=vouched)]:
        parts.append(ui.MediaGallery(*pictures))
    lines = [Markdown(f"**{number}.** {icon(item)} {linked(item, LINE_TITLE)}") for number, item in enumerate(items, 1)]
    dates = [expiry_mark(expiries.get(item.id), shared=shared) for item in items]
    said = [joined(" · ", (line, *remarks(item), date)) for line, item, date in zip(lines, items, dates, strict=True)]
    parts.append(shown(*said, between="\n"))
    options = [
        option(Joined((Joined((f"{number}.", noun(item))), alt(item)), ": "), f"{item.kind.value}:{item.id}")
        for number, item in enumerate(items, 1)
        if len(item.id) <= ID_LIMIT
    ]
    if options:
        presser = ANYONE if shared else owner
        parts.append(ui.ActionRow(ActionSelect("item-show", presser, options=options, placeholder=Text("Show one…"))))
    if shared:
        parts += rows([report_button()])
    view = ui.LayoutView(timeout=None)
    view.add_item(ui.Container(*parts, accent_colour=COLOUR))
    return view
