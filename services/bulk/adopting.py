"""Anonymous uploads brought into their user's account: copied, looked at, and only then deleted where they were."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import structlog

from errors import BotError, NotLinkedError
from imgur.errors import (
    ForbiddenError,
    ImgurError,
    OutcomeUnknownError,
    RateLimitedError,
    RejectedError,
    TooLargeError,
)
from imgur.models import Image
from locales.text import Text
from services.bulk import words
from services.bulk.copying import Copies, address_of, is_same
from services.bulk.models import UNSETTLED, Result, Trace, items_of, results_of
from services.bulk.work import Bulk
from services.jobs import Done, PartlyDoneError, Stopped, Verdict, Work
from services.jobs.stepwise import MOST_LOST
from services.library.catalogue import Catalogue
from services.library.items import ItemService
from services.library.reading import Viewer
from services.library.suggestions import uploaded_image
from services.mark import MarkService
from services.ports import FileStore
from services.selection import Deed
from services.upload import NOT_FETCHED, OTHERWISE
from services.words import Words
from storage.models import AnonymousUpload, Expiry, Shelf, Step

log = structlog.get_logger(__name__)

LOOKS = 5
"""Looks at a copy that Imgur does not show yet, or is not done with, before it is left beside the original."""
LEFT = Words(Text("The account is no longer linked"), Text("What is not in it by now stays anonymous, and yours."))


class Adopting(Bulk):
    """One picture a step. From the moment that there is a copy its id is on record, so that there is never a second.

    Nothing of a picture is deleted before the copy was seen to be the same. Needs the account for the copy alone: what
    is under way when its user leaves it comes to its end all the same.
    """

    kind = "bulk-adopt"
    deed = Deed.ADOPT

    def __init__(
        self,
        copies: Copies,
        catalogue: Catalogue,
        items: ItemService,
        marks: MarkService,
        *,
        files: FileStore,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._copies = copies
        self._catalogue = catalogue
        self._items = items
        self._marks = marks
        self._files = files
        self._now = now

    async def judge(self, work: Work, error: Exception) -> Verdict | None:
        """What Imgur asks to wait for is waited for; whoever has left the account hears where each picture is."""
        if isinstance(error, NotLinkedError):
            return Done(words.stopped(self.deed, results_of(await work.steps()), LEFT))
        if isinstance(error, RateLimitedError) and not await work.is_unwanted():
            return None
        return await super().judge(work, error)

    async def ended(self, work: Work) -> Verdict:
        """What may be in both places is known for as long as a job that has stopped is, and told to the next one."""
        results = results_of(await work.steps())
        told = words.ended(self.deed, results)
        return Stopped(told) if any(became in UNSETTLED for _, became in results) else Done(told)

    async def look(self, work: Work, step: Step) -> str | None:
        """A copy that was asked for, and of which nobody has heard, is looked for: it is never asked for again."""
        trace = Trace.of(step)
        if trace.at is None or trace.copy is not None:
            return None
        upload = await self._upload(work, step)
        if upload is None:
            return Result.GONE
        found = await self._found(work, upload, trace.at, await self._copies.read(upload.image_id))
        if found is not None:
            return await self._finished(work, await self._noted(work, step, found))
        if work.job.failures < MOST_LOST:
            raise OutcomeUnknownError("no copy is to be seen yet")
        return None

    def given_up(self, step: Step) -> str | None:
        """It stays as it was; whether there is a copy, nobody knows."""
        trace = Trace.of(step)
        return None if trace.at is None or trace.copy else trace.with_(Result.DOUBTFUL)

    async def do(self, work: Work, step: Step) -> str:
        """Have it copied, unless that was done before, and go on from there."""
        if Trace.of(step).copy is None:
            upload = await self._upload(work, step)
            copied = Result.GONE if upload is None else await self._copied(work, step, upload)
            if isinstance(copied, Result):
                return copied
            step = copied
        step = await self._dated(work, step)
        try:
            return await self._finished(work, step)
        except (ImgurError, BotError) as error:
            raise PartlyDoneError(step.outcome or "", error) from error

    async def _copied(self, work: Work, step: Step, upload: AnonymousUpload) -> Step | Result:
        """The step with its copy; or what became of it where there is none."""
        original = await self._copies.read(upload.image_id)
        if original is None:
            return await self._gone(work, upload)
        if original.processing:
            return Result.NOT_READY
        address, before = address_of(original), Trace.of(step).at
        if address is None or not is_same(original, original):
            return Result.UNLIKE
        if before is not None and (found := await self._found(work, upload, before, original)):
            return await self._noted(work, step, found)
        return await self._made(work, step, _called(original, upload), address)

    async def _made(self, work: Work, step: Step, original: Image, address: str) -> Step | Result:
        trace = Trace(at=self._now(), due=await self._due(work, original.id))
        step = replace(step, outcome=trace.with_(Result.UNSEEN))
        await work.sending(step)
        try:
            copy = await self._copies.make(*_whose(work), original, address)
        except (*NOT_FETCHED, TooLargeError) as error:
            if isinstance(error, OTHERWISE):
                raise
            log.info("Imgur copies a picture of its own not", reason=type(error).__name__)
            return Result.REFUSED
        if copy.id == original.id:  # no copy: that is the only one there is
            return Result.UNLIKE
        return await self._noted(work, step, copy)

    async def _finished(self, work: Work, step: Step) -> str:
        """Hold the copy against the original; where it is the same, that goes and what its user noted comes along."""
        trace, (item,), upload = Trace.of(step), items_of(step.payload), await self._upload(work, step)
        copy, original = await self._copies.read(trace.copy or ""), await self._copies.read(item.id)
        if copy is None or copy.processing:
            if work.job.failures < LOOKS:
                raise OutcomeUnknownError("the copy is not to be seen yet")
            return trace.with_(Result.DOUBTFUL)
        if upload is not None:
            is_like = is_same(original or _recorded(upload, copy), copy)
            if not is_like or not await self._copies.is_in(*_whose(work), copy):
                await self._copies.discard(*_whose(work), copy.id)
                await self._catalogue.uploads.remove(work.job.discord_id, copy.id)  # that it was to be deleted
                return Result.UNLIKE if original else await self._gone(work, upload)
            await work.not_sent(step, step.outcome)  # nothing is written for who has had everything erased
            await self._brought_along(work, upload, copy)
            try:
                await self._items.delete(work.job.discord_id, f"image:{item.id}")
            except (ForbiddenError, RejectedError) as error:
                if isinstance(error, OTHERWISE):
                    raise
                return trace.with_(Result.BOTH)
        return trace.with_(Result.DONE)

    async def _brought_along(self, work: Work, upload: AnonymousUpload, copy: Image) -> None:
        """A spoiler stays one, before all else; then what its user noted, where the copy stands."""
        user = work.job.discord_id
        if await self._catalogue.uploads.hidden([upload.image_id]):
            await self._catalogue.uploads.hide(user, copy.id)
        viewer = await self._viewer(work)
        await self._catalogue.shelves.added(viewer, Shelf.IMAGES, copy)
        self._catalogue.changed(user)
        await self._marks.bring_along(viewer, upload.image_id, copy.id)
        await self._files.bring_along(user, upload.image_id, copy.id, work.job.account_id)

    async def _viewer(self, work: Work) -> Viewer:
        """The user; with an account only where it is still the one that the pictures go into."""
        viewer = await self._catalogue.reading.viewer(work.job.discord_id)
        is_there = viewer.account is not None and viewer.account.account_id == work.job.account_id
        return viewer if is_there else Viewer(viewer.discord_id, None)

    async def _gone(self, work: Work, upload: AnonymousUpload) -> Result:
        """Off the record, and not offered again, now that Imgur says once more that it has no such picture."""
        if not await self._items.was_deleted(work.job.discord_id, upload.image_id):
            raise OutcomeUnknownError("now it is there, now it is not")
        return Result.GONE

    async def _found(
        self, work: Work, upload: AnonymousUpload, since: datetime, original: Image | None
    ) -> Image | None:
        others = {copy for step in await work.steps() if (copy := Trace.of(step).copy)}
        facts = _called(original or uploaded_image(upload), upload)
        return await self._copies.find(*_whose(work), facts, since, others)

    async def _noted(self, work: Work, step: Step, copy: Image) -> Step:
        """On record, whether its user wants it to stop or not: there is a copy from now on."""
        trace = Trace(copy=copy.id, due=Trace.of(step).due)
        step = replace(step, outcome=trace.with_(Result.UNSEEN))
        await work.not_sent(step, step.outcome)
        return await self._dated(work, step, copy.deletehash)

    async def _dated(self, work: Work, step: Step, handle: str | None = None) -> Step:
        """The copy is deleted when its picture was to be, though that may have been while it was copied.

        Told once, as its user may wish otherwise from then on. `handle` is the copy's deletehash.
        """
        trace, (item,) = Trace.of(step), items_of(step.payload)
        if trace.copy is None or trace.is_dated:
            return step
        due = await self._due(work, item.id)
        if due is None and await self._upload(work, step) is None:
            due = trace.due
        if due is not None:
            account_id = work.job.account_id
            expiry = Expiry(work.job.discord_id, trace.copy, due, account_id, deletehash=handle)
            await self._catalogue.uploads.expire(expiry, since=work.job.begun_at)
        step = replace(step, outcome=replace(trace, due=None, is_dated=True).with_(Result.UNSEEN))
        await work.not_sent(step, step.outcome)
        return step

    async def _due(self, work: Work, image_id: str) -> datetime | None:
        """When the user's picture is to be deleted."""
        found = await self._catalogue.uploads.expiring(work.job.discord_id, [image_id])
        return found[image_id].due_at if image_id in found else None

    async def _upload(self, work: Work, step: Step) -> AnonymousUpload | None:
        """The user's upload; None where they have none such, or have none any more."""
        (item,) = items_of(step.payload)
        return await self._catalogue.uploads.get(work.job.discord_id, item.id)


def _whose(work: Work) -> tuple[int, int]:
    return work.job.discord_id, work.job.account_id or 0


def _called(image: Image, upload: AnonymousUpload) -> Image:
    """A picture with what it is called on record here, where Imgur does not say."""
    return replace(image, title=image.title or upload.title, description=image.description or upload.description)


def _recorded(upload: AnonymousUpload, copy: Image) -> Image:
    """A picture that is gone by now, as it is on record here, which says nothing of whether it moves."""
    return replace(uploaded_image(upload), animated=copy.animated)
