"""Taking shared messages down, and pictures out of them, as far as Discord lets the bot."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from enum import Enum, auto
from typing import Any

import discord
import structlog
from discord import ui

from cogs.calls import REFUSALS, LimitedError, is_lost
from cogs.server._emptied import without
from cogs.server._views import emptied_view
from cogs.ui.posts import Post, ways
from cogs.ui.reply import PATIENCE
from locales.rendering import in_public
from services.emptying import NotNowError
from services.sharing import Key, SharedMessage

log = structlog.get_logger(__name__)

UNKNOWN_CHANNEL, UNKNOWN_MESSAGE = 10003, 10008
TOO_MANY = 429  # HTTP's


class Outcome(Enum):
    """What became of a message that was to be taken down."""

    DELETED = auto()
    GONE = auto()
    REFUSED = auto()


class Changing:
    """By the token of who posted it, for a quarter of an hour; else as a member of the server that sees the channel."""

    def __init__(self, client: Any) -> None:
        self._client = client

    async def taken_down(self, shared: SharedMessage) -> Outcome:
        """Delete a message."""
        message_id = shared.message_id

        async def by_token(post: Post) -> None:
            await post.delete(message_id)

        for way in ways(self._client, message_id, shared.channel_id, by_token, "delete"):
            try:
                async with asyncio.timeout(PATIENCE):
                    await way()
            except REFUSALS as refusal:
                if _is_gone(shared, getattr(refusal, "code", 0)):
                    return Outcome.GONE
                log.info("Discord did not delete a message", code=getattr(refusal, "code", 0))
            else:
                return Outcome.DELETED
        return Outcome.REFUSED

    async def emptied(self, shared: SharedMessage, key: Key) -> Sequence[Key] | None:
        """Take an item out of a message; where nothing else is in it, say so instead.

        What it shows then, or None where Discord does not let the bot. Raises NotNowError.
        """
        left: Sequence[Key] = ()
        with in_public():
            view = emptied_view()
        if any(one != key for one in shared.items):
            message = await self._fetched(shared)
            if message is None:
                return None
            left, smaller = without(message, shared.items, key)
            view = smaller if left else view
        return left if await self._edited(shared, view) else None

    async def _fetched(self, shared: SharedMessage) -> discord.Message | None:
        async def by_token(post: Post) -> discord.Message:
            return await post.fetch(shared.message_id)

        every = ways(self._client, shared.message_id, shared.channel_id, by_token, "fetch")
        found: discord.Message | None = await _first(every)
        return found

    async def _edited(self, shared: SharedMessage, view: ui.LayoutView) -> bool:
        async def by_token(post: Post) -> bool:
            await post.edit(shared.message_id, view)
            return True

        every = ways(self._client, shared.message_id, shared.channel_id, by_token, "edit", view=view)
        return await _first(every) is not None


async def _first(every: Iterable[Callable[[], Awaitable[Any]]]) -> Any:
    """What comes of the first way that Discord lets the bot go; None for none. Raises NotNowError."""
    is_trouble = False
    for way in every:
        try:
            async with asyncio.timeout(PATIENCE):
                return await way()
        except (*REFUSALS, discord.ClientException) as refusal:  # the last of a channel that discord.py does not know
            log.info("Discord did not show or change a message", code=getattr(refusal, "code", 0))
            is_trouble = is_trouble or _is_for_now(refusal)
    if is_trouble:
        raise NotNowError
    return None


def _is_for_now(refusal: Exception) -> bool:
    """Whether Discord may well do later what it did not do."""
    return is_lost(refusal) or isinstance(refusal, LimitedError) or getattr(refusal, "status", 0) == TOO_MANY


def _is_gone(shared: SharedMessage, code: int) -> bool:
    """Whether Discord has no such message; a conversation of others is an unknown channel to the bot as well."""
    return code == UNKNOWN_MESSAGE or (code == UNKNOWN_CHANNEL and shared.guild_id is not None)
