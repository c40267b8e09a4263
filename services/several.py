"""Several files at once: a few at a time, begun in their order, an outcome for each; none of them costs another's."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import structlog

from errors import (
    AttachmentGoneError,
    AttachmentNotPassedOnError,
    AttachmentUnavailableError,
    BotError,
    DetailsStayError,
    DuplicateError,
    LinkBrokenError,
    NotLinkedError,
    Remains,
    ShrinkableError,
    UploadErasedError,
    UploadTooSlowError,
    UploadUncertainError,
)
from imgur.errors import (
    ApplicationRefusedError,
    ImgurError,
    OutcomeUnknownError,
    OverCapacityError,
    RateLimitedError,
    SignInDownError,
    UnreachableError,
)
from imgur.models import Album, Image
from services.album import AlbumService, Filled
from services.quota.errors import HeldBackError
from services.upload import Uploaded, UploadRequest, UploadService
from storage.errors import DatabaseUnavailableError, StorageError

log = structlog.get_logger(__name__)

AT_ONCE = 3
"""Files of one user's that are sent at the same time."""
ENDS_ALL = (
    *(RateLimitedError, HeldBackError, OverCapacityError, ApplicationRefusedError, SignInDownError),
    *(LinkBrokenError, NotLinkedError, UploadErasedError),
)
"""What would meet the next file as well: nothing more is begun after it."""
LATER = (RateLimitedError, HeldBackError, OverCapacityError, SignInDownError, UnreachableError)
"""What is over some time, as is a database or a file that cannot be had just now."""
ASKS = (ShrinkableError, DetailsStayError, DuplicateError)
"""What can be sent otherwise, if its user says so."""
MAY_BE_THERE = {Remains.STORED, Remains.UNKNOWN, Remains.AWAITED}
"""What an upload that was ended may have left."""


@dataclass(slots=True, eq=False)
class Entry:
    """One of the files, and what became of it: neither `uploaded` nor a `trouble` while it waits or is on its way."""

    request: UploadRequest
    sent: int = 0
    total: int = 0
    is_begun: bool = False
    uploaded: Uploaded | None = None
    trouble: Exception | None = None

    @property
    def is_uncertain(self) -> bool:
        """Whether it may be on Imgur all the same."""
        remains = getattr(self.trouble, "remains", Remains.NOTHING)
        return isinstance(self.trouble, UploadUncertainError) or remains in MAY_BE_THERE

    @property
    def is_over(self) -> bool:
        """Whether something has become of it."""
        return self.uploaded is not None or self.trouble is not None


@dataclass(slots=True, eq=False)
class Batch:
    """Files of one user's, in the order in which they were picked, and the album that all of them go into."""

    entries: Sequence[Entry]
    album: Album | None = None
    filled: Filled | None = None
    album_trouble: Exception | None = None
    ended: float = field(default=float("inf"))

    @classmethod
    def of(cls, requests: Sequence[UploadRequest]) -> Batch:
        """Files of which nothing has become yet."""
        return cls([Entry(request, total=request.file.size) for request in requests])

    @property
    def sent(self) -> int:
        """Bytes that are on their way or arrived."""
        return sum(entry.sent for entry in self.entries)

    @property
    def total(self) -> int:
        """Bytes in all."""
        return sum(entry.total for entry in self.entries)

    @property
    def uploaded(self) -> list[Uploaded]:
        """What is on Imgur by now, in the order in which it was picked."""
        return [entry.uploaded for entry in self.entries if entry.uploaded is not None]

    @property
    def twice(self) -> list[Image]:
        """What is there, and there was a picture of the same file before."""
        return [uploaded.image for uploaded in self.uploaded if uploaded.earlier is not None]

    @property
    def again(self) -> list[UploadRequest]:
        """What is not, and can be sent again as it is: nobody knows of another that it may be there."""
        left = (entry for entry in self.entries if entry.uploaded is None and not entry.is_uncertain)
        return [entry.request for entry in left if not isinstance(entry.trouble, ASKS)]

    @property
    def shrinkable(self) -> list[UploadRequest]:
        """What is too large, to be sent smaller."""
        found = (entry for entry in self.entries if isinstance(entry.trouble, ShrinkableError))
        return [replace(entry.request, shrink=True) for entry in found]

    @property
    def telling(self) -> list[UploadRequest]:
        """What tells of its making and cannot be cleaned, to be sent as it is."""
        found = (entry for entry in self.entries if isinstance(entry.trouble, DetailsStayError))
        return [replace(entry.request, as_is=True) for entry in found]

    @property
    def doubles(self) -> list[UploadRequest]:
        """What there is a picture of already, to be sent all the same."""
        found = (entry for entry in self.entries if isinstance(entry.trouble, DuplicateError))
        return [replace(entry.request, anyway=True) for entry in found]


