"""The job that reads all of an account: shelf by shelf, page by page, one page and its place in one transaction."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TypeVar

import structlog

from imgur.errors import ApplicationRefusedError, BadAnswerError, ForbiddenError, NotFoundError, RejectedError
from imgur.models import AccessToken, Item, Page
from services.account import AccountService
from services.indexed import to_index
from services.jobs import ClaimLostError, Done, Handler, Pause, Verdict, Work
from services.ports import ImgurApi, LibraryStore
from services.sync.contents import PASSING, PATIENCE, Contents
from services.sync.news import News, read_front
from services.sync.sources import FAVORITES_PER_PAGE, Favorites, sources
from services.sync.stage import CONTENTS, KIND, NOTHING, SHELVES, Phase, Stage, behind, is_done, waits
from storage.models import IndexedItem, Job, Shelf, SyncState

log = structlog.get_logger(__name__)

T = TypeVar("T")

MOST_PASSES = 3  # over one shelf in a row, where things are deleted while it is read
BULK = 20  # items; more at a time are believed to be gone on a second look only
LATE = 5.0  # seconds from one page to the next after which a list may have moved, and it is worth a call to know
SURPLUS = 5  # pages more than all that was read, with nothing new on the last of them, after which a list has no end
NAP = 600.0  # seconds until a job that waits looks whether more is to be read by now


class SyncHandler(Handler):
    """Reads whatever its job's payload names: for each shelf the number of the pass that must be finished.

    Beside that, every shelf of the account of which it is on record that it must be read again.
    """

    kind = KIND

    def __init__(
        self,
        accounts: AccountService,
        imgur: ImgurApi,
        library: LibraryStore,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._accounts = accounts
        self._library = library
        self._now = now
        self._favorites = Favorites(imgur)
        self._sources = sources(imgur)
        self._contents = Contents(imgur, library, self._as_user, now)
        self._put_off: dict[tuple[int, str], datetime] = {}  # until when a list that Imgur does not hand out rests
        self._came: dict[int, int] = {}  # by library: how many of its favorites had come with the last page

    async def advance(self, work: Work) -> Verdict | None:
        """Read the next page of the first shelf that is not through."""
        job = work.job
        library = None if job.account_id is None else await self._library.library(job.account_id)
        if library is None:
            return Done()
        pauses: dict[str, float] = {}
        trouble: dict[str, Exception] = {}
        for shelf in SHELVES:
            state = await self._library.sync_state(library, shelf) or SyncState(library, shelf, number=0)
            if is_done(state) and state.number >= job.payload.get(shelf, 0):
                continue
            if pause := max(waits(state, self._now()), self._rest(library, shelf)):
                pauses[shelf] = pause  # the other shelves need not wait
            elif shelf != CONTENTS or Shelf.ALBUMS not in pauses or Stage.of(state).phase is not Phase.DONE:
                try:
                    await self._advance(job, state)
                except ApplicationRefusedError:
                    raise
                except (*PASSING, ForbiddenError, NotFoundError, RejectedError) as error:
                    if shelf == CONTENTS or job.failures < PATIENCE:
                        raise
                    trouble[shelf] = error
                    continue
                self._put_off |= {(library, each): self._now() + timedelta(seconds=NAP) for each in trouble}
                return None
        if trouble:  # with all that is left: it is Imgur's trouble, and asked for again by and by
            raise next(iter(trouble.values()))
        return Pause(min(NAP, *pauses.values())) if pauses else Done()

    def _rest(self, library: int, shelf: str) -> float:
        """How many seconds a list rests, so that the others are not kept waiting for one."""
        until = self._put_off.get((library, shelf))
        seconds = (until - self._now()).total_seconds() if until else 0.0
        if not 0 < seconds <= NAP:  # over, or the clock was put back
            self._put_off.pop((library, shelf), None)
            return 0.0
        return seconds

    async def _advance(self, job: Job, state: SyncState) -> None:
        """Bring a shelf one piece further."""
        stage = Stage.of(state)
        if stage.phase in (Phase.DONE, Phase.DOUBT):
            await self._begin(job, state, stage.next())
        elif state.shelf == CONTENTS:
            await self._contents.advance(job, state)
        elif stage.phase is Phase.OLDEST:
            await self._from_oldest(job, state)
        else:
            await self._read(job, state)

    # --- a pass ---------------------------------------------------------------------------------------------------

    async def _begin(self, job: Job, state: SyncState, stage: Stage) -> None:
        source = self._sources.get(state.shelf)
        begun = replace(
            state,
            number=state.number + 1,
            page=0,
            read=0,
            phase=str(stage),
            expected=await self._as_user(job, source.count) if source else None,
            begun_at=self._now(),
        )
        if source:
            await self._read(job, begun)
        else:
            await self._library.advance(begun, ())

    async def _read(self, job: Job, state: SyncState) -> None:
        page = await self._page(job, state.shelf, state.page)
        moved = await self._moved(job, state)
        if page.received == 0 and not moved:
            await self._at_the_end(job, state)
            return
        items = [to_index(item) for item in page.items]
        stage = Stage.of(behind(state, self._now()) if moved else state)
        known = await self._library.ranks_of(state.library, state.shelf, [item.key for item in items])
        stage = replace(
            stage,
            last=page.received,
            unreadable=stage.unreadable + page.received - len(items),
            missing=stage.missing - sum(item.key not in known for item in items),
            at=int(self._now().timestamp()),
        )
        number = state.page + (page.received > 0)
        after = replace(state, page=number, read=state.read + page.received, phase=str(stage))
        is_beyond = bool(items) and number > 1 and (state.expected is None or after.read > state.expected)
        seen = await self._seen(state) if is_beyond else None
        if not await self._library.advance(after, [*moved, *items]):
            return
        after = replace(after, version=state.version + 1)
        if state.expected is None:
            self._came[state.library] = await self._seen(after)
        if seen is not None and await self._has_no_end(job, after, seen, page):
            log.info("a list has no end", shelf=state.shelf, read=after.read)
            await self._at_the_end(job, replace(after, read=seen + stage.unreadable))
        elif NOTHING < stage.missing <= 0:
            await self._end_if_mended(after)

    async def _has_no_end(self, job: Job, state: SyncState, seen: int, page: Page[Item]) -> bool:
        """Whether a page has brought nothing new and the list comes round, or the next page is this one again.

        So a server may give the last page for all that follow.
        """
        if await self._seen(state) != seen:
            return False
        if _comes_round(state, seen, page):
            return True
        following = await self._page(job, state.shelf, state.page)
        return [to_index(item).key for item in following.items] == [to_index(item).key for item in page.items]

    async def _moved(self, job: Job, state: SyncState) -> list[IndexedItem]:
        """What has moved up before the place where a pass stands, in a list that Imgur does not count.

        The pages before are read once more for that, until one touches what was read: where the pass has waited, and
        where the user has taken something off the list meanwhile, which Imgur may have done a page ago.
        """
        if not state.page or state.expected is not None:
            return []
        came = await self._seen(state)
        waited = self._now().timestamp() - Stage.of(state).at
        is_shorter = came < self._came.get(state.library, 0)
        if 0 <= waited < LATE and not is_shorter:
            return []
        seen = set(await self._library.order_of(state.library, state.shelf, came))
        moved: list[IndexedItem] = []
        for number in reversed(range(state.page)):
            found = [to_index(item) for item in (await self._page(job, state.shelf, number)).items]
            lost = [item for item in found if item.key not in seen]
            moved = lost + moved
            if len(lost) < len(found) and not (is_shorter and number == state.page - 1):
                break
        return moved

    async def _page(self, job: Job, shelf: str, number: int) -> Page[Item]:
        return await self._as_user(job, lambda auth: self._sources[shelf].page(auth, number))

    async def _end_if_mended(self, state: SyncState) -> None:
        """All that the pass before had lost is found. Without what is gone, it may be the whole list by now."""
        unseen = await self._library.unseen(state, within_reach=True)
        if await self._library.count(state.library, state.shelf) - unseen == state.expected:
            ended = replace(state, phase=str(Stage.of(state).ended()), finished_at=self._now())
            await self._library.finish(ended, within_reach=True)

    async def _at_the_end(self, job: Job, state: SyncState) -> None:
        """An empty page came: it may be the end, and what came may be all there is."""
        stage = Stage.of(state)
        if state.shelf == Shelf.FAVORITES:
            await self._at_the_end_of_favorites(job, state)
        elif state.page <= 1:  # one answer has no seams
            _refuse_short(job, state, state.expected, state.read)
            await self._close(state, is_confirmed=state.expected is None or state.read >= state.expected)
        else:
            seen = await self._seen(state)
            news = await self._first_again(job, state)
            if not news.is_fresh and await self._is_begun_again(job, state, NOTHING):
                return
            counted = await self._as_user(job, self._sources[state.shelf].count)
            if state.expected is not None and counted is not None:
                twice = state.read - stage.unreadable - seen  # as many as were new at the front meanwhile
                deleted = state.expected + twice - counted
                missing = deleted - max(news.unknown - twice, 0)
                if deleted > 0 and await self._is_begun_again(job, state, missing):
                    return
            seen = await self._seen(state)
            _refuse_short(job, state, counted, seen + stage.unreadable)
            await self._close(state, is_confirmed=counted is None or seen + stage.unreadable >= counted)

    async def _at_the_end_of_favorites(self, job: Job, state: SyncState) -> None:
        """Which may be where the newest order ends, and not the list."""
        self._came.pop(state.library, None)
        stage = Stage.of(state)
        if state.page > 1:
            news = await self._first_again(job, state)
            if (news.gone or not news.is_fresh) and await self._is_begun_again(job, state, NOTHING):
                return
        is_full = state.page > 1 and stage.last * state.page >= state.read  # the last page is as long as all others
        if is_full or stage.last >= FAVORITES_PER_PAGE or (state.page and await self._library.unseen(state)):
            oldest = replace(stage, phase=Phase.OLDEST)
            await self._library.advance(replace(state, phase=str(oldest), page=0), ())
        else:
            await self._close(state, is_confirmed=True)

    async def _is_begun_again(self, job: Job, state: SyncState, missing: int) -> bool:
        """Whether another pass has begun, as the list has changed while this one read: pages may not have joined.

        It reads from the front until what is `missing` has come, as far as all deletions were before the place that
        this one had come to; else to the end.
        """
        stage = Stage.of(state)
        if stage.tries >= MOST_PASSES:
            return False
        log.info("a list has changed while it was read: once more", shelf=state.shelf, tries=stage.tries)
        await self._begin(job, state, stage.again(missing))
        return True

    async def _from_oldest(self, job: Job, state: SyncState) -> None:
        """Favorites that the newest order does not reach, until one page brings nothing more."""
        page = await self._as_user(job, lambda auth: self._favorites.from_oldest(auth, state.page))
        if page.received == 0:
            await self._close(state, is_confirmed=True, within_reach=state.page > 0)
            return
        before = await self._seen(state)
        came = replace(Stage.of(state), at=int(self._now().timestamp()))
        after = replace(state, page=state.page + 1, phase=str(came))
        if not await self._library.advance(after, [to_index(item) for item in page.items], from_oldest=True):
            return
        after = replace(after, version=state.version + 1)
        if await self._seen(after) == before:
            await self._close(after, is_confirmed=True)

    async def _close(self, state: SyncState, *, is_confirmed: bool, within_reach: bool = False) -> None:
        """End the pass. What it has not seen is taken off if that is beyond doubt."""
        stage = Stage.of(state)
        unseen = await self._library.unseen(state, within_reach=within_reach)
        seen = await self._seen(state)
        is_bulk = unseen > max(BULK, seen // 20) or (unseen > 0 and not state.read)
        is_believed = is_confirmed and (stage.is_second_look or not is_bulk)
        expected = None if state.expected is None else max(state.expected, state.read)
        ended = replace(state, finished_at=self._now(), expected=expected)
        if unseen == 0 or is_believed:
            await self._library.finish(replace(ended, phase=str(stage.ended())), within_reach=within_reach)
            return
        phase = Phase.DONE if stage.is_second_look else Phase.DOUBT
        log.info("what has disappeared stays for now", shelf=state.shelf, items=unseen, again=phase is Phase.DOUBT)
        await self._library.advance(replace(ended, phase=str(stage.ended(phase))), ())

    async def _first_again(self, job: Job, state: SyncState) -> News:
        """Read the first page once more, deeper if all of it is new, and take that in: fresh unless a gap is left.

        Where Imgur counts nothing, one that ends in what is unknown has moved up, and so has all that followed.
        """
        page = partial(self._page, job, state.shelf)
        first = await page(0)
        keys = [to_index(item).key for item in first.items]
        ranks = await self._library.ranks_of(state.library, state.shelf, keys)
        is_known = bool(ranks)
        is_joined = is_known and (state.expected is not None or keys[-1] in ranks)
        deeper = None if is_known else page
        news = await read_front(self._library, state.library, state.shelf, first, deeper=deeper)
        await news.take_in(self._library)
        return replace(news, is_fresh=news.is_fresh or is_joined)

    async def _seen(self, state: SyncState) -> int:
        total = await self._library.count(state.library, state.shelf)
        return total - await self._library.unseen(state)

    async def _as_user(self, job: Job, call: Callable[[AccessToken], Awaitable[T]]) -> T:
        """Call as whoever has the job, if they are still linked to its account."""

        async def checked(auth: AccessToken) -> T:
            if auth.account_id != job.account_id:
                raise ClaimLostError
            return await call(auth)

        return await self._accounts.authorized(job.discord_id, checked)


def _comes_round(state: SyncState, seen: int, page: Page[Item]) -> bool:
    """Whether all that there is has come twice and more, as where a server begins again behind the last page.

    What is new at the front meanwhile moves what was read to the pages that follow, but all of it once only.
    """
    came_again = state.read - Stage.of(state).unreadable - seen
    return came_again > seen + SURPLUS * page.received


def _refuse_short(job: Job, state: SyncState, counted: int | None, came: int) -> None:
    """Take an end that comes long before the count for none, the first time that a list is read.

    The runner asks again, later each time; after a minute it is the count that is not believed.
    """
    if state.finished_at is None and counted and job.failures < PATIENCE:
        lacking = counted - came
        if lacking > max(BULK, counted // 20) or not came:
            raise BadAnswerError(f"{lacking} of {counted} items are lacking")
