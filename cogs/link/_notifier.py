"""The message that began linking changes when it has finished."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextvars import copy_context
from functools import partial
from typing import Any

import discord
import orjson
import structlog
from discord import ui

from cogs.link._views import failed_view, linked_view, works_view
from errors import BotError
from imgur.errors import ImgurError
from locales.rendering import heard_by
from services.adoption import AdoptionService

log = structlog.get_logger(__name__)

FOR_GOOD = {400, 403, 404}
"""Statuses with which Discord says that someone cannot be written to: closed direct messages, a user who is gone."""
MOST_SECONDS = 5.0  # a page in a browser waits for it


def interaction_origin(interaction: discord.Interaction[Any], message_id: int | None) -> str | None:
    """A message that only this interaction's token can edit: an ephemeral one. Good for 15 minutes."""
    if message_id is None:
        return None
    lead = {
        "application": interaction.application_id,
        "token": interaction.token,
        "message": message_id,
        "locale": interaction.locale.value,
    }
    return orjson.dumps(lead).decode()


def message_origin(message: discord.Message, locale: discord.Locale) -> str:
    """A message of the bot's own in a channel, and the language of who reads it."""
    return orjson.dumps({"channel": message.channel.id, "message": message.id, "locale": locale.value}).decode()


class SignInTeller:
    """Tells those who asked for it, in one direct message, that Imgur's sign-in works."""

    def __init__(self, client: discord.Client) -> None:
        self._client = client

    async def works_again(self, discord_id: int, locale: str | None, nonce: int) -> bool:
        """Whether that is settled: Discord took the message, or refuses it for good. Never raises."""
        with heard_by(locale):
            view = works_view(discord_id)
        try:
            async with asyncio.timeout(MOST_SECONDS):
                channel = await self._client.create_dm(discord.Object(discord_id))
                await channel.send(view=view, nonce=nonce)
        except discord.HTTPException as error:
            log.info("a user could not be told that Imgur's sign-in works", status=error.status)
            return error.status in FOR_GOOD
        except Exception as error:  # noqa: BLE001 - an outage: it is tried again
            log.info("a user could not be told that Imgur's sign-in works", error=type(error).__name__)
            return False
        return True


class Notifier:
    """Edits the message named by an origin. The form and the page answer in any case.

    What discord.py keeps in context variables is the bot's, not that of the browser's request that is being served.
    """

    def __init__(self, client: discord.Client, adoption: AdoptionService) -> None:
        self._client = client
        self._adoption = adoption
        self._context = copy_context()

    async def linked(self, origin: str, discord_id: int, username: str) -> None:
        """Say in the first message that `username` is linked. Never raises: linked it is, whether that shows or not."""
        anonymous = await self._adoption.waiting(discord_id)
        await self._change(origin, partial(linked_view, username, discord_id, anonymous=anonymous))

    async def failed(self, origin: str, discord_id: int, error: BotError | ImgurError, *, may_go_on: bool) -> None:
        """Say there why nothing was linked, and offer to begin again. Never raises: the page says it in any case."""
        await self._change(origin, partial(failed_view, error, discord_id, may_go_on=may_go_on))

    async def _change(self, origin: str, draw: Callable[[], ui.LayoutView]) -> None:
        try:
            lead = orjson.loads(origin)
            with heard_by(lead.get("locale")):
                view = draw()
            async with asyncio.timeout(MOST_SECONDS):
                await asyncio.create_task(self._edit(lead, view), context=self._context)
        except Exception as error:  # noqa: BLE001 - a message that is gone, an outage: it is told elsewhere in any case
            log.info("the first message of a link could not be changed", error=type(error).__name__)

    async def _edit(self, origin: Any, view: ui.LayoutView) -> None:
        match origin:
            case {"application": int(application), "token": str(token), "message": int(message)}:
                webhook = discord.Webhook.partial(application, token, client=self._client)
                await webhook.edit_message(message, view=view)
            case {"channel": int(channel), "message": int(message)}:
                await self._client.get_partial_messageable(channel).get_partial_message(message).edit(view=view)
