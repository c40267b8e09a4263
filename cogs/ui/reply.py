"""Acknowledging and answering a command or a press."""

from __future__ import annotations

from contextlib import suppress
from typing import Any, Protocol

import discord
import structlog
from discord import ui

from cogs.ui.layout import notice
from errors import NotPostedError
from services.messages import words

log = structlog.get_logger(__name__)

IN_PLACE = "in place"


class Draw(Protocol):
    """Draws an answer afresh: for its owner alone, or for everyone."""

    def __call__(self, *, shared: bool) -> ui.LayoutView:
        """Draw it."""


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


async def answer(interaction: discord.Interaction[Any], view: ui.LayoutView) -> None:
    """Give the acknowledged command or press its answer."""
    await interaction.edit_original_response(view=view)


async def answer_or_share(interaction: discord.Interaction[Any], draw: Draw, *, share: bool) -> None:
    """Answer privately; with `share`, post it for everyone and say so privately. Where that fails, it stays private.

    The private message is edited first: Discord takes the first follow-up to a deferral for that edit.
    """
    if not share:
        await answer(interaction, draw(shared=False))
        return
    await answer(interaction, notice("Shared", "Everyone here can see it below."))
    if not await _posted(interaction, draw(shared=True)):
        view = draw(shared=False)
        if why := words(NotPostedError()):
            view.add_item(ui.TextDisplay(f"**{why.title}.** {why.text}"))
        await answer(interaction, view)


async def change_shared(interaction: discord.Interaction[Any], message_id: int, view: ui.LayoutView) -> None:
    """Change a shared message in this channel, if Discord lets the bot: not where only its user has installed it."""
    channel = interaction.client.get_partial_messageable(interaction.channel_id or 0)
    with suppress(discord.HTTPException):
        await channel.get_partial_message(message_id).edit(view=view)


async def _posted(interaction: discord.Interaction[Any], view: ui.LayoutView) -> bool:
    """Whether everyone can see it now: Discord may refuse, or keep it to the one who asked."""
    try:
        message = await interaction.followup.send(view=view, ephemeral=False, wait=True)
    except discord.HTTPException as refusal:
        log.info("an answer could not be shared", status=refusal.status, code=refusal.code, interaction=interaction.id)
        return False
    return not message.flags.ephemeral
