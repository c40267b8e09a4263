"""Imgur accounts and which Discord user points to which."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, or_, select, update

from storage.database import Database
from storage.jobs import cancel_jobs
from storage.keys import renew_key
from storage.link_history import event_of, newest, note_link
from storage.linking import (
    account_of,
    account_values,
    accounts_with_keys,
    forget_link,
    lock_accounts,
    lock_user,
    void_attempts,
)
from storage.models import ImgurAccount, LinkEvent
from storage.preferences import erase_preferences
from storage.sealing import Keyring
from storage.tables import imgur_accounts, link_attempts, links
from storage.views import erase_views

ACCOUNTS = imgur_accounts.c
UNCLAIMED: dict[str, Any] = {"refresh_by": None, "refresh_until": None}


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

    async def is_linked(self, discord_id: int, account_id: int) -> bool:
        """Whether the user points to this account."""
        query = select(links.c.account_id).where(links.c.discord_id == discord_id, links.c.account_id == account_id)
        return await self._one(query) is not None

    async def get(self, account_id: int) -> ImgurAccount | None:
        """The account with this id."""
        return self._opened(await self._one(accounts_with_keys().where(imgur_accounts.c.account_id == account_id)))

    async def claim(self, account_id: int, version: int, *, by: str, seconds: float) -> bool:
        """Be the one who refreshes the tokens of this version, for so long; False while somebody else is, or too late.

        A claim ends with `refreshed`, `mark_broken` and `release`, or by itself, as when its holder was killed. One
        that holds for longer than anybody claims was made by a clock that was wrong.
        """
        until, lease = ACCOUNTS.refresh_until, timedelta(seconds=seconds)
        async with self._database.write() as transaction:
            now = await transaction.now()
            is_free = or_(until.is_(None), until <= now, until > now + 2 * lease, ACCOUNTS.refresh_by == by)
            change = update(imgur_accounts).where(_version(account_id, version), is_free)
            held = {"refresh_by": by, "refresh_until": now + lease}
            return bool((await transaction.execute(change.values(**held))).rowcount)

    async def release(self, account_id: int, *, by: str) -> None:
        """End a claim, if it is still one's own."""
        mine = and_(ACCOUNTS.account_id == account_id, ACCOUNTS.refresh_by == by)
        async with self._database.write() as transaction:
            await transaction.execute(update(imgur_accounts).where(mine).values(**UNCLAIMED))

    async def refreshed(self, account: ImgurAccount) -> int | None:
        """Write name and tokens over the row that still has `account.version`, or was marked as broken since.

        The tokens before are erased. The new version; None, changing nothing, if there is no such row.
        """
        mine = or_(
            _version(account.account_id, account.version),
            # Marked by somebody who tried the same tokens later, after a claim had ended: Imgur has replaced them.
            and_(_version(account.account_id, account.version + 1), ACCOUNTS.broken),
        )
        values: dict[str, Any] = {"version": ACCOUNTS.version + 1, "broken": False, **UNCLAIMED}
        async with self._database.write() as transaction:
            row = (await transaction.execute(select(ACCOUNTS.data_key_id).where(mine).with_for_update())).one_or_none()
            if row is None:
                return None
            values |= account_values(self._keyring, account, await renew_key(transaction, row.data_key_id))
            change = update(imgur_accounts).where(mine).values(**values).returning(ACCOUNTS.version)
            version: int | None = (await transaction.execute(change)).scalar()
        return version

    async def mark_broken(self, account_id: int, version: int, *, by: str) -> bool:
        """Record that Imgur no longer accepts the tokens of this version; False if they are not `by`'s to refresh."""
        mine = and_(_version(account_id, version), ACCOUNTS.refresh_by == by)
        change = update(imgur_accounts).where(mine).values(version=version + 1, broken=True, **UNCLAIMED)
        async with self._database.write() as transaction:
            return bool((await transaction.execute(change)).rowcount)

    async def unlink(self, discord_id: int, event: LinkEvent | None = None) -> ImgurAccount | None:
        """Forget the link, void the attempts, erase the account nobody points to; what was linked, or None.

        The tokens of the answer are empty: they are gone, and a lost key must not keep anyone from leaving. If
        something was linked, `event` is noted.
        """
        async with self._database.write() as transaction:
            await lock_user(transaction, discord_id)
            await void_attempts(transaction, link_attempts.c.discord_id == discord_id)
            row = (await transaction.execute(_linked(discord_id))).one_or_none()
            if row is not None:
                await lock_accounts(transaction, row.account_id)
                await forget_link(transaction, self._keyring, discord_id, row.account_id)
                if event is not None:
                    await note_link(transaction, discord_id, event)
            # After the link, which whoever begins a job holds meanwhile: there is none that is not seen here.
            await erase_views(transaction, discord_id)
            await cancel_jobs(transaction, discord_id)
            await erase_preferences(transaction, discord_id)
        return _unopened(row)

    async def history(self, discord_id: int, limit: int) -> list[LinkEvent]:
        """The last links and unlinks of the user, the newest first."""
        return [event_of(row) for row in (await self._database.execute(newest(discord_id, limit))).all()]

    def settled(self) -> bool:
        """Whether nothing that was erased can still be read in the files, as far as this process knows."""
        return not self._database.has_traces

    async def _one(self, query: Select[Any]) -> Row[Any] | None:
        return (await self._database.execute(query)).one_or_none()

    def _opened(self, row: Row[Any] | None) -> ImgurAccount | None:
        return None if row is None else account_of(self._keyring, row)


def _linked(discord_id: int) -> Select[Any]:
    return (
        accounts_with_keys()
        .join(links, links.c.account_id == imgur_accounts.c.account_id)
        .where(links.c.discord_id == discord_id)
    )


def _version(account_id: int, version: int) -> ColumnElement[bool]:
    return and_(ACCOUNTS.account_id == account_id, ACCOUNTS.version == version)


def _unopened(row: Row[Any] | None) -> ImgurAccount | None:
    if row is None:
        return None
    return ImgurAccount(row.account_id, row.username, "", "", row.expires_at, row.version, row.broken)
