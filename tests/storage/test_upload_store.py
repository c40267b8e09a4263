from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy.exc import StatementError

from storage.models import AnonymousUpload
from tests.storage.factories import NOW, cells, upload


@pytest.mark.parametrize(
    "added",
    [
        upload(),
        AnonymousUpload(2**63 - 1, "Zz09_-", "d", None, None, 0, 0, 0, None, "\N{PILE OF POO} <@1>", NOW),
    ],
    ids=["full", "sparse"],
)
async def test_an_upload_comes_back_as_it_was_added(stores, added):
    await stores.uploads.add(added)

    assert await stores.uploads.get(added.discord_id, added.image_id) == added
    assert await stores.uploads.page(added.discord_id, offset=0, limit=10) == [added]


async def test_pages_are_newest_first_and_the_users_own(stores):
    for number in range(7):
        await stores.uploads.add(upload(f"image{number}", uploaded_at=NOW + timedelta(seconds=number)))
    await stores.uploads.add(upload("other", discord_id=2))

    pages = [await stores.uploads.page(1, offset=offset, limit=3) for offset in (0, 3, 6, 9)]

    assert [[found.image_id[-1] for found in page] for page in pages] == [["6", "5", "4"], ["3", "2", "1"], ["0"], []]
    assert (await stores.uploads.count(1), await stores.uploads.count(2), await stores.uploads.count(3)) == (7, 1, 0)


async def test_uploads_of_one_moment_keep_one_order_over_pages(stores):
    for number in range(4):
        await stores.uploads.add(upload(f"image{number}"))

    pages = [await stores.uploads.page(1, offset=offset, limit=2) for offset in (0, 2)]
    assert len({found.image_id for page in pages for found in page}) == 4


@pytest.mark.parametrize(("title", "description"), [("new", "words"), (None, None)])
async def test_an_update_writes_both_texts(stores, title, description):
    await stores.uploads.add(upload(title="old", description="old"))

    assert await stores.uploads.update(1, "abc1234", title=title, description=description)

    assert await stores.uploads.get(1, "abc1234") == upload(title=title, description=description)


async def test_a_removed_upload_is_gone(stores):
    await stores.uploads.add(upload())
    await stores.uploads.add(upload("kept"))

    assert await stores.uploads.remove(1, "abc1234")

    assert not await stores.uploads.remove(1, "abc1234")
    assert await stores.uploads.get(1, "abc1234") is None
    assert await stores.uploads.count(1) == 1


async def test_nobody_reaches_anothers_upload(stores):
    mine = upload(discord_id=1)
    await stores.uploads.add(mine)

    assert await stores.uploads.get(2, mine.image_id) is None
    assert not await stores.uploads.update(2, mine.image_id, title="x", description="x")
    assert not await stores.uploads.remove(2, mine.image_id)
    assert await stores.uploads.get(1, mine.image_id) == mine


async def test_the_synced_commands_are_remembered_for_each_application(stores):
    assert await stores.syncs.get(1) is None

    for digest in ("one", "two"):
        await stores.syncs.set(1, digest)
        await stores.syncs.set(2, "other")

    assert (await stores.syncs.get(1), await stores.syncs.get(2)) == ("two", "other")


async def test_times_must_know_their_zone(stores):
    with pytest.raises(StatementError, match="naive"):
        await stores.uploads.add(replace(upload(), uploaded_at=NOW.replace(tzinfo=None)))


async def test_pictures_stay_hidden_until_they_are_removed_by_whoever_hid_them(stores):
    await stores.uploads.add(upload("image1"))
    for image in ("image1", "image2", "image2"):
        await stores.uploads.hide(1, image)

    assert await stores.uploads.hidden(["image1", "image2", "image3"]) == {"image1", "image2"}
    assert await stores.uploads.hidden([]) == frozenset()
    assert await stores.uploads.remove(2, "image2") is False
    assert await stores.uploads.remove(1, "image2") is False
    assert await stores.uploads.remove(1, "image1") is True
    assert await stores.uploads.hidden([f"image{number}" for number in range(1000)]) == frozenset()


async def test_an_upload_that_is_told_twice_is_there_once(stores, url):
    """As when the connection is lost before the database's answer to the first time."""
    for _ in range(2):
        await stores.uploads.add(upload())
        await stores.uploads.hide(1, "abc1234")

    assert await stores.uploads.page(1, offset=0, limit=9) == [upload()]
    assert [len(cells(url, table)) for table in ("anonymous_uploads", "hidden_images", "items")] == [1, 1, 1]


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("half \ud83d a cat", "half \ufffd a cat"),
        ("\udc08 and the other", "\ufffd and the other"),
        ("\udc08\ud83d", "\ufffd\ufffd"),
        ("both \ud83d\udc08", "both \U0001f408"),
        ("a\0b", "a\ufffdb"),
        ("\U0001f408 \u00e9 \uffff", "\U0001f408 \u00e9 \uffff"),
    ],
)
async def test_what_no_database_takes_is_replaced_wherever_it_is_written_or_asked_for(stores, written, kept):
    await stores.uploads.add(upload(title=written, description=written))
    assert await stores.uploads.page(1, offset=0, limit=9) == [upload(title=kept, description=kept)]
    assert await stores.uploads.update(1, "abc1234", title=None, description=written)
    assert (await stores.uploads.get(1, "abc1234")).description == kept

    await stores.uploads.hide(1, written)
    assert await stores.uploads.hidden([written]) == {kept}
    assert await stores.uploads.get(1, written) is None


async def test_fifty_thousand_pictures_may_be_asked_about_at_once(stores):
    for number in (0, 25_000, 49_999):
        await stores.uploads.hide(1, f"hidden{number}")
    asked = [f"hidden{number}" for number in range(50_000)]
    assert await stores.uploads.hidden(asked) == {asked[0], asked[25_000], asked[49_999]}
