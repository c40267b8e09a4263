"""`/imgur upload` with an address: Imgur is asked to fetch it, once and to the letter; this bot goes nowhere itself."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest

from cogs.ui import door
from cogs.upload._views import progress_view
from standins.imgur.records import Account
from tests.cogs.conftest import Discord, answer, buttons, text
from tests.cogs.limits import assert_sendable, written
from tests.cogs.test_upload import UPLOAD, pictures

WHERE = "https://cats.example.com/@@/hill%20top.jpg?X-Amz-Signature=made-up-secret#part"


@pytest.fixture
async def canary() -> AsyncIterator[tuple[str, list[str]]]:
    """A server on this machine, and who came."""
    came: list[str] = []

    async def meet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        came.append("somebody")
        writer.close()

    server = await asyncio.start_server(meet, "127.0.0.1", 0)
    async with server:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}", came


@pytest.fixture
def looked_up(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names that this process asked for."""
    asked: list[str] = []
    real = socket.getaddrinfo

    def lookup(host: Any, *rest: Any, **more: Any) -> Any:
        asked.append(str(host))
        return real(host, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", lookup)
    return asked


async def test_imgur_is_asked_to_fetch_it_and_gets_the_address_as_it_is(
    discord: Discord, linked: Account, picture: bytes, looked_up: list[str], logged: Callable[[], str]
) -> None:
    discord.standin.world.web[WHERE] = picture
    message = answer(await discord.run("upload", url=WHERE, title="A hill", description="Green", spoiler=True))
    [sent] = discord.standin.sent(UPLOAD)
    assert (sent.fields["type"], sent.fields["image"]) == (["url"], [WHERE])
    assert (sent.fields["title"], sent.fields["description"]) == (["A hill"], ["Green"])
    [stored] = discord.standin.world.images_of(linked)
    assert stored.data == picture
    assert "Uploaded to your Imgur account" in text(message)
    assert "-# from cats.example.com" in text(message)
    assert [item["spoiler"] for item in pictures(message)] == [True]
    assert not [host for host in looked_up if "cats" in host]
    assert "made-up-secret" not in text(message) + logged()


async def test_without_an_account_it_is_asked_where_it_goes_and_goes_there(discord: Discord, picture: bytes) -> None:
    discord.standin.world.web[WHERE] = picture
    question = answer(await discord.run("upload", url=WHERE))
    assert "### Where should this go?" in text(question)
    assert not discord.standin.sent(UPLOAD)
    uploaded = answer(await discord.click(question, "Upload anonymously"))
    assert "Uploaded anonymously" in text(uploaded)
    [image] = discord.standin.world.images.values()
    assert image.data == picture


async def test_it_goes_into_an_album_that_is_made_first(discord: Discord, linked: Account, picture: bytes) -> None:
    discord.standin.world.web[WHERE] = picture
    question = answer(await discord.run("upload", url=WHERE, album="Hills"))
    await discord.click(question, "Make it and upload")
    [album] = discord.standin.world.albums.values()
    assert [image.data for image in album.images] == [picture]


@pytest.mark.parametrize(
    "fault",
    [
        "no-image-data-400",
        "data-false-400",
        "html-bad-request-400",
        "empty-500",
        "data-text-500",
        "ticket-200",
        "not-found-404",
    ],
)
@pytest.mark.parametrize("anonymous", [True, False])
async def test_what_imgur_cannot_fetch_is_asked_for_once_and_told_with_a_way_out(
    discord: Discord, linked: Account, fault: str, *, anonymous: bool
) -> None:
    discord.standin.fail_next(fault, UPLOAD, times=9)
    message = answer(await discord.run("upload", url=WHERE, anonymous=anonymous))
    assert "### Imgur could not fetch it\n" in text(message)
    assert "attach it instead" in text(message)
    assert len(discord.standin.sent(UPLOAD)) == 1


async def test_every_address_within_is_refused_alike_and_nobody_goes_there(
    discord: Discord, canary: tuple[str, list[str]], looked_up: list[str]
) -> None:
    here, came = canary
    port = here.rpartition(":")[2]
    hosts = (here, f"localhost:{port}", f"[::1]:{port}", f"2130706433:{port}", f"0x7f.1:{port}", "169.254.169.254")
    said = {text(answer(await discord.run("upload", url=f"http://{host}/metrics", anonymous=True))) for host in hosts}
    [one] = said
    assert "### Imgur could not fetch it" in one
    unknown = answer(await discord.run("upload", url="https://nothing-there.example.com/a.jpg", anonymous=True))
    assert text(unknown) == one
    assert not came
    assert not [host for host in looked_up if "nothing" in host or host in {"2130706433", "0x7f.1"}]


async def test_what_is_on_imgur_already_is_shown_or_made_a_favorite_and_not_uploaded(
    discord: Discord, linked: Account
) -> None:
    image = discord.standin.world.add_image(title="Somebody's hill")
    message = answer(await discord.run("upload", url=f"https://i.imgur.com/{image.id}.jpg"))
    assert "### That is already on Imgur" in text(message)
    assert list(buttons(message)) == ["Show", "Favorite"]
    await discord.click(message, "Show")
    assert "Somebody's hill" in text(message)
    again = answer(await discord.run("upload", url=f"https://imgur.com/{image.id}"))
    await discord.click(again, "Favorite")
    assert [item.id for item in linked.favorites] == [image.id]
    assert not discord.standin.sent(UPLOAD)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"url": "https://alice:made-up-secret@cats.example.com/a.jpg"}, "There is a name or password in that address"),
        ({"url": "https://cdn.discordapp.com/attachments/1/2/a.png"}, "That link of Discord's no longer works"),
        ({"url": "a cat"}, "That is no address of a picture"),
        ({"url": WHERE, "file": ("hill.jpg", b"x")}, "One at a time"),
    ],
)
async def test_what_is_not_asked_for_is_told_in_a_sentence_that_repeats_nothing(
    discord: Discord, logged: Callable[[], str], given: dict[str, Any], said: str
) -> None:
    message = answer(await discord.run("upload", anonymous=True, **given))
    assert f"### {said}\n" in text(message)
    assert "made-up-secret" not in text(message) + logged()
    assert not discord.standin.sent(UPLOAD)


async def test_an_answer_that_is_lost_is_told_as_what_it_is(discord: Discord, linked: Account) -> None:
    discord.standin.world.web[WHERE] = b"x"
    discord.standin.fail_next("lost-answer", UPLOAD)
    message = answer(await discord.run("upload", url=WHERE))
    assert "### The picture may be there" in text(message)
    assert len(discord.standin.sent(UPLOAD)) == 1


async def test_stopped_while_imgur_fetches_it_is_deleted_again(
    discord: Discord, picture: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    discord.standin.world.web[WHERE] = picture
    held = discord.standin.switches.hold(UPLOAD, answer=True)
    discord.env.settle_timeout = 0.3
    with pytest.raises(TimeoutError):
        await discord.run("upload", url=WHERE, anonymous=True)
    async with asyncio.timeout(20):
        await held.arrived.wait()
    monkeypatch.setattr(door, "GRACE", 0.1)
    asyncio.get_running_loop().call_later(0.3, held.release)
    await discord.house.bot.door.close()
    assert "it was deleted there again" in text(discord.channel.history(viewer=discord.alice)[-1])
    assert not discord.standin.world.images


def test_while_imgur_fetches_it_that_is_shown_and_can_be_ended() -> None:
    view = progress_view(0, 0, "f" * 16, 1)
    assert_sendable(view)
    assert "Imgur was asked to fetch it. Waiting for Imgur…" in written(view)
