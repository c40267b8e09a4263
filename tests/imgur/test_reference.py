"""Everything that people paste or type when they mean one image or album."""

from __future__ import annotations

import json
import string
import time
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from imgur import Kind, Reference
from imgur.reference import PAGES, SECTIONS, Kinds, SeveralError, is_several, links, parse

LETTERS = string.ascii_letters + string.digits
IDS = st.one_of(st.text(LETTERS, min_size=5, max_size=5), st.text(LETTERS, min_size=7, max_size=7)).filter(
    lambda text: text.lower() not in SECTIONS | {"topic", "memes"}  # words of paths count in any case
)
IMAGE: Kinds = (Kind.IMAGE,)
ALBUM: Kinds = (Kind.ALBUM,)
EITHER: Kinds = (Kind.IMAGE, Kind.ALBUM)
POST: Kinds = (Kind.ALBUM, Kind.IMAGE)

ADDRESSES = {
    EITHER: [
        "https://imgur.com/{id}",
        "http://imgur.com/{id}",
        "https://imgur.com/{id}/",
        "https://imgur.com/{id}?x=1&y=2",
        "https://imgur.com/{id}#comments",
        "https://www.imgur.com/{id}",
        "https://m.imgur.com/{id}",
        "https://imgur.io/{id}",
        "https://www.imgur.io/{id}",
        "https://m.imgur.io/{id}",
        "http://bildgur.de/{id}",
        "imgur.com/{id}",
        "www.imgur.com/{id}",
        "imgur.io/{id}",
        "//imgur.com/{id}",
        "http:imgur.com/{id}",
        "https:/imgur.com/{id}",
        "HTTPS://IMGUR.COM/{id}",
        "Imgur.Com/{id}",
        "https://imgur.com:443/{id}",
        "http://imgur.com:80/{id}",
        "https://imgur.com./{id}",
        "https://imgur.com.:443/{id}",
        "https://imgur.com//{id}",
        "https://imgur.com/some-title-{id}",
        "https://imgur.com/title.with.dots-{id}",
        "https://imgur.com/it+is-{id}",
        "https://imgur.com/{id}/embed",
        "https://imgur.com/{id}/embed?pub=true&ref=https%3A%2F%2Fexample.org",
        "https://imgur.com/{id}/comment/123456789",
        "https://imgur.com/{id}/new",
        "https://imgur.com/download/{id}",
        "https://imgur.com/download/{id}/some-title",
        "https://imgur.com/something/{id}",
        "https://imgur.com/{id},",
        "https://imgur.com/{id},{id}",
    ],
    IMAGE: [
        "https://i.imgur.com/{id}",
        "https://i.imgur.com/{id}.jpg",
        "http://i.imgur.com/{id}.jpeg?1",
        "//i.imgur.com/{id}.png",
        "i.imgur.com/{id}.gifv",
        "i.imgur.com/{id}.webm",
        "I.IMGUR.COM/{id}.mp4#t=3",
        "https://i.imgur.com/{id}_d.webp?maxwidth=760&fidelity=grand",
        "https://i.imgur.com/{id}_d.jpg?maxwidth=520&shape=thumb",
        "https://i.imgur.com/{id}_lq.mp4",
        "https://i.imgur.io/{id}.jpg",
        "https://i.imgur.io/{id}_d.webp?maxwidth=640&shape=thumb&fidelity=medium",
        "http://b.bildgur.de/{id}.png",
        "http://edge.imgur.com/{id}.png",
        "https://i.imgur.com/some-title-{id}.jpg",
        "https://i.imgur.com/x/{id}.png",
        *(f"https://i.imgur.com/{{id}}{size}.jpg" for size in "sbtmlhgr"),
        *(f"https://imgur.com/{{id}}{size}.jpg" for size in "sbtmlhgr"),
        "https://www.imgur.com/{id}l.png",
        "https://m.imgur.com/{id}h.png",
        "https://imgur.io/{id}m.png",
        "https://i.imgur.io/{id}t.png",
        "https://i.imgur.com/{id}l_d.webp",
        "https://imgur.com/{id}.png",
        "https://imgur.com/{id}.gifv",
        "https://imgur.com/{id}.mp4",
        "https://imgur.com/r/aww/{id}.jpg",
        "https://api.imgur.com/3/image/{id}",
        "https://api.imgur.com/3/image/{id}.json",
        "https://api.imgur.com/3/gallery/image/{id}",
        "{id}.jpg",
        "{id}.GIFV",
        "{id}l.png",
        "some-title-{id}.png",
        "{id}_d.webm",
        "https://i.imgur.com/{id}.jpg,{id}.jpg",
    ],
    ALBUM: [
        "https://imgur.com/a/{id}",
        "https://imgur.com/a/{id}/",
        "https://imgur.com/a/{id}#3",
        "https://imgur.com/a/{id}#Xy12345",
        "https://imgur.com/a/{id}/layout/blog",
        "https://imgur.com/a/{id}/layout/grid#0",
        "https://imgur.com/a/{id}/embed",
        "https://imgur.com/a/{id}/embed?pub=true",
        "https://imgur.com/a/{id}/all",
        "https://imgur.com/a/{id}/0",
        "https://imgur.com/a/{id}/whatever",
        "https://imgur.com/a/{id}?grid",
        "https://www.imgur.com/a/my-holiday-2024-{id}?x=1",
        "https://imgur.com/a/my.holiday.2024-{id}",
        "http://m.imgur.com/a/{id}",
        "https://i.imgur.com/a/{id}",
        "imgur.io/a/{id}",
        "bildgur.de/a/{id}",
        "https://imgur.com/a/%C3%BCber-uns-{id}",
        "https://imgur.com/a%2F{id}",
        "https://imgur.com/a/%E2%80%8E{id}%E2%80%8E",
        "https://imgur.com/a/%20{id}%20",
        "https://api.imgur.com/3/album/{id}/images",
        "https://api.imgur.com/3/gallery/album/{id}",
        "https://IMGUR.COM/A/{id}",
        "A/{id}",
        "https://imgur\u3002com/a/{id}",
        "\uff48\uff54\uff54\uff50\uff53\uff1a\uff0f\uff0f\uff49\uff4d\uff47\uff55\uff52\uff0e\uff43\uff4f\uff4d/a/{id}",
        "https://\u200bimgur.com/\u200ba/\u200b{id}\u200b",
        "\u2068https://imgur.com/a/{id}\u2069",
        "https://im\u00adgur.com/a/{id}",
    ],
    POST: [
        "https://imgur.com/gallery/{id}",
        "https://m.imgur.com/gallery/{id}/new",
        "https://imgur.com/gallery/{id}/comment/1234567890/best",
        "https://imgur.com/gallery/what-a-day-{id}",
        "https://imgur.com/gallery/title.with.dots-{id}",
        "https://imgur.com/gallery/1-2-3-{id}#5",
        "https://imgur.com/gallery/m%C3%BCde-katze-{id}?q=%20",
        "https://imgur.com/gallery/m\u00fcde-katze-{id}",
        "https://imgur.com/gallery/\u732b\u306e\u5199\u771f-{id}",
        "https://imgur.com/gallery/what%3F-{id}",
        "https://imgur.com/gallery/a%2Fb-{id}",
        "https://imgur.com/g/{id}",
        "https://imgur.com/g/memes/{id}",
        "https://imgur.com/Gallery/{id}",
        "https://imgur.com/GALLERY/what-a-day-{id}",
        "https://imgur.com/R/aww/{id}",
        "https://api.imgur.com/3/gallery/{id}",
        "https://api.imgur.com/3/gallery/{id}/comments",
        "https://api.imgur.com/post/v1/posts/{id}",
        "https://api.imgur.com/post/v1/albums/{id}?client_id=abc&include=media",
        "https://imgur.com/t/cats/{id}",
        "https://imgur.com/t/kittens/{id}",
        "https://imgur.com/t/cats/title-{id}",
        "https://imgur.com/t/the_more_you_know/{id}?nc=1",
        "https://imgur.com/r/aww/{id}",
        "https://imgur.com/r/pictures/{id}",
        "https://imgur.com/topic/Funny/{id}",
        "https://imgur.com/topic/The_More_You_Know/{id}",
        "https://imgur.com/user/example/favorites/{id}",
        "https://imgur.com/user/example/favorites/folder/1/name/{id}",
        "https://imgur.com/user/example/favorites/folder/1234567/holiday/title-{id}",
        "https://imgur.com/user/example/submitted/{id}",
        "https://imgur.com/account/favorites/{id}",
        "https://imgur.io/gallery/{id}",
        "gallery/title.with.dots-{id}",
        "/gallery/{id}",
        "/t/cat/{id}",
        "/user/x/favorites/{id}",
    ],
}
SHORT = [
    ("{id}", EITHER),
    ("  {id}\n", EITHER),
    ("<{id}>", EITHER),
    ("`{id}`", EITHER),
    ("({id})", EITHER),
    ("**{id}**", EITHER),
    ("\u201c{id}\u201d", EITHER),
    ("{id}.", EITHER),
    ("/{id}", EITHER),
    ("/{id}/embed?pub=true", EITHER),
    ("/a/{id}", ALBUM),
    ("a/{id}", ALBUM),
    ("\u200b{id}", EITHER),
]
WRAPPINGS = [
    "{link}",
    "  {link}\n",
    "<{link}>",
    "({link})",
    '"{link}"',
    "\u201c{link}\u201d",
    "\u00ab{link}\u00bb",
    "'{link}'",
    "`{link}`",
    "**{link}**",
    "_{link}_",
    "__{link}__",
    "~~{link}~~",
    "||{link}||",
    "> {link}",
    "- {link}",
    "1. {link}",
    "{link}.",
    "{link}!",
    "{link})",
    "{link}...",
    "{link}, I think",
    "{link}\nlook at this",
    "{link}\r\nlook",
    "look at {link} please",
    "see:{link}",
    "look\u2026{link}\u2026",
    "\U0001f408{link}\U0001f408",
    "[x]({link})",
    "[x](<{link}>)",
    '[x]({link} "a title")',
    "![x]({link})",
    "[{link}]({link})",
    "[x]: {link}",
    "[url]{link}[/url]",
    "[url={link}]x[/url]",
    "[img]{link}[/img]",
    '<a href="{link}">View post on imgur.com</a>',
    "<a href={link}>x</a>",
    '<img src="{link}" title="source: imgur.com" />',
    "https://example.org/page and {link}",
    "{link} {link}",
    "{link}\n{link}",
    "\u898b\u3066 {link} \u3092",
    "\u300c{link}\u300d",
    "https://imgur.com {link}",
    "https://imgur.com/upload {link}",
]
FORMS = [(form, kinds) for kinds, forms in ADDRESSES.items() for form in forms] + SHORT
LINKS = [
    (form, kinds)
    for form, kinds in FORMS
    if "imgur.com" in form.lower() and form.isascii() and not form.startswith("//")  # which `see:` would make a scheme
]
WHOLE = [(form, kinds) for form, kinds in LINKS if form.lower().startswith("http") and "," not in form]


