"""Galleries: a user's images, an album's, favorites and anonymous uploads, page by page."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain

from errors import LinkBrokenError
from imgur.models import Sort
from services.cache import oldest
from services.library.ability import pictures
from services.library.catalogue import Catalogue
from services.library.page import PAGE_SIZE, GalleryPage, Source, counted, cut, last_page
from services.library.reading import FAVORITES_PER_PAGE, IMAGES_PER_PAGE, Viewer
from services.library.suggestions import uploaded_image


class GalleryService:
    """Reads pages of lists. Errors of Imgur and of the database pass through every method."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    async def images(
        self,
        discord_id: int,
        page: int,
        album: str | None = None,
        *,
        anonymous: bool | None = None,
        fresh: bool = False,
    ) -> GalleryPage:
        """The account's images, or an album's, or the anonymous uploads.

        `anonymous` says which; None: the anonymous uploads of who is not linked, and of whose link is broken. With
        `fresh`, the page is read anew. Raises NotLinkedError for False, LinkBrokenError where there are none.
        """
        since = oldest(fresh=fresh)
        viewer = await self._catalogue.reading.viewer(discord_id)
        if album is not None:
            return await self._with_hidden(await self._album(viewer, page, album, since=since))
        if viewer.account is None if anonymous is None else anonymous:
            return await self._with_hidden(await self._anonymous(discord_id, page))
        try:
            return await self._with_hidden(await self._account(viewer, page, since=since))
        except LinkBrokenError:
            if anonymous is False or not await self._catalogue.uploads.count(discord_id):
                raise
            return await self._with_hidden(replace(await self._anonymous(discord_id, page), is_link_broken=True))

    async def _account(self, viewer: Viewer, page: int, *, since: int) -> GalleryPage:
        found = await cut(
            Source.ACCOUNT,
            lambda outer, **age: self._catalogue.reading.images(viewer, outer, **age),
            page,
            size=IMAGES_PER_PAGE,
            since=since,
            short_ends=True,
        )
        total = await self._catalogue.reading.images_count(viewer, since=since)
        beside = await self._catalogue.uploads.count(viewer.discord_id)
        last = found.page if found.next is None else max(found.last_known, last_page(total))
        return replace(found, total=total, last_known=last, anonymous=beside)

    async def favorites(self, discord_id: int, page: int, sort: Sort = "newest", *, fresh: bool = False) -> GalleryPage:
        """All that the account has favorited. Raises NotLinkedError, LinkBrokenError."""
        since = oldest(fresh=fresh)
        viewer = await self._catalogue.linked(discord_id)
        found = await cut(
            Source.FAVORITES,
            lambda outer, **age: self._catalogue.reading.favorites(viewer, outer, sort, **age),
            page,
            size=FAVORITES_PER_PAGE,
            since=since,
        )
        return await self._with_hidden(found)

    async def albums(self, discord_id: int, page: int, *, fresh: bool = False) -> GalleryPage:
        """The account's albums. Raises NotLinkedError, LinkBrokenError."""
        viewer = await self._catalogue.linked(discord_id)
        every = await self._catalogue.reading.albums(viewer, since=oldest(fresh=fresh))
        page = min(max(page, 0), last_page(len(every)))
        shown = [self._catalogue.reading.covered(viewer, one) for one in every[page * PAGE_SIZE :][:PAGE_SIZE]]
        found = counted(Source.ALBUMS, shown, page, len(every))
        return await self._with_hidden(found)

    async def _album(self, viewer: Viewer, page: int, text: str, *, since: int) -> GalleryPage:
        album = await self._catalogue.album(viewer, text, since=since)
        page = min(max(page, 0), last_page(len(album.images)))
        items = album.images[page * PAGE_SIZE :][:PAGE_SIZE]
        found = counted(Source.ALBUM, items, page, len(album.images))
        return replace(found, album=album, is_mine=viewer.is_linked and viewer.owns(album))

    async def _anonymous(self, discord_id: int, page: int) -> GalleryPage:
        total = await self._catalogue.uploads.count(discord_id)
        page = min(max(page, 0), last_page(total))
        rows = await self._catalogue.uploads.page(discord_id, offset=page * PAGE_SIZE, limit=PAGE_SIZE)
        return counted(Source.ANONYMOUS, [uploaded_image(row) for row in rows], page, total)

    async def _with_hidden(self, page: GalleryPage) -> GalleryPage:
        ids = chain.from_iterable(map(pictures, page.items))
        return replace(page, hidden=await self._catalogue.uploads.hidden(frozenset(ids)))
