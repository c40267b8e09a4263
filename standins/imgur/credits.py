"""Rate limits: 1 credit a call, 10 an upload, counted for each user and each application; POSTs for each address."""

from __future__ import annotations

import math
import time
from collections import Counter

from standins.imgur.switches import Switches

UPLOAD_COST = 10
_HOUR, _DAY = 3600, 86_400


class Credits:
    """What is left. The limits and the `spent` counters may be set by tests."""

    def __init__(self, switches: Switches) -> None:
        self._switches = switches
        self.user_limit = 500
        self.user_seconds: int | None = None
        """After how many seconds, from the first call on, a user's credits are back. None: never, whatever is said."""
        self.client_limit = 12_500
        self.post_limit = 1_250
        self.spent: Counter[str] = Counter()
        self._ends: dict[str, float] = {}

    def charge(self, user: str, client_id: str, cost: int, *, poster: str | None) -> bool:
        """Take `cost` credits from user and client; False, taking none, where one of them has too few.

        `poster` is the address that a POST comes from, None for other requests.
        """
        self._renew(user)
        if self.user_left(user) < cost or self.client_left(client_id) < cost:
            return False
        if poster is not None and self.posts_left(poster) < 1:
            return False
        self.spent.update({f"user {user}": cost, f"client {client_id}": cost})
        if poster is not None:
            self.spent[f"posts {poster}"] += 1
        return True

    def _renew(self, user: str) -> None:
        now = time.monotonic()
        if self.user_seconds and now >= self._ends.get(user, 0.0):
            self._ends[user] = now + self.user_seconds
            self.spent.pop(f"user {user}", None)

    def _user_reset(self, user: str) -> int:
        """In how many seconds a user's credits are back."""
        return _HOUR if self.user_seconds is None else max(math.ceil(self._ends.get(user, 0.0) - time.monotonic()), 1)

    def exhaust_user(self, user: str) -> None:
        """Leave a user (an account's id as text, or an address) without credits."""
        self.spent[f"user {user}"] = self.user_limit

    def exhaust_client(self, client_id: str) -> None:
        """Leave an application without credits."""
        self.spent[f"client {client_id}"] = self.client_limit

    def user_left(self, user: str) -> int:
        """Credits this user has left."""
        return max(0, self.user_limit - self.spent[f"user {user}"])

    def client_left(self, client_id: str) -> int:
        """Credits this application has left."""
        return max(0, self.client_limit - self.spent[f"client {client_id}"])

    def posts_left(self, address: str) -> int:
        """POSTs this address has left."""
        return max(0, self.post_limit - self.spent[f"posts {address}"])

    def reset(self, seconds: int) -> int:
        """When credits come back: seconds from now, or the point in time, as the switch says."""
        return seconds if self._switches.rate_reset == "seconds" else int(time.time()) + seconds

    def headers(self, user: str, client_id: str, *, poster: str | None) -> dict[str, str]:
        """The rate headers of an answer; the POST ones come with answers to POSTs."""
        if not self._switches.rate_headers:
            return {}
        values = {
            "x-ratelimit-userlimit": self.user_limit,
            "x-ratelimit-userremaining": self.user_left(user),
            "x-ratelimit-userreset": self.reset(self._user_reset(user)),
            "x-ratelimit-clientlimit": self.client_limit,
            "x-ratelimit-clientremaining": self.client_left(client_id),
            "x-ratelimit-clientreset": _DAY,
        }
        if poster is not None:
            values |= {
                "x-post-rate-limit-limit": self.post_limit,
                "x-post-rate-limit-remaining": self.posts_left(poster),
                "x-post-rate-limit-reset": _HOUR,
            }
        return {name: str(value) for name, value in values.items()}

    def summary(self, user: str, client_id: str) -> dict[str, int]:
        """The answer of /3/credits, whose reset is always a point in time."""
        return {
            "UserLimit": self.user_limit,
            "UserRemaining": self.user_left(user),
            "UserReset": int(time.time()) + self._user_reset(user),
            "ClientLimit": self.client_limit,
            "ClientRemaining": self.client_left(client_id),
        }
