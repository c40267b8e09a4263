"""What is remembered of items, by a clock that goes only when told to."""

from __future__ import annotations

import pytest

from imgur.client import ImgurClient
from imgur.errors import NotFoundError
from imgur.models import Image, Kind
from imgur.reference import Reference
from services.account import AccountService
from services.library import Library
from services.library.reading import Reading, Viewer
from services.library.shelves import Shelves
from services.views import Views
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
    library = Library.over(
        accounts,
        imgur_client,
        stores.uploads,
        Shelves(stores.library, stores.marks),
        views=Views(stores.views),
        clock=clock,
    )
    await library.items.show(ADA, f"image:{image.id}")
    await library.items.edit(ADA, f"image:{image.id}", "After", None)
    clock.now += seconds
    asked = len(standin.requests)
    assert (await library.items.show(ADA, f"image:{image.id}", fresh=False)).item.title == "After"
    assert len(standin.requests) == asked


async def test_items_are_remembered_up_to_16_mb_of_their_texts(
    accounts: AccountService, imgur_client: ImgurClient
) -> None:
    """Each has 100,000 characters, so that two hundred are more than is kept; what was written last is kept too."""
    reading, viewer = Reading(accounts, imgur_client), Viewer(ADA, None)
    ids = [f"Abcd{number:03}" for number in range(200)]
    for item_id in ids:
        reading.written(viewer, Image(item_id, description="x" * 100_000))
    assert (await reading.item(viewer, Reference((Kind.IMAGE,), ids[-1]))).id == ids[-1]
    with pytest.raises(NotFoundError):
        await reading.item(viewer, Reference((Kind.IMAGE,), ids[0]))


async def test_what_was_deleted_is_forgotten_at_once(
    accounts: AccountService, imgur_client: ImgurClient, stores: Stores, standin: Standin
) -> None:
    account = standin.world.add_account("ada_imgur")
    await link(stores, standin, account)
    image = standin.world.add_image(account, title="Before")
    library = Library.over(
        accounts, imgur_client, stores.uploads, Shelves(stores.library, stores.marks), views=Views(stores.views)
    )
    await library.items.edit(ADA, f"image:{image.id}", "After", None)
    assert await library.items.delete(ADA, f"image:{image.id}")
    with pytest.raises(NotFoundError):
        await library.items.show(ADA, f"image:{image.id}", fresh=False)
