"""What goes into a backup, and under which name: fixed when it is begun. Pure but for reading the index."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

from services.data.names import file_name, folder_name
from services.ports import LibraryStore, UploadStore
from storage.models import AnonymousUpload, IndexedItem, Key, Mark, Shelf, album_shelf

PART_BYTES = 1_000_000_000
PART_ENTRIES = 2000
UNKNOWN_BYTES = 1_000_000
"""What a picture is taken for of which Imgur has not said how large it is."""
LARGE_GIF = 20_000_000
"""Bytes from which on Imgur shows a still in the place of a GIF, and keeps what moves as a film."""
PENDING_FOR = timedelta(hours=1)
"""After which a film that was not ready when it was last looked at is asked for all the same."""
AT_ONCE = 500
FILM = ".mp4"

IMAGES, FAVORITES, ANONYMOUS = "images", "favorites", "anonymous"
CHOICES = (IMAGES, FAVORITES, ANONYMOUS)
_FILMS = (".mp4", ".webm", ".gifv")
_ENDINGS = {"image/gif": ".gif", "image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp"}


@dataclass(frozen=True, slots=True)
class Entry:
    """A picture: what to ask Imgur's pictures for, and its path, whose ending is what comes.

    `ask` is empty where it cannot be had: it is not ready yet, or an album of somebody else's. `folder` is the title of
    the album whose folder it is in, and `about` that album's description.
    """

    id: str
    ask: str
    path: str
    title: str = ""
    description: str = ""
    created: str = ""
    size: int = 0
    page: str = ""
    albums: tuple[str, ...] = ()
    folder: str = ""
    about: str = ""
    tags: tuple[str, ...] = ()
    note: str = ""

    @property
    def kept(self) -> dict[str, Any]:
        """As it is on record."""
        return {name: getattr(self, name) for name in self.__slots__}

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> Entry:
        """What was on record."""
        return cls(**{**kept, "albums": tuple(kept["albums"]), "tags": tuple(kept["tags"])})


@dataclass(frozen=True, slots=True)
class Folder:
    """An album's: its name, and what the album is called and says of itself."""

    name: str
    title: str
    about: str


