"""`/imgur random`: one of one's own, by chance."""

from __future__ import annotations

from functools import partial

import discord
from discord import app_commands, ui
from discord.ext import commands

from cogs.item._views import bare_shown, shown_view
from cogs.ui.actions import ActionButton, Interaction, action
from cogs.ui.layout import trouble
from cogs.ui.posts import may_turn, turned, turning
from cogs.ui.reply import acknowledge, acknowledge_press, answer, answer_or_share, is_public
from cogs.ui.words import Said, for_everyone, joined, small
from locales.text import Text
from services.library.drawing import DrawingService, Drawn

QUERY = "Words that must all be in the title, description, tags, note or id; #word is a tag"
AS_SEEN = Text("Here is what it was when it was last looked at.")


class Random(commands.Cog):
    """Shows a picture of the user's own."""

    def __init__(self, drawing: DrawingService) -> None:
        self._drawing = drawing

    @app_commands.command()
    @app_commands.describe(query=QUERY, share="Show it to everyone here")
    async def random(self, interaction: Interaction, query: str | None = None, *, share: bool = False) -> None:
        """One of your own pictures, by chance."""
        await acknowledge(interaction)
        drawn = await self._drawing.draw(interaction.user.id, query)
        draw = partial(drawn_view, drawn, interaction.user.id)
        plainer = partial(draw, plain=True)
        await answer_or_share(interaction, draw, share=share, plainer=plainer, items=[drawn.shown.item])

    @action("random")
    async def _pressed(self, interaction: Interaction, view: str) -> None:
        await acknowledge_press(interaction)
        async with turning(interaction):
            drawn = await self._drawing.again(interaction.user.id, view)
            await may_turn(interaction, [drawn.shown.item])
            draw = partial(drawn_view, drawn, interaction.user.id, shared=is_public(interaction))
            await answer(interaction, draw(), plainer=partial(draw, plain=True))
            await turned(interaction, [drawn.shown.item])


@for_everyone
def drawn_view(drawn: Drawn, owner: int, *, shared: bool = False, plain: bool = False) -> ui.LayoutView:
    """The picture, and a button for another one; `plain` without users' words and pictures."""
    shown = bare_shown(drawn.shown) if plain else drawn.shown
    said: list[Said] = [joined(" ", (trouble(drawn.trouble), AS_SEEN))] if drawn.trouble else []
    if drawn.extent:
        said.append(small(Text("Drawn from the {known} that are read so far", known=drawn.extent.known)))
    another = ActionButton("random", owner, drawn.view, label=Text("Another one"), style=discord.ButtonStyle.primary)
    return shown_view(shown, owner, above=joined("\n", said), shared=shared, beside=[another])
