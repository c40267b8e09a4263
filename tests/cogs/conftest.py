"""The whole bot over simcord's Discord and the stand-in of Imgur: real services, a real database, real link pages."""

from __future__ import annotations

import asyncio
import base64
import re
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass
from functools import partial
from typing import Any

import aiohttp
import pytest
from discord import ui
from simcord import ChannelHandle, Env, InteractionResult, MemberActor, ResponseMessage, UserHandle
from yarl import URL

import config
from bot import House, compose
from cogs.ui.report import cause_of
from config import Settings
from demo.attachments import ReadAttachments
from demo.pictures import SCENES, paint
from errors import AttachmentGoneError
from locales.pseudo import PSEUDO
from locales.rendering import only
from media.film import Ffmpeg
from media.memory import MemoryFile
from media.models import IncomingFile, OpenedFile
from services.messages import words
from standins.imgur.records import Account
from standins.imgur.standin import Standin
from storage import Stores
from storage.database import open_database
from storage.sealing import Keyring, new_key
from tests.cogs.indexing import Index
from tests.conftest import CLIENT_ID, CLIENT_SECRET
from tests.media.films import COPYING
from tests.reading import IS_PSEUDO, english
from tests.visitor import Visitor

Compose = Callable[..., AbstractAsyncContextManager[House]]


@pytest.fixture(scope="session", autouse=True)
def everybody_reads() -> Iterator[None]:
    with only(PSEUDO) if IS_PSEUDO else nullcontext():
        yield


