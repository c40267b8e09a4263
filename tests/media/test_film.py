from __future__ import annotations

import asyncio
import os
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from errors import CannotCleanError, DamagedError, VideoTooLongError
from media.film import CannotTurnError, Ffmpeg, FilmTooMuchError, Limits, Lost
from tests.media.films import CODECS, chapters, ffmpeg, film, hashes, needs_ffmpeg, probe, with_two_at_once, with_xmp
from tests.media.hiding import COORDINATES, SECRET, saved
from tests.media.shapes import avi
from tests.standins import samples

MIME_TYPES = {
    "mp4": "video/mp4",
    "mov": "video/quicktime",
    "mkv": "video/x-matroska",
    "webm": "video/webm",
    "avi": "video/x-msvideo",
    "wmv": "video/x-ms-wmv",
    "flv": "video/x-flv",
    "mpg": "video/mpeg",
}
ALL = ("-map", "0", "-map", "1", "-map", "2")
PLENTY = Limits(60, 1 << 30, 10_000_000)


def found() -> Ffmpeg:
    program = Ffmpeg.found()
    assert program
    return program


def names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


async def cleaned(source: Path) -> Path:
    target = source.with_stem("clean")
    await found().cleaned(source, target, MIME_TYPES[source.suffix[1:]])
    return target


# --- cleaning ----------------------------------------------------------------------------------------------------


@needs_ffmpeg
@pytest.mark.parametrize("form", CODECS)
async def test_a_film_says_nothing_any_more_and_looks_and_sounds_the_same(form: str, tmp_path: Path) -> None:
    source = film(tmp_path / f"film.{form}", beside=chapters(tmp_path) if form in {"mp4", "mkv"} else None)
    wide = SECRET.decode().encode("utf-16-le")
    assert form == "mpg" or SECRET in source.read_bytes() or wide in source.read_bytes()
    target = await cleaned(source)
    content = target.read_bytes()
    assert SECRET not in content
    assert wide not in content
    assert COORDINATES[:8] not in content
    assert hashes(target) == hashes(source)


@needs_ffmpeg
async def test_a_phone_s_place_goes_from_wherever_a_film_may_name_it(tmp_path: Path) -> None:
    source = with_xmp(film(tmp_path / "film.mp4", "-movflags", "+use_metadata_tags"))
    assert source.read_bytes().count(COORDINATES) > 2
    content = (await cleaned(source)).read_bytes()
    assert COORDINATES[:8] not in content
    assert SECRET not in content
    assert content.index(b"moov") < content.index(b"mdat")


@needs_ffmpeg
async def test_a_track_that_tells_where_one_went_does_not_stay(tmp_path: Path) -> None:
    track = tmp_path / "track.srt"
    track.write_text(f"1\n00:00:00,000 --> 00:00:01,000\n{COORDINATES.decode()}\n")
    source = film(tmp_path / "film.mov", *ALL, "-c:s", "mov_text", beside=track)
    assert COORDINATES in source.read_bytes()
    target = await cleaned(source)
    assert COORDINATES[:8] not in target.read_bytes()
    assert [stream["codec_type"] for stream in probe(target)["streams"]] == ["video", "audio"]


@needs_ffmpeg
async def test_a_picture_that_a_film_carries_along_does_not_stay(tmp_path: Path) -> None:
    cover = tmp_path / "cover.png"
    cover.write_bytes(samples.png(extra=samples.chunk(b"tEXt", b"a\0" + SECRET)))
    pieces = (*ALL, "-c:v:1", "copy", "-disposition:v:1", "attached_pic")
    source = film(tmp_path / "film.mp4", *pieces, beside=cover)
    assert len(probe(source)["streams"]) == 3
    target = await cleaned(source)
    assert len(probe(target)["streams"]) == 2
    assert SECRET not in target.read_bytes()


@needs_ffmpeg
@pytest.mark.parametrize("form", ["mp4", "mov"])
async def test_a_film_stays_as_it_was_turned(form: str, tmp_path: Path) -> None:
    lying = film(tmp_path / f"lying.{form}")
    source = tmp_path / f"film.{form}"
    ffmpeg("-i", lying, "-c", "copy", "-metadata:s:v", "rotate=90", source)
    angle = "stream_side_data=rotation"
    assert probe(source, angle)["streams"][0]["side_data_list"][0]["rotation"] in {90, -90}
    assert probe(await cleaned(source), angle)["streams"] == probe(source, angle)["streams"]


