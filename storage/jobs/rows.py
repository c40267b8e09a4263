"""Rows of jobs: how they are read, told apart, and forgotten."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, delete, or_

from storage.database import Transaction
from storage.keys import erase_keys
from storage.models import Job, JobState, Step, StepState
from storage.tables import jobs

LEASE = timedelta(minutes=1)
"""How long a claim holds that is not renewed."""

COLUMNS = jobs.c
OPEN: ColumnElement[bool] = COLUMNS.state == JobState.OPEN
LIVE: ColumnElement[bool] = COLUMNS.state.in_((JobState.OPEN, JobState.STOPPING))
"""A process has something to do about it."""


def is_free(columns: Any, now: datetime) -> ColumnElement[bool]:
    """Nobody has it; a claim beyond its LEASE was made by a clock that was wrong."""
    until = columns.claimed_until
    return or_(until.is_(None), until <= now, until > now + 2 * LEASE)


def is_claimed(job: Job) -> ColumnElement[bool]:
    """It is the job, and whoever has it still holds this claim."""
    return and_(COLUMNS.id == job.id, COLUMNS.claim == (job.claim or ""))


def job_of(row: Row[Any]) -> Job:
    """The job of a row."""
    return Job(
        id=row.id,
        kind=row.kind,
        discord_id=row.discord_id,
        subject=row.subject,
        account_id=row.account_id,
        payload=row.payload,
        state=JobState(row.state),
        due_at=row.due_at,
        begun_at=row.begun_at,
        failures=row.failures,
        ended_at=row.ended_at,
        outcome=None if row.outcome_title is None else (row.outcome_title, row.outcome_text or ""),
        words=row.outcome_words,
        claim=row.claim,
        shown=row.origin_until,
    )


def step_of(row: Row[Any]) -> Step:
    """The step of a row."""
    return Step(row.number, row.payload, StepState(row.state), row.outcome)


async def forget(transaction: Transaction, *where: ColumnElement[bool]) -> int:
    """Forget these jobs with their steps; how many those were. A job is locked before its key, as everywhere."""
    gone = await transaction.execute(delete(jobs).where(*where).returning(COLUMNS.origin_key_id))
    key_ids = gone.scalars().all()
    await erase_keys(transaction, key_ids)
    return len(key_ids)
