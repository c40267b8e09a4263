"""The commands about albums, and the presses on what they answer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import cast

from discord import app_commands
from discord.app_commands import Choice, Range, locale_str
from discord.ext import commands

from cogs.album._views import (
    arrange_view,
    bare_album,
    bare_edited,
    bare_page,
    created_view,
    created_words,
    deleted_view,
    deleted_words,
    edited_view,
    edited_words,
    question_view,
)
from cogs.ui.actions import ActionButton, Interaction, action
from cogs.ui.door import others_first
from cogs.ui.groups import ALBUM
from cogs.ui.kept import Kept
from cogs.ui.markdown import Markdown
from cogs.ui.outcomes import filled_view, filled_words
from cogs.ui.reply import acknowledge, acknowledge_press, answer, done, is_public, suggest
from cogs.ui.report import rescue
from cogs.ui.words import Said, bold
from errors import AlbumExistsError, AlbumUncertainError, QuestionExpiredError
from imgur.models import DESCRIPTION_LIMIT, TITLE_LIMIT, Album, Privacy
from locales.text import Text
from services.album import AlbumService, Edited, Filled, title_mark
from services.library.galleries import GalleryService
from services.library.suggestions import Scope, SuggestionService

ALBUM_OPTION = "One of your albums: pick a suggestion, or give its title, id or link"
IMAGE = "Its title, id or link, or pick a suggestion"
CHOICES = [
    Choice(name=locale_str("Public, on your Imgur profile for everyone"), value="public"),
    Choice(name=locale_str("Hidden, for whoever has its link"), value="hidden"),
    Choice(name=locale_str("Secret, for you alone"), value="secret"),
]


@dataclass(frozen=True, slots=True)
class _New:
    """What an album is to be."""

    title: str
    description: str | None
    privacy: Privacy | None


class Albums(commands.Cog):
    """Makes, changes, fills and deletes a user's albums."""

    def __init__(self, albums: AlbumService, galleries: GalleryService, suggestions: SuggestionService) -> None:
        self._albums = albums
        self._galleries = galleries
        self._suggestions = suggestions
        self._wanted: Kept[_New] = Kept()

    # --- commands -------------------------------------------------------------------------------------------------

    @app_commands.command(extras=ALBUM)
    @app_commands.describe(title="What it is called", description="Its description", privacy="Who may see it")
    @app_commands.choices(privacy=CHOICES)
    async def create(
        self,
        interaction: Interaction,
        title: Range[str, 1, TITLE_LIMIT],
        description: Range[str, 1, DESCRIPTION_LIMIT] | None = None,
        privacy: Choice[str] | None = None,
    ) -> None:
        """Make a new album on Imgur."""
        await acknowledge(interaction)
        await self._create(interaction, _New(title, description, _privacy(privacy)))

    @app_commands.command(extras=ALBUM)
    @app_commands.describe(
        album=ALBUM_OPTION, title="The new title", description="The new description", privacy="Who may see it"
    )
    @app_commands.choices(privacy=CHOICES)
    async def edit(
        self,
        interaction: Interaction,
        album: Range[str, 1, 2000],
        title: Range[str, 1, TITLE_LIMIT] | None = None,
        description: Range[str, 1, DESCRIPTION_LIMIT] | None = None,
        privacy: Choice[str] | None = None,
    ) -> None:
        """Change an album's title, its description or who may see it; the rest stays."""
        await acknowledge(interaction)
        edited = await self._albums.edit(
            interaction.user.id, album, title=title, description=description, privacy=_privacy(privacy)
        )
        done(interaction, edited_words(edited), Markdown(edited.album.page_url))
        draw = partial(edited_view, owner=interaction.user.id)
        await answer(interaction, draw(edited), plainer=lambda: draw(bare_edited(edited)))

    @app_commands.command(extras=ALBUM)
    @app_commands.describe(album=ALBUM_OPTION, image=IMAGE)
    async def add(self, interaction: Interaction, album: Range[str, 1, 2000], image: Range[str, 1, 2000]) -> None:
        """Put one of your images into an album of yours."""
        await acknowledge(interaction)
        filled = await self._albums.pictures.add(interaction.user.id, album, [image])
        await self._filled(interaction, filled, is_in=True)

    @app_commands.command(extras=ALBUM)
    @app_commands.describe(album=ALBUM_OPTION, image=IMAGE)
    async def remove(self, interaction: Interaction, album: Range[str, 1, 2000], image: Range[str, 1, 2000]) -> None:
        """Take an image out of an album of yours; it stays on Imgur."""
        await acknowledge(interaction)
        filled = await self._albums.pictures.remove(interaction.user.id, album, [image])
        await self._filled(interaction, filled, is_in=False)

    @app_commands.command(extras=ALBUM)
    @app_commands.describe(album=ALBUM_OPTION)
    async def delete(self, interaction: Interaction, album: Range[str, 1, 2000]) -> None:
        """Delete one of your albums from Imgur, after a question."""
        await acknowledge(interaction)
        shown = await self._albums.deletion(interaction.user.id, album)
        found = cast("Album", shown.item)
        draw = partial(question_view, owner=interaction.user.id, asked=title_mark(found), hidden=shown.hidden)
        await answer(interaction, draw(found), plainer=lambda: draw(bare_album(found)))

    @edit.autocomplete("album")
    @add.autocomplete("album")
    @remove.autocomplete("album")
    @delete.autocomplete("album")
    async def _suggest_albums(self, interaction: Interaction, typed: str) -> list[Choice[str]]:
        return await self._suggest(interaction, typed, Scope.ALBUMS)

    @add.autocomplete("image")
    async def _suggest_images(self, interaction: Interaction, typed: str) -> list[Choice[str]]:
        return await self._suggest(interaction, typed, Scope.ACCOUNT_IMAGES)

    @remove.autocomplete("image")
    async def _suggest_within(self, interaction: Interaction, typed: str) -> list[Choice[str]]:
        album = str(getattr(interaction.namespace, "album", None) or "")
        found = await self._albums.pictures.suggest(interaction.user.id, album, typed)
        return await suggest(interaction, found)

    async def _suggest(self, interaction: Interaction, typed: str, scope: Scope) -> list[Choice[str]]:
        return await suggest(interaction, await self._suggestions.suggest(interaction.user.id, typed, scope))

    # --- presses --------------------------------------------------------------------------------------------------

    @action("album-create")
    async def _create_pressed(self, interaction: Interaction, key: str, how: str) -> None:
        """Make the album that was asked for: another of the same name, or again after a lost answer."""
        if self._wanted.get(key) is None:
            await others_first()
        await acknowledge_press(interaction)
        wanted = self._wanted.take(key)
        if wanted is None:
            raise QuestionExpiredError
        await self._create(interaction, wanted, another=how == "another")

    @action("album-delete")
    async def _delete_confirmed(self, interaction: Interaction, album_id: str, asked: str | None = None) -> None:
        await acknowledge_press(interaction)
        deleted = await self._albums.delete(interaction.user.id, album_id, asked=asked)
        done(interaction, *deleted_words(deleted))
        bare = replace(deleted, album=replace(deleted.album, title=None))
        await answer(interaction, deleted_view(deleted), plainer=lambda: deleted_view(bare))
        interaction.client.dispatch("imgur_deleted", interaction.user.id)

    @action("album-arrange", page=int)
    async def _arrange_pressed(self, interaction: Interaction, album_id: str, page: int, _slot: str = "") -> None:
        if is_public(interaction) or not _slot:
            await acknowledge(interaction)
        else:
            await acknowledge_press(interaction)
        await self._arrange(interaction, album_id, page)

    @action("album-cover", page=int)
    async def _cover_chosen(self, interaction: Interaction, album_id: str, page: int, image_id: str) -> None:
        await acknowledge_press(interaction)
        edited = await self._albums.edit(interaction.user.id, f"album:{album_id}", cover=image_id)
        await self._arranged(interaction, edited, page)

    @action("album-first", page=int)
    async def _first_chosen(self, interaction: Interaction, album_id: str, page: int, image_id: str) -> None:
        await acknowledge_press(interaction)
        edited = await self._albums.pictures.move_first(interaction.user.id, album_id, image_id)
        await self._arranged(interaction, edited, page)

    # --- within ---------------------------------------------------------------------------------------------------

    async def _create(self, interaction: Interaction, wanted: _New, *, another: bool = False) -> None:
        owner = interaction.user.id
        try:
            created = await self._albums.create(
                owner, wanted.title, wanted.description, wanted.privacy, another=another
            )
        except (AlbumExistsError, AlbumUncertainError) as error:
            how = "another" if isinstance(error, AlbumExistsError) else "again"
            label = Text("Make another") if how == "another" else Text("Try again")
            rescue(interaction, None, ActionButton("album-create", owner, self._wanted.keep(wanted), how, label=label))
            raise
        done(interaction, created_words(created), Markdown(created.album.page_url))
        bare = replace(created, album=bare_album(created.album))
        await answer(interaction, created_view(created), plainer=lambda: created_view(bare))

    async def _filled(self, interaction: Interaction, filled: Filled, *, is_in: bool) -> None:
        done(interaction, filled_words(filled, is_in=is_in), Markdown(filled.album.page_url))
        draw = partial(filled_view, is_in=is_in)
        bare = replace(filled, album=bare_album(filled.album), titles={})
        await answer(interaction, draw(filled), plainer=lambda: draw(bare))

    async def _arranged(self, interaction: Interaction, edited: Edited, page: int) -> None:
        done(interaction, edited_words(edited), Markdown(edited.album.page_url))
        await self._arrange(interaction, edited.album.id, page, bold(edited_words(edited)))

    async def _arrange(self, interaction: Interaction, album_id: str, page: int, above: Said | None = None) -> None:
        got = await self._galleries.images(interaction.user.id, page, f"album:{album_id}", anonymous=False)
        draw = partial(arrange_view, owner=interaction.user.id, above=above)
        await answer(interaction, draw(got), plainer=lambda: draw(bare_page(got)))


def _privacy(choice: Choice[str] | None) -> Privacy | None:
    return cast("Privacy", choice.value) if choice else None
