"""Who sees what is drawn, and so which of its pictures are covered, or left out.

Alone, a reader sees all but what is marked mature. Where others see it too, what Imgur says nothing about is covered as
well; only where Discord asks everyone's age nothing is, but what was uploaded as a spoiler.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

import discord

from imgur.models import Item


@dataclass(slots=True)
class Here:
    """The channel of an interaction, as far as it is known.

    `restricted`: Discord says that nobody under age gets in. `mature`: its server lets mature pictures be shown.
    """

    restricted: bool = False
    mature: bool = True


_here: ContextVar[Here | None] = ContextVar("here", default=None)
_everyone: ContextVar[bool] = ContextVar("everyone", default=False)


@contextmanager
def drawn_in(here: Here) -> Iterator[None]:
    """In here, what is drawn is for this channel."""
    token = _here.set(here)
    try:
        yield
    finally:
        _here.reset(token)


@contextmanager
def for_all(*, is_shared: bool = True) -> Iterator[None]:
    """In here, what is drawn is seen by everyone in the channel, if this is shared."""
    token = _everyone.set(is_shared or _everyone.get())
    try:
        yield
    finally:
        _everyone.reset(token)


def here_of(interaction: discord.Interaction[Any]) -> Here:
    """The channel of an interaction as its payload tells it: of a thread it says nothing (`settled`)."""
    found: Here = interaction.extras.setdefault("here", Here(is_marked(interaction.channel)))
    return found


def is_marked(channel: object) -> bool:
    """Whether Discord has said that this channel is age-restricted; of a thread it says nothing."""
    ask = getattr(channel, "is_nsfw", None)
    return bool(ask and not isinstance(channel, discord.Thread) and ask())


def is_covered(item: Item, *, vouched: bool = False) -> bool:
    """Whether it has to be behind a spoiler for what it shows; `vouched`: who shares it has just said that it need not.

    That goes for what Imgur says nothing about, not for what it calls mature.
    """
    here = _here.get() or Here()
    if not _everyone.get():
        return item.nsfw
    is_free = here.restricted and here.mature  # a server that wants nothing mature is not sure of the rest either
    return not is_free and (item.nsfw or not (item.harmless or vouched))


def is_withheld(item: Item) -> bool:
    """Whether it may not be seen here at all, as the server wants nothing mature."""
    here = _here.get() or Here()
    return _everyone.get() and item.nsfw and not here.mature


def manages(interaction: discord.Interaction[Any]) -> bool:
    """Whether who is here manages this server, by what Discord says of them in the interaction itself."""
    may = interaction.permissions
    return interaction.guild_id is not None and (may.manage_guild or may.administrator)
