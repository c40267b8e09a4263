"""What is pasted elsewhere: one well-formed link, whatever a title holds."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from services.snippets import Source, Style, snippet

PAGE, DIRECT = "https://imgur.com/abc1234", "https://i.imgur.com/abc1234.png"
HOSTILE = 'a](x) [/img] "><img src=x onerror=1> \\\n```` || [url=https://evil.example]'
titles = st.text(max_size=200) | st.text("[]()<>`\\|!\"'= /:&#;*_x\n", max_size=120) | st.just(HOSTILE)
sources = st.builds(
    Source,
    page=st.just(PAGE),
    direct=st.none() | st.just(DIRECT),
    name=titles,
    alt=titles,
    is_film=st.booleans(),
    hidden=st.booleans(),
)


class Tags(HTMLParser):
    """The tags of a piece of HTML, and what stands between them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.ended: list[str] = []
        self.words = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        self.ended.append(tag)

    def handle_data(self, data: str) -> None:
        self.words += data


def shows_itself(source: Source) -> bool:
    return source.direct is not None and not source.is_film and not source.hidden


@settings(max_examples=150)
@given(sources, st.sampled_from(Style))
def test_no_snippet_leaves_its_line_or_its_block_of_code(source: Source, style: Style) -> None:
    text = snippet(style, source)
    assert "`" not in text
    assert len(text.splitlines()) == 1
    assert len(text) < 1000


@settings(max_examples=150)
@given(sources)
def test_html_is_one_link_around_a_picture_or_words(source: Source) -> None:
    tags = Tags(snippet(Style.HTML, source))
    expected = ["a", "img"] if shows_itself(source) else ["a"]
    assert [tag for tag, _ in tags.found] == expected
    assert tags.ended == ["a"]
    assert tags.found[0][1] == {"href": PAGE}
    if shows_itself(source):
        assert tags.found[1][1].keys() == {"src", "alt"}
        assert tags.found[1][1]["src"] == DIRECT
    else:
        assert tags.words


@settings(max_examples=150)
@given(sources)
def test_markdown_is_one_link_or_one_picture(source: Source) -> None:
    text = snippet(Style.MARKDOWN, source)
    if source.hidden:
        assert text.startswith("||")
        assert text.endswith("||")
        text = text[2:-2]
    parsed = MarkdownIt("commonmark").parseInline(text)[0].children or []
    assert "html_inline" not in {token.type for token in parsed}
    if shows_itself(source):
        assert [(token.type, token.attrs["src"]) for token in parsed] == [("image", DIRECT)]
    else:
        assert (parsed[0].type, parsed[0].attrs) == ("link_open", {"href": PAGE})
        assert parsed[-1].type == "link_close"
        assert sum(token.type == "link_open" for token in parsed) == 1


@settings(max_examples=150)
@given(sources)
def test_bbcode_is_one_link_whose_tags_are_ours(source: Source) -> None:
    text = snippet(Style.BBCODE, source)
    inner = f"[img]{DIRECT}[/img]" if shows_itself(source) else r"[^\[\]]+"
    whole = re.escape(f"[url={PAGE}]") + (re.escape(inner) if shows_itself(source) else inner) + re.escape("[/url]")
    if source.hidden:
        whole = rf"\[spoiler\]{whole}\[/spoiler\]"
    assert re.fullmatch(whole, text)


@pytest.mark.parametrize(
    ("style", "text"),
    [
        (Style.LINK, PAGE),
        (Style.DIRECT, DIRECT),
        (Style.MARKDOWN, f"![Cat]({DIRECT})"),
        (Style.BBCODE, f"[url={PAGE}][img]{DIRECT}[/img][/url]"),
        (Style.HTML, f'<a href="{PAGE}"><img src="{DIRECT}" alt="A cat &amp; a &quot;hat&quot;"></a>'),
    ],
)
def test_each_style_is_what_it_is_called(style: Style, text: str) -> None:
    assert snippet(style, Source(PAGE, DIRECT, "Cat", 'A cat & a "hat"')) == text


def test_what_has_no_address_of_its_own_is_a_link_to_its_page() -> None:
    album = Source("https://imgur.com/a/abcde", name="Trip")
    assert snippet(Style.DIRECT, album) == "https://imgur.com/a/abcde"
    assert snippet(Style.MARKDOWN, album) == "[Trip](https://imgur.com/a/abcde)"
    assert snippet(Style.BBCODE, album) == "[url=https://imgur.com/a/abcde]Trip[/url]"
    assert snippet(Style.HTML, Source("https://imgur.com/a/abcde")) == '<a href="https://imgur.com/a/abcde">abcde</a>'


def test_an_odd_address_ends_no_markup() -> None:
    odd = Source(PAGE, "https://i.imgur.com/a)[/img]`\"'>x.png", "Cat")
    assert snippet(Style.MARKDOWN, odd) == "![Cat](https://i.imgur.com/a%29%5B/img%5D%60%22%27%3Ex.png)"


@pytest.mark.parametrize("title", ["https:`//evil.example", "a:[//b", "a:/\\/b", "x:|:////y", "::<////"])
def test_what_is_left_of_a_title_is_no_address(title: str) -> None:
    for style in (Style.MARKDOWN, Style.BBCODE):
        text = snippet(style, Source(PAGE, None, title))
        assert text.count("://") == 1, text


@pytest.mark.parametrize("alt", ["", " ", "\u200b", "\n"])
def test_a_title_stays_escaped_where_there_is_nothing_to_read_of_the_description(alt: str) -> None:
    text = snippet(Style.HTML, Source(PAGE, DIRECT, name='x" onerror="alert(1)', alt=alt))
    assert 'onerror="' not in text
