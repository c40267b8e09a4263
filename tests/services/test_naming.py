"""Titles, ids and the bot's own wording as people type them, and what is suggested: real services over the stand-in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from errors import (
    BotError,
    ImageGivenError,
    LinkBrokenError,
    NameUnknownError,
    NotAnItemError,
    NotYoursError,
    SeveralGivenError,
    TitleSharedError,
)
from imgur.client import ImgurClient
from imgur.models import Album, Image
from services.account import AccountService
from services.library import Library
from services.library.shelves import Shelves
from services.library.suggestions import Scope
from services.views import Views
from standins.imgur.records import Account
from standins.imgur.standin import Standin
from storage import Stores
from tests.services.test_account import link
from tests.services.test_library import ADA, BOB, keep
from tests.storage.factories import mark_refused

LOOK_UPS = ("GET /3/image/*", "GET /3/album/*")


@pytest.fixture
def library(accounts: AccountService, imgur_client: ImgurClient, stores: Stores) -> Library:
    return Library.over(
        accounts, imgur_client, stores.uploads, Shelves(stores.library, stores.marks), views=Views(stores.views)
    )


@pytest.fixture
async def account(stores: Stores, standin: Standin) -> Account:
    """Ada's account, linked."""
    account = standin.world.add_account("ada_imgur")
    await link(stores, standin, account)
    return account


def looked_up(standin: Standin) -> list[str]:
    """The ids that Imgur was asked for."""
    return [sent.path.split("/")[3] for pattern in LOOK_UPS for sent in standin.sent(pattern)]


async def names(library: Library, typed: str, scope: Scope, discord_id: int = ADA) -> list[str]:
    return [suggestion.name.source for suggestion in await library.suggestions.suggest(discord_id, typed, scope)]


# --- titles ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "typed"),
    [
        ("kitten", "kitten"),
        ("kitten", "  KITTEN\n"),
        ("Holiday in Rome", "holiday   in rome"),
        ("Caf\u00e9 cr\u00e8me", "cafe creme"),
        ("Cafe", "caf\u0065\u0301"),
        ("100% wool", "\uff11\uff10\uff10\uff05 wool"),
        ("\u30d1\u30f3\u30c0", "\uff8a\uff9f\uff9d\uff80\uff9e"),
        ("Stra\u00dfe", "STRASSE"),
        ("I\u015e\u0131K", "isik"),
        ("\u039f\u0394\u039f\u03a3", "\u03bf\u03b4\u03bf\u03c2"),
        ("cat\u200bwalk", "catwalk"),
        ("\u732b", "\u732b"),
        ("a/b and [c](d)", "a/b and [c](d)"),
        ("Holiday (Venice)", "holiday (venice)"),
        ("don't \u2014 really?", "don't \u2014 really?"),
    ],
)
async def test_own_title_is_found_before_anything_is_looked_up_by_id(
    library: Library, standin: Standin, account: Account, *, title: str, typed: str
) -> None:
    image = standin.world.add_image(account, title=title)
    standin.world.add_image(account, title="another")
    assert (await library.items.show(ADA, typed)).item.id == image.id
    assert (await library.items.favorite(ADA, typed)).shown.item.id == image.id
    assert (await library.items.editable(ADA, typed)).item.id == image.id
    assert (await library.items.edit(ADA, typed, None, "New")).item.id == image.id
    assert (await library.items.deletion(ADA, typed)).item.id == image.id
    assert set(looked_up(standin)) <= {image.id}


@pytest.mark.parametrize(
    ("title", "typed"), [("\u30cf\u30f3\u30c0", "\u30d1\u30f3\u30c0"), (None, "\u200b"), ("", "!")]
)
async def test_what_only_looks_alike_is_no_title(
    library: Library, standin: Standin, account: Account, *, title: str | None, typed: str
) -> None:
    standin.world.add_image(account, title=title)
    with pytest.raises(NotAnItemError):
        await library.items.show(ADA, typed)


