"""Parts of backups, handed out: a bounded number at once, one for a user, and what has become of each."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial

from errors import BackupBusyError, BackupOverError, BackupStalledError
from services.data.backup import BackupService
from services.data.fetching import AGAIN, PACE, Fetching
from services.data.plan import Entry
from services.data.writing import DrawIndex, Writing, steadily
from services.ports import Archive, PictureSource
from storage.models import Backup

PARTS_AT_ONCE = 4
"""Parts that are handed out at the same time; of one user, one."""
PATIENCE = 3.0
"""Seconds that the next one waits for a place: a tab that was closed has given its own back by then."""
REMEMBERED = 200
"""Backups of which it is known what has become of their parts."""


class End(StrEnum):
    """What became of a part that was handed out."""

    WHOLE = "whole"
    CUT = "cut"
    STALLED = "stalled"  # Imgur handed out no pictures any more


@dataclass(slots=True)
class Part:
    """A part that is being handed out."""

    backup: Backup
    number: int
    entries: list[Entry] = field(repr=False)
    writing: Writing
    end: End = End.CUT

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
        self._archive = archive
        self._fetching = Fetching(pictures, pace=pace, again=again)
        self._freed = asyncio.Condition()
        self._running: dict[int, Part] = {}
        self._ends: dict[str, dict[int, End]] = {}

    def progress(self, backup_id: str) -> tuple[int, int, int] | None:
        """Of the part that is being handed out here: its number, how many pictures are done, and of how many."""
        for part in self._running.values():
            if part.backup.id == backup_id:
                return part.number, part.writing.done, len(part.entries)
        return None

    def ends(self, backup_id: str) -> Mapping[int, End]:
        """What became of the parts that were handed out here, by number."""
        return self._ends.get(backup_id, {})

    @asynccontextmanager
    async def open(self, backup_id: str, number: int, cookies: Mapping[str, str]) -> AsyncIterator[Part]:
        """Take a place for a part. Raises BackupBusyError, and what `BackupService.carried` and `entries` raise."""
        backup = await self._backups.carried(backup_id, cookies)
        entries = await self._backups.entries(backup, number)
        check = partial(self._check, backup)
        await check()
        await self._place(backup.discord_id)
        part = Part(backup, number, entries, Writing(self._archive(), self._fetching, check))
        self._running[backup.discord_id] = part
        try:
            yield part
        finally:
            del self._running[backup.discord_id]
            self._note(part)
            async with self._freed:
                self._freed.notify_all()

    async def _place(self, discord_id: int) -> None:
        """Wait a moment for one."""
        try:
            async with asyncio.timeout(PATIENCE), self._freed:
                await self._freed.wait_for(
                    lambda: discord_id not in self._running and len(self._running) < PARTS_AT_ONCE
                )
        except TimeoutError:
            raise BackupBusyError from None

    @asynccontextmanager
    async def chunks(self, part: Part, index: DrawIndex) -> AsyncIterator[AsyncIterator[bytes]]:
        """The file, which ends with the block.

        Raises BackupOverError where its user may not have it any more, and BackupStalledError.
        """
        written = part.writing.chunks(part.number, part.backup.parts or 1, part.entries, index)
        async with aclosing(written), aclosing(steadily(written, part.writing.check)) as chunks:
            try:
                yield chunks
            except BackupStalledError:
                part.end = End.STALLED
                raise
            part.end = End.WHOLE

    async def _check(self, backup: Backup) -> None:
        if not await self._backups.stands(backup):
            raise BackupOverError

    def _note(self, part: Part) -> None:
        ends = self._ends.pop(part.backup.id, {})
        self._ends[part.backup.id] = ends | {part.number: part.end}
        while len(self._ends) > REMEMBERED:
            del self._ends[next(iter(self._ends))]
