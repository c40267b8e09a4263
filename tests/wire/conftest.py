"""The bot over a real wire: TLS to Discord's own host names, which lead to the stand-in, and nowhere else."""

from __future__ import annotations

import asyncio
import base64
import io
import json
import os
import ssl
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import aiohttp
import pytest

import config
import logs
from bot import compose
from cogs import connection
from cogs.client import ImgurBot
from cogs.connection import Connection
from cogs.ui import door
from config import Settings
from demo.pictures import SCENES, paint
from standins.discord.certificate import make
from standins.discord.connector import HOSTS, connectors
from standins.discord.server import running
from standins.discord.standin import Standin as Discord
from standins.imgur.records import Account
from standins.imgur.standin import Standin as Imgur
from storage import Stores
from storage.database import open_database
from storage.sealing import Keyring, new_key
from tests.conftest import CLIENT_ID, CLIENT_SECRET, free_port
from tests.services.test_account import link

ROOT = Path(__file__).parents[2]
TOKEN = base64.urlsafe_b64encode(b"123456789012345678").decode() + ".made-up.example"


class Clock:
    """The time of the connection, which a test can move on."""

    def __init__(self) -> None:
        self.ahead = 0.0
        self._stopped: float | None = None

    def stop(self) -> None:
        """Move on only as far as the test says."""
        self._stopped = time.monotonic()

    def __call__(self) -> float:
        return (time.monotonic() if self._stopped is None else self._stopped) + self.ahead


@dataclass
class Running:
    """The bot, and the task that ends only with it."""

    bot: ImgurBot
    task: asyncio.Future[None]
    clock: Clock
    admin: str


Start = Callable[..., AbstractAsyncContextManager[Running]]


@pytest.fixture(autouse=True)
def _quickly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pauses of the connection, shortened; `test_connection.py` holds the numbers that are promised."""
    monkeypatch.setattr(connection, "FIRST_PAUSE", 0.1)
    monkeypatch.setattr(connection, "START_EVERY", 0.5)


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, Path]:
    return make(tmp_path_factory.mktemp("certificate"))


@pytest.fixture
async def discord(certificate: tuple[ssl.SSLContext, Path]) -> AsyncIterator[Discord]:
    """Discord. Whatever was done to it, nothing may have contradicted its documents or gone past what it models."""
    folder = os.environ.get("DISCORD_CONTRACTS")
    async with running(TOKEN, certificate[0], contracts=Path(folder) if folder else None) as discord:
        yield discord
    assert discord.contract.broken() == []
    assert discord.unknown == []


@pytest.fixture
def unhurried(discord: Discord, monkeypatch: pytest.MonkeyPatch) -> None:
    """Discord waits for a machine that has much else to do, and so does the bot that is asked to do what came long ago.

    `test_answers.py` holds what is done in Discord's three seconds, and after them.
    """
    discord.switches.acknowledge_within = 60.0
    monkeypatch.setattr(door, "LATEST", 60.0)


@pytest.fixture
def names() -> set[str]:
    """The host names that lead to Discord."""
    return set(HOSTS)


@pytest.fixture
def connector(
    discord: Discord, certificate: tuple[ssl.SSLContext, Path], names: set[str]
) -> Callable[..., aiohttp.TCPConnector]:
    return connectors(discord.port, certificate[1], names)


@pytest.fixture
def settings(database_url: str, public_url: str) -> Settings:
    return config.load(
        None,
        discord_token=TOKEN,
        imgur_client_id=CLIENT_ID,
        imgur_client_secret=CLIENT_SECRET,
        public_url=public_url,
        port=int(public_url.rpartition(":")[2]),
        admin_port=free_port(),
        database_url=database_url,
        token_keys=f"k1:{base64.b64encode(new_key()).decode()}",
    )


@pytest.fixture
def start(settings: Settings, standin: Imgur, connector: Callable[..., aiohttp.TCPConnector]) -> Start:
    """Starts the whole bot in this process, as `bot.py run` does, and stops it at the end.

    A second one beside it is like another process, and serves no pages.
    """

    @asynccontextmanager
    async def started(*, serve: bool = True) -> AsyncIterator[Running]:
        async with compose(settings, imgur_url=standin.url, connector=connector, serve=serve) as house, house.bot:
            clock = Clock()
            house.bot.connection = Connection(house.bot, clock=clock)
            task = asyncio.ensure_future(house.bot.start(TOKEN))
            try:
                yield Running(house.bot, task, clock, f"http://127.0.0.1:{settings.admin_port}")
            finally:
                task.cancel()
                await asyncio.wait({task})

    return started


@pytest.fixture(scope="session")
def picture() -> bytes:
    return paint(SCENES[0])


@dataclass
class Log:
    """What an operator reads."""

    stream: io.StringIO

    @property
    def warnings(self) -> list[dict[str, Any]]:
        """The lines that say that something is amiss. Nobody wants to read a traceback among them."""
        written = self.stream.getvalue()
        assert "Traceback" not in written
        lines = [json.loads(line) for line in written.splitlines()]
        return [line for line in lines if line["level"] in {"warning", "error", "critical"}]


@pytest.fixture
def log() -> Log:
    """Logging as in production, to a stream of the test's own."""
    stream = io.StringIO()
    logs.set_up("info", "json", stream=stream)
    return Log(stream)


class Process:
    """A bot in a process of its own."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        assert process.stderr is not None
        self._reading = asyncio.ensure_future(process.stderr.read())

    def stop(self) -> None:
        self._process.terminate()

    def kill(self) -> None:
        self._process.kill()

    async def ended(self) -> tuple[int, str]:
        """Its exit code and what it wrote."""
        async with asyncio.timeout(60):
            code = await self._process.wait()
            return code, (await self._reading).decode()


Launch = Callable[..., Awaitable[Process]]


@pytest.fixture
def token_key() -> bytes:
    """The key of the processes."""
    return new_key()


@pytest.fixture
async def launch(
    discord: Discord, standin: Imgur, certificate: tuple[ssl.SSLContext, Path], database_url: str, token_key: bytes
) -> AsyncIterator[Launch]:
    """Starts the bot in processes of their own, over one database, with further settings if need be."""
    started: list[asyncio.subprocess.Process] = []
    key = base64.b64encode(token_key).decode()

    async def launched(**settings: str) -> Process:
        environment = {
            "PATH": os.environ["PATH"],
            "DISCORD_TOKEN": TOKEN,
            "IMGUR_CLIENT_ID": CLIENT_ID,
            "TOKEN_KEYS": f"k1:{key}",
            "DATABASE_URL": database_url,
            "PORT": str(free_port()),
            "ADMIN_PORT": str(free_port()),
            **settings,
        }
        where = ["--discord", str(discord.port), "--authority", str(certificate[1]), "--imgur", standin.url]
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "tests.wire.process", *where,
            cwd=ROOT, env=environment, stderr=asyncio.subprocess.PIPE,
        )  # fmt: skip
        started.append(process)
        return Process(process)

    yield launched
    for process in started:
        if process.returncode is None:
            process.kill()
            await process.wait()


@pytest.fixture
def alice(discord: Discord) -> Any:
    return discord.world.add_person("alice")


@pytest.fixture
async def account(standin: Imgur, alice: Any, database_url: str, token_key: bytes) -> Account:
    """Alice's account, linked."""
    account = standin.world.add_account("alice_imgur")
    async with open_database(database_url) as database:
        stores = await Stores.opened(database, Keyring({"k1": token_key}), datetime.now(UTC))
        await link(stores, standin, account, int(alice["id"]))
    return account
