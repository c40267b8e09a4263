"""`/imgur data`: what is kept in words, all of it as a file."""

from __future__ import annotations

import io
import json
import random
import sys
import zipfile
from collections.abc import Mapping
from typing import Any

import pytest
from simcord import interactions

from cogs.data._export import export_view, file_names, lost_view, part_view, parts_view, spread
from cogs.data._policy import policy_view
from services.data import Export
from standins.imgur.records import Account
from tests.cogs.conftest import Discord, answer, buttons, components, text, walk
from tests.cogs.limits import assert_sendable
from tests.storage.factories import NOW

SHOWN_FILE = 13


def files(message: Any) -> dict[str, bytes]:
    """What is attached to a message, and is shown by it."""
    shown = [part["file"]["url"] for part in walk(components(message)) if part["type"] == SHOWN_FILE]
    attached = {one.filename: one.url for one in message.attachments}
    assert sorted(attached.values()) == sorted(shown)
    return {name: message._env.backend.cdn.get(url) for name, url in attached.items()}


def opened(data: bytes) -> dict[str, Any]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: json.loads(archive.read(name)) for name in archive.namelist()}


@pytest.fixture(params=[20_000, 500_000_000])
def small_files(request: pytest.FixtureRequest, discord: Discord, monkeypatch: pytest.MonkeyPatch) -> None:
    """A Discord that takes files of 20,000 bytes, whatever it announces."""
    build = interactions.base_payload
    if request.param > 20_000:
        monkeypatch.setattr(sys.modules["cogs.data._cog"], "EVERYWHERE", 20_000)  # this bot's own module

    def smaller(*args: Any, **options: Any) -> Any:
        record, payload = build(*args, **options)
        return record, payload | {"attachment_size_limit": request.param}

    monkeypatch.setattr(interactions, "base_payload", smaller)


async def test_policy_says_what_is_kept_and_offers_it(discord: Discord) -> None:
    message = answer(await discord.run("data policy"))
    said = text(message)
    for kept in ("tokens", "Anonymous uploads", "Tags and notes", "two days", "whoever runs this bot"):
        assert kept in said
    assert "Export my data" in buttons(message)
    assert_sendable(policy_view(2**64 - 1))


async def test_export_is_a_private_file_of_everything(discord: Discord, linked: Account, picture: bytes) -> None:
    await discord.run("upload", file=("cat.jpg", picture), title="A cat", anonymous=True)
    message = answer(await discord.run("data export"))
    [(name, data)] = files(message).items()
    assert name.startswith("imgur-bot-data-20")
    found = opened(data)
    [image] = [one for one in discord.standin.world.images.values() if one.account is None]
    assert found["anonymous-uploads-001.json"][0]["deletehash"] == image.deletehash
    assert found["imgur-accounts-001.json"][0]["username"] == "alice_pictures"
    assert "records, made just now" in text(message)
    assert image.deletehash not in text(message)


async def test_export_holds_nothing_of_anybody_else(discord: Discord, linked: Account, picture: bytes) -> None:
    await discord.run("upload", file=("cat.jpg", picture), title="Alice's cat", anonymous=True)
    message = answer(await discord.run("data export", actor=discord.bob))
    [data] = files(message).values()
    told = json.dumps(opened(data))
    assert "Alice" not in told
    assert str(discord.alice.id) not in told


async def test_export_is_a_press_away_from_the_policy(discord: Discord) -> None:
    message = answer(await discord.run("data policy"))
    assert files(answer(await discord.click(message, "Export my data")))


@pytest.mark.usefixtures("small_files")
async def test_an_export_too_large_for_discord_is_announced_and_comes_in_parts(
    discord: Discord, linked: Account
) -> None:
    chance = random.Random(7)
    for _ in range(30):
        await discord.house.services.views.keep(discord.alice.id, f"{chance.getrandbits(16_000):x}")
    result = await discord.run("data export")
    said = text(answer(result))
    assert "Discord takes no larger file here, so it comes in" in said
    parts: Mapping[str, bytes] = {}
    for message in result.followups:
        assert message.ephemeral
        parts = {**parts, **files(message)}
    assert f"in {len(parts)} files" in said
    assert len(result.followups) <= 4
    assert [opened(data)["manifest.json"]["part"] for data in parts.values()] == list(range(1, len(parts) + 1))


@pytest.mark.parametrize("number", [1, 2, 4, 5, 9, 40])
def test_parts_are_spread_over_no_more_messages_than_a_user_s_own_app_may_send(number: int) -> None:
    names = [str(one) for one in range(number)]
    groups = list(spread(names))
    assert [name for group in groups for name in group] == names
    assert len(groups) <= 4
    assert max(map(len, groups)) <= 10


def test_every_view_fits() -> None:
    export = Export(NOW, (b"",) * 10, 10**9)
    assert_sendable(export_view(Export(NOW, (b"",), 10**9)))
    assert_sendable(parts_view(export))
    assert_sendable(lost_view(export, 3))
    assert len(part_view(file_names(export)).children) == 10
