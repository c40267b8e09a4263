"""Imgur says yes also where it does nothing, and shows what it did a second later: whatever was sent is looked at."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import TypeVar

import structlog

from errors import BotError
from imgur.errors import ImgurError, NotFoundError, OutcomeUnknownError
from imgur.models import AccessToken, Album
from services.account import AccountService
from services.library.reading import Reading, Viewer
from services.ports import ImgurApi

log = structlog.get_logger(__name__)

T = TypeVar("T")

PAUSES = (0.0, 1.0, 2.0)
"""Seconds before each look: Imgur has been seen to need one or two."""
FEW = 2
"""Up to so many pictures are looked for one by one in an album, instead of reading all of it."""


class Look:
    """Sends changes as a user, and sees what became of them: on Imgur, never from memory."""

    def __init__(self, accounts: AccountService, imgur: ImgurApi, reading: Reading) -> None:
        self._accounts = accounts
        self._imgur = imgur
        self._reading = reading

    async def tell(self, discord_id: int, change: Callable[[AccessToken], Awaitable[None]]) -> bool:
        """Send a change; whether Imgur said yes. A lost answer is no error: what became of it is looked at anyhow."""
        try:
            await self._accounts.authorized(discord_id, change)
        except OutcomeUnknownError as error:
            log.info("the answer to a change of an album was lost", reason=type(error).__name__)
            return False
        return True

    async def album(self, discord_id: int, album_id: str) -> Album:
        """The album as it is."""
        return await self._accounts.authorized(discord_id, partial(self._imgur.album, album_id))

    async def newest(self, discord_id: int) -> tuple[Album, ...]:
        """The user's newest albums."""
        return (await self._accounts.authorized(discord_id, self._imgur.account_albums)).items

    async def settled(self, look: Callable[[], Awaitable[T]], is_good: Callable[[T], bool]) -> T:
        """What is seen once it is as wished, or at the end of the time that Imgur may need; what `look` raises then."""
        *early, last = PAUSES
        for pause in early:
            await asyncio.sleep(pause)
            try:
                if is_good(seen := await look()):
                    return seen
            except NotFoundError:
                continue
        await asyncio.sleep(last)
        return await look()

    async def ready(self, viewer: Viewer, album_id: str) -> None:
        """Wait until Imgur knows an album that was just made: before, it may refuse to change it."""
        if self._reading.is_new(viewer, album_id):
            await self.settled(partial(self.is_there, viewer.discord_id, album_id), lambda there: there)

    async def settled_album(
        self, discord_id: int, album: Album, is_good: Callable[[Album], bool]
    ) -> tuple[Album, bool]:
        """As `settled`; `album`, as it should be, where Imgur does not show it yet or, then True, cannot be asked."""
        try:
            return await self.settled(partial(self.album, discord_id, album.id), is_good), False
        except NotFoundError:
            return album, False
        except ImgurError as error:
            log.info("an album could not be looked at", reason=type(error).__name__)
            return album, True

    async def is_there(self, discord_id: int, album_id: str) -> bool:
        """Whether there is such an album."""
        try:
            await self.album(discord_id, album_id)
        except NotFoundError:
            return False
        return True

    async def is_on_imgur(self, discord_id: int, image_id: str) -> bool | None:
        """Whether there is such an image; None where that cannot be seen."""
        try:
            await self._accounts.authorized(discord_id, partial(self._imgur.image, image_id))
        except NotFoundError:
            return False
        except (ImgurError, BotError) as error:
            log.info("a picture could not be looked for", reason=type(error).__name__)
            return None
        return True

    async def inside(self, discord_id: int, album_id: str, images: Sequence[str]) -> frozenset[str]:
        """Which of these pictures are in the album. What Imgur does not send of a large one is asked for by itself."""
        if len(images) <= FEW:
            return await self._one_by_one(discord_id, album_id, images)
        try:
            album = await self.album(discord_id, album_id)
        except NotFoundError:  # it is new: Imgur does not show it yet
            return frozenset()
        inside = frozenset(images) & {image.id for image in album.images}
        if len(album.images) < album.images_count:
            inside |= await self._one_by_one(discord_id, album_id, [one for one in images if one not in inside])
        return inside

    async def _one_by_one(self, discord_id: int, album_id: str, images: Sequence[str]) -> frozenset[str]:
        inside: set[str] = set()
        for image_id in images:
            try:
                await self._accounts.authorized(discord_id, partial(self._imgur.album_image, album_id, image_id))
            except NotFoundError:
                continue
            inside.add(image_id)
        return frozenset(inside)
