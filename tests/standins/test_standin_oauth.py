from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import aiohttp
import pytest

from standins.imgur import Standin
from standins.imgur.records import Account
from tests.standins.caller import CALLBACK, CLIENT, SECRET, Caller


class Browser:
    """Opens the authorize page and presses one of its buttons."""

    def __init__(self, session: aiohttp.ClientSession, standin: Standin) -> None:
        self.session, self.standin = session, standin

    async def open(self, **params: str) -> tuple[int, str]:
        async with self.session.get(f"{self.standin.url}/oauth2/authorize", params=params) as response:
            return response.status, await response.text()

    async def press(self, button: str, cookie: str | None = None, **params: str) -> aiohttp.ClientResponse:
        params = {"client_id": CLIENT, "response_type": "token", **params}
        _, page = await self.open(**params)
        found = re.search(rf'id="{button}" name="{button}" value="([0-9a-f]+)"', page)
        assert found
        return await self.session.post(
            f"{self.standin.url}/oauth2/authorize",
            params=params,
            data={"username": "alice_example", button: found[1]},
            headers={"Cookie": f"authorize_token={cookie or found[1]}"},
            allow_redirects=False,
        )

    async def redirect(self, button: str, **params: str) -> tuple[str, dict[str, Any], dict[str, Any]]:
        response = await self.press(button, **params)
        assert response.status == 302
        parts = urlsplit(response.headers["Location"])
        query, fragment = (parse_qs(text, keep_blank_values=True) for text in (parts.query, parts.fragment))
        base = f"{parts.scheme}://{parts.netloc}{parts.path}"
        return base, {k: v[0] for k, v in query.items()}, {k: v[0] for k, v in fragment.items()}


@pytest.fixture
def browser(session: aiohttp.ClientSession, standin: Standin, alice: Account) -> Browser:
    return Browser(session, standin)


async def test_allow_puts_tokens_into_the_fragment_and_state_into_the_query(
    browser: Browser, alice: Account, as_alice: Caller
) -> None:
    base, query, fragment = await browser.redirect("allow", state="s&<1>")
    assert base == CALLBACK
    assert query == {"state": "s&<1>"}
    assert set(fragment) == {
        "access_token",
        "expires_in",
        "token_type",
        "refresh_token",
        "account_username",
        "account_id",
    }
    assert (fragment["account_username"], fragment["account_id"]) == (alice.username, str(alice.id))
    assert (fragment["token_type"], fragment["expires_in"]) == ("bearer", "315360000")
    assert re.fullmatch("[0-9a-f]{40}", fragment["access_token"])
    as_alice.authorization = f"Bearer {fragment['access_token']}"
    assert (await as_alice("GET", "/3/account/me")).data["url"] == alice.username


@pytest.mark.parametrize(
    ("place", "in_query", "in_fragment"),
    [("query", True, False), ("fragment", False, True), ("both", True, True)],
)
async def test_state_stands_where_the_switch_says(
    browser: Browser, place: Any, in_query: bool, in_fragment: bool
) -> None:
    browser.standin.switches.state_in = place
    _, query, fragment = await browser.redirect("allow", state="S")
    assert ("state" in query, "state" in fragment) == (in_query, in_fragment)


async def test_code_comes_in_the_query_with_an_empty_state_when_none_was_sent(browser: Browser) -> None:
    _, query, fragment = await browser.redirect("allow", response_type="code")
    assert query["state"] == ""
    assert len(query["code"]) == 40
    assert fragment == {}


@pytest.mark.parametrize(
    ("switch", "response_type", "place"),
    [
        ("documented", "token", "fragment"),
        ("documented", "code", "query"),
        ("query", "token", "query"),
        ("fragment", "code", "fragment"),
    ],
)
async def test_denial_stands_in_the_query_or_in_the_fragment(
    browser: Browser, switch: Any, response_type: str, place: str
) -> None:
    browser.standin.switches.deny_in = switch
    _, query, fragment = await browser.redirect("deny", response_type=response_type, state="S")
    assert {"query": query, "fragment": fragment}[place]["error"] == "access_denied"
    assert "error" not in {"query": fragment, "fragment": query}[place]
    assert query["state"] == "S"
    assert not browser.standin.world.tokens.refresh


