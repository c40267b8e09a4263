"""One image or album: showing it, favoriting, editing, deleting."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from operator import itemgetter

import structlog

from errors import AlbumGivenError, BotError, LinkBrokenError, NothingToChangeError, NotLinkedError, NotYoursError
from imgur.errors import (
    ApplicationRefusedError,
    ForbiddenError,
    GoneError,
    ImgurError,
    NoFavoriteError,
    NotFoundError,
    RejectedError,
)
from imgur.models import Album, Image, Item, Kind
from imgur.reference import Reference
from services.account import AccountService
from services.backlog import Backlog
from services.cache import oldest
from services.indexed import found_by
from services.library import naming
from services.library.ability import Abilities, Ability, Shown, abilities, pictures
from services.library.catalogue import Catalogue
from services.library.reading import Viewer
from services.library.suggestions import Scope, uploaded_image
from services.ports import ImgurApi
from services.quota.caller import waiting_for_nothing
from storage.errors import StorageError
from storage.models import AnonymousUpload, Expiry, Shelf

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Favorited:
    """An item whose favorite was set as wished; `changed` is False where it had been so before."""

    shown: Shown
    changed: bool


@dataclass(frozen=True, slots=True)
class _Owned:
    """An image of the viewer's own; `upload` is there if it belongs to no account but to their record."""

    viewer: Viewer
    image: Image
    upload: AnonymousUpload | None


