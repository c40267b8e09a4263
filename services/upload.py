"""Uploads: where a file goes; checked before it is sent, streamed, and kept track of if it belongs to no account."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import Enum, auto
from functools import partial
from typing import Any, TypeAlias

import structlog

from errors import (
    AlbumNeedsAccountError,
    BotError,
    Earlier,
    LinkBrokenError,
    NotFetchedError,
    NotLinkedError,
    Remains,
    UploadEndedError,
    UploadErasedError,
    UploadUncertainError,
    VoiceMessageError,
)
from imgur.errors import (
    AlbumGoneError,
    ApplicationRefusedError,
    BadAnswerError,
    ForbiddenError,
    ImgurError,
    NotFoundError,
    OutcomeUnknownError,
    RejectedError,
    UnsupportedTypeError,
)
from imgur.models import AccessToken, Album, Image
from media.models import Changes, IncomingFile, Loss, OpenedFile, Origin, Wish
from services.account import AccountService
from services.address import Address, read_address
from services.album import AlbumService
from services.backlog import Backlog
from services.digest import Digested
from services.duplicates import Duplicates
from services.indexed import found_by
from services.library.ability import Abilities, abilities
from services.library.reading import Viewer
from services.ports import AttachmentSource, ImgurApi, UploadStore, Workshop
from services.queue import FairQueue, Queued, Ticket
from services.quota.caller import Caller, caller, calling, with_token_of
from storage.errors import ErasedMeanwhileError, StorageError
from storage.models import AnonymousUpload, Expiry

__all__ = [
    "Address",
    "Changes",
    "Destination",
    "Earlier",
    "IncomingFile",
    "Loss",
    "Origin",
    "Ticket",
    "UploadRequest",
    "UploadService",
    "Uploaded",
    "read_address",
]  # the borders build IncomingFile and its Origin, and say what was changed

log = structlog.get_logger(__name__)

AT_ONCE = 32
EACH = 5  # at once, of one user
ANSWER_SECONDS = 5.0  # for which the ending of an upload waits to learn what became of it
CLOSING_SECONDS = 8.0

NOT_FETCHED = (RejectedError, UnsupportedTypeError, BadAnswerError, NotFoundError, ForbiddenError)
"""What Imgur says where it could not fetch a picture from an address, in whatever words."""
OTHERWISE = (AlbumGoneError, ApplicationRefusedError)
"""Of these, what is not about the address."""
MOST_BEHIND = timedelta(days=2)
"""By so much this machine's clock may be behind Imgur's when it is said that a picture is to be deleted."""
STILL_FETCHING = {408, 502, 504, *range(520, 528)}
"""Statuses of a gateway that waits no longer: Imgur may go on."""

Progress: TypeAlias = Callable[[int, int], None]
Ready: TypeAlias = Callable[[int | None], Awaitable[None]]
KeepsDetails: TypeAlias = Callable[[int], Awaitable[bool]]


class Destination(Enum):
    """Where an upload goes; the two questions are the user's to answer, and nothing is sent before."""

    ACCOUNT = auto()
    ANONYMOUS = auto()
    ASK = auto()  # no account is linked
    ASK_BROKEN = auto()  # one is linked, but Imgur no longer accepts it


@dataclass(frozen=True, slots=True)
class UploadRequest:
    """What someone wants uploaded. `anonymous` is None where they have not said; `mute` drops a video's sound.

    With `is_new_album`, `album` is the name of one that is made first. With `shrink`, a picture that is too large for
    Imgur is made smaller. It is deleted again once it `expires`. `since` is when it was asked for. By its `mark`, in
    the file's name, it is told from all others on Imgur where nobody could note what Imgur answered. With `anyway`, it
    goes up though there is a picture of the same file.
    """

    discord_id: int
    file: IncomingFile | Address
    title: str | None = None
    description: str | None = None
    album: str | None = None
    anonymous: bool | None = None
    mute: bool = False
    is_new_album: bool = False
    shrink: bool = False
    as_is: bool = False
    expires: timedelta | None = None
    since: datetime | None = None
    mark: str | None = None
    anyway: bool = False

    @property
    def is_open(self) -> bool:
        """Whether it may go either way, if the user says so: no account was asked for, no album named."""
        return self.anonymous is None and not self.album


