from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from standins.imgur import Standin
from standins.imgur.records import Account
from tests.media.shapes import box, brands, movie
from tests.standins import samples
from tests.standins.caller import CLIENT, Caller

KEYS = {
    *("id", "title", "description", "datetime", "type", "animated", "width", "height", "size", "views", "bandwidth"),
    *("vote", "favorite", "nsfw", "section", "account_url", "account_id", "is_ad", "in_most_viral", "has_sound"),
    *("tags", "ad_type", "ad_url", "edited", "in_gallery", "deletehash", "name", "link", "mp4", "hls", "ad_config"),
}


async def test_upload_answers_with_exactly_the_known_keys(as_alice: Caller, alice: Account) -> None:
    image = (await as_alice.upload(samples.png(20, 30), title="A cat", description="asleep")).data
    assert set(image) == KEYS
    assert (image["width"], image["height"], image["size"]) == (20, 30, len(samples.png(20, 30)))
    assert (image["title"], image["description"], image["name"]) == ("A cat", "asleep", "cat")
    assert (image["type"], image["account_id"], image["account_url"]) == ("image/png", alice.id, None)
    assert (len(image["id"]), len(image["deletehash"])) == (7, 15)
    assert image["link"] == f"https://i.imgur.com/{image['id']}.png"


async def test_upload_may_come_in_pieces_of_any_size(as_alice: Caller) -> None:
    """aiohttp's reader puts bytes back where a boundary may be cut in two, and warns of that itself."""
    picture = samples.png() + bytes(20_000)

    async def pieces() -> AsyncIterator[bytes]:
        yield b'--cut\r\nContent-Disposition: form-data; name="title"\r\n\r\n'
        for piece in (b"A", b" "):
            await asyncio.sleep(0.02)
            yield piece
        await asyncio.sleep(0.02)
        yield b'cat\r\n--cut\r\nContent-Disposition: form-data; name="image"; filename="cat.png"\r\n\r\n'
        yield picture + b"\r\n--cut--\r\n"

    headers = {"Content-Type": "multipart/form-data; boundary=cut"}
    image = (await as_alice("POST", "/3/upload", data=pieces(), headers=headers)).data
    assert (image["title"], image["size"]) == ("A cat", len(picture))


@pytest.mark.parametrize(("who", "sees"), [("as_alice", True), ("as_bob", False), ("anonymous", False)])
async def test_deletehash_is_for_the_owner_only(
    callers: dict[str, Caller], standin: Standin, alice: Account, who: str, sees: bool
) -> None:
    caller = callers[who]
    image = standin.world.add_image(alice, samples.png())
    assert (await caller("GET", f"/3/image/{image.id}")).data["deletehash"] == (image.deletehash if sees else "")
    standin.switches.deletehash_for_others = "absent"
    assert ("deletehash" in (await caller("GET", f"/3/image/{image.id}")).data) is sees


async def test_anonymous_uploader_sees_the_deletehash_once(anonymous: Caller) -> None:
    image = (await anonymous.upload(samples.png())).data
    assert (len(image["deletehash"]), image["account_id"]) == (15, 0)
    assert (await anonymous("GET", f"/3/image/{image['id']}")).data["deletehash"] == ""


@pytest.mark.parametrize(
    ("name", "mime", "animated"),
    [
        ("JPEG", "image/jpeg", False),
        ("GIF", "image/gif", True),
        ("APNG", "image/png", True),
        ("TIFF", "image/tiff", False),
        ("MP4", "video/mp4", True),
        ("MOV", "video/quicktime", True),
        ("WEBM", "video/webm", True),
        ("MKV", "video/x-matroska", True),
    ],
)
async def test_kind_is_told_by_the_first_bytes(anonymous: Caller, name: str, mime: str, animated: bool) -> None:
    image = (await anonymous.upload(getattr(samples, name), filename="misnamed.txt")).data
    assert (image["type"], image["animated"]) == (mime, animated)
    assert ("mp4_size" in image) is animated


