"""Pictures in processes of their own: what one of them costs, nobody else pays."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import zlib
from pathlib import Path

import pytest
from PIL import Image

from errors import CannotShrinkError, DamagedError, TooManyPixelsError, TooMuchWorkError
from media.models import Changes, Loss
from media.turning.limits import Limits
from media.turning.pool import Turner
from tests.media.turning.pictures import chunk, film, halves, loaded, noise, saved, shades, webp_bomb

LIMIT = 10_000_000


def children() -> set[int]:
    """Processes of ours that turn pictures."""
    found = set()
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(path.read_text().rpartition(")")[2].split()[1])
            command = path.with_name("cmdline").read_bytes()
        except OSError:
            continue
        if parent == os.getpid() and b"media.turning" in command:
            found.add(int(path.parent.name))
    return found


def environment_of(process: int) -> bytes:
    return Path(f"/proc/{process}/environ").read_bytes()


async def begun(number: int = 1) -> set[int]:
    """As soon as there are so many of them."""
    async with asyncio.timeout(20):
        while len(found := children()) < number:  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.01)
    return found


async def test_a_picture_comes_back_with_what_was_changed() -> None:
    found, changes = await Turner().turned(film(shades(3), "WEBP", duration=90), "image/webp", LIMIT)
    assert loaded(found).format == "GIF"
    assert changes == Changes(was="image/webp", into="image/gif", lost=(Loss.COLOURS,))
    content = saved(noise((300, 300)), "PNG")
    smaller, changes = await Turner().shrunk(content, "image/png", 20_000)
    assert len(smaller) <= 20_000
    assert changes.size == loaded(smaller).size


@pytest.mark.parametrize(
    ("content", "mime_type", "error"),
    [
        (saved(Image.new("RGB", (13_000, 13_000)), "WEBP", lossless=True), "image/webp", TooManyPixelsError),
        (webp_bomb(2000), "image/webp", TooManyPixelsError),
        (saved(halves(), "AVIF")[:300], "image/avif", DamagedError),
        (saved(halves(), "WEBP")[:60], "image/webp", DamagedError),
        (saved(noise((40, 40)), "HEIF")[:-40], "image/heic", DamagedError),
        (b"BM" + bytes(9), "image/bmp", DamagedError),
        (saved(halves(), "PNG"), "image/webp", DamagedError),
    ],
)
async def test_what_cannot_be_turned_is_told_by_its_kind(
    content: bytes, mime_type: str, error: type[Exception]
) -> None:
    with pytest.raises(error):
        await Turner().turned(content, mime_type, LIMIT)


async def test_what_pillow_raises_of_all_kinds_is_damage_and_never_inflated() -> None:
    text = chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(50_000_000)))
    whole = saved(halves(), "PNG")
    with pytest.raises(DamagedError):
        await Turner().turned(whole[:33] + text + whole[33:], "image/png", LIMIT)


async def test_memory_has_an_end_which_costs_one_picture() -> None:
    turner = Turner(Limits(memory=400_000_000))
    content = saved(Image.new("RGB", (8000, 8000)), "WEBP", lossless=True)
    assert len(content) < 3000
    with pytest.raises((TooMuchWorkError, DamagedError)):
        await turner.turned(content, "image/webp", LIMIT)
    assert loaded((await turner.turned(saved(halves(), "WEBP"), "image/webp", LIMIT))[0]).size == (40, 20)


async def test_time_has_an_end_and_nothing_goes_on_after_it() -> None:
    turner = Turner(Limits(seconds=1))
    with pytest.raises(TooMuchWorkError):
        await turner.turned(webp_bomb(900, 500), "image/webp", LIMIT)
    assert not children()


async def test_a_process_that_is_killed_costs_its_picture_alone() -> None:
    turner = Turner(at_once=1)
    slow = asyncio.create_task(turner.turned(webp_bomb(900, 500), "image/webp", LIMIT))
    next_one = asyncio.create_task(turner.turned(saved(halves(), "HEIF"), "image/heic", LIMIT))
    for process in await begun():
        os.kill(process, signal.SIGKILL)
    with pytest.raises(TooMuchWorkError):
        await slow
    assert loaded((await next_one)[0]).size == (40, 20)


async def test_who_gives_up_ends_the_work_and_the_next_one_begins() -> None:
    turner = Turner(at_once=1)
    slow = asyncio.create_task(turner.turned(webp_bomb(900, 500), "image/webp", LIMIT))
    await begun()
    slow.cancel()
    with pytest.raises(asyncio.CancelledError):
        await slow
    assert not children()
    assert (await turner.turned(saved(halves(), "BMP"), "image/bmp", LIMIT))[1].into == "image/png"


async def test_no_more_than_so_many_work_at_once() -> None:
    turner = Turner(at_once=2)
    work = [asyncio.create_task(turner.turned(saved(halves(), "BMP"), "image/bmp", LIMIT)) for _ in range(5)]
    most = 0
    while not all(task.done() for task in work):
        most = max(most, len(children()))
        await asyncio.sleep(0.005)
    assert most <= 2
    assert all(task.result()[1].into == "image/png" for task in work)


async def test_a_process_knows_nothing_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", "example-of-a-secret")
    work = asyncio.create_task(Turner().turned(webp_bomb(900, 500), "image/webp", LIMIT))
    (process,) = await begun()
    assert b"example" not in environment_of(process)
    work.cancel()
    await asyncio.wait([work])


async def test_what_cannot_be_small_enough_is_told() -> None:
    with pytest.raises(CannotShrinkError):
        await Turner().shrunk(saved(halves(), "PNG"), "image/png", 60)


def test_heic_is_taken_where_its_package_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    assert {"image/heic", "image/heif", "image/webp"} <= Turner().takes
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    assert "image/heic" not in Turner().takes
    assert "image/webp" in Turner().takes
