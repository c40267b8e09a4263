"""Commands in the menu of a message. Discord shows them by their names; those are all that it knows of them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias, cast

import discord
from discord import app_commands

from cogs.ui.actions import Interaction
from locales.text import Text

Message: TypeAlias = dict[str, Any]
"""As Discord sends it: discord.py's own objects leave things out, and there are none of what has an odd part."""


class MessageMenu(app_commands.ContextMenu):
    """A command for messages everywhere: in servers, in direct messages, and wherever its user has installed it."""

    def __init__(self, name: Text, answer: Callable[[Interaction, Message], Awaitable[None]]) -> None:
        async def answered(interaction: Interaction, message: discord.Message) -> None:
            await answer(interaction, cast("Any", message))  # ImgurTree hands it on as it came

        super().__init__(
            name=name.key,
            callback=answered,
            allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=True),
            allowed_installs=app_commands.AppInstallationType(guild=True, user=True),
        )
        self.module = answer.__module__  # with whose extension it leaves
