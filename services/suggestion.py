"""What autocomplete offers: items matched by what was typed."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from dataclasses import dataclass
from typing import Any, TypeAlias

import structlog

from errors import BotError
from imgur.errors import ImgurError
from imgur.models import Album, Item, Page
from services.cache import TimedCache
from services.reading import Reading, Viewer
from services.text import line
from storage.errors import StorageError

log = structlog.get_logger(__name__)

CHOICES = 25
NAME_LIMIT = 100
LIFETIME = 60.0  # seconds
PATIENCE = 2.0  # seconds; Discord gives autocomplete three
USERS_REMEMBERED = 256

Items: TypeAlias = tuple[Item, ...]


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A choice: what the user reads (plain text, at most 100 characters) and what the command gets."""

    name: str
    value: str


def matching(items: Iterable[Item], typed: str) -> list[Item]:
    """The first items whose title or id holds what was typed, each once."""
    wanted = typed.strip().casefold()
    found = {(item.kind, item.id): item for item in items if wanted in f"{item.id} {item.title or ''}".casefold()}
    return list(found.values())[:CHOICES]


def of_items(items: Iterable[Item], typed: str) -> list[Suggestion]:
    """Choices for an option that takes images and albums: their value says which it is."""
    return [Suggestion(_name(item), f"{item.kind.value}:{item.id}") for item in matching(items, typed)]


def of_albums(albums: Iterable[Item], typed: str) -> list[Suggestion]:
    """Choices for an option that takes albums: their value is the bare id."""
    return [Suggestion(_name(album), album.id) for album in matching(albums, typed)]


def _name(item: Item) -> str:
    prefix = "Album: " if isinstance(item, Album) else ""
    suffix = f" ({item.id})"
    title = line(item.title, NAME_LIMIT - len(prefix) - len(suffix)) or "untitled"
    return prefix + title + suffix


class Suggestible:
    """What can be suggested to a user, read at most once a minute whatever is typed, and whether or not that works."""

    def __init__(self, reading: Reading, clock: Callable[[], float] = time.monotonic) -> None:
        self._reading = reading
        self._known: TimedCache[tuple[tuple[int, int], str], Items] = TimedCache(LIFETIME, USERS_REMEMBERED, clock)

    async def items(self, viewer: Viewer) -> Items:
        """Recent images and favorites; nothing where Imgur fails or takes too long. Never raises."""

        async def load() -> Items:
            lists = self._reading.images(viewer, 0), self._reading.favorites(viewer, 0, "newest")
            images, favorites = await asyncio.gather(*map(_quietly, lists))
            return *images, *favorites

        return await self._patiently(viewer, "items", load)

    async def albums(self, viewer: Viewer) -> Items:
        """Albums; nothing where Imgur fails or takes too long. Never raises."""
        return await self._patiently(viewer, "albums", lambda: _quietly(self._reading.albums(viewer)))

    def forget(self, discord_id: int) -> None:
        """Read again at the next chance."""
        self._known.forget(lambda key: key[0][0] == discord_id)

    async def _patiently(self, viewer: Viewer, name: str, load: Callable[[], Coroutine[Any, Any, Items]]) -> Items:
        if viewer.account is None:
            return ()
        try:
            async with asyncio.timeout(PATIENCE):
                return await self._known.get((viewer.key, name), load)
        except TimeoutError:
            return ()  # the load goes on; the next keystroke finds it


async def _quietly(page: Awaitable[Page[Item]]) -> Items:
    try:
        return (await page).items
    except (BotError, ImgurError, StorageError) as error:
        log.debug("nothing to suggest", reason=type(error).__name__)
        return ()
