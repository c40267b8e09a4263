"""Steps that change accounts, links and attempts together; each runs inside a caller's write."""

from __future__ import annotations

import secrets
from typing import Any

from sqlalchemy import ColumnElement, Row, delete, not_, select, update

from storage.database import Transaction, upsert
from storage.index.owners import leave, library_of_account
from storage.jobs import cancel_jobs
from storage.models import AttemptStatus, ImgurAccount
from storage.sealing import Keyring, SealContext
from storage.tables import IS_OPEN, imgur_accounts, link_attempts, links

# What an ended attempt no longer holds. The hashes stay, so that its link and state are told "used", not "unknown".
ERASED: dict[str, Any] = {
    "discord_name": "",
    "origin": None,
    "code": None,
    "account_id": None,
    "username": None,
    "access_token": None,
    "refresh_token": None,
    "token_expires_at": None,
}


async def lock_user(transaction: Transaction, discord_id: int) -> None:
    """What changes a user's attempts or link does so alone. Users are locked before accounts."""
    await transaction.lock("user", discord_id)


async def lock_accounts(transaction: Transaction, *account_ids: int | None) -> None:
    """Who points to these accounts is changed alone; in one order, or two would wait for each other."""
    for account_id in sorted({one for one in account_ids if one is not None}):
        await transaction.lock("account", account_id)


async def void_attempts(transaction: Transaction, *where: ColumnElement[bool]) -> int:
    """End the open attempts that match and erase what they hold; how many those were."""
    statement = update(link_attempts).where(IS_OPEN, *where)
    return (await transaction.execute(statement.values(status=AttemptStatus.VOID, **ERASED))).rowcount


async def link_account(transaction: Transaction, keyring: Keyring, discord_id: int, account: ImgurAccount) -> int:
    """Store the account's tokens, point the user to it, and erase the account that nobody points to any more.

    The user is locked. Returns the new version. That of a new row is random, so that what began with an erased row
    never fits its successor.
    """
    former = await linked_account_id(transaction, discord_id)
    await lock_accounts(transaction, account.account_id, former)
    values = {"broken": False, "refresh_by": None, "refresh_until": None, **account_values(keyring, account)}
    row = {"account_id": account.account_id, "version": secrets.randbits(48), **values}
    added = transaction.insert(imgur_accounts).values(**row)
    either = added.on_conflict_do_update(
        index_elements=["account_id"], set_={"version": imgur_accounts.c.version + 1, **values}
    )
    version = (await transaction.execute(either.returning(imgur_accounts.c.version))).scalar_one()
    await upsert(transaction, links, {"discord_id": discord_id}, {"account_id": account.account_id})
    if former not in (None, account.account_id):
        await cancel_jobs(transaction, discord_id)  # they are about the former account
    await library_of_account(transaction, account.account_id)
    if former is not None:
        await erase_orphan(transaction, former)
        if former != account.account_id:
            await leave(transaction, discord_id, former)
    return int(version)


async def linked_account_id(transaction: Transaction, discord_id: int) -> int | None:
    """The account that the user points to."""
    return (await transaction.execute(select(links.c.account_id).where(links.c.discord_id == discord_id))).scalar()


async def erase_orphan(transaction: Transaction, account_id: int) -> None:
    """Erase the account, which is locked, with its tokens, unless somebody points to it."""
    wanted = select(links.c.discord_id).where(links.c.account_id == account_id).exists()
    await transaction.execute(delete(imgur_accounts).where(imgur_accounts.c.account_id == account_id, not_(wanted)))


def account_values(keyring: Keyring, account: ImgurAccount) -> dict[str, Any]:
    """The columns that a refresh or a new link writes."""
    owner = str(account.account_id)
    return {
        "username": account.username,
        "access_token": keyring.seal(account.access_token, SealContext("imgur_accounts.access_token", owner)),
        "refresh_token": keyring.seal(account.refresh_token, SealContext("imgur_accounts.refresh_token", owner)),
        "expires_at": account.expires_at,
    }


def account_of(keyring: Keyring, row: Row[Any]) -> ImgurAccount:
    """The account of a row of `imgur_accounts`."""
    owner = str(row.account_id)
    return ImgurAccount(
        account_id=row.account_id,
        username=row.username,
        access_token=keyring.open(row.access_token, SealContext("imgur_accounts.access_token", owner)),
        refresh_token=keyring.open(row.refresh_token, SealContext("imgur_accounts.refresh_token", owner)),
        expires_at=row.expires_at,
        version=row.version,
        broken=row.broken,
    )
