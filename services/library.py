"""The pictures and albums a user sees on Imgur: galleries, one item, favorites, edits, deletions, suggestions."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from itertools import chain
from typing import TypeAlias, TypeVar

import structlog

from errors import (
    AlbumGivenError,
    ImageGivenError,
    LinkBrokenError,
    NotAnItemError,
    NothingToChangeError,
    NotLinkedError,
    NotYoursError,
)
from imgur.errors import ForbiddenError, NotFoundError, RejectedError
from imgur.models import Album, Image, Item, Kind, Sort
from imgur.reference import Reference
from services import gallery, naming, suggestion
from services.account import AccountService
from services.backlog import Backlog
from services.cache import oldest
from services.gallery import PAGE_SIZE, GalleryPage, Source
from services.ports import ImgurApi, UploadStore
from services.reading import IMAGES_PER_PAGE, Reading, Viewer
from services.suggestion import Lists, Scope, Suggestion, uploaded_image
from storage.errors import StorageError
from storage.models import AnonymousUpload

T = TypeVar("T")

log = structlog.get_logger(__name__)

FAVORITES_PER_PAGE = 60  # of Imgur's pages
PICTURES_LOOKED_UP = 1000  # of an album, of which no more than ten are ever shown at once


class Ability(StrEnum):
    """What a viewer may do with an item."""

    EDIT = "edit"
    FAVORITE = "favorite"
    UNFAVORITE = "unfavorite"
    DELETE = "delete"
    COPY = "copy"


Abilities: TypeAlias = AbstractSet[Ability]


def abilities(item: Item, *, linked: bool, mine: bool) -> Abilities:
    """What someone may do with an item: `linked` if they have an account, `mine` if the item is theirs."""
    can = {Ability.COPY}
    if linked:
        can.add(Ability.UNFAVORITE if item.favorite else Ability.FAVORITE)
    if mine and not isinstance(item, Album):
        can |= {Ability.EDIT, Ability.DELETE}
    return can


@dataclass(frozen=True, slots=True)
class Shown:
    """An item and what its viewer may do with it; `is_gone` for a favorite of theirs that Imgur has no more.

    `hidden` are ids of its pictures that were uploaded as spoilers, by whomever.
    """

    item: Item
    can: Abilities
    is_gone: bool = False
    hidden: frozenset[str] = frozenset()


def _pictures(item: Item) -> frozenset[str]:
    """The ids of what may be shown for an item."""
    if isinstance(item, Image):
        return frozenset({item.id})
    pictures = {image.id for image in item.images[:PICTURES_LOOKED_UP]}
    return frozenset(pictures | {item.cover} if item.cover else pictures)


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


class LibraryService:
    """Reads and changes what users have on Imgur. Errors of Imgur and of the database pass through every method.

    What was done on Imgur counts: where the database refuses to note it, it is noted later.

    `text` is what a user typed: a link, an id, a title of their own or a suggestion. NotAnItemError where it is none of
    these, SeveralGivenError or TitleSharedError where it may be several.
    """

    def __init__(
        self,
        accounts: AccountService,
        imgur: ImgurApi,
        uploads: UploadStore,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._accounts = accounts
        self._imgur = imgur
        self._uploads = uploads
        self._reading = Reading(accounts, imgur, clock)
        self._lists = Lists(self._reading, uploads, clock)
        self._names = naming.Names(self._lists)
        self._backlog = Backlog()

    async def close(self) -> None:
        """Write down what could not be written."""
        await self._backlog.close()

    # --- galleries ------------------------------------------------------------------------------------------------

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
        viewer = await self._reading.viewer(discord_id)
        if album is not None:
            return await self._with_hidden(await self._album(viewer, page, album, since=since))
        if viewer.account is None if anonymous is None else anonymous:
            return await self._with_hidden(await self._anonymous(discord_id, page))
        try:
            return await self._with_hidden(await self._account(viewer, page, since=since))
        except LinkBrokenError:
            if anonymous is False or not await self._uploads.count(discord_id):
                raise
            return await self._with_hidden(replace(await self._anonymous(discord_id, page), is_link_broken=True))

    async def _account(self, viewer: Viewer, page: int, *, since: int) -> GalleryPage:
        found = await gallery.cut(
            Source.ACCOUNT,
            lambda outer, **age: self._reading.images(viewer, outer, **age),
            page,
            size=IMAGES_PER_PAGE,
            since=since,
            short_ends=True,
        )
        total = await self._reading.images_count(viewer, since=since)
        beside = await self._uploads.count(viewer.discord_id)
        last = found.page if found.next is None else max(found.last_known, gallery.last_page(total))
        return replace(found, total=total, last_known=last, anonymous=beside)

    async def favorites(self, discord_id: int, page: int, sort: Sort = "newest", *, fresh: bool = False) -> GalleryPage:
        """All that the account has favorited. Raises NotLinkedError, LinkBrokenError."""
        since = oldest(fresh=fresh)
        viewer = await self._linked(discord_id)
        found = await gallery.cut(
            Source.FAVORITES,
            lambda outer, **age: self._reading.favorites(viewer, outer, sort, **age),
            page,
            size=FAVORITES_PER_PAGE,
            since=since,
        )
        return await self._with_hidden(found)

    async def _album(self, viewer: Viewer, page: int, text: str, *, since: int) -> GalleryPage:
        album = await self._named_album(viewer, text, since=since)
        page = min(max(page, 0), gallery.last_page(len(album.images)))
        items = album.images[page * PAGE_SIZE :][:PAGE_SIZE]
        return replace(gallery.counted(Source.ALBUM, items, page, len(album.images)), album=album)

    async def _anonymous(self, discord_id: int, page: int) -> GalleryPage:
        total = await self._uploads.count(discord_id)
        page = min(max(page, 0), gallery.last_page(total))
        rows = await self._uploads.page(discord_id, offset=page * PAGE_SIZE, limit=PAGE_SIZE)
        return gallery.counted(Source.ANONYMOUS, [uploaded_image(row) for row in rows], page, total)

    # --- one item -------------------------------------------------------------------------------------------------

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
                return await self._as_shown(gone, {Ability.UNFAVORITE, Ability.COPY}, is_gone=True)

        return await self._named(viewer, text, Scope.ANYTHING, read)

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
            change = partial(self._uploads.update, title=image.title, description=image.description)
            await self._backlog.write("an edit of an anonymous upload", partial(change, discord_id, image.id))
        self._forget_lists(discord_id)
        self._reading.written(owned.viewer, image)
        return replace(shown, item=image)

    async def deletion(self, discord_id: int, text: str) -> Shown:
        """What `delete` would delete. Raises NotYoursError, AlbumGivenError."""
        return await self._own(await self._owned(discord_id, text, fresh=True))

    async def delete(self, discord_id: int, text: str) -> bool:
        """Delete an image for good; False if Imgur no longer had it. Raises NotYoursError, AlbumGivenError."""
        viewer = await self._reading.viewer(discord_id)
        reference = await self._names.reference(viewer, text, Scope.OWN_IMAGES)
        if reference.kinds[0] is Kind.ALBUM:  # or a post, which may be one
            reference = Reference((Kind.IMAGE,), (await self._owned(discord_id, text)).image.id)
        upload = await self._uploads.get(discord_id, reference.id)
        if upload is None and viewer.account is None:
            if await self._exists(viewer, reference.id):
                raise NotYoursError
            return False  # it was theirs until a moment ago: two confirmations of one question
        deleted = await self._delete(viewer, reference.id, upload)
        await self._backlog.write("a deletion", partial(self._uploads.remove, discord_id, reference.id))
        self._forget_lists(discord_id)
        self._reading.forget_item(viewer, reference.id)
        return deleted

    async def own_album(self, discord_id: int, text: str) -> Album:
        """An album of the account's own. Raises NotLinkedError, LinkBrokenError, NotYoursError."""
        viewer = await self._linked(discord_id)
        if not viewer.is_linked:
            raise LinkBrokenError

        async def read(reference: Reference) -> Album:
            if Kind.ALBUM not in reference.kinds:
                raise ImageGivenError
            for known in await self._lists.read(viewer, Scope.ALBUMS):
                if isinstance(known, Album) and known.id == reference.id:
                    return known
            album = await self._reading.album(viewer, reference.id, since=oldest(fresh=True))
            if not viewer.owns(album):
                raise NotYoursError
            return album

        return await self._named(viewer, text, Scope.ALBUMS, read)

    def uploaded(self, discord_id: int) -> None:
        """The user has a new picture: what is remembered of their lists is out of date."""
        self._forget_lists(discord_id)

    # --- suggestions ----------------------------------------------------------------------------------------------

    async def suggest(self, discord_id: int, typed: str, scope: Scope) -> list[Suggestion]:
        """What matches what was typed, of the user's own and their favorites. Within 3 s; never raises."""
        try:
            viewer = await self._reading.viewer(discord_id)
        except StorageError as error:
            log.debug("nothing to suggest", reason=type(error).__name__)
            return []
        return suggestion.suggestions(await self._lists.offered(viewer, scope), typed)

    # --- within ---------------------------------------------------------------------------------------------------

    async def _named(self, viewer: Viewer, text: str, scope: Scope, read: Callable[[Reference], Awaitable[T]]) -> T:
        """Read what the text names. Where nothing is there, the user's titles are read anew before that is said."""
        try:
            return await read(await self._names.reference(viewer, text, scope))
        except (NotFoundError, NotAnItemError):
            if not naming.is_title(text):
                raise
        return await read(await self._names.titled(viewer, text, scope))

    async def _named_album(self, viewer: Viewer, text: str, *, since: int) -> Album:
        async def read(reference: Reference) -> Album:
            if Kind.ALBUM not in reference.kinds:
                raise ImageGivenError
            return await self._reading.album(viewer, reference.id, since=since)

        return await self._named(viewer, text, Scope.ALBUMS, read)

    async def _linked(self, discord_id: int) -> Viewer:
        viewer = await self._reading.viewer(discord_id)
        if viewer.account is None:
            raise NotLinkedError
        return viewer

    async def _shown(self, viewer: Viewer, item: Item) -> Shown:
        mine = await self._is_mine(viewer, item)
        return await self._as_shown(item, abilities(item, linked=viewer.is_linked, mine=mine))

    async def _as_shown(self, item: Item, can: Abilities, *, is_gone: bool = False) -> Shown:
        return Shown(item, can, is_gone, await self._uploads.hidden(_pictures(item)))

    async def _with_hidden(self, page: GalleryPage) -> GalleryPage:
        pictures = chain.from_iterable(map(_pictures, page.items))
        return replace(page, hidden=await self._uploads.hidden(frozenset(pictures)))

    async def _is_mine(self, viewer: Viewer, item: Item) -> bool:
        return viewer.owns(item) or await self._uploads.get(viewer.discord_id, item.id) is not None

    async def _own(self, owned: _Owned) -> Shown:
        return await self._as_shown(owned.image, abilities(owned.image, linked=owned.viewer.is_linked, mine=True))

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

        item, upload = await self._named(viewer, text, Scope.OWN_IMAGES, read)
        if isinstance(item, Album):
            raise AlbumGivenError
        if upload is None and not viewer.owns(item):
            raise NotYoursError
        return _Owned(viewer, item, upload)

    async def _set_favorite(self, discord_id: int, text: str, *, wish: bool) -> Favorited:
        viewer = await self._linked(discord_id)

        async def read(reference: Reference) -> tuple[Item, bool]:
            try:
                return await self._reading.item(viewer, reference), False
            except NotFoundError:
                if wish:
                    raise
                gone = await self._gone_favorite(viewer, reference)
                if gone is None and len(reference.kinds) > 1:
                    raise
                # Of what is far down the list the switch itself knows whether it was there.
                return gone or _bare(reference), True

        item, is_gone = await self._named(viewer, text, Scope.ANYTHING if wish else Scope.FAVORITES, read)
        is_mine = await self._is_mine(viewer, item)  # before it is done: nothing may go wrong after that
        hidden = await self._uploads.hidden(_pictures(item))
        call = self._imgur.favorite if wish else self._imgur.unfavorite
        changed = await self._accounts.authorized(discord_id, lambda auth: call(item.kind, item.id, auth))
        item = replace(item, favorite=wish)
        self._forget_lists(discord_id)
        if is_gone:
            self._reading.forget_item(viewer, item.id)
            return Favorited(Shown(item, {Ability.COPY}, is_gone=True, hidden=hidden), changed)
        self._reading.written(viewer, item)
        can = abilities(item, linked=viewer.is_linked, mine=is_mine)
        return Favorited(Shown(item, can, hidden=hidden), changed)

    async def _gone_favorite(self, viewer: Viewer, reference: Reference) -> Item | None:
        """What Imgur no longer has, as the newest favorites still list it, or a page that was just turned to."""
        newest = await self._lists.read(viewer, Scope.FAVORITES)
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
            if await self._exists(viewer, image_id):
                raise
            return False
        return True

    async def _exists(self, viewer: Viewer, image_id: str) -> bool:
        try:
            await self._reading.item(viewer, Reference((Kind.IMAGE,), image_id), since=oldest(fresh=True))
        except NotFoundError:
            return False
        return True

    def tidy(self) -> None:
        """Let go of what is remembered and too old. To be called now and then."""
        self._reading.tidy()
        self._lists.tidy()

    def _forget_lists(self, discord_id: int) -> None:
        self._reading.forget_lists(discord_id)
        self._lists.forget(discord_id)


def _bare(reference: Reference) -> Item:
    """What is known of an item by what it is called alone."""
    return Album(id=reference.id) if reference.kinds[0] is Kind.ALBUM else Image(id=reference.id)
