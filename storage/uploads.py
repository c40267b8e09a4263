"""Anonymous uploads of Discord users, and of which pictures they said that they are spoilers, or to be deleted."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, Select, and_, delete, func, outerjoin, select, update

from storage.database import Database
from storage.erased import is_erased, refuse_erased
from storage.expiries import expiries_of, forget_expiry, note_expiry
from storage.files import forget_file
from storage.index.owners import known_library_of_user, library_of_user
from storage.index.reads import pieces
from storage.index.writes import correct, is_there, put_front, take_off
from storage.keys import add_key, erase_keys
from storage.models import AnonymousUpload, Expiry, IndexedItem, Shelf
from storage.sealing import Keyring, SealContext
from storage.tables import anonymous_uploads, data_keys, hidden_images

COLUMNS = anonymous_uploads.c
HIDDEN = hidden_images.c
FIELDS = [field.name for field in fields(AnonymousUpload)]


class UploadStore:
    """Newest first. A deletehash opens only in the row of its image and user."""

    def __init__(self, database: Database, keyring: Keyring) -> None:
        self._database = database
        self._keyring = keyring

    async def add(
        self,
        upload: AnonymousUpload,
        search: str = "",
        *,
        due_at: datetime | None = None,
        since: datetime | None = None,
    ) -> None:
        """Remember an upload. `search` is what it is found by (`services.text.searchable`); empty: made later.

        It is to be deleted at `due_at`. Raises ErasedMeanwhileError where its user had everything erased `since` it
        was begun.
        """
        context = upload_context(upload.discord_id, upload.image_id)
        async with self._database.write() as transaction:
            await refuse_erased(transaction, self._keyring, upload.discord_id, since)
            key = await add_key(transaction)
            sealed = {"deletehash": self._keyring.seal(upload.deletehash, context, key.key), "data_key_id": key.id}
            added = transaction.insert(anonymous_uploads).values(asdict(upload) | sealed)
            if not (await transaction.execute(added.on_conflict_do_nothing())).rowcount:
                await erase_keys(transaction, [key.id])
                return  # told already: the database had taken it, and its answer was lost
            if due_at is not None:
                await note_expiry(transaction, self._keyring, Expiry(upload.discord_id, upload.image_id, due_at))
            library = await library_of_user(transaction, upload.discord_id)
            if await is_there(transaction, library):
                await put_front(transaction, library, Shelf.UPLOADS, [_indexed(upload, search)])

    async def page(self, discord_id: int, *, offset: int, limit: int) -> Sequence[AnonymousUpload]:
        """The user's uploads from `offset` on, at most `limit`."""
        newest_first = (COLUMNS.uploaded_at.desc(), COLUMNS.image_id)
        query = _with_keys().where(COLUMNS.discord_id == discord_id).order_by(*newest_first)
        rows = (await self._database.execute(query.offset(offset).limit(limit))).mappings().all()
        return [self._upload(row) for row in rows]

    async def count(self, discord_id: int) -> int:
        """How many uploads the user has."""
        query = select(func.count()).where(COLUMNS.discord_id == discord_id)
        return int((await self._database.execute(query)).scalar_one())

    async def get(self, discord_id: int, image_id: str) -> AnonymousUpload | None:
        """The user's upload with this id."""
        query = _with_keys().where(_is(discord_id, image_id))
        row = (await self._database.execute(query)).mappings().one_or_none()
        return None if row is None else self._upload(row)

    async def update(
        self, discord_id: int, image_id: str, *, title: str | None, description: str | None, search: str = ""
    ) -> bool:
        """Write both texts, None included, and what it is found by; False if the user has no such upload."""
        change = update(anonymous_uploads).where(_is(discord_id, image_id))
        changed = change.values(title=title, description=description).returning(*_SHOWN)
        async with self._database.write() as transaction:
            if (row := (await transaction.execute(changed)).mappings().one_or_none()) is None:
                return False
            library = await library_of_user(transaction, discord_id)
            await is_there(transaction, library)  # alone from here on
            await correct(transaction, library, _indexed(AnonymousUpload(**row, deletehash=""), search))
            transaction.leaves_copies()
            return True

    async def hide(self, discord_id: int, image_id: str, *, since: datetime | None = None) -> None:
        """Remember that the user uploaded a picture, anonymously or not, as a spoiler; not if erased `since` then."""
        async with self._database.write() as transaction:
            if since is not None and await is_erased(transaction, self._keyring, discord_id, since):
                return
            added = transaction.insert(hidden_images).values(image_id=image_id, discord_id=discord_id)
            await transaction.execute(added.on_conflict_do_nothing())

    async def hidden(self, image_ids: Collection[str]) -> frozenset[str]:
        """Which of these pictures were uploaded as spoilers, by whomever."""
        if not image_ids:
            return frozenset()
        found: set[str] = set()
        async with self._database.read() as transaction:
            for piece in pieces(image_ids):
                hidden = await transaction.execute(select(HIDDEN.image_id).where(HIDDEN.image_id.in_(piece)))
                found.update(hidden.scalars())
        return frozenset(found)

    async def expire(self, expiry: Expiry, *, since: datetime | None = None) -> None:
        """Have a picture of an account's deleted then.

        Raises ErasedMeanwhileError where its user had everything erased `since` it was begun.
        """
        async with self._database.write() as transaction:
            await refuse_erased(transaction, self._keyring, expiry.discord_id, since)
            await note_expiry(transaction, self._keyring, expiry)

    async def expiring(self, discord_id: int, image_ids: Collection[str]) -> dict[str, Expiry]:
        """Which of these pictures are to be deleted for the user, by their ids."""
        return await expiries_of(self._database, discord_id, image_ids)

    async def remove(self, discord_id: int, image_id: str) -> bool:
        """Forget the upload, that it was a spoiler, of which file, and was to be deleted; False if there is none."""
        async with self._database.write() as transaction:
            await forget_file(transaction, discord_id, image_id)
            await forget_expiry(transaction, discord_id, image_id)
            await transaction.execute(
                delete(hidden_images).where(HIDDEN.image_id == image_id, HIDDEN.discord_id == discord_id)
            )
            library = await known_library_of_user(transaction, discord_id)
            if library is not None and await is_there(transaction, library):
                await take_off(transaction, library, {("image", image_id)}, None)
            gone = delete(anonymous_uploads).where(_is(discord_id, image_id)).returning(COLUMNS.data_key_id)
            key_ids = (await transaction.execute(gone)).scalars().all()
            await erase_keys(transaction, key_ids)
            for key_id in key_ids:
                transaction.forgets(upload_digests(self._keyring, discord_id, image_id, key_id)[0])
            transaction.leaves_copies()
            return bool(key_ids)

    def _upload(self, row: RowMapping) -> AnonymousUpload:
        context = upload_context(row["discord_id"], row["image_id"])
        opened = self._keyring.open(row["deletehash"], context, row["data_key"])
        return AnonymousUpload(**{name: row[name] for name in FIELDS} | {"deletehash": opened})


