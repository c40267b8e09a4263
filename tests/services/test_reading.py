"""What is remembered of items, by a clock that goes only when told to."""

from __future__ import annotations

import pytest

from imgur.client import ImgurClient
from services.account import AccountService
from services.library import LibraryService
from standins.imgur.standin import Standin
from storage import Stores
from tests.services.test_account import link
from tests.services.test_library import ADA, Clock


@pytest.mark.parametrize("seconds", [1, 4, 6, 299])
async def test_buttons_show_what_was_edited_for_as_long_as_anything_is_remembered(
    accounts: AccountService, imgur_client: ImgurClient, stores: Stores, standin: Standin, seconds: int
) -> None:
    account, clock = standin.world.add_account("ada_imgur"), Clock()
    await link(stores, standin, account)
    image = standin.world.add_image(account, title="Before")
    library = LibraryService(accounts, imgur_client, stores.uploads, clock)
    await library.show(ADA, f"image:{image.id}")
    await library.edit(ADA, f"image:{image.id}", "After", None)
    clock.now += seconds
    asked = len(standin.requests)
    assert (await library.show(ADA, f"image:{image.id}", fresh=False)).item.title == "After"
    assert len(standin.requests) == asked
