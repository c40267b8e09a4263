"""The base of every form (modal): like a button, all it knows stands in its custom_id, and an action answers it."""

from __future__ import annotations

from typing import Any

from discord import ui

from cogs.ui.actions import custom_id
from cogs.ui.words import FIELD_LIMIT, HELP_LIMIT, Said, label


class Form(ui.Modal):
    """A modal that runs an action when it is sent; its fields' custom_ids are the names of what the handler takes."""

    def __init__(self, name: str, owner: int, *arguments: object, title: Said) -> None:
        super().__init__(title=label(title, FIELD_LIMIT), custom_id=custom_id(name, owner, *arguments))

    def is_finished(self) -> bool:
        """For discord.py it is: it need not wait for the answer."""
        return True


def field(name: Said, entry: ui.Item[Any], help_text: Said | None = None) -> ui.Label[Any]:
    """A field of a form, with what it is called and, below, what to fill in."""
    return ui.Label(
        text=label(name, FIELD_LIMIT),
        description=label(help_text, HELP_LIMIT) if help_text else None,
        component=entry,
    )
