"""Calls with a linked user's token, against the stand-in and a real database."""

from __future__ import annotations

import asyncio
import secrets
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from errors import LinkBrokenError, NotLinkedError
from imgur.client import ImgurClient
from imgur.errors import (
    ApplicationRefusedError,
    BadAnswerError,
    ImgurError,
    OverCapacityError,
    RenewalSlowError,
    UnauthorizedError,
)
from imgur.models import AccessToken
from services.account import LEASE, REFRESH_MARGIN, AccountService
from services.linking import LinkingService
from services.quota.allowances import APPLICATION
from services.quota.governor import Governor
from standins.imgur.records import Account
from standins.imgur.standin import Standin
from standins.imgur.tokens import Grant
from storage import Stores
from storage.accounts import AccountStore
from storage.database import open_database
from storage.models import AttemptStatus, ImgurAccount, LinkAttempt
from storage.sealing import Keyring, new_key
from tests.conftest import CLIENT_ID, CLIENT_SECRET
from tests.databases import on_both
from tests.storage.factories import mark_refused

ADA, BOB = 1001, 1002
REFRESH = "POST /oauth2/token"


async def link(stores: Stores, standin: Standin, account: Account, discord_id: int = ADA, life: float = 3600) -> str:
    """Link as the end of an attempt does; gives the refresh token."""
    now, name = datetime.now(UTC), secrets.token_hex(8)
    tokens = standin.world.issue_tokens(account, CLIENT_ID)
    stored = ImgurAccount(
        account.id, account.username, tokens.access_token, tokens.refresh_token, now + timedelta(seconds=life)
    )
    attempt = LinkAttempt(name, discord_id, "ada", now, now + timedelta(minutes=10), nonce_hash=name.encode())
    assert await stores.attempts.begin(attempt, hourly_limit=20)
    hashes = {"cookie_hash": b"c", "state_hash": name.encode()}
    assert await stores.attempts.bind(attempt.id, **hashes, now=now)
    assert await stores.attempts.spend(attempt.id, **hashes, now=now)
    assert await stores.attempts.prove(attempt.id, stored, "CODE", now=now)
    assert await stores.attempts.complete(attempt.id, now=now)
    return tokens.refresh_token


@pytest.fixture
def account(standin: Standin) -> Account:
    return standin.world.add_account("ada_imgur")


async def token_of(auth: AccessToken) -> str:
    return auth.value


async def test_call_is_refused_when_nobody_is_linked(accounts: AccountService) -> None:
    assert await accounts.linked(ADA) is None
    with pytest.raises(NotLinkedError):
        await accounts.authorized(ADA, token_of)
    with pytest.raises(NotLinkedError):
        await accounts.unlink(ADA)


@dataclass
class Leaving:
    """The accounts' store; the user unlinks, in another process, right after their token was read."""

    accounts: AccountStore

    def __getattr__(self, name: str) -> Any:
        return getattr(self.accounts, name)

    async def linked(self, discord_id: int) -> ImgurAccount | None:
        found = await self.accounts.linked(discord_id)
        await self.accounts.unlink(discord_id)
        return found


@on_both
async def test_nothing_is_asked_of_imgur_for_whoever_leaves_in_the_moment_after_their_token_was_read(
    stores: Stores, imgur_client: ImgurClient, standin: Standin, account: Account
) -> None:
    await link(stores, standin, account)
    accounts: Any = Leaving(stores.accounts)
    governor = Governor(stores.ledger, is_linked=stores.accounts.is_linked)
    async with aiohttp.ClientSession() as session:
        client = ImgurClient(session, CLIENT_ID, "made-up", base_url=standin.url, middlewares=(governor,))
        service = AccountService(accounts, client, second_look=0)
        with pytest.raises(NotLinkedError):
            await service.authorized(ADA, client.account)
        await service.close()
    await governor.close()
    assert standin.sent("GET /3/account/*") == []
    assert (await governor.standing(ADA, APPLICATION)).remaining == APPLICATION.limit


async def test_call_gets_the_stored_token_when_it_is_fresh(
    accounts: AccountService, stores: Stores, standin: Standin, account: Account
) -> None:
    await link(stores, standin, account)
    assert await accounts.authorized(ADA, token_of) in standin.world.tokens.access
    assert not standin.sent(REFRESH)


