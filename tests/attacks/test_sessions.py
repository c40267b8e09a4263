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
    await come_back(stage.ada, again)
    assert await stage.says(stage.ada, LinkUsedError())
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
    assert await stage.says(second, LinkUsedError())
    held.release()
    await stage.ada.wait_for_selector("#code")
    assert await stage.ada.inner_text("#imgur") == "ada_imgur"
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
