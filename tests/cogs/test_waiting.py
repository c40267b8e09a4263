"""What users see while a command waits for Imgur's limit."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime, timedelta
from typing import Any

from services.quota.allowances import APPLICATION, DAY, account_allowance
from standins.imgur.records import Account
from storage.models import Shelf
from tests.cogs.conftest import Discord, answer, text
from tests.cogs.indexing import Index
from tests.conftest import CLIENT_ID
from tests.databases import on_both


async def pause(discord: Discord, seconds: float, scope: int | None = None) -> None:
    """As if Imgur had answered 429 a moment ago."""
    now = datetime.now(UTC)
    allowance = APPLICATION if scope is None else account_allowance(scope)
    await discord.house.services.governor._ledger.pause(allowance, now + timedelta(seconds=seconds), now)


def is_told(said: str, seconds: float) -> bool:
    """Whether the moment that is so far away, from about now on, is shown so that Discord counts down to it."""
    found = re.search(r"Try again <t:(\d+):R>\.", said)
    return found is not None and 0 <= time.time() + seconds - int(found[1]) + 1 < 60


async def test_who_would_have_to_wait_too_long_is_told_when_to_try_again(discord: Discord, linked: Account) -> None:
    await pause(discord, 3000, linked.id)
    discord.standin.requests.clear()
    message = answer(await discord.run("images"))
    assert is_told(text(message), 3000)
    assert discord.standin.sent("* /3/*") == []


async def test_what_needs_no_call_works_without_credit(discord: Discord, linked: Account) -> None:
    await pause(discord, 3000)
    discord.standin.requests.clear()
    assert "linked" in text(answer(await discord.run("link"))).lower()
    await discord.run("unlink")
    assert discord.standin.sent("* /3/*") == []


async def test_a_press_waits_for_a_moment_only(discord: Discord, linked: Account) -> None:
    for _ in range(60):
        discord.standin.world.add_image(linked)
    gallery = answer(await discord.run("images"))
    await pause(discord, 240)
    discord.standin.requests.clear()
    pressed = await discord.click(gallery, "Refresh")
    assert is_told("".join(text(message) for message in pressed.followups), 240)
    assert discord.standin.sent("* /3/*") == []


async def test_what_the_index_knows_is_shown_without_credit(discord: Discord, linked: Account, index: Index) -> None:
    world = discord.standin.world
    world.add_favorites(linked, [world.add_image(linked, title="Cat")])
    await index.read(Shelf.IMAGES, Shelf.FAVORITES, Shelf.ALBUMS)
    await pause(discord, 3000)
    for options in ({}, {"query": "cat"}):
        given: dict[str, Any] = dict(options)
        for command in ("images", "favorites", "random"):
            shown = text(answer(await discord.run(command, **given)))
            assert is_told(shown, 3000)
            assert "Cat" in shown
    assert len(await discord.alice.autocomplete(discord.channel, "imgur show", "image", "cat")) == 1
    assert discord.standin.sent("* /3/*") == []


@on_both
async def test_with_the_days_credits_spent_all_works_that_needs_no_call(
    discord: Discord, linked: Account, index: Index
) -> None:
    """And what needs one says when it goes on; Imgur is not asked again before that."""
    world = discord.standin.world
    cat = world.add_image(linked, title="Cat")
    world.add_favorites(linked, [cat])
    world.add_album(linked, title="Holiday", images=[cat])
    await index.read(Shelf.IMAGES, Shelf.FAVORITES, Shelf.ALBUMS)
    world.credits.exhaust_client(CLIENT_ID)
    message = answer(await discord.run("show", image="https://imgur.com/Unknown"))
    assert is_told(text(message), DAY)
    discord.standin.requests.clear()

    shown: dict[str, dict[str, Any]] = {
        "images": {"query": "cat"},
        "favorites": {"query": "cat"},
        "random": {"query": "cat"},
        "album list": {},
        "tag": {"image": "Cat", "tags": "pet"},
        "note": {"image": "Cat", "text": "The neighbour's Cat"},
    }
    for command, options in shown.items():
        assert ("Holiday" if command == "album list" else "Cat") in text(answer(await discord.run(command, **options)))
    assert "1 found" in text(answer(await discord.run("images", query="#pet neighbour")))
    for command, option, typed in (("show", "image", "cat"), ("album edit", "album", "holi"), ("upload", "album", "h")):
        assert await discord.alice.autocomplete(discord.channel, f"imgur {command}", option, typed)
    said = text(answer(await discord.run("account")))
    assert "Nothing more can be asked of Imgur for now. It goes on <t:" in said

    refused: dict[str, dict[str, Any]] = {
        "show": {"image": "https://imgur.com/Another"},
        "search": {"query": "cat"},
        "album create": {"title": "New"},
    }
    for command, options in refused.items():
        assert is_told(text(answer(await discord.run(command, **options))), DAY)
    assert discord.standin.requests == []


async def test_what_is_typed_waits_for_no_credits(discord: Discord, linked: Account) -> None:
    discord.standin.world.add_image(linked, title="Sunset")
    await pause(discord, 100)
    discord.standin.requests.clear()
    await discord.alice.autocomplete(discord.channel, "imgur show", "image", "Sun")
    assert discord.standin.sent("* /3/*") == []


async def test_the_account_says_when_it_goes_on_and_does_not_wait_for_it(discord: Discord, linked: Account) -> None:
    await pause(discord, 240)
    said = text(answer(await discord.run("account")))
    assert "Linked as alice" in said
    assert "Nothing more can be asked of Imgur for now. It goes on <t:" in said
