"""Videos and GIFs that are too large: cleaned or made where `ffmpeg` is there, and asked about where it is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from media.film import Ffmpeg
from standins.imgur.records import Account
from tests.cogs.conftest import Discord, answer, buttons, text
from tests.cogs.test_turning import PHOTO, stored
from tests.cogs.test_upload import UPLOAD
from tests.cogs.test_upload_form import lines, sent
from tests.media.films import COPYING, film, needs_ffmpeg
from tests.media.hiding import COORDINATES
from tests.media.test_film import gif
from tests.media.turning.pictures import film as moving
from tests.media.turning.pictures import noise
from tests.standins import samples

FILM = samples.MP4 + COORDINATES + bytes(1000)
OTHER_FILM = samples.MP4 + COORDINATES + bytes(1001)
_NOISE = noise((2001, 1501), "L")
LARGE = moving([_NOISE, _NOISE.rotate(180), _NOISE], "GIF", loop=0, duration=100)
QUESTION = "Place and camera cannot be removed from that video"
REAL = pytest.mark.parametrize("program", [Ffmpeg.found()], ids=["real"])
NONE = pytest.mark.parametrize("program", [None])


@needs_ffmpeg
@REAL
async def test_a_video_goes_up_without_its_place(
    program: Ffmpeg, discord: Discord, linked: Account, tmp_path: Path
) -> None:
    content = film(tmp_path / "film.mp4", "-movflags", "+use_metadata_tags").read_bytes()
    message = answer(await discord.run("upload", file=("film.mp4", content)))
    assert "-# hidden data removed" in text(message)
    (found,) = stored(discord)
    assert COORDINATES in content
    assert COORDINATES not in found
    (request,) = discord.standin.sent(UPLOAD)
    (file,) = request.files
    assert (file.field, file.filename, file.content_type) == ("video", "film.mp4", "video/mp4")


@needs_ffmpeg
@REAL
async def test_a_gif_that_is_too_large_goes_up_as_a_video(program: Ffmpeg, discord: Discord, linked: Account) -> None:
    assert len(LARGE) > 10_000_000
    message = answer(await discord.run("upload", file=("fun.gif", LARGE)))
    assert "-# GIF turned into MP4" in text(message)
    (request,) = discord.standin.sent(UPLOAD)
    (file,) = request.files
    assert (file.field, file.filename, file.content_type) == ("video", "fun.mp4", "video/mp4")


@NONE
async def test_without_ffmpeg_a_video_is_asked_about_before_anything_of_it_is_sent(
    program: None, discord: Discord, linked: Account
) -> None:
    album = discord.standin.world.add_album(linked, title="Films")
    question = answer(await discord.run("upload", file=("film.mp4", FILM), title="A film", album="Films"))
    assert QUESTION in text(question)
    assert "It takes ffmpeg, which is not installed where this bot runs." in text(question)
    assert "-# film.mp4" in text(question)
    assert list(buttons(question)) == ["Upload it as it is"]
    assert not discord.standin.sent(UPLOAD)
    done = answer(await discord.click(question, "Upload it as it is"))
    assert "-# hidden data not removed" in text(done)
    assert stored(discord) == [FILM]
    assert [image.title for image in album.images] == ["A film"]
    assert "Nothing was sent twice" in text(answer(await discord.click(question, "Upload it as it is")))
    assert len(stored(discord)) == 1


@NONE
async def test_who_keeps_what_pictures_tell_is_asked_nothing(program: None, discord: Discord, linked: Account) -> None:
    await discord.house.services.preferences.keep_details(discord.alice.id, keep=True)
    message = answer(await discord.run("upload", file=("film.mp4", FILM)))
    assert stored(discord) == [FILM]
    assert "hidden data" not in text(message)


@NONE
async def test_of_several_the_others_go_up_and_the_videos_are_asked_about_together(
    program: None, discord: Discord, linked: Account
) -> None:
    message = answer(await sent(discord, [("a.mp4", FILM), ("b.jpg", PHOTO), ("c.mp4", OTHER_FILM)], title="Hill"))
    first, second, third = lines(message)
    assert first == f"**1.** a.mp4: **{QUESTION}**"
    assert second.endswith("· hidden data removed")
    assert third == f"**3.** c.mp4: **{QUESTION}**"
    assert "It takes ffmpeg" in text(message)
    assert next(iter(buttons(message))) == "Upload 2 as they are", "to try them again would lead here again"
    assert len(stored(discord)) == 1
    done = answer(await discord.click(message, "Upload 2 as they are"))
    assert set(stored(discord)[1:]) == {FILM, OTHER_FILM}
    assert all(line.endswith("· hidden data not removed") for line in lines(done))


@NONE
async def test_without_ffmpeg_a_large_gif_can_be_made_smaller(program: None, discord: Discord, linked: Account) -> None:
    question = answer(await discord.run("upload", file=("fun.gif", LARGE)))
    assert "That GIF is too large" in text(question)
    assert "It would go as a video if ffmpeg were installed where this bot runs." in text(question)
    assert list(buttons(question)) == ["Make it smaller and upload"]
    assert not discord.standin.sent(UPLOAD)


@pytest.mark.parametrize("program", [Ffmpeg("/bin/false")], ids=["failing"])
async def test_a_video_that_is_not_as_others_are_is_not_refused(
    program: Ffmpeg, discord: Discord, linked: Account
) -> None:
    question = answer(await discord.run("upload", file=("film.mp4", FILM)))
    assert "It is built otherwise than videos of its kind are, or damaged." in text(question)
    answer(await discord.click(question, "Upload it as it is"))
    assert stored(discord) == [FILM]
    assert "Nothing was uploaded yet" in text(question)


@pytest.mark.parametrize("program", [COPYING], ids=["copying"])
async def test_a_gif_that_would_be_too_long_a_video_can_be_made_smaller(
    program: Ffmpeg, discord: Discord, linked: Account, tmp_path: Path
) -> None:
    long = gif(tmp_path / "a.gif", [6100, 10]).read_bytes()
    comment = b"!\xfe" + b"".join(bytes([255]) + bytes(255) for _ in range(40_000)) + b"\0"
    await discord.house.services.preferences.keep_details(discord.alice.id, keep=True)
    question = answer(await discord.run("upload", file=("fun.gif", long[:-1] + comment + b";")))
    assert "As a video it would be longer than the 60 seconds that Imgur takes." in text(question)
    assert list(buttons(question)) == ["Make it smaller and upload"]


async def test_others_see_nothing_of_what_was_done(discord: Discord, linked: Account) -> None:
    await discord.run("upload", file=("film.mp4", FILM), share=True)
    assert "hidden data" not in text(discord.channel.history()[0])
