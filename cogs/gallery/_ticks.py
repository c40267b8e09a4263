"""What a gallery shows while things are ticked in it. Pure functions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import discord
from discord import ui

from cogs.ui.actions import ActionButton, ActionSelect
from services.library.place import Place
from services.selection import Deed, Ticks

LABELS: Mapping[Deed, str] = {
    Deed.COPY: "Copy links",
    Deed.FAVORITE: "Favorite",
    Deed.ADD: "Add to album",
    Deed.TAG: "Tag",
    Deed.DELETE: "Delete",
}


def tick_menu(
    ticks: Ticks, owner: int, turned: tuple[Place, int, int], options: Sequence[discord.SelectOption]
) -> ActionSelect:
    """The menu to tick with, what is ticked ticked; `turned` is where the gallery stands."""
    ticked = {f"{kind}:{item_id}" for kind, item_id in ticks.keys}
    for option in options:
        option.default = option.value in ticked
    place, page, known = turned
    # A client keeps what was chosen as long as the menu is called the same, whatever is ticked in it by now.
    about = place, page, known, ticks.view, len(ticks.items)
    return ActionSelect("pick-tick", owner, *about, options=options, placeholder="Tick several…", several=True)


def tick_rows(ticks: Ticks, owner: int, turned: tuple[Place, int, int]) -> Iterator[ui.ActionRow[ui.LayoutView]]:
    """What can be done with what is ticked, and the ways out."""
    yield ui.ActionRow(*(_deed(deed, owner, ticks) for deed in LABELS))
    yield ui.ActionRow(
        _leave("clear", owner, turned, ticks, disabled=not ticks.items), _leave("done", owner, turned, ticks)
    )


def _deed(deed: Deed, owner: int, ticks: Ticks) -> ActionButton:
    style = discord.ButtonStyle.danger if deed is Deed.DELETE else discord.ButtonStyle.secondary
    return ActionButton(f"pick-{deed}", owner, ticks.view, label=LABELS[deed], style=style, disabled=not ticks.items)


def _leave(
    slot: str, owner: int, turned: tuple[Place, int, int], ticks: Ticks, *, disabled: bool = False
) -> ActionButton:
    return ActionButton("picked", owner, *turned, slot, ticks.view, label=slot.title(), disabled=disabled)
