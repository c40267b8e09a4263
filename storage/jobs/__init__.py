"""Work in the background: claimed by one process for a while at a time, step by step, gone with its user's link."""

from __future__ import annotations

import secrets
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, String, and_, case, cast, exists, func, insert, literal, not_, or_, select, update

from storage.database import Transaction
from storage.jobs.outcomes import Outcomes
from storage.jobs.rows import COLUMNS, LEASE, LIVE, OPEN, forget, is_claimed, is_free, job_of, step_of
from storage.models import ENDS_BY_ITSELF, Job, JobState, Origin, Step, StepState, account_subject
from storage.tables import EPOCH, UtcTime, jobs, links, steps
from storage.views import is_asked, settle_question

__all__ = ["LEASE", "JobStore", "cancel_jobs"]

LONGEST_WAIT = timedelta(hours=25)
"""Who waits longer than any of Imgur's limits lasts was told to by a clock that was wrong."""


class JobStore(Outcomes):
    """Jobs and their steps. What changes a job needs its claim: False, changing nothing, where somebody else has it.

    `now` is the caller's, from which what is due is told; claims go by the database's clock.
    """

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
                await self.lead_to(transaction, row, origin)
        return job_of(row)

    async def claim(self, kinds: Collection[str], now: datetime, *, first: Collection[str] = ()) -> Job | None:
        """Take the job whose turn it is: `first` kinds first, then the user who has been waiting the longest.

        Nobody has two at a time. The claim ends by itself after LEASE, by the database's clock.
        """
        due = or_(COLUMNS.due_at <= now, COLUMNS.due_at > now + LONGEST_WAIT)
        order = (case((COLUMNS.kind.in_(first), 0), else_=1), COLUMNS.turn, COLUMNS.id)
        found = select(COLUMNS.id).where(COLUMNS.kind.in_(kinds), LIVE, due).order_by(*order).limit(1)
        async with self._database.read() as transaction:  # mostly there is nothing to do, and nothing is to be written
            if not (await transaction.execute(found.where(_is_served_by_nobody(await transaction.now())))).first():
                return None
        async with self._database.write() as transaction:
            clock = await transaction.now()
            mine = found.where(_is_served_by_nobody(clock)).with_for_update(skip_locked=True)
            change = update(jobs).where(COLUMNS.id == mine.scalar_subquery(), is_free(COLUMNS, clock)).returning(jobs)
            claimed = change.values(claim=secrets.token_hex(8), claimed_until=clock + LEASE)
            row = (await transaction.execute(claimed)).one_or_none()
        return None if row is None else job_of(row)

    async def renew(self, job: Job) -> bool:
        """Hold the claim for another LEASE."""
        async with self._database.write() as transaction:
            change = update(jobs).where(is_claimed(job)).values(claimed_until=await transaction.now() + LEASE)
            return bool((await transaction.execute(change)).rowcount)

    async def release(self, job: Job, now: datetime, *, due_at: datetime, failures: int = 0) -> bool:
        """Let it go on later, after all others who wait; at once where it is to stop."""
        async with self._database.write() as transaction:
            change = update(jobs).where(is_claimed(job))
            then = case((COLUMNS.state == JobState.STOPPING, literal(now, UtcTime)), else_=literal(due_at, UtcTime))
            free: dict[str, Any] = {"claim": None, "claimed_until": None}
            if not (await transaction.execute(change.values(due_at=then, failures=failures, **free))).rowcount:
                return False
            turn = update(jobs).where(COLUMNS.discord_id == job.discord_id, OPEN)
            await transaction.execute(turn.values(turn=now))
        return True

    async def postpone(self, job: Job, due_at: datetime) -> bool:
        """Have an open job that nobody works on wait longer."""
        change = update(jobs).where(COLUMNS.id == job.id, COLUMNS.claim.is_(None), OPEN).values(due_at=due_at)
        async with self._database.write() as transaction:
            return bool((await transaction.execute(change)).rowcount)

    async def end(
        self, job: Job, now: datetime, state: JobState, outcome: tuple[str, str] | None = None, words: str | None = None
    ) -> bool:
        """Record that it has stopped, or ended; one that ended with nothing to tell is forgotten.

        `words` is the outcome as a value, for who can read it; `outcome` what a process of the release before tells.
        """
        if state is JobState.ENDED and outcome is None:
            async with self._database.write() as transaction:
                return bool(await forget(transaction, is_claimed(job)))
        title, text = outcome or (None, None)
        told = {"outcome_title": title, "outcome_text": text, "outcome_words": words}
        return await self._change(job, claim=None, claimed_until=None, state=state, ended_at=now, **told)

    async def next_step(self, job_id: int) -> Step | None:
        """The first step that is not done."""
        found = select(steps).where(steps.c.job_id == job_id, steps.c.state != StepState.DONE)
        row = (await self._database.execute(found.order_by(steps.c.number).limit(1))).one_or_none()
        return None if row is None else step_of(row)

    async def steps(self, job_id: int) -> list[Step]:
        """All of them, in their order."""
        found = select(steps).where(steps.c.job_id == job_id).order_by(steps.c.number)
        return [step_of(row) for row in await self._database.execute(found)]

    async def tally(self, job_id: int) -> tuple[int, int]:
        """How many steps are done, and how many there are."""
        done = func.count().filter(steps.c.state == StepState.DONE).label("done")
        counts = select(done, func.count().label("total")).where(steps.c.job_id == job_id)
        row = (await self._database.execute(counts)).one()
        return row.done, row.total

    async def mark(self, job: Job, number: int, state: StepState, outcome: str | None = None) -> bool:
        """Record where a step stands. None is sent of a job that is to stop."""
        goes_on = OPEN if state is StepState.SENT else LIVE
        mine = exists().where(is_claimed(job), goes_on)
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
        found = await self._all(COLUMNS.kind == kind, COLUMNS.subject == subject, OPEN)
        return found[0] if found else None

    async def ahead(self, job: Job, now: datetime) -> int:
        """How many other users' jobs come before this one."""
        me = jobs.alias()
        waiting = (
            select(func.count(func.distinct(COLUMNS.discord_id)))
            .join(me, me.c.id == job.id)
            .where(OPEN, COLUMNS.due_at <= now, COLUMNS.discord_id != job.discord_id)
            .where(or_(COLUMNS.turn < me.c.turn, and_(COLUMNS.turn == me.c.turn, COLUMNS.id < me.c.id)))
        )
        return int((await self._database.execute(waiting)).scalar_one())

    async def resume(self, discord_id: int, job_id: int, now: datetime) -> bool:
        """Let a stopped job of the user's go on; False where it has not stopped, or a newer one has taken its place."""
        mine = and_(COLUMNS.id == job_id, COLUMNS.discord_id == discord_id, COLUMNS.state == JobState.STOPPED)
        other = jobs.alias()
        newer = exists().where(
            other.c.kind == COLUMNS.kind, other.c.subject == COLUMNS.subject, other.c.state == JobState.OPEN
        )
        values = {"state": JobState.OPEN, "due_at": now, "failures": 0, "ended_at": None}
        outcome = {"outcome_title": None, "outcome_text": None, "outcome_words": None}
        async with self._database.write() as transaction:
            change = update(jobs).where(mine, ~newer).values(**values, **outcome)
            return bool((await transaction.execute(change)).rowcount)

    async def stop(self, discord_id: int, job_id: int, now: datetime) -> bool:
        """Have an open job of the user's stop as soon as what is under way of it has ended; its turn is now."""
        mine = and_(COLUMNS.id == job_id, COLUMNS.discord_id == discord_id, OPEN)
        change = update(jobs).where(mine).values(state=JobState.STOPPING, due_at=now, turn=EPOCH)
        async with self._database.write() as transaction:
            return bool((await transaction.execute(change)).rowcount)

    async def drop(self, discord_id: int, job_id: int) -> bool:
        """Forget a job of the user's, whatever it is doing; what is under way of it is recorded nowhere."""
        async with self._database.write() as transaction:
            return bool(await forget(transaction, COLUMNS.id == job_id, COLUMNS.discord_id == discord_id))

    async def _change(self, job: Job, **values: Any) -> bool:
        async with self._database.write() as transaction:
            change = update(jobs).where(is_claimed(job)).values(**values)
            return bool((await transaction.execute(change)).rowcount)

    async def _all(self, *where: ColumnElement[bool]) -> list[Job]:
        found = select(jobs).where(*where).order_by(COLUMNS.id)
        return [job_of(row) for row in await self._database.execute(found)]


