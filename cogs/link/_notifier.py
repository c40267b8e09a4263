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

from cogs.calls import PASSES
from cogs.link._views import GOES_ON, STILL_WAITS, failed_view, linked_view, works_view
from cogs.ui.after_link import AfterLink
from errors import BotError
from imgur.errors import ImgurError
from locales.rendering import heard_by
from services.adoption import AdoptionService

log = structlog.get_logger(__name__)

FOR_GOOD = {400, 403, 404}
"""Statuses with which Discord says that someone cannot be written to: closed direct messages, a user who is gone."""
MOST_SECONDS = 5.0  # a page in a browser waits for it


def interaction_origin(
    interaction: discord.Interaction[Any], message_id: int | None, *, waits: bool = False
) -> str | None:
    """A message that only this interaction's token can edit: an ephemeral one. Good for 15 minutes.

    `waits`: something is to go on once it is linked.
    """
    if message_id is None:
        return None
    lead = {
        "application": interaction.application_id,
        "token": interaction.token,
        "message": message_id,
        "locale": interaction.locale.value,
        "waits": waits,
    }
    return orjson.dumps(lead).decode()


def message_origin(message: discord.Message, locale: discord.Locale, *, waits: bool = False) -> str:
    """A message of the bot's own in a channel, and the language of who reads it."""
    lead = {"channel": message.channel.id, "message": message.id, "locale": locale.value, "waits": waits}
    return orjson.dumps(lead).decode()


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
            log.info("a user could not be told that Imgur's sign-in works", status=error.status, code=error.code)
            return error.status in FOR_GOOD and error.code not in PASSES
        except Exception as error:  # noqa: BLE001 - an outage: it is tried again
            log.info("a user could not be told that Imgur's sign-in works", error=type(error).__name__)
            return False
        return True


class Notifier:
    """Edits the message named by an origin. The form and the page answer in any case.

    What discord.py keeps in context variables is the bot's, not that of the browser's request that is being served.
    """

    def __init__(self, client: discord.Client, adoption: AdoptionService, after_link: AfterLink) -> None:
        self._client = client
        self._adoption = adoption
        self._after_link = after_link
        self._context = copy_context()

    async def linked(self, origin: str | None, discord_id: int, username: str) -> None:
        """Say in the first message that `username` is linked, and have go on what waits for that. Never raises.

        Linked it is, whether that shows or not.
        """
        goes_on = self._after_link.go_on(discord_id)
        lead = _lead(origin)
        next_step = GOES_ON if goes_on else STILL_WAITS if lead.get("waits") else None
        anonymous = await self._adoption.waiting(discord_id)
        await self._change(lead, partial(linked_view, username, discord_id, next_step, anonymous=anonymous))

    async def failed(self, origin: str, discord_id: int, error: BotError | ImgurError, *, may_go_on: bool) -> None:
        """Say there why nothing was linked, and offer to begin again. Never raises: the page says it in any case."""
        draw = partial(failed_view, error, discord_id, may_go_on=may_go_on)
        await self._change(_lead(origin), draw)

    async def _change(self, lead: dict[str, Any], draw: Callable[[], ui.LayoutView]) -> None:
        try:
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


def _lead(origin: str | None) -> dict[str, Any]:
    """What an origin says; nothing where it is none that is known."""
    try:
        lead: dict[str, Any] = orjson.loads(origin or "{}")
    except orjson.JSONDecodeError:
        return {}
    return lead