@pytest.mark.parametrize(("left", "refreshes"), [(-60, 1), (5, 1), (REFRESH_MARGIN.seconds + 10, 0)])
async def test_token_is_refreshed_when_it_ends_within_the_margin(
    accounts: AccountService, stores: Stores, standin: Standin, account: Account, *, left: int, refreshes: int
) -> None:
    await link(stores, standin, account, life=left)
    assert await accounts.authorized(ADA, token_of) in standin.world.tokens.access
    await accounts.authorized(ADA, token_of)
    assert len(standin.sent(REFRESH)) == refreshes


@pytest.mark.parametrize(("era", "status"), [("classic", 403), ("2024+", 401), ("2024+", 429)])
async def test_token_is_refreshed_once_when_imgur_ends_it_early(
    accounts: AccountService, stores: Stores, standin: Standin, account: Account, *, era: str, status: int
) -> None:
    standin.switches.era, standin.switches.invalid_token_status = era, status  # type: ignore[assignment] # parametrised
    await link(stores, standin, account)
    standin.world.tokens.kill_access_tokens()
    overview = await accounts.overview(ADA)
    assert overview.account.username == "ada_imgur"
    assert len(standin.sent(REFRESH)) == 1
    stored = await stores.accounts.linked(ADA)
    assert stored is not None
    assert stored.access_token in standin.world.tokens.access


async def test_returned_refresh_token_is_kept_when_imgur_rotates_them(
    accounts: AccountService, stores: Stores, standin: Standin, account: Account
) -> None:
    standin.switches.rotation = "strict"
    first = await link(stores, standin, account)
    for _ in range(3):
        standin.world.tokens.kill_access_tokens()
        await accounts.overview(ADA)
    stored = await stores.accounts.linked(ADA)
    assert stored is not None
    assert stored.refresh_token != first
    assert stored.refresh_token in standin.world.tokens.refresh


async def test_second_refusal_passes_when_the_token_was_just_refreshed(
    accounts: AccountService, stores: Stores, standin: Standin, account: Account
) -> None:
    calls = []

    async def refused(auth: AccessToken) -> None:
        calls.append(auth.value)
        raise UnauthorizedError

    await link(stores, standin, account)
    with pytest.raises(UnauthorizedError):
        await accounts.authorized(ADA, refused)
    assert len(set(calls)) == len(calls) == 2
    linked = await accounts.linked(ADA)
    assert linked is not None
    assert not linked.broken


async def test_refresh_happens_once_when_many_commands_of_two_users_wait(
    accounts: AccountService, stores: Stores, standin: Standin, account: Account
) -> None:
    standin.switches.rotation = "strict"
    await link(stores, standin, account, ADA, life=-1)
    await link(stores, standin, account, BOB, life=-1)
    held = standin.switches.hold(REFRESH)
    commands = [asyncio.create_task(accounts.authorized(user, token_of)) for user in (ADA, BOB) * 25]
    await held.arrived.wait()
    held.release()
    assert len(set(await asyncio.gather(*commands))) == 1
    assert len(standin.sent(REFRESH)) == 1


async def test_refresh_goes_on_when_the_command_that_began_it_is_cancelled(
    accounts: AccountService, stores: Stores, standin: Standin, account: Account
) -> None:
    await link(stores, standin, account, life=-1)
    held = standin.switches.hold(REFRESH)
    first, second = (asyncio.create_task(accounts.authorized(ADA, token_of)) for _ in range(2))
    await held.arrived.wait()
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    held.release()
    assert await second in standin.world.tokens.access
    assert len(standin.sent(REFRESH)) == 1


async def test_refreshed_tokens_are_stored_when_every_command_was_cancelled_and_the_bot_stops(
    accounts: AccountService, stores: Stores, standin: Standin, account: Account
) -> None:
    standin.switches.rotation = "strict"
    await link(stores, standin, account, life=-1)
    held = standin.switches.hold(REFRESH, answer=True)
    command = asyncio.create_task(accounts.authorized(ADA, token_of))
    await held.arrived.wait()
    command.cancel()
    held.release()
    await accounts.close()
    stored = await stores.accounts.linked(ADA)
    assert stored is not None
    assert stored.refresh_token in standin.world.tokens.refresh


