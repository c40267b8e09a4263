"""From Imgur's JSON to our models, leniently: what makes no sense in a field becomes that field's default.

Only an item without a usable id is lost, and of a page only that item.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Annotated, Any, TypeAlias, TypeVar
from urllib.parse import urlsplit, urlunsplit

from msgspec import Meta, ValidationError, convert

from imgur._texts import in_utf8
from imgur.errors import BadAnswerError
from imgur.models import Account, Album, Image, Item, Page, Tokens

T = TypeVar("T")
Reader: TypeAlias = Callable[[Any], Any]
"""From what Imgur sent to what it means. Raises ValidationError for what makes no sense."""
Fields: TypeAlias = Mapping[str, tuple[str, Reader]]
"""By the name of a model's field: what Imgur calls it, and how it is read."""

MOST_ITEMS = 50_000
"""More than any list has; the bound is for time."""
MOST_COUNTED = 10**9
"""More than there are of anything, and less than a column of a database takes."""
SHORTEST_LIFE = 3600
"""The shortest life of an access token that Imgur has ever announced, for answers that do not say."""


def _a(kind: Any) -> Reader:
    """Reads values of this type, also from a text or number that stands for one."""
    return partial(convert, type=kind, strict=False)


_string = _a(str)


def _text(value: Any) -> str | None:
    """None for an empty text; halves of characters, which JSON can hold and nobody can send on, become "?".

    NUL, which nobody sees, goes: not every database takes it.
    """
    if isinstance(value, int | float) and not isinstance(value, bool):
        value = str(value)
    return None if value is None else in_utf8(_string(value).replace("\0", "")) or None


def _texted(kind: Any) -> Reader:
    """Reads texts of this type, also from a number."""
    read = _a(kind)
    return lambda value: read(_text(value))


def _media_link(value: Any) -> str | None:
    """A link to a file. Imgur has sent http, a bare dot for an extension, and pages instead of files."""
    link = _secure(value)
    if link is not None and link.endswith("."):
        link += "mp4"
    return link if link and re.search(r"\.[A-Za-z0-9]{2,5}$", urlsplit(link).path) else None


def _secure(value: Any) -> str | None:
    if not isinstance(value, str) or not re.fullmatch(r"[\x21-\x7e]+", value := value.strip()):
        return None
    try:
        parts = urlsplit(value)
        host = parts.hostname
    except ValueError:
        return None
    if not host or parts.scheme not in {"http", "https"}:
        return None
    is_imgur = host == "imgur.com" or host.endswith(".imgur.com")
    return urlunsplit(parts._replace(scheme="https")) if is_imgur else urlunsplit(parts)


def _is_pending(value: Any) -> bool:
    return isinstance(value, dict) and value.get("status") == "pending"


def _made(value: Any) -> datetime | None:
    """When something was made; None for 1970 and before, as where Imgur sends 0."""
    moment: datetime = _time(value)
    return moment if moment.timestamp() > 0 else None


def _account_id(value: Any) -> int | None:
    return None if value in (None, 0, "0") else _number(value)


def _denied(value: Any) -> bool:
    """Whether it is said to be not so; nothing is said by null."""
    return not _flag(value)


_number = _a(int)
_count = _a(Annotated[int, Meta(ge=0)])
_flag = _a(bool)
_time = _a(Annotated[datetime, Meta(tz=True)])
_id = _texted(Annotated[str, Meta(pattern=r"^[A-Za-z0-9]{1,64}\Z")])
_token = _texted(Annotated[str, Meta(pattern=r"^[\x21-\x7e]+\Z")])
_name = _texted(str)
_plain_name = _texted(Annotated[str, Meta(pattern=r"^[\x21-\x7e]{1,64}\Z")])

