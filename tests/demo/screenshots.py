"""Makes the README's pictures: `make screenshots`. They show the demo, driven as the tests drive it."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.async_api import async_playwright, expect

from demo.world import BOB
from tests.conftest import CHROMIUM_FLAGS
from tests.demo.driver import ROOT, DiscordPage, started_demo

IMAGES = ROOT / "docs" / "images"


async def main() -> None:
    IMAGES.mkdir(exist_ok=True)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=shutil.which("chromium"), args=CHROMIUM_FLAGS)
        with tempfile.TemporaryDirectory() as folder:
            async with started_demo(Path(folder)) as demo:
                here = DiscordPage(await browser.new_page(viewport={"width": 1000, "height": 1100}))
                await here.open(demo.address)
                await here.become("Bob")
                await here.link(BOB)
                await here.command("imgur images")
                await expect(here.answer).to_contain_text("Your images")
                await here.see_pictures(4)
                _save("gallery.png", await here.answer.screenshot())
        await browser.close()


def _save(name: str, screenshot: bytes) -> None:
    Image.open(BytesIO(screenshot)).convert("RGB").save(IMAGES / name, optimize=True)


if __name__ == "__main__":
    asyncio.run(main())
