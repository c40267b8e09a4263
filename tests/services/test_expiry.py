"""Pictures are deleted when their owner said so: whatever Imgur, the clock and the processes do meanwhile."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from errors import ExpiringNowError, NothingLinkedError, NotYoursError
from imgur.client import ImgurClient
from imgur.errors import ForbiddenError
from services.account import AccountService
from services.expiry import Expiring, Expiry, ExpiryService, SteadyClock
from services.expiry.clock import HOLD, TOLERANCE
from services.expiry.handler import GIVEN_UP, KIND, LEAST_TRIES
from services.jobs import JobService, Runner
from services.library import Library
from services.library.shelves import Shelves
from services.views import Views
from standins.imgur.records import Account, StoredImage
from standins.imgur.standin import Standin
from storage import Stores
from storage.errors import ErasedMeanwhileError
from storage.models import AnonymousUpload
from tests.conftest import CLIENT_ID
from tests.reading import read
from tests.services.test_account import ADA, link
from tests.services.test_jobs import until

DELETE = "DELETE /3/image/*"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NOW = datetime(2026, 3, 28, 12, tzinfo=UTC)


@dataclass
class Clock:
    """A wall clock and one that only goes on."""

    at: datetime = NOW
    steady: float = 1000.0
    jumped: timedelta = field(default=timedelta())

    def wall(self) -> datetime:
        return self.at + self.jumped

    def passes(self, span: timedelta) -> None:
        self.at += span
        self.steady += span.total_seconds()

    def made(self) -> SteadyClock:
        """One that has looked once, and believes it."""
        made = SteadyClock(self.wall, lambda: self.steady)
        assert made.now() is None
        return made


@dataclass
class House:
    """One process."""

    expiries: ExpiryService
    jobs: JobService
    runner: Runner

    async def look(self) -> None:
        """As the sweeper does."""
        await self.expiries.sweep()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def account(standin: Standin) -> Account:
    return standin.world.add_account("ada_imgur")


@pytest.fixture
async def linked(stores: Stores, standin: Standin, account: Account) -> Account:
    await link(stores, standin, account)
    standin.requests.clear()
    return account


@pytest.fixture
def library(accounts: AccountService, imgur_client: ImgurClient, stores: Stores) -> Library:
    shelves = Shelves(stores.library, stores.marks)
    return Library.over(accounts, imgur_client, stores.uploads, shelves, views=Views(stores.views))


@asynccontextmanager
async def process(
    stores: Stores, accounts: AccountService, library: Library, clock: SteadyClock, wall: Any, pause: float = 0.01
) -> AsyncIterator[House]:
    handler = Expiring(stores.expiries, library.items, clock)
    runner = Runner(stores.jobs, [handler], pause=pause, look_every=0.02)
    jobs = JobService(stores.jobs, runner.wake)
    service = ExpiryService(
        stores.expiries, library.items, jobs, uploads=stores.uploads, accounts=accounts, clock=clock, now=wall
    )
    runner.start()
    try:
        yield House(service, jobs, runner)
    finally:
        await runner.close()


@pytest.fixture
async def house(stores: Stores, accounts: AccountService, library: Library, clock: Clock) -> AsyncIterator[House]:
    async with process(stores, accounts, library, clock.made(), clock.wall) as house:
        yield house


async def dated(stores: Stores, image: StoredImage, due_at: datetime = NOW, **changes: Any) -> None:
    account = image.account.id if image.account else None
    await stores.uploads.expire(Expiry(ADA, image.id, due_at, account, **changes))


async def is_gone(stores: Stores, *images: StoredImage) -> bool:
    return not await stores.uploads.expiring(ADA, [image.id for image in images])


async def is_quiet(stores: Stores) -> bool:
    """Nothing is under way."""
    return await stores.jobs.open_one(KIND, f"{KIND}:{ADA}") is None


async def gone(stores: Stores, *images: StoredImage) -> None:
    """Wait until they are, and nothing is under way."""
    await until(lambda: is_gone(stores, *images))
    await until(lambda: is_quiet(stores))


def write(database_url: str, statement: str) -> None:
    """In a thread, for whoever writes in between goes on meanwhile."""
    with closing(sqlite3.connect(database_url.removeprefix("sqlite:///"))) as database, database:
        database.execute(statement)


def an_upload(image: StoredImage) -> AnonymousUpload:
    return AnonymousUpload(ADA, image.id, image.deletehash, None, None, 1, 1, 1, None, None, NOW)


def sent(standin: Standin) -> list[str]:
    return [request.path.split("/")[3] for request in standin.sent(DELETE)]


# --- when it is due --------------------------------------------------------------------------------------------------


async def test_what_is_due_is_deleted_once_and_nothing_else(
    house: House, stores: Stores, standin: Standin, linked: Account, clock: Clock
) -> None:
    due, later, kept = (standin.world.add_image(linked) for _ in range(3))
    await dated(stores, due)
    await dated(stores, later, NOW + HOUR)
    await house.look()
    await gone(stores, due)
    assert sent(standin) == [due.id]
    assert set(standin.world.images) == {later.id, kept.id}
    clock.passes(HOUR - timedelta(seconds=1))
    await house.look()
    assert await is_quiet(stores)
    clock.passes(timedelta(seconds=1))
    await house.look()
    await gone(stores, later)
    assert set(standin.world.images) == {kept.id}


async def test_an_anonymous_one_is_deleted_by_its_deletehash_though_an_account_is_linked(
    house: House, stores: Stores, standin: Standin, linked: Account
) -> None:
    image = standin.world.add_image(None)
    await stores.uploads.add(an_upload(image), due_at=NOW)
    await house.look()
    await gone(stores, image)
    assert sent(standin) == [image.deletehash]
    assert await stores.uploads.count(ADA) == 0


async def test_a_day_is_24_hours_though_clocks_change_that_night(
    house: House, standin: Standin, linked: Account
) -> None:
    """In the zone of many a machine, 2026-03-29 has 23 hours."""
    image = standin.world.add_image(linked)
    shown = await house.expiries.change(ADA, image.id, DAY)
    assert shown.expiry is not None
    assert shown.expiry.due_at - NOW == timedelta(hours=24)


@pytest.mark.parametrize(
    "fault",
    ["not-found-404", "unauthorized-403", "bad-request-400"],
)
async def test_gone_is_gone_in_whatever_words(
    house: House, stores: Stores, standin: Standin, linked: Account, fault: str
) -> None:
    image = standin.world.add_image(linked)
    await dated(stores, image)
    standin.world.remove_image(image)
    standin.fail_next(fault, DELETE)
    await house.look()
    await gone(stores, image)
    assert len(sent(standin)) == 1


async def test_a_refusal_of_what_is_there_keeps_no_other_waiting(
    house: House, stores: Stores, standin: Standin, linked: Account, clock: Clock
) -> None:
    odd, other = standin.world.add_image(linked), standin.world.add_image(linked)
    await dated(stores, odd, NOW - HOUR)
    await dated(stores, other)
    standin.fail_next("unauthorized-403", f"DELETE /3/image/{odd.id}", times=2)
    await house.look()
    await gone(stores, other)
    await until(lambda: is_quiet(stores))
    [expiry] = (await stores.uploads.expiring(ADA, [odd.id])).values()
    assert (expiry.failures, expiry.due_at) == (1, NOW - HOUR)
    awaited = await house.expiries.awaited(ADA)
    assert (awaited.count, awaited.failing) == (1, 1)
    for _ in range(2):
        clock.passes(HOUR)
        await house.look()
        await until(lambda: is_quiet(stores))
    assert await is_gone(stores, odd)


@pytest.mark.parametrize(
    "fault", ["too-many-requests-429", "over-capacity-500", "html-over-capacity-503", "html-kittens-200", "lost-answer"]
)
async def test_trouble_at_imgurs_is_waited_out(
    house: House, stores: Stores, standin: Standin, linked: Account, clock: Clock, fault: str
) -> None:
    image = standin.world.add_image(linked)
    await dated(stores, image)
    standin.fail_next(fault, DELETE)
    await house.look()

    async def has_met_it() -> bool:
        return len(sent(standin)) >= 1

    await until(has_met_it)

    async def goes() -> bool:
        clock.passes(timedelta(minutes=1))
        await hurried(stores)
        await house.look()
        return await is_gone(stores, image)

    await until(goes)
    assert image.id not in standin.world.images


async def hurried(stores: Stores) -> None:
    """A job that waits has waited."""
    if job := await stores.jobs.open_one(KIND, f"{KIND}:{ADA}"):
        await stores.jobs.postpone(job, NOW - DAY)


async def test_a_picture_whose_deletehash_does_not_open_keeps_no_other_waiting(
    stores: Stores,
    accounts: AccountService,
    library: Library,
    clock: Clock,
    standin: Standin,
    linked: Account,
    database_url: str,
) -> None:
    anonymous, other = standin.world.add_image(None), standin.world.add_image(linked)
    await stores.uploads.add(an_upload(anonymous), due_at=NOW - HOUR)
    await dated(stores, other)
    await asyncio.to_thread(
        write, database_url, "UPDATE anonymous_uploads SET deletehash = zeroblob(length(deletehash))"
    )
    async with process(stores, accounts, library, clock.made(), clock.wall, pause=99) as house:
        await house.look()
        await gone(stores, other)
    [expiry] = (await stores.uploads.expiring(ADA, [anonymous.id])).values()
    assert expiry.failures == 1


async def test_a_bot_that_imgur_refuses_tries_no_other_picture_for_a_while(
    stores: Stores, accounts: AccountService, library: Library, clock: Clock, standin: Standin, linked: Account
) -> None:
    images = [standin.world.add_image(linked) for _ in range(5)]
    for image in images:
        await dated(stores, image)
    standin.fail_next("invalid-client-403", "* /3/image/*", times=99)

    async def waits() -> bool:
        job = await stores.jobs.open_one(KIND, f"{KIND}:{ADA}")
        return job is not None and job.failures > 0

    async with process(stores, accounts, library, clock.made(), clock.wall, pause=99) as house:
        await house.look()
        await until(waits)
    assert len(set(sent(standin))) == 1


async def test_what_was_never_to_be_deleted_is_told_after_a_month_and_let_go(
    house: House, stores: Stores, standin: Standin, account: Account, clock: Clock
) -> None:
    """It is in an account that nobody has linked any more. The month in which no process ran does not count."""
    image = standin.world.add_image(account)
    await dated(stores, image, NOW - GIVEN_UP - DAY)
    await house.look()
    await until(lambda: is_quiet(stores))
    claimed = await stores.expiries.claim(ADA, NOW + HOUR)
    assert claimed is not None
    assert claimed.failures == 1
    await stores.expiries.release(claimed, NOW, failures=LEAST_TRIES)
    await house.look()
    await gone(stores, image)
    (words,) = await until(lambda: house.jobs.outcomes(ADA))
    assert read(words.title) == "A picture could not be deleted"
    assert image.id in read(words.text)
    assert sent(standin) == []


# --- accounts that cannot be used ------------------------------------------------------------------------------------


@pytest.mark.parametrize("is_linked", [False, True], ids=["unlinked", "another account"])
async def test_without_its_account_a_picture_goes_by_its_deletehash(
    house: House, stores: Stores, standin: Standin, account: Account, *, is_linked: bool
) -> None:
    standin.switches.deletehash_of_accounts = True
    if is_linked:
        await link(stores, standin, standin.world.add_account("another_imgur"))
    image = standin.world.add_image(account)
    await dated(stores, image, deletehash=image.deletehash)
    await house.look()
    await gone(stores, image)
    assert sent(standin) == [image.deletehash]
    assert standin.sent(DELETE)[0].headers["Authorization"].startswith("Client-ID ")


async def test_a_broken_link_leaves_the_deletehash(
    house: House, stores: Stores, standin: Standin, linked: Account
) -> None:
    standin.switches.deletehash_of_accounts = True
    image = standin.world.add_image(linked)
    await dated(stores, image, deletehash=image.deletehash)
    standin.world.tokens.revoke(linked, CLIENT_ID)
    standin.world.tokens.kill_access_tokens(linked)
    await house.look()
    await gone(stores, image)
    assert image.id not in standin.world.images


@pytest.mark.parametrize("has_handle", [False, True])
async def test_what_cannot_be_deleted_without_its_account_stays_due(
    house: House, stores: Stores, standin: Standin, account: Account, clock: Clock, *, has_handle: bool
) -> None:
    """As Imgur's documents have it, a deletehash is for what is in no account."""
    image = standin.world.add_image(account)
    await dated(stores, image, deletehash=image.deletehash if has_handle else None)
    await house.look()
    await until(lambda: is_quiet(stores))
    assert not await is_gone(stores, image)
    assert image.id in standin.world.images
    await link(stores, standin, account)
    clock.passes(HOUR)
    await house.look()
    await gone(stores, image)
    assert image.id not in standin.world.images


