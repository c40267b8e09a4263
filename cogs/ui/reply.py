"""Acknowledging and answering a command or a press.

Doing and telling are two things. Discord may refuse any message: for a word or a picture in it, because it is gone, or
because Discord itself is in trouble. Once something was done, say so with `done` and then answer: however the answer
fares, nobody is told that it went wrong. It is told plainly instead, in another message if need be, and if nothing gets
through, beside the next answer to that user.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, Protocol, TypeAlias, TypeVar

import discord
import structlog
from aiohttp import ClientError
from discord import InteractionResponseType, ui
from discord.app_commands import Choice

from cogs.ui.layout import notice, worded
from cogs.ui.untold import Done, earlier_view
from errors import AnswerRefusedError, NotAcknowledgedError, NotPostedError

log = structlog.get_logger(__name__)

M = TypeVar("M")
Interaction: TypeAlias = discord.Interaction[Any]

PATIENCE = 10.0  # seconds for one message; discord.py alone would try for half a minute
REFUSALS = (discord.HTTPException, ClientError, OSError)  # a timeout is an OSError
CANNOT_MESSAGE = 50007
LATE = frozenset({10062, 40060})  # unknown interaction; acknowledged already
CONTENT = frozenset({400, 413})

IN_PLACE = "in place"
DONE = "done"
ANSWERED = "answered"


class Draw(Protocol):
    """Draws an answer afresh: for its owner alone, or for everyone."""

    def __call__(self, *, shared: bool) -> ui.LayoutView:
        """Draw it."""


# --- acknowledging -----------------------------------------------------------------------------------------------


async def acknowledge(interaction: Interaction) -> int | None:
    """Tell Discord, before anything is done, that a private answer is coming. It has 15 minutes from then.

    Gives the id of the message that the answer will be, if Discord told it. Like all that acknowledge, raises
    NotAcknowledgedError where Discord takes no answer any more: whoever does nothing before does nothing twice.
    """
    with _acknowledging(interaction):
        response = await _in_time(interaction.response.defer(ephemeral=True, thinking=True))
    return response.message_id if response else None


async def acknowledge_press(interaction: Interaction) -> None:
    """Tell Discord that the answer replaces the message pressed on; an error stands beside it."""
    with _acknowledging(interaction):
        await _in_time(interaction.response.defer())


async def acknowledge_in_place(interaction: Interaction) -> int | None:
    """Tell Discord that the answer to a press replaces the message pressed on, an error as well.

    Gives the id of that message.
    """
    interaction.extras[IN_PLACE] = True
    await acknowledge_press(interaction)
    return interaction.message.id if interaction.message else None


async def open_form(interaction: Interaction, form: ui.Modal) -> None:
    """Answer with a form."""
    with _acknowledging(interaction):
        await _in_time(interaction.response.send_modal(form))


async def suggest(interaction: Interaction, choices: list[Choice[str]]) -> list[Choice[str]]:
    """Answer an autocompletion; for its method to return. One that comes too late ends there."""
    try:
        with _acknowledging(interaction):
            await _in_time(interaction.response.autocomplete(choices))
    except (NotAcknowledgedError, AnswerRefusedError):
        raise asyncio.CancelledError from None  # of any other error discord.py would log the traceback
    return choices


async def _in_time(call: Awaitable[M]) -> M:
    async with asyncio.timeout(PATIENCE):
        return await call


@contextmanager
def _acknowledging(interaction: Interaction) -> Iterator[None]:
    try:
        yield
    except REFUSALS as refusal:
        log.info("an interaction could not be acknowledged, nothing was done", **_about(interaction, refusal))
        if _is_for_content(refusal) and getattr(refusal, "code", 0) not in LATE:
            raise AnswerRefusedError from None  # of a form: there can still be words
        raise NotAcknowledgedError from None


# --- answering ---------------------------------------------------------------------------------------------------


def is_public(interaction: Interaction) -> bool:
    """Whether a press was on a message that others see as well."""
    return interaction.message is not None and not interaction.message.flags.ephemeral


def done(interaction: Interaction, title: str, text: str = "") -> None:
    """Note what was done: whatever becomes of the answer, that is told, in these words if it cannot be in others.

    They hold what must not be lost (a link), no pictures, and nothing that users wrote.
    """
    interaction.extras[DONE] = Done(title, text)


def is_answered(interaction: Interaction) -> bool:
    """Whether the user has been told how it ended."""
    return ANSWERED in interaction.extras


def what_was_done(interaction: Interaction) -> Done | None:
    """What was noted with `done`."""
    return interaction.extras.get(DONE)


async def answer(
    interaction: Interaction, view: ui.LayoutView, *, plainer: Callable[[], ui.LayoutView] | None = None
) -> None:
    """Give the acknowledged command or press its answer; `plainer` draws what is shown where Discord refuses that.

    Raises AnswerRefusedError if nothing could be shown and nothing was done.
    """
    refusal = await _refusal(interaction, interaction.edit_original_response(view=view))
    if refusal is None or await _answered_otherwise(interaction, refusal, view, plainer):
        await _told(interaction)


async def answer_or_share(interaction: Interaction, draw: Draw, *, share: bool, plainer: Draw | None = None) -> None:
    """Answer privately; with `share`, post it for everyone and say so privately. Where that fails, it stays private.

    The private message is edited first: Discord takes the first follow-up to a deferral for that edit.
    """
    if not share:
        await answer(interaction, draw(shared=False), plainer=partial(plainer, shared=False) if plainer else None)
        return
    deed = what_was_done(interaction)
    await answer(interaction, notice("Shared", "Everyone here can see it below.", deed.text if deed else ""))
    if not await _posted(interaction, draw, plainer):
        await answer(interaction, _kept_private(draw), plainer=partial(_kept_private, plainer) if plainer else None)


async def progress(interaction: Interaction, view: ui.LayoutView) -> None:
    """Show how far it is. That Discord refuses to show it matters to nothing."""
    await _refusal(interaction, interaction.edit_original_response(view=view))


async def tell(interaction: Interaction, view: ui.LayoutView) -> bool:
    """Say something privately, whatever state the interaction is in; whether it got through."""
    for say in _ways(interaction, view):
        if await _refusal(interaction, say()) is None:
            await _told(interaction)
            return True
    return False


async def tell_done(interaction: Interaction, deed: Done) -> None:
    """Tell plainly what was done; where that does not get through, with the next answer."""
    if not await tell(interaction, deed.view):
        _keep(interaction, deed)


async def change_shared(interaction: Interaction, message_id: int, view: ui.LayoutView) -> None:
    """Change a shared message in this channel, if Discord lets the bot: not where only its user has installed it."""
    channel = interaction.client.get_partial_messageable(interaction.channel_id or 0)
    await _refusal(interaction, channel.get_partial_message(message_id).edit(view=view))


async def _answered_otherwise(
    interaction: Interaction,
    refusal: Exception,
    view: ui.LayoutView,
    plainer: Callable[[], ui.LayoutView] | None,
) -> bool:
    """Whether it got through without what Discord may dislike, or in another message."""
    deed = what_was_done(interaction)
    content = _is_for_content(refusal)
    plain = plainer() if plainer else deed.view if deed and not is_public(interaction) else None
    if content and plain and await _refusal(interaction, interaction.edit_original_response(view=plain)) is None:
        return True
    other = deed.view if deed else plain if content else view
    if other and await _refusal(interaction, interaction.followup.send(view=other, ephemeral=True)) is None:
        return True
    if deed is None:
        raise AnswerRefusedError from refusal
    _keep(interaction, deed)
    return False


def _ways(interaction: Interaction, view: ui.LayoutView) -> Iterator[Callable[[], Awaitable[Any]]]:
    response = interaction.response
    if not response.is_done():
        yield lambda: response.send_message(view=view, ephemeral=True)
        return
    if response.type is InteractionResponseType.deferred_channel_message or IN_PLACE in interaction.extras:
        yield lambda: interaction.edit_original_response(view=view, attachments=[])
    yield lambda: interaction.followup.send(view=view, ephemeral=True)


def _kept_private(draw: Draw) -> ui.LayoutView:
    view = draw(shared=False)
    if why := worded(NotPostedError()):
        view.add_item(ui.TextDisplay(f"**{why.title}.** {why.text}"))
    return view


async def _posted(interaction: Interaction, draw: Draw, plainer: Draw | None) -> bool:
    """Whether everyone can see it now: Discord may refuse, or keep it to the one who asked."""
    refusal, message = await refused(interaction, _post(interaction, draw))
    if refusal and plainer and _is_for_content(refusal):
        _, message = await refused(interaction, _post(interaction, plainer))
    return message is not None and not message.flags.ephemeral


async def _post(interaction: Interaction, draw: Draw) -> discord.WebhookMessage:
    return await interaction.followup.send(view=draw(shared=True), ephemeral=False, wait=True)


async def _told(interaction: Interaction) -> None:
    """Note that the user has an answer, and tell beside it what earlier ones could not."""
    interaction.extras[ANSWERED] = True
    untold = interaction.client.untold.take(interaction.user.id)
    if untold and await _refusal(interaction, interaction.followup.send(view=earlier_view(untold), ephemeral=True)):
        for deed in untold:
            _keep(interaction, deed)


def _keep(interaction: Interaction, deed: Done) -> None:
    log.warning("what was done could not be told: the next answer tells it", interaction=interaction.id)
    interaction.client.untold.keep(interaction.user.id, deed)


# --- how Discord refuses -----------------------------------------------------------------------------------------


async def refused(interaction: Interaction, message: Awaitable[M]) -> tuple[Exception | None, M | None]:
    """How Discord refused a message, or what came of it. A fault of ours counts as well: what was done is told."""
    try:
        return None, await _in_time(message)
    except REFUSALS as refusal:
        log.info("Discord did not take a message", **_about(interaction, refusal))
        return refusal, None
    except Exception as fault:
        log.exception("a message could not be made", interaction=interaction.id)
        return fault, None


def is_forbidden(refusal: Exception | None) -> bool:
    """Whether the user, or whoever runs the server, does not want the message."""
    return isinstance(refusal, discord.Forbidden) or getattr(refusal, "code", 0) == CANNOT_MESSAGE


async def _refusal(interaction: Interaction, message: Awaitable[Any]) -> Exception | None:
    return (await refused(interaction, message))[0]


def _is_for_content(refusal: Exception) -> bool:
    """Whether the same message may take something else."""
    if isinstance(refusal, discord.HTTPException):
        return refusal.status in CONTENT
    return not isinstance(refusal, REFUSALS)


def _about(interaction: Interaction, refusal: Exception) -> dict[str, Any]:
    """What the log may know of a refusal: Discord's text could repeat what a user wrote."""
    about: dict[str, Any] = {"interaction": interaction.id, "error": type(refusal).__name__}
    if isinstance(refusal, discord.HTTPException):
        about |= {"status": refusal.status, "code": refusal.code}
    return about
