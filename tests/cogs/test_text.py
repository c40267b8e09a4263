"""What users wrote, once it is part of an answer: never markup, never a mention, never a masked link."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from discord import ui
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from cogs.account import broken_view
from cogs.gallery._views import gallery_view
from cogs.link._views import failed_view
from cogs.ui.markdown import plain, prose
from cogs.ui.report import error_view
from cogs.upload._views import question_view
from errors import AlbumNeedsAccountError, LinkDeniedError
from locales.text import Text
from services.library.page import GalleryPage
from services.library.place import Source
from services.text import cut, line, passage
from tests.cogs.limits import written
from tests.reading import say

BROKEN = GalleryPage(Source.ANONYMOUS, (), 0, 0, None, 1, is_link_broken=True)
MARKUP = MarkdownIt("default", {"html": False, "linkify": True}).enable("linkify")
"""Another reader of markdown than Discord's, and stricter: it knows entities, tables and underlined headings."""


def read_as_markdown(text: str) -> list[tuple[str, str]]:
    """What a text is made of when it is read as markdown: pairs of kind and content."""
    blocks = [token for token in MARKUP.parse(text) if token.type not in {"paragraph_open", "paragraph_close"}]
    return [(part.type, part.content) for block in blocks for part in block.children or [block]]


def assert_shown_as_typed(escaped: str, typed: str) -> None:
    """Fail where a reader of markdown sees anything but what was typed."""
    for rendered in (escaped, f"**1.** {escaped} end"):
        kinds = {kind for kind, _ in read_as_markdown(rendered)}
        assert kinds <= {"text", "text_special", "softbreak", "strong_open", "strong_close"}, (escaped, kinds)
    seen = "".join("\n" if kind == "softbreak" else content for kind, content in read_as_markdown(escaped))
    assert seen.replace("\u200b", "").replace("\n", "") == typed.replace("\u200b", "").replace("\n", "")


MARKS = st.text("\\`*_~|<>[]()#-+=.:!&;@/ 1a\n\u202e\u200b", max_size=40)
SNIPPETS = st.lists(
    st.sampled_from(
        [
            "https://example.org/a",
            "[x]",
            "(y)",
            "<@1>",
            "<t:0:R>",
            "</a:1>",
            "<:a:1>",
            ":cat:",
            "&amp;",
            "#",
            "-#",
            ">>>",
            "-",
            "1.",
            "1)",
            "```",
            "||",
            "~~",
            "***",
            "---",
            "==",
            "a",
            "\\",
            "@everyone",
            "\u202e",
            "\u200d",
        ]
    )
    | st.sampled_from(["\n", " "]),
    max_size=12,
).map("".join)


@given(MARKS | SNIPPETS | st.text(max_size=60))
def test_a_user_s_text_is_shown_as_typed_when_it_looks_like_markup(typed: str) -> None:
    assert_shown_as_typed(plain(typed), line(typed, 200))
    assert_shown_as_typed(prose(typed.replace("://", ":"), 1000), passage(typed.replace("://", ":"), 1000))


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("[Sign in]\u202e(https://evil.example)", "\\[Sign in\\]\\(https:\u200b//evil.example)"),
        ("[Sign in]\u200d\u2066(https://evil.example)", "\\[Sign in\\]\\(https:\u200b//evil.example)"),
        ("*\u200b*bold*\u200b*", "\\*\\*bold\\*\\*"),
        ("-\u200b# small", "\\-\\# small"),
        ("@\u2060everyone <@\u200b1> <@&1> <#1>", "@\u200beveryone \\<@\u200b1> \\<@\u200b&1> \\<\\#1>"),
        ("# big", "\\# big"),
        ("> said", "\\> said"),
        ("12. of May", "12\\. of May"),
        ("at 10:30, :) :smile:", "at 10:30, :) \\:smile:"),
        ("C:\\new_file", "C:\\\\new\\_file"),
        ("don't (really) - it's 5 > 3!", "don't (really) - it's 5 > 3!"),
    ],
)
def test_a_title_is_escaped_after_what_hides_was_dropped(typed: str, shown: str) -> None:
    assert plain(typed) == shown