# --- processes -------------------------------------------------------------------------------------------------------


async def test_a_process_that_was_killed_after_imgurs_yes_leaves_it_to_the_next(
    house: House, stores: Stores, standin: Standin, linked: Account, database_url: str
) -> None:
    image = standin.world.add_image(linked)
    await dated(stores, image)
    assert await stores.expiries.claim(ADA, NOW)
    standin.world.remove_image(image)
    await house.look()
    assert await is_quiet(stores)
    await asyncio.to_thread(write, database_url, "UPDATE expiries SET claimed_until = 0")  # as time does
    await house.look()
    await gone(stores, image)


async def test_two_processes_delete_each_picture_once(
    house: House,
    stores: Stores,
    accounts: AccountService,
    library: Library,
    clock: Clock,
    standin: Standin,
    linked: Account,
) -> None:
    images = [standin.world.add_image(linked) for _ in range(12)]
    for image in images:
        await dated(stores, image)
    async with process(stores, accounts, library, clock.made(), clock.wall) as other:
        await asyncio.gather(house.look(), other.look())
        await gone(stores, *images)
    assert sorted(sent(standin)) == sorted(image.id for image in images)


async def test_what_became_due_while_no_process_ran_is_deleted_by_the_next(
    stores: Stores, accounts: AccountService, library: Library, clock: Clock, standin: Standin, linked: Account
) -> None:
    image = standin.world.add_image(linked)
    await dated(stores, image, NOW - 20 * DAY)
    async with process(stores, accounts, library, SteadyClock(clock.wall, lambda: clock.steady), clock.wall) as late:
        await late.look()
        assert sent(standin) == []  # nothing is known of its clock yet
        await late.look()
        await gone(stores, image)


