"""Imgur accounts and which Discord user points to which."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, delete, select, update

from storage.database import Database
from storage.linking import account_of, account_values, erase_orphan, void_attempts
from storage.models import ImgurAccount
from storage.sealing import Keyring
from storage.tables import imgur_accounts, link_attempts, links


class AccountStore:
    """Reading raises KeyMissingError or SealBrokenError where the tokens cannot be opened; unlinking never does."""

    def __init__(self, database: Database, keyring: Keyring) -> None:
        self._database = database
        self._keyring = keyring

    async def linked(self, discord_id: int) -> ImgurAccount | None:
        """The account that the user points to."""
        return await self._one(select(imgur_accounts).join(links).where(links.c.discord_id == discord_id))

    async def get(self, account_id: int) -> ImgurAccount | None:
        """The account with this id."""
        return await self._one(select(imgur_accounts).where(imgur_accounts.c.account_id == account_id))

    async def refreshed(self, account: ImgurAccount) -> bool:
        """Write name and tokens over the row that still has `account.version`; False, and nothing, if none has."""
        change = update(imgur_accounts).where(
            imgur_accounts.c.account_id == account.account_id, imgur_accounts.c.version == account.version
        )
        values = account_values(self._keyring, account)
        async with self._database.write() as transaction:
            result = await transaction.execute(change.values(version=account.version + 1, broken=False, **values))
            self._database.erase_traces()
        return bool(result.rowcount)

    async def mark_broken(self, account_id: int, version: int) -> bool:
        """Record that Imgur no longer accepts the tokens of this version; False if they were replaced meanwhile."""
        change = update(imgur_accounts).where(
            imgur_accounts.c.account_id == account_id, imgur_accounts.c.version == version
        )
        async with self._database.write() as transaction:
            return bool((await transaction.execute(change.values(version=version + 1, broken=True))).rowcount)

    async def unlink(self, discord_id: int) -> ImgurAccount | None:
        """Forget the link, void the attempts, erase the account nobody points to; what was linked, or None.

        The tokens of the answer are empty: they are gone, and a lost key must not keep anyone from leaving.
        """
        former = select(imgur_accounts).join(links).where(links.c.discord_id == discord_id)
        async with self._database.write() as transaction:
            await void_attempts(transaction, link_attempts.c.discord_id == discord_id)
            row = (await transaction.execute(former)).one_or_none()
            if row is not None:
                await transaction.execute(delete(links).where(links.c.discord_id == discord_id))
                await erase_orphan(transaction, row.account_id)
            self._database.erase_traces()
        if row is None:
            return None
        return ImgurAccount(row.account_id, row.username, "", "", row.expires_at, row.version, row.broken)

    async def _one(self, query: Select[Any]) -> ImgurAccount | None:
        async with self._database.read() as transaction:
            row = (await transaction.execute(query)).one_or_none()
        return None if row is None else account_of(self._keyring, row)
