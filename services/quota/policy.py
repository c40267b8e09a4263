"""How credits are shared out while they are scarce. Pure.

What is scarce is seen by the time: as long as at least as much is left of a window as of its time, nobody is held back.
Behind that, whoever has used more than an equal part waits first, and work in the background yields to commands, apart
from a small share of its own, which is kept for it after a window in which nothing was left. What is left at the very
end is for those who have used little.
"""

from __future__ import annotations

from services.quota.caller import Priority
from storage.models import Floor, Standing

RESERVE = 5
"""Of the application's day, for what is on its way while Imgur's own count turns."""
RESERVED = (0.0, 0.02, 0.05, 0.12, 0.3)
"""The same as parts of the whole, by the overruns of the month: the fifth would block the application."""
MODESTY = 0.25
"""For each credit used, how many must be left for others: one user alone can have four fifths of a window."""
PACE = 0.8
"""Of what an even use would have left by now, how much must be there for whoever has used many times an equal part."""
FEW = 4.0
"""That many times."""
BACKGROUND_SHARE = 0.05
FOR_COMMANDS, FOR_THE_USER = 0.8, 0.5
"""Of what an even use would have left by now, what the background leaves beyond its share: to all, to its own user."""


def reserved(standing: Standing) -> int:
    """What nobody may take of the application's day."""
    return max(RESERVE, round(standing.limit * RESERVED[min(standing.overruns, len(RESERVED) - 1)]))


def floor(priority: Priority, standing: Standing, *, is_shared: bool, is_application: bool) -> Floor:
    """How much must be left after a call. `is_shared`: the allowance is not one account's alone."""
    kept = reserved(standing) if is_application else 0
    if priority is Priority.BACKGROUND:
        if standing.background < BACKGROUND_SHARE * standing.limit:
            return Floor(kept)
        return Floor(kept, standing.limit * (FOR_COMMANDS if is_shared else FOR_THE_USER))
    if standing.hungry:
        spared = max(BACKGROUND_SHARE * standing.limit - standing.background, 0.0)
        kept += round(spared * standing.left)
    users = standing.users - (standing.background > 0)
    if not is_shared and users <= 1:
        return Floor(kept)
    equal = standing.limit / max(users, 1)
    beyond = min(max(standing.used / equal - 1, 0.0) / (FEW - 1), 1.0)
    return Floor(kept, standing.limit * PACE * beyond, round(MODESTY * standing.used))


def seconds_until(calls: int, standing: Standing, floor: Floor) -> float:
    """In about how long so many calls are through that leave what `floor` says, if nobody else calls."""

    def within(calls: int, remaining: int, left: float) -> float | None:
        """In this part of a window; None where it has not as many."""
        spare = remaining - floor.kept - calls
        if spare < 0:
            return None
        latest = min((spare / floor.paced) ** 2, 1.0) if floor.paced else 1.0
        return max(left - latest, 0.0) * standing.seconds

    now = within(calls, standing.remaining, standing.left)
    if now is not None:
        return now
    a_window = max(standing.limit - floor.kept, 1)
    windows, last = divmod(calls - max(standing.remaining - floor.kept, 0), a_window)
    return (standing.left + windows) * standing.seconds + (within(last, standing.limit, 1.0) or 0.0)
