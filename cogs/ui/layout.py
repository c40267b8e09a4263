"""Plain Components V2 layouts and safe text. Pure functions: nothing here talks to Discord."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, TypeAlias

import discord
from discord import ui

from services.messages import Words, words
from services.text import cut, line, passage

TEXT_LIMIT = 4000  # Discord's, of all text in a message
COLOUR = discord.Colour(0x1BB76E)
WARNING = discord.Colour(0xE0A030)
ERROR = discord.Colour(0xD6455D)

Control: TypeAlias = ui.Item[Any]  # a dynamic item is not typed by its view


_MARKUP = re.compile(r"[\\`*_~|<\[\]#]|(?<=\])\(|(?m:^)[-+>=]|:(?=[^\s:]+:)|&(?=#?\w+;)")
_COMMAND = re.compile(r"(?<!`)/imgur (?:album )?[a-z]+")
_ORDINAL = re.compile(r"(?m:^)(\d+)(?=[.)])")
_MENTION = re.compile(r"@(?=everyone|here|[!&]?\d)")
_LINK = re.compile(r"""(https?://[A-Za-z0-9.-]+(?:/[A-Za-z0-9/._%?&=+-]*)?)(?=[.,;:!?)\]>'"]*(?:\s|$))""")


def plain(text: str | None, limit: int = 200) -> str:
    """User-written text as it is to be read: one line, no markup, mentions or links, at most `limit` characters."""
    return _escaped(line(text, limit))


def prose(text: str | None, limit: int) -> str:
    """As `plain`, with its line breaks; what is plainly an address stays a link, for it shows where it leads."""
    parts = _LINK.split(passage(text, limit))
    return "".join(part if number % 2 else _escaped(part) for number, part in enumerate(parts))


def _escaped(text: str) -> str:
    text = _ORDINAL.sub(r"\1\\", _MARKUP.sub(r"\\\g<0>", text))
    return _MENTION.sub("@\u200b", text).replace("://", ":\u200b//")


def worded(error: BaseException) -> Words | None:
    """What `services/messages.py` says of an error, as markdown; None for one that nobody foresaw."""
    said = words(error)
    return said and Words(sentence(said.title), sentence(said.text))


def sentence(text: str) -> str:
    """Such words as markdown: a command that they name stands in code, to be seen and copied."""
    return _COMMAND.sub(r"`\g<0>`", text)


def rows(controls: Sequence[Control], width: int = 5) -> list[ui.ActionRow[ui.LayoutView]]:
    """Buttons in rows of up to `width`."""
    return [ui.ActionRow(*controls[start : start + width]) for start in range(0, len(controls), width)]


def notice(
    title: str, *paragraphs: str, controls: Sequence[Control] = (), colour: discord.Colour = COLOUR
) -> ui.LayoutView:
    """A heading, a few paragraphs and buttons: the shape of most answers. A fresh view each time, never edited.

    Paragraphs are markdown: what users wrote goes through `plain` first.
    """
    view = ui.LayoutView(timeout=None)
    text = "\n\n".join([f"### {title}", *(paragraph for paragraph in paragraphs if paragraph)])
    view.add_item(ui.Container(ui.TextDisplay(cut(text, TEXT_LIMIT)), *rows(controls), accent_colour=colour))
    return view