def may_pass(error: Exception) -> bool:
    """Whether the same file may well go up later, and is not on Imgur by now."""
    if isinstance(error, AttachmentGoneError | AttachmentNotPassedOnError | OutcomeUnknownError):
        return False
    if isinstance(error, UploadTooSlowError):
        return error.remains not in MAY_BE_THERE
    return isinstance(error, (*LATER, AttachmentUnavailableError, DatabaseUnavailableError))


class SeveralUploads:
    """Uploads batches. What becomes of each file stands in the batch, whatever ends it."""

    def __init__(self, uploads: UploadService, albums: AlbumService) -> None:
        self._uploads = uploads
        self._albums = albums

    async def settle(self, batch: Batch) -> None:
        """Find the album, or make it if the requests say so, before anything is sent. Raises as `UploadService.upload`.

        The pictures go in together once they are there: so they stand in it in their order.
        """
        first = batch.entries[0].request
        if batch.album is None and first.album:
            find = self._albums.made_for if first.is_new_album else self._albums.into
            batch.album = await find(first.discord_id, first.album)
        for entry in batch.entries:
            entry.request = replace(entry.request, album=None, is_new_album=False)

    async def upload(self, batch: Batch, until: float) -> None:
        """Upload what is left of it; nothing is begun after `until`, as `time.monotonic` counts.

        Cancelled, what is under way ends as a single upload does, and this raises CancelledError.
        """
        turns = asyncio.Semaphore(AT_ONCE)
        halted: list[Exception] = []

        async def one(entry: Entry) -> None:
            async with turns:
                if halted:
                    entry.trouble = halted[0]
                    return
                if time.monotonic() >= until:
                    entry.trouble = UploadTooSlowError()
                    return
                entry.is_begun = True
                await self._one(entry, halted)

        running = [asyncio.create_task(one(entry)) for entry in batch.entries if not entry.is_over]
        if not running:
            return
        try:
            await asyncio.wait(running)
        except asyncio.CancelledError:
            for task in running:
                task.cancel()  # once: what is past its last byte waits then to learn what remains of it
            await asyncio.wait(running)
            raise
        finally:
            await asyncio.shield(self._into_album(batch))

    async def _one(self, entry: Entry, halted: list[Exception]) -> None:
        def count(sent: int, total: int) -> None:
            entry.sent, entry.total = sent, total

        try:
            entry.uploaded = await self._uploads.upload(entry.request, count)
        except (BotError, ImgurError, StorageError) as error:
            entry.trouble = error
            if isinstance(error, ENDS_ALL):
                halted.append(error)
        except Exception as error:
            log.exception("an upload of several failed")
            entry.trouble = error

    async def _into_album(self, batch: Batch) -> None:
        """Put what is there into the album, in its order."""
        images = [f"image:{uploaded.image.id}" for uploaded in batch.uploaded]
        if batch.album is None or not images:
            return
        user = batch.entries[0].request.discord_id
        try:
            batch.filled = await self._albums.pictures.add(user, f"album:{batch.album.id}", images, several=True)
            batch.album_trouble = batch.filled.trouble
        except (BotError, ImgurError, StorageError) as error:
            batch.album_trouble = error
        except Exception as error:
            log.exception("pictures could not be put into an album")
            batch.album_trouble = error
