"""What is left of a message once an item is no longer on Imgur. Pure functions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from itertools import pairwise
from typing import cast

import discord
from discord import ui

from imgur.models import Kind
from services.sharing import Key

SMALL = "sbtmlh"
"""Imgur's letters for small copies."""


def without(message: discord.Message, items: Sequence[Key], key: Key) -> tuple[Sequence[Key], ui.LayoutView]:
    """What the message still shows, nothing if it was about an album that is gone; and the message as it is then.

    The item's picture goes, its line in a list and its place in a menu; what else there is to read and to press stays.
    """
    gone = {key}
    if key[0] == Kind.ALBUM:
        gone |= set(items) if _is_about(message, key) else _cover(items, key, set(_offered(message.components)))
    pictures = {item_id for kind, item_id in gone if kind == Kind.IMAGE}
    for container in message.components:
        _clear(getattr(container, "children", []), key, pictures)
    view = ui.LayoutView.from_message(message, timeout=None)
    view.stop()  # presses come in by their ids: discord.py need not know it
    return [one for one in items if one not in gone], view


def _clear(parts: list[discord.Component], key: Key, pictures: AbstractSet[str]) -> None:
    for part in list(parts):
        match part:
            case discord.MediaGalleryComponent():
                part.items = [one for one in part.items if not any(_is_of(one.media.url, id_) for id_ in pictures)]
                is_left = bool(part.items)
            case discord.TextDisplay():
                part.content = "\n".join(line for line in part.content.splitlines() if not _leads_to(line, key))
                is_left = bool(part.content.strip())
            case discord.SectionComponent():
                is_left = key not in _offered([part.accessory])
            case discord.SelectMenu():
                part.options = [option for option in part.options if option.value != ":".join(key)]
                is_left = bool(part.options)
            case discord.ActionRow():
                _clear(cast("list[discord.Component]", part.children), key, pictures)
                is_left = bool(part.children)
            case _:
                is_left = True
        if not is_left:
            parts.remove(part)


def _is_about(message: discord.Message, key: Key) -> bool:
    """Whether an item is all that a message shows: its buttons say so."""
    ids = (id_.split(":") for id_ in _custom_ids(message.components))
    return any(id_[1:2] and id_[1].startswith("item-") and tuple(id_[3:5]) == key for id_ in ids)


def _cover(items: Sequence[Key], key: Key, offered: AbstractSet[Key]) -> set[Key]:
    """The picture that stands for an album in a list, which is recorded behind it."""
    behind = {after for before, after in pairwise(items) if before == key}
    return {one for one in behind if one[0] == Kind.IMAGE and one not in offered}


def _offered(parts: Iterable[discord.Component]) -> Iterator[Key]:
    """What can be pressed on, or chosen, in a list."""
    for part in parts:
        for option in getattr(part, "options", ()):
            kind, _, item_id = option.value.partition(":")
            yield kind, item_id
        match [id_.split(":") for id_ in _own_id(part)]:
            case [[_, _, _, kind, item_id, *_]]:
                yield kind, item_id
        yield from _offered(_within(part))


def _custom_ids(parts: Iterable[discord.Component]) -> Iterator[str]:
    for part in parts:
        yield from _own_id(part)
        yield from _custom_ids(_within(part))


def _own_id(part: discord.Component) -> Iterator[str]:
    if isinstance(part, discord.Button) and part.custom_id:
        yield part.custom_id


def _within(part: discord.Component) -> list[discord.Component]:
    accessory = getattr(part, "accessory", None)
    return [*getattr(part, "children", ()), *([accessory] if accessory else [])]


def _leads_to(line: str, key: Key) -> bool:
    """Whether a line of a list is about an item: its title is a link."""
    return f"](https://imgur.com/{'a/' if key[0] == Kind.ALBUM else ''}{key[1]})" in line


def _is_of(url: str, item_id: str) -> bool:
    """Whether an address is of an item's picture, whole or small."""
    stem = url.partition("?")[0].rpartition("/")[2].partition(".")[0]
    return stem == item_id or (stem[:-1] == item_id and stem[-1] in SMALL)
