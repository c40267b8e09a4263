"""What is done in a quiet hour: copies of what is erased, but was no secret, go from the database's files.

Titles and names are overwritten as their rows go (`secure_delete`), but a row that SQLite has moved to another page may
leave a copy in the gap. Only writing the whole database anew is sure to catch those. That is due from the first
erasure on, is done when nobody writes, and at the latest after a day; that it is due is on record, so it survives a
restart.
"""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update

from storage.database import DUE, Database
from storage.errors import DatabaseUnavailableError
from storage.tables import EPOCH, TICK, housekeeping

log = logging.getLogger(__name__)

DOING = "scrubbing"  # the same, of what the writing that is under way catches
OLD_SEALS = "reseal"  # there are values that the release before sealed
QUIET = timedelta(minutes=3)  # without a write, when it has just become due; the longer it is due, the less it takes
FIRST = timedelta(hours=1)  # not sooner, so that what comes in a row is one
LATEST = timedelta(hours=23)
PAUSE = timedelta(minutes=5)  # after one that failed

ROWS = housekeeping.c


class Housekeeper:
    """Does what is due. `tick` is to be called every few seconds."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._not_before = EPOCH

    async def tick(self, now: datetime) -> None:
        """Erase the traces that are left, and scrub if that is due and nobody is in the way."""
        await self._database.settle_all()
        pauses = self._not_before - PAUSE <= now < self._not_before  # not until a clock that was ahead is reached
        if not pauses and (since := await self._due(now)) is not None:
            await self._scrub(now - since, now)

    async def _due(self, now: datetime) -> datetime | None:
        """Since when; what a clock that was ahead has noted counts from now on."""
        query = select(func.min(ROWS.value)).where(ROWS.name.in_((DUE, DOING)))
        since: int | None = (await self._database.execute(query)).scalar()
        if since is None:
            return None
        if (at := EPOCH + since * TICK) <= now:
            return at
        async with self._database.write() as transaction:
            early = update(housekeeping).where(ROWS.name.in_((DUE, DOING)), ROWS.value > (now - EPOCH) // TICK)
            await transaction.execute(early.values(value=(now - EPOCH) // TICK))
        return now

    async def _scrub(self, age: timedelta, now: datetime) -> None:
        is_late = age >= LATEST
        if not is_late and (age < FIRST or await self._database.idle() < QUIET * (1 - age / LATEST)):
            return
        self._not_before = now + PAUSE
        try:
            await self._move()  # what is erased while it goes on is due once more
            if await self._database.scrub(patient=not is_late):
                await self._done()
        except DatabaseUnavailableError as error:
            log.warning("copies of erased titles and names may still be in the database's files: %s", error)

    async def _move(self) -> None:
        async with self._database.write() as transaction:
            gone = await transaction.execute(delete(housekeeping).where(ROWS.name == DUE).returning(ROWS.value))
            if (since := gone.scalar()) is not None:
                row = transaction.insert(housekeeping).values(name=DOING, value=since)
                await transaction.execute(row.on_conflict_do_nothing())

    async def _done(self) -> None:
        async with self._database.write() as transaction:
            transaction.leaves_traces()
            await transaction.execute(delete(housekeeping).where(ROWS.name == DOING))
