"""Acknowledging and answering a command or a press.

Doing and telling are two things. Discord may refuse any message: for a word or a picture in it, because it is gone, or
because Discord itself is in trouble. Once something was done, say so with `done` and then answer: however the answer
fares, nobody is told that it went wrong. It is told plainly instead, in another message if need be, and if nothing gets
through, beside the next answer to that user.
"""

from __future__ import annotations

import asyncio
import io
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any, Protocol, TypeAlias, TypeVar

import discord
import structlog
from discord import InteractionResponseType, ui
from discord.app_commands import Choice

from cogs.calls import PASSES, REFUSALS, at_most_once, is_lost, may_be_done
from cogs.ui.layout import notice, shown, trouble
from cogs.ui.posts import posted, settled, spot_of
from cogs.ui.untold import Done, earlier_view, ended_view, parted
from cogs.ui.words import OPTION_LIMIT, Said, label
from errors import (
    AcknowledgementLostError,
    AnswerRefusedError,
    BotError,
    NotAcknowledgedError,
    NotPostedError,
    PostUncertainError,
)
from imgur.models import Item
from locales.rendering import in_public
from locales.text import Text
from services.library.suggestions import Suggestion
from services.quota.caller import Caller, Wait, call_patiently
from services.words.waiting import waiting_words

log = structlog.get_logger(__name__)

M = TypeVar("M")
Interaction: TypeAlias = discord.Interaction[Any]

PATIENCE = 10.0  # seconds for one message; discord.py alone would try for half a minute
FILES_PATIENCE = 120.0  # for one with files
AGAIN = (0.1, 0.5, 1.0)  # seconds before a call is made again whose answer was lost
CANNOT_MESSAGE = 50007
UNKNOWN, ACKNOWLEDGED = 10062, 40060  # what Discord says of an interaction that is too old, or has its answer
CONTENT = frozenset({400, 413})

COMMAND_WAITS = 720.0  # seconds
SAME = timedelta(seconds=3)
"""So much a moment may move that is reckoned anew, without being told anew."""
PRESS_WAITS = 5.0

IN_PLACE = "in place"
LOST = "lost"
DONE = "done"
FOLLOWED = "followed"
MOST_FOLLOWED = 5
ANSWERED = "answered"
WAITS = "waits"


class Draw(Protocol):
    """Draws an answer afresh: for its owner alone, or for everyone."""

    def __call__(self, *, shared: bool) -> ui.LayoutView:
        """Draw it."""


# --- acknowledging -----------------------------------------------------------------------------------------------


async def acknowledge(interaction: Interaction) -> int | None:
    """Tell Discord, before anything is done, that a private answer is coming. It has 15 minutes from then.

    Until it comes it shows what is waited for, which may take a while: Imgur's limit.
    Gives the id of the message that the answer will be, if Discord told it. Like all that acknowledge, raises
    NotAcknowledgedError where Discord takes no answer any more: whoever does nothing before does nothing twice.
    """
    defer = partial(interaction.response.defer, ephemeral=True, thinking=True)
    response = await _acknowledged(interaction, defer)
    call_patiently(asyncio.get_running_loop().time() + COMMAND_WAITS, partial(_shown_wait, interaction))
    return response.message_id if response else None


async def acknowledge_press(interaction: Interaction) -> None:
    """Tell Discord that the answer replaces the message pressed on; an error stands beside it."""
    await _acknowledged(interaction, interaction.response.defer)
    if is_public(interaction):
        await settled(interaction)


async def acknowledge_in_place(interaction: Interaction) -> int | None:
    """Tell Discord that the answer to a press replaces the message pressed on, an error as well.

    Gives the id of that message.
    """
    in_place(interaction)
    await acknowledge_press(interaction)
    return interaction.message.id if interaction.message else None


def in_place(interaction: Interaction) -> None:
    """From here on, an error replaces the message that was pressed on as well."""
    interaction.extras[IN_PLACE] = True


