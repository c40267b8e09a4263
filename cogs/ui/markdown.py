"""What users wrote, as it may stand in Discord's markdown. Pure functions."""

from __future__ import annotations

import re

from services.text import line, passage

_MARKUP = re.compile(r"[\\`*_~|<\[\]#]|(?<=\])\(|(?m:^)[-+>=]|:(?=[^\s:]+:)|&(?=#?\w+;)")
_ORDINAL = re.compile(r"(?m:^)(\d+)(?=[.)])")
_MENTION = re.compile(r"@(?=everyone|here|[!&]?\d)")
_LINK = re.compile(r"""(https?://[A-Za-z0-9.-]+(?:/[A-Za-z0-9/._%?&=+-]*)?)(?=[.,;:!?)\]>'"]*(?:\s|$))""")


class Markdown(str):
    """A string in Discord's markdown, in which all that users wrote is escaped already."""

    __slots__ = ()


def plain(text: str | None, limit: int | None = 200) -> Markdown:
    """User-written text as it is to be read: one line, no markup, mentions or links, at most `limit` characters."""
    return Markdown(_escaped(line(text, limit)))


def prose(text: str | None, limit: int) -> Markdown:
    """As `plain`, with its line breaks; what is plainly an address stays a link, for it shows where it leads."""
    parts = _LINK.split(passage(text, limit))
    return Markdown("".join(part if number % 2 else _escaped(part) for number, part in enumerate(parts)))


def _escaped(text: str) -> str:
    text = _ORDINAL.sub(r"\1\\", _MARKUP.sub(r"\\\g<0>", text))
    return _MENTION.sub("@\u200b", text).replace("://", ":\u200b//")
