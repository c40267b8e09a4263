"""The form for how the pictures of a message are uploaded, where it is not as usual."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from discord import ui

from cogs.ui.actions import option
from cogs.ui.forms import Form, field
from cogs.ui.words import PLACEHOLDER_LIMIT, label
from cogs.upload._form import ALBUM_LIMIT, SHARE, SPOILER, Given, longest, text_field, times
from imgur.models import DESCRIPTION_LIMIT, TITLE_LIMIT
from locales.text import Text

ANONYMOUS, MUTE = "anonymous", "mute"


class PickForm(Form):
    """Asks what the form of `/imgur upload` asks, but for the files; sending it uploads nothing yet."""

    def __init__(self, owner: int, key: str, given: Given) -> None:
        super().__init__("message-set", owner, key, title=Text("How to upload them"))
        title = text_field("title", given.title, TITLE_LIMIT)
        self.add_item(field(Text("Title"), title, Text("Empty: as the message calls each of them.")))
        about = text_field("description", given.description, DESCRIPTION_LIMIT, long=True)
        self.add_item(field(Text("Description"), about, Text("Empty: as the message describes each of them.")))
        album = text_field("album", given.album, ALBUM_LIMIT)
        self.add_item(field(Text("Album"), album, Text("One of yours, or the name of a new one.")))
        self.add_item(field(Text("How"), _choices(given)))


def read(given: Mapping[str, Any]) -> Given:
    """What the form says. Raises NoSpanError for what it never said."""
    how = given["how"] or ()
    return Given(
        title=given["title"] or None,
        description=given["description"] or None,
        album=given["album"] or None,
        anonymous=True if ANONYMOUS in how else None,
        mute=MUTE in how,
        spoiler=SPOILER in how,
        share=SHARE in how,
        expires=longest(how),
    )


def _choices(given: Given) -> ui.Select[Any]:
    options = [
        option(Text("Share them with everyone here"), SHARE, chosen=given.share),
        option(Text("Hide them as spoilers"), SPOILER, chosen=given.spoiler),
        option(Text("Upload them without an account"), ANONYMOUS, chosen=given.anonymous is True),
        option(Text("Leave out the sound of videos"), MUTE, chosen=given.mute),
        *times(given.expires),
    ]
    return ui.Select(
        custom_id="how",
        options=options,
        placeholder=label(Text("Only for you, into your account, kept for good"), PLACEHOLDER_LIMIT),
        min_values=0,
        max_values=len(options),
        required=False,
    )
