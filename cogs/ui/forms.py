"""The base of every form (modal): an error in it is worded like any other."""

from __future__ import annotations

from typing import Any

import discord
from discord import ui

from cogs.ui.report import report


class Form(ui.Modal):
    """A modal whose errors reach the user. Discord keeps a form open for 15 minutes at most."""

    def __init__(self, *, title: str) -> None:
        super().__init__(title=title, timeout=15 * 60)

    async def on_error(self, interaction: discord.Interaction[Any], error: Exception, /, *_: Any) -> None:
        """Show the error to the user."""
        await report(interaction, error)
