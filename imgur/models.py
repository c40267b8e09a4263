"""What Imgur's API v3 answers with, as frozen values.

Unknown fields are ignored. A field that Imgur is known to leave out, to null or to send as another type is
optional here; an item that cannot be read even so is dropped by the client, never the page it came on.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Generic, Literal, Protocol, TypeAlias, TypeVar

Sort: TypeAlias = Literal["newest", "oldest"]
Privacy: TypeAlias = Literal["public", "hidden", "secret"]
"""What an album may be set to. Imgur has shown other words besides."""
GallerySort: TypeAlias = Literal["time", "viral", "top"]
Window: TypeAlias = Literal["day", "week", "month", "year", "all"]
"""How far back the order `top` of the public gallery goes; other orders ignore it."""

TITLE_LIMIT = 128
"""Characters of a title that Imgur is known to keep."""
DESCRIPTION_LIMIT = 1000
"""Characters of a description that are sent, and shown: Imgur takes more, Discord's messages do not."""


class Kind(StrEnum):
    """What an id points to: Imgur keeps images and albums under different endpoints."""

    IMAGE = "image"
    ALBUM = "album"


class SignIn(StrEnum):
    """Whether Imgur's authorize page lets people sign in, as far as its answer tells."""

    WORKS = "works"
    DOWN = "down"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class AccessToken:
    """One account's access token; `account_id` tells callers' locks and counters apart."""

    value: str = field(repr=False)
    account_id: int


@dataclass(frozen=True, slots=True)
class Tokens:
    """An answer of the token endpoint. `expires_in` is in seconds and not to be trusted alone."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_in: int
    account_id: int | None = None
    account_username: str | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """An Imgur account; `username` is what Imgur calls `url`."""

    id: int
    username: str
    created: datetime | None = None
    reputation: int | None = None
    bio: str | None = None


@dataclass(frozen=True, slots=True)
class Image:
    """One image or video. `deletehash` is there only for its owner; `link` is None where Imgur gave no usable one.

    `nsfw` and `harmless` are what Imgur says of it: mature, or not. Often it says neither.
    `name` is what its file was called, without its ending.
    """

    id: str
    title: str | None = None
    description: str | None = None
    created: datetime | None = None
    mime_type: str | None = None
    animated: bool = False
    width: int = 0
    height: int = 0
    size: int = 0
    views: int = 0
    link: str | None = None
    mp4: str | None = None
    gifv: str | None = None
    has_sound: bool = False
    favorite: bool = False
    nsfw: bool = False
    harmless: bool = False
    account_id: int | None = None
    account_username: str | None = None
    in_gallery: bool = False
    processing: bool = False
    deletehash: str | None = field(default=None, repr=False)
    name: str | None = None

    @property
    def kind(self) -> Kind:
        """What this is."""
        return Kind.IMAGE

    @property
    def page_url(self) -> str:
        """The page a person opens."""
        return f"https://imgur.com/{self.id}"


@dataclass(frozen=True, slots=True)
class Album:
    """One album. Lists of albums come without `images`; `images_count` is 0 where Imgur did not say.

    `nsfw` and `harmless` as of an image.
    """

    id: str
    title: str | None = None
    description: str | None = None
    created: datetime | None = None
    cover: str | None = None
    privacy: str | None = None
    link: str | None = None
    views: int = 0
    favorite: bool = False
    nsfw: bool = False
    harmless: bool = False
    account_id: int | None = None
    account_username: str | None = None
    images_count: int = 0
    images: tuple[Image, ...] = ()
    deletehash: str | None = field(default=None, repr=False)

    @property
    def kind(self) -> Kind:
        """What this is."""
        return Kind.ALBUM

    @property
    def page_url(self) -> str:
        """The page a person opens."""
        return f"https://imgur.com/a/{self.id}"


Item: TypeAlias = Image | Album
T_co = TypeVar("T_co", covariant=True)


@dataclass(frozen=True, slots=True)
class Page(Generic[T_co]):
    """One page of a list. `received` counts what Imgur sent, `len(items)` what could be read of it."""

    items: tuple[T_co, ...]
    received: int


@dataclass(frozen=True, slots=True)
class RateLimits:
    """What the newest answer's headers said; credits, not calls: a call costs 1, an upload 10.

    `None` where no answer has said. Resets are points in time, whichever of its two forms Imgur sent.
    """

    user_limit: int | None = None
    user_remaining: int | None = None
    user_reset: datetime | None = None
    client_limit: int | None = None
    client_remaining: int | None = None
    client_reset: datetime | None = None
    post_limit: int | None = None
    post_remaining: int | None = None
    post_reset: datetime | None = None


class UploadSource(Protocol):
    """What is to be uploaded: a name, a MIME type, an exact size in bytes, and the bytes, readable once."""

    @property
    def name(self) -> str: ...

    @property
    def mime_type(self) -> str: ...

    @property
    def size(self) -> int: ...

    def chunks(self) -> AsyncIterator[bytes]: ...
