from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import pytest

from standins.imgur import Standin, running
from standins.imgur.records import Account
from tests.standins.caller import CALLBACK, CLIENT, SECRET, Caller


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
        yield session


@pytest.fixture
async def standin() -> AsyncIterator[Standin]:
    async with running() as standin:
        standin.register_client(CLIENT, SECRET, CALLBACK)
        yield standin


@pytest.fixture
def alice(standin: Standin) -> Account:
    return standin.world.add_account("alice_example")


@pytest.fixture
def bob(standin: Standin) -> Account:
    return standin.world.add_account("bob_example")


@pytest.fixture
def as_alice(session: aiohttp.ClientSession, standin: Standin, alice: Account) -> Caller:
    return Caller(session, standin, alice)


@pytest.fixture
def as_bob(session: aiohttp.ClientSession, standin: Standin, bob: Account) -> Caller:
    return Caller(session, standin, bob)


@pytest.fixture
def anonymous(session: aiohttp.ClientSession, standin: Standin) -> Caller:
    return Caller(session, standin, None)


@pytest.fixture
def callers(as_alice: Caller, as_bob: Caller, anonymous: Caller) -> dict[str, Caller]:
    return {"as_alice": as_alice, "as_bob": as_bob, "anonymous": anonymous}
