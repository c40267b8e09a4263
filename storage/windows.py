"""What happens to an allowance in its window: pure steps, for whichever ledger keeps them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from storage.models import Allowance, Standing, Told

SANE_LIMIT = 10_000_000
PART = timedelta(seconds=1)
"""Imgur tells whole seconds; so much longer may it be, and whoever comes before that is one too many."""
TURNED = 0.5
"""Of a limit: if more than this comes back, Imgur has begun a new window. Never are so many calls on their way."""


@dataclass(frozen=True, slots=True)
class Window:
    """One allowance between two resets. `number` tells a scope's windows apart; `was_told` if Imgur spoke of it."""

    number: int
    limit: int
    remaining: int
    begun_at: datetime
    resets_at: datetime
    was_told: bool = False
    paused_until: datetime | None = None
    users: int = 0

    def standing(self, now: datetime, *, used: int, background: int, hungry: bool, overruns: int) -> Standing:
        """How it stands for a user."""
        whole = (self.resets_at - self.begun_at).total_seconds()
        left = (self.resets_at - now).total_seconds() / whole if whole > 0 else 0.0
        return Standing(
            self.limit,
            self.remaining,
            self.resets_at,
            whole,
            used=used,
            users=self.users,
            background=background,
            hungry=hungry,
            left=min(max(left, 0.0), 1.0),
            overruns=overruns,
            paused_until=self.paused_until if self.is_paused(now) else None,
            was_told=self.was_told,
        )

    def is_paused(self, now: datetime) -> bool:
        """Whether Imgur wants nothing of this for now."""
        return self.paused_until is not None and self.paused_until > now

    def is_ahead_of(self, now: datetime) -> bool:
        """Whether the clock was put back since this began."""
        return self.begun_at > now and self.resets_at > now

    def told(self, told: Told, now: datetime, before: int) -> Window:
        """The same after an answer to a call that was sent in this window, when `before` was known to be left.

        What is left never rises, or answers that come in another order than their calls would make credit out of
        nothing; only Imgur's first word replaces what was assumed. But if more than half of the whole came back since
        the call was sent, Imgur's own window has ended before ours, and the next begins; not since the last answer, as
        one that took its time, to an upload or a process that stood still, was given before others used so much. The
        end never moves back, or it would never come: the header has been seen to give the whole length each time. Only
        the first word moves it, as Imgur's window begins with the first call that it counts. What makes no sense is
        left out.
        """
        limit = told.limit if told.limit is not None and 0 < told.limit <= SANE_LIMIT else self.limit
        left = told.remaining if told.remaining is not None and told.remaining <= limit else None
        assumed = self.remaining if self.was_told else limit - (self.limit - self.remaining)
        length = self.resets_at - self.begun_at
        end = self.resets_at if self.was_told or left is None else now + length
        if told.resets_at is not None and told.resets_at > now:
            end = min(end, told.resets_at + PART)
        known = replace(self, limit=limit, begun_at=end - length, resets_at=end)
        if left is None:
            return replace(known, remaining=min(assumed, limit))
        if self.was_told and left - max(assumed, before) > limit * TURNED:
            return Window(
                self.number + 1, limit, left, now, now + length, was_told=True, paused_until=self.paused_until
            )
        return replace(known, remaining=min(assumed, left), was_told=True)

    def paused(self, until: datetime) -> Window:
        """The same while Imgur wants to be left alone; of several pauses the longest counts."""
        return replace(self, paused_until=max(self.paused_until or until, until))


def present(window: Window | None, allowance: Allowance, now: datetime) -> Window:
    """The window of now: the one that was, or the next, full again; a pause outlasts a reset."""
    if window is not None and now < window.resets_at:
        if not window.is_ahead_of(now):
            return window
        # The clock was put back: it begins now, so that neither it nor a pause lasts until the clock has caught up.
        length = min(window.resets_at - window.begun_at, timedelta(seconds=allowance.seconds))
        pause = window.paused_until and window.paused_until - (window.begun_at - now)
        return replace(window, begun_at=now, resets_at=now + length, paused_until=pause)
    return Window(
        number=window.number + 1 if window else 1,
        limit=window.limit if window and window.was_told else allowance.limit,
        remaining=window.limit if window and window.was_told else allowance.limit,
        begun_at=now,
        resets_at=now + timedelta(seconds=allowance.seconds),
        paused_until=window.paused_until if window and window.is_paused(now) else None,
    )
