"""`kill -9` in the middle of changes of albums: what was done and what was not is looked up and told after it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable
from functools import partial
from typing import Any

import pytest
from sqlalchemy import func, select

from services.jobs import turns
from standins.discord.standin import Standin as Discord
from standins.discord.standin import text
from standins.discord.world import Interaction
from standins.imgur.records import Account, StoredAlbum
from standins.imgur.standin import Standin as Imgur
from storage.database import open_database
from storage.tables import jobs
from tests.databases import on_both, rows
from tests.wire.acting import a_minute_later, answered, changed, chosen, ticked
from tests.wire.conftest import Launch


class Albums:
    """Alice's albums, each with three pictures of its own, of an hour ago."""

    def __init__(self, standin: Imgur, account: Account) -> None:
        self._standin = standin
        self._account = account

    def __call__(self, title: str, count: int = 3) -> StoredAlbum:
        world = self._standin.world
        images = [world.add_image(self._account, title=f"{title} {number}") for number in range(count)]
        for image in images:
            image.created -= 3600
        return world.add_album(self._account, title=title, images=images)


@on_both
async def test_what_became_of_each_change_is_looked_up_and_told_and_nothing_is_done_twice(
    discord: Discord, standin: Imgur, launch: Launch, picture: bytes, database_url: str, alice: Any, account: Account
) -> None:
    """Of each kind two are under way: Imgur has done one, and not heard of the other."""
    make, loose = Albums(standin, account), standin.world.add_image(account, title="Loose")
    loose.created -= 3600
    first = await launch()
    await discord.ready()
    run, press = partial(discord.slash, alice), partial(discord.press, alice)
    begun: list[Interaction] = []

    async def hold(beginning: Awaitable[Interaction], match: str, *, done: bool) -> None:
        """Begin something whose request is held at Imgur."""
        held = standin.switches.hold(match, answer=done)
        begun.append(await beginning)
        async with asyncio.timeout(30):
            await held.arrived.wait()

    for done in (True, False):
        name = "done" if done else "left"
        added, taken, edited, ordered, deleted = (
            make(f"{what} {name}") for what in ("Added", "Taken", "Edited", "Ordered", "Deleted")
        )
        await hold(run("album add", album=added.id, image=loose.id), f"POST /3/album/{added.id}/add", done=done)
        await hold(
            run("album remove", album=taken.id, image=taken.images[0].id),
            f"POST /3/album/{taken.id}/remove_images",
            done=done,
        )
        await hold(
            run("album edit", album=edited.id, title=f"Renamed {name}", privacy="public"),
            f"PUT /3/album/{edited.id}",
            done=done,
        )
        shown = await answered(await run("album edit", album=ordered.id, description="In order"))
        shown = await answered(await press(shown, "Cover and order"))
        await hold(chosen(discord, alice, shown, "Put it first", slice(2, 3)), f"PUT /3/album/{ordered.id}", done=done)
        question = await answered(await run("album delete", album=deleted.id))
        await hold(press(question, "Delete the album for good"), f"DELETE /3/album/{deleted.id}", done=done)

    async def upload(album: str) -> Interaction:
        file = discord.world.upload("picture.jpg", picture, "image/jpeg")
        return await run("upload", file, file=file["id"], album=album)

    question = await answered(await upload("Brand new"))
    await hold(press(question, "Make it and upload"), "POST /3/upload", done=False)
    await hold(run("album create", title="Made left"), "POST /3/album", done=False)
    first.kill()
    await first.ended()
    sent = len(standin.requests)
    by_title = {album.title: album for album in standin.world.albums.values()}
    assert "Made left" not in by_title
    assert by_title["Brand new"].images == []

    await a_minute_later(database_url)
    second = await launch()
    await discord.ready()
    await discord.until(lambda: all(map(said_to, begun)))
    await all_is_told(database_url)
    for interaction, words in zip(begun, TOLD, strict=True):
        assert said_to(interaction) == words
    command = await run("account")
    await command.answered()
    assert command.followups == []
    assert not [one.line for one in standin.requests[sent:] if one.method != "GET"]
    second.stop()
    code, written = await second.ended()
    assert (code, "Traceback" in written) == (0, False), written


