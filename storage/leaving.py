"""Erasing a user: after one write no row names them, whatever tables there are, and others notice nothing.

What was begun before and ends later must not bring a row back. So that they left, and when, is on record for a while,
as a digest that says nothing to whoever has no TOKEN_KEYS.
"""

from __future__ import annotations

from datetime import datetime
from itertools import chain
from typing import Any

from sqlalchemy import Column, Table, delete, func, select, update

from storage.database import Database, Transaction
from storage.erased import KEPT_FOR, user_digests
from storage.jobs import cancel_jobs
from storage.keys import erase_keys
from storage.ledger import alone, forget_account
from storage.library_tables import items, libraries
from storage.linking import forget_link, linked_account_id, lock_accounts, lock_user, void_attempts
from storage.persons import owner_column, tables_of_users, user_columns
from storage.sealing import Keyring
from storage.tables import anonymous_uploads, erasures, hidden_images, imgur_accounts, link_attempts, links
from storage.uploads import upload_digests
from storage.views import erase_views


class LeavingStore:
    """Raises DatabaseUnavailableError."""

    def __init__(self, database: Database, keyring: Keyring) -> None:
        self._database = database
        self._keyring = keyring

    async def erase(self, discord_id: int, now: datetime) -> None:
        """Forget everything that names the user. What goes on for an account passes to another user of it.

        Comes in the order in which others lock: the user, the account, its link, what hangs on them.
        """
        async with self._database.write() as transaction:
            await lock_user(transaction, discord_id)
            await void_attempts(transaction, link_attempts.c.discord_id == discord_id)
            account_id = await linked_account_id(transaction, discord_id)
            if account_id is not None:
                await lock_accounts(transaction, account_id)
                await forget_link(transaction, self._keyring, discord_id, account_id)
                await _hand_on_hidden(transaction, discord_id, account_id)
            await erase_views(transaction, discord_id)
            await cancel_jobs(transaction, discord_id)
            await self._forget_uploads(transaction, discord_id)
            mine = libraries.c.discord_id == discord_id  # emptied afterwards, in pieces
            await transaction.execute(update(libraries).where(mine).values(discord_id=None))
            await alone(transaction)  # whoever counts what is used after that finds that the user is gone
            for table in tables_of_users():
                await _forget_in(transaction, table, discord_id)
            if account_id is not None and not await _is_there(transaction, account_id):
                await forget_account(transaction, account_id)
            await self._note(transaction, discord_id, now)
            transaction.leaves_copies()

    def settled(self) -> bool:
        """Whether nothing that was erased can still be read in the files, as far as this process knows."""
        return not self._database.has_traces

    async def sweep(self, now: datetime) -> None:
        """Forget that somebody has left, once that is long enough ago."""
        late = erasures.c.at < now - KEPT_FOR
        if (await self._database.execute(select(erasures.c.digest).where(late).limit(1))).first():
            async with self._database.write() as transaction:
                await transaction.execute(delete(erasures).where(late))

    async def _forget_uploads(self, transaction: Transaction, discord_id: int) -> None:
        columns = anonymous_uploads.c
        query = select(columns.image_id, columns.data_key_id).where(columns.discord_id == discord_id)
        for row in await transaction.execute(query):
            transaction.forgets(upload_digests(self._keyring, discord_id, row.image_id, row.data_key_id)[0])

    async def _note(self, transaction: Transaction, discord_id: int, now: datetime) -> None:
        first, *_ = user_digests(self._keyring, discord_id)
        transaction.forgets(first)
        await transaction.execute(delete(erasures).where(erasures.c.digest == first))
        await transaction.execute(transaction.insert(erasures).values(digest=first, at=now))


async def _forget_in(transaction: Transaction, table: Table, discord_id: int) -> None:
    """The user's own rows go with their keys; in those of others, what names the user goes."""
    own = owner_column(table)
    if own is not None and table is not libraries:
        keys: list[Column[Any]] = [column for column in table.c if column.name.endswith("_key_id")]
        gone = await transaction.execute(delete(table).where(own == discord_id).returning(own, *keys))
        await erase_keys(transaction, chain.from_iterable(row[1:] for row in gone.all()))
    for column in user_columns(table):
        if column is not own:
            await transaction.execute(update(table).where(column == discord_id).values({column: None}))


async def _hand_on_hidden(transaction: Transaction, discord_id: int, account_id: int) -> None:
    """What the user hid in an account that others use stays hidden there, in the name of one of them."""
    theirs = select(items.c.item_id).join(libraries, items.c.library_id == libraries.c.id)
    theirs = theirs.where(libraries.c.account_id == account_id, items.c.kind == "image")
    other = select(func.min(links.c.discord_id)).where(links.c.account_id == account_id)
    if (heir := (await transaction.execute(other)).scalar()) is not None:
        mine = (hidden_images.c.discord_id == discord_id, hidden_images.c.image_id.in_(theirs))
        await transaction.execute(update(hidden_images).where(*mine).values(discord_id=heir))


async def _is_there(transaction: Transaction, account_id: int) -> bool:
    query = select(imgur_accounts.c.account_id).where(imgur_accounts.c.account_id == account_id)
    return (await transaction.execute(query)).first() is not None
