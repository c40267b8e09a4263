"""The question before everything is erased, and what is said afterwards. Pure functions."""

from __future__ import annotations

import discord
from discord import ui

from cogs.ui.actions import ActionButton
from cogs.ui.expiry import deleted_words, undeleted_words
from cogs.ui.layout import WARNING, Control, link_to, notice, trouble
from cogs.ui.words import small
from locales.text import Plural, Text, sentences
from services.data import Leaving, Left
from services.expiry import Deleted

ERASED = Text("Everything is erased")
PRIMARY = discord.ButtonStyle.primary
REVOKE_URL = "https://imgur.com/account/settings/apps"


def question_view(leaving: Leaving, owner: int, deleted: Deleted | None = None) -> ui.LayoutView:
    """What goes, and what stays on Imgur for good unless it is deleted first; of that, some was just `deleted`."""
    controls: list[Control] = [
        ActionButton(
            "data-erase", owner, leaving.seen, label=Text("Erase everything"), style=discord.ButtonStyle.danger
        ),
        ActionButton("data-keep", owner, label=Text("Keep everything")),
    ]
    if leaving.anonymous and not leaving.deleting:
        first = ActionButton("bulk-uploads", owner, label=Text("Delete those uploads first…"), style=PRIMARY)
        controls.insert(0, first)
    if leaving.expiring:
        now = ActionButton("data-expire", owner, label=Text("Delete now what is to be deleted"), style=PRIMARY)
        controls.append(now)  # in its place nothing else may come
    return notice(
        Text("Erase everything that this bot holds about you?"),
        deleted_words(deleted) if deleted and deleted.count else None,
        _account(leaving),
        _uploads(leaving),
        sentences(_expiring(leaving), undeleted_words(deleted) if deleted and deleted.left else None),
        trouble(deleted.trouble) or None if deleted else None,
        Text(
            "**The deletion of your pictures is still under way.** Wait for its end, or what is left of them stays on "
            "Imgur for good."
        )
        if leaving.deleting
        else None,
        Text(
            "Tags, notes, searches, selections and all work in the background go as well. That cannot be undone; "
            "/imgur data export gives you a copy before."
        ),
        controls=controls,
        colour=WARNING,
    )


def left_view(left: Left) -> ui.LayoutView:
    """It is done."""
    rest = None if left.settled else Text("What the files of its database still hold of it is being erased.")
    revoke = (
        Text("Imgur may still list this bot under Applications in your settings. There you can take its access back.")
        if left.username
        else None
    )
    return notice(
        ERASED,
        rest,
        revoke,
        small(Text("If you use a command again, what it needs is kept again, from nothing.")),
        controls=[link_to(Text("Imgur's application settings"), REVOKE_URL)] if left.username else (),
    )


def stays_view() -> ui.LayoutView:
    """The answer was no."""
    return notice(Text("Nothing was erased"), Text("All stays as it is."))


def erase_button(owner: int) -> ActionButton:
    """Asks whether everything is to be erased."""
    return ActionButton("data-delete", owner, label=Text("Erase my data…"))


def _account(leaving: Leaving) -> Text | None:
    if leaving.username is None:
        return None
    return Text(
        "**{name}** is unlinked: the tokens and what is known of that account go. Its pictures stay on Imgur, in it.",
        name=leaving.username,
    )


def _expiring(leaving: Leaving) -> Plural | None:
    if not leaving.expiring:
        return None
    return Plural(
        "**{count} picture is to be deleted by itself, and would stay on Imgur:** the bot forgets that as well. If you "
        "do not want that, have it deleted now.",
        "**{count} pictures are to be deleted by themselves, and would stay on Imgur:** the bot forgets that as well. "
        "If you do not want that, have them deleted now.",
        leaving.expiring,
    )


def _uploads(leaving: Leaving) -> Plural | None:
    if not leaving.anonymous:
        return None
    return Plural(
        "**{count} anonymous upload stays on Imgur, and nobody could ever delete it:** the bot holds the only handle, "
        "which goes too. If you do not want that, have it deleted first.",
        "**{count} anonymous uploads stay on Imgur, and nobody could ever delete them:** the bot holds the only "
        "handles, which go too. If you do not want that, have them deleted first.",
        leaving.anonymous,
    )
