"""A newcomer's first quarter of an hour, in a real browser, from `python bot.py demo` to its end."""

from __future__ import annotations

import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from demo.pictures import SCENES, paint
from demo.world import ALICE, BOB
from tests.demo.driver import PATIENCE, ROOT, Demo, DiscordPage, started_demo

pytestmark = pytest.mark.browser

ARTIFACTS = ROOT / ".artifacts"


@pytest.fixture
async def demo(tmp_path: Path) -> AsyncIterator[Demo]:
    folder = tmp_path / "tmp"
    folder.mkdir()
    async with started_demo(folder) as demo:
        yield demo


@pytest.fixture
async def here(chromium: Browser, demo: Demo) -> AsyncIterator[DiscordPage]:
    context = await chromium.new_context(viewport={"width": 1280, "height": 900})
    page = DiscordPage(await context.new_page())
    await page.open(demo.address)
    yield page
    await context.close()


async def before_anything_is_set_up(here: DiscordPage, demo: Demo, picture: Path) -> None:
    """The first commands of all, and again after a while: what one leaves behind, such as a timer, is waited for."""
    await here.command("imgur upload", file=picture, anonymous="True")
    await expect(here.answer).to_contain_text("Uploaded")
    await here.press("Copy")
    await expect(here.answer).to_contain_text("https://imgur.com/")
    demo.idle()
    await here.command("imgur upload", file=picture, anonymous="True")
    await expect(here.answer).to_contain_text("You have uploaded this file before")
    await here.press("Upload it anyway")
    await expect(here.answer).to_contain_text("Uploaded")
    await expect(here.answer).to_be_in_viewport(ratio=0.9, timeout=PATIENCE * 1000)
    await here.command("imgur images")
    await expect(here.answer).to_contain_text("Your anonymous uploads")
    await expect(here.answer).to_be_in_viewport(ratio=0.9, timeout=PATIENCE * 1000)


async def make_mistakes(here: DiscordPage, folder: Path) -> None:
    """What newcomers do; each is answered, and the next command works."""
    notes = folder / "notes.png"
    notes.write_bytes(b"not a picture at all")
    await here.command("imgur favorites")
    await expect(here.answer).to_contain_text("No Imgur account is linked")
    await here.command("imgur upload", file=notes, anonymous="True")
    await expect(here.answer).to_contain_text("That is text, not a picture")
    refusal = await here.refused_file(11 * 1024 * 1024)
    await expect(refusal).to_have_text("File exceeds the 10 MiB per-file limit.")
    assert await here.is_in_view(refusal), "it can be read to its end"
    await here.give_up()
    await here.deny_link()
    await expect(here.answer).to_contain_text("You said no", timeout=PATIENCE * 1000)  # with nothing done on this page
    await here.command("imgur link")
    await here.press("Move to direct message")  # which this page could not show
    await expect(here.answer).to_contain_text("direct messages are closed")
    await here.page.clock.install()
    await expect(here.messages.filter(has_text="Link your Imgur account").last).to_contain_text("ends in 10 minutes")
    await here.page.clock.fast_forward("03:00")
    await expect(here.messages.filter(has_text="Link your Imgur account").last).to_contain_text("ends in 7 minutes")
    await here.press("Enter code")
    await here.fill_form("12345678")
    await expect(here.answer).to_contain_text("There is no code to enter yet")
    await here.command("imgur account")
    await expect(here.answer).to_contain_text("No Imgur account is linked")


async def end(demo: Demo, number: signal.Signals) -> None:
    """The demo ends while its page is open, and leaves nothing behind."""
    assert list(demo.folder.iterdir())
    output = await demo.end(number)
    assert demo.process.returncode == 0
    assert "Traceback" not in output
    assert list(demo.folder.iterdir()) == []


async def test_the_story_of_the_main_job(here: DiscordPage, demo: Demo, tmp_path: Path) -> None:
    ARTIFACTS.mkdir(exist_ok=True)
    picture = tmp_path / "evening.jpg"
    picture.write_bytes(paint(SCENES[0], mirrored=True))

    async def look(name: str, pictures: int) -> None:
        await here.see_pictures(pictures)
        await here.page.screenshot(path=ARTIFACTS / f"story-{name}.png")

    await before_anything_is_set_up(here, demo, picture)
    await here.link(ALICE)
    await expect(here.messages.filter(has_text=f"Linked as {ALICE}").first).to_be_visible()
    await look("1-linked", 0)

    await here.command("imgur upload", file=picture, title="My evening")
    await expect(here.answer).to_contain_text("My evening")
    await look("2-uploaded", 1)

    await here.command("imgur images")
    await expect(here.answer).to_contain_text("Your images")
    await expect(here.answer).to_contain_text("My evening")
    await look("3-images", 10)
    await here.press("Next")
    await expect(here.answer).not_to_contain_text("My evening")
    await look("4-next-page", 3)

    demo.idle()
    await here.command("imgur show", image="My evening")
    await expect(here.answer).to_contain_text("My evening")
    await here.press("Favorite")
    await expect(here.button("Unfavorite")).to_be_visible()
    await look("5-favorite", 1)
    await here.command("imgur favorites")
    await expect(here.answer).to_contain_text("My evening")
    await look("6-favorites", 4)

    await here.command("imgur edit", image="My evening")
    await here.fill_form("Our evening", "We were two.")
    await expect(here.answer).to_contain_text("Our evening")
    await look("7-edited", 1)

    await here.command("imgur delete", image="Our evening")
    await expect(here.answer).to_contain_text("Our evening")
    await look("8-delete", 1)
    await here.press("Delete for good")
    await expect(here.answer).to_contain_text("Deleted")
    await here.command("imgur images")
    await expect(here.answer).to_contain_text("Cherry evening")
    await expect(here.answer).not_to_contain_text("Our evening")
    await end(demo, signal.SIGINT)


