"""What Imgur refuses is helped: turned, cleaned, made smaller where that is wished; what was done is told."""

from __future__ import annotations

import asyncio
import struct
from typing import Any

import discord as discord_py
import pytest
from PIL import Image

from media.workshop import HELD_LIMIT
from services.upload import IncomingFile, UploadRequest
from standins.imgur.records import Account
from tests.cogs.conftest import Discord, answer, buttons, text
from tests.cogs.test_upload import UPLOAD
from tests.cogs.test_upload_form import lines, sent
from tests.media.turning.pictures import PLACE, exif, film, halves, loaded, noise, saved, shades, webp_bomb

LARGE = saved(noise((2000, 2000)), "PNG", compress_level=0)
PHOTO = saved(halves((64, 32)), "JPEG", exif=exif(6), comment=PLACE)
HUNDRED_MEGAPIXELS = b"BM" + struct.pack("<IIIIiiHHIIiiII", 10**8, 0, 54, 40, 10_000, 10_000, 1, 8, *[0] * 6)
BOMB = saved(Image.new("RGB", (13_000, 13_000)), "WEBP", lossless=True)


class Bytes(discord_py.Attachment):
    """An attachment that simcord knows nothing of."""

    def __init__(self, content: bytes) -> None:
        self.content = content

    async def read(self, *, use_cached: bool = False) -> bytes:
        return self.content


def stored(discord: Discord) -> list[bytes]:
    """What Imgur has, the oldest first."""
    return [image.data for image in discord.standin.world.images.values() if image.data]


async def test_a_phone_s_picture_goes_up_as_what_imgur_takes_and_that_is_told(
    discord: Discord, linked: Account
) -> None:
    content = saved(halves((64, 32)), "HEIF", exif=exif(6))
    message = answer(await discord.run("upload", file=("IMG 1.heic", content), share=True))
    (request,) = discord.standin.sent(UPLOAD)
    (file,) = request.files
    assert (file.filename, file.content_type) == ("IMG 1.jpg", "image/jpeg")
    (found,) = stored(discord)
    assert (loaded(found).format, loaded(found).size) == ("JPEG", (32, 64))
    assert PLACE in content
    assert PLACE not in found
    shown = text(discord.channel.history()[0])
    assert "turned into" not in shown, "nobody else need know"
    message = answer(await discord.run("upload", file=("IMG 1.heic", content + bytes(8))))
    assert "IMG 1.heic" in text(message)
    assert "HEIC turned into JPEG · hidden data removed" in text(message)


async def test_what_moves_goes_on_moving(discord: Discord, linked: Account) -> None:
    message = answer(await discord.run("upload", file=("fun.webp", film(shades(3), "WEBP", duration=90))))
    assert "WebP turned into GIF · in 256 colours" in text(message)
    (found,) = stored(discord)
    assert found.startswith(b"GIF89a")


async def test_place_and_camera_are_gone_from_a_photo_whose_pixels_are_not_touched(
    discord: Discord, linked: Account
) -> None:
    message = answer(await discord.run("upload", file=("hill.jpg", PHOTO)))
    assert "-# hidden data removed" in text(message)
    (found,) = stored(discord)
    assert PHOTO.count(PLACE) == 2
    assert PLACE not in found
    assert b"Camera" not in found
    assert loaded(found).tobytes() == loaded(PHOTO).tobytes()
    assert dict(loaded(found).getexif()) == {0x0112: 6}
    again = answer(await discord.run("upload", file=("hill.jpg", found)))
    assert "hidden data" not in text(again), "there is none"
    assert stored(discord) == [found, found]


async def test_what_stands_behind_a_picture_stays_here(discord: Discord, linked: Account) -> None:
    whole = saved(halves(), "PNG")
    for tail in (b"PK\3\4 an archive", b"<script>alert(1)</script>", whole):
        await discord.run("upload", file=("both.png", whole + tail))
    assert stored(discord) == [whole] * 3


async def test_who_wants_keeps_what_pictures_tell_until_they_unlink(discord: Discord, linked: Account) -> None:
    account = answer(await discord.run("account"))
    assert "such as place and camera is **removed**" in text(account)
    pressed = answer(await discord.click(account, "Keep hidden data"))
    assert "### Your pictures keep their hidden data" in text(pressed)
    await discord.run("upload", file=("hill.jpg", PHOTO))
    assert stored(discord) == [PHOTO]
    account = answer(await discord.run("account"))
    assert "**stays**" in text(account)
    await discord.run("upload", actor=discord.bob, file=("hill.jpg", PHOTO), anonymous=True)
    assert PLACE not in stored(discord)[1], "theirs is another choice"
    back = answer(await discord.click(pressed, "Remove hidden data"))
    assert "### Hidden data is removed from your pictures" in text(back)
    await discord.run("upload", file=("hill.jpg", PHOTO + b"2"))
    assert PLACE not in stored(discord)[2]
    await discord.house.services.preferences.keep_details(discord.alice.id, keep=True)
    await discord.house.services.accounts.unlink(discord.alice.id)
    await discord.run("upload", file=("hill.jpg", PHOTO), anonymous=True)
    assert PLACE not in stored(discord)[3]


# --- too large -------------------------------------------------------------------------------------------------------


