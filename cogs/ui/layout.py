"""Plain Components V2 layouts. Pure functions: nothing here talks to Discord."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

import discord
from discord import ui

from cogs.ui.markdown import Markdown
from cogs.ui.words import BUTTON_LIMIT, Said, joined, label, md
from locales.text import Text
from services.messages import words
from services.text import cut

TEXT_LIMIT = 4000  # Discord's, of all text in a message
COLOUR = discord.Colour(0x1BB76E)
WARNING = discord.Colour(0xE0A030)
ERROR = discord.Colour(0xD6455D)

Control: TypeAlias = ui.Item[Any]  # a dynamic item is not typed by its view


def shown(*said: Said | None, between: str = "\n\n") -> ui.TextDisplay[Any]:
    """Texts in a message, paragraphs unless told otherwise."""
    return ui.TextDisplay(cut(joined(between, said), TEXT_LIMIT))


def heading(said: Said) -> Markdown:
    """A heading, on a line of its own."""
    return Markdown(f"### {md(said)}")


def remark(title: Said, text: Said | None = None) -> Markdown:
    """What is said beside something else: its heading in bold, and the rest on the same line."""
    return joined(" ", (Text("**{title}.**", title=title), text))


def trouble(error: BaseException | None) -> Markdown:
    """The same of an error; empty for none, and for one that nobody foresaw."""
    said = words(error) if error else None
    return remark(said.title, said.text) if said else Markdown()


def rows(controls: Sequence[Control], width: int = 5) -> list[ui.ActionRow[ui.LayoutView]]:
    """Buttons in rows of up to `width`."""
    return [ui.ActionRow(*controls[start : start + width]) for start in range(0, len(controls), width)]


def notice(
    title: Said, *paragraphs: Said | None, controls: Sequence[Control] = (), colour: discord.Colour = COLOUR
) -> ui.LayoutView:
    """A heading, a few paragraphs and buttons: the shape of most answers. A fresh view each time, never edited."""
    view = ui.LayoutView(timeout=None)
    view.add_item(ui.Container(shown(heading(title), *paragraphs), *rows(controls), accent_colour=colour))
    return view


def link_to(said: Said, url: str) -> Control:
    """A button that opens an address."""
    return ui.Button(label=label(said, BUTTON_LIMIT), url=url)
