"""Uploads, with the real client against the stand-in and a real database; only the attachment's bytes are ours."""

from __future__ import annotations

import asyncio
import re
import sqlite3
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from demo.pictures import SCENES, paint
from errors import (
    AlbumNeedsAccountError,
    AttachmentGoneError,
    BotError,
    DamagedError,
    EmptyFileError,
    FileTooLargeError,
    ImageGivenError,
    LinkBrokenError,
    NewAlbumError,
    NotLinkedError,
    Remains,
    ShrinkableError,
    UnsupportedFileError,
    UploadEndedError,
    UploadUncertainError,
)
from imgur.client import ImgurClient
from imgur.errors import AlbumGoneError, OverCapacityError, RateLimitedError
from media.memory import MemoryFile
from media.models import IncomingFile, OpenedFile
from media.turning.pool import Turner
from media.workshop import Workshop
from services.account import AccountService
from services.album import AlbumService
from services.duplicates import Duplicates
from services.library import Library
from services.library.ability import Ability
from services.library.shelves import Shelves
from services.upload import Destination, UploadRequest, UploadService
from services.views import Views
from standins.imgur.records import Account
from standins.imgur.standin import Standin
from storage import Stores
from storage.errors import DatabaseUnavailableError, StorageError
from storage.models import Expiry
from tests.media.films import COPYING
from tests.media.turning.pictures import noise, saved
from tests.services.test_account import ADA, link
from tests.storage.factories import mark_refused

UPLOAD = "POST /3/upload*"
PICTURE = paint(SCENES[0])
FILM = b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom" + b"\x00" * 300_000


@dataclass(frozen=True)
class StallingFile:
    """A file of which the last byte never comes."""

    data: bytes
    stalled: asyncio.Event

    @property
    def size(self) -> int:
        return len(self.data)

    @property
    def head(self) -> bytes:
        return self.data[:1000]

    async def look(self, at: int) -> bytes:
        return self.data[at:]

    async def chunks(self) -> AsyncIterator[bytes]:
        yield self.data[:-1]
        self.stalled.set()
        await asyncio.Event().wait()


@dataclass
class Attachments:
    """Hands out files by name and counts; an unknown one is gone."""

    files: dict[str, bytes] = field(default_factory=dict)
    opened: int = 0
    closed: int = 0
    stall: asyncio.Event | None = None

    @asynccontextmanager
    async def open(self, file: IncomingFile) -> AsyncIterator[OpenedFile]:
        if file.name not in self.files:
            raise AttachmentGoneError
        self.opened += 1
        try:
            yield StallingFile(self.files[file.name], self.stall) if self.stall else MemoryFile(self.files[file.name])
        finally:
            self.closed += 1


@pytest.fixture
def attachments() -> Attachments:
    return Attachments({"hill.jpg": PICTURE, "film.mp4": FILM})


@pytest.fixture
def library(accounts: AccountService, imgur_client: ImgurClient, stores: Stores) -> Library:
    return Library.over(
        accounts, imgur_client, stores.uploads, Shelves(stores.library, stores.marks), views=Views(stores.views)
    )


@pytest.fixture
def uploads(
    accounts: AccountService,
    imgur_client: ImgurClient,
    attachments: Attachments,
    stores: Stores,
    library: Library,
) -> UploadService:
    return UploadService(
        accounts,
        imgur_client,
        attachments,
        stores.uploads,
        AlbumService(accounts, imgur_client, library.catalogue),
        workshop=Workshop(Turner(), COPYING),
        duplicates=Duplicates(stores.files, stores.uploads, imgur_client),
    )


@pytest.fixture
def account(standin: Standin) -> Account:
    return standin.world.add_account("ada_imgur")


def request(name: str = "hill.jpg", data: bytes = PICTURE, **options: Any) -> UploadRequest:
    return UploadRequest(ADA, IncomingFile(name, len(data), "https://cdn.example.org/x"), **options)


async def break_link(stores: Stores, standin: Standin) -> None:
    """Imgur has refused the refresh token."""
    standin.world.tokens.refresh.clear()
    account = await stores.accounts.linked(ADA)
    assert account is not None
    assert await mark_refused(stores, account.account_id, account.version)


