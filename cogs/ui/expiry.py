"""How it is said that a picture is deleted by itself, and what its owner may press about it. Pure functions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from discord import ui

from cogs.ui.actions import ActionButton, ActionSelect, option
from cogs.ui.layout import Control
from cogs.ui.words import Said
from locales.text import Moment, Plural, Text
from services.expiry import NEVER, OFFERED, Deleted, Expiry, span_text, span_value

UNDATED = Text(
    "**It is not deleted by itself:** Imgur did not say by what it could be deleted, so nobody can ever do that."
)
"""The promise cannot be kept."""


def unnoted(expiry: Expiry) -> Text:
    """The database did not take the promise."""
    return Text(
        "**It is to be deleted {when}, but that could not be written down yet.** It is tried again by itself: do not "
        "count on it until /imgur show says so.",
        when=Moment(expiry.due_at),
    )


def expiry_line(expiry: Expiry, *, shared: bool = False) -> Text:
    """When it is deleted, for its owner; for others, from when on it is gone. True before and after."""
    day = Moment(expiry.due_at, "f")
    if shared:
        return Text("Deleted by its owner's wish on {day}; after that it is gone.", day=day)
    if is_due(expiry):
        return Text("**It was to be deleted {when}; that is being tried.**", when=Moment(expiry.due_at))
    return Text("**It is deleted {when}**, on {day}.", when=Moment(expiry.due_at), day=day)


def expiry_mark(expiry: Expiry | None, *, shared: bool = False) -> Said | None:
    """The same in a list, beside other remarks."""
    if expiry is None:
        return None
    if shared:
        return Text("*gone after {day}*", day=Moment(expiry.due_at, "f"))
    if is_due(expiry):
        return Text("*due to be deleted {when}, being tried*", when=Moment(expiry.due_at))
    return Text("*is deleted {when}*", when=Moment(expiry.due_at))


def deleted_words(deleted: Deleted) -> Text:
    """How many were deleted at once that were to be deleted later."""
    return Plural("{count} picture was deleted.", "{count} pictures were deleted.", deleted.count)


def undeleted_words(deleted: Deleted) -> Text:
    """How many of them were not."""
    return Plural("{count} could not be deleted yet.", "{count} could not be deleted yet.", deleted.left)


def is_due(expiry: Expiry) -> bool:
    """Whether its time has come: where it is still there, that is being tried."""
    return expiry.due_at <= datetime.now(UTC)


def expiry_buttons(expiry: Expiry, owner: int) -> Iterator[Control]:
    """Keep it after all, or say another time."""
    yield ActionButton("expiry-keep", owner, expiry.image_id, label=Text("Do not delete it"))
    yield ActionButton("expiry-change", owner, expiry.image_id, label=Text("Change when"))


def later_button(image_id: str, owner: int) -> Control:
    """For what stays so far."""
    return ActionButton("expiry-change", owner, image_id, label=Text("Delete it later…"))


def span_menu(image_id: str, owner: int) -> ui.ActionRow[ui.LayoutView]:
    """After how long from now."""
    never = option(NEVER, span_value(None))
    spans = [option(Text("In {span}", span=span_text(span)), span_value(span)) for span in OFFERED]
    return ui.ActionRow(
        ActionSelect("expiry-set", owner, image_id, options=[*spans, never], placeholder=Text("Delete it…"))
    )


def expiry_menu(names: Sequence[tuple[str, Said]], owner: int) -> ui.ActionRow[ui.LayoutView]:
    """Which of several that are to be deleted: ids, and what they are called."""
    options = [option(name, image_id) for image_id, name in names]
    return ui.ActionRow(
        ActionSelect("expiry-open", owner, options=options, placeholder=Text("Keep one, or change when…"))
    )
