"""Albums of users' own: made, changed, deleted."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any
from weakref import WeakValueDictionary

import structlog

from errors import (
    AlbumExistsError,
    AlbumRenamedError,
    AlbumUncertainError,
    BotError,
    ImageGivenError,
    NewAlbumError,
    NotAnItemError,
    NothingToChangeError,
    NotYoursError,
)
from imgur.errors import ForbiddenError, ImgurError, NotFoundError, OutcomeUnknownError, RejectedError
from imgur.models import Album, Image, Privacy
from services.account import AccountService
from services.album.interrupted import Interrupted
from services.album.looking import Look
from services.album.models import Created, Deleted, Edited, is_as_without_a_word, title_mark, title_of, unlike
from services.album.pictures import AlbumPictures
from services.cache import oldest
from services.jobs import Record, Turn, alone, unrecorded
from services.lag import is_new
from services.library import naming
from services.library.ability import Shown
from services.library.catalogue import Catalogue
from services.library.reading import Viewer
from services.library.suggestions import Items, Scope, each_once, label
from services.ports import ImgurApi
from services.text import folded, line, passage
from storage.errors import StorageError
from storage.models import Shelf

log = structlog.get_logger(__name__)


class AlbumService:
    """Changes users' albums, and `pictures` what is in them. Errors of Imgur and of the database pass through.

    `album` is what a user typed: a title, or the beginning of one, an id, a link, a suggestion. Each method raises
    NotLinkedError, LinkBrokenError, and for such a text what `Catalogue.own_album` raises. What is about to be sent is
    put on `record`; `interrupted` finds out what became of it where its process was killed, not while it `is_held`.
    An album of a name is made by one process at a time, in its `turn`.
    """

    def __init__(
        self,
        accounts: AccountService,
        imgur: ImgurApi,
        catalogue: Catalogue,
        *,
        record: Record = unrecorded,
        leave: Callable[[], bool] = lambda: False,
        is_held: Callable[[int], bool] = lambda _: False,
        turn: Turn = alone,
    ) -> None:
        self._accounts = accounts
        self._imgur = imgur
        self._catalogue = catalogue
        self._reading = catalogue.reading
        self._shelves = catalogue.shelves
        self._look = Look(accounts, imgur, self._reading)
        self._turns: WeakValueDictionary[tuple[int, str], asyncio.Lock] = WeakValueDictionary()
        self._record = record
        self._leave = leave
        self._turn = turn
        self.pictures = AlbumPictures(imgur, catalogue, self._look, record)
        self.interrupted = Interrupted(catalogue, self._look, self.pictures, is_held)

    # --- for uploads ----------------------------------------------------------------------------------------------

    async def into(self, discord_id: int, album: str) -> Album:
        """The album of the user's that an upload goes into.

        Raises NewAlbumError for a name that none of theirs has, AlbumTitleError for one that none could have.
        """
        if not line(album):
            title_of(album)
        try:
            found = await self._catalogue.own_album(discord_id, album, begun=False)
        except (NotAnItemError, NotFoundError, NotYoursError, ImageGivenError) as error:
            if not naming.is_name(album):
                raise
            choices = error.choices if isinstance(error, NotAnItemError) else ()
            raise NewAlbumError(title_of(album), choices) from error
        await self._look.ready(await self._catalogue.usable(discord_id), found.id)
        return found

    async def made_for(self, discord_id: int, title: str) -> Album:
        """A new album that an upload can go into, or the one of that name that was made meanwhile. As `create`."""
        try:
            album = (await self.create(discord_id, title)).album
        except AlbumExistsError as error:
            return await self.into(discord_id, f"album:{error.album_id}")
        await self._look.ready(await self._catalogue.usable(discord_id), album.id)
        return album

    async def uploading(
        self,
        viewer: Viewer,
        album: Album | None,
        name: str,
        *,
        hidden: bool,
        expires: Mapping[str, Any] | None = None,
    ) -> None:
        """A picture that the user calls so is about to be sent, into the album if there is one. Never fails.

        `hidden` says that it is a spoiler; `expires`, in how many `seconds` it is to be deleted, and by which `mark` in
        its file's name it is told from all others that the account may get meanwhile.
        """
        deed = "file" if viewer.account else "anonymous"
        change: dict[str, Any] = {"deed": deed, "title": line(name), "hidden": hidden, "expires": expires}
        if album is not None:
            into = {"album": album.id, "title": line(album.title), "before": album.images_count}
            change |= {"deed": "upload", "file": line(name), **into}
        await self._record(viewer.discord_id, viewer.account_id or None, change)

    def is_looked_for(self) -> bool:
        """Have what became of such an upload looked up in a minute, and told; False where it is on no record."""
        return self._leave()

    def uploaded(self, discord_id: int, album_id: str | None = None) -> None:
        """The user has a new picture: what is remembered of their lists, and of its album, is out of date."""
        self._catalogue.changed(discord_id)
        if album_id:
            self._reading.forget_album(discord_id, album_id)

    async def arrived(self, viewer: Viewer, image: Image, album_id: str | None, begun: float) -> None:
        """A picture was uploaded to the user's account, from `begun` on (`time.monotonic`). Never fails."""
        await self._shelves.added(viewer, Shelf.IMAGES, image)
        if album_id:
            try:
                await self.pictures.uploaded(viewer, album_id, image.id, begun)
            except (BotError, ImgurError, StorageError) as error:
                log.info("whether an upload stays in its album was not seen", reason=type(error).__name__)

    # --- one album ------------------------------------------------------------------------------------------------

    async def create(
        self,
        discord_id: int,
        title: str,
        description: str | None = None,
        privacy: Privacy | None = None,
        *,
        another: bool = False,
    ) -> Created:
        """A new album. Raises AlbumTitleError; AlbumExistsError where there is one of that name, unless `another`.

        Where Imgur's answer is lost, the newest albums are looked through; AlbumUncertainError if it is not there.
        """
        title, description = title_of(title), passage(description) or None
        viewer = await self._catalogue.usable(discord_id)
        turn = self._turns.setdefault((viewer.account_id, folded(title)), asyncio.Lock())
        # Of two at once the second finds the first one's; and so in two processes.
        async with turn, self._turn(discord_id, viewer.account_id, f"album {folded(title)}") as was_at_it:
            called = await self._catalogue.lists.albums_called(viewer, title)
            beside = tuple(one for one in called if was_at_it or is_new(one.created))
            return await self._create(viewer, title, description, privacy, beside, another=another)

    async def _create(
        self,
        viewer: Viewer,
        title: str,
        description: str | None,
        privacy: Privacy | None,
        beside: Items,
        *,
        another: bool,
    ) -> Created:
        """`beside`: what Imgur need not list yet."""
        discord_id = viewer.discord_id
        own = await self._catalogue.lists.read(viewer, Scope.ALBUMS, called=[title], since=oldest(fresh=True))
        own = tuple(each_once([*beside, *own]))
        same = [one for one in own if folded(one.title) == folded(title)]
        if same and not another:
            raise AlbumExistsError(same[0].id, label(same[0]))
        change = {"deed": "create", "title": title, "same": [one.id for one in same]}
        await self._record(discord_id, viewer.account_id, change)
        make = partial(self._imgur.create_album, title=title, description=description, privacy=privacy)
        try:
            album, was_lost = await self._accounts.authorized(discord_id, make), False
        except OutcomeUnknownError as error:
            self._catalogue.changed(discord_id)
            found = await self._newest(discord_id, title, {one.id for one in own})
            if found is None:
                raise AlbumUncertainError from error
            album, was_lost = found, True
        account_id = viewer.account.account_id if viewer.account else None
        album = replace(album, account_id=account_id, created=album.created or datetime.now(UTC))
        await self._shelves.added(viewer, Shelf.ALBUMS, album)
        self._catalogue.changed(discord_id)
        self._reading.made(viewer, album)
        given = {"title": title, "description": description, "privacy": privacy}
        wish = {name: value for name, value in given.items() if value} if description or privacy else {}
        seen = await self._seen(discord_id, album, wish)
        other = unlike(seen, wish)
        ignored = tuple(name for name in other if is_as_without_a_word(seen, name))
        altered = tuple(name for name in other if name not in ignored)
        return Created(replace(album, **{name: getattr(seen, name) for name in altered}), was_lost, ignored, altered)

    async def _seen(self, discord_id: int, album: Album, wish: dict[str, Any]) -> Album:
        """A new album as Imgur shows it, for what it is wished to be; as it should be where it is not shown yet."""
        wished = replace(album, **wish)
        look = partial(self._look.album, discord_id, album.id)
        try:
            if not wish or not unlike(await look(), wish):
                return wished
            return await self._look.settled(look, lambda seen: not unlike(seen, wish))
        except ImgurError as error:
            log.debug("a new album is not to be seen yet", reason=type(error).__name__)
            return wished

    async def _newest(self, discord_id: int, title: str, known: Collection[str]) -> Album | None:
        """An album of this title that was not there before."""

        async def look() -> Album | None:
            newest = await self._look.newest(discord_id)
            return next((one for one in newest if one.title == title and one.id not in known), None)

        try:
            return await self._look.settled(look, lambda found: found is not None)
        except ImgurError as error:
            log.info("a new album could not be looked for", reason=type(error).__name__)
            return None

    async def edit(
        self,
        discord_id: int,
        album: str,
        *,
        title: str | None = None,
        description: str | None = None,
        privacy: Privacy | None = None,
        cover: str | None = None,
    ) -> Edited:
        """Change what is given and nothing else; a description of which nothing can be seen is cleared.

        Raises NothingToChangeError, AlbumTitleError.
        """
        given = {
            "title": None if title is None else title_of(title),
            "description": None if description is None else passage(description),
            "privacy": privacy,
            "cover": cover,
        }
        wish: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
        if not wish:
            raise NothingToChangeError
        target = await self._catalogue.own_album(discord_id, album)
        viewer = await self._catalogue.usable(discord_id)
        await self._look.ready(viewer, target.id)
        change = {"deed": "edit", "album": target.id, "title": line(target.title), "wish": wish}
        await self._record(discord_id, viewer.account_id, change)
        async with self.pictures.there(viewer, target.id):
            said_yes = await self._look.tell(discord_id, lambda auth: self._imgur.update_album(target.id, auth, **wish))
        self._catalogue.changed(discord_id)
        wished = replace(target, **wish)
        now, is_unseen = await self._look.settled_album(discord_id, wished, lambda seen: not unlike(seen, wish))
        await self._shelves.changed(viewer, now)
        self._reading.written(viewer, now)
        hidden = await self._catalogue.hidden(now)
        other = unlike(now, wish)
        ignored = tuple(name for name in other if not unlike(now, {name: getattr(target, name)}))
        altered = tuple(name for name in other if name not in ignored)
        return Edited(now, ignored, tuple(wish), hidden, is_unseen, is_lost=not said_yes, altered=altered)

    async def deletion(self, discord_id: int, album: str) -> Shown:
        """What `delete` would delete."""
        found = await self._catalogue.own_album(discord_id, album)
        return Shown(found, frozenset(), hidden=await self._catalogue.hidden(found))

    async def delete(self, discord_id: int, album_id: str, *, asked: str | None = None) -> Deleted:
        """Delete the album for good, and see what became of it and of its pictures. Raises NotYoursError.

        `asked` is the `title_mark` of the album that the user was asked about: AlbumRenamedError if it has another now.
        """
        viewer = await self._catalogue.usable(discord_id)
        await self._look.ready(viewer, album_id)
        try:
            album = await self._reading.album(viewer, album_id, since=oldest(fresh=True))
        except NotFoundError:
            await self._catalogue.album_gone(viewer, album_id, deleted=True)
            return Deleted(Album(album_id), existed=False)
        if not viewer.owns(album):
            raise NotYoursError
        if asked not in {None, title_mark(album)}:
            raise AlbumRenamedError
        change = {"deed": "delete", "album": album_id, "title": line(album.title)}
        await self._record(discord_id, viewer.account_id, change)
        existed, said_yes = await self._was_deleted(discord_id, album_id)
        is_there = partial(self._look.is_there, discord_id, album_id)
        try:
            stays = existed and await self._look.settled(is_there, lambda there: not there)
        except ImgurError as error:
            log.info("a deleted album could not be looked for", reason=type(error).__name__)
            self._catalogue.changed(discord_id)
            return Deleted(album, is_unseen=True, is_lost=not said_yes)
        if stays:
            return Deleted(album, is_there=True, is_lost=not said_yes)
        await self._catalogue.album_gone(viewer, album_id, deleted=True)
        picture = next((image.id for image in album.images if viewer.owns(image)), None)
        stay = await self._look.is_on_imgur(discord_id, picture) if picture else None
        return Deleted(album, existed, pictures_stay=stay)

    async def _was_deleted(self, discord_id: int, album_id: str) -> tuple[bool, bool]:
        """Whether there was something to delete, for Imgur words a second deletion as it likes; and if it said yes."""
        try:
            return True, await self._look.tell(discord_id, partial(self._imgur.delete_album, album_id))
        except NotFoundError:
            return False, False
        except (ForbiddenError, RejectedError):
            if await self._look.is_there(discord_id, album_id):
                raise
            return False, False
