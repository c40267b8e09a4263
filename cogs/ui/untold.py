"""What was done for users and could not be told yet; in memory only, and not without bounds."""

from __future__ import annotations

from dataclasses import dataclass

from discord import ui

from cogs.ui.layout import notice

MOST_USERS = 1000
MOST_EACH = 5


@dataclass(frozen=True, slots=True, eq=False)
class Done:
    """What was done, in words that Discord has no reason to refuse: no pictures, nothing that users wrote."""

    title: str
    text: str = ""

    @property
    def view(self) -> ui.LayoutView:
        """The plainest way to tell it."""
        return notice(self.title, self.text)


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


def earlier_view(untold: list[Done]) -> ui.LayoutView:
    """What Discord did not let through at the time."""
    return notice(
        "Earlier",
        *(f"**{done.title}.** {done.text}".rstrip() for done in untold),
        "-# This was done, but Discord did not take the message that should have said so.",
    )


def ended_view(ended: list[Done]) -> ui.LayoutView:
    """What has come to an end in the background."""
    return notice("Meanwhile", *(f"**{done.title}.** {done.text}".rstrip() for done in ended))
