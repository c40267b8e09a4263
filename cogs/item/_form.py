"""The form in which an image's title and description are edited."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

import discord
from discord import ui

from cogs.ui.actions import Interaction
from cogs.ui.forms import Form
from imgur.models import DESCRIPTION_LIMIT, TITLE_LIMIT, Item
from services.text import shown

FIELD_LIMIT = 4000  # Discord's

Save: TypeAlias = Callable[[Interaction, str | None, str | None], Awaitable[None]]


class EditForm(Form):
    """Filled with the present values; hands on what was changed, and None for what was not."""

    def __init__(self, item: Item, save: Save) -> None:
        super().__init__(title="Edit this picture")
        self._save = save
        self._title = _Field("Title", "title", item.title, TITLE_LIMIT)
        self._description = _Field("Description", "description", item.description, DESCRIPTION_LIMIT, long=True)
        for field in (self._title, self._description):
            self.add_item(field.label)

    async def on_submit(self, interaction: Interaction, /) -> None:
        """Save the changes."""
        await self._save(interaction, self._title.change, self._description.change)


class _Field:
    """One text with its present value, of which as much is shown as Discord's forms hold."""

    def __init__(self, label: str, name: str, present: str | None, limit: int, *, long: bool = False) -> None:
        self._present = (present or "")[:FIELD_LIMIT]
        self._long = long
        filled = self._present if long else " ".join(self._present.splitlines())
        self._input: ui.TextInput[Any] = ui.TextInput(
            custom_id=name,
            default=filled,
            required=False,
            max_length=max(limit, len(filled)),
            style=discord.TextStyle.paragraph if long else discord.TextStyle.short,
        )
        self.label: ui.Label[Any] = ui.Label(text=label, component=self._input)

    @property
    def change(self) -> str | None:
        """The new text; None if it is the old one."""
        return changed(self._input.value, self._present, long=self._long)


def changed(new: str, present: str, *, long: bool) -> str | None:
    """What a user made of the present text of a box; None where all that differs is what Discord does on the way.

    It trims texts, writes line breaks anew (a box of one line has none), and drops what cannot be seen.
    """
    lines = shown(present).strip().splitlines()
    unchanged = {"\n".join(lines)} if long else {" ".join(lines), "".join(lines)}
    new = "\n".join(shown(new).strip().splitlines())
    return None if new in unchanged else new
