"""Walking the link pages in a real browser."""

from __future__ import annotations

import re

from playwright.async_api import Page, Response

from services.linking import LinkOffer


async def press_continue(page: Page, offer: LinkOffer) -> None:
    """From the link to Imgur's question."""
    await page.goto(offer.url)
    await page.click("#continue")
    await page.wait_for_selector("#allow")


async def allow(page: Page, username: str) -> None:
    """Answer Imgur's question with yes; ends on the page that our server answers the script's post with."""
    await page.select_option("#username", username)
    async with page.expect_response(is_last_page):
        await page.click("#allow")
    await page.wait_for_load_state()


async def come_to_the_code(page: Page, offer: LinkOffer, username: str) -> str:
    """From the link to the last page; gives its code."""
    await press_continue(page, offer)
    await allow(page, username)
    return await page.inner_text("#code")


async def come_back(page: Page, address: str) -> None:
    """Open a callback address as if Imgur had sent the browser there."""
    async with page.expect_response(is_last_page):
        await page.goto(address, wait_until="commit")
    await page.wait_for_load_state()


def is_last_page(response: Response) -> bool:
    """Whether this answers the script's post: by a page, not by the redirect to it."""
    posted = response.request.method == "POST" and response.url.endswith("/oauth/imgur")
    return (posted and response.status >= 400) or re.search(r"/linked/\w+$", response.url) is not None