async def test_new_tokens_are_kept_when_imgur_gives_them_after_every_command_has_given_up(
    stores: Stores, imgur_client: ImgurClient, standin: Standin, account: Account
) -> None:
    standin.switches.rotation = "strict"
    accounts = AccountService(stores.accounts, imgur_client, second_look=0, patience=0.1)
    await link(stores, standin, account, life=-1)
    held = standin.switches.hold(REFRESH, answer=True)
    for _ in range(2):
        with pytest.raises(RenewalSlowError):
            await accounts.authorized(ADA, token_of)
    held.release()
    await accounts.close()
    assert await accounts.authorized(ADA, token_of) in standin.world.tokens.access
    assert len(standin.sent(REFRESH)) == 1


async def test_what_imgur_answers_late_is_waited_for_longer_than_another_answer(
    stores: Stores, standin: Standin, account: Account
) -> None:
    standin.switches.rotation = "strict"
    await link(stores, standin, account, life=-1)
    async with aiohttp.ClientSession() as session:
        client = ImgurClient(session, CLIENT_ID, CLIENT_SECRET, base_url=standin.url, timeout=0.2)
        accounts = AccountService(stores.accounts, client, second_look=0)
        held = standin.switches.hold(REFRESH, answer=True)
        command = asyncio.create_task(accounts.authorized(ADA, token_of))
        await held.arrived.wait()
        await asyncio.sleep(0.5)
        held.release()
        assert await command in standin.world.tokens.access
        await accounts.close()


async def test_bot_stops_at_once_when_it_only_waits_for_another_process_to_refresh(
    accounts: AccountService, stores: Stores, standin: Standin, account: Account
) -> None:
    await link(stores, standin, account, life=-1)
    stored = await stores.accounts.get(account.id)
    assert stored is not None
    assert await stores.accounts.claim(account.id, stored.version, by="another", seconds=LEASE)
    command = asyncio.create_task(accounts.authorized(ADA, token_of))
    await asyncio.sleep(0.3)
    assert not command.done()
    async with asyncio.timeout(20):
        await accounts.close()
    await command
    assert standin.sent(REFRESH) == []


async def test_bot_stops_in_order_when_a_refresh_fails_meanwhile(
    accounts: AccountService, stores: Stores, standin: Standin, account: Account
) -> None:
    await link(stores, standin, account, life=-1)
    standin.fail_next("over-capacity-500", REFRESH, times=10)
    held = standin.switches.hold(REFRESH)
    command = asyncio.create_task(accounts.authorized(ADA, token_of))
    await held.arrived.wait()
    stopped = asyncio.create_task(accounts.close())
    await asyncio.sleep(0)
    held.release()
    await stopped
    with pytest.raises(OverCapacityError):
        await command


@pytest.mark.parametrize("status", [400, 401])
async def test_link_is_marked_broken_when_imgur_rejects_the_refresh_token(
    accounts: AccountService, stores: Stores, standin: Standin, account: Account, *, status: int
) -> None:
    standin.switches.invalid_refresh_status = status  # type: ignore[assignment] # parametrised
    await link(stores, standin, account)
    standin.world.tokens.revoke(account, CLIENT_ID)
    for _ in range(2):
        with pytest.raises(LinkBrokenError):
            await accounts.overview(ADA)
    assert len(standin.sent(REFRESH)) == 2  # and not believed at once
    linked = await accounts.linked(ADA)
    assert linked is not None
    assert linked.broken


async def test_link_is_not_broken_when_imgur_is_only_down(
    accounts: AccountService, stores: Stores, standin: Standin, account: Account
) -> None:
    await link(stores, standin, account, life=-1)
    standin.fail_next("over-capacity-500", REFRESH)
    with pytest.raises(OverCapacityError):
        await accounts.authorized(ADA, token_of)
    assert await accounts.authorized(ADA, token_of) in standin.world.tokens.access


async def test_unlink_wins_when_a_refresh_is_under_way(
    accounts: AccountService, stores: Stores, standin: Standin, account: Account
) -> None:
    await link(stores, standin, account, life=-1)
    held = standin.switches.hold(REFRESH, answer=True)
    command = asyncio.create_task(accounts.authorized(ADA, token_of))
    await held.arrived.wait()
    assert (await accounts.unlink(ADA)).username == "ada_imgur"
    held.release()
    with pytest.raises(NotLinkedError):
        await command
    assert await stores.accounts.get(account.id) is None


