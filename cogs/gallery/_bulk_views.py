"""What is asked before something is done to several, and how far it is. Pure functions."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

import discord
from discord import ui

from cogs.ui.actions import ActionButton, ActionSelect, option
from cogs.ui.forms import Form, field
from cogs.ui.layout import COLOUR, WARNING, Control, heading, notice, rows, shown
from cogs.ui.markdown import Markdown, plain
from cogs.ui.words import Said, and_more, bullet, joined, small
from imgur.models import TITLE_LIMIT
from locales.text import Plural, Text, in_seconds, sentences
from services.bulk import Question, State
from services.bulk.words import ended, summary
from services.library.suggestions import Suggestion
from services.selection import Deed, Obstacle, Selected, Sorted
from services.text import units
from services.words import Words

NAMED = 15  # items of a question that are named one by one, or fewer where they would not fit
SPACE = 2800  # units of text that they may take: a message holds 4,000 in all
TITLE = 80
LONG = 3.0  # seconds of a wait that is worth telling
FINAL = Text("They disappear from Imgur for everyone, and nobody can bring them back.")
_UNDER_WAY: Mapping[Deed, Callable[[int], Text]] = {
    Deed.DELETE: lambda count: Plural("Deleting {count} picture", "Deleting {count} pictures", count),
    Deed.FAVORITE: lambda count: Plural(
        "Adding to your favorites: {count} picture", "Adding to your favorites: {count} pictures", count
    ),
    Deed.ADD: lambda count: Plural("Adding {count} picture", "Adding {count} pictures", count),
    Deed.ADOPT: lambda count: Plural(
        "Bringing {count} picture into your account", "Bringing {count} pictures into your account", count
    ),
}
_ASK_ONE_BY_ONE = Text("whose they are has to be asked of Imgur one by one. Select fewer at a time.")
_WHY = {
    (Deed.DELETE, Obstacle.ALBUM): Text("/imgur album delete deletes an album."),
    (Deed.DELETE, Obstacle.FOREIGN): Text("only whoever uploaded a picture can delete it."),
    (Deed.DELETE, Obstacle.UNKNOWN): _ASK_ONE_BY_ONE,
    (Deed.ADD, Obstacle.UNKNOWN): _ASK_ONE_BY_ONE,
    (Deed.ADD, Obstacle.ALBUM): Text("an album cannot be put into another."),
    (Deed.ADD, Obstacle.FOREIGN): Text("Imgur puts only pictures of your account into your albums."),
    (Deed.ADD, Obstacle.ANONYMOUS): Text("what was uploaded without an account goes into no account's album."),
}
_LEFT_OUT: Mapping[Obstacle, Callable[[int, Text], Text]] = {
    Obstacle.ALBUM: lambda count, why: Plural(
        "**{count} album** is left out: {why}", "**{count} albums** are left out: {why}", count, why=why
    ),
    Obstacle.FOREIGN: lambda count, why: Plural(
        "**{count} picture of somebody else** is left out: {why}",
        "**{count} pictures of others** are left out: {why}",
        count,
        why=why,
    ),
    Obstacle.UNKNOWN: lambda count, why: Plural(
        "**{count} picture** is left out: {why}", "**{count} pictures** are left out: {why}", count, why=why
    ),
    Obstacle.ANONYMOUS: lambda count, why: Plural(
        "**{count} anonymous upload** is left out: {why}",
        "**{count} anonymous uploads** are left out: {why}",
        count,
        why=why,
    ),
}


class NewAlbum(Form):
    """Asks for an album's title."""

    def __init__(self, owner: int, question: str) -> None:
        super().__init__("bulk-named", owner, question, title=Text("Add to an album"))
        name: ui.TextInput[NewAlbum] = ui.TextInput(custom_id="title", max_length=TITLE_LIMIT)
        self.add_item(field(Text("Its title"), name, Text("Of a new album, or of one that you have.")))


def question_view(question: Question, owner: int, *, bare: bool = False) -> ui.LayoutView:
    """Asks before deleting: how many, which, and why not the rest. `bare` leaves out what users wrote."""
    items = question.sorted.can
    controls = [
        ActionButton("bulk-keep", owner, question.id, label=Text("Keep")),
        ActionButton(
            "bulk-confirm",
            owner,
            question.id,
            label=Plural("Delete {count} for good", "Delete {count} for good", len(items)),
            style=discord.ButtonStyle.danger,
        ),
    ]
    return notice(
        Plural("Delete {count} picture?", "Delete {count} pictures?", len(items)),
        named_items(items, bare=bare),
        FINAL,
        joined("\n", _rest(question.sorted)),
        controls=controls,
        colour=WARNING,
    )


