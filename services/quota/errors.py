"""What the governor refuses although Imgur would not."""

from __future__ import annotations

from imgur.errors import RateLimitedError


class HeldBackError(RateLimitedError):
    """There is something left, but for those who have used less of it."""
