"""What was posted for everyone: whether it may be, the record of it, and the ways to change it afterwards."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeAlias

import discord
from discord import ui

from cogs.ui.audience import Here, here_of
from imgur.models import Item
from services.sharing import Spot

Interaction: TypeAlias = discord.Interaction[Any]

CHANGEABLE = 14 * 60.0  # seconds; Discord takes an interaction's token for fifteen minutes
MOST = 1000


@dataclass(frozen=True, slots=True)
class Post:
    """The newest interaction that may change a message: as the one that it answers, or beside that."""

    interaction: Interaction
    is_pressed: bool
    since: float = field(default_factory=time.monotonic)

    async def fetch(self, message_id: int) -> discord.Message:
        """The message as it is."""
        if self.is_pressed:
            self.interaction._original_response = None  # noqa: SLF001 - as it is, not as it was when last asked for
            return await self.interaction.original_response()
        return await self.interaction.followup.fetch_message(message_id)

    async def edit(self, message_id: int, view: ui.LayoutView) -> object:
        """Show something else in it."""
        if self.is_pressed:
            return await self.interaction.edit_original_response(view=view)
        return await self.interaction.followup.edit_message(message_id, view=view)

    async def delete(self, message_id: int) -> None:
        """Take it away."""
        if self.is_pressed:
            await self.interaction.delete_original_response()
        else:
            await self.interaction.followup.delete_message(message_id)


class Posts:
    """By message, in this process alone: what cannot be changed by a token needs the bot in the server."""

    def __init__(self) -> None:
        self._posts: dict[int, Post] = {}

    def note(self, message_id: int, interaction: Interaction, *, is_pressed: bool = False) -> None:
        """Note that this interaction may change the message, for a while."""
        self._posts.pop(message_id, None)
        self._posts[message_id] = Post(interaction, is_pressed)
        while len(self._posts) > MOST or time.monotonic() - next(iter(self._posts.values())).since > CHANGEABLE:
            del self._posts[next(iter(self._posts))]

    def get(self, message_id: int) -> Post | None:
        """What may change it, if that is not too long ago."""
        post = self._posts.get(message_id)
        return post if post and time.monotonic() - post.since < CHANGEABLE else None


def spot_of(interaction: Interaction) -> Spot:
    """Where an interaction is, of which no more is known than its payload tells."""
    channel = interaction.channel
    parent = channel.parent_id if isinstance(channel, discord.Thread) else None
    return Spot(interaction.channel_id or 0, interaction.guild_id, parent or None)


async def settled(interaction: Interaction) -> Here:
    """What is known of the channel, after asking about it. Not before the interaction was acknowledged."""
    here, spot = here_of(interaction), spot_of(interaction)
    if spot.parent_id:
        here.restricted = await interaction.client.parents.is_restricted(spot.parent_id)
    here.mature = await interaction.client.services.sharing.lets_mature(spot.guild_id)
    return here


async def may_turn(interaction: Interaction, items: Sequence[Item] = ()) -> None:
    """Raises what forbids it to show more in a shared message than it shows already; in a private one nothing does."""
    if interaction.message is not None and not interaction.message.flags.ephemeral:
        await interaction.client.services.sharing.check(spot_of(interaction), items)


async def has_shared(interaction: Interaction) -> bool:
    """Whether it is on record that who presses has shared the message; not where that cannot be known."""
    message_id = interaction.message.id if interaction.message else 0
    sharing = interaction.client.services.sharing
    found: bool = await sharing.is_surely_by(interaction.user.id, interaction.guild_id, message_id)
    return found


def turning(interaction: Interaction) -> AbstractAsyncContextManager[object]:
    """In here, nobody else changes the message that was pressed on, if it is one that others see."""
    message = interaction.message
    if message is None or message.flags.ephemeral:
        return nullcontext()
    lock: asyncio.Lock = interaction.client.services.sharing.emptying.changing(message.id)
    return lock


async def posted(interaction: Interaction, message_id: int, items: Sequence[Item]) -> None:
    """Put on record what was posted for everyone."""
    interaction.client.posts.note(message_id, interaction)
    await interaction.client.services.sharing.posted(message_id, spot_of(interaction), interaction.user.id, items)


async def turned(interaction: Interaction, items: Sequence[Item]) -> None:
    """A shared message that was pressed on shows these now."""
    message = interaction.message
    if message is not None and not message.flags.ephemeral:
        interaction.client.posts.note(message.id, interaction, is_pressed=True)
        await interaction.client.services.sharing.shows(message.id, items)


def ways(
    client: Any, message_id: int, channel_id: int, by_token: Callable[[Post], Awaitable[Any]], by_bot: str, **given: Any
) -> Iterator[Callable[[], Awaitable[Any]]]:
    """How to do something to a message, one after the other: by an interaction's token, and as a member."""
    if (post := client.posts.get(message_id)) is not None:
        yield partial(by_token, post)
    message = client.get_partial_messageable(channel_id).get_partial_message(message_id)
    yield partial(getattr(message, by_bot), **given)
