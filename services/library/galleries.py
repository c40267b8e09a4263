"""Galleries: a user's images, an album's, favorites, albums and anonymous uploads, page by page."""

from __future__ import annotations

from dataclasses import replace

from errors import LinkBrokenError
from imgur.models import Sort
from services import query as queries
from services.cache import EVER, oldest
from services.library.catalogue import Catalogue
from services.library.listing import Listing
from services.library.page import GalleryPage
from services.library.place import Place, Source
from services.library.reading import Viewer
from services.views import Views


class GalleryService:
    """Reads pages of lists. Errors of Imgur and of the database pass through every method.

    `query` is what to look for, as it was typed: NothingToFindError, TooManyWordsError. With `fresh`, nothing is older
    than the call.
    """

    def __init__(self, catalogue: Catalogue, listing: Listing, views: Views) -> None:
        self._catalogue = catalogue
        self._listing = listing
        self._views = views

    async def images(
        self,
        discord_id: int,
        page: int = 0,
        album: str | None = None,
        *,
        anonymous: bool | None = None,
        query: str | None = None,
        fresh: bool = False,
    ) -> GalleryPage:
        """The account's images, or an album's, or the anonymous uploads.

        `anonymous` says which; None: the anonymous uploads of who is not linked, and of whose link is broken. Raises
        NotLinkedError for False, LinkBrokenError where there are none.
        """
        since = oldest(fresh=fresh)
        viewer = await self._catalogue.reading.viewer(discord_id)
        view = await self._remembered(discord_id, query)
        if album is not None:
            found = await self._catalogue.album(viewer, album, since=since)
            return await self._read(viewer, Place(Source.ALBUM, album=found.id, view=view), page)
        if viewer.account is None if anonymous is None else anonymous:
            return await self._read(viewer, Place(Source.ANONYMOUS, view=view), page, since=since)
        try:
            return await self._read(viewer, Place(Source.ACCOUNT, view=view), page, since=since)
        except LinkBrokenError:
            if anonymous is False or not await self._catalogue.uploads.count(discord_id):
                raise
            beside = await self._read(viewer, Place(Source.ANONYMOUS, view=view), page, since=since)
            return replace(beside, is_link_broken=True)

    async def favorites(
        self,
        discord_id: int,
        page: int = 0,
        sort: Sort = "newest",
        *,
        query: str | None = None,
        fresh: bool = False,
    ) -> GalleryPage:
        """All that the account has favorited. Raises NotLinkedError, LinkBrokenError."""
        since = oldest(fresh=fresh)
        viewer = await self._catalogue.linked(discord_id)
        view = await self._remembered(discord_id, query)
        return await self._read(viewer, Place(Source.FAVORITES, sort, view=view), page, since=since)

    async def albums(self, discord_id: int, page: int = 0, *, fresh: bool = False) -> GalleryPage:
        """The account's albums. Raises NotLinkedError, LinkBrokenError."""
        return await self.page(discord_id, Place(Source.ALBUMS), page, fresh=fresh)

    async def page(self, discord_id: int, place: Place, page: int, *, fresh: bool = False) -> GalleryPage:
        """A page of a list that was shown before. Raises NotLinkedError, LinkBrokenError, ViewForgottenError."""
        since = oldest(fresh=fresh)
        viewer = await self._catalogue.reading.viewer(discord_id)
        return await self._read(viewer, place, page, since=since)

    async def _remembered(self, discord_id: int, query: str | None) -> str:
        return await self._views.keep(discord_id, query or "") if queries.read(query) else ""

    async def _read(self, viewer: Viewer, place: Place, page: int, *, since: int = EVER) -> GalleryPage:
        typed = await self._views.query(viewer.discord_id, place.view) if place.view else ""
        found = await self._listing.page(viewer, place, page, query=queries.read(typed), since=since)
        return replace(found, query=typed)
