"""Several processes over one database: whatever they do at once, an account is refreshed by one of them."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from errors import LinkBrokenError
from imgur.client import ImgurClient
from imgur.models import Tokens
from services.account import AccountService
from standins.imgur.records import Account
from standins.imgur.standin import Standin
from storage import Stores
from storage.database import Database, open_database
from storage.errors import DatabaseUnavailableError
from storage.sealing import Keyring
from tests.conftest import CLIENT_ID, CLIENT_SECRET
from tests.databases import a_server, on_both
from tests.services.test_account import ADA, BOB, REFRESH, link, token_of

KEYRING = Keyring({"shared": b"made-up key of 32 bytes in tests"})
ROOT = Path(__file__).parents[2]

# Waits for a line, then uses the accounts of both users several times at once and prints what was the matter.
PROCESS = f"""
import asyncio, sys
import aiohttp
from imgur.client import ImgurClient
from services.account import AccountService
from storage import Stores
from storage.database import open_database
from storage.sealing import Keyring

async def main(database_url, imgur_url):
    keyring = Keyring({{"shared": b"made-up key of 32 bytes in tests"}})
    async with open_database(database_url) as database, aiohttp.ClientSession() as session:
        client = ImgurClient(session, {CLIENT_ID!r}, {CLIENT_SECRET!r}, base_url=imgur_url)
        accounts = AccountService(Stores.of(database, keyring).accounts, client, second_look=0, lease=1)
        print("ready", flush=True)
        while await asyncio.to_thread(sys.stdin.readline):
            found = await asyncio.gather(
                *(accounts.overview(user) for user in ({ADA}, {BOB}) * 3), return_exceptions=True
            )
            print({{str(each) for each in found if isinstance(each, Exception)}} or "well", flush=True)
        await accounts.close()

asyncio.run(main(*sys.argv[1:]))
"""


@pytest.fixture
def stores(database: Database) -> Stores:
    return Stores.of(database, KEYRING)


@pytest.fixture
def account(standin: Standin) -> Account:
    return standin.world.add_account("ada_imgur")


class Process:
    """One of several; `tell` has it begin."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self.process = process

    async def says(self) -> str:
        assert self.process.stdout
        async with asyncio.timeout(30):
            return (await self.process.stdout.readline()).decode().strip()

    async def tell(self) -> None:
        assert self.process.stdin
        self.process.stdin.write(b"go\n")
        await self.process.stdin.drain()


@asynccontextmanager
async def another(database_url: str, standin: Standin) -> AsyncIterator[Process]:
    pipe = asyncio.subprocess.PIPE
    started = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", PROCESS, database_url, standin.url), cwd=ROOT, stdin=pipe, stdout=pipe
    )
    process = Process(started)
    try:
        assert await process.says() == "ready"
        yield process
    finally:
        if started.returncode is None:
            started.kill()
        await started.communicate()


@on_both
async def test_two_processes_refresh_once_each_time_though_tokens_rotate_strictly(
    database_url: str, stores: Stores, standin: Standin, account: Account
) -> None:
    standin.switches.rotation = "strict"
    await link(stores, standin, account, ADA)
    await link(stores, standin, account, BOB)
    async with AsyncExitStack() as stack:
        both = [await stack.enter_async_context(another(database_url, standin)) for _ in range(2)]
        for rounds in range(1, 4):
            standin.world.tokens.kill_access_tokens()
            held = standin.switches.hold(REFRESH)
            for process in both:
                await process.tell()
            await held.arrived.wait()
            await asyncio.sleep(0.2)  # time enough for the other to ask for one too, if it did
            held.release()
            assert [await process.says() for process in both] == ["well", "well"]
            assert len(standin.sent(REFRESH)) == rounds
    stored = await stores.accounts.linked(ADA)
    assert stored is not None
    assert not stored.broken
    assert stored.refresh_token in standin.world.tokens.refresh


@on_both
async def test_another_process_goes_on_when_the_one_that_refreshes_is_killed(
    database_url: str, stores: Stores, imgur_client: ImgurClient, standin: Standin, account: Account
) -> None:
    await link(stores, standin, account, ADA, life=-1)
    accounts = AccountService(stores.accounts, imgur_client, second_look=0)
    async with another(database_url, standin) as killed:
        held = standin.switches.hold(REFRESH)
        await killed.tell()
        await held.arrived.wait()
        killed.process.kill()
        waiting = asyncio.create_task(accounts.authorized(ADA, token_of))
        await asyncio.sleep(0.1)
        assert len(standin.sent(REFRESH)) == 1
        held.release()
        async with asyncio.timeout(20):
            assert await waiting in standin.world.tokens.access
    assert len(standin.sent(REFRESH)) == 2
    await accounts.close()


class Slow(ImgurClient):
    """Hears Imgur's answer to a refresh late."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.answered, self.heard = asyncio.Event(), asyncio.Event()

    async def refresh(self, refresh_token: str) -> Tokens:
        tokens = await super().refresh(refresh_token)
        self.answered.set()
        await self.heard.wait()
        return tokens


@on_both
async def test_new_tokens_win_when_they_came_so_late_that_another_process_tried_the_old_ones(
    stores: Stores, imgur_client: ImgurClient, standin: Standin, account: Account
) -> None:
    standin.switches.rotation = "strict"
    await link(stores, standin, account, ADA, life=-1)
    async with aiohttp.ClientSession() as session:
        late = Slow(session, CLIENT_ID, CLIENT_SECRET, base_url=standin.url)
        slow = AccountService(stores.accounts, late, second_look=0, lease=0.05)
        other = AccountService(stores.accounts, imgur_client, second_look=0)
        first = asyncio.create_task(slow.authorized(ADA, token_of))
        await late.answered.wait()
        with pytest.raises(LinkBrokenError):
            await other.authorized(ADA, token_of)
        late.heard.set()
        token = await first
        assert await other.authorized(ADA, token_of) == token
        assert token in standin.world.tokens.access
        for service in (slow, other):
            await service.close()


async def test_new_tokens_survive_a_restart_of_the_database_while_imgur_answers(
    imgur_client: ImgurClient, standin: Standin, account: Account
) -> None:
    """One command asks to try again; nothing is lost, and nothing has to be done."""
    standin.switches.rotation = "strict"
    with a_server() as server:
        async with open_database(server.url(server.make())) as database:
            stores = Stores.of(database, KEYRING)
            accounts = AccountService(stores.accounts, imgur_client, second_look=0)
            await link(stores, standin, account, ADA, life=-1)
            held = standin.switches.hold(REFRESH)
            command = asyncio.create_task(accounts.authorized(ADA, token_of))
            await held.arrived.wait()
            server.stop()
            held.release()
            with pytest.raises(DatabaseUnavailableError):
                await command
            server.start()
            token = await accounts.authorized(ADA, token_of)
            assert token in standin.world.tokens.access
            async with asyncio.timeout(20):
                while not (row := await stores.accounts.get(account.id)) or row.access_token != token:  # noqa: ASYNC110
                    await asyncio.sleep(0.05)
            assert len(standin.sent(REFRESH)) == 1
            await accounts.close()
