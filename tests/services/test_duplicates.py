"""The same file twice, at the same time and in the middle: of two one waits, and what never arrived is none."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from errors import DuplicateError, Remains, UploadEndedError
from imgur.client import ImgurClient
from imgur.errors import OverCapacityError
from imgur.models import AccessToken
from media.turning.pool import Turner
from media.workshop import Workshop
from services.account import AccountService
from services.album import AlbumService
from services.duplicates import Duplicates
from services.library import Library
from services.library.shelves import Shelves
from services.upload import UploadRequest, UploadService
from services.views import Views
from standins.imgur.records import Account
from standins.imgur.standin import Standin
from storage import Stores
from storage.models import UploadedFile
from tests.services.test_account import ADA, link
from tests.services.test_upload import FILM, PICTURE, UPLOAD, Attachments, ignore, request

FILE, BOB = "0a" * 32, ADA + 1


@pytest.fixture
def account(standin: Standin) -> Account:
    return standin.world.add_account("ada_imgur")


@pytest.fixture
def uploads(accounts: AccountService, imgur_client: ImgurClient, stores: Stores) -> UploadService:
    library = Library.over(
        accounts, imgur_client, stores.uploads, Shelves(stores.library, stores.marks), views=Views(stores.views)
    )
    return UploadService(
        accounts,
        imgur_client,
        Attachments({"hill.jpg": PICTURE, "film.mp4": FILM}),
        stores.uploads,
        AlbumService(accounts, imgur_client, library.catalogue),
        workshop=Workshop(Turner()),
        duplicates=Duplicates(stores.files, stores.uploads, imgur_client),
        keeps_details=keeps,
    )


async def keeps(discord_id: int) -> bool:
    """So that films of Bob's pass as streams."""
    return discord_id == BOB


def of_film(**options: Any) -> UploadRequest:
    """Bob's, without an account."""
    return replace(request("film.mp4", FILM, anonymous=True, **options), discord_id=BOB)


@pytest.mark.parametrize("goes_wrong", [False, True])
async def test_of_two_pictures_at_the_same_time_one_waits_for_what_becomes_of_the_other(
    uploads: UploadService, stores: Stores, standin: Standin, account: Account, goes_wrong: bool
) -> None:
    await link(stores, standin, account)
    held = standin.switches.hold(UPLOAD)
    running = [asyncio.create_task(uploads.upload(request(), ignore)) for _ in range(3)]
    await held.arrived.wait()
    if goes_wrong:
        standin.fail_next("over-capacity-403", UPLOAD)
    held.release()
    found = await asyncio.gather(*running, return_exceptions=True)
    assert sum(isinstance(one, DuplicateError) for one in found) == (1 if goes_wrong else 2)
    assert sum(isinstance(one, OverCapacityError) for one in found) == goes_wrong
    assert len(standin.world.images) == 1


async def test_of_two_films_at_the_same_time_one_is_told_of_the_other(
    uploads: UploadService,
) -> None:
    """Else who deletes both as being there twice has none."""
    found = await asyncio.gather(*(uploads.upload(of_film(), ignore) for _ in range(3)))
    told = {one.image.id: one.earlier.image_id for one in found if one.earlier is not None}
    [first] = {one.image.id for one in found} - told.keys()
    assert len(told) == 2
    assert first in told.values()


async def test_of_a_film_that_its_user_knows_is_there_nothing_is_told(uploads: UploadService, standin: Standin) -> None:
    await uploads.upload(of_film(), ignore)
    assert (await uploads.upload(of_film(anyway=True), ignore)).earlier is None
    told = await uploads.upload(of_film(), ignore)
    assert told.earlier is not None
    assert told.earlier.image_id == list(standin.world.images)[1]


@pytest.mark.parametrize("anonymous", [False, True])
async def test_what_was_ended_and_deleted_again_is_none(
    uploads: UploadService, stores: Stores, standin: Standin, account: Account, anonymous: bool
) -> None:
    await link(stores, standin, account)
    held = standin.switches.hold(UPLOAD, answer=True)
    running = asyncio.create_task(uploads.upload(request(anonymous=anonymous), ignore))
    await held.arrived.wait()
    running.cancel()
    await asyncio.sleep(0)
    held.release()
    with pytest.raises(UploadEndedError) as ended:
        await running
    assert ended.value.remains is Remains.DELETED
    looked = len(standin.sent("GET /3/image/*"))
    await uploads.upload(request(anonymous=anonymous), ignore)
    assert len(standin.sent("GET /3/image/*")) == looked, "it is not on record"


async def test_whoever_ends_it_while_it_is_found_out_whether_a_film_was_there_ends_it(
    uploads: UploadService, standin: Standin
) -> None:
    """Imgur has it by then: it is deleted again."""
    await uploads.upload(of_film(), ignore)
    held = standin.switches.hold("GET /3/image/*")
    running = asyncio.create_task(uploads.upload(of_film(), ignore))
    await held.arrived.wait()
    running.cancel()
    await asyncio.sleep(0)
    held.release()
    with pytest.raises(UploadEndedError) as ended:
        await running
    assert ended.value.remains is Remains.DELETED
    assert len(standin.world.images) == 1


async def test_no_upload_waits_long_for_it(stores: Stores, imgur_client: ImgurClient, standin: Standin) -> None:
    image = standin.world.add_image()
    duplicates = Duplicates(stores.files, stores.uploads, imgur_client, patience=0.1)
    await stores.files.note(UploadedFile(ADA, image.id, None, datetime.now(UTC)), FILE)
    with pytest.raises(DuplicateError):
        async with duplicates.asked_first(ADA, None, FILE):
            pass
    held = standin.switches.hold("GET /3/image/*")
    async with duplicates.asked_first(ADA, None, FILE):
        sent = True
    held.release()
    assert sent
    async with duplicates.asked_first(ADA, AccessToken("x", account_id=9), FILE):
        pass  # there it is none


async def test_who_had_everything_erased_meanwhile_is_not_named(
    uploads: UploadService, stores: Stores, standin: Standin, account: Account
) -> None:
    await link(stores, standin, account)
    held = standin.switches.hold(UPLOAD, answer=True)
    running = asyncio.create_task(uploads.upload(request(), ignore))
    await held.arrived.wait()
    await stores.leaving.erase(ADA, datetime.now(UTC) + timedelta(seconds=1))
    held.release()
    await asyncio.wait([running])
    found = [one async for one in stores.held.everything(ADA)]
    assert "uploaded_files" not in [one.table for one in found]
