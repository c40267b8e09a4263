"""What was done for users and could not be told yet; in memory only, and not without bounds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from discord import ui

from cogs.ui.layout import TEXT_LIMIT, notice, remark
from cogs.ui.markdown import Markdown
from cogs.ui.words import Said, small
from locales.text import Text
from services.text import units

MOST_USERS = 1000
MOST_EACH = 5
SPACE = TEXT_LIMIT - 200  # beside a heading and what is said below


@dataclass(frozen=True, slots=True, eq=False)
class Done:
    """What was done, in words that Discord has no reason to refuse: no pictures, nothing that users wrote."""

    title: Said
    text: Said | None = None

    @property
    def view(self) -> ui.LayoutView:
        """The plainest way to tell it."""
        return notice(self.title, self.text)

    @property
    def remark(self) -> Markdown:
        """The same, to be told beside something else."""
        return remark(self.title, self.text)


class Untold:
    """By user, the newest of each; where there are many users, those who have waited longest are forgotten."""

    def __init__(self) -> None:
        self._kept: dict[int, list[Done]] = {}

    def keep(self, user_id: int, done: Done) -> None:
        """Keep it for the next answer to this user."""
        kept = self._kept.pop(user_id, [])
        self._kept[user_id] = [*kept, done][-MOST_EACH:]
        while len(self._kept) > MOST_USERS:
            del self._kept[next(iter(self._kept))]

    def take(self, user_id: int) -> list[Done]:
        """All there is for this user, which is nothing afterwards."""
        return self._kept.pop(user_id, [])


def parted(told: Sequence[Done]) -> Iterator[list[Done]]:
    """What fits into a message each, in its order."""
    part: list[Done] = []
    for done in told:
        if part and sum(units(one.remark) + 2 for one in (*part, done)) > SPACE:
            yield part
            part = []
        part.append(done)
    if part:
        yield part


def earlier_view(untold: list[Done]) -> ui.LayoutView:
    """What Discord did not let through at the time."""
    return notice(
        Text("Earlier"),
        *(done.remark for done in untold),
        small(Text("This was done, but Discord did not take the message that should have said so.")),
    )


def ended_view(ended: list[Done]) -> ui.LayoutView:
    """What has come to an end in the background."""
    return notice(Text("Meanwhile"), *(done.remark for done in ended))
