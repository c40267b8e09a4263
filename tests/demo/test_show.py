"""The parts of the demo, without a browser."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
import time_machine
from PIL import Image

import config
from bot import compose
from demo.attachments import ReadAttachments
from demo.pictures import SCENES, SIZE, Scene, paint
from demo.show import CLIENT_ID, open_page, unkept
from demo.simulation import simulated
from demo.world import ALICE, BOB, Pictures, fill
from errors import AttachmentGoneError
from media.models import IncomingFile
from standins.imgur.server import running
from standins.imgur.standin import Standin
from standins.imgur.switches import Switches
from storage.sealing import new_key
from tests.demo.driver import PATIENCE


@pytest.fixture
async def standin() -> AsyncIterator[Standin]:
    async with running(switches=Switches(links_to_self=True)) as standin:
        fill(standin.world)
        yield standin


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.title)
def test_a_picture_is_a_jpeg(scene: Scene) -> None:
    painted = paint(scene)
    picture = Image.open(BytesIO(painted))
    assert (picture.format, picture.size) == ("JPEG", SIZE)


def test_a_picture_is_the_same_every_time_and_another_one_when_mirrored() -> None:
    assert paint(SCENES[1]) == paint(SCENES[1]) != paint(SCENES[1], mirrored=True)


async def test_the_world_has_something_for_every_command(standin: Standin) -> None:
    alice, bob = (standin.world.account_named(name) for name in (ALICE, BOB))
    assert alice
    assert bob
    assert len(standin.world.images_of(alice)) > 10  # a gallery's page holds ten
    assert standin.world.images_of(bob)
    assert standin.world.albums_of(alice)
    assert len(alice.favorites) == len(bob.favorites) == 3


async def test_pictures_are_found_by_every_address_that_the_bot_shows(standin: Standin) -> None:
    pictures = Pictures(standin)
    image = next(iter(standin.world.images.values()))
    expected = (f"{image.id}.jpg", image.data)
    assert len(pictures) == len(standin.world.images)
    assert {pictures[address] for address in pictures} == {
        (f"{image.id}.jpg", image.data) for image in standin.world.images.values()
    }
    assert pictures.get(f"{standin.url}/i/{image.id}.jpg") == expected
    assert pictures.get(f"https://i.imgur.com/{image.id}h.jpg") == expected
    added = standin.world.add_image(None, paint(SCENES[0]))
    assert pictures.get(f"https://i.imgur.com/{added.id}.jpg") is not None
    for other in ("https://i.imgur.com/missing.jpg", f"https://elsewhere.example/{image.id}.jpg", "", "x"):
        assert pictures.get(other) is None


async def test_what_is_no_attachment_cannot_be_read() -> None:
    with pytest.raises(AttachmentGoneError):
        async with ReadAttachments().open(IncomingFile("cat.png", 1, "https://cdn.example/cat.png")):
            pass


async def test_a_command_waits_for_credits_and_goes_on_by_itself(standin: Standin, tmp_path: Path) -> None:
    settings = config.load(
        None,
        discord_token="made-up",
        imgur_client_id=CLIENT_ID,
        token_keys={"k": new_key()},
        database_url=f"sqlite:///{tmp_path}/bot.db",
    )
    standin.register_client(CLIENT_ID, "made-up", "http://127.0.0.1/oauth/imgur")
    standin.world.credits.user_limit, standin.world.credits.user_seconds = 1, 1
    async with (
        compose(settings, imgur_url=standin.url, attachments=ReadAttachments(), connector=unkept, serve=False) as house,
        simulated(house.bot) as env,
        await open_page(env, standin) as preview,
    ):
        alice = preview.viewers[0]
        for image in list(standin.world.images.values())[:2]:
            async with asyncio.timeout(PATIENCE):
                answer = await alice.slash(preview.channel, "imgur show", image=image.id)
            await preview.show(answer)
            assert image.id in str((await preview.snapshot())["messages"])


async def test_the_page_shows_the_present_and_pictures_that_come_while_it_runs(
    standin: Standin, tmp_path: Path
) -> None:
    settings = config.load(
        None,
        discord_token="made-up",
        imgur_client_id=CLIENT_ID,
        token_keys={"k": new_key()},
        database_url=f"sqlite:///{tmp_path}/bot.db",
    )
    standin.register_client(CLIENT_ID, "made-up", "http://127.0.0.1/oauth/imgur")
    async with (
        compose(settings, imgur_url=standin.url, attachments=ReadAttachments(), connector=unkept, serve=False) as house,
        simulated(house.bot) as env,
        await open_page(env, standin) as preview,
    ):
        image = standin.world.add_image(None, paint(SCENES[1]), title="Just now")
        alice = preview.viewers[0]
        answer = await alice.slash(preview.channel, "imgur show", image=image.id)
        await preview.show(answer)
        snapshot = await preview.snapshot()
        with time_machine.travel(datetime.now(UTC) + timedelta(minutes=13)):
            await alice.slash(preview.channel, "imgur favorites")
            later = await preview.snapshot()
        await alice.slash(preview.channel, "imgur favorites")
        assert env.errors == [], "a refusal in words is an answer"
        env._record_error(ZeroDivisionError("made up"))
        assert env.errors, "a fault of the bot is none"
    shown = [asset for asset in snapshot["assets"].values() if asset.get("available")]
    assert {asset["filename"] for asset in shown} >= {f"{image.id}.jpg", "Guide.png", "Imgur.png"}
    then, now = (datetime.fromisoformat(page["profile"]["presentationTime"]) for page in (snapshot, later))
    assert timedelta(minutes=13) <= now - then < timedelta(minutes=14), "relative times count from the present"
    assert datetime.now(UTC) - env.now() < timedelta(seconds=1)