async def open_form(interaction: Interaction, form: ui.Modal) -> None:
    """Answer with a form."""
    with suppress(AcknowledgementLostError):  # it is open then
        await _acknowledged(interaction, partial(interaction.response.send_modal, form))


async def suggest(interaction: Interaction, found: Iterable[Suggestion]) -> list[Choice[str]]:
    """Answer an autocompletion; for its method to return. One that comes too late ends there."""
    choices = [Choice(name=label(one.name, OPTION_LIMIT), value=one.value) for one in found]
    try:
        await _acknowledged(interaction, partial(interaction.response.autocomplete, choices))
    except (NotAcknowledgedError, AnswerRefusedError, AcknowledgementLostError):
        raise asyncio.CancelledError from None  # of any other error discord.py would log the traceback
    return choices


async def _in_time(call: Awaitable[M], seconds: float | None = None) -> M:
    async with asyncio.timeout(PATIENCE if seconds is None else seconds):
        return await call


async def _acknowledged(interaction: Interaction, call: Callable[[], Awaitable[M]]) -> M:
    """Give Discord its one acknowledgement, again where its answer was lost.

    Raises AcknowledgementLostError if there is one by then: it may be ours, or that of another process, which works on
    it. Nobody does the same twice for that.
    """
    is_second = False
    for pause in (*AGAIN, None):
        try:
            return await _in_time(call())
        except REFUSALS as refusal:
            if not is_lost(refusal) or pause is None:
                raise _unacknowledged(interaction, refusal, is_second=is_second) from None
            is_second = is_second or may_be_done(refusal)
        await asyncio.sleep(pause)
    raise AssertionError("unreachable")


def _unacknowledged(interaction: Interaction, refusal: Exception, *, is_second: bool) -> BotError:
    code = getattr(refusal, "code", 0)
    log.info("an interaction could not be acknowledged, nothing was done", **_about(interaction, refusal))
    if code == ACKNOWLEDGED and is_second:
        interaction.extras[LOST] = True
        return AcknowledgementLostError()
    if _is_for_content(refusal) and code not in {UNKNOWN, ACKNOWLEDGED}:
        return AnswerRefusedError()  # of a form: there can still be words
    return NotAcknowledgedError()


# --- answering ---------------------------------------------------------------------------------------------------


def is_public(interaction: Interaction) -> bool:
    """Whether a press was on a message that others see as well."""
    return interaction.message is not None and not interaction.message.flags.ephemeral


def done(interaction: Interaction, title: Said, text: Said | None = None) -> None:
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
    refusal = await _edited(interaction, view)
    if refusal is None or await _answered_otherwise(interaction, refusal, view, plainer):
        await _told(interaction)


async def answer_or_share(
    interaction: Interaction,
    draw: Draw,
    *,
    share: bool,
    plainer: Draw | None = None,
    items: Sequence[Item],
) -> bool:
    """Answer privately; with `share`, post it for everyone and say so privately. Where that fails, it stays private.

    Whether everyone can see it. `items` are what it shows.

    The private message is edited first: Discord takes the first follow-up to a deferral for that edit.
    """
    if not share:
        await answer(interaction, draw(shared=False), plainer=partial(plainer, shared=False) if plainer else None)
        return False
    why: Exception | None = await _forbidden(interaction, items)
    if why is None:
        deed = what_was_done(interaction)
        await answer(
            interaction, notice(Text("Shared"), Text("Everyone here can see it below."), deed.text if deed else None)
        )
        why = await _forbidden(interaction, items) or await _unposted(interaction, draw, plainer, items)
    if why is not None:
        private = partial(_kept_private, why=why)
        await answer(interaction, private(draw), plainer=partial(private, plainer) if plainer else None)
    return why is None


async def answer_on(interaction: Interaction, view: ui.LayoutView) -> bool:
    """Say more privately, in another message; whether Discord took it."""
    return await _followed(interaction, view) is None


