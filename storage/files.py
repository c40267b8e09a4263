"""From which file of theirs users made which pictures, so that the same file is known when it is given again.

A file is known by a digest that says nothing to whoever has no TOKEN_KEYS, and that is another one for each user.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Row, and_, delete, select, update

from storage.database import Database, Transaction, upsert
from storage.erased import is_erased
from storage.models import UploadedFile
from storage.sealing import Keyring
from storage.tables import uploaded_files

COLUMNS = uploaded_files.c
MOST = 3
"""Pictures of one file that are told of, the newest ones."""


class FileStore:
    """`digest` is the file's own, a SHA-256 in hexadecimal. Raises DatabaseUnavailableError."""

    def __init__(self, database: Database, keyring: Keyring) -> None:
        self._database = database
        self._keyring = keyring

    async def note(self, file: UploadedFile, digest: str, *, since: datetime | None = None) -> None:
        """Remember that a picture was made from it; not if its user had everything erased `since` then."""
        async with self._database.write() as transaction:
            if since is not None and await is_erased(transaction, self._keyring, file.discord_id, since):
                return
            keys = {"discord_id": file.discord_id, "image_id": file.image_id}
            digests = self._digests(file.discord_id, digest)
            values = {"account_id": file.account_id, "digest": digests[0], "uploaded_at": file.uploaded_at}
            await upsert(transaction, uploaded_files, keys, values)

    async def same(self, discord_id: int, account_id: int | None, digest: str) -> Sequence[UploadedFile]:
        """Which pictures the user has made from it in this account, or without one, the newest first."""
        mine = and_(COLUMNS.discord_id == discord_id, COLUMNS.digest.in_(self._digests(discord_id, digest)))
        query = select(uploaded_files).where(mine, COLUMNS.account_id.is_not_distinct_from(account_id))
        query = query.order_by(COLUMNS.uploaded_at.desc(), COLUMNS.image_id).limit(MOST)
        return [_file(row) for row in await self._database.execute(query)]

    async def forget(self, discord_id: int, image_id: str) -> None:
        """There is no such picture any more."""
        async with self._database.write() as transaction:
            await forget_file(transaction, discord_id, image_id)

    async def bring_along(self, discord_id: int, image_id: str, copy_id: str, account_id: int | None) -> None:
        """From now on it is the picture's copy, in an account, that the user has made from the file."""
        change = update(uploaded_files).where(_is(discord_id, image_id))
        async with self._database.write() as transaction:
            await transaction.execute(change.values(image_id=copy_id, account_id=account_id))

    def _digests(self, discord_id: int, digest: str) -> list[bytes]:
        return self._keyring.digests(f"file/{discord_id}/{digest}")


async def forget_file(transaction: Transaction, discord_id: int, image_id: str) -> None:
    """The picture is gone, and with it from which file it was made."""
    await transaction.execute(delete(uploaded_files).where(_is(discord_id, image_id)))


async def forget_files(transaction: Transaction, discord_id: int, account_id: int) -> None:
    """Forget it of all that the user has uploaded to an account."""
    mine = and_(COLUMNS.discord_id == discord_id, COLUMNS.account_id == account_id)
    await transaction.execute(delete(uploaded_files).where(mine))


def _file(row: Row[tuple[object, ...]]) -> UploadedFile:
    return UploadedFile(row.discord_id, row.image_id, row.account_id, row.uploaded_at)


def _is(discord_id: int, image_id: str) -> ColumnElement[bool]:
    return and_(COLUMNS.discord_id == discord_id, COLUMNS.image_id == image_id)
