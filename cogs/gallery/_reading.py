"""The page of a list."""

from __future__ import annotations

from cogs.gallery._place import Place
from services.library.galleries import GalleryService
from services.library.page import GalleryPage, Source


async def read(
    galleries: GalleryService, discord_id: int, place: Place, page: int, *, fresh: bool = False
) -> GalleryPage:
    """A page of the place; with `fresh`, read anew."""
    if place.source is Source.FAVORITES:
        return await galleries.favorites(discord_id, page, place.sort, fresh=fresh)
    if place.source is Source.ALBUMS:
        return await galleries.albums(discord_id, page, fresh=fresh)
    album = f"album:{place.album}" if place.album else None
    anonymous = place.source is Source.ANONYMOUS
    return await galleries.images(discord_id, page, album, anonymous=anonymous, fresh=fresh)
