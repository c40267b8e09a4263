"""The link pages in a real Chromium: the fragment flow, keyboards, screen readers, both colour schemes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Set
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

import aiohttp
import pytest
import time_machine
from aiohttp import web
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, Route, ViewportSize

from imgur.client import ImgurClient
from services.account import AccountService
from services.linking import LinkingService, LinkOffer
from standins.imgur.records import Account
from standins.imgur.standin import Standin
from storage import Stores
from tests.walking import allow, come_to_the_code, press_continue
from web.public import create_public_app
from web.server import serving

pytestmark = pytest.mark.browser

ADA = 1001
ARTIFACTS = Path(__file__).parents[2] / ".artifacts"
PHONE, DESKTOP = ViewportSize(width=320, height=640), ViewportSize(width=1100, height=800)


@pytest.fixture
def account(standin: Standin) -> Account:
    return standin.world.add_account("ada_imgur")


@pytest.fixture
async def offer(linking: LinkingService, public_server: str) -> LinkOffer:
    return await linking.begin(ADA, "ada")


@asynccontextmanager
async def leading_to(address: str, host: str) -> AsyncIterator[tuple[str, list[Mapping[str, str]]]]:
    """An origin at `host` that sends every request on to the same path at `address`; and the headers that it saw."""
    heard: list[Mapping[str, str]] = []

    async def lead(request: web.Request) -> web.Response:
        heard.append(request.headers)
        return web.Response(status=302, headers={"Location": address + str(request.rel_url)})

    app = web.Application()
    app.add_routes([web.get("/{path:.*}", lead)])
    async with serving(app, "127.0.0.1", 0) as port:
        yield f"http://{host}:{port}", heard


@asynccontextmanager
async def without(hidden: Set[str], port: int, *, to: str) -> AsyncIterator[list[tuple[str, Mapping[str, str]]]]:
    """A proxy that leaves out some headers, as a browser that does not know them; gives what it passed on.

    The browser itself puts back what is taken from a request in it.
    """
    passed: list[tuple[str, Mapping[str, str]]] = []

    async def pass_on(request: web.Request) -> web.Response:
        headers = {name: value for name, value in request.headers.items() if name.lower() not in hidden}
        passed.append((request.method, headers))
        body = await request.read()
        async with session.request(
            request.method, to + str(request.rel_url), headers=headers, data=body, allow_redirects=False
        ) as answer:
            kept = answer.headers.copy()
            kept.popall("Content-Length", None)
            return web.Response(status=answer.status, headers=kept, body=await answer.read())

    app = web.Application()
    app.add_routes([web.route("*", "/{path:.*}", pass_on)])
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session, serving(app, "127.0.0.1", port):
        yield passed


@pytest.fixture
async def page(chromium: Browser) -> AsyncIterator[Page]:
    """A page in which nothing may go wrong unseen."""
    page = await chromium.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("console", lambda message: faults.append(message.text) if "Content Security" in message.text else None)
    yield page
    assert faults == []


async def test_account_is_linked_when_the_whole_way_is_walked(
    page: Page, offer: LinkOffer, linking: LinkingService, accounts: AccountService, account: Account
) -> None:
    code = await come_to_the_code(page, offer, "ada_imgur")
    assert await page.inner_text("#imgur") == "ada_imgur"
    assert await page.inner_text("#discord") == "@ada"
    await page.reload()
    assert await page.inner_text("#code") == code
    assert (await linking.enter_code(ADA, code)).username == "ada_imgur"
    assert (await accounts.overview(ADA)).account.id == account.id
    await page.wait_for_selector("h1:has-text('Linked')")  # it loads itself anew, once
    for _ in range(2):
        await page.reload()
        assert await page.inner_text("h1") == "Linked"
        assert "You can close this page" in await page.inner_text("main")


async def test_code_page_notices_by_itself_when_the_code_was_entered(
    page: Page, offer: LinkOffer, linking: LinkingService, account: Account
) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if request.url.endswith("/progress") else None)
    await page.clock.install()
    code = await come_to_the_code(page, offer, "ada_imgur")
    async with page.expect_response("**/progress"):
        await page.clock.run_for(3100)
    assert len(asked) == 1
    await linking.enter_code(ADA, code)
    await page.clock.run_for(3000)
    await page.wait_for_selector("h1:has-text('Linked')")
    assert len(asked) == 2
    assert await page.title() == "Linked - Imgur for Discord"


async def test_code_page_says_so_by_itself_when_the_attempt_has_ended(
    page: Page, offer: LinkOffer, linking: LinkingService, account: Account
) -> None:
    await page.clock.install()
    await come_to_the_code(page, offer, "ada_imgur")
    await linking.begin(ADA, "ada")
    await page.clock.run_for(3100)
    await page.wait_for_selector("h1:has-text('no longer in use')")
    assert await page.locator("script").count() == 0  # and asks no more


async def test_code_page_says_so_by_itself_when_ten_minutes_are_over(
    page: Page, offer: LinkOffer, linking: LinkingService, account: Account
) -> None:
    await page.clock.install()
    await come_to_the_code(page, offer, "ada_imgur")
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=10), tick=True):
        await page.clock.run_for(3100)
        await page.wait_for_selector("h1:has-text('This link has expired')", timeout=8000)


@pytest.mark.parametrize("allowed", [True, False])
async def test_code_is_copied_or_marked_when_the_button_is_pressed(
    page: Page, offer: LinkOffer, account: Account, public_url: str, *, allowed: bool
) -> None:
    if allowed:
        await page.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=public_url)
    else:
        await page.add_init_script("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
    code = await come_to_the_code(page, offer, "ada_imgur")
    await page.click("#copy")
    if allowed:
        await page.wait_for_selector("#copied:has-text('Copied')")
        assert await page.evaluate("navigator.clipboard.readText()") == code
    else:
        await page.wait_for_selector("#copied:has-text('Ctrl+C')")
        assert await page.evaluate("String(getSelection())") == code


async def test_code_page_is_reached_again_when_its_browser_goes_back_and_allows_again(
    page: Page, offer: LinkOffer, standin: Standin, account: Account, public_url: str
) -> None:
    code = await come_to_the_code(page, offer, "ada_imgur")
    await page.go_back(wait_until="commit")
    await page.wait_for_selector("#allow")
    await allow(page, "ada_imgur")
    assert await page.inner_text("#code") == code
    for address in (offer.url, f"{public_url}/oauth/imgur"):  # the latter is kept in the history of who took his time
        await page.goto(address)
        await page.wait_for_selector(f"#code:has-text('{code}')")
    assert len(standin.sent("POST /oauth2/token")) == 1


async def test_code_page_is_reached_in_both_tabs_when_continue_was_pressed_in_two(
    chromium: Browser, offer: LinkOffer, account: Account
) -> None:
    context = await chromium.new_context()
    page, second = await context.new_page(), await context.new_page()
    tabs = (page, second)
    await asyncio.gather(*(tab.goto(offer.url) for tab in tabs))
    await asyncio.gather(*(tab.click("#continue") for tab in tabs))
    for tab in tabs:
        await tab.wait_for_selector("#allow")
    codes = []
    for tab in tabs:
        await tab.reload()  # Imgur itself knows only the newest of its own forms
        await allow(tab, "ada_imgur")
        codes.append(await tab.inner_text("#code"))
    assert codes[0] == codes[1]


async def test_imgur_s_page_opens_and_is_told_nothing_when_it_leads_on_to_other_origins(
    page: Page, stores: Stores, imgur_client: ImgurClient, standin: Standin, account: Account, public_url: str
) -> None:
    async with leading_to(standin.url, "localhost") as (there, _), leading_to(there, "127.0.0.1") as (here, heard):
        linking = LinkingService(
            stores.attempts,
            stores.accounts,
            imgur_client,
            public_url=public_url,
            authorize_url=lambda state: imgur_client.authorize_url(state).replace(standin.url, here),
        )
        app = create_public_app(linking, public_url=public_url)
        async with serving(app, "127.0.0.1", int(public_url.rpartition(":")[2])):
            await press_continue(page, await linking.begin(ADA, "ada"))
            assert page.url.startswith(standin.url)
            await allow(page, "ada_imgur")
            assert len(await page.inner_text("#code")) == 8
    assert [headers.get("Referer") for headers in heard] == [None]


async def test_link_to_imgur_is_shown_when_the_browser_does_not_go_by_itself(
    chromium: Browser, page: Page, offer: LinkOffer, account: Account
) -> None:
    async def without_refresh(route: Route) -> None:
        answer = await route.fetch()
        await route.fulfill(response=answer, body=(await answer.text()).replace('http-equiv="refresh"', ""))

    await page.route(offer.url, without_refresh)
    await page.goto(offer.url)
    await page.click("#continue")
    await page.click("text=Open Imgur's page")
    await page.wait_for_selector("#allow")


async def test_forms_pass_when_an_old_browser_sends_them(
    page: Page, linking: LinkingService, account: Account, public_url: str
) -> None:
    hidden = {"sec-fetch-site"}
    app, port = create_public_app(linking, public_url=public_url), int(public_url.rpartition(":")[2])
    async with serving(app, "127.0.0.1", 0) as inner, without(hidden, port, to=f"http://127.0.0.1:{inner}") as heard:
        for _ in range(2):
            await come_to_the_code(page, await linking.begin(ADA, "ada"), "ada_imgur")
            await page.click("#stop")
            await page.wait_for_selector("h1:has-text('Stopped')")
            hidden.add("origin")  # what is left is the Referer
    forms = [(headers.get("Origin"), headers.get("Sec-Fetch-Site")) for method, headers in heard if method == "POST"]
    assert forms == [(public_url, None)] * 3 + [(None, None)] * 3


async def test_state_is_found_wherever_imgur_puts_it(
    page: Page, linking: LinkingService, public_server: str, standin: Standin, account: Account
) -> None:
    places: tuple[Literal["query", "fragment", "both"], ...] = ("query", "fragment", "both")
    for place in places:
        standin.switches.state_in = place
        assert len(await come_to_the_code(page, await linking.begin(ADA, "ada"), "ada_imgur")) == 8


async def test_address_bar_is_clear_when_imgur_is_still_being_asked(
    page: Page, offer: LinkOffer, standin: Standin, account: Account, public_url: str
) -> None:
    addresses: list[str] = []
    page.on("request", lambda request: addresses.append(request.url.partition("#")[0]))
    await press_continue(page, offer)
    held = standin.switches.hold("POST /oauth2/token")
    await page.select_option("#username", "ada_imgur")
    await page.click("#allow", no_wait_after=True)
    await held.arrived.wait()
    await page.wait_for_url(f"{public_url}/oauth/imgur", wait_until="commit")
    held.release()
    await page.wait_for_selector("#code")
    tokens = [*standin.world.tokens.access, *standin.world.tokens.refresh]
    assert not [token for token in tokens if token in "".join(addresses)]
    await page.go_back(wait_until="commit")
    assert "#" not in page.url


async def test_no_is_understood_when_the_user_denies_and_yes_after_it(
    page: Page, offer: LinkOffer, standin: Standin, account: Account
) -> None:
    places: tuple[Literal["query", "fragment"], ...] = ("query", "fragment")
    for place in places:
        standin.switches.deny_in = place
        await press_continue(page, offer)
        await page.click("#deny")
        await page.wait_for_selector("h1:has-text('You said no')")
        assert "access_denied" not in page.url.partition("?")[0]
    assert await come_to_the_code(page, offer, "ada_imgur")  # the no was a mistake


async def test_attempt_ends_when_stop_is_pressed(page: Page, offer: LinkOffer, account: Account) -> None:
    await come_to_the_code(page, offer, "ada_imgur")
    last = page.url
    await page.click("#stop")
    await page.wait_for_selector("h1:has-text('Stopped')")
    assert await page.context.cookies(page.url) == []
    await page.goto(last)
    assert "no longer in use" in await page.inner_text("h1")


async def test_way_can_be_walked_when_there_is_only_a_keyboard(page: Page, offer: LinkOffer, account: Account) -> None:
    await page.goto(offer.url)
    await page.keyboard.press("Tab")
    assert await page.evaluate("document.activeElement.id") == "continue"
    assert await page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    await page.keyboard.press("Enter")
    await page.wait_for_selector("#allow")
    await allow(page, "ada_imgur")
    await page.keyboard.press("Tab")
    assert await page.evaluate("document.activeElement.id") == "stop"


async def test_page_says_so_when_scripts_are_off(chromium: Browser, offer: LinkOffer, account: Account) -> None:
    page = await (await chromium.new_context(java_script_enabled=False)).new_page()
    await press_continue(page, offer)
    await page.select_option("#username", "ada_imgur")
    await page.click("#allow")
    await page.wait_for_selector("noscript h1")
    assert await page.inner_text("h1") == "This one page needs JavaScript"
    assert not await page.is_visible("#waiting, #nothing")


@pytest.mark.parametrize(("scheme", "size"), [("light", DESKTOP), ("dark", PHONE)])
async def test_axe_finds_nothing_when_every_page_was_looked_at(
    chromium: Browser,
    offer: LinkOffer,
    linking: LinkingService,
    account: Account,
    public_url: str,
    *,
    scheme: Literal["light", "dark"],
    size: ViewportSize,
) -> None:
    page = await (await chromium.new_context(color_scheme=scheme, viewport=size)).new_page()

    async def look(name: str) -> None:
        ARTIFACTS.mkdir(exist_ok=True)
        width = await page.evaluate("document.documentElement.scrollWidth")
        assert width <= size["width"], f"{name} scrolls sideways"
        await page.screenshot(path=ARTIFACTS / f"link-{name}-{scheme}.png", full_page=True)
        results = await Axe().run(page)
        assert results.violations_count == 0, results.generate_report()

    await page.goto(public_url)
    await look("home")
    await page.goto(offer.url)
    await look("landing")
    await page.goto(f"{public_url}/oauth/imgur")
    await page.wait_for_selector("#nothing", state="visible")
    async with page.expect_navigation():  # Back may bring up an old page without loading it
        await page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', {persisted: true}))")
    await page.wait_for_selector("#nothing", state="visible")
    await look("nothing")
    await page.route("**/oauth/imgur", lambda route: route.abort("aborted"), times=1)  # the post: it waits for ever
    await page.goto(f"{public_url}/oauth/imgur?state=a#refresh_token=b", wait_until="commit")
    await page.wait_for_selector("#waiting", state="visible")
    await look("waiting")
    await come_to_the_code(page, offer, "ada_imgur")
    await look("code")
    await page.click("#stop")
    await page.wait_for_selector("h1:has-text('Stopped')")
    await look("stopped")
    again = await linking.begin(ADA, "ada")
    code = await come_to_the_code(page, again, "ada_imgur")
    await page.click("#copy")
    await look("copied")
    await linking.enter_code(ADA, code)
    await page.wait_for_selector("h1:has-text('Linked')")
    await look("linked")
    await page.route("**/oauth2/authorize*", lambda route: route.abort("aborted"))
    await page.goto((await linking.begin(ADA, "ada")).url)
    await page.click("#continue", no_wait_after=True)
    await page.wait_for_selector("h1:has-text('On to Imgur')")
    await look("leaving")
    await page.goto(offer.url)
    await look("refusal")