def walk(components: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Every component, nested ones included, in the order of reading."""
    for component in components:
        yield component
        yield from walk(component.get("components", []))
        accessory = component.get("accessory")
        yield from walk([accessory] if accessory else [])


def components(message: Any) -> list[dict[str, Any]]:
    """A message's components as Discord got them, whichever way simcord hands the message out."""
    found = message.components
    return [part if isinstance(part, dict) else part.to_dict() for part in found]


def text(message: Any) -> str:
    """What a reader sees."""
    return english("\n".join(part["content"] for part in walk(components(message)) if part["type"] == 10))


def buttons(message: Any) -> dict[str, dict[str, Any]]:
    """Buttons by label."""
    found = [part for part in walk(components(message)) if part["type"] == 2]
    return {english(part.get("label", "")): part for part in found}


def shown_label(message: Any, label: str) -> str:
    """What the button says that says this in English."""
    return str(buttons(message).get(label, {}).get("label", label))


def parts(view: ui.LayoutView) -> list[dict[str, Any]]:
    """Every component of a view that was not sent."""
    return list(walk([part.to_component_dict() for part in view.children]))


def answer(result: InteractionResult) -> Any:
    """The message that answers an interaction, which has to be private and nothing but components."""
    assert result.response is not None
    assert result.response.ephemeral
    assert result.response.content == ""
    return result.response


class SlowAttachments(ReadAttachments):
    """The demo's source; when told to, it keeps files back until `go_on`: for simcord a wait from outside."""

    def __init__(self) -> None:
        self.go_on = asyncio.Event()
        self.copies: dict[str, bytes | Exception] = {}  # what Discord's proxies and stickers have, by address
        self.asked: list[str] = []  # the addresses of these that were asked for
        self.delays: dict[str, float] = {}  # seconds until a file of this name is there
        self.meanwhile: dict[str, Callable[[], object]] = {}  # what happens when one of this name is opened
        self._env: Env | None = None

    def hold(self, env: Env) -> None:
        """Keep back what is opened from now on."""
        self._env = env

    @asynccontextmanager
    async def open(self, file: IncomingFile) -> AsyncIterator[OpenedFile]:
        if self._env is not None:
            await self._env.external_wait(self.go_on.wait(), reason="a slow attachment")
        await asyncio.sleep(self.delays.get(file.name, 0))
        self.meanwhile.get(file.name, lambda: None)()
        if file.handle is None:
            yield self._copy(file.url)
            return
        async with super().open(file) as opened:
            yield opened

    def _copy(self, address: str) -> OpenedFile:
        self.asked.append(address)
        copy = self.copies.get(address, AttachmentGoneError("no copy"))
        if isinstance(copy, Exception):
            raise copy
        return MemoryFile(copy)


@dataclass
class Discord:
    """A server with two people in it, the bot, and Imgur behind it."""

    env: Env
    house: House
    standin: Standin
    channel: ChannelHandle
    alice: MemberActor
    bob: MemberActor
    again: Compose
    attachments: SlowAttachments

    @property
    def alice_user(self) -> UserHandle:
        """Alice in her direct messages with the bot."""
        return self.alice.user

    async def run(self, command: str, /, actor: MemberActor | None = None, **options: Any) -> InteractionResult:
        """Run `/imgur <command>` in the server, as Alice unless told otherwise."""
        return await (actor or self.alice).slash(self.channel, f"imgur {command}", **options)

    async def shown(self, command: str, /, **options: Any) -> Any:
        """The message, private or not, with which a command of Alice's is answered."""
        message = (await self.run(command, **options)).response
        assert message is not None
        return message

    async def menu(self, name: str, message: dict[str, Any], actor: MemberActor | None = None) -> InteractionResult:
        """Choose a command in the menu of a message, which Discord sends along as it is."""
        sent = self.alice._resolve_root(name, 3, self.channel.id)
        resolved = {"messages": {message["id"]: message}}
        data = {"id": sent["id"], "name": name, "type": 3, "target_id": message["id"], "resolved": resolved}
        return await (actor or self.alice)._dispatch_interaction(2, self.channel, data)

    async def click(self, message: Any, label: str, actor: MemberActor | UserHandle | None = None) -> InteractionResult:
        return await (actor or self.alice).click(message, label=shown_label(message, label))

    def reread(self, message: Any) -> Any:
        """The message as it is now."""
        if isinstance(message, ResponseMessage):
            return message  # always shows what is kept
        here = message.channel.id == self.channel.id
        kept = self.channel.history(viewer=self.alice) if here else self.alice_user.dm_channel.history()
        return next(found for found in kept if found.id == message.id)

    async def walk_pages(self, link: str, account: Account) -> str:
        """Open the link in a browser, allow access as this account; the code on the last page."""
        base = str(URL(link).origin())
        async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as session:
            browser = Visitor(session, base)
            state = await browser.press_continue(URL(link).path)
            tokens = self.standin.world.issue_tokens(account, CLIENT_ID)
            arrived = await browser.come_back(state, tokens.refresh_token)
            page = await browser.get(arrived.location)
        found = re.search(r'id="code"[^>]*>([^<]+)<', page.text)
        assert found is not None, page.text
        return found[1]

    async def link(self, account: Account, actor: MemberActor | None = None) -> None:
        """Link Alice, or another, without Discord's part of the story: that is a test of its own."""
        user, linking = actor or self.alice, self.house.services.linking
        offer = await linking.begin(user.id, user.name)
        await linking.enter_code(user.id, await self.walk_pages(offer.url, account))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Either database shows the same words."""
    for item in items:
        if (spec := getattr(item, "callspec", None)) is not None and spec.params.get("engine") == "postgres":
            item.add_marker(pytest.mark.interplay)


@pytest.fixture
def settings(public_url: str, database_url: str) -> Settings:
    return config.load(
        None,
        discord_token="example-discord-token",
        imgur_client_id=CLIENT_ID,
        imgur_client_secret=CLIENT_SECRET,
        public_url=public_url,
        port=int(public_url.rpartition(":")[2]),
        admin_port=0,
        database_url=database_url,
        token_keys=f"k1:{base64.b64encode(new_key()).decode()}",
    )


@pytest.fixture
def attachments() -> SlowAttachments:
    return SlowAttachments()


@pytest.fixture
def again(settings: Settings, standin: Standin, attachments: SlowAttachments) -> Compose:
    """Builds the house once more over the same database, as a restart does."""
    return partial(
        compose,
        settings,
        imgur_url=standin.url,
        attachments=attachments,
        find_ffmpeg=lambda: COPYING,
        serve=False,
    )


@pytest.fixture
def works() -> bool:
    """Whether anything is done in the background; a file of tests may say so."""
    return False


@pytest.fixture
def program() -> Ffmpeg | None:
    """What does the work of `ffmpeg`; a file of tests may take the real one, or none."""
    return COPYING


@pytest.fixture
async def house(
    settings: Settings, standin: Standin, attachments: SlowAttachments, works: bool, program: Ffmpeg | None
) -> AsyncIterator[House]:
    pictures = f"{standin.url}/i"
    async with compose(
        settings,
        imgur_url=standin.url,
        attachments=attachments,
        pictures=pictures,
        find_ffmpeg=lambda: program,
        work=works,
    ) as house:
        yield house


@pytest.fixture
async def env(house: House, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Env]:
    """A Discord to run it on. Errors that are worded for the user are answers; any other fails the test."""
    env = Env(house.bot, settle_timeout=10.0, shard_count=1)
    await env.start()
    monkeypatch.setattr(sys.modules["cogs.item._cog"], "FORM_PATIENCE", 9.0)  # as `_no_hurry`; this bot's own module
    yield env
    await env.shutdown()
    unforeseen = [error for error in env.errors if words(cause_of(error)) is None]
    assert unforeseen == []


@pytest.fixture
def looking_often(env: Env, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever follows a job looks again soon, though it waits: a test that hurries it ends no wait that was seen.

    Of the modules of this bot: those of one before it leave with that one.
    """
    monkeypatch.setattr(sys.modules["cogs.gallery._watch"], "LONG", 999.0)


@pytest.fixture
def discord(env: Env, house: House, standin: Standin, again: Compose, attachments: SlowAttachments) -> Discord:
    guild = env.create_guild()
    channel = guild.create_text_channel("pictures")
    alice, bob = guild.add_member(env.create_user("alice")), guild.add_member(env.create_user("bob"))
    return Discord(env, house, standin, channel, alice, bob, again, attachments)


@pytest.fixture
async def index(discord: Discord, settings: Settings) -> AsyncIterator[Index]:
    async with open_database(settings.database_url) as database:
        yield Index(discord, Stores.of(database, Keyring({"k1": new_key()})))


@pytest.fixture
def account(standin: Standin) -> Account:
    """Alice's account on Imgur."""
    return standin.world.add_account("alice_pictures")


@pytest.fixture
async def linked(discord: Discord, account: Account) -> Account:
    """Alice, linked."""
    await discord.link(account)
    discord.standin.requests.clear()
    return account


@pytest.fixture(scope="session")
def picture() -> bytes:
    """A real JPEG."""
    return paint(SCENES[0])


@pytest.fixture
def logged(capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture) -> Callable[[], str]:
    """What was logged since the last call."""

    def read() -> str:
        printed, told = capsys.readouterr(), caplog.text
        caplog.clear()
        return printed.out + printed.err + told

    return read
