"""The client against the stand-in: real HTTP, state on the other side."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from imgur import (
    FAVORITES_PER_PAGE,
    AccessToken,
    ForbiddenError,
    Image,
    ImgurClient,
    ImgurError,
    InvalidGrantError,
    NotFoundError,
    RateLimitedError,
    RejectedError,
    Sort,
    SourceLengthError,
    Spent,
    TooLargeError,
    UnauthorizedError,
    UnreachableError,
    UnsupportedTypeError,
)
from standins.imgur import Standin
from standins.imgur.records import Account
from standins.imgur.shapes import SHAPES
from standins.imgur.tokens import Grant
from tests.imgur.samples import CLIENT_ID
from tests.imgur.sources import LargeSource, Source
from tests.standins.samples import MP4, WEBP, png

UPLOAD = "POST /3/upload"


# --- sign-in ---------------------------------------------------------------------------------------------------------


async def test_refresh_gives_tokens_that_work(standin: Standin, alice: Account, remote: ImgurClient) -> None:
    first = standin.world.issue_tokens(alice, CLIENT_ID)
    tokens = await remote.refresh(first.refresh_token)
    assert (tokens.account_id, tokens.account_username) == (alice.id, "alice_example")
    assert (await remote.account(AccessToken(tokens.access_token, alice.id))).username == "alice_example"
    with pytest.raises(UnauthorizedError):
        await remote.account(AccessToken(first.access_token, alice.id))


@pytest.mark.parametrize("status", [400, 401])
@pytest.mark.parametrize("era", ["classic", "2024+"])
async def test_refused_refresh_token_is_told_from_other_failures(
    status: Any, era: Any, standin: Standin, remote: ImgurClient
) -> None:
    standin.switches.era, standin.switches.invalid_refresh_status = era, status
    with pytest.raises(InvalidGrantError):
        await remote.refresh("fake-refresh-token")


async def test_code_is_exchanged_once(standin: Standin, alice: Account, remote: ImgurClient) -> None:
    code = standin.world.tokens.issue_code(Grant(alice, CLIENT_ID))
    assert (await remote.exchange_code(code)).account_id == alice.id
    with pytest.raises(InvalidGrantError):
        await remote.exchange_code(code)


@pytest.mark.parametrize("status", [401, 403, 429])
async def test_dead_access_token_is_refused_in_every_form(
    status: Any, standin: Standin, alice: Account, alice_auth: AccessToken, remote: ImgurClient
) -> None:
    standin.switches.invalid_token_status = status
    standin.world.tokens.kill_access_tokens(alice)
    with pytest.raises(UnauthorizedError):
        await remote.account(alice_auth)


# --- reading ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sort", ["newest", "oldest"])
async def test_all_favorites_go_beyond_the_first_page(
    sort: Sort, standin: Standin, alice: Account, alice_auth: AccessToken, remote: ImgurClient
) -> None:
    items = [standin.world.add_image() if n % 3 else standin.world.add_album() for n in range(150)]
    standin.world.add_favorites(alice, items)
    found = [(item.kind.value, item.id) async for item in remote.all_favorites(alice_auth, sort)]
    expected = [("image" if n % 3 else "album", item.id) for n, item in enumerate(items)]
    assert found == (expected if sort == "oldest" else expected[::-1])
    pages = [await remote.favorites(alice_auth, number, sort) for number in range(4)]
    assert [page.received for page in pages] == [FAVORITES_PER_PAGE, FAVORITES_PER_PAGE, 30, 0]


async def test_account_lists_are_paged_and_counted(
    standin: Standin, alice: Account, alice_auth: AccessToken, remote: ImgurClient
) -> None:
    for _ in range(53):
        standin.world.add_image(alice)
        standin.world.add_album(alice)
    images = [await remote.account_images(alice_auth, number) for number in range(3)]
    albums = [await remote.account_albums(alice_auth, number) for number in range(3)]
    assert [len(page.items) for page in images] == [len(page.items) for page in albums] == [50, 3, 0]
    assert await remote.account_images_count(alice_auth) == 53
    assert all(image.deletehash for image in images[0].items)


async def test_image_and_album_are_read(
    standin: Standin, alice: Account, alice_auth: AccessToken, remote: ImgurClient
) -> None:
    stored = standin.world.add_image(alice, png(), title="A cat")
    album = standin.world.add_album(alice, title="Cats", images=[stored])
    image = await remote.image(stored.id, alice_auth)
    assert (image.title, image.width, image.height, image.deletehash) == ("A cat", 2, 3, stored.deletehash)
    assert (await remote.image(stored.id)).deletehash is None
    assert [image.id for image in (await remote.album(album.id)).images] == [stored.id]
    for unknown in (remote.image("unknown"), remote.album("unknown")):
        with pytest.raises(NotFoundError):
            await unknown


async def test_limits_follow_the_headers(
    standin: Standin, alice: Account, alice_auth: AccessToken, remote: ImgurClient
) -> None:
    await remote.account(alice_auth)
    await remote.upload(Source(), alice_auth)
    limits = remote.limits(alice_auth)
    assert (limits.user_limit, limits.user_remaining, limits.client_remaining) == (500, 489, 12489)
    assert (limits.post_limit, limits.post_remaining) == (1250, 1249)
    assert (await remote.credits(alice_auth)).user_remaining == 488
    assert remote.limits().user_remaining is None
    standin.world.credits.exhaust_user(str(alice.id))
    with pytest.raises(RateLimitedError) as caught:
        await remote.account(alice_auth)
    assert caught.value.spent is Spent.USER
    assert 3500 < (caught.value.retry_after or 0) <= 3600
    standin.world.credits.exhaust_client(CLIENT_ID)
    with pytest.raises(RateLimitedError) as caught:
        await remote.image("Ab3dE7g")
    assert caught.value.spent is Spent.APPLICATION


@pytest.mark.parametrize("name", SHAPES)
async def test_every_failure_over_the_wire_is_one_of_ours(
    name: str, standin: Standin, alice_auth: AccessToken, remote: ImgurClient
) -> None:
    for call, line in (
        (remote.account(alice_auth), "GET /3/account/me"),
        (remote.upload(Source(), alice_auth), UPLOAD),
    ):
        standin.fail_next(name, line, times=3)
        with pytest.raises(ImgurError):
            await call
        standin.faults.clear()


# --- writing ---------------------------------------------------------------------------------------------------------


async def test_own_image_is_edited_and_deleted_by_its_id(
    standin: Standin, alice: Account, alice_auth: AccessToken, remote: ImgurClient
) -> None:
    stored = standin.world.add_image(alice, title="Old", description="Kept")
    await remote.update_image(stored.id, alice_auth, title="New")
    assert (stored.title, stored.description) == ("New", "Kept")
    await remote.delete_image(stored.id, alice_auth)
    assert standin.world.images == {}


async def test_anonymous_image_is_edited_and_deleted_by_its_deletehash(standin: Standin, remote: ImgurClient) -> None:
    image = await remote.upload(Source())
    assert image.deletehash
    await remote.update_image(image.deletehash, title="New", description="Words")
    stored = standin.world.images[image.id]
    assert (stored.title, stored.description) == ("New", "Words")
    with pytest.raises(ImgurError) as caught:
        await remote.delete_image(image.id)
    assert isinstance(caught.value, ForbiddenError | RejectedError | NotFoundError)
    await remote.delete_image(image.deletehash)
    assert standin.world.images == {}


async def test_deletehash_that_imgur_repeats_stays_hidden(standin: Standin, remote: ImgurClient) -> None:
    with pytest.raises(ImgurError) as caught:
        await remote.delete_image("fakedeletehash1")
    assert "fakedeletehash1" not in str(caught.value)
    with pytest.raises(RejectedError) as rejected:
        await remote.upload(Source(), album="fakedeletehash1")
    assert "fakedeletehash1" not in str(rejected.value)


# --- uploads ---------------------------------------------------------------------------------------------------------


async def test_upload_sends_every_field_under_its_name(
    standin: Standin, alice: Account, alice_auth: AccessToken, remote: ImgurClient
) -> None:
    album = standin.world.add_album(alice)
    source = Source([MP4[:10], MP4[10:]], name='Käse "1"\r\n.mp4', mime_type="video/mp4")
    image = await remote.upload(
        source, alice_auth, video=True, album=album.id, title="Ein Käse", description="", disable_audio=True
    )
    (request,) = standin.sent(UPLOAD)
    assert request.fields == {
        "type": ["file"],
        "name": ['Käse "1"\r\n.mp4'],
        "album": [album.id],
        "title": ["Ein Käse"],
        "description": [""],
        "disable_audio": ["1"],
    }
    ((field, size, content_type),) = [(file.field, file.size, file.content_type) for file in request.files]
    assert (field, size, content_type) == ("video", len(MP4), "video/mp4")
    assert request.content_length == request.body_size
    assert "Transfer-Encoding" not in request.headers
    assert request.headers["Authorization"] == f"Bearer {alice_auth.value}"
    assert [stored.id for stored in album.images] == [image.id]
    assert (image.title, image.has_sound, image.account_id) == ("Ein Käse", False, alice.id)


async def test_anonymous_upload_sends_no_more_than_is_given(standin: Standin, remote: ImgurClient) -> None:
    image = await remote.upload(Source())
    (request,) = standin.sent(UPLOAD)
    assert request.fields == {"type": ["file"], "name": ["cat.png"]}
    assert request.headers["Content-Type"].startswith("multipart/form-data; boundary=")
    assert [file.field for file in request.files] == ["image"]
    assert request.headers["Authorization"] == f"Client-ID {CLIENT_ID}"
    assert standin.world.images[image.id].account is None
    assert (image.width, image.link is not None, bool(image.deletehash)) == (2, True, True)


@pytest.mark.parametrize(
    "source",
    [
        pytest.param(Source([png()], announced=len(png()) + 1), id="short"),
        pytest.param(Source([png()[:-1]], announced=len(png())), id="cut"),
        pytest.param(Source([], announced=1), id="empty"),
        pytest.param(Source([png(), b"x"], announced=len(png())), id="long by a chunk"),
        pytest.param(Source([png() + b"x"], announced=len(png())), id="long within a chunk"),
    ],
)
async def test_source_of_another_length_stores_nothing(source: Source, standin: Standin, remote: ImgurClient) -> None:
    with pytest.raises(SourceLengthError):
        await remote.upload(source)
    assert standin.world.images == {}
    assert (source.reads, source.closed) == (1, True)


async def test_failure_of_the_source_passes_through_and_stores_nothing(standin: Standin, remote: ImgurClient) -> None:
    class SourceGoneError(Exception):
        pass

    source = Source([png()[:20]], announced=len(png()), error=SourceGoneError("gone"))
    with pytest.raises(SourceGoneError):
        await remote.upload(source)
    assert standin.world.images == {}
    assert (await remote.upload(Source())).id in standin.world.images


@pytest.mark.parametrize("fault", ["lost-request", "lost-answer", "cut-answer", "over-capacity-500", "throttled-429"])
async def test_upload_is_never_sent_twice(fault: str, standin: Standin, remote: ImgurClient) -> None:
    await remote.upload(Source())  # so that the connection is a used one
    source = Source()
    standin.fail_next(fault, UPLOAD)
    with pytest.raises(ImgurError):
        await remote.upload(source)
    assert (len(standin.sent(UPLOAD)), source.reads) == (2, 1)


@pytest.mark.parametrize(
    ("source", "error"),
    [
        (Source([WEBP], mime_type="image/webp"), UnsupportedTypeError),
        (Source([b""], announced=0), RejectedError),
        (LargeSource(length=11_000_000, head=png()), TooLargeError),
    ],
)
async def test_file_that_imgur_refuses_says_why(
    source: Source, error: type[ImgurError], standin: Standin, remote: ImgurClient
) -> None:
    with pytest.raises(error):
        await remote.upload(source)
    assert standin.world.images == {}


async def test_refusal_before_the_end_of_the_file_ends_the_upload(standin: Standin, remote: ImgurClient) -> None:
    source = LargeSource(head=MP4, pause=asyncio.Event(), mime_type="video/mp4")
    standin.fail_next("oversize-413", UPLOAD, early=True)
    with pytest.raises(TooLargeError):
        await remote.upload(source, video=True)
    assert source.closed


async def test_cancelled_upload_stores_nothing_and_leaves_the_client_usable(
    standin: Standin, remote: ImgurClient
) -> None:
    source = LargeSource(head=MP4, pause=asyncio.Event(), mime_type="video/mp4")
    ended = standin.switches.hold(UPLOAD, answer=True)
    task = asyncio.create_task(remote.upload(source, video=True))
    await source.paused.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert source.closed
    await ended.arrived.wait()  # the other side has seen the connection close
    ended.release()
    assert isinstance(await remote.upload(Source()), Image)
    assert len(standin.world.images) == 1


async def test_large_video_streams_with_its_exact_length(standin: Standin, remote: ImgurClient) -> None:
    source = LargeSource(head=MP4, name="long.mp4", mime_type="video/mp4")
    image = await remote.upload(source, video=True)
    (request,) = standin.sent(UPLOAD)
    assert request.files[0].size == image.size == 64 * 1024 * 1024
    assert request.content_length == request.body_size > 64 * 1024 * 1024


async def test_upload_may_take_longer_than_other_calls(standin: Standin, connect: Callable[..., ImgurClient]) -> None:
    pause = asyncio.Event()
    source = LargeSource(length=1024 * 1024, head=MP4, pause=pause, mime_type="video/mp4")
    asyncio.get_running_loop().call_later(0.3, pause.set)
    image = await connect(standin.url, timeout=0.1).upload(source, video=True)
    assert image.id in standin.world.images


async def test_upload_that_no_longer_moves_ends(
    standin: Standin, remote: ImgurClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("imgur._upload.STALL_SECONDS", 0.5)
    held = standin.switches.hold(UPLOAD)
    source = LargeSource(head=MP4, mime_type="video/mp4")
    with pytest.raises(UnreachableError):
        await remote.upload(source, video=True)
    assert held.count == 1
    assert source.closed
