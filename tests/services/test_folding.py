# ruff: noqa: RUF001, RUF003 - what looks alike is what this is about
"""What a search takes for the same: letters of any case, width and script, as people type them."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.text import LONG, SEARCHED, folded, searchable

ALIKE = [
    # wide and small signs, which are no wildcards
    ("％", "%"),
    ("＿", "_"),
    ("﹪", "%"),
    ("＼", "\\"),
    ("TC＿0715", "tc_0715"),
    ("＃cat", "#cat"),
    ("１２３", "123"),
    ("ＡＢＣ", "abc"),
    # one letter: I, ı, İ, i
    ("IŞIK", "ışık"),
    ("Işık", "isik"),
    ("ISPARTA", "ısparta"),
    ("İstanbul", "istanbul"),
    # letters that are several
    ("Straße", "STRASSE"),
    ("GROẞ", "gross"),
    ("ﬁlm", "film"),
    ("ß", "ss"),
    ("Ǆ", "dž"),
    # voice marks, half width, decomposed, on their own
    ("ﾊﾟﾝﾀﾞ", "パンダ"),
    ("か\u3099き", "がき"),
    ("か\u309b", "が"),
    ("は\u309c", "ぱ"),
    # composed and decomposed
    ("e\u0301", "é"),
    ("\u1112\u1161\u11ab\u1100\u1173\u11af", "한글"),
    ("ｃａｆｅ\u0301", "café"),
    ("\u0958", "\u0915\u093c"),
    # Greek, Cyrillic, Vietnamese
    ("ΟΔΟΣ", "οδος"),
    ("Ὁδός", "οδοσ"),
    ("ЁЛКА", "елка"),
    ("Đà Nẵng", "da nang"),
    ("Łódź", "LODZ"),
    # what cannot be seen, and blanks
    ("co\u00adop", "coop"),
    ("cat\u200bwalk", "catwalk"),
    ("foo\u00a0bar", "foo bar"),
    ("猫\u3000犬", "猫 犬"),
    ("❤\ufe0f", "❤"),
    ("a\ud83db", "ab"),
    ("\u0301 cat", "cat"),
    # what phones make of quotes and dashes
    ("don’t", "don't"),
    ("don´t", "don't"),
    ("“blue”", '"blue"'),
    ("2019–2020", "2019-2020"),
    ("Hawaiʻi", "hawai'i"),
    # what another keyboard has in its place
    ("A〜B", "a～b"),
    ("½ cup", "1/2 CUP"),
    ("ﾡﾡ", "ㄱㄱ"),
]
OTHERS = [
    ("パンダ", "ハンダ"),
    ("かぎ", "かき"),
    ("हिन्दी", "हनद"),
    ("ที่นี่", "ทน"),
    ("가", "각"),
    ("≠", "="),
    ("सी", "सि"),
    ("מָה", "מה"),
    ("🏴󠁧󠁢󠁳󠁣󠁴󠁿", "🏴󠁧󠁢󠁥󠁮󠁧󠁿"),
    ("큐ㅠ", "ㅋㅠㅠ"),
]


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_what_people_take_for_the_same_is_the_same(one: str, other: str) -> None:
    assert folded(one) == folded(other) != ""


@pytest.mark.parametrize(("one", "other"), OTHERS)
def test_what_is_another_word_stays_another(one: str, other: str) -> None:
    assert folded(other) not in folded(one)


@pytest.mark.parametrize(("text", "part"), [("ㅋㅋㅠㅠ", "ㅠㅠ"), ("가ㄳ", "가"), ("🏴󠁧󠁢󠁥󠁮󠁧󠁿 3:0", "🏴")])
def test_a_part_that_can_be_seen_is_found(text: str, part: str) -> None:
    assert folded(part) in folded(text)


@pytest.mark.parametrize("nothing", ["", " ", "\u200b", "\ufe0f", "\u0301", "\u3000 \u00ad", "\ud83d", "\u0300\u0301"])
def test_nothing_is_left_of_what_cannot_be_seen(nothing: str) -> None:
    assert folded(nothing) == ""


def test_every_character_is_folded_for_good_and_in_any_case() -> None:
    def is_odd(character: str) -> bool:
        around = (character, f"a{character}", f"か{character}", f"{character}\u0301")
        again = [folded(text) for text in around]
        cases = {folded(character.upper()), folded(character.lower())}
        return again != [folded(text) for text in again] or cases != {again[0]}

    changing = [
        one for one in map(chr, range(0x20000)) if unicodedata.category(one)[0] in "MLNS" and not _is_plain(one)
    ]
    assert len(changing) > 7_000
    assert [hex(ord(one)) for one in changing if is_odd(one)] == []


def _is_plain(character: str) -> bool:
    forms = {character, character.casefold(), character.upper(), unicodedata.normalize("NFKD", character)}
    return len(forms) == 1 and not unicodedata.category(character).startswith("M")


@given(st.text(max_size=60))
def test_a_text_is_the_same_in_any_case_form_and_when_folded_again(text: str) -> None:
    once = folded(text)
    assert folded(once) == once
    assert folded(unicodedata.normalize("NFD", text)) == folded(unicodedata.normalize("NFC", text)) == once
    assert once == " ".join(once.split())


@given(st.lists(st.text(max_size=40), min_size=1, max_size=4))
def test_every_text_stands_on_a_line_of_its_own(texts: list[str]) -> None:
    lines = [folded(text) for text in texts]
    assert searchable(*texts) == "\n" + "".join(f"{line}\n" for line in lines if line)


def test_a_long_text_has_each_word_once() -> None:
    assert searchable("b a b " * (LONG // 6)) == "\nb a\n"
    assert searchable("b a b ") == "\nb a b\n"
    assert searchable("x", "b a b " * LONG, "x x") == "\nx\nb a\nx x\n"


@pytest.mark.parametrize("end", ["\u0301x", "\u3099", "\uff9e", "\u11ab", "x"])
def test_a_long_text_is_folded_as_a_short_one_is(end: str) -> None:
    for length in (3_998, 3_999, 4_000, 4_001, 8_000, 10_000):
        text = "か" * (length - 1) + "e" + end if end[0] == "\u0301" else "か" * length + end
        short = ("か" * 9 + "e" if end[0] == "\u0301" else "か" * 10) + end
        assert searchable(text)[-9:] == searchable(short)[-9:]


def test_a_search_looks_at_so_many_characters() -> None:
    assert searchable("a" * SEARCHED + "b") == "\n" + "a" * SEARCHED + "\n"
    assert searchable("a" * (SEARCHED - 1) + "b").endswith("ab\n")


def test_marks_in_a_row_take_little_time() -> None:
    assert searchable("a" + "\u0301\u0323" * 9_000) == "\na\n"