def test_table_holds_enough_forms() -> None:
    assert len(FORMS) + len(WRAPPINGS) >= 150
    assert len({form for form, _ in FORMS}) == len(FORMS)


@pytest.mark.parametrize(("form", "kinds"), FORMS)
@settings(max_examples=10)
@given(item_id=IDS)
def test_id_and_what_the_link_names_come_back_from_every_form(form: str, kinds: Kinds, item_id: str) -> None:
    assert parse(form.replace("{id}", item_id)) == Reference(kinds, item_id)


@pytest.mark.parametrize("wrapping", WRAPPINGS)
@settings(max_examples=40)
@given(item_id=IDS, form=st.sampled_from(LINKS))
def test_link_is_found_in_text_and_markup(wrapping: str, item_id: str, form: tuple[str, Kinds]) -> None:
    link = form[0].replace("{id}", item_id)
    assert parse(wrapping.replace("{link}", link)) == Reference(form[1], item_id)


@pytest.mark.parametrize(
    "form",
    [
        "https://www.google.com/url?q={quoted}&sa=D",
        "https://out.reddit.com/t3_x?url={quoted}&token=AQAA",
        "https://imgur.com/signin?redirect={quoted}",
        "https://web.archive.org/web/2020/{link}",
        "{quoted}",
        "{twice}",
        "{json}",
        "{entities}",
    ],
)
@settings(max_examples=40)
@given(item_id=IDS, form_of_link=st.sampled_from(WHOLE))
def test_link_is_found_in_other_addresses_and_encodings(
    form: str, item_id: str, form_of_link: tuple[str, Kinds]
) -> None:
    link = form_of_link[0].replace("{id}", item_id)
    quoted = quote(link, safe="")
    text = form.format(
        link=link,
        quoted=quoted,
        twice=quote(quoted, safe=""),
        json=json.dumps({"link": link}).replace("/", "\\/"),
        entities=link.replace("/", "&#x2F;").replace("&x", "&amp;x"),
    )
    found = parse(text)
    assert found is not None
    assert found.id == item_id
    assert found.kinds == form_of_link[1]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://images-ext-1.discordapp.net/external/aB-1_/https/i.imgur.com/Ab3dE7g.jpg", (IMAGE, "Ab3dE7g")),
        (
            (
                '<blockquote data-id="a/Ab3dE7g"><a href="//imgur.com/a/Ab3dE7g">x</a></blockquote>'
                '<script async src="//s.imgur.com/min/embed.js" charset="utf-8"></script>'
            ),
            (ALBUM, "Ab3dE7g"),
        ),
        ("[![x](https://i.imgur.com/Ab3dE7gh.jpg)](https://imgur.com/Ab3dE7g)", (IMAGE, "Ab3dE7g")),
        ("https://imgur.com/Ab3dE7ghttps://imgur.com/Ab3dE7g", (EITHER, "Ab3dE7g")),
        ("https://imgur.com/Ab3dE7g,https://imgur.com/Ab3dE7g", (EITHER, "Ab3dE7g")),
        ("\u898b\u3066imgur.com/Ab3dE7g\u3002\u3059\u3054\u3044", (EITHER, "Ab3dE7g")),
        ("https://imgur.com/Ab3dE7g\u3092\u898b\u3066", (EITHER, "Ab3dE7g")),
        ("https://imgur.com/Ab3dE7g\u2014look", (EITHER, "Ab3dE7g")),
        ("https://imgur.com/Ab3dE7g--look", (EITHER, "Ab3dE7g")),
        ("look..imgur.com/Ab3dE7g", (EITHER, "Ab3dE7g")),
    ],
)
def test_id_comes_back_from_odd_texts(text: str, expected: tuple[Kinds, str]) -> None:
    assert parse(text) == Reference(*expected)