def pick_album_view(
    question: Question, owner: int, albums: Sequence[Suggestion], *, bare: bool = False
) -> ui.LayoutView:
    """Asks for the album."""
    items = question.sorted.can
    text: list[Said] = [
        heading(Plural("Add {count} picture to an album", "Add {count} pictures to an album", len(items))),
        named_items(items, bare=bare),
        joined("\n", _rest(question.sorted)),
        Text(
            "Pick one of your albums, or press **New album**; there you can also type the title of one that is not "
            "listed."
        ),
    ]
    options = {
        album.value: option(Markdown(album.value.partition(":")[2]) if bare else album.name, album.value)
        for album in albums
    }
    parts: list[ui.Item[ui.LayoutView]] = [shown(*text)]
    if options:
        menu = ActionSelect(
            "bulk-album", owner, question.id, options=list(options.values()), placeholder=Text("One of your albums…")
        )
        parts.append(ui.ActionRow(menu))
    parts += rows(
        [
            ActionButton("bulk-name", owner, question.id, label=Text("New album…")),
            ActionButton("bulk-keep", owner, question.id, label=Text("Cancel")),
        ]
    )
    view = ui.LayoutView(timeout=None)
    view.add_item(ui.Container(*parts, accent_colour=COLOUR))
    return view


def nothing_view(found: Sorted) -> ui.LayoutView:
    """It can be done with none of them."""
    return notice(Text("That cannot be done with what is selected"), joined("\n", _rest(found)))


def kept_view() -> ui.LayoutView:
    """The answer was no."""
    return notice(Text("Nothing was changed"), Text("All stays as it is."))


def over_view() -> ui.LayoutView:
    """It has ended, and what became of it is not known here any more."""
    return notice(
        Text("This is over"),
        Text("How it ended was said by another answer. If you unlinked meanwhile, it ended with that."),
    )


def state_view(state: State, owner: int, *, bare: bool = False) -> ui.LayoutView:
    """How far it is. `bare` leaves out what users wrote."""
    if state.is_open:
        return _open_view(state, owner, bare=bare)
    told = Words.of(state.job.outcome, state.job.words) if state.job.outcome else _as_told(state)
    controls: list[Control] = []
    if state.is_stopped and state.has_more:
        controls = [
            ActionButton("bulk-on", owner, state.job.id, label=Text("Go on"), style=discord.ButtonStyle.primary),
        ]
    return notice(told.title, None if bare else told.text, _album(state, bare=bare), controls=controls)


def _as_told(state: State) -> Words:
    """What became of it, where that was told before."""
    if state.is_stopped and state.has_more:
        return Words(summary(state.deed, (result for _, result in state.results)))
    return ended(state.deed, state.results)


def _open_view(state: State, owner: int, *, bare: bool) -> ui.LayoutView:
    count = len(state.results)
    lines = [Text("**{done} of {count}** done so far.", done=state.through, count=count)]
    if state.progress.ahead:
        lines.append(Plural("{count} other is served first.", "{count} others are served first.", state.progress.ahead))
    if state.progress.waits > LONG:
        then = in_seconds(state.progress.waits)
        lines.append(Text("Imgur takes no more of it at the moment; it goes on {when}.", when=then))
    title, by_itself = _UNDER_WAY[state.deed](count), Text("It goes on by itself.")
    if state.is_stopping:
        title = Plural("Stopping {count} picture", "Stopping {count} pictures", count)
        by_itself = Text("No more is begun; what is under way ends.")
    controls = [ActionButton("bulk-look", owner, state.job.id, label=Text("How far is it?"))]
    if not state.is_stopping:
        controls.append(ActionButton("bulk-stop", owner, state.job.id, label=Text("Stop")))
    return notice(
        title,
        sentences(*lines),
        _album(state, bare=bare),
        small(sentences(by_itself, Text("How it ends is said here, or by my next answer."))),
        controls=controls,
    )


def _album(state: State, *, bare: bool) -> Text | None:
    return Text("Album: **{album}**", album=plain(state.album, TITLE)) if state.album and not bare else None


def named_items(items: Sequence[Selected], *, bare: bool) -> Markdown:
    """Which, as far as there is room. `bare` leaves out what users wrote."""
    lines, left = [], SPACE
    for item in items[:NAMED]:
        title = "" if bare else plain(item.title, TITLE)
        line = f"- {title} (<{item.page_url}>)" if title else f"- <{item.page_url}>"
        left -= units(line) + 1
        if left < 0:
            break
        lines.append(line)
    if len(items) > len(lines):
        lines.append(bullet(and_more(len(items) - len(lines))))
    return Markdown("\n".join(lines))


def _rest(found: Sorted) -> Iterator[Said]:
    for obstacle, items in found.cannot.items():
        yield _LEFT_OUT[obstacle](len(items), _WHY[found.deed, obstacle])
