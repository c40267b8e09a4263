"""Imgur accounts and which Discord user points to which."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Row, Select, delete, select, update

from storage.database import Database
from storage.index.owners import leave
from storage.jobs import cancel_jobs
from storage.linking import account_of, account_values, erase_orphan, void_attempts
from storage.models import ImgurAccount
from storage.sealing import Keyring
from storage.tables import imgur_accounts, link_attempts, links
from storage.views import erase_views


class AccountStore:
    """`linked` and `get` raise KeyMissingError or SealBrokenError where the tokens do not open; nothing else does."""

    def __init__(self, database: Database, keyring: Keyring) -> None:
        self._database = database
        self._keyring = keyring

    async def linked(self, discord_id: int) -> ImgurAccount | None:
        """The account that the user points to."""
        return self._opened(await self._one(_linked(discord_id)))

    async def named(self, discord_id: int) -> ImgurAccount | None:
        """The account that the user points to; its tokens stay sealed and are empty here."""
        return _unopened(await self._one(_linked(discord_id)))

    async def get(self, account_id: int) -> ImgurAccount | None:
        """The account with this id."""
        return self._opened(await self._one(select(imgur_accounts).where(imgur_accounts.c.account_id == account_id)))

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
        async with self._database.write() as transaction:
            await void_attempts(transaction, link_attempts.c.discord_id == discord_id)
            await erase_views(transaction, discord_id)
            await cancel_jobs(transaction, discord_id)
            row = (await transaction.execute(_linked(discord_id))).one_or_none()
            if row is not None:
                await transaction.execute(delete(links).where(links.c.discord_id == discord_id))
                await erase_orphan(transaction, row.account_id)
                await leave(transaction, discord_id, row.account_id)
            self._database.erase_traces()
        return _unopened(row)

    async def _one(self, query: Select[Any]) -> Row[Any] | None:
        async with self._database.read() as transaction:
            return (await transaction.execute(query)).one_or_none()

    def _opened(self, row: Row[Any] | None) -> ImgurAccount | None:
        return None if row is None else account_of(self._keyring, row)


def _linked(discord_id: int) -> Select[Any]:
    return select(imgur_accounts).join(links).where(links.c.discord_id == discord_id)


def _unopened(row: Row[Any] | None) -> ImgurAccount | None:
    if row is None:
        return None
    return ImgurAccount(row.account_id, row.username, "", "", row.expires_at, row.version, row.broken)