async def test_shared_account_stays_for_the_other_when_one_leaves_during_a_refresh(
    accounts: AccountService, stores: Stores, standin: Standin, account: Account
) -> None:
    await link(stores, standin, account, ADA, life=-1)
    await link(stores, standin, account, BOB, life=-1)
    held = standin.switches.hold(REFRESH, answer=True)
    of_ada, of_bob = (asyncio.create_task(accounts.authorized(user, token_of)) for user in (ADA, BOB))
    await held.arrived.wait()
    await accounts.unlink(ADA)
    held.release()
    with pytest.raises(NotLinkedError):
        await of_ada
    assert await of_bob in standin.world.tokens.access


@pytest.mark.parametrize("fails", [False, True])
async def test_the_other_process_wins_when_it_has_refreshed_meanwhile(
    accounts: AccountService, stores: Stores, standin: Standin, account: Account, *, fails: bool
) -> None:
    await link(stores, standin, account, life=-1)
    before = await stores.accounts.linked(ADA)
    assert before is not None
    held = standin.switches.hold(REFRESH)
    command = asyncio.create_task(accounts.authorized(ADA, token_of))
    await held.arrived.wait()
    if fails:
        standin.world.tokens.revoke(account, CLIENT_ID)
    later = datetime.now(UTC) + timedelta(hours=1)
    assert await stores.accounts.refreshed(replace(before, access_token="theirs", expires_at=later))
    held.release()
    assert await command == "theirs"


async def test_refresh_is_not_asked_for_when_another_process_has_done_it(
    accounts: AccountService, stores: Stores, standin: Standin, account: Account
) -> None:
    await link(stores, standin, account)

    async def call(auth: AccessToken) -> str:
        if auth.value == "theirs":
            return auth.value
        before = await stores.accounts.linked(ADA)
        assert before is not None
        assert await stores.accounts.refreshed(replace(before, access_token="theirs"))
        raise UnauthorizedError

    assert await accounts.authorized(ADA, call) == "theirs"
    assert not standin.sent(REFRESH)


async def test_overview_counts_images_and_credits_when_linked(
    accounts: AccountService, stores: Stores, standin: Standin, account: Account
) -> None:
    await link(stores, standin, account)
    for _ in range(3):
        standin.world.add_image(account)
    standin.world.add_image()
    overview = await accounts.overview(ADA)
    assert (overview.account.id, overview.images_count) == (account.id, 3)
    assert overview.limits.user_remaining is not None
    assert overview.limits.client_remaining is not None


async def test_twenty_overviews_at_once_are_one_read_and_the_next_one_is_read_anew(
    accounts: AccountService, stores: Stores, standin: Standin, account: Account
) -> None:
    await link(stores, standin, account)
    await asyncio.gather(*(accounts.overview(ADA) for _ in range(20)))
    assert len(standin.sent("GET /3/*")) == 2
    standin.world.add_image(account)
    assert (await accounts.overview(ADA)).images_count == 1


@dataclass
class LateStore:
    """A database that answers the second question late."""

    store: AccountStore
    asked: int = 0
    go_on: asyncio.Event = field(default_factory=asyncio.Event)

    async def linked(self, discord_id: int) -> ImgurAccount | None:
        self.asked += 1
        if self.asked == 2:
            await self.go_on.wait()
        return await self.store.linked(discord_id)


async def test_overviews_asked_for_at_once_are_one_read_though_the_database_answers_one_of_them_late(
    stores: Stores, imgur_client: ImgurClient, standin: Standin, account: Account
) -> None:
    await link(stores, standin, account)
    late = LateStore(stores.accounts)
    store: Any = late
    accounts = AccountService(store, imgur_client)
    first, second = (asyncio.create_task(accounts.overview(ADA)) for _ in range(2))
    overview = await first
    late.go_on.set()
    assert await second == overview
    assert len(standin.sent("GET /3/*")) == 2


async def test_unlink_erases_and_voids_when_an_attempt_is_under_way(
    accounts: AccountService, stores: Stores, standin: Standin, account: Account, linking: LinkingService
) -> None:
    await link(stores, standin, account)
    offer = await linking.begin(ADA, "ada")
    assert offer.present == await accounts.linked(ADA)
    await accounts.unlink(ADA)
    attempt = await stores.attempts.by_id(offer.attempt_id)
    assert attempt is not None
    assert attempt.status is AttemptStatus.VOID
    assert await stores.accounts.get(account.id) is None