@on_both
async def test_what_waited_for_imgur_s_limit_does_not_go_on_and_its_user_hears_that(
    discord: Discord, standin: Imgur, launch: Launch, database_url: str
) -> None:
    image = standin.world.add_image(title="Sunset")
    first = await launch()
    await discord.ready()
    standin.fail_next("throttled-429", "GET /3/image/*")
    command = await discord.slash(discord.world.add_person("bob"), "show", image=f"https://imgur.com/{image.id}")
    await discord.until(lambda: command.original is not None and "It goes on by itself." in text(command.original))
    first.kill()
    await first.ended()
    await a_minute_later(database_url)
    await launch()
    await discord.ready()
    await discord.until(lambda: len(command.followups) == 1)
    assert "The bot was restarted while this waited" in text(command.followups[0])
    assert "Do it once more." in text(command.followups[0])
    await all_is_told(database_url)


DEFERRED = 5
SO = "In case you had no answer, this is how it is now."
TOLD = [
    [f"The picture is in the album\n{SO} Album: Added done. In it: Loose."],
    [f"The picture is out of the album\n{SO} Album: Taken done. Out of it: Taken done 0."],
    [f"Saved\n{SO} The album Edited done is as you wanted it."],
    [f"Saved\n{SO} In the album Ordered done the picture you chose stands first."],
    [
        (
            f"Deleted\n{SO} The album Deleted done is gone from Imgur. Whether its pictures are still there, "
            "`/imgur images` shows."
        )
    ],
    [
        (
            f"The picture is not in the album\n{SO} Album: Added left. Not in it: Loose. Do that once more with "
            "`/imgur album add`."
        )
    ],
    [
        (
            f"The picture is not out of the album\n{SO} Album: Taken left. Not out of it: Taken left 0. Do that "
            "once more with `/imgur album remove`."
        )
    ],
    [f"Not saved\n{SO} Of the album Edited left this is as it was: title, privacy. Change it once more."],
    [f"Not saved\n{SO} The order of the album Ordered left is as it was. Choose the picture once more."],
    [f"Not deleted\n{SO} The album Deleted left is still there; `/imgur album delete` asks once more."],
    [
        f"Album made\n{SO} The album Brand new is there.",
        (
            f"The picture is not in the album\n{SO} The album Brand new "
            "is empty. If it is not in `/imgur images` either, upload it once more."
        ),
    ],
    [f"No album was made\n{SO} There is no album Made left that is new. `/imgur album create` makes it."],
]


def said_to(interaction: Interaction) -> list[str]:
    """What was said where something was begun, after the restart."""
    answer = interaction.original if interaction.acknowledgement == DEFERRED and interaction.finished.is_set() else None
    messages = [*([answer] if answer else []), *interaction.followups]
    return [re.sub(r" \(\w{7}\)", "", text(one)).replace("### ", "").replace("\n\n", "\n") for one in messages]


