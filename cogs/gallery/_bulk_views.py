"""What is asked before something is done to several, and how far it is. Pure functions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

import discord
from discord import ui

from cogs.ui.actions import ActionButton, ActionSelect
from cogs.ui.forms import Form
from cogs.ui.layout import COLOUR, WARNING, Control, notice, plain, rows
from imgur.models import TITLE_LIMIT
from services.bulk import Question, State
from services.bulk.words import ended, summary
from services.library.suggestions import Suggestion
from services.messages import picture_count
from services.selection import Deed, Obstacle, Selected, Sorted
from services.text import cut, units

NAMED = 15  # items of a question that are named one by one, or fewer where they would not fit
SPACE = 2800  # units of text that they may take: a message holds 4,000 in all
TITLE = 80
OPTION_LIMIT = 100
LONG = 3.0  # seconds of a wait that is worth telling
FINAL = "They disappear from Imgur for everyone, and nobody can bring them back."
_VERBS = {Deed.DELETE: "Deleting", Deed.FAVORITE: "Adding to your favorites:", Deed.ADD: "Adding"}
_WHY = {
    (Deed.DELETE, Obstacle.ALBUM): "`/imgur album delete` deletes an album.",
    (Deed.DELETE, Obstacle.FOREIGN): "only whoever uploaded a picture can delete it.",
    (Deed.DELETE, Obstacle.UNKNOWN): "whose they are has to be asked of Imgur one by one. Select fewer at a time.",
    (Deed.ADD, Obstacle.UNKNOWN): "whose they are has to be asked of Imgur one by one. Select fewer at a time.",
    (Deed.ADD, Obstacle.ALBUM): "an album cannot be put into another.",
    (Deed.ADD, Obstacle.FOREIGN): "Imgur puts only pictures of your account into your albums.",
    (Deed.ADD, Obstacle.ANONYMOUS): "what was uploaded without an account goes into no account's album.",
}
_WHAT = {
    Obstacle.ALBUM: ("album", "albums"),
    Obstacle.FOREIGN: ("picture of somebody else", "pictures of others"),
    Obstacle.UNKNOWN: ("picture", "pictures"),
    Obstacle.ANONYMOUS: ("anonymous upload", "anonymous uploads"),
}


class NewAlbum(Form):
    """Asks for an album's title."""

    def __init__(self, owner: int, question: str) -> None:
        super().__init__("bulk-named", owner, question, title="Add to an album")
        field: ui.TextInput[NewAlbum] = ui.TextInput(custom_id="title", max_length=TITLE_LIMIT)
        self.add_item(
            ui.Label(
                text="Its title",
                description="Of a new album, or of one that you have.",
                component=field,
            )
        )


def question_view(question: Question, owner: int, *, bare: bool = False) -> ui.LayoutView:
    """Asks before deleting: how many, which, and why not the rest. `bare` leaves out what users wrote."""
    items = question.sorted.can
    controls = [
        ActionButton("bulk-keep", owner, question.id, label="Keep"),
        ActionButton(
            "bulk-confirm",
            owner,
            question.id,
            label=f"Delete {len(items):,} for good",
            style=discord.ButtonStyle.danger,
        ),
    ]
    return notice(
        f"Delete {picture_count(len(items))}?",
        _named(items, bare=bare),
        FINAL,
        "\n".join(_rest(question.sorted)),
        controls=controls,
        colour=WARNING,
    )


def pick_album_view(
    question: Question, owner: int, albums: Sequence[Suggestion], *, bare: bool = False
) -> ui.LayoutView:
    """Asks for the album."""
    items = question.sorted.can
    text = [
        f"### Add {picture_count(len(items))} to an album",
        _named(items, bare=bare),
        "\n".join(_rest(question.sorted)),
        "Pick one of your albums, or press **New album**; there you can also type the title of one that is not listed.",
    ]
    options = {
        album.value: discord.SelectOption(
            label=cut(album.value.partition(":")[2] if bare else album.name, OPTION_LIMIT), value=album.value
        )
        for album in albums
    }
    parts: list[ui.Item[ui.LayoutView]] = [ui.TextDisplay("\n\n".join(filter(None, text)))]
    if options:
        menu = ActionSelect(
            "bulk-album", owner, question.id, options=list(options.values()), placeholder="One of your albums…"
        )
        parts.append(ui.ActionRow(menu))
    parts += rows(
        [
            ActionButton("bulk-name", owner, question.id, label="New album…"),
            ActionButton("bulk-keep", owner, question.id, label="Cancel"),
        ]
    )
    view = ui.LayoutView(timeout=None)
    view.add_item(ui.Container(*parts, accent_colour=COLOUR))
    return view


