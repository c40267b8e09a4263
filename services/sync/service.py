"""The index of a linked user's account, as the rooms of the library see it: begun, looked at, kept fresh."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

import structlog

from errors import BehindError, ShowsNoneError
from imgur.models import Item, Page
from services.account import AccountService
from services.jobs import JobService
from services.ports import ImgurApi, LibraryStore
from services.quota.caller import waiting_for_nothing
from services.sync.news import read_front
from services.sync.progress import Progress, calls_left, progress
from services.sync.sources import sources
from services.sync.stage import CONTENTS, KIND, SHELVES, Stage, behind, is_done, waits
from storage.errors import StorageError
from storage.models import Shelf, SyncState, account_subject

log = structlog.get_logger(__name__)

AGAIN_AFTER = timedelta(days=3)
"""From one full pass to the next, if the user comes by."""
TRIES = 5
"""To put something on record while a pass puts page after page there."""


Quota: TypeAlias = Callable[[int, int], Awaitable[float]]


async def _unlimited(_account_id: int, _calls: int) -> float:
    return 0.0


class SyncService:
    """Begins passes over an account's lists, takes in news, tells how far it is.

    `quota` tells how many seconds an account's next so many calls will have waited, in the background.
    """

    def __init__(
        self,
        accounts: AccountService,
        imgur: ImgurApi,
        library: LibraryStore,
        jobs: JobService,
        *,
        quota: Quota = _unlimited,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._accounts = accounts
        self._sources = sources(imgur)
        self._library = library
        self._jobs = jobs
        self._quota = quota
        self._now = now

    # --- reading all ----------------------------------------------------------------------------------------------

    async def begin(self, discord_id: int, account_id: int) -> None:
        """See to it that the account is read, completely and not too long ago. Asks Imgur for nothing itself.

        Never raises: the next look begins what could not be.
        """
        try:
            await self._begin(discord_id, account_id)
        except StorageError as error:
            log.warning("an account is not read yet", reason=type(error).__name__)

    async def _begin(self, discord_id: int, account_id: int) -> None:
        library = await self._library.library(account_id)
        if library is None or await self._jobs.open_one(KIND, account_subject(account_id)):
            return
        due: dict[str, int] = {}
        for shelf in SHELVES:
            state = await self._library.sync_state(library, shelf)
            if state is None or not is_done(state):
                due[shelf] = state.number if state else 1
            elif state.finished_at is None or abs(self._now() - state.finished_at) > AGAIN_AFTER:
                due[shelf] = state.number + 1
        if due:
            await self._jobs.begin(
                KIND, discord_id, account_id=account_id, subject=account_subject(account_id), payload=due
            )

    async def again(self, discord_id: int, account_id: int, shelf: str) -> bool:
        """Have a shelf read completely once more, soon or after a while; whether that is on record now.

        From one such pass to the next it is the longer, the more of them there were in a row.
        """
        library = await self._library.library(account_id)
        wanted = [shelf, CONTENTS] if shelf == Shelf.ALBUMS else [shelf]
        if library is None or not all([await self._is_behind(library, one) for one in wanted]):
            return False
        await self._begin(discord_id, account_id)
        return True

    async def _is_behind(self, library: int, shelf: str) -> bool:
        """Put it on record; False where a pass under way is quicker each time."""
        for _ in range(TRIES):
            state = await self._library.sync_state(library, shelf) or SyncState(library, shelf, number=0)
            if Stage.of(state).is_behind or await self._library.advance(behind(state, self._now()), ()):
                return True
        return False

    async def progress(self, account_id: int, shelf: str) -> Progress:
        """How far a shelf has been read. Errors of the database pass."""
        library = await self._library.library(account_id)
        if library is None:
            return Progress()
        state = await self._library.sync_state(library, shelf)
        if state is not None and state.finished_at is not None:
            return Progress(await self._library.count(library, shelf), None, None, state.finished_at)
        job, now = await self._jobs.open_one(KIND, account_subject(account_id)), self._now()
        waits = job.waits(now) if job else 0.0
        if calls := calls_left(state):
            waits = max(waits, await self._quota(account_id, calls))
        return progress(state, now, waits, is_held=await self._quota(account_id, 1) > 0)

    async def overview(self, account_id: int) -> dict[str, Progress]:
        """How far each of the account's lists has been read. Errors of the database pass."""
        return {shelf: await self.progress(account_id, shelf) for shelf in SHELVES if shelf != CONTENTS}

    async def seconds_left(self, account_id: int, shelf: Shelf) -> float | None:
        """In how long the first reading of the shelf will be through; None where that cannot be told."""
        return (await self.progress(account_id, shelf)).seconds

    # --- news -----------------------------------------------------------------------------------------------------

    async def look(self, discord_id: int, account_id: int, shelf: Shelf) -> ShowsNoneError | BehindError | None:
        """Have the shelf as Imgur's first page shows it by now, and deeper as far as something there is new.

        What is not as on Imgur after that. A shelf that was never read is not looked at: its reading begins. Raises
        ImgurError, NotLinkedError, LinkBrokenError; errors of the database pass.
        """
        await self.begin(discord_id, account_id)
        library = await self._library.library(account_id)
        state = None if library is None else await self._library.sync_state(library, shelf)
        if library is None or state is None or state.finished_at is None:
            return None

        async def page(number: int) -> Page[Item]:
            with waiting_for_nothing():  # what is known can be shown
                return await self._accounts.authorized(discord_id, lambda auth: self._sources[shelf].page(auth, number))

        first = await page(0)
        may_end = _is_shorter(first.received, self._sources[shelf].size, state)
        news = await read_front(self._library, library, shelf, first, deeper=page, now=self._now(), may_end=may_end)
        is_noted = True  # before it is taken in: the next look will see nothing new in that
        if not news.is_fresh or news.shows_none:
            is_noted = await self.again(discord_id, account_id, shelf)
        elif shelf == Shelf.ALBUMS and news.has_changed:
            is_noted = await self.again(discord_id, account_id, CONTENTS)
        if is_noted:
            await news.take_in(self._library)
        if news.shows_none:
            return ShowsNoneError()
        return await self._lacking(library, shelf) or (None if news.is_fresh else BehindError())

    async def _lacking(self, library: int, shelf: str) -> BehindError | None:
        """That something on the shelf is known not to be as on Imgur, and when it will be read again."""
        state = await self._library.sync_state(library, shelf)
        if state is None or not (stage := Stage.of(state)).is_lacking:
            return None
        return BehindError(waits(state, self._now()), is_doubt=stage.is_doubted and not stage.is_behind)


def _is_shorter(received: int, size: int, last: SyncState) -> bool:
    """Whether a first page is none of Imgur's full ones, as far as the number of pages tells that all had last time.

    Imgur's may be shorter than what was asked for.
    """

    def may_be_full(length: int) -> bool:
        return (last.page - 1) * length < last.read <= last.page * length

    return received < size and (may_be_full(size) or not may_be_full(received))
