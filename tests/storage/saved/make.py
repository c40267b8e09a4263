"""Writes `revision_<head>.sql`, a filled database of this release, to be kept when the next migration is made.

python -m tests.storage.saved.make
"""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

from storage import Stores
from storage.database import open_database
from storage.models import AttemptStatus, Expiry, IndexedItem, Shelf, UploadedFile
from storage.sealing import Keyring
from tests.storage.factories import NOW, account, bring_to, cells, dump, link, upload

KEYRING = Keyring({"saved": b"no secret, just a key for tests!"})


async def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bot.db"
        async with open_database(f"sqlite:///{path}") as database:
            stores = Stores.of(database, KEYRING)
            await link(stores, 1, account(9))
            await link(stores, 2, account(9), "second")
            await bring_to(stores, AttemptStatus.PROVED, "third", 3, account(8))
            await stores.uploads.add(upload())
            await stores.uploads.hide(1, "hidden7")
            await stores.uploads.expire(Expiry(1, "expires", NOW, 9, deletehash="deletehash-expires"))
            await stores.files.note(UploadedFile(1, "abc1234", None, NOW), "0" * 64)
            await stores.syncs.set(7, "digest")
            library = await stores.library.library(9)
            assert library is not None
            await stores.library.put_front(library, Shelf.IMAGES, [IndexedItem("image", "abc1234", "\na cat\n")])
        revision = cells(path, "alembic_version")[0]["version_num"]
        Path(__file__).with_name(f"revision_{revision}.sql").write_text("\n".join(dump(path)) + "\n")


if __name__ == "__main__":
    asyncio.run(main())
