"""The form in which an image's title and description are edited."""

from __future__ import annotations

import hashlib
import unicodedata
from dataclasses import dataclass
from typing import Any

import discord
from discord import ui

from cogs.ui.forms import Form, field
from imgur.models import DESCRIPTION_LIMIT, TITLE_LIMIT, Item
from locales.text import Text
from services.text import shown, units

FIELD_LIMIT = 4000  # Discord's
DIGEST_LENGTH = 6


@dataclass(frozen=True, slots=True)
class Typed:
    """What a user typed into the form."""

    title: str
    description: str


class EditForm(Form):
    """Filled with the present values, or with what was typed before; carries a mark of each present value.

    By its mark a field is known as unchanged, also after a restart, and whatever became of the picture meanwhile.
    `action` takes it.
    """

    def __init__(self, item: Item, owner: int, typed: Typed | None = None, *, action: str = "item-edited") -> None:
        title, description = _fitting(item.title), _fitting(item.description)
        marks = mark(title, long=False), mark(description, long=True)
        about = item.kind.value, item.id
        super().__init__(action, owner, *about, *marks, title=Text("Edit this picture"))
        filled = typed or Typed(" ".join(title.splitlines()), description)
        self.add_item(_field(Text("Title"), "title", filled.title, TITLE_LIMIT))
        self.add_item(_field(Text("Description"), "description", filled.description, DESCRIPTION_LIMIT, long=True))


def changed(new: str, present: str) -> str | None:
    """What a user made of the present text of a box, of which there is the mark; None where they left it.

    All that differs may be what Discord does on the way: it trims texts, writes line breaks anew (a box of one line
    has none), drops what cannot be seen, and may compose characters.
    """
    new = "\n".join(_lines(new))
    return None if _digest(new) in (present[:DIGEST_LENGTH], present[DIGEST_LENGTH:]) else new


def mark(present: str, *, long: bool) -> str:
    """Short digests of how a text may come back from a box that nobody touched."""
    lines = _lines(present)
    return _digest("\n".join(lines)) if long else _digest(" ".join(lines)) + _digest("".join(lines))


def _fitting(text: str | None) -> str:
    """As much of a text as a box takes, without halves of characters."""
    return (text or "").encode("utf-16-le", "ignore")[: 2 * FIELD_LIMIT].decode("utf-16-le", "ignore")


def _lines(text: str) -> list[str]:
    return shown(text).strip().splitlines()


def _digest(text: str) -> str:
    return hashlib.sha256(unicodedata.normalize("NFC", text).encode()).hexdigest()[:DIGEST_LENGTH]


def _field(label: Text, name: str, filled: str, limit: int, *, long: bool = False) -> ui.Label[Any]:
    entry: ui.TextInput[Any] = ui.TextInput(
        custom_id=name,
        default=filled,
        required=False,
        max_length=max(limit, units(filled)),
        style=discord.TextStyle.paragraph if long else discord.TextStyle.short,
    )
    return field(label, entry)
