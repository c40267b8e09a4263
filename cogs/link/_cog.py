"""The commands and presses of linking."""

from __future__ import annotations

from typing import Any

import discord
from discord import app_commands, ui
from discord.ext import commands

from cogs.link._notifier import interaction_origin, message_origin
from cogs.link._views import (
    confirm_unlink_view,
    kept_view,
    linked_view,
    moved_view,
    offer_view,
    unlinked_view,
)
from cogs.ui.actions import Interaction, action
from cogs.ui.forms import Form
from cogs.ui.reply import acknowledge, acknowledge_in_place, answer
from errors import DirectMessagesClosedError, NotLinkedError
from services.account import AccountService
from services.linking import LinkingService
from services.messages import words

NEXT_STEP = "Try `/imgur upload` with a picture, or `/imgur images` to see what you have."
CODE_LIMIT = 20  # the code has 8 characters; people add spaces and dashes


class CodeForm(Form):
    """Asks for the code that the last page shows, and always tells what came of it."""

    def __init__(self, linking: LinkingService) -> None:
        super().__init__(title="Link your Imgur account")
        self._linking = linking
        self._code: ui.TextInput[Any] = ui.TextInput(max_length=CODE_LIMIT, custom_id="code")
        self.add_item(
            ui.Label(text="Code", description="The last page in your browser shows it.", component=self._code)
        )

    async def on_submit(self, interaction: Interaction, /) -> None:
        """Link the account if the code is right."""
        await acknowledge(interaction)
        account = await self._linking.enter_code(interaction.user.id, self._code.value)
        await answer(interaction, linked_view(account.username, interaction.user.id, NEXT_STEP))


class Linking(commands.Cog):
    """Begins and ends links between Discord users and Imgur accounts."""

    def __init__(self, linking: LinkingService, accounts: AccountService) -> None:
        self._linking = linking
        self._accounts = accounts

    @app_commands.command()
    async def link(self, interaction: Interaction) -> None:
        """Link your Imgur account."""
        await self._offer(interaction)

    @app_commands.command()
    async def unlink(self, interaction: Interaction) -> None:
        """Make the bot forget your Imgur account."""
        await self._ask_to_unlink(interaction)

    @action("link")
    async def _link_pressed(self, interaction: Interaction) -> None:
        await self._offer(interaction)

    @action("link-code")
    async def _code_pressed(self, interaction: Interaction) -> None:
        await interaction.response.send_modal(CodeForm(self._linking))

    @action("link-dm")
    async def _move_pressed(self, interaction: Interaction) -> None:
        """Go on in a direct message, with an attempt of its own; where those are closed, go on here with it."""
        shown = await acknowledge_in_place(interaction)
        user = interaction.user
        offer = await self._linking.begin(user.id, user.name, interaction_origin(interaction, shown))
        try:
            message = await user.send(view=offer_view(offer, user.id, movable=False))
        except discord.Forbidden:
            closed = words(DirectMessagesClosedError())
            reason = f"**{closed.title}.** {closed.text}" if closed else ""
            await answer(interaction, offer_view(offer, user.id, movable=False, reason=reason))
            return
        await self._linking.set_origin(offer.attempt_id, message_origin(message))
        await answer(interaction, moved_view(message))

    @action("unlink")
    async def _unlink_pressed(self, interaction: Interaction) -> None:
        await self._ask_to_unlink(interaction)

    @action("unlink-confirm")
    async def _unlink_confirmed(self, interaction: Interaction) -> None:
        await acknowledge_in_place(interaction)
        account = await self._accounts.unlink(interaction.user.id)
        await answer(interaction, unlinked_view(account.username))

    @action("unlink-keep")
    async def _unlink_declined(self, interaction: Interaction) -> None:
        await interaction.response.edit_message(view=kept_view())

    async def _offer(self, interaction: Interaction) -> None:
        shown = await acknowledge(interaction)
        user = interaction.user
        offer = await self._linking.begin(user.id, user.name, interaction_origin(interaction, shown))
        await answer(interaction, offer_view(offer, user.id, movable=not interaction.context.dm_channel))

    async def _ask_to_unlink(self, interaction: Interaction) -> None:
        await acknowledge(interaction)
        account = await self._accounts.linked(interaction.user.id)
        if account is None:
            raise NotLinkedError
        await answer(interaction, confirm_unlink_view(account.username, interaction.user.id))
