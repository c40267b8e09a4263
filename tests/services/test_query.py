# ruff: noqa: RUF001 - what looks alike is what this is about
"""What people type to find something, and what is looked for then."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from errors import NothingToFindError, TooManyWordsError
from services.query import MOST_WORDS, guess, read
from storage.models import Query

READ = [
    ("cat", Query(("cat",), (), "cat")),
    ("Blue  CAT", Query(("blue", "cat"), (), "blue cat")),
    ("cat cat CAT", Query(("cat",), (), "cat cat cat")),
    ("cat catwalk at", Query(("catwalk",), (), "cat catwalk at")),
    ("猫　犬", Query(("猫", "犬"), (), "猫 犬")),
    ("#Cat", Query((), (("cat",),), "#cat")),
    ("＃cat", Query((), (("cat",),), "#cat")),
    ("##cat", Query((), (("cat",),), "##cat")),
    ("blue #red cat #dog", Query(("blue",), (("red", "cat"), ("dog",)), "blue #red cat #dog")),
    ("#🍆", Query((), (("🍆",),), "#🍆")),
    ("#red, #dog", Query((), (("red",), ("dog",)), "#red, #dog")),
    ("#red cat,blue sky", Query(("blue", "sky"), (("red", "cat"),), "#red cat,blue sky")),
    ("#猫、#犬", Query((), (("猫",), ("犬",)), "#猫、#犬")),
    ("#c++; #a#b,", Query((), (("c++",), ("a#b",)), "#c++; #a#b,")),
    ("red, dog;", Query(("red,", "dog;"), (), "red, dog;")),
    ("cat # dog", Query(("cat", "dog"), (), "cat # dog")),
    ("C# 50%", Query(("50%", "c#"), (), "c# 50%")),
    ("https://imgur.com/a/AbC12", Query(("abc12",), (), "https://imgur.com/a/abc12")),
    ("<https://i.imgur.com/AbC1234.png> cat", Query(("abc1234", "cat"), (), "<https://i.imgur.com/abc1234.png> cat")),
]
PLAIN = ['"blue', "don't", "-cat", "(", "*", "a:b", "@nasa", "why?", "\\", "c:\\cat", "%", "_", "a_b", "'; DROP", "OR"]


@pytest.mark.parametrize(("typed", "query"), READ)
def test_words_and_tags_are_read_from_what_is_typed(typed: str, query: Query) -> None:
    assert read(typed) == guess(typed) == query


@pytest.mark.parametrize("sign", PLAIN)
def test_no_sign_is_an_operator(sign: str) -> None:
    found = read(sign)
    assert found is not None
    assert " ".join(sorted(found.words)) == " ".join(sorted(sign.casefold().split()))


@pytest.mark.parametrize("blank", [None, "", " ", "\t\n", "\u3000", "\u00a0 "])
def test_blanks_are_no_query(blank: str | None) -> None:
    assert read(blank) is None


@pytest.mark.parametrize(
    "nothing", ["\u200b", "\ufe0f", "\u0301", "#", "##", "＃", "# #", "#\u200b", "#,", "\u2800", "#\u0301"]
)
def test_what_cannot_be_seen_is_asked_for_in_words(nothing: str) -> None:
    with pytest.raises(NothingToFindError):
        read(nothing)
    assert (guess(nothing).words, guess(nothing).tags) == ((), ())


def test_a_limit_is_told_where_there_are_too_many_words() -> None:
    words = [chr(0x4E00 + number) for number in range(3_000)]
    assert read(" ".join(words[:MOST_WORDS])) is not None
    for typed in (words[: MOST_WORDS + 1], words, [f"#{word}" for word in words], ["#a", *words]):
        with pytest.raises(TooManyWordsError) as refused:
            read(" ".join(typed))
        assert refused.value.limit == MOST_WORDS
        found = guess(" ".join(typed))
        assert 0 < len(found.words) + len(found.tags) <= MOST_WORDS


@pytest.mark.parametrize("typed", ["a" * 6_000, "a " * 3_000, "#" * 5_999 + "a", "#a " * 2_000, "imgur.com " * 600])
def test_a_query_as_long_as_discord_allows_is_read(typed: str) -> None:
    assert read(typed) is not None


@given(st.text(max_size=80))
def test_what_is_being_typed_is_never_refused(typed: str) -> None:
    found = guess(typed)
    assert all(word and " " not in word for word in found.words)
    assert all(run and all(run) for run in found.tags)
