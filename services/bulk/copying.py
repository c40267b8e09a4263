"""A picture's copy in an account: made by Imgur itself, found again, and held against the original."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import datetime, timedelta

import structlog

from errors import NotLinkedError
from imgur.errors import ApplicationRefusedError, ForbiddenError, NotFoundError, RejectedError
from imgur.models import AccessToken, Image, Page
from services.account import AccountService
from services.ports import ImgurApi
from services.text import folded

log = structlog.get_logger(__name__)

SKEW = timedelta(minutes=2)
"""By so much Imgur's clock may be behind."""
NEWEST = 100
"""Pictures of an account among which a copy is looked for: as many as a page holds."""


class Copies:
    """Copies into the account that is named, and into no other that the user may have linked meanwhile."""

    def __init__(self, accounts: AccountService, imgur: ImgurApi) -> None:
        self._accounts = accounts
        self._imgur = imgur

    async def read(self, image_id: str) -> Image | None:
        """A picture as anybody sees it; None where Imgur has no such one."""
        try:
            return await self._imgur.image(image_id)
        except NotFoundError:
            return None

    async def make(self, discord_id: int, account_id: int, original: Image, address: str) -> Image:
        """Have Imgur take in what it has there, once. Raises as `ImgurApi.upload_address` does, and NotLinkedError."""

        async def send(auth: AccessToken) -> Image:
            _check(auth, account_id)
            return await self._imgur.upload_address(
                address, auth, title=original.title, description=original.description
            )

        return await self._accounts.authorized(discord_id, send)

    async def find(
        self, discord_id: int, account_id: int, original: Image, since: datetime, others: Collection[str]
    ) -> Image | None:
        """The copy of which no answer came, among the account's newest: what came `since` then and is the same.

        `others` are known to be copies of something else. What is no copy but the original is none either.
        """

        async def newest(auth: AccessToken) -> Page[Image]:
            _check(auth, account_id)
            return await self._imgur.account_images(auth, size=NEWEST)

        for image in (await self._accounts.authorized(discord_id, newest)).items:
            is_since = image.created is not None and image.created >= since - SKEW
            is_other = image.id in {original.id, *others}
            if is_since and not is_other and is_same(original, image) and _called(original) == _called(image):
                return image
        return None

    async def is_in(self, discord_id: int, account_id: int, copy: Image) -> bool:
        """Whether a copy is in the account: Imgur says so, or lets nobody but its owner know how it is deleted."""
        if copy.account_id is not None:
            return copy.account_id == account_id

        async def read(auth: AccessToken) -> Image:
            _check(auth, account_id)
            return await self._imgur.image(copy.id, auth)

        return (await self._accounts.authorized(discord_id, read)).deletehash is not None

    async def discard(self, discord_id: int, account_id: int, copy_id: str) -> None:
        """Delete a copy that is none, if Imgur lets the account do so."""

        async def delete(auth: AccessToken) -> None:
            _check(auth, account_id)
            await self._imgur.delete_image(copy_id, auth)

        try:
            await self._accounts.authorized(discord_id, delete)
        except (NotFoundError, ForbiddenError, RejectedError) as error:
            if isinstance(error, ApplicationRefusedError):
                raise
            log.info("a copy that is none was not deleted", reason=type(error).__name__)


def address_of(image: Image) -> str | None:
    """Where Imgur has the picture itself, moving if it moves; None where that cannot be told.

    The link of a large GIF is that of a still.
    """
    found = re.fullmatch(rf"(https?://.+/){re.escape(image.id)}[sbtmlh]?\.(\w+)(?:\?\w*)?", image.link or "")
    if found is None:
        return None
    ending = {"image/gif": "gif"}.get(image.mime_type or "", found[2])
    return f"{found[1]}{image.id}.{ending}"


def is_same(one: Image, other: Image) -> bool:
    """Whether they are one picture, by all that Imgur says of the files. What it says nothing of is not the same."""
    measures = [(image.mime_type, image.width, image.height, image.size, image.animated) for image in (one, other)]
    return measures[0] == measures[1] and all(measures[0][:4])


def _called(image: Image) -> tuple[str, str]:
    return folded(image.title), folded(image.description)


def _check(auth: AccessToken, account_id: int) -> None:
    if auth.account_id != account_id:
        raise NotLinkedError
