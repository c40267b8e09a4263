"""The message that began linking changes when it has finished."""

from __future__ import annotations

from typing import Any

import discord
import orjson
import structlog

from cogs.link._views import linked_view

log = structlog.get_logger(__name__)


def interaction_origin(interaction: discord.Interaction[Any], message_id: int | None) -> str | None:
    """A message that only this interaction's token can edit: an ephemeral one. Good for 15 minutes."""
    if message_id is None:
        return None
    return orjson.dumps(
        {"application": interaction.application_id, "token": interaction.token, "message": message_id}
    ).decode()


def message_origin(message: discord.Message) -> str:
    """A message of the bot's own in a channel."""
    return orjson.dumps({"channel": message.channel.id, "message": message.id}).decode()


class Notifier:
    """Edits the message named by an origin. The form in which the code was entered answers in any case."""

    def __init__(self, client: discord.Client) -> None:
        self._client = client

    async def linked(self, origin: str, discord_id: int, username: str) -> None:
        """Say in the first message that `username` is linked. Never raises: linked it is, whether that shows or not."""
        view = linked_view(username, discord_id)
        try:
            match orjson.loads(origin):
                case {"application": int(application), "token": str(token), "message": int(message)}:
                    webhook = discord.Webhook.partial(application, token, client=self._client)
                    await webhook.edit_message(message, view=view)
                case {"channel": int(channel), "message": int(message)}:
                    await self._client.get_partial_messageable(channel).get_partial_message(message).edit(view=view)
        except Exception as error:  # noqa: BLE001 - a message that is gone, an outage: the form answers in any case
            log.info("the first message of a link could not be changed", error=type(error).__name__)
