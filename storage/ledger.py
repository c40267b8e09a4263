"""The ledger of credits: what is left of each allowance, shared by all processes. Nothing is taken in part."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from sqlalchemy import Row, delete, func, select, update

from storage.database import Database, Transaction, to_the_end
from storage.erased import KEPT_FOR as ERASED_KEPT_FOR
from storage.erased import was_erased
from storage.models import Allowance, Floor, Grant, Refusal, Standing, Take, Taken, Told
from storage.sealing import Keyring
from storage.tables import credit_overruns, credit_users, credits_left
from storage.windows import Window, present

Floors: TypeAlias = Callable[[str, Standing], Floor]
"""How much of a scope has to be left for others, as it stands."""

BACKGROUND, HUNGRY, GONE = 0, -1, -3
"""Users that stand for all work in the background, for its having been refused something, and for who has had all of
theirs erased a while ago: what they began before may go on, and is to name them nowhere."""
KEPT_FOR = timedelta(days=2)
OVERRUNS_KEPT_FOR = timedelta(days=100)  # this month's, though the clock be two months ahead for once

LEFT = credits_left.c
USERS = credit_users.c
OVERRUNS = credit_overruns.c


class LedgerStore:
    """Each method is one transaction, those that write alone in all processes; `now` is the moment, in UTC."""

    def __init__(self, database: Database, keyring: Keyring) -> None:
        self._database = database
        self._keyring = keyring

    async def reserve(self, user: int, takes: Sequence[Take], floor: Floors, now: datetime) -> Grant | Refusal:
        """Take all of it, or nothing where one allowance is paused or would be left with less than its floor.

        The refusal is the one that lasts longest. Whoever is cancelled meanwhile has taken nothing.
        """
        answer: Grant | Refusal | None = None
        try:
            async with self._database.write() as transaction:
                await alone(transaction)
                if user > 0 and await was_erased(transaction, self._keyring, user, now - ERASED_KEPT_FOR):
                    user = GONE
                answer = await _reserve(transaction, user, takes, floor, now)
        except BaseException:  # as where the command was given up in this moment
            if isinstance(answer, Grant) and transaction.is_kept:
                await to_the_end(self.give_back(answer))
            raise
        return answer

    async def may(self, user: int, takes: Sequence[Take], floor: Floors, now: datetime) -> Refusal | None:
        """Why all of it cannot be taken now, if so. Reads only."""
        async with self._database.read() as transaction:
            windows = await _windows(transaction, [take.allowance for take in takes], now)
            refusals = refusals_of(takes, await _standings(transaction, windows, user, now), floor)
        return longest(refusals) if refusals else None

    async def give_back(self, grant: Grant) -> None:
        """What was granted was not sent."""
        if not grant.taken:
            return
        async with self._database.write() as transaction:
            await alone(transaction)
            kept = await _kept(transaction, grant.taken)
            back = {
                scope: one for scope, one in grant.taken.items() if scope in kept and kept[scope].number == one.number
            }
            mine = (USERS.user_id == grant.user, USERS.scope.in_(back))
            rows = await transaction.execute(select(credit_users).where(*mine))
            used = {(row.scope, row.number): row.used for row in rows}
            await _write(
                transaction,
                {
                    scope: replace(
                        kept[scope],
                        remaining=kept[scope].remaining + one.cost,
                        users=kept[scope].users - (used.get((scope, one.number)) == one.cost),
                    )
                    for scope, one in back.items()
                },
            )
            for scope, one in back.items():  # no row is made: its user may have had it erased
                key = (USERS.scope == scope, USERS.number == one.number, USERS.user_id == grant.user)
                await transaction.execute(update(credit_users).where(*key).values(used=USERS.used - one.cost))
                await transaction.execute(delete(credit_users).where(*key, USERS.used <= 0))

    async def told(self, grant: Grant, told: Mapping[str, Told], now: datetime) -> None:
        """Imgur has answered. Counts for the windows in which the call was sent, and for no later ones."""
        async with self._database.write() as transaction:
            await alone(transaction)
            kept = await _kept(transaction, grant.taken)
            changed = {
                scope: window.told(told[scope], now, grant.taken[scope].left)
                for scope, window in kept.items()
                if scope in told and window.number == grant.taken[scope].number and now < window.resets_at
            }
            await _write(transaction, {scope: new for scope, new in changed.items() if new != kept[scope]})

    async def pause(self, allowance: Allowance, until: datetime, now: datetime) -> None:
        """Nothing of this until then; of several pauses the longest counts."""
        async with self._database.write() as transaction:
            await alone(transaction)
            windows = await _windows(transaction, [allowance], now)
            await _write(transaction, {scope: window.paused(until) for scope, window in windows.items()})

    async def overrun(self, allowance: Allowance, now: datetime) -> None:
        """Imgur had to refuse for want of this; counts once for each window."""
        async with self._database.write() as transaction:
            await alone(transaction)
            windows = await _windows(transaction, [allowance], now)
            await _write(transaction, windows)
            row = {"scope": allowance.scope, "number": windows[allowance.scope].number, "at": now}
            await transaction.execute(transaction.insert(credit_overruns).values(row).on_conflict_do_nothing())

    async def standing(self, user: int, allowance: Allowance, now: datetime) -> Standing:
        """How an allowance stands for a user."""
        async with self._database.read() as transaction:
            windows = await _windows(transaction, [allowance], now)
            return (await _standings(transaction, windows, user, now))[allowance.scope]

    async def tidy(self, now: datetime) -> None:
        """Forget what ended long ago; not which number it had while there is something on record of that number."""
        old = LEFT.resets_at < now - KEPT_FOR
        async with self._database.write() as transaction:
            await alone(transaction)
            await transaction.execute(delete(credit_overruns).where(OVERRUNS.at < now - OVERRUNS_KEPT_FOR))
            await transaction.execute(delete(credit_users).where(USERS.scope.in_(select(LEFT.scope).where(old))))
            await transaction.execute(delete(credits_left).where(old, LEFT.scope.not_in(select(OVERRUNS.scope))))


async def forget_account(transaction: Transaction, account_id: int) -> None:
    """What was used of the credits of an account that nobody is linked to any more."""
    await alone(transaction)
    for table in (credit_overruns, credit_users, credits_left):
        await transaction.execute(delete(table).where(table.c.scope.endswith(f"account:{account_id}")))


async def _reserve(
    transaction: Transaction, user: int, takes: Sequence[Take], floor: Floors, now: datetime
) -> Grant | Refusal:
    allowances = [take.allowance for take in takes]
    kept = await _kept(transaction, [allowance.scope for allowance in allowances])
    windows = _present(kept, allowances, now)
    standings = await _standings(transaction, windows, user, now)
    if refusals := refusals_of(takes, standings, floor):
        changed = {scope for scope, window in kept.items() if window.is_ahead_of(now)}
        if user == BACKGROUND:
            lacking = {each.scope: (windows[each.scope].number, 0) for each in refusals if each.is_empty}
            await _count(transaction, HUNGRY, lacking)
            changed |= lacking.keys()
        await _write(transaction, {scope: windows[scope] for scope in changed})
        return longest(refusals)
    costs = {take.allowance.scope: take.cost for take in takes}
    after = {
        scope: replace(
            windows[scope],
            remaining=windows[scope].remaining - cost,
            users=windows[scope].users + (not standings[scope].used),
        )
        for scope, cost in costs.items()
    }
    taken = {scope: Taken(one.number, costs[scope], one.remaining) for scope, one in after.items()}
    await _count(transaction, user, {scope: (one.number, one.cost) for scope, one in taken.items()})
    await _write(transaction, after)
    for scope, window in windows.items():
        if not window.users:  # a new one: who took what of those before the last is of no use
            old = (USERS.scope == scope, USERS.number < window.number - 1)
            await transaction.execute(delete(credit_users).where(*old))
    return Grant(user, taken)


async def alone(transaction: Transaction) -> None:
    """From here to the end of the transaction nobody else writes what is used."""
    await transaction.lock("credits", 0)


async def _kept(transaction: Transaction, scopes: Collection[str]) -> dict[str, Window]:
    rows = await transaction.execute(select(credits_left).where(LEFT.scope.in_(scopes)))
    return {row.scope: _window(row) for row in rows}


async def _windows(transaction: Transaction, allowances: Sequence[Allowance], now: datetime) -> dict[str, Window]:
    return _present(await _kept(transaction, [allowance.scope for allowance in allowances]), allowances, now)


def _present(kept: Mapping[str, Window], allowances: Sequence[Allowance], now: datetime) -> dict[str, Window]:
    return {allowance.scope: present(kept.get(allowance.scope), allowance, now) for allowance in allowances}


async def _standings(
    transaction: Transaction, windows: Mapping[str, Window], user: int, now: datetime
) -> dict[str, Standing]:
    """How each stands for the user: what they, and what work in the background has taken; the month's overruns."""
    mine = (USERS.scope.in_(windows), USERS.user_id.in_({user, BACKGROUND, HUNGRY}))
    rows = await transaction.execute(select(credit_users).where(*mine))
    used = {(row.scope, row.number, row.user_id): row.used for row in rows}
    month = (OVERRUNS.scope.in_(windows), OVERRUNS.at >= month_of(now))
    overruns = select(OVERRUNS.scope, func.count().label("number")).where(*month).group_by(OVERRUNS.scope)
    counted = {row.scope: row.number for row in await transaction.execute(overruns)}
    return {
        scope: window.standing(
            now,
            used=used.get((scope, window.number, user), 0),
            background=used.get((scope, window.number, BACKGROUND), 0),
            hungry=(scope, window.number - 1, HUNGRY) in used,
            overruns=counted.get(scope, 0),
        )
        for scope, window in windows.items()
    }