async def test_the_story_of_mistakes_and_of_another_member(here: DiscordPage, demo: Demo, tmp_path: Path) -> None:
    await make_mistakes(here, tmp_path)
    await here.link(ALICE)
    await here.command("imgur show", image="Lavender", share="True")
    await expect(here.answer).to_contain_text("Lavender")
    await here.become("Bob")
    await here.press("Delete")
    await expect(here.answer).to_contain_text("yours")
    await here.press("Favorite")
    await expect(here.button("Link account")).to_be_visible()
    await here.link(BOB)
    await here.press("Favorite")
    await here.command("imgur favorites")
    await expect(here.answer).to_contain_text("Lavender")
    await end(demo, signal.SIGTERM)


async def test_the_story_of_several_at_once(here: DiscordPage, demo: Demo) -> None:
    await here.link(ALICE)
    await here.command("imgur images")
    await here.see_pictures(10)
    await here.press("Select…")
    await here.see_pictures(10)
    await here.tick("Cherry evening", "Storm coming", "Winter moon", "Lavender", "Quiet sea")
    await expect(here.answer).to_contain_text("5 selected")
    await here.press("Add to album")
    await here.press("New album…")
    await here.fill_form("Evening walks")
    await expect(here.answer).to_contain_text("5 added")

    gallery = here.messages.filter(has_text="5 selected")
    await here.press("Next")
    await expect(gallery.locator(".select-trigger")).to_have_text("Tick several…")
    await here.press("Previous")
    await expect(gallery.locator(".select-chip")).to_have_count(5)  # Discord shows what the bot says is ticked
    await here.press("Clear")
    await expect(here.page.locator(".select-trigger").last).to_have_text("Tick several…")
    await here.tick("Mint morning", "Copper canyon", "Red planet")
    await here.press("Delete")
    await expect(here.answer).to_contain_text("Delete 3 pictures?")
    await here.press("Delete 3 for good")
    await expect(here.answer).to_contain_text("3 deleted")
    await here.command("imgur images")
    await expect(here.answer).to_contain_text("9 in all")
    await here.command("imgur album list")
    await expect(here.answer).to_contain_text("Evening walks")
    await end(demo, signal.SIGINT)


async def test_the_story_of_a_message_s_menu(here: DiscordPage, demo: Demo) -> None:
    ARTIFACTS.mkdir(exist_ok=True)
    await here.link(ALICE)
    await here.choose("Two from the last tour", "Upload to Imgur")
    await expect(here.answer).to_contain_text("Which of them should be uploaded?")
    await expect(here.answer).to_be_in_viewport(ratio=0.9)
    await here.page.screenshot(path=ARTIFACTS / "menu-1-choice.png")
    await here.press("Upload all 2")
    await expect(here.answer).to_contain_text("2 uploaded")
    await here.see_pictures(2)
    await here.page.screenshot(path=ARTIFACTS / "menu-2-uploaded.png")
    await here.choose("And this is how it went on", "Favorite on Imgur")
    await expect(here.answer).to_contain_text("1 added to your favorites")
    await expect(here.answer).to_contain_text("was one already")
    await here.page.screenshot(path=ARTIFACTS / "menu-3-favorites.png")
    await end(demo, signal.SIGINT)


async def test_the_page_shows_what_waits_for_credits(chromium: Browser, tmp_path: Path) -> None:
    async with started_demo(tmp_path, "--credits", "10") as demo:
        here = DiscordPage(await chromium.new_page())
        await here.open(demo.address)
        await here.link(ALICE)
        await here.command("imgur account")
        await expect(here.answer).to_contain_text("of 10 left")
        await here.begin("imgur show", image="Lavender")
        await expect(here.answer).to_contain_text("Waiting for Imgur's limit")
        await expect(here.answer).to_contain_text("It goes on by itself")
        await end(demo, signal.SIGINT)
        await here.page.close()