async def test_own_title_wins_over_the_id_of_a_stranger_s_image(
    library: Library, standin: Standin, account: Account
) -> None:
    theirs = standin.world.add_image(standin.world.add_account("somebody_else"), title="Theirs")
    mine = standin.world.add_image(account, title=theirs.id)
    assert (await library.items.show(ADA, theirs.id)).item.id == mine.id
    assert (await library.items.show(ADA, f"https://imgur.com/{theirs.id}")).item.id == theirs.id


@pytest.mark.parametrize("call", ["show", "favorite", "editable", "deletion"])
async def test_title_that_several_have_is_a_question(
    library: Library, standin: Standin, account: Account, *, call: str
) -> None:
    images = [standin.world.add_image(account, title=title) for title in ("Kitten", "kitten", "KITTEN")]
    standin.world.add_image(account, title="kittens")
    with pytest.raises(TitleSharedError) as raised:
        await getattr(library.items, call)(ADA, "kitten")
    assert {choice.source for choice in raised.value.choices} == {f"{image.title} ({image.id})" for image in images}
    assert looked_up(standin) == []


@pytest.mark.parametrize(("typed", "error"), [("kittne", NameUnknownError), ("my kittne!", NotAnItemError)])
async def test_title_that_none_has_gets_suggestions(
    library: Library, standin: Standin, account: Account, *, typed: str, error: type[NotAnItemError]
) -> None:
    image = standin.world.add_image(account, title="My kitten")
    standin.world.add_image(account, title="Something else")
    with pytest.raises(NotAnItemError) as raised:
        await library.items.show(ADA, typed)
    assert type(raised.value) is error
    assert raised.value.choices[0].source == f"My kitten ({image.id})"


async def test_title_of_an_anonymous_upload_is_found_by_who_has_no_account(
    library: Library, stores: Stores, standin: Standin
) -> None:
    image = standin.world.add_image(title="kitten")
    await keep(stores, image, BOB)
    assert (await library.items.show(BOB, "kitten")).item.id == image.id
    assert (await library.items.deletion(BOB, "Kitten")).item.id == image.id
    with pytest.raises(NameUnknownError):
        await library.items.show(ADA, "kitten")


async def test_title_of_a_favorite_is_found(library: Library, standin: Standin, account: Account) -> None:
    theirs = standin.world.add_image(standin.world.add_account("somebody_else"), title="Sunset")
    standin.world.add_favorites(account, [theirs])
    assert (await library.items.show(ADA, "sunset")).item.id == theirs.id
    assert (await library.items.unfavorite(ADA, "sunset")).changed
    assert account.favorites == []


async def test_title_is_found_when_it_is_younger_than_what_is_remembered(
    library: Library, standin: Standin, account: Account
) -> None:
    await library.suggestions.suggest(ADA, "", Scope.ANYTHING)
    with pytest.raises(NameUnknownError):
        await library.items.show(ADA, "kitten")
    image = standin.world.add_image(account, title="kitten")
    assert (await library.items.show(ADA, "kitten")).item.id == image.id
    await library.galleries.images(ADA, 0)
    wordy = standin.world.add_image(account, title="my kitten!")
    assert (await library.items.show(ADA, "my kitten!")).item.id == wordy.id