async def test_allow_is_refused_without_the_cookie_of_the_page(browser: Browser) -> None:
    response = await browser.press("allow", cookie="0" * 40)
    assert response.status == 403
    assert await response.json() == {
        "data": {"error": "Unauthorized", "request": "/oauth2/authorize", "method": "POST"},
        "success": False,
        "status": 403,
    }


@pytest.mark.parametrize(
    "params", [{}, {"client_id": CLIENT}, {"response_type": "token"}, {"client_id": CLIENT, "response_type": "other"}]
)
async def test_missing_parameters_are_a_400_that_names_them(browser: Browser, params: dict[str, str]) -> None:
    status, text = await browser.open(**params)
    assert status == 400
    assert '"error": "client_id and response_type are required"' in text
    assert '"request": "/oauth/authorize"' in text


async def test_unknown_client_gets_a_page_and_nothing_is_reflected(browser: Browser) -> None:
    status, text = await browser.open(client_id="<script>", response_type="token")
    assert status == 400
    assert "Woah there!" in text
    assert "<script>" not in text


@pytest.mark.parametrize(
    ("mode", "status", "words"), [("1024", 200, "Error (1024)"), ("over-capacity", 500, "temporarily over capacity")]
)
async def test_sign_in_is_down_when_switched(browser: Browser, mode: Any, status: int, words: str) -> None:
    browser.standin.switches.sign_in = mode
    answered, text = await browser.open(client_id=CLIENT, response_type="token")
    assert answered == status
    assert words in text


async def test_page_escapes_what_the_client_is_called(browser: Browser) -> None:
    browser.standin.register_client("<b>x</b>", SECRET, CALLBACK)
    _, text = await browser.open(client_id="<b>x</b>", response_type="token")
    assert "<b>x</b>" not in text
    assert "&lt;b&gt;x&lt;/b&gt;" in text


# --- the token endpoint ------------------------------------------------------------------------------------------


async def exchange(caller: Caller, encoding: str = "urlencoded", **fields: str) -> tuple[int, Any]:
    fields = {"client_id": CLIENT, "client_secret": SECRET, "grant_type": "refresh_token", **fields}
    form = aiohttp.FormData(fields, default_to_multipart=encoding == "multipart")
    body: dict[str, Any] = {"json": fields} if encoding == "json" else {"data": form}
    answer = await caller("POST", "/oauth2/token", **body)
    return answer.status, answer.body


@pytest.mark.parametrize("encoding", ["urlencoded", "multipart", "json"])
async def test_refresh_answers_outside_the_envelope_in_every_encoding(
    standin: Standin, alice: Account, anonymous: Caller, encoding: str
) -> None:
    tokens = standin.world.issue_tokens(alice, CLIENT)
    status, body = await exchange(anonymous, encoding, refresh_token=tokens.refresh_token)
    assert status == 200
    assert set(body) == {
        "access_token",
        "expires_in",
        "token_type",
        "scope",
        "refresh_token",
        "account_id",
        "account_username",
    }
    assert (body["account_id"], body["expires_in"], body["scope"]) == (alice.id, 315_360_000, "")
    assert set(standin.sent("POST /oauth2/token")[0].fields) == {
        "client_id",
        "client_secret",
        "grant_type",
        "refresh_token",
    }


@pytest.mark.parametrize(
    ("rotation", "same", "old_works"), [("same", True, True), ("new", False, True), ("strict", False, False)]
)
async def test_old_refresh_token_works_as_the_rotation_says(
    *, standin: Standin, alice: Account, anonymous: Caller, rotation: Any, same: bool, old_works: bool
) -> None:
    standin.switches.rotation = rotation
    old = standin.world.issue_tokens(alice, CLIENT).refresh_token
    _, body = await exchange(anonymous, refresh_token=old)
    assert (body["refresh_token"] == old) is same
    assert (await exchange(anonymous, refresh_token=old))[0] == (200 if old_works else 400)
    assert (await exchange(anonymous, refresh_token=body["refresh_token"]))[0] == 200


