"""Tells how something ended in the background, where the process that showed it is no more."""

from __future__ import annotations

import asyncio

import discord
import structlog

from cogs.calls import REFUSALS
from cogs.gallery._bulk_views import state_view
from cogs.ui.layout import notice
from cogs.ui.origin import heard_there, say
from locales.text import Text
from services.bulk import BulkService
from services.jobs import Job
from services.words import Words

log = structlog.get_logger(__name__)

PATIENCE = 10.0  # seconds


class Teller:
    """Changes the message that showed it, or answers what nobody has answered."""

    def __init__(self, client: discord.Client, bulk: BulkService) -> None:
        self._client = client
        self._bulk = bulk

    async def ended(self, origin: str, job: Job) -> bool:
        """Whether Discord has taken it. Never raises: the next answer tells it then."""
        state = await self._bulk.shown(job)
        if state is None and job.outcome is None:
            return False
        told = Words.of(job.outcome, job.words) if job.outcome else Words(Text("It has ended"))
        for bare in (False, True):  # what users wrote may be what Discord refuses
            with heard_there(origin):
                view = notice(told.title, told.text) if state is None else state_view(state, job.discord_id, bare=bare)
            try:
                async with asyncio.timeout(PATIENCE):
                    await say(self._client, origin, view)
            except REFUSALS as refusal:
                log.info("how a job ended could not be shown", job=job.id, error=type(refusal).__name__)
            else:
                return True
        return False