def _is_served_by_nobody(clock: datetime) -> ColumnElement[bool]:
    """Neither it nor another job of its user's."""
    other = jobs.alias()
    others = other.c.discord_id == COLUMNS.discord_id, other.c.id != COLUMNS.id
    return and_(is_free(COLUMNS, clock), ~exists().where(*others, ~is_free(other.c, clock)))


async def cancel_jobs(transaction: Transaction, discord_id: int) -> None:
    """Forget all that goes on for the user, with what it is about: within the write that ends their link.

    What goes on for an account passes to another user of it, if there is one; the account is locked. What must not be
    left half done is due at once, and ends by itself.
    """
    others = select(func.min(links.c.discord_id))
    others = others.where(links.c.account_id == COLUMNS.account_id, links.c.discord_id != discord_id)
    other = others.scalar_subquery()
    is_account_s = COLUMNS.subject == literal(account_subject("")) + cast(COLUMNS.account_id, String)
    change = update(jobs).where(COLUMNS.discord_id == discord_id, OPEN, is_account_s, other.is_not(None))
    await transaction.execute(change.values(discord_id=other, failures=0, claim=None, claimed_until=None))
    ends = and_(COLUMNS.kind.in_(ENDS_BY_ITSELF), LIVE)
    await transaction.execute(update(jobs).where(COLUMNS.discord_id == discord_id, ends).values(due_at=EPOCH))
    await forget(transaction, COLUMNS.discord_id == discord_id, not_(ends))


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
