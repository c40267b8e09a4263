"""What the services need from the other rooms, as Protocols: the composition root hands in what satisfies them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Protocol

from errors import BotError
from imgur.errors import ImgurError
from imgur.models import (
    AccessToken,
    Account,
    Album,
    GallerySort,
    Image,
    Item,
    Kind,
    Page,
    Privacy,
    RateLimits,
    Sort,
    Tokens,
    UploadSource,
    Window,
)
from media.models import IncomingFile, OpenedFile
from storage.models import AnonymousUpload, ImgurAccount, LinkAttempt


class ImgurApi(Protocol):
    """The Imgur client, as far as the services use it. Every call raises `imgur.errors.ImgurError`."""

    async def refresh(self, refresh_token: str) -> Tokens: ...
    async def account(self, auth: AccessToken) -> Account: ...
    async def account_images(self, auth: AccessToken, page: int = 0, *, size: int = 50) -> Page[Image]: ...
    async def account_image_ids(self, auth: AccessToken, page: int = 0, *, size: int = 50) -> Page[str]: ...
    async def account_images_count(self, auth: AccessToken) -> int: ...
    async def account_albums(self, auth: AccessToken, page: int = 0, *, size: int = 50) -> Page[Album]: ...
    async def account_albums_count(self, auth: AccessToken) -> int: ...
    async def favorites(self, auth: AccessToken, page: int = 0, sort: Sort = "newest") -> Page[Item]: ...
    async def image(self, image_id: str, auth: AccessToken | None = None) -> Image: ...
    async def album(self, album_id: str, auth: AccessToken | None = None) -> Album: ...
    async def album_images(self, album_id: str, auth: AccessToken | None = None) -> Page[Image]: ...
    async def create_album(
        self,
        auth: AccessToken | None = None,
        *,
        title: str | None = None,
        description: str | None = None,
        privacy: Privacy | None = None,
        images: Iterable[str] = (),
    ) -> Album: ...
    async def update_album(
        self,
        handle: str,
        auth: AccessToken | None = None,
        *,
        title: str | None = None,
        description: str | None = None,
        privacy: Privacy | None = None,
        cover: str | None = None,
        images: Sequence[str] | None = None,
    ) -> None: ...
    async def add_to_album(self, handle: str, images: Sequence[str], auth: AccessToken | None = None) -> None: ...
    async def remove_from_album(self, handle: str, images: Sequence[str], auth: AccessToken | None = None) -> None: ...
    async def delete_album(self, handle: str, auth: AccessToken | None = None) -> None: ...
    async def search_gallery(
        self,
        query: str,
        sort: GallerySort = "time",
        window: Window = "all",
        page: int = 0,
        *,
        auth: AccessToken | None = None,
    ) -> Page[Item]: ...
    async def upload(
        self,
        source: UploadSource,
        auth: AccessToken | None = None,
        *,
        video: bool = False,
        album: str | None = None,
        title: str | None = None,
        description: str | None = None,
        disable_audio: bool = False,
    ) -> Image: ...
    async def update_image(
        self,
        handle: str,
        auth: AccessToken | None = None,
        *,
        title: str | None = None,
        description: str | None = None,
    ) -> None: ...
    async def delete_image(self, handle: str, auth: AccessToken | None = None) -> None: ...
    async def favorite(self, kind: Kind, item_id: str, auth: AccessToken) -> bool: ...
    async def unfavorite(self, kind: Kind, item_id: str, auth: AccessToken) -> bool: ...
    async def credits(self, auth: AccessToken | None = None) -> RateLimits: ...
    def limits(self, auth: AccessToken | None = None) -> RateLimits: ...


class AttachmentSource(Protocol):
    """Opens what someone attached as a stream of known size. Raises AttachmentUnavailableError."""

    def open(self, file: IncomingFile) -> AbstractAsyncContextManager[OpenedFile]: ...


class LinkNotifier(Protocol):
    """Tells the user, in Discord, what has become of linking. `origin` is what Discord's side gave at the beginning.

    Never raises, and takes a few seconds at most: it is so, whether that shows or not.
    """

    async def linked(self, origin: str, discord_id: int, username: str) -> None: ...
    async def failed(self, origin: str, discord_id: int, error: BotError | ImgurError, *, may_go_on: bool) -> None:
        """Nothing was linked, for this reason; `may_go_on` if the attempt's browser can still come to a code."""
        ...


