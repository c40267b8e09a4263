"""What users note on items: how it is read, and where it is kept."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from errors import NoteTooLongError, NothingToNoteError, NotLinkedError, TagTooLongError, TooManyTagsError
from imgur.client import ImgurClient
from imgur.models import Kind
from services.account import AccountService
from services.indexed import to_index
from services.library import Library
from services.library.shelves import Shelves
from services.mark import LONGEST_NOTE, LONGEST_TAG, MOST_TAGS, MarkService, read_note, read_tags
from services.views import Views
from standins.imgur.records import Account
from standins.imgur.standin import Standin
from storage import Stores
from storage.marks import MarkStore
from storage.models import Key, Mark, Shelf
from tests.services.test_account import link
from tests.services.test_library import ADA, keep

READ = [
    ("", []),
    (" , ,", []),
    ("cat, Beach", ["cat", "Beach"]),
    ("CAT, cat,\u200bCat", ["CAT"]),
    ("#cat #beach  #red cat", ["cat", "beach", "red cat"]),
    ("\uff03cat\uff0cdog\u3001bird\u060cfish;fly\nflea", ["cat", "dog", "bird", "fish", "fly", "flea"]),
    ("a\uff64b\ufe50c\u037ed\ufe14e", ["a", "b", "c", "d", "e"]),
    ("  red   cat ", ["red cat"]),
    ("C#, F#", ["C#", "F#"]),
    ("🍆, ❤\ufe0f", ["🍆", "❤\ufe0f"]),
    ("Straße, strasse, \uff43\uff41\uff46e\u0301, café", ["Straße", "\uff43\uff41\uff46e\u0301"]),
    ("half \ud83d face", ["half face"]),
    (",".join(str(number) for number in range(MOST_TAGS)), [str(number) for number in range(MOST_TAGS)]),
    ("x" * LONGEST_TAG, ["x" * LONGEST_TAG]),
]


@pytest.mark.parametrize(("typed", "tags"), READ)
def test_tags_are_parted_and_kept_as_they_were_written(typed: str, tags: list[str]) -> None:
    if typed.strip() and not tags:
        with pytest.raises(NothingToNoteError):
            read_tags(typed)
    else:
        assert [tag.shown for tag in read_tags(typed)] == tags


@pytest.mark.parametrize(
    ("typed", "error"),
    [
        (",".join(str(number) for number in range(MOST_TAGS + 1)), TooManyTagsError),
        ("x" * (LONGEST_TAG + 1), TagTooLongError),
        ("ß" * 26, TagTooLongError),
        ("a b c d e f g h i j k", TagTooLongError),
        ("#", NothingToNoteError),
        ("\u200b, \u0301", NothingToNoteError),
    ],
)
def test_what_is_no_tag_is_refused(typed: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        read_tags(typed)


def test_a_note_keeps_its_lines_and_has_a_limit() -> None:
    assert read_note(" a\r\nb  c ") == "a\nb c"
    assert read_note("") is read_note(" \n") is None
    assert read_note("x" * LONGEST_NOTE) == "x" * LONGEST_NOTE
    with pytest.raises(NoteTooLongError):
        read_note("x" * (LONGEST_NOTE + 1))
    with pytest.raises(NothingToNoteError):
        read_note("\u200b")


@pytest.fixture
def library(accounts: AccountService, imgur_client: ImgurClient, stores: Stores) -> Library:
    shelves = Shelves(stores.library, stores.marks)
    return Library.over(accounts, imgur_client, stores.uploads, shelves, views=Views(stores.views))


@pytest.fixture
def marks(library: Library, stores: Stores) -> MarkService:
    return MarkService(library.catalogue, stores.marks)


@pytest.fixture
async def account(stores: Stores, standin: Standin) -> Account:
    """Ada's account, linked."""
    account = standin.world.add_account("ada_imgur")
    await link(stores, standin, account)
    return account


async def noted(stores: Stores, *keys: Key, account: Account | None = None) -> dict[str, tuple[str, ...]]:
    """The tags in an account's library, or in the user's own."""
    number = await stores.library.library(account.id) if account else None
    number = number or (await stores.library.owned((), discord_id=ADA)).own
    found = await stores.library.marks_of([number or 0], ADA, keys)
    return {item_id: mark.tags for (_, item_id), mark in found.items()}


async def test_marks_are_kept_with_the_account_where_there_is_one(
    marks: MarkService, stores: Stores, standin: Standin, account: Account
) -> None:
    theirs = standin.world.add_image(title="Theirs")
    marked = await marks.tag(ADA, theirs.id, "cat")
    assert marked.now == Mark(("cat",))
    assert await noted(stores, ("image", theirs.id), account=account) == {theirs.id: ("cat",)}
    assert (await stores.library.owned((), discord_id=ADA)).own is None


