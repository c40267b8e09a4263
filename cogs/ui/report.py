"""Errors to the user: one place for the command tree, actions and forms."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any

import discord
import structlog
from discord import InteractionResponseType, app_commands, ui

from cogs.ui.actions import ActionButton
from cogs.ui.layout import ERROR, Control, notice
from cogs.ui.reply import IN_PLACE
from errors import LinkBrokenError, NotLinkedError
from services.messages import unforeseen, words

log = structlog.get_logger(__name__)


def link_button(user_id: int, label: str = "Link account") -> ActionButton:
    """Begins linking, as `/imgur link` does."""
    return ActionButton("link", user_id, label=label, style=discord.ButtonStyle.primary)


def error_view(error: BaseException, *, user_id: int | None = None, **context: Any) -> ui.LayoutView:
    """Word an error; one that has no words is logged with its traceback under a short id that the user sees.

    Who has to link an account first gets a button for it, if `user_id` says who that is.
    """
    cause = _cause(error)
    said = words(cause)
    if said is None:
        reference = secrets.token_hex(4)
        log.error("unexpected error", reference=reference, exc_info=cause, **context)
        said = unforeseen(reference)
    return notice(said.title, said.text, controls=_way_out(cause, user_id), colour=ERROR)


async def report(interaction: discord.Interaction[Any], error: BaseException) -> None:
    """Answer with the error, privately, whatever state the interaction is in. Never raises an HTTP error itself."""
    command = interaction.command.qualified_name if interaction.command else None
    view = error_view(error, user_id=interaction.user.id, command=command, interaction=interaction.id)
    try:
        if not interaction.response.is_done():
            await interaction.response.send_message(view=view, ephemeral=True)
        elif _awaits_an_edit(interaction):
            await interaction.edit_original_response(view=view, attachments=[])
        else:
            await interaction.followup.send(view=view, ephemeral=True)
    except discord.HTTPException as failure:
        log.warning("an error could not be shown", status=failure.status, code=failure.code, interaction=interaction.id)


def _cause(error: BaseException) -> BaseException:
    while isinstance(error, app_commands.CommandInvokeError | app_commands.TransformerError) and error.__cause__:
        error = error.__cause__
    return error


def _way_out(error: BaseException, user_id: int | None) -> Sequence[Control]:
    if user_id is None or not isinstance(error, NotLinkedError | LinkBrokenError):
        return ()
    return (link_button(user_id),)


def _awaits_an_edit(interaction: discord.Interaction[Any]) -> bool:
    deferred = interaction.response.type is InteractionResponseType.deferred_channel_message
    return deferred or IN_PLACE in interaction.extras
