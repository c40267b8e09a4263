"""Films on their way: what `ffmpeg` does to them where it is there, on disk, so many bytes at once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager

from errors import (
    CannotCleanError,
    DamagedError,
    DetailsStayError,
    NoVideo,
    VideoTooLongError,
)
from media.disk import DiskFile, folder, write
from media.film import Ffmpeg, FilmError, Lost
from media.gif import moves
from media.memory import MemoryFile
from media.models import Loss, OpenedFile
from media.room import Room

DISK = 1_000_000_000
"""Bytes of all films that are worked on at the same time, with what is made of them."""


class NoVideoError(Exception):
    """A GIF cannot become a video: `why`, or None where it does not move."""

    def __init__(self, why: NoVideo | None) -> None:
        super().__init__(why)
        self.why = why


class Films:
    """Cleans films, and makes one of a GIF. What is made is there until its user is done with it."""

    def __init__(self, ffmpeg: Ffmpeg | None, *, room: int = DISK) -> None:
        self._ffmpeg = ffmpeg
        self._room = Room(room)

    @asynccontextmanager
    async def bare(self, opened: OpenedFile, mime_type: str) -> AsyncIterator[OpenedFile]:
        """A film without what it says beside its pictures and sound.

        Raises DetailsStayError where that cannot be done, AttachmentUnavailableError.
        """
        if self._ffmpeg is None:
            raise DetailsStayError(has_ffmpeg=False)
        async with self._room.taken(2 * opened.size), AsyncExitStack() as stack:
            try:
                place = await stack.enter_async_context(folder())
                source, target = place / "given", place / "made"
                await write(opened, source)
                await self._ffmpeg.cleaned(source, target, mime_type)
            except (CannotCleanError, DamagedError, FilmError, OSError) as error:
                raise DetailsStayError(has_ffmpeg=True) from error
            yield await DiskFile.of(target)

    @asynccontextmanager
    async def of_gif(self, content: bytes) -> AsyncIterator[tuple[OpenedFile, tuple[Loss, ...]]]:
        """An MP4 that plays like that GIF, and what is lost. Raises NoVideoError."""
        if not await asyncio.to_thread(moves, memoryview(content)):
            raise NoVideoError(None)
        if self._ffmpeg is None:
            raise NoVideoError(NoVideo.NO_FFMPEG)
        async with self._room.taken(2 * len(content)), AsyncExitStack() as stack:
            try:
                place = await stack.enter_async_context(folder())
                source, target = place / "given", place / "made"
                await write(MemoryFile(content), source)
                lost = await self._ffmpeg.gif_to_video(source, target)
            except VideoTooLongError as error:
                raise NoVideoError(NoVideo.TOO_LONG) from error
            except (DamagedError, FilmError, OSError) as error:
                raise NoVideoError(NoVideo.FAILED) from error
            yield await DiskFile.of(target), tuple(_losses(lost))


def _losses(lost: Lost) -> Iterator[Loss]:
    if lost.transparency:
        yield Loss.TRANSPARENCY
    if lost.ends:
        yield Loss.END
