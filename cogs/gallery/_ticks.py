"""What a gallery shows while things are ticked in it. Pure functions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import discord
from discord import ui

from cogs.ui.actions import ActionButton, ActionSelect
from locales.text import Text
from services.library.place import Place
from services.selection import Deed, Ticks

LABELS: Mapping[Deed, Text] = {
    Deed.COPY: Text("Copy links"),
    Deed.FAVORITE: Text("Favorite"),
    Deed.ADD: Text("Add to album"),
    Deed.TAG: Text("Tag"),
    Deed.DELETE: Text("Delete"),
}


def tick_menu(
    ticks: Ticks, owner: int, turned: tuple[Place, int, int], options: Sequence[discord.SelectOption]
) -> ActionSelect:
    """The menu to tick with, what is ticked ticked; `turned` is where the gallery stands."""
    ticked = {f"{kind}:{item_id}" for kind, item_id in ticks.keys}
    for option in options:
        option.default = option.value in ticked
    _, page, known = turned
    return ActionSelect(
        "pick-tick", owner, ticks.view, page, known, options=options, placeholder=Text("Tick several…"), several=True
    )


def tick_rows(ticks: Ticks, owner: int, turned: tuple[Place, int, int]) -> Iterator[ui.ActionRow[ui.LayoutView]]:
    """What can be done with what is ticked, and the ways out."""
    yield ui.ActionRow(*(_deed(deed, owner, ticks) for deed in LABELS))
    _, page, known = turned
    clear = ActionButton(
        "picked", owner, ticks.view, page, known, "clear", label=Text("Clear"), disabled=not ticks.items
    )
    share = ActionButton("pick-share", owner, ticks.view, label=Text("Share"), disabled=not ticks.items)
    yield ui.ActionRow(share, clear, ActionButton("gallery", owner, *turned, "done", label=Text("Done")))


def _deed(deed: Deed, owner: int, ticks: Ticks) -> ActionButton:
    style = discord.ButtonStyle.danger if deed is Deed.DELETE else discord.ButtonStyle.secondary
    return ActionButton(f"pick-{deed}", owner, ticks.view, label=LABELS[deed], style=style, disabled=not ticks.items)