@dataclass(slots=True)
class Planner:
    """Collects pictures, each once, under names that are different on every system."""

    library: LibraryStore
    uploads: UploadStore
    discord_id: int
    own: int | None
    account: int | None
    _entries: dict[Key, Entry] = field(default_factory=dict)
    _taken: set[str] = field(default_factory=set)

    async def parts(self, choices: Sequence[str]) -> list[list[dict[str, Any]]]:
        """What was chosen, in parts of about a gigabyte; no picture is in two of them."""
        if IMAGES in choices and self.account is not None:
            await self._add_images(self.account)
        if ANONYMOUS in choices:
            await self._add_uploads()
        if FAVORITES in choices and self.account is not None:
            await self._add_favorites(self.account)
        parts: list[list[dict[str, Any]]] = []
        for part in cut(self._entries.values()):
            parts.append([entry.kept for entry in part])
            await asyncio.sleep(0)  # others are served meanwhile
        return parts

    async def _add_images(self, library: int) -> None:
        """The account's, and what else is in its albums."""
        folders: dict[Key, list[Folder]] = {}
        within: dict[str, set[Key]] = {}
        albums = [album async for page in self._pages(library, Shelf.ALBUMS) for album in page]
        for album in albums:
            folder = Folder(folder_name(album.title, album.id), album.title or album.id, album.description or "")
            async for images in self._pages(library, album_shelf(album.id)):
                within.setdefault(album.id, set()).update(image.key for image in images)
                for image in images:
                    folders.setdefault(image.key, []).append(folder)
        async for images in self._pages(library, Shelf.IMAGES):
            await self._add(images, "images", folders)
        for album_id in (album_id for album_id, keys in within.items() if not keys <= self._entries.keys()):
            async for images in self._pages(library, album_shelf(album_id)):
                await self._add(images, "images", folders)

    async def _add_favorites(self, library: int) -> None:
        async for items in self._pages(library, Shelf.FAVORITES):
            await self._add(items, "favorites")

    async def _add_uploads(self) -> None:
        count = await self.uploads.count(self.discord_id)
        for offset in range(0, count, AT_ONCE):
            found = await self.uploads.page(self.discord_id, offset=offset, limit=AT_ONCE)
            await self._add([_indexed(upload) for upload in found], "anonymous")

    async def _add(
        self, items: Iterable[IndexedItem], where: str, folders: Mapping[Key, Sequence[Folder]] = MappingProxyType({})
    ) -> None:
        """Those that are not there yet, each in the folder of the first of its albums; `where` for those in none."""
        new = [item for item in items if item.key not in self._entries]
        libraries = [number for number in (self.account, self.own) if number is not None]
        keys = [item.key for item in new]
        marks = await self.library.marks_of(libraries, self.discord_id, keys) if libraries and keys else {}
        for item in new:
            self._entries[item.key] = self._entry(item, where, folders.get(item.key, ()), marks.get(item.key, Mark()))

    def _entry(self, item: IndexedItem, where: str, within: Sequence[Folder], mark: Mark) -> Entry:
        path = f"albums/{within[0].name}" if within else where
        return Entry(
            id=item.id,
            ask=asked(item),
            path=self._only(f"{path}/{file_name(item.title, item.id, '')}"),
            title=item.title or "",
            description=item.description or "",
            created=item.created.isoformat() if item.created else "",
            size=item.size,
            page=f"https://imgur.com/{'a/' if item.kind == 'album' else ''}{item.id}",
            albums=tuple(folder.title for folder in within),
            folder=within[0].title if within else "",
            about=within[0].about if within else "",
            tags=mark.tags,
            note=mark.note or "",
        )

    def _only(self, path: str) -> str:
        """Ids differ by their case alone at times, and file systems do not look at that."""
        only, number = path, 2
        while only.casefold() in self._taken:
            only, number = f"{path} {number}", number + 1
        self._taken.add(only.casefold())
        return only

    async def _pages(self, library: int, shelf: str) -> AsyncIterator[Sequence[IndexedItem]]:
        offset, page = 0, None
        while page is None or len(page) == AT_ONCE:
            page = await self.library.page(library, shelf, offset=offset, limit=AT_ONCE)
            yield page
            offset += AT_ONCE


def asked(item: IndexedItem) -> str:
    """The name of the original, by what it is: what Imgur calls its link may be a still, or end in a dot."""
    if item.kind == "album" or not item.id.isalnum():
        return ""
    if _is_pending(item):
        return ""
    link = str(item.extra.get("link") or "")
    is_film = (item.mime_type or "").startswith("video/") or link.endswith(_FILMS)
    is_still = item.mime_type == "image/gif" and (item.size > LARGE_GIF or link.endswith(f"{item.id}h.gif"))
    if is_film or is_still:
        return f"{item.id}{FILM}"
    ending = next((ending for ending in _ENDINGS.values() if link.endswith(ending)), ".jpg")
    return f"{item.id}{_ENDINGS.get(item.mime_type or '', ending)}"


def _is_pending(item: IndexedItem) -> bool:
    """Whether Imgur is still working on it, as far as is known: that may be long ago."""
    is_new = item.created is None or datetime.now(UTC) - item.created < PENDING_FOR
    return is_new and item.extra.get("processing") is True


def _indexed(upload: AnonymousUpload) -> IndexedItem:
    return IndexedItem(
        kind="image",
        id=upload.image_id,
        search="",
        title=upload.title,
        description=upload.description,
        mime_type=upload.mime_type,
        size=upload.size,
        created=upload.uploaded_at,
        extra={"link": upload.link} if upload.link else {},
    )


def cut(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    """In parts, none of which has half a picture."""
    part: list[Entry] = []
    size = 0
    for entry in entries:
        more = (entry.size or UNKNOWN_BYTES) if entry.ask else 0
        if part and (size + more > PART_BYTES or len(part) >= PART_ENTRIES):
            yield part
            part, size = [], 0
        part.append(entry)
        size += more
    if part:
        yield part
