"""Films and large GIFs on their way: cleaned or made where `ffmpeg` is there, and asked about where it is not."""

from __future__ import annotations

import asyncio
import os
import tempfile
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from errors import AttachmentUnavailableError, DetailsStayError, NoVideo, ShrinkableError
from media.disk import DiskFile, folder, write
from media.film import Ffmpeg
from media.films import Films
from media.memory import MemoryFile
from media.models import Changes, IncomingFile, Loss, OpenedFile, ReadyFile, Wish
from media.turning.pool import Turner
from media.workshop import Workshop
from tests.media.films import COPYING, film, hashes, needs_ffmpeg, probe
from tests.media.hiding import COORDINATES, SECRET
from tests.media.test_film import gif, names, program, small_gif_of
from tests.media.turning.pictures import film as moving
from tests.media.turning.pictures import noise, shades, walking
from tests.standins import samples

FAILING = Ffmpeg("/bin/false")
CLIP = samples.MP4 + bytes(300_000)


@pytest.fixture(autouse=True)
def spool(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where files stand while they are worked on."""
    path = tmp_path / "spool"
    path.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(path))
    return path


def workshop(ffmpeg: Ffmpeg | None, limit: int = 1000) -> Workshop:
    return Workshop(Turner(), ffmpeg, limit=limit)


async def ready(
    ffmpeg: Ffmpeg | None, name: str, content: bytes, wish: Wish | None = None, limit: int = 1000
) -> tuple[ReadyFile, bytes]:
    file = IncomingFile(name, len(content), "")
    async with workshop(ffmpeg, limit).ready(file, MemoryFile(content), wish or Wish()) as found:
        return found, b"".join([chunk async for chunk in found.opened.chunks()])


def kept(path: Path, content: bytes) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    return path


def mode(path: Path) -> int:
    return path.stat().st_mode


def held(path: Path) -> bytes:
    return path.read_bytes()


def real() -> Ffmpeg:
    found = Ffmpeg.found()
    assert found
    return found


# --- films -----------------------------------------------------------------------------------------------------------


@needs_ffmpeg
@pytest.mark.parametrize("form", ["mp4", "mov", "webm"])
async def test_a_film_goes_without_what_it_tells(form: str, tmp_path: Path, spool: Path) -> None:
    source = film(tmp_path / f"film.{form}")
    given = held(source)
    found, content = await ready(real(), source.name, given)
    assert SECRET in given
    assert SECRET not in content
    assert COORDINATES not in content
    assert (found.name, found.video, found.changes) == (source.name, True, Changes(is_cleaned=True))
    assert hashes(kept(tmp_path / f"clean.{form}", content)) == hashes(source)
    assert not names(spool)


@pytest.mark.parametrize(("ffmpeg", "has_ffmpeg"), [(None, False), (FAILING, True)])
async def test_a_film_that_cannot_be_cleaned_is_asked_about_and_goes_as_it_is(
    ffmpeg: Ffmpeg | None, has_ffmpeg: bool, spool: Path
) -> None:
    with pytest.raises(DetailsStayError) as asked:
        await ready(ffmpeg, "a.mp4", CLIP)
    assert asked.value.has_ffmpeg is has_ffmpeg
    assert not names(spool)
    found, content = await ready(ffmpeg, "a.mp4", CLIP, Wish(as_is=True))
    assert (content, found.changes) == (CLIP, Changes(keeps_details=True))
    found, content = await ready(ffmpeg, "a.mp4", CLIP, Wish(clean=False))
    assert (content, found.changes) == (CLIP, Changes())


async def test_a_film_that_goes_as_it_is_is_never_held() -> None:
    opened = MemoryFile(CLIP)
    async with workshop(COPYING).ready(IncomingFile("a.mp4", opened.size, ""), opened, Wish(clean=False)) as found:
        assert found.opened is opened


async def test_a_film_is_on_disk_while_it_is_sent_and_gone_afterwards(spool: Path) -> None:
    opened = MemoryFile(CLIP)
    async with workshop(COPYING).ready(IncomingFile("a.mp4", opened.size, ""), opened, Wish()) as found:
        (place,) = names(spool)
        assert mode(spool / place) & 0o077 == 0
        assert found.opened.size == opened.size
        assert found.opened.head == opened.head
        assert await found.opened.look(200_000) == await opened.look(200_000)
    assert not names(spool)


@pytest.mark.parametrize("by", [-1, 1])
async def test_a_film_of_another_size_than_announced_is_none(by: int, spool: Path) -> None:
    class Liar(MemoryFile):
        @property
        def size(self) -> int:
            return len(self.data) + by

    opened: OpenedFile = Liar(CLIP)
    with pytest.raises(AttachmentUnavailableError):
        async with workshop(COPYING).ready(IncomingFile("a.mp4", opened.size, ""), opened, Wish()):
            pass
    assert not names(spool)


async def test_a_hundred_films_at_once_take_no_more_of_the_disk_than_there_is_room_for(spool: Path) -> None:
    films, most, three = Films(COPYING, room=6 * len(CLIP)), 0, asyncio.Barrier(3)

    async def one() -> None:
        nonlocal most
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(films.bare(MemoryFile(CLIP), "video/mp4"))
            most = max(most, len(names(spool)))
            await three.wait()

    await asyncio.gather(*(one() for _ in range(12)))
    assert most == 3


async def test_a_disk_that_takes_nothing_is_no_mishap(spool: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(spool / "gone"))
    with pytest.raises(DetailsStayError):
        await ready(COPYING, "a.mp4", CLIP)


async def test_what_a_killed_process_has_left_goes_and_what_is_in_use_stays(spool: Path) -> None:
    for name, is_old in (("imgur-bot-old", True), ("imgur-bot-recent", False), ("old", True)):
        kept(spool / name / "given", CLIP)
        if is_old:
            os.utime(spool / name, (0, 0))
    async with folder() as place:
        assert set(names(spool)) == {"imgur-bot-recent", "old", place.name}


async def test_a_file_on_disk_is_read_as_it_was_written(tmp_path: Path) -> None:
    for content in (b"", b"a", os.urandom(700_000)):
        await write(MemoryFile(content), tmp_path / "file")
        found = await DiskFile.of(tmp_path / "file")
        assert b"".join([chunk async for chunk in found.chunks()]) == content
        assert found.head == MemoryFile(content).head


# --- GIFs ------------------------------------------------------------------------------------------------------------


@needs_ffmpeg
async def test_a_gif_that_is_too_large_goes_as_a_film_and_what_is_lost_is_told(tmp_path: Path, spool: Path) -> None:
    source = gif(tmp_path / "a.gif", [10] * 9, (31, 25), ground=(0, 0, 0, 0), loop=None)
    found, content = await ready(real(), "fun.gif", held(source), limit=500)
    assert (found.name, found.mime_type, found.video) == ("fun.mp4", "video/mp4", True)
    assert found.changes == Changes(was="image/gif", into="video/mp4", lost=(Loss.TRANSPARENCY, Loss.END))
    target = kept(tmp_path / "a.mp4", content)
    assert float(probe(target, "format=duration")["format"]["duration"]) == pytest.approx(0.9)
    assert not names(spool)


@needs_ffmpeg
async def test_what_moves_and_has_no_room_as_a_gif_goes_as_a_film() -> None:
    content = moving(shades(9), "WEBP", duration=90, lossless=True)
    found, sent = await ready(real(), "fun.webp", content, limit=100)
    assert found.changes == Changes(was="image/webp", into="video/mp4", lost=(Loss.COLOURS,))
    assert sent[4:8] == b"ftyp"


@pytest.mark.parametrize(
    ("ffmpeg", "content", "why"),
    [
        (None, moving(walking(9), "GIF", duration=90), NoVideo.NO_FFMPEG),
        (FAILING, moving(walking(9), "GIF", duration=90), NoVideo.FAILED),
        (COPYING, small_gif_of(600, 11), NoVideo.TOO_LONG),
        (COPYING, small_gif_of(10, 2, (65535, 65535)), NoVideo.FAILED),
        (COPYING, moving([noise((60, 60))], "GIF"), None),
        (COPYING, moving([noise((60, 60))], "PNG"), None),
    ],
)
async def test_what_no_film_can_be_made_of_is_asked_about(
    ffmpeg: Ffmpeg | None, content: bytes, why: NoVideo | None, spool: Path
) -> None:
    with pytest.raises(ShrinkableError) as asked:
        await ready(ffmpeg, "a.gif", content, limit=60)
    assert asked.value.no_video is why
    assert not names(spool)


async def test_a_gif_that_fits_once_it_is_clean_stays_one() -> None:
    content = small_gif_of(10, 2)
    found, sent = await ready(FAILING, "a.gif", content[:-1] + b"!\xfe" + (b"\xff" + bytes(255)) * 9 + b"\0;")
    assert (sent, found.video) == (content, False)


async def test_who_gives_up_leaves_nothing_on_disk(spool: Path, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "begun")
    going = asyncio.create_task(ready(program(tmp_path, f'echo >"{tmp_path}/begun"; sleep 1000'), "a.mp4", CLIP))
    assert await asyncio.to_thread(held, tmp_path / "begun") == b"\n"
    assert names(spool)
    going.cancel()
    with pytest.raises(asyncio.CancelledError):
        await going
    assert not names(spool)
