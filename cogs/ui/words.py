"""Texts as Discord shows them: in messages as markdown, elsewhere as they are. Pure functions but for who reads.

Who reads is known from the interaction (`heard`); what is drawn for everyone is in the server's
language (`for_everyone`).
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, ParamSpec, TypeAlias, TypeVar

import discord

from cogs.ui.audience import drawn_in, for_all, here_of
from cogs.ui.markdown import Markdown, plain
from locales.rendering import Plain, heard_by, in_public
from locales.text import Joined, Moment, Plural, Text, Value, longest, replaced
from services.text import cut, units

BUTTON_LIMIT = 80  # Discord's, of a button's label
OPTION_LIMIT = 100  # of an option's label, its description, and a suggestion
FIELD_LIMIT = 45  # of a form's title and the label of a field
HELP_LIMIT = 100  # of what stands below a field's label, and in an empty one
PLACEHOLDER_LIMIT = 150  # of a menu that shows no choice

P = ParamSpec("P")
T = TypeVar("T")


Said: TypeAlias = Text | Joined | Markdown


class _Markdown(Plain):
    """In messages: a moment counts down in its reader's time zone, and a command stands in code, to be copied."""

    def escaped(self, text: str) -> str:
        return text if isinstance(text, Markdown) else plain(text)

    def command(self, path: str) -> str:
        return f"`{path}`"

    def moment(self, moment: Moment) -> str:
        return f"<t:{math.ceil(moment.at.timestamp())}:{moment.style}>"


_MARKDOWN, _PLAIN = _Markdown(), Plain()


def md(said: Value) -> Markdown:
    """For a message. What somebody wrote, or an id, is escaped, and no more than 200 units of each are shown."""
    return Markdown(_MARKDOWN.render(said))


def label(said: Value, limit: int) -> str:
    """For where nothing is markup, in at most `limit` units: what somebody wrote is cut first, whatever is longest."""
    text = _PLAIN.render(said)
    while (over := units(text) - limit) > 0 and len(wrote := longest(said)) > 1:
        said = replaced(said, wrote, cut(wrote, max(units(wrote) - over, 1)))
        text = _PLAIN.render(said)
    return cut(text, limit)


def joined(separator: str, parts: Iterable[Said | None]) -> Markdown:
    """Several, with what Discord reads as nothing between them (" · ", line breaks); without those that are empty."""
    return Markdown(separator.join(filter(None, (md(part) for part in parts if part is not None))))


def small(said: Said) -> Markdown:
    """In small print, on a line of its own; empty stays empty."""
    text = md(said)
    return Markdown(f"-# {text}" if text else "")


def bold(said: Said) -> Markdown:
    """In bold; empty stays empty."""
    text = md(said)
    return Markdown(f"**{text}**" if text else "")


def bullet(said: Said) -> Markdown:
    """A line of a list."""
    return Markdown(f"- {md(said)}")


def and_more(count: int) -> Text:
    """Ends a list of which `count` more were not told."""
    return Plural("and {count} more", "and {count} more", count)


@contextmanager
def heard(interaction: discord.Interaction[Any]) -> Iterator[None]:
    """In here, texts are for who has sent this, and what is shared for their server and the channel."""
    own, server = interaction.locale, interaction.guild_locale
    with heard_by(own.value, server.value if server else None), drawn_in(here_of(interaction)):
        yield


def for_everyone(draw: Callable[P, T]) -> Callable[P, T]:
    """What this draws is in everyone's language, and for their eyes, where its parameter `shared` says so."""
    signature = inspect.signature(draw)

    @wraps(draw)
    def drawn(*args: P.args, **kwargs: P.kwargs) -> T:
        is_shared = bool(signature.bind(*args, **kwargs).arguments.get("shared"))
        with in_public(is_shared=is_shared), for_all(is_shared=is_shared):
            return draw(*args, **kwargs)

    return drawn
