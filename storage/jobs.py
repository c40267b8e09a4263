"""Work in the background: claimed by one process for a while at a time, step by step, gone with its user's link."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, case, delete, exists, func, insert, or_, select, update

from storage.database import Database, Transaction
from storage.keys import erase_keys, renew_key
from storage.models import Job, JobState, Origin, Step, StepState
from storage.sealing import Keyring, SealContext
from storage.tables import EPOCH, data_keys, jobs, links, steps
from storage.views import is_asked, settle_question

LEASE = timedelta(minutes=1)
"""How long a claim holds that is not renewed."""
LONGEST_WAIT = timedelta(hours=25)
"""Who waits longer than any of Imgur's limits lasts was told to by a clock that was wrong."""

COLUMNS = jobs.c


class JobStore:
    """Jobs and their steps. What changes a job needs its claim: False, changing nothing, where somebody else has it.

    Of all times, `now` is the caller's: processes whose clocks differ by less than a claim lasts do not mind.
    """

    def __init__(self, database: Database, keyring: Keyring) -> None:
        self._database = database
        self._keyring = keyring

    async def begin(
        self,
        kind: str,
        discord_id: int,
        now: datetime,
        *,
        account_id: int | None = None,
        subject: str | None = None,
        payload: Mapping[str, Any] | None = None,
        steps: Sequence[Mapping[str, Any]] = (),
        due_at: datetime | None = None,
        answers: str | None = None,
        clears: str | None = None,
        origin: Origin | None = None,
    ) -> Job | None:
        """A new job, open and due; None where there is an open one, or the user is not linked to `account_id`.

        `subject` is the user where it is not given. `answers` is a question of the user's, a view, that is answered
        with this, once: None where it is no longer there. In `clears`, another view, nothing is ticked then.
        """
        subject = subject or f"user:{discord_id}"
        values = {
            "kind": kind,
            "discord_id": discord_id,
            "subject": subject,
            "account_id": account_id,
            "payload": dict(payload or {}),
            "state": JobState.OPEN,
            "due_at": due_at or now,
            "begun_at": now,
            "failures": 0,
            "turn": EPOCH,
        }
        async with self._database.write() as transaction:
            if account_id is not None and not await _is_linked(transaction, discord_id, account_id):
                return None
            if answers is not None and not await is_asked(transaction, answers, discord_id):
                return None
            new = transaction.insert(jobs).values(values).on_conflict_do_nothing()
            row = (await transaction.execute(new.returning(jobs))).one_or_none()
            if row is None:
                return None
            await _add_steps(transaction, row.id, steps)
            if answers is not None:
                await settle_question(transaction, answers, discord_id, clears)
            if origin is not None:
                await self._lead_to(transaction, row, origin)
        return _job(row)

    async def claim(self, kinds: Collection[str], now: datetime, *, first: Collection[str] = ()) -> Job | None:
        """Take the job whose turn it is: `first` kinds first, then the user who has been waiting the longest.

        Nobody has two at a time. The claim ends by itself after LEASE.
        """
        other = jobs.alias()
        free = and_(
            COLUMNS.kind.in_(kinds),
            _OPEN,
            or_(COLUMNS.due_at <= now, COLUMNS.due_at > now + LONGEST_WAIT),
            _is_free(COLUMNS, now),
            ~exists().where(
                other.c.discord_id == COLUMNS.discord_id, other.c.id != COLUMNS.id, ~_is_free(other.c, now)
            ),
        )
        order = (case((COLUMNS.kind.in_(first), 0), else_=1), COLUMNS.turn, COLUMNS.id)
        found = select(COLUMNS.id).where(free).order_by(*order).limit(1)
        async with self._database.read() as transaction:  # mostly there is nothing to do, and nothing is to be written
            if not (await transaction.execute(found)).first():
                return None
        mine = COLUMNS.id == found.with_for_update(skip_locked=True).scalar_subquery()
        change = update(jobs).where(mine, _is_free(COLUMNS, now)).returning(jobs)
        async with self._database.write() as transaction:
            claimed = change.values(claim=secrets.token_hex(8), claimed_until=now + LEASE)
            row = (await transaction.execute(claimed)).one_or_none()
        return None if row is None else _job(row)

    async def renew(self, job: Job, now: datetime) -> bool:
        """Hold the claim for another LEASE."""
        return await self._change(job, claimed_until=now + LEASE)

    async def release(self, job: Job, now: datetime, *, due_at: datetime, failures: int = 0) -> bool:
        """Let it go on later, after all others who wait."""
        async with self._database.write() as transaction:
            change = update(jobs).where(_is_claimed(job))
            free: dict[str, Any] = {"claim": None, "claimed_until": None}
            if not (await transaction.execute(change.values(due_at=due_at, failures=failures, **free))).rowcount:
                return False
            turn = update(jobs).where(COLUMNS.discord_id == job.discord_id, _OPEN)
            await transaction.execute(turn.values(turn=now))
        return True

    async def postpone(self, job: Job, due_at: datetime) -> bool:
        """Have an open job that nobody works on wait longer."""
        change = update(jobs).where(COLUMNS.id == job.id, COLUMNS.claim.is_(None), _OPEN).values(due_at=due_at)
        async with self._database.write() as transaction:
            return bool((await transaction.execute(change)).rowcount)

    async def end(self, job: Job, now: datetime, state: JobState, outcome: tuple[str, str] | None = None) -> bool:
        """Record that it has stopped, or ended; one that ended with nothing to tell is forgotten."""
        if state is JobState.ENDED and outcome is None:
            async with self._database.write() as transaction:
                return bool(await _forget(transaction, _is_claimed(job)))
        title, text = outcome or (None, None)
        return await self._change(
            job, claim=None, claimed_until=None, state=state, ended_at=now, outcome_title=title, outcome_text=text
        )

    async def next_step(self, job_id: int) -> Step | None:
        """The first step that is not done."""
        found = select(steps).where(steps.c.job_id == job_id, steps.c.state != StepState.DONE)
        async with self._database.read() as transaction:
            row = (await transaction.execute(found.order_by(steps.c.number).limit(1))).one_or_none()
        return None if row is None else _step(row)

    async def steps(self, job_id: int) -> list[Step]:
        """All of them, in their order."""
        async with self._database.read() as transaction:
            found = select(steps).where(steps.c.job_id == job_id).order_by(steps.c.number)
            return [_step(row) for row in await transaction.execute(found)]

    async def tally(self, job_id: int) -> tuple[int, int]:
        """How many steps are done, and how many there are."""
        done = func.count().filter(steps.c.state == StepState.DONE).label("done")
        counts = select(done, func.count().label("total")).where(steps.c.job_id == job_id)
        async with self._database.read() as transaction:
            row = (await transaction.execute(counts)).one()
        return row.done, row.total

    async def mark(self, job: Job, number: int, state: StepState, outcome: str | None = None) -> bool:
        """Record where a step stands."""
        mine = exists().where(_is_claimed(job))
        change = update(steps).where(steps.c.job_id == job.id, steps.c.number == number, mine)
        async with self._database.write() as transaction:
            return bool((await transaction.execute(change.values(state=state, outcome=outcome))).rowcount)

    async def get(self, discord_id: int, job_id: int) -> Job | None:
        """A job of the user's."""
        found = await self._all(COLUMNS.discord_id == discord_id, COLUMNS.id == job_id)
        return found[0] if found else None

    async def of_user(self, discord_id: int) -> list[Job]:
        """The user's jobs, the oldest first."""
        return await self._all(COLUMNS.discord_id == discord_id)

    async def open_one(self, kind: str, subject: str) -> Job | None:
        """The open job of this kind and subject, whoever's it is."""
        found = await self._all(COLUMNS.kind == kind, COLUMNS.subject == subject, _OPEN)
        return found[0] if found else None

    async def ahead(self, job: Job, now: datetime) -> int:
        """How many other users' jobs come before this one."""
        me = jobs.alias()
        waiting = (
            select(func.count(func.distinct(COLUMNS.discord_id)))
            .join(me, me.c.id == job.id)
            .where(_OPEN, COLUMNS.due_at <= now, COLUMNS.discord_id != job.discord_id)
            .where(or_(COLUMNS.turn < me.c.turn, and_(COLUMNS.turn == me.c.turn, COLUMNS.id < me.c.id)))
        )
        async with self._database.read() as transaction:
            return int((await transaction.execute(waiting)).scalar_one())

    async def resume(self, discord_id: int, job_id: int, now: datetime) -> bool:
        """Let a stopped job of the user's go on; False where it has not stopped, or a newer one has taken its place."""
        mine = and_(COLUMNS.id == job_id, COLUMNS.discord_id == discord_id, COLUMNS.state == JobState.STOPPED)
        other = jobs.alias()
        newer = exists().where(
            other.c.kind == COLUMNS.kind, other.c.subject == COLUMNS.subject, other.c.state == JobState.OPEN
        )
        values = {"state": JobState.OPEN, "due_at": now, "failures": 0, "ended_at": None}
        outcome = {"outcome_title": None, "outcome_text": None}
        async with self._database.write() as transaction:
            change = update(jobs).where(mine, ~newer).values(**values, **outcome)
            return bool((await transaction.execute(change)).rowcount)

    async def drop(self, discord_id: int, job_id: int) -> bool:
        """Forget a job of the user's, whatever it is doing; what is under way of it is recorded nowhere."""
        async with self._database.write() as transaction:
            return bool(await _forget(transaction, COLUMNS.id == job_id, COLUMNS.discord_id == discord_id))

    async def take_outcomes(self, discord_id: int) -> list[Job]:
        """What has ended, or stopped, and was not told yet. What has ended is forgotten with that."""
        untold = and_(COLUMNS.discord_id == discord_id, COLUMNS.outcome_title.is_not(None))
        if not await self._all(untold):
            return []
        async with self._database.write() as transaction:
            found = select(jobs).where(untold).order_by(COLUMNS.id).with_for_update()
            rows = (await transaction.execute(found)).all()
            await _told(transaction, rows)
        return [_job(row) for row in rows]

    async def told(self, discord_id: int, job_id: int) -> None:
        """Its outcome, if there is one, was told: what has ended is forgotten with that."""
        mine = and_(COLUMNS.discord_id == discord_id, COLUMNS.id == job_id, COLUMNS.state != JobState.OPEN)
        async with self._database.write() as transaction:
            await _told(transaction, (await transaction.execute(select(jobs).where(mine).with_for_update())).all())

    async def shown_in(self, discord_id: int, job_id: int, origin: Origin) -> bool:
        """Note, in place of another, what leads to the message that shows an open job of the user's."""
        mine = select(jobs).where(COLUMNS.id == job_id, COLUMNS.discord_id == discord_id, _OPEN).with_for_update()
        async with self._database.write() as transaction:
            row = (await transaction.execute(mine)).one_or_none()
            if row is not None:
                await self._lead_to(transaction, row, origin)
        return row is not None

    async def take_origin(self, job: Job, now: datetime) -> tuple[Job, str] | None:
        """The job as it is and what leads to its message, once; None if its outcome was told, or it is too late."""
        found = select(jobs, data_keys.c.key).join(data_keys, COLUMNS.origin_key_id == data_keys.c.id)
        mine = found.where(COLUMNS.id == job.id, COLUMNS.outcome_title.is_not(None), COLUMNS.origin.is_not(None))
        async with self._database.write() as transaction:
            row = (await transaction.execute(mine.with_for_update(of=jobs))).one_or_none()
            if row is None:
                return None
            await erase_keys(transaction, (row.origin_key_id,))
            await transaction.execute(update(jobs).where(COLUMNS.id == job.id).values(_NO_ORIGIN))
        text = self._keyring.open(row.origin, _context(row), row.key)
        return (_job(row), text) if row.origin_until > now else None

    async def _lead_to(self, transaction: Transaction, row: Row[Any], origin: Origin) -> None:
        key = await renew_key(transaction, row.origin_key_id)
        sealed = self._keyring.seal(origin.text, _context(row), key.key)
        values = {"origin": sealed, "origin_key_id": key.id, "origin_until": origin.until}
        await transaction.execute(update(jobs).where(COLUMNS.id == row.id).values(values))

    async def sweep(self, before: datetime, now: datetime) -> int:
        """Forget what ended, or stopped, before then, how many those were, and what leads to messages no longer."""
        late = select(jobs).where(COLUMNS.origin_until <= now).order_by(COLUMNS.id).with_for_update()
        async with self._database.write() as transaction:
            await _forget_origins(transaction, (await transaction.execute(late)).all())
            return await _forget(transaction, COLUMNS.state != JobState.OPEN, COLUMNS.ended_at < before)

    async def _change(self, job: Job, **values: Any) -> bool:
        async with self._database.write() as transaction:
            change = update(jobs).where(_is_claimed(job)).values(**values)
            return bool((await transaction.execute(change)).rowcount)

    async def _all(self, *where: ColumnElement[bool]) -> list[Job]:
        async with self._database.read() as transaction:
            found = select(jobs).where(*where).order_by(COLUMNS.id)
            return [_job(row) for row in await transaction.execute(found)]


