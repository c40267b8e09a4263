"""Buttons, menus and forms that survive a restart: all they know stands in their custom_id.

A custom_id is `<version>:<action>:<owner>[:<argument>...]`, at most 100 characters; the version is that of this format
and of what the actions take. Nobody but the owner may press; owner `ANYONE` lets everybody. A cog answers with a method
marked `@action("name")`; anybody may build the button, so no cog needs another. discord.py remembers none of them: all
presses and forms come in through `Actions.run`, those of an earlier release as well, which are told so.
"""

from __future__ import annotations

import inspect
import re
import secrets
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar, cast

import discord
from discord import ui

from cogs.ui.words import BUTTON_LIMIT, OPTION_LIMIT, PLACEHOLDER_LIMIT, Said
from cogs.ui.words import label as worded
from errors import BotError, ForeignPressError, IdTooLongError, OutdatedError

VERSION = "v1"
ANYONE = 0
DRAWING = "~"  # what a menu's last argument begins with
LIMIT = 100  # Discord's, of a custom_id
_ID = re.compile(r"[0-9]{1,20}")

Interaction: TypeAlias = discord.Interaction[Any]
Handler: TypeAlias = Callable[..., Awaitable[None]]
Reader: TypeAlias = Callable[[str], Any]
Report: TypeAlias = Callable[[Interaction, BaseException], Awaitable[None]]
H = TypeVar("H", bound=Handler)


@dataclass(frozen=True, slots=True)
class _Mark:
    name: str
    foreign: type[BotError]
    readers: Mapping[str, Reader]


def action(name: str, *, foreign: type[BotError] = ForeignPressError, **readers: Reader) -> Callable[[H], H]:
    """Mark a cog's method `(interaction, *arguments)` as the answer to presses and forms of this action.

    A menu's handler gets the chosen values after the arguments, a form's its fields by name. `readers` read arguments
    that are no plain text; `foreign` is what a stranger is told.
    """

    def mark(handler: H) -> H:
        cast("Any", handler).__discord_action__ = _Mark(name, foreign, readers)
        return handler

    return mark


def custom_id(name: str, owner: int, *arguments: object) -> str:
    """What an action's button, menu or form carries. Raises IdTooLongError for more than Discord takes."""
    text = _joined(name, owner, *arguments)
    if len(text) > LIMIT:
        raise IdTooLongError
    return text


def fits(name: str, owner: int, *arguments: object) -> bool:
    """Whether there can be such a button, menu or form: nobody knows how long Imgur's ids may be."""
    return len(_joined(name, owner, *arguments)) <= LIMIT


def _joined(name: str, owner: int, *arguments: object) -> str:
    return ":".join([VERSION, name, str(owner), *map(str, arguments)])


class Actions:
    """The handlers of all cogs, by name. Their errors go to `report`: discord.py would only log them."""

    def __init__(self, report: Report) -> None:
        self._handlers: dict[str, tuple[Handler, _Mark]] = {}
        self._report = report

    def register(self, cog: object) -> None:
        """Take every method that is marked with `@action`. Raises ValueError when two cogs claim one name."""
        for attribute in dir(type(cog)):
            mark = getattr(getattr(type(cog), attribute), "__discord_action__", None)
            if not isinstance(mark, _Mark):
                continue
            if mark.name in self._handlers:
                raise ValueError(f"two handlers for the action {mark.name!r}")
            self._handlers[mark.name] = getattr(cog, attribute), mark

    async def run(self, interaction: Interaction) -> None:
        """Answer a press or a form; a stranger's, and one that no handler understands any more, in words."""
        try:
            handler, arguments = self._call(interaction)
            await handler(*arguments.args, **arguments.kwargs)
        except Exception as error:  # noqa: BLE001 - the border: there is nobody above to word it
            await self._report(interaction, error)

    def _call(self, interaction: Interaction) -> tuple[Handler, inspect.BoundArguments]:
        data = cast("Mapping[str, Any]", interaction.data)
        name, owner, arguments = _parsed(data.get("custom_id"))
        if arguments and arguments[-1].startswith(DRAWING):  # not in menus of earlier releases
            arguments = arguments[:-1]
        if name not in self._handlers:
            raise OutdatedError(f"no action {name!r}")
        handler, mark = self._handlers[name]
        if owner not in {ANYONE, interaction.user.id}:
            raise mark.foreign
        try:
            fields = dict(_fields(data.get("components", ())))
            call = inspect.signature(handler).bind(interaction, *arguments, *data.get("values", ()), **fields)
            for parameter in mark.readers.keys() & call.arguments.keys():
                call.arguments[parameter] = mark.readers[parameter](call.arguments[parameter])
        except (TypeError, ValueError, AttributeError) as misfit:
            raise OutdatedError(f"the action {name!r} takes something else") from misfit
        return handler, call