@dataclass(frozen=True, slots=True)
class Uploaded:
    """What became of it, what its owner may do with it, and what was done to the file on its way.

    `expiry` is when it is deleted, as far as it can be; unless that `is_noted`, the database did not take it yet.
    `earlier` says which picture of the same file there was before, where that could not be told before it was sent.
    """

    image: Image
    anonymous: bool
    can: Abilities
    album: Album | None = None
    changes: Changes = field(default_factory=Changes)
    expiry: Expiry | None = None
    is_noted: bool = True
    earlier: Earlier | None = None


@dataclass(frozen=True, slots=True)
class _Stored:
    """A picture that Imgur has, when it is to be deleted, and which one of the same file there was before."""

    image: Image
    expiry: Expiry | None = None
    is_noted: bool = True
    earlier: Earlier | None = None


_Sent: TypeAlias = tuple[_Stored, Changes]


@dataclass(slots=True)
class _Source:
    """An opened file as Imgur's client takes it; tells how far it has been read."""

    name: str
    mime_type: str
    opened: OpenedFile
    progress: Progress
    handed_out: int = field(default=0, init=False)

    @property
    def is_out(self) -> bool:
        """Whether the last byte is on its way: from then on Imgur may store the file."""
        return self.handed_out >= self.size

    @property
    def size(self) -> int:
        return self.opened.size

    async def chunks(self) -> AsyncIterator[bytes]:
        async for chunk in self.opened.chunks():
            self.handed_out += len(chunk)
            yield chunk
            self.progress(self.handed_out, self.size)


def _unwatched(_ticket: Ticket) -> None:
    """Nobody cares how long the queue is."""


async def _for_everybody(_discord_id: int) -> bool:
    """Nobody wants it otherwise."""
    return False


async def _at_once(_account_id: int | None) -> None:
    """There is always room."""


