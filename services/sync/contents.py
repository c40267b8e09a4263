"""What is in an account's albums, album by album: a shelf of the index each."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime
from typing import Protocol, TypeVar

import structlog

from imgur.errors import (
    ApplicationRefusedError,
    BadAnswerError,
    ForbiddenError,
    NotFoundError,
    OverCapacityError,
    RejectedError,
    UnreachableError,
)
from imgur.models import AccessToken
from services.indexed import to_index
from services.ports import ImgurApi, LibraryStore
from services.sync.stage import Stage
from storage.models import IndexedItem, Job, Shelf, SyncState, album_shelf

log = structlog.get_logger(__name__)

T = TypeVar("T")

PATIENCE = 4  # times that the end of a list is asked for again, where it comes long before the count, or an album
PASSING = (BadAnswerError, OverCapacityError, UnreachableError)  # what may be over soon, or be about one album
SKIPPED_AT_ONCE = 50  # albums that need no call


class AsUser(Protocol):
    """Calls Imgur as whoever has the job."""

    async def __call__(self, job: Job, call: Callable[[AccessToken], Awaitable[T]]) -> T:
        """Raises ClaimLostError where they are not linked to its account any more."""


class Contents:
    """Reads an album that is not as known at a time; its own shelf counts albums as items."""

    def __init__(self, imgur: ImgurApi, library: LibraryStore, as_user: AsUser, now: Callable[[], datetime]) -> None:
        self._imgur = imgur
        self._library = library
        self._as_user = as_user
        self._now = now

    async def advance(self, job: Job, state: SyncState) -> None:
        """The images of the next album that is not as known; the oldest first, so that a new one moves none.

        Where there are fewer than the last time, those that followed have moved up, and it goes back as far.
        """
        stage, total = Stage.of(state), await self._library.count(state.library, Shelf.ALBUMS)
        done, trouble = max(state.page - max(stage.last - total, 0), 0), None
        albums = await self._library.page(state.library, Shelf.ALBUMS, offset=done, limit=SKIPPED_AT_ONCE, oldest=True)
        for album in albums:
            if not await self._is_known(state.library, album):
                try:
                    done += await self._read(job, state.library, album.id)
                except PASSING as error:
                    if job.failures < PATIENCE:
                        raise
                    done, trouble = done + 1, error  # the others are not kept waiting for one
                break
            done += 1
        stage = replace(stage, last=total) if albums else stage.ended()
        after = replace(state, page=done, read=done, phase=str(stage), begun_at=state.begun_at or self._now())
        if not albums:
            after = replace(after, finished_at=self._now())
        await self._library.advance(after, ())
        if trouble:
            raise trouble

    async def _is_known(self, library: int, album: IndexedItem) -> bool:
        """Whether as many images are known as Imgur counts in it, and its cover is one of them."""
        shelf, cover = album_shelf(album.id), album.extra.get("cover")
        known = await self._library.count(library, shelf)
        if not known or known != album.extra.get("images_count"):
            return False
        return not cover or bool(await self._library.ranks_of(library, shelf, [("image", str(cover))]))

    async def _read(self, job: Job, library: int, album_id: str) -> int:
        """How many albums that makes: none where it is gone. One that Imgur refuses is left for the next pass."""
        try:
            images = await self._as_user(job, lambda auth: self._imgur.album_images(album_id, auth))
        except NotFoundError:
            await self._library.remove(library, [("album", album_id)], Shelf.ALBUMS)
            return 0
        except ApplicationRefusedError:
            raise
        except (ForbiddenError, RejectedError) as error:
            log.info("what is in an album was not read", reason=type(error).__name__)
            return 1
        await self._library.fill(library, album_shelf(album_id), [to_index(image) for image in images.items])
        return 1
