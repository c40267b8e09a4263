"""Makes the pictures of README and docs: `make screenshots`. They show the demo, driven as the tests drive it."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.async_api import Browser, Locator, async_playwright, expect

from demo.world import ALICE, BOB
from tests.conftest import CHROMIUM_FLAGS
from tests.demo import driver
from tests.demo.driver import ROOT, DiscordPage, started_demo

IMAGES = ROOT / "docs" / "images"
COLOURS = 64
"""Enough for words; of pictures all are kept."""


async def main() -> None:
    IMAGES.mkdir(exist_ok=True)
    driver.PROMPTLY = driver.PATIENCE * 1000  # how fast it is matters to the tests alone
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=shutil.which("chromium"), args=CHROMIUM_FLAGS)
        async with begun(browser, BOB) as here:
            await here.command("imgur images")
            await expect(here.answer).to_contain_text("Your images")
            await here.see_pictures(4)
            await save("gallery.png", here.answer)
        async with begun(browser, ALICE) as here:
            await here.command("imgur images", query="light")
            await expect(here.answer).to_contain_text("2 found")
            await here.see_pictures(2)
            await save("query.png", here.answer)
            await several_at_once(here)
        async with begun(browser, ALICE, "--credits", "12") as here:
            await here.command("imgur account")
            await expect(here.answer).to_contain_text("of 12 left")
            await save("account.png", here.answer, colours=COLOURS)
            await here.begin("imgur show", image="Lavender")
            await expect(here.answer).to_contain_text("Waiting for Imgur's limit")
            await save("wait.png", here.answer, colours=COLOURS)
        await browser.close()


@asynccontextmanager
async def begun(browser: Browser, account: str, *options: str) -> AsyncIterator[DiscordPage]:
    """A demo of its own, in which somebody has linked an account."""
    with tempfile.TemporaryDirectory() as folder:
        async with started_demo(Path(folder), *options) as demo:
            here = DiscordPage(await browser.new_page(viewport={"width": 1000, "height": 1700}))
            await here.open(demo.address)
            if account == BOB:
                await here.become("Bob")
            await here.link(account)
            yield here
            await here.page.close()


async def several_at_once(here: DiscordPage) -> None:
    """Five into a new album; three away."""
    await here.command("imgur images")
    await here.see_pictures(10)
    await here.press("Select…")
    await here.tick("Cherry evening", "Storm coming", "Winter moon", "Lavender", "Quiet sea")
    await expect(here.answer).to_contain_text("5 selected")
    await here.see_pictures(10)
    await save("select.png", here.answer, lowest=508, colours=COLOURS)
    await here.press("Clear")
    await here.tick("Mint morning", "Copper canyon", "Red planet")
    await here.press("Delete")
    await expect(here.answer).to_contain_text("Delete 3 pictures?")
    await save("delete.png", here.answer, colours=COLOURS)


async def save(name: str, message: Locator, *, lowest: int | None = None, colours: int | None = None) -> None:
    """A picture of a message, or of its `lowest` pixels, as small as it gets."""
    await message.page.mouse.move(0, 0)  # or what is under it shows that
    picture = Image.open(BytesIO(await message.screenshot())).convert("RGB")
    if lowest is not None:
        picture = picture.crop((0, picture.height - lowest, *picture.size))
    if colours is not None:
        picture = picture.quantize(colours, dither=Image.Dither.NONE)
    picture.save(IMAGES / name, optimize=True)


if __name__ == "__main__":
    asyncio.run(main())
