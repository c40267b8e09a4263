"""Uploads: where a file goes; checked before it is sent, streamed, and kept track of if it belongs to no account."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import Enum, auto
from typing import Protocol, TypeAlias

from errors import AlbumNeedsAccountError, LinkBrokenError, NotLinkedError
from imgur.errors import BadAnswerError
from imgur.models import AccessToken, Image
from media.kind import check
from media.models import IncomingFile, OpenedFile
from services.account import AccountService
from services.library import Abilities, abilities
from services.ports import AttachmentSource, ImgurApi, UploadStore
from storage.models import AnonymousUpload

__all__ = [
    "Destination",
    "IncomingFile",
    "UploadRequest",
    "UploadService",
    "Uploaded",
]  # the borders build IncomingFile

Progress: TypeAlias = Callable[[int, int], None]


class Destination(Enum):
    """Where an upload goes; the two questions are the user's to answer, and nothing is sent before."""

    ACCOUNT = auto()
    ANONYMOUS = auto()
    ASK = auto()  # no account is linked
    ASK_BROKEN = auto()  # one is linked, but Imgur no longer accepts it


@dataclass(frozen=True, slots=True)
class UploadRequest:
    """What someone wants uploaded. `anonymous` is None where they have not said; `mute` drops a video's sound."""

    discord_id: int
    file: IncomingFile
    title: str | None = None
    description: str | None = None
    album: str | None = None
    anonymous: bool | None = None
    mute: bool = False

    @property
    def is_open(self) -> bool:
        """Whether it may go either way, if the user says so: no account was asked for, no album named."""
        return self.anonymous is None and not self.album


@dataclass(frozen=True, slots=True)
class Uploaded:
    """What became of it, and what its owner may do with it."""

    image: Image
    anonymous: bool
    can: Abilities


class Library(Protocol):
    """Whoever knows a user's pictures and albums."""

    async def own_album(self, discord_id: int, text: str) -> str:
        """The id of the album of the user's that the text names; raises BotError and ImgurError."""
        ...

    def uploaded(self, discord_id: int) -> None:
        """Hear that the user has a new one."""


@dataclass(frozen=True, slots=True)
class _Source:
    """An opened file as Imgur's client takes it; tells how far it has been read."""

    name: str
    mime_type: str
    opened: OpenedFile
    progress: Progress

    @property
    def size(self) -> int:
        return self.opened.size

    async def chunks(self) -> AsyncIterator[bytes]:
        sent = 0
        async for chunk in self.opened.chunks():
            yield chunk
            sent += len(chunk)
            self.progress(sent, self.size)


class UploadService:
    """Uploads files to the user's account or anonymously."""

    def __init__(
        self,
        accounts: AccountService,
        imgur: ImgurApi,
        attachments: AttachmentSource,
        uploads: UploadStore,
        library: Library,
    ) -> None:
        self._accounts = accounts
        self._imgur = imgur
        self._attachments = attachments
        self._uploads = uploads
        self._library = library

    async def destination(self, request: UploadRequest) -> Destination:
        """Where the upload would go.

        Raises AlbumNeedsAccountError, and NotLinkedError or LinkBrokenError if nothing but an account would do.
        """
        if request.anonymous:
            _refuse_album(request)
            return Destination.ANONYMOUS
        linked = await self._accounts.linked(request.discord_id)
        if linked is not None and not linked.broken:
            return Destination.ACCOUNT
        if not request.is_open:
            raise LinkBrokenError if linked else NotLinkedError
        return Destination.ASK_BROKEN if linked else Destination.ASK

    async def upload(self, request: UploadRequest, progress: Progress) -> Uploaded:
        """Check the file, then send it; never twice, unless Imgur refused the token before it took anything.

        Raises FileTooLargeError, UnsupportedFileError, AttachmentGoneError, AlbumNeedsAccountError, NotAnItemError,
        ImageGivenError, NotLinkedError, LinkBrokenError; errors of Imgur and of the database pass.
        """
        if request.anonymous:
            return await self._anonymously(request, progress)
        if request.album:
            request = replace(request, album=await self._library.own_album(request.discord_id, request.album))
        image = await self._accounts.authorized(request.discord_id, lambda auth: self._send(request, progress, auth))
        self._library.uploaded(request.discord_id)
        return Uploaded(image, anonymous=False, can=abilities(image, linked=True, mine=True))

    async def anonymous_count(self, discord_id: int) -> int:
        """How many anonymous uploads of this user are on record."""
        return await self._uploads.count(discord_id)

    async def _anonymously(self, request: UploadRequest, progress: Progress) -> Uploaded:
        _refuse_album(request)
        account = await self._accounts.linked(request.discord_id)
        image = await self._send(request, progress, None)
        keeping = asyncio.ensure_future(self._keep(request, image))
        try:
            await asyncio.shield(keeping)
        except asyncio.CancelledError:
            await asyncio.wait([keeping])  # a picture without its deletehash could never be deleted
            keeping.result()
            raise
        self._library.uploaded(request.discord_id)
        linked = account is not None and not account.broken
        return Uploaded(image, anonymous=True, can=abilities(image, linked=linked, mine=True))

    async def _send(self, request: UploadRequest, progress: Progress, auth: AccessToken | None) -> Image:
        file = request.file
        async with self._attachments.open(file) as opened:
            kind = check(file.name, opened.size, opened.head)
            return await self._imgur.upload(
                _Source(file.name, kind.mime_type, opened, progress),
                auth,
                video=kind.video,
                album=request.album,
                title=request.title,
                description=request.description,
                disable_audio=request.mute and kind.video,
            )

    async def _keep(self, request: UploadRequest, image: Image) -> None:
        """Put the deletehash on record; where that fails, delete the picture rather than leave it to nobody."""
        if image.deletehash is None:
            raise BadAnswerError("an anonymous upload came back without a deletehash")
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
        try:
            await self._uploads.add(upload)
        except Exception:
            await self._imgur.delete_image(image.deletehash)
            raise


def _refuse_album(request: UploadRequest) -> None:
    if request.album:
        raise AlbumNeedsAccountError
