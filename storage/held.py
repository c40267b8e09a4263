"""Everything that is held about one user, table by table, as it may be handed to them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, LargeBinary, RowMapping, Select, Table, select

from storage.database import Database, Transaction
from storage.errors import KeyMissingError, SealBrokenError
from storage.expiries import expiry_context
from storage.models import HeldRows
from storage.persons import about, linked_account, user_columns
from storage.sealing import Keyring, SealContext
from storage.signatures import Signature
from storage.tables import anonymous_uploads, data_keys, expiries, metadata
from storage.uploads import upload_context

AT_ONCE = 1000
"""Rows of a table that are read, and given, together."""
INWARD = frozenset(
    {"imgur_accounts.refresh_by", "imgur_accounts.refresh_until", "imgur_accounts.version"}
    | {"expiries.claim", "expiries.claimed_until", "expiries.try_at", "backup_parts.entries"}
    | {"jobs.claim", "jobs.claimed_until", "jobs.turn", "marks.search", "syncs.version"}
    | {f"places.{name}" for name in ("name", "pass", "rank", "search", "signature")}
)
"""Columns that say nothing more about a user: what things are found by, how processes take turns, copies."""
OTHERS = frozenset({"account_id", "account_url", "account_username", "username"})
"""In what is not of the user's own account, these say whose it is."""
OWN = frozenset({"link_attempts"})
"""Tables in which these are the user's own, whichever account it is."""
OPENED: Mapping[Table, Callable[[RowMapping], SealContext]] = {
    anonymous_uploads: lambda row: upload_context(row["discord_id"], row["image_id"]),
    expiries: lambda row: expiry_context(row["discord_id"], row["image_id"]),
}
"""What is sealed and the user's own to have, deletehashes; all else that is sealed is a secret of the bot's."""
DELETEHASH = "deletehash"


class HeldStore:
    """Reads what is held. Raises DatabaseUnavailableError."""

    def __init__(self, database: Database, keyring: Keyring) -> None:
        self._database = database
        self._keyring = keyring

    async def everything(self, discord_id: int) -> AsyncIterator[HeldRows]:
        """All rows that are about the user, as of one moment, without secrets and without what names others."""
        async with self._database.read() as transaction:
            own: int | None = (await transaction.execute(linked_account(discord_id))).scalar()
            for table in metadata.sorted_tables:
                mine = about(table, discord_id)
                if mine is None:
                    continue
                first = 0
                while rows := await self._some(transaction, table, mine, first):
                    values = tuple(_told(self._opened(table, row), table, discord_id, own) for row in rows)
                    yield HeldRows(table.name, values, withheld(table))
                    first += AT_ONCE

    async def _some(
        self, transaction: Transaction, table: Table, mine: ColumnElement[bool], first: int
    ) -> list[RowMapping]:
        query: Select[Any] = select(table)
        if table in OPENED:
            query = query.add_columns(data_keys.c.key.label("data_key"))
            query = query.outerjoin_from(table, data_keys, table.c.data_key_id == data_keys.c.id)
        query = query.where(mine).order_by(*table.primary_key.columns).offset(first).limit(AT_ONCE)
        return list((await transaction.execute(query)).mappings())

    def _opened(self, table: Table, row: RowMapping) -> dict[str, Any]:
        values = {column.name: row[column] for column in table.c if is_told(column)}
        if table in OPENED:
            values[DELETEHASH] = None
        if table in OPENED and row[DELETEHASH] is not None:
            try:
                values[DELETEHASH] = self._keyring.open(row[DELETEHASH], OPENED[table](row), row["data_key"])
            except (KeyMissingError, SealBrokenError):
                values[DELETEHASH] = None  # with the key that is missing from the settings nobody can have it
        return values


def is_told(column: Column[Any]) -> bool:
    """Whether a column is for its user as it stands there."""
    is_sealed = isinstance(column.type, LargeBinary | Signature)
    return not is_sealed and str(column) not in INWARD and not column.name.endswith("_key_id")


def withheld(table: Table) -> tuple[str, ...]:
    """The columns of a table that are kept back, as they are secrets of the bot's."""
    sealed = (column.name for column in table.c if isinstance(column.type, LargeBinary))
    return tuple(name for name in sealed if not (table in OPENED and name == DELETEHASH))


def _told(values: dict[str, Any], table: Table, discord_id: int, own: int | None) -> dict[str, Any]:
    """The same as JSON takes it, without ids and names of others."""
    others = {column.name for column in user_columns(table) if values[column.name] not in (None, discord_id)}
    account = values.get("account_id", own) if table.name in OWN else own
    return {name: None if name in others else value for name, value in _plain(values, account).items()}


def _plain(value: Any, own: int | None) -> Any:
    match value:
        case dict():
            is_own = own is not None and value.get("account_id") == own
            kept = {name: part for name, part in value.items() if is_own or part is None or name not in OTHERS}
            return {name: _plain(part, own) for name, part in kept.items()}
        case list() | tuple():
            return [_plain(part, own) for part in value]
        case datetime():
            return value.isoformat()
    return value
