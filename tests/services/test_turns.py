"""Two processes asked for an album of one name at once make one; one that was killed keeps nobody off."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest

from errors import AlbumExistsError
from imgur.client import ImgurClient
from imgur.models import Album
from services.account import AccountService
from services.album import AlbumService, Created
from services.indexed import to_index
from services.jobs import Over, Runner, Turns, turns
from services.library import Library
from services.library.shelves import Shelves
from services.views import Views
from standins.imgur.records import Account
from standins.imgur.standin import Standin
from storage import Stores
from storage.errors import DatabaseUnavailableError
from storage.models import Shelf
from tests.databases import on_both
from tests.services.test_account import link
from tests.services.test_library import ADA, BOB

NAMED = "holi day"


@pytest.fixture
async def account(stores: Stores, standin: Standin) -> Account:
    account = standin.world.add_account("ada_imgur")
    for user in (ADA, BOB):
        await link(stores, standin, account, user)
    standin.requests.clear()
    return account


@asynccontextmanager
async def process(stores: Stores, imgur: ImgurClient) -> AsyncIterator[AlbumService]:
    """All that one process remembers."""
    accounts = AccountService(stores.accounts, imgur, second_look=0)
    shelves = Shelves(stores.library, stores.marks)
    library = Library.over(accounts, imgur, stores.uploads, shelves, views=Views(stores.views))
    yield AlbumService(accounts, imgur, library.catalogue, turn=Turns(stores.jobs).turn)
    await library.items.close()
    await accounts.close()


@on_both
@pytest.mark.parametrize("second", [ADA, BOB])
@pytest.mark.parametrize("others", [0, 12])
async def test_two_processes_make_one_album_of_a_name(
    stores: Stores, imgur_client: ImgurClient, standin: Standin, account: Account, second: int, others: int
) -> None:
    """By one user or two of one account, in whatever spelling, while Imgur does not list it yet."""
    for number in range(others):
        standin.world.add_album(account, title=f"Other {number}")
    standin.switches.new_album_seconds = 30.0
    async with process(stores, imgur_client) as one, process(stores, imgur_client) as other:
        made = await asyncio.gather(
            one.create(ADA, "Holi day"), other.create(second, " HOLI  day"), return_exceptions=True
        )
    assert {type(outcome) for outcome in made} == {Created, AlbumExistsError}
    assert len(standin.sent("POST /3/album")) == 1
    assert await stores.jobs.of_user(ADA) == []
    assert await stores.jobs.of_user(BOB) == []


@on_both
@pytest.mark.parametrize("second", [ADA, BOB])
async def test_what_another_process_has_just_made_is_known(
    stores: Stores, imgur_client: ImgurClient, standin: Standin, account: Account, second: int
) -> None:
    """Its turn is over, and Imgur does not list the album yet."""
    standin.switches.new_album_seconds = 30.0
    async with process(stores, imgur_client) as one, process(stores, imgur_client) as other:
        made = await one.create(ADA, "Holi day")
        with pytest.raises(AlbumExistsError) as raised:
            await other.create(second, "HOLI day")
    assert raised.value.album_id == made.album.id
    assert len(standin.sent("POST /3/album")) == 1


@pytest.mark.parametrize("made", [timedelta(days=-1), timedelta(days=1)])
async def test_what_is_not_new_is_as_imgur_lists_it(
    stores: Stores, imgur_client: ImgurClient, account: Account, made: timedelta
) -> None:
    """It was deleted elsewhere; nor is what a wrong clock has made tomorrow."""
    library = await stores.library.library(account.id)
    assert library is not None
    gone = Album(id="gone123", title="Holi day", created=datetime.now(UTC) + made)
    await stores.library.put_front(library, Shelf.ALBUMS, [to_index(gone)])
    async with process(stores, imgur_client) as one:
        assert isinstance(await one.create(ADA, "Holi day"), Created)


async def test_other_names_wait_for_nobody(stores: Stores, account: Account) -> None:
    async with (
        Turns(stores.jobs).turn(ADA, account.id, "a") as first,
        Turns(stores.jobs).turn(ADA, account.id, "b") as second,
    ):
        assert (first, second) == (False, False)


@pytest.mark.parametrize("later", [turns.SILENCE, -timedelta(hours=1)])
async def test_who_was_killed_keeps_nobody_off_for_long(stores: Stores, account: Account, later: timedelta) -> None:
    """Nor does a clock that was wrong."""
    killed = Turns(stores.jobs).turn(ADA, account.id, NAMED)
    assert await killed.__aenter__() is False
    async with asyncio.timeout(10), Turns(stores.jobs, lambda: datetime.now(UTC) + later).turn(BOB, account.id, NAMED):
        assert [job.discord_id for job in [*await stores.jobs.of_user(ADA), *await stores.jobs.of_user(BOB)]] == [BOB]
    await killed.__aexit__(None, None, None)


@on_both
async def test_nothing_is_left_of_the_turn_of_who_was_killed(stores: Stores, account: Account) -> None:
    alive = Turns(stores.jobs).turn(BOB, account.id, "another")
    killed = Turns(stores.jobs, lambda: datetime.now(UTC) - 2 * turns.SILENCE).turn(ADA, account.id, NAMED)
    await alive.__aenter__()
    await killed.__aenter__()
    runner = Runner(stores.jobs, [Over()], look_every=0.01)
    runner.start()
    try:
        async with asyncio.timeout(10):
            while await stores.jobs.of_user(ADA):  # noqa: ASYNC110 - only asking tells
                await asyncio.sleep(0.01)
        assert [job.kind for job in await stores.jobs.of_user(BOB)] == [turns.KIND]
    finally:
        await runner.close()
        await killed.__aexit__(None, None, None)
        await alive.__aexit__(None, None, None)


async def test_who_shows_that_they_are_alive_is_waited_for(
    stores: Stores, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turns, "SIGN_EVERY", 0.01)
    monkeypatch.setattr(turns, "LOOK_EVERY", 0.01)
    now, order = datetime.now(UTC), list[str]()

    async def second() -> None:
        async with Turns(stores.jobs, lambda: now).turn(BOB, account.id, NAMED) as has_waited:
            order.append(f"second {has_waited}")

    async with Turns(stores.jobs, lambda: now).turn(ADA, account.id, NAMED):
        waiting = asyncio.create_task(second())
        for _ in range(3):
            due = now + turns.SILENCE
            now += turns.SILENCE / 2
            async with asyncio.timeout(10):
                while (await stores.jobs.of_user(ADA))[0].due_at <= due:  # noqa: ASYNC110 - only asking tells
                    await asyncio.sleep(0.01)
        order.append("first")
    async with asyncio.timeout(10):
        await waiting
    assert order == ["first", "second True"]


async def test_without_a_database_or_a_link_nobody_waits(
    stores: Stores, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with asyncio.timeout(10):
        async with Turns(stores.jobs).turn(ADA, account.id + 1, NAMED) as has_waited:
            assert not has_waited

        class Broken:
            async def begin(self, *_: object, **__: object) -> None:
                raise DatabaseUnavailableError

        async with Turns(Broken()).turn(ADA, account.id, NAMED) as has_waited:  # type: ignore[arg-type]
            assert not has_waited
