from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.text import line, passage

HIDING = [*"\u200b\u200c\u200d\u200e\u200f\u2060\u2064\ufeff\u00ad\u061c\u202a\u202e\u2066\u2069\u180e\u034f"]
BLANK = ["\u3164", "\uffa0", "\u115f", "\u2800", "\ufe0f", "\U000e0041", "\U000e0100", "\x00", "\x1b", "\x7f", "\u0301"]
EMOJI = ["👨‍👩‍👧", "❤️‍🔥", "🏳️‍🌈", "👍🏽", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "1️⃣", "☕️"]


@pytest.mark.parametrize("mark", [*HIDING, "\ud800", "\x07", "\U000e0041", "\ufff9"])
def test_a_mark_without_shape_is_dropped_when_it_stands_in_text(mark: str) -> None:
    assert line(f"[Sign in]{mark}(https://x)") == "[Sign in](https://x)"
    assert passage(f"a{mark}b\nc") == "ab\nc"


@pytest.mark.parametrize("nothing", [None, "", "  \n\t\u2003\u3000\u2028", *HIDING, *BLANK, "".join(HIDING + BLANK)])
def test_text_is_empty_when_nothing_of_it_can_be_seen(nothing: str | None) -> None:
    assert line(nothing) == passage(nothing) == ""


@pytest.mark.parametrize("emoji", EMOJI)
def test_an_emoji_stays_whole_when_it_is_made_of_several_characters(emoji: str) -> None:
    assert line(f"a {emoji} b") == f"a {emoji} b"


@pytest.mark.parametrize(
    "word",
    [
        "\u0645\u06cc\u200c\u062e",
        "क्\u200dष",
        "ශ්\u200dරී",
        "שלום",
        "\u0645\u0631\u062d\u0628\u0627",
        "猫の写真",
        "e\u0301te\u0301",
    ],
)
def test_a_word_stays_as_it_is_when_its_script_needs_joiners_or_marks(word: str) -> None:
    assert line(word) == passage(word) == word


def test_line_breaks_stay_in_a_passage_and_are_spaces_in_a_line() -> None:
    assert passage(" a  b \r\nc\u2028d\n\n\n\n e ") == "a b\nc\nd\n\ne"
    assert line(" a  b \r\nc\u2028d\n\n\n\n e ") == "a b c d e"


def test_text_is_cut_with_an_ellipsis_when_it_is_too_long() -> None:
    assert line("abcdef", 6) == "abcdef"
    assert line("abcdefg", 6) == passage("abcdefg", 6) == "abcde…"


@given(st.text(max_size=60), st.integers(1, 30))
def test_what_is_given_out_can_be_sent_and_seen_or_is_empty(text: str, limit: int) -> None:
    for shown in (line(text, limit), passage(text, limit)):
        assert len(shown) <= limit
        shown.encode()
        assert shown == shown.strip()
        assert not shown or any(unicodedata.category(character)[0] not in "ZM" for character in shown)
    assert "\n" not in line(text)