# --- a good link stays good ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("answer", ["html-bad-request-400", "gateway-403", "unauthorized-403", "invalid-client-403"])
async def test_link_stays_when_what_refuses_is_not_about_the_user(
    accounts: AccountService, stores: Stores, standin: Standin, account: Account, *, answer: str
) -> None:
    await link(stores, standin, account, life=-1)
    standin.fail_next(answer, REFRESH, times=2)
    with pytest.raises(ImgurError):
        await accounts.authorized(ADA, token_of)
    standin.faults.clear()
    assert await accounts.authorized(ADA, token_of) in standin.world.tokens.access


async def test_every_link_stays_and_the_operator_is_told_when_the_secret_is_wrong(
    accounts: AccountService,
    stores: Stores,
    standin: Standin,
    account: Account,
    caplog: pytest.LogCaptureFixture,
) -> None:
    await link(stores, standin, account, life=-1)
    registered = standin.world.tokens.clients[CLIENT_ID]
    standin.register_client(CLIENT_ID, "another secret", registered.callback_url)
    with pytest.raises(ApplicationRefusedError):
        await accounts.authorized(ADA, token_of)
    (told,) = [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]
    assert "client id and secret" in told
    standin.world.tokens.clients[CLIENT_ID] = registered
    assert await accounts.authorized(ADA, token_of) in standin.world.tokens.access


async def test_refusal_is_not_believed_when_a_second_look_says_otherwise(
    accounts: AccountService, stores: Stores, standin: Standin, account: Account
) -> None:
    await link(stores, standin, account, life=-1)
    held = standin.switches.hold(REFRESH)
    command = asyncio.create_task(accounts.authorized(ADA, token_of))
    await held.arrived.wait()
    known = dict(standin.world.tokens.refresh)
    standin.world.tokens.refresh.clear()  # as a replica of Imgur's that is behind
    second = standin.switches.hold(REFRESH)
    held.release()
    async with asyncio.timeout(20):
        await second.arrived.wait()
    standin.world.tokens.refresh.update(known)
    second.release()
    assert await command in standin.world.tokens.access
    linked = await accounts.linked(ADA)
    assert linked is not None
    assert not linked.broken


async def test_broken_link_is_tried_again_when_its_user_comes_by_and_at_most_every_ten_minutes(
    stores: Stores, imgur_client: ImgurClient, standin: Standin, account: Account
) -> None:
    passed = 0.0
    accounts = AccountService(stores.accounts, imgur_client, second_look=0, clock=lambda: passed)
    await link(stores, standin, account)
    stored = await stores.accounts.linked(ADA)
    assert stored is not None
    await mark_refused(stores, account.id, stored.version)  # as a release before this one did

    known = dict(standin.world.tokens.refresh)
    standin.world.tokens.refresh.clear()
    for second in (0, 1, 599):
        passed = second
        linked = await accounts.linked(ADA)
        assert linked is not None
        assert linked.broken
    assert len(standin.sent(REFRESH)) == 1

    standin.world.tokens.refresh.update(known)
    passed = 601
    found = await asyncio.gather(*(accounts.linked(ADA) for _ in range(5)))
    assert [one and one.broken for one in found] == [False] * 5
    assert len(standin.sent(REFRESH)) == 2
    assert await accounts.authorized(ADA, token_of) in standin.world.tokens.access


