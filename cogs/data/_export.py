"""What an export looks like. Pure functions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from discord import ui

from cogs.ui.actions import ActionButton
from cogs.ui.layout import WARNING, notice
from cogs.ui.words import small
from locales.text import Plural, Text
from services.data import Export

MOST_MESSAGES = 4
"""Messages with files: an app that only its user has installed may send five more than the answer."""
MOST_FILES = 10  # Discord's, of a message
EVERYWHERE = 8_000_000
"""Bytes of a file that Discord takes wherever it is sent, whatever it announces: by its documents 10 MiB."""

_INSIDE = Text(
    "It is readable JSON; `manifest.json` tells what is where. The deletehashes of your anonymous uploads are in it: "
    "whoever has one can change or delete that picture, so keep the file to yourself. Tokens are never in it."
)


def file_names(export: Export) -> list[str]:
    """What the files are called."""
    name = f"imgur-bot-data-{export.made_at:%Y-%m-%d}"
    if len(export.parts) == 1:
        return [f"{name}.zip"]
    return [f"{name}-part-{number}-of-{len(export.parts)}.zip" for number in range(1, len(export.parts) + 1)]


def spread(names: Sequence[str]) -> Iterator[Sequence[str]]:
    """The files of each message: one, as long as there are enough messages."""
    each = min(-(-len(names) // MOST_MESSAGES), MOST_FILES)
    return (names[start : start + each] for start in range(0, len(names), each))


def export_view(export: Export) -> ui.LayoutView:
    """All of it is in one file, which this shows."""
    view = notice(Text("Everything that is held about you"), _count(export), small(_INSIDE))
    view.add_item(ui.File(f"attachment://{file_names(export)[0]}"))
    return view


def parts_view(export: Export) -> ui.LayoutView:
    """What is to come, in several files."""
    return notice(
        Text("Everything that is held about you"),
        _count(export),
        Plural(
            "Discord takes no larger file here, so it comes in {count} file, below.",
            "Discord takes no larger file here, so it comes in {count} files, below. Each opens by itself.",
            len(export.parts),
        ),
        small(_INSIDE),
    )


def part_view(names: Sequence[str]) -> ui.LayoutView:
    """Some of the files."""
    view = ui.LayoutView(timeout=None)
    for name in names:
        view.add_item(ui.File(f"attachment://{name}"))
    return view


def lost_view(export: Export, lost: int) -> ui.LayoutView:
    """Discord did not take all of the files."""
    return notice(
        Text("Not all of it got through"),
        Text(
            "Discord did not take {lost} of {count} files. Try again in a moment.", lost=lost, count=len(export.parts)
        ),
        colour=WARNING,
    )


def export_button(owner: int) -> ActionButton:
    """Has an export made."""
    return ActionButton("data-export", owner, label=Text("Export my data"))


def _count(export: Export) -> Plural:
    return Plural("{count} record, made just now.", "{count} records, made just now.", export.rows)