async def test_marks_on_anonymous_uploads_are_kept_with_those(
    marks: MarkService, stores: Stores, standin: Standin, account: Account
) -> None:
    image = standin.world.add_image(title="Mine")
    await keep(stores, image)
    await marks.tag(ADA, image.id, "cat")
    assert await noted(stores, ("image", image.id)) == {image.id: ("cat",)}
    assert await noted(stores, ("image", image.id), account=account) == {}
    await stores.accounts.unlink(ADA)
    assert (await marks.tag(ADA, image.id, "dog")).before == Mark(("cat",))


async def test_nobody_needs_an_account_to_note_something(marks: MarkService, standin: Standin, stores: Stores) -> None:
    image = standin.world.add_image(title="Theirs")
    await marks.note(ADA, image.id, "a note")
    assert (await marks.note(ADA, image.id, "")).before == Mark((), "a note")


async def test_tags_are_added_to_several_at_once_without_asking_imgur(
    marks: MarkService, stores: Stores, standin: Standin, account: Account
) -> None:
    number = await stores.library.library(account.id)
    assert number is not None
    images = [standin.world.add_image(account, title=str(at)) for at in range(3)]
    upload = standin.world.add_image(title="Upload")
    await keep(stores, upload)
    await marks.tag(ADA, images[0].id, "cat, old")
    await marks.tag(ADA, images[1].id, ",".join(str(at) for at in range(MOST_TAGS)))
    asked = len(standin.requests)
    keys = [("image", image.id) for image in [*images, upload]]
    tagged = await marks.add_tags(ADA, keys, "CAT, new")
    assert [(one.key, one.new) for one in tagged] == list(zip(keys, [1, 0, 2, 2], strict=True))
    assert tagged[0].tags == ("cat", "old", "new")
    assert tagged[3].tags == ("cat", "new")
    assert len(tagged[1].tags) == MOST_TAGS
    assert len(standin.requests) == asked
    with pytest.raises(NothingToNoteError):
        await marks.add_tags(ADA, keys, "")


async def test_tags_and_note_of_a_form_are_one_write(
    marks: MarkService, stores: Stores, standin: Standin, account: Account
) -> None:
    """Of two forms sent at once one holds whole, and the other hears of that."""
    image = standin.world.add_image(account, title="Mine")
    forms = {"cat": "of cats", "dog": "of dogs"}
    sent = [marks.both(ADA, f"image:{image.id}", tags, note) for tags, note in forms.items()]
    marked = await asyncio.gather(*sent)
    first, last = sorted(marked, key=lambda one: one.before != Mark())
    assert first.before == Mark()
    assert last.before == first.now
    assert {one.now.tags[0]: one.now.note for one in marked} == forms
    assert await marks.mark_of(ADA, Kind.IMAGE, image.id) == last.now
    with pytest.raises(NoteTooLongError):
        await marks.both(ADA, f"image:{image.id}", "bird", "x" * (LONGEST_NOTE + 1))
    assert await marks.mark_of(ADA, Kind.IMAGE, image.id) == last.now


async def test_what_is_noted_while_the_account_is_unlinked_is_not_told_as_saved(
    library: Library, stores: Stores, standin: Standin, account: Account
) -> None:
    class UnlinkedMeanwhile(MarkStore):
        async def put(self, *about: Any, **given: Any) -> tuple[Mark, Mark]:
            await stores.accounts.unlink(ADA)
            return await super().put(*about, **given)

        async def add_tags(self, *about: Any, **given: Any) -> dict[Key, tuple[Mark, Mark]]:
            await stores.accounts.unlink(ADA)
            return await super().add_tags(*about, **given)

    image = standin.world.add_image(account, title="Mine")
    marks = MarkService(library.catalogue, UnlinkedMeanwhile(stores.marks._database, stores.marks._keyring))
    for noting in (
        lambda: marks.both(ADA, f"image:{image.id}", "cat", ""),
        lambda: marks.note(ADA, f"image:{image.id}", "a note"),
        lambda: marks.add_tags(ADA, [("image", image.id)], "cat"),
    ):
        with pytest.raises(NotLinkedError):
            await noting()
        await link(stores, standin, account)
    assert await marks.mark_of(ADA, Kind.IMAGE, image.id) == Mark()


async def test_what_is_known_is_not_asked_of_imgur(
    marks: MarkService, stores: Stores, standin: Standin, account: Account
) -> None:
    number = await stores.library.library(account.id)
    assert number is not None
    image = standin.world.add_image(account, title="Known")
    read = await marks.tag(ADA, f"image:{image.id}", "cat")
    await stores.library.put_front(number, Shelf.FAVORITES, [to_index(read.shown.item)])
    asked = len(standin.requests)
    assert (await marks.tag(ADA, f"image:{image.id}", "dog")).before == Mark(("cat",))
    assert (await marks.note(ADA, f"https://imgur.com/{image.id}", "a note")).now == Mark(("dog",), "a note")
    assert len(standin.requests) == asked