def ignore(_sent: int, _total: int) -> None:
    """Whoever does not care how far it is."""


@pytest.mark.parametrize(
    ("anonymous", "expected"), [(None, Destination.ASK), (True, Destination.ANONYMOUS)], ids=["unsaid", "anonymous"]
)
async def test_destination_is_asked_for_when_nobody_is_linked(
    uploads: UploadService, *, anonymous: bool | None, expected: Destination
) -> None:
    assert await uploads.destination(request(anonymous=anonymous)) is expected


@pytest.mark.parametrize(
    ("anonymous", "expected"),
    [(None, Destination.ACCOUNT), (False, Destination.ACCOUNT), (True, Destination.ANONYMOUS)],
)
async def test_destination_is_the_account_when_one_is_linked(
    uploads: UploadService, stores: Stores, standin: Standin, account: Account, *, anonymous: bool | None, expected: Any
) -> None:
    await link(stores, standin, account)
    assert await uploads.destination(request(anonymous=anonymous)) is expected


@pytest.mark.parametrize("options", [{"anonymous": False}, {"album": "abc1234"}])
async def test_destination_is_refused_when_only_an_account_would_do(
    uploads: UploadService, stores: Stores, standin: Standin, account: Account, options: dict[str, Any]
) -> None:
    with pytest.raises(NotLinkedError):
        await uploads.destination(request(**options))
    await link(stores, standin, account)
    await break_link(stores, standin)
    with pytest.raises(LinkBrokenError):
        await uploads.destination(request(**options))


async def test_destination_is_asked_for_when_the_link_is_broken(
    uploads: UploadService, stores: Stores, standin: Standin, account: Account
) -> None:
    await link(stores, standin, account)
    await break_link(stores, standin)
    assert await uploads.destination(request()) is Destination.ASK_BROKEN


async def test_nothing_is_sent_when_an_anonymous_upload_names_an_album(
    uploads: UploadService, standin: Standin
) -> None:
    with pytest.raises(AlbumNeedsAccountError):
        await uploads.destination(request(anonymous=True, album="abc1234"))
    with pytest.raises(AlbumNeedsAccountError):
        await uploads.upload(request(anonymous=True, album="abc1234"), ignore)
    assert not standin.requests


async def test_anonymous_upload_keeps_its_deletehash_and_sends_no_token(
    uploads: UploadService, stores: Stores, standin: Standin
) -> None:
    done = await uploads.upload(request(anonymous=True, title="A hill", description="Green"), ignore)
    (sent,) = standin.sent(UPLOAD)
    assert sent.headers["Authorization"].startswith("Client-ID ")
    assert sent.fields["title"] == ["A hill"]
    assert sent.fields["description"] == ["Green"]
    assert (sent.files[0].field, sent.files[0].content_type, sent.files[0].size) == (
        "image",
        "image/jpeg",
        len(PICTURE),
    )
    kept = await stores.uploads.get(ADA, done.image.id)
    assert kept is not None
    assert kept.deletehash == standin.world.images[done.image.id].deletehash
    assert (kept.title, kept.description, kept.link) == ("A hill", "Green", done.image.link)
    assert done.anonymous
    assert done.can == {Ability.COPY, Ability.EDIT, Ability.DELETE}
    assert await uploads.anonymous_count(ADA) == 1


async def test_account_upload_goes_into_the_account_and_its_album(
    uploads: UploadService, stores: Stores, standin: Standin, account: Account
) -> None:
    await link(stores, standin, account)
    album = standin.world.add_album(account, title="Hills")
    done = await uploads.upload(request(album=f"https://imgur.com/a/{album.id}"), ignore)
    (sent,) = standin.sent(UPLOAD)
    assert sent.headers["Authorization"].startswith("Bearer ")
    assert [image.id for image in album.images] == [done.image.id]
    assert standin.world.images[done.image.id].account is account
    assert not done.anonymous
    assert done.can == set(Ability) - {Ability.UNFAVORITE}
    assert await uploads.anonymous_count(ADA) == 0


