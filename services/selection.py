"""Several at once: what is ticked in a gallery, and what can be done with which of it."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from errors import NothingSelectedError
from imgur.errors import ApplicationRefusedError, ForbiddenError, NotFoundError, RejectedError
from imgur.models import Kind
from imgur.reference import Reference
from services.library.catalogue import Catalogue
from services.library.page import GalleryPage
from services.library.place import Place, Source
from services.library.reading import Viewer
from services.text import line
from services.views import Views
from storage.models import Key, Selected

TITLE_LIMIT = 100
LOOKED_UP = 60
"""Pictures of which Imgur is asked whose they are, where no list has said it: each costs a credit."""


class Deed(StrEnum):
    """What can be done with several at once."""

    COPY = "copy"
    FAVORITE = "favorite"
    ADD = "add"
    TAG = "tag"
    DELETE = "delete"
    SHARE = "share"
    ADOPT = "adopt"


class Obstacle(StrEnum):
    """Why something cannot be done with an item."""

    ALBUM = "album"  # it is one
    ANONYMOUS = "anonymous"  # it is in no account
    FOREIGN = "foreign"  # it is somebody else's, or Imgur does not show it
    UNKNOWN = "unknown"  # whose it is was not looked up: there are too many of them


@dataclass(frozen=True, slots=True)
class Ticks:
    """What is ticked, in the order of ticking, and the id under which that is remembered."""

    view: str
    items: tuple[Selected, ...] = ()

    @property
    def keys(self) -> frozenset[Key]:
        """What the items are known by."""
        return frozenset(item.key for item in self.items)


@dataclass(frozen=True, slots=True)
class Sorted:
    """With what of a selection a deed can be done, and why not with the rest."""

    deed: Deed
    can: tuple[Selected, ...]
    cannot: Mapping[Obstacle, tuple[Selected, ...]]


class SelectionService:
    """Each message with a gallery has a selection of its own. ViewForgottenError where it is long unused."""

    def __init__(self, views: Views, catalogue: Catalogue) -> None:
        self._views = views
        self._catalogue = catalogue

    async def begin(self, discord_id: int, place: Place) -> Ticks:
        """A selection of nothing in this list."""
        return Ticks(await self._views.keep(discord_id, str(place)))

    async def place(self, discord_id: int, view: str) -> Place:
        """The list in which it was begun."""
        return Place.parse(await self._views.query(discord_id, view))

    async def ticks(self, discord_id: int, view: str) -> Ticks:
        """What is ticked."""
        await self._views.query(discord_id, view)
        return Ticks(view, await self._views.selected(discord_id, view))

    async def tick(
        self, discord_id: int, view: str, page: GalleryPage, options: Mapping[str, str], chosen: Sequence[str]
    ) -> Ticks:
        """Let of a menu's `options`, wording by value, those be ticked that were chosen, and no others of it.

        What was chosen and is no option of that menu counts for nothing. `page` is what is known of the items.
        """
        viewer = await self._catalogue.reading.viewer(discord_id)
        known = {(item.kind.value, item.id): item for item in page.items}
        ticked: list[Selected] = []
        for value in chosen:
            if value not in options:
                continue
            kind, item_id = key = _key(value)
            item = known.get(key)
            title = item.title if item else options[value].partition(": ")[2]
            account_id = item.account_id if item else None
            if page.source is Source.ACCOUNT and viewer.account:
                account_id = viewer.account.account_id
            ticked.append(Selected(kind, item_id, line(title, TITLE_LIMIT) or None, account_id))
        return Ticks(view, await self._views.select(discord_id, view, [_key(value) for value in options], ticked))

    async def clear(self, discord_id: int, view: str) -> None:
        """Let nothing be ticked."""
        await self._views.clear(discord_id, view)

    async def sorted(self, discord_id: int, view: str, deed: Deed) -> Sorted:
        """What is ticked, by what can be done with it. Raises NothingSelectedError."""
        items = (await self.ticks(discord_id, view)).items
        if not items:
            raise NothingSelectedError
        viewer = await self._catalogue.reading.viewer(discord_id)
        can: list[Selected] = []
        cannot: dict[Obstacle, list[Selected]] = {}
        for item, obstacle in zip(items, await self._obstacles(viewer, items, deed), strict=True):
            (can if obstacle is None else cannot.setdefault(obstacle, [])).append(item)
        return Sorted(deed, tuple(can), {why: tuple(those) for why, those in cannot.items()})

    async def _obstacles(self, viewer: Viewer, items: Sequence[Selected], deed: Deed) -> list[Obstacle | None]:
        if deed not in {Deed.DELETE, Deed.ADD}:
            return [None] * len(items)
        left = asyncio.Semaphore(LOOKED_UP)
        return await asyncio.gather(*(self._obstacle(viewer, item, deed, left) for item in items))

    async def _obstacle(self, viewer: Viewer, item: Selected, deed: Deed, left: asyncio.Semaphore) -> Obstacle | None:
        if item.kind == Kind.ALBUM:
            return Obstacle.ALBUM
        mine = viewer.account.account_id if viewer.account else None
        if mine is not None and item.account_id == mine:
            return None
        if await self._catalogue.uploads.get(viewer.discord_id, item.id) is not None:
            return None if deed is Deed.DELETE else Obstacle.ANONYMOUS
        if mine is None or item.account_id is not None:
            return Obstacle.FOREIGN
        if left.locked():
            return Obstacle.UNKNOWN
        await left.acquire()  # for good: so many are looked up
        return await self._looked_up(viewer, item)

    async def _looked_up(self, viewer: Viewer, item: Selected) -> Obstacle | None:
        try:
            found = await self._catalogue.reading.item(viewer, Reference((Kind.IMAGE,), item.id))
        except NotFoundError:
            return None  # it is told as gone when its turn comes
        except (ForbiddenError, RejectedError) as error:
            if isinstance(error, ApplicationRefusedError):
                raise
            return Obstacle.FOREIGN
        return None if viewer.owns(found) else Obstacle.FOREIGN


def _key(value: str) -> Key:
    kind, _, item_id = value.partition(":")
    return kind, item_id


__all__ = ["Deed", "Obstacle", "Selected", "SelectionService", "Sorted", "Ticks"]
