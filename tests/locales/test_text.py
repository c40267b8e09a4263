"""A text is a value: it can be compared, kept and read again, and does not slip into a string unseen."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from locales.text import (
    Duration,
    Joined,
    Listed,
    Moment,
    Plural,
    Size,
    Text,
    Value,
    as_it_is,
    dumped,
    in_seconds,
    listed,
    loaded,
    longest,
    replaced,
    sentences,
)
from tests.reading import read

AT = datetime(2026, 3, 4, 5, 6, tzinfo=UTC)
NAMES = st.text(max_size=20)
LEAVES = st.one_of(
    NAMES,
    st.integers(min_value=-(2**40), max_value=2**40),
    st.integers(min_value=0, max_value=2**33).map(lambda at: Moment(datetime.fromtimestamp(at, UTC), "d")),
    st.floats(min_value=0, max_value=1e6).map(Duration),
    st.integers(min_value=0, max_value=2**40).map(Size),
)
VALUES: st.SearchStrategy[Value] = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds(lambda one, two: Text("{a} and {b}", a=one, b=two), inner, inner),
        st.builds(
            lambda count, one: Plural("{count} of {a}", "{count} of all {a}", count, a=one), st.integers(0), inner
        ),
        st.lists(inner, max_size=3).map(lambda parts: Joined(tuple(parts), "\n")),
        st.lists(inner, max_size=3).map(lambda parts: Listed(tuple(parts), last=True)),
    ),
    max_leaves=6,
)


@given(VALUES)
def test_what_is_kept_is_read_again_as_it_was(value: Value) -> None:
    text = Text("It is {value}.", value=value)
    assert loaded(dumped(text)) == text
    assert hash(loaded(dumped(text))) == hash(text)


@pytest.mark.parametrize(
    "kept",
    [
        "3 deleted, 1 was gone already",
        "",
        "{}",
        '["text"]',
        '["text","{a}",{}]',
        "[1]",
        "null",
        "12",
        '"x"',
        "{a} b {c}",
    ],
)
def test_what_an_earlier_release_kept_reads_as_it_stands_there(kept: str) -> None:
    assert as_it_is(kept).source == kept
    assert loaded(kept) is None


def test_what_is_kept_is_plain_json() -> None:
    kept = json.loads(dumped(Plural("{count} file of {who}", "{count} files of {who}", 2, who="Ada")))
    assert kept == ["plural", "{count} file of {who}", "{count} files of {who}", 2, {"who": "Ada"}]


@pytest.mark.parametrize(
    ("key", "values"),
    [("{a}", {}), ("{a}", {"b": "x"}), ("a", {"a": "x"}), ("{a} {b}", {"a": "x"})],
)
def test_a_value_that_is_missing_or_stands_nowhere_is_told_where_the_text_is_made(
    key: str, values: dict[str, str]
) -> None:
    with pytest.raises(ValueError, match="the values of"):
        Text(key, **values)


def test_a_plural_may_leave_its_number_out_of_one_form() -> None:
    assert Plural("one more upload", "{count} more uploads", 1).source == "one more upload"
    assert Plural("one more upload", "{count} more uploads", 2000).source == "2,000 more uploads"
    with pytest.raises(ValueError, match="the values of"):
        Plural("{count} of {who}", "{count} of {whom}", 1, who="x")


@pytest.mark.parametrize(
    "value", [Text("a"), Plural("a", "b", 1), sentences("a"), listed("a"), Moment(AT), Duration(1), Size(1)]
)
def test_a_text_that_nobody_rendered_is_noticed(value: Value) -> None:
    with pytest.warns(UserWarning, match="was not rendered"):
        said = f"{value}"
    assert said


def test_a_log_has_the_text_in_the_language_it_was_written_in() -> None:
    text = Text(
        "{a}; {b}; {c}; {d}; {e}",
        a=Moment(AT),
        b=Duration(61.4),
        c=Size(2000),
        d=sentences("x", None, Text("y")),
        e=listed(["p", "q"]),
    )
    assert text.source == "2026-03-04 05:06; 61 s; 2000 bytes; x y; p, q"


def test_the_longest_of_what_was_written_is_found_and_replaced_wherever_it_stands() -> None:
    text = Text("{a} ({b})", a=sentences("short", listed(["a long name", 3])), b=Plural("{who}", "{who}", 1, who="id"))
    assert longest(text) == "a long name"
    assert read(replaced(text, "a long name", "a…")) == "short a…, 3 (id)"
    assert longest(Text("a {b}", b=Size(3))) == ""


def test_so_far_from_now_is_a_moment() -> None:
    moment = in_seconds(60)
    assert 58 < (moment.at - datetime.now(UTC)).total_seconds() <= 60
    assert moment.style == "R"
