"""What an image, an album and a page of them look like, whatever Imgur says about them."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from discord import ui
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from cogs.gallery._views import gallery_view
from cogs.item._views import question_view
from cogs.ui.actions import ANYONE
from cogs.ui.copying import copy_view
from cogs.ui.favorite import favorite_notice
from cogs.ui.item import item_view, linked
from cogs.ui.markdown import Markdown
from imgur.models import Album, Image, Item
from services.library.ability import Abilities, Ability, Shown, abilities
from services.library.items import Favorited
from services.library.page import GalleryPage
from services.library.place import Place, Source
from tests.cogs.limits import BUTTON, GALLERY, SELECT, TEXT, assert_sendable, parts, written
from tests.reading import IS_PSEUDO, english

OWNER = 2**64 - 1
ALL = abilities(Image("abc1234"), linked=True, mine=True)
LINK = "https://i.imgur.com/abc1234.png"

texts = st.none() | st.text(max_size=1200) | st.text("*_`|~@#>-[]()<:&!0123456789 \n\\everyonehere/", max_size=1200)
ids = st.from_regex(r"[A-Za-z0-9]{1,64}", fullmatch=True)
links = st.none() | st.builds("https://i.imgur.com/{}.png".format, st.text(max_size=600)) | st.text(max_size=30)
times = st.none() | st.datetimes(timezones=st.just(UTC))
counts = st.integers(0, 10**15)
images = st.builds(
    Image,
    id=ids,
    title=texts,
    description=texts,
    created=times,
    mime_type=st.sampled_from([None, "image/png", "image/gif", "video/mp4"]) | texts,
    animated=st.booleans(),
    width=counts,
    height=counts,
    size=counts,
    views=counts,
    link=links,
    mp4=links,
    favorite=st.booleans(),
    nsfw=st.booleans(),
    processing=st.booleans(),
)
albums = st.builds(
    Album,
    id=ids,
    title=texts,
    description=texts,
    created=times,
    cover=st.none() | ids | st.text(max_size=20),
    privacy=texts,
    views=counts,
    favorite=st.booleans(),
    nsfw=st.booleans(),
    images_count=counts,
    images=st.lists(images, max_size=13).map(tuple),
)
items = images | albums
pages = st.builds(
    GalleryPage,
    source=st.sampled_from(Source),
    items=st.lists(items, max_size=10).map(tuple),
    page=st.integers(0, 10**6),
    last_known=st.integers(0, 10**6),
    next=st.none() | st.integers(0, 10**6),
    total=st.none() | counts,
    anonymous=st.integers(0, 10**6),
    album=st.none() | albums,
)


@settings(max_examples=50)
@given(items, st.sets(st.sampled_from(Ability)), st.none() | st.just("**Uploaded**"), st.booleans())
def test_item_is_sendable_whatever_imgur_says(
    item: Item,
    can: Abilities,
    above: str | None,
    shared: bool,
) -> None:
    assert_sendable(item_view(item, owner=OWNER, can=can, above=Markdown(above) if above else None, shared=shared))


@settings(max_examples=50)
@given(items)
def test_questions_and_answers_about_an_item_are_sendable(item: Item) -> None:
    assert_sendable(copy_view(item))
    assert_sendable(favorite_notice(Favorited(Shown(item, ALL), changed=True)))
    if len(item.id) <= 10:
        assert_sendable(question_view(item, OWNER))


@settings(max_examples=50)
@given(pages, st.sampled_from(["newest", "oldest"]), st.integers(0, 10**6), st.booleans())
def test_gallery_is_sendable_whatever_imgur_says(
    page: GalleryPage,
    sort: Any,
    known: int,
    shared: bool,
) -> None:
    page = replace(page, album=replace(page.album, id=page.album.id[:10]) if page.album else None)
    assert_sendable(gallery_view(page, replace(page.place, sort=sort), OWNER, known=known, shared=shared))


@pytest.mark.parametrize(
    "place",
    [
        Place(Source.ACCOUNT),
        Place(Source.ANONYMOUS),
        Place(Source.ALBUM, album="newest"),
        Place(Source.FAVORITES),
        Place(Source.FAVORITES, "oldest"),
        Place(Source.FAVORITES, "oldest", view="a-b_c~d.e"),
        Place(Source.ALBUM, album="newest", view="abc"),
        Place(Source.ACCOUNT, view="-"),
    ],
)
def test_place_survives_its_way_through_a_button(place: Place) -> None:
    assert Place.parse(str(place)) == place


def labels(view: Any) -> list[str]:
    return [english(button["label"]) for button in parts(view, BUTTON)]


def picture(view: Any) -> dict[str, Any]:
    [gallery] = parts(view, GALLERY)
    [item] = gallery["items"]
    return dict(item)


def test_image_is_shown_with_its_facts_and_escaped_words() -> None:
    image = Image(
        "abc1234",
        title="*Cat* @everyone",
        description="[click](https://evil.example)\n# big",
        created=datetime(2020, 1, 2, tzinfo=UTC),
        mime_type="image/png",
        width=640,
        height=480,
        size=75_582,
        views=1,
        link=LINK,
    )
    view = item_view(image, owner=7, can=ALL, above=Markdown("**Uploaded**"))
    text = written(view)
    assert text.startswith("**Uploaded**\n### \\*Cat\\* @\u200beveryone")
    assert "](https://evil" not in text
    assert "PNG · 76 kB · 640 x 480 · 1 view · <t:1577923200:d>" in text
    assert picture(view) == {
        "media": {"url": LINK},
        "description": "[click](https://evil.example) # big",
        "spoiler": False,
    }
    assert [button["url"] for button in parts(view, BUTTON) if "url" in button] == ["https://imgur.com/abc1234"]


@pytest.mark.parametrize(
    ("image", "shown"),
    [
        (Image("abc1234", mime_type="image/png", link=LINK, mp4="https://i.imgur.com/a.mp4"), LINK),
        (Image("abc1234", mime_type="video/mp4", link=LINK, mp4="https://i.imgur.com/a.mp4"), "https://i.imgur.com/a.mp4"),
        (Image("abc1234", mime_type="video/mp4", link="https://i.imgur.com/b.mp4"), "https://i.imgur.com/b.mp4"),
        (Image("abc1234", mime_type="image/gif", animated=True, size=1000, link=LINK, mp4="https://x/a.mp4"), LINK),
        (Image("abc1234", mime_type="image/gif", animated=True, size=30_000_000, link=LINK, mp4="https://x/a.mp4"), "https://x/a.mp4"),
    ],
)  # fmt: skip
def test_video_and_large_gif_are_shown_as_film(image: Image, shown: str) -> None:
    assert picture(item_view(image, owner=7, can=ALL))["media"]["url"] == shown


@pytest.mark.parametrize(
    ("image", "words", "refreshable"),
    [
        (Image("abc1234", link=LINK, processing=True), "still processing", True),
        (Image("abc1234", link=None), "cannot be shown", False),
        (Image("abc1234", link="https://i.imgur.com/a b.png"), "cannot be shown", False),
        (Image("abc1234", link="javascript:alert(1)"), "cannot be shown", False),
    ],
)
def test_placeholder_is_shown_when_there_is_no_picture_yet(image: Image, words: str, *, refreshable: bool) -> None:
    view = item_view(image, owner=7, can=ALL)
    assert not parts(view, GALLERY)
    assert words in written(view)
    assert "Open on Imgur" in labels(view)
    assert ("Refresh" in labels(view)) is refreshable


@pytest.mark.parametrize(("title", "description", "alt"), [
    ("Title", "Words", "Words"), (None, "Some\nwords", "Some words"), (None, None, "Image abc1234"),
    ("x" * 400, None, "x" * 255 + "…"),
])  # fmt: skip
def test_alt_text_comes_from_what_there_is(title: str | None, description: str | None, alt: str) -> None:
    view = item_view(Image("abc1234", title=title, description=description, link=LINK), owner=7, can=ALL)
    assert english(picture(view)["description"]) == alt


@pytest.mark.parametrize("nsfw", [True, False])
def test_mature_picture_is_behind_a_spoiler(*, nsfw: bool) -> None:
    view = item_view(Image("abc1234", link=LINK, nsfw=nsfw), owner=7, can=ALL)
    assert picture(view)["spoiler"] is nsfw
    assert ("marked mature" in written(view)) is nsfw
    album = Album("abcde", nsfw=nsfw, images=(Image("abc1234", link=LINK),))
    assert picture(item_view(album, owner=7, can=ALL))["spoiler"] is nsfw
    page = GalleryPage(Source.ALBUM, album.images, 0, 0, None, 1, album=album)
    assert picture(gallery_view(page, page.place, 7))["spoiler"] is nsfw
    page = GalleryPage(Source.FAVORITES, (Album("abcde", cover="abc1234", nsfw=nsfw),), 0, 0, None)
    assert picture(gallery_view(page, page.place, 7))["spoiler"] is nsfw


def test_album_is_shown_by_its_cover_and_nine_more() -> None:
    images = tuple(Image(f"image{number:02}", link=f"https://i.imgur.com/{number}.png") for number in range(15))
    album = Album("abcde", title="Trip", privacy="hidden", cover="image12", images=images, images_count=15)
    view = item_view(album, owner=7, can=abilities(album, linked=True, mine=True))
    [gallery] = parts(view, GALLERY)
    shown = [item["media"]["url"] for item in gallery["items"]]
    assert shown == [f"https://i.imgur.com/{number}.png" for number in (12, 0, 1, 2, 3, 4, 5, 6, 7, 8)]
    assert "Album · 15 pictures · hidden · 0 views" in written(view)
    assert labels(view) == ["Open on Imgur", "Favorite", "Copy", "Tag", "Share"]


def test_album_without_pictures_says_so() -> None:
    view = item_view(Album("abcde"), owner=7, can=ALL)
    assert "no picture in it" in written(view)


@pytest.mark.parametrize(
    ("linked", "mine", "favorite", "expected"),
    [
        (True, True, False, ["Edit", "Favorite", "Delete", "Copy", "Tag", "Share", "Add alt text"]),
        (True, True, True, ["Edit", "Unfavorite", "Delete", "Copy", "Tag", "Share", "Add alt text"]),
        (True, False, False, ["Favorite", "Copy", "Tag", "Share"]),
        (False, True, False, ["Edit", "Delete", "Copy", "Tag", "Share", "Add alt text"]),
        (False, False, False, ["Copy", "Tag", "Share"]),
    ],
)
def test_buttons_are_the_owner_s_and_follow_what_they_may_do(
    *, linked: bool, mine: bool, favorite: bool, expected: list[str]
) -> None:
    image = Image("abc1234", link=LINK, favorite=favorite)
    view = item_view(image, owner=7, can=abilities(image, linked=linked, mine=mine))
    assert labels(view) == ["Open on Imgur", *expected]
    owners = {button["custom_id"].split(":")[2] for button in parts(view, BUTTON) if "custom_id" in button}
    assert owners == {"7"}


@pytest.mark.parametrize(("length", "said"), [(28, False), (29, True)])
def test_an_item_whose_id_no_button_can_hold_says_so(*, length: int, said: bool) -> None:
    view = item_view(Image("i" * length), owner=1, can=frozenset(Ability))
    assert ("Discord's buttons" in written(view)) is said
    assert (labels(view) == ["Open on Imgur"]) is said


@pytest.mark.parametrize("linked", [True, False])
@pytest.mark.parametrize("favorite", [True, False])
def test_favorite_is_everyone_s_on_a_shared_message(*, linked: bool, favorite: bool) -> None:
    image = Image("abc1234", link=LINK, favorite=favorite)
    view = item_view(image, owner=7, can=abilities(image, linked=linked, mine=True), shared=True)
    owners = {
        english(button["label"]): button["custom_id"].split(":")[2]
        for button in parts(view, BUTTON)
        if "custom_id" in button
    }
    assert owners == {"Edit": "7", "Favorite": str(ANYONE), "Delete": "7", "Copy": str(ANYONE), "Report…": str(ANYONE)}


def test_copied_markdown_stays_in_its_code_block() -> None:
    text = written(copy_view(Image("abc1234", title="a ``` [b](c)\n\\d", link=LINK)))
    assert re.findall(r"```\n(.*?)\n```", text, re.DOTALL) == [
        "https://imgur.com/abc1234",
        LINK,
        f"![a b(c) d]({LINK})",
        f"[url=https://imgur.com/abc1234][img]{LINK}[/img][/url]",
        f'<a href="https://imgur.com/abc1234"><img src="{LINK}" alt="a &#96;&#96;&#96; [b](c) \\d"></a>',
    ]
    text = written(copy_view(Album("abcde", title="Trip")))
    assert re.findall(r"```\n(.*?)\n```", text, re.DOTALL) == [
        "https://imgur.com/a/abcde",
        "[Trip](https://imgur.com/a/abcde)",
        "[url=https://imgur.com/a/abcde]Trip[/url]",
        '<a href="https://imgur.com/a/abcde">Trip</a>',
    ]


def test_gallery_lists_what_it_cannot_show() -> None:
    page = GalleryPage(
        Source.FAVORITES,
        (
            Image("image01", title="Cat", link=LINK),
            Image("image02", title="Film", mime_type="video/mp4", link=LINK, processing=True),
            Image("image03", title="Lost"),
            Album("album", title="Trip", cover="image04", images_count=3),
            Image("image01", title="Cat", link=LINK),
        ),
        page=2,
        last_known=4,
        next=3,
    )
    view = gallery_view(page, replace(page.place, sort="oldest"), 7, known=6)
    lines = written(view).splitlines()
    assert lines[0] == "### Your favorites, oldest first"
    assert [re.sub(r"\(.*?\)", "", line) for line in lines[1:6]] == [
        "**21.** 🖼️ [Cat]",
        "**•** 🎞️ [Film] · *still being processed*",
        "**•** 🖼️ [Lost] · *no preview*",
        "**22.** 📚 [Trip] · 3 pictures",
        "**23.** 🖼️ [Cat]",
    ]
    assert lines[-1] == "-# Page 3 of at least 7"
    [gallery] = parts(view, GALLERY)
    assert [item["media"]["url"] for item in gallery["items"]] == [LINK, "https://i.imgur.com/image04h.jpg", LINK]
    [menu] = parts(view, SELECT)
    assert [option["value"] for option in menu["options"]] == [
        "image:image01", "image:image02", "image:image03", "album:album",
    ]  # fmt: skip
    assert labels(view) == ["First", "Previous", "Next", "Last known", "Refresh", "Select…", "Share"]
    last = next(button for button in parts(view, BUTTON) if english(button["label"]) == "Last known")
    assert last["custom_id"] == "v1:gallery:7:favorites.oldest:6:6:last"


@pytest.mark.parametrize(
    ("page", "last", "following", "total", "enabled"),
    [
        (0, 2, 1, 23, ["Next", "Last", "Refresh"]),
        (1, 2, 2, 23, ["First", "Previous", "Next", "Last", "Refresh"]),
        (2, 2, None, 23, ["First", "Previous", "Refresh"]),
        (0, 5, 1, None, ["Next", "Last known", "Refresh"]),
        (5, 5, None, None, ["First", "Previous", "Refresh"]),
    ],
)
def test_buttons_that_lead_nowhere_are_disabled(
    page: int, last: int, following: int | None, total: int | None, enabled: list[str]
) -> None:
    shown = GalleryPage(Source.ACCOUNT, (Image("abc1234", link=LINK),), page, last, following, total)
    view = gallery_view(shown, shown.place, 7, known=last + 2)
    assert [english(button["label"]) for button in parts(view, BUTTON) if not button["disabled"]] == [
        *enabled,
        "Select…",
        "Share",
    ]
    known = f"{last + 1}" if shown.is_complete else f"at least {last + 3}"
    assert f"Page {page + 1} of {known}" in written(view)


def test_a_single_page_has_no_buttons_for_turning_it() -> None:
    page = GalleryPage(Source.ACCOUNT, (Image("abc1234", link=LINK),), 0, 0, None, 1)
    assert labels(gallery_view(page, page.place, 7)) == ["Refresh", "Select…", "Share"]


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("[OC] my *cat*", "[\\[OC\\] my \\*cat\\*](https://imgur.com/abc1234)"),
        ("a ] b [ c", "[a ) b ( c](https://imgur.com/abc1234)"),
        ("[[a]]", "[((a))](https://imgur.com/abc1234)"),
        ("https://evil.example", "[https:\u200b//evil.example](https://imgur.com/abc1234)"),
        ("x](https://evil.example)", "[x)(https:\u200b//evil.example)](https://imgur.com/abc1234)"),
        ("\u200b", "[Image abc1234](https://imgur.com/abc1234)"),
        (None, "[Image abc1234](https://imgur.com/abc1234)"),
    ],
)
def test_the_title_is_the_link_whatever_it_holds(title: str | None, shown: str) -> None:
    assert english(linked(Image("abc1234", title=title))) == shown


@given(st.text() | st.text("[]()\\`*_a ://<>", max_size=30))
def test_a_linked_title_is_one_link_to_imgur(title: str) -> None:
    [block] = [
        token for token in MarkdownIt().parse(f"**1.** {linked(Image('abc1234', title=title))}") if token.children
    ]
    [opened] = [part for part in block.children or () if part.type == "link_open"]
    assert opened.attrs == {"href": "https://imgur.com/abc1234"}


def test_a_menu_s_labels_are_as_long_as_discord_counts() -> None:
    images = tuple(Image(f"abc123{number}", title="\U0001f408" * length) for number, length in enumerate((40, 60, 90)))
    page = GalleryPage(Source.ACCOUNT, images, 0, 0, None, 3)
    view = gallery_view(page, page.place, 7)
    assert_sendable(view)
    [menu] = parts(view, SELECT)
    beside = 1 if IS_PSEUDO else 0  # "Image" is longer there
    assert [option["label"].count("\U0001f408") for option in menu["options"]] == [40, 45 - beside, 45 - beside]


def hides(view: ui.LayoutView) -> list[bool]:
    return [item["spoiler"] for gallery in parts(view, GALLERY) for item in gallery["items"]]


@pytest.mark.parametrize("hidden", [True, False])
def test_what_is_hidden_is_shown_as_a_spoiler(hidden: bool) -> None:
    image = Image("abc1234", link=LINK)
    [container] = item_view(image, owner=7, can=ALL, hidden=hidden).to_components()
    assert container["spoiler"] is False
    assert hides(item_view(image, owner=7, can=ALL, hidden=hidden)) == [hidden]
    assert hides(question_view(image, 7, hidden=hidden)) == [hidden]
    [container] = item_view(replace(image, processing=True), owner=7, can=ALL, hidden=hidden).to_components()
    assert container["spoiler"] is hidden


@pytest.mark.parametrize("source", list(Source))
@pytest.mark.parametrize("anonymous", [0, 4])
def test_empty_gallery_says_what_to_do_next(source: Source, anonymous: int) -> None:
    page = GalleryPage(source, (), 0, 0, None, 0, anonymous)
    view = gallery_view(page, page.place, 7)
    assert "`/imgur" in written(view)
    assert "Refresh" in labels(view)
    assert ("Anonymous uploads (4)" in labels(view)) is bool(anonymous)
    assert ("Link account" in labels(view)) is (source is Source.ANONYMOUS)
    assert len(parts(view, TEXT)) == 1


def test_page_of_which_nothing_could_be_read_leads_on() -> None:
    page = GalleryPage(Source.FAVORITES, (), 0, 6, 6)
    view = gallery_view(page, page.place, 7)
    assert "could be read" in written(view)
    [onward] = [button for button in parts(view, BUTTON) if english(button["label"]) == "Next"]
    assert (onward["disabled"], onward["custom_id"]) == (False, "v1:gallery:7:favorites.newest:6:6:next")


def test_shared_gallery_names_its_owner_and_keeps_private_things_out() -> None:
    page = GalleryPage(Source.ACCOUNT, (Image("abc1234", link=LINK),), 0, 0, None, 1, anonymous=4)
    view = gallery_view(page, page.place, 7, shared=True)
    assert written(view).startswith("### <@7>: images")
    assert "Anonymous uploads (4)" not in labels(view)
    assert "Anonymous uploads (4)" in labels(gallery_view(page, page.place, 7))
