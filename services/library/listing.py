"""The one way to a page of a list, whatever stands behind it: the index, or Imgur's own pages."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from itertools import chain

from errors import LinkBrokenError, NotAskedError, NothingFoundError, NotLinkedError
from imgur.errors import ImgurError
from imgur.models import Album, Image, Item
from services.cache import EVER
from services.library.ability import pictures
from services.library.catalogue import Catalogue
from services.library.matching import matcher
from services.library.page import PAGE_SIZE, GalleryPage, counted, cut, last_page
from services.library.place import Place, Source
from services.library.reading import FAVORITES_PER_PAGE, IMAGES_PER_PAGE, Viewer
from services.library.shelves import Extent, Shelves, Standing
from services.library.suggestions import uploaded_image
from storage.errors import DatabaseUnavailableError
from storage.models import Query, Shelf

SHELVES = {
    Source.ACCOUNT: Shelf.IMAGES,
    Source.ANONYMOUS: Shelf.UPLOADS,
    Source.FAVORITES: Shelf.FAVORITES,
    Source.ALBUMS: Shelf.ALBUMS,
}

LOOK_PATIENCE = 10.0  # seconds for a look at what is new
QUERY_PATIENCE = 2.0  # the same before a search, which is answered from what is known

SMALL = 300  # items that are read into the index while a user waits
SMALL_PATIENCE = 2.0  # seconds for that
SMALL_PAUSE = 0.1


class Listing:
    """Errors of Imgur and of the database pass through."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._reading = catalogue.reading
        self._shelves: Shelves = catalogue.shelves

    async def page(
        self, viewer: Viewer, place: Place, number: int, *, query: Query | None = None, since: int = EVER
    ) -> GalleryPage:
        """Page `number` of a list, or of what the query finds in it; past the end, the last page.

        Not older than `since`; only where Imgur cannot be asked, as it was last seen, with `trouble`. Raises
        NotLinkedError, LinkBrokenError.
        """
        if place.source is Source.ALBUM:
            found = await self._album(viewer, place, number, query, since=since)
        elif place.source is Source.ANONYMOUS and query is None:
            found = await self._uploads(viewer, number)
        else:
            found = await self._shelf(viewer, place, number, query, since=since)
        found = replace(found, items=tuple([await self._covered(viewer, place, item) for item in found.items]))
        if place.source is Source.ACCOUNT:
            found = replace(found, anonymous=await self._beside(viewer, query))
        ids = chain.from_iterable(map(pictures, found.items))
        hidden = await self._catalogue.uploads.hidden(frozenset(ids))
        images = frozenset(item.id for item in found.items if isinstance(item, Image))
        expiries = await self._catalogue.uploads.expiring(viewer.discord_id, images)
        return replace(found, sort=place.sort, view=place.view, hidden=hidden, expiries=expiries)

    async def _covered(self, viewer: Viewer, place: Place, item: Item) -> Item:
        """An album with a picture that is in it for its cover, as far as that is known."""
        if not isinstance(item, Album):
            return item
        is_own = place.source is Source.ALBUMS
        return self._reading.covered(viewer, item) or await self._shelves.covered(viewer, item, is_own=is_own)

    # --- the index ------------------------------------------------------------------------------------------------

    async def _shelf(
        self, viewer: Viewer, place: Place, number: int, query: Query | None, *, since: int
    ) -> GalleryPage:
        if place.source is not Source.ANONYMOUS:
            _check(viewer)
        standing = await self._shelves.standing(viewer, SHELVES[place.source])
        if standing is None:
            return counted(place.source, (), 0, 0)
        patience = LOOK_PATIENCE if query is None else QUERY_PATIENCE
        trouble = await self._looked(viewer, standing, patience) if since != EVER else None
        if query is None and not standing.is_whole:
            return await self._live(viewer, standing, place, number, since=since)
        if since != EVER:
            standing = await self._soon_whole(viewer, standing)
        oldest = place.sort == "oldest"
        number = max(number, 0)
        at = number * PAGE_SIZE
        found = await self._shelves.cut(viewer, standing, query, offset=at, limit=PAGE_SIZE, oldest=oldest)
        if not found.items and found.total:
            number = last_page(found.total)
            at = number * PAGE_SIZE
            found = await self._shelves.cut(viewer, standing, query, offset=at, limit=PAGE_SIZE, oldest=oldest)
        page = counted(place.source, found.items, number if found.items else 0, found.total)
        return replace(
            page, trouble=trouble, extent=await self._shelves.extent(viewer, standing), read_at=standing.read_at
        )

    async def _looked(self, viewer: Viewer, standing: Standing, patience: float) -> Exception | None:
        """Have what is new in the index; what hindered that, or is lacking all the same: there is something to show.

        A database that another program has locked can be read, but nothing may be asked that is not counted there.
        """
        try:
            async with asyncio.timeout(patience):
                return await self._shelves.look(viewer, standing.shelf)
        except (ImgurError, DatabaseUnavailableError) as error:
            return error
        except TimeoutError:
            return NotAskedError()

    async def _soon_whole(self, viewer: Viewer, standing: Standing) -> Standing:
        """The shelf, once all of it is read where that is a matter of a moment: it is new here, and small."""
        until = asyncio.get_running_loop().time() + SMALL_PATIENCE
        while not standing.is_whole and asyncio.get_running_loop().time() < until:
            extent = await self._shelves.extent(viewer, standing)
            if extent and extent.expected is not None and extent.expected - extent.known > SMALL:
                break
            await asyncio.sleep(SMALL_PAUSE)
            standing = await self._shelves.standing(viewer, standing.shelf) or standing
        return standing

    async def _beside(self, viewer: Viewer, query: Query | None) -> int:
        """How many of the uploads without an account there are, or are found."""
        if query is None:
            return await self._catalogue.uploads.count(viewer.discord_id)
        standing = await self._shelves.standing(viewer, Shelf.UPLOADS)
        if standing is None:
            return 0
        return (await self._shelves.cut(viewer, standing, query, offset=0, limit=0)).total

    # --- Imgur's pages --------------------------------------------------------------------------------------------

    async def _live(self, viewer: Viewer, standing: Standing, place: Place, number: int, *, since: int) -> GalleryPage:
        if place.source is Source.ACCOUNT:
            return await self._images(viewer, number, since=since)
        if place.source is Source.FAVORITES:
            return await cut(
                place.source,
                lambda outer, **age: self._reading.favorites(viewer, outer, place.sort, **age),
                number,
                size=FAVORITES_PER_PAGE,
                since=since,
            )
        every = await self._reading.albums(viewer, since=since)
        found = _part(place.source, every, number)
        if self._reading.has_all_albums(viewer):
            return found
        extent = await self._shelves.extent(viewer, standing) or Extent(0)  # where the first pass has just ended
        if extent.expected == len(every):
            return found
        expected = extent.expected if extent.expected and extent.expected > len(every) else None
        return replace(found, total=None, extent=Extent(len(every), expected, extent.seconds))

    async def _images(self, viewer: Viewer, number: int, *, since: int) -> GalleryPage:
        found = await cut(
            Source.ACCOUNT,
            lambda outer, **age: self._reading.images(viewer, outer, **age),
            number,
            size=IMAGES_PER_PAGE,
            since=since,
            count=lambda: self._reading.images_count(viewer, since=since),
        )
        total = await self._reading.images_count(viewer, since=since)
        last = found.page if found.next is None else max(found.last_known, last_page(total))
        return replace(found, total=total, last_known=last)

    async def _album(
        self, viewer: Viewer, place: Place, number: int, query: Query | None, *, since: int
    ) -> GalleryPage:
        album = await self._reading.album(viewer, place.album or "", since=since)
        images: tuple[Item, ...] = album.images
        if query is not None:
            marks = await self._shelves.marks(viewer, [(image.kind.value, image.id) for image in album.images])
            fits = matcher(query, marks, await self._shelves.tags(viewer))
            images = tuple(image for image in album.images if fits(image))
        mine = viewer.is_linked and viewer.owns(album)
        return replace(_part(place.source, images, number), album=album, is_mine=mine)

    async def _uploads(self, viewer: Viewer, number: int) -> GalleryPage:
        total = await self._catalogue.uploads.count(viewer.discord_id)
        number = min(max(number, 0), last_page(total))
        rows = await self._catalogue.uploads.page(viewer.discord_id, offset=number * PAGE_SIZE, limit=PAGE_SIZE)
        return counted(Source.ANONYMOUS, [uploaded_image(row) for row in rows], number, total)


def nothing_found(extent: Extent | None, read_at: datetime | None = None) -> NothingFoundError:
    """That a query finds nothing in what is known of a list; None: in all of it, as it was read then."""
    if extent is None:
        return NothingFoundError(read_at=read_at)
    return NothingFoundError(extent.known, extent.expected, extent.seconds)


def _check(viewer: Viewer) -> None:
    """Raises NotLinkedError, LinkBrokenError."""
    if viewer.account is None:
        raise NotLinkedError
    if not viewer.is_linked:
        raise LinkBrokenError


def _part(source: Source, every: Sequence[Item], number: int) -> GalleryPage:
    """A page of what is there as a whole."""
    number = min(max(number, 0), last_page(len(every)))
    return counted(source, every[number * PAGE_SIZE :][:PAGE_SIZE], number, len(every))