@pytest.mark.parametrize(("one_live", "status"), [(True, 401), (False, 200)])
async def test_new_access_token_ends_the_older_one_unless_switched_off(
    standin: Standin, alice: Account, as_alice: Caller, one_live: bool, status: int
) -> None:
    standin.switches.one_live_token = one_live
    standin.world.issue_tokens(alice, CLIENT)
    assert (await as_alice("GET", "/3/account/me")).status == status


async def test_refresh_token_belongs_to_one_client(standin: Standin, alice: Account, anonymous: Caller) -> None:
    standin.register_client("another-client-id", "another-secret", "https://another.example/")
    foreign = standin.world.issue_tokens(alice, "another-client-id").refresh_token
    status, body = await exchange(anonymous, refresh_token=foreign)
    assert status == 400
    assert body["data"]["error"] == "Refresh token doesn't exist or is invalid for the client"


@pytest.mark.parametrize(
    ("fields", "status", "error"),
    [
        ({"client_secret": "wrong"}, 403, "Invalid client_secret"),
        ({"client_id": "unknown"}, 403, "Invalid client_id"),
        ({"refresh_token": "0" * 40}, 400, "Refresh token doesn't exist or is invalid for the client"),
        ({"grant_type": "authorization_code", "code": "0" * 40}, 400, "Invalid Pin"),
        ({"grant_type": "password"}, 400, "Invalid grant_type parameter or parameter missing"),
    ],
)
async def test_token_endpoint_refuses(anonymous: Caller, fields: dict[str, str], status: int, error: str) -> None:
    answered, body = await exchange(anonymous, **fields)
    assert answered == status
    assert body["data"] == {"error": error, "request": "/oauth2/token", "method": "POST"}


async def test_classic_era_words_a_bad_refresh_token_differently(standin: Standin, anonymous: Caller) -> None:
    standin.switches.era = "classic"
    _, body = await exchange(anonymous, refresh_token="0" * 40)
    assert body["data"]["error"] == "Invalid refresh token"


async def test_code_is_good_once(browser: Browser, anonymous: Caller) -> None:
    _, query, _ = await browser.redirect("allow", response_type="code")
    fields = {"grant_type": "authorization_code", "code": query["code"]}
    status, body = await exchange(anonymous, **fields)
    assert (status, body["account_username"]) == (200, "alice_example")
    assert (await exchange(anonymous, **fields))[0] == 400


async def test_revoked_application_gets_no_tokens(standin: Standin, alice: Account, anonymous: Caller) -> None:
    tokens = standin.world.issue_tokens(alice, CLIENT)
    standin.world.tokens.revoke(alice, CLIENT)
    assert (await exchange(anonymous, refresh_token=tokens.refresh_token))[0] == 400


async def test_token_answer_leaves_the_account_out_when_switched(
    standin: Standin, alice: Account, anonymous: Caller
) -> None:
    standin.switches.account_in_token_answer = False
    _, body = await exchange(anonymous, refresh_token=standin.world.issue_tokens(alice, CLIENT).refresh_token)
    assert not {"account_id", "account_username"} & set(body)


# --- how a call says who it is -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("era", "switch", "status"),
    [("classic", None, 403), ("2024+", None, 401), ("2024+", 429, 429), ("classic", 401, 401)],
)
async def test_dead_access_token_is_refused_as_the_era_does(
    *, standin: Standin, alice: Account, as_alice: Caller, era: Any, switch: Any, status: int
) -> None:
    standin.switches.era, standin.switches.invalid_token_status = era, switch
    assert standin.world.tokens.kill_access_tokens(alice) == 1
    answer = await as_alice("GET", "/3/account/me")
    assert answer.status == status
    assert int(answer.headers["x-ratelimit-userremaining"]) > 0
    if status != 429:
        assert answer.error == "The access token provided is invalid."


@pytest.mark.parametrize(
    ("header", "status", "error"),
    [
        ("", 401, "Authentication required"),
        (CLIENT, 403, "Malformed auth header"),
        ("Client-ID unknown", 403, "Invalid client_id"),
        (f"Client-ID {CLIENT}", 401, "Authentication required"),
    ],
)
async def test_call_without_the_right_authorization_is_refused(
    anonymous: Caller, header: str, status: int, error: str
) -> None:
    anonymous.authorization = header
    answer = await anonymous("GET", "/3/account/me")
    assert (answer.status, answer.error) == (status, error)
