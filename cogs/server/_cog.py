"""`/imgur server`: what members may share here, for those who manage the server."""

from __future__ import annotations

from discord import app_commands
from discord.ext import commands

from cogs.server._views import ContactForm, rules_view, saved
from cogs.ui.actions import Interaction, action
from cogs.ui.audience import manages
from cogs.ui.reply import acknowledge, acknowledge_press, answer, done, open_form
from errors import NotManagerError, OutdatedError, OutsideServersError
from locales.text import Text
from services.sharing import ServerRules, Sharing, SharingService


class Servers(commands.Cog):
    """Each press asks anew whether who presses still manages the server: Discord says so in the press itself."""

    def __init__(self, sharing: SharingService) -> None:
        self._sharing = sharing

    @app_commands.command()
    async def server(self, interaction: Interaction) -> None:
        """What may be shared in this server, and what was; for those who manage it."""
        await acknowledge(interaction)
        rules = await self._sharing.rules(managed(interaction))
        await answer(interaction, rules_view(rules, interaction.user.id))

    @action("server-rules")
    async def _back_pressed(self, interaction: Interaction) -> None:
        await acknowledge_press(interaction)
        rules = await self._sharing.rules(managed(interaction))
        await answer(interaction, rules_view(rules, interaction.user.id))

    @action("server-sharing", sharing=Sharing)
    async def _sharing_chosen(self, interaction: Interaction, sharing: Sharing) -> None:
        await acknowledge_press(interaction)
        await self._show(interaction, await self._sharing.allow(managed(interaction), sharing))

    @action("server-channels")
    async def _channels_chosen(self, interaction: Interaction, *channels: str) -> None:
        await acknowledge_press(interaction)
        if not all(channel.isdecimal() for channel in channels):
            raise OutdatedError
        await self._show(interaction, await self._sharing.choose(managed(interaction), map(int, channels)))

    @action("server-mature", mature=int)
    async def _mature_pressed(self, interaction: Interaction, mature: int) -> None:
        await acknowledge_press(interaction)
        rules = await self._sharing.allow_mature(managed(interaction), mature=bool(mature))
        await self._show(interaction, rules)

    @action("server-contact")
    async def _contact_pressed(self, interaction: Interaction) -> None:
        rules = await self._sharing.rules(managed(interaction))
        await open_form(interaction, ContactForm(interaction.user.id, rules.contact))

    @action("server-contacted")
    async def _contact_sent(self, interaction: Interaction, *, contact: str) -> None:
        await acknowledge_press(interaction)
        await self._show(interaction, await self._sharing.set_contact(managed(interaction), contact))

    async def _show(self, interaction: Interaction, rules: ServerRules) -> None:
        done(interaction, Text("Saved"), saved(rules))
        await answer(interaction, rules_view(rules, interaction.user.id))


def managed(interaction: Interaction) -> int:
    """The server's id. Raises OutsideServersError, and NotManagerError for who does not manage it now."""
    if interaction.guild_id is None:
        raise OutsideServersError
    if not manages(interaction):
        raise NotManagerError
    return interaction.guild_id
