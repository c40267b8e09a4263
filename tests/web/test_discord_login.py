"""Logging in with Discord while linking, over HTTP: what comes back from Discord, in every order and shape."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest
from aiohttp import web
from yarl import URL

from errors import ConfirmInBrowserError, NoCodeExpectedError
from imgur.client import ImgurClient
from services.account import AccountService
from services.linking import LinkingService, LinkOffer
from services.login import MOST_LOGINS, Logins
from standins.discord.oauth import OAuth
from standins.imgur.records import Account
from standins.imgur.standin import Standin
from storage import Stores
from storage.models import AttemptStatus, ImgurAccount, LinkAttempt
from tests.conftest import CLIENT_ID
from tests.visitor import Answer, Visitor

ADA, BOB = 1001, 1002
TOKEN, REVOKE, ME = "/api/oauth2/token", "/api/oauth2/token/revoke", "/api/v10/users/@me"


@pytest.fixture
def linking(stores: Stores, imgur_client: ImgurClient, public_url: str, logins: Logins) -> LinkingService:
    return LinkingService(
        stores.attempts,
        stores.accounts,
        imgur_client,
        public_url=public_url,
        authorize_url=imgur_client.authorize_url,
        logins=logins,
    )


@pytest.fixture
def account(standin: Standin) -> Account:
    return standin.world.add_account("ada_imgur")


@pytest.fixture
async def offer(linking: LinkingService, oauth: OAuth) -> LinkOffer:
    oauth.person("ada", ADA)
    oauth.person("bob", BOB)
    return await linking.begin(ADA, "ada", "origin")


@pytest.fixture
def logged(capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture) -> Callable[[], str]:
    caplog.set_level(logging.DEBUG)
    return lambda: "".join(capsys.readouterr()) + caplog.text


async def asked(visitor: Visitor, path: str) -> dict[str, str]:
    """Press the button that leads to Discord; what its page is asked for."""
    answer = await visitor.post(path)
    assert answer.status == 200, answer.text
    assert "On to Discord" in answer.text
    return dict(URL(answer.onward).query)


async def back(visitor: Visitor, oauth: OAuth, query: dict[str, str], name: str = "ada", code: str = "") -> Answer:
    """Discord sends the browser back, logged in as somebody."""
    return await visitor.get(oauth.back(query, code=code or oauth.issue(name, query)))


def page_of(answer: Answer, visitor: Visitor) -> str:
    """The path of the attempt's own page, to which this leads."""
    assert answer.status == 303, answer.text
    return answer.location.removeprefix(visitor.url)


async def allowed(visitor: Visitor, standin: Standin, account: Account, state: str) -> str:
    """Allow access on Imgur's page; the last page's path."""
    tokens = standin.world.issue_tokens(account, CLIENT_ID)
    return page_of(await visitor.come_back(state, tokens.refresh_token), visitor)


async def state_of(stores: Stores, offer: LinkOffer) -> LinkAttempt:
    attempt = await stores.attempts.by_id(offer.attempt_id)
    assert attempt is not None
    return attempt


async def test_account_is_linked_by_a_button_when_the_browser_is_logged_in_as_who_began(
    visitor: Visitor,
    oauth: OAuth,
    offer: LinkOffer,
    linking: LinkingService,
    accounts: AccountService,
    standin: Standin,
    account: Account,
) -> None:
    assert "Continue with Discord" in (await visitor.get(offer.url)).text
    query = await asked(visitor, offer.url)
    assert (query["scope"], query["code_challenge_method"], query["prompt"]) == ("identify", "S256", "consent")
    own = page_of(await back(visitor, oauth, query), visitor)
    assert [path for path, _ in oauth.calls] == [TOKEN, ME, REVOKE]
    assert oauth.tokens == {}
    on = await visitor.get(own)
    assert on.onward.startswith(f"{standin.url}/oauth2/authorize?")
    last = await visitor.get(await allowed(visitor, standin, account, on.state))
    assert re.search('id="imgur".*ada_imgur', last.text)
    assert "@ada" in last.text
    assert 'id="continue"' in last.text
    assert 'id="code"' not in last.text
    assert await accounts.linked(ADA) is None
    with pytest.raises(ConfirmInBrowserError):
        await linking.enter_code(ADA, "ABCD1234")
    for _ in range(2):
        assert page_of(await visitor.post(f"{own}/confirm"), visitor) == own
    assert "<h1>Linked</h1>" in (await visitor.get(own)).text
    assert (await accounts.overview(ADA)).account.username == "ada_imgur"


