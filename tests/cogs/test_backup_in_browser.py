"""A backup in a real Chromium: from the link to the file, what a cut one is there, and its page opened from a disk."""

from __future__ import annotations

import asyncio
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Literal

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page

from demo.pictures import SCENES, paint
from services.indexed import to_index
from standins.imgur.records import Account
from storage.models import album_shelf
from tests.cogs.backing_up import enter
from tests.cogs.conftest import Discord, answer, buttons
from tests.cogs.indexing import Index
from tests.cogs.test_backup import PICTURES, SHELVES, album_images
from tests.reading import IS_PSEUDO

pytestmark = [pytest.mark.browser, pytest.mark.skipif(IS_PSEUDO, reason="what a browser shows is read in English")]

ARTIFACTS = Path(__file__).parents[2] / ".artifacts"
HOSTILE = [
    "<script>document.title='hacked'</script>",
    '"><img src=x onerror="document.title=\'hacked\'">',
    "</title></h3><svg onload=document.title='hacked'>",
    "javascript:document.title='hacked'//",
    "{{ 7*7 }} ${7*7} #%2e%2e ? & ;",
    "\u202egnp.exe",
    "..",
    "a\nb\0c",
    "CON",
    "Pa\u0302ques 🏔️",
]


@pytest.fixture
async def page(chromium: Browser) -> AsyncIterator[Page]:
    """A page in which nothing may go wrong unseen."""
    context = await chromium.new_context(accept_downloads=True)
    page = await context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on("dialog", lambda dialog: faults.append(dialog.message))
    yield page
    await context.close()
    assert faults == []


async def looked_at(page: Page, name: str, *schemes: Literal["light", "dark"]) -> None:
    """For people, and for those who see nothing."""
    for scheme in schemes or ("light",):
        await page.emulate_media(color_scheme=scheme)
        await page.screenshot(path=ARTIFACTS / f"backup-{name}-{scheme}.png", full_page=True)
        found = await Axe().run(page)
        assert found.violations_count == 0, found.generate_report()


async def come_to_the_parts(discord: Discord, page: Page, *, looking: bool = False) -> None:
    offer: Any = answer(await discord.run("data backup"))
    await page.goto(buttons(offer)["Open the backup page"]["url"])
    if looking:
        await looked_at(page, "landing")
    await page.click("#continue")
    code = await page.inner_text("#code")
    if looking:
        await looked_at(page, "code")
    await enter(discord, offer, code)
    await page.wait_for_selector("#begin")  # it notices by itself
    if looking:
        await looked_at(page, "choose")
    await page.click("#begin")
    await page.wait_for_selector("#parts")


async def test_a_backup_is_fetched_and_browsed_without_a_network_and_no_title_does_anything(
    discord: Discord, linked: Account, index: Index, page: Page, tmp_path: Path
) -> None:
    world = discord.standin.world
    images = [
        world.add_image(linked, paint(SCENES[number % len(SCENES)]), title=title)
        for number, title in enumerate(HOSTILE)
    ]
    images[0].description = "<iframe src=https://evil.example.org></iframe><style>*{display:none}</style>"
    album = world.add_album(linked, title="../<b>Summer</b>", images=images[:3])
    album.description = "<script>document.title='hacked'</script>By the sea"
    await index.read(*SHELVES)
    filled = [to_index(image) for image in await album_images(discord, album.id)]
    await index.stores.library.fill(await index.number(), album_shelf(album.id), filled)
    await index.tag(images[0].id, "<i>sun</i>")

    await come_to_the_parts(discord, page, looking=True)
    async with page.expect_download() as coming:
        await page.click("#parts a")
    download = await coming.value
    assert download.suggested_filename == "imgur-backup.zip"
    await download.save_as(tmp_path / "backup.zip")
    await page.wait_for_selector("text=Sent in full.")
    await looked_at(page, "parts")
    with zipfile.ZipFile(tmp_path / "backup.zip") as archive:
        archive.extractall(tmp_path / "there")

    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    await page.context.set_offline(True)
    await page.goto((tmp_path / "there" / "index.html").as_uri())
    await page.evaluate("() => document.querySelectorAll('img').forEach(one => one.loading = 'eager')")
    await page.wait_for_function("[...document.images].every(one => one.complete && one.naturalWidth > 0)")
    assert await page.locator("img").count() == len(HOSTILE)
    assert await page.title() == "Your pictures from Imgur"
    shown = await page.inner_text("body")
    for text in (*HOSTILE[:5], "By the sea", "#<i>sun</i>", "<b>Summer</b>"):
        assert text in shown
    assert await page.locator("script, iframe, svg, [onerror], [onload]").count() == 0
    assert {url.partition(":")[0] for url in asked} == {"file"}
    assert not [
        link for link in await page.locator("a").evaluate_all("all => all.map(one => one.href)") if "://" not in link
    ]
    await looked_at(page, "index", "light", "dark")


async def test_a_cut_part_is_a_failed_download_and_its_page_says_why(
    discord: Discord, linked: Account, index: Index, picture: bytes, page: Page
) -> None:
    for number in range(3):
        discord.standin.world.add_image(linked, picture, title=f"Cat {number}")
    await index.read(*SHELVES)
    await come_to_the_parts(discord, page)
    held = discord.standin.switches.hold(PICTURES)
    async with page.expect_download() as coming:
        await page.click("#parts a")
    download = await coming.value
    await asyncio.wait_for(held.arrived.wait(), 15)
    await discord.house.services.accounts.unlink(discord.alice.id)
    held.release()
    assert await download.failure()
    await page.wait_for_selector("h1:has-text('This backup is over')")  # it notices by itself
    assert "Run /imgur data backup in Discord" in await page.inner_text("main")
