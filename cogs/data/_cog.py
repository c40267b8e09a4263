"""The commands of `/imgur data`, and the presses on what they answer."""

from __future__ import annotations

from discord import app_commands
from discord.ext import commands

from cogs.data._backup import OPENED, BackupCodeForm, offer_view, opened_view
from cogs.data._export import EVERYWHERE, export_view, file_names, lost_view, part_view, parts_view, spread
from cogs.data._leaving import ERASED, left_view, question_view, stays_view
from cogs.data._policy import policy_view
from cogs.ui.actions import Interaction, action
from cogs.ui.expiry import deleted_words
from cogs.ui.groups import DATA
from cogs.ui.reply import acknowledge, acknowledge_in_place, answer, done, hand_on, hand_over, open_form
from services.data import BackupService, ExportService, Leaving, LeavingService
from services.expiry import ExpiryService


class Data(commands.Cog):
    """Tells users what is held about them, hands it to them, erases it. All of it is for their eyes alone."""

    def __init__(
        self, exports: ExportService, leaving: LeavingService, backups: BackupService, expiries: ExpiryService
    ) -> None:
        self._exports = exports
        self._leaving = leaving
        self._backups = backups
        self._expiries = expiries

    @app_commands.command(extras=DATA)
    async def policy(self, interaction: Interaction) -> None:
        """What this bot keeps about you, why, and for how long."""
        await acknowledge(interaction)
        await answer(interaction, policy_view(interaction.user.id))

    @app_commands.command(extras=DATA)
    async def export(self, interaction: Interaction) -> None:
        """Everything that this bot holds about you, as a file."""
        await self._export(interaction)

    @action("data-export")
    async def _export_pressed(self, interaction: Interaction) -> None:
        await self._export(interaction)

    @app_commands.command(extras=DATA)
    async def backup(self, interaction: Interaction) -> None:
        """Your pictures themselves, as ZIP files to keep."""
        await acknowledge(interaction)
        user = interaction.user
        offer = await self._backups.begin(user.id, user.name, locale=interaction.locale.value)
        await answer(interaction, offer_view(offer, user.id))

    @action("backup-code")
    async def _code_pressed(self, interaction: Interaction) -> None:
        await open_form(interaction, BackupCodeForm(interaction.user.id))

    @action("backup-code-entered")
    async def _code_entered(self, interaction: Interaction, *, code: str) -> None:
        await acknowledge(interaction)
        await self._backups.enter_code(interaction.user.id, code)
        done(interaction, OPENED)
        await answer(interaction, opened_view())

    @app_commands.command(extras=DATA)
    async def delete(self, interaction: Interaction) -> None:
        """Have this bot erase everything that it holds about you."""
        await self._ask(interaction)

    @action("data-delete")
    async def _delete_pressed(self, interaction: Interaction) -> None:
        await self._ask(interaction)

    @action("data-erase")
    async def _erase_pressed(self, interaction: Interaction, seen: str) -> None:
        await acknowledge_in_place(interaction)
        found = await self._leaving.leave(interaction.user.id, seen)
        if isinstance(found, Leaving):
            await answer(interaction, question_view(found, interaction.user.id))
            return
        done(interaction, ERASED)
        await answer(interaction, left_view(found))

    @action("data-expire")
    async def _expire_pressed(self, interaction: Interaction) -> None:
        """What is to be deleted by itself is deleted now; then it is asked again."""
        await acknowledge_in_place(interaction)
        user = interaction.user.id
        deleted = await self._expiries.delete_all_now(user)
        if deleted.count:
            done(interaction, deleted_words(deleted))
        found = await self._leaving.look(user)
        await answer(interaction, question_view(found, user, deleted))

    @action("data-keep")
    async def _keep_pressed(self, interaction: Interaction) -> None:
        await acknowledge_in_place(interaction)
        await answer(interaction, stays_view())

    async def _ask(self, interaction: Interaction) -> None:
        await acknowledge(interaction)
        found = await self._leaving.look(interaction.user.id)
        await answer(interaction, question_view(found, interaction.user.id))

    async def _export(self, interaction: Interaction) -> None:
        """In one file; else in several that are announced first."""
        await acknowledge(interaction)
        made = await self._exports.make(interaction.user.id, min(interaction.filesize_limit, EVERYWHERE))
        files = dict(zip(file_names(made), made.parts, strict=True))
        if len(files) == 1:
            await hand_over(interaction, export_view(made), files)
            return
        await answer(interaction, parts_view(made))
        lost = 0
        for names in spread(list(files)):
            some = {name: files.pop(name) for name in names}
            lost += 0 if await hand_on(interaction, part_view(names), some) else len(names)
        if lost:
            await answer(interaction, lost_view(made, lost))