@given(before=st.text(), after=st.text(), item_id=IDS, form=st.sampled_from(WHOLE))
def test_link_in_any_text_comes_back_as_its_id(before: str, after: str, item_id: str, form: tuple[str, Kinds]) -> None:
    link = form[0].replace("{id}", item_id)
    assert parse(f"{before} {link} {after}") == Reference(form[1], item_id)
    assert parse(f"{before}{link}\n{after}") == Reference(form[1], item_id)


@given(st.text(), st.sampled_from([form for form, _ in FORMS]), st.sampled_from(WRAPPINGS))
def test_any_text_is_refused_or_gives_an_id_fit_for_an_address(text: str, form: str, wrapping: str) -> None:
    filled = form.replace("{id}", text)
    for candidate in (
        text,
        filled,
        wrapping.replace("{link}", filled),
        f"https://imgur.com/{text}",
        f"https://[{text}",
    ):
        try:
            found = parse(candidate)
        except SeveralError:
            continue
        assert found is None or (found.id.isascii() and found.id.isalnum() and 5 <= len(found.id) <= 10)


@pytest.mark.parametrize(
    "text",
    [
        "https://imgur.com/Ab3dE,Xy12345",
        "https://imgur.com/Ab3dE7g,Xy12345,Zz98765",
        "https://imgur.com/Ab3dE7g&Xy12345",
        "https://imgur.com/Ab3dE7g%2CXy12345",
        "https://imgur.com/gallery/Ab3dE7g,Xy12345",
        "https://i.imgur.com/Ab3dE7g.jpg,Xy12345.png",
        "https://imgur.com/Ab3dE7g https://imgur.com/Xy12345",
        "https://imgur.com/Ab3dE7g\nhttps://imgur.com/Xy12345",
        "https://imgur.com/Ab3dE7g,https://imgur.com/Xy12345",
        "https://imgur.com/Ab3dE7ghttps://imgur.com/Xy12345",
        "imgur.com/Ab3dE7g,imgur.com/Xy12345",
        "imgur.com/Ab3dE7g+imgur.com/Xy12345",
        "[a](https://imgur.com/a/Ab3dE7g) and [b](https://imgur.com/a/Xy12345)",
        "https://imgur.com/a/Ab3dE7g https://i.imgur.com/Ab3dE7g.jpg",
        "https://imgur.com/Ab3dE7g https://imgur.com/ab3de7g",
    ],
)
def test_two_different_things_are_told_from_one(text: str) -> None:
    with pytest.raises(SeveralError):
        parse(text)


