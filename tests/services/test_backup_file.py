"""The file of a part: what is fetched for it, how it goes on where Imgur is slow, and when it is cut off."""

from __future__ import annotations

import asyncio
import io
import itertools
import zipfile
from collections import Counter
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable
from contextlib import aclosing, asynccontextmanager

import pytest

from errors import (
    BackupOverError,
    BackupStalledError,
    PictureGoneError,
    PicturesBusyError,
    PictureUnavailableError,
    PictureWithheldError,
)
from media.archive import Archive
from media.models import FetchedPicture
from services.data.fetching import Fetching
from services.data.plan import Entry
from services.data.writing import Lack, PartIndex, Writing, steadily
from tests.hurried import hurried

PICTURE = bytes(range(256)) * 1000


class Pictures:
    """Imgur's pictures; what happens is said for each name, time after time, and the last goes on."""

    def __init__(self, **happens: Iterable[Exception | float | None]) -> None:
        self._happens = {name: list(each) for name, each in happens.items()}
        self.asked: Counter[str] = Counter()
        self.moments: list[float] = []
        self.open = 0

    @asynccontextmanager
    async def fetch(self, name: str) -> AsyncIterator[FetchedPicture]:
        self.moments.append(asyncio.get_running_loop().time())
        stem, _, ending = name.partition(".")
        all_of_it = self._happens.get(stem, [None])
        what = all_of_it[min(self.asked[name], len(all_of_it) - 1)]
        self.asked[name] += 1
        if isinstance(what, Exception):
            raise what
        await asyncio.sleep(what or 0)
        self.open += 1
        try:
            yield FetchedPicture(f".{ending}", len(PICTURE), io.BytesIO(PICTURE))
        finally:
            self.open -= 1


class Part:
    """What comes of a part."""

    def __init__(
        self, pictures: Pictures, *, stands: Callable[[], bool] = lambda: True, fetching: Fetching | None = None
    ) -> None:
        self.stands = stands
        self.fetching = fetching or Fetching(pictures)
        self.index: PartIndex | None = None
        self.came: list[tuple[float, bytes]] = []
        self.pictures = pictures

    async def check(self) -> None:
        if not self.stands():
            raise BackupOverError

    async def read(self, entries: list[Entry]) -> dict[str, bytes]:
        async with aclosing(self.chunks(entries)) as chunks:
            async for chunk in chunks:
                self.came.append((asyncio.get_running_loop().time(), chunk))
        with zipfile.ZipFile(io.BytesIO(b"".join(chunk for _, chunk in self.came))) as archive:
            assert archive.testzip() is None
            return {name: archive.read(name) for name in archive.namelist()}

    def chunks(self, entries: list[Entry]) -> AsyncGenerator[bytes, None]:
        writing = Writing(Archive(), self.fetching, self.check)
        return steadily(writing.chunks(1, 1, entries, self._draw), self.check)

    def _draw(self, index: PartIndex) -> bytes:
        self.index = index
        return b"index"

    @property
    def lacks(self) -> dict[str, Lack | None]:
        assert self.index is not None
        return {one.entry.id: one.lack for one in self.index.shown}


def entries(*ids: str, ending: str = ".jpg") -> list[Entry]:
    return [Entry(one, f"{one}{ending}", f"images/{one}") for one in ids]


def test_what_was_refused_for_now_is_asked_for_again_and_what_is_gone_is_not() -> None:
    pictures = Pictures(
        a=[PictureUnavailableError(), PictureUnavailableError(), None],
        b=[PictureUnavailableError()],
        c=[PictureGoneError()],
        d=[PictureWithheldError()],
    )
    part = Part(pictures)
    found = hurried(part.read(entries("a", "b", "c", "d", "e")))
    assert set(found) == {"part-1.json", "images/a.jpg", "images/e.jpg", "index.html"}
    assert found["images/a.jpg"] == PICTURE
    assert part.lacks == {"a": None, "b": Lack.FAILED, "c": Lack.GONE, "d": Lack.WITHHELD, "e": None}
    assert pictures.asked == {"a.jpg": 3, "b.jpg": 3, "c.jpg": 1, "d.jpg": 1, "e.jpg": 1}
    assert pictures.open == 0


