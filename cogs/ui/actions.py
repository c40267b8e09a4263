"""Buttons and menus that survive a restart: all they know stands in their custom_id.

A custom_id is `b:<action>:<owner>[:<argument>...]` (`s:` for menus), at most 100 characters. Nobody but the owner may
press; owner `ANYONE` lets everybody. A cog answers a press with a method marked `@action("name")`; anybody may build
the button, so no cog needs another. Build a new view for every edit: discord.py forgets the pattern of a dynamic item
that disappears from a view which is edited in place.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Protocol, Self, TypeAlias, TypeVar, cast

import discord
from discord import ui

from errors import NotYoursError, QuestionExpiredError

ANYONE = 0
Interaction: TypeAlias = discord.Interaction[Any]
Handler: TypeAlias = Callable[..., Awaitable[None]]
Report: TypeAlias = Callable[[Interaction, BaseException], Awaitable[None]]
H = TypeVar("H", bound=Handler)


def action(name: str) -> Callable[[H], H]:
    """Mark a cog's method `(interaction, *arguments)` as the answer to presses of this action.

    A menu's handler gets the chosen values after the arguments of the custom_id.
    """

    def mark(handler: H) -> H:
        cast("Any", handler).__discord_action__ = name
        return handler

    return mark


class Actions:
    """The handlers of all cogs, by name. Their errors go to `report`: discord.py would only log them."""

    def __init__(self, report: Report) -> None:
        self._handlers: dict[str, Handler] = {}
        self._report = report

    def register(self, cog: object) -> None:
        """Take every method that is marked with `@action`. Raises ValueError when two cogs claim one name."""
        for attribute in dir(type(cog)):
            name = getattr(getattr(type(cog), attribute), "__discord_action__", None)
            if name is None:
                continue
            if name in self._handlers:
                raise ValueError(f"two handlers for the action {name!r}")
            self._handlers[name] = getattr(cog, attribute)

    async def run(self, interaction: Interaction, name: str, owner: int, arguments: Sequence[str]) -> None:
        """Answer a press; a stranger's is refused, and one for an action no longer known as well, in words."""
        try:
            await self._handler(interaction, name, owner)(interaction, *arguments)
        except Exception as error:  # noqa: BLE001 - the border: there is nobody above to word it
            await self._report(interaction, error)

    def _handler(self, interaction: Interaction, name: str, owner: int) -> Handler:
        if owner not in {ANYONE, interaction.user.id}:
            raise NotYoursError("a button of someone else")
        if name not in self._handlers:
            raise QuestionExpiredError(f"no action {name!r}")
        return self._handlers[name]


class HasActions(Protocol):
    """A client that dispatches actions."""

    actions: Actions


def _custom_id(prefix: str, name: str, owner: int, arguments: Sequence[object]) -> str:
    return ":".join([prefix, name, str(owner), *map(str, arguments)])


def _parts(match: re.Match[str]) -> tuple[str, int, list[str]]:
    arguments = match["arguments"]
    return match["action"], int(match["owner"]), arguments.split(":") if arguments else []


class ActionButton(
    ui.DynamicItem[ui.Button[ui.LayoutView]], template=r"b:(?P<action>[a-z-]+):(?P<owner>\d+)(?::(?P<arguments>.*))?"
):
    """A button that runs an action."""

    def __init__(
        self,
        name: str,
        owner: int,
        *arguments: object,
        label: str | None = None,
        style: discord.ButtonStyle = discord.ButtonStyle.secondary,
        emoji: str | None = None,
        disabled: bool = False,
    ) -> None:
        custom_id = _custom_id("b", name, owner, arguments)
        super().__init__(ui.Button(label=label, style=style, emoji=emoji, disabled=disabled, custom_id=custom_id))
        self._action = name, owner, [str(argument) for argument in arguments]

    @classmethod
    async def from_custom_id(cls, interaction: Interaction, item: ui.Item[Any], match: re.Match[str], /) -> Self:  # noqa: ARG003
        """Rebuild the button from what Discord sent back."""
        name, owner, arguments = _parts(match)
        label = getattr(item, "label", None)
        return cls(name, owner, *arguments, label=label or "\u200b")

    async def callback(self, interaction: Interaction) -> None:
        """Run the action; an error is worded for the user."""
        await _dispatch(interaction, *self._action)


class ActionSelect(
    ui.DynamicItem[ui.Select[ui.LayoutView]], template=r"s:(?P<action>[a-z-]+):(?P<owner>\d+)(?::(?P<arguments>.*))?"
):
    """A menu of up to 25 options that runs an action with the chosen values."""

    def __init__(
        self,
        name: str,
        owner: int,
        *arguments: object,
        options: Sequence[discord.SelectOption],
        placeholder: str | None = None,
    ) -> None:
        custom_id = _custom_id("s", name, owner, arguments)
        super().__init__(ui.Select(custom_id=custom_id, options=list(options), placeholder=placeholder))
        self._action = name, owner, [str(argument) for argument in arguments]

    @classmethod
    async def from_custom_id(cls, interaction: Interaction, item: ui.Item[Any], match: re.Match[str], /) -> Self:  # noqa: ARG003
        """Rebuild the menu from what Discord sent back."""
        name, owner, arguments = _parts(match)
        return cls(name, owner, *arguments, options=cast("ui.Select[Any]", item).options)

    async def callback(self, interaction: Interaction) -> None:
        """Run the action with the chosen values; an error is worded for the user."""
        name, owner, arguments = self._action
        await _dispatch(interaction, name, owner, [*arguments, *self.item.values])


async def _dispatch(interaction: Interaction, name: str, owner: int, arguments: Sequence[str]) -> None:
    await cast("HasActions", interaction.client).actions.run(interaction, name, owner, arguments)
