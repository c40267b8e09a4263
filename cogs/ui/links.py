"""What a message links to on Imgur, before it was looked up: there are its ids alone. Pure functions."""

from __future__ import annotations

from collections.abc import Sequence

import discord

from cogs.ui.actions import ActionSelect, option
from imgur.models import Album, Image, Item, Kind
from locales.text import Text
from services.message import Linked


def unread(link: Linked) -> Item:
    """What it names, as far as the link says."""
    return Album(link.id) if link.kind == Kind.ALBUM else Image(link.id)


def link_options(links: Sequence[Linked]) -> list[discord.SelectOption]:
    """They in a menu, numbered."""
    return [option(_called(number, link), link.text) for number, link in enumerate(links, 1)]


def favorites_menu(links: Sequence[Linked], owner: int) -> ActionSelect:
    """Makes favorites of those that are chosen."""
    options = link_options(links)
    return ActionSelect(
        "message-favorites", owner, options=options, placeholder=Text("Make favorites of…"), several=True
    )


def _called(number: int, link: Linked) -> Text:
    if link.kind == Kind.ALBUM:
        return Text("{number}. Album {id}", number=number, id=link.id)
    return Text("{number}. Image {id}", number=number, id=link.id)