def test_where_imgur_asks_to_wait_all_wait_and_nothing_is_missing() -> None:
    pictures = Pictures(a=[PicturesBusyError(30), PicturesBusyError(9999), None])
    fetching = Fetching(pictures)
    one, other = Part(pictures, fetching=fetching), Part(pictures, fetching=fetching)

    async def both() -> tuple[dict[str, bytes], dict[str, bytes]]:
        return await asyncio.gather(one.read(entries("a")), other.read(entries("b")))

    first, second = hurried(both())
    assert {"images/a.jpg", "images/b.jpg"} <= set(first) | set(second)
    gaps = [later - sooner for sooner, later in zip(pictures.moments, pictures.moments[1:], strict=False)]
    assert [round(gap, 3) for gap in gaps] == [30.0, 0.1, 60.0] or [round(gap, 3) for gap in gaps] == [30.0, 60.0, 0.1]


def test_pictures_are_asked_for_at_a_civil_rate_all_parts_together() -> None:
    pictures = Pictures()
    hurried(Part(pictures).read(entries(*(f"p{number}" for number in range(50)))))
    assert pictures.moments[-1] - pictures.moments[0] == pytest.approx(4.9)


def test_a_part_of_which_imgur_hands_out_nothing_more_is_no_file() -> None:
    down = {f"p{number}": [PictureUnavailableError()] for number in range(1, 100)}
    pictures = Pictures(**down)
    part = Part(pictures)
    with pytest.raises(BackupStalledError):
        hurried(part.read(entries(*(f"p{number}" for number in range(100)))))
    assert len(pictures.asked) == 21
    assert part.index is None


@pytest.mark.parametrize("error", [PictureGoneError, PictureWithheldError])
def test_what_imgur_has_no_more_is_named_however_much_that_is(error: type[PictureUnavailableError]) -> None:
    part = Part(Pictures(**{f"p{number}": [error()] for number in range(100)}))
    assert set(hurried(part.read(entries(*(f"p{number}" for number in range(100)))))) == {"part-1.json", "index.html"}
    assert len(part.lacks) == 100


def test_a_few_pictures_of_which_none_came_are_no_backup() -> None:
    with pytest.raises(BackupStalledError):
        hurried(Part(Pictures(a=[PictureUnavailableError()])).read(entries("a")))


def test_something_comes_every_minute_while_a_large_film_is_fetched() -> None:
    part = Part(Pictures(slow=[400.0]))
    found = hurried(part.read(entries("slow", ending=".mp4")))
    assert found["images/slow.mp4"] == PICTURE
    moments = [at for at, _ in part.came]
    assert moments[-1] >= 400
    assert max(later - sooner for sooner, later in itertools.pairwise(moments)) < 30
    assert part.came[0][0] < 1


def test_it_is_noticed_within_seconds_that_a_user_has_left_while_a_picture_is_awaited() -> None:
    pictures = Pictures(slow=[400.0])
    left = False

    async def read() -> float:
        nonlocal left
        part = Part(pictures, stands=lambda: not left)
        reading = asyncio.create_task(part.read(entries("slow", "next")))
        await asyncio.sleep(50)
        left = True
        with pytest.raises(BackupOverError):
            await reading
        return asyncio.get_running_loop().time()

    assert hurried(read()) < 55
    assert set(pictures.asked) == {"slow.jpg"}
    assert pictures.open == 0


def test_whoever_stops_reading_ends_the_fetching() -> None:
    pictures = Pictures()

    async def read() -> None:
        async with aclosing(Part(pictures).chunks(entries("a", "b", "c"))) as chunks:
            async for _ in chunks:
                if pictures.asked:
                    break
        await asyncio.sleep(100)

    hurried(read())
    assert set(pictures.asked) <= {"a.jpg", "b.jpg"}
    assert pictures.open == 0


def test_a_still_is_not_taken_for_a_film() -> None:
    class Stills(Pictures):
        @asynccontextmanager
        async def fetch(self, name: str) -> AsyncIterator[FetchedPicture]:
            yield FetchedPicture(".jpg", len(PICTURE), io.BytesIO(PICTURE))

    part = Part(Stills())
    assert set(hurried(part.read(entries("a", ending=".mp4")))) == {"part-1.json", "index.html"}
    assert part.lacks == {"a": Lack.NOT_READY}
