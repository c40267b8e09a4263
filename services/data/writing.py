"""The file of a part as it is written: each picture is there whole before its place in the file begins."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass, field
from enum import StrEnum

from errors import BackupStalledError, PictureGoneError, PictureUnavailableError, PictureWithheldError
from services.data.fetching import Fetching
from services.data.plan import FILM, Entry
from services.ports import Archive

MOST_IN_A_ROW = 20
"""Pictures that Imgur could not hand out, one after the other, after which it is taken to be down."""
LOOK_EVERY = 2.0
"""Seconds after which it is looked whether the user still may have it, also within a picture."""
DROP_EVERY = 15.0
"""Seconds of silence after which a byte of what is held back is sent: proxies end an answer that stays silent."""
STILLS = frozenset({".jpg", ".png", ".webp"})
HELD_BACK = 256
"""Bytes of it, at most."""

Check = Callable[[], Awaitable[None]]


class Lack(StrEnum):
    """Why a picture is not in a part."""

    NOT_READY = "not-ready"
    GONE = "gone"
    FAILED = "failed"
    WITHHELD = "withheld"
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

    @property
    def folders(self) -> list[list[Shown]]:
        """What is there, folder by folder, as they come."""
        found: dict[str, list[Shown]] = {}
        for one in self.shown:
            if one.path:
                found.setdefault(one.folder, []).append(one)
        return list(found.values())

    @property
    def missing(self) -> list[Shown]:
        """What is not."""
        return [one for one in self.shown if not one.path]


DrawIndex = Callable[[PartIndex], bytes]
"""Makes the page by which a part is browsed."""


@dataclass(slots=True)
class Writing:
    """Writes one part. `check` raises where its user may not have it any more; `done` counts pictures."""

    archive: Archive
    fetching: Fetching
    check: Check
    done: int = 0
    _lacking: int = 0

    async def chunks(self, number: int, of: int, entries: list[Entry], index: DrawIndex) -> AsyncGenerator[bytes, None]:
        """The file. Raises BackupStalledError where Imgur hands out nothing any more."""
        shown: list[Shown] = []
        about = {"part": number, "of": of, "pictures": len(entries)}
        for chunk in self.archive.text(f"part-{number}.json", json.dumps(about).encode()):
            yield chunk  # at once: who waits for the first picture sees that it goes on
        for entry in entries:
            await self.check()
            path, lack = "", _lack(entry)
            if lack is None:
                try:
                    async with self.fetching.fetch(entry.ask) as fetched:
                        if entry.ask.endswith(FILM) and fetched.ending in STILLS:
                            lack = Lack.NOT_READY  # a still in the place of what moves
                        else:
                            path = entry.path + fetched.ending
                            for chunk in self.archive.file(path, fetched.file, fetched.size):
                                yield chunk
                except PictureUnavailableError as error:
                    lack = _why(error)
                self._count(lack)
            shown.append(Shown(entry, path, lack))
            self.done += 1
        await self.check()
        if self._lacking and not any(one.path for one in shown):
            raise BackupStalledError
        name = "index.html" if number == 1 else f"index-{number}.html"
        for chunk in self.archive.text(name, index(PartIndex(number, of, tuple(shown)))):
            yield chunk
        for chunk in self.archive.end():
            yield chunk

    def _count(self, lack: Lack | None) -> None:
        self._lacking = self._lacking + 1 if lack is Lack.FAILED else 0
        if self._lacking >= MOST_IN_A_ROW:
            raise BackupStalledError


def _lack(entry: Entry) -> Lack | None:
    """Why it is not even asked for."""
    if entry.ask:
        return None
    return Lack.ALBUM if "/a/" in entry.page else Lack.NOT_READY


def _why(error: PictureUnavailableError) -> Lack:
    if isinstance(error, PictureGoneError):
        return Lack.GONE
    return Lack.WITHHELD if isinstance(error, PictureWithheldError) else Lack.FAILED


async def steadily(chunks: AsyncGenerator[bytes, None], check: Check) -> AsyncGenerator[bytes, None]:
    """The same bytes, never silent for long: the last few are held back, to come one by one while the next are awaited.

    `check` is asked again and again meanwhile.
    """
    held, looked, spoken, is_first = b"", _now(), _now(), True
    coming = asyncio.ensure_future(_next(chunks))
    try:
        while True:
            await asyncio.wait({coming}, timeout=LOOK_EVERY)
            if _now() - looked >= LOOK_EVERY:
                await check()
                looked = _now()
            if coming.done():
                if (chunk := coming.result()) is None:
                    break
                coming = asyncio.ensure_future(_next(chunks))
                held += chunk
                ready, is_first = max(len(held) - HELD_BACK, int(is_first)), False
            else:
                ready = 1 if len(held) > 1 and _now() - spoken >= DROP_EVERY else 0
            if ready:
                yield held[:ready]
                held, spoken = held[ready:], _now()
        yield held
    finally:
        coming.cancel()
        await asyncio.wait({coming})
        if not coming.cancelled():
            coming.exception()  # looked at: it is nobody's any more


async def _next(chunks: AsyncGenerator[bytes, None]) -> bytes | None:
    return await anext(chunks, None)


def _now() -> float:
    return asyncio.get_running_loop().time()
