"""Seals anew what the release before sealed, which knew no data keys; once, when its database is opened first.

Then the files are written anew, because copies of the old values may be left in them, which TOKEN_KEYS alone opens.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import RowMapping, Table, and_, delete, literal, or_, select, tuple_, update

from storage.attempts import attempt_context
from storage.database import DUE, Database, Transaction
from storage.errors import KeyMissingError, SealBrokenError
from storage.housekeeping import OLD_SEALS
from storage.keys import add_key
from storage.linking import account_context
from storage.sealing import Keyring, SealContext
from storage.tables import anonymous_uploads, housekeeping, imgur_accounts, link_attempts
from storage.uploads import upload_context

AT_ONCE = 200  # rows in a transaction


@dataclass(frozen=True, slots=True)
class Sealed:
    """Where a table holds what is sealed: the columns by the one that names their key, and their place."""

    table: Table
    columns: Mapping[str, tuple[str, ...]]
    context: Callable[[str, RowMapping], SealContext]


SEALED = (
    Sealed(
        imgur_accounts,
        {"data_key_id": ("access_token", "refresh_token")},
        lambda column, row: account_context(column, row["account_id"]),
    ),
    Sealed(
        link_attempts,
        {"origin_key_id": ("origin",), "proof_key_id": ("code", "access_token", "refresh_token")},
        lambda column, row: attempt_context(column, row["id"], row["discord_id"]),
    ),
    Sealed(
        anonymous_uploads,
        {"data_key_id": ("deletehash",)},
        lambda _column, row: upload_context(row["discord_id"], row["image_id"]),
    ),
)


async def seal_anew(database: Database, keyring: Keyring) -> bool:
    """Everything whose key is known; what is lost stays as it is. Goes on where a process was killed at it.

    False: there was nothing to do. Otherwise writing the files anew is due at once.
    """
    if not (await database.execute(select(housekeeping).where(housekeeping.c.name == OLD_SEALS))).first():
        return False
    for sealed in SEALED:
        last: RowMapping | None = None
        while rows := await _some(database, sealed, last):
            async with database.write() as transaction:
                for row in rows:
                    for key_column in sealed.columns:
                        await _seal(transaction, keyring, sealed, row, key_column)
            last = rows[-1]
    async with database.write() as transaction:
        due = transaction.insert(housekeeping).values(name=DUE, value=0)
        await transaction.execute(due.on_conflict_do_update(index_elements=["name"], set_={"value": 0}))
        await transaction.execute(delete(housekeeping).where(housekeeping.c.name == OLD_SEALS))
    return True


async def _some(database: Database, sealed: Sealed, last: RowMapping | None) -> Sequence[RowMapping]:
    """The next rows, in the order of their primary key, with something in them that has no data key."""
    table = sealed.table
    order = list(table.primary_key)
    is_old = or_(
        *(and_(table.c[key].is_(None), table.c[columns[0]].is_not(None)) for key, columns in sealed.columns.items())
    )
    query = select(table).where(is_old).order_by(*order).limit(AT_ONCE)
    if last is not None:
        query = query.where(tuple_(*order) > tuple_(*(literal(last[column.name]) for column in order)))
    return (await database.execute(query)).mappings().all()


async def _seal(transaction: Transaction, keyring: Keyring, sealed: Sealed, row: RowMapping, key_column: str) -> None:
    columns = sealed.columns[key_column]
    if row[key_column] is not None or row[columns[0]] is None:
        return
    try:
        texts = {name: keyring.open(row[name], sealed.context(name, row), None) for name in columns}
    except (KeyMissingError, SealBrokenError):
        return
    key = await add_key(transaction)
    new = {name: keyring.seal(text, sealed.context(name, row), key.key) for name, text in texts.items()}
    same = [column == row[column.name] for column in sealed.table.primary_key]
    same += [sealed.table.c[name] == row[name] for name in columns]  # nobody has changed it meanwhile
    await transaction.execute(update(sealed.table).where(*same).values(**new, **{key_column: key.id}))
