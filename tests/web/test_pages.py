"""The link pages over real HTTP, as a browser walks them."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime, timedelta
from http.cookies import SimpleCookie

import aiohttp
import pytest
import time_machine

from services.account import AccountService
from services.linking import LinkingService
from standins.imgur.records import Account
from standins.imgur.standin import Standin
from storage import Stores
from storage.models import AttemptStatus
from tests.conftest import CLIENT_ID
from tests.visitor import Answer, Visitor
from web import server
from web.public import create_public_app

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
    assert going.status == 200
    assert going.onward.startswith(f"{standin.url}/oauth2/authorize?")
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
    for _ in range(2):
        done = await visitor.get(back.location)
        assert done.status == 200
        assert "<h1>Linked</h1>" in done.text
        assert "You can close this page" in done.text


async def test_nothing_is_used_up_when_a_link_is_previewed(
    visitor: Visitor, linking: LinkingService, stores: Stores
) -> None:
    offer = await linking.begin(ADA, "ada")
    before = await stores.attempts.by_id(offer.attempt_id)
    for method in ("GET", "HEAD", "GET"):
        answer = await visitor.request(method, offer.url)
        assert answer.status == 200
        assert "On to Imgur" not in answer.text
    assert await stores.attempts.by_id(offer.attempt_id) == before
    visitor.cookies.clear()
    assert await visitor.press_continue(offer.url)


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_cookie_is_locked_to_the_host_when_the_link_is_opened_and_continue_pressed(
    visitor: Visitor, linking: LinkingService, method: str
) -> None:
    offer = await linking.begin(ADA, "ada")
    answer = await visitor.request(method, offer.url, headers={"Origin": visitor.url})
    [(name, cookie)] = SimpleCookie(answer.headers["Set-Cookie"]).items()
    assert name == f"__Host-imgur-link-{offer.attempt_id}"
    assert (cookie["secure"], cookie["httponly"], cookie["samesite"]) == (True, True, "Lax")
    assert (cookie["path"], cookie["domain"]) == ("/", "")
    assert 590 <= int(cookie["max-age"]) <= 600
    assert len(cookie.value) == 54


@pytest.mark.parametrize("lost", [False, True])
async def test_way_goes_on_when_continue_is_pressed_twice_or_its_answer_is_lost(
    visitor: Visitor, linking: LinkingService, standin: Standin, account: Account, *, lost: bool
) -> None:
    offer = await linking.begin(ADA, "ada")
    await visitor.get(offer.url)
    if lost:
        had = dict(visitor.cookies)
        await visitor.post(offer.url)
        visitor.cookies = had
        assert 'id="continue"' in (await visitor.get(offer.url)).text
    answers = await asyncio.gather(*(visitor.post(offer.url) for _ in range(2)))
    assert [answer.status for answer in answers] == [200, 200]
    assert answers[0].state == answers[1].state
    assert visitor.cookies.keys() == {f"__Host-imgur-link-{offer.attempt_id}"}
    back = await visitor.come_back(answers[0].state, standin.world.issue_tokens(account, CLIENT_ID).refresh_token)
    assert code_on(await visitor.get(back.location))


async def test_linked_stays_what_the_last_page_says_while_the_attempt_is_on_record(
    visitor: Visitor, linking: LinkingService, standin: Standin, account: Account
) -> None:
    path = await come_to_the_code(visitor, linking, standin, account)
    page = await visitor.get(path)
    assert "Set-Cookie" not in page.headers
    await linking.enter_code(ADA, code_on(page))
    done = await visitor.get(path)
    [(name, cookie)] = SimpleCookie(done.headers["Set-Cookie"]).items()
    assert (visitor.cookies, cookie["max-age"]) == ({name: cookie.value}, "3600")
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=50), tick=True):
        await linking.sweep()
        assert "<h1>Linked</h1>" in (await visitor.get(path)).text


async def test_way_leads_on_when_the_browser_comes_back_from_imgur_with_nothing(
    visitor: Visitor, another_visitor: Visitor, linking: LinkingService, standin: Standin, account: Account
) -> None:
    path = await come_to_the_code(visitor, linking, standin, account)
    assert f'href="{path}"' in (await visitor.get("/oauth/imgur")).text
    assert "/linked/" not in (await another_visitor.get("/oauth/imgur")).text


async def test_attempt_ends_when_the_bot_stops_while_imgur_is_asked(
    linking: LinkingService, stores: Stores, standin: Standin, public_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "SHUTDOWN_SECONDS", 0.05)
    held = standin.switches.hold("POST /oauth2/token")
    app = create_public_app(linking, public_url=public_url)
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
        async with server.serving(app, "127.0.0.1", int(public_url.rpartition(":")[2])):
            visitor = Visitor(session, public_url)
            state = await visitor.press_continue((await linking.begin(ADA, "ada")).url)
            coming = asyncio.create_task(visitor.come_back(state, "any"))
            await held.arrived.wait()
        with pytest.raises(aiohttp.ClientError):
            await coming
    async with asyncio.timeout(10):  # its client is gone by now, the database may still be at work
        status = None
        while status is not AttemptStatus.VOID:
            await asyncio.sleep(0.01)
            attempt = await stores.attempts.current(ADA)
            status = attempt and attempt.status


async def test_attempt_ends_and_the_cookie_goes_when_the_user_stops(
    visitor: Visitor, linking: LinkingService, standin: Standin, account: Account, stores: Stores
) -> None:
    path = await come_to_the_code(visitor, linking, standin, account)
    stopped, again = await asyncio.gather(*(visitor.post(f"{path}/stop") for _ in range(2)))
    assert again.text == stopped.text
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


async def test_progress_is_told_in_a_word_to_the_browser_that_has_the_attempt(
    visitor: Visitor, another_visitor: Visitor, linking: LinkingService, standin: Standin, account: Account
) -> None:
    state = await visitor.press_continue((await linking.begin(ADA, "ada")).url)
    held = standin.switches.hold("POST /oauth2/token")
    coming = asyncio.create_task(visitor.come_back(state, standin.world.issue_tokens(account, CLIENT_ID).refresh_token))
    await held.arrived.wait()
    again = await visitor.come_back(state, "of no use")
    path = again.location.removeprefix(visitor.url)
    assert (await visitor.get(f"{path}/progress")).text == "checking"
    assert "<h1>Checking with Imgur</h1>" in (await visitor.get(path)).text
    held.release()
    assert (await coming).location == again.location
    assert (await visitor.get(f"{path}/progress")).text == "code"
    assert (await another_visitor.get(f"{path}/progress")).status == 403
    await linking.enter_code(ADA, code_on(await visitor.get(path)))
    assert (await visitor.get(f"{path}/progress")).text == "linked"
    assert (await another_visitor.get(f"{path}/progress")).status == 410
    assert (await another_visitor.get(path)).status == 410


async def test_last_page_is_where_every_step_leads_when_its_browser_takes_it_again(
    visitor: Visitor, another_visitor: Visitor, linking: LinkingService, standin: Standin, account: Account
) -> None:
    offer = await linking.begin(ADA, "ada")
    states = [await visitor.press_continue(offer.url) for _ in range(2)]
    tokens = [standin.world.issue_tokens(account, CLIENT_ID).refresh_token for _ in range(3)]
    last = (await visitor.come_back(states[0], tokens[0])).location
    code = code_on(await visitor.get(last))
    for _ in ("shown", "linked"):
        again = [
            await visitor.get(offer.url),
            await visitor.post(offer.url),
            await visitor.come_back(states[1], tokens[1]),
            await visitor.get(f"/oauth/imgur?error=server_error&state={states[0]}"),
        ]
        assert [(answer.status, answer.location) for answer in again] == [(303, last)] * 4
        strangers = [
            await another_visitor.get(offer.url),
            await another_visitor.post(offer.url),
            await another_visitor.come_back(states[1], tokens[2]),
            await another_visitor.get(last),
        ]
        assert {answer.status for answer in strangers} <= {403, 410}
        assert not [answer for answer in strangers if code in answer.text]
        if (await visitor.get(f"{last}/progress")).text == "code":
            await linking.enter_code(ADA, code_on(await visitor.get(last)))
    assert len(standin.sent("POST /oauth2/token")) == 1


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
