"""Writes many rows of the index fast: past the store, into tables that are there already."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing
from itertools import islice
from typing import Any

import asyncpg

from storage.index.writes import found_by
from storage.models import IndexedItem
from storage.signatures import BITS

PIECE = 400  # pages written at a time

LIBRARY = ("id", "account_id")
ITEM = (
    *("library_id", "kind", "item_id", "title", "description", "mime_type", "animated", "width", "height", "size"),
    *("nsfw", "favorite", "extra"),
)
PLACE = ("library_id", "shelf", "rank", "pass", "name", "kind", "item_id", "search", "signature")


async def loaded(url: str, libraries: Sequence[int], pages: Iterable[tuple[int, int, list[IndexedItem]]]) -> None:
    """Write libraries that are not there yet, and pages of items, each with the rank of its first."""
    owners = [(library, 1_000_000 + library) for library in libraries]
    if url.startswith("sqlite:///"):
        _into_sqlite(url.removeprefix("sqlite:///"), owners, pages)
    else:
        await _into_postgres(url, owners, pages)


def _into_sqlite(path: str, owners: list[tuple[int, int]], pages: Iterable[Any]) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("BEGIN")
        connection.executemany("INSERT OR IGNORE INTO libraries (id, account_id) VALUES (?, ?)", owners)
        for items, places in _rows(pages):
            unsigned = [(*place[:-1], None) for place in places]
            for table, columns, rows in (("items", ITEM, items), ("places", PLACE, unsigned)):
                named = ", ".join(f'"{column}"' for column in columns)
                marks = ", ".join("?" * len(columns))
                connection.executemany(f"INSERT INTO {table} ({named}) VALUES ({marks})", rows)
        connection.execute("COMMIT")


async def _into_postgres(url: str, owners: list[tuple[int, int]], pages: Iterable[Any]) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.executemany(
            "INSERT INTO libraries (id, account_id) VALUES ($1, $2) ON CONFLICT DO NOTHING", owners
        )
        for items, places in _rows(pages):
            await connection.copy_records_to_table("items", records=items, columns=ITEM)
            signed = [(*place[:-1], place[-1] and asyncpg.BitString.frombytes(place[-1], BITS)) for place in places]
            await connection.copy_records_to_table("places", records=signed, columns=PLACE)
        await connection.execute("VACUUM ANALYZE")  # as autovacuum does by itself within minutes
    finally:
        await connection.close()


def _rows(pages: Iterable[tuple[int, int, list[IndexedItem]]]) -> Iterator[tuple[list[Any], list[Any]]]:
    source = iter(pages)
    while piece := list(islice(source, PIECE)):
        items, places = [], []
        for library, first, found in piece:
            for at, item in enumerate(found):
                values = {**{name: getattr(item, name, None) for name in ITEM}, "library_id": library}
                values |= {"item_id": item.id, "extra": json.dumps(dict(item.extra))}
                items.append(tuple(values[name] for name in ITEM))
                values = {**found_by(item), "library_id": library, "shelf": "images", "rank": first - at, "pass": 1}
                values |= {"kind": item.kind, "item_id": item.id}
                places.append(tuple(values[name] for name in PLACE))
        yield items, places
