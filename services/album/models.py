"""What became of changes of albums."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import get_args

from errors import AlbumTitleError, BotError
from imgur.errors import ImgurError
from imgur.models import TITLE_LIMIT, Album, Privacy
from services.text import line, passage

MARK_LENGTH = 8


class Outcome(StrEnum):
    """What became of one picture."""

    DONE = "done"
    ALREADY = "already"
    NOT_YOURS = "not yours"
    ANONYMOUS = "anonymous"  # it belongs to no account, so that no account's album takes it
    GONE = "gone"
    REFUSED = "refused"
    IGNORED = "ignored"  # Imgur said yes and did nothing
    UNSEEN = "unseen"  # Imgur was told, and could not be asked afterwards
    UNTOUCHED = "untouched"  # it was not sent any more


@dataclass(frozen=True, slots=True)
class Created:
    """A new album; `was_lost` where Imgur's answer was, and it was found in the list.

    Of what was asked, `ignored` and `altered` are as in `Edited`; the album has what Imgur shows for the latter.
    """

    album: Album
    was_lost: bool = False
    ignored: tuple[str, ...] = ()
    altered: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Edited:
    """An album as it is now; of what was `asked`, `ignored` is what Imgur said yes to and did not change.

    `is_lost`: its answer was lost, so that nobody said yes. `hidden` are ids of its pictures that were uploaded as
    spoilers. With `is_unseen`, Imgur could not be asked afterwards, and the album is as it should be. `missing` are
    pictures that Imgur no longer has in it; `returned` are those that an order had dropped, and that were put in again
    at its end. Of what was asked, `altered` is what Imgur did change, and into something else.
    """

    album: Album
    ignored: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()
    hidden: frozenset[str] = frozenset()
    is_unseen: bool = False
    missing: tuple[str, ...] = ()
    is_lost: bool = False
    returned: tuple[str, ...] = ()
    altered: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Filled:
    """What became of each picture, by its id, in the order in which they were named; `trouble` is what ended it."""

    album: Album
    outcomes: dict[str, Outcome]
    titles: dict[str, str] = field(default_factory=dict)
    trouble: ImgurError | BotError | None = None


@dataclass(frozen=True, slots=True)
class Deleted:
    """`existed` is False where Imgur no longer had the album, `is_there` True where it says yes and keeps it.

    `is_lost`: its answer was, so that nobody said yes. With `is_unseen`, Imgur could not be asked afterwards.
    `pictures_stay` is what was seen of one of its pictures; None where that could not be seen.
    """

    album: Album
    existed: bool = True
    is_there: bool = False
    is_unseen: bool = False
    is_lost: bool = False
    pictures_stay: bool | None = None


def title_of(text: str) -> str:
    """What an album may be called. Raises AlbumTitleError."""
    found = line(text)
    if not found or len(found) > TITLE_LIMIT:
        raise AlbumTitleError(TITLE_LIMIT, is_long=bool(found))
    return found


def title_mark(album: Album) -> str:
    """A short digest of what an album is called, for a question that may have its answer much later."""
    return hashlib.sha256(line(album.title).encode()).hexdigest()[:MARK_LENGTH]


def unlike(album: Album, wish: Mapping[str, str]) -> tuple[str, ...]:
    """What of the wish an album does not show; blanks and line breaks are Imgur's to set."""
    return tuple(
        name for name, value in wish.items() if passage(getattr(album, name)).split() != passage(value).split()
    )


def is_as_without_a_word(album: Album, name: str) -> bool:
    """Whether a new album's `name` may be what Imgur makes of it where nothing is asked; else it words it anew."""
    shown = getattr(album, name)
    return shown in get_args(Privacy) if name == "privacy" else not passage(shown)


def is_ordered(album: Album, wish: Sequence[str]) -> bool:
    """Whether an album holds these pictures in this order; others may stand between them."""
    wished = {*wish}
    return [image.id for image in album.images if image.id in wished] == list(wish)