ITEM: Fields = {
    "id": ("id", _id),
    "title": ("title", _text),
    "description": ("description", _text),
    "created": ("datetime", _made),
    "views": ("views", _count),
    "favorite": ("favorite", _flag),
    "nsfw": ("nsfw", _flag),
    "harmless": ("nsfw", _denied),
    "account_id": ("account_id", _account_id),
    "account_username": ("account_url", _text),
    "deletehash": ("deletehash", _text),
}
IMAGE: Fields = {
    **ITEM,
    "mime_type": ("type", _text),
    "animated": ("animated", _flag),
    "width": ("width", _count),
    "height": ("height", _count),
    "size": ("size", _count),
    "link": ("link", _media_link),
    "mp4": ("mp4", _media_link),
    "gifv": ("gifv", _media_link),
    "has_sound": ("has_sound", _flag),
    "in_gallery": ("in_gallery", _flag),
    "processing": ("processing", _is_pending),
    "name": ("name", _text),
}
ALBUM: Fields = {
    **ITEM,
    "cover": ("cover", _text),
    "privacy": ("privacy", _text),
    "link": ("link", _secure),
    "images_count": ("images_count", _count),
}
ACCOUNT: Fields = {
    "id": ("id", _number),
    "username": ("url", _name),
    "created": ("created", _time),
    "reputation": ("reputation", _number),
    "bio": ("bio", _text),
}
TOKENS: Fields = {
    "access_token": ("access_token", _token),
    "refresh_token": ("refresh_token", _token),
    "expires_in": ("expires_in", _count),
    "account_id": ("account_id", _account_id),
    "account_username": ("account_username", _plain_name),
}


def _read(fields: Fields, data: Any, needed: set[str]) -> dict[str, Any]:
    """What can be read of `data`. Raises BadAnswerError where that is not all that is needed."""
    if not isinstance(data, dict):
        raise BadAnswerError("not what was asked for")
    found = {}
    for name, (key, read) in fields.items():
        try:
            found[name] = read(data[key])
        except (KeyError, ValidationError, ValueError, OverflowError):  # half a character, the year 10000
            continue
    if not needed <= found.keys():
        raise BadAnswerError("not what was asked for")
    return found


def image(data: Any) -> Image:
    """One image. Raises BadAnswerError where there is no id to call it by."""
    return Image(**_read(IMAGE, data, {"id"}))


def album(data: Any) -> Album:
    """One album with those of its images that can be read. Raises BadAnswerError where there is no id."""
    fields = _read(ALBUM, data, {"id"})
    images = data.get("images")
    if isinstance(images, list):
        fields["images"] = page(images, image).items
        fields["images_count"] = fields.get("images_count") or len(images)
    return Album(**fields)


def item(data: Any) -> Item:
    """An image or an album; `is_album` tells them apart, `type` does not. Raises BadAnswerError."""
    if not isinstance(data, dict):
        raise BadAnswerError("not an item")
    flag = data.get("is_album")
    is_album = flag if isinstance(flag, bool) else "/a/" in str(data.get("link"))
    return album(data) if is_album else image(data)


def hit(data: Any) -> Item:
    """An item of the public gallery. Raises BadAnswerError for advertising too."""
    found = item(data)
    if data.get("is_ad") not in (None, False, 0):
        raise BadAnswerError("advertising")
    return found


def item_id(data: Any) -> str:
    """A bare id. Raises BadAnswerError."""
    found: str = _read({"id": ("id", _id)}, {"id": data}, {"id"})["id"]
    return found


def page(data: Any, read: Callable[[Any], T]) -> Page[T]:
    """A list, without the items that cannot be read. Raises BadAnswerError where it is no list."""
    if not isinstance(data, list):
        raise BadAnswerError("not a list")
    if len(data) > MOST_ITEMS:
        raise BadAnswerError(f"more than {MOST_ITEMS} items")
    items = []
    for entry in data:
        try:
            items.append(read(entry))
        except BadAnswerError:
            continue
    return Page(tuple(items), len(data))


def account(data: Any) -> Account:
    """An account. Raises BadAnswerError without an id or a name."""
    return Account(**_read(ACCOUNT, data, {"id", "username"}))


def tokens(document: dict[str, Any], sent: str | None = None) -> Tokens:
    """An answer of the token endpoint, which has no envelope; `sent` stays valid where no refresh token comes back."""
    inner = document.get("data")
    data = inner if isinstance(inner, dict) else document
    if not data.get("refresh_token"):
        data = {**data, "refresh_token": sent}
    return Tokens(**{"expires_in": SHORTEST_LIFE} | _read(TOKENS, data, {"access_token", "refresh_token"}))


def count(data: Any) -> int:
    """A bare number below MOST_COUNTED. Raises BadAnswerError."""
    if isinstance(data, str) and re.fullmatch(r"[0-9]{1,9}", data):
        return int(data)
    if isinstance(data, int) and not isinstance(data, bool) and 0 <= data < MOST_COUNTED:
        return data
    raise BadAnswerError("not a number")