async def test_a_picture_that_is_too_large_is_made_smaller_once_its_user_says_so(
    discord: Discord, linked: Account
) -> None:
    album = discord.standin.world.add_album(linked, title="Hills")
    question = answer(await discord.run("upload", file=("hill.png", LARGE), title="A hill", album="Hills"))
    assert "That picture is too large" in text(question)
    assert "It has 12 MB; Imgur takes images up to 10 MB." in text(question)
    assert "fine detail is lost" in text(question)
    assert list(buttons(question)) == ["Make it smaller and upload"]
    assert not discord.standin.sent(UPLOAD)
    done = answer(await discord.click(question, "Make it smaller and upload"))
    assert "Uploaded to your Imgur account" in text(done)
    assert "PNG turned into JPEG · quality 90 of 100" in text(done)
    (request,) = discord.standin.sent(UPLOAD)
    assert (request.files[0].filename, request.fields["title"]) == ("hill.jpg", ["A hill"])
    (found,) = stored(discord)
    assert len(found) <= 10_000_000
    assert loaded(found).size == (2000, 2000)
    assert [image.data for image in album.images] == [found]
    assert "Nothing was sent twice" in text(answer(await discord.click(question, "Make it smaller and upload")))


async def test_an_album_that_was_made_for_it_is_not_made_twice(discord: Discord, linked: Account) -> None:
    asked = answer(await discord.run("upload", file=("hill.png", LARGE), album="New hills"))
    question = answer(await discord.click(asked, "Make it and upload"))
    assert "was made before, and stays" in text(question)
    answer(await discord.click(question, "Make it smaller and upload"))
    [album] = discord.standin.world.albums.values()
    assert [image.data for image in album.images] == stored(discord)
    assert len(stored(discord)) == 1


async def test_what_is_larger_only_because_of_what_it_tells_needs_no_question(
    discord: Discord, linked: Account
) -> None:
    gif = film(shades(2), "GIF", duration=90, loop=0)
    comment = b"!\xfe" + b"".join(bytes([255]) + bytes(255) for _ in range(40_000)) + b"\0"
    await discord.run("upload", file=("long.gif", gif[:-1] + comment + b";"))
    (found,) = stored(discord)
    assert found.startswith(b"GIF89a")
    assert len(found) < 2000


async def test_of_several_each_is_turned_or_asked_about_by_itself(discord: Discord, linked: Account) -> None:
    heic = saved(halves(), "HEIF")
    four = [("a.heic", heic), ("b.png", LARGE), ("c.webp", BOMB), ("d.jpg", PHOTO)]
    message = answer(await sent(discord, four, title="Hill"))
    first, second, third, fourth = lines(message)
    assert first.endswith("· HEIC turned into JPEG")
    assert second == "**2.** b.png: **That picture is too large**"
    assert third == "**3.** c.webp: **That picture has too many pixels**"
    assert fourth.endswith("· hidden data removed")
    assert list(buttons(message)) == ["Try it again", "Make it smaller and upload", "Copy links", "Share"]
    done = answer(await discord.click(message, "Make it smaller and upload"))
    assert "Hill 2" in text(done)
    assert len(stored(discord)) == 3


# --- hostile ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("bomb.webp", BOMB, "That picture has too many pixels"),
        ("frames.webp", webp_bomb(2000), "up to 64 million, or 256 million in all frames"),
        ("large.bmp", HUNDRED_MEGAPIXELS, "That picture has too many pixels"),
        ("cut.webp", saved(noise((64, 64)), "WEBP")[:-50], "That file is damaged"),
        ("cut.png", saved(noise((64, 64)), "PNG")[:-500], "That file is damaged"),
        ("cut.avif", saved(noise((64, 64)), "AVIF")[:-50], "That file is damaged"),
    ],
)
async def test_a_hostile_file_costs_one_sentence(
    discord: Discord, linked: Account, name: str, content: bytes, said: str
) -> None:
    refused = answer(await discord.run("upload", file=(name, content)))
    assert said in text(refused)
    assert f"-# {name}" in text(refused)
    assert not discord.standin.requests


async def test_a_gif_is_never_decoded_while_it_fits(discord: Discord, linked: Account) -> None:
    frame = b"!\xf9\x04\x04\x02\0\0\0,\0\0\0\0\1\0\1\0\0\2\2\x4c\1\0"
    gif = b"GIF89a" + struct.pack("<HHBBB", 8000, 8000, 0x80, 0, 0) + bytes(6) + frame * 5000 + b";"
    await discord.run("upload", file=("many.gif", gif))
    assert stored(discord) == [gif]


async def test_others_are_served_while_pictures_take_their_time(discord: Discord, linked: Account) -> None:
    uploads, slow = discord.house.services.uploads, webp_bomb(250, 1000)
    files = [IncomingFile("slow.webp", len(slow), "", handle=Bytes(slow)) for _ in range(3)]
    requests = [UploadRequest(discord.bob.id, file, anonymous=True) for file in files]
    work = [asyncio.create_task(uploads.upload(request, lambda *_: None)) for request in requests]
    await discord.run("upload", file=("hill.jpg", PHOTO))
    assert len(stored(discord)) == 1
    assert not any(task.done() for task in work)
    for task in work:
        task.cancel()
    await asyncio.wait(work)


async def test_what_is_too_large_to_be_held_is_told_as_before(discord: Discord, linked: Account) -> None:
    content: Any = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR" + bytes(HELD_LIMIT)
    refused = answer(await discord.run("upload", file=("vast.png", content)))
    assert "That file is too large" in text(refused)
    assert not buttons(refused)
