"""The commands about one image or album, and the presses on it."""

from __future__ import annotations

import asyncio
from functools import partial

from discord import app_commands
from discord.app_commands import Choice, Range
from discord.ext import commands

from cogs.item._form import EditForm
from cogs.item._views import (
    SAVED,
    SLOW,
    copy_view,
    deleted_view,
    favorite_notice,
    favorite_words,
    question_view,
    shown_view,
)
from cogs.ui.actions import Interaction, action
from cogs.ui.reply import acknowledge, answer, answer_or_share, change_shared, is_public
from imgur.models import DESCRIPTION_LIMIT, TITLE_LIMIT
from services.library import LibraryService

FORM_PATIENCE = 1.5  # seconds: a form must be sent within three, and cannot follow a deferral
IMAGE = "Its id or link, or pick a suggestion"


class Items(commands.Cog):
    """Shows one image or album and does what its viewer may do with it."""

    def __init__(self, library: LibraryService) -> None:
        self._library = library

    # --- commands -------------------------------------------------------------------------------------------------

    @app_commands.command()
    @app_commands.describe(image=IMAGE, share="Show it to everyone here")
    async def show(self, interaction: Interaction, image: Range[str, 1, 500], *, share: bool = False) -> None:
        """Show an image or album from Imgur."""
        await acknowledge(interaction)
        shown = await self._library.show(interaction.user.id, image)
        await answer_or_share(interaction, partial(shown_view, shown, interaction.user.id), share=share)

    @app_commands.command()
    @app_commands.describe(image=IMAGE)
    async def favorite(self, interaction: Interaction, image: Range[str, 1, 500]) -> None:
        """Add an image or album to your favorites."""
        await acknowledge(interaction)
        await self._favorite(interaction, image, wish=True)

    @app_commands.command()
    @app_commands.describe(image=IMAGE)
    async def unfavorite(self, interaction: Interaction, image: Range[str, 1, 500]) -> None:
        """Remove an image or album from your favorites."""
        await acknowledge(interaction)
        await self._favorite(interaction, image, wish=False)

    @app_commands.command()
    @app_commands.describe(image=IMAGE, title="The new title", description="The new description")
    async def edit(
        self,
        interaction: Interaction,
        image: Range[str, 1, 500],
        title: Range[str, 1, TITLE_LIMIT] | None = None,
        description: Range[str, 1, DESCRIPTION_LIMIT] | None = None,
    ) -> None:
        """Change an image's title or description; without either, a form opens."""
        if title is None and description is None:
            await self._open_form(interaction, image)
            return
        await acknowledge(interaction)
        await self._save(interaction, image, title, description)

    @app_commands.command()
    @app_commands.describe(image=IMAGE)
    async def delete(self, interaction: Interaction, image: Range[str, 1, 500]) -> None:
        """Delete one of your images from Imgur, after a question."""
        await acknowledge(interaction)
        shown = await self._library.deletion(interaction.user.id, image)
        await answer(interaction, question_view(shown.item, interaction.user.id))

    @show.autocomplete("image")
    @favorite.autocomplete("image")
    @unfavorite.autocomplete("image")
    @edit.autocomplete("image")
    @delete.autocomplete("image")
    async def _suggest(self, interaction: Interaction, typed: str) -> list[Choice[str]]:
        found = await self._library.suggest(interaction.user.id, typed)
        return [Choice(name=suggestion.name, value=suggestion.value) for suggestion in found]

    # --- presses --------------------------------------------------------------------------------------------------

    @action("item-show")
    async def _show_chosen(self, interaction: Interaction, value: str) -> None:
        await acknowledge(interaction)
        shown = await self._library.show(interaction.user.id, value)
        await answer(interaction, shown_view(shown, interaction.user.id))

    @action("item-refresh")
    async def _refresh_pressed(self, interaction: Interaction, kind: str, item_id: str) -> None:
        await interaction.response.defer()
        await self._show_again(interaction, kind, item_id)

    @action("item-keep")
    async def _keep_pressed(self, interaction: Interaction, kind: str, item_id: str) -> None:
        await interaction.response.defer()
        await self._show_again(interaction, kind, item_id)

    @action("item-favorite")
    async def _favorite_pressed(self, interaction: Interaction, kind: str, item_id: str) -> None:
        if not is_public(interaction):
            await interaction.response.defer()
            await self._favorite(interaction, f"{kind}:{item_id}", wish=True)
            return
        await acknowledge(interaction)
        favorited = await self._library.favorite(interaction.user.id, f"{kind}:{item_id}")
        await answer(interaction, favorite_notice(favorited))

    @action("item-unfavorite")
    async def _unfavorite_pressed(self, interaction: Interaction, kind: str, item_id: str) -> None:
        await interaction.response.defer()
        await self._favorite(interaction, f"{kind}:{item_id}", wish=False)

    @action("item-edit")
    async def _edit_pressed(self, interaction: Interaction, kind: str, item_id: str) -> None:
        await self._open_form(interaction, f"{kind}:{item_id}")

    @action("item-delete")
    async def _delete_pressed(self, interaction: Interaction, kind: str, item_id: str) -> None:
        """Ask in place; beside a message that others see, privately, and remember which message that was."""
        beside = interaction.message.id if interaction.message and is_public(interaction) else None
        if beside is None:
            await interaction.response.defer()
        else:
            await acknowledge(interaction)
        shown = await self._library.deletion(interaction.user.id, f"{kind}:{item_id}")
        await answer(interaction, question_view(shown.item, interaction.user.id, beside))

    @action("item-delete-confirm")
    async def _delete_confirmed(self, interaction: Interaction, kind: str, item_id: str, beside: str = "") -> None:
        await interaction.response.defer()
        deleted = await self._library.delete(interaction.user.id, f"{kind}:{item_id}")
        await answer(interaction, deleted_view(item_id, deleted=deleted))
        if beside:
            await change_shared(interaction, int(beside), deleted_view(item_id, deleted=True))

    @action("item-copy")
    async def _copy_pressed(self, interaction: Interaction, kind: str, item_id: str) -> None:
        await acknowledge(interaction)
        shown = await self._library.show(interaction.user.id, f"{kind}:{item_id}", fresh=False)
        await answer(interaction, copy_view(shown.item))

    # --- within ---------------------------------------------------------------------------------------------------

    async def _show_again(self, interaction: Interaction, kind: str, item_id: str) -> None:
        shown = await self._library.show(interaction.user.id, f"{kind}:{item_id}")
        await answer(interaction, shown_view(shown, interaction.user.id, shared=is_public(interaction)))

    async def _favorite(self, interaction: Interaction, text: str, *, wish: bool) -> None:
        change = self._library.favorite if wish else self._library.unfavorite
        favorited = await change(interaction.user.id, text)
        heading = favorite_words(favorited, wish=wish)
        await answer(interaction, shown_view(favorited.shown, interaction.user.id, heading=heading))

    async def _open_form(self, interaction: Interaction, text: str) -> None:
        """Open the form, if what it is filled with can be had quickly; else answer with a button that opens it."""

        async def save(submitted: Interaction, title: str | None, description: str | None) -> None:
            if submitted.message is None:
                await acknowledge(submitted)
            else:
                await submitted.response.defer()
            await self._save(submitted, text, title, description)

        try:
            async with asyncio.timeout(FORM_PATIENCE):
                shown = await self._library.editable(interaction.user.id, text)
        except TimeoutError:
            await acknowledge(interaction)
            shown = await self._library.editable(interaction.user.id, text)
            await answer(interaction, shown_view(shown, interaction.user.id, heading=SLOW))
            return
        await interaction.response.send_modal(EditForm(shown.item, save))

    async def _save(self, interaction: Interaction, text: str, title: str | None, description: str | None) -> None:
        shown = await self._library.edit(interaction.user.id, text, title, description)
        shared = is_public(interaction)
        heading = None if shared else SAVED
        await answer(interaction, shown_view(shown, interaction.user.id, heading=heading, shared=shared))