# --- the bot's own wording -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("form", "kind"),
    [
        ("kitten ({image})", Image),
        (" kitten ({image}) ", Image),
        ("Album: kitten ({album})", Album),
        ("untitled ({image})", Image),
        ("Album: untitled ({album})", Album),
        ("a very long title that was cut\u2026 ({image})", Image),
        ("see https://imgur.com/a/Ab3dE7g ({image})", Image),
        ("image:{image}", Image),
        (" album:{album} ", Album),
        ("3. Image: kitten", Image),
        ("3. Image: kit\u2026", Image),
        ("12. Album: kitten", Album),
        ("Album: kitten", Album),
        ("Image: kitten", Image),
        ("1. Image: Image {image}", Image),
        ("1. \U0001f5bc\ufe0f kitten \u00b7 Image", Image),
        ("2. \U0001f4da kitten", None),
    ],
)
async def test_wording_of_a_choice_is_understood(
    library: Library, standin: Standin, account: Account, *, form: str, kind: type[Image] | type[Album] | None
) -> None:
    title = "see https://imgur.com/a/Ab3dE7g" if form.startswith("see") else "kitten"
    image = standin.world.add_image(account, title=title)
    album = standin.world.add_album(account, title="kitten")
    text = form.format(image=image.id, album=album.id)
    if kind is None:
        with pytest.raises(TitleSharedError):
            await library.items.show(ADA, text)
        return
    item = (await library.items.show(ADA, text)).item
    assert (type(item), item.id) == (kind, image.id if kind is Image else album.id)


@pytest.mark.parametrize(
    ("title", "form"),
    [
        ("A *fine* my_title", "### A \\*fine\\* my\\_title"),
        ("1. first", "### 1\\. first"),
        ("\u201cquoted\u201d", "11. \U0001f5bc\ufe0f \u201cquoted\u201d"),
        ("#1 dad", "20. \U0001f5bc\ufe0f #1 dad"),
        ("[brackets] here", "34. \U0001f39e\ufe0f [brackets] here"),
        (
            "\U0001f468\u200d\U0001f469\u200d\U0001f467 family",
            "3. \U0001f5bc\ufe0f \U0001f468\u200d\U0001f469\u200d\U0001f467 family",
        ),
        ("\U0001f408 " * 60, "3. \U0001f5bc\ufe0f " + "\U0001f408 " * 30 + "\u2026"),
        ("(12345)", "7. \U0001f5bc\ufe0f (12345)"),
        ("...", "5. \U0001f5bc\ufe0f ..."),
        ("album: odd", "35. \U0001f5bc\ufe0f album: odd"),
        ("kitten 2 \u00b7 album", "8. Image: kitten 2 \u00b7 album"),
        ("kitten", "5. \U0001f5bc\ufe0f kitten \u00b7 marked mature"),
        (
            "kitten \u00b7 one",
            "5. \U0001f5bc\ufe0f kitten \u00b7 one \u00b7 marked mature \u00b7 still being processed",
        ),
        (None, "### Image {id}"),
        (None, "\u2022 \U0001f5bc\ufe0f Image {id} \u00b7 no preview"),
    ],
)
async def test_what_stands_around_a_title_is_told_from_it(
    library: Library, standin: Standin, account: Account, *, title: str | None, form: str
) -> None:
    image = standin.world.add_image(account, title=title)
    standin.world.add_image(account, title="another")
    assert (await library.items.show(ADA, form.format(id=image.id))).item.id == image.id


async def test_number_of_pictures_is_no_part_of_an_album_s_title(
    library: Library, standin: Standin, account: Account
) -> None:
    album = standin.world.add_album(account, title="Holiday")
    for text in ("2. \U0001f4da Holiday \u00b7 1,234 pictures", "### Album: Holiday", "Holiday \u00b7 1 picture"):
        assert (await library.catalogue.own_album(ADA, text)).id == album.id


async def test_untitled_item_of_somebody_else_s_is_found_by_what_it_is_called(
    library: Library, standin: Standin, account: Account
) -> None:
    stranger = standin.world.add_account("somebody_else")
    image, album = standin.world.add_image(stranger), standin.world.add_album(stranger)
    for text, item_id in ((f"Image {image.id}", image.id), (f"### Album {album.id}", album.id)):
        assert (await library.items.show(ADA, text)).item.id == item_id
    with pytest.raises(NotAnItemError):
        await library.catalogue.own_album(ADA, "image kitten")