class AccountStore(Protocol):
    """Imgur accounts and which Discord user points to which."""

    async def linked(self, discord_id: int) -> ImgurAccount | None: ...
    async def named(self, discord_id: int) -> ImgurAccount | None:
        """As `linked`, but with empty tokens: it works where they cannot be opened."""
        ...

    async def get(self, account_id: int) -> ImgurAccount | None: ...
    async def refreshed(self, account: ImgurAccount) -> bool:
        """Write new tokens over the row of `account.account_id` if it still has `account.version`; never create one."""
        ...

    async def mark_broken(self, account_id: int, version: int) -> bool: ...
    async def unlink(self, discord_id: int) -> ImgurAccount | None:
        """Forget the link, void the attempts, erase the account nobody points to; what was linked, or None."""
        ...


class AttemptStore(Protocol):
    """Link attempts. Each step is one conditional statement: of two at once, one gets True."""

    async def begin(self, attempt: LinkAttempt, *, hourly_limit: int) -> bool:
        """Void the user's older attempts and add this one; False, changing nothing, at the hourly limit."""
        ...

    async def by_nonce(self, nonce_hash: bytes) -> LinkAttempt | None: ...
    async def by_state(self, state_hash: bytes) -> LinkAttempt | None: ...
    async def by_id(self, attempt_id: str) -> LinkAttempt | None: ...
    async def current(self, discord_id: int) -> LinkAttempt | None:
        """The user's newest attempt, whatever its status."""
        ...

    async def set_origin(self, attempt_id: str, origin: str) -> bool: ...
    async def bind(self, attempt_id: str, *, cookie_hash: bytes, state_hash: bytes, now: datetime) -> bool:
        """PENDING to BOUND; or a fresh state for the same cookie while BOUND."""
        ...

    async def spend(self, attempt_id: str, *, cookie_hash: bytes, state_hash: bytes, now: datetime) -> bool:
        """BOUND to SPENT, if cookie and state are the ones on record and the attempt is not expired."""
        ...

    async def prove(self, attempt_id: str, account: ImgurAccount, code: str, *, now: datetime) -> bool:
        """SPENT to PROVED, keeping tokens and code sealed."""
        ...

    async def count_try(self, attempt_id: str, *, limit: int, now: datetime) -> int | None:
        """Count one try at the code and tell how many that makes; None where none is allowed (any more)."""
        ...

    async def complete(self, attempt_id: str, *, now: datetime) -> ImgurAccount | None:
        """PROVED to DONE and the account linked, in one transaction; None if not PROVED, or expired."""
        ...

    async def void(self, attempt_id: str) -> bool: ...
    async def sweep(self, now: datetime) -> Sequence[LinkAttempt]:
        """Erase what expired attempts hold; forget attempts older than an hour. Gives what has ended by that."""
        ...


class UploadStore(Protocol):
    """Anonymous uploads of Discord users, newest first, and which pictures were uploaded as spoilers."""

    async def add(self, upload: AnonymousUpload) -> None: ...
    async def page(self, discord_id: int, *, offset: int, limit: int) -> Sequence[AnonymousUpload]: ...
    async def count(self, discord_id: int) -> int: ...
    async def get(self, discord_id: int, image_id: str) -> AnonymousUpload | None: ...
    async def update(self, discord_id: int, image_id: str, *, title: str | None, description: str | None) -> bool: ...
    async def hide(self, discord_id: int, image_id: str) -> None: ...
    async def hidden(self, image_ids: Collection[str]) -> frozenset[str]: ...
    async def remove(self, discord_id: int, image_id: str) -> bool:
        """Forget the upload, and that it was a spoiler; False if it was in an account."""
        ...


class SyncStore(Protocol):
    """The hash of the commands that were last sent to Discord."""

    async def get(self, application_id: int) -> str | None: ...
    async def set(self, application_id: int, digest: str) -> None: ...
