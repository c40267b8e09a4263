"""Files on their way: what passes, what is held, what is cleaned or turned, and under which name it goes on."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack

import pytest

from errors import AttachmentUnavailableError, CannotCleanError, EmptyFileError, ShrinkableError, UnsupportedFileError
from media.memory import MemoryFile
from media.models import Changes, IncomingFile, OpenedFile, ReadyFile, Wish
from media.turning.pool import Turner
from media.workshop import Workshop
from tests.media.turning.pictures import PLACE, exif, halves, loaded, noise, saved
from tests.standins import samples


class Liar(MemoryFile):
    """Announces another size."""

    @property
    def size(self) -> int:
        return len(self.data) + self.by

    by = 1


class Longer(Liar):
    by = -1


async def ready(workshop: Workshop, name: str, content: bytes, wish: Wish | None = None) -> tuple[ReadyFile, bytes]:
    opened: OpenedFile = MemoryFile(content)
    async with workshop.ready(IncomingFile(name, len(content), ""), opened, wish or Wish()) as found:
        return found, b"".join([chunk async for chunk in found.opened.chunks()])


async def test_a_tiff_becomes_a_png_as_it_cannot_be_cleaned_otherwise() -> None:
    workshop, tiff = Workshop(Turner()), saved(halves(), "TIFF", exif=exif(6))
    found, content = await ready(workshop, "scan.1.tif", tiff)
    assert PLACE in tiff
    assert PLACE not in content
    assert (found.name, found.mime_type, loaded(content).size) == ("scan.1.png", "image/png", (20, 40))
    assert found.changes.is_cleaned
    silent, _ = await ready(workshop, "scan.1.tif", saved(halves(), "TIFF"))
    assert not silent.changes.is_cleaned
    kept, content = await ready(workshop, "scan.1.tif", tiff, Wish(clean=False))
    assert (kept.name, kept.changes, content) == ("scan.1.tif", Changes(), tiff)


async def test_a_tiff_that_cannot_be_read_is_not_sent_with_what_it_tells() -> None:
    with pytest.raises(CannotCleanError):
        await ready(Workshop(Turner()), "scan.tif", saved(noise((40, 40)), "TIFF")[:-900])


async def test_what_is_clean_keeps_its_bytes_and_its_name() -> None:
    for name, content in (("a.png", samples.png()), ("b.gif", samples.GIF), ("c.jpg", saved(halves(), "JPEG"))):
        found, sent = await ready(Workshop(Turner()), name, content)
        assert (found.name, found.changes, sent) == (name, Changes(), content)


@pytest.mark.parametrize("kind", [Liar, Longer])
async def test_a_file_of_another_size_than_announced_is_no_picture(kind: type[Liar]) -> None:
    opened = kind(saved(halves(), "PNG"))
    with pytest.raises(AttachmentUnavailableError):
        async with Workshop(Turner()).ready(IncomingFile("a.png", opened.size, ""), opened, Wish()):
            pass


async def test_a_limit_is_kept_on_both_sides_of_it() -> None:
    content = saved(noise((60, 60)), "PNG")
    _, whole = await ready(Workshop(Turner(), limit=len(content)), "a.png", content)
    assert whole == content
    small = Workshop(Turner(), limit=len(content) - 1)
    with pytest.raises(ShrinkableError):
        await ready(small, "a.png", content)
    found, fits = await ready(small, "a.png", content, Wish(shrink=True))
    assert len(fits) < len(content)
    assert found.changes.into == "image/jpeg"


async def test_what_is_too_large_once_it_was_turned_is_asked_about_and_not_handed_over() -> None:
    clear = noise((60, 60))
    clear.putalpha(9)
    content = saved(clear, "WEBP", quality=5, alpha_quality=0)
    turner = Turner()
    assert await turner.turned(content, "image/webp", 9000) == (b"", Changes(was="image/webp", into="image/png"))
    small = Workshop(turner, limit=9000)
    assert len(content) < 9000
    with pytest.raises(ShrinkableError) as asked:
        await ready(small, "a.webp", content)
    assert asked.value.into == "image/png"
    found, fits = await ready(small, "a.webp", content, Wish(shrink=True))
    assert (loaded(fits).format, loaded(fits).size, found.name) == ("PNG", (60, 60), "a.png")


async def test_what_no_program_here_reads_is_refused_by_its_name() -> None:
    with pytest.raises(UnsupportedFileError) as refused:
        await ready(Workshop(Turner()), "a.jxl", b"\xff\x0a" + bytes(64))
    assert refused.value.found == "image/jxl"
    with pytest.raises(EmptyFileError):
        await ready(Workshop(Turner()), "a.png", b"")


async def test_a_hundred_at_once_hold_no_more_than_there_is_room_for() -> None:
    content = saved(noise((100, 100)), "PNG")
    workshop, held, most = Workshop(Turner(), room=5 * len(content)), 0, 0

    async def one() -> None:
        nonlocal held, most
        async with AsyncExitStack() as stack:
            file = IncomingFile("a.png", len(content), "")
            await stack.enter_async_context(workshop.ready(file, MemoryFile(content), Wish()))
            held += 1
            most = max(most, held)
            await asyncio.sleep(0)
            held -= 1

    await asyncio.gather(*(one() for _ in range(100)))
    assert most == 5
