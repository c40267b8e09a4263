"""The message menu **Favorite on Imgur**, and the choice among what a message links to."""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import partial

from discord.ext import commands

from cogs.item._menu_views import favorites_view, many_view, told, under_way_view, what_was_done
from cogs.item._views import bare_shown, shown_view
from cogs.ui.actions import Interaction, action
from cogs.ui.door import others_first
from cogs.ui.favorite import favorite_words
from cogs.ui.kept import Kept
from cogs.ui.markdown import Markdown
from cogs.ui.menus import Message
from cogs.ui.reply import acknowledge, acknowledge_press, answer, done, in_place, progress
from cogs.ui.words import bold
from errors import QuestionExpiredError
from services.library.favorites import Outcome, SeveralFavorites
from services.message import Linked, MessageReader

UNASKED = 10
"""Links that a person can have seen; of more, which may hide in a message, it is asked."""
LONGEST = 14 * 60.0  # seconds: Discord takes the answer for 15 minutes
REPORT_EVERY = 3.5


class MessageFavorites(commands.Cog):
    """Makes favorites of what a message links to on Imgur, wherever the links stand."""

    def __init__(self, messages: MessageReader, favorites: SeveralFavorites) -> None:
        self._messages = messages
        self._favorites = favorites
        self._asked: Kept[Sequence[Linked]] = Kept()

    async def menu(self, interaction: Interaction, message: Message) -> None:
        """Make favorites of all of them; where they are many, ask."""
        await acknowledge(interaction)
        links = self._messages.links(message)
        if len(links) > UNASKED:
            await answer(interaction, many_view(links, self._asked.keep(links), interaction.user.id))
        else:
            await self._favor(interaction, links)

    @action("message-favorites-all")
    async def _all(self, interaction: Interaction, key: str) -> None:
        if self._asked.get(key) is None and not self._asked.is_taken(key):
            await others_first()
        await acknowledge_press(interaction)
        if self._asked.is_taken(key):
            return  # a second press: its message tells what became of the first
        in_place(interaction)
        links = self._asked.take(key)
        if links is None:
            raise QuestionExpiredError
        await self._favor(interaction, links)

    @action("message-favorites")
    async def _chosen(self, interaction: Interaction, *texts: str) -> None:
        await acknowledge(interaction)
        await self._favor(interaction, self._messages.chosen(texts))

    async def _favor(self, interaction: Interaction, links: Sequence[Linked]) -> None:
        owner, begun = interaction.user.id, time.monotonic()
        outcomes: list[Outcome] = []
        reported = begun
        async for outcome in self._favorites.favorite(owner, links, begun + LONGEST):
            outcomes.append(outcome)
            if outcome.favorited and outcome.favorited.changed:
                done(interaction, what_was_done(outcomes), told(outcomes))
            if (now := time.monotonic()) - reported > REPORT_EVERY:
                reported = now
                await progress(interaction, under_way_view(len(outcomes), len(links)))
        match outcomes:
            case [Outcome(favorited=None, trouble=Exception() as trouble)]:
                raise trouble
            case [Outcome(favorited=favorited)] if favorited is not None:
                said = favorite_words(favorited, wish=True)
                done(interaction, said, Markdown(favorited.shown.item.page_url))
                draw = partial(shown_view, owner=owner, above=bold(said))
                await answer(interaction, draw(favorited.shown), plainer=lambda: draw(bare_shown(favorited.shown)))
            case _:
                draw_all = partial(favorites_view, outcomes, owner)
                await answer(interaction, draw_all(), plainer=partial(draw_all, bare=True))
