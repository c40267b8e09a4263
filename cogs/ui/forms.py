"""The base of every form (modal): like a button, all it knows stands in its custom_id, and an action answers it."""

from __future__ import annotations

from discord import ui

from cogs.ui.actions import custom_id


class Form(ui.Modal):
    """A modal that runs an action when it is sent; its fields' custom_ids are the names of what the handler takes."""

    def __init__(self, name: str, owner: int, *arguments: object, title: str) -> None:
        super().__init__(title=title, custom_id=custom_id(name, owner, *arguments))

    def is_finished(self) -> bool:
        """For discord.py it is: it need not wait for the answer."""
        return True