class UploadService:
    """Uploads files to the user's account or anonymously, a bounded number at once, the users in turn.

    `ready` waits until Imgur's limit has room for one into this account, or for an anonymous one; `keeps_details` tells
    of a user whether what pictures tell of their making stays in them.
    """

    def __init__(
        self,
        accounts: AccountService,
        imgur: ImgurApi,
        attachments: AttachmentSource,
        uploads: UploadStore,
        albums: AlbumService,
        *,
        workshop: Workshop,
        duplicates: Duplicates,
        keeps_details: KeepsDetails = _for_everybody,
        ready: Ready = _at_once,
    ) -> None:
        self._accounts = accounts
        self._imgur = imgur
        self._attachments = attachments
        self._workshop = workshop
        self._duplicates = duplicates
        self._keeps_details = keeps_details
        self._uploads = uploads
        self._albums = albums
        self._ready = ready
        self._queue = FairQueue(AT_ONCE, EACH)
        self._backlog = Backlog()
        self._endings: set[asyncio.Task[Remains]] = set()

    async def close(self) -> None:
        """Wait a while for what is to be deleted again, and write down what could not be written."""
        if self._endings:
            await asyncio.wait(self._endings, timeout=CLOSING_SECONDS)
        await self._backlog.close()

    async def destination(self, request: UploadRequest) -> Destination:
        """Where the upload would go.

        Raises AlbumNeedsAccountError, and NotLinkedError or LinkBrokenError if nothing but an account would do;
        VoiceMessageError, as nobody need be asked where that goes.
        """
        if request.file.origin is Origin.VOICE_MESSAGE:
            raise VoiceMessageError
        if request.anonymous:
            _refuse_album(request)
            return Destination.ANONYMOUS
        linked = await self._accounts.linked(request.discord_id)
        if linked is not None and not linked.broken:
            return Destination.ACCOUNT
        if not request.is_open:
            raise LinkBrokenError if linked else NotLinkedError
        return Destination.ASK_BROKEN if linked else Destination.ASK

    async def upload(
        self,
        request: UploadRequest,
        progress: Progress,
        queued: Queued = _unwatched,
        made: Callable[[Album], None] = lambda _: None,
    ) -> Uploaded:
        """Wait for Imgur's limit and the user's turn, check the file, send it; once, unless its token is refused.

        The attachment is not opened before its turn; a new album is `made` before, and stays. Cancelled after the last
        byte, it waits for the answer and deletes the picture; UploadEndedError then says what remains. Raises
        DuplicateError, FileTooLargeError, UnsupportedFileError, AttachmentUnavailableError, AlbumNeedsAccountError,
        NewAlbumError, AlbumUncertainError, NotAnItemError, ImageGivenError, NotLinkedError, LinkBrokenError,
        UploadUncertainError; errors of Imgur and the database pass.
        """
        album = None
        mark = secrets.token_hex(6) if request.expires and not request.anonymous else None
        request = replace(request, since=caller().since or datetime.now(UTC), mark=mark)
        if request.file.origin is Origin.VOICE_MESSAGE:
            raise VoiceMessageError
        if request.anonymous:
            _refuse_album(request)
        elif request.album:
            settle = self._albums.made_for if request.is_new_album else self._albums.into
            album = await settle(request.discord_id, request.album)
            if request.is_new_album:
                made(album)
            request = replace(request, album=album.id)
        linked = None if request.anonymous else await self._accounts.linked(request.discord_id)
        with with_token_of(request.discord_id, linked.account_id) if linked else nullcontext():
            await self._ready(linked.account_id if linked else None)
        async with self._queue.turn(request.discord_id, queued):
            name = request.title or request.file.name
            viewer, wish = Viewer(request.discord_id, linked), _wish(request)
            await self._albums.uploading(viewer, album, name, hidden=request.file.hidden, expires=wish)
            return replace(await self._upload(request, progress), album=album)

    async def anonymous_count(self, discord_id: int) -> int:
        """How many anonymous uploads of this user are on record."""
        return await self._uploads.count(discord_id)

    async def _upload(self, request: UploadRequest, progress: Progress) -> Uploaded:
        async def send(auth: AccessToken | None) -> _Sent:
            return await self._send(request, progress, auth)

        account, begun = await self._accounts.linked(request.discord_id), time.monotonic()
        try:
            if request.anonymous:
                stored, changes = await send(None)
            elif request.album:
                async with self._albums.pictures.there(Viewer(request.discord_id, account), request.album):
                    stored, changes = await self._accounts.authorized(request.discord_id, send)
            else:
                stored, changes = await self._accounts.authorized(request.discord_id, send)
        except NOT_FETCHED as error:
            if not isinstance(request.file, Address) or isinstance(error, OTHERWISE):
                raise
            raise NotFetchedError from error
        finally:
            self._albums.uploaded(request.discord_id, request.album)  # or so it may be
        image = stored.image
        if not request.anonymous:
            await self._albums.arrived(Viewer(request.discord_id, account), image, request.album, begun)
        linked = account is not None and not account.broken
        can = abilities(image, linked=linked, mine=not request.anonymous or image.deletehash is not None)
        found = Uploaded(image, bool(request.anonymous), can, changes=changes, earlier=stored.earlier)
        return replace(found, expiry=stored.expiry, is_noted=stored.is_noted)

    async def _fetched(self, request: UploadRequest, address: Address, auth: AccessToken | None) -> _Stored:
        """Have Imgur fetch it, once; the picture may be there from the first moment on."""
        fetching = self._imgur.upload_address(
            address.url,
            auth,
            name=request.mark,
            album=request.album,
            title=request.title,
            description=request.description,
            disable_audio=request.mute,
        )
        return await self._awaited(request, fetching, auth, is_out=lambda: True)

    async def _send(self, request: UploadRequest, progress: Progress, auth: AccessToken | None) -> _Sent:
        file = request.file
        if isinstance(file, Address):
            return await self._fetched(request, file, auth), Changes()
        clean = not await self._keeps_details(request.discord_id)
        wish = Wish(clean=clean, shrink=request.shrink, as_is=request.as_is)
        async with (
            self._opened(file) as opened,
            self._workshop.ready(file, opened, wish) as ready,
            self._duplicates.asked_first(request.discord_id, auth, None if request.anyway else opened.digest),
        ):
            request = replace(request, anyway=request.anyway or opened.digest is not None)
            source = _Source(_marked(ready.name, request.mark), ready.mime_type, ready.opened, progress)
            uploading = self._imgur.upload(
                source,
                auth,
                video=ready.video,
                album=request.album,
                title=request.title,
                description=request.description,
                disable_audio=request.mute and ready.video,
            )
            image = await self._awaited(request, uploading, auth, opened, is_out=lambda: source.is_out)
            return image, ready.changes

    @asynccontextmanager
    async def _opened(self, file: IncomingFile) -> AsyncIterator[Digested]:
        async with self._attachments.open(file) as opened:
            yield Digested(opened)

    async def _awaited(
        self,
        request: UploadRequest,
        uploading: Awaitable[Image],
        auth: AccessToken | None,
        given: Digested | None = None,
        *,
        is_out: Callable[[], bool],
    ) -> _Stored:
        """The picture; cancelled once the upload `is_out`, it is deleted again as soon as Imgur has answered."""
        storing = asyncio.ensure_future(self._store(request, uploading, auth, given))
        try:
            return await asyncio.shield(storing)
        except asyncio.CancelledError:
            if not is_out():
                storing.cancel()
                await asyncio.wait([storing])
                raise
            raise UploadEndedError(await self._ended(request, storing, auth)) from None

    async def _store(
        self, request: UploadRequest, uploading: Awaitable[Image], auth: AccessToken | None, given: Digested | None
    ) -> _Stored:
        try:
            image = await uploading
        except OutcomeUnknownError as error:
            if isinstance(request.file, Address) and error.status not in {None, *STILL_FETCHING}:
                raise NotFetchedError from error
            is_dated = self._albums.is_looked_for() if request.mark else None
            raise UploadUncertainError(anonymous=auth is None, is_dated=is_dated) from error
        expiry = _expiry(request, image, auth)
        if auth is None:
            is_noted = await self._keep(request, image, expiry)
        else:
            is_noted = expiry is None or await self._date(request, expiry, auth)
        if request.file.hidden:
            hide = partial(self._uploads.hide, request.discord_id, image.id, since=request.since)
            await self._backlog.write("a spoiler", hide)
        return _Stored(image, expiry, is_noted, await self._known(request, auth, image, given))

    async def _known(
        self, request: UploadRequest, auth: AccessToken | None, image: Image, given: Digested | None
    ) -> Earlier | None:
        """Note which file it was made from; which picture of that there was before, unless its user knows."""
        if given is None or given.digest is None:
            return None
        of = request.discord_id, auth, given.digest
        noting = partial(self._duplicates.note, *of, image.id, request.since)
        note = partial(self._backlog.write, "from which file a picture was made", noting)
        if not request.anyway:
            return await self._duplicates.told_afterwards(*of, note)
        await note()
        return None

    async def _date(self, request: UploadRequest, expiry: Expiry, auth: AccessToken) -> bool:
        """Put on record when it is to be deleted, at once or as soon as the database lets it; whether at once."""
        expire = partial(self._uploads.expire, expiry, since=request.since)
        try:
            await expire()
        except ErasedMeanwhileError:
            raise UploadErasedError(is_deleted=await self._is_deleted(expiry.image_id, auth)) from None
        except StorageError:
            late = partial(self._keep_late, expire, expiry.image_id, auth)
            self._backlog.add("when a picture is to be deleted", late)
            return False
        return True

    async def _ended(
        self, request: UploadRequest, storing: asyncio.Future[_Stored], auth: AccessToken | None
    ) -> Remains:
        """Have the picture deleted once Imgur has answered; what remains of it, as far as that is known soon."""
        ending = asyncio.create_task(self._take_back(request, storing, auth))
        self._endings.add(ending)
        ending.add_done_callback(self._endings.discard)
        done, _ = await asyncio.wait([ending], timeout=ANSWER_SECONDS)
        return ending.result() if done else Remains.AWAITED

    async def _take_back(
        self, request: UploadRequest, storing: asyncio.Future[_Stored], auth: AccessToken | None
    ) -> Remains:
        try:
            image = (await storing).image
        except UploadUncertainError:
            return Remains.UNKNOWN
        except (BotError, ImgurError, StorageError) as error:
            log.info("an ended upload had failed", reason=type(error).__name__)
            return Remains.NOTHING
        handle = image.id if auth else image.deletehash
        if handle is None:
            return Remains.UNKNOWN
        try:
            await self._imgur.delete_image(handle, auth)
            if auth is None:
                await self._uploads.remove(request.discord_id, image.id)
            else:
                await self._backlog.write("a deletion", lambda: self._uploads.remove(request.discord_id, image.id))
        except (BotError, ImgurError, StorageError) as error:  # they may have unlinked meanwhile
            log.warning("an ended upload could not be deleted", reason=type(error).__name__)
            return Remains.STORED
        finally:
            self._albums.uploaded(request.discord_id, request.album)
        return Remains.DELETED

    async def _keep(self, request: UploadRequest, image: Image, expiry: Expiry | None) -> bool:
        """Put the deletehash on record; where that fails, delete the picture rather than leave it to nobody.

        Where that fails as well, it goes on record as soon as the database lets it, and is its user's. Whether it is.
        """
        if image.deletehash is None:
            log.warning("an anonymous upload came back without a deletehash: nobody can ever delete it")
            return False
        upload = AnonymousUpload(
            discord_id=request.discord_id,
            image_id=image.id,
            deletehash=image.deletehash,
            link=image.link,
            mime_type=image.mime_type,
            width=image.width,
            height=image.height,
            size=image.size,
            title=image.title or request.title,
            description=image.description or request.description,
            uploaded_at=datetime.now(UTC),
        )
        search = found_by(upload.title, upload.image_id, upload.description)
        due_at = expiry.due_at if expiry else None
        keep = partial(self._uploads.add, upload, search, due_at=due_at, since=request.since)
        try:
            await keep()
        except ErasedMeanwhileError:
            raise UploadErasedError(is_deleted=await self._is_deleted(image.deletehash)) from None
        except StorageError:
            try:
                await self._imgur.delete_image(image.deletehash)
            except ImgurError:
                self._backlog.add("an anonymous upload", partial(self._keep_late, keep, image.deletehash))
                return False
            raise
        return True

    async def _keep_late(
        self, keep: Callable[[], Awaitable[None]], handle: str, auth: AccessToken | None = None
    ) -> None:
        try:
            await keep()
        except ErasedMeanwhileError:
            await self._is_deleted(handle, auth)

    async def _is_deleted(self, handle: str, auth: AccessToken | None = None) -> bool:
        """Delete what has nobody any more, on nobody's behalf; whether it is off Imgur.

        An account's, by the token that it was uploaded with.
        """
        try:
            with calling(Caller()):
                await self._imgur.delete_image(handle, auth)
        except ImgurError as error:
            log.warning("a picture of who had everything erased is left on Imgur", reason=type(error).__name__)
            return False
        return True


def _wish(request: UploadRequest) -> dict[str, Any] | None:
    """When it is to be deleted, and by what it is known for certain, as it is on record while it is sent."""
    if request.expires is None:
        return None
    return {"seconds": request.expires.total_seconds(), "mark": request.mark}


def _marked(name: str, mark: str | None) -> str:
    """In front, where Imgur leaves it to however long a name."""
    return f"{mark} {name}" if mark else name


def _expiry(request: UploadRequest, image: Image, auth: AccessToken | None) -> Expiry | None:
    """When it is to be deleted: never early, should this machine's clock be behind Imgur's.

    Of an anonymous one without a deletehash that cannot be said: nobody can ever delete it.
    """
    if request.expires is None or (auth is None and image.deletehash is None):
        return None
    now = datetime.now(UTC)
    since = max(now, min(image.created or now, now + MOST_BEHIND))
    account_id, handle = (auth.account_id, image.deletehash) if auth else (None, None)
    return Expiry(request.discord_id, image.id, since + request.expires, account_id, deletehash=handle)


def _refuse_album(request: UploadRequest) -> None:
    if request.album:
        raise AlbumNeedsAccountError
