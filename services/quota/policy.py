"""How credits are shared out while they are scarce. Pure.

Whoever has used much of a window leaves more for others, so the lighter user is served first; work in the background
keeps a small share that is its own and takes besides only what commands will hardly need before the reset.
"""

from __future__ import annotations

from services.quota.caller import Priority
from storage.models import Standing

RESERVE = 0.02
"""Of the application's day, for calls whose answers are still on their way and for what others use under its id."""
MOST_RESERVED = 0.5
MODESTY = 0.5
"""For each credit used, how many must be left for others: one user alone can have two thirds of a window."""
BACKGROUND_SHARE = 0.05
FOR_COMMANDS = 0.5
"""Of a whole window, what work in the background beyond its share leaves to commands; less as the reset comes near."""


def reserved(standing: Standing) -> int:
    """What nobody may take of the application's day: twice as much after each overrun of the month.

    After the fifth Imgur blocks an application for the rest of the month.
    """
    share: float = min(RESERVE * 2**standing.overruns, MOST_RESERVED)
    return round(standing.limit * share)


def floor(priority: Priority, standing: Standing, *, is_shared: bool, is_application: bool) -> int:
    """How much must be left after a call. `is_shared`: the allowance is not one account's alone."""
    kept = reserved(standing) if is_application else 0
    share = BACKGROUND_SHARE * standing.limit
    if priority is Priority.BACKGROUND:
        if standing.background < share * (1 - standing.left) or standing.background < share / 2:
            return kept
        return kept + round(FOR_COMMANDS * standing.limit * standing.left)
    kept += round(max(share - standing.background, 0.0) * standing.left)
    if is_shared or standing.users > 1:
        kept += round(MODESTY * standing.used)
    return kept
