"""The menu of a message over the wire: Discord's copies are fetched from its proxy, and nothing from anywhere else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import aiohttp
import pytest

from standins.discord.standin import Standin as Discord
from standins.discord.standin import text
from standins.imgur.standin import Standin as Imgur
from tests.wire.conftest import Start

ELSEWHERE = "https://canary.example/hill.jpg"


@pytest.fixture
def looked_up() -> list[str]:
    """The names that the bot asked for."""
    return []


@pytest.fixture
def connector(
    connector: Callable[..., aiohttp.TCPConnector], looked_up: list[str]
) -> Callable[..., aiohttp.TCPConnector]:
    class Noting(aiohttp.abc.AbstractResolver):
        def __init__(self, inner: aiohttp.abc.AbstractResolver) -> None:
            self._inner = inner

        async def resolve(self, host: str, *place: Any, **more: Any) -> list[aiohttp.abc.ResolveResult]:
            looked_up.append(host)
            return await self._inner.resolve(host, *place, **more)

        async def close(self) -> None:
            await self._inner.close()

    def make(**options: Any) -> aiohttp.TCPConnector:
        made = connector(**options)
        made._resolver = Noting(made._resolver)
        return made

    return make


@pytest.mark.parametrize("place", ["a server without the bot", "direct messages", "a group's messages"])
async def test_wherever_its_user_has_installed_it_they_choose_among_pictures(
    discord: Discord, standin: Imgur, start: Start, picture: bytes, place: str
) -> None:
    alice, direct = discord.world.add_person("alice"), not place.startswith("a server")
    discord.switches.alone, discord.switches.in_group = not direct, "group" in place
    names = [f"https://pictures.example/{name}.jpg" for name in ("hill", "lake")]
    copies = [discord.world.copied(name, picture + name.encode(), "image/jpeg") for name in names]
    embeds = [{"type": "image", "url": copy["url"], "thumbnail": copy} for copy in copies]
    async with start():
        await discord.ready()
        chosen = await discord.menu(alice, "Upload to Imgur", direct=direct, embeds=embeds)
        choice = await chosen.answered()
        assert choice["flags"] & 64
        asked = await (await discord.press(alice, choice, "Upload all 2")).answered()
        told = await (await discord.press(alice, asked, "Upload anonymously")).answered()
        await discord.until(lambda: "2 uploaded" in text(told))
    assert {image.title for image in standin.world.images.values()} == {"hill", "lake"}
    assert not [path for _, path, _ in discord.calls if "/channels/" in path or "/guilds/" in path]


async def test_a_forwarded_picture_comes_from_the_proxy_and_what_has_no_copy_from_nowhere(
    discord: Discord, standin: Imgur, start: Start, picture: bytes, looked_up: list[str]
) -> None:
    alice = discord.world.add_person("alice")
    copied = discord.world.copied("https://pictures.example/green hill.jpg", picture, "image/jpeg")
    embeds = [
        {"type": "image", "url": copied["url"], "thumbnail": copied},
        {"type": "image", "url": ELSEWHERE, "thumbnail": {"url": ELSEWHERE, "proxy_url": ELSEWHERE}},
        {"type": "rich", "image": {"url": "https://canary.example/other.jpg"}},
    ]
    inside = discord.world.someones_message({"embeds": embeds, "sticker_items": [], "stickers": []})
    kept = {key: value for key, value in inside.items() if key not in {"id", "author", "channel_id"}}
    async with start():
        await discord.ready()
        asked = await discord.menu(alice, "Upload to Imgur", message_snapshots=[{"message": kept}])
        question = await asked.answered()
        told = await (await discord.press(alice, question, "Upload anonymously")).answered()
        await discord.until(lambda: "Uploaded anonymously" in text(told))
    [image] = standin.world.images.values()
    assert (image.data, image.title) == (picture, "green hill")
    assert "2 more stand on other sites" in text(asked.followups[0])
    assert "images-ext-1.discordapp.net" in looked_up
    assert not [host for host in looked_up if host.endswith("example")]
