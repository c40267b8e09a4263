"""The commands about one image or album, and the presses on it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import partial

from discord import app_commands
from discord.app_commands import Choice, Range
from discord.ext import commands

from cogs.item._form import EditForm, Typed, changed
from cogs.item._views import (
    SLOW,
    again_button,
    asked_about,
    bare_shown,
    deleted_view,
    deleted_words,
    question_view,
    shown_view,
    typed_text,
)
from cogs.ui.actions import Interaction, action
from cogs.ui.copying import copy_view
from cogs.ui.favorite import favorite_notice, favorite_words
from cogs.ui.item import OPEN, bare, is_hidden, is_vouched
from cogs.ui.kept import Kept
from cogs.ui.markdown import Markdown
from cogs.ui.posts import has_shared, may_turn, turned, turning
from cogs.ui.reply import (
    acknowledge,
    acknowledge_press,
    answer,
    answer_or_share,
    change_shared,
    done,
    is_public,
    open_form,
    suggest,
)
from cogs.ui.report import rescue
from cogs.ui.words import Said, bold
from imgur.errors import NotFoundError
from imgur.models import DESCRIPTION_LIMIT, TITLE_LIMIT, Kind
from locales.rendering import in_public
from locales.text import Text
from services.library.ability import Shown
from services.library.items import ItemService
from services.library.suggestions import Scope, SuggestionService

FORM_PATIENCE = 1.5  # seconds: a form must be sent within three, and cannot follow a deferral
IMAGE = "Its title, id or link, or pick a suggestion"


class Items(commands.Cog):
    """Shows one image or album and does what its viewer may do with it."""

    def __init__(self, items: ItemService, suggestions: SuggestionService) -> None:
        self._items = items
        self._suggestions = suggestions
        self._typed: Kept[Typed] = Kept()

    # --- commands -------------------------------------------------------------------------------------------------

    @app_commands.command()
    @app_commands.describe(image=IMAGE, share="Show it to everyone here")
    async def show(self, interaction: Interaction, image: Range[str, 1, 2000], *, share: bool = False) -> None:
        """Show an image or album from Imgur."""
        await acknowledge(interaction)
        shown = await self._items.show(interaction.user.id, image)
        draw = partial(shown_view, owner=interaction.user.id)
        plainer = partial(draw, bare_shown(shown))
        await answer_or_share(interaction, partial(draw, shown), share=share, plainer=plainer, items=[shown.item])

    @app_commands.command()
    @app_commands.describe(image=IMAGE)
    async def favorite(self, interaction: Interaction, image: Range[str, 1, 2000]) -> None:
        """Add an image or album to your favorites."""
        await acknowledge(interaction)
        await self._favorite(interaction, image, wish=True)

    @app_commands.command()
    @app_commands.describe(image=IMAGE)
    async def unfavorite(self, interaction: Interaction, image: Range[str, 1, 2000]) -> None:
        """Remove an image or album from your favorites."""
        await acknowledge(interaction)
        await self._favorite(interaction, image, wish=False)

    @app_commands.command()
    @app_commands.describe(image=IMAGE, title="The new title", description="The new description")
    async def edit(
        self,
        interaction: Interaction,
        image: Range[str, 1, 2000],
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
    async def delete(self, interaction: Interaction, image: Range[str, 1, 2000]) -> None:
        """Delete one of your images from Imgur, after a question."""
        await acknowledge(interaction)
        await self._ask_to_delete(interaction, image)

    @show.autocomplete("image")
    @favorite.autocomplete("image")
    async def _suggest_anything(self, interaction: Interaction, typed: str) -> list[Choice[str]]:
        return await self._suggest(interaction, typed, Scope.ANYTHING)

    @unfavorite.autocomplete("image")
    async def _suggest_favorites(self, interaction: Interaction, typed: str) -> list[Choice[str]]:
        return await self._suggest(interaction, typed, Scope.FAVORITES)

    @edit.autocomplete("image")
    @delete.autocomplete("image")
    async def _suggest_own(self, interaction: Interaction, typed: str) -> list[Choice[str]]:
        return await self._suggest(interaction, typed, Scope.OWN_IMAGES)

    async def _suggest(self, interaction: Interaction, typed: str, scope: Scope) -> list[Choice[str]]:
        found = await self._suggestions.suggest(interaction.user.id, typed, scope)
        return await suggest(interaction, found)

    # --- presses --------------------------------------------------------------------------------------------------

    @action("item-show")
    async def _show_chosen(self, interaction: Interaction, value: str) -> None:
        """One of several, of which what their message shows says nothing."""
        await acknowledge(interaction)
        shown = await self._items.show(interaction.user.id, value)
        draw = partial(shown_view, owner=interaction.user.id)
        await answer(interaction, draw(shown), plainer=lambda: draw(bare_shown(shown)))

    @action("item-refresh", kind=Kind)
    async def _refresh_pressed(self, interaction: Interaction, kind: Kind, item_id: str) -> None:
        await acknowledge_press(interaction)
        await self._show_again(interaction, kind, item_id)

    @action("item-keep", kind=Kind)
    async def _keep_pressed(self, interaction: Interaction, kind: Kind, item_id: str) -> None:
        await acknowledge_press(interaction)
        await self._show_again(interaction, kind, item_id)

    @action("item-favorite", kind=Kind)
    async def _favorite_pressed(self, interaction: Interaction, kind: Kind, item_id: str) -> None:
        if not is_public(interaction):
            await acknowledge_press(interaction)
            await self._favorite(interaction, f"{kind}:{item_id}", wish=True)
            return
        await acknowledge(interaction)
        async with self._noticing(interaction, kind, item_id):
            favorited = await self._items.favorite(interaction.user.id, f"{kind}:{item_id}")
        done(interaction, favorite_words(favorited, wish=True), Markdown(favorited.shown.item.page_url))
        await answer(interaction, favorite_notice(favorited))

    @action("item-unfavorite", kind=Kind)
    async def _unfavorite_pressed(self, interaction: Interaction, kind: Kind, item_id: str) -> None:
        await acknowledge_press(interaction)
        await self._favorite(interaction, f"{kind}:{item_id}", wish=False)

    @action("item-edit", kind=Kind)
    async def _edit_pressed(self, interaction: Interaction, kind: Kind, item_id: str, typed: str = "") -> None:
        """Open the form, with what was typed into it before if that is still known."""
        await self._open_form(interaction, f"{kind}:{item_id}", self._typed.get(typed), fresh=False)

    @action("item-describe")
    async def _describe_chosen(self, interaction: Interaction, image_id: str) -> None:
        """One of several."""
        await self._open_form(interaction, f"image:{image_id}", fresh=False, action="item-described")

    @action("item-edited", kind=Kind)
    async def _edited(
        self,
        interaction: Interaction,
        kind: Kind,
        item_id: str,
        title_mark: str,
        description_mark: str,
        *,
        title: str,
        description: str,
    ) -> None:
        if interaction.message is None:
            await acknowledge(interaction)
        else:
            await acknowledge_press(interaction)
        changes = changed(title, title_mark), changed(description, description_mark)
        await self._sent(interaction, kind, item_id, Typed(title, description), changes)

    @action("item-described", kind=Kind)
    async def _described(
        self,
        interaction: Interaction,
        kind: Kind,
        item_id: str,
        title_mark: str,
        description_mark: str,
        *,
        title: str,
        description: str,
    ) -> None:
        """Answered beside the message that it was opened from, which has the links of others too."""
        await acknowledge(interaction)
        changes = changed(title, title_mark), changed(description, description_mark)
        await self._sent(interaction, kind, item_id, Typed(title, description), changes)

    @action("item-delete", kind=Kind)
    async def _delete_pressed(self, interaction: Interaction, kind: Kind, item_id: str) -> None:
        """Ask in place; beside a message that others see, privately, and remember which message that was."""
        beside = interaction.message.id if interaction.message and is_public(interaction) else None
        if beside is None:
            await acknowledge_press(interaction)
        else:
            await acknowledge(interaction)
        async with self._noticing(interaction, kind, item_id):
            await self._ask_to_delete(interaction, f"{kind}:{item_id}", beside)

    @action("item-delete-confirm", kind=Kind, beside=int)
    async def _delete_confirmed(
        self, interaction: Interaction, kind: Kind, item_id: str, beside: int | None = None
    ) -> None:
        await acknowledge_press(interaction)
        deleted = await self._items.delete(interaction.user.id, f"{kind}:{item_id}")
        done(interaction, *deleted_words(item_id, deleted=deleted))
        title = asked_about(interaction.message)
        bare_view = partial(deleted_view, item_id, deleted=deleted)
        await answer(interaction, deleted_view(item_id, title, deleted=deleted), plainer=bare_view)
        if beside:
            with in_public():
                gone = deleted_view(item_id, title, deleted=True)
            await change_shared(interaction, beside, gone)
        interaction.client.dispatch("imgur_deleted", interaction.user.id)

    @action("item-copy", kind=Kind)
    async def _copy_pressed(self, interaction: Interaction, kind: Kind, item_id: str) -> None:
        await acknowledge(interaction)
        async with self._noticing(interaction, kind, item_id):
            shown = await self._items.show(interaction.user.id, f"{kind}:{item_id}", fresh=False)
        plain = replace(shown.item, title=None, description=None)
        await answer(interaction, copy_view(shown.item, shown.hidden), plainer=lambda: copy_view(plain, shown.hidden))

    @action("item-share", kind=Kind)
    async def _share_pressed(self, interaction: Interaction, kind: Kind, item_id: str, how: str = "") -> None:
        """Beside the private message, which stays: it has what its user may do."""
        await acknowledge(interaction)
        shown = await self._items.show(interaction.user.id, f"{kind}:{item_id}", fresh=False)
        draw = partial(shown_view, owner=interaction.user.id, vouched=how == OPEN)
        plainer = partial(draw, bare_shown(shown))
        await answer_or_share(interaction, partial(draw, shown), share=True, plainer=plainer, items=[shown.item])

    # --- within ---------------------------------------------------------------------------------------------------

    async def _sent(
        self,
        interaction: Interaction,
        kind: Kind,
        item_id: str,
        typed: Typed,
        changes: tuple[str | None, str | None],
    ) -> None:
        """Save what was changed in the form; what was typed outlives an error."""
        key = self._typed.keep(typed)
        again = again_button(interaction.user.id, kind, item_id, key)
        rescue(interaction, typed_text(typed.title, typed.description), again)
        async with self._noticing(interaction, kind, item_id):
            await self._save(interaction, f"{kind}:{item_id}", *changes, fresh=False)
        self._typed.take(key)

    @asynccontextmanager
    async def _noticing(self, interaction: Interaction, kind: Kind, item_id: str) -> AsyncIterator[None]:
        """Who presses on what others see learns that it is gone, and so do they: its owner was on Imgur's own pages.

        Of an album, which Imgur may not show to everyone, only who has shared it learns that.
        """
        try:
            yield
        except NotFoundError:
            if is_public(interaction) and (kind is Kind.IMAGE or await has_shared(interaction)):
                await self._items.missed(interaction.user.id, kind, item_id)
            raise

    async def _show(
        self, interaction: Interaction, shown: Shown, *, above: Said | None = None, shared: bool = False
    ) -> None:
        hidden, vouched = is_hidden(interaction.message), is_vouched(interaction.message)
        draw = partial(
            shown_view, owner=interaction.user.id, above=above, shared=shared, hidden=hidden, vouched=vouched
        )
        await answer(interaction, draw(shown), plainer=lambda: draw(bare_shown(shown)))
        if shared:
            await turned(interaction, [shown.item])

    async def _show_again(self, interaction: Interaction, kind: Kind, item_id: str) -> None:
        async with turning(interaction), self._noticing(interaction, kind, item_id):
            shown = await self._items.show(interaction.user.id, f"{kind}:{item_id}")
            await may_turn(interaction, [shown.item])  # what was still being processed can be seen by now
            await self._show(interaction, shown, shared=is_public(interaction))

    async def _ask_to_delete(self, interaction: Interaction, text: str, beside: int | None = None) -> None:
        shown = await self._items.deletion(interaction.user.id, text)
        item = shown.item
        hidden = is_hidden(interaction.message) or item.id in shown.hidden
        draw = partial(question_view, owner=interaction.user.id, beside=beside, hidden=hidden)
        await answer(interaction, draw(item), plainer=lambda: draw(bare(item)))

    async def _favorite(self, interaction: Interaction, text: str, *, wish: bool) -> None:
        change_favorite = self._items.favorite if wish else self._items.unfavorite
        favorited = await change_favorite(interaction.user.id, text)
        said = favorite_words(favorited, wish=wish)
        done(interaction, said, Markdown(favorited.shown.item.page_url))
        await self._show(interaction, favorited.shown, above=bold(said))

    async def _open_form(
        self,
        interaction: Interaction,
        text: str,
        typed: Typed | None = None,
        *,
        fresh: bool = True,
        action: str = "item-edited",
    ) -> None:
        """Open the form, if what it is filled with can be had quickly; else answer with a button that opens it."""
        try:
            async with asyncio.timeout(FORM_PATIENCE):
                shown = await self._items.editable(interaction.user.id, text, fresh=fresh)
        except TimeoutError:
            await acknowledge(interaction)
            shown = await self._items.editable(interaction.user.id, text, fresh=False)
            await self._show(interaction, shown, above=SLOW)
            return
        await open_form(interaction, EditForm(shown.item, interaction.user.id, typed, action=action))

    async def _save(
        self, interaction: Interaction, text: str, title: str | None, description: str | None, *, fresh: bool = True
    ) -> None:
        async with turning(interaction):
            shown = await self._items.edit(interaction.user.id, text, title, description, fresh=fresh)
            done(interaction, Text("Saved"), Markdown(shown.item.page_url))
            shared = is_public(interaction)
            await self._show(interaction, shown, above=None if shared else bold(Text("Saved")), shared=shared)