async def test_stop_ends_it_when_the_button_would_link_the_wrong_accounts(
    visitor: Visitor, oauth: OAuth, offer: LinkOffer, accounts: AccountService, standin: Standin, account: Account
) -> None:
    own = page_of(await back(visitor, oauth, await asked(visitor, offer.url)), visitor)
    await allowed(visitor, standin, account, (await visitor.get(own)).state)
    cookies = dict(visitor.cookies)
    assert "Stopped" in (await visitor.post(f"{own}/stop")).text
    visitor.cookies.update(cookies)
    assert (await visitor.post(f"{own}/confirm")).status == 410
    assert await accounts.linked(ADA) is None


async def test_nobody_else_can_press_the_button(
    visitor: Visitor,
    another_visitor: Visitor,
    oauth: OAuth,
    offer: LinkOffer,
    accounts: AccountService,
    standin: Standin,
    account: Account,
) -> None:
    own = page_of(await back(visitor, oauth, await asked(visitor, offer.url)), visitor)
    await allowed(visitor, standin, account, (await visitor.get(own)).state)
    for path in ("confirm", "login", "code"):
        assert (await another_visitor.post(f"{own}/{path}")).status == 403
        foreign = await visitor.post(f"{own}/{path}", headers={"Origin": "https://evil.example.org"})
        assert foreign.status == 403
    assert await accounts.linked(ADA) is None


async def test_button_links_nothing_before_imgur_has_confirmed(
    visitor: Visitor, oauth: OAuth, offer: LinkOffer, accounts: AccountService
) -> None:
    query = await asked(visitor, offer.url)
    own = f"/linked/{offer.attempt_id}"
    assert page_of(await visitor.post(f"{own}/confirm"), visitor) == own
    await back(visitor, oauth, query)
    await visitor.post(f"{own}/confirm")
    assert await accounts.linked(ADA) is None


@pytest.mark.parametrize(
    "issuer",
    [
        ("https://discord.com/",),
        ("https://discord.com.evil.example",),
        ("http://discord.com",),
        ("HTTPS://DISCORD.COM",),
        ("",),
        ("https://discord.com", "https://discord.com"),
        ("https://discord.com", "https://evil.example"),
    ],
)
@pytest.mark.parametrize("is_error", [False, True])
async def test_nothing_is_used_up_when_the_issuer_is_not_discord(
    visitor: Visitor, oauth: OAuth, offer: LinkOffer, stores: Stores, *, issuer: tuple[str, ...], is_error: bool
) -> None:
    query = await asked(visitor, offer.url)
    before = await state_of(stores, offer)
    oauth.issuer = issuer
    brought = {"error": "access_denied"} if is_error else {"code": oauth.issue("ada", query)}
    refused = await visitor.get(oauth.back(query, **brought))
    assert refused.status == 400
    assert "not Discord" in refused.text
    assert oauth.calls == []
    assert await state_of(stores, offer) == before
    oauth.issuer = ("https://discord.com",)
    assert page_of(await back(visitor, oauth, query), visitor)
    assert (await visitor.get(f"/linked/{offer.attempt_id}")).state