# --- the clock -------------------------------------------------------------------------------------------------------


async def test_a_clock_that_jumps_ahead_and_back_deletes_nothing(
    house: House, stores: Stores, standin: Standin, linked: Account, clock: Clock
) -> None:
    image = standin.world.add_image(linked)
    await dated(stores, image, NOW + HOUR)
    await house.look()
    clock.jumped = 2 * HOUR
    for _ in range(10):
        clock.passes(timedelta(seconds=5))
        await house.look()
    clock.jumped = timedelta()
    for _ in range(10):
        clock.passes(timedelta(minutes=2))
        await house.look()
    assert await is_quiet(stores)
    assert sent(standin) == []
    clock.passes(HOUR)
    await house.look()
    await gone(stores, image)


async def test_a_clock_that_was_put_right_is_believed_after_a_while(
    house: House, stores: Stores, standin: Standin, linked: Account, clock: Clock
) -> None:
    image = standin.world.add_image(linked)
    await dated(stores, image, NOW + HOUR)
    clock.jumped = 2 * HOUR
    await house.look()
    clock.passes(timedelta(seconds=HOLD - 1))
    await house.look()
    assert await is_quiet(stores)
    clock.passes(timedelta(seconds=1))
    await house.look()
    await gone(stores, image)


async def test_a_clock_that_falls_back_by_a_day_delays_by_a_day_and_no_more(
    house: House, stores: Stores, standin: Standin, linked: Account, clock: Clock
) -> None:
    image = standin.world.add_image(linked)
    await dated(stores, image, NOW)
    clock.jumped = -DAY
    await house.look()
    clock.passes(timedelta(seconds=HOLD))
    await house.look()
    assert await is_quiet(stores)
    clock.passes(DAY)
    await house.look()
    await gone(stores, image)


