"""One of a user's own pictures, by chance."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import dataclass

from errors import (
    DrawnGoneError,
    LinkBrokenError,
    NotAskedError,
    NothingFoundError,
    NothingToDrawError,
    NothingWithoutAccountError,
)
from imgur.errors import ImgurError, NotFoundError
from imgur.models import Item
from services import query as queries
from services.library.ability import Shown, abilities, pictures
from services.library.catalogue import Catalogue
from services.library.items import ItemService
from services.library.listing import nothing_found
from services.library.reading import IMAGES_PER_PAGE, Viewer
from services.library.shelves import Extent, Standing
from services.views import Views
from storage.errors import DatabaseUnavailableError
from storage.models import Query, Shelf

TRIES = 10
"""Pictures drawn, each a credit, until one is still there."""
PATIENCE = 5.0  # seconds until one is shown as it was last seen


@dataclass(frozen=True, slots=True)
class Drawn:
    """A picture; `view` is the id under which is remembered what was looked for, `extent` of how many it was drawn.

    With `trouble`, Imgur could not be asked: it is shown as it was last seen.
    """

    shown: Shown
    view: str = ""
    extent: Extent | None = None
    trouble: Exception | None = None


class DrawingService:
    """Draws from the account's images and the anonymous uploads, each as likely as the other."""

    def __init__(
        self, catalogue: Catalogue, items: ItemService, views: Views, draw: Callable[[int], int] = random.randrange
    ) -> None:
        self._catalogue = catalogue
        self._shelves = catalogue.shelves
        self._items = items
        self._views = views
        self._draw = draw

    async def draw(self, discord_id: int, query: str | None = None) -> Drawn:
        """One of the user's own that the query finds. What is not on Imgur any more is left out.

        Raises NothingToDrawError, NothingWithoutAccountError, NothingFoundError, DrawnGoneError, LinkBrokenError, and
        as a gallery with a query.
        """
        view = await self._views.keep(discord_id, query or "") if queries.read(query) else ""
        return await self._drawn(discord_id, query, view)

    async def again(self, discord_id: int, view: str) -> Drawn:
        """Another one, found by what was looked for before. Raises ViewForgottenError."""
        query = await self._views.query(discord_id, view) if view else None
        return await self._drawn(discord_id, query, view)

    async def _drawn(self, discord_id: int, text: str | None, view: str) -> Drawn:
        viewer, query = await self._catalogue.reading.viewer(discord_id), queries.read(text)
        for _ in range(TRIES):
            item, extent = await self._one(viewer, query)
            try:
                async with asyncio.timeout(PATIENCE):
                    shown = await self._items.show(discord_id, f"{item.kind.value}:{item.id}")
            except NotFoundError:
                continue  # it is off the shelf by that
            except (ImgurError, DatabaseUnavailableError, TimeoutError) as error:
                hidden = await self._catalogue.uploads.hidden(pictures(item))
                can = abilities(item, linked=viewer.is_linked, mine=True)
                trouble = NotAskedError() if isinstance(error, TimeoutError) else error
                expiry = await self._catalogue.expiry(viewer, item)
                return Drawn(Shown(item, can, hidden=hidden, expiry=expiry), view, extent, trouble)
            else:
                return Drawn(shown, view, extent)
        raise DrawnGoneError(TRIES)

    async def _one(self, viewer: Viewer, query: Query | None) -> tuple[Item, Extent | None]:
        """One that is known, and among how many where that is not all."""
        shelves = [Shelf.IMAGES, Shelf.UPLOADS] if viewer.is_linked else [Shelf.UPLOADS]
        found = [standing for shelf in shelves if (standing := await self._shelves.standing(viewer, shelf))]
        totals = [(await self._shelves.cut(viewer, standing, query, offset=0, limit=0)).total for standing in found]
        extent = await self._extent(viewer, found)
        if query is None and extent is not None and not extent.known:
            total = await self._catalogue.reading.images_count(viewer)
            if total and (item := await self._live(viewer, total)):
                return item, None
            extent = extent if total else None  # none is left to be read
        number = self._draw(sum(totals)) if any(totals) else 0
        for standing, total in zip(found, totals, strict=True):
            if number < total and (item := await self._shelves.draw(viewer, standing, query)):
                return item, extent
            number -= total
        if viewer.account is None:
            raise NothingWithoutAccountError(is_query=query is not None)
        if query is not None:
            raise nothing_found(extent)
        if extent is not None:
            raise NothingFoundError(extent.known, extent.expected, extent.seconds)
        if not viewer.is_linked:
            raise LinkBrokenError
        raise NothingToDrawError

    async def _extent(self, viewer: Viewer, found: list[Standing]) -> Extent | None:
        images = next((standing for standing in found if standing.shelf is Shelf.IMAGES), None)
        return await self._shelves.extent(viewer, images) if images else None

    async def _live(self, viewer: Viewer, total: int) -> Item | None:
        """One of an account of which nothing is known yet, but how many there are."""
        page, at = divmod(self._draw(total), IMAGES_PER_PAGE)
        items = (await self._catalogue.reading.images(viewer, page)).items
        return items[at % len(items)] if items else None
