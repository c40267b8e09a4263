"""Galleries that are open in Discord and can still be changed: they show no longer what their user has deleted."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TypeAlias

import structlog
from discord import ui

from cogs.gallery._views import bare_page
from cogs.ui.actions import Interaction
from cogs.ui.posts import may_turn, settled, turned, turning
from cogs.ui.reply import progress
from cogs.ui.words import heard
from services.library.page import GalleryPage
from services.messages import words
from services.quota.caller import waiting_for_nothing

log = structlog.get_logger(__name__)

CHANGEABLE = 14 * 60.0  # seconds
MOST = 500
"""Galleries of all users; those shown last."""

Draw: TypeAlias = Callable[[GalleryPage], ui.LayoutView]
Read: TypeAlias = Callable[[], Awaitable[tuple[GalleryPage, Draw]]]


@dataclass(frozen=True, slots=True)
class _Open:
    """`interaction` is the newest that may change the message, `read` gives what is to be shown in it now."""

    interaction: Interaction
    read: Read
    since: float = field(default_factory=time.monotonic)


class OpenGalleries:
    """By user and message, in this process alone: what cannot be changed from here keeps up at the next press."""

    def __init__(self) -> None:
        self._open: dict[tuple[int, int], _Open] = {}

    def note(self, interaction: Interaction, message_id: int | None, read: Read) -> None:
        """The answer to this interaction is a gallery in this message."""
        if message_id is None:
            return
        key = interaction.user.id, message_id
        self._open.pop(key, None)
        self._open[key] = _Open(interaction, read)
        while len(self._open) > MOST or time.monotonic() - next(iter(self._open.values())).since > CHANGEABLE:
            del self._open[next(iter(self._open))]

    async def keep_up(self, user_id: int) -> None:
        """Show anew what is open of the user's. Never raises; it waits for no credits."""
        for key, shown in [(key, shown) for key, shown in self._open.items() if key[0] == user_id]:
            if time.monotonic() - shown.since > CHANGEABLE:
                continue
            async with turning(shown.interaction):
                await self._shown_anew(key, shown)

    async def _shown_anew(self, key: tuple[int, int], shown: _Open) -> None:
        try:
            with waiting_for_nothing():
                await settled(shown.interaction)
                await may_turn(shown.interaction)
                page, draw = await shown.read()
        except Exception as error:  # what was done is told, and nobody has asked for this
            log.info("a gallery could not keep up", exc_info=None if words(error) else error)
            return
        if self._open.get(key) is not shown:
            return
        with heard(shown.interaction):  # whoever has deleted may be elsewhere, where another language is read
            full, bare = draw(page), draw(bare_page(page))
        await progress(shown.interaction, full) or await progress(shown.interaction, bare)
        await turned(shown.interaction, page.items)
