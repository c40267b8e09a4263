"""Whose a library is; each runs inside a caller's write."""

from __future__ import annotations

from sqlalchemy import delete, not_, select, update

from storage.database import Transaction
from storage.library_tables import libraries, marks, tags
from storage.tables import imgur_accounts


async def library_of_account(transaction: Transaction, account_id: int) -> int:
    """The number of the account's library, which is made if need be."""
    await transaction.execute(transaction.insert(libraries).values(account_id=account_id).on_conflict_do_nothing())
    wanted = select(libraries.c.id).where(libraries.c.account_id == account_id)
    return int((await transaction.execute(wanted)).scalar_one())


async def library_of_user(transaction: Transaction, discord_id: int) -> int:
    """The number of a Discord user's own library, which is made if need be."""
    await transaction.execute(transaction.insert(libraries).values(discord_id=discord_id).on_conflict_do_nothing())
    wanted = select(libraries.c.id).where(libraries.c.discord_id == discord_id)
    return int((await transaction.execute(wanted)).scalar_one())


async def known_library_of_user(transaction: Transaction, discord_id: int) -> int | None:
    """The same, where it was made before."""
    wanted = select(libraries.c.id).where(libraries.c.discord_id == discord_id)
    number: int | None = (await transaction.execute(wanted)).scalar()
    return number


async def leave(transaction: Transaction, discord_id: int, account_id: int) -> None:
    """Let go of the library of an account that is erased; of one that others are linked to, of what the user noted.

    What is let go of is found by nobody from then on, whatever its size; `LibraryStore.empty_some` deletes it.
    """
    of_account = libraries.c.account_id == account_id
    kept = select(imgur_accounts.c.account_id).where(imgur_accounts.c.account_id == account_id).exists()
    await transaction.execute(update(libraries).where(of_account, not_(kept)).values(account_id=None))
    shared = select(libraries.c.id).where(of_account).scalar_subquery()
    for table in (marks, tags):
        await transaction.execute(delete(table).where(table.c.library_id == shared, table.c.discord_id == discord_id))