async def test_a_jump_between_the_look_and_the_deletion_is_noticed(
    stores: Stores, accounts: AccountService, library: Library, standin: Standin, linked: Account, clock: Clock
) -> None:
    """The process that deletes need not be the one that looked."""
    image = standin.world.add_image(linked)
    await dated(stores, image, NOW + HOUR)
    ahead = Clock()
    async with process(stores, accounts, library, ahead.made(), ahead.wall) as house:
        ahead.jumped = 2 * HOUR
        job = await house.jobs.begin(KIND, ADA, subject=f"{KIND}:{ADA}")
        assert job is not None

        async def has_waited() -> bool:
            found = await house.jobs.get(ADA, job.id)
            return found is not None and found.due_at > job.due_at

        await until(has_waited)
    assert sent(standin) == []


def test_a_clock_may_be_set_by_a_little() -> None:
    clock = Clock()
    made = clock.made()
    for _ in range(3):
        clock.jumped += TOLERANCE
        clock.passes(timedelta(seconds=5))
        assert made.now() == clock.wall()
    clock.jumped -= TOLERANCE + timedelta(microseconds=1)
    assert made.now() is None


# --- what its owner says ---------------------------------------------------------------------------------------------


async def test_a_kept_picture_stays(
    house: House, stores: Stores, standin: Standin, linked: Account, clock: Clock
) -> None:
    image = standin.world.add_image(linked)
    await dated(stores, image, NOW + HOUR)
    assert (await house.expiries.keep(ADA, image.id)).expiry is None
    assert (await house.expiries.keep(ADA, image.id)).expiry is None  # pressed twice
    clock.passes(2 * HOUR)
    await house.look()
    assert await is_quiet(stores)
    assert image.id in standin.world.images