@pytest.mark.parametrize(
    ("text", "several"),
    [
        ("Ab3dE7g Xy12345", True),
        ("Ab3dE, Xy12345 and Zz98765", True),
        ("abc1234\ndef5678\n", True),
        ("image:Ab3dE7g album:Xy12345", True),
        ("1. Ab3dE7g; 2. <Xy12345>", True),
        ("`Ab3dE7g` | (Xy12345)", True),
        ("Ab3dE7g", False),
        ("Ab3dE7g Ab3dE7g", False),
        ("Ab3dE7g summer", False),
        ("happy friday", False),
        ("Happy Friday", False),
        ("Summer 2024", False),
        ("our trip Ab3dE7g Xy12345", False),
        ("", False),
    ],
)
def test_a_row_of_ids_is_told_from_a_title(text: str, several: bool) -> None:
    assert is_several(text) is several


@pytest.mark.parametrize("form", ["https://imgur.com/{}", "imgur.com/{}/", "www.imgur.com/{}?x=1"])
@pytest.mark.parametrize("page", sorted(PAGES))
def test_imgur_s_own_pages_are_no_items(form: str, page: str) -> None:
    assert parse(form.format(page)) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "cat",
        "a cat on a mat",
        "cat.jpg",
        "a cat on a mat.jpg",
        "Ab3dE7g.txt",
        "https://example.org/Ab3dE7g.jpg",
        "example.org/Ab3dE7g.jpg",
        "Ab3dE7gHijk",
        "https://example.org/a/Ab3dE7g",
        "https://example.com/Ab3dE7g",
        "example.com/Ab3dE7g",
        "notimgur.com/Ab3dE7g",
        "not-imgur.com/Ab3dE7g",
        "not--imgur.com/Ab3dE7g",
        "not_imgur.com/Ab3dE7g",
        "\u00e9imgur.com/Ab3dE7g",
        "https://notimgur.com/Ab3dE7g",
        "https://not.imgur.com/Ab3dE7g",
        "https://imgur.com.evil.org/Ab3dE7g",
        "https://imgur.com.evil.org/a/Ab3dE7g",
        "https://imgur.com-evil.org/a/Ab3dE7g",
        "https://imgur.community/a/Ab3dE7g",
        "https://imgur.co/a/Ab3dE7g",
        "https://imgur.com%2eevil.org/Ab3dE7g",
        "https://imgur.com%40evil.org/Ab3dE7g",
        "https://\u0131mgur.com/Ab3dE7g",
        "https://imgur.com@evil.org/a/Ab3dE7g",
        "https://imgur.com:x@evil.org/a/Ab3dE7g",
        "https://user@imgur.com/Ab3dE7g",
        "https://user:fake-word@imgur.com/a/Ab3dE7g",
        "someone@imgur.com/Ab3dE7g",
        "imgur.com/\U0001f408\U0001f408\U0001f408\U0001f408\U0001f408",
        "\U0001f408\U0001f408\U0001f408\U0001f408\U0001f408",
        "K\u00e4tzchen",
        "Ab3dE\u0667g",
        "https://imgur.com\\Ab3dE7g",
        "javascript://imgur.com/a/Ab3dE7g",
        "ftp://imgur.com/a/Ab3dE7g",
        "https://i.stack.imgur.com/Ab3dE7g.png",
        "https://s.imgur.com/min/embed.js",
        "https://example.org/imgur.com/a/Ab3dE7g",
        "https://example.org//imgur.com/a/Ab3dE7g",
        "https://imgur.com",
        "https://imgur.com/",
        "https://imgur.com/a/",
        "https://imgur.com/account/settings",
        "https://imgur.com/edit?deletehash=fakedeletehash1",
        "https://imgur.com/delete/fakedeletehash1",
        "https://imgur.com/user/bob_example",
        "https://imgur.com/user/somebody",
        "https://imgur.com/user/somebody/favorites",
        "https://imgur.com/user/somebody/favorites/newest",
        "https://imgur.com/user/somebody/favorites/folder/1234567/holiday",
        "https://imgur.com/user/somebody/submitted/newest",
        "https://imgur.com/user/somebody/avatar?maxwidth=290",
        "https://imgur.com/t/cats",
        "https://imgur.com/t/kittens",
        "https://imgur.com/r/pictures",
        "https://imgur.com/topic/Staff_Picks",
        "https://imgur.com/gallery/hot/viral/day",
        "https://imgur.com/search/score?q=cat",
    ],
)
def test_what_names_no_item_is_refused(text: str) -> None:
    assert parse(text) is None


