"""The link pages in a real Chromium: the fragment flow, keyboards, screen readers, both colour schemes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, ViewportSize

from services.account import AccountService
from services.linking import LinkingService, LinkOffer
from standins.imgur.records import Account
from standins.imgur.standin import Standin
from tests.walking import allow, come_to_the_code, press_continue

pytestmark = pytest.mark.browser

ADA = 1001
ARTIFACTS = Path(__file__).parents[2] / ".artifacts"
PHONE, DESKTOP = ViewportSize(width=360, height=740), ViewportSize(width=1100, height=800)


@pytest.fixture
def account(standin: Standin) -> Account:
    return standin.world.add_account("ada_imgur")


@pytest.fixture
async def offer(linking: LinkingService, public_server: str) -> LinkOffer:
    return await linking.begin(ADA, "ada")


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
    await page.reload()
    assert "no longer in use" in await page.inner_text("h1")
    assert await page.context.cookies(page.url) == []


@pytest.mark.parametrize("place", ["query", "fragment", "both"])
async def test_state_is_found_when_imgur_puts_it_there(
    page: Page, offer: LinkOffer, standin: Standin, account: Account, *, place: Literal["query", "fragment", "both"]
) -> None:
    standin.switches.state_in = place
    assert len(await come_to_the_code(page, offer, "ada_imgur")) == 8


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


@pytest.mark.parametrize("place", ["query", "fragment"])
async def test_no_is_understood_when_the_user_denies(
    page: Page, offer: LinkOffer, standin: Standin, account: Account, *, place: Literal["query", "fragment"]
) -> None:
    standin.switches.deny_in = place
    await press_continue(page, offer)
    await page.click("#deny")
    await page.wait_for_selector("h1:has-text('You said no')")
    assert "access_denied" not in page.url.partition("?")[0]


async def test_second_try_works_when_the_user_denied_by_mistake(page: Page, offer: LinkOffer, account: Account) -> None:
    await press_continue(page, offer)
    await page.click("#deny")
    await page.wait_for_selector("h1:has-text('You said no')")
    assert await come_to_the_code(page, offer, "ada_imgur")


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


@pytest.mark.parametrize(("scheme", "sizes"), [("light", (DESKTOP, PHONE)), ("dark", (PHONE, DESKTOP))])
async def test_axe_finds_nothing_when_every_page_was_looked_at(
    chromium: Browser,
    offer: LinkOffer,
    account: Account,
    public_url: str,
    *,
    scheme: Literal["light", "dark"],
    sizes: tuple[ViewportSize, ViewportSize],
) -> None:
    page = await (await chromium.new_context(color_scheme=scheme)).new_page()

    async def look(name: str) -> None:
        ARTIFACTS.mkdir(exist_ok=True)
        for size in sizes:
            await page.set_viewport_size(size)
            width = await page.evaluate("document.documentElement.scrollWidth")
            assert width <= size["width"], f"{name} scrolls sideways"
            await page.screenshot(path=ARTIFACTS / f"link-{name}-{scheme}-{size['width']}.png", full_page=True)
        results = await Axe().run(page)
        assert results.violations_count == 0, results.generate_report()

    await page.goto(public_url)
    await look("home")
    await page.goto(offer.url)
    await look("landing")
    await page.goto(f"{public_url}/oauth/imgur")
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
    await page.goto(offer.url)
    await look("refusal")