async def test_a_date_can_be_moved_and_set_anew(
    house: House, stores: Stores, standin: Standin, linked: Account
) -> None:
    image, anonymous = standin.world.add_image(linked), standin.world.add_image(None)
    await stores.uploads.add(an_upload(anonymous))
    for one, account_id in ((image, linked.id), (anonymous, None)):
        for span in (HOUR, 3 * DAY):
            shown = await house.expiries.change(ADA, one.id, span)
            expiry = Expiry(ADA, one.id, NOW + span, account_id)
            assert shown.expiry == expiry
            assert await stores.uploads.expiring(ADA, [one.id]) == {one.id: expiry}


async def test_what_is_being_deleted_can_be_neither_kept_nor_changed(
    house: House, stores: Stores, standin: Standin, linked: Account
) -> None:
    image = standin.world.add_image(linked)
    await dated(stores, image)
    assert await stores.expiries.claim(ADA, NOW)
    with pytest.raises(ExpiringNowError):
        await house.expiries.keep(ADA, image.id)
    with pytest.raises(ExpiringNowError):
        await house.expiries.change(ADA, image.id, HOUR)


@pytest.mark.parametrize("fault", ["over-capacity-500", "throttled-429", "html-over-capacity-503", "unauthorized-403"])
async def test_what_its_owner_says_is_done_though_imgur_shows_nothing(
    house: House, stores: Stores, standin: Standin, linked: Account, fault: str
) -> None:
    """Or whoever wants to save a picture would be told that it failed."""
    image, other = standin.world.add_image(linked), standin.world.add_image(linked)
    await dated(stores, image, NOW + HOUR)
    await dated(stores, other, NOW + HOUR)
    standin.fail_next(fault, "GET *", times=99)
    changed = await house.expiries.change(ADA, other.id, DAY)
    assert changed.shown is None
    assert changed.expiry == Expiry(ADA, other.id, NOW + DAY, linked.id)
    assert await stores.uploads.expiring(ADA, [other.id]) == {other.id: changed.expiry}
    kept = await house.expiries.keep(ADA, image.id)
    assert (kept.shown, kept.expiry) == (None, None)
    assert await is_gone(stores, image)


async def test_it_can_be_kept_and_changed_without_its_account(
    house: House, stores: Stores, standin: Standin, account: Account
) -> None:
    """It is to be deleted by its deletehash then."""
    image = standin.world.add_image(account)
    await dated(stores, image, NOW + HOUR)
    assert (await house.expiries.change(ADA, image.id, DAY)).expiry == Expiry(ADA, image.id, NOW + DAY, account.id)
    assert (await house.expiries.keep(ADA, image.id)).expiry is None
    assert await is_gone(stores, image)


async def test_what_was_kept_meanwhile_gets_the_time_that_is_said_then(
    house: House, stores: Stores, standin: Standin, linked: Account
) -> None:
    """The menu was opened before."""
    image = standin.world.add_image(linked)
    await dated(stores, image, NOW + HOUR)
    await house.expiries.keep(ADA, image.id)
    assert (await house.expiries.change(ADA, image.id, DAY)).expiry == Expiry(ADA, image.id, NOW + DAY, linked.id)
    assert not await is_gone(stores, image)


async def test_of_who_has_everything_erased_meanwhile_no_date_is_noted(
    house: House, stores: Stores, standin: Standin, linked: Account
) -> None:
    image = standin.world.add_image(linked)
    held = standin.switches.hold(f"GET /3/image/{image.id}", answer=True)
    changing = asyncio.create_task(house.expiries.change(ADA, image.id, DAY))
    await held.arrived.wait()
    await stores.leaving.erase(ADA, NOW + timedelta(seconds=1))
    held.release()
    with pytest.raises(ErasedMeanwhileError):
        await changing
    assert await is_gone(stores, image)


