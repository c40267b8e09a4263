from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Iterator
from types import SimpleNamespace
from typing import Any, cast

import pytest
import stamina
from aiohttp import ClientResponse, ClientSession, DummyCookieJar
from aiohttp.abc import AbstractStreamWriter
from aioresponses import aioresponses

from imgur import AccessToken, ImgurClient
from standins.imgur import Standin, running
from standins.imgur.records import Account
from tests.imgur.samples import API, CLIENT_ID, CLIENT_SECRET


class SpokenResponse(ClientResponse):
    """Supplies the argument that aioresponses does not know aiohttp to need (its issue 289)."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, stream_writer=cast("AbstractStreamWriter", SimpleNamespace(output_size=0)), **kwargs)


class Imgur:
    """Answers of our choosing under Imgur's address, and what was asked for."""

    def __init__(self, mock: aioresponses) -> None:
        self._mock = mock

    def answers(self, method: str, path: str, body: Any = None, *, status: int = 200, **options: Any) -> None:
        """Queue an answer; `body` other than text or bytes goes out as JSON."""
        text = body if isinstance(body, str | bytes) else json.dumps(body)
        self._mock.add(API + path, method, status=status, body=text, response_class=SpokenResponse, **options)

    def gives(self, method: str, path: str, data: Any, **options: Any) -> None:
        """Queue a success with this data."""
        self.answers(method, path, {"data": data, "success": True, "status": 200}, **options)

    def fails(self, method: str, path: str, error: Exception) -> None:
        """Queue a failure below HTTP."""
        self._mock.add(API + path, method, exception=error)

    @property
    def calls(self) -> list[tuple[str, str, dict[str, Any]]]:
        """Method, path with query, and options of each request so far; in order among those to one address."""
        return [
            (method, url.path_qs, call.kwargs) for (method, url), calls in self._mock.requests.items() for call in calls
        ]


@pytest.fixture
def imgur() -> Iterator[Imgur]:
    with aioresponses() as mock:
        yield Imgur(mock)


@pytest.fixture
async def session() -> AsyncIterator[ClientSession]:
    async with ClientSession(cookie_jar=DummyCookieJar()) as session:
        yield session


@pytest.fixture
def connect(session: ClientSession) -> Callable[..., ImgurClient]:
    def connect(base_url: str = API, **options: Any) -> ImgurClient:
        return ImgurClient(session, CLIENT_ID, CLIENT_SECRET, base_url=base_url, **options)

    return connect


@pytest.fixture
def client(connect: Callable[..., ImgurClient]) -> ImgurClient:
    return connect()


@pytest.fixture
def auth() -> AccessToken:
    return AccessToken("fake-access-token", 45344)


@pytest.fixture(autouse=True)
def _no_pauses() -> Iterator[None]:
    """Retries happen as often as in earnest, without the pauses."""
    with stamina.set_testing(True, attempts=100, cap=True):
        yield


@pytest.fixture
async def standin() -> AsyncIterator[Standin]:
    async with running() as standin:
        standin.register_client(CLIENT_ID, CLIENT_SECRET, "http://127.0.0.1:8080/oauth/imgur")
        yield standin


@pytest.fixture
def alice(standin: Standin) -> Account:
    return standin.world.add_account("alice_example")


@pytest.fixture
def alice_auth(standin: Standin, alice: Account) -> AccessToken:
    return AccessToken(standin.world.issue_tokens(alice, CLIENT_ID).access_token, alice.id)


@pytest.fixture
def remote(standin: Standin, connect: Callable[..., ImgurClient]) -> ImgurClient:
    """A client of the stand-in, over real HTTP."""
    return connect(standin.url)
