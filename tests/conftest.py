"""The house with its real rooms, over a stand-in of Imgur; each fixture is one part of it."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import logging
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import AsyncIterator, Iterator
from itertools import cycle
from pathlib import Path

import aiohttp
import pytest
import structlog
from hypothesis import HealthCheck, settings
from playwright.async_api import Browser, async_playwright

import logs
from discordauth.client import DiscordLogin
from imgur.client import ImgurClient
from services.account import AccountService
from services.linking import LinkingService
from services.login import Logins
from standins.discord.oauth import OAuth
from standins.discord.oauth import running as running_oauth
from standins.imgur.server import running
from standins.imgur.standin import Standin
from storage import Stores
from storage.database import Database, open_database
from storage.sealing import Keyring, new_key
from tests.databases import PostgresServer, a_server, compile_once, postgres_database, stop_servers
from tests.visitor import Visitor
from web.public import create_public_app
from web.server import serving

CLIENT_ID = "example-client-id"
CLIENT_SECRET = "example-client-secret"
APPLICATION, DISCORD_SECRET = 123456789012345678, "example-discord-secret"
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Two pages of Chromium's own for each new window, which cost five times as much as the window.
    "--disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup",
    # No name leads anywhere, apart from one that leads here: for forged hosts.
    "--host-resolver-rules=MAP evil.example.org 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
]


def _ports() -> Iterator[int]:
    """500 for this process, which no other run on this machine uses as long as there are no more than 25.

    They are below what the system hands out for connections, or one of those could take a port between choosing and
    using it.
    """
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    for number in [*range(worker, 25), *range(worker)]:
        with contextlib.suppress(OSError):
            held = os.open(Path(tempfile.gettempdir(), f"imgur-bot-tests-{number}.lock"), os.O_RDWR | os.O_CREAT, 0o666)
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)  # until this process ends
            except OSError:
                os.close(held)
                continue
            worker = number
            break
    return cycle(range(20_000 + worker * 500, 20_500 + worker * 500))


PORTS = _ports()

# A busy machine is no fault of the code's.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")

compile_once()


@pytest.fixture(autouse=True)
def _logging_as_before() -> Iterator[None]:
    """Whatever a test sets up for its logs is gone after it."""
    root, hooks = logging.getLogger(), (sys.excepthook, threading.excepthook, sys.unraisablehook)
    handlers, level = root.handlers[:], root.level
    chatty = {name: logging.getLogger(name).level for name in logs.CHATTY}
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    for name, before in chatty.items():
        logging.getLogger(name).setLevel(before)
    logging.captureWarnings(capture=False)
    structlog.reset_defaults()
    sys.excepthook, threading.excepthook, sys.unraisablehook = hooks


@pytest.fixture(autouse=True)
def _no_hurry() -> Iterator[None]:
    """Limits of a few seconds that spare users a wait: `test_numbers.py` holds those that are promised."""
    with pytest.MonkeyPatch.context() as patience:
        patience.setattr("services.library.suggestions.PATIENCE", 9.0)
        patience.setattr("services.library.suggestions.SOON", 9.0)
        patience.setattr("services.library.listing.QUERY_PATIENCE", 9.0)
        patience.setattr("services.library.listing.SMALL_PATIENCE", 0.2)
        patience.setattr("services.library.drawing.PATIENCE", 15.0)
        patience.setattr("services.account.REPAIR_PATIENCE", 9.0)
        patience.setattr("services.album.looking.PAUSES", (0.0, 0.02, 0.05))
        yield


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database of this release, made once: migrating costs more than most tests do."""

    async def make(path: Path) -> Path:
        async with open_database(f"sqlite:///{path}"):
            return path

    return asyncio.run(make(tmp_path_factory.mktemp("migrated") / "bot.db"))


@pytest.fixture
def engine() -> str:
    """Which kind of database a test has: SQLite, unless it says `on_both` (tests/databases.py)."""
    return "sqlite"


@pytest.fixture
def database_url(engine: str, migrated: Path, tmp_path: Path) -> Iterator[str]:
    """A database of the test's own."""
    if engine == "sqlite":
        yield f"sqlite:///{shutil.copy(migrated, tmp_path / 'bot.db')}"
    else:
        with postgres_database() as url:
            yield url


@pytest.fixture
def server() -> Iterator[PostgresServer]:
    """A PostgreSQL of the test's own, which may be restarted and keeps what was written."""
    with a_server(synchronous_commit="on") as server:
        yield server