@pytest.mark.parametrize("data", [samples.WEBP, samples.HEIC, samples.PDF, samples.BMP, b"plain words"])
async def test_unsupported_type_is_code_1003(standin: Standin, anonymous: Caller, data: bytes) -> None:
    answer = await anonymous.upload(data)
    assert answer.status == 400
    assert answer.error == {
        "code": 1003,
        "message": "File type invalid (1)",
        "type": "ImgurException",
        "exception": [],
    }
    assert not standin.world.images


@pytest.mark.parametrize(
    ("data", "error"),
    [
        (b"", "No image data was sent to the upload api"),
        (b"\xff\xd8\xff\xe0corrupt", "Image format not supported, or image is corrupt."),
    ],
)
async def test_empty_or_corrupt_file_is_refused(anonymous: Caller, data: bytes, error: str) -> None:
    answer = await anonymous.upload(data)
    assert (answer.status, answer.error) == (400, error)


@pytest.mark.parametrize(
    ("era", "status", "error"),
    [
        ("2024+", 413, "file is over the size limit"),
        (
            "classic",
            400,
            {"code": 1002, "message": "File is over the size limit", "type": "ImgurException", "exception": []},
        ),
    ],
)
async def test_image_over_ten_million_bytes_is_refused(
    standin: Standin, anonymous: Caller, era: Any, status: int, error: object
) -> None:
    standin.switches.era = era
    exact = samples.png().ljust(10_000_000, b"\0")
    assert (await anonymous.upload(exact)).status == 200
    answer = await anonymous.upload(exact + b"\0")
    assert (answer.status, answer.error) == (status, error)
    assert len(standin.world.images) == 1


@pytest.mark.parametrize("field", ["image", "video"])
async def test_limit_goes_by_the_kind_of_file_and_not_by_the_field(
    standin: Standin, anonymous: Caller, field: str
) -> None:
    standin.switches.image_limit, standin.switches.video_limit = 1000, 2000
    assert (await anonymous.upload(samples.GIF.ljust(1001, b"\0"), field=field)).status == 413
    assert (await anonymous.upload(samples.MP4.ljust(2000, b"\0"), field=field)).status == 200
    assert (await anonymous.upload(samples.MP4.ljust(2001, b"\0"), field=field)).status == 413


async def test_large_upload_is_counted_and_not_kept(standin: Standin, anonymous: Caller) -> None:
    standin.switches.keep_bytes = 1000
    video = samples.MP4.ljust(3_000_000, b"\0")
    image = (await anonymous.upload(video, field="video", filename="clip.mp4", disable_audio="1")).data
    assert (image["size"], image["has_sound"]) == (3_000_000, False)
    assert standin.world.images[image["id"]].data is None
    sent = standin.sent("POST /3/upload")[0]
    assert (sent.files[0].field, sent.files[0].filename, sent.files[0].size) == ("video", "clip.mp4", 3_000_000)
    assert sent.content_length == sent.body_size
    assert sent.fields == {"disable_audio": ["1"]}


