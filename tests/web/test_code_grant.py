"""Imgur's answer as a code (`IMGUR_RESPONSE_TYPE=code`): over HTTP, and once in a browser."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

import pytest
from playwright.async_api import Browser
from yarl import URL

from errors import LinkForeignBrowserError
from imgur.client import ImgurClient
from services.account import AccountService
from services.linking import LinkingService
from standins.imgur.records import Account
from standins.imgur.standin import Standin
from standins.imgur.tokens import Grant
from storage import Stores
from tests.conftest import CLIENT_ID
from tests.visitor import Answer, Visitor
from tests.walking import come_to_the_code

ADA = 1001


@pytest.fixture
def linking(stores: Stores, imgur_client: ImgurClient, public_url: str) -> LinkingService:
    return LinkingService(
        stores.attempts,
        stores.accounts,
        imgur_client,
        public_url=public_url,
        authorize_url=lambda state: imgur_client.authorize_url(state, "code"),
        response_type="code",
    )


@pytest.fixture
def account(standin: Standin) -> Account:
    return standin.world.add_account("ada_imgur")


@pytest.fixture
def issue(standin: Standin, account: Account) -> Callable[..., str]:
    def code(client_id: str = CLIENT_ID) -> str:
        return standin.world.tokens.issue_code(Grant(account, client_id))

    return code


async def bring(visitor: Visitor, state: str, **fields: str) -> Answer:
    return await visitor.post("/oauth/imgur", {"state": state, **fields})


async def test_account_is_linked_when_its_code_is_traded_in(
    visitor: Visitor, linking: LinkingService, accounts: AccountService, issue: Callable[..., str]
) -> None:
    offer = await linking.begin(ADA, "ada")
    going = await visitor.post(offer.url)
    assert URL(going.onward).query["response_type"] == "code"
    code = issue()
    back = await bring(visitor, going.state, code=code)
    page = await visitor.get(back.location)
    assert "ada_imgur" in page.text
    assert code not in page.text
    attempt = await linking.last_page(offer.attempt_id, visitor.cookies)
    await linking.enter_code(ADA, attempt.code)
    assert (await accounts.overview(ADA)).account.username == "ada_imgur"


async def test_code_is_traded_in_once_when_it_comes_back_twice_at_once(
    visitor: Visitor, linking: LinkingService, standin: Standin, issue: Callable[..., str]
) -> None:
    state, code = await visitor.press_continue((await linking.begin(ADA, "ada")).url), issue()
    held = standin.switches.hold("POST /oauth2/token")
    coming = [asyncio.create_task(bring(visitor, state, code=code)) for _ in range(2)]
    await held.arrived.wait()
    held.release()
    answers = await asyncio.gather(*coming)
    assert len({answer.location for answer in answers}) == 1
    assert len(standin.sent("POST /oauth2/token")) == 1
    assert (await bring(visitor, state, code=code)).location == answers[0].location
    assert len(standin.sent("POST /oauth2/token")) == 1


@pytest.mark.parametrize("whose", ["another app's", "made up", "none", "a refresh token"])
async def test_nothing_is_linked_when_imgur_does_not_know_the_code(
    visitor: Visitor,
    linking: LinkingService,
    standin: Standin,
    account: Account,
    issue: Callable[..., str],
    logged: Callable[[], str],
    whose: str,
) -> None:
    standin.register_client("another-app", "another-secret", "https://another.example.org")
    code = {"another app's": issue("another-app"), "made up": "c0de" * 10}.get(whose, "")
    token = standin.world.issue_tokens(account, CLIENT_ID).refresh_token if whose == "a refresh token" else ""
    state = await visitor.press_continue((await linking.begin(ADA, "ada")).url)
    refused = await bring(visitor, state, code=code, refresh_token=token)
    assert refused.status == 400
    assert "Imgur did not confirm" in refused.text
    assert (await bring(visitor, state, code=issue())).status == 410
    assert not code or code not in refused.text + logged()


async def test_code_gives_nothing_in_another_browser(
    visitor: Visitor, another_visitor: Visitor, linking: LinkingService, standin: Standin, issue: Callable[..., str]
) -> None:
    state, code = await visitor.press_continue((await linking.begin(ADA, "ada")).url), issue()
    refused = await bring(another_visitor, state, code=code)
    assert refused.status == 403
    assert "not the browser that began" in refused.text
    assert standin.sent("POST /oauth2/token") == []
    with pytest.raises(LinkForeignBrowserError):
        await linking.receive(state, code, {})
    assert (await bring(visitor, state, code=code)).status == 303


@pytest.mark.browser
async def test_code_leaves_the_address_bar_and_ends_in_ours(
    chromium: Browser, linking: LinkingService, public_server: str, account: Account
) -> None:
    page = await (await chromium.new_context()).new_page()
    seen: list[str] = []
    page.on("request", lambda request: seen.append(request.url))
    ours = await come_to_the_code(page, await linking.begin(ADA, "ada"), "ada_imgur")
    [brought] = [URL(url) for url in seen if "code=" in url and url.startswith(public_server)]
    assert "code" not in URL(page.url).query
    await page.reload()
    assert await page.inner_text("#code") == ours
    assert brought.query["code"] not in await page.content()


@pytest.fixture
def logged(capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture) -> Callable[[], str]:
    caplog.set_level(logging.DEBUG)
    return lambda: "".join(capsys.readouterr()) + caplog.text
