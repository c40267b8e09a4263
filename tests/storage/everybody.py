"""A row about a user in every table that may have one, made from the schema: a table that is new is filled as well."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import count
from typing import Any

from sqlalchemy import JSON, Boolean, Column, Integer, LargeBinary, Table, insert

from storage.database import Database, Transaction
from storage.keys import add_key
from storage.library_tables import libraries
from storage.persons import about, user_columns
from storage.signatures import Signature
from storage.tables import UtcTime, imgur_accounts, metadata

SECRET = b"sealed-secret"
AT = datetime(2026, 11, 29, 12, tzinfo=UTC)

_numbers = count(1)


def concerned() -> list[Table]:
    """Every table that may have a row about a user."""
    return [table for table in metadata.sorted_tables if about(table, 1) is not None]


async def fill(database: Database, discord_id: int, account_id: int, *, has_account: bool = False) -> None:
    """A row in each of them about this user. `has_account`: the account is there, as another user has it too."""
    made: dict[Table, dict[str, Any]] = {}
    async with database.write() as transaction:
        for table in sorted(concerned(), key=lambda table: "library_id" in table.c):
            if has_account and table is imgur_accounts:
                made[table] = {"account_id": account_id}
                continue
            values = {
                column.name: await _value(transaction, column, discord_id, account_id, made) for column in table.c
            }
            if table is libraries:
                values |= {"account_id": None}
            await transaction.execute(insert(table).values(values))
            made[table] = values


async def _value(
    transaction: Transaction, column: Column[Any], discord_id: int, account_id: int, made: dict[Table, dict[str, Any]]
) -> Any:
    """What stands in a column of the user's row: whose it is, what it hangs on, or anything."""
    table = column.table
    assert isinstance(table, Table)
    if column in user_columns(table):
        return discord_id
    if column.name.endswith("_key_id"):
        return (await add_key(transaction)).id
    if column.name == "library_id":
        return made[libraries]["id"]
    if column.name == "account_id":
        return account_id
    parents = [made[key.column.table][key.column.name] for key in column.foreign_keys]
    return parents[0] if parents else _made_up(column, discord_id)


def _made_up(column: Column[Any], discord_id: int) -> Any:
    number = next(_numbers)
    whose = "of an account" if column.table is imgur_accounts else f"of {discord_id}"
    text = f"{column} {number} {whose}"
    kinds: dict[type, Any] = {
        Boolean: True,
        UtcTime: AT,
        Signature: None,
        LargeBinary: SECRET + str(number).encode(),
        JSON: {"text": text},
        Integer: 1000 + number,
    }
    found = [value for kind, value in kinds.items() if isinstance(column.type, kind)]
    return found[0] if found else text[: getattr(column.type, "length", None)]