async def hand_over(interaction: Interaction, view: ui.LayoutView, files: Mapping[str, bytes]) -> None:
    """Answer privately with files, which the view shows. Raises AnswerRefusedError where Discord does not take them."""

    def send() -> Awaitable[Any]:
        return interaction.edit_original_response(view=view, attachments=_attached(files))

    refusal, _ = await refused(interaction, send, again=True, patience=FILES_PATIENCE)
    if refusal is not None:
        raise AnswerRefusedError from refusal
    await _told(interaction)


async def hand_on(interaction: Interaction, view: ui.LayoutView, files: Mapping[str, bytes]) -> bool:
    """The same in another private message; whether Discord took it."""

    def send() -> Awaitable[Any]:
        return interaction.followup.send(view=view, files=_attached(files), ephemeral=True)

    return (await refused(interaction, send, patience=FILES_PATIENCE))[0] is None


def _attached(files: Mapping[str, bytes]) -> list[discord.File]:
    """Each can be sent once."""
    return [discord.File(io.BytesIO(data), name) for name, data in files.items()]


async def progress(interaction: Interaction, view: ui.LayoutView) -> bool:
    """Show how far it is; whether Discord took it. That it refuses to show it matters to nothing."""
    return await _refusal(interaction, partial(interaction.edit_original_response, view=view)) is None


def on_behalf(interaction: Interaction) -> Caller:
    """For whom Imgur is called: what is typed waits for no credits, a press for a moment, `acknowledge` allows more."""
    is_press = interaction.type is not discord.InteractionType.autocomplete
    user = 0 if interaction.user is discord.utils.MISSING else interaction.user.id  # the door refuses who is nobody
    return Caller(user, patience=PRESS_WAITS if is_press else 0.0, since=datetime.now(UTC))


async def _shown_wait(interaction: Interaction, wait: Wait) -> None:
    if is_answered(interaction) or not is_other(wait, interaction.extras.get(WAITS)):
        return
    await waits(interaction)
    said = waiting_words(wait)
    if await progress(interaction, notice(said.title, said.text)):  # else at the next look
        interaction.extras[WAITS] = wait


async def waits(interaction: Interaction) -> None:
    """Have it on record before it is shown: who is killed meanwhile does not go on by itself. Never raises."""
    await interaction.client.services.changes.waits(interaction.user.id)


def is_other(wait: Wait, shown: Wait | None) -> bool:
    """Whether it is worth showing, as a wait that is not what was shown."""
    return shown is None or wait.before != shown.before or abs(wait.until - shown.until) > SAME


async def tell(interaction: Interaction, view: ui.LayoutView) -> bool:
    """Say something privately, whatever state the interaction is in; whether it got through."""
    for say, again in _ways(interaction, view):
        if await _refusal(interaction, say, again=again) is None:
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
    await _refusal(interaction, partial(channel.get_partial_message(message_id).edit, view=view), again=True)


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
    if content and plain and await _edited(interaction, plain) is None:
        return True
    other = deed.view if deed else plain if content else view
    if other and await _followed(interaction, other) is None:
        return True
    if deed is None:
        raise AnswerRefusedError from refusal
    _keep(interaction, deed)
    return False


def _ways(interaction: Interaction, view: ui.LayoutView) -> Iterator[tuple[Callable[[], Awaitable[Any]], bool]]:
    """How to say it, one after the other, and whether that does no harm twice."""
    response = interaction.response
    if response.is_done() or LOST in interaction.extras:
        if response.type is InteractionResponseType.deferred_channel_message or IN_PLACE in interaction.extras:
            yield partial(interaction.edit_original_response, view=view, attachments=[]), True
        yield partial(interaction.followup.send, view=view, ephemeral=True), False
    else:
        yield partial(response.send_message, view=view, ephemeral=True), True


def _kept_private(draw: Draw, *, why: Exception) -> ui.LayoutView:
    view = draw(shared=False)
    view.add_item(shown(trouble(why)))
    return view


async def _forbidden(interaction: Interaction, items: Sequence[Item]) -> Exception | None:
    """Why the server does not want it: asked now, as it may have said so since the command was given, or since then."""
    await settled(interaction)
    why: Exception | None = await interaction.client.services.sharing.forbids(spot_of(interaction), items)
    return why


