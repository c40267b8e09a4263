"""From Imgur's JSON to our models, leniently: what makes no sense in a field becomes that field's default.

Only an item without a usable id is lost, and of a page only that item.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Annotated, Any, TypeVar
from urllib.parse import urlsplit, urlunsplit

from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidatorFunctionWrapHandler,
    field_validator,
)
from pydantic_core import PydanticUseDefault

from imgur.errors import BadAnswerError
from imgur.models import Account, Album, Image, Item, Page, Tokens

T = TypeVar("T")
SHORTEST_LIFE = 3600
"""The shortest life of an access token that Imgur has ever announced, for answers that do not say."""


def _text(value: Any) -> Any:
    """None for an empty text; halves of characters, which JSON can hold and nobody can send on, become "?"."""
    return value.encode("utf-8", "replace").decode() or None if isinstance(value, str) else value


def _media_link(value: Any) -> Any:
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


def _account_id(value: Any) -> Any:
    return None if value in (0, "0") else value


Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9]{1,64}$")]
Text = Annotated[str | None, BeforeValidator(_text)]
Count = Annotated[int, Field(ge=0)]
MediaLink = Annotated[str | None, BeforeValidator(_media_link)]
PageLink = Annotated[str | None, BeforeValidator(_secure)]
AccountId = Annotated[int | None, BeforeValidator(_account_id)]
Token = Annotated[str, Field(pattern=r"^[\x21-\x7e]+$")]


class _Lenient(BaseModel):
    model_config = ConfigDict(coerce_numbers_to_str=True, hide_input_in_errors=True)

    @field_validator("*", mode="wrap")
    @classmethod
    def _or_default(cls, value: Any, handler: ValidatorFunctionWrapHandler) -> Any:
        try:
            return handler(value)
        except ValidationError:
            raise PydanticUseDefault from None


class _Item(_Lenient):
    id: Id
    title: Text = None
    description: Text = None
    created: AwareDatetime | None = Field(None, validation_alias="datetime")
    views: Count = 0
    favorite: bool = False
    nsfw: bool = False
    account_id: AccountId = None
    account_username: Text = Field(None, validation_alias="account_url")
    deletehash: Text = None


class _Image(_Item):
    mime_type: Text = Field(None, validation_alias="type")
    animated: bool = False
    width: Count = 0
    height: Count = 0
    size: Count = 0
    link: MediaLink = None
    mp4: MediaLink = None
    gifv: MediaLink = None
    has_sound: bool = False
    in_gallery: bool = False
    processing: Annotated[bool, BeforeValidator(_is_pending)] = False


class _Album(_Item):
    cover: Text = None
    privacy: Text = None
    link: PageLink = None
    images_count: Count = 0


class _Account(_Lenient):
    id: int
    username: Annotated[str, BeforeValidator(_text), Field(min_length=1, validation_alias="url")]
    created: AwareDatetime | None = None
    reputation: int | None = None
    bio: Text = None


class _Tokens(_Lenient):
    access_token: Token
    refresh_token: Token
    expires_in: Count = SHORTEST_LIFE
    account_id: AccountId = None
    account_username: Text = None


def _read(model: type[_Lenient], data: Any) -> dict[str, Any]:
    try:
        return model.model_validate(data).model_dump()
    except ValidationError:
        raise BadAnswerError("not what was asked for") from None


def image(data: Any) -> Image:
    """One image. Raises BadAnswerError where there is no id to call it by."""
    return Image(**_read(_Image, data))


def album(data: Any) -> Album:
    """One album with those of its images that can be read. Raises BadAnswerError where there is no id."""
    fields = _read(_Album, data)
    images = data.get("images")
    if isinstance(images, list):
        fields["images"] = page(images, image).items
        fields["images_count"] = fields["images_count"] or len(images)
    return Album(**fields)


def item(data: Any) -> Item:
    """An image or an album; `is_album` tells them apart, `type` does not. Raises BadAnswerError."""
    if not isinstance(data, dict):
        raise BadAnswerError("not an item")
    flag = data.get("is_album")
    is_album = flag if isinstance(flag, bool) else "/a/" in str(data.get("link"))
    return album(data) if is_album else image(data)


def page(data: Any, read: Callable[[Any], T]) -> Page[T]:
    """A list, without the items that cannot be read. Raises BadAnswerError where it is no list."""
    if not isinstance(data, list):
        raise BadAnswerError("not a list")
    items = []
    for entry in data:
        try:
            items.append(read(entry))
        except BadAnswerError:
            continue
    return Page(tuple(items), len(data))


def account(data: Any) -> Account:
    """An account. Raises BadAnswerError without an id or a name."""
    return Account(**_read(_Account, data))


def tokens(document: dict[str, Any], sent: str | None = None) -> Tokens:
    """An answer of the token endpoint, which has no envelope; `sent` stays valid where no refresh token comes back."""
    inner = document.get("data")
    data = inner if isinstance(inner, dict) else document
    if not data.get("refresh_token"):
        data = {**data, "refresh_token": sent}
    return Tokens(**_read(_Tokens, data))


def count(data: Any) -> int:
    """A bare number. Raises BadAnswerError."""
    if isinstance(data, str) and re.fullmatch(r"[0-9]{1,9}", data):
        return int(data)
    if isinstance(data, int) and not isinstance(data, bool) and data >= 0:
        return data
    raise BadAnswerError("not a number")
