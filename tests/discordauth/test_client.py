"""The client of Discord's OAuth2, against the stand-in and against what else may answer."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable

import aiohttp
import pytest
from aiohttp import web
from yarl import URL

from discordauth.client import DiscordLogin, challenge
from discordauth.errors import ApplicationRefusedError, CodeRefusedError, DiscordLoginError, UnreachableError
from discordauth.models import Person
from standins.discord.oauth import OAuth, running

CALLBACK, VERIFIER = "https://bot.example.org/oauth/discord", "v" * 64
TOKEN, REVOKE, ME = "/api/oauth2/token", "/api/oauth2/token/revoke", "/api/v10/users/@me"


@pytest.fixture
async def oauth() -> AsyncIterator[OAuth]:
    async with running() as oauth:
        oauth.clients["77"] = ("example-secret", CALLBACK)
        oauth.person("ada", 1001)
        yield oauth


@pytest.fixture
async def client(oauth: OAuth) -> AsyncIterator[DiscordLogin]:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
        yield DiscordLogin(session, 77, "example-secret", callback_url=CALLBACK, base_url=oauth.url)


def issue(client: DiscordLogin, oauth: OAuth) -> str:
    return oauth.issue("ada", dict(URL(client.authorize_url("a state", VERIFIER)).query))


def test_challenge_is_as_the_standard_s_example() -> None:
    assert challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk") == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def test_address_asks_for_who_it_is_and_no_more(client: DiscordLogin) -> None:
    assert dict(URL(client.authorize_url("a&b", VERIFIER)).query) == {
        "client_id": "77",
        "response_type": "code",
        "redirect_uri": CALLBACK,
        "scope": "identify",
        "state": "a&b",
        "code_challenge": challenge(VERIFIER),
        "code_challenge_method": "S256",
        "prompt": "consent",
    }
    assert VERIFIER not in client.authorize_url("a&b", VERIFIER)


async def test_person_is_told_and_nothing_stays(client: DiscordLogin, oauth: OAuth) -> None:
    assert await client.identify(issue(client, oauth), VERIFIER) == Person(1001, "ada")
    assert [path for path, _ in oauth.calls] == [TOKEN, ME, REVOKE]
    assert oauth.tokens == {}


async def test_code_is_refused_when_it_is_used_or_of_another_login(client: DiscordLogin, oauth: OAuth) -> None:
    code = issue(client, oauth)
    with pytest.raises(CodeRefusedError):
        await client.identify(code, "w" * 64)
    await client.identify(code, VERIFIER)
    with pytest.raises(CodeRefusedError) as refused:
        await client.identify(code, VERIFIER)
    assert code not in str(refused.value)


@pytest.mark.parametrize("id_", ["1e3", "²", "-1", "", None, True, {}, "9" * 5000, 10.0])
async def test_token_is_revoked_when_it_does_not_tell_who_it_is(
    client: DiscordLogin, oauth: OAuth, id_: object
) -> None:
    oauth.answers[ME] = lambda: web.json_response({"id": id_, "username": "ada"})
    with pytest.raises(UnreachableError):
        await client.identify(issue(client, oauth), VERIFIER)
    assert oauth.tokens == {}


@pytest.mark.parametrize(
    ("answer", "meant"),
    [
        (lambda: web.json_response({"error": "invalid_client"}, status=401), ApplicationRefusedError),
        (lambda: web.json_response({"error": "unauthorized_client"}, status=400), ApplicationRefusedError),
        (lambda: web.json_response({"error": "invalid_request"}, status=400), ApplicationRefusedError),
        (lambda: web.json_response({"error": "invalid_grant"}, status=400), CodeRefusedError),
        (lambda: web.json_response({"message": "limited"}, status=429), UnreachableError),
        (lambda: web.json_response({}, status=500), UnreachableError),
        (lambda: web.json_response({"access_token": ""}), UnreachableError),
        (lambda: web.json_response({"access_token": 5}), UnreachableError),
        (lambda: web.Response(text="[" * 50_000), UnreachableError),
        (lambda: web.Response(text="<html>Log in to this network</html>"), UnreachableError),
        (lambda: web.Response(body=b"\xff\x00" * 200_000), UnreachableError),
        (lambda: web.Response(status=302, headers={"Location": "https://evil.example.org"}), UnreachableError),
    ],
)
async def test_what_is_no_token_is_told_by_whose_fault_it_is(
    client: DiscordLogin, oauth: OAuth, answer: Callable[[], web.Response], meant: type[DiscordLoginError]
) -> None:
    oauth.answers[TOKEN] = answer
    with pytest.raises(DiscordLoginError) as raised:
        await client.identify("secret-code", VERIFIER)
    assert type(raised.value) is meant
    assert not re.search(r"secret|v{10}", str(raised.value))


async def test_nobody_there_is_unreachable() -> None:
    async with aiohttp.ClientSession() as session:
        client = DiscordLogin(session, 77, "x", callback_url=CALLBACK, base_url="http://127.0.0.1:1")
        with pytest.raises(UnreachableError, match="ClientConnectorError"):
            await client.identify("code", VERIFIER)
