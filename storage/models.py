"""What the stores take and give: frozen values. Times are aware datetimes in UTC; secrets do not show in a repr."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class ImgurAccount:
    """An Imgur account with its tokens. Discord users point to it.

    `version` goes up by one with every write; a new row's is random, so that an erased row's never fits its successor.
    """

    account_id: int
    username: str
    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    expires_at: datetime
    version: int = 1
    broken: bool = False


class AttemptStatus(StrEnum):
    """How far a link attempt has come. Only PENDING, BOUND and PROVED can go on."""

    PENDING = "pending"  # /imgur link was answered, no browser has pressed Continue
    BOUND = "bound"  # a browser holds the cookie and was sent to Imgur with a state
    SPENT = "spent"  # the state came back; Imgur is being asked
    PROVED = "proved"  # Imgur confirmed the account; waiting for the code
    DONE = "done"
    VOID = "void"


@dataclass(frozen=True, slots=True)
class LinkAttempt:
    """One attempt of one Discord user. Hashes are SHA-256 digests; `origin` is opaque to all but the Discord side.

    `id` is random and public (it names the cookie); it gives no authority.
    """

    id: str
    discord_id: int
    discord_name: str
    created_at: datetime
    expires_at: datetime
    status: AttemptStatus = AttemptStatus.PENDING
    tries: int = 0
    origin: str | None = field(default=None, repr=False)
    nonce_hash: bytes | None = field(default=None, repr=False)
    cookie_hash: bytes | None = field(default=None, repr=False)
    state_hash: bytes | None = field(default=None, repr=False)
    code: str | None = field(default=None, repr=False)
    account: ImgurAccount | None = None


@dataclass(frozen=True, slots=True)
class AnonymousUpload:
    """An upload that belongs to no Imgur account. Its deletehash is the only handle by which it can be changed."""

    discord_id: int
    image_id: str
    deletehash: str = field(repr=False)
    link: str | None
    mime_type: str | None
    width: int
    height: int
    size: int
    title: str | None
    description: str | None
    uploaded_at: datetime


@dataclass(frozen=True, slots=True)
class Query:
    """What a search asks for; all texts are folded, as what they are compared with is.

    Each of `words` must occur. Each of `tags` is what stood behind a `#`, word by word: its longest beginning that
    is a tag must be one of the item's, and the rest must occur. What is called `whole`, all that was typed, is first.
    """

    words: tuple[str, ...] = ()
    tags: tuple[tuple[str, ...], ...] = ()
    whole: str = ""
