"""Acknowledging and answering a command or a press."""

from __future__ import annotations

from typing import Any

import discord
from discord import ui

from cogs.ui.layout import notice

IN_PLACE = "in place"


async def acknowledge(interaction: discord.Interaction[Any]) -> int | None:
    """Tell Discord, before any I/O, that a private answer is coming. It has 15 minutes from then.

    Gives the id of the message that the answer will be, if Discord told it.
    """
    response = await interaction.response.defer(ephemeral=True, thinking=True)
    return response.message_id if response else None


async def acknowledge_in_place(interaction: discord.Interaction[Any]) -> int | None:
    """Tell Discord, before any I/O, that the answer to a press (an error, too) replaces the message pressed on.

    Gives the id of that message.
    """
    interaction.extras[IN_PLACE] = True
    await interaction.response.defer()
    return interaction.message.id if interaction.message else None


def is_public(interaction: discord.Interaction[Any]) -> bool:
    """Whether a press was on a message that others see as well."""
    return interaction.message is not None and not interaction.message.flags.ephemeral


async def answer(interaction: discord.Interaction[Any], view: ui.LayoutView, *, share: bool = False) -> None:
    """Give the acknowledged command its answer; with `share`, post it for everyone and say so privately.

    The private message is edited first: Discord takes the first follow-up to a deferral for that edit.
    """
    if not share:
        await interaction.edit_original_response(view=view)
        return
    await interaction.edit_original_response(view=notice("Shared", "Everyone here can see it below."))
    await interaction.followup.send(view=view, ephemeral=False)
