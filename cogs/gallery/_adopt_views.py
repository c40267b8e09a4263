"""What is asked before anonymous uploads are brought into an account. Pure functions."""

from __future__ import annotations

import discord
from discord import ui

from cogs.gallery._bulk_views import named_items
from cogs.ui.actions import ActionButton
from cogs.ui.layout import WARNING, notice
from cogs.ui.markdown import Markdown, plain
from cogs.ui.words import small
from locales.text import Plural, Text
from services.adoption import Offer

USERNAME_LIMIT = 63


def offer_view(offer: Offer, owner: int, *, bare: bool = False) -> ui.LayoutView:
    """Which, where to, and what changes by it. `bare` leaves out what users wrote."""
    items, question = offer.question.sorted.can, offer.question.id
    into = Text("Into: **{name}**", name=plain(offer.username, USERNAME_LIMIT))
    controls = [
        ActionButton("bulk-keep", owner, question, label=Text("Leave them")),
        ActionButton(
            "bulk-confirm",
            owner,
            question,
            label=Plural("Bring {count} along", "Bring {count} along", len(items)),
            style=discord.ButtonStyle.primary,
        ),
    ]
    return notice(
        Plural(
            "Bring {count} anonymous upload into your account?",
            "Bring {count} anonymous uploads into your account?",
            len(items),
        ),
        None if bare else into,
        named_items(items, bare=bare),
        Text(
            "Imgur copies them one by one, with title and description; your tags and notes come along, and so does "
            "the date of what is to be deleted. Once a copy was seen to be the same, the anonymous picture is deleted. "
            "**So its link changes:** where you have shared it, it ends."
        ),
        _left(offer.left),
        controls=controls,
        colour=WARNING,
    )


def _left(count: int) -> Markdown | None:
    if not count:
        return None
    return small(Plural("{count} more is for another time.", "{count} more are for another time.", count))
