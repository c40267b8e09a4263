"""Pictures, one after the other, at a rate that is fair to Imgur; asked for again where that may help."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from errors import PictureGoneError, PicturesBusyError, PictureUnavailableError, PictureWithheldError
from media.models import FetchedPicture
from services.ports import PictureSource

PACE = 0.1
"""Seconds from one picture to the next at least, of all backups together."""
AGAIN = (1.0, 4.0)
"""Seconds before a picture is asked for once more that could not be had."""
WAITS = 6
"""Times that Imgur is waited for, for one picture, where it asks for that."""
LONGEST_WAIT = 60.0


class Fetching:
    """What all backups share."""

    def __init__(self, pictures: PictureSource, *, pace: float = PACE, again: tuple[float, ...] = AGAIN) -> None:
        self._pictures = pictures
        self._pace = pace
        self._again = again
        self._turn = asyncio.Lock()
        self._next = 0.0

    @asynccontextmanager
    async def fetch(self, name: str) -> AsyncIterator[FetchedPicture]:
        """The picture, whole. Raises PictureUnavailableError."""
        async with AsyncExitStack() as stack:
            yield await self._tried(stack, name)

    async def _tried(self, stack: AsyncExitStack, name: str) -> FetchedPicture:
        pauses, waits = iter(self._again), WAITS
        while True:
            await self._paced()
            try:
                return await stack.enter_async_context(self._pictures.fetch(name))
            except (PictureGoneError, PictureWithheldError):
                raise
            except PicturesBusyError as error:
                if not waits:
                    raise
                waits -= 1  # nobody else is to ask either
                self._next = max(self._next, _now() + min(error.seconds, LONGEST_WAIT))
            except PictureUnavailableError:
                if (pause := next(pauses, None)) is None:
                    raise
                await asyncio.sleep(pause)

    async def _paced(self) -> None:
        """Wait until Imgur may be asked for one more."""
        async with self._turn:
            for left in iter(self._left, 0.0):
                await asyncio.sleep(left)
            self._next = _now() + self._pace

    def _left(self) -> float:
        return max(self._next - _now(), 0.0)


def _now() -> float:
    return asyncio.get_running_loop().time()
