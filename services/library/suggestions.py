"""What a user may mean: the lists that titles are looked up in, and what autocomplete offers of them."""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable, Coroutine, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import Enum
from itertools import chain
from typing import Any, NamedTuple, TypeAlias, TypeVar

import structlog

import imgur.reference
from errors import LinkBrokenError, NotLinkedError
from imgur.errors import ImgurError
from imgur.models import Album, Image, Item
from locales.text import Joined, Text, Value
from services.cache import EVER, TimedCache
from services.library.matching import matcher
from services.library.reading import Reading, Viewer, weight
from services.library.shelves import Shelves, Standing
from services.ports import UploadStore
from services.query import guess
from services.text import folded, line
from services.words.waiting import picture_count
from storage.errors import StorageError
from storage.models import AnonymousUpload, Query, Shelf

log = structlog.get_logger(__name__)

CHOICES = 25
NAME_LIMIT = 100
LIFETIME = 60.0  # seconds
PATIENCE = 2.0  # seconds; Discord gives autocomplete three
SOON = 1.5  # seconds after which what is there is offered, whichever list is slow
AT_LEAST = 0.5  # seconds for the lists, where it took long to see which are in the index
MOST_BYTES = 16_000_000  # of memory
UPLOADS_SUGGESTED = 100
NAMES_TRIED = 8  # of what a text may mean
ENTRY, ALBUM_ENTRY = "{title} ({id})", "{noun}: {title} ({id})"
"""How a choice is worded, in every language: it is read again."""
CHOICE = re.compile(r".*\s\(([A-Za-z0-9]{5,10})\)", re.DOTALL)
"""What `label` makes of an item."""
SHELVES = {
    "uploads": Shelf.UPLOADS,
    "images": Shelf.IMAGES,
    "albums": Shelf.ALBUMS,
    "favorites": Shelf.FAVORITES,
}

T = TypeVar("T")
Items: TypeAlias = tuple[Item, ...]


class Looks(NamedTuple):
    """Of lists that the index knows, by their names, and who looks at the others, if there are others."""

    begun: dict[str, asyncio.Task[Items]]
    viewer: asyncio.Task[Viewer] | None


