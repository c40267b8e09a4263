"""What was shared in a server, taking it down, and reports."""

from __future__ import annotations

from discord.ext import commands

from cogs.server._changing import Changing, Outcome
from cogs.server._cog import managed
from cogs.server._views import deleted_view, refused_view, report_view, shared_view
from cogs.ui.actions import Interaction, action
from cogs.ui.reply import acknowledge, acknowledge_press, answer, done
from errors import NotManagerError
from locales.text import Text
from services.sharing import SharingService


class SharedHere(commands.Cog):
    """For moderators, and who has shared. Who moderates is in each press, by Discord's word, for that server alone."""

    def __init__(self, sharing: SharingService, changing: Changing) -> None:
        self._sharing = sharing
        self._changing = changing

    @action("server-shared", page=int)
    async def _listed(self, interaction: Interaction, page: int) -> None:
        await acknowledge_press(interaction)
        found = await self._sharing.page(managed(interaction), page)
        await answer(interaction, shared_view(found, interaction.user.id))

    @action("shared-report")
    async def _reported(self, interaction: Interaction) -> None:
        """By anyone who sees a shared message, privately."""
        await acknowledge(interaction)
        guild_id, user_id = interaction.guild_id, interaction.user.id
        rules, message = await self._sharing.rules(guild_id), interaction.message.id if interaction.message else 0
        may = is_moderator(interaction) or await self._sharing.is_by(user_id, guild_id, message)
        await answer(interaction, report_view(rules, user_id, message, may=may, in_server=guild_id is not None))

    @action("shared-down", message=int)
    async def _down_pressed(self, interaction: Interaction, message: int) -> None:
        """Beside the list, which shows the next ones when it is turned to. Who has shared it may as well."""
        await acknowledge(interaction)
        shared = await self._sharing.shared(interaction.guild_id, message)
        if interaction.user.id != shared.discord_id and not is_moderator(interaction, shared.channel_id):
            raise NotManagerError
        outcome = await self._changing.taken_down(shared)
        if outcome is Outcome.REFUSED:
            await answer(interaction, refused_view(shared))
            return
        done(interaction, Text("Taken down"))
        await self._sharing.taken_down(message)
        await answer(interaction, deleted_view(was_there=outcome is Outcome.DELETED))


def is_moderator(interaction: Interaction, channel_id: int | None = None) -> bool:
    """Whether who presses manages the server, or the messages of the channel where they press and it was shared."""
    may = interaction.permissions
    is_here = channel_id in {None, interaction.channel_id}
    is_in_server = interaction.guild_id is not None
    return is_in_server and (may.administrator or may.manage_guild or (may.manage_messages and is_here))