def _parsed(text: object) -> tuple[str, int, list[str]]:
    match text.split(":") if isinstance(text, str) else ():
        case [version, name, owner, *arguments] if version == VERSION and _ID.fullmatch(owner):
            return name, int(owner), arguments
    raise OutdatedError("a custom_id of another version")


def _fields(components: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, Any]]:
    """What was filled in, by the fields' names; labels and rows stand around them."""
    for part in components:
        if "custom_id" in part:
            yield part["custom_id"], part["value"] if "value" in part else part.get("values")
        within = part.get("component")
        yield from _fields([*part.get("components", ()), *([within] if within else ())])


class ActionButton(ui.Button[ui.LayoutView]):
    """A button that runs an action."""

    def __init__(
        self,
        name: str,
        owner: int,
        *arguments: object,
        label: Said | None = None,
        style: discord.ButtonStyle = discord.ButtonStyle.secondary,
        emoji: str | None = None,
        disabled: bool = False,
    ) -> None:
        super().__init__(
            label=worded(label, BUTTON_LIMIT) if label else None,
            style=style,
            emoji=emoji,
            disabled=disabled,
            custom_id=custom_id(name, owner, *arguments),
        )

    def is_dispatchable(self) -> bool:
        """Not by discord.py, which would keep every view with such a button for good."""
        return False


class ActionSelect(ui.Select[ui.LayoutView]):
    """A menu of up to 25 options that runs an action with the chosen values.

    Discord's clients keep what was chosen in a menu for as long as there is one of that custom_id in the message,
    whatever it offers or shows as chosen by then. So each time it is drawn it is called something that it never was
    before; the handler does not see that.
    """

    def __init__(
        self,
        name: str,
        owner: int,
        *arguments: object,
        options: Sequence[discord.SelectOption],
        placeholder: Said | None = None,
        several: bool = False,
    ) -> None:
        """`several`: none, one or all of them may be chosen."""
        super().__init__(
            custom_id=custom_id(name, owner, *arguments, DRAWING + secrets.token_hex(4)),
            options=list(options),
            placeholder=worded(placeholder, PLACEHOLDER_LIMIT) if placeholder else None,
            min_values=0 if several else 1,
            max_values=len(options) if several else 1,
        )

    def is_dispatchable(self) -> bool:
        """Not by discord.py, as with buttons."""
        return False


class ActionChannels(ui.ChannelSelect[ui.LayoutView]):
    """A menu of a server's channels, none, some or `most` of which may be chosen, that runs an action with their ids.

    Its custom_id is new each time, as that of `ActionSelect`.
    """

    def __init__(
        self,
        name: str,
        owner: int,
        *arguments: object,
        kinds: Sequence[discord.ChannelType],
        chosen: Sequence[int],
        most: int,
        placeholder: Said,
    ) -> None:
        super().__init__(
            custom_id=custom_id(name, owner, *arguments, DRAWING + secrets.token_hex(4)),
            channel_types=list(kinds),
            placeholder=worded(placeholder, PLACEHOLDER_LIMIT),
            min_values=0,
            max_values=most,
            default_values=[
                discord.SelectDefaultValue(id=one, type=discord.SelectDefaultValueType.channel) for one in chosen
            ],
        )

    def is_dispatchable(self) -> bool:
        """Not by discord.py, as with buttons."""
        return False


def option(name: Said, value: str, about: Said | None = None, *, chosen: bool = False) -> discord.SelectOption:
    """An entry of a menu, and what stands below it."""
    return discord.SelectOption(
        label=worded(name, OPTION_LIMIT),
        value=value,
        description=worded(about, OPTION_LIMIT) if about else None,
        default=chosen,
    )