class Scope(Enum):
    """What an option takes, as the lists that may hold it."""

    ANYTHING = ("uploads", "images", "albums", "favorites")
    OWN_IMAGES = ("uploads", "images")
    ACCOUNT_IMAGES = ("images",)
    FAVORITES = ("favorites",)
    ALBUMS = ("albums",)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A choice: what the user reads (nothing in it is markup) and what the command gets."""

    name: Text
    value: str


def each_once(items: Iterable[Item]) -> list[Item]:
    """The items without what was there before."""
    first: dict[tuple[str, str], Item] = {}
    for item in items:
        first.setdefault((item.kind, item.id), item)
    return list(first.values())


def label(item: Item) -> Text:
    """How a choice reads: its title and its id, and whether it is an album."""
    if isinstance(item, Album):
        return Text(ALBUM_ENTRY, noun=Text("Album"), title=_title(item), id=item.id)
    return Text(ENTRY, title=_title(item), id=item.id)


def told_apart(item: Item) -> Text:
    """The same for things of one name: albums with their counts and days."""
    if not isinstance(item, Album):
        return label(item)
    facts: list[Value] = [_title(item), picture_count(item.images_count)]
    if item.created:
        made = f"{item.created:%Y-%m-%d}"
        facts.append(Text("made {day}", day=made))
    return Text(ALBUM_ENTRY, noun=Text("Album"), title=Joined(tuple(facts), ", "), id=item.id)


def _title(item: Item) -> Value:
    around = len("Album: " if isinstance(item, Album) else "") + len(f" ({item.id})")
    return line(item.title, NAME_LIMIT - around) or Text("untitled")


def fitting(items: Iterable[Item], typed: str) -> list[Item]:
    """What holds what was typed in its wording, or every word of it in its title, description or id."""
    wanted, linked = folded(typed), _linked_id(typed)
    query = guess(typed)
    finds = matcher(query, {}, ()) if query.words and not query.tags else lambda _: False
    return [
        item
        for item in items
        if item.id == linked or wanted in folded(f"{item.id} {label(item).source}") or finds(item)
    ]


def ranked(lists: Sequence[Iterable[Item]], typed: str) -> list[Item]:
    """Of what fits, each once: first what is called so, or linked to. Of long lists each gives a fair part."""
    wanted, linked = folded(typed), _linked_id(typed)

    def is_other(item: Item) -> bool:
        return not (item.id == linked or (wanted and wanted in {folded(item.title), item.id.casefold()}))

    seen: dict[tuple[str, str], Item] = {}
    found: list[list[Item]] = []
    for items in lists:
        new = [item for item in items if seen.setdefault((item.kind, item.id), item) is item]
        found.append(sorted(new, key=is_other))
    return sorted(_fair(found), key=is_other)


def suggestions(items: Iterable[Item], typed: str) -> list[Suggestion]:
    """Choices among items that are at hand."""
    return _choices([fitting(items, typed)], typed)


def _choices(lists: Sequence[Iterable[Item]], typed: str) -> list[Suggestion]:
    """Choices whose value says whether it is an image or an album."""
    return [Suggestion(label(item), f"{item.kind.value}:{item.id}") for item in ranked(lists, typed)]


def _linked_id(typed: str) -> str | None:
    try:
        found = imgur.reference.link(typed)
    except imgur.reference.SeveralError:
        return None
    return found.id if found else None


def _fair(lists: Sequence[Sequence[Item]]) -> list[Item]:
    taken = [min(len(items), CHOICES // max(len(lists), 1)) for items in lists]
    for number, items in enumerate(lists):
        taken[number] += min(len(items) - taken[number], CHOICES - sum(taken))
    return list(chain.from_iterable(items[:count] for items, count in zip(lists, taken, strict=True)))


def _weight(items: Items) -> int:
    return sum(map(weight, items), 1)


class Lists:
    """A user's recent images, favorites and anonymous uploads, and their albums."""

    def __init__(
        self,
        reading: Reading,
        uploads: UploadStore,
        shelves: Shelves,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._reading = reading
        self._uploads = uploads
        self._shelves = shelves
        self._offered: TimedCache[tuple[tuple[int, int], str], Items] = TimedCache(
            LIFETIME, MOST_BYTES, clock, weigh=_weight
        )
        self._under_way: set[asyncio.Task[Any]] = set()

    async def read(
        self, viewer: Viewer, scope: Scope, *, called: Sequence[str] = (), since: int = EVER, newest: int = EVER
    ) -> Items:
        """What the lists hold now or held within the last minute. Errors of Imgur and of the database pass.

        Of what the index knows as a whole, what is or may be `called` one of these, else the newest. The first page
        of albums, where they alone are asked for, is not older than `newest`.
        """
        try:
            lists = await asyncio.gather(
                *(
                    self._albums(viewer, called, since=since, newest=newest)
                    if scope is Scope.ALBUMS  # which are also known by how they begin
                    else self._named(viewer, name, called, since=since)
                    for name in scope.value
                )
            )
            return tuple(chain.from_iterable(lists))
        except (NotLinkedError, LinkBrokenError):
            return await self._named(viewer, "uploads", called) if "uploads" in scope.value else ()

    async def _named(self, viewer: Viewer, name: str, called: Sequence[str], *, since: int = EVER) -> Items:
        standing = await self._shelves.standing(viewer, SHELVES[name]) if called else None
        if standing is None or not standing.is_whole:
            return await self._load(viewer, name, since=since)
        if since != EVER:
            with suppress(ImgurError):  # what is known is known
                await self._shelves.look(viewer, standing.shelf)
        found: list[Item] = []
        for text in called[:NAMES_TRIED]:
            found += await self._suggest(viewer, standing, guess(text.removesuffix("…")), CHOICES)
        if name == "uploads":
            found += await self._load(viewer, name)
        return tuple(found) or await self._suggest(viewer, standing, Query(), UPLOADS_SUGGESTED)

    async def _albums(self, viewer: Viewer, called: Sequence[str], *, since: int, newest: int) -> Items:
        """What Imgur lists, and where nothing of that is called so, what the index knows beyond it.

        Where the index knows all of them and nothing has to be new, Imgur's first page and the index.
        """
        if not viewer.is_linked:
            return ()
        standing = await self._shelves.standing(viewer, Shelf.ALBUMS) if called else None
        if standing is not None and standing.is_whole and since == EVER:
            listed = await self._reading.newest_albums(viewer, since=newest)
        else:
            listed = await self._reading.albums(viewer, since=since, newest=newest)
            wanted = {folded(name) for name in called}
            if self._reading.has_all_albums(viewer) or wanted & {folded(item.title) for item in listed}:
                return listed
        if standing is None:
            return listed
        beyond = [await self._suggest(viewer, standing, guess(name), CHOICES) for name in called[:NAMES_TRIED]]
        return tuple(each_once([*listed, *chain.from_iterable(beyond)]))

    async def albums_called(self, viewer: Viewer, title: str) -> Items:
        """What the index knows of albums of about this title, however much it knows of the others."""
        standing = await self._shelves.standing(viewer, Shelf.ALBUMS)
        return () if standing is None else await self._suggest(viewer, standing, guess(title), CHOICES)

    async def _suggest(self, viewer: Viewer, standing: Standing, query: Query, limit: int) -> Items:
        [found] = await self._shelves.suggest(viewer, [standing], query, limit)
        return found

    async def suggested(self, discord_id: int, scope: Scope, typed: str) -> list[list[Item]]:
        """What fits, list by list: from the index where the list is being read into it. Never raises.

        A list that is not there in time is left out; its look goes on, as none is ended in the middle.
        """
        began = time.monotonic()
        index = self._kept(self._looks(discord_id, scope, typed))
        lists = [self._kept(self._fitting(index, name, typed)) for name in scope.value]
        await asyncio.wait([index], timeout=SOON)
        done, _ = await asyncio.wait(lists, timeout=max(SOON - (time.monotonic() - began), AT_LEAST))
        return [one.result() if one in done else [] for one in lists]

    async def close(self) -> None:
        """Wait for looks that take long."""
        await asyncio.gather(*self._under_way, return_exceptions=True)

    def _kept(self, look: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        task = asyncio.create_task(look)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        return task

    async def _fitting(self, index: asyncio.Task[Looks], name: str, typed: str) -> list[Item]:
        try:
            begun, viewer = await index
            if name in begun or viewer is None or name == "uploads":  # of which the index knows all that there are
                return list(await begun[name]) if name in begun else []
            return fitting(await self._patiently(await viewer, name), typed)
        except StorageError as error:
            log.debug("nothing to suggest", reason=type(error).__name__)
            return []

    async def _looks(self, discord_id: int, scope: Scope, typed: str) -> Looks:
        """What the index finds in the lists that are being read into it: all are looked through at once."""
        standings = await self._shelves.standings_as_linked(discord_id, [SHELVES[name] for name in scope.value])
        begun = {
            name: standing
            for name in scope.value
            if (standing := standings[SHELVES[name]]) is not None and standing.is_begun
        }
        choice = CHOICE.fullmatch(typed.strip())
        query = replace(guess(choice[1]), whole=folded(typed)) if choice else guess(typed)  # it may be a title as well
        looks = await self._shelves.suggesting(discord_id, begun.values(), query, CHOICES)
        has_others = not {*scope.value} <= {"uploads", *begun}
        viewer = self._kept(self._reading.viewer(discord_id)) if has_others else None
        return Looks(dict(zip(begun, looks, strict=True)), viewer)

    def tidy(self) -> None:
        """Let go of what is too old."""
        self._offered.tidy()

    def forget(self, discord_id: int) -> None:
        """Read again at the next chance."""
        self._offered.forget(lambda key: key[0][0] == discord_id)

    async def _load(self, viewer: Viewer, name: str, *, since: int = EVER) -> Items:
        if name == "uploads":
            rows = await self._uploads.page(viewer.discord_id, offset=0, limit=UPLOADS_SUGGESTED)
            return tuple(map(uploaded_image, rows))
        if not viewer.is_linked:
            return ()
        if name == "albums":
            return await self._reading.albums(viewer, since=since)
        if name == "favorites":
            page = await self._reading.favorites(viewer, 0, "newest", since=since)
            return page.items + self._reading.seen(viewer, "favorites newest")
        return (await self._reading.images(viewer, 0, since=since)).items + self._reading.seen(viewer, "images")

    async def _patiently(self, viewer: Viewer, name: str) -> Items:
        async def load() -> Items:
            try:
                return await self._load(viewer, name)
            except (NotLinkedError, LinkBrokenError, ImgurError, StorageError) as error:
                log.debug("nothing to suggest", reason=type(error).__name__)
                return ()

        try:
            async with asyncio.timeout(PATIENCE):
                return await self._offered.get((viewer.key, name), load)
        except TimeoutError:
            return ()  # the load goes on; the next keystroke finds it


def uploaded_image(upload: AnonymousUpload) -> Image:
    """An anonymous upload as the record has it, without its deletehash."""
    return Image(
        id=upload.image_id,
        title=upload.title,
        description=upload.description,
        created=upload.uploaded_at,
        mime_type=upload.mime_type,
        width=upload.width,
        height=upload.height,
        size=upload.size,
        link=upload.link,
    )


class SuggestionService:
    """What is offered while a user types."""

    def __init__(self, lists: Lists) -> None:
        self._lists = lists

    async def suggest(self, discord_id: int, typed: str, scope: Scope) -> list[Suggestion]:
        """What matches what was typed, of the user's own and their favorites. Within 3 s; never raises."""
        return _choices(await self._lists.suggested(discord_id, scope, typed), typed)
