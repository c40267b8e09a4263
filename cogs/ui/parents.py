"""Whether a thread is age-restricted, which only its parent says, and no payload with it: Discord is asked."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import discord
import structlog

from cogs.calls import REFUSALS, reason

log = structlog.get_logger(__name__)

KNOWN_FOR = 60.0  # seconds
MOST = 1000
PATIENCE = 2.0  # seconds


class Parents:
    """What channels with threads are marked as, for a minute each. Where Discord does not tell, they are not marked."""

    def __init__(self, client: discord.Client) -> None:
        self._client = client
        self._known: dict[int, tuple[float, bool]] = {}

    async def is_restricted(self, channel_id: int) -> bool:
        """Whether Discord says that nobody under age gets into this channel."""
        now = time.monotonic()
        since, known = self._known.get(channel_id, (0.0, False))
        if channel_id in self._known and now - since < KNOWN_FOR:
            return known
        found = await self._asked(channel_id)
        self._known.pop(channel_id, None)
        self._known[channel_id] = now, found
        while len(self._known) > MOST:
            del self._known[next(iter(self._known))]
        return found

    async def _asked(self, channel_id: int) -> bool:
        try:
            async with asyncio.timeout(PATIENCE):
                channel: Any = await self._client.http.get_channel(channel_id)
        except (*REFUSALS, TimeoutError) as refusal:
            log.info("Discord did not tell about a thread's channel", channel=channel_id, reason=reason(refusal))
            return False
        return isinstance(channel, dict) and channel.get("nsfw") is True
