"""Attacks on the Discord login, in a real browser: Discord's page is another site there."""

from __future__ import annotations

import pytest
from playwright.async_api import Page

from errors import LoginElsewhereError, LoginForgedError
from imgur.client import ImgurClient
from services.linking import LinkingService, LinkOffer
from services.login import Logins
from standins.discord.oauth import OAuth
from storage import Stores
from tests.attacks.conftest import ADA, MALLORY, Stage
from tests.walking import allow

pytestmark = pytest.mark.browser


@pytest.fixture
def linking(stores: Stores, imgur_client: ImgurClient, public_url: str, logins: Logins, oauth: OAuth) -> LinkingService:
    oauth.person("ada", ADA)
    oauth.person("mallory", MALLORY)
    return LinkingService(
        stores.attempts,
        stores.accounts,
        imgur_client,
        public_url=public_url,
        authorize_url=imgur_client.authorize_url,
        logins=logins,
    )


async def to_discord(page: Page, offer: LinkOffer) -> None:
    await page.goto(offer.url)
    await page.click("#continue")
    await page.wait_for_selector("#authorize")


async def log_in(page: Page, name: str) -> None:
    await page.select_option("#user", name)
    await page.click("#authorize")


async def test_account_is_linked_without_a_code_when_who_began_is_logged_in(stage: Stage) -> None:
    await to_discord(stage.ada, await stage.linking.begin(ADA, "ada"))
    await log_in(stage.ada, "ada")
    await stage.ada.wait_for_selector("#allow")
    await allow(stage.ada, "ada_imgur")
    assert await stage.ada.inner_text("#discord") == "@ada"
    await stage.ada.click("#continue")
    await stage.ada.wait_for_selector("h1:has-text('Linked')")
    assert (await stage.accounts.overview(ADA)).account.username == "ada_imgur"


async def test_attacker_s_link_ends_at_the_login_of_its_victim(stage: Stage) -> None:
    await to_discord(stage.ada, await stage.linking.begin(MALLORY, "mallory"))
    await log_in(stage.ada, "ada")
    await stage.ada.wait_for_selector("#found")
    assert await stage.ada.inner_text("#began") == "@mallory"
    assert await stage.ada.inner_text("#found") == "@ada"
    assert await stage.ada.locator("#by-code").count() == 0
    await stage.ada.click("#continue")  # nor does saying no now lead on
    await stage.ada.click("#cancel")
    await stage.ada.wait_for_selector("h1:has-text('another Discord account')")
    assert await stage.ada.locator("#by-code").count() == 0
    assert await stage.nobody_is_linked()


async def test_login_of_an_attacker_is_worth_nothing_in_its_victim_s_browser(stage: Stage, oauth: OAuth) -> None:
    await to_discord(stage.ada, await stage.linking.begin(ADA, "ada"))
    await to_discord(stage.mallory, await stage.linking.begin(MALLORY, "mallory"))
    query = oauth.asked[-1]
    planted = oauth.back(query, code=oauth.issue("mallory", query))
    await stage.ada.goto(planted)
    assert await stage.says(stage.ada, LoginElsewhereError())
    assert await stage.ada.inner_text("#address") == planted
    await stage.ada.goto(f"{planted}&iss=https://discord.com")
    assert await stage.says(stage.ada, LoginForgedError())
    assert oauth.calls == []
    await stage.mallory.goto(planted)
    await stage.mallory.wait_for_selector("#allow")