async def test_login_counts_when_the_issuer_is_missing(visitor: Visitor, oauth: OAuth, offer: LinkOffer) -> None:
    query = await asked(visitor, offer.url)
    oauth.issuer = ()
    assert (await visitor.get(page_of(await back(visitor, oauth, query), visitor))).state


@pytest.mark.parametrize("doubled", ["state", "code", "error"])
async def test_nothing_is_used_up_when_a_parameter_comes_twice(
    visitor: Visitor, oauth: OAuth, offer: LinkOffer, stores: Stores, doubled: str
) -> None:
    query = await asked(visitor, offer.url)
    before = await state_of(stores, offer)
    given = {"state": query["state"], "code": oauth.issue("ada", query)}
    twice = [(doubled, given.get(doubled, "a")), (doubled, given.get(doubled, "b"))]
    refused = await visitor.get(f"/oauth/discord?{urlencode([*given.items(), *twice])}")
    assert refused.status == 400
    assert oauth.calls == []
    assert await state_of(stores, offer) == before


@pytest.mark.parametrize("who", ["ada", "bob"])
async def test_discord_that_sends_back_twice_is_one_login_with_one_page(
    visitor: Visitor, oauth: OAuth, offer: LinkOffer, who: str
) -> None:
    query = await asked(visitor, offer.url)
    oauth.gate = asyncio.Event()
    first = asyncio.create_task(back(visitor, oauth, query, who))
    while not oauth.calls:  # noqa: ASYNC110 - the stand-in's list
        await asyncio.sleep(0.01)
    second = asyncio.create_task(back(visitor, oauth, query, who))
    await asyncio.sleep(0.05)
    oauth.gate.set()
    answers = [await first, await second, await back(visitor, oauth, query, who)]
    assert oauth.count(TOKEN) == 1
    if who == "ada":
        assert {page_of(answer, visitor) for answer in answers} == {f"/linked/{offer.attempt_id}"}
        assert (await visitor.get(f"/linked/{offer.attempt_id}")).state
    else:
        assert len({answer.text for answer in answers}) == 1
        assert "@bob" in answers[0].text


async def test_second_code_counts_when_discord_has_ended_the_first(
    visitor: Visitor, oauth: OAuth, offer: LinkOffer
) -> None:
    query = await asked(visitor, offer.url)
    oauth.gate = asyncio.Event()
    first = asyncio.create_task(back(visitor, oauth, query, code="ended"))
    while not oauth.calls:  # noqa: ASYNC110 - the stand-in's list
        await asyncio.sleep(0.01)
    second = asyncio.create_task(back(visitor, oauth, query))
    for _ in range(5):  # whoever asks after the second one has its answer after it has come in
        await visitor.get(f"/linked/{offer.attempt_id}/progress")
    oauth.gate.set()
    assert page_of(await first, visitor) == page_of(await second, visitor)
    assert (await visitor.get(f"/linked/{offer.attempt_id}")).state


async def test_few_codes_are_tried_when_a_browser_makes_up_many(
    visitor: Visitor, oauth: OAuth, offer: LinkOffer
) -> None:
    query = await asked(visitor, offer.url)
    oauth.gate = asyncio.Event()
    coming = [asyncio.create_task(back(visitor, oauth, query, code=f"made-up-{number}")) for number in range(20)]
    for _ in range(5):  # whoever asks after them has its answer after they have come in
        await visitor.get(f"/linked/{offer.attempt_id}/progress")
    oauth.gate.set()
    await asyncio.gather(*coming)
    assert 1 < oauth.count(TOKEN) <= 3