async def _write(transaction: Transaction, windows: Mapping[str, Window]) -> None:
    if not windows:
        return
    names = ("number", "limit", "remaining", "begun_at", "resets_at", "was_told", "paused_until", "users")
    rows = [{"scope": scope, **{name: getattr(one, name) for name in names}} for scope, one in windows.items()]
    adding = transaction.insert(credits_left).values(rows)
    new = {name: adding.excluded[name] for name in names}
    await transaction.execute(adding.on_conflict_do_update(index_elements=["scope"], set_=new))


async def _count(transaction: Transaction, user: int, taken: Mapping[str, tuple[int, int]]) -> None:
    rows = [
        {"scope": scope, "number": number, "user_id": user, "used": cost} for scope, (number, cost) in taken.items()
    ]
    if rows:
        adding = transaction.insert(credit_users).values(rows)
        more = {"used": USERS.used + adding.excluded.used}
        key = ["scope", "number", "user_id"]
        await transaction.execute(adding.on_conflict_do_update(index_elements=key, set_=more))


def refusals_of(takes: Sequence[Take], standings: Mapping[str, Standing], floor: Floors) -> list[Refusal]:
    """What stands in the way of taking it all."""
    return list(filter(None, (_refusal_of(take, standings, floor) for take in takes)))


def longest(refusals: Sequence[Refusal]) -> Refusal:
    """The one that counts."""
    return max(refusals, key=lambda refusal: refusal.until)


def _refusal_of(take: Take, standings: Mapping[str, Standing], floor: Floors) -> Refusal | None:
    """Why this cannot be taken, if so."""
    scope = take.allowance.scope
    standing = standings[scope]
    if standing.paused_until is not None:
        return Refusal(scope, standing.paused_until, is_pause=True)
    needed, after = floor(scope, standing), standing.remaining - take.cost
    if after >= needed.at(standing.left):
        return None
    if after < needed.kept + needed.modest:
        return Refusal(scope, standing.resets_at, is_held=after >= needed.kept)
    return Refusal(
        scope, standing.resets_at - timedelta(seconds=standing.seconds * needed.reached(after)), is_held=True
    )


def month_of(now: datetime) -> datetime:
    """When this month began."""
    return now.replace(day=1, hour=0, minute=0, second=0, microsecond=0)


def _window(row: Row[Any]) -> Window:
    return Window(
        row.number,
        row.limit,
        row.remaining,
        row.begun_at,
        row.resets_at,
        was_told=row.was_told,
        paused_until=row.paused_until,
        users=row.users,
    )
