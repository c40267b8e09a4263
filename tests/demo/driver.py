"""Drives the demo as a newcomer does: the process that `make demo` starts, and its page in a browser."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from playwright.async_api import Error, Locator, Page, expect

ROOT = Path(__file__).parent.parent.parent
PATIENCE = 30.0  # seconds
PROMPTLY: float = 4_000  # milliseconds that the demo may take to do what it was told, in every test


@dataclass(frozen=True, slots=True)
class Demo:
    """A running demo; it keeps its files under `folder`."""

    process: asyncio.subprocess.Process
    address: str
    folder: Path

    def idle(self) -> None:
        """Let 20 seconds go by in which nobody does anything, at once."""
        self.process.send_signal(signal.SIGUSR1)

    async def end(self, number: signal.Signals) -> str:
        """Send a signal and wait; what it still had to say."""
        self.process.send_signal(number)
        output, _ = await asyncio.wait_for(self.process.communicate(), PATIENCE)
        return output.decode()


@asynccontextmanager
async def started_demo(folder: Path, *options: str) -> AsyncIterator[Demo]:
    """The demo as a process of its own."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "tests.demo.process",
        *options,
        cwd=ROOT,
        env={**os.environ, "TMPDIR": str(folder)},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        yield Demo(process, await asyncio.wait_for(_address(process), PATIENCE), folder)
    finally:
        if process.returncode is None:
            process.terminate()
            await asyncio.wait_for(process.communicate(), PATIENCE)


async def _address(process: asyncio.subprocess.Process) -> str:
    assert process.stdout is not None
    printed = b""
    async for line in process.stdout:
        printed += line
        if re.fullmatch(rb"http://127\.0\.0\.1:\d+/#\S+\n", line):
            return line.decode().strip()
    raise AssertionError(f"the demo ended without an address:\n{printed.decode()}")


