"""Imgur's items as the index holds them, and back. A field that makes no sense is lost, not its item."""

from __future__ import annotations

import re
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

from imgur.models import Album, Image, Item, Kind
from services.text import searchable
from storage.models import IndexedItem

LARGEST = 2**31 - 1  # of a width or a height; of a size in bytes, far more than Imgur takes
EARLIEST = datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC)
LATEST = datetime(9999, 1, 1, tzinfo=UTC)

_COLUMNS = ("title", "description", "mime_type", "animated", "width", "height", "size", "created", "nsfw", "favorite")
_SECRET = ("deletehash",)
_OUTSIDE = {"id", "images", *_COLUMNS, *_SECRET}
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")  # PostgreSQL takes no zero, nothing takes half a character


def to_index(item: Item) -> IndexedItem:
    """An image or an album as it goes into the index: without its images, and without what is secret."""
    columns = {name: _storable(getattr(item, name), LARGEST) for name in _COLUMNS if hasattr(item, name)}
    return IndexedItem(
        kind=item.kind.value,
        id=_storable(item.id),
        search=found_by(item.title, item.id, item.description),
        **columns,
        extra={
            field.name: _storable(value)
            for field in fields(item)
            if field.name not in _OUTSIDE and (value := getattr(item, field.name)) != field.default
        },
    )


def from_index(found: IndexedItem) -> Item:
    """The image or the album that an indexed item stands for; what a release does not know any more is left out."""
    cls: type[Image] | type[Album] = Album if found.kind == Kind.ALBUM else Image
    names = {field.name for field in fields(cls)}
    values = {name: getattr(found, name) for name in _COLUMNS} | dict(found.extra)
    return cls(id=found.id, **{name: value for name, value in values.items() if name in names - {"id", "images"}})


def found_by(title: str | None, item_id: str, description: str | None) -> str:
    """What queries are compared with; what an item is called stands first."""
    return searchable(title, item_id, description)


def _storable(value: Any, largest: int = 2**53) -> Any:
    """What both databases take and give back as it was; a number beyond `largest` is 0."""
    if isinstance(value, str):
        return _UNSTORABLE.sub("\ufffd", value)
    if isinstance(value, datetime):
        return value if EARLIEST <= value <= LATEST else None
    if isinstance(value, int) and not isinstance(value, bool):
        return value if 0 <= value <= largest else 0
    return value
