"""What a "too many calls" says: whose credits are spent and how long to wait."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from http import HTTPStatus

from imgur._limits import LONGEST_WAIT, WINDOWS, answered_at, http_date, limits_from
from imgur.errors import RateLimitedError, Spent
from imgur.models import AccessToken, RateLimits

DOUBT_SECONDS = 600.0
"""For how long a 429 that met a fresh token too is believed to be about limits."""


def rate_limited(text: str, detail: str, status: int, headers: Mapping[str, str], cost: int) -> RateLimitedError:
    """The error for Imgur's wording `text` to a call of this cost, as far as the headers tell more.

    Of several times to wait the longest counts, but never more than the window that it is about.
    """
    spent, reset = _spent(text, limits_from(headers), cost)
    waits = [_minutes(text), _retry_after(headers), (reset - datetime.now(UTC)).total_seconds() if reset else None]
    wait = max((wait for wait in waits if wait and 0 < wait <= LONGEST_WAIT), default=None)
    longest = WINDOWS["user_reset"] if spent in {Spent.USER, Spent.UPLOADS} else WINDOWS["client_reset"]
    return RateLimitedError(detail, status=status, retry_after=wait and min(wait, longest), spent=spent)


def _spent(text: str, limits: RateLimits, cost: int) -> tuple[Spent, datetime | None]:
    def lacks(remaining: int | None, needed: int = cost) -> bool:
        return remaining is not None and remaining < needed

    if lacks(limits.client_remaining) or "daily client requests" in text.lower():
        return Spent.APPLICATION, limits.client_reset
    if lacks(limits.user_remaining):
        return Spent.USER, limits.user_reset
    if "too fast" in text.lower():
        return Spent.UPLOADS, None
    if lacks(limits.post_remaining, 1):  # counted by address, and all users of a bot share one
        return Spent.APPLICATION, limits.post_reset
    return Spent.UNKNOWN, None


def _minutes(text: str) -> float | None:
    found = re.search(r"([0-9]{1,4}) more minute", text)
    return float(found.group(1)) * 60 if found else None


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """`Retry-After` in seconds, from either of its forms; an edge sends 0 where it means nothing."""
    text = next((value for name, value in headers.items() if name.lower() == "retry-after"), "")
    if re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", text):
        return float(text)
    until = http_date(text)
    return (until - answered_at(headers)).total_seconds() if until else None


def is_disguised_refusal(error: RateLimitedError, headers: Mapping[str, str]) -> bool:
    """Whether a 429 may be about the token: nothing says how long to wait and the headers still show credit."""
    return (
        error.status == HTTPStatus.TOO_MANY_REQUESTS
        and error.spent is Spent.UNKNOWN
        and error.retry_after is None
        and bool(limits_from(headers).user_remaining)
    )


class Suspects:
    """Access tokens that a 429 may be about, one for each account, until a call succeeds or some time has passed."""

    def __init__(self) -> None:
        self._suspects: dict[int, tuple[str, float]] = {}

    def blame(self, auth: AccessToken) -> bool:
        """Whether to blame this token. Not if another one of the account was blamed just before: it was no use."""
        now = time.monotonic()
        self._suspects = {of: entry for of, entry in self._suspects.items() if now - entry[1] < DOUBT_SECONDS}
        token, _ = self._suspects.get(auth.account_id, (auth.value, now))
        if token != auth.value:
            return False
        self._suspects[auth.account_id] = (auth.value, now)
        return True

    def clear(self, auth: AccessToken) -> None:
        """Imgur has taken a token of this account."""
        self._suspects.pop(auth.account_id, None)
