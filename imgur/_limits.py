"""Rate headers: reading them from an answer and keeping the newest word of each."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from imgur.models import RateLimits

USERS_KEPT = 1024
"""How many accounts' credits are remembered; the one heard of longest ago goes first."""

EPOCH_FROM = 10**9
"""A reset above this is a point in time, below it the seconds until then: Imgur has sent both."""

LONGEST_WAIT = 90_000
"""Seconds: a day, after which every credit is back, and an hour for clocks that differ. More than that is nonsense."""

WINDOWS = {"user_reset": 3600, "client_reset": 86_400, "post_reset": 3600}
"""Seconds after which each is full again at the latest, whatever is said and whichever clock is wrong."""

HEADERS = {
    "user_limit": "X-RateLimit-UserLimit",
    "user_remaining": "X-RateLimit-UserRemaining",
    "user_reset": "X-RateLimit-UserReset",
    "client_limit": "X-RateLimit-ClientLimit",
    "client_remaining": "X-RateLimit-ClientRemaining",
    "client_reset": "X-RateLimit-ClientReset",
    "post_limit": "X-Post-Rate-Limit-Limit",
    "post_remaining": "X-Post-Rate-Limit-Remaining",
    "post_reset": "X-Post-Rate-Limit-Reset",
}
USER_FIELDS = ("user_limit", "user_remaining", "user_reset")
COUNTED = tuple((f"{whose}_limit", f"{whose}_remaining") for whose in ("user", "client", "post"))


def limits_from(headers: Mapping[str, str]) -> RateLimits:
    """What these headers (case-insensitive) say; None where they are missing or make no sense.

    Imgur lets the credits left fall below zero; that is none. More of them than the limit are nonsense, as is a limit
    of none at all, with whatever is said to be left of it.
    """
    lowered = {name.lower(): value for name, value in headers.items()}
    theirs, now = answered_at(headers), datetime.now(UTC)
    values: dict[str, Any] = {}
    for name, header in HEADERS.items():
        number = _number(lowered.get(header.lower()))
        values[name] = _moment(number, theirs, now, WINDOWS[name]) if name in WINDOWS else number and max(number, 0)
    for limit, remaining in COUNTED:
        most = values[limit]
        if most is not None and (most == 0 or (values[remaining] or 0) > most):
            values[remaining] = None
        values[limit] = most or None
    return RateLimits(**values)


def _number(text: str | None) -> int | None:
    try:
        return int(float(text)) if text is not None else None
    except (ValueError, OverflowError):
        return None


def answered_at(headers: Mapping[str, str]) -> datetime:
    """When this was answered by the clock of who did, as points in time are told by that one; else by ours."""
    text = next((value for name, value in headers.items() if name.lower() == "date"), "")
    return http_date(text) or datetime.now(UTC)


def http_date(text: str) -> datetime | None:
    """A date as headers have it; None for what is none."""
    try:
        return parsedate_to_datetime(text).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _moment(number: int | None, theirs: datetime, now: datetime, window: int) -> datetime | None:
    if number is None:
        return None
    seconds = number - theirs.timestamp() if number > EPOCH_FROM else number
    return now + timedelta(seconds=min(seconds, window)) if 0 < seconds <= LONGEST_WAIT else None


class LimitKeeper:
    """The newest known limits: the user's part for each account (None: anonymous calls), the rest shared by all."""

    def __init__(self) -> None:
        self._shared = RateLimits()
        self._users: OrderedDict[int | None, RateLimits] = OrderedDict()

    def keep(self, limits: RateLimits, account_id: int | None) -> None:
        """Take over what `limits` says; what it leaves open stays as it was known."""
        said = {field.name: value for field in fields(limits) if (value := getattr(limits, field.name)) is not None}
        user = {name: said.pop(name) for name in USER_FIELDS if name in said}
        self._shared = replace(self._shared, **said)
        if user:
            self._users[account_id] = replace(self._users.get(account_id, RateLimits()), **user)
            self._users.move_to_end(account_id)
            if len(self._users) > USERS_KEPT:
                self._users.popitem(last=False)

    def of(self, account_id: int | None) -> RateLimits:
        """What is known for this account."""
        user = self._users.get(account_id, RateLimits())
        return replace(self._shared, **{name: getattr(user, name) for name in USER_FIELDS})
