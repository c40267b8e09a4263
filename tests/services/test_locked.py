"""What can be read while another program has locked the SQLite file for writing."""

from __future__ import annotations

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import UTC, datetime

import aiohttp
import pytest
from yarl import URL

from discordauth.client import DiscordLogin
from imgur.client import ImgurClient
from services.account import AccountService
from services.attempt import cookie_name
from services.jobs import JobService
from services.library import Library
from services.library.place import Place, Source
from services.library.shelves import Shelves
from services.linking import Bound, LinkingService, Progress
from services.login import LoginAnswer, Logins
from services.quota.governor import Governor
from services.sync import SyncService
from services.views import Views
from standins.discord.oauth import OAuth
from standins.imgur.standin import Standin
from storage import Stores
from storage.database import open_database
from storage.errors import DatabaseUnavailableError
from storage.models import IndexedItem, Shelf, SyncState
from storage.sealing import Keyring, new_key
from tests.conftest import APPLICATION, CLIENT_ID, DISCORD_SECRET
from tests.services.test_account import ADA, link


@pytest.fixture
async def hasty(database_url: str) -> AsyncIterator[Stores]:
    """Stores over a database that hardly waits for a lock."""
    async with open_database(database_url, busy_timeout=0.01) as database:
        yield Stores.of(database, Keyring({"k1": new_key()}))


@pytest.fixture
async def client(hasty: Stores, standin: Standin) -> AsyncIterator[ImgurClient]:
    """Its calls are counted in the database."""
    governor = Governor(hasty.ledger)
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
        yield ImgurClient(session, CLIENT_ID, "made-up", base_url=standin.url, middlewares=(governor,))
    await governor.close()


@pytest.fixture
async def accounts(hasty: Stores, client: ImgurClient) -> AsyncIterator[AccountService]:
    service = AccountService(hasty.accounts, client)
    yield service
    await service.close()


@pytest.fixture
def library(hasty: Stores, client: ImgurClient, accounts: AccountService) -> Library:
    """As the bot has it: news is looked for."""
    shelves = Shelves(hasty.library, hasty.marks)
    shelves.listen(SyncService(accounts, client, hasty.library, JobService(hasty.jobs, lambda: None)))
    return Library.over(accounts, client, hasty.uploads, shelves, views=Views(hasty.views))


async def test_what_is_known_is_shown(
    database_url: str, hasty: Stores, library: Library, accounts: AccountService, standin: Standin
) -> None:
    """Nothing can be asked of Imgur that is not counted, so that is said; a page that is turned asks nothing."""
    account = standin.world.add_account("ada_imgur")
    await link(hasty, standin, account)
    number = await hasty.library.library(account.id)
    assert number is not None
    for shelf, kind in ((Shelf.IMAGES, "image"), (Shelf.FAVORITES, "image"), (Shelf.ALBUMS, "album")):
        item = IndexedItem(kind, "abc1234", "\ncat\n", title="Cat")
        assert await hasty.library.advance(SyncState(number, shelf, phase="done"), [item])
        assert await hasty.library.finish(
            SyncState(number, shelf, phase="done", version=1, finished_at=datetime.now(UTC))
        )
    view = await Views(hasty.views).keep(ADA, "cat")
    standin.requests.clear()
    galleries = library.galleries
    with closing(sqlite3.connect(database_url.removeprefix("sqlite:///"), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        asked = [
            await galleries.images(ADA, fresh=True),
            await galleries.favorites(ADA, fresh=True),
            await galleries.albums(ADA, fresh=True),
        ]
        turned = [await galleries.page(ADA, Place(Source.ACCOUNT, view=known), 0) for known in ("", view)]
        drawn = await library.drawing.draw(ADA)
        overview = await accounts.overview_if_allowed(ADA)
    for page in (*asked, *turned):
        assert [found.id for found in page.items] == ["abc1234"]
    assert [type(trouble) for trouble in (*(page.trouble for page in asked), drawn.trouble)] == [
        DatabaseUnavailableError
    ] * 4
    assert [page.trouble for page in turned] == [None, None]
    assert overview is None
    assert standin.requests == []


async def test_login_with_discord_is_tried_again_where_nothing_could_be_written(
    database_url: str, hasty: Stores, client: ImgurClient, oauth: OAuth, public_url: str
) -> None:
    oauth.person("ada", ADA)
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
        callback = f"{public_url}/oauth/discord"
        discord = DiscordLogin(session, APPLICATION, DISCORD_SECRET, callback_url=callback, base_url=oauth.url)
        linking = LinkingService(
            hasty.attempts,
            hasty.accounts,
            client,
            public_url=public_url,
            authorize_url=client.authorize_url,
            logins=Logins(hasty.attempts, discord),
        )
        bound = await linking.bind((await linking.begin(ADA, "ada")).url.rpartition("/")[2], {})
        assert isinstance(bound, Bound)
        cookies = {cookie_name(bound.attempt_id): bound.cookie}
        query = dict(URL(bound.authorize_url).query)
        answer = LoginAnswer(query["state"], oauth.issue("ada", query))
        with closing(sqlite3.connect(database_url.removeprefix("sqlite:///"), isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(DatabaseUnavailableError):
                await linking.logged_in(answer, cookies)
        assert await linking.logged_in(answer, cookies) == bound.attempt_id
        assert (await linking.last_page(bound.attempt_id, cookies)).progress is Progress.LEAVING
