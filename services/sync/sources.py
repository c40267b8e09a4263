"""The lists of an account that are read in full, as Imgur hands them out."""

from __future__ import annotations

from abc import ABC, abstractmethod

from imgur.errors import BadAnswerError, ForbiddenError, NotFoundError, RejectedError
from imgur.models import AccessToken, Item, Page
from services.ports import ImgurApi
from storage.models import Shelf

PER_PAGE = 100
FAVORITES_PER_PAGE = 60
NO_COUNT = (BadAnswerError, ForbiddenError, NotFoundError, RejectedError)


class Source(ABC):
    """One list, newest first. `number` counts pages of `size` from 0; past the end they are empty."""

    shelf: Shelf
    size = PER_PAGE

    def __init__(self, imgur: ImgurApi) -> None:
        self._imgur = imgur

    @abstractmethod
    async def page(self, auth: AccessToken, number: int) -> Page[Item]:
        """One page."""

    async def count(self, auth: AccessToken) -> int | None:
        """How many items Imgur says there are; None where it does not say."""
        try:
            return await self._count(auth)
        except NO_COUNT:
            return None

    async def _count(self, auth: AccessToken) -> int | None:  # noqa: ARG002 - for those that are counted
        return None


class Images(Source):
    """The account's images."""

    shelf = Shelf.IMAGES

    async def page(self, auth: AccessToken, number: int) -> Page[Item]:
        """One page."""
        found = await self._imgur.account_images(auth, number, size=PER_PAGE)
        return Page(found.items, found.received)

    async def _count(self, auth: AccessToken) -> int:
        return await self._imgur.account_images_count(auth)


class Albums(Source):
    """The account's albums, without their images."""

    shelf = Shelf.ALBUMS

    async def page(self, auth: AccessToken, number: int) -> Page[Item]:
        """One page."""
        found = await self._imgur.account_albums(auth, number, size=PER_PAGE)
        return Page(found.items, found.received)

    async def _count(self, auth: AccessToken) -> int:
        return await self._imgur.account_albums_count(auth)


class Favorites(Source):
    """What the account has favorited. Imgur counts it nowhere, and shows 3,060 of each order at most."""

    shelf = Shelf.FAVORITES
    size = FAVORITES_PER_PAGE

    async def page(self, auth: AccessToken, number: int) -> Page[Item]:
        """One page, the newest first."""
        return await self._imgur.favorites(auth, number)

    async def from_oldest(self, auth: AccessToken, number: int) -> Page[Item]:
        """One page, the oldest first."""
        return await self._imgur.favorites(auth, number, "oldest")


def sources(imgur: ImgurApi) -> dict[str, Source]:
    """The lists by shelf."""
    return {source.shelf: source for source in (Images(imgur), Favorites(imgur), Albums(imgur))}
