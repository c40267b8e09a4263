"""`python -m tests.sync.worker DATABASE_URL IMGUR_URL KEY`: a process that works on jobs until it is killed."""

from __future__ import annotations

import asyncio
import base64
import sys

import aiohttp

from imgur.client import ImgurClient
from services.account import AccountService
from services.jobs import Runner
from services.sync import SyncHandler
from storage import Stores
from storage.database import open_database
from storage.sealing import Keyring
from tests.conftest import CLIENT_ID, CLIENT_SECRET


async def main(database_url: str, imgur_url: str, key: str) -> None:
    async with open_database(database_url) as database, aiohttp.ClientSession() as session:
        stores = Stores.of(database, Keyring({"k1": base64.b64decode(key)}))
        imgur = ImgurClient(session, CLIENT_ID, CLIENT_SECRET, base_url=imgur_url)
        accounts = AccountService(stores.accounts, imgur)
        Runner(stores.jobs, [SyncHandler(accounts, imgur, stores.library)], look_every=0.05).start()
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
