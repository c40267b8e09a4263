"""Plain Components V2 layouts and safe text. Pure functions: nothing here talks to Discord."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import discord
from discord import ui

TEXT_LIMIT = 4000
COLOUR = discord.Colour(0x1BB76E)
WARNING = discord.Colour(0xE0A030)
ERROR = discord.Colour(0xD6455D)

Control: TypeAlias = ui.Item[Any]  # a dynamic item is not typed by its view


def plain(text: str | None, limit: int = 200) -> str:
    """User-written text as it is to be read: one line, no markup or mentions, at most `limit` characters."""
    line = " ".join((text or "").split())
    if len(line) > limit:
        line = line[: limit - 1] + "…"
    escaped = discord.utils.escape_mentions(discord.utils.escape_markdown(line))
    return escaped.replace("](", "]\u200b(").replace("<", "\\<")


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
    view.add_item(ui.Container(ui.TextDisplay(text[:TEXT_LIMIT]), *rows(controls), accent_colour=colour))
    return view
