"""Follows what goes on in the background, in the message it was begun from, as long as that can be changed."""

from __future__ import annotations

import asyncio
import time
from functools import partial

from cogs.gallery._bulk_views import LONG, over_view, state_view
from cogs.gallery._open import OpenGalleries
from cogs.ui.actions import Interaction
from cogs.ui.origin import origin
from cogs.ui.reply import progress
from services.bulk import BulkService, State
from services.jobs import Origin
from services.selection import Deed

CHANGEABLE = 14 * 60.0  # seconds after the press; Discord gives fifteen minutes
FIRST_LOOK, LAST_LOOK = 0.1, 2.0  # seconds between looks; each doubles it
FOLLOWS = "follows a job"
"""The name of such a task."""


class Watch:
    """Looks now and then, and changes the message where something is new; of each job the one it was last shown in.

    That holds among processes too: whoever was pressed on last shows it, and one of all tells how it ended.
    """

    def __init__(self, bulk: BulkService, shown: OpenGalleries) -> None:
        self._bulk = bulk
        self._open = shown
        self._following: dict[int, asyncio.Task[None]] = {}

    async def begin(self, interaction: Interaction, state: State | None) -> None:
        """Show how far it is, and go on showing it."""
        lead = None
        if state is not None and state.is_open:
            self._leave(state.job.id)
            here = origin(interaction)
            lead = here if await self._bulk.shown_in(state, here) else None
            state = await self._bulk.newer(state)  # who showed it before may have come to its end meanwhile
        await self._show(interaction, state)
        if state is not None and state.is_open:
            self._leave(state.job.id)  # another press may have come meanwhile
            task = self._following[state.job.id] = asyncio.create_task(
                self._follow(interaction, state, lead), name=FOLLOWS
            )
            task.add_done_callback(partial(self._followed, state.job.id))

    def _leave(self, job: int) -> None:
        if before := self._following.pop(job, None):
            before.cancel()

    def _followed(self, job: int, task: asyncio.Task[None]) -> None:
        if self._following.get(job) is task:
            del self._following[job]

    async def close(self) -> None:
        """Follow nothing any more."""
        following = list(self._following.values())
        for task in following:
            task.cancel()
        await asyncio.gather(*following, return_exceptions=True)

    async def _follow(self, interaction: Interaction, state: State | None, lead: Origin | None) -> None:
        until, pause, seen = time.monotonic() + CHANGEABLE, FIRST_LOOK, _key(state)
        while state is not None and state.is_open:
            wait = state.progress.waits if state.progress.waits > LONG else pause
            if time.monotonic() + wait > until:
                return
            await asyncio.sleep(wait)
            pause = min(2 * pause, LAST_LOOK)
            state = await self._bulk.newer(state)
            if state is not None and not await self._bulk.may_show(state, lead):
                await self._keep_up(state)
                return
            if _key(state) != seen:
                await self._show(interaction, state)
                seen = _key(state)

    async def _show(self, interaction: Interaction, state: State | None) -> None:
        """Where Discord does not take how it ended, the next answer tells it."""
        owner = interaction.user.id
        if state is None:
            await progress(interaction, over_view())
            return
        draw = partial(state_view, state, owner)
        taken = await progress(interaction, draw()) or (
            not state.is_open and await progress(interaction, draw(bare=True))
        )
        if taken and not state.is_open:
            await self._bulk.told(state)
        await self._keep_up(state)

    async def _keep_up(self, state: State) -> None:
        """Where something was deleted, and nothing more is for now, the galleries that this process has shown tell."""
        is_waiting = bool(state.through) and state.progress.waits > LONG
        if state.deed in {Deed.DELETE, Deed.ADOPT} and (is_waiting or not state.is_open):
            await self._open.keep_up(state.job.discord_id)


def _key(state: State | None) -> object:
    """What is worth showing anew when it changes."""
    if state is None:
        return None
    return state.job.state, state.through, state.progress.waits > LONG, state.progress.ahead
