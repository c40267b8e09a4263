"""An export as files: none larger than Discord takes, each whole by itself, everything in one of them, once."""

from __future__ import annotations

import io
import json
import random
import zipfile
from typing import Any

from sqlalchemy import insert

from services.data import ExportService
from storage import Stores
from storage.database import Database
from storage.library_tables import items
from tests.databases import on_both
from tests.storage.factories import account, link, upload

ALICE = 1_111_111_111_111_111_111


def opened(part: bytes) -> dict[str, Any]:
    """What is in a file, by name, as read by somebody else's program."""
    with zipfile.ZipFile(io.BytesIO(part)) as archive:
        assert archive.testzip() is None
        return {name: json.loads(archive.read(name)) for name in archive.namelist()}


async def add_items(database: Database, stores: Stores, number: int, letters: int) -> None:
    """What nothing makes smaller."""
    library, chance = await stores.marks.own_library(ALICE), random.Random(7)
    row = {"animated": False, "width": 1, "height": 1, "size": 1, "nsfw": False, "favorite": True, "extra": {}}
    async with database.write() as transaction:
        rows = [
            row
            | {"library_id": library, "kind": "image", "item_id": f"i{one}"}
            | {"title": f"{chance.getrandbits(4 * letters):x}"}
            for one in range(number)
        ]
        await transaction.execute(insert(items), rows)


@on_both
async def test_one_file_has_all_and_a_manifest(database: Database, stores: Stores) -> None:
    await link(stores, ALICE, account(77))
    await stores.uploads.add(upload("abc1234", ALICE, title="Ein Häuschen 🏡"))
    made = await ExportService(stores.held).make(ALICE, 10_000_000)
    [part] = made.parts
    found = opened(part)
    manifest = found.pop("manifest.json")
    assert {file["name"]: file["rows"] for file in manifest["files"]} == {
        name: len(rows) for name, rows in found.items()
    }
    assert sum(map(len, found.values())) == made.rows
    assert (manifest["part"], manifest["of"], manifest["discord_id"]) == (1, 1, ALICE)
    assert manifest["withheld"]["imgur_accounts"] == ["access_token", "refresh_token"]
    assert found["anonymous-uploads-001.json"][0]["title"] == "Ein Häuschen 🏡"
    with zipfile.ZipFile(io.BytesIO(part)) as archive:
        assert "Ein Häuschen 🏡".encode() in archive.read("anonymous-uploads-001.json")


@on_both
async def test_what_does_not_fit_comes_in_parts_that_open_by_themselves(database: Database, stores: Stores) -> None:
    await add_items(database, stores, 3000, 600)
    made = await ExportService(stores.held).make(ALICE, 500_000)
    assert len(made.parts) > 2
    assert max(map(len, made.parts)) <= 500_000
    seen: list[str] = []
    for number, part in enumerate(made.parts, 1):
        found = opened(part)
        manifest = found.pop("manifest.json")
        assert (manifest["part"], manifest["of"]) == (number, len(made.parts))
        assert [file["name"] for file in manifest["files"]] == list(found)
        seen += [row["item_id"] for name, rows in found.items() if name.startswith("items") for row in rows]
    assert sorted(seen) == sorted(f"i{one}" for one in range(3000))


async def test_who_never_came_gets_a_file_that_says_so(stores: Stores) -> None:
    made = await ExportService(stores.held).make(ALICE, 10_000_000)
    [part] = made.parts
    assert list(opened(part)) == ["manifest.json"]
    assert opened(part)["manifest.json"]["files"] == []
    assert made.rows == 0