class ItemService:
    """Reads and changes what users have on Imgur. Errors of Imgur and of the database pass through every method.

    What was done on Imgur counts: where the database refuses to note it, it is noted later.

    `text` is what a user typed: a link, an id, a title of their own or a suggestion. NotAnItemError where it is none of
    these, SeveralGivenError or TitleSharedError where it may be several.
    """

    def __init__(self, accounts: AccountService, imgur: ImgurApi, catalogue: Catalogue) -> None:
        self._accounts = accounts
        self._imgur = imgur
        self._catalogue = catalogue
        self._reading = catalogue.reading
        self._uploads = catalogue.uploads
        self._shelves = catalogue.shelves
        self._backlog = Backlog()

    async def close(self) -> None:
        """Write down what could not be written."""
        await self._backlog.close()
        await self._shelves.close()

    async def show(self, discord_id: int, text: str, *, fresh: bool = True) -> Shown:
        """Anyone's image or album. With `fresh` False, as it was within the last minutes if that is known."""
        since = oldest(fresh=fresh)
        viewer = await self._reading.viewer(discord_id)

        async def read(reference: Reference) -> Shown:
            try:
                return await self._shown(viewer, await self._reading.item(viewer, reference, since=since))
            except NotFoundError:
                if (gone := await self._gone_favorite(viewer, reference)) is None:
                    raise
                return await self._as_shown(viewer, gone, {Ability.UNFAVORITE, Ability.COPY}, is_gone=True)

        return await self._catalogue.named(viewer, text, Scope.ANYTHING, read, lambda shown: shown.item)

    async def favorite(self, discord_id: int, text: str) -> Favorited:
        """Make it a favorite. Raises NotLinkedError, LinkBrokenError."""
        return await self._set_favorite(discord_id, text, wish=True)

    async def unfavorite(self, discord_id: int, text: str) -> Favorited:
        """Make it a favorite no more. Raises NotLinkedError, LinkBrokenError."""
        return await self._set_favorite(discord_id, text, wish=False)

    async def editable(self, discord_id: int, text: str, *, fresh: bool = True) -> Shown:
        """An image that the user may edit. With `fresh` False, as it was within the last minutes if that is known.

        Raises NotYoursError, AlbumGivenError.
        """
        return await self._own(await self._owned(discord_id, text, fresh=fresh))

    async def edit(
        self, discord_id: int, text: str, title: str | None, description: str | None, *, fresh: bool = True
    ) -> Shown:
        """Change what is given; an empty text clears. Raises NothingToChangeError, NotYoursError, AlbumGivenError."""
        if title is None and description is None:
            raise NothingToChangeError
        owned = await self._owned(discord_id, text, fresh=fresh)
        shown = await self._own(owned)  # before it is done: nothing may go wrong after that
        await self._update(owned, title, description)
        image = replace(
            owned.image,
            title=owned.image.title if title is None else title or None,
            description=owned.image.description if description is None else description or None,
        )
        if owned.upload:
            search = found_by(image.title, image.id, image.description)
            change = partial(self._uploads.update, title=image.title, description=image.description, search=search)
            await self._backlog.write("an edit of an anonymous upload", partial(change, discord_id, image.id))
        await self._shelves.changed(owned.viewer, image)
        self._catalogue.changed(discord_id)
        self._reading.written(owned.viewer, image)
        return replace(shown, item=image)

    async def deletion(self, discord_id: int, text: str) -> Shown:
        """What `delete` would delete. Raises NotYoursError, AlbumGivenError."""
        return await self._own(await self._owned(discord_id, text, fresh=True))

    async def delete(self, discord_id: int, text: str) -> bool:
        """Delete an image for good; False if Imgur no longer had it. Raises NotYoursError, AlbumGivenError."""
        viewer = await self._reading.viewer(discord_id)
        reference = await self._catalogue.names.reference(viewer, text, Scope.OWN_IMAGES)
        if reference.kinds[0] is Kind.ALBUM:  # or a post, which may be one
            reference = Reference((Kind.IMAGE,), (await self._owned(discord_id, text)).image.id)
        upload = await self._uploads.get(discord_id, reference.id)
        if upload is None and viewer.account is None:
            if await self._is_there(viewer, Kind.IMAGE, reference.id):
                raise NotYoursError
            return False  # it was theirs until a moment ago: two confirmations of one question
        deleted = await self._delete(viewer, reference.id, upload)
        await self._deleted(viewer, reference.id)
        return deleted

    async def expire(self, expiry: Expiry) -> None:
        """Delete a picture whose time has come, or hear that it is gone: by the account, else by its deletehash.

        Raises NotLinkedError, LinkBrokenError where there is no other handle on it.
        """
        viewer = await self._reading.viewer(expiry.discord_id)
        upload = await self._uploads.get(expiry.discord_id, expiry.image_id)
        if upload is not None:
            await self._delete(viewer, expiry.image_id, upload)
        elif expiry.account_id is not None:  # of nobody's that is no longer on record nothing is left to do
            await self._expire_own(viewer, expiry)
        await self._deleted(viewer, expiry.image_id)

    async def _expire_own(self, viewer: Viewer, expiry: Expiry) -> None:
        if viewer.account_id == expiry.account_id:
            try:
                await self._delete(viewer, expiry.image_id, None)
            except (NotLinkedError, LinkBrokenError):
                if expiry.deletehash is None:
                    raise
            else:
                return
        if expiry.deletehash is None:
            raise NotLinkedError
        try:
            await self._imgur.delete_image(expiry.deletehash)
        except NotFoundError:
            return
        except (ForbiddenError, RejectedError):
            if await self._is_there(viewer, Kind.IMAGE, expiry.image_id):
                raise

    async def was_deleted(self, discord_id: int, image_id: str) -> bool:
        """Whether Imgur no longer has an image whose deletion was sent and not answered; it is off the lists then."""
        viewer = await self._reading.viewer(discord_id)
        if await self._is_there(viewer, Kind.IMAGE, image_id):
            return False
        await self._deleted(viewer, image_id)
        return True

    async def missed(self, discord_id: int, kind: Kind, item_id: str) -> None:
        """What Imgur had not when it was asked for leaves the messages that show it, if Imgur says so once more.

        Never raises: whoever asked for it is told what Imgur has said before.
        """
        try:
            with waiting_for_nothing():
                is_there = await self._is_there(await self._reading.viewer(discord_id), kind, item_id)
        except (ImgurError, BotError, StorageError) as error:
            log.info("whether something is gone is not known", reason=type(error).__name__)
        else:
            if not is_there:
                self._catalogue.gone(kind, item_id)

    async def _deleted(self, viewer: Viewer, image_id: str) -> None:
        self._catalogue.gone(Kind.IMAGE, image_id)
        await self._backlog.write("a deletion", partial(self._uploads.remove, viewer.discord_id, image_id))
        await self._shelves.removed(viewer, None, Kind.IMAGE, image_id)
        self._catalogue.changed(viewer.discord_id)
        self._reading.deleted_image(viewer, image_id)

    async def _shown(self, viewer: Viewer, item: Item) -> Shown:
        mine = await self._catalogue.is_mine(viewer, item)
        return await self._as_shown(viewer, item, abilities(item, linked=viewer.is_linked, mine=mine))

    async def _as_shown(self, viewer: Viewer, item: Item, can: Abilities, *, is_gone: bool = False) -> Shown:
        hidden = await self._uploads.hidden(pictures(item))
        mark = await self._shelves.mark(viewer, item.kind, item.id)
        return Shown(item, can, is_gone, hidden, mark, await self._catalogue.expiry(viewer, item))

    async def _own(self, owned: _Owned) -> Shown:
        can = abilities(owned.image, linked=owned.viewer.is_linked, mine=True)
        return await self._as_shown(owned.viewer, owned.image, can)

    async def _owned(self, discord_id: int, text: str, *, fresh: bool = False) -> _Owned:
        """An image of the user's own. One that Imgur does not find is taken from the record of anonymous uploads."""
        since = oldest(fresh=fresh)
        viewer = await self._reading.viewer(discord_id)

        async def read(reference: Reference) -> tuple[Item, AnonymousUpload | None]:
            if Kind.IMAGE not in reference.kinds:
                raise AlbumGivenError
            upload = await self._uploads.get(discord_id, reference.id)
            try:
                return await self._reading.item(viewer, reference, since=since), upload
            except NotFoundError:
                if upload is None:
                    raise
                return uploaded_image(upload), upload

        item, upload = await self._catalogue.named(viewer, text, Scope.OWN_IMAGES, read, itemgetter(0))
        if isinstance(item, Album):
            raise AlbumGivenError
        if upload is None and not viewer.owns(item):
            raise NotYoursError
        return _Owned(viewer, item, upload)

    async def _set_favorite(self, discord_id: int, text: str, *, wish: bool) -> Favorited:
        viewer = await self._catalogue.linked(discord_id)
        since = oldest(fresh=naming.is_title(text))  # it may be called something else by now

        async def read(reference: Reference) -> tuple[Item, bool]:
            try:
                return await self._reading.item(viewer, reference, since=since), False
            except NotFoundError:
                if wish:
                    raise
                gone = await self._gone_favorite(viewer, reference)
                if gone is None and len(reference.kinds) > 1:
                    raise
                # Of what is far down the list the switch itself knows whether it was there.
                return gone or _bare(reference), True

        scope = Scope.ANYTHING if wish else Scope.FAVORITES
        item, is_gone = await self._catalogue.named(viewer, text, scope, read, itemgetter(0))
        is_mine = await self._catalogue.is_mine(viewer, item)  # before it is done: nothing may go wrong after that
        hidden = await self._uploads.hidden(pictures(item))
        mark = await self._shelves.mark(viewer, item.kind, item.id)
        expiry = await self._catalogue.expiry(viewer, item)
        changed = await (self._favored(viewer, item) if wish else self._unfavored(viewer, item))
        item = replace(item, favorite=wish)
        if not wish:
            await self._shelves.removed(viewer, Shelf.FAVORITES, item.kind, item.id)
        elif changed:
            await self._shelves.added(viewer, Shelf.FAVORITES, item)
        self._catalogue.changed(discord_id)
        if is_gone:
            self._reading.forget_item(viewer, item.id)
            return Favorited(Shown(item, {Ability.COPY}, is_gone=True, hidden=hidden), changed)
        await self._shelves.changed(viewer, item)
        self._reading.written(viewer, item)
        can = abilities(item, linked=viewer.is_linked, mine=is_mine)
        return Favorited(Shown(item, can, hidden=hidden, mark=mark, expiry=expiry), changed)

    async def _favored(self, viewer: Viewer, item: Item) -> bool:
        """Whether that changed anything. Raises NoFavoriteError where Imgur refuses what is there, else GoneError."""
        try:
            return await self._accounts.authorized(
                viewer.discord_id, lambda auth: self._imgur.favorite(item.kind, item.id, auth)
            )
        except (NotFoundError, ForbiddenError, RejectedError) as error:
            if isinstance(error, ApplicationRefusedError):
                raise
            if await self._is_there(viewer, item.kind, item.id):
                raise NoFavoriteError from error
            raise GoneError from error

    async def _unfavored(self, viewer: Viewer, item: Item) -> bool:
        return await self._accounts.authorized(
            viewer.discord_id, lambda auth: self._imgur.unfavorite(item.kind, item.id, auth)
        )

    async def _gone_favorite(self, viewer: Viewer, reference: Reference) -> Item | None:
        """What Imgur no longer has, as the newest favorites still list it, or a page that was just turned to."""
        newest = await self._catalogue.lists.read(viewer, Scope.FAVORITES)
        for item in newest + self._reading.turned_to(viewer, "favorites"):
            if item.id == reference.id and item.kind in reference.kinds:
                return item
        return None

    async def _update(self, owned: _Owned, title: str | None, description: str | None) -> None:
        if owned.upload:
            await self._imgur.update_image(owned.upload.deletehash, title=title, description=description)
            return
        await self._accounts.authorized(
            owned.viewer.discord_id,
            lambda auth: self._imgur.update_image(owned.image.id, auth, title=title, description=description),
        )

    async def _delete(self, viewer: Viewer, image_id: str, upload: AnonymousUpload | None) -> bool:
        """Whether there was something to delete: Imgur words a second deletion as it likes."""
        try:
            if upload:
                await self._imgur.delete_image(upload.deletehash)
            else:
                await self._accounts.authorized(
                    viewer.discord_id, lambda auth: self._imgur.delete_image(image_id, auth)
                )
        except NotFoundError:
            return False
        except (ForbiddenError, RejectedError):
            if await self._is_there(viewer, Kind.IMAGE, image_id):
                raise
            return False
        return True

    async def _is_there(self, viewer: Viewer, kind: Kind, item_id: str) -> bool:
        try:
            await self._reading.item(viewer, Reference((kind,), item_id), since=oldest(fresh=True))
        except NotFoundError:
            return False
        return True


def _bare(reference: Reference) -> Item:
    """What is known of an item by what it is called alone."""
    return Album(id=reference.id) if reference.kinds[0] is Kind.ALBUM else Image(id=reference.id)
