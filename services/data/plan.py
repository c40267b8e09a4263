"""What goes into a backup, and under which name: fixed when it is begun. Pure but for reading the index."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from imgur.models import Image
from services.data.names import file_name, folder_name
from services.indexed import from_index
from services.ports import LibraryStore, UploadStore
from storage.models import AnonymousUpload, IndexedItem, Mark, Shelf, album_shelf

PART_BYTES = 1_000_000_000
PART_ENTRIES = 2000
UNKNOWN_BYTES = 1_000_000
"""What a picture is taken for of which Imgur has not said how large it is."""
LARGE_GIF = 20_000_000
"""Bytes from which on Imgur shows a still in the place of a GIF, and keeps what moves as a film."""
AT_ONCE = 500

IMAGES, FAVORITES, ANONYMOUS = "images", "favorites", "anonymous"
CHOICES = (IMAGES, FAVORITES, ANONYMOUS)
_ENDINGS = {"image/gif": ".gif", "image/jpeg": ".jpg", "image/png": ".png", "image/webp": ".webp"}


@dataclass(frozen=True, slots=True)
class Entry:
    """A picture: what to ask Imgur's pictures for, and its path, whose ending is what comes.

    `ask` is empty where it cannot be had: it is not ready yet, or an album of somebody else's.
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


@dataclass(slots=True)
class Planner:
    """Collects pictures, each once, under names that are different on every system."""

    library: LibraryStore
    uploads: UploadStore
    discord_id: int
    own: int | None
    account: int | None
    _entries: dict[str, Entry] = field(default_factory=dict)
    _taken: set[str] = field(default_factory=set)

    async def parts(self, choices: Sequence[str]) -> list[list[dict[str, Any]]]:
        """What was chosen, in parts of about a gigabyte; no picture is in two of them."""
        if IMAGES in choices and self.account is not None:
            await self._add_images(self.account)
        if FAVORITES in choices and self.account is not None:
            await self._add_favorites(self.account)
        if ANONYMOUS in choices:
            await self._add_uploads()
        return [[entry.kept for entry in part] for part in _cut(self._entries.values())]

    async def _add_images(self, library: int) -> None:
        folders: dict[str, list[tuple[str, str]]] = {}
        async for albums in self._pages(library, Shelf.ALBUMS):
            for album in albums:
                name = folder_name(album.title, album.id)
                async for images in self._pages(library, album_shelf(album.id)):
                    for image in images:
                        folders.setdefault(image.id, []).append((name, album.title or album.id))
        async for images in self._pages(library, Shelf.IMAGES):
            await self._add(images, "images", folders)

    async def _add_favorites(self, library: int) -> None:
        async for items in self._pages(library, Shelf.FAVORITES):
            await self._add([item for item in items if item.id not in self._entries], "favorites")

    async def _add_uploads(self) -> None:
        count = await self.uploads.count(self.discord_id)
        for offset in range(0, count, AT_ONCE):
            found = await self.uploads.page(self.discord_id, offset=offset, limit=AT_ONCE)
            await self._add([_indexed(upload) for upload in found], "anonymous")

    async def _add(
        self,
        items: Sequence[IndexedItem],
        folder: str,
        folders: Mapping[str, Sequence[tuple[str, str]]] = MappingProxyType({}),
    ) -> None:
        """Pictures, each in the folder of the first of its albums; `folder` for those in none."""
        libraries = [number for number in (self.account, self.own) if number is not None]
        keys = [item.key for item in items]
        marks = await self.library.marks_of(libraries, self.discord_id, keys) if libraries and keys else {}
        for item in items:
            within, mark = folders.get(item.id, ()), marks.get(item.key, Mark())
            path = f"albums/{within[0][0]}" if within else folder
            self._entries[item.id] = Entry(
                id=item.id,
                ask=_asked(item),
                path=self._only(f"{path}/{file_name(item.title, item.id, '')}"),
                title=item.title or "",
                description=item.description or "",
                created=item.created.isoformat() if item.created else "",
                size=item.size,
                page=f"https://imgur.com/{'a/' if item.kind == 'album' else ''}{item.id}",
                albums=tuple(title for _, title in within),
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
        offset = 0
        while page := await self.library.page(library, shelf, offset=offset, limit=AT_ONCE):
            yield page
            offset += AT_ONCE


def _asked(item: IndexedItem) -> str:
    """The name of the original, by what it is: what Imgur calls its link may be a still, or end in a dot."""
    if item.kind == "album" or not item.id.isalnum():
        return ""
    image = from_index(item)
    if isinstance(image, Image) and image.processing:
        return ""
    link = str(item.extra.get("link") or "")
    is_film = (item.mime_type or "").startswith("video/")
    is_still = item.mime_type == "image/gif" and (item.size > LARGE_GIF or link.endswith(f"{item.id}h.gif"))
    if is_film or is_still:
        return f"{item.id}.mp4"
    return f"{item.id}{_ENDINGS.get(item.mime_type or '', '.jpg')}"


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


def _cut(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
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
