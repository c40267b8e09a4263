"""Attacks on who walks: links, states and cookies in the wrong hands."""

from __future__ import annotations

import pytest
from playwright.async_api import Page

from errors import LinkForeignBrowserError, LinkUsedError, NoCodeExpectedError, WrongCodeError
from tests.attacks.conftest import ADA, MALLORY, Stage
from tests.walking import allow, come_back, come_to_the_code, press_continue

pytestmark = pytest.mark.browser


async def test_attacker_gains_nothing_when_a_victim_opens_their_link(stage: Stage) -> None:
    code = await come_to_the_code(stage.ada, await stage.linking.begin(MALLORY, "mallory"), "ada_imgur")
    assert await stage.ada.inner_text("#discord") == "@mallory"
    assert "Give this code to nobody" in await stage.ada.inner_text("main")
    assert await stage.nobody_is_linked()
    await stage.mallory.goto(stage.ada.url)
    assert await stage.says(stage.mallory, LinkForeignBrowserError())
    assert code not in await stage.mallory.content()
    with pytest.raises(NoCodeExpectedError):
        await stage.linking.enter_code(ADA, code)
    for _ in range(5):
        with pytest.raises(WrongCodeError):
            await stage.linking.enter_code(MALLORY, "00000000")
    with pytest.raises(LinkUsedError):
        await stage.linking.enter_code(MALLORY, code)
    assert await stage.nobody_is_linked()


async def test_attacker_gains_nothing_when_a_victim_answers_imgur_in_their_place(stage: Stage) -> None:
    await press_continue(stage.mallory, await stage.linking.begin(MALLORY, "mallory"))
    await stage.ada.goto(stage.mallory.url)
    await allow(stage.ada, "ada_imgur")
    assert await stage.says(stage.ada, LinkForeignBrowserError())
    assert not stage.standin.sent("POST /oauth2/token")


async def test_victim_stops_it_when_the_last_page_names_a_stranger(stage: Stage) -> None:
    code = await come_to_the_code(stage.ada, await stage.linking.begin(MALLORY, "mallory"), "ada_imgur")
    await stage.ada.click("#stop")
    await stage.ada.wait_for_selector("h1:has-text('Stopped')")
    with pytest.raises(LinkUsedError):
        await stage.linking.enter_code(MALLORY, code)
    assert await stage.nobody_is_linked()


@pytest.mark.parametrize("linked", [False, True])
async def test_state_is_refused_when_it_is_replayed(stage: Stage, linked: bool) -> None:
    await press_continue(stage.ada, await stage.linking.begin(ADA, "ada"))
    again = stage.callback(stage.state(stage.ada), refresh_token=stage.refresh_token(stage.mallorys_imgur))
    await allow(stage.ada, "ada_imgur")
    if linked:
        await stage.linking.enter_code(ADA, await stage.ada.inner_text("#code"))
    # A stranger gets nothing for it; the browser that has the attempt sees what there is already.
    await come_back(stage.mallory, again)
    assert await stage.says(stage.mallory, LinkUsedError() if linked else LinkForeignBrowserError())
    await come_back(stage.ada, again)
    assert await stage.ada.inner_text("h1") == ("Linked" if linked else "Enter this code in Discord")
    if not linked:
        assert await stage.ada.inner_text("#imgur") == "ada_imgur"
    assert len(stage.standin.sent("POST /oauth2/token")) == 1


async def test_one_completion_wins_when_two_come_at_once(stage: Stage) -> None:
    await press_continue(stage.ada, await stage.linking.begin(ADA, "ada"))
    second = await stage.ada.context.new_page()
    addresses = [
        stage.callback(stage.state(stage.ada), refresh_token=stage.refresh_token(account))
        for account in (stage.adas_imgur, stage.mallorys_imgur)
    ]
    held = stage.standin.switches.hold("POST /oauth2/token")
    await stage.ada.goto(addresses[0], wait_until="commit")
    await held.arrived.wait()
    await come_back(second, addresses[1])
    assert await second.inner_text("h1") == "Checking with Imgur"
    held.release()
    for page in (stage.ada, second):
        await page.wait_for_selector("#code")
        assert await page.inner_text("#imgur") == "ada_imgur"
    assert len(stage.standin.sent("POST /oauth2/token")) == 1


