"""A part of a backup as it is handed out: each picture is fetched whole before its place in the file begins."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Mapping
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from dataclasses import dataclass, field
from enum import StrEnum

from errors import BackupBusyError, BackupOverError, PictureGoneError, PictureUnavailableError
from media.models import FetchedPicture
from services.data.backup import BackupService
from services.data.plan import Entry
from services.ports import Archive, PictureSource
from storage.models import Backup

AT_ONCE = 4
"""Parts that are handed out at the same time; of one user, one."""
PATIENCE = 3.0
"""Seconds that the next one waits for a place: a tab that was closed has given its own back by then."""
PACE = 0.1
"""Seconds from one picture to the next at least, of all backups together: Imgur is asked at a civil rate."""
AGAIN = (1.0, 4.0)
"""Seconds before a picture is asked for once more that could not be had."""
LOOK_EVERY = 2.0
"""Seconds after which it is looked whether the user still may have it, also within a picture."""


class Lack(StrEnum):
    """Why a picture is not in a part."""

    NOT_READY = "not-ready"
    GONE = "gone"
    FAILED = "failed"
    ALBUM = "album"  # of somebody else, among the favorites


@dataclass(frozen=True, slots=True)
class Shown:
    """A picture as the index of a part has it: under `path`, or not at all."""

    entry: Entry
    path: str = ""
    lack: Lack | None = None

    @property
    def folder(self) -> str:
        """Where it is; empty for what is missing."""
        return self.path.rpartition("/")[0]


@dataclass(frozen=True, slots=True)
class PartIndex:
    """All that was to be in a part, and what is."""

    number: int
    parts: int
    shown: tuple[Shown, ...] = field(repr=False)


DrawIndex = Callable[[PartIndex], bytes]
"""Makes the page by which a part is browsed."""


@dataclass(slots=True)
class Part:
    """A part that is about to be handed out."""

    backup: Backup
    number: int
    entries: list[Entry] = field(repr=False)
    done: int = 0

    @property
    def name(self) -> str:
        """What the file is called."""
        of = self.backup.parts or 1
        return "imgur-backup.zip" if of == 1 else f"imgur-backup-part-{self.number}-of-{of}.zip"


class Streams:
    """Hands out parts. `archive` makes a new archive."""

    def __init__(
        self,
        backups: BackupService,
        pictures: PictureSource,
        archive: Callable[[], Archive],
        *,
        pace: float = PACE,
        again: tuple[float, ...] = AGAIN,
    ) -> None:
        self._backups = backups
        self._pictures = pictures
        self._archive = archive
        self._pace = pace
        self._again = again
        self._freed = asyncio.Condition()
        self._turn = asyncio.Lock()
        self._next = 0.0
        self._running: dict[int, Part] = {}

    def progress(self, backup_id: str) -> tuple[int, int, int] | None:
        """Of the part that is being handed out here: its number, how many pictures are done, and of how many."""
        for part in self._running.values():
            if part.backup.id == backup_id:
                return part.number, part.done, len(part.entries)
        return None

    @asynccontextmanager
    async def open(self, backup_id: str, number: int, cookies: Mapping[str, str]) -> AsyncIterator[Part]:
        """Take a place for a part. Raises BackupBusyError, and what `BackupService.carried` and `entries` raise."""
        backup = await self._backups.carried(backup_id, cookies)
        part = Part(backup, number, await self._backups.entries(backup, number))
        if not await self._backups.stands(backup):
            raise BackupOverError
        await self._place(backup.discord_id)
        self._running[backup.discord_id] = part
        try:
            yield part
        finally:
            del self._running[backup.discord_id]
            async with self._freed:
                self._freed.notify_all()

    async def _place(self, discord_id: int) -> None:
        """Wait a moment for one."""
        try:
            async with asyncio.timeout(PATIENCE), self._freed:
                await self._freed.wait_for(lambda: discord_id not in self._running and len(self._running) < AT_ONCE)
        except TimeoutError:
            raise BackupBusyError from None

    @asynccontextmanager
    async def chunks(self, part: Part, index: DrawIndex) -> AsyncIterator[AsyncIterator[bytes]]:
        """The file, which ends with the block. Raises BackupOverError where its user may not have it any more."""
        async with aclosing(self._written(part, index)) as chunks:
            yield chunks

    async def _written(self, part: Part, index: DrawIndex) -> AsyncGenerator[bytes, None]:
        archive, of = self._archive(), part.backup.parts or 1
        shown: list[Shown] = []
        about = {"part": part.number, "of": of, "pictures": len(part.entries)}
        for chunk in archive.text(f"part-{part.number}.json", json.dumps(about).encode()):
            yield chunk  # at once: who waits for the first picture sees that it goes on
        for entry in part.entries:
            await self._check(part)
            lack = None if entry.ask else Lack.ALBUM if "/a/" in entry.page else Lack.NOT_READY
            path = ""
            if lack is None:
                try:
                    async with self._fetched(entry) as fetched:
                        path = entry.path + fetched.ending
                        async for chunk in self._checked(part, archive.file(path, fetched.file, fetched.size)):
                            yield chunk
                except PictureUnavailableError as error:
                    path = ""
                    lack = Lack.GONE if isinstance(error, PictureGoneError) else Lack.FAILED
            shown.append(Shown(entry, path, lack))
            part.done += 1
        name = "index.html" if part.number == 1 else f"index-{part.number}.html"
        for chunk in archive.text(name, index(PartIndex(part.number, of, tuple(shown)))):
            yield chunk
        for chunk in archive.end():
            yield chunk

    async def _checked(self, part: Part, chunks: Iterator[bytes]) -> AsyncIterator[bytes]:
        """A picture's bytes, as long as its user may have them."""
        looked = time.monotonic()
        for chunk in chunks:
            yield chunk
            if time.monotonic() - looked > LOOK_EVERY:
                looked = time.monotonic()
                await self._check(part)

    async def _check(self, part: Part) -> None:
        if not await self._backups.stands(part.backup):
            raise BackupOverError

    @asynccontextmanager
    async def _fetched(self, entry: Entry) -> AsyncIterator[FetchedPicture]:
        """The picture, whole; asked for again where that may help."""
        async with AsyncExitStack() as stack:
            for pause in (*self._again, None):
                await self._paced()
                try:
                    fetched = await stack.enter_async_context(self._pictures.fetch(entry.ask))
                except PictureUnavailableError:
                    if pause is None:
                        raise
                    await asyncio.sleep(pause)
                else:
                    yield fetched
                    return

    async def _paced(self) -> None:
        """Wait until Imgur may be asked for one more."""
        async with self._turn:
            await asyncio.sleep(max(self._next - time.monotonic(), 0))
            self._next = time.monotonic() + self._pace