@pytest.mark.parametrize(
    "unit",
    [
        *("a", "/", "-", "_", ".", "..", "(", "[", "\\", "%", "%25", "&amp;", "\u200b", "\ufdfa", "https:", "//"),
        *("imgur.com", "imgur.com/", "imgur.com/a,", "imgur.com/a-", "https://imgur.com/", "https://imgur.com/abcde,"),
    ],
)
def test_long_and_hostile_text_takes_no_time(unit: str) -> None:
    began = time.process_time()
    for text in (unit * 100_000, "imgur.com/" + unit * 100_000, "/" + unit * 100_000):
        try:
            parse(text)
        except SeveralError:
            continue
    assert time.process_time() - began < 2


# --- all links of a text ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "imgur.com/AbCdEf1, https://imgur.com/a/AbCdEf2 and i.imgur.com/AbCdEf3.png",
            ["AbCdEf1", "AbCdEf2", "AbCdEf3"],
        ),
        ("imgur.com/AbCdEf1 https://i.imgur.com/AbCdEf1h.jpg", ["AbCdEf1"]),
        ("imgur.com/AbCdEf1 imgur.com/a/AbCdEf1 i.imgur.com/AbCdEf1.png", ["AbCdEf1", "AbCdEf1"]),
        ("nothing AbCdEf1", []),
        ("imgur.com/upload", []),
    ],
)
def test_all_links_are_found_and_each_thing_counts_once(text: str, expected: list[str]) -> None:
    assert [found.id for found in links(text)] == expected


def test_two_names_for_one_thing_leave_what_both_can_mean() -> None:
    assert links("imgur.com/AbCdEf1 i.imgur.com/AbCdEf1.png") == [Reference(IMAGE, "AbCdEf1")]
    assert links("imgur.com/gallery/AbCdEf1 imgur.com/a/AbCdEf1") == [Reference(ALBUM, "AbCdEf1")]
