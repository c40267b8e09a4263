"""What is in users' own albums: put in, taken out, put in order."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from operator import itemgetter
from weakref import WeakValueDictionary

import structlog

from errors import AlbumGivenError, AlbumIncompleteError, BotError, NotYoursError
from imgur.errors import (
    AlbumGoneError,
    ApplicationRefusedError,
    ForbiddenError,
    ImgurError,
    NotFoundError,
    RejectedError,
)
from imgur.models import Album, Image, Item, Kind
from imgur.reference import Reference
from services.album.looking import Look
from services.album.models import Edited, Filled, Outcome, is_ordered
from services.cache import TimedCache, oldest
from services.jobs import Record
from services.library import naming
from services.library import suggestions as offering
from services.library.catalogue import Catalogue
from services.library.reading import WRITTEN_SECONDS, Viewer
from services.library.suggestions import Scope, Suggestion, suggestions, uploaded_image
from services.ports import ImgurApi
from services.quota.caller import waiting_for_nothing
from services.text import line
from storage.errors import StorageError

log = structlog.get_logger(__name__)

MOST_KEPT = 4096
LONGEST_UPLOAD = 900.0  # seconds
REFUSALS = (RejectedError, ForbiddenError, NotFoundError)
FIRST_GLANCE = 0.2
"""Seconds until an album is looked at whose order is under way; each pause is twice the last."""
LOOKED_FOR = 10
"""Of the pictures that Imgur did not put into an album, so many are looked for: they may be gone."""


@dataclass(frozen=True, slots=True)
class _Named:
    """A picture that a text names; with an `outcome`, nothing of it is sent."""

    id: str
    title: str = ""
    outcome: Outcome | None = None


class AlbumPictures:
    """Changes what is in albums. Texts and errors are those of `AlbumService`."""

    def __init__(self, imgur: ImgurApi, catalogue: Catalogue, look: Look, record: Record) -> None:
        self._imgur = imgur
        self._record = record
        self._catalogue = catalogue
        self._reading = catalogue.reading
        self._look = look
        self._turns: WeakValueDictionary[tuple[int, str], asyncio.Lock] = WeakValueDictionary()
        self._lately: TimedCache[tuple[int, str, str], tuple[str, bool]] = TimedCache(WRITTEN_SECONDS, MOST_KEPT)
        self._ordered: TimedCache[tuple[int, str], float] = TimedCache(LONGEST_UPLOAD, MOST_KEPT)

    def _turn(self, viewer: Viewer, album_id: str) -> asyncio.Lock:
        """One change of what is in an album at a time: an order goes over as a whole set, others would fall out."""
        return self._turns.setdefault((viewer.account_id, album_id), asyncio.Lock())

    @asynccontextmanager
    async def there(self, viewer: Viewer, album_id: str) -> AsyncIterator[None]:
        """Where Imgur refuses what is done within, AlbumGoneError if it is because there is no such album any more."""
        try:
            yield
        except REFUSALS as error:
            if isinstance(error, AlbumGoneError | ApplicationRefusedError):
                raise
            await self._is_there(viewer, album_id, error)
            raise

    async def _is_there(self, viewer: Viewer, album_id: str, why: ImgurError | BotError | None = None) -> None:
        """Look for an album, and raise AlbumGoneError where it is no more; where that cannot be seen, nothing."""
        if self._reading.is_new(viewer, album_id):
            return
        try:
            look = partial(self._look.is_there, viewer.discord_id, album_id)
            is_there = await self._look.settled(look, lambda there: there)  # another process may just have made it
        except (ImgurError, BotError) as error:
            log.info("an album could not be looked for", reason=type(error).__name__)
            return
        if not is_there:
            await self._catalogue.album_gone(viewer, album_id, deleted=False)
            raise AlbumGoneError from why

    async def uploaded(self, viewer: Viewer, album_id: str, image_id: str, begun: float) -> None:
        """A picture was uploaded into it; `begun` as `time.monotonic`. One that an order has dropped is put back."""
        async with self._turn(viewer, album_id):
            self._lately.put((viewer.account_id, album_id, image_id), (image_id, True))
            if (self._ordered.peek((viewer.account_id, album_id)) or -math.inf) < begun:
                return
            if image_id not in await self._look.inside(viewer.discord_id, album_id, [image_id]):
                await self._look.tell(viewer.discord_id, partial(self._imgur.add_to_album, album_id, [image_id]))

    async def inside(self, discord_id: int, album_id: str, images: Sequence[str]) -> frozenset[str]:
        """Which of these pictures are in an album of the user's, asked of Imgur."""
        return await self._look.inside(discord_id, album_id, images)

    async def add(self, discord_id: int, album: str, images: Sequence[str], *, several: bool = False) -> Filled:
        """Put pictures of the user's own into it, each named by a text: what cannot get in keeps no other out.

        Raises AlbumGivenError; where one text is given alone, also what that may raise, unless it is one of `several`.
        """
        target = await self._catalogue.own_album(discord_id, album)
        viewer = await self._catalogue.usable(discord_id)
        named = [await self._own(viewer, text, is_one=len(images) == 1 and not several) for text in images]
        return await self._fill(viewer, target, named, is_in=True)

    async def remove(self, discord_id: int, album: str, images: Sequence[str]) -> Filled:
        """Take pictures out of it; they stay on Imgur. Raises as `add` does."""
        target = await self._catalogue.own_album(discord_id, album)
        viewer = await self._catalogue.usable(discord_id)
        async with self.there(viewer, target.id):
            named = [await self._within(viewer, target, text) for text in images]
        return await self._fill(viewer, target, named, is_in=False)

    async def suggest(self, discord_id: int, album: str, typed: str) -> list[Suggestion]:
        """Of the pictures of the album that is named so far, what matches what was typed. Within 3 s; never raises."""
        try:
            viewer = await self._catalogue.usable(discord_id)
            async with asyncio.timeout(offering.PATIENCE):
                reference = naming.by_value(album) or await self._named_so_far(discord_id, album)
                if reference is None:
                    return []
                inside = await self._reading.album(viewer, reference.id)
        except (BotError, ImgurError, StorageError, TimeoutError) as error:
            log.debug("nothing to suggest", reason=type(error).__name__)
            return []
        return suggestions(inside.images, typed)

    async def _named_so_far(self, discord_id: int, album: str) -> Reference | None:
        lists = await self._catalogue.lists.suggested(discord_id, Scope.ALBUMS, album)
        return naming.among(list(chain.from_iterable(lists)), album)

    async def move_first(self, discord_id: int, album_id: str, image_id: str) -> Edited:
        """Put one of its pictures at the beginning.

        The order goes over as a whole new set: it is read just before, with what this bot has done and Imgur does not
        show yet, and what is missing after it is put back, also what others put in while Imgur let it wait. What they
        put in within the last round trip before Imgur takes the order nobody can know of, and Imgur drops it.
        Raises AlbumIncompleteError where Imgur does not send all of them, for the rest would fall out.
        """
        viewer = await self._catalogue.usable(discord_id)
        async with self._turn(viewer, album_id), self.there(viewer, album_id):
            return await self._move_first(viewer, album_id, image_id)

    async def _move_first(self, viewer: Viewer, album_id: str, image_id: str) -> Edited:
        discord_id = viewer.discord_id
        before = await self._look.album(discord_id, album_id)
        if not viewer.owns(before):
            raise NotYoursError
        if len(before.images) < before.images_count:
            raise AlbumIncompleteError(len(before.images), before.images_count)
        ids = [image.id for image in before.images]
        if image_id not in ids:
            raise NotFoundError("not in the album")
        lately = dict(self._lately.known(lambda key: key[:2] == (viewer.account_id, album_id)))
        ids = [one for one in ids if lately.get(one, True)] + [one for one in lately if lately[one] and one not in ids]
        wish = [image_id, *(other for other in ids if other != image_id)]
        change = {"deed": "order", "album": album_id, "title": line(before.title), "wish": wish}
        await self._record(discord_id, viewer.account_id, change)
        with waiting_for_nothing():  # what was read just before would be old after a wait
            is_told, glimpsed = await self._ordering(viewer, album_id, wish)
        ids += [one for one in glimpsed if one not in ids and lately.get(one, True)]
        self._ordered.put((viewer.account_id, album_id), time.monotonic())
        images = {image.id: image for image in before.images}
        wished = replace(before, images=tuple(images.get(one, Image(one)) for one in wish))
        now, is_unseen = await self._look.settled_album(discord_id, wished, lambda seen: is_ordered(seen, wish))
        if lost := () if is_unseen else _missing(now, ids):
            log.warning("pictures fell out of an album when it was put in order", count=len(lost))
            await self.put_back(viewer, album_id, lost)
            now, is_unseen = await self._look.settled_album(discord_id, now, lambda seen: not _missing(seen, ids))
        self._catalogue.changed(discord_id)
        self._reading.written(viewer, now)
        missing = () if is_unseen else _missing(now, ids)
        is_saved = image_id not in (*missing, *lost) and is_ordered(
            now, [one for one in wish if one not in {*missing, *lost}]
        )
        hidden = await self._catalogue.hidden(now)
        returned = tuple(one for one in lost if one not in missing)
        ignored = () if is_saved else ("order",)
        return Edited(now, ignored, ("order",), hidden, is_unseen, missing, is_lost=not is_told, returned=returned)

    async def _ordering(self, viewer: Viewer, album_id: str, wish: Sequence[str]) -> tuple[bool, list[str]]:
        """Send an order. Whether Imgur said yes, and what was seen in the album for as long as it did not answer."""
        change = partial(self._imgur.update_album, album_id, images=wish)
        sending = asyncio.ensure_future(self._look.tell(viewer.discord_id, change))
        seen: dict[str, None] = {}
        pause = FIRST_GLANCE
        try:
            while not (await asyncio.wait({sending}, timeout=pause))[0]:
                pause *= 2
                with suppress(ImgurError, BotError):
                    album = await self._look.album(viewer.discord_id, album_id)
                    seen |= dict.fromkeys(image.id for image in album.images)
            return await sending, list(seen)
        finally:
            sending.cancel()

    async def put_back(self, viewer: Viewer, album_id: str, lost: Sequence[str]) -> None:
        """Put in again what an order has dropped, as far as Imgur takes it."""
        try:
            await self._send(viewer, album_id, lost, is_in=True)
        except ImgurError as error:
            log.warning("pictures could not be put back", count=len(lost), reason=type(error).__name__)

    async def _fill(self, viewer: Viewer, album: Album, named: Sequence[_Named], *, is_in: bool) -> Filled:
        """Bring those without an outcome into the album, or out of it."""
        async with self._turn(viewer, album.id):
            filled = await self._filled(viewer, album, named, is_in=is_in)
        for image_id, outcome in filled.outcomes.items():
            if outcome is Outcome.DONE:
                self._lately.put((viewer.account_id, album.id, image_id), (image_id, is_in))
        return filled

    async def _filled(self, viewer: Viewer, album: Album, named: Sequence[_Named], *, is_in: bool) -> Filled:
        outcomes = {one.id: one.outcome for one in named}
        open_ones = [one for one, outcome in outcomes.items() if outcome is None]
        if open_ones:
            await self._look.ready(viewer, album.id)
        inside = await self._look.inside(viewer.discord_id, album.id, open_ones)
        sending = [one for one in open_ones if (one in inside) is not is_in]
        if open_ones and not is_in and not inside:
            await self._is_there(viewer, album.id)
        outcomes |= {one: Outcome.ALREADY for one in open_ones if one not in sending}
        trouble: ImgurError | BotError | None = None
        if sending:
            deed, titles = "add" if is_in else "remove", {one.id: one.title for one in named}
            images = [[one, titles[one]] for one in sending]
            change = {"deed": deed, "album": album.id, "title": line(album.title), "images": images}
            await self._record(viewer.discord_id, viewer.account_id, change)
            stopped, trouble = await self._send(viewer, album.id, sending, is_in=is_in)
            sent = [one for one in sending if one not in stopped]
            outcomes |= stopped | await self._become(viewer.discord_id, album.id, sent, is_in=is_in)
            moved = list(outcomes.values()).count(Outcome.DONE)
            count = max(album.images_count + (moved if is_in else -moved), 0)
            await self._catalogue.shelves.changed(viewer, replace(album, images_count=count))
            self._catalogue.changed(viewer.discord_id)
            self._reading.forget_album(viewer.discord_id, album.id)
        told = {one: outcome or Outcome.UNTOUCHED for one, outcome in outcomes.items()}
        return Filled(album, told, {one.id: one.title for one in named}, trouble)

    async def _send(
        self, viewer: Viewer, album_id: str, images: Sequence[str], *, is_in: bool
    ) -> tuple[dict[str, Outcome], ImgurError | BotError | None]:
        """Send a change. Where Imgur refuses it as a whole, its halves, so that one bad picture keeps no good one out.

        What was refused or not sent any more, and why not; raises what keeps all of it from being sent.
        """
        call = self._imgur.add_to_album if is_in else self._imgur.remove_from_album
        refused: dict[str, Outcome] = {}
        waiting, is_begun = [list(images)], False
        while waiting:
            part = waiting.pop(0)
            try:
                await self._look.tell(viewer.discord_id, partial(call, album_id, part))
            except (ImgurError, BotError) as error:
                if not isinstance(error, REFUSALS) or isinstance(error, ApplicationRefusedError):
                    if not is_begun:
                        raise
                    left = [one for rest in (part, *waiting) for one in rest]
                    return refused | dict.fromkeys(left, Outcome.UNTOUCHED), error
                if not is_begun:
                    await self._is_there(viewer, album_id, error)
                if len(part) == 1:
                    is_gone = await self._look.is_on_imgur(viewer.discord_id, part[0]) is False
                    refused[part[0]] = Outcome.GONE if is_gone else Outcome.REFUSED
                else:
                    waiting = [part[: len(part) // 2], part[len(part) // 2 :], *waiting]
            is_begun = True
        return refused, None

    async def _become(
        self, discord_id: int, album_id: str, images: Sequence[str], *, is_in: bool
    ) -> dict[str, Outcome]:
        """What became of pictures that were sent, from the album read back."""
        if not images:
            return {}
        try:
            inside = await self._look.settled(
                partial(self._look.inside, discord_id, album_id, images),
                lambda seen: all((one in seen) is is_in for one in images),
            )
        except (ImgurError, BotError) as error:
            log.info("an album could not be read back", reason=type(error).__name__)
            return dict.fromkeys(images, Outcome.UNSEEN)
        became = {one: Outcome.DONE if (one in inside) is is_in else Outcome.IGNORED for one in images}
        for one in [one for one, outcome in became.items() if is_in and outcome is Outcome.IGNORED][:LOOKED_FOR]:
            if await self._look.is_on_imgur(discord_id, one) is False:
                became[one] = Outcome.GONE
        return became

    async def _own(self, viewer: Viewer, text: str, *, is_one: bool) -> _Named:
        """The picture that a text names, if it may be put into an album."""
        since = oldest(fresh=naming.is_title(text))  # it may be called something else by now

        async def read(reference: Reference) -> tuple[Item, Outcome | None]:
            if Kind.IMAGE not in reference.kinds:
                raise AlbumGivenError
            if upload := await self._catalogue.uploads.get(viewer.discord_id, reference.id):
                return uploaded_image(upload), Outcome.ANONYMOUS
            item = None if is_one else await self._known(viewer, text)
            item = item or await self._reading.item(viewer, reference, since=since)
            if isinstance(item, Album):
                raise AlbumGivenError
            return item, None if viewer.owns(item) else Outcome.NOT_YOURS

        try:
            item, outcome = await self._catalogue.named(viewer, text, Scope.OWN_IMAGES, read, itemgetter(0))
        except NotFoundError:
            if is_one or (reference := naming.by_value(text)) is None:
                raise
            return _Named(reference.id, outcome=Outcome.GONE)
        return _Named(item.id, line(item.title), outcome)

    async def _known(self, viewer: Viewer, text: str) -> Item | None:
        """A picture of the account's own that was picked, as far as that is known without asking Imgur."""
        reference = naming.by_value(text)
        known = await self._catalogue.shelves.known(viewer, reference.kinds, reference.id) if reference else None
        return known if known is not None and viewer.owns(known) else None

    async def _within(self, viewer: Viewer, album: Album, text: str) -> _Named:
        """The picture of an album that a text names."""
        if (reference := naming.exact(text)) is not None:
            if Kind.IMAGE not in reference.kinds:
                raise AlbumGivenError
            return _Named(reference.id, await self._title(viewer, album, reference.id))
        inside = await self._reading.album(viewer, album.id)
        if (reference := naming.among(inside.images, text)) is not None:
            return next(_Named(image.id, line(image.title)) for image in inside.images if image.id == reference.id)
        found = await self._own(viewer, text, is_one=True)
        return _Named(found.id, found.title)

    async def _title(self, viewer: Viewer, album: Album, image_id: str) -> str:
        """What a picture is called, as far as that is known without asking Imgur."""
        known = self._reading.shown_in(viewer, album.id, image_id)
        known = known or await self._catalogue.shelves.known(viewer, (Kind.IMAGE,), image_id)
        return line(known.title) if known else ""


def _missing(album: Album, images: Iterable[str]) -> tuple[str, ...]:
    """Which of these are not in it."""
    inside = {image.id for image in album.images}
    return tuple(one for one in images if one not in inside)
