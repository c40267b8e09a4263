"""Full passes over a shelf: what one sees keeps its order, and it stands before what the pass has not seen."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from enum import Enum
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, ColumnElement, Select, and_, bindparam, false, or_, select

from storage.database import Executor, Transaction
from storage.index.reads import on_shelf
from storage.index.writes import bottom, each_once, is_there, standing, top, write_items, write_places
from storage.library_tables import libraries, places, syncs
from storage.models import IndexedItem, Owned, SyncState
from storage.tables import links

GAP = 2**24
"""Ranks kept free for a pass: more than a list can have items."""

_STATE = ("number", "page", "phase", "read", "expected", "begun_at", "finished_at", "version")


class _Ranks(NamedTuple):
    """Where a pass puts what it reads next, and how far it has come; columns of `syncs`."""

    next_rank: int
    next_low: int | None = None
    reach: int | None = None


async def state_of(executor: Executor, library: int, shelf: str) -> SyncState | None:
    """How far the shelf has been read; None before anything was."""
    row = (await executor.execute(_row(library, shelf))).mappings().one_or_none()
    return None if row is None else SyncState(library, shelf, **{name: row[name] for name in _STATE})


async def owned(executor: Executor, shelves: Collection[str], discord_id: int, account_id: int | None) -> Owned:
    """Both libraries, and where these shelves of the account's stand."""
    if account_id is None:
        return await _owned(executor, _statement(_Account.NONE), shelves, discord_id)
    return await _owned(executor, _statement(_Account.GIVEN), shelves, discord_id, account=account_id)


async def owned_as_linked(executor: Executor, shelves: Collection[str], discord_id: int) -> Owned:
    """The same of the account that the user is linked to."""
    return await _owned(executor, _statement(_Account.LINKED), shelves, discord_id)


async def _owned(
    executor: Executor, statement: Select[Any], shelves: Collection[str], discord_id: int, **account: int
) -> Owned:
    values = {"user": discord_id, "shelves": list(shelves), **account}
    own = its = None
    states = {}
    for row in (await executor.execute(statement, values)).mappings():
        if row["account_id"] is None:
            own = row["id"]
            continue
        its = row["id"]
        if row["shelf"] is not None:
            states[row["shelf"]] = SyncState(its, row["shelf"], **{name: row[name] for name in _STATE})
    return Owned(own, its, states)


class _Account(Enum):
    NONE = "none"
    GIVEN = "given"
    LINKED = "linked"


@lru_cache
def _statement(account: _Account) -> Select[Any]:
    """Made once: every keystroke asks it. Compared with None an account would be everybody's who has none."""
    user = bindparam("user", type_=BigInteger)
    whose = [libraries.c.discord_id == user]
    if account is _Account.GIVEN:
        whose.append(libraries.c.account_id == bindparam("account", type_=BigInteger))
    elif account is _Account.LINKED:
        linked = select(links.c.account_id).where(links.c.discord_id == user)
        whose.append(libraries.c.account_id == linked.scalar_subquery())
    read = syncs.c.shelf.in_(bindparam("shelves", type_=syncs.c.shelf.type, expanding=True))
    query = select(libraries.c.id, libraries.c.account_id, syncs.c.shelf, *(syncs.c[name] for name in _STATE))
    of_library = and_(syncs.c.library_id == libraries.c.id, read)
    return query.select_from(libraries.outerjoin(syncs, of_library)).where(or_(*whose))


async def advance(
    transaction: Transaction, state: SyncState, found: Sequence[IndexedItem], *, from_oldest: bool = False
) -> bool:
    """Write the state and the items; False, writing nothing, where the library is gone or the state out of date."""
    library, shelf = state.library, state.shelf
    if not await is_there(transaction, library):
        return False
    before = (await transaction.execute(_row(library, shelf))).one_or_none()
    if state.version != (before.version if before else 0):
        return False
    if before is not None and before.number == state.number:
        ranks = _Ranks(before.next_rank, before.next_low, before.reach)
    else:
        ranks = _Ranks(await top(transaction, library, shelf) + GAP)
    items = each_once(found)
    known = await standing(transaction, library, shelf, [item.key for item in items])
    new = [item for item in items if item.key not in known or known[item.key][1] != state.number]
    if from_oldest:
        first = ranks.next_low
        if first is None:
            first = await bottom(transaction, library, shelf) - GAP
        ranked = [(first + at, item) for at, item in enumerate(new)]
        ranks = ranks._replace(next_low=first + len(new))
    else:
        ranked = [(ranks.next_rank - at, item) for at, item in enumerate(new)]
        reach = next((known[item.key][0] for item in reversed(new) if item.key in known), ranks.reach)
        ranks = ranks._replace(next_rank=ranks.next_rank - len(new), reach=reach)
    await write_items(transaction, library, items)
    await write_places(transaction, library, shelf, ranked, state.number)
    values = {name: getattr(state, name) for name in _STATE} | ranks._asdict() | {"version": state.version + 1}
    statement = transaction.insert(syncs).values(library_id=library, shelf=shelf, **values)
    await transaction.execute(statement.on_conflict_do_update(index_elements=["library_id", "shelf"], set_=values))
    return True


async def unseen(transaction: Transaction, state: SyncState, *, within_reach: bool) -> ColumnElement[bool]:
    """The places that the pass has not seen; `within_reach`, those that stood before the last that it knew."""
    condition = and_(on_shelf(state.library, state.shelf), places.c["pass"] != state.number)
    if not within_reach:
        return condition
    row = (await transaction.execute(_row(state.library, state.shelf))).one_or_none()
    is_within = false() if row is None or row.reach is None else places.c.rank > row.reach
    return and_(condition, is_within)


def _row(library: int, shelf: str) -> Any:
    return select(syncs).where(syncs.c.library_id == library, syncs.c.shelf == shelf)
