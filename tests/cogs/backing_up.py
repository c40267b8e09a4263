"""A user's browser on its way through a backup, to the files."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import aiohttp
from yarl import URL

from tests.cogs.conftest import Discord, answer, buttons, shown_label
from tests.reading import english
from tests.visitor import Answer, Visitor


class Reader(Visitor):
    """Reads pages in English, whatever language everybody reads."""

    async def request(self, method: str, path: str, **options: Any) -> Answer:
        answer = await super().request(method, path, **options)
        return replace(answer, text=english(answer.text))


@asynccontextmanager
async def a_browser(discord: Discord) -> AsyncIterator[Visitor]:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
        yield Reader(session, str(discord.house.settings.public_url))


async def begun(discord: Discord, browser: Visitor, actor: Any = None) -> tuple[Any, str]:
    """Run the command, open the link and press Continue: the message, and the path of the backup's page."""
    offer = answer(await discord.run("data backup", actor=actor))
    path = URL(buttons(offer)["Open the backup page"]["url"]).path
    assert (await browser.get(path)).status == 200
    pressed = await browser.post(path)
    assert pressed.status == 303
    return offer, URL(pressed.location).path


async def code_of(browser: Visitor, path: str) -> str:
    page = await browser.get(path)
    found = re.search(r'id="code"[^>]*>([^<]+)<', page.text)
    assert found is not None, page.text
    return found[1]


async def enter(discord: Discord, offer: Any, code: str, actor: Any = None) -> Any:
    """Press Enter code and fill the form; the answer to it."""
    who = actor or discord.alice
    form = await who.click(offer, label=shown_label(offer, "Enter code"))
    return answer(await who.submit_modal(form, {"code": code}))


async def opened(discord: Discord, browser: Visitor, *choices: str, actor: Any = None) -> str:
    """All the way to the parts; the path of their page."""
    offer, path = await begun(discord, browser, actor)
    await enter(discord, offer, await code_of(browser, path), actor)
    answered = await browser.post(path, dict.fromkeys(choices, "1"))
    assert answered.status == 303, answered.text
    return path


def get(browser: Visitor, path: str, number: int = 1) -> Any:
    """Ask for a part."""
    cookies = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    return browser.session.get(f"{browser.url}{path}/part/{number}", headers={"Cookie": cookies})


async def fetched(browser: Visitor, path: str, number: int = 1) -> dict[str, bytes]:
    """The files of a part, as another program reads them."""
    async with get(browser, path, number) as answered:
        assert answered.status == 200, await answered.text()
        data = await answered.read()
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        files = {name: archive.read(name) for name in archive.namelist()}
    return {name: english(data.decode()).encode() if name.endswith(".html") else data for name, data in files.items()}
