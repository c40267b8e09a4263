"""What is said once something was made a favorite, or no longer is one. Pure functions."""

from __future__ import annotations

from discord import ui

from cogs.ui.item import link_button, title
from cogs.ui.layout import notice
from services.library.items import Favorited


def favorite_words(favorited: Favorited, *, wish: bool) -> str:
    """What was done, in a few words."""
    if wish:
        return "Added to your favorites" if favorited.changed else "This is already one of your favorites"
    return "Removed from your favorites" if favorited.changed else "This was not one of your favorites"


def favorite_notice(favorited: Favorited) -> ui.LayoutView:
    """The private answer to Favorite on somebody's shared message."""
    item = favorited.shown.item
    return notice(
        favorite_words(favorited, wish=True),
        title(item),
        "`/imgur favorites` shows all of them.",
        controls=[link_button(item)],
    )
