"""Ends of use cases that people seldom come to."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from errors import NotAnItemError, VoiceMessageError
from imgur.client import ImgurClient
from imgur.errors import SourceLengthError
from media.attachment import HttpAttachmentSource
from media.models import IncomingFile, Origin
from media.turning.pool import Turner
from media.workshop import Workshop
from services.account import AccountService
from services.album import AlbumService
from services.duplicates import Duplicates
from services.library import Library
from services.library.shelves import Shelves
from services.library.suggestions import Scope
from services.upload import UploadRequest, UploadService
from services.views import Views
from standins.imgur.standin import Standin
from storage import Stores
from tests.services.test_account import ADA, link


@pytest.fixture
def library(accounts: AccountService, imgur_client: ImgurClient, stores: Stores) -> Library:
    return Library.over(
        accounts, imgur_client, stores.uploads, Shelves(stores.library, stores.marks), views=Views(stores.views)
    )


@pytest.mark.parametrize("options", [{}, {"anonymous": True}, {"album": "Cats"}])
async def test_voice_message_is_refused_before_anyone_is_asked_where_it_goes(
    accounts: AccountService,
    imgur_client: ImgurClient,
    stores: Stores,
    library: Library,
    options: dict[str, Any],
) -> None:
    async with aiohttp.ClientSession() as session:
        uploads = UploadService(
            accounts,
            imgur_client,
            HttpAttachmentSource(session),
            stores.uploads,
            AlbumService(accounts, imgur_client, library.catalogue),
            workshop=Workshop(Turner()),
            duplicates=Duplicates(stores.files, stores.uploads, imgur_client),
        )
        file = IncomingFile("voice.ogg", 1000, "https://cdn.example.org/x", origin=Origin.VOICE_MESSAGE)
        with pytest.raises(VoiceMessageError):
            await uploads.destination(UploadRequest(ADA, file, **options))


async def test_second_confirmation_of_one_deletion_finds_nothing_to_delete(library: Library, standin: Standin) -> None:
    """Without an account, and with the upload off the record: it was theirs until a moment ago."""
    assert await library.items.delete(ADA, "image:Ab3dE7g") is False


async def test_album_of_one_s_own_is_found_though_it_is_not_among_those_known(
    library: Library, standin: Standin, stores: Stores
) -> None:
    account = standin.world.add_account("ada_imgur")
    await link(stores, standin, account)
    assert await library.suggestions.suggest(ADA, "", Scope.ALBUMS) == []
    album = standin.world.add_album(account, title="Cats")
    assert (await library.catalogue.own_album(ADA, f"https://imgur.com/a/{album.id}")).id == album.id


async def test_two_links_suggest_nothing_and_a_text_without_letters_names_nothing(
    library: Library, standin: Standin, stores: Stores
) -> None:
    account = standin.world.add_account("ada_imgur")
    await link(stores, standin, account)
    standin.world.add_image(account, title="A cat")
    assert await library.suggestions.suggest(ADA, "imgur.com/Ab3dE7g imgur.com/Cd4eF8h", Scope.ANYTHING) == []
    for text in ("\u0301", "3. ", "image: \u2060", "…"):
        with pytest.raises(NotAnItemError):
            await library.items.show(ADA, text)


@pytest.mark.parametrize(
    ("text", "is_album"),
    [
        ("image: Cats", False),
        ("video: Cats", False),
        ("IMAGE: Cats", False),
        ("Cats · video", False),
        ("1. image: Ca…", False),
        ("album: Cats", True),
    ],
)
async def test_noun_of_a_gallery_s_entry_tells_which_of_two_of_one_name_is_meant(
    library: Library, standin: Standin, stores: Stores, text: str, is_album: bool
) -> None:
    account = standin.world.add_account("ada_imgur")
    await link(stores, standin, account)
    image, album = standin.world.add_image(account, title="Cats"), standin.world.add_album(account, title="Cats")
    assert (await library.items.show(ADA, text)).item.id == (album.id if is_album else image.id)


async def test_file_of_an_upload_is_closed_before_the_upload_has_failed(imgur_client: ImgurClient) -> None:
    closed: list[bool] = []

    class Endless:
        name, mime_type, size = "cat.png", "image/png", 3

        async def chunks(self) -> AsyncIterator[bytes]:
            try:
                while True:
                    yield b"four"
            finally:
                closed.append(True)

    with pytest.raises(SourceLengthError):
        await imgur_client.upload(Endless())
    assert closed == [True]