_SHOWN = [COLUMNS[name] for name in FIELDS if name != "deletehash"]


def _indexed(upload: AnonymousUpload, search: str) -> IndexedItem:
    """An upload as the index holds it."""
    return IndexedItem(
        kind="image",
        id=upload.image_id,
        search=search,
        title=upload.title,
        description=upload.description,
        mime_type=upload.mime_type,
        width=upload.width,
        height=upload.height,
        size=upload.size,
        created=upload.uploaded_at,
        extra={"link": upload.link} if upload.link else {},
    )


def _is(discord_id: int, image_id: str) -> ColumnElement[bool]:
    return and_(COLUMNS.discord_id == discord_id, COLUMNS.image_id == image_id)


def _with_keys() -> Select[Any]:
    keys = outerjoin(anonymous_uploads, data_keys, COLUMNS.data_key_id == data_keys.c.id)
    return select(anonymous_uploads, data_keys.c.key.label("data_key")).select_from(keys)


def upload_digests(keyring: Keyring, discord_id: int, image_id: str, key_id: int | None) -> list[bytes]:
    """What stands for an upload in the record."""
    return keyring.digests(f"upload/{discord_id}/{image_id}/{key_id}")


def upload_context(discord_id: int, image_id: str) -> SealContext:
    """Where a deletehash is sealed."""
    return SealContext("anonymous_uploads.deletehash", f"{discord_id}/{image_id}")
