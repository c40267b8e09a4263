"""For how long a picture is to stay: what people type, what they are offered, and how it reads."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import timedelta

from errors import NoSpanError
from locales.text import Plural, Text
from services.text import folded

SHORTEST, LONGEST = timedelta(hours=1), timedelta(days=30)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
OFFERED = (HOUR, 6 * HOUR, 12 * HOUR, DAY, 3 * DAY, 7 * DAY, 14 * DAY, LONGEST)
NEVER = Text("Never")
_NO_END = {"", "never", "no", "none", "off", "0"}
_UNITS = {
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), timedelta(minutes=1)),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), HOUR),
    **dict.fromkeys(("d", "day", "days"), DAY),
    **dict.fromkeys(("w", "wk", "wks", "week", "weeks"), 7 * DAY),
    **dict.fromkeys(("month", "months"), LONGEST),
}
_ONE = {"a", "an", "one"}
# "1,000 hours" is no hour and no thousand hours: it is refused.
_PART = re.compile(r"([0-9]{1,6}(?:[.,][0-9]{1,2})?|an?\b|one\b) ?([a-z]+)")
_BETWEEN = re.compile(r"[\s,]*(?:and\b)?\s*")


def read_span(text: str | None) -> timedelta | None:
    """So long; None: it stays. Raises NoSpanError, also for what is shorter than SHORTEST or longer than LONGEST.

    A day is 24 hours, whatever clocks do, a month 30 days.
    """
    typed = folded(text).removeprefix("in ").removeprefix("after ")
    if typed in _NO_END:
        return None
    parts, rest = [], typed
    while found := _PART.match(rest):
        number, unit = found.groups()
        if unit not in _UNITS:
            raise NoSpanError
        parts.append(_UNITS[unit] * (1 if number in _ONE else float(number.replace(",", "."))))
        rest = _BETWEEN.sub("", rest[found.end() :], count=1)
    if rest or not parts:
        raise NoSpanError
    span = sum(parts, timedelta())
    if not SHORTEST <= span <= LONGEST:
        raise NoSpanError
    return span


def span_text(span: timedelta) -> Text:
    """As a person says it."""
    if span % HOUR:
        return Plural("{count} minute", "{count} minutes", round(span / timedelta(minutes=1)))
    if span % DAY:
        return Plural("{count} hour", "{count} hours", span // HOUR)
    return Plural("{count} day", "{count} days", span // DAY)


def span_name(span: timedelta | None) -> Text:
    """The same of what is offered; None is never."""
    return NEVER if span is None else span_text(span)


def span_value(span: timedelta | None) -> str:
    """As `read_span` reads it, in every language."""
    if span is None:
        return "never"
    if span % DAY:
        return f"{span / timedelta(minutes=1):.0f} minutes" if span % HOUR else f"{span // HOUR} hours"
    return f"{span // DAY} days"


def spans_for(typed: str) -> list[timedelta | None]:
    """What is offered for what was typed so far: that itself if it is one, else what begins so; None is never."""
    text = folded(typed)
    number = re.match(r"[0-9]{0,3}(?![0-9])", text)
    if text:
        with suppress(NoSpanError):
            return [read_span(text)]
    if number is None or not number.group():
        return [*OFFERED, None] if number else []
    meant = [int(number.group()) * unit for unit in (HOUR, DAY)]
    fitting = [span for span in meant if SHORTEST <= span <= LONGEST]
    return [*fitting, *(one for one in OFFERED if one not in fitting and span_value(one).startswith(number.group()))]
