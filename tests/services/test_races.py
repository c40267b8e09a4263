"""What happens between two steps of one use case, made to happen each time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from errors import LinkForeignBrowserError, LinkUsedError
from imgur.client import ImgurClient
from imgur.errors import OverCapacityError, UnauthorizedError
from imgur.models import AccessToken
from services.account import AccountService
from services.attempt import cookie_name
from services.linking import Bound, Further, LinkingService
from standins.imgur.standin import Standin
from storage import Stores
from storage.accounts import AccountStore
from storage.attempts import AttemptStore
from storage.database import Database
from storage.errors import DatabaseUnavailableError
from storage.models import ImgurAccount, LinkAttempt
from storage.sealing import Keyring, new_key
from tests.services.test_account import ADA, link, token_of
from tests.services.test_linking import Announcements, proved


class Overtaken(AttemptStore):
    """Something else is quicker: `first` happens before the next step to be taken on record."""

    first: str | None = None

    async def bind(self, attempt_id: str, *, cookie_hash: bytes, state_hash: bytes, now: datetime) -> bool:
        if self.first == "another tab came back":
            await self.spend(attempt_id, cookie_hash=cookie_hash, state_hash=state_hash, now=now)
        if self.first == "another browser":
            await super().bind(attempt_id, cookie_hash=b"theirs", state_hash=b"theirs", now=now)
        return await super().bind(attempt_id, cookie_hash=cookie_hash, state_hash=state_hash, now=now)

    async def begin(self, attempt: LinkAttempt, *, hourly_limit: int) -> bool:
        current = await self.current(attempt.discord_id) if self.first == "code" else None
        if current is not None:
            await self.complete(current.id, now=attempt.created_at)
        return await super().begin(attempt, hourly_limit=hourly_limit)

    async def complete(self, attempt_id: str, *, now: datetime) -> Any:
        if self.first == "stop":
            await self.void(attempt_id)
        return await super().complete(attempt_id, now=now)


@pytest.fixture
def attempts(database: Database) -> Overtaken:
    return Overtaken(database, Keyring({"k1": new_key()}))


@pytest.fixture
def overtaken(attempts: Overtaken, stores: Stores, imgur_client: ImgurClient) -> LinkingService:
    return LinkingService(
        attempts,
        stores.accounts,
        imgur_client,
        public_url="http://127.0.0.1",
        authorize_url=imgur_client.authorize_url,
    )


async def test_browser_goes_to_its_last_page_when_another_tab_is_quicker_than_continue(
    overtaken: LinkingService, attempts: Overtaken
) -> None:
    offer = await overtaken.begin(ADA, "ada")
    nonce = offer.url.rpartition("/")[2]
    bound = await overtaken.bind(nonce, {})
    assert isinstance(bound, Bound)
    attempts.first = "another tab came back"
    assert await overtaken.bind(nonce, {cookie_name(offer.attempt_id): bound.cookie}) == Further(offer.attempt_id)


async def test_message_of_a_linked_account_stays_when_the_code_is_quicker_than_a_new_attempt(
    overtaken: LinkingService, attempts: Overtaken, standin: Standin
) -> None:
    heard = Announcements()
    overtaken.announce_with(heard)
    await proved(overtaken, standin, standin.world.add_account("ada_imgur"))
    attempts.first = "code"
    await overtaken.begin(ADA, "ada", "newer")
    assert heard.failures == []


async def test_continue_is_refused_when_another_browser_is_quicker(
    overtaken: LinkingService, attempts: Overtaken
) -> None:
    offer = await overtaken.begin(ADA, "ada")
    attempts.first = "another browser"
    with pytest.raises(LinkForeignBrowserError):
        await overtaken.bind(offer.url.rpartition("/")[2], {})


async def test_right_code_links_nothing_when_the_attempt_is_stopped_at_that_moment(
    overtaken: LinkingService, attempts: Overtaken, stores: Stores, standin: Standin
) -> None:
    offer = await overtaken.begin(ADA, "ada")
    now, hashes = datetime.now(UTC), {"cookie_hash": b"c", "state_hash": b"s"}
    account = ImgurAccount(7, "ada_imgur", "fake-access", "fake-refresh", now + timedelta(hours=1))
    await attempts.bind(offer.attempt_id, **hashes, now=now)
    await attempts.spend(offer.attempt_id, **hashes, now=now)
    await attempts.prove(offer.attempt_id, account, "AAAA1111", now=now)
    attempts.first = "stop"
    with pytest.raises(LinkUsedError):
        await overtaken.enter_code(ADA, "AAAA1111")
    assert await stores.accounts.named(ADA) is None


class Busy(AccountStore):
    """Refuses the first write of tokens; `meanwhile` happens during the next."""

    refusals = 1
    meanwhile: Callable[[], Awaitable[object]] | None = None

    async def refreshed(self, account: ImgurAccount) -> int | None:
        if self.refusals:
            self.refusals -= 1
            raise DatabaseUnavailableError
        happens, self.meanwhile = self.meanwhile, None
        if happens is not None:
            await happens()
        return await super().refreshed(account)


async def test_newest_tokens_are_written_when_they_come_while_older_ones_are(
    database: Database, imgur_client: ImgurClient, standin: Standin
) -> None:
    keyring = Keyring({"k1": new_key()})
    busy, stores = Busy(database, keyring), Stores.of(database, keyring)
    await link(stores, standin, standin.world.add_account("ada_imgur"), life=-60)
    service = AccountService(busy, imgur_client)
    seen: list[str] = []

    async def refused_once(auth: AccessToken) -> None:
        seen.append(auth.value)
        if len(seen) == 1:
            raise UnauthorizedError

    await service.authorized(ADA, token_of)
    busy.meanwhile = lambda: service.authorized(ADA, refused_once)
    await service.close()
    stored = await stores.accounts.linked(ADA)
    assert stored is not None
    assert len(set(seen)) == 2
    assert stored.access_token == seen[-1]


async def test_closing_waits_for_a_refresh_that_fails_and_ends_all_the_same(
    database: Database, imgur_client: ImgurClient, standin: Standin
) -> None:
    stores = Stores.of(database, Keyring({"k1": new_key()}))
    await link(stores, standin, standin.world.add_account("ada_imgur"), life=-60)
    standin.fail_next("over-capacity-500", "POST /oauth2/token")
    held = standin.switches.hold("POST /oauth2/token", answer=True)
    service = AccountService(stores.accounts, imgur_client)
    waiting = asyncio.create_task(service.authorized(ADA, token_of))
    await held.arrived.wait()
    closing = asyncio.create_task(service.close())
    await asyncio.sleep(0.01)
    assert not closing.done()
    held.release()
    await closing
    with pytest.raises(OverCapacityError):
        await waiting