@on_both
async def test_several_go_into_one_new_album_though_the_process_is_killed_twice(
    discord: Discord, standin: Imgur, launch: Launch, database_url: str, alice: Any, account: Account
) -> None:
    """Once when the album was made and nothing was begun, once when Imgur has put the pictures in and not said so."""
    images = [standin.world.add_image(account, title=f"Picture {number}") for number in range(3)]
    run, press = partial(discord.slash, alice), partial(discord.press, alice)
    process = await launch()
    await discord.ready()
    gallery = await answered(await run("images"))
    gallery = await changed(discord, await press(gallery, "Select…"), "0 selected")
    gallery = await changed(discord, await ticked(discord, alice, gallery), "3 selected")
    question = await answered(await press(gallery, "Add to album"))
    for match in ("POST /3/album", "POST /3/album/*/add"):
        held = standin.switches.hold(match, answer=True)
        form = await press(question, "New album…")
        await discord.until(partial(is_open, form))
        named = await discord.submit(alice, form, title="Holiday")
        async with asyncio.timeout(30):
            await held.arrived.wait()
        process.kill()
        await process.ended()
        await a_minute_later(database_url)
        process = await launch()
        await discord.ready()
        if match == "POST /3/album":
            await discord.until(partial(said_to, named))
            [album] = standin.world.albums.values()
            assert said_to(named) == [f"Album made\n{SO} The album Holiday is there."]
            assert album.images == []
    await changed(discord, named, "3 added")
    assert {image.id for image in album.images} == {image.id for image in images}
    assert len(standin.sent("POST /3/album")) == len(standin.sent("POST /3/album/*/add")) == 1
    process.stop()
    code, written = await process.ended()
    assert (code, "Traceback" in written) == (0, False), written


IN_TRIP = (
    "The picture should be in the album\n{} The album Trip has 1 picture, 1 more than before. "
    "Since Cat was sent, your account got: {}. Look"
)
UPLOADS = [
    ("done", {}, "The picture should be on Imgur\n{} Since done.jpg was sent, your account got: {}. Look"),
    ("left", {}, "The picture is not to be seen\n{} Imgur shows no picture in your account since left.jpg was sent."),
    ("done", {"anonymous": True}, "The picture was lost\n{} If Imgur took done.jpg, nobody knows where it is"),
    ("done", {"album": "Trip", "title": "Cat"}, IN_TRIP),
]


@on_both
@pytest.mark.parametrize(("how", "given", "words"), UPLOADS)
async def test_who_uploads_hears_after_a_kill_whether_to_do_it_again(
    discord: Discord,
    standin: Imgur,
    launch: Launch,
    picture: bytes,
    database_url: str,
    alice: Any,
    account: Account,
    how: str,
    given: dict[str, Any],
    words: str,
) -> None:
    """Imgur has taken it, and the answer came to nobody; or it has not. It was a spoiler, and is one."""
    standin.world.add_album(account, title="Trip")
    process = await launch()
    await discord.ready()
    held = standin.switches.hold("POST /3/upload", answer=how == "done")
    file = discord.world.upload(f"SPOILER_{how}.jpg", picture, "image/jpeg")
    command = await discord.slash(alice, "upload", file, file=file["id"], **given)
    async with asyncio.timeout(30):
        await held.arrived.wait()
    process.kill()
    await process.ended()
    await a_minute_later(database_url)
    process = await launch()
    await discord.ready()
    await discord.until(partial(said_to, command))
    took = [f"{one.title} ({one.id})" if one.title else one.id for one in standin.world.images.values()]
    assert len(took) == (how == "done")
    hidden = {row["image_id"] for row in rows(database_url, "SELECT image_id FROM hidden_images")}
    assert hidden == (set() if "anonymous" in given else set(standin.world.images))
    [said] = [text(one) for one in (command.original, *command.followups) if one]
    assert said.replace("### ", "").replace("\n\n", "\n").startswith(words.format(SO, *took))
    assert len(standin.sent("POST /3/upload")) == 1
    await all_is_told(database_url)
    process.stop()
    code, written = await process.ended()
    assert (code, "Traceback" in written) == (0, False), written


def is_open(form: Interaction) -> bool:
    return bool(form.callbacks)


async def all_is_told(database_url: str) -> None:
    """Wait until nothing is left to tell; whose turn it was when its process was killed is nothing to tell."""
    async with open_database(database_url) as database, asyncio.timeout(60):
        count, left = 1, select(func.count()).select_from(jobs).where(jobs.c.kind != turns.KIND)
        while count:
            await asyncio.sleep(0.05)
            async with database.read() as transaction:
                count = (await transaction.execute(left)).scalar_one()
