"""Whether a user gives a file from which they have made a picture before, where it goes to now."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

import structlog

from errors import BotError, DuplicateError, Earlier
from imgur.errors import ImgurError, NotFoundError
from imgur.models import AccessToken, Image
from services.ports import FileStore, ImgurApi, UploadStore
from storage.errors import StorageError
from storage.models import UploadedFile

log = structlog.get_logger(__name__)

PATIENCE = 5.0
"""Seconds for finding out: it is a hint, and no upload waits longer for it."""


@dataclass(slots=True)
class _Turn:
    """Uploads of one file, one after the other."""

    lock: asyncio.Lock = field(default_factory=asyncio.Lock)
    users: int = 0


class Duplicates:
    """Knows files by what users gave, before anything is done to them. What cannot be found out is no duplicate.

    Only the user's own pictures count, and of these what is in the account that it goes into, or without one: never
    what somebody else has made of the same file.
    """

    def __init__(self, store: FileStore, uploads: UploadStore, imgur: ImgurApi, *, patience: float = PATIENCE) -> None:
        self._store = store
        self._uploads = uploads
        self._imgur = imgur
        self._patience = patience
        self._turns: dict[tuple[int, int | None, str], _Turn] = {}

    @asynccontextmanager
    async def asked_first(self, discord_id: int, auth: AccessToken | None, digest: str | None) -> AsyncIterator[None]:
        """Send a file within, unless there is a picture of it: DuplicateError. Of two that are the same, one waits.

        Without a digest nothing is known of it yet.
        """
        if digest is None:
            yield
            return
        async with self._turn(discord_id, auth, digest):
            if (earlier := await self._earlier(discord_id, auth, digest)) is not None:
                raise DuplicateError(earlier)
            yield

    async def told_afterwards(
        self, discord_id: int, auth: AccessToken | None, digest: str, note: Callable[[], Awaitable[None]]
    ) -> Earlier | None:
        """Which picture of it there was before this one, which is noted then. Of two that are the same, one waits."""
        async with self._turn(discord_id, auth, digest):
            earlier = await self._earlier(discord_id, auth, digest)
            await note()
        return earlier

    @asynccontextmanager
    async def _turn(self, discord_id: int, auth: AccessToken | None, digest: str) -> AsyncIterator[None]:
        key = discord_id, _account(auth), digest
        turn = self._turns.setdefault(key, _Turn())
        turn.users += 1
        try:
            async with turn.lock:
                yield
        finally:
            turn.users -= 1
            if not turn.users:
                del self._turns[key]

    async def _earlier(self, discord_id: int, auth: AccessToken | None, digest: str) -> Earlier | None:
        """The newest picture that there is of it; one that Imgur no longer has is none."""
        try:
            async with asyncio.timeout(self._patience):
                for file in await self._store.same(discord_id, _account(auth), digest):
                    if (image := await self._there(file, auth)) is not None:
                        due = (await self._uploads.expiring(discord_id, [image.id])).get(image.id)
                        return Earlier(image.id, image.title, file.uploaded_at, due.due_at if due else None)
        except (BotError, ImgurError, StorageError, TimeoutError) as error:
            log.info("whether a file was uploaded before could not be found out", reason=type(error).__name__)
        return None

    async def note(
        self, discord_id: int, auth: AccessToken | None, digest: str, image_id: str, since: datetime | None
    ) -> None:
        """A picture was made of it. Raises StorageError."""
        file = UploadedFile(discord_id, image_id, _account(auth), datetime.now(UTC))
        await self._store.note(file, digest, since=since)

    async def _there(self, file: UploadedFile, auth: AccessToken | None) -> Image | None:
        try:
            return await self._imgur.image(file.image_id, auth)
        except NotFoundError:
            await self._store.forget(file.discord_id, file.image_id)
            return None


def _account(auth: AccessToken | None) -> int | None:
    return auth.account_id if auth else None
