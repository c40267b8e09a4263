"""Makes files ready for Imgur: pictures are held, cleaned and turned, films cleaned on disk, or pass as a stream."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from pathlib import PurePath

from errors import AttachmentUnavailableError, CannotCleanError, DamagedError, ShrinkableError
from media.film import Ffmpeg
from media.films import Films, NoVideoError
from media.kind import IMAGE_LIMIT, MediaType, check, identify, named, reads_on
from media.memory import MemoryFile
from media.metadata import cleaned, mended, missed
from media.models import Changes, IncomingFile, OpenedFile, ReadyFile, Wish
from media.room import Room
from media.turning.pool import Turner

HELD_LIMIT = 50_000_000
"""Bytes of a picture that is held in memory; a larger one is not helped."""
GIF, JPEG, FILM = "image/gif", "image/jpeg", "video/mp4"
END = 258
"""Bytes that differ at most where a picture was mended."""
ROOM = 128_000_000
"""Bytes of all pictures that are held at the same time."""


class Workshop:
    """Looks at each file and does what it needs. What is held is let go of when its upload is over."""

    def __init__(
        self,
        turner: Turner,
        ffmpeg: Ffmpeg | None = None,
        *,
        limit: int = IMAGE_LIMIT,
        held: int = HELD_LIMIT,
        room: int = ROOM,
    ) -> None:
        self._turner = turner
        self._films = Films(ffmpeg)
        self._limit = limit
        self._held = held
        self._room = Room(room)

    @asynccontextmanager
    async def ready(self, file: IncomingFile, opened: OpenedFile, wish: Wish) -> AsyncIterator[ReadyFile]:
        """The file as Imgur takes it.

        Raises what `media.kind.check` does; ShrinkableError for a picture that can be made to fit if its user wishes,
        DetailsStayError for a film that can go as it is; what the turner does; AttachmentUnavailableError.
        """
        at = reads_on(opened.head, opened.size)
        later = b"" if at is None else await opened.look(at)
        kind = identify(opened.head, later)
        async with AsyncExitStack() as stack:
            if kind is not None and self._is_held(kind, opened.size, wish):
                await stack.enter_async_context(self._room.taken(opened.size))
                yield await self._made(stack, file.name, kind, await _whole(opened), wish)
                return
            kind = check(file.name, opened.size, opened.head, file.seconds, later)
            changes = Changes()
            if kind.video and wish.clean and wish.as_is:
                changes = Changes(keeps_details=True)
            elif kind.video and wish.clean:
                opened = await stack.enter_async_context(self._films.bare(opened, kind.mime_type))
                changes = Changes(is_cleaned=True)
            yield ReadyFile(file.name, kind.mime_type, opened, kind.video, changes)

    def _is_held(self, kind: MediaType, size: int, wish: Wish) -> bool:
        if kind.video or not 0 < size <= self._held:
            return False
        return wish.clean or size > self._limit if kind.supported else kind.mime_type in self._turner.takes

    async def _made(self, stack: AsyncExitStack, name: str, kind: MediaType, content: bytes, wish: Wish) -> ReadyFile:
        found, changes = content, Changes()
        if not kind.supported:
            found, changes = await self._turner.turned(content, kind.mime_type, self._limit)
        elif wish.clean:
            found, changes = await self._cleaned(content, kind.mime_type)
        fits = 0 < len(found) <= self._limit
        if not fits and not wish.shrink:
            return await self._as_film(stack, name, found, replace(changes, was=kind.mime_type))
        if not fits:
            source = found if changes.into is None else content
            found, shrunk = await self._turner.shrunk(source, kind.mime_type, self._limit)
            changes = _both(changes, shrunk)
        mime_type = changes.into or kind.mime_type
        return ReadyFile(_called(name, changes), mime_type, MemoryFile(found), video=False, changes=changes)

    async def _as_film(self, stack: AsyncExitStack, name: str, content: bytes, changes: Changes) -> ReadyFile:
        """What is too large, as a film if it is a GIF that can be one. Raises ShrinkableError."""
        why = None
        if content and (changes.into or changes.was) == GIF:
            try:
                film, lost = await stack.enter_async_context(self._films.of_gif(content))
            except NoVideoError as error:
                why = error.why
            else:
                changes = replace(changes, into=FILM, lost=(*changes.lost, *lost))
                return ReadyFile(_called(name, changes), FILM, film, video=True, changes=changes)
        raise ShrinkableError(name, len(content), self._limit, why, into=changes.into)

    async def _cleaned(self, content: bytes, mime_type: str) -> tuple[bytes, Changes]:
        """Without what it tells of its making: as it is, or else decoded and encoded without a loss.

        Raises CannotCleanError where neither can be done.
        """
        try:
            found = await asyncio.to_thread(cleaned, content, mime_type)
        except CannotCleanError:
            if mime_type not in self._turner.takes:
                raise
        except DamagedError:
            return await self._mended(content, mime_type)
        else:
            lost = tuple(missed(content)) if mime_type == JPEG else ()
            return found, Changes(is_cleaned=found != content, lost=lost)
        try:
            return await self._turner.turned(content, mime_type, self._limit)
        except DamagedError as error:
            raise CannotCleanError(mime_type) from error

    async def _mended(self, content: bytes, mime_type: str) -> tuple[bytes, Changes]:
        """As much as viewers show of what is broken: as it is, or else decoded whole. Raises DamagedError."""
        try:
            found = await asyncio.to_thread(mended, content, mime_type)
        except DamagedError:
            found, changes = await self._turner.turned(content, mime_type, self._limit)
            return found, replace(changes, is_mended=True)
        is_cleaned = not content.startswith(found[:-END])
        return found, Changes(is_cleaned=is_cleaned, is_mended=True)


async def _whole(opened: OpenedFile) -> bytes:
    """All of it. Raises AttachmentUnavailableError for one that has another size than was said."""
    parts, size = [], 0
    async for chunk in opened.chunks():
        size += len(chunk)
        if size > opened.size:
            break
        parts.append(chunk)
    if size != opened.size:
        raise AttachmentUnavailableError("of another size than announced")
    return b"".join(parts)


def _both(first: Changes, then: Changes) -> Changes:
    """What was done to one that was made smaller after that."""
    lost = (*then.lost, *(loss for loss in first.lost if loss not in then.lost))
    is_cleaned = first.is_cleaned or then.is_cleaned
    return replace(then, lost=lost, is_cleaned=is_cleaned, is_mended=first.is_mended)


def _called(name: str, changes: Changes) -> str:
    """Its name, with the ending of what it was turned into."""
    return name if changes.into is None else f"{PurePath(name).stem}.{named(changes.into)}"