async def cancel_jobs(transaction: Transaction, discord_id: int) -> None:
    """Forget all that goes on for the user, with what it is about: within the write that ends their link."""
    await _forget(transaction, COLUMNS.discord_id == discord_id)


async def _forget(transaction: Transaction, *where: ColumnElement[bool]) -> int:
    """How many those were; the steps go with them. A job is locked before its key, as everywhere."""
    gone = await transaction.execute(delete(jobs).where(*where).returning(COLUMNS.origin_key_id))
    key_ids = gone.scalars().all()
    await erase_keys(transaction, key_ids)
    return len(key_ids)


async def _told(transaction: Transaction, rows: Sequence[Row[Any]]) -> None:
    """The outcomes of these jobs, which are locked, were told: what has ended is forgotten with that."""
    await _forget_origins(transaction, rows)
    ids = [row.id for row in rows]
    await transaction.execute(update(jobs).where(COLUMNS.id.in_(ids)).values(_UNTOLD))
    await _forget(transaction, COLUMNS.id.in_(ids), COLUMNS.state == JobState.ENDED)


async def _forget_origins(transaction: Transaction, rows: Sequence[Row[Any]]) -> None:
    """What leads to the messages of these jobs, which are locked, opens no more."""
    await erase_keys(transaction, (row.origin_key_id for row in rows))
    await transaction.execute(update(jobs).where(COLUMNS.id.in_([row.id for row in rows])).values(_NO_ORIGIN))


