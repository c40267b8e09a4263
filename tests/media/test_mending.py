"""Pictures that are cut or broken: as much as viewers show of them, or a refusal; never less."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO

import pytest
from PIL import Image, ImageChops, ImageFile, UnidentifiedImageError

from errors import DamagedError
from media.memory import MemoryFile
from media.metadata import cleaned, mended
from media.models import Changes, IncomingFile, Loss, ReadyFile, Wish
from media.turning.pool import Turner
from media.workshop import Workshop
from tests.media.turning.pictures import PLACE, chunk, exif, film, loaded, noise, saved, shades, walking
from tests.standins import samples


@pytest.fixture
def lenient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Pillow shows what there is, as viewers do."""
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)


def shown(content: bytes) -> list[bytes]:
    """The pixels of each frame."""
    image = Image.open(BytesIO(content))
    found = []
    for number in range(getattr(image, "n_frames", 1)):
        image.seek(number)
        found.append(image.convert("RGBA").tobytes())
    return found


def off(content: bytes, whole: bytes) -> int:
    """How far its pixels are from those of the whole."""
    found = ImageChops.difference(loaded(content).convert("RGB"), loaded(whole).convert("RGB"))
    return sum(found.tobytes())


def cuts(content: bytes, begin: int, count: int = 60) -> Iterator[bytes]:
    """The first bytes of it, so many times."""
    for end in range(begin, len(content), max(1, (len(content) - begin) // count)):
        yield content[:end]
    yield content[:-1]


async def ready(content: bytes, name: str = "a.jpg") -> tuple[ReadyFile, bytes]:
    async with Workshop(Turner()).ready(IncomingFile(name, len(content), ""), MemoryFile(content), Wish()) as found:
        return found, b"".join([part async for part in found.opened.chunks()])


PHOTO = {"exif": exif(6), "comment": PLACE, "quality": 95}
JPEGS = {
    "baseline": saved(noise((64, 64)), "JPEG", **PHOTO),
    "progressive": saved(noise((64, 64)), "JPEG", progressive=True, **PHOTO),
    "restarts": saved(noise((64, 64)), "JPEG", restart_marker_blocks=2, **PHOTO),
    "grey": saved(noise((64, 64), "L"), "JPEG", **PHOTO),
    "inks": saved(noise((64, 64), "CMYK"), "JPEG", **PHOTO),
}
GIFS = {
    "moving": film(walking(6), "GIF", duration=90, loop=0, disposal=2, comment=PLACE),
    "shades": film([*shades(3), noise((16, 16))], "GIF", duration=[90, 20, 300, 10], comment=PLACE),
    "still": saved(noise((40, 40), "L"), "GIF", interlace=0, comment=PLACE),
}


@pytest.mark.usefixtures("lenient")
@pytest.mark.parametrize("kind", JPEGS)
def test_a_jpeg_that_is_cut_shows_as_much_as_before(kind: str) -> None:
    content = JPEGS[kind]
    for cut in cuts(content, content.index(b"\xff\xda") + 30):
        with pytest.raises(DamagedError):
            cleaned(cut, "image/jpeg")
        found = mended(cut, "image/jpeg")
        assert off(found, content) <= off(cut + b"\xff\xd9", content), "which is what decoders add"
        assert PLACE not in found
        assert cleaned(found, "image/jpeg") == found


@pytest.mark.usefixtures("lenient")
@pytest.mark.parametrize("kind", GIFS)
def test_a_gif_that_is_cut_shows_as_much_as_there_is(kind: str) -> None:
    content = GIFS[kind]
    first, whole = content.index(b",\0\0\0\0"), shown(content)
    for cut in cuts(content, first + 40, 150):
        with pytest.raises(DamagedError):
            cleaned(cut, "image/gif")
        found = mended(cut, "image/gif")
        *before, last = shown(found)
        assert before == whole[: len(before)]
        if kind == "still":
            there = next((at for at, (a, b) in enumerate(zip(last, *whole, strict=True)) if a != b), len(last))
            assert there / len(last) > (len(cut) - first) / (len(content) - first) - 0.1
        assert PLACE not in found
        assert cleaned(found, "image/gif") == found


@pytest.mark.parametrize(("kind", "pictures"), [("image/jpeg", JPEGS), ("image/gif", GIFS)])
def test_what_shows_nothing_is_refused(kind: str, pictures: dict[str, bytes]) -> None:
    for content in pictures.values():
        begin = content.index(b"\xff\xda" if kind == "image/jpeg" else b",\0\0\0\0")
        for end in (0, 2, 6, 12, begin, begin + 1):
            with pytest.raises(DamagedError):
                mended(content[:end], kind)


def test_what_does_not_belong_into_a_jpeg_ends_nothing() -> None:
    content = JPEGS["baseline"]
    at = content.index(b"\xff\xdb")
    for stray in (b"\xff\xd0", b"\xff\x01", b"\xff\xff\xff\xd7"):
        found = cleaned(content[:at] + stray + content[at:], "image/jpeg")
        assert found == cleaned(content, "image/jpeg")


async def test_a_photo_without_its_end_goes_up_and_that_is_told() -> None:
    whole = JPEGS["baseline"]
    found, sent = await ready(whole[:-2])
    assert sent == cleaned(whole, "image/jpeg")
    assert found.changes == Changes(is_cleaned=True, is_mended=True)
    bare = cleaned(whole, "image/jpeg")
    found, sent = await ready(bare[:-2])
    assert (sent, found.changes) == (bare, Changes(is_mended=True))
    gif = cleaned(GIFS["moving"], "image/gif")
    found, sent = await ready(gif[:-1], "a.gif")
    assert (sent, found.changes) == (gif, Changes(is_mended=True))
    found, sent = await ready(gif[:-1] + b"junk", "a.gif")
    assert (sent, found.changes) == (gif, Changes(is_mended=True))


@pytest.mark.parametrize(
    "broken",
    [
        lambda png: png[:-12],  # no IEND
        lambda png: png[:33] + chunk(b"tEXt", b"a\0b") + png[33:-12],
        lambda png: png[:-4] + b"oops",
    ],
)
async def test_a_png_that_can_be_read_whole_goes_up_encoded_anew(broken: object) -> None:
    assert callable(broken)
    whole = saved(noise((40, 40), "RGBA"), "PNG")
    found, sent = await ready(broken(whole), "a.png")
    assert loaded(sent).tobytes() == loaded(whole).tobytes()
    assert (found.changes.into, found.changes.is_mended) == ("image/png", True)


@pytest.mark.parametrize("kind", [b"tEXt", b"eXIf"])
async def test_a_png_goes_up_without_what_it_says_where_only_that_is_broken(kind: bytes) -> None:
    """Viewers pass it over; Pillow does not."""
    whole = saved(noise((40, 40), "RGBA"), "PNG")
    text = chunk(kind, PLACE)[:-1] + b"?"
    found, sent = await ready(whole[:33] + text + whole[33:], "a.png")
    assert sent == whole
    assert found.changes == Changes(is_cleaned=True, is_mended=True)
    for other in (b"tRNS", b"teXt"):
        with pytest.raises(DamagedError):
            await ready(whole[:33] + text.replace(kind, other) + whole[33:], "a.png")


async def test_a_png_that_is_cut_is_told() -> None:
    whole = saved(noise((40, 40)), "PNG")
    for cut in (whole[:-30], whole[:-200], whole[:60]):
        with pytest.raises(DamagedError):
            await ready(cut, "a.png")
        with pytest.raises((OSError, UnidentifiedImageError, SyntaxError)):
            loaded(cut)


async def test_a_photo_without_its_end_can_be_made_smaller() -> None:
    content = JPEGS["baseline"][:-2]
    async with Workshop(Turner(), limit=2000).ready(
        IncomingFile("a.jpg", len(content), ""), MemoryFile(content), Wish(shrink=True)
    ) as found:
        assert found.opened.size <= 2000
        assert (found.changes.is_mended, found.changes.is_cleaned) == (True, True)


SAYS = {
    b'xmlns:hdrgm="http://ns.adobe.com/hdr-gain-map/1.0/" hdrgm:Version="1.0"': (Loss.HDR,),
    b'GCamera:MotionPhoto="1"': (Loss.FILM,),
    b"<GCamera:MicroVideo>1</GCamera:MicroVideo>": (Loss.FILM,),
    b'GCamera:MotionPhoto="0"': (),
    b"a photo of mine": (),
}


@pytest.mark.parametrize("said", SAYS)
@pytest.mark.parametrize("shrink", [True, False])
async def test_what_goes_with_the_metadata_and_may_be_missed_is_told(said: bytes, shrink: bool) -> None:
    content = saved(noise((64, 64)), "JPEG", xmp=said, quality=95) + samples.MP4
    workshop = Workshop(Turner(), limit=2000 if shrink else 10**6)
    async with workshop.ready(
        IncomingFile("a.jpg", len(content), ""), MemoryFile(content), Wish(shrink=shrink)
    ) as found:
        assert found.changes.lost == SAYS[said]
        assert found.changes.is_cleaned


async def test_the_film_that_stands_behind_a_photo_is_missed() -> None:
    found, sent = await ready(JPEGS["grey"] + b"MotionPhoto_Data" + samples.MP4)
    assert found.changes.lost == (Loss.FILM,)
    assert b"ftyp" not in sent
