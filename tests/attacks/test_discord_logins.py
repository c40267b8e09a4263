"""Attacks on the Discord login, in a real browser: Discord's page is another site there."""

from __future__ import annotations

import pytest
from playwright.async_api import Page

from errors import LinkUsedError, LoginElsewhereError, LoginForgedError
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


async def test_wrong_account_is_changed_and_the_same_link_goes_on(stage: Stage, oauth: OAuth) -> None:
    await to_discord(stage.ada, await stage.linking.begin(ADA, "ada"))
    await log_in(stage.ada, "mallory")
    await stage.ada.wait_for_selector("#found")
    assert (await stage.ada.inner_text("#began"), await stage.ada.inner_text("#found")) == ("@ada", "@mallory")
    await stage.ada.click("#continue")
    await log_in(stage.ada, "ada")
    await stage.ada.wait_for_selector("#allow")
    first, second = oauth.asked
    assert first["state"] != second["state"]
    await stage.ada.goto(oauth.back(first, code=oauth.issue("mallory", first)))  # the login before, once more
    await stage.ada.wait_for_selector("#allow")
    assert await stage.nobody_is_linked()


async def test_login_that_comes_back_again_changes_nothing(stage: Stage, oauth: OAuth) -> None:
    callbacks: list[str] = []
    ours = f"{stage.public_url}/oauth/discord?"
    stage.ada.on("request", lambda sent: callbacks.append(sent.url) if sent.url.startswith(ours) else None)
    await to_discord(stage.ada, await stage.linking.begin(ADA, "ada"))
    await log_in(stage.ada, "ada")
    await stage.ada.wait_for_selector("#allow")
    await stage.ada.go_back()  # to Discord's page
    await stage.ada.goto(callbacks[0])
    await stage.ada.wait_for_selector("#allow")
    await allow(stage.ada, "ada_imgur")
    await stage.ada.click("#continue")
    await stage.ada.wait_for_selector("h1:has-text('Linked')")
    await stage.ada.goto(callbacks[0])
    assert await stage.ada.inner_text("h1") == "Linked"
    await stage.mallory.goto(callbacks[0])
    assert await stage.says(stage.mallory, LinkUsedError())
    assert oauth.count("/api/oauth2/token") == 1
    assert (await stage.linked())[MALLORY] is None


async def test_two_people_in_two_tabs_of_one_browser_end_in_the_other_order(stage: Stage, oauth: OAuth) -> None:
    ada, mallory = stage.ada, await stage.ada.context.new_page()
    await to_discord(ada, await stage.linking.begin(ADA, "ada"))
    await to_discord(mallory, await stage.linking.begin(MALLORY, "mallory"))
    first, second = oauth.asked
    swapped = oauth.back({**first, "state": second["state"]}, code=oauth.issue("ada", first))
    tab = await ada.context.new_page()
    await tab.goto(swapped)  # Ada's code with the state of the other attempt: the verifier is not hers
    assert await tab.locator("#by-code").count() == 1
    await mallory.goto(tab.url)
    await mallory.click("#continue")
    await log_in(mallory, "mallory")
    await mallory.wait_for_selector("#allow")
    await allow(mallory, "mallory_imgur")
    await log_in(ada, "ada")
    await ada.wait_for_selector("#allow")
    await allow(ada, "ada_imgur")
    for page in (ada, mallory):
        await page.click("#continue")
        await page.wait_for_selector("h1:has-text('Linked')")
    linked = await stage.linked()
    assert [one.username for one in linked.values() if one] == ["ada_imgur", "mallory_imgur"]