async def test_cut_upload_stores_nothing_and_is_no_error(
    standin: Standin, anonymous: Caller, caplog: pytest.LogCaptureFixture
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", int(standin.url.rpartition(":")[2]))
    head = (
        f"POST /3/upload HTTP/1.1\r\nHost: localhost\r\nAuthorization: Client-ID {CLIENT}\r\n"
        "Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 5000\r\n\r\n"
        '--b\r\nContent-Disposition: form-data; name="image"; filename="a.png"\r\n\r\n'
    )
    writer.write(head.encode() + samples.png())
    writer.write_eof()
    await reader.read()
    writer.close()
    await anonymous("GET", "/3/credits")
    assert standin.sent("POST /3/upload")[0].status == 499
    assert not standin.world.images
    assert not caplog.records


@pytest.mark.parametrize(
    ("era", "options", "status"),
    [
        ("2024+", {"json": {"image": base64.b64encode(samples.png()).decode(), "type": "base64"}}, 200),
        ("2024+", {"data": samples.png(), "headers": {"Content-Type": "image/png"}}, 200),
        ("2024+", {"data": {"image": base64.b64encode(samples.png()).decode()}}, 400),
        ("classic", {"data": {"image": base64.b64encode(samples.png()).decode()}}, 200),
        ("2024+", {"json": {"image": "https://i.example/cat.png", "type": "url"}}, 400),
        ("2024+", {"data": b"junk", "headers": {"Content-Type": "multipart/form-data; boundary=b"}}, 400),
    ],
)
async def test_other_encodings_of_an_upload(
    standin: Standin, anonymous: Caller, era: Any, options: dict[str, Any], status: int
) -> None:
    standin.switches.era = era
    assert (await anonymous("POST", "/3/image", **options)).status == status
    assert len(standin.world.images) == (status == 200)


@pytest.mark.parametrize(("name", "extension", "link_end"), [("WEBM", "webm", "."), ("MP4", "mp4", ".mp4")])
async def test_matroska_family_gets_a_link_without_extension_when_switched(
    standin: Standin, anonymous: Caller, name: str, extension: str, link_end: str
) -> None:
    standin.switches.bare_dot_links = True
    image = (await anonymous.upload(getattr(samples, name), field="video", filename=f"a.{extension}")).data
    assert image["link"] == f"https://i.imgur.com/{image['id']}{link_end}"


async def test_new_video_is_pending_for_as_many_reads_as_switched(standin: Standin, anonymous: Caller) -> None:
    standin.switches.processing_reads = 2
    image = (await anonymous.upload(samples.MP4, field="video")).data
    read = [(await anonymous("GET", f"/3/image/{image['id']}")).data for _ in range(3)]
    seen = [answer["processing"]["status"] for answer in (image, *read)]
    assert seen == ["pending", "pending", "pending", "completed"]


async def test_new_video_is_pending_for_as_long_as_switched(standin: Standin, anonymous: Caller) -> None:
    standin.switches.processing_seconds = 3600
    image = (await anonymous.upload(samples.MP4, field="video")).data
    assert (image["processing"], image["mp4_size"]) == ({"status": "pending"}, 0)


async def test_bytes_are_served_back_under_links_to_self(
    standin: Standin, session: aiohttp.ClientSession, anonymous: Caller
) -> None:
    standin.switches.links_to_self = True
    image = (await anonymous.upload(samples.png())).data
    assert image["link"] == f"{standin.url}/i/{image['id']}.png"
    for link in (image["link"], image["link"].replace(".png", "m.png")):
        async with session.get(link) as response:
            assert (response.content_type, await response.read()) == ("image/png", samples.png())
    gone = await anonymous("GET", "/i/AAAAAAA.png")
    assert (gone.status, gone.headers["location"]) == (302, "/removed.png")
    assert (await anonymous("GET", "/removed.png")).headers["content-type"].startswith("image/svg+xml")


@pytest.mark.parametrize("is_here", [False, True])
async def test_imgur_fetches_what_it_has_itself_and_the_placeholder_of_what_it_has_not(
    standin: Standin, anonymous: Caller, as_alice: Caller, alice: Account, *, is_here: bool
) -> None:
    base = f"{standin.url}/i" if is_here else "https://i.imgur.com"
    image = (await anonymous.upload(samples.png())).data
    big = standin.world.add_image(mime_type="image/gif", size=25_000_000)

    async def fetched(name: str) -> tuple[Any, ...]:
        got = await as_alice("POST", "/3/upload", json={"type": "url", "image": f"{base}/{name}"})
        return got.status, *((got.data[key] for key in ("type", "width", "height")) if got.status == 200 else ())

    assert await fetched(f"{image['id']}.png") == (200, "image/png", image["width"], image["height"])
    assert (await fetched(f"{image['id']}m.png"))[:2] == (200, "image/png")
    assert await fetched(f"{big.id}h.gif") == (200, "image/png", big.width, big.height)
    assert await fetched("AAAAAAA.png") == (200, "image/png", 161, 81)
    assert (await fetched(f"{big.id}.gif"))[0] == 400  # its bytes were not kept
    assert all(image.account is alice for image in [*standin.world.images.values()][2:])


# --- editing and deleting ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["json", "data"])
async def test_owner_edits_by_id(standin: Standin, alice: Account, as_alice: Caller, encoding: str) -> None:
    image = standin.world.add_image(alice, title="before", description="kept")
    assert (await as_alice("POST", f"/3/image/{image.id}", **{encoding: {"title": "after"}})).data is True
    assert (image.title, image.description) == ("after", "kept")


@pytest.mark.parametrize("method", ["POST", "DELETE"])
@pytest.mark.parametrize(
    ("who", "owned", "handle", "status"),
    [
        ("as_alice", True, "id", 200),
        ("as_bob", True, "id", 403),
        ("as_bob", True, "deletehash", 403),
        ("anonymous", True, "id", 403),
        ("anonymous", True, "deletehash", 403),
        ("anonymous", False, "id", 403),
        ("anonymous", False, "deletehash", 200),
        ("as_alice", False, "id", 403),
    ],
)
async def test_who_may_change_an_image_and_by_which_handle(
    *,
    callers: dict[str, Caller],
    standin: Standin,
    alice: Account,
    method: str,
    who: str,
    owned: bool,
    handle: str,
    status: int,
) -> None:
    caller = callers[who]
    image = standin.world.add_image(alice if owned else None)
    answer = await caller(
        method, f"/3/image/{getattr(image, handle)}", json={"title": "x"} if method == "POST" else None
    )
    assert answer.status == status
    assert (image.id not in standin.world.images) is (method == "DELETE" and status == 200)


@pytest.mark.parametrize("status", [404, 400])
async def test_deleting_again_is_refused_as_switched(
    standin: Standin, alice: Account, as_alice: Caller, status: int
) -> None:
    standin.switches.delete_gone_status = status
    image = standin.world.add_image(alice)
    assert (await as_alice("DELETE", f"/3/image/{image.id}")).data is True
    assert (await as_alice("DELETE", f"/3/image/{image.id}")).status == status


async def test_unknown_image_is_the_recorded_404(anonymous: Caller) -> None:
    answer = await anonymous("GET", "/3/image/fdsfdsfdsa")
    assert answer.status == 404
    assert answer.body["data"] == {
        "error": "Unable to find an image with the id, fdsfdsfdsa",
        "request": "/3/image/fdsfdsfdsa",
        "method": "GET",
    }


@pytest.mark.parametrize(
    ("who", "handle", "status"),
    [("as_alice", "id", 200), ("as_bob", "id", 400), ("anonymous", "id", 400)],
)
async def test_upload_into_an_album_needs_its_owner(
    *, callers: dict[str, Caller], standin: Standin, alice: Account, who: str, handle: str, status: int
) -> None:
    caller = callers[who]
    album = standin.world.add_album(alice)
    answer = await caller.upload(samples.png(), album=getattr(album, handle))
    assert (answer.status, len(album.images)) == (status, int(status == 200))
    if status == 400:
        assert answer.error.startswith(f"You are not the owner of album '{album.id}', which means")
        assert not standin.world.images


@pytest.mark.parametrize(("handle", "status"), [("deletehash", 200), ("id", 400)])
async def test_upload_into_an_anonymous_album_needs_its_deletehash(
    standin: Standin, anonymous: Caller, handle: str, status: int
) -> None:
    album = standin.world.add_album()
    assert (await anonymous.upload(samples.png(), album=getattr(album, handle))).status == status


@pytest.mark.parametrize(
    ("tracks", "status"),
    [
        (movie(b"vide", b"soun", seconds=60), 200),
        (movie(b"vide", seconds=61), 400),
        (movie(b"soun"), 400),
    ],
)
async def test_films_are_judged_by_their_end_as_well(anonymous: Caller, tracks: bytes, status: int) -> None:
    film = brands(b"isom", b"mp42") + box(b"mdat", bytes(200_000)) + tracks
    assert (await anonymous.upload(film, field="video")).status == status
