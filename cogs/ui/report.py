"""Errors to the user: one place for the command tree, actions and forms."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from functools import partial
from typing import Any

import discord
import structlog
from discord import app_commands, ui

from cogs.ui.actions import ActionButton, fits
from cogs.ui.layout import ERROR, Control, notice
from cogs.ui.markdown import Markdown
from cogs.ui.reply import is_answered, tell, tell_done, what_was_done
from cogs.ui.subject import subject
from cogs.ui.words import Said, bullet, heard, joined
from errors import (
    AlbumExistsError,
    DuplicateError,
    LinkBrokenError,
    LinkDeniedError,
    LinkError,
    LinkExpiredError,
    LinkNotConfirmedError,
    LinkUsedError,
    NoCodeExpectedError,
    NotAcknowledgedError,
    NotAnItemError,
    NothingWithoutAccountError,
    NotLinkedError,
    OnImgurError,
    OutdatedError,
    PastedIncompleteError,
    PastedUnclearError,
    TitleSharedError,
    WrongCodeError,
)
from locales.text import Text
from services.messages import for_operators, unforeseen, words

RESCUED = "rescued"

log = structlog.get_logger(__name__)


def link_button(user_id: int, label: Text | None = None) -> ActionButton:
    """Begins linking, as `/imgur link` does."""
    return ActionButton("link", user_id, label=label or Text("Link account"), style=discord.ButtonStyle.primary)


def rescue(interaction: discord.Interaction[Any], text: Said | None, button: Control, *, instead: bool = False) -> None:
    """Note what an error is to be told with: what the user would lose otherwise, and a button to go on with it.

    `instead` of the button that the error has by itself.
    """
    interaction.extras[RESCUED] = text, button, instead


def error_view(
    error: BaseException,
    *paragraphs: Said | None,
    about: Said | None = None,
    user_id: int | None = None,
    controls: Sequence[Control] = (),
    has_way_out: bool = True,
    **context: Any,
) -> ui.LayoutView:
    """Word an error; one that has no words is logged with its traceback under a short id that the user sees.

    `about` is a line that says what it is about. A button for the next step is there where one helps, if `user_id`
    says whose it is and it `has_way_out`.
    """
    cause = cause_of(error)
    said = words(cause)
    if said is None:
        reference = secrets.token_hex(4)
        log.error("unexpected error", reference=reference, exc_info=cause, **context)
        said = unforeseen(reference)
    elif (reason := for_operators(cause)) is not None:
        log.warning("a user was told to tell whoever runs this bot", reason=reason, **context)
    controls = [*(_way_out(cause, user_id) if has_way_out else ()), *controls]
    return notice(said.title, about, said.text, _choices(cause), *paragraphs, controls=controls, colour=ERROR)


async def report(interaction: discord.Interaction[Any], error: BaseException) -> None:
    """Answer with the error, privately, whatever state the interaction is in. Never raises an HTTP error itself.

    Who has had something done hears that, not the error: nobody is to try again what is done.
    """
    with heard(interaction):
        await _report(interaction, cause_of(error))


async def _report(interaction: discord.Interaction[Any], cause: BaseException) -> None:
    deed = what_was_done(interaction)
    command = interaction.command.qualified_name if interaction.command else None
    if isinstance(cause, NotAcknowledgedError):
        return
    if interaction.type is discord.InteractionType.autocomplete:
        log.info("a suggestion was asked for that there is none for", error=type(cause).__name__)
        return
    word = partial(error_view, cause, user_id=interaction.user.id, command=command, interaction=interaction.id)
    about = subject(interaction, cause)
    text, button, instead = interaction.extras.get(RESCUED, (None, None, False))
    view = word(text, about=about, controls=[button] if button else (), has_way_out=not instead)
    if deed is None:
        has_words = text or (about and interaction.response.is_done())  # which Discord may have disliked
        await tell(interaction, view) or (has_words and await tell(interaction, word()))
    elif not is_answered(interaction):
        await tell_done(interaction, deed)


def _choices(error: BaseException) -> Markdown | None:
    """What may have been meant, as a list."""
    if not isinstance(error, NotAnItemError | TitleSharedError | AlbumExistsError):
        return None
    return joined("\n", (bullet(choice) for choice in error.choices))


def cause_of(error: BaseException) -> BaseException:
    """What is behind the command tree's errors; those of its own are of commands that are not what they were."""
    while isinstance(error, app_commands.CommandInvokeError | app_commands.TransformerError) and error.__cause__:
        error = error.__cause__
    if isinstance(error, app_commands.CommandNotFound | app_commands.CommandSignatureMismatch):
        return OutdatedError()
    return OutdatedError() if isinstance(error, app_commands.TransformerError) else error


def _way_out(error: BaseException, user_id: int | None) -> Sequence[Control]:
    if user_id is None:
        return ()
    if isinstance(error, NotLinkedError | LinkBrokenError | NothingWithoutAccountError):
        return (link_button(user_id),)
    if isinstance(error, LinkError):
        return _on_with_linking(error, user_id)
    if isinstance(error, OnImgurError | DuplicateError):
        return _to_what_is_there(error, user_id)
    return ()


def _on_with_linking(error: LinkError, user_id: int) -> Sequence[Control]:
    """How linking goes on, or begins again."""
    if isinstance(error, PastedIncompleteError | PastedUnclearError):
        return (ActionButton("link-paste", user_id, label=Text("Paste again"), style=discord.ButtonStyle.primary),)
    if isinstance(error, NoCodeExpectedError) or (isinstance(error, WrongCodeError) and error.tries_left):
        label = Text("Try again") if isinstance(error, WrongCodeError) else Text("Enter code")
        return (ActionButton("link-code", user_id, label=label, style=discord.ButtonStyle.primary),)
    if isinstance(error, LinkExpiredError | LinkUsedError | LinkDeniedError | LinkNotConfirmedError | WrongCodeError):
        return (link_button(user_id, Text("Begin again")),)
    return ()


def _to_what_is_there(error: OnImgurError | DuplicateError, user_id: int) -> Sequence[Control]:
    if isinstance(error, DuplicateError):  # shown beside it: the other way on stays
        image_id = error.earlier.image_id
        fitting = fits("item-show", user_id, image_id)
        return (ActionButton("item-show", user_id, image_id, label=Text("Show")),) if fitting else ()
    about = error.kind, error.item_id
    if not fits("item-favorite", user_id, *about):
        return ()
    return (
        ActionButton("item-refresh", user_id, *about, label=Text("Show"), style=discord.ButtonStyle.primary),
        ActionButton("item-favorite", user_id, *about, label=Text("Favorite"), emoji="⭐"),
    )
