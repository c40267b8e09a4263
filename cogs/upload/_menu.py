"""The message menu **Upload to Imgur**, and the choice where a message holds several pictures."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any, NoReturn, TypeAlias, cast

import discord
from discord.ext import commands

from cogs.ui.actions import Interaction, action
from cogs.ui.door import others_first
from cogs.ui.kept import Kept
from cogs.ui.menus import Message
from cogs.ui.reply import acknowledge, acknowledge_press, answer, answer_on, in_place, open_form
from cogs.ui.report import rescue
from cogs.upload._form import Given
from cogs.upload._pick import Pick, request
from cogs.upload._pick_form import PickForm, read
from cogs.upload._pick_views import back_button, on_imgur_view, pick_view, remarks_view
from cogs.upload._question import Question
from errors import AlbumNeedsAccountError, QuestionExpiredError
from services.message import MessageReader

LIFETIME = 12 * 60 * 60.0
"""Seconds for which a choice is known: Discord's links to the files are good for a day."""
MOST = 300
Begin: TypeAlias = Callable[[Interaction, Question], Awaitable[None]]


class MessageUploads(commands.Cog):
    """Uploads what a message holds; `begin` is what `/imgur upload` does with what it was given."""

    def __init__(self, messages: MessageReader, begin: Begin) -> None:
        self._messages = messages
        self._begin = begin
        self._picks: Kept[Pick] = Kept(most=MOST, lifetime=LIFETIME)

    async def menu(self, interaction: Interaction, message: Message) -> None:
        """Upload the picture of the message; of several, ask which."""
        await acknowledge(interaction)
        contents = self._messages.contents(message, _handle(interaction))
        owner = interaction.user.id
        if not contents.pictures:
            await answer(interaction, on_imgur_view(contents, owner))
        elif len(contents.pictures) > 1:
            pick = Pick(contents)
            await self._show(interaction, self._picks.keep(pick), pick)
        else:
            only = request(owner, contents.pictures[0], Given())
            await self._begin(interaction, Question((only,), share=False, undated=True))
            if contents.elsewhere or contents.on_imgur:
                await answer_on(interaction, remarks_view(contents))

    @action("message-tick", page=int)
    async def _ticked(self, interaction: Interaction, key: str, page: int, *values: str) -> None:
        if pick := await self._pressed(interaction, key):
            await self._change(interaction, key, pick.ticked(page, values))

    @action("message-turn", page=int)
    async def _turned(self, interaction: Interaction, key: str, page: int) -> None:
        if pick := await self._pressed(interaction, key):
            await self._change(interaction, key, pick.turned(page))

    @action("message-back")
    async def _back(self, interaction: Interaction, key: str) -> None:
        if pick := await self._pressed(interaction, key):
            await self._show(interaction, key, pick)

    @action("message-how")
    async def _how(self, interaction: Interaction, key: str) -> None:
        pick = self._picks.get(key)
        if pick is None:
            await self._forgotten(interaction)
        await open_form(interaction, PickForm(interaction.user.id, key, pick.given))

    @action("message-set")
    async def _set(
        self,
        interaction: Interaction,
        key: str,
        *,
        title: str,
        description: str,
        album: str,
        how: list[str] | None = None,
    ) -> None:
        pick = await self._pressed(interaction, key)
        if pick is None:
            raise QuestionExpiredError
        given = read({"title": title, "description": description, "album": album, "how": how})
        await self._change(interaction, key, replace(pick, given=given))

    @action("message-upload")
    async def _upload(self, interaction: Interaction, key: str, which: str) -> None:
        """Upload what was chosen, or all; once. Where it cannot go there, the choice is still to be had."""
        pick, owner = await self._pressed(interaction, key), interaction.user.id
        if pick is None:
            return
        chosen = pick.requests(owner, everything=which == "all")
        if not chosen:  # unticked meanwhile
            await self._show(interaction, key, pick)
            return
        self._picks.take(key)
        in_place(interaction)
        try:
            await self._begin(interaction, Question(chosen, pick.given.share))
        except AlbumNeedsAccountError:
            rescue(interaction, None, back_button(self._picks.keep(pick), owner))
            raise

    async def _pressed(self, interaction: Interaction, key: str) -> Pick | None:
        """The choice that was pressed on. None for a press after the last one: its message tells what became of it."""
        if self._picks.get(key) is None and not self._picks.is_taken(key):
            await self._forgotten(interaction)
        await acknowledge_press(interaction)
        pick = self._picks.get(key)
        if pick is None and not self._picks.is_taken(key):
            raise QuestionExpiredError
        return pick

    async def _forgotten(self, interaction: Interaction) -> NoReturn:
        await others_first()
        await acknowledge(interaction)
        raise QuestionExpiredError

    async def _change(self, interaction: Interaction, key: str, pick: Pick) -> None:
        self._picks.change(key, pick)
        await self._show(interaction, key, pick)

    async def _show(self, interaction: Interaction, key: str, pick: Pick) -> None:
        owner = interaction.user.id
        await answer(interaction, pick_view(pick, key, owner), plainer=lambda: pick_view(pick.bare, key, owner))


def _handle(interaction: Interaction) -> Callable[[Mapping[str, Any]], object]:
    """What opens an attachment where that cannot be done by its address."""

    def handle(data: Mapping[str, Any]) -> object:
        try:
            return discord.Attachment(data=cast("Any", data), state=interaction._state)  # noqa: SLF001 - as discord.py makes one
        except (LookupError, TypeError, ValueError, AttributeError):
            return None

    return handle
