"""How a backup is begun: the link to its page, and the form for the code that stands there. Pure functions."""

from __future__ import annotations

from typing import Any

import discord
from discord import ui

from cogs.ui.actions import ActionButton
from cogs.ui.forms import Form, field
from cogs.ui.layout import link_to, notice
from cogs.ui.words import joined
from locales.text import Moment, Text
from services.data import BackupOffer

OPENED = Text("Your backup is open")
CODE_LIMIT = 20  # the code has 8 characters; people add spaces and dashes


class BackupCodeForm(Form):
    """Asks for the code that the page shows."""

    def __init__(self, owner: int) -> None:
        super().__init__("backup-code-entered", owner, title=Text("A backup of your pictures"))
        code: ui.TextInput[Any] = ui.TextInput(max_length=CODE_LIMIT, custom_id="code")
        self.add_item(field(Text("Code"), code, Text("Your own page shows it. Enter nobody else's.")))


def offer_view(offer: BackupOffer, owner: int) -> ui.LayoutView:
    """How to come to it."""
    return notice(
        Text("A backup of your pictures"),
        Text("The pictures themselves, as ZIP files, with a page to browse them without a network."),
        joined(
            "\n",
            (
                Text("1. Open the page in the browser that is to fetch them. It shows a code."),
                Text("2. Come back and press **Enter code**."),
            ),
        ),
        Text(
            "**Enter no code that somebody else gave you:** they would get your pictures. This is only for you and "
            "ends {when}.",
            when=Moment(offer.expires_at),
        ),
        controls=[
            link_to(Text("Open the backup page"), offer.url),
            ActionButton("backup-code", owner, label=Text("Enter code"), style=discord.ButtonStyle.primary),
        ],
    )


def opened_view() -> ui.LayoutView:
    """The code was right."""
    return notice(OPENED, Text("Go on in your browser: its page shows the next step by itself. It is good for a day."))
