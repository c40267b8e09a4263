"""Time from an interaction's arrival to Discord's answer to the acknowledgement, against a bot that only defers.

Both bots run in this process and take turns, so that the machine's moods hit both. Discord's and Imgur's ends are
processes of their own on loopback; the commands do their whole work (database, Imgur, rendering, answer).
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from itertools import count
from typing import Any

import aiohttp
import discord
from yarl import URL

from benchmarks.servers import CLIENT, apart, discord_rest, imgur
from bot import compose
from cogs.client import ImgurBot
from config import Settings
from services.attempt import cookie_name
from services.linking import Bound, LinkingService

COMMANDS = 500
WARM_UP = 25
BUDGET = 1.5
USER_ID = 7
ANSWER_TIMEOUT = 30.0
_ids = count(1000)


@dataclass
class Meter:
    """Watches a client's HTTP: when an acknowledgement was answered, and when a command's own answer was."""

    acknowledged: asyncio.Queue[float] = field(default_factory=asyncio.Queue)
    answered: asyncio.Queue[int] = field(default_factory=asyncio.Queue)  # with which status

    def trace(self) -> aiohttp.TraceConfig:
        """The hook for discord.py's `http_trace`."""
        config = aiohttp.TraceConfig()
        config.on_request_end.append(self._ended)
        return config

    async def _ended(self, _session: Any, _context: Any, request: aiohttp.TraceRequestEndParams) -> None:
        if request.url.path.endswith("/callback"):
            self.acknowledged.put_nowait(time.perf_counter())
        else:
            self.answered.put_nowait(request.response.status)


class DeferringBot(discord.Client):
    """The least a bot can do: defer, then answer with an empty edit."""

    def __init__(self, **options: Any) -> None:
        super().__init__(intents=discord.Intents(guilds=True), **options)

    async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        """Acknowledge and answer."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        await interaction.edit_original_response(content="done")


def interaction(command: dict[str, Any]) -> Any:
    """A slash command as the gateway sends it, in a direct message."""
    number = next(_ids)
    user = {"id": str(USER_ID), "username": "bench", "discriminator": "0", "avatar": None}
    return {
        "id": str(number), "application_id": "2", "type": 2, "token": f"token-{number}", "version": 1,
        "attachment_size_limit": 10_485_760, "user": user, "locale": "en-US", "context": 1, "entitlements": [],
        "authorizing_integration_owners": {"1": str(USER_ID)}, "app_permissions": "0",
        "channel": {"id": "5", "type": 1, "recipients": [user], "last_message_id": None},
        "channel_id": "5",
        "data": {"id": "100", "name": "imgur", "type": 1, "options": [command]},
    }  # fmt: skip


def commands(image: str) -> list[dict[str, Any]]:
    """Reading commands, in turn: they can be repeated without end."""
    shown = {"name": "show", "type": 1, "options": [{"name": "image", "type": 3, "value": image}]}
    return [{"name": name, "type": 1, "options": []} for name in ("account", "images", "favorites")] + [shown]


async def one(client: discord.Client, meter: Meter, command: dict[str, Any]) -> float:
    """Send one command and wait for its end; seconds to the acknowledgement."""
    payload = interaction(command)
    begun = time.perf_counter()
    client._connection.parse_interaction_create(payload)  # noqa: SLF001 - what the gateway does with the event
    async with asyncio.timeout(ANSWER_TIMEOUT):
        taken = await meter.acknowledged.get() - begun
        if (status := await meter.answered.get()) != HTTPStatus.OK:
            raise RuntimeError(f"/imgur {command['name']} ended in an error, status {status}")
    return taken


async def link(linking: LinkingService, refresh_token: str) -> None:
    """Link the bench's user as the link pages would."""
    offer = await linking.begin(USER_ID, "bench")
    bound = await linking.bind(offer.url.rsplit("/", 1)[-1], {})
    assert isinstance(bound, Bound)  # a fresh attempt is nowhere further
    cookies = {cookie_name(bound.attempt_id): bound.cookie}
    attempt = await linking.receive(URL(bound.authorize_url).query["state"], refresh_token, cookies)
    await linking.enter_code(USER_ID, (await linking.last_page(attempt, cookies)).code)


@asynccontextmanager
async def imgur_bot(facts: dict[str, Any], folder: str, trace: aiohttp.TraceConfig) -> AsyncIterator[ImgurBot]:
    """The real bot, logged in and with a linked user."""
    settings = Settings(
        discord_token="fake.token",
        imgur_client_id=CLIENT[0],
        imgur_client_secret=CLIENT[1],
        public_url="http://127.0.0.1:1",
        database_url=f"sqlite:///{folder}/bench.db",
        token_keys={"bench": bytes(32)},
    )
    async with compose(settings, imgur_url=facts["url"], serve=False) as house:
        await link(house.services.linking, facts["refresh_token"])
        house.bot.http.http_trace = trace
        yield house.bot


async def measure(discord_url: str, facts: dict[str, Any]) -> tuple[list[float], list[float]]:
    """Seconds to the acknowledgement, command by command: the bot's and the deferring bot's."""
    discord.http.Route.BASE = discord_url
    ours, theirs = Meter(), Meter()
    with tempfile.TemporaryDirectory() as folder:
        async with imgur_bot(facts, folder, ours.trace()) as bot, bot, DeferringBot(http_trace=theirs.trace()) as other:
            for client in (bot, other):
                await client.login("fake.token")
            ours.answered = asyncio.Queue()  # logging in made calls too
            theirs.answered = asyncio.Queue()
            menu = commands(facts["image"])
            samples: tuple[list[float], list[float]] = [], []
            for number in range(WARM_UP + COMMANDS):
                command = menu[number % len(menu)]
                pair = await one(bot, ours, command), await one(other, theirs, command)
                if number >= WARM_UP:
                    samples[0].append(pair[0])
                    samples[1].append(pair[1])
            return samples


def _row(name: str, samples: list[float]) -> str:
    cuts = statistics.quantiles(samples, n=100)
    figures = (("p50", cuts[49]), ("p99", cuts[98]), ("max", max(samples)))
    return f"  {name:<22} " + "   ".join(f"{label} {seconds * 1000:6.2f} ms" for label, seconds in figures)


def main() -> bool:
    """Print the figures; whether the budget was kept."""
    with apart(discord_rest) as rest, apart(imgur) as facts:
        ours, theirs = asyncio.run(measure(rest["url"], facts))
    ratio = statistics.quantiles(ours, n=100)[98] / statistics.quantiles(theirs, n=100)[98]
    print(f"Acknowledgement, {COMMANDS} commands (account, images, favorites, show in turn):")
    print(_row("this bot", ours))
    print(_row("a bot that only defers", theirs))
    print(f"  p99 ratio {ratio:.2f} (at most {BUDGET})")
    return ratio <= BUDGET


if __name__ == "__main__":
    raise SystemExit(0 if main() else 1)