async def test_upload_into_an_album_that_is_deleted_on_imgur_meanwhile_says_so(
    uploads: UploadService, library: Library, stores: Stores, standin: Standin, account: Account
) -> None:
    """Imgur only says that its owner is somebody else."""
    await link(stores, standin, account)
    album = standin.world.add_album(account, title="Album")
    viewer = await library.catalogue.usable(ADA)
    held = standin.switches.hold("POST /3/upload")
    uploading = asyncio.create_task(uploads.upload(request(album="Album"), ignore))
    await asyncio.wait_for(held.arrived.wait(), 10)
    standin.world.remove_album(album)
    held.release()
    with pytest.raises(AlbumGoneError):
        await uploading
    assert await library.catalogue.reading.albums(viewer) == ()


async def test_upload_stays_in_an_album_that_is_put_in_order_meanwhile(
    accounts: AccountService,
    imgur_client: ImgurClient,
    attachments: Attachments,
    stores: Stores,
    library: Library,
    standin: Standin,
    account: Account,
) -> None:
    """Imgur has put the picture in when the order, read before, takes the place of all that was there."""
    await link(stores, standin, account)
    one, two = (standin.world.add_image(account) for _ in range(2))
    album = standin.world.add_album(account, title="Album", images=[one, two])
    albums = AlbumService(accounts, imgur_client, library.catalogue)
    uploads = UploadService(
        accounts,
        imgur_client,
        attachments,
        stores.uploads,
        albums,
        workshop=Workshop(Turner()),
        duplicates=Duplicates(stores.files, stores.uploads, imgur_client),
    )
    ordered = standin.switches.hold("PUT *")
    moving = asyncio.create_task(albums.pictures.move_first(ADA, album.id, two.id))
    await ordered.arrived.wait()
    answered = standin.switches.hold("POST /3/upload", answer=True)
    uploading = asyncio.create_task(uploads.upload(request(album="Album"), ignore))
    await answered.arrived.wait()
    ordered.release()
    await moving
    assert album.images == [two, one]
    answered.release()
    uploaded = await uploading
    assert [image.id for image in album.images] == [two.id, one.id, uploaded.image.id]


@pytest.mark.parametrize(
    ("album", "error"), [("???", NewAlbumError), ("https://i.imgur.com/abc1234.png", ImageGivenError)]
)
async def test_nothing_is_sent_when_the_album_is_none(
    uploads: UploadService, stores: Stores, standin: Standin, account: Account, album: str, error: type[BotError]
) -> None:
    await link(stores, standin, account)
    with pytest.raises(error):
        await uploads.upload(request(album=album), ignore)
    assert not standin.sent(UPLOAD)


@pytest.mark.parametrize(
    ("name", "data", "mute", "field", "muted"),
    [
        ("film.mp4", FILM, True, "video", True),
        ("film.mp4", FILM, False, "video", False),
        ("hill.jpg", PICTURE, True, "image", False),
    ],
)
async def test_sound_is_left_out_when_asked_for_and_the_file_is_a_video(
    uploads: UploadService, standin: Standin, name: str, data: bytes, *, mute: bool, field: str, muted: bool
) -> None:
    await uploads.upload(request(name, data, anonymous=True, mute=mute), ignore)
    (sent,) = standin.sent(UPLOAD)
    assert sent.files[0].field == field
    assert ("disable_audio" in sent.fields) is muted


async def test_progress_rises_to_the_whole_size(uploads: UploadService) -> None:
    seen: list[tuple[int, int]] = []
    await uploads.upload(request("film.mp4", FILM, anonymous=True), lambda sent, total: seen.append((sent, total)))
    assert len(seen) > 1
    assert seen == sorted(seen)
    assert seen[-1] == (len(FILM), len(FILM))


