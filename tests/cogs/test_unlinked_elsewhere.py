"""Unlinked in one process: another one, which has everything in memory, shows and does nothing of the account."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from standins.imgur.records import Account
from storage.models import Shelf
from tests.cogs.conftest import Discord, answer, buttons, text
from tests.cogs.indexing import Index
from tests.databases import on_both

pytestmark = pytest.mark.interplay

TITLE = "Sunset"
COMMANDS: list[tuple[str, dict[str, Any]]] = [
    ("images", {}),
    ("images", {"query": "sun"}),
    ("images", {"album": "sunset album"}),
    ("favorites", {}),
    ("favorites", {"query": "#pet"}),
    ("album list", {}),
    ("random", {}),
    ("random", {"query": "sun"}),
    ("show", {"image": "sunset"}),
]


@on_both
@pytest.mark.parametrize("moves", [False, True])
async def test_nothing_of_the_account_is_shown_or_done_by_another_process(
    discord: Discord, linked: Account, index: Index, *, moves: bool
) -> None:
    """Neither if the user has linked another account meanwhile."""
    world = discord.standin.world
    made = [world.add_image(linked, title=f"{TITLE} {number}") for number in range(25)]
    made.append(world.add_image(linked, title=TITLE))
    world.add_favorites(linked, made)
    album = world.add_album(linked, title=f"{TITLE} album", images=made)
    await index.read(Shelf.IMAGES, Shelf.FAVORITES, Shelf.ALBUMS)
    await index.tag(made[0].id, "pet")
    messages = [answer(await discord.run(command, **options)) for command, options in COMMANDS]
    assert all(TITLE in text(message) for message in messages)
    suggest = partial(discord.alice.autocomplete, discord.channel, "imgur show", "image", "sun")
    assert await suggest()

    async with discord.again() as other:
        if moves:
            offer = await discord.house.services.linking.begin(discord.alice.id, "alice")
            code = await discord.walk_pages(offer.url, world.add_account("alice_new"))
            await other.services.linking.enter_code(discord.alice.id, code)
        else:
            await other.services.accounts.unlink(discord.alice.id)
        del world.albums[album.id]  # which who has its link might be shown
        discord.standin.requests.clear()
        assert await suggest() == []
        for message in messages:
            for label in ("Next", "Refresh", "Another", "Favorite", "Delete"):
                if not buttons(message).get(label, {"disabled": True}).get("disabled"):
                    before = text(message)
                    pressed = await discord.click(message, label)
                    now = text(discord.reread(message))
                    assert TITLE not in "".join(map(text, pressed.followups))
                    assert now == before if pressed.followups else TITLE not in now, (label, now)
        for command, options in COMMANDS:
            result = await discord.run(command, **options)
            assert TITLE not in text(answer(result)), (command, options)
    assert {request.method for request in discord.standin.requests} <= {"GET"}
    if not moves:
        assert not [one for one in discord.standin.requests if "Bearer" in one.headers.get("Authorization", "")]
