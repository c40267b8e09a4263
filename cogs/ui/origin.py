"""What leads back to who waits for an answer, for a process that has not seen their interaction; a secret."""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import discord
import orjson
from discord import ui

from locales.rendering import heard_by
from services.jobs import Origin

CHANGEABLE = timedelta(minutes=14)
"""Discord takes an interaction's token for fifteen minutes."""


def origin(interaction: discord.Interaction[Any]) -> Origin:
    """Of a press whose message is changed that message, else wherever the answer is waited for."""
    is_press = interaction.response.type is discord.InteractionResponseType.deferred_message_update
    message = interaction.message.id if is_press and interaction.message else None
    lead = {
        "application": interaction.application_id,
        "token": interaction.token,
        "message": message,
        "locale": interaction.locale.value,
    }
    return Origin(orjson.dumps(lead).decode(), interaction.created_at + CHANGEABLE)


def heard_there(origin: str) -> AbstractContextManager[None]:
    """In here, texts are for who waits there."""
    return heard_by(orjson.loads(origin).get("locale"))


async def say(client: discord.Client, origin: str, view: ui.LayoutView) -> None:
    """Show it there; without a message, as the first answer or beside it, privately. Raises what Discord answers."""
    lead = orjson.loads(origin)
    webhook = discord.Webhook.partial(lead["application"], lead["token"], client=client)
    webhook.type = discord.WebhookType.application
    if lead["message"]:
        await webhook.edit_message(lead["message"], view=view)
    else:
        await webhook.send(view=view, ephemeral=True, wait=True)