@pytest.mark.parametrize(
    ("name", "data", "error"),
    [
        ("picture.png", b"\xff\x0a" + bytes(99), UnsupportedFileError),
        ("picture.png", b"RIFF\x00\x00\x00\x00WEBPVP8 ", DamagedError),
        ("picture.png", b"just words", UnsupportedFileError),
        ("picture.png", b"", EmptyFileError),
        ("big.png", saved(noise((1900, 1900)), "PNG", compress_level=0), ShrinkableError),
        ("big.mp4", FILM + bytes(200_000_000), FileTooLargeError),
    ],
    ids=["jxl", "webp", "text", "empty", "large", "film"],
)
async def test_nothing_is_sent_when_the_first_bytes_or_the_size_will_not_do(
    uploads: UploadService,
    attachments: Attachments,
    standin: Standin,
    *,
    name: str,
    data: bytes,
    error: type[Exception],
) -> None:
    attachments.files[name] = data
    with pytest.raises(error):
        await uploads.upload(request(name, data, anonymous=True), ignore)
    assert not standin.requests
    assert attachments.closed == attachments.opened == 1


async def test_attachment_that_is_gone_is_told_and_nothing_is_sent(uploads: UploadService, standin: Standin) -> None:
    with pytest.raises(AttachmentGoneError):
        await uploads.upload(request("gone.jpg", anonymous=True), ignore)
    assert not standin.requests


async def test_file_is_opened_afresh_when_the_token_had_to_be_refreshed(
    uploads: UploadService, attachments: Attachments, stores: Stores, standin: Standin, account: Account
) -> None:
    await link(stores, standin, account)
    standin.world.tokens.kill_access_tokens(account)
    done = await uploads.upload(request(), ignore)
    assert attachments.opened == attachments.closed == 2
    assert standin.world.images[done.image.id].data == PICTURE


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("lost-answer", UploadUncertainError),
        ("varnish-503", UploadUncertainError),
        ("over-capacity-403", OverCapacityError),
    ],
)
async def test_upload_is_sent_once_when_imgur_fails(
    uploads: UploadService, standin: Standin, fault: str, error: type[Exception]
) -> None:
    standin.fail_next(fault, UPLOAD)
    with pytest.raises(error):
        await uploads.upload(request(anonymous=True), ignore)
    assert len(standin.sent(UPLOAD)) == 1
    assert await uploads.anonymous_count(ADA) == 0


async def test_anonymous_picture_is_deleted_again_when_its_deletehash_cannot_be_kept(
    uploads: UploadService, standin: Standin, tmp_path: Path
) -> None:
    with closing(sqlite3.connect(tmp_path / "bot.db")) as database:
        database.execute("DROP TABLE anonymous_uploads")
    with pytest.raises(StorageError):
        await uploads.upload(request(anonymous=True), ignore)
    assert len(standin.sent(UPLOAD)) == 1
    assert not standin.world.images


async def dates(stores: Stores, *image_ids: str) -> list[Expiry]:
    return [*(await stores.uploads.expiring(ADA, image_ids)).values()]


@pytest.mark.parametrize("anonymous", [True, False])
async def test_what_is_to_be_deleted_is_on_record_with_the_picture(
    uploads: UploadService, stores: Stores, standin: Standin, account: Account, *, anonymous: bool
) -> None:
    await link(stores, standin, account)
    before = datetime.now(UTC)
    done = await uploads.upload(request(anonymous=anonymous, expires=timedelta(days=1)), ignore)
    assert done.expiry is not None
    assert done.is_noted
    assert before <= done.expiry.due_at - timedelta(days=1) <= datetime.now(UTC)
    assert done.expiry.account_id == (None if anonymous else account.id)
    assert await dates(stores, done.image.id) == [replace(done.expiry, deletehash=None)]
    claimed = await stores.expiries.claim(ADA, done.expiry.due_at)
    assert claimed is not None
    assert claimed.deletehash == (None if anonymous else standin.world.images[done.image.id].deletehash)


async def test_only_what_is_to_be_deleted_out_of_an_account_is_called_after_a_mark(
    uploads: UploadService, stores: Stores, standin: Standin, account: Account
) -> None:
    await link(stores, standin, account)
    day = timedelta(days=1)
    for options in ({}, {"anonymous": True, "expires": day}, {"expires": day}, {"expires": day}):
        await uploads.upload(request(**options, anyway=True), ignore)
    names = [image.name for image in standin.world.images.values()]
    assert names[:2] == ["hill.jpg", "hill.jpg"]
    assert len(set(names[2:])) == 2
    assert all(re.fullmatch(r"[0-9a-f]{12} hill\.jpg", name or "") for name in names[2:])


