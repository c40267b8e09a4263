"""The commands that show galleries, and turning their pages."""

from __future__ import annotations

from functools import partial
from typing import cast

from discord import app_commands
from discord.app_commands import Choice, Range, locale_str
from discord.ext import commands

from cogs.gallery._open import Draw, OpenGalleries
from cogs.gallery._views import bare_page, gallery_view
from cogs.ui.actions import Interaction, action
from cogs.ui.groups import ALBUM
from cogs.ui.posts import may_turn, turned, turning
from cogs.ui.reply import acknowledge, acknowledge_press, answer, answer_or_share, is_public, suggest
from errors import ForeignGalleryError
from imgur.models import Sort
from services.library.galleries import GalleryService
from services.library.page import GalleryPage
from services.library.place import Place
from services.library.suggestions import Scope, SuggestionService

QUERY = "Words that must all be in the title, description, tags, note or id; #word is a tag"


class Galleries(commands.Cog):
    """Shows what a user has on Imgur, page by page."""

    def __init__(self, galleries: GalleryService, suggestions: SuggestionService, shown: OpenGalleries) -> None:
        self._galleries = galleries
        self._suggestions = suggestions
        self._open = shown

    @app_commands.command()
    @app_commands.describe(
        album="The title of one of your albums (pick a suggestion), or the id or link of any",
        query=QUERY,
        share="Show it to everyone here",
    )
    async def images(
        self,
        interaction: Interaction,
        album: Range[str, 1, 2000] | None = None,
        query: str | None = None,
        *,
        share: bool = False,
    ) -> None:
        """Your images on Imgur, or an album's."""
        message = await acknowledge(interaction)
        page = await self._galleries.images(interaction.user.id, 0, album, query=query, fresh=True)
        await self._begin(interaction, message, page, share=share)

    @app_commands.command()
    @app_commands.describe(sort="Which come first", query=QUERY, share="Show them to everyone here")
    @app_commands.choices(
        sort=[Choice(name=locale_str("newest"), value="newest"), Choice(name=locale_str("oldest"), value="oldest")]
    )
    async def favorites(
        self, interaction: Interaction, sort: str = "newest", query: str | None = None, *, share: bool = False
    ) -> None:
        """All your favorites on Imgur."""
        message = await acknowledge(interaction)
        order = cast("Sort", sort)
        page = await self._galleries.favorites(interaction.user.id, 0, order, query=query, fresh=True)
        await self._begin(interaction, message, page, share=share)

    @app_commands.command(name="list", extras=ALBUM)
    @app_commands.describe(share="Show them to everyone here")
    async def albums(self, interaction: Interaction, *, share: bool = False) -> None:
        """All your albums on Imgur."""
        message = await acknowledge(interaction)
        page = await self._galleries.albums(interaction.user.id, 0, fresh=True)
        await self._begin(interaction, message, page, share=share)

    @action("images")
    async def _images_pressed(self, interaction: Interaction) -> None:
        message = await acknowledge(interaction)
        page = await self._galleries.images(interaction.user.id, 0, fresh=True)
        await self._begin(interaction, message, page, share=False)

    @action("favorites")
    async def _favorites_pressed(self, interaction: Interaction) -> None:
        message = await acknowledge(interaction)
        page = await self._galleries.favorites(interaction.user.id, 0, fresh=True)
        await self._begin(interaction, message, page, share=False)

    @images.autocomplete("album")
    async def _suggest(self, interaction: Interaction, typed: str) -> list[Choice[str]]:
        found = await self._suggestions.suggest(interaction.user.id, typed, Scope.ALBUMS)
        return await suggest(interaction, found)

    @action("gallery", foreign=ForeignGalleryError, place=Place.parse, page=int, known=int)
    async def _turned(self, interaction: Interaction, place: Place, page: int, known: int, slot: str) -> None:
        await acknowledge_press(interaction)
        fresh = slot == "refresh"
        async with turning(interaction):
            await may_turn(interaction)
            got = await self._galleries.page(interaction.user.id, place, page, fresh=fresh)
            draw = partial(
                gallery_view,
                place=got.place,
                owner=interaction.user.id,
                known=0 if fresh else known,
                shared=is_public(interaction),
            )
            if interaction.message is not None:
                self._note(interaction, interaction.message.id, got)
            await answer(interaction, draw(got), plainer=lambda: draw(bare_page(got)))
            await turned(interaction, got.items)

    @action("gallery-share", foreign=ForeignGalleryError, place=Place.parse, page=int)
    async def _share_pressed(self, interaction: Interaction, place: Place, page: int) -> None:
        """What is shown, beside the private message."""
        message = await acknowledge(interaction)
        got = await self._galleries.page(interaction.user.id, place, page)
        await self._begin(interaction, message, got, share=True)

    def _note(self, interaction: Interaction, message: int | None, shown: GalleryPage) -> None:
        owner, shared = interaction.user.id, is_public(interaction)

        async def read() -> tuple[GalleryPage, Draw]:
            page = await self._galleries.page(owner, shown.place, shown.page)
            return page, partial(gallery_view, place=page.place, owner=owner, shared=shared)

        self._open.note(interaction, message, read)

    @commands.Cog.listener()
    async def on_imgur_deleted(self, user_id: int) -> None:
        """Another cog has deleted something for this user."""
        await self._open.keep_up(user_id)

    async def _begin(self, interaction: Interaction, message: int | None, page: GalleryPage, *, share: bool) -> None:
        # That there is nothing, or not what was asked for, is between the bot and the user.
        share = share and bool(page.items) and not page.is_link_broken
        draw = partial(gallery_view, place=page.place, owner=interaction.user.id)
        plainer = partial(draw, bare_page(page))
        if not await answer_or_share(interaction, partial(draw, page), share=share, plainer=plainer, items=page.items):
            self._note(interaction, message, page)
