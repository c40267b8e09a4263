"""A signature may say too much of a text, never too little."""

from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from services.text import folded, searchable
from storage.signatures import BITS, SIGNED, signature, traces

DOCS = Path(__file__).parents[2] / "docs"


def holds(signed: bytes | None, wanted: bytes) -> bool:
    assert signed is not None
    assert len(signed) == len(wanted) == BITS // 8
    return all(one & other == other for one, other in zip(signed, wanted, strict=True))


@given(st.lists(st.text(min_size=1), min_size=1), st.data())
def test_whatever_a_long_text_holds_has_its_traces_in_the_signature(texts: list[str], data: st.DataObject) -> None:
    text = searchable("title", "id", " ".join([*texts, *(f"filler{at}" for at in range(200))]))
    word = data.draw(st.sampled_from([word for one in ("title", *texts) for word in folded(one).split()]))
    begin = data.draw(st.integers(0, len(word) - 1))
    part = word[begin : data.draw(st.integers(begin + 1, len(word)))]
    assert part in text
    assert holds(signature(text), traces([part]))
    assert holds(signature(text), traces([part, "title", "filler19"]))


def test_english_of_ten_thousand_characters_is_told_from_most_words_that_it_lacks() -> None:
    text = searchable((DOCS / "design.md").read_text()[:10_000])
    others = "".join((DOCS / name).read_text() for name in ("imgur.md", "performance.md"))
    lacking = {word for word in folded(others).split() if len(word) > 2 and word.isalpha() and word not in text}
    told = [word for word in lacking if not holds(signature(text), traces([word]))]
    assert len(lacking) > 100
    assert len(told) > 0.6 * len(lacking)


def test_short_texts_have_none_and_short_words_leave_no_traces() -> None:
    assert signature("a" * (SIGNED - 1)) is None
    assert signature("a" * SIGNED) == traces(["aaa"])
    assert traces(["it", "", "我们"]) == bytes(BITS // 8)
