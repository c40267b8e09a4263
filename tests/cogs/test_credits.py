"""What each command costs of Imgur's credits, as docs/performance.md promises: a call is 1, an upload 10."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from demo.pictures import SCENES, paint
from standins.imgur.records import Account
from storage.models import Shelf
from tests.cogs.conftest import Discord, answer, buttons, text
from tests.cogs.indexing import Index
from tests.conftest import CLIENT_ID

pytestmark = pytest.mark.interplay

COSTS = {
    "account": (2, 2),
    "images": (2, 2),
    "images album:ID": (1, 1),
    "favorites": (2, 1),
    "favorites of more than 10": (1, 1),
    "show ID": (5, 1),
    "show a link": (1, 1),
    "favorite a link": (3, 1),
    "edit a link": (2, 1),
    "delete a link": (2, 2),
    "upload": (10, 10),
    "upload into an album": (11, 11),
    "upload anonymous": (10, 10),
    "tag a link": (1, 0),
    "note a link": (1, 0),
    "search": (1, 0),
    "album list": (2, 2),
    "album create": (3, 3),
    "album edit": (3, 2),
    "album add": (5, 5),
    "album remove": (4, 4),
    "album delete": (5, 5),
}
"""Cold and warm: the first time, and again within a minute."""
READ_COSTS = {
    "read: images": (1, 1),
    "read: images of more than 49": (1, 1),
    "read: favorites": (1, 1),
    "read: images query:WORD": (1, 1),
    "read: every further page": (0, 0),
    "read: suggestions": (0, 0),
    "read: random": (1, 1),
    "read: show ID": (1, 1),
    "read: show TITLE": (1, 1),
}
"""The same once the index knows the account."""


def spent(discord: Discord) -> int:
    return len(discord.standin.sent("* /3/*")) + 9 * len(discord.standin.sent("POST /3/upload"))


async def run(discord: Discord, account: Account, name: str) -> None:
    world = discord.standin.world
    image, album = world.images_of(account)[0], world.albums_of(account)[0]
    link, own = f"https://imgur.com/{image.id}.png", f"https://imgur.com/a/{album.id}"
    another = next(each for each in world.images_of(account) if each not in album.images)
    inside = (album.images or world.images_of(account))[0]
    picture = ("hill.jpg", paint(SCENES[0]) + bytes(len(world.images)))
    given: dict[str, dict[str, Any]] = {
        "images album:ID": {"album": own},
        "show ID": {"image": image.id},
        "edit a link": {"image": link, "title": "Another"},
        "upload": {"file": picture},
        "upload into an album": {"file": picture, "album": own},
        "upload anonymous": {"file": picture, "anonymous": True},
        "tag a link": {"image": link, "tags": "cat"},
        "note a link": {"image": link, "text": "of a cat"},
        "search": {"query": "cat"},
        "album create": {"title": f"Holiday {len(world.albums)}"},
        "album edit": {"album": own, "title": f"Holiday {len(discord.standin.requests)}"},
        "album add": {"album": own, "image": f"https://imgur.com/{another.id}.png"},
        "album remove": {"album": own, "image": f"https://imgur.com/{inside.id}.png"},
        "album delete": {"album": own},
    }
    command = name if name.startswith("album") else name.split(maxsplit=1)[0]
    options = given.get(name, {"image": link} if name.endswith("a link") else {})
    answered = answer(await discord.run(command, **options))
    for label in buttons(answered):
        if label.endswith("for good"):
            await discord.click(answered, label)


@pytest.mark.parametrize("name", COSTS)
async def test_command_costs_what_is_promised(discord: Discord, linked: Account, name: str) -> None:
    world = discord.standin.world
    for _ in range(60 if "more than 49" in name else 4):
        world.add_image(linked)
    for _ in range(2):
        world.add_album(linked, images=world.images_of(linked)[:2])
    world.add_favorites(linked, [world.add_image() for _ in range(60 if "more than 10" in name else 3)])
    costs = []
    for _ in range(2):
        discord.standin.requests.clear()
        await run(discord, linked, name)
        costs.append(spent(discord))
    assert tuple(costs) == COSTS[name]


@pytest.mark.parametrize("name", READ_COSTS)
async def test_command_costs_what_is_promised_once_the_account_is_read(
    discord: Discord, linked: Account, index: Index, name: str
) -> None:
    world = discord.standin.world
    for n in range(60):
        world.add_image(linked, title=f"Cat {n}")
    world.add_album(linked, title="Trip")
    world.add_favorites(linked, [world.add_image() for _ in range(60)])
    await index.read(Shelf.IMAGES, Shelf.FAVORITES, Shelf.ALBUMS)
    message = answer(await discord.run("images"))
    costs = []
    for _ in range(2):
        discord.standin.requests.clear()
        match name.removeprefix("read: ").split():
            case ["images", "query:WORD"]:
                await discord.run("images", query="cat")
            case [("images" | "favorites" | "random") as command, *_]:
                await discord.run(command)
            case ["every", *_]:
                await discord.click(message, "Next")
            case ["suggestions"]:
                await discord.alice.autocomplete(discord.channel, "imgur show", "image", "cat")
            case ["show", what]:
                image = world.images_of(linked)[-1]
                await discord.run("show", image=image.id if what == "ID" else image.title)
        costs.append(spent(discord))
    assert tuple(costs) == READ_COSTS[name]


def test_table_in_the_documents_is_the_one_that_is_tried() -> None:
    document = Path("docs/performance.md").read_text("utf-8")
    rows = re.findall(r"^\| `([^`|]+)` \| (\d+) \| (\d+) \|", document, re.MULTILINE)
    assert {name: (int(cold), int(warm)) for name, cold, warm in rows} == COSTS | READ_COSTS


async def test_anonymous_uploads_can_be_reached_and_the_link_made_anew_when_it_is_broken(
    discord: Discord, linked: Account, picture: bytes
) -> None:
    await discord.run("upload", file=("hill.jpg", picture), anonymous=True)
    discord.standin.world.tokens.revoke(linked, CLIENT_ID)
    shown = answer(await discord.run("images", share=True))
    assert "no longer accepts" in text(shown)
    assert "anonymous uploads" in text(shown)
    assert "Link again" in buttons(shown)