@pytest.fixture(scope="session", autouse=True)
def _no_server_left() -> Iterator[None]:
    yield
    stop_servers()


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    async with open_database(database_url) as database:
        yield database


@pytest.fixture
def stores(database: Database) -> Stores:
    return Stores.of(database, Keyring({"k1": new_key()}))


def free_port() -> int:
    """A port of 127.0.0.1 that nobody else takes."""
    for port in PORTS:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if probe.connect_ex(("127.0.0.1", port)):
                break
    return port


@pytest.fixture
def public_url() -> str:
    """Where the link pages will be: 127.0.0.1, while the stand-in is at localhost, so that they are two sites."""
    return f"http://127.0.0.1:{free_port()}"


@pytest.fixture
async def standin(public_url: str) -> AsyncIterator[Standin]:
    async with running() as standin:
        standin.register_client(CLIENT_ID, CLIENT_SECRET, f"{public_url}/oauth/imgur")
        yield standin


@pytest.fixture
async def imgur_client(standin: Standin) -> AsyncIterator[ImgurClient]:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
        yield ImgurClient(session, CLIENT_ID, CLIENT_SECRET, base_url=standin.url)


@pytest.fixture
async def accounts(stores: Stores, imgur_client: ImgurClient) -> AsyncIterator[AccountService]:
    service = AccountService(stores.accounts, imgur_client, second_look=0)
    yield service
    await service.close()


@pytest.fixture
def linking(stores: Stores, imgur_client: ImgurClient, public_url: str) -> LinkingService:
    return LinkingService(
        stores.attempts,
        stores.accounts,
        imgur_client,
        public_url=public_url,
        authorize_url=imgur_client.authorize_url,
    )


@pytest.fixture
async def oauth(public_url: str) -> AsyncIterator[OAuth]:
    """Discord's pages for logging in."""
    async with running_oauth() as oauth:
        oauth.clients[str(APPLICATION)] = (DISCORD_SECRET, f"{public_url}/oauth/discord")
        yield oauth


@pytest.fixture
async def logins(stores: Stores, oauth: OAuth, public_url: str) -> AsyncIterator[Logins]:
    """Logins at those pages, for tests whose `linking` takes them."""
    callback = f"{public_url}/oauth/discord"
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
        discord = DiscordLogin(session, APPLICATION, DISCORD_SECRET, callback_url=callback, base_url=oauth.url)
        logins = Logins(stores.attempts, discord)
        yield logins
        await logins.close()


@pytest.fixture
async def public_server(linking: LinkingService, public_url: str) -> AsyncIterator[str]:
    """The link pages, served; gives their address."""
    app = create_public_app(linking, public_url=public_url)
    host, _, port = public_url.removeprefix("http://").partition(":")
    async with serving(app, host, int(port)):
        yield public_url


@pytest.fixture
async def visitor(public_server: str) -> AsyncIterator[Visitor]:
    """A browser by hand, for a person who opens link pages."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
        yield Visitor(session, public_server)


@pytest.fixture
async def another_visitor(public_server: str) -> AsyncIterator[Visitor]:
    """Someone else's browser."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
        yield Visitor(session, public_server)


def _chromium_path() -> str:
    names = ("chromium", "chromium-browser", "google-chrome")
    path = next((found for name in names if (found := shutil.which(name))), None)
    if path is None:
        reason = f"no browser found: none of {', '.join(names)} is installed"
        if os.environ.get("REQUIRE_BROWSER"):
            pytest.fail(reason)
        pytest.skip(reason)
    return path


@pytest.fixture(scope="session")
def chromium_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One real browser for the whole run; each test has contexts of its own in it."""
    profile = tmp_path_factory.mktemp("chromium")
    command = [
        _chromium_path(),
        *CHROMIUM_FLAGS,
        "--headless",
        "--remote-debugging-port=0",
        f"--user-data-dir={profile}",
    ]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        said = (re.search(r"DevTools listening on (\S+)", line) for line in process.stderr)
        address = next(found[1] for found in said if found)
        threading.Thread(target=process.stderr.read, daemon=True).start()  # a full pipe would stop the browser
        yield address
        process.terminate()


@pytest.fixture
async def chromium(chromium_address: str) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.connect_over_cdp(chromium_address)
        yield browser
        await browser.close()