async def test_nothing_is_to_be_deleted_that_was_not_said_to_be(
    uploads: UploadService, stores: Stores, standin: Standin, account: Account
) -> None:
    await link(stores, standin, account)
    done = [await uploads.upload(request(anonymous=anonymous), ignore) for anonymous in (True, False)]
    assert [one.expiry for one in done] == [None, None]
    assert await dates(stores, *(one.image.id for one in done)) == []


@pytest.mark.parametrize(
    ("behind", "late"), [(timedelta(hours=5), timedelta(hours=5)), (timedelta(days=-5), timedelta())]
)
async def test_a_clock_that_is_behind_imgurs_deletes_nothing_early(
    uploads: UploadService,
    stores: Stores,
    standin: Standin,
    account: Account,
    monkeypatch: pytest.MonkeyPatch,
    *,
    behind: timedelta,
    late: timedelta,
) -> None:
    await link(stores, standin, account)
    imgurs = time.time() + behind.total_seconds()
    monkeypatch.setattr("standins.imgur.state.time", SimpleNamespace(time=lambda: imgurs, monotonic=time.monotonic))
    done = await uploads.upload(request(expires=timedelta(days=1)), ignore)
    assert done.expiry is not None
    assert abs(done.expiry.due_at - datetime.now(UTC) - timedelta(days=1) - late) < timedelta(minutes=1)