async def test_login_is_looked_into_to_the_end_when_the_browser_has_given_up(
    visitor: Visitor, oauth: OAuth, offer: LinkOffer
) -> None:
    query = await asked(visitor, offer.url)
    oauth.gate = asyncio.Event()
    gone = asyncio.create_task(back(visitor, oauth, query))
    while not oauth.calls:  # noqa: ASYNC110 - the stand-in's list
        await asyncio.sleep(0.01)
    gone.cancel()
    waiting = await visitor.get(f"/linked/{offer.attempt_id}")
    assert "Asking Discord who you are" in waiting.text
    assert (await visitor.get(f"/linked/{offer.attempt_id}/progress")).text == "looking"
    oauth.gate.set()
    await back(visitor, oauth, query)
    assert oauth.count(TOKEN) == 1
    assert (await visitor.get(f"/linked/{offer.attempt_id}")).state


async def test_nothing_changes_when_the_link_is_previewed(visitor: Visitor, offer: LinkOffer, stores: Stores) -> None:
    before = await state_of(stores, offer)
    for method in ("GET", "HEAD") * 10:
        assert (await visitor.request(method, offer.url)).status == 200
    assert await state_of(stores, offer) == before
    assert await asked(visitor, offer.url)


async def test_address_of_discord_s_answer_can_be_looked_at_by_whoever_has_no_cookie(
    visitor: Visitor, another_visitor: Visitor, oauth: OAuth, offer: LinkOffer, stores: Stores
) -> None:
    query = await asked(visitor, offer.url)
    before = await state_of(stores, offer)
    address = oauth.back(query, code=oauth.issue("ada", query))
    assert (await visitor.request("HEAD", address)).status == 405
    elsewhere = await another_visitor.get(address)
    assert elsewhere.status == 403
    assert "not the browser that began" in elsewhere.text
    assert "with cookies allowed" in elsewhere.text
    assert "Give it to nobody" in elsewhere.text
    copied = re.search(r'id="address"[^>]*>([^<]+)<', elsewhere.text)
    assert copied
    assert oauth.calls == []
    assert await state_of(stores, offer) == before
    await visitor.get(copied[1].replace("&amp;", "&"))
    assert (await visitor.get(f"/linked/{offer.attempt_id}")).state


async def test_two_attempts_in_two_tabs_have_a_verifier_each(
    visitor: Visitor, oauth: OAuth, offer: LinkOffer, linking: LinkingService
) -> None:
    other = await linking.begin(BOB, "bob")
    queries = [await asked(visitor, url) for url in (offer.url, other.url, offer.url)]
    assert queries[0] == queries[2]
    assert len({query["code_challenge"] for query in queries}) == 2
    pages = [page_of(await back(visitor, oauth, queries[1], "bob"), visitor)]
    pages.append(page_of(await back(visitor, oauth, queries[0], "ada"), visitor))
    assert pages == [f"/linked/{other.attempt_id}", f"/linked/{offer.attempt_id}"]
    assert len({(await visitor.get(page)).state for page in pages}) == 2
    for query, page in zip(queries, (pages[1], pages[0]), strict=False):  # Back, and the same again
        assert page_of(await back(visitor, oauth, query), visitor) == page
    assert oauth.count(TOKEN) == 2


async def test_code_of_another_login_is_refused(
    visitor: Visitor, another_visitor: Visitor, oauth: OAuth, offer: LinkOffer, linking: LinkingService
) -> None:
    other = await linking.begin(BOB, "bob")
    stolen = oauth.issue("ada", await asked(another_visitor, other.url))
    query = await asked(visitor, offer.url)
    await back(visitor, oauth, query, code=stolen)  # the verifier is not that of this login
    assert 'id="by-code"' in (await visitor.get(f"/linked/{offer.attempt_id}")).text


