"""Having everything erased: what that would cost, said before, and done once its user has seen it."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from services.jobs import JobService
from services.ports import AccountStore, ExpiryStore, LeavingStore, UploadStore

_SEEN = re.compile(r"([0-9]{1,9})(?:e([0-9]{1,9}))?(d?)")
"""As `Leaving.seen` makes it; before it told of what is expiring, that stood in no button."""


@dataclass(frozen=True, slots=True)
class Leaving:
    """What goes with a user who has everything erased.

    `anonymous` uploads of theirs are left on Imgur, where nobody can delete them any more; `deleting`: their pictures
    are being deleted just now, and the rest would be left. So many that are `expiring`, to be deleted by themselves,
    whosever they are on Imgur, would stay.
    """

    username: str | None
    anonymous: int
    deleting: bool
    expiring: int = 0

    @property
    def seen(self) -> str:
        """What its user has been told of, for the button that says so."""
        return f"{self.anonymous}e{self.expiring}{'d' * self.deleting}"

    def is_covered_by(self, seen: str) -> bool:
        """Whether no more is lost by now than what was told."""
        told = _SEEN.fullmatch(seen)
        if told is None or self.anonymous > int(told[1]) or self.expiring > int(told[2] or 0):
            return False
        return bool(told[3]) or not self.deleting


@dataclass(frozen=True, slots=True)
class Left:
    """All is erased; `settled` when nothing secret of it can be read any more in any file of the database."""

    username: str | None
    settled: bool


class LeavingService:
    """Erases users. `abandon` ends what they have begun to link; `deletes` is the kind of job that deletes pictures.

    Errors of the database pass.
    """

    def __init__(
        self,
        store: LeavingStore,
        accounts: AccountStore,
        uploads: UploadStore,
        expiries: ExpiryStore,
        jobs: JobService,
        *,
        abandon: Callable[[int], Awaitable[None]],
        deletes: str,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._store = store
        self._accounts = accounts
        self._uploads = uploads
        self._expiries = expiries
        self._jobs = jobs
        self._abandon = abandon
        self._deletes = deletes
        self._now = now

    async def look(self, discord_id: int) -> Leaving:
        """What would be lost."""
        account = await self._accounts.named(discord_id)
        deleting = await self._jobs.open_one(self._deletes, f"user:{discord_id}") is not None
        return Leaving(
            account.username if account else None,
            await self._uploads.count(discord_id),
            deleting,
            (await self._expiries.awaited(discord_id)).count,
        )

    async def leave(self, discord_id: int, seen: str) -> Left | Leaving:
        """Erase everything; or, where more would be lost than its user has `seen`, nothing, and tell that."""
        found = await self.look(discord_id)
        if not found.is_covered_by(seen):
            return found
        await self._abandon(discord_id)
        await self._store.erase(discord_id, self._now())
        return Left(found.username, self._store.settled())

    async def sweep(self) -> None:
        """Forget who has left, once nothing goes on any more that they have begun."""
        await self._store.sweep(self._now())
