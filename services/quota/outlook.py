"""What is left of Imgur's limits for one user, and when it goes on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from services.quota import policy
from storage.models import Standing

__all__ = ["Outlook", "Standing"]  # the borders show both


@dataclass(frozen=True, slots=True)
class Outlook:
    """`own` is the account's allowance, or that of all who have none; None in the times: at once."""

    own: Standing
    application: Standing
    reads_at: datetime | None = None
    uploads_at: datetime | None = None

    @property
    def reserve(self) -> int:
        """How many of the application's credits are kept back because Imgur's limit was overrun this month."""
        return policy.reserved(self.application) if self.application.overruns else 0

    @property
    def calls(self) -> int:
        """How many credits are there for calls now."""
        return max(min(self.own.remaining, self.application.remaining - policy.reserved(self.application)), 0)