async def test_another_account_is_told_by_both_names_and_may_be_changed_at_this_step(
    visitor: Visitor, oauth: OAuth, offer: LinkOffer, stores: Stores
) -> None:
    query = await asked(visitor, offer.url)
    wrong = await back(visitor, oauth, query, "bob")
    assert wrong.status == 403
    assert 'id="began"><bdi>@ada<' in wrong.text
    assert 'id="found"><bdi>@bob<' in wrong.text
    assert "Not you?" in wrong.text
    assert 'id="by-code"' not in wrong.text
    assert oauth.tokens == {}
    own = f"/linked/{offer.attempt_id}"
    assert page_of(await visitor.post(f"{own}/code"), visitor) == own
    assert "another Discord account" in (await visitor.get(own)).text
    assert page_of(await visitor.get("/oauth/discord"), visitor) == own
    assert (await state_of(stores, offer)).state_hash is None
    for path in (offer.url, f"{own}/login"):
        again = await asked(visitor, path)
        assert again["state"] != query["state"]
        assert again["code_challenge"] != query["code_challenge"]
    assert (await visitor.get(page_of(await back(visitor, oauth, again), visitor))).state


async def test_no_refusal_leads_on_by_the_code_once_it_was_another_account(
    visitor: Visitor, oauth: OAuth, offer: LinkOffer, stores: Stores
) -> None:
    own = f"/linked/{offer.attempt_id}"
    await back(visitor, oauth, await asked(visitor, offer.url), "bob")
    await visitor.get(oauth.back(await asked(visitor, f"{own}/login"), error="access_denied"))
    await visitor.post(f"{own}/code")
    assert 'id="by-code"' not in (await visitor.get(own)).text
    assert (await state_of(stores, offer)).state_hash is None


REFUSALS: dict[str, Callable[[OAuth, dict[str, str]], str]] = {
    "denied": lambda oauth, query: oauth.back(query, error="access_denied"),
    "a scope": lambda oauth, query: oauth.back(query, error="invalid_scope"),
    "made up": lambda oauth, query: oauth.back(query, code="made-up"),
    "nothing": lambda oauth, query: oauth.back(query),
}
BROKEN: dict[str, tuple[str, Callable[[], web.Response]]] = {
    "down": (TOKEN, lambda: web.Response(status=503, text="<html>no</html>")),
    "limited": (TOKEN, lambda: web.json_response({"message": "You are being rate limited."}, status=429)),
    "a list": (TOKEN, lambda: web.json_response([])),
    "no id": (ME, lambda: web.json_response({"username": "ada"})),
    "no user": (ME, lambda: web.Response(status=500)),
    "secret": (TOKEN, lambda: web.json_response({"error": "invalid_client"}, status=401)),
}


@pytest.mark.parametrize("refusal", [*REFUSALS, *BROKEN])
async def test_refused_or_unreachable_login_may_go_on_by_the_code(
    visitor: Visitor,
    oauth: OAuth,
    offer: LinkOffer,
    linking: LinkingService,
    accounts: AccountService,
    standin: Standin,
    account: Account,
    refusal: str,
) -> None:
    query = await asked(visitor, offer.url)
    if refusal in BROKEN:
        path, answer = BROKEN[refusal]
        oauth.answers[path] = answer
        came = await back(visitor, oauth, query)
    else:
        came = await visitor.get(REFUSALS[refusal](oauth, query))
    assert oauth.tokens == {}
    own = page_of(came, visitor)
    told = await visitor.get(own)
    assert "did not work" in told.text
    assert 'id="continue"' in told.text
    on = await visitor.post(f"{own}/code")
    assert (await visitor.get(own)).onward == on.onward
    last = await visitor.get(await allowed(visitor, standin, account, on.state))
    found = re.search(r'id="code"[^>]*>([^<]+)<', last.text)
    assert found
    assert page_of(await visitor.post(f"{own}/confirm"), visitor) == own
    assert await accounts.linked(ADA) is None
    assert (await linking.enter_code(ADA, found[1])).username == "ada_imgur"


async def test_login_may_be_tried_again_after_it_was_refused(visitor: Visitor, oauth: OAuth, offer: LinkOffer) -> None:
    own = f"/linked/{offer.attempt_id}"
    await visitor.get(oauth.back(await asked(visitor, offer.url), error="access_denied"))
    away = await visitor.post(f"{own}/code")
    query = await asked(visitor, f"{own}/login")
    assert (await visitor.come_back(away.state, "any")).status == 404  # that way was left
    await back(visitor, oauth, query)
    assert (await visitor.get(own)).state