async def test_suggestions_do_not_wait_for_imgur_when_a_broken_link_is_tried_again(
    accounts: AccountService,
    stores: Stores,
    standin: Standin,
    account: Account,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("services.account.REPAIR_PATIENCE", 0.1)
    await link(stores, standin, account)
    stored = await stores.accounts.linked(ADA)
    assert stored is not None
    await mark_refused(stores, account.id, stored.version)
    held = standin.switches.hold(REFRESH)
    async with asyncio.timeout(20):
        linked = await accounts.linked(ADA)
    assert linked is not None
    assert linked.broken
    held.release()
    await accounts.close()
    linked = await accounts.linked(ADA)
    assert linked is not None
    assert not linked.broken


async def test_name_that_comes_with_a_refresh_is_stored(
    accounts: AccountService, stores: Stores, standin: Standin, account: Account
) -> None:
    await link(stores, standin, account, life=-1)
    account.username = "ada_renamed"
    await accounts.authorized(ADA, token_of)
    linked = await accounts.linked(ADA)
    assert linked is not None
    assert linked.username == "ada_renamed"
    assert (await accounts.unlink(ADA)).username == "ada_renamed"


@pytest.mark.parametrize("name", [None, "", " ", "\u200b", "a b", "x" * 65, "x\ny"])
async def test_name_stays_when_what_comes_with_a_refresh_is_none(
    accounts: AccountService, stores: Stores, standin: Standin, account: Account, *, name: Any
) -> None:
    await link(stores, standin, account, life=-1)
    account.username = name
    await accounts.authorized(ADA, token_of)
    linked = await accounts.linked(ADA)
    assert linked is not None
    assert linked.username == "ada_imgur"


async def test_tokens_of_another_account_are_not_taken(
    accounts: AccountService, stores: Stores, standin: Standin, account: Account
) -> None:
    refresh_token = await link(stores, standin, account, life=-1)
    bob = standin.world.add_account("bob_imgur")
    standin.world.tokens.refresh[refresh_token] = Grant(bob, CLIENT_ID)
    with pytest.raises(BadAnswerError):
        await accounts.authorized(ADA, token_of)
    stored = await stores.accounts.linked(ADA)
    assert stored is not None
    assert (stored.username, stored.refresh_token, stored.broken) == ("ada_imgur", refresh_token, False)
    assert standin.world.tokens.access[stored.access_token].account is account


@pytest.fixture
async def hasty(database_url: str) -> AsyncIterator[Stores]:
    """Stores over a database that does not wait for a lock."""
    async with open_database(database_url, busy_timeout=0.01) as database:
        yield Stores.of(database, Keyring({"k1": new_key()}))


@pytest.fixture
async def lock(tmp_path: Path) -> AsyncIterator[sqlite3.Connection]:
    """Another process's connection, which may lock the database."""
    with closing(sqlite3.connect(tmp_path / "bot.db", isolation_level=None)) as other:
        yield other


async def test_new_tokens_are_used_and_written_later_when_the_database_is_locked(
    hasty: Stores, imgur_client: ImgurClient, standin: Standin, account: Account, lock: sqlite3.Connection
) -> None:
    accounts = AccountService(hasty.accounts, imgur_client, second_look=0)
    standin.switches.rotation = "strict"
    old = await link(hasty, standin, account, life=-1)
    lock.execute("BEGIN IMMEDIATE")
    token = await accounts.authorized(ADA, token_of)
    assert token in standin.world.tokens.access
    assert await accounts.authorized(ADA, token_of) == token
    assert len(standin.sent(REFRESH)) == 1
    standin.world.tokens.kill_access_tokens()  # and once more while nothing can be written
    assert (await accounts.overview(ADA)).account.username == "ada_imgur"
    stored = await hasty.accounts.linked(ADA)
    assert stored is not None
    assert stored.refresh_token == old
    lock.execute("ROLLBACK")
    await accounts.close()
    stored = await hasty.accounts.linked(ADA)
    assert stored is not None
    assert stored.refresh_token in standin.world.tokens.refresh
    assert stored.access_token in standin.world.tokens.access


async def test_new_tokens_are_written_by_themselves_when_the_lock_goes(
    hasty: Stores, imgur_client: ImgurClient, standin: Standin, account: Account, lock: sqlite3.Connection
) -> None:
    accounts = AccountService(hasty.accounts, imgur_client)
    await link(hasty, standin, account, life=-1)
    lock.execute("BEGIN IMMEDIATE")
    token = await accounts.authorized(ADA, token_of)
    lock.execute("ROLLBACK")
    for _ in range(600):
        stored = await hasty.accounts.linked(ADA)
        if stored is not None and stored.access_token == token:
            break
        await asyncio.sleep(0.05)
    else:
        pytest.fail("not written")
    await accounts.close()


async def test_unwritten_tokens_give_way_when_the_user_links_anew_or_leaves(
    hasty: Stores, imgur_client: ImgurClient, standin: Standin, account: Account, lock: sqlite3.Connection
) -> None:
    accounts = AccountService(hasty.accounts, imgur_client)
    await link(hasty, standin, account, life=-1)
    lock.execute("BEGIN IMMEDIATE")
    unwritten = await accounts.authorized(ADA, token_of)
    lock.execute("ROLLBACK")
    await link(hasty, standin, account)
    assert await accounts.authorized(ADA, token_of) != unwritten
    await accounts.unlink(ADA)
    await accounts.close()
    assert await hasty.accounts.get(account.id) is None
