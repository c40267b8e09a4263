"""What is to be told of jobs, and where: each outcome once, what leads to a message sealed under a key of its own."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, and_, exists, select, update

from storage.database import Database, Transaction
from storage.jobs.rows import COLUMNS, LIVE, forget, job_of
from storage.keys import erase_keys, renew_key
from storage.models import Job, JobState, Origin
from storage.sealing import Keyring, SealContext
from storage.tables import data_keys, jobs, steps

SHOWN = timedelta(minutes=15)
"""For so long after it has ended, a job of steps is known although that was told: its message may be pressed on."""

_NO_ORIGIN = {"origin": None, "origin_key_id": None, "origin_until": None}
_UNTOLD = {"outcome_title": None, "outcome_text": None, "outcome_words": None}


class Outcomes:
    """The part of the jobs' store that is about their users: how it ended, and which message shows it."""

    def __init__(self, database: Database, keyring: Keyring) -> None:
        self._database = database
        self._keyring = keyring

    async def take_outcomes(self, discord_id: int) -> list[Job]:
        """What has ended, or stopped, and was not told yet; each is given once. The message may still show it, too."""
        untold = and_(COLUMNS.discord_id == discord_id, COLUMNS.outcome_title.is_not(None))
        if not (await self._database.execute(select(COLUMNS.id).where(untold).limit(1))).first():
            return []  # as mostly
        async with self._database.write() as transaction:
            found = select(jobs).where(untold).order_by(COLUMNS.id).with_for_update()
            rows = (await transaction.execute(found)).all()
            await _told(transaction, rows)
        return [job_of(row) for row in rows]

    async def told(self, job: Job) -> None:
        """The outcome that the job has here was told; where it has gone on since then, nothing is."""
        mine = and_(COLUMNS.id == job.id, ~LIVE, COLUMNS.ended_at == job.ended_at)
        async with self._database.write() as transaction:
            rows = (await transaction.execute(select(jobs).where(mine).with_for_update())).all()
            await _forget_origins(transaction, rows)
            await _told(transaction, rows)

    async def shown_in(self, discord_id: int, job_id: int, origin: Origin) -> bool:
        """Note, in place of another, what leads to the message that shows a job of the user's that goes on."""
        mine = select(jobs).where(COLUMNS.id == job_id, COLUMNS.discord_id == discord_id, LIVE).with_for_update()
        async with self._database.write() as transaction:
            row = (await transaction.execute(mine)).one_or_none()
            if row is not None:
                await self.lead_to(transaction, row, origin)
        return row is not None

    async def take_telling(self, job: Job) -> bool:
        """Be the one who tells in the message of `Job.shown` how it ended; False where another is, or a newer press."""
        mine = and_(COLUMNS.id == job.id, ~LIVE, COLUMNS.origin_until == job.shown)
        async with self._database.write() as transaction:
            row = (await transaction.execute(select(jobs).where(mine).with_for_update())).one_or_none()
            if row is not None:
                await _forget_origins(transaction, (row,))
        return row is not None

    async def take_origin(self, job: Job, now: datetime) -> tuple[Job, str] | None:
        """The same for who does not show it: the job as it is and what leads there; None as well if it is too late."""
        found = select(jobs, data_keys.c.key).join(data_keys, COLUMNS.origin_key_id == data_keys.c.id)
        mine = found.where(COLUMNS.id == job.id, ~LIVE, COLUMNS.origin.is_not(None))
        async with self._database.write() as transaction:
            row = (await transaction.execute(mine.with_for_update(of=jobs))).one_or_none()
            if row is None:
                return None
            await _forget_origins(transaction, (row,))
        text = self._keyring.open(row.origin, _context(row), row.key)
        return (job_of(row), text) if row.origin_until > now else None

    async def sweep(self, before: datetime, now: datetime) -> int:
        """Forget what ended, or stopped, before then, how many those were, and what leads to messages no longer."""
        late = select(jobs).where(COLUMNS.origin_until <= now).order_by(COLUMNS.id).with_for_update()
        was_told = and_(
            COLUMNS.state == JobState.ENDED, COLUMNS.outcome_title.is_(None), COLUMNS.ended_at < now - SHOWN
        )
        async with self._database.write() as transaction:
            await _forget_origins(transaction, (await transaction.execute(late)).all())
            await forget(transaction, was_told)
            return await forget(transaction, ~LIVE, COLUMNS.ended_at < before)

    async def lead_to(self, transaction: Transaction, row: Row[Any], origin: Origin) -> None:
        """Note what leads to the message that shows this job, which is locked."""
        key = await renew_key(transaction, row.origin_key_id)
        sealed = self._keyring.seal(origin.text, _context(row), key.key)
        values = {"origin": sealed, "origin_key_id": key.id, "origin_until": origin.until}
        await transaction.execute(update(jobs).where(COLUMNS.id == row.id).values(values))


async def _told(transaction: Transaction, rows: Sequence[Row[Any]]) -> None:
    """The outcomes of these jobs, which are locked, were told. Of what has ended, only what was shown is kept."""
    ids = [row.id for row in rows]
    await transaction.execute(update(jobs).where(COLUMNS.id.in_(ids)).values(_UNTOLD))
    bare = ~exists().where(steps.c.job_id == COLUMNS.id)
    await forget(transaction, COLUMNS.id.in_(ids), COLUMNS.state == JobState.ENDED, bare)


async def _forget_origins(transaction: Transaction, rows: Sequence[Row[Any]]) -> None:
    """What leads to the messages of these jobs, which are locked, opens no more."""
    await erase_keys(transaction, (row.origin_key_id for row in rows))
    await transaction.execute(update(jobs).where(COLUMNS.id.in_([row.id for row in rows])).values(_NO_ORIGIN))


def _context(row: Row[Any]) -> SealContext:
    """Where what leads to a job's message is sealed."""
    return SealContext("jobs.origin", f"{row.discord_id}/{row.id}")
