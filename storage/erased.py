"""Who had everything erased a while ago, as a digest that says nothing to whoever has no TOKEN_KEYS.

What was begun before that and ends later asks here, so that it brings no row back.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select

from storage.database import Transaction
from storage.errors import ErasedMeanwhileError
from storage.sealing import Keyring
from storage.tables import erasures

KEPT_FOR = timedelta(hours=1)
"""For longer than anything that a command begins can take."""


def user_digests(keyring: Keyring, discord_id: int) -> list[bytes]:
    """What stands for a user who had everything erased, here and in the record beside the database."""
    return keyring.digests(f"user/{discord_id}")


async def is_erased(transaction: Transaction, keyring: Keyring, discord_id: int, since: datetime) -> bool:
    """Within a write that would name a user: whether they had everything erased since then.

    If not, nobody erases them from here to the end of the transaction.
    """
    await transaction.lock("user", discord_id)
    return await was_erased(transaction, keyring, discord_id, since)


async def was_erased(transaction: Transaction, keyring: Keyring, discord_id: int, since: datetime) -> bool:
    """The same as of this moment: they may be erased right after."""
    known = erasures.c.digest.in_(user_digests(keyring, discord_id))
    return (await transaction.execute(select(erasures.c.at).where(known, erasures.c.at >= since))).first() is not None


async def refuse_erased(transaction: Transaction, keyring: Keyring, discord_id: int, since: datetime | None) -> None:
    """Raise ErasedMeanwhileError if they had; `since` is when what writes was begun, None: just now."""
    if since is not None and await is_erased(transaction, keyring, discord_id, since):
        raise ErasedMeanwhileError("its user had everything erased")
