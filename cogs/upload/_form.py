"""The form for several files, which `/imgur upload` opens where it is given none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, cast

import discord
from discord import ui

from cogs.ui.actions import Interaction, option
from cogs.ui.files import PictureUpload
from cogs.ui.forms import Form, field
from cogs.ui.words import PLACEHOLDER_LIMIT, label
from cogs.upload._file import incoming
from errors import OutdatedError
from imgur.models import DESCRIPTION_LIMIT, TITLE_LIMIT
from locales.text import Text
from services.expiry import read_span, span_text, span_value
from services.text import line, passage
from services.upload import UploadRequest

MOST_FILES = 10  # Discord's, in one field
ALBUM_LIMIT = 2000
SHARE, SPOILER, EXPIRES = "share", "spoiler", "expires "
IN_FORM = (timedelta(hours=1), timedelta(days=1), timedelta(days=7), timedelta(days=30))
_WHERE = {None: "ask", True: "anonymous", False: "account"}
_ANONYMOUS = {word: given for given, word in _WHERE.items()}


@dataclass(frozen=True, slots=True)
class Given:
    """What the command was given, and the form begins with."""

    title: str | None = None
    description: str | None = None
    album: str | None = None
    anonymous: bool | None = None
    mute: bool = False
    spoiler: bool = False
    share: bool = False
    expires: timedelta | None = None


class UploadForm(Form):
    """Asks for up to ten files. What it cannot ask for goes along: whether without an account, and without sound."""

    def __init__(self, owner: int, given: Given) -> None:
        super().__init__("upload-sent", owner, _WHERE[given.anonymous], int(given.mute), title=Text("Upload to Imgur"))
        files = PictureUpload(custom_id="files", min_values=1, max_values=MOST_FILES, required=True)
        self.add_item(
            field(Text("Pictures and videos"), files, Text("Up to ten. They keep the order you pick them in."))
        )
        self.add_item(
            field(Text("Title"), text_field("title", given.title, TITLE_LIMIT), Text("Numbered, if there are several."))
        )
        about = text_field("description", given.description, DESCRIPTION_LIMIT, long=True)
        self.add_item(field(Text("Description"), about, Text("What is to be seen, for those who do not see it.")))
        album = text_field("album", given.album, ALBUM_LIMIT)
        self.add_item(field(Text("Album"), album, Text("One of yours, or the name of a new one.")))
        self.add_item(field(Text("How"), _choices(given)))


def text_field(name: str, filled: str | None, limit: int, *, long: bool = False) -> ui.TextInput[Any]:
    style = discord.TextStyle.paragraph if long else discord.TextStyle.short
    return ui.TextInput(custom_id=name, default=filled, required=False, max_length=limit, style=style)


def _choices(given: Given) -> ui.Select[Any]:
    options = [
        option(Text("Share them with everyone here"), SHARE, chosen=given.share),
        option(Text("Hide them as spoilers"), SPOILER, chosen=given.spoiler),
        *times(given.expires),
    ]
    return ui.Select(
        custom_id="how",
        options=options,
        placeholder=label(Text("Only for you, not hidden, kept for good"), PLACEHOLDER_LIMIT),
        min_values=0,
        max_values=len(options),
        required=False,
    )


def times(chosen: timedelta | None) -> list[discord.SelectOption]:
    """After how long to delete them, a time that is chosen already among others."""
    spans = [*IN_FORM, *([chosen] if chosen and chosen not in IN_FORM else [])]
    return [_after(span, chosen=span == chosen) for span in spans]


def _after(span: timedelta, *, chosen: bool) -> discord.SelectOption:
    """Of several times the longest counts: nothing is deleted too early."""
    name, value = Text("Delete them after {span}", span=span_text(span)), f"{EXPIRES}{span_value(span)}"
    return option(name, value, Text("If you choose several, the longest counts."), chosen=chosen)


def longest(how: Sequence[str]) -> timedelta | None:
    """The time that counts, None for good. Raises NoSpanError for what was never offered."""
    spans = [read_span(value.removeprefix(EXPIRES)) for value in how if value.startswith(EXPIRES)]
    return max((span for span in spans if span), default=None)


def requests(interaction: Interaction, files: Sequence[str], given: Given) -> list[UploadRequest]:
    """What was sent, file by file, in the order in which they were picked: what Discord resolves has another.

    Raises OutdatedError.
    """
    try:
        picked = [incoming(file) for file in _attachments(interaction, files)]
    except (LookupError, TypeError, ValueError, AttributeError) as odd:
        raise OutdatedError("a file that Discord did not tell of") from odd
    return [
        UploadRequest(
            discord_id=interaction.user.id,
            file=replace(file, hidden=file.hidden or given.spoiler),
            title=numbered(given.title, number, len(picked)),
            description=passage(given.description) or passage(file.description, DESCRIPTION_LIMIT) or None,
            album=given.album if line(given.album) else None,
            anonymous=given.anonymous,
            mute=given.mute,
            expires=given.expires,
        )
        for number, file in enumerate(picked, 1)
    ]


def read(where: str, mute: str, fields: Mapping[str, Any]) -> Given:
    """What the form says. Raises OutdatedError for what it never said."""
    how = fields["how"] or ()
    if where not in _ANONYMOUS:
        raise OutdatedError("a form of another release")
    return Given(
        title=fields["title"],
        description=fields["description"],
        album=fields["album"],
        anonymous=_ANONYMOUS[where],
        mute=mute == "1",
        spoiler=SPOILER in how,
        share=SHARE in how,
        expires=longest(how),
    )


def _attachments(interaction: Interaction, files: Sequence[str]) -> list[discord.Attachment]:
    resolved = cast("Mapping[str, Any]", interaction.data)["resolved"]["attachments"]
    state = interaction._state  # noqa: SLF001 - as discord.py makes one; nothing else does
    return [discord.Attachment(data=resolved[file_id], state=state) for file_id in files]


def numbered(title: str | None, number: int, of: int) -> str | None:
    """Each of several is called something else."""
    name = line(title)
    if not name or of == 1:
        return name or None
    ending = f" {number}"
    return line(name, TITLE_LIMIT - len(ending)) + ending
