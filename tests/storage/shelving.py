"""Items for the index, and what stands on its shelves."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from storage import Stores
from storage.models import IndexedItem, Shelf

IMAGES = Shelf.IMAGES


def item(item_id: str, kind: str = "image", **values: Any) -> IndexedItem:
    title = values.get("title")
    lines = [text.casefold() for text in (title, item_id, values.get("description")) if text]
    return IndexedItem(kind, item_id, "\n" + "".join(f"{line}\n" for line in lines), **values)


def some(*names: str) -> list[IndexedItem]:
    return [item(name) for name in names]


def ids(found: Sequence[IndexedItem]) -> list[str]:
    return [one.id for one in found]


async def shelf_of(stores: Stores, library: int, shelf: str = IMAGES, *, oldest: bool = False) -> list[str]:
    return ids(await stores.library.page(library, shelf, offset=0, limit=100_000, oldest=oldest))
