"""The privacy statement, as it stands in PRIVACY.md too. A pure function."""

from __future__ import annotations

from discord import ui

from cogs.data._export import export_button
from cogs.data._leaving import erase_button
from cogs.ui.layout import notice
from cogs.ui.words import bullet, joined
from locales.text import Text

KEPT = (
    Text("**A linked account:** its name and id, and the tokens by which Imgur lets this bot in. Until you unlink."),
    Text(
        "**An index of that account**, so that it can be searched: titles, descriptions, types, sizes and times of "
        "images, albums and favorites. Until you unlink."
    ),
    Text(
        "**Anonymous uploads:** title, description and deletehash, the only handle by which they can be changed. Until "
        "you delete them, or have everything erased."
    ),
    Text("**Of each uploaded file a digest,** by which the same one is known again. Until its picture is deleted."),
    Text("**Which pictures you want deleted, and when.** Until they are, you keep them, or you unlink their account."),
    Text("**Tags and notes** of yours. Until you clear them; those of a linked account go when you unlink."),
    Text("**Which pictures you hid** as spoilers. Until you delete them, or have everything erased."),
    Text(
        "**What you have shared:** where and when, and the ids of the pictures, so that moderators can take it down. "
        "For ninety days."
    ),
    Text(
        "**What you have chosen:** to keep hidden data in pictures, until you unlink; to hear when Imgur's sign-in "
        "works, until you have heard, or link."
    ),
    Text("**When you linked and unlinked**, how and from where, so that you can see it. The last twenty, for a year."),
    Text(
        "**For a while:** attempts to link (an hour), how many of Imgur's credits you used (two days), searches and "
        "selections (a week), what is in a backup (a day), work in the background and how it ended (a month)."
    ),
)


def policy_view(owner: int) -> ui.LayoutView:
    """What is kept, for what and for how long; who gets it; what its user can do about it."""
    return notice(
        Text("What this bot keeps about you"),
        Text(
            "Only what its commands need, by your Discord id. It reads no messages, has no advertising, and counts "
            "nobody's visits."
        ),
        joined("\n", map(bullet, KEPT)),
        Text(
            "Pictures pass through and are not stored. Tokens, codes and deletehashes are encrypted, each with a key "
            "of its own that goes when it is erased; titles and notes are not."
        ),
        Text(
            "Imgur gets what you upload, edit or search for, under its own terms; Discord carries commands and "
            "answers. Nobody else gets anything."
        ),
        Text(
            "/imgur data export gives you all of it, /imgur data delete erases it at once, /imgur unlink forgets an "
            "account. Questions and complaints go to "
            "whoever runs this bot: it is self-hosted, and they are responsible for what it holds."
        ),
        controls=[export_button(owner), erase_button(owner)],
    )
