"""Pictures that are to be deleted by themselves: what users see of that, and change."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import structlog

from errors import BotError, ExpiringNowError, NothingLinkedError
from imgur.errors import ImgurError, NotFoundError
from services.account import AccountService
from services.expiry.clock import SteadyClock
from services.expiry.handler import KIND, delete, is_its_own
from services.jobs import JobService
from services.library.ability import Shown
from services.library.items import ItemService
from services.ports import ExpiryStore, UploadStore
from services.quota.caller import waiting_for_nothing
from storage.errors import StorageError
from storage.models import Awaited, Expiry

log = structlog.get_logger(__name__)

USERS_AT_ONCE = 50
PATIENCE = 600.0
"""Seconds for what is to be deleted at once: Discord takes the answer for 15 minutes."""
LOOK_EVERY = 0.2  # seconds


@dataclass(frozen=True, slots=True)
class Deleted:
    """What became of pictures that were to be deleted, of an account's perhaps: so many are, so many left, and why."""

    count: int
    left: int
    trouble: Exception | None = None
    username: str = ""


@dataclass(frozen=True, slots=True)
class Dated:
    """What a picture's owner has said of it: `expiry` is None where it stays, `shown` where it cannot be shown now."""

    expiry: Expiry | None
    shown: Shown | None


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
        return replace(await self._delete(discord_id, account.account_id), username=account.username)

    async def delete_all_now(self, discord_id: int) -> Deleted:
        """The same of all that is to be deleted of the user's."""
        return await self._delete(discord_id)

    async def look(self, discord_id: int, image_id: str) -> Dated:
        """What is said of a picture of the user's so far. Raises NotYoursError, AlbumGivenError."""
        expiry = await self._noted(discord_id, image_id)
        if expiry is None:
            return Dated(None, await self._items.editable(discord_id, f"image:{image_id}", fresh=False))
        return Dated(expiry, await self._seen(discord_id, image_id, fresh=False))

    async def keep(self, discord_id: int, image_id: str) -> Dated:
        """Have a picture of the user's not deleted. Raises ExpiringNowError, NotYoursError, AlbumGivenError."""
        expiry = await self._noted(discord_id, image_id)
        if not await self._store.keep(discord_id, image_id):
            raise ExpiringNowError
        if expiry is None:
            return Dated(None, await self._items.editable(discord_id, f"image:{image_id}"))
        return Dated(None, await self._seen(discord_id, image_id))

    async def change(self, discord_id: int, image_id: str, span: timedelta) -> Dated:
        """Have a picture of the user's deleted so long from now.

        Raises ExpiringNowError, NotYoursError, AlbumGivenError.
        """
        begun = self._now()
        due_at = begun + span
        expiry = await self._noted(discord_id, image_id)
        if expiry is not None and await self._store.move_to(discord_id, image_id, due_at):
            return Dated(replace(expiry, due_at=due_at, failures=0), await self._seen(discord_id, image_id))
        shown = await self._items.editable(discord_id, f"image:{image_id}")
        if shown.expiry is not None:
            raise ExpiringNowError
        account = await self._accounts.linked(discord_id)
        is_anonymous = await self._uploads.get(discord_id, image_id) is not None
        handle = None if is_anonymous else shown.item.deletehash
        account_id = None if is_anonymous or account is None else account.account_id
        expiry = Expiry(discord_id, image_id, due_at, account_id)
        await self._uploads.expire(replace(expiry, deletehash=handle), since=begun)
        return Dated(expiry, replace(shown, expiry=expiry))

    async def _noted(self, discord_id: int, image_id: str) -> Expiry | None:
        return (await self._uploads.expiring(discord_id, [image_id])).get(image_id)

    async def _seen(self, discord_id: int, image_id: str, *, fresh: bool = True) -> Shown | None:
        """A picture of which something is on record, which no trouble at Imgur's undoes."""
        try:
            with waiting_for_nothing():
                return await self._items.editable(discord_id, f"image:{image_id}", fresh=fresh)
        except NotFoundError:
            raise
        except (BotError, ImgurError, StorageError) as error:
            log.info("a picture cannot be shown just now", reason=type(error).__name__)
            return None

    async def _delete(self, discord_id: int, account_id: int | None = None) -> Deleted:
        """Each is tried once, as long as the trouble is its own."""
        begun, until = self._now(), time.monotonic() + PATIENCE
        ids = await self._store.hurry(discord_id, begun, account_id)
        count, trouble = 0, None
        for image_id in ids:
            expiry = await self._claimed(discord_id, image_id, begun, until)
            if expiry is None:
                continue
            try:
                await delete(self._store, self._items, expiry, self._now())
                count += 1
            except (BotError, ImgurError, StorageError) as error:
                trouble = error
                if not is_its_own(error):
                    break
        return Deleted(count, len(await self._uploads.expiring(discord_id, ids)), trouble)

    async def _claimed(self, discord_id: int, image_id: str, due_at: datetime, until: float) -> Expiry | None:
        """None where it is gone by now, kept, or to be deleted later; who deletes it already is waited for."""
        while time.monotonic() < until:
            if expiry := await self._store.claim(discord_id, due_at, image_id):
                return expiry
            left = await self._noted(discord_id, image_id)
            if left is None or left.due_at > due_at:
                return None
            await asyncio.sleep(LOOK_EVERY)
        return None
