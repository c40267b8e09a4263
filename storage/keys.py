"""Data keys: what is sealed under one is erased by overwriting it, which costs the same however much there is.

A row of `data_keys` is added at the table's end and overwritten in place; it never grows, is never deleted and its id
never used again. So SQLite has no reason to move it, which would leave a copy in a gap of a page, and once the
write-ahead log is emptied no file holds what was overwritten.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from sqlalchemy import insert, update

from storage.database import Transaction
from storage.sealing import NO_KEY, new_key
from storage.tables import data_keys

AT_ONCE = 500  # keys in a statement


class DataKey(NamedTuple):
    """A key that seals, and the id that the row of what it seals keeps."""

    id: int
    key: bytes


async def add_key(transaction: Transaction) -> DataKey:
    """A new key."""
    key = new_key()
    added = await transaction.execute(insert(data_keys).values(key=key).returning(data_keys.c.id))
    return DataKey(added.scalar_one(), key)


async def renew_key(transaction: Transaction, key_id: int | None) -> DataKey:
    """A new key in the place of the one with this id, which is erased; or in a place of its own."""
    if key_id is None:
        return await add_key(transaction)
    key = new_key()
    await transaction.execute(update(data_keys).where(data_keys.c.id == key_id).values(key=key))
    transaction.leaves_traces()
    return DataKey(key_id, key)


async def erase_keys(transaction: Transaction, key_ids: Iterable[int | None]) -> None:
    """Erase these keys; after the transaction, nothing opens what they sealed. None stands for no key."""
    found = [key_id for key_id in key_ids if key_id is not None]
    for first in range(0, len(found), AT_ONCE):
        some = found[first : first + AT_ONCE]
        await transaction.execute(update(data_keys).where(data_keys.c.id.in_(some)).values(key=NO_KEY))
    if found:
        transaction.leaves_traces()
