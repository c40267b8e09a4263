"""What is said once something was made a favorite, or no longer is one. Pure functions."""

from __future__ import annotations

from discord import ui

from cogs.ui.item import link_button, title
from cogs.ui.layout import notice
from locales.text import Text
from services.library.items import Favorited


def favorite_words(favorited: Favorited, *, wish: bool) -> Text:
    """What was done, in a few words."""
    if wish:
        return Text("Added to your favorites") if favorited.changed else Text("This is already one of your favorites")
    return Text("Removed from your favorites") if favorited.changed else Text("This was not one of your favorites")


def favorite_notice(favorited: Favorited) -> ui.LayoutView:
    """The private answer to Favorite on somebody's shared message."""
    item = favorited.shown.item
    return notice(
        favorite_words(favorited, wish=True),
        title(item),
        Text("/imgur favorites shows all of them."),
        controls=[link_button(item)],
    )
