"""Steps that change accounts, links and attempts together; each runs inside a caller's write."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, delete, not_, outerjoin, select, update

from storage.database import Transaction, upsert
from storage.expiries import forget_expiries
from storage.files import forget_files
from storage.index.notes import bring_all_along
from storage.index.owners import leave, library_of_account
from storage.index.writes import is_there
from storage.jobs import cancel_jobs
from storage.keys import DataKey, erase_keys, renew_key
from storage.link_history import note_link
from storage.models import AttemptStatus, ImgurAccount, LinkDeed, LinkEvent
from storage.sealing import Keyring, SealContext
from storage.tables import IS_OPEN, data_keys, imgur_accounts, link_attempts, links
from storage.views import erase_views

# What an ended attempt no longer holds. The hashes stay, so that its link and state are told "used", not "unknown",
# and the language in which its last page is.
ERASED: dict[str, Any] = {
    "discord_name": "",
    "origin": None,
    "code": None,
    "account_id": None,
    "username": None,
    "access_token": None,
    "refresh_token": None,
    "token_expires_at": None,
    "origin_key_id": None,
    "proof_key_id": None,
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
    columns = link_attempts.c
    found = select(columns.number, columns.origin_key_id, columns.proof_key_id).where(IS_OPEN, *where)
    rows = (await transaction.execute(found.with_for_update())).all()
    await end_attempts(transaction, rows)
    return len(rows)


async def end_attempts(transaction: Transaction, rows: Sequence[Row[Any]]) -> None:
    """End these attempts, which are open and locked, and erase what they hold."""
    if rows:
        change = update(link_attempts).where(link_attempts.c.number.in_([row.number for row in rows]))
        await transaction.execute(change.values(status=AttemptStatus.VOID, **ERASED))
        await erase_keys(transaction, [*(row.origin_key_id for row in rows), *(row.proof_key_id for row in rows)])
        transaction.leaves_copies()


async def link_account(
    transaction: Transaction, keyring: Keyring, discord_id: int, account: ImgurAccount, event: LinkEvent
) -> int:
    """Store the account's tokens, point the user to it, and erase the account that nobody points to any more.

    The user is locked; `event` is noted. Returns the new version. That of a new row is random, so that what began with
    an erased row never fits its successor.
    """
    former = await linked_account_id(transaction, discord_id)
    await lock_accounts(transaction, account.account_id, former)
    mine = imgur_accounts.c.account_id == account.account_id
    found = select(imgur_accounts.c.data_key_id).where(mine).with_for_update()  # before its key, as everywhere
    key = await renew_key(transaction, (await transaction.execute(found)).scalar())
    values = {"broken": False, "refresh_by": None, "refresh_until": None, **account_values(keyring, account, key)}
    row = {"account_id": account.account_id, "version": secrets.randbits(48), **values}
    added = transaction.insert(imgur_accounts).values(**row)
    either = added.on_conflict_do_update(
        index_elements=["account_id"], set_={"version": imgur_accounts.c.version + 1, **values}
    )
    version = (await transaction.execute(either.returning(imgur_accounts.c.version))).scalar_one()
    await upsert(transaction, links, {"discord_id": discord_id}, {"account_id": account.account_id})
    is_other = former not in (None, account.account_id)
    await note_link(transaction, discord_id, replace(event, deed=LinkDeed.REPLACED) if is_other else event)
    if former not in (None, account.account_id):
        await cancel_jobs(transaction, discord_id)  # they are about the former account
        await erase_views(transaction, discord_id)  # what is ticked in them, and asked about, is the former account's
        await forget_link(transaction, keyring, discord_id, former, replaced=True)
    library = await library_of_account(transaction, account.account_id)
    if await is_there(transaction, library):  # alone from here on
        await bring_all_along(transaction, library, discord_id)
    return int(version)


async def linked_account_id(transaction: Transaction, discord_id: int) -> int | None:
    """The account that the user points to."""
    return (await transaction.execute(select(links.c.account_id).where(links.c.discord_id == discord_id))).scalar()


async def forget_link(
    transaction: Transaction, keyring: Keyring, discord_id: int, account_id: int, *, replaced: bool = False
) -> None:
    """Take the user's link to the account back; erase the account with its key, unless somebody else points to it.

    Both are locked. This takes a few statements, however much there is: a library is only let go of, and emptied
    afterwards.
    """
    key_id = select(imgur_accounts.c.data_key_id).where(imgur_accounts.c.account_id == account_id)
    present = (await transaction.execute(key_id)).scalar()
    transaction.forgets(link_digests(keyring, discord_id, account_id, present)[0], replaced=replaced)
    mine = (links.c.discord_id == discord_id, links.c.account_id == account_id)
    await transaction.execute(delete(links).where(*mine))
    wanted = select(links.c.discord_id).where(links.c.account_id == account_id).exists()
    gone = delete(imgur_accounts).where(imgur_accounts.c.account_id == account_id, not_(wanted))
    await erase_keys(transaction, (await transaction.execute(gone.returning(imgur_accounts.c.data_key_id))).scalars())
    await leave(transaction, discord_id, account_id)
    await forget_files(transaction, discord_id, account_id)
    if not replaced:  # else they are deleted all the same, as far as there is a handle on them
        await forget_expiries(transaction, discord_id, account_id)
    transaction.leaves_copies()


def link_digests(keyring: Keyring, discord_id: int, account_id: int, key_id: int | None) -> list[bytes]:
    """What stands for a user's link in the record; another, if the account is erased and linked once more."""
    return keyring.digests(f"link/{discord_id}/{account_id}/{key_id}")


def accounts_with_keys() -> Select[Any]:
    """The rows of `imgur_accounts` as `account_of` takes them."""
    keys = outerjoin(imgur_accounts, data_keys, imgur_accounts.c.data_key_id == data_keys.c.id)
    return select(imgur_accounts, data_keys.c.key.label("data_key")).select_from(keys)


def account_values(keyring: Keyring, account: ImgurAccount, key: DataKey) -> dict[str, Any]:
    """The columns that a refresh or a new link writes."""
    texts = {"access_token": account.access_token, "refresh_token": account.refresh_token}
    return {
        "username": account.username,
        "expires_at": account.expires_at,
        "data_key_id": key.id,
        **{
            name: keyring.seal(text, account_context(name, account.account_id), key.key) for name, text in texts.items()
        },
    }


def account_of(keyring: Keyring, row: Row[Any]) -> ImgurAccount:
    """The account of a row of `accounts_with_keys`."""

    def opened(name: str) -> str:
        return keyring.open(getattr(row, name), account_context(name, row.account_id), row.data_key)

    return ImgurAccount(
        account_id=row.account_id,
        username=row.username,
        access_token=opened("access_token"),
        refresh_token=opened("refresh_token"),
        expires_at=row.expires_at,
        version=row.version,
        broken=row.broken,
    )


def account_context(column: str, account_id: int) -> SealContext:
    """Where a token of the account is sealed."""
    return SealContext(f"imgur_accounts.{column}", str(account_id))
