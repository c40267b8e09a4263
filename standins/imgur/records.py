"""What the stand-in keeps about accounts, images and albums. No HTTP here; identity decides equality."""

from __future__ import annotations

import secrets
import string
from dataclasses import dataclass, field
from typing import Any, TypeAlias

_ALPHABET = "".join(sorted(set(string.ascii_letters + string.digits) - set("aeiouyAEIOUY")))


def new_id(length: int = 7) -> str:
    """A random id that could be Imgur's: 7 characters for images and albums, 15 for deletehashes.

    Without vowels no word can occur in it, so that who searches titles for a word never hits an id.
    """
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))


@dataclass(eq=False)
class Account:
    """A fake Imgur account; `favorites` holds the oldest first."""

    id: int
    username: str
    created: int
    reputation: int = 0
    bio: str | None = None
    favorites: list[StoredImage | StoredAlbum] = field(default_factory=list)


@dataclass(eq=False)
class StoredImage:
    """One image or video. `account` is None for an anonymous upload; `data` is None where no bytes were kept."""

    id: str
    deletehash: str
    account: Account | None
    created: int
    mime_type: str
    extension: str
    width: int
    height: int
    size: int
    title: str | None = None
    description: str | None = None
    name: str | None = None
    animated: bool = False
    has_sound: bool = False
    nsfw: bool | None = None
    in_gallery: bool = False
    views: int = 0
    data: bytes | None = field(default=None, repr=False)
    pending_reads: int = 0
    pending_until: float = 0.0
    odd: dict[str, Any] = field(default_factory=dict)
    """What is shown of it instead of the truth, by Imgur's names."""

    @property
    def is_video(self) -> bool:
        """Whether Imgur serves it as a video."""
        return self.mime_type.startswith("video/")


@dataclass(eq=False)
class StoredAlbum:
    """One album; `account` is None for an anonymous one."""

    id: str
    deletehash: str
    account: Account | None
    created: int
    title: str | None = None
    description: str | None = None
    privacy: str = "hidden"
    cover: str | None = None
    nsfw: bool | None = None
    in_gallery: bool = False
    views: int = 0
    images: list[StoredImage] = field(default_factory=list)
    shown_from: float = 0.0
    """The moment of the monotonic clock from which reads know it."""
    odd: dict[str, Any] = field(default_factory=dict)
    """What is shown of it instead of the truth, by Imgur's names."""


Stored: TypeAlias = StoredImage | StoredAlbum
