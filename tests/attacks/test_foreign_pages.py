"""Attacks from other sites, by other names, and with markup where text belongs."""

from __future__ import annotations

from collections.abc import AsyncIterator
from html import escape
from urllib.parse import quote

import pytest
from aiohttp import web
from playwright.async_api import Page
from yarl import URL

from errors import CrossSiteError
from storage import Stores
from tests.attacks.conftest import ADA, Stage
from tests.walking import come_back, come_to_the_code, press_continue
from web.server import serving

pytestmark = pytest.mark.browser

MARKUP = "<img src=x onerror=alert(1)><script>alert(2)</script><b>\"'bold</b>"


@pytest.fixture
async def evil_port() -> AsyncIterator[int]:
    """A site that posts a form elsewhere as soon as it is opened, or frames a page."""

    async def attack(request: web.Request) -> web.Response:
        fields = "".join(
            f'<input name="{escape(name)}" value="{escape(value)}">'
            for name, value in request.query.items()
            if name not in {"to", "referrer"}
        )
        page = (
            f'<meta name="referrer" content="{request.query["referrer"]}">'
            f'<form method="post" action="{escape(request.query["to"])}">{fields}</form>'
            "<script>document.forms[0].submit()</script>"
        )
        return web.Response(text=page, content_type="text/html")

    async def frame(request: web.Request) -> web.Response:
        return web.Response(text=f'<iframe src="{escape(request.query["of"])}"></iframe>', content_type="text/html")

    app = web.Application()
    app.add_routes([web.get("/attack", attack), web.get("/frame", frame)])
    async with serving(app, "127.0.0.1", 0) as port:
        yield port


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"], ids=["another site", "another port"])
async def test_form_is_refused_when_another_site_posts_it(
    stage: Stage, stores: Stores, evil_port: int, *, host: str
) -> None:
    evil = URL(f"http://{host}:{evil_port}/attack")

    async def attacked(to: str, **fields: str) -> None:
        for referrer in ("origin", "no-referrer"):
            address = str(evil.with_query(to=to, referrer=referrer, **fields))
            async with stage.ada.expect_response(lambda response: response.request.method == "POST"):
                await stage.ada.goto(address, wait_until="commit")
            await stage.ada.wait_for_selector("main")
            assert await stage.says(stage.ada, CrossSiteError())

    offer = await stage.linking.begin(ADA, "ada")
    before = await stores.attempts.by_id(offer.attempt_id)
    await attacked(offer.url)
    assert await stores.attempts.by_id(offer.attempt_id) == before
    await press_continue(stage.ada, offer)
    state, before = stage.state(stage.ada), await stores.attempts.by_id(offer.attempt_id)
    planted = stage.refresh_token(stage.mallorys_imgur)
    await attacked(f"{stage.public_url}/oauth/imgur", state=state, refresh_token=planted)
    assert await stores.attempts.by_id(offer.attempt_id) == before
    await come_back(stage.ada, stage.callback(state, refresh_token=stage.refresh_token(stage.adas_imgur)))
    last, before = stage.ada.url, await stores.attempts.by_id(offer.attempt_id)
    await attacked(f"{last}/stop")
    assert await stores.attempts.by_id(offer.attempt_id) == before
    await stage.ada.goto(last)
    assert await stage.ada.inner_text("#imgur") == "ada_imgur"


async def test_page_stays_empty_when_another_site_frames_it(stage: Stage, evil_port: int) -> None:
    offer = await stage.linking.begin(ADA, "ada")
    await stage.mallory.goto(str(URL(f"http://127.0.0.1:{evil_port}/frame").with_query(of=offer.url)))
    framed = stage.mallory.frames[1]
    assert await framed.locator("#continue").count() == 0


async def test_nothing_is_taken_when_the_host_is_forged(stage: Stage) -> None:
    offer = await stage.linking.begin(ADA, "ada")
    await stage.ada.goto(offer.url.replace("127.0.0.1", "evil.example.org"))
    assert await stage.ada.inner_text("h1") == "Link your Imgur account"
    async with stage.ada.expect_response(lambda response: response.request.method == "POST"):
        await stage.ada.click("#continue")
    await stage.ada.wait_for_load_state()
    assert await stage.says(stage.ada, CrossSiteError())
    assert await stage.ada.context.cookies() == []
    address = stage.callback("any", refresh_token="any").replace("127.0.0.1", "evil.example.org")
    await come_back(stage.ada, address)
    assert await stage.says(stage.ada, CrossSiteError())


async def test_way_leads_home_when_a_proxy_claims_another_host(stage: Stage) -> None:
    forged = {"X-Forwarded-Host": "evil.example.org", "Forwarded": "host=evil.example.org;proto=https"}
    await stage.ada.set_extra_http_headers(forged)
    seen: list[str] = []
    stage.ada.on("request", lambda request: seen.append(request.url))
    await come_to_the_code(stage.ada, await stage.linking.begin(ADA, "ada"), "ada_imgur")
    assert not [url for url in seen if "evil" in url]
    assert "evil" not in await stage.ada.content()


async def test_markup_stays_text_when_it_comes_in_every_parameter(stage: Stage) -> None:
    dialogs: list[str] = []
    stage.ada.on("dialog", lambda dialog: dialogs.append(dialog.message))
    quoted = quote(MARKUP, safe="")
    offer = await stage.linking.begin(ADA, MARKUP)
    await stage.ada.goto(offer.url)
    assert MARKUP in await stage.ada.inner_text("dl")
    assert await _is_clean(stage.ada)
    for path in (f"/{quoted}", f"/link/{quoted}", f"/linked/{quoted}", f"/oauth/imgur?error={quoted}&state={quoted}"):
        await stage.ada.goto(stage.public_url + path)
        assert await _is_clean(stage.ada)
    for fragment in ({"error": quoted}, {"refresh_token": quoted, "account_username": quoted}):
        await come_back(stage.ada, stage.callback(quoted, **fragment))
        assert await _is_clean(stage.ada)
    named = stage.standin.world.add_account(MARKUP)
    await press_continue(stage.ada, offer)
    await come_back(stage.ada, stage.callback(stage.state(stage.ada), refresh_token=stage.refresh_token(named)))
    assert await stage.ada.inner_text("#imgur") == MARKUP
    assert await stage.ada.inner_text("#discord") == f"@{MARKUP}"
    assert await _is_clean(stage.ada)
    assert dialogs == []


async def _is_clean(page: Page) -> bool:
    """Whether nothing of the markup has become an element."""
    return await page.locator("main img, main b, script:not([src])").count() == 0
