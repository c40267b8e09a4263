"""A ledger of credits in memory, for simulations of many calls; the tests of the one in the database hold it too."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from storage.ledger import BACKGROUND, Floors, longest, month_of, refusals_of
from storage.models import Allowance, Grant, Refusal, Standing, Take, Taken, Told
from storage.windows import Window, present


class MemoryLedger:
    """As `storage.ledger.LedgerStore`, for one process."""

    def __init__(self) -> None:
        self._windows: dict[str, Window] = {}
        self._used: dict[str, tuple[int, Counter[int]]] = {}
        self._hungry: dict[str, set[int]] = {}
        self._overruns: dict[tuple[str, int], datetime] = {}

    async def reserve(self, user: int, takes: Sequence[Take], floor: Floors, now: datetime) -> Grant | Refusal:
        """Take all, or nothing."""
        windows = {take.allowance.scope: self._present(take.allowance, now) for take in takes}
        standings = {scope: self._standing(scope, window, user, now) for scope, window in windows.items()}
        if refusals := refusals_of(takes, standings, floor):
            for scope in windows.keys() & self._windows.keys():
                if self._windows[scope].is_ahead_of(now):
                    self._windows[scope] = windows[scope]
            for each in refusals:
                if user == BACKGROUND and each.is_empty:
                    window = self._windows[each.scope] = windows[each.scope]
                    before = {window.number - 1} & self._hungry.get(each.scope, set())
                    self._hungry[each.scope] = before | {window.number}
            return longest(refusals)
        taken: dict[str, Taken] = {}
        for take in takes:
            scope, window = take.allowance.scope, windows[take.allowance.scope]
            new = replace(
                window, remaining=window.remaining - take.cost, users=window.users + (not standings[scope].used)
            )
            self._windows[scope] = new
            if not window.users:
                self._used[scope] = window.number, Counter()
            self._used[scope][1][user] += take.cost
            taken[scope] = Taken(window.number, take.cost, new.remaining)
        return Grant(user, taken)

    async def may(self, user: int, takes: Sequence[Take], floor: Floors, now: datetime) -> Refusal | None:
        """Why it cannot be taken now, if so."""
        windows = {take.allowance.scope: self._present(take.allowance, now) for take in takes}
        standings = {scope: self._standing(scope, window, user, now) for scope, window in windows.items()}
        refusals = refusals_of(takes, standings, floor)
        return longest(refusals) if refusals else None

    async def give_back(self, grant: Grant) -> None:
        """What was granted was not sent."""
        for scope, taken in grant.taken.items():
            window = self._windows.get(scope)
            if window and window.number == taken.number:
                used = self._used[scope][1]
                used[grant.user] -= taken.cost
                users = window.users - (not used[grant.user])
                self._windows[scope] = replace(window, remaining=window.remaining + taken.cost, users=users)

    async def told(self, grant: Grant, told: Mapping[str, Told], now: datetime) -> None:
        """Imgur has answered."""
        for scope, taken in grant.taken.items():
            window = self._windows.get(scope)
            if scope in told and window and window.number == taken.number and now < window.resets_at:
                self._windows[scope] = window.told(told[scope], now, taken.left)

    async def pause(self, allowance: Allowance, until: datetime, now: datetime) -> None:
        """Nothing of this until then."""
        self._windows[allowance.scope] = self._present(allowance, now).paused(until)

    async def overrun(self, allowance: Allowance, now: datetime) -> None:
        """Imgur had to refuse."""
        window = self._windows[allowance.scope] = self._present(allowance, now)
        self._overruns.setdefault((allowance.scope, window.number), now)

    async def standing(self, user: int, allowance: Allowance, now: datetime) -> Standing:
        """How an allowance stands for a user."""
        window = self._present(allowance, now)
        return self._standing(allowance.scope, window, user, now)

    async def tidy(self, now: datetime) -> None:
        """Nothing to forget."""

    def _present(self, allowance: Allowance, now: datetime) -> Window:
        return present(self._windows.get(allowance.scope), allowance, now)

    def _standing(self, scope: str, window: Window, user: int, now: datetime) -> Standing:
        number, used = self._used.get(scope, (0, Counter[int]()))
        used = used if number == window.number else Counter()
        month = sum(of == scope and at >= month_of(now) for (of, _), at in self._overruns.items())
        hungry = window.number - 1 in self._hungry.get(scope, ())
        return window.standing(now, used=used[user], background=used[BACKGROUND], hungry=hungry, overruns=month)