async def test_nobody_has_anothers_picture_deleted(
    house: House, stores: Stores, standin: Standin, linked: Account
) -> None:
    image = standin.world.add_image(standin.world.add_account("bob_imgur"))
    with pytest.raises(NotYoursError):
        await house.expiries.change(ADA, image.id, HOUR)
    with pytest.raises(NotYoursError):
        await house.expiries.keep(ADA, image.id)
    assert await is_gone(stores, image)


# --- before an unlink ------------------------------------------------------------------------------------------------


async def test_all_that_is_to_be_deleted_of_an_account_can_be_deleted_now(
    house: House, stores: Stores, standin: Standin, linked: Account
) -> None:
    images = [standin.world.add_image(linked) for _ in range(3)]
    kept, anonymous = standin.world.add_image(linked), standin.world.add_image(None)
    for image in images:
        await dated(stores, image, NOW + DAY)
    await stores.uploads.add(an_upload(anonymous), due_at=NOW + DAY)
    assert await house.expiries.of_account(ADA) == 3
    deleted = await house.expiries.delete_now(ADA)
    assert (deleted.username, deleted.count, deleted.left, deleted.trouble) == (linked.username, 3, 0, None)
    assert sorted(sent(standin)) == sorted(image.id for image in images)
    assert set(standin.world.images) == {kept.id, anonymous.id}


async def test_what_could_not_be_deleted_now_is_told_and_tried_again(
    house: House, stores: Stores, standin: Standin, linked: Account, clock: Clock
) -> None:
    images = [standin.world.add_image(linked) for _ in range(3)]
    for image in images:
        await dated(stores, image, NOW + DAY)
    standin.fail_next("over-capacity-403", DELETE, times=9)
    deleted = await house.expiries.delete_now(ADA)
    assert (deleted.count, deleted.left) == (0, 3)
    assert deleted.trouble is not None
    standin.faults = type(standin.faults)()
    clock.passes(timedelta(minutes=1))
    await house.look()
    await gone(stores, *images)


async def test_one_that_imgur_refuses_keeps_no_other_from_being_deleted_now(
    house: House, stores: Stores, standin: Standin, linked: Account
) -> None:
    images = [standin.world.add_image(linked) for _ in range(3)]
    for number, image in enumerate(images):
        await dated(stores, image, NOW + DAY + number * HOUR)
    standin.fail_next("unauthorized-403", f"DELETE /3/image/{images[0].id}")
    deleted = await house.expiries.delete_now(ADA)
    assert (deleted.count, deleted.left) == (2, 1)
    assert isinstance(deleted.trouble, ForbiddenError)
    assert len(sent(standin)) == 3


async def test_what_is_uploaded_kept_or_moved_meanwhile_is_not_deleted_now_and_keeps_nobody_waiting(
    house: House, stores: Stores, standin: Standin, linked: Account
) -> None:
    images = [standin.world.add_image(linked) for _ in range(3)]
    for image in images:
        await dated(stores, image, NOW + DAY)
    held = standin.switches.hold(DELETE)
    deleting = asyncio.create_task(house.expiries.delete_now(ADA))
    await held.arrived.wait()
    first, kept, moved = sorted(images, key=lambda image: image.id != sent(standin)[0])
    await house.expiries.keep(ADA, kept.id)
    await house.expiries.change(ADA, moved.id, DAY)
    new = standin.world.add_image(linked)
    await dated(stores, new, NOW + DAY)
    held.release()
    deleted = await deleting
    assert deleted.count == 1
    assert set(standin.world.images) == {kept.id, moved.id, new.id}
    assert await house.expiries.of_account(ADA) == 2
    assert first.id in sent(standin)


async def test_what_another_process_is_deleting_is_waited_for(
    house: House, stores: Stores, standin: Standin, linked: Account
) -> None:
    image = standin.world.add_image(linked)
    await dated(stores, image)
    claimed = await stores.expiries.claim(ADA, NOW)
    assert claimed is not None
    deleting = asyncio.create_task(house.expiries.delete_now(ADA))
    await until(lambda: is_hurried(stores, image))
    assert sent(standin) == []
    await stores.expiries.release(claimed, NOW + DAY, failures=9)  # in vain, and not to be tried again for long
    assert (await deleting).count == 1
    assert image.id not in standin.world.images


async def is_hurried(stores: Stores, image: StoredImage) -> bool:
    return (await stores.uploads.expiring(ADA, [image.id]))[image.id].due_at == NOW


async def test_who_is_not_linked_has_nothing_in_an_account(house: House) -> None:
    assert await house.expiries.of_account(ADA) == 0
    with pytest.raises(NothingLinkedError):
        await house.expiries.delete_now(ADA)