async def test_every_suggestion_is_understood_by_what_it_shows(
    library: Library, standin: Standin, account: Account
) -> None:
    titles = ["kitten", "kitten", None, "long " * 60, "Album: x", "3. Image: y", "https://imgur.com/Ab3dE7g, you see"]
    for title in titles:
        standin.world.add_image(account, title=title)
        standin.world.add_album(account, title=title)
    found = await library.suggestions.suggest(ADA, "", Scope.ANYTHING)
    assert len(found) == 14
    for suggestion in found:
        item = (await library.items.show(ADA, suggestion.name.source)).item
        assert f"{item.kind}:{item.id}" == suggestion.value


# --- albums ----------------------------------------------------------------------------------------------------------


async def test_album_is_found_by_its_title_however_many_there_are(
    library: Library, standin: Standin, account: Account
) -> None:
    first = standin.world.add_album(account, title="Holiday", images=[standin.world.add_image(account)])
    for number in range(120):
        standin.world.add_album(account, title=f"Album {number}")
    page = await library.galleries.images(ADA, 0, "holiday")
    assert page.album is not None
    assert page.album.id == first.id
    assert (await library.catalogue.own_album(ADA, "HOLIDAY")).id == first.id
    assert await names(library, "holi", Scope.ALBUMS) == [f"Album: Holiday ({first.id})"]
    assert len(standin.sent("GET /3/account/me/albums/*")) == 4 + 1  # for a change, the first page is read anew


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("Holiday", TitleSharedError),
        ("Holidy", NameUnknownError),
        ("no such album", NotAnItemError),
        ("https://imgur.com/a/Ab3dE7g https://imgur.com/a/Xy12345", SeveralGivenError),
        ("https://i.imgur.com/Ab3dE7g.jpg", ImageGivenError),
        ("https://imgur.com/a/{theirs}", NotYoursError),
        ("{theirs}", NotYoursError),
    ],
)
async def test_album_to_upload_to_is_told_beforehand_or_refused_in_words(
    library: Library, standin: Standin, account: Account, *, text: str, error: type[BotError]
) -> None:
    mine = [standin.world.add_album(account, title="Holiday") for _ in range(2)]
    theirs = standin.world.add_album(standin.world.add_account("somebody_else"), title="Theirs")
    with pytest.raises(error) as raised:
        await library.catalogue.own_album(ADA, text.format(theirs=theirs.id))
    choices = getattr(raised.value, "choices", None)
    facts = f", 0 pictures, made {datetime.now(UTC):%Y-%m-%d}" if error is TitleSharedError else ""
    assert choices is None or {choice.source for choice in choices} == {
        f"Album: Holiday{facts} ({album.id})" for album in mine
    }


async def test_picture_that_is_called_something_else_by_now_is_not_meant(
    library: Library, standin: Standin, account: Account
) -> None:
    old, other = (standin.world.add_image(account, title=title) for title in ("Beach", "Other"))
    await library.galleries.images(ADA, 0)
    old.title, other.title = "Passport", "Beach"  # on imgur.com
    favorited = await library.items.favorite(ADA, "beach")
    assert (favorited.shown.item.id, account.favorites) == (other.id, [other])
    old.title, other.title = "Beach", "Passport"
    assert (await library.items.show(ADA, "Beach")).item.id == old.id
    assert (await library.items.show(ADA, f"Beach ({other.id})")).item.id == other.id
    old.title = "Elsewhere"
    with pytest.raises(NotAnItemError):
        await library.items.edit(ADA, "Beach", None, "New")
    assert not standin.sent(f"POST /3/image/{old.id}")


async def test_picture_of_a_page_that_was_turned_to_is_not_taken_for_what_it_was(
    library: Library, standin: Standin, account: Account
) -> None:
    image = standin.world.add_image(account, title="At the beach")
    for _ in range(50):
        standin.world.add_image(account)
    await library.galleries.images(ADA, 5)
    image.title = "Passport"
    with pytest.raises(NotAnItemError):
        await library.items.favorite(ADA, "At the beach")
    assert account.favorites == []