async def _unposted(
    interaction: Interaction, draw: Draw, plainer: Draw | None, items: Sequence[Item]
) -> BotError | None:
    """Post it for everyone; why they cannot see it: Discord may refuse, or keep it to the one who asked."""
    if _has_no_follow_up(interaction):
        return NotPostedError()
    refusal, message = await refused(interaction, partial(_post, interaction, draw))
    if refusal and plainer and _is_for_content(refusal):
        refusal, message = await refused(interaction, partial(_post, interaction, plainer))
    if refusal and may_be_done(refusal):
        return PostUncertainError()
    if message is None or message.flags.ephemeral:
        return NotPostedError()
    await posted(interaction, message.id, items)
    return None


def _has_no_follow_up(interaction: Interaction) -> bool:
    """Whether Discord takes none any more, as only users have installed the bot here; if it does, one less."""
    sent = interaction.extras.get(FOLLOWED, 0)
    interaction.extras[FOLLOWED] = sent + 1
    return sent >= MOST_FOLLOWED and not interaction.is_guild_integration()


async def _post(interaction: Interaction, draw: Draw) -> discord.WebhookMessage:
    with in_public():
        view = draw(shared=True)
    with at_most_once():
        return await interaction.followup.send(view=view, ephemeral=False, wait=True)


async def _told(interaction: Interaction) -> None:
    """Note that the user has an answer, and tell beside it what earlier ones could not and what has ended."""
    interaction.extras[ANSWERED] = True
    ended = await interaction.client.outcomes(interaction.user.id)
    for told, view in ((interaction.client.untold.take(interaction.user.id), earlier_view), (ended, ended_view)):
        for part in parted(told):
            if await _followed(interaction, view(part)):
                for deed in part:
                    _keep(interaction, deed)


def _keep(interaction: Interaction, deed: Done) -> None:
    log.warning("what was done could not be told: the next answer tells it", interaction=interaction.id)
    interaction.client.untold.keep(interaction.user.id, deed)


# --- how Discord refuses -----------------------------------------------------------------------------------------


async def refused(
    interaction: Interaction, call: Callable[[], Awaitable[M]], *, again: bool = False, patience: float | None = None
) -> tuple[Exception | None, M | None]:
    """How Discord refused a message, or what came of it. A fault of ours counts as well: what was done is told.

    `again` says that it does no harm twice: where the connection was cut, it is tried again.
    """
    is_second = False
    for pause in (*AGAIN, None):
        try:
            return None, await _in_time(call(), patience)
        except REFUSALS as refusal:
            if is_second and getattr(refusal, "code", 0) == ACKNOWLEDGED:
                return None, None  # what it answers with was taken the first time
            is_second = is_second or may_be_done(refusal)
            is_final = not is_lost(refusal) or isinstance(refusal, TimeoutError | discord.HTTPException)
            if pause is None or not again or is_final:
                log.info("Discord did not take a message", **_about(interaction, refusal))
                return refusal, None
        except Exception as fault:
            log.exception("a message could not be made", interaction=interaction.id)
            return fault, None
        await asyncio.sleep(pause)
    raise AssertionError("unreachable")


def is_forbidden(refusal: Exception | None) -> bool:
    """Whether the user, or whoever runs the server, does not want the message."""
    code = getattr(refusal, "code", 0)
    return code == CANNOT_MESSAGE or (isinstance(refusal, discord.Forbidden) and code not in PASSES)


async def _edited(interaction: Interaction, view: ui.LayoutView) -> Exception | None:
    return await _refusal(interaction, partial(interaction.edit_original_response, view=view), again=True)


async def _followed(interaction: Interaction, view: ui.LayoutView) -> Exception | None:
    if _has_no_follow_up(interaction):
        return NotPostedError()
    return await _refusal(interaction, partial(interaction.followup.send, view=view, ephemeral=True))


async def _refusal(
    interaction: Interaction, call: Callable[[], Awaitable[Any]], *, again: bool = False
) -> Exception | None:
    return (await refused(interaction, call, again=again))[0]


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
