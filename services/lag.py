"""For how long Imgur's lists may lack what was just made."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

LAG = timedelta(minutes=5)


def is_new(created: datetime | None, now: datetime | None = None) -> bool:
    """Whether Imgur need not list yet what was made then. A day in a wrong clock's future is not new."""
    return created is not None and abs((now or datetime.now(UTC)) - created) < LAG