# --- suggestions -----------------------------------------------------------------------------------------------------


async def test_each_scope_offers_its_own(library: Library, stores: Stores, standin: Standin, account: Account) -> None:
    stranger = standin.world.add_account("somebody_else")
    standin.world.add_image(account, title="Mine")
    standin.world.add_album(account, title="My album")
    standin.world.add_favorites(account, [standin.world.add_image(stranger, title="Liked")])
    await keep(stores, standin.world.add_image(title="Upload"))

    def titles(offered: Sequence[str]) -> list[str]:
        return [name.rpartition(" ")[0] for name in offered]

    assert titles(await names(library, "", Scope.ANYTHING)) == ["Upload", "Mine", "Album: My album", "Liked"]
    assert titles(await names(library, "", Scope.OWN_IMAGES)) == ["Upload", "Mine"]
    assert titles(await names(library, "", Scope.FAVORITES)) == ["Liked"]
    assert titles(await names(library, "", Scope.ALBUMS)) == ["Album: My album"]


async def test_albums_and_favorites_are_offered_beside_many_images(
    library: Library, standin: Standin, account: Account
) -> None:
    for _ in range(40):
        standin.world.add_image(account, title="picture")
    standin.world.add_album(account, title="My album")
    standin.world.add_favorites(account, [standin.world.add_image(title="Liked")])
    offered = await names(library, "", Scope.ANYTHING)
    assert len(offered) == 25
    assert sum(name.startswith("picture") for name in offered) == 23


async def test_choices_are_no_longer_than_discord_counts(library: Library, standin: Standin, account: Account) -> None:
    for title in ("\U0001f408" * 90, "a" + "\U0001f408" * 90, "\U0001f469\u200d\U0001f680" * 40, "long " * 60):
        standin.world.add_image(account, title=title)
    offered = await names(library, "", Scope.OWN_IMAGES)
    assert len(offered) == 4
    for name in offered:
        assert 90 <= len(name.encode("utf-16-le")) / 2 <= 100
        assert "\u200d\u2026" not in name


async def test_title_on_a_page_that_was_just_turned_to_is_found(
    library: Library, standin: Standin, account: Account
) -> None:
    old = standin.world.add_image(account, title="kitten")
    for _ in range(70):
        standin.world.add_image(account)
    with pytest.raises(NameUnknownError):
        await library.items.show(ADA, "kitten")
    await library.galleries.images(ADA, 6)
    assert (await library.items.show(ADA, "kitten")).item.id == old.id


async def test_what_is_called_so_comes_first(library: Library, standin: Standin, account: Account) -> None:
    exact = standin.world.add_image(account, title="C\u00e1t")
    for number in range(30):
        standin.world.add_image(account, title=f"cat {number}")
    offered = await names(library, "cat", Scope.OWN_IMAGES)
    assert (len(offered), offered[0]) == (25, f"C\u00e1t ({exact.id})")


@pytest.mark.parametrize("form", ["https://imgur.com/{id}", "look: https://i.imgur.com/{id}.jpg", "kitten ({id})"])
async def test_link_or_wording_that_is_typed_offers_what_it_names(
    library: Library, standin: Standin, account: Account, *, form: str
) -> None:
    image = standin.world.add_image(account, title="kitten")
    standin.world.add_image(account, title="kitten")
    found = await library.suggestions.suggest(ADA, form.format(id=image.id), Scope.ANYTHING)
    assert [suggestion.value for suggestion in found] == [f"image:{image.id}"]


async def test_album_of_a_broken_link_is_refused_as_that(
    library: Library, stores: Stores, standin: Standin, account: Account
) -> None:
    linked = await stores.accounts.linked(ADA)
    assert linked is not None
    standin.world.tokens.refresh.clear()
    await mark_refused(stores, linked.account_id, linked.version)
    with pytest.raises(LinkBrokenError):
        await library.catalogue.own_album(ADA, "Holiday")