async def test_code_that_a_page_shows_counts_though_the_login_came_through_meanwhile(
    visitor: Visitor, oauth: OAuth, offer: LinkOffer, linking: LinkingService, stores: Stores
) -> None:
    own = page_of(await back(visitor, oauth, await asked(visitor, offer.url)), visitor)
    digests = await state_of(stores, offer)
    assert digests.state_hash is not None
    now = datetime.now(UTC)
    await stores.attempts.spend(
        offer.attempt_id, cookie_hash=digests.cookie_hash, state_hash=digests.state_hash, now=now
    )
    await stores.attempts.prove(offer.attempt_id, ImgurAccount(7, "ada_imgur", "a", "r", now), "ABCD1234", now=now)
    assert "ABCD1234" in (await visitor.get(own)).text
    assert (await linking.enter_code(ADA, "abcd-1234")).username == "ada_imgur"


async def test_states_are_good_for_their_own_step_alone(
    visitor: Visitor, oauth: OAuth, offer: LinkOffer, standin: Standin, account: Account, stores: Stores
) -> None:
    query = await asked(visitor, offer.url)
    tokens = standin.world.issue_tokens(account, CLIENT_ID)
    assert (await visitor.come_back(query["state"], tokens.refresh_token)).status == 404
    before = await state_of(stores, offer)
    for state in ("", ".", offer.attempt_id, f"{offer.attempt_id}.", f"{offer.attempt_id}.{'0' * 64}", "\x00é"):
        refused = await visitor.get(f"/oauth/discord?{urlencode({'code': oauth.issue('ada', query), 'state': state})}")
        assert refused.status == 404, state
    assert oauth.calls == []
    assert await state_of(stores, offer) == before
    own = page_of(await back(visitor, oauth, query), visitor)
    imgurs = (await visitor.get(own)).state
    assert (await visitor.get(f"/oauth/discord?{urlencode({'code': 'any', 'state': imgurs})}")).status == 404
    assert oauth.count(TOKEN) == 1


async def test_imgur_cannot_be_reached_before_the_login(
    visitor: Visitor, offer: LinkOffer, stores: Stores, standin: Standin, account: Account
) -> None:
    await asked(visitor, offer.url)
    own = f"/linked/{offer.attempt_id}"
    assert "Log in with Discord" in (await visitor.get(own)).text
    assert page_of(await visitor.post(f"{own}/code"), visitor) == own
    assert (await state_of(stores, offer)).state_hash is None
    assert (await state_of(stores, offer)).status is AttemptStatus.BOUND


async def test_attempt_ends_after_too_many_logins(
    visitor: Visitor, oauth: OAuth, offer: LinkOffer, linking: LinkingService
) -> None:
    for _ in range(MOST_LOGINS):
        await back(visitor, oauth, await asked(visitor, offer.url), "bob")
    assert (await visitor.post(offer.url)).status == 410
    assert oauth.count(TOKEN) == MOST_LOGINS
    with pytest.raises(NoCodeExpectedError):
        await linking.enter_code(BOB, "ABCD1234")


async def test_nothing_of_a_login_is_logged(
    visitor: Visitor, oauth: OAuth, offer: LinkOffer, logged: Callable[[], str], database_url: str
) -> None:
    query = await asked(visitor, offer.url)
    oauth.answers[REVOKE] = lambda: web.Response(status=500)
    code = oauth.issue("ada", query)
    await back(visitor, oauth, query, code=code)
    [token] = oauth.tokens
    oauth.answers[TOKEN] = lambda: web.json_response({"error": "invalid_client"}, status=401)
    said = logged()
    assert "could not be revoked" in said
    for secret in (code, token, query["state"], *visitor.cookies.values()):
        assert secret not in said
