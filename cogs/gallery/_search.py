"""`/imgur search`, turning its pages, and Favorite on each hit."""

from __future__ import annotations

from functools import partial
from typing import cast

from discord import app_commands
from discord.app_commands import Choice, Range, locale_str
from discord.ext import commands

from cogs.gallery._hits import Where, bare_hits, found_view, hits_view
from cogs.ui.actions import Interaction, action
from cogs.ui.favorite import favorite_notice, favorite_words
from cogs.ui.markdown import Markdown
from cogs.ui.posts import may_turn, settled, turned, turning
from cogs.ui.reply import acknowledge, acknowledge_press, answer, answer_or_share, done, is_public
from errors import ForeignGalleryError
from imgur.models import GallerySort, Kind, Window
from services.library.items import ItemService
from services.search import Hits, Search, SearchService, without_mature
from services.text import line
from services.views import Views

LONGEST_QUERY = 200


class Searches(commands.Cog):
    """Finds what others have put into Imgur's public gallery."""

    def __init__(self, search: SearchService, items: ItemService, views: Views) -> None:
        self._search = search
        self._items = items
        self._views = views

    @app_commands.command()
    @app_commands.describe(
        query="Words of its title or description",
        sort="Which come first",
        window="How far back, for the best first",
        share="Show them to everyone here",
    )
    @app_commands.choices(
        sort=[
            Choice(name=locale_str("Newest first"), value="time"),
            Choice(name=locale_str("Popular now first"), value="viral"),
            Choice(name=locale_str("Best first"), value="top"),
        ],
        window=[
            Choice(name=locale_str("Of the last day"), value="day"),
            Choice(name=locale_str("Of the last week"), value="week"),
            Choice(name=locale_str("Of the last month"), value="month"),
            Choice(name=locale_str("Of the last year"), value="year"),
            Choice(name=locale_str("Of all time"), value="all"),
        ],
    )
    async def search(
        self,
        interaction: Interaction,
        query: Range[str, 1, LONGEST_QUERY],
        sort: Choice[str] | None = None,
        window: Choice[str] | None = None,
        *,
        share: bool = False,
    ) -> None:
        """Search Imgur's public gallery."""
        await acknowledge(interaction)
        search = _asked(query, sort, window)
        hits = await self._search.find(search, 0, mature=(await settled(interaction)).restricted)
        view = "" if hits.is_nothing else await self._views.keep(interaction.user.id, search.query)
        await self._answer(interaction, hits, Where(search.sort, search.window, view), search, share=share)

    @action("hits", foreign=ForeignGalleryError, where=Where.parse, page=int)
    async def _turned(self, interaction: Interaction, where: Where, page: int, slot: str) -> None:
        await acknowledge_press(interaction)
        async with turning(interaction):
            await may_turn(interaction)
            search = Search(await self._views.query(interaction.user.id, where.view), where.sort, where.window)
            here, shared = await settled(interaction), is_public(interaction)
            hits = await self._search.find(search, page, mature=here.restricted, fresh=slot == "refresh")
            hits = without_mature(hits) if shared and not here.mature else hits
            draw = partial(hits_view, search=search, view=where.view, owner=interaction.user.id, shared=shared)
            await answer(interaction, draw(hits), plainer=lambda: draw(bare_hits(hits)))
            await turned(interaction, hits.items)

    @action("hits-share", foreign=ForeignGalleryError, where=Where.parse, page=int)
    async def _share_pressed(self, interaction: Interaction, where: Where, page: int) -> None:
        """What is shown, beside the private message."""
        await acknowledge(interaction)
        search = Search(await self._views.query(interaction.user.id, where.view), where.sort, where.window)
        hits = await self._search.find(search, page, mature=(await settled(interaction)).restricted)
        await self._answer(interaction, hits, where, search, share=True)

    async def _answer(self, interaction: Interaction, hits: Hits, where: Where, search: Search, *, share: bool) -> None:
        """To others, without what their server does not want, unless that is all there is: then they hear why."""
        others = hits if (await settled(interaction)).mature else without_mature(hits)
        others = others if others.items else hits

        draw = partial(found_view, hits, others, search, where.view, interaction.user.id)
        plainer = partial(draw, bare=True)
        share = share and bool(hits.items)
        await answer_or_share(interaction, draw, share=share, plainer=plainer, items=others.items)

    @action("hit-favorite", kind=Kind)
    async def _favorite_pressed(self, interaction: Interaction, kind: Kind, item_id: str) -> None:
        """Make it a favorite of whoever presses; the gallery stays as it is."""
        await acknowledge(interaction)
        favorited = await self._items.favorite(interaction.user.id, f"{kind}:{item_id}")
        done(interaction, favorite_words(favorited, wish=True), Markdown(favorited.shown.item.page_url))
        await answer(interaction, favorite_notice(favorited))


def _asked(query: str, sort: Choice[str] | None, window: Choice[str] | None) -> Search:
    """Who says how far back means the best of that time."""
    order = sort.value if sort else "top" if window else "time"
    return Search(line(query), cast("GallerySort", order), cast("Window", window.value if window else "all"))
