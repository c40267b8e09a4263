"""What the rooms of the library share: who looks, what was read for them, and what a text of theirs names."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from errors import ImageGivenError, LinkBrokenError, NotAnItemError, NotLinkedError, NotYoursError
from imgur.errors import AlbumGoneError, GoneError, NotFoundError
from imgur.models import Album, Item, Kind
from imgur.reference import Reference
from services.account import AccountService
from services.cache import EVER, oldest
from services.library import naming
from services.library.ability import pictures
from services.library.reading import Reading, Viewer
from services.library.shelves import Shelves
from services.library.suggestions import Lists, Scope
from services.ports import ImgurApi, UploadStore
from storage.models import Expiry, Key

T = TypeVar("T")


class Catalogue:
    """One `Reading` and the lists over it."""

    def __init__(
        self,
        accounts: AccountService,
        imgur: ImgurApi,
        uploads: UploadStore,
        shelves: Shelves,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.uploads = uploads
        self.shelves = shelves
        self.reading = Reading(accounts, imgur, clock, notice=self.shelves.noticed)
        self.lists = Lists(self.reading, uploads, shelves, clock)
        self.names = naming.Names(self.lists)
        self._gone: Callable[[Key], None] = lambda _key: None

    def tell_gone(self, told: Callable[[Key], None]) -> None:
        """Whoever wants to hear what is deleted from Imgur through the bot."""
        self._gone = told

    def gone(self, kind: Kind, item_id: str) -> None:
        """It is no longer on Imgur."""
        self._gone((kind.value, item_id))

    async def linked(self, discord_id: int) -> Viewer:
        """Who the user is on Imgur. Raises NotLinkedError."""
        viewer = await self.reading.viewer(discord_id)
        if viewer.account is None:
            raise NotLinkedError
        return viewer

    async def usable(self, discord_id: int) -> Viewer:
        """Who the user is on Imgur, with tokens that work. Raises NotLinkedError, LinkBrokenError."""
        viewer = await self.linked(discord_id)
        if not viewer.is_linked:
            raise LinkBrokenError
        return viewer

    async def named(
        self,
        viewer: Viewer,
        text: str,
        scope: Scope,
        read: Callable[[Reference], Awaitable[T]],
        item: Callable[[T], Item],
        *,
        begun: bool = True,
        newest: int = EVER,
    ) -> T:
        """Read what the text names; `item` is the one that was read.

        Where nothing is there, or an item of the viewer's that is not called so any more, the user's titles are read
        anew before that is said. `begun` as for `Names.titled`, `newest` as for `Names.reference`.
        """
        try:
            found = await read(await self.names.reference(viewer, text, scope, newest=newest))
            if not viewer.owns(item(found)) or naming.names(text, item(found)):
                return found
        except NotFoundError as error:
            if isinstance(error, AlbumGoneError):
                raise
            if naming.by_value(text):  # what the bot itself has offered
                raise GoneError from error
            if not naming.is_title(text):
                raise
        except NotAnItemError:
            if not naming.is_title(text):
                raise
        found = await read(await self.names.titled(viewer, text, scope, begun=begun))
        if viewer.owns(item(found)) and not naming.names(text, item(found), begun=begun and scope is Scope.ALBUMS):
            raise NotAnItemError(given=text)
        return found

    async def album(self, viewer: Viewer, text: str, *, since: int) -> Album:
        """The album that the text names, with its images, not older than `since`. Raises ImageGivenError."""

        async def read(reference: Reference) -> Album:
            if Kind.ALBUM not in reference.kinds:
                raise ImageGivenError
            return await self.reading.album(viewer, reference.id, since=since)

        return await self.named(viewer, text, Scope.ALBUMS, read, lambda found: found)

    async def own_album(self, discord_id: int, text: str, *, begun: bool = True) -> Album:
        """An album of the account's own as it is now; without its images where the newest albums show it.

        `begun` as for `Names.titled`. Raises NotLinkedError, LinkBrokenError, NotYoursError, ImageGivenError.
        """
        viewer, since = await self.usable(discord_id), oldest(fresh=True)

        async def listed(reference: Reference, since: int) -> Album | None:
            newest = await self.reading.newest_albums(viewer, since=since)
            return next((one for one in newest if isinstance(one, Album) and one.id == reference.id), None)

        async def read(reference: Reference) -> Album:
            if Kind.ALBUM not in reference.kinds:
                raise ImageGivenError
            if naming.is_title(text) and (known := await listed(reference, since)):
                return known
            try:
                album = await self.reading.album(viewer, reference.id, since=since)
            except NotFoundError as error:
                if naming.by_value(text) is None:
                    raise
                if (known := await listed(reference, EVER)) is None:  # what is new may be listed before it is shown
                    raise AlbumGoneError from error
                return known
            if not viewer.owns(album):
                raise NotYoursError
            return album

        return await self.named(viewer, text, Scope.ALBUMS, read, lambda found: found, begun=begun, newest=since)

    async def hidden(self, item: Item) -> frozenset[str]:
        """Which of an item's pictures were uploaded as spoilers."""
        return await self.uploads.hidden(pictures(item))

    async def expiry(self, viewer: Viewer, item: Item) -> Expiry | None:
        """When the viewer has an image deleted, if they have."""
        if isinstance(item, Album):
            return None
        return (await self.uploads.expiring(viewer.discord_id, [item.id])).get(item.id)

    async def is_mine(self, viewer: Viewer, item: Item) -> bool:
        """Whether the item is of the viewer's account, or on their record of anonymous uploads."""
        return viewer.owns(item) or await self.uploads.get(viewer.discord_id, item.id) is not None

    async def album_gone(self, viewer: Viewer, album_id: str, *, deleted: bool) -> None:
        """An album is no longer on Imgur: it is off all lists, though Imgur may list it for a moment.

        What was noted on it goes where its owner has `deleted` it.
        """
        self.gone(Kind.ALBUM, album_id)
        if deleted:
            await self.shelves.removed(viewer, None, Kind.ALBUM, album_id)
        else:
            await self.shelves.missed(viewer, Kind.ALBUM, album_id)
        self.changed(viewer.discord_id)
        self.reading.deleted(viewer, album_id)

    def changed(self, discord_id: int) -> None:
        """What is remembered of the user's lists is out of date."""
        self.reading.forget_lists(discord_id)
        self.lists.forget(discord_id)

    def tidy(self) -> None:
        """Let go of what is remembered and too old. To be called now and then."""
        self.reading.tidy()
        self.lists.tidy()