async def _is_linked(transaction: Transaction, discord_id: int, account_id: int) -> bool:
    """Whether the user is, and stays until the transaction ends."""
    link = select(links.c.discord_id).where(links.c.discord_id == discord_id, links.c.account_id == account_id)
    return (await transaction.execute(link.with_for_update(read=True))).first() is not None


async def _add_steps(transaction: Transaction, job_id: int, payloads: Sequence[Mapping[str, Any]]) -> None:
    rows = [
        {"job_id": job_id, "number": number, "payload": dict(payload), "state": StepState.WAITING}
        for number, payload in enumerate(payloads)
    ]
    if rows:
        await transaction.execute(insert(steps), rows)


_NO_ORIGIN = {"origin": None, "origin_key_id": None, "origin_until": None}
_UNTOLD = {"outcome_title": None, "outcome_text": None}
_OPEN: ColumnElement[bool] = COLUMNS.state == JobState.OPEN


def _is_free(columns: Any, now: datetime) -> ColumnElement[bool]:
    """Nobody has it; a claim beyond its LEASE was made by a clock that was wrong."""
    until = columns.claimed_until
    return or_(until.is_(None), until <= now, until > now + 2 * LEASE)


def _is_claimed(job: Job) -> ColumnElement[bool]:
    return and_(COLUMNS.id == job.id, COLUMNS.claim == (job.claim or ""))


def _context(row: Row[Any]) -> SealContext:
    """Where what leads to a job's message is sealed."""
    return SealContext("jobs.origin", f"{row.discord_id}/{row.id}")


def _job(row: Row[Any]) -> Job:
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
        claim=row.claim,
    )


def _step(row: Row[Any]) -> Step:
    return Step(row.number, row.payload, StepState(row.state), row.outcome)
