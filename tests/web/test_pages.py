"""The link pages over real HTTP, as a browser walks them."""

from __future__ import annotations

import re
from http.cookies import SimpleCookie

import pytest

from services.account import AccountService
from services.linking import LinkingService
from standins.imgur.records import Account
from standins.imgur.standin import Standin
from storage import Stores
from storage.models import AttemptStatus
from tests.conftest import CLIENT_ID
from tests.visitor import Answer, Visitor

ADA = 1001


@pytest.fixture
def account(standin: Standin) -> Account:
    return standin.world.add_account("ada_imgur")


def code_on(page: Answer) -> str:
    found = re.search(r'id="code"[^>]*>([^<]+)<', page.text)
    assert found, page.text
    return found[1]


async def come_to_the_code(visitor: Visitor, linking: LinkingService, standin: Standin, account: Account) -> str:
    """Walk until the page with the code; gives its path."""
    offer = await linking.begin(ADA, "ada")
    state = await visitor.press_continue(offer.url)
    tokens = standin.world.issue_tokens(account, CLIENT_ID)
    answer = await visitor.come_back(state, tokens.refresh_token)
    assert answer.status == 303
    return answer.location.removeprefix(visitor.url)


async def test_account_is_linked_when_the_pages_are_walked_to_the_end(
    visitor: Visitor, linking: LinkingService, accounts: AccountService, standin: Standin, account: Account
) -> None:
    offer = await linking.begin(ADA, "ada")
    landing = await visitor.get(offer.url)
    assert landing.status == 200
    assert "@ada" in landing.text
    assert 'id="continue"' in landing.text
    going = await visitor.post(offer.url)
    assert going.status == 303
    assert going.location.startswith(f"{standin.url}/oauth2/authorize?")
    tokens = standin.world.issue_tokens(account, CLIENT_ID)
    back = await visitor.come_back(going.state, tokens.refresh_token)
    assert re.fullmatch(rf"{visitor.url}/linked/\w+", back.location)
    page = await visitor.get(back.location)
    assert page.status == 200
    assert "ada_imgur" in page.text
    assert "@ada" in page.text
    assert "nobody" in page.text
    assert code_on(await visitor.get(back.location)) == code_on(page)
    assert (await linking.enter_code(ADA, code_on(page))).username == "ada_imgur"
    assert (await visitor.get(back.location)).status == 410


async def test_nothing_is_used_up_when_a_link_is_previewed(
    visitor: Visitor, linking: LinkingService, stores: Stores
) -> None:
    offer = await linking.begin(ADA, "ada")
    before = await stores.attempts.by_id(offer.attempt_id)
    for method in ("GET", "HEAD", "GET"):
        answer = await visitor.request(method, offer.url)
        assert answer.status == 200
        assert "Set-Cookie" not in answer.headers
    assert await stores.attempts.by_id(offer.attempt_id) == before


async def test_cookie_is_locked_to_the_host_when_continue_is_pressed(visitor: Visitor, linking: LinkingService) -> None:
    offer = await linking.begin(ADA, "ada")
    answer = await visitor.post(offer.url)
    [(name, cookie)] = SimpleCookie(answer.headers["Set-Cookie"]).items()
    assert name == f"__Host-imgur-link-{offer.attempt_id}"
    assert (cookie["secure"], cookie["httponly"], cookie["samesite"]) == (True, True, "Lax")
    assert (cookie["path"], cookie["domain"]) == ("/", "")
    assert 590 <= int(cookie["max-age"]) <= 600
    assert len(cookie.value) == 43


async def test_attempt_ends_and_the_cookie_goes_when_the_user_stops(
    visitor: Visitor, linking: LinkingService, standin: Standin, account: Account, stores: Stores
) -> None:
    path = await come_to_the_code(visitor, linking, standin, account)
    stopped = await visitor.post(f"{path}/stop")
    assert stopped.status == 200
    assert "Nothing was linked" in stopped.text
    [(name, cookie)] = SimpleCookie(stopped.headers["Set-Cookie"]).items()
    assert name.startswith("__Host-")  # which browsers overwrite only with these
    assert (cookie["secure"], cookie["path"], cookie["domain"], cookie["max-age"]) == (True, "/", "", "0")
    assert (cookie["httponly"], cookie["samesite"]) == (True, "Lax")
    assert visitor.cookies == {}
    assert (await visitor.get(path)).status == 410
    attempt = await stores.attempts.current(ADA)
    assert attempt is not None
    assert (attempt.status, attempt.account) == (AttemptStatus.VOID, None)


async def test_cookie_goes_when_its_attempt_is_done(
    visitor: Visitor, linking: LinkingService, standin: Standin, account: Account
) -> None:
    path = await come_to_the_code(visitor, linking, standin, account)
    await linking.enter_code(ADA, code_on(await visitor.get(path)))
    await visitor.get(path)
    assert visitor.cookies == {}


async def test_two_attempts_keep_apart_when_one_browser_runs_both(
    visitor: Visitor, linking: LinkingService, standin: Standin, account: Account
) -> None:
    first, second = await linking.begin(ADA, "ada"), await linking.begin(1002, "bob")
    states = [await visitor.press_continue(offer.url) for offer in (first, second)]
    assert len(visitor.cookies) == 2
    for state, name in zip(reversed(states), ("@bob", "@ada"), strict=True):
        tokens = standin.world.issue_tokens(account, CLIENT_ID)
        answer = await visitor.come_back(state, tokens.refresh_token)
        assert name in (await visitor.get(answer.location)).text


async def test_no_secret_stands_in_a_page_or_an_address_when_the_story_is_over(
    visitor: Visitor, linking: LinkingService, standin: Standin, account: Account
) -> None:
    path = await come_to_the_code(visitor, linking, standin, account)
    code = code_on(await visitor.get(path))
    await linking.enter_code(ADA, code)
    await visitor.get(path)
    tokens = standin.world.tokens
    said = "".join(f"{answer.text}{answer.headers}" for answer in visitor.seen)
    assert not [secret for secret in (*tokens.access, *tokens.refresh) if secret in said]
    assert said.count(code) == 1


async def test_home_says_what_this_is_when_someone_comes_by(visitor: Visitor) -> None:
    answer = await visitor.get("/")
    assert answer.status == 200
    assert "/imgur link" in answer.text


async def test_callback_page_holds_a_script_and_words_without_one_when_imgur_sends_back(visitor: Visitor) -> None:
    answer = await visitor.get("/oauth/imgur?state=anything")
    assert answer.status == 200
    assert "anything" not in answer.text
    assert '<script src="/static/callback.js" defer>' in answer.text
    assert "<noscript>" in answer.text
