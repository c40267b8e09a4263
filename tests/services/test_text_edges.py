"""Both ends of every range of characters that leave no mark, and scripts whose letters are compared without theirs."""

from __future__ import annotations

import pytest

from services.text import cut, folded, shown, units

UNSEEN = """
    0000-0008 000e-001b 007f-0084 0086-009f 00ad 034f 061c 115f 1160 17b4 17b5 180b-180f 200b-200f 202a-202e 2060-206f
    3164 fe00-fe0f feff ffa0 fff0-fffb 1bca0-1bca3 1d173-1d17a e0000-e0fff d800-dfff
"""


def _ends(ranges: str) -> list[str]:
    return [chr(int(end, 16)) for part in ranges.split() for end in part.split("-")]


def test_what_leaves_no_mark_is_dropped_from_the_first_to_the_last() -> None:
    assert [f"{ord(end):x}" for end in _ends(UNSEEN) if shown(f"a{end}b") != "ab"] == []
    assert [f"{ord(end):x}" for end in _ends(UNSEEN) if shown(end) != ""] == []
    assert [f"{ord(end):x}" for end in _ends(UNSEEN) if folded(f"a{end}b") != "ab"] == []


def test_what_is_right_beside_it_stays() -> None:
    beside = "09 0a 85 a1 ac ae 34e 350 200a 2010 2029 2070 3163 3165 fe10 fffc 1bc9f 1bca4 1d172 1d17b dffff e1000"
    assert [end for end in beside.split() if shown(f"a{chr(int(end, 16))}b") != f"a{chr(int(end, 16))}b"] == []


@pytest.mark.parametrize("blank", ["\u2800", "\U0001d159", " ", "\u3000", "\u2800 \U0001d159"])
def test_nothing_is_shown_of_what_shows_nothing(blank: str) -> None:
    assert shown(blank) == ""
    assert shown(f"{blank}a")


@pytest.mark.parametrize(
    ("typed", "alike"),
    [
        ("Ärger", "arger"),
        ("άλφα", "αλφα"),
        ("ёлка", "елка"),
        ("\uff21\uff22\uff23", "abc"),
        ("İ", "i"),
        ("\u0131", "i"),
        ("ß", "ss"),
        ("a  b\n", "a b"),
    ],
)
def test_letters_are_compared_without_marks_case_and_width(typed: str, alike: str) -> None:
    assert folded(typed) == folded(alike) == alike


@pytest.mark.parametrize(("typed", "other"), [("が", "か"), ("सी", "सि"), ("สี", "ส")])
def test_marks_that_make_another_letter_count(typed: str, other: str) -> None:
    assert folded(typed) != folded(other)


def test_no_more_is_compared_than_an_option_can_hold() -> None:
    assert folded("a" * 6_000 + "b") == "a" * 6_000
    assert folded("a" * 5_999 + "b").endswith("b")


@pytest.mark.parametrize(
    ("text", "counted"), [("", 0), ("a", 1), ("é", 1), ("\uffff", 1), ("\U00010000", 2), ("🐈🐈", 4), ("a🐈", 3)]
)
def test_length_is_counted_as_discord_does(text: str, counted: int) -> None:
    assert units(text) == counted
    assert cut(text, counted) == text
    assert not text or units(cut(text + "aa", counted)) <= counted
