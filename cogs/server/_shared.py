"""What was shared in a server, taking it down, and reports."""

from __future__ import annotations

from discord.ext import commands

from cogs.server._changing import Changing, Outcome
from cogs.server._cog import managed
from cogs.server._views import deleted_view, refused_view, report_view, shared_view
from cogs.ui.actions import Interaction, action
from cogs.ui.reply import acknowledge, acknowledge_press, answer, done
from errors import NotManagerError, OutsideServersError
from locales.text import Text
from services.sharing import SharingService


class SharedHere(commands.Cog):
    """For moderators. What they may is asked of Discord's word in each press, and goes for that server alone."""

    def __init__(self, sharing: SharingService, changing: Changing) -> None:
        self._sharing = sharing
        self._changing = changing

    @action("server-shared", page=int)
    async def _listed(self, interaction: Interaction, page: int) -> None:
        await acknowledge_press(interaction)
        guild_id = managed(interaction)
        found = await self._sharing.page(guild_id, page)
        await answer(interaction, shared_view(found, guild_id, interaction.user.id))

    @action("shared-report")
    async def _reported(self, interaction: Interaction) -> None:
        """By anyone who sees a shared message, privately."""
        await acknowledge(interaction)
        rules = await self._sharing.rules(interaction.guild_id)
        message = interaction.message.id if interaction.message else 0
        moderator = interaction.guild_id is not None and is_moderator(interaction)
        await answer(interaction, report_view(rules, interaction.user.id, message, moderator=moderator))

    @action("shared-down", message=int)
    async def _down_pressed(self, interaction: Interaction, message: int) -> None:
        """Beside the list, which shows the next ones when it is turned to."""
        await acknowledge(interaction)
        if interaction.guild_id is None:
            raise OutsideServersError
        shared = await self._sharing.shared(interaction.guild_id, message)
        if not is_moderator(interaction, shared.channel_id):
            raise NotManagerError
        outcome = await self._changing.taken_down(shared)
        if outcome is Outcome.REFUSED:
            await answer(interaction, refused_view(shared, interaction.guild_id))
            return
        await self._sharing.taken_down(message)
        done(interaction, Text("Taken down"))
        await answer(interaction, deleted_view(was_there=outcome is Outcome.DELETED))


def is_moderator(interaction: Interaction, channel_id: int | None = None) -> bool:
    """Whether who presses manages the server, or the messages of the channel where they press and it was shared."""
    may = interaction.permissions
    is_here = channel_id in {None, interaction.channel_id}
    return may.administrator or may.manage_guild or (may.manage_messages and is_here)