async def test_an_absurd_clock_of_imgurs_delays_by_two_days_at_most(
    uploads: UploadService, stores: Stores, standin: Standin, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    await link(stores, standin, account)
    monkeypatch.setattr("standins.imgur.state.time", SimpleNamespace(time=lambda: 2**34, monotonic=time.monotonic))
    done = await uploads.upload(request(expires=timedelta(days=1)), ignore)
    assert done.expiry is not None
    assert done.expiry.due_at - datetime.now(UTC) <= timedelta(days=3)


async def test_a_promise_that_could_not_be_written_down_is_told_and_written_as_soon_as_it_can(
    uploads: UploadService, stores: Stores, standin: Standin, account: Account, tmp_path: Path
) -> None:
    await link(stores, standin, account)
    with closing(sqlite3.connect(tmp_path / "bot.db")) as database:
        database.execute("ALTER TABLE expiries RENAME TO away")
        done = await uploads.upload(request(expires=timedelta(days=1)), ignore)
        assert not done.is_noted
        assert done.expiry is not None
        assert done.image.id in standin.world.images
        database.execute("ALTER TABLE away RENAME TO expiries")
    await uploads.close()
    assert await dates(stores, done.image.id) == [replace(done.expiry, deletehash=None)]


async def test_who_was_erased_before_it_could_be_written_down_has_it_deleted_at_once(
    uploads: UploadService, stores: Stores, standin: Standin, account: Account, tmp_path: Path
) -> None:
    await link(stores, standin, account)
    with closing(sqlite3.connect(tmp_path / "bot.db")) as database:
        database.execute("ALTER TABLE expiries RENAME TO away")
        done = await uploads.upload(request(expires=timedelta(days=1)), ignore)
        assert not done.is_noted
        database.execute("ALTER TABLE away RENAME TO expiries")
    await stores.leaving.erase(ADA, datetime.now(UTC))
    await uploads.close()
    assert await dates(stores, done.image.id) == []
    assert not standin.world.images


async def test_of_one_that_nobody_can_delete_nothing_is_promised(uploads: UploadService, standin: Standin) -> None:
    standin.switches.deletehash_for_uploader = False
    done = await uploads.upload(request(anonymous=True, expires=timedelta(days=1)), ignore)
    assert done.expiry is None


async def test_an_anonymous_one_that_could_not_be_written_down_is_deleted_again(
    uploads: UploadService, standin: Standin, tmp_path: Path
) -> None:
    with closing(sqlite3.connect(tmp_path / "bot.db")) as database:
        database.execute("DROP TABLE expiries")
    with pytest.raises(StorageError):
        await uploads.upload(request(anonymous=True, expires=timedelta(days=1)), ignore)
    assert not standin.world.images
    assert await uploads.anonymous_count(ADA) == 0


@pytest.mark.parametrize("anonymous", [True, False])
async def test_a_cancelled_upload_leaves_no_date(
    uploads: UploadService, stores: Stores, standin: Standin, account: Account, *, anonymous: bool
) -> None:
    await link(stores, standin, account)
    held = standin.switches.hold(UPLOAD, answer=True)
    running = asyncio.create_task(uploads.upload(request(anonymous=anonymous, expires=timedelta(days=1)), ignore))
    await held.arrived.wait()
    [image_id] = standin.world.images
    running.cancel()
    await asyncio.sleep(0)
    held.release()
    with pytest.raises(UploadEndedError) as ended:
        await running
    assert ended.value.remains is Remains.DELETED
    assert await dates(stores, image_id) == []


async def test_picture_is_shown_and_not_said_to_be_theirs_to_delete_when_it_came_without_a_deletehash(
    uploads: UploadService, standin: Standin
) -> None:
    standin.switches.deletehash_for_uploader = False
    done = await uploads.upload(request(anonymous=True), ignore)
    assert done.image.id in standin.world.images
    assert done.can == {Ability.COPY}
    assert await uploads.anonymous_count(ADA) == 0
    held = standin.switches.hold(UPLOAD, answer=True)
    running = asyncio.create_task(uploads.upload(request(anonymous=True, anyway=True), ignore))
    await held.arrived.wait()
    running.cancel()
    await asyncio.sleep(0)
    held.release()
    with pytest.raises(UploadEndedError) as ended:
        await running
    assert ended.value.remains is Remains.UNKNOWN


async def test_source_is_closed_and_nothing_stored_when_the_upload_is_cancelled(
    uploads: UploadService, attachments: Attachments, standin: Standin
) -> None:
    stalled = asyncio.Event()
    attachments.stall = stalled
    running = asyncio.create_task(uploads.upload(request("film.mp4", FILM, anonymous=True), ignore))
    await stalled.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert attachments.closed == 1
    assert await uploads.anonymous_count(ADA) == 0


@pytest.mark.parametrize("anonymous", [True, False])
@pytest.mark.parametrize(
    ("fault", "match", "remains"),
    [
        (None, UPLOAD, Remains.DELETED),
        ("lost-answer", UPLOAD, Remains.UNKNOWN),
        ("over-capacity-403", UPLOAD, Remains.NOTHING),
        ("over-capacity-403", "DELETE *", Remains.STORED),
    ],
    ids=["stored", "lost", "refused", "not deleted"],
)
async def test_picture_is_deleted_or_on_record_when_cancelled_after_the_last_byte(
    uploads: UploadService,
    stores: Stores,
    standin: Standin,
    account: Account,
    *,
    anonymous: bool,
    fault: str | None,
    match: str,
    remains: Remains,
) -> None:
    await link(stores, standin, account)
    held = standin.switches.hold(UPLOAD, answer=True)
    if fault:
        standin.fail_next(fault, match)
    running = asyncio.create_task(uploads.upload(request(anonymous=anonymous), ignore))
    await held.arrived.wait()
    running.cancel()
    is_lost = fault == "lost-answer"
    ended_before, _ = await asyncio.wait([running], timeout=20 if is_lost else 0.01)
    assert bool(ended_before) is is_lost  # it waits for the answer
    held.release()
    with pytest.raises(UploadEndedError) as ended:
        await running
    assert ended.value.remains is remains
    assert len(standin.world.images) == (remains in {Remains.STORED, Remains.UNKNOWN})
    assert await uploads.anonymous_count(ADA) == (anonymous and remains is Remains.STORED)


@pytest.mark.parametrize("twice", [False, True])
async def test_picture_is_deleted_later_when_imgur_takes_long_to_answer(
    uploads: UploadService, standin: Standin, monkeypatch: pytest.MonkeyPatch, *, twice: bool
) -> None:
    if not twice:
        monkeypatch.setattr("services.upload.ANSWER_SECONDS", 0.05)
    held = standin.switches.hold(UPLOAD, answer=True)
    running = asyncio.create_task(uploads.upload(request(anonymous=True), ignore))
    await held.arrived.wait()
    running.cancel()
    if twice:  # the process is in a hurry
        await asyncio.sleep(0.01)
        running.cancel()
    (result,) = await asyncio.gather(running, return_exceptions=True)
    if not twice:
        assert isinstance(result, UploadEndedError)
        assert result.remains is Remains.AWAITED
    assert standin.world.images
    held.release()
    await uploads.close()
    assert not standin.world.images
    assert await uploads.anonymous_count(ADA) == 0


@dataclass
class UnwillingStore:
    """A database that takes a while, and refuses the first writes."""

    stores: Stores
    refusals: int = 0
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    go_on: asyncio.Event = field(default_factory=asyncio.Event)

    async def add(self, upload: Any, search: str = "", **more: Any) -> None:
        self.begun.set()
        await self.go_on.wait()
        if self.refusals:
            self.refusals -= 1
            raise DatabaseUnavailableError
        await self.stores.uploads.add(upload, search, **more)

    async def remove(self, discord_id: int, image_id: str) -> bool:
        return await self.stores.uploads.remove(discord_id, image_id)


@pytest.fixture
def unwilling(stores: Stores) -> UnwillingStore:
    return UnwillingStore(stores)


@pytest.fixture
def unsure_uploads(
    accounts: AccountService,
    imgur_client: ImgurClient,
    attachments: Attachments,
    library: Library,
    unwilling: UnwillingStore,
) -> UploadService:
    store: Any = unwilling
    return UploadService(
        accounts,
        imgur_client,
        attachments,
        store,
        AlbumService(accounts, imgur_client, library.catalogue),
        workshop=Workshop(Turner()),
        duplicates=Duplicates(unwilling.stores.files, store, imgur_client),
    )


@pytest.mark.parametrize(("refusals", "remains"), [(0, Remains.DELETED), (1, Remains.NOTHING)])
async def test_picture_is_deleted_when_cancelled_while_its_deletehash_is_kept(
    unsure_uploads: UploadService,
    unwilling: UnwillingStore,
    stores: Stores,
    standin: Standin,
    *,
    refusals: int,
    remains: Remains,
) -> None:
    unwilling.refusals = refusals
    running = asyncio.create_task(unsure_uploads.upload(request(anonymous=True), ignore))
    await unwilling.begun.wait()
    running.cancel()
    assert not (await asyncio.wait([running], timeout=0.05))[0]
    unwilling.go_on.set()
    with pytest.raises(UploadEndedError) as ended:
        await running
    assert ended.value.remains is remains
    assert not standin.world.images
    assert await stores.uploads.count(ADA) == 0


async def test_upload_counts_and_is_written_later_when_neither_the_database_nor_imgur_takes_it_back(
    unsure_uploads: UploadService, unwilling: UnwillingStore, stores: Stores, standin: Standin
) -> None:
    unwilling.refusals = 2
    unwilling.go_on.set()
    standin.fail_next("over-capacity-403", "DELETE *")
    done = await unsure_uploads.upload(request(anonymous=True), ignore)
    (stored,) = standin.world.images.values()
    assert done.image.id == stored.id
    await unsure_uploads.close()
    kept = await stores.uploads.get(ADA, stored.id)
    assert kept is not None
    assert kept.deletehash == stored.deletehash


async def test_library_shows_a_new_picture_at_once_when_the_list_was_read_before(
    uploads: UploadService, library: Library, stores: Stores, standin: Standin, account: Account
) -> None:
    await link(stores, standin, account)
    assert not (await library.galleries.images(ADA, 0)).items
    done = await uploads.upload(request(), ignore)
    assert [item.id for item in (await library.galleries.images(ADA, 0)).items] == [done.image.id]


async def test_rate_limit_passes_with_the_time_to_wait(uploads: UploadService, standin: Standin) -> None:
    standin.fail_next("too-fast-429", UPLOAD)
    with pytest.raises(RateLimitedError):
        await uploads.upload(request(anonymous=True), ignore)


def test_request_shows_no_signed_address_when_it_is_printed() -> None:
    shown = repr(replace(request(), title="t"))
    assert "https://" not in shown
