"""Deletes what is due, picture by picture, for as long as it takes."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog

from errors import BotError
from imgur.errors import ApplicationRefusedError, ForbiddenError, ImgurError, RateLimitedError, RejectedError
from locales.text import Moment, Text, sentences
from services.expiry.clock import SteadyClock
from services.jobs import Done, Handler, Pause, Verdict, Work
from services.library.items import ItemService
from services.ports import ExpiryStore
from services.words import Words
from storage.errors import KeyMissingError, SealBrokenError, StorageError
from storage.models import Expiry

log = structlog.get_logger(__name__)

KIND = "expiry"
CLOCK_PAUSE = 5.0
"""Seconds until a clock that is not believed is looked at again."""
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=5), timedelta(hours=1)
"""After a failure; each in a row doubles it."""
GIVEN_UP, LEAST_TRIES = timedelta(days=30), 180
"""After so long in vain, and a week of tries at least, its user is told that it is theirs to delete."""
ITS_OWN = (BotError, ForbiddenError, RejectedError, KeyMissingError, SealBrokenError)
"""What is about one picture and keeps no other waiting, but for what Imgur says of the bot itself."""


class Expiring(Handler):
    """Its users have asked for it, so that it goes first. They hear of it only where it is given up."""

    kind = KIND
    is_asked_for = True

    def __init__(self, store: ExpiryStore, items: ItemService, clock: SteadyClock) -> None:
        self._store = store
        self._items = items
        self._clock = clock

    async def advance(self, work: Work) -> Verdict | None:
        """Delete what of the user's has been due the longest. A killed process leaves it to the next one."""
        now = self._clock.now()
        if now is None:
            return Pause(CLOCK_PAUSE)
        expiry = await self._store.claim(work.job.discord_id, now)
        if expiry is None:
            return Done()
        try:
            await delete(self._store, self._items, expiry, now)
        except ITS_OWN as error:
            if not is_its_own(error):
                raise
            log.info("a picture that is due has to wait", reason=type(error).__name__)
            if _is_hopeless(expiry, now) and await self._store.keep(expiry.discord_id, expiry.image_id):
                return Done(_given_up(expiry))
        return None

    async def judge(self, work: Work, error: Exception) -> None:
        """Whatever it is, it is tried again."""


def is_its_own(error: Exception) -> bool:
    """Whether a trouble is about one picture, and the next may well do."""
    return isinstance(error, ITS_OWN) and not isinstance(error, ApplicationRefusedError)


async def delete(store: ExpiryStore, items: ItemService, expiry: Expiry, now: datetime) -> None:
    """Delete a picture that was claimed. What fails is noted, to be tried again, and raised if it is known."""
    try:
        await items.expire(expiry)
    except Exception as error:
        pause, failures = FIRST_PAUSE * 2 ** min(expiry.failures, 20), expiry.failures + 1
        if isinstance(error, RateLimitedError):  # which says nothing of this picture
            pause, failures = timedelta(), expiry.failures
        await store.release(expiry, now + min(pause, LONGEST_PAUSE), failures=failures)
        if isinstance(error, BotError | ImgurError | StorageError):
            raise
        log.exception("a picture could not be deleted when it was due")


def _is_hopeless(expiry: Expiry, now: datetime) -> bool:
    return now - expiry.due_at >= GIVEN_UP and expiry.failures >= LEAST_TRIES


def _given_up(expiry: Expiry) -> Words:
    page = f"https://imgur.com/{expiry.image_id}"
    due = Text("{picture} was to be deleted {when}. That never worked.", picture=page, when=Moment(expiry.due_at))
    own = Text("The bot no longer tries: delete it on Imgur, or link the account that it is in and use /imgur delete.")
    return Words(Text("A picture could not be deleted"), sentences(due, own))