def test_a_description_keeps_line_breaks_and_plain_links_but_no_markup() -> None:
    typed = "See https://example.org/a_b_c?d=e.\n# big\n-# small\n> said\n\n\n\n* one\n[x](https://example.org/)\u202e"
    assert prose(typed, 1000) == (
        "See https://example.org/a_b_c?d=e.\n\\# big\n\\-\\# small\n\\> said\n\n\\* one\n\\[x\\]\\(https://example.org/)"
    )


@pytest.mark.parametrize(
    "address",
    [
        "https://name:fake-word@example.org/",
        "steam://run/1",
        "https://[::1]/",
        "https://*a*/",
        "https://a|b",
        "ftp://example.org",
    ],
)
def test_a_description_s_address_is_no_link_when_it_is_not_plainly_one(address: str) -> None:
    assert "://" not in prose(f"see {address} there", 1000)
    assert "://" not in prose(address, 1000)


def test_a_title_s_address_is_no_link() -> None:
    assert "://" not in plain("https://example.org")


@pytest.mark.parametrize(
    "view",
    [
        lambda: failed_view(LinkDeniedError(), 7, may_go_on=False),
        lambda: broken_view("someone", 7),
        lambda: question_view("key", 7, broken=True),
        lambda: gallery_view(BROKEN, BROKEN.place, 7),
    ],
)
def test_commands_in_words_stand_in_code_wherever_they_are_shown(view: Callable[[], ui.LayoutView]) -> None:
    assert re.search(r"`/imgur link`", written(view()))
    assert not re.search(r"(?<!`)/imgur", written(view()))


def test_commands_in_an_error_stand_in_code() -> None:
    shown = written(error_view(AlbumNeedsAccountError()))
    assert shown.endswith("Leave out album or anonymous, or link your account with `/imgur link`.")
    assert say(Text("Run /imgur link, or `/imgur show`.")) == "Run `/imgur link`, or `/imgur show`."
    assert say(Text("Look with /imgur album list in a minute.")) == "Look with `/imgur album list` in a minute."
    assert say(Text("It is called {title}.", title="/imgur link")) == "It is called /imgur link."


@pytest.mark.parametrize(
    ("text", "limit", "kept"),
    [
        ("abc", 3, "abc"),
        ("abcd", 3, "ab…"),
        ("\U0001f408" * 50, 100, "\U0001f408" * 50),
        ("\U0001f408" * 51, 100, "\U0001f408" * 49 + "…"),
        ("a" + "\U0001f408" * 50, 100, "a" + "\U0001f408" * 49 + "…"),
        ("ab \u200dcd", 5, "ab…"),
        ("👨‍👩‍👧‍👦" * 10, 100, "👨‍👩‍👧‍👦" * 9 + "…"),
        ("a" + "👨‍👩‍👧‍👦" * 10, 25, "a" + "👨‍👩‍👧‍👦" * 2 + "…"),
        ("🇩🇪🇫🇷" * 20, 100, "🇩🇪🇫🇷" * 12 + "…"),
        ("a🇩🇪🇫🇷🇮🇹", 10, "a🇩🇪🇫🇷…"),
        ("👍🏽" * 30, 100, "👍🏽" * 24 + "…"),
        ("ae\u0301e\u0301", 4, "ae\u0301…"),
        ("\u1100\u1161\u11a8" * 60, 12, "\u1100\u1161\u11a8" * 3 + "…"),
        ("👨‍👩‍👧‍👦", 5, "…"),
        ("a" + "\u0301" * 300, 100, "a" + "\u0301" * 98 + "…"),
    ],
)
def test_a_text_is_cut_as_discord_counts(text: str, limit: int, kept: str) -> None:
    assert cut(text, limit) == kept


@given(st.text(), st.integers(1, 30))
def test_what_is_cut_is_no_longer_than_the_limit(text: str, limit: int) -> None:
    kept = cut(line(text), limit)
    assert len(kept.encode("utf-16-le")) <= 2 * limit