def nothing_view(found: Sorted) -> ui.LayoutView:
    """It can be done with none of them."""
    return notice("That cannot be done with what is selected", "\n".join(_rest(found)))


def kept_view() -> ui.LayoutView:
    """The answer was no."""
    return notice("Nothing was changed", "All stays as it is.")


def over_view() -> ui.LayoutView:
    """It has ended, and what became of it is not known here any more."""
    return notice(
        "This is over",
        "How it ended was said by another answer. If you unlinked meanwhile, it ended with that.",
    )


def state_view(state: State, owner: int, *, bare: bool = False) -> ui.LayoutView:
    """How far it is. `bare` leaves out what users wrote."""
    if state.is_open:
        return _open_view(state, owner, bare=bare)
    title, text = state.job.outcome or _as_told(state)
    controls: list[Control] = []
    if state.is_stopped:
        controls = [
            ActionButton("bulk-on", owner, state.job.id, label="Go on", style=discord.ButtonStyle.primary),
        ]
    return notice(title, "" if bare else text, _album(state, bare=bare), controls=controls)


def _as_told(state: State) -> tuple[str, str]:
    """What became of it, where that was told before."""
    if state.is_stopped:
        return summary(state.deed, (result for _, result in state.results)), ""
    words = ended(state.deed, state.results)
    return words.title, words.text


def _open_view(state: State, owner: int, *, bare: bool) -> ui.LayoutView:
    lines = [f"**{state.through:,} of {len(state.results):,}** done so far."]
    if state.progress.ahead:
        others = "1 other is" if state.progress.ahead == 1 else f"{state.progress.ahead:,} others are"
        lines.append(f"{others} served first.")
    if state.progress.waits > LONG:
        then = datetime.now(UTC) + timedelta(seconds=state.progress.waits)
        lines.append(f"Imgur takes no more of it at the moment; it goes on {discord.utils.format_dt(then, 'R')}.")
    verb = "Stopping" if state.is_stopping else _VERBS[state.deed]
    by_itself = "No more is begun; what is under way ends." if state.is_stopping else "It goes on by itself."
    controls = [ActionButton("bulk-look", owner, state.job.id, label="How far is it?")]
    if not state.is_stopping:
        controls.append(ActionButton("bulk-stop", owner, state.job.id, label="Stop"))
    return notice(
        f"{verb} {picture_count(len(state.results))}",
        " ".join(lines),
        _album(state, bare=bare),
        f"-# {by_itself} How it ends is said here, or by my next answer.",
        controls=controls,
    )


def _album(state: State, *, bare: bool) -> str:
    return f"Album: **{plain(state.album, TITLE)}**" if state.album and not bare else ""


def _named(items: Sequence[Selected], *, bare: bool) -> str:
    lines, left = [], SPACE
    for item in items[:NAMED]:
        title = "" if bare else plain(item.title, TITLE)
        line = f"- {title} (<{item.page_url}>)" if title else f"- <{item.page_url}>"
        left -= units(line) + 1
        if left < 0:
            break
        lines.append(line)
    if len(items) > len(lines):
        lines.append(f"- and {len(items) - len(lines):,} more")
    return "\n".join(lines)


def _rest(found: Sorted) -> Iterator[str]:
    for obstacle, items in found.cannot.items():
        one, several = _WHAT[obstacle]
        many = f"**1 {one}** is" if len(items) == 1 else f"**{len(items):,} {several}** are"
        yield f"{many} left out: {_WHY[found.deed, obstacle]}"
