"""Ticking several in a gallery of one's own, and what is done with them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import discord
from discord.ext import commands

from cogs.gallery._open import Draw, OpenGalleries
from cogs.gallery._shared import picked_view
from cogs.gallery._views import bare_page, gallery_view
from cogs.ui.actions import Interaction, action
from cogs.ui.copying import lines_of, links_file, links_view
from cogs.ui.item import OPEN, bare
from cogs.ui.reply import acknowledge, acknowledge_press, answer, answer_or_share, hand_over
from errors import ForeignGalleryError
from services.library.galleries import GalleryService
from services.library.page import GalleryPage
from services.library.place import Place
from services.picked import PickedService
from services.selection import SelectionService, Ticks
from services.snippets import Style


class Picks(commands.Cog):
    """The Select mode. What is ticked belongs to the message, and outlives a restart."""

    def __init__(
        self, galleries: GalleryService, selections: SelectionService, picked: PickedService, shown: OpenGalleries
    ) -> None:
        self._galleries = galleries
        self._selections = selections
        self._picked = picked
        self._open = shown

    @action("pick", foreign=ForeignGalleryError, place=Place.parse, page=int, known=int)
    async def _begun(self, interaction: Interaction, place: Place, page: int, known: int) -> None:
        await acknowledge_press(interaction)
        got = await self._galleries.page(interaction.user.id, place, page)
        await self._show(interaction, got, known, await self._selections.begin(interaction.user.id, place))

    @action("picked", foreign=ForeignGalleryError, page=int, known=int)
    async def _turned(self, interaction: Interaction, view: str, page: int, known: int, slot: str) -> None:
        """Turn the page, or clear what is ticked."""
        await acknowledge_press(interaction)
        user, fresh = interaction.user.id, slot == "refresh"
        place = await self._selections.place(user, view)
        got = await self._galleries.page(user, place, page, fresh=fresh)
        if slot == "clear":
            await self._selections.clear(user, view)
        await self._show(interaction, got, 0 if fresh else known, await self._selections.ticks(user, view))

    @action("pick-tick", foreign=ForeignGalleryError, page=int, known=int)
    async def _ticked(self, interaction: Interaction, view: str, page: int, known: int, *chosen: str) -> None:
        await acknowledge_press(interaction)
        place = await self._selections.place(interaction.user.id, view)
        got = await self._galleries.page(interaction.user.id, place, page)
        ticks = await self._selections.tick(interaction.user.id, view, got, _options(interaction.message), chosen)
        await self._show(interaction, got, known, ticks)

    @action("pick-copy", foreign=ForeignGalleryError)
    async def _copied(self, interaction: Interaction, view: str) -> None:
        await acknowledge(interaction)
        await self._copy(interaction, view, Style.LINK)

    @action("pick-copied", foreign=ForeignGalleryError, style=Style)
    async def _style_chosen(self, interaction: Interaction, view: str, style: Style) -> None:
        """The message changes to the other style, and its file with it."""
        await acknowledge_press(interaction)
        await self._copy(interaction, view, style)

    @action("pick-share", foreign=ForeignGalleryError)
    async def _share_pressed(self, interaction: Interaction, view: str, how: str = "") -> None:
        await acknowledge(interaction)
        vouched = how == OPEN
        picked = await self._picked.to_share(interaction.user.id, view, vouched=vouched)
        draw = partial(picked_view, hidden=picked.hidden, owner=interaction.user.id, vouched=vouched)
        draw = partial(draw, expiries=picked.expiries)
        plainer = partial(draw, [bare(item) for item in picked.items])
        await answer_or_share(interaction, partial(draw, picked.items), share=True, plainer=plainer, items=picked.items)

    async def _copy(self, interaction: Interaction, view: str, style: Style) -> None:
        picked = await self._picked.items(interaction.user.id, view, look=style is not Style.LINK)
        links = lines_of(picked.items, picked.hidden, style)
        await hand_over(interaction, links_view(links, style, interaction.user.id, view), links_file(links))

    async def _show(self, interaction: Interaction, page: GalleryPage, known: int, ticks: Ticks) -> None:
        owner = interaction.user.id
        draw = partial(gallery_view, place=page.place, owner=owner, known=known, ticks=ticks)

        async def read() -> tuple[GalleryPage, Draw]:
            now = await self._selections.ticks(owner, ticks.view)
            got = await self._galleries.page(owner, page.place, page.page)
            return got, partial(gallery_view, place=got.place, owner=owner, ticks=now)

        if interaction.message is not None:
            self._open.note(interaction, interaction.message.id, read)
        await answer(interaction, draw(page), plainer=lambda: draw(bare_page(page)))


def _options(message: discord.Message | None) -> dict[str, str]:
    """What the menu of a message offers, wording by value: a press may carry values of another page's."""
    return {
        option.value: option.label
        for part in _parts(message.components if message else [])
        if isinstance(part, discord.SelectMenu)
        for option in part.options
    }


def _parts(components: list[discord.Component]) -> Iterator[discord.Component]:
    for part in components:
        yield part
        yield from _parts(list(getattr(part, "children", ())))
