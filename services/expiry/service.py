"""Pictures that are to be deleted by themselves: what users see of that, and change."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from errors import BotError, ExpiringNowError, NothingLinkedError
from imgur.errors import ImgurError
from services.account import AccountService
from services.expiry.clock import SteadyClock
from services.expiry.handler import KIND, delete
from services.jobs import JobService
from services.library.ability import Shown
from services.library.items import ItemService
from services.ports import ExpiryStore, UploadStore
from storage.errors import StorageError
from storage.models import Awaited, Expiry

USERS_AT_ONCE = 50
PATIENCE = 600.0
"""Seconds for what is to be deleted at once: Discord takes the answer for 15 minutes."""
LOOK_EVERY = 0.2  # seconds


@dataclass(frozen=True, slots=True)
class Deleted:
    """What became of an account's pictures that were to be deleted: so many are, so many left, and why."""

    username: str
    count: int
    left: int
    trouble: Exception | None = None


class ExpiryService:
    """Errors of Imgur and of the database pass through."""

    def __init__(
        self,
        store: ExpiryStore,
        items: ItemService,
        jobs: JobService,
        *,
        uploads: UploadStore,
        accounts: AccountService,
        clock: SteadyClock,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._store = store
        self._uploads = uploads
        self._accounts = accounts
        self._items = items
        self._jobs = jobs
        self._clock = clock
        self._now = now

    async def sweep(self) -> None:
        """Have deleted what is due, in the background. To be called now and then."""
        now = self._clock.now()
        if now is None:
            return
        for user in await self._store.users_due(now, KIND, limit=USERS_AT_ONCE):
            await self._jobs.begin(KIND, user, subject=f"{KIND}:{user}")

    async def awaited(self, discord_id: int) -> Awaited:
        """What is to be deleted of the user's."""
        return await self._store.awaited(discord_id)

    async def of_account(self, discord_id: int) -> int:
        """How many pictures of the linked account are to be deleted: without the link that is hardly possible."""
        account = await self._accounts.linked(discord_id)
        return 0 if account is None else (await self._store.awaited(discord_id, account.account_id)).count

    async def delete_now(self, discord_id: int) -> Deleted:
        """Delete at once what of the linked account is to be deleted later; what is left is tried again."""
        account = await self._accounts.linked(discord_id)
        if account is None:
            raise NothingLinkedError
        number = account.account_id
        count, trouble = await self._store.hurry(discord_id, number, self._now()), None
        until = time.monotonic() + PATIENCE
        while trouble is None and (await self._store.awaited(discord_id, number)).count and time.monotonic() < until:
            expiry = await self._store.claim(discord_id, self._now(), number)
            if expiry is None:  # another process is at it
                await asyncio.sleep(LOOK_EVERY)
                continue
            try:
                await delete(self._store, self._items, expiry, self._now())
            except (BotError, ImgurError, StorageError) as error:
                trouble = error
        left = (await self._store.awaited(discord_id, number)).count
        return Deleted(account.username, max(count - left, 0), left, trouble)

    async def keep(self, discord_id: int, image_id: str) -> Shown:
        """Have a picture of the user's not deleted. Raises ExpiringNowError, NotYoursError, AlbumGivenError."""
        if not await self._store.keep(discord_id, image_id):
            raise ExpiringNowError
        return await self._items.editable(discord_id, f"image:{image_id}")

    async def change(self, discord_id: int, image_id: str, span: timedelta) -> Shown:
        """Have a picture of the user's deleted so long from now.

        Raises ExpiringNowError, NotYoursError, AlbumGivenError.
        """
        shown = await self._items.editable(discord_id, f"image:{image_id}")
        due_at = self._now() + span
        if shown.expiry is None:
            account = await self._accounts.linked(discord_id)
            is_anonymous = await self._uploads.get(discord_id, image_id) is not None
            handle = None if is_anonymous else shown.item.deletehash
            account_id = None if is_anonymous or account is None else account.account_id
            expiry = Expiry(discord_id, image_id, due_at, account_id, deletehash=handle)
            await self._uploads.expire(expiry)
            return replace(shown, expiry=replace(expiry, deletehash=None))
        if not await self._store.move_to(discord_id, image_id, due_at):
            raise ExpiringNowError
        return replace(shown, expiry=replace(shown.expiry, due_at=due_at, failures=0))
