"""Acknowledging and answering a command."""

from __future__ import annotations

from typing import Any

import discord
from discord import ui

from cogs.ui.layout import notice


async def acknowledge(interaction: discord.Interaction[Any]) -> None:
    """Tell Discord, before any I/O, that a private answer is coming. It has 15 minutes from then."""
    await interaction.response.defer(ephemeral=True, thinking=True)


async def answer(interaction: discord.Interaction[Any], view: ui.LayoutView, *, share: bool = False) -> None:
    """Give the acknowledged command its answer; with `share`, post it for everyone and say so privately.

    The private message is edited first: Discord takes the first follow-up to a deferral for that edit.
    """
    if not share:
        await interaction.edit_original_response(view=view)
        return
    await interaction.edit_original_response(view=notice("Shared", "Everyone here can see it below."))
    await interaction.followup.send(view=view, ephemeral=False)
