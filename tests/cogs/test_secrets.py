"""A full story with failures in it: nothing secret is left in a log, a database file, a page or a message."""

from __future__ import annotations

import io
import logging
import re
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from simcord import Env
from yarl import URL

import logs
from standins.imgur.records import Account
from standins.imgur.standin import Standin
from tests.cogs.conftest import Discord, answer, buttons, shown_label
from tests.conftest import CLIENT_ID, CLIENT_SECRET
from tests.visitor import Visitor

pytestmark = pytest.mark.interplay


class Raw(logging.Handler):
    """Every record as it was made, before anything is redacted."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        trace = logging.Formatter().formatException(record.exc_info) if record.exc_info else ""
        self.lines.append(f"{record.name} {record.getMessage()} {record.__dict__} {trace}")


@pytest.fixture
def logged() -> Raw:
    """What would be logged with LOG_LEVEL=debug."""
    logs.set_up("debug", stream=io.StringIO())
    raw = Raw()
    logging.getLogger().addHandler(raw)
    return raw


@pytest.fixture
async def env(logged: Raw, env: Env) -> Env:
    """The Discord of the story; logging is set up before the first step and watched to the end."""
    return env


class Story:
    """Plays the story and keeps what it came across: secrets, and the pages that people saw."""

    def __init__(self, discord: Discord, browser: Visitor) -> None:
        self.discord = discord
        self.browser = browser
        self.codes: list[str] = []

    async def link(self, account: Account) -> None:
        """Link Alice: a wrong code first, and the code page looked at twice."""
        offer = answer(await self.discord.run("link"))
        state = await self.browser.press_continue(URL(buttons(offer)["Open the link page"]["url"]).path)
        await self.browser.get(f"/oauth/imgur?state={state}")
        tokens = self.discord.standin.world.issue_tokens(account, CLIENT_ID)
        arrived = await self.browser.come_back(state, tokens.refresh_token)
        page = await self.browser.get(arrived.location)
        await self.browser.get(arrived.location)
        await self.browser.come_back(state, tokens.refresh_token)
        found = re.search(r'id="code"[^>]*>([^<]+)<', page.text)
        assert found is not None
        self.codes.append(found[1])
        await self._enter(offer, "00000000")
        await self._enter(offer, found[1])

    async def _enter(self, offer: Any, code: str) -> None:
        form = await self.discord.alice.click(offer, label=shown_label(offer, "Enter code"))
        await self.discord.alice.submit_modal(form, {"code": code})

    def secrets(self) -> set[str]:
        """Everything that must never be seen, as the stand-ins and the browser have met it."""
        standin, world = self.discord.standin, self.discord.standin.world
        headers = (request.headers.get("Authorization", "") for request in standin.requests)
        bearers = {header.removeprefix("Bearer ") for header in headers if header.startswith("Bearer ")}
        hashes = {image.deletehash for image in world.images.values()}
        deleted = {request.path.rpartition("/")[2] for request in standin.sent("DELETE /3/image/*")}
        interactions = {
            found[1]
            for entry in self.discord.env.http_requests
            if (found := re.search(r"/(?:webhooks|interactions)/\d+/([^/?]+)", entry.path))
        }
        return {
            CLIENT_SECRET,
            *self.codes,
            *self.browser.cookies.values(),
            *bearers,
            *world.tokens.access,
            *world.tokens.refresh,
            *hashes,
            *(handle for handle in deleted if len(handle) > 10),
            *interactions,
        }


@pytest.fixture
async def story(discord: Discord, public_url: str) -> Any:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
        yield Story(discord, Visitor(session, public_url))


IN_ADDRESS = "made-up-signature-4cdb"
ADDRESSES = (
    f"https://store.example.com/a.jpg?X-Amz-Signature={IN_ADDRESS}",
    f"https://alice:{IN_ADDRESS}@store.example.com/a.jpg",
    f"https://cdn.discordapp.com/attachments/1/2/a.png?ex=1&is=1&hm={IN_ADDRESS}",
    f"https://cdn.discordapp.com/attachments/1/2/a.png?ex=ffffffff&is=1&hm={IN_ADDRESS}",
)


def files_of(folder: Path) -> dict[str, bytes]:
    """The database with its -wal and -shm, byte by byte."""
    return {path.name: path.read_bytes() for path in folder.glob("bot.db*")}


async def play(story: Story, standin: Standin, account: Account, picture: bytes) -> None:
    """Upload, list, favorite, edit, delete, with an outage and a refused token on the way."""
    discord = story.discord
    mine = answer(await discord.run("upload", file=("hill.jpg", picture), anonymous=True))
    await discord.run("edit", image=next(iter(standin.world.images)), title="Another title")
    asked = await discord.click(mine, "Delete")
    await discord.click(asked.response or mine, "Delete for good")
    await discord.run("upload", file=("kept.jpg", picture), anonymous=True)
    await story.link(account)
    await discord.run("upload", file=("hill.jpg", picture), title="A hill")
    standin.world.tokens.kill_access_tokens(account)
    await discord.run("images")
    image = standin.world.images_of(account)[0]
    await discord.run("favorite", image=image.id)
    for command in ("account", "favorites"):
        await discord.run(command)
    standin.fail_next("over-capacity-500", times=20)
    await discord.run("show", image=image.id)
    standin.fail_next("lost-answer", "POST /3/upload")
    await discord.run("upload", file=("lost.jpg", picture))
    standin.faults.clear()
    for url in ADDRESSES:
        await discord.run("upload", url=url)
    await discord.run("delete", image=image.id)


async def test_nothing_secret_is_left_anywhere(
    story: Story, standin: Standin, account: Account, picture: bytes, logged: Raw, tmp_path: Path
) -> None:
    await play(story, standin, account, picture)
    secrets = story.secrets() | {IN_ADDRESS}
    assert len(secrets) >= 15, "the story met too few secrets to prove anything"

    held = files_of(tmp_path)
    assert {"bot.db", "bot.db-wal"} <= set(held)
    others = secrets - set(story.codes)
    pages = [page for page in story.browser.seen if not any(code in page.text for code in story.codes)]
    seen = "\n".join(f"{page.text}\n{page.headers.get('Location', '')}" for page in pages)
    told = "\n".join(str(entry.json) for entry in story.discord.env.http_requests)
    lines = "\n".join(logged.lines)
    assert lines

    assert [secret for secret in secrets if secret in lines] == []
    assert [(name, secret) for name, data in held.items() for secret in secrets if secret.encode() in data] == []
    assert [secret for secret in others if secret in seen] == []
    assert [secret for secret in secrets if secret in told] == []


async def test_erased_accounts_leave_no_trace_in_the_files(story: Story, account: Account, tmp_path: Path) -> None:
    await story.link(account)
    assert any(b"alice_pictures" in data for data in files_of(tmp_path).values())
    asked = answer(await story.discord.run("unlink"))
    await story.discord.click(asked, "Unlink")
    assert not any(b"alice_pictures" in data for data in files_of(tmp_path).values())
