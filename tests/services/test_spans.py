"""For how long a picture is to stay: what people type, and what they are offered."""

from __future__ import annotations

from datetime import timedelta

import pytest

from errors import NoSpanError
from services.expiry import OFFERED, read_span, span_name, span_value, spans_for
from tests.reading import read

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.mark.parametrize(
    ("typed", "span"),
    [
        ("1 hour", HOUR),
        ("an hour", HOUR),
        ("60 min", HOUR),
        ("36 hours", 36 * HOUR),
        ("36h", 36 * HOUR),
        ("1 day", 24 * HOUR),
        ("A DAY", DAY),
        ("1.5 days", 36 * HOUR),
        ("1,5 d", 36 * HOUR),
        ("2 weeks", 14 * DAY),
        ("1 month", 30 * DAY),
        ("1 day 12 hours", 36 * HOUR),
        ("1d12h", 36 * HOUR),
        ("1 day, and 12 hours", 36 * HOUR),
        ("  in  3   days ", 3 * DAY),
        ("30 days", 30 * DAY),
        ("29 days and 24 hours", 30 * DAY),
        ("43200 minutes", 30 * DAY),
        ("720.0 h", 30 * DAY),
        ("\N{FULLWIDTH DIGIT THREE} days", 3 * DAY),
        ("never", None),
        ("Never", None),
        ("", None),
        (None, None),
    ],
)
def test_people_say_it_in_many_ways(typed: str | None, span: timedelta | None) -> None:
    assert read_span(typed) == span


@pytest.mark.parametrize(
    "typed",
    [
        *("59 minutes", "31 days", "0 days", "-1 day", "24", "tomorrow", "until the 12th", "2026-12-01", "1 year"),
        *(
            "999999 weeks",
            "9" * 400 + " days",
            "1 day later",
            "nan days",
            "1 day -1 day",
            "\N{ROMAN NUMERAL TWO} days!",
        ),
        *("day", "a", "1 day " * 31, "1 day;", "a a", "one"),
        *("1,000 hours", "2.160 hours", "1,440 minutes", "1.5.5 days", "29 days 25 hours", "0.99 hours"),
    ],
)
def test_what_says_no_time_or_none_that_can_be_is_refused(typed: str) -> None:
    with pytest.raises(NoSpanError):
        read_span(typed)


@pytest.mark.parametrize("span", [*OFFERED, None, 36 * HOUR, timedelta(minutes=90), HOUR])
def test_what_is_offered_is_read_again_as_it_was(span: timedelta | None) -> None:
    assert read_span(span_value(span)) == span


@pytest.mark.parametrize(
    ("typed", "offered"),
    [
        ("", ["1 hour", "6 hours", "12 hours", "1 day", "3 days", "7 days", "14 days", "30 days", "Never"]),
        ("36 hours", ["36 hours"]),
        ("90 minutes", ["90 minutes"]),
        ("36", ["36 hours"]),
        ("5", ["5 hours", "5 days"]),
        ("1", ["1 hour", "1 day", "12 hours", "14 days"]),
        ("99999", []),
        ("ne", ["1 hour", "6 hours", "12 hours", "1 day", "3 days", "7 days", "14 days", "30 days", "Never"]),
    ],
)
def test_what_was_typed_is_offered_as_it_is_meant(typed: str, offered: list[str]) -> None:
    assert [read(span_name(span)) for span in spans_for(typed)] == offered
