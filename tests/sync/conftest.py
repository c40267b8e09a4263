"""The reading of an account into the index, over the stand-in of Imgur and on both databases."""

from __future__ import annotations

import asyncio
import shutil
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import pytest

from errors import BotError
from imgur.client import ImgurClient
from services.account import AccountService
from services.jobs import JobService, Runner
from services.sync import SyncHandler, SyncService
from standins.imgur.records import Account, StoredAlbum, StoredImage
from standins.imgur.standin import Standin
from standins.imgur.switches import Hold
from storage import Stores
from storage.models import AttemptStatus, ImgurAccount, Query, Shelf, Tag
from tests.conftest import CLIENT_ID
from tests.databases import ENGINES, postgres_database
from tests.storage.factories import bring_to

T = TypeVar("T")
ALICE = 1


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """What the databases have a part in runs on both: whatever asks for `both`."""
    if "engine" in metafunc.fixturenames:
        metafunc.parametrize("engine", ENGINES if "both" in metafunc.fixturenames else ENGINES[:1])


@pytest.fixture
def both() -> None:
    """Wanted by tests that run on either database."""


@pytest.fixture
def database_url(engine: str, migrated: Path, tmp_path: Path) -> Iterator[str]:
    """A database of the test's own."""
    if engine == "sqlite":
        yield f"sqlite:///{shutil.copy(migrated, tmp_path / 'bot.db')}"
    else:
        with postgres_database() as url:
            yield url


async def until(condition: Callable[[], Awaitable[T]]) -> T:
    async with asyncio.timeout(30):
        while not (met := await condition()):  # noqa: ASYNC110 - only asking tells
            await asyncio.sleep(0.01)
    return met


async def link(stores: Stores, account: ImgurAccount, discord_id: int = ALICE, name: str = "first") -> None:
    await bring_to(stores, AttemptStatus.DONE, name, discord_id, account)


@dataclass
class Clock:
    """The bot's, which may be wrong."""

    ahead: timedelta = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@dataclass
class House:
    """Alice, linked, with what the bot knows of her account and what is on Imgur, ten on a page."""

    stores: Stores
    standin: Standin
    accounts: AccountService
    imgur: ImgurClient
    account: Account
    clock: Clock
    jobs: JobService
    runner: Runner
    sync: SyncService
    started: bool = False

    def pass_time(self, time: timedelta) -> None:
        """Set the bot's clock ahead, or back."""
        self.clock.ahead += time
        self.runner.wake()

    # --- on Imgur

    def add(self, count: int, prefix: str = "picture") -> list[StoredImage]:
        """New images of Alice's, the last the newest."""
        return [self.standin.world.add_image(self.account, title=f"{prefix} {number}") for number in range(count)]

    def images(self) -> list[StoredImage]:
        return self.standin.world.images_of(self.account)

    def delete(self, *images: StoredImage) -> None:
        for image in images:
            self.standin.world.remove_image(image)

    def favorite(self, count: int) -> list[StoredImage]:
        """Others' images, favorited by Alice, the last the newest."""
        found = [self.standin.world.add_image(title=f"favorite {number}") for number in range(count)]
        self.standin.world.add_favorites(self.account, found)
        return found

    def album(self, title: str, images: Sequence[StoredImage]) -> StoredAlbum:
        return self.standin.world.add_album(self.account, title=title, images=images)

    def calls(self) -> Counter[str]:
        """What Imgur was asked for since this was last asked."""
        found = Counter(sent.line.partition("?")[0] for sent in self.standin.requests)
        self.standin.requests.clear()
        return found

    # --- in the bot

    async def library(self) -> int:
        number = await self.stores.library.library(self.account.id)
        assert number is not None
        return number

    async def begin(self) -> None:
        if not self.started:
            self.started = True
            self.runner.start()
        await self.sync.begin(ALICE, self.account.id)

    async def idle(self) -> None:
        """Until nothing is open."""

        async def nothing() -> bool:
            return not await self.jobs.of_user(ALICE)

        await until(nothing)

    async def read(self) -> None:
        """Read all that is due."""
        await self.begin()
        await self.idle()

    async def read_again(self, shelf: str) -> None:
        await self.sync.again(ALICE, self.account.id, shelf)
        self.runner.wake()
        await self.idle()

    async def shelf(self, shelf: str = Shelf.IMAGES) -> list[str]:
        """The ids on a shelf, in its order."""
        found = await self.stores.library.page(await self.library(), shelf, offset=0, limit=100_000)
        return [item.id for item in found]

    async def tag(self, item_id: str, *tags: str) -> None:
        found = [Tag(tag, tag) for tag in tags]
        await self.stores.marks.put([await self.library()], ALICE, ("image", item_id), tags=found)

    async def tagged(self, tag: str, shelf: Shelf = Shelf.IMAGES) -> list[str]:
        """The ids of what `#tag` finds."""
        query = Query((), ((tag,),), f"#{tag}")
        found = await self.stores.library.search(await self.library(), shelf, query, ALICE, offset=0, limit=1000)
        return [item.id for item in found.items]

    async def look(self, shelf: Shelf = Shelf.IMAGES) -> BotError | None:
        """As a typed command does before it shows the list; what is not as on Imgur after that."""
        return await self.sync.look(ALICE, self.account.id, shelf)

    @asynccontextmanager
    async def held(self, match: str, *, answer: bool = False) -> AsyncIterator[Hold]:
        """Until the body has run, a request like this waits."""
        hold = self.standin.switches.hold(match, answer=answer)
        yield hold
        hold.release()


async def settled(house: House) -> None:
    """Until nothing goes on in the background, but for what waits."""
    await until(lambda: _waits(house))


async def in_doubt(house: House, shelf: str = Shelf.IMAGES) -> bool:
    """Whether so much has disappeared from Imgur that it is looked for once more, later."""
    state = await house.stores.library.sync_state(await house.library(), shelf)
    return state is not None and state.phase.startswith("doubt") and await _waits(house)


async def _waits(house: House) -> bool:
    """Whether all that is to be done is to be done later. Before, the clock must not be set ahead."""
    now = house.clock.now()
    return all(job.claim is None and job.due_at > now for job in await house.jobs.of_user(ALICE))


def ids(images: Sequence[StoredImage | StoredAlbum]) -> list[str]:
    return [image.id for image in images]


@pytest.fixture
async def house(
    stores: Stores, standin: Standin, accounts: AccountService, imgur_client: ImgurClient
) -> AsyncIterator[House]:
    standin.switches.most_per_page = 10
    account = standin.world.add_account("alice_pictures")
    tokens = standin.world.issue_tokens(account, CLIENT_ID)
    expires = datetime.now(UTC) + timedelta(days=28)
    await link(stores, ImgurAccount(account.id, account.username, tokens.access_token, tokens.refresh_token, expires))
    clock = Clock()
    runner = Runner(stores.jobs, pause=0.02, look_every=0.05, now=clock.now)
    runner.add(SyncHandler(accounts, imgur_client, stores.library, now=clock.now))
    jobs = JobService(stores.jobs, runner.wake)
    sync = SyncService(accounts, imgur_client, stores.library, jobs, now=clock.now)
    house = House(stores, standin, accounts, imgur_client, account, clock, jobs, runner, sync)
    yield house
    standin.switches.release_all()
    if house.started:
        await runner.close()