@needs_ffmpeg
async def test_a_film_for_hdr_screens_stays_one(tmp_path: Path) -> None:
    colours = ("-color_primaries", "bt2020", "-color_trc", "smpte2084", "-colorspace", "bt2020nc")
    what = "stream=color_transfer,color_primaries,color_space,codec_tag_string"
    source = film(tmp_path / "film.mp4", *colours)
    assert "smpte2084" in str(probe(source, what))
    assert probe(await cleaned(source), what) == probe(source, what)


@needs_ffmpeg
@pytest.mark.parametrize("form", ["mp4", "mov", "mkv", "webm", "avi", "wmv"])
async def test_a_film_that_is_cut_is_told_and_never_made_shorter(form: str, tmp_path: Path) -> None:
    source = film(tmp_path / f"film.{form}", *(("-movflags", "+faststart") if form in {"mp4", "mov"} else ()))
    content = source.read_bytes()
    source.write_bytes(content[: len(content) // 2])
    with pytest.raises(DamagedError):
        await cleaned(source)
    assert names(tmp_path) == [source.name]


@needs_ffmpeg
async def test_a_film_with_two_pictures_at_the_same_time_is_cleaned_as_others_are(tmp_path: Path) -> None:
    source = with_two_at_once(tmp_path / "film.mp4")
    target = await cleaned(source)
    assert SECRET not in target.read_bytes()
    assert hashes(target) == hashes(source)
    content = source.read_bytes()
    source.write_bytes(content[: len(content) - 900])
    with pytest.raises(DamagedError):
        await cleaned(source)


@needs_ffmpeg
async def test_a_film_without_its_index_is_told(tmp_path: Path) -> None:
    source = film(tmp_path / "film.mp4")
    source.write_bytes(source.read_bytes().replace(b"moov", b"junk"))
    with pytest.raises(DamagedError):
        await cleaned(source)


@needs_ffmpeg
async def test_what_its_container_has_no_place_for_is_not_called_broken(tmp_path: Path) -> None:
    source = film(tmp_path / "film.mkv")
    odd = tmp_path / "odd.webm"
    odd.write_bytes(source.read_bytes().replace(b"\x42\x82\x88matroska", b"\x42\x82\x84webm\xec\x82\0\0"))
    with pytest.raises(CannotCleanError):
        await cleaned(odd)


# --- what it may reach -------------------------------------------------------------------------------------------


@asynccontextmanager
async def canary() -> AsyncIterator[tuple[str, list[str]]]:
    """An address, and who came to it."""
    came = list[str]()

    def note(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        came.append(str(writer.get_extra_info("peername")))
        writer.close()

    async with await asyncio.start_server(note, "127.0.0.1", 0) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/canary", came


def playlist(address: str) -> bytes:
    return f"#EXTM3U\n#EXT-X-MEDIA-SEQUENCE:0\n#EXTINF:1.0,\n{address}\n#EXTINF:1.0,\nfile:///etc/passwd\n".encode()


@needs_ffmpeg
@pytest.mark.parametrize("mime_type", MIME_TYPES.values())
async def test_a_list_of_addresses_is_no_film_whatever_it_is_called(mime_type: str, tmp_path: Path) -> None:
    async with canary() as (address, came):
        for content in (
            playlist(address),
            f"ffconcat version 1.0\nfile {address}\nfile /etc/passwd\n".encode(),
            f'<?xml version="1.0"?><MPD><BaseURL>{address}</BaseURL></MPD>'.encode(),
            f"v=0\nc=IN IP4 {address}\n".encode(),
            samples.PDF,
            samples.GIF,
            b"\0\0\1\xb3" + bytes(200),
            b"",
        ):
            source = tmp_path / "clip.mp4"
            source.write_bytes(content)
            with pytest.raises(CannotCleanError):
                await found().cleaned(source, tmp_path / "clean", mime_type)
        assert came == []
    assert names(tmp_path) == ["clip.mp4"]


@needs_ffmpeg
async def test_a_list_of_addresses_within_a_film_leads_nowhere(tmp_path: Path) -> None:
    async with canary() as (address, came):
        named = playlist(address)
        hidden = b"GAB2\0\2\0" + struct.pack("<IHI", 0, 0, len(named)) + named
        source = film(tmp_path / "film.avi")
        content = source.read_bytes()
        at = content.index(b"movi") + 4
        text = b"02tx" + struct.pack("<I", len(hidden)) + hidden + bytes(len(hidden) % 2)
        source.write_bytes(content[:at] + text + content[at:])
        outside = tmp_path / "outside.mov"
        outside.write_bytes(
            film(tmp_path / "film.mov").read_bytes().replace(b"\0\0\0\x0curl \0\0\0\1", b"\0\0\0\x0curl \0\0\0\0")
        )
        for path in (source, outside):
            try:
                content = (await cleaned(path)).read_bytes()
            except (DamagedError, CannotCleanError):
                content = b""
            assert b"root:" not in content
            assert address.encode() not in content
        assert came == []


@needs_ffmpeg
async def test_an_empty_film_is_told(tmp_path: Path) -> None:
    source = tmp_path / "film.avi"
    source.write_bytes(avi(b"vids", b"auds"))
    with pytest.raises((DamagedError, CannotCleanError)):
        await cleaned(source)


# --- GIF ---------------------------------------------------------------------------------------------------------

BLUE, RED = (0, 0, 255), (255, 0, 0)


def gif(
    path: Path,
    delays: list[int],
    size: tuple[int, int] = (32, 24),
    *,
    ground: tuple[int, ...] = BLUE,
    loop: int | None = 0,
) -> Path:
    """One with a red block that walks over its ground; `delays` in hundredths of a second."""
    frames = []
    for index in range(len(delays)):
        frame = Image.new("RGBA" if len(ground) == 4 else "RGB", size, ground)
        frame.paste(RED, (index % 8, 0, index % 8 + 8, 8))
        frames.append(frame)
    options = {} if loop is None else {"loop": loop}
    delays_in_ms = [10 * delay for delay in delays]
    path.write_bytes(
        saved(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=delays_in_ms, disposal=2, **options)
    )
    return path


async def turned(source: Path) -> tuple[Path, Lost]:
    target = source.with_suffix(".mp4")
    return target, await found().gif_to_video(source, target)


def pixels(path: Path) -> Image.Image:
    """Its first frame."""
    size = probe(path, "stream=width,height")["streams"][0]
    frame = ffmpeg("-i", path, "-frames:v", "1", "-f", "rawvideo", "-pix_fmt", "rgb24", "-")
    return Image.frombytes("RGB", (size["width"], size["height"]), frame)


def alike(colour: object, other: tuple[int, ...]) -> bool:
    assert isinstance(colour, tuple)
    return all(abs(a - b) < 40 for a, b in zip(colour, other, strict=True))


@needs_ffmpeg
@pytest.mark.parametrize(
    ("delays", "seconds"),
    [
        ([0] * 20, 2.0),
        ([1] * 20, 2.0),
        ([2] * 20, 0.4),
        ([3] * 20, 0.6),
        ([7] * 10, 0.7),
        ([2, 500, 2, 500], 10.04),
        ([1, 3, 150], 1.63),
        ([500], 5.0),
    ],
)
async def test_a_gif_plays_for_as_long_as_in_a_browser(delays: list[int], seconds: float, tmp_path: Path) -> None:
    target, _ = await turned(gif(tmp_path / "a.gif", delays))
    assert float(probe(target, "format=duration")["format"]["duration"]) == pytest.approx(seconds, rel=0.05)


@needs_ffmpeg
async def test_each_frame_is_shown_for_as_long_as_it_was(tmp_path: Path) -> None:
    target, _ = await turned(gif(tmp_path / "a.gif", [4, 100, 8, 20]))
    frames = [
        line.split(",")[-1]
        for line in ffmpeg("-i", target, "-f", "framemd5", "-").decode().splitlines()
        if line[0] != "#"
    ]
    assert float(probe(target, "format=duration")["format"]["duration"]) == pytest.approx(1.32)
    assert len(frames) == 33


@needs_ffmpeg
@pytest.mark.parametrize("size", [(31, 25), (1, 1), (32, 25), (31, 24), (32, 24)])
async def test_an_odd_size_is_padded_with_what_is_beside_it(size: tuple[int, int], tmp_path: Path) -> None:
    target, lost = await turned(gif(tmp_path / "a.gif", [10, 10], size))
    image = pixels(target)
    assert image.size == (size[0] + size[0] % 2, size[1] + size[1] % 2)
    if size != (1, 1):
        assert alike(image.getpixel((image.width - 1, image.height - 1)), BLUE)
    assert alike(image.getpixel((0, 0)), RED)
    assert lost == Lost()
    stream = probe(target, "stream=codec_name,pix_fmt,color_space,codec_type")["streams"]
    assert stream == [{"codec_name": "h264", "codec_type": "video", "pix_fmt": "yuv420p", "color_space": "bt709"}]


@needs_ffmpeg
async def test_one_sees_white_where_one_saw_through_and_hears_of_it(tmp_path: Path) -> None:
    target, lost = await turned(gif(tmp_path / "a.gif", [10, 10], ground=(0, 0, 0, 0)))
    assert alike(pixels(target).getpixel((20, 20)), (255, 255, 255))
    assert lost == Lost(transparency=True)


@needs_ffmpeg
@pytest.mark.parametrize(("loop", "ends"), [(None, True), (3, True), (0, False)])
async def test_that_it_will_not_stop_is_told(loop: int | None, ends: bool, tmp_path: Path) -> None:
    _, lost = await turned(gif(tmp_path / "a.gif", [10, 10], loop=loop))
    assert lost == Lost(ends=ends)


@needs_ffmpeg
async def test_a_gif_s_words_do_not_come_along(tmp_path: Path) -> None:
    source = gif(tmp_path / "a.gif", [10, 10])
    source.write_bytes(source.read_bytes()[:-1] + b"!\xfe\x0d" + SECRET + b"\0;")
    target, _ = await turned(source)
    assert SECRET not in target.read_bytes()
    assert b"Lavf" not in target.read_bytes()


NOWHERE = Ffmpeg("/nonexistent/ffmpeg")


def small_gif_of(delay: int, frames: int, size: tuple[int, int] = (1, 1)) -> bytes:
    frame = b"!\xf9\4\4" + struct.pack("<H", delay) + b"\0\0,\0\0\0\0\1\0\1\0\0\2\2L\1\0"
    return b"GIF89a" + struct.pack("<HH", *size) + b"\x80\0\0" + b"\0\0\0\xff\xff\xff" + frame * frames + b";"


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (small_gif_of(65535, 5), VideoTooLongError),
        (small_gif_of(0, 606), VideoTooLongError),
        (small_gif_of(10, 2, (65535, 65535)), FilmTooMuchError),
        (small_gif_of(10, 2, (0, 5)), FilmTooMuchError),
        (small_gif_of(10, 2)[:-1], DamagedError),
        (b"#EXTM3U\nfile:///etc/passwd", DamagedError),
        (b"", DamagedError),
    ],
)
async def test_what_no_film_can_be_made_of_is_told_before_anything_is_begun(
    content: bytes, error: type[Exception], tmp_path: Path
) -> None:
    source = tmp_path / "a.gif"
    source.write_bytes(content)
    with pytest.raises(error):
        await NOWHERE.gif_to_video(source, tmp_path / "a.mp4")
    assert names(tmp_path) == ["a.gif"]


# --- the process -------------------------------------------------------------------------------------------------


def program(folder: Path, script: str) -> Ffmpeg:
    """A stand-in for `ffmpeg`: `$target` is the file that it is asked to write."""
    path = folder / "ffmpeg"
    path.write_text(f"#!/bin/sh\nfor last; do :; done\ntarget=${{last#file:}}\n{script}\n")
    path.chmod(0o755)
    return Ffmpeg(str(path), PLENTY, PLENTY)


@pytest.fixture
def clip(tmp_path: Path) -> Path:
    """What looks like a film, for a program that does not look."""
    path = tmp_path / "clip.mp4"
    path.write_bytes(samples.MP4)
    return path


async def test_the_program_gets_nothing_of_ours_and_lives_within_limits(
    clip: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", "a made-up token")
    script = '{ ulimit -t; ulimit -f; ulimit -v; nice; read line && echo "heard $line"; echo "$@"; env; } >"$target"'
    await program(tmp_path, script).cleaned(clip, tmp_path / "clean", "video/mp4")
    *limits, arguments = (tmp_path / "clean").read_text().splitlines()[:5]
    assert limits == ["121", str(PLENTY.written // 512), str(PLENTY.memory // 1024), "19"]
    assert "-protocol_whitelist file,pipe -f mov -format_whitelist mov -i file:" in arguments
    env = dict(line.split("=", 1) for line in (tmp_path / "clean").read_text().splitlines()[5:])
    assert env.keys() <= {"PATH", "LC_ALL", "PWD", "OLDPWD", "SHLVL", "_"}  # a shell adds some itself


@pytest.mark.parametrize(
    ("script", "error"),
    [
        ("exit 1", CannotCleanError),
        ("echo 'Invalid data found when processing input' >&2; exit 1", DamagedError),
        ("echo 'Cannot allocate memory' >&2; exit 1", FilmTooMuchError),
        ("kill -9 $$", FilmTooMuchError),
        ("kill -XCPU $$", FilmTooMuchError),
        ('exec head -c 20000000 /dev/zero >"$target"', FilmTooMuchError),
        ("yes | head -c 3000000; yes | head -c 3000000 >&2; echo 'Invalid data found' >&2; exit 1", DamagedError),
    ],
)
async def test_how_it_ends_says_why_and_leaves_nothing(
    script: str, error: type[Exception], clip: Path, tmp_path: Path
) -> None:
    target = tmp_path / "clean"
    with pytest.raises(error) as told:
        await program(tmp_path, f'echo half >"$target"; {script}').cleaned(clip, target, "video/mp4")
    assert not target.exists()
    assert str(tmp_path) not in str(told.value)


async def test_a_gif_that_it_cannot_turn_is_told(tmp_path: Path) -> None:
    source = gif(tmp_path / "a.gif", [10, 10])
    with pytest.raises(CannotTurnError):
        await program(tmp_path, "echo \"Unknown encoder 'libx264'\" >&2; exit 1").gif_to_video(source, tmp_path / "b")


async def waiting(folder: Path, then: str = "wait") -> tuple[Ffmpeg, Path]:
    """One that never ends, nor does what it has begun; both hold `alive` open for as long as they live."""
    alive = folder / "alive"
    os.mkfifo(alive)
    return program(folder, f'exec 3>"{alive}"; echo half >"$target"; sleep 1000 & echo begun >&3; {then}'), alive


async def test_who_is_cancelled_leaves_no_process_behind(clip: Path, tmp_path: Path) -> None:
    endless, alive = await waiting(tmp_path)
    going = asyncio.create_task(endless.cleaned(clip, tmp_path / "clean", "video/mp4"))
    lines = await asyncio.to_thread(alive.open)
    with lines:
        assert await asyncio.to_thread(lines.readline) == "begun\n"
        going.cancel()
        with pytest.raises(asyncio.CancelledError):
            await going
        assert await asyncio.to_thread(lines.read) == ""
    assert not (tmp_path / "clean").exists()


async def test_who_is_cancelled_ends_what_has_outlived_the_program_too(clip: Path, tmp_path: Path) -> None:
    endless, alive = await waiting(tmp_path, then="echo $$ >&3; kill -9 $$")
    going = asyncio.create_task(endless.cleaned(clip, tmp_path / "clean", "video/mp4"))
    with await asyncio.to_thread(alive.open) as lines:
        assert await asyncio.to_thread(lines.readline) == "begun\n"
        ended = Path("/proc", (await asyncio.to_thread(lines.readline)).strip())
        while ended.exists():  # noqa: ASYNC110, ASYNC240  nobody tells
            await asyncio.sleep(0.01)
        going.cancel()
        with pytest.raises(asyncio.CancelledError):
            await going
        assert await asyncio.to_thread(lines.read) == ""


async def test_what_takes_too_long_is_ended(clip: Path, tmp_path: Path) -> None:
    endless = program(tmp_path, 'echo half >"$target"; sleep 1000')
    with pytest.raises(FilmTooMuchError):
        await replace(endless, cleaning=Limits(0.2, 1 << 30, 1000)).cleaned(clip, tmp_path / "clean", "video/mp4")
    assert not (tmp_path / "clean").exists()


async def test_two_are_at_work_and_the_third_waits(clip: Path, tmp_path: Path) -> None:
    endless, alive = await waiting(tmp_path)
    going = [asyncio.create_task(endless.cleaned(clip, tmp_path / str(n), "video/mp4")) for n in range(3)]
    with await asyncio.to_thread(alive.open) as lines:
        assert [await asyncio.to_thread(lines.readline) for _ in range(2)] == ["begun\n"] * 2
        assert endless.turns.locked()
        assert sum(name.isdigit() for name in names(tmp_path)) == 2
        for task in going:
            task.cancel()
        await asyncio.gather(*going, return_exceptions=True)
        assert await asyncio.to_thread(lines.read) == ""


def test_a_machine_without_it_is_known_as_such(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert Ffmpeg.found() is None
    program(tmp_path, "exit")
    assert Ffmpeg.found() == Ffmpeg(str(tmp_path / "ffmpeg"))