@pytest.mark.parametrize("renamed", [False, True], ids=["jars", "values"])
async def test_both_browsers_are_refused_when_their_cookies_are_swapped(stage: Stage, renamed: bool) -> None:
    await press_continue(stage.ada, await stage.linking.begin(ADA, "ada"))
    await press_continue(stage.mallory, await stage.linking.begin(MALLORY, "mallory"))
    await _swap_cookies(stage.ada, stage.mallory, stage.public_url, keep_names=renamed)
    for page, account in ((stage.ada, stage.adas_imgur), (stage.mallory, stage.mallorys_imgur)):
        await come_back(page, stage.callback(stage.state(page), refresh_token=stage.refresh_token(account)))
        assert await stage.says(page, LinkForeignBrowserError())
    assert not stage.standin.sent("POST /oauth2/token")


async def test_stolen_links_and_states_are_worth_nothing_when_the_cookie_is_elsewhere(stage: Stage) -> None:
    offer = await stage.linking.begin(ADA, "ada")
    await press_continue(stage.ada, offer)
    state = stage.state(stage.ada)
    await allow(stage.ada, "ada_imgur")
    code, last = await stage.ada.inner_text("#code"), stage.ada.url
    planted = stage.callback(state, refresh_token=stage.refresh_token(stage.mallorys_imgur))
    denied = stage.callback(state, error="access_denied")
    for linked in (False, True):
        for address in (offer.url, last, f"{last}/progress", planted, denied, denied.replace("#", "&")):
            await stage.mallory.goto(address)
            await stage.mallory.wait_for_selector("h1:not(:has-text('Checking'))")
            shown = await stage.mallory.content()
            assert code not in shown
            assert "ada_imgur" not in shown
            assert await stage.mallory.locator("#continue, #stop, #code").count() == 0
        if linked:
            await stage.ada.wait_for_selector("h1:has-text('Linked')")  # it loads itself anew, once
        await stage.ada.goto(last)
        if linked:
            assert await stage.ada.inner_text("h1") == "Linked"
        else:
            assert await stage.ada.inner_text("#code") == code
            await stage.linking.enter_code(ADA, code)
    assert (await stage.accounts.overview(ADA)).account.username == "ada_imgur"
    assert len(stage.standin.sent("POST /oauth2/token")) == 1


async def _swap_cookies(one: Page, other: Page, url: str, *, keep_names: bool) -> None:
    mine, theirs = [(await page.context.cookies(url))[0] for page in (one, other)]
    for page, own, given in ((one, mine, theirs), (other, theirs, mine)):
        await page.context.clear_cookies()
        name = own["name"] if keep_names else given["name"]
        devtools = await page.context.new_cdp_session(page)
        cookie = {"name": name, "value": given["value"], "url": url, "secure": True, "httpOnly": True}
        assert (await devtools.send("Network.setCookie", cookie))["success"]


async def test_two_tabs_keep_apart_when_one_browser_links_two_people(stage: Stage) -> None:
    second = await stage.ada.context.new_page()
    await press_continue(stage.ada, await stage.linking.begin(ADA, "ada"))
    await press_continue(second, await stage.linking.begin(MALLORY, "mallory"))
    for page, name, user in ((second, "mallory", MALLORY), (stage.ada, "ada", ADA)):
        await page.reload()  # Imgur itself knows only the newest of its own forms
        await allow(page, f"{name}_imgur")
        assert await page.inner_text("#discord") == f"@{name}"
        await stage.linking.enter_code(user, await page.inner_text("#code"))
    names = {user: account and account.username for user, account in (await stage.linked()).items()}
    assert names == {ADA: "ada_imgur", MALLORY: "mallory_imgur"}
