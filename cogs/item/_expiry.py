"""The presses on a picture that is to be deleted by itself: keep it, or say another time."""

from __future__ import annotations

from functools import partial

import discord
from discord import ui
from discord.ext import commands

from cogs.item._views import bare_shown, shown_view
from cogs.ui.actions import ActionButton, Interaction, action
from cogs.ui.expiry import expiry_buttons, expiry_line, span_menu
from cogs.ui.item import is_hidden, is_vouched, link_button, title
from cogs.ui.layout import COLOUR, heading, notice, rows, shown
from cogs.ui.markdown import Markdown
from cogs.ui.reply import acknowledge, acknowledge_press, answer, done, is_public
from cogs.ui.words import bold
from imgur.models import Image, Item
from locales.text import Text
from services.expiry import Dated, Expiry, ExpiryService, read_span

KEPT, SET = Text("It is not deleted"), Text("Saved")


class Expiries(commands.Cog):
    """Changes when a picture is deleted."""

    def __init__(self, expiries: ExpiryService) -> None:
        self._expiries = expiries

    @action("expiry-keep")
    async def _keep_pressed(self, interaction: Interaction, image_id: str) -> None:
        await acknowledge_press(interaction)
        await self._keep(interaction, image_id)

    @action("expiry-change")
    async def _change_pressed(self, interaction: Interaction, image_id: str) -> None:
        await acknowledge_press(interaction)
        await self._ask(interaction, image_id)

    @action("expiry-open")
    async def _opened(self, interaction: Interaction, image_id: str) -> None:
        """In a message of its own: the one with the menu has the links of others too."""
        await acknowledge(interaction)
        await self._ask(interaction, image_id)

    @action("expiry-set")
    async def _set(self, interaction: Interaction, image_id: str, value: str) -> None:
        await acknowledge_press(interaction)
        span = read_span(value)
        if span is None:
            await self._keep(interaction, image_id)
        else:
            await self._say(
                interaction, SET, image_id, await self._expiries.change(interaction.user.id, image_id, span)
            )

    async def _keep(self, interaction: Interaction, image_id: str) -> None:
        await self._say(interaction, KEPT, image_id, await self._expiries.keep(interaction.user.id, image_id))

    async def _ask(self, interaction: Interaction, image_id: str) -> None:
        dated = await self._expiries.look(interaction.user.id, image_id)
        draw = partial(question_view, expiry=dated.expiry, owner=interaction.user.id)
        if (found := dated.shown) is None:
            await answer(interaction, draw(Image(image_id)))
        else:
            await answer(interaction, draw(found.item), plainer=lambda: draw(bare_shown(found).item))

    async def _say(self, interaction: Interaction, what: Text, image_id: str, dated: Dated) -> None:
        found, image = dated.shown, Image(image_id)
        done(interaction, what, Markdown(image.page_url))
        if found is None:
            await answer(interaction, unseen_view(image, what, dated.expiry, interaction.user.id))
            return
        hidden, vouched = is_hidden(interaction.message), is_vouched(interaction.message)
        draw = partial(shown_view, owner=interaction.user.id, above=bold(what), hidden=hidden, vouched=vouched)
        draw = partial(draw, shared=is_public(interaction))
        await answer(interaction, draw(found), plainer=lambda: draw(bare_shown(found)))


def unseen_view(image: Image, what: Text, expiry: Expiry | None, owner: int) -> ui.LayoutView:
    """It is on record, and Imgur does not show the picture just now."""
    dated = None if expiry is None else expiry_line(expiry)
    again = Text("Imgur does not show the picture just now; /imgur show does later.")
    controls = [link_button(image)] if expiry is None else [*expiry_buttons(expiry, owner), link_button(image)]
    return notice(what, dated, again, controls=controls)


def question_view(item: Item, expiry: Expiry | None, owner: int) -> ui.LayoutView:
    """After how long from now it is to be deleted."""
    now = Text("So far it stays.") if expiry is None else expiry_line(expiry)
    stay = ActionButton(
        "item-keep", owner, item.kind.value, item.id, label=Text("Back"), style=discord.ButtonStyle.secondary
    )
    view = ui.LayoutView(timeout=None)
    parts = shown(heading(Text("When is {title} to be deleted?", title=title(item))), now), span_menu(item.id, owner)
    view.add_item(ui.Container(*parts, *rows([stay, link_button(item)]), accent_colour=COLOUR))
    return view
