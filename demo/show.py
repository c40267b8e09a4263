"""Puts the demo together: the stand-in Imgur, the real bot, and simcord's page as Discord."""

from __future__ import annotations

import os
import socket
import tempfile
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from datetime import UTC
from functools import partial
from pathlib import Path
from typing import Protocol, cast

import aiohttp
import click
import simcord
from discord import Permissions
from simcord.backend.cdn import CDN_BASE
from simcord.preview import Preview

import config
import logs
from cogs.client import ImgurBot
from config import Settings
from demo.attachments import ReadAttachments
from demo.page import Page
from demo.pictures import portrait
from demo.simulation import Present, simulated
from demo.world import ADDRESS, ALICE, BOB, Pictures, fill, tour, way_back
from locales.pseudo import PSEUDO
from locales.rendering import only
from standins.imgur.server import running
from standins.imgur.standin import Standin
from standins.imgur.switches import Switches
from storage.sealing import new_key

AVATAR = "portrait"  # any name will do
MANAGER = "Bob"  # for `/imgur server`
PORTRAITS = {"Alice": "#a84f8b", "Bob": "#3f6fb5", "Guide": "#7a6a3f"}
CREDITS_SECONDS = 60
CLIENT_ID, CLIENT_SECRET = "demo-client-id", "demo-client-secret"

GREETING = """
The bot is running, with stand-ins for Discord and Imgur. Open this address:

{url}

It says there what to try. Ctrl-C ends the demo; nothing is kept, and nothing leaves this machine.
"""
WELCOME = f"""**Type a slash below and pick a command.** Discord and Imgur are stand-ins here; the bot is the real one.
1. `/imgur link`: open the link page, allow access as **{ALICE}**, and enter the code that the last page shows.
2. `/imgur images` and `/imgur favorites`: what the account has. `query: light` finds some of it; **Select…** takes \
several at once, into an album or away.
3. `/imgur upload` with a picture or video of yours, up to 10 MB; without one a form takes ten. Of addresses, this \
Imgur knows `{ADDRESS}`. Nothing leaves this machine.
4. `/imgur search query: going`: what others have made public. `tag` and `note` are for you alone, and found again by \
`query: #tag`.
5. `show`, `random`, `album`, `favorite`, `edit`, `delete`, `account`, `unlink`; say `share: True` to let others see it.

6. Point at a message: **Upload to Imgur** takes every picture in it, as in the one that Bob has forwarded, and \
**Favorite on Imgur** every link to Imgur. In Discord they are in the menu of a message, under *Apps*.

*Viewing as*, at the top, makes you Bob. Link him to **{BOB}** and try what he may do with what Alice shares.
Neither takes direct messages, which this page could not show. Links to imgur.com lead to the real one, which has none \
of this."""

TOUR, FOUND = "Two from the last tour.", "And this is how it went on: {links}"


class House(Protocol):
    """The part of an assembled house that the demo needs."""

    @property
    def bot(self) -> ImgurBot:
        """Not logged in yet."""
        ...


Compose = Callable[..., AbstractAsyncContextManager[House]]

# A connection kept for later sets a timer of 15 s, which simcord counts as work of the command that used it.
unkept = partial(aiohttp.TCPConnector, force_close=True)


async def show(compose: Compose, *, port: int = 0, limit: int | None = None, pseudo: bool = False) -> None:
    """Run the demo until its page is closed or the task is cancelled. `compose` is the bot's own composition root.

    With a `limit`, an account has only so many credits, and has them again after a minute. With `pseudo`, all that the
    bot says is in a made-up language that is a third longer than English.
    """
    async with AsyncExitStack() as stack:
        if pseudo:
            stack.enter_context(only(PSEUDO))
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="imgur-bot-demo-"))
        standin = await stack.enter_async_context(running(switches=Switches(links_to_self=True)))
        fill(standin.world)
        if limit is not None:
            standin.world.credits.user_limit, standin.world.credits.user_seconds = limit, CREDITS_SECONDS
        settings = _settings(Path(folder))
        logs.set_up("warning", secrets=[CLIENT_SECRET])
        standin.register_client(CLIENT_ID, CLIENT_SECRET, str(settings.callback_url))
        # The web servers start before simcord does, or every action on the page would wait for them to end.
        house = await stack.enter_async_context(
            compose(
                settings,
                imgur_url=standin.url,
                attachments=ReadAttachments(),
                connector=unkept,
                pictures=f"{standin.url}/i",
            )
        )
        env = await stack.enter_async_context(simulated(house.bot))
        preview = await open_page(env, standin, port)
        try:
            await stack.enter_async_context(preview)
        except simcord.SetupError as error:
            if not isinstance(error.__cause__, OSError):
                raise
            reason = os.strerror(error.__cause__.errno or 0)
            raise click.ClickException(
                f"Cannot listen on 127.0.0.1:{port}: {reason}. --port chooses another."
            ) from None
        click.echo(GREETING.format(url=preview.url))
        await preview.wait_closed()


async def open_page(env: simcord.Env, standin: Standin, port: int = 0) -> Preview:
    """A channel with Alice, Bob and a guide's words; enter the preview that comes back to serve its page."""
    guild = env.create_guild("Imgur bot demo")
    channel = guild.create_text_channel("pictures")
    managers = guild.create_role("managers", permissions=Permissions(manage_guild=True))
    alice, bob, guide = (
        guild.add_member(
            env.create_user(name.lower(), global_name=name, avatar=AVATAR), roles=[managers] if name == MANAGER else []
        )
        for name in PORTRAITS
    )
    await bob.forward(await bob.send(guild.create_text_channel("tours"), TOUR, attachments=tour()), channel)
    await bob.send(channel, FOUND.format(links=way_back(standin.world)))
    await guide.send(channel, WELCOME)
    preview = env.preview(
        channel,
        viewers=(alice, bob),
        layout="channel",
        presentation_time=Present.now(UTC),
        port=port,
    )
    preview._server = Page(preview, port)  # noqa: SLF001 - no other way leads to its files
    env.backend.bot_user.avatar = AVATAR
    ids = (alice.id, bob.id, guide.id, env.backend.bot_user.id)
    avatars = {
        f"{CDN_BASE}/avatars/{user}/{AVATAR}.png": (f"{name}.png", portrait(name, colour))
        for user, (name, colour) in zip(ids, (*PORTRAITS.items(), ("Imgur", "#1b9d63")), strict=True)
    }
    # simcord takes pictures of other hosts only beforehand; here they appear while it runs.
    preview._explicit_assets = cast("dict[str, tuple[str, bytes]]", Pictures(standin, avatars))  # noqa: SLF001
    return preview


def _settings(folder: Path) -> Settings:
    port = _free_port()
    return config.load(
        None,
        discord_token="not-used",  # noqa: S106 - made up
        imgur_client_id=CLIENT_ID,
        imgur_client_secret=CLIENT_SECRET,
        public_url=f"http://127.0.0.1:{port}",
        host="127.0.0.1",
        port=port,
        admin_port=0,
        database_url=f"sqlite:///{folder}/bot.db",
        token_keys={"demo": new_key()},
    )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
