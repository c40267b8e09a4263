"""Who has left, on record beside the database: a copy of it that is put back does not bring them back.

The record holds 32 bytes for each link, each anonymous upload and each user that was erased, a digest that says nothing
to whoever has no TOKEN_KEYS. It is only ever added to, before the erasure is committed; how long it was is in the
database. A database that knows less of it than there is was put back, or its process was killed at an erasure: what the
rest of the record names is erased, once more or after all. A link that another takes the place of stays until that is
complete: in the record is a blank for it, which is filled in after the commit. A commit that fails leaves blanks. Only
SQLite has a record: it is no help to who puts both back together.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Row, Select, select

from storage.accounts import AccountStore
from storage.database import BLANK, RECORDED, Database
from storage.erased import user_digests
from storage.errors import DatabaseUnavailableError
from storage.leaving import LeavingStore
from storage.linking import link_digests
from storage.persons import named
from storage.sealing import DIGEST_BYTES, Keyring
from storage.tables import anonymous_uploads, housekeeping, imgur_accounts, links
from storage.uploads import UploadStore, upload_digests

log = logging.getLogger(__name__)


async def forget_again(database: Database, keyring: Keyring) -> None:
    """Erase what the record names and the database holds all the same. Costs one look where there is nothing to do."""
    known = await _known(database)
    try:
        record = await database.recorded()
    except DatabaseUnavailableError as error:
        log.warning("the record of what was erased cannot be read, so an older copy would not be noticed: %s", error)
        return
    if len(record) == known:
        return
    gone = {record[at : at + DIGEST_BYTES] for at in range(known, len(record), DIGEST_BYTES)} - {BLANK}
    count = await _erase(database, keyring, gone) if gone else 0
    await database.note_recorded()
    if count:
        log.warning("an older copy of the database was put back: %s links and uploads are erased once more", count)


async def _erase(database: Database, keyring: Keyring, gone: set[bytes]) -> int:
    """How many users, links and uploads those were."""
    accounts, uploads, count = AccountStore(database, keyring), UploadStore(database, keyring), 0
    for discord_id in await named(database):
        if gone & set(user_digests(keyring, discord_id)):
            await LeavingStore(database, keyring).erase(discord_id, datetime.now(UTC))
            count += 1
    with_keys = select(links.c.discord_id, links.c.account_id, imgur_accounts.c.data_key_id).join(imgur_accounts)
    for row in await _rows(database, with_keys):
        if gone & set(link_digests(keyring, row.discord_id, row.account_id, row.data_key_id)):
            count += bool(await accounts.unlink(row.discord_id))
    made = select(anonymous_uploads.c.discord_id, anonymous_uploads.c.image_id, anonymous_uploads.c.data_key_id)
    for row in await _rows(database, made):
        if gone & set(upload_digests(keyring, row.discord_id, row.image_id, row.data_key_id)):
            count += await uploads.remove(row.discord_id, row.image_id)
    return count


async def _rows(database: Database, query: Select[Any]) -> Sequence[Row[Any]]:
    return (await database.execute(query)).all()


async def _known(database: Database) -> int:
    query = select(housekeeping.c.value).where(housekeeping.c.name == RECORDED)
    return (await database.execute(query)).scalar() or 0
