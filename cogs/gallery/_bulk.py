"""Doing something to several at once: the question before it, and how far it is."""

from __future__ import annotations

from functools import partial

from discord.ext import commands

from cogs.gallery._adopt_views import offer_view
from cogs.gallery._bulk_views import NewAlbum, kept_view, nothing_view, pick_album_view, question_view
from cogs.gallery._open import OpenGalleries
from cogs.gallery._watch import Watch
from cogs.ui.actions import Interaction, action
from cogs.ui.reply import acknowledge, acknowledge_press, answer, open_form
from services.adoption import AdoptionService
from services.bulk import BulkService, Question, State
from services.library.suggestions import Scope, SuggestionService
from services.selection import Deed


class Bulk(commands.Cog):
    """Delete, Favorite and Add to album in the Select mode, and bringing anonymous uploads into the account.

    Each question is a message of its own.
    """

    def __init__(
        self, bulk: BulkService, adoption: AdoptionService, suggestions: SuggestionService, shown: OpenGalleries
    ) -> None:
        self._bulk = bulk
        self._adoption = adoption
        self._suggestions = suggestions
        self._watch = Watch(bulk, shown)

    async def cog_unload(self) -> None:
        """Follow nothing any more: what goes on is told by a later answer."""
        await self._watch.close()

    @action("pick-delete")
    async def _delete_pressed(self, interaction: Interaction, view: str) -> None:
        await acknowledge(interaction)
        question = await self._bulk.ask(interaction.user.id, view, Deed.DELETE)
        await self._ask(interaction, question)

    @action("bulk-uploads")
    async def _uploads_pressed(self, interaction: Interaction) -> None:
        """All anonymous uploads, before nobody can delete them any more."""
        await acknowledge(interaction)
        await self._ask(interaction, await self._bulk.ask_uploads(interaction.user.id))

    @action("pick-add")
    async def _add_pressed(self, interaction: Interaction, view: str) -> None:
        await acknowledge(interaction)
        question = await self._bulk.ask(interaction.user.id, view, Deed.ADD)
        if question.id is None:
            await self._ask(interaction, question)
            return
        albums = await self._suggestions.suggest(interaction.user.id, "", Scope.ALBUMS)
        draw = partial(pick_album_view, question, interaction.user.id, albums)
        await answer(interaction, draw(), plainer=partial(draw, bare=True))

    @action("pick-favorite")
    async def _favorite_pressed(self, interaction: Interaction, view: str) -> None:
        await acknowledge(interaction)
        await self._watch.begin(interaction, await self._bulk.begin(interaction.user.id, view, Deed.FAVORITE))

    @action("adopt")
    async def _adopt_pressed(self, interaction: Interaction) -> None:
        await acknowledge(interaction)
        offer = await self._adoption.ask(interaction.user.id)
        if isinstance(offer, State):
            await self._watch.begin(interaction, offer)
            return
        draw = partial(offer_view, offer, interaction.user.id)
        await answer(interaction, draw(), plainer=partial(draw, bare=True))

    @action("bulk-confirm")
    async def _confirmed(self, interaction: Interaction, question: str) -> None:
        await acknowledge_press(interaction)
        await self._watch.begin(interaction, await self._bulk.confirm(interaction.user.id, question))

    @action("bulk-keep")
    async def _kept(self, interaction: Interaction, question: str) -> None:
        await acknowledge_press(interaction)
        begun = await self._bulk.withdraw(interaction.user.id, question)
        if begun is None:
            await answer(interaction, kept_view())
        else:
            await self._watch.begin(interaction, begun)

    @action("bulk-album")
    async def _album_picked(self, interaction: Interaction, question: str, value: str) -> None:
        await acknowledge_press(interaction)
        await self._watch.begin(interaction, await self._bulk.confirm_into(interaction.user.id, question, value))

    @action("bulk-name")
    async def _name_wanted(self, interaction: Interaction, question: str) -> None:
        await open_form(interaction, NewAlbum(interaction.user.id, question))

    @action("bulk-named")
    async def _named(self, interaction: Interaction, question: str, *, title: str) -> None:
        await acknowledge_press(interaction)
        await self._watch.begin(interaction, await self._bulk.confirm_into(interaction.user.id, question, title))

    @action("bulk-look", job=int)
    async def _looked(self, interaction: Interaction, job: int) -> None:
        await acknowledge_press(interaction)
        await self._watch.begin(interaction, await self._bulk.state(interaction.user.id, job))

    @action("bulk-stop", job=int)
    async def _stopped(self, interaction: Interaction, job: int) -> None:
        await acknowledge_press(interaction)
        await self._watch.begin(interaction, await self._bulk.stop(interaction.user.id, job))

    @action("bulk-on", job=int)
    async def _gone_on(self, interaction: Interaction, job: int) -> None:
        await acknowledge_press(interaction)
        await self._watch.begin(interaction, await self._bulk.go_on(interaction.user.id, job))

    async def _ask(self, interaction: Interaction, question: Question) -> None:
        if question.id is None:
            await answer(interaction, nothing_view(question.sorted))
            return
        draw = partial(question_view, question, interaction.user.id)
        await answer(interaction, draw(), plainer=partial(draw, bare=True))
