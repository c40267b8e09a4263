"""What is done to each of several, and looked up where no answer came."""

from __future__ import annotations

from abc import abstractmethod
from typing import ClassVar

import structlog

from errors import AlbumGivenError, BotError, NotYoursError
from imgur.errors import (
    AlbumGoneError,
    ApplicationRefusedError,
    ForbiddenError,
    ImgurError,
    NotFoundError,
    OutcomeUnknownError,
    RejectedError,
)
from locales.text import Text
from services.album import AlbumService
from services.album import Outcome as Became
from services.bulk import words
from services.bulk.models import UNDONE, Result, became_of, items_of, outcome_of, results_of
from services.jobs import Done, PartlyDoneError, Stepwise, StopWantedError, Verdict, Work
from services.library.items import ItemService
from services.messages import words as worded
from services.selection import Deed, Selected
from services.words import Words
from storage.models import Step

log = structlog.get_logger(__name__)

_SOMETHING = Words(Text("Something went wrong"), Text("Try again."))
_REFUSALS = (NotYoursError, AlbumGivenError, ForbiddenError, RejectedError)


class Bulk(Stepwise):
    """One deed."""

    deed: ClassVar[Deed]

    async def ended(self, work: Work) -> Verdict:
        """Told with the next answer, unless the message that shows it could be."""
        return Done(words.ended(self.deed, results_of(await work.steps())))

    async def stopped(self, work: Work, error: Exception) -> Words:
        """Why, and what is untouched."""
        results = results_of(await work.steps())
        if isinstance(error, StopWantedError):
            return words.stopped_as_wished(self.deed, results)
        return words.stopped(self.deed, results, worded(error) or _SOMETHING)


class OneByOne(Bulk):
    """One item a step."""

    @abstractmethod
    async def each(self, discord_id: int, item: Selected) -> Result:
        """Do it. NotFoundError: it is gone; a refusal of this one is an outcome, all else stops the job."""

    @abstractmethod
    async def seen(self, discord_id: int, item: Selected) -> Result | None:
        """What can be seen of it where no answer came; None: nothing was done. Raises as `each` does."""

    async def look(self, work: Work, step: Step) -> str | None:
        """One that Imgur does not show keeps no other waiting."""
        (item,) = items_of(step.payload)
        try:
            return await self.seen(work.job.discord_id, item)
        except NotFoundError:
            return Result.GONE
        except _REFUSALS as error:
            if isinstance(error, ApplicationRefusedError):
                raise
            return Result.UNSEEN

    def given_up(self, step: Step) -> str:  # noqa: ARG002 - whatever it is
        """It is no longer in the way of the others."""
        return Result.UNCLEAR

    async def do(self, work: Work, step: Step) -> str:
        """Do it, or hear that it cannot be done."""
        (item,) = items_of(step.payload)
        try:
            return await self.each(work.job.discord_id, item)
        except NotFoundError:
            return Result.GONE
        except _REFUSALS as error:
            if isinstance(error, ApplicationRefusedError):
                raise
            return Result.REFUSED


class Deleting(OneByOne):
    """Deletes pictures for good, one a step."""

    kind = "bulk-delete"
    deed = Deed.DELETE

    def __init__(self, items: ItemService) -> None:
        self._items = items

    async def seen(self, discord_id: int, item: Selected) -> Result | None:
        """What is gone was deleted by us: it was there when its turn came, or that was not sure."""
        return Result.DONE if await self._items.was_deleted(discord_id, item.id) else None

    async def each(self, discord_id: int, item: Selected) -> Result:
        """Delete it."""
        deleted = await self._items.delete(discord_id, f"image:{item.id}")
        return Result.DONE if deleted else Result.GONE


class Favoriting(OneByOne):
    """Makes items favorites, one a step."""

    kind = "bulk-favorite"
    deed = Deed.FAVORITE

    def __init__(self, items: ItemService) -> None:
        self._items = items

    async def seen(self, discord_id: int, item: Selected) -> Result | None:
        """Whether it is one by now."""
        shown = await self._items.show(discord_id, f"{item.kind}:{item.id}")
        return Result.DONE if shown.item.favorite else None

    async def each(self, discord_id: int, item: Selected) -> Result:
        """Make it one."""
        favorited = await self._items.favorite(discord_id, f"{item.kind}:{item.id}")
        return Result.DONE if favorited.changed else Result.ALREADY


class Adding(Bulk):
    """Puts pictures into an album of the user's own, some a step."""

    kind = "bulk-add"
    deed = Deed.ADD

    def __init__(self, albums: AlbumService) -> None:
        self._albums = albums

    async def look(self, work: Work, step: Step) -> str | None:  # noqa: ARG002 - it is looked before it is sent
        """Doing it again does no harm: what is in the album is not sent, and counts as put there by us."""
        return None

    async def judge(self, work: Work, error: Exception) -> Verdict | None:
        """Where the album is gone it is over: nothing could go on."""
        if isinstance(error, AlbumGoneError) and not await work.is_unwanted():
            return Done(await self.stopped(work, error))
        return await super().judge(work, error)

    async def so_far(self, work: Work, step: Step) -> str | None:
        """Of what was sent and not seen yet, whether it is in the album."""
        items = items_of(step.payload)
        results = became_of(step, len(items))
        unseen = [number for number, result in enumerate(results) if result is Result.UNSEEN]
        if not unseen:
            return step.outcome
        ids, album = [items[number].id for number in unseen], work.job.payload["album"]
        try:
            inside = await self._albums.pictures.inside(work.job.discord_id, album, ids)
        except (ImgurError, BotError) as error:
            log.info("what went into an album could not be seen", job=work.job.id, reason=type(error).__name__)
            return outcome_of(results)
        for number in unseen:
            results[number] = Result.DONE if items[number].id in inside else Result.UNTOUCHED
        return outcome_of(results)

    async def do(self, work: Work, step: Step) -> str:
        """Put all that may get in there, but for those of which it is known by now what became of them."""
        items = items_of(step.payload)
        results = became_of(step, len(items))
        left = [number for number, result in enumerate(results) if result in UNDONE]
        album = f"album:{work.job.payload['album']}"
        texts = [f"image:{items[number].id}" for number in left]
        filled = await self._albums.pictures.add(work.job.discord_id, album, texts, several=True)
        for number in left:
            became = _BECAME[filled.outcomes.get(items[number].id, Became.GONE)]
            was_sent = step.state == "sent" or results[number] is Result.UNSEEN
            results[number] = Result.DONE if became is Result.ALREADY and was_sent else became
        if filled.trouble is not None:
            raise PartlyDoneError(outcome_of(results), filled.trouble)
        if Result.UNSEEN in results:
            raise PartlyDoneError(outcome_of(results), OutcomeUnknownError("an album could not be read back"))
        return outcome_of(results)


_BECAME = {
    Became.DONE: Result.DONE,
    Became.ALREADY: Result.ALREADY,
    Became.GONE: Result.GONE,
    Became.NOT_YOURS: Result.REFUSED,
    Became.ANONYMOUS: Result.REFUSED,
    Became.REFUSED: Result.REFUSED,
    Became.IGNORED: Result.IGNORED,
    Became.UNSEEN: Result.UNSEEN,
    Became.UNTOUCHED: Result.UNTOUCHED,
}