class DiscordPage:
    """simcord's page, in the words of Discord."""

    def __init__(self, page: Page) -> None:
        self.page = page
        page.set_default_timeout(PATIENCE * 1000)

    @property
    def messages(self) -> Locator:
        return self.page.locator("#channel-message-list > *")

    @property
    def answer(self) -> Locator:
        """The newest message."""
        return self.messages.last

    def button(self, label: str) -> Locator:
        """A button under the newest message that has one of this label."""
        words = self.page.get_by_text(label, exact=True)
        return self.page.locator("#channel-message-list").get_by_role("button").filter(has=words).last

    async def settled(self) -> None:
        """The page says that the last action has ended."""
        await expect(self.page.locator("#action-status")).not_to_have_text(re.compile("…$|^$"), timeout=PROMPTLY)

    async def open(self, address: str) -> None:
        await self.page.goto(address)
        await expect(self.messages).not_to_have_count(0)

    async def become(self, name: str) -> None:
        """View the channel as another member."""
        await self.page.locator("#viewer-picker").select_option(label=name)
        await self.settled()  # until then the page drops what is pressed
        await expect(self.page.locator("#channel-composer-input")).to_be_enabled()

    async def command(self, name: str, **options: str | Path) -> None:
        """Type a slash command, pick it, fill its options, send it, and see it done."""
        await self.begin(name, **options)
        await expect(self.page.locator(".command-chip")).to_have_count(0, timeout=PROMPTLY)
        await self.settled()

    async def refused_file(self, size: int) -> Locator:
        """What the page says to a file of so many bytes, where it does not take it; nothing is sent."""
        await self._pick("imgur upload")
        pill = await self._pill("file")
        await pill.locator("input[type=file]").evaluate(
            """(input, size) => {
                const chosen = new DataTransfer();
                chosen.items.add(new File([new ArrayBuffer(size)], "large.png"));
                input.files = chosen.files;
                input.dispatchEvent(new Event("change"));
            }""",
            size,
        )
        return self.page.locator(".command-error")

    async def is_in_view(self, found: Locator) -> bool:
        """Whether nothing of it is cut off or covered."""
        seen: bool = await found.evaluate(
            """found => { const {left, right, top, bottom} = found.getBoundingClientRect();
                return [[left + 2, top + 2], [right - 2, bottom - 2]]
                    .every(([x, y]) => document.elementFromPoint(x, y) === found) }"""
        )
        return seen

    async def give_up(self) -> None:
        """Leave a command that was picked."""
        await self.page.locator(".command-context-close").click()
        await expect(self.page.locator(".command-chip")).to_have_count(0)

    async def _pick(self, name: str) -> None:
        await self.page.locator("#channel-composer-input").click()
        await self.page.locator("#channel-composer-input").fill(f"/{name}")
        entry = self.page.locator("[role=option].command-entry").filter(
            has=self.page.get_by_text(f"/{name}", exact=True)
        )
        await entry.click()

    async def _pill(self, option: str) -> Locator:
        """Where the option is filled in, asked for if it is not there by itself."""
        pill = self.page.locator(f'.command-pill[data-option="{option}"]')
        if not await pill.count():
            await self.page.locator(".command-ghost").click()
            await (
                self.page.locator(".command-popup [role=option]")
                .filter(has=self.page.get_by_text(option, exact=True))
                .first.click()
            )
        return pill

    async def _fill(self, option: str, value: str | Path) -> None:
        pill = await self._pill(option)
        if isinstance(value, Path):
            await pill.locator("input[type=file]").set_input_files(value)
            return
        await self.page.keyboard.type(value)
        field = pill.locator("input")
        if await field.get_attribute("aria-autocomplete") == "list":
            await self.page.locator(".command-suggestion", has_text=value).first.click(timeout=PROMPTLY)

    async def tick(self, *titles: str) -> None:
        """Turn over what is ticked in the newest menu, opened if it is not, and apply that."""
        menu = self.page.locator(".select-trigger").last
        if await menu.get_attribute("aria-expanded") != "true":
            await menu.click()
        for title in titles:
            await self.page.locator(".select-list:visible .select-option", has_text=title).click()
        await self.page.locator(".select-draft-actions:visible button", has_text="Apply").click()
        await self.settled()

    async def begin(self, name: str, **options: str | Path) -> None:
        """Send a slash command that may take a while."""
        await self._pick(name)
        for option, value in options.items():
            await self._fill(option, value)
        await self.page.locator("#send-message").click()

    async def see_pictures(self, count: int) -> None:
        """Wait until the newest message shows this many pictures, loaded and all."""
        await self.answer.scroll_into_view_if_needed()
        await self.page.wait_for_function(
            """count => [...document.querySelectorAll("#channel-message-list > :last-child img")]
                .filter(image => !image.closest(".message-avatar-image") && image.naturalWidth > 1).length === count""",
            arg=count,
        )

    async def choose(self, text: str, name: str) -> None:
        """Choose a command in the menu of the message that says so."""
        await self.settled()
        message = self.messages.filter(has_text=text).first
        await message.hover()
        await message.get_by_role("button", name=name).click()
        await self.settled()

    async def press(self, label: str) -> None:
        await self.settled()  # the page drops what is pressed while it does something else
        await self.button(label).click()
        await self.settled()

    async def fill_form(self, *values: str) -> None:
        """Fill the open form's fields in order and submit it."""
        form = self.page.locator("#modal-root")
        for number, value in enumerate(values):
            await form.locator("input, textarea").nth(number).fill(value)
        await form.get_by_role("button", name="Submit").click()
        await expect(form).to_be_hidden(timeout=PROMPTLY)

    async def _link_page(self) -> Page:
        """The page that the newest answer links to. A click is lost where pictures above move it away: then again."""
        for _ in range(5):
            with suppress(Error):
                async with self.page.expect_popup(timeout=PATIENCE * 200) as popup:
                    await self.answer.get_by_role("link", name="Open the link page").click()
                return await popup.value
        raise AssertionError("no link page opens")

    async def deny_link(self) -> None:
        """`/imgur link`, and no to the question whether the bot may use an account."""
        await self.command("imgur link")
        pages = await self._link_page()
        await pages.click("#continue")
        await pages.get_by_role("button", name="Deny").click()
        await expect(pages.get_by_text("You said no")).to_be_visible()
        await pages.close()

    async def link(self, account: str) -> None:
        """`/imgur link`, through the link pages, to the code typed into Discord."""
        await self.command("imgur link")
        pages = await self._link_page()
        await pages.click("#continue")
        await pages.select_option("#username", account)
        await pages.click("#allow")
        code = await pages.locator("#code").inner_text()
        await pages.close()
        await self.press("Enter code")
        await self.fill_form(code)
