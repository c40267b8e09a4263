"""Texts to strings, in the language of whoever reads them, as the border that shows them needs them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from decimal import ROUND_CEILING, ROUND_HALF_UP, Decimal
from functools import reduce
from typing import NamedTuple

from locales.languages import COMMAND, ENGLISH, Language, nearest
from locales.text import PLACEHOLDER, Duration, Joined, Listed, Moment, Plural, Size, Text, Value

MINUTE = 60
MOST_MINUTES = 90
KILOBYTE = 1_000
MEGABYTE = 1_000_000


class Audience(NamedTuple):
    """Who reads: the one who asked, and everyone beside them."""

    own: Language = ENGLISH
    everyone: Language = ENGLISH


_ENGLISH = Audience()
_audience: ContextVar[Audience] = ContextVar("audience", default=_ENGLISH)
_only: list[Language] = []


@contextmanager
def heard_by(own: str | None, everyone: str | None = None) -> Iterator[None]:
    """In here, texts are for who reads `own`, a tag of Discord's, and in what is shared for who reads `everyone`."""
    with _heard(Audience(nearest(own), nearest(everyone or own))):
        yield


@contextmanager
def in_public(*, is_shared: bool = True) -> Iterator[None]:
    """In here, texts are for everyone, if this is shared."""
    audience = _audience.get()
    with _heard(audience._replace(own=audience.everyone) if is_shared else audience):
        yield


@contextmanager
def _heard(audience: Audience) -> Iterator[None]:
    token = _audience.set(audience)
    try:
        yield
    finally:
        _audience.reset(token)


def language() -> Language:
    """The language of who reads what is rendered here."""
    return _only[-1] if _only else _audience.get().own


@contextmanager
def only(language: Language) -> Iterator[None]:
    """Until this ends, everybody reads this language, whatever they ask for: for tests, and to look at it."""
    _only.append(language)
    try:
        yield
    finally:
        _only.remove(language)


class Plain:
    """Shows texts where nothing is markup: on buttons, in menus, in the log of a browser."""

    def escaped(self, text: str) -> str:
        """What somebody wrote, so that it is read as it is."""
        return text

    def command(self, path: str) -> str:
        """A command that a sentence names."""
        return path

    def moment(self, moment: Moment) -> str:
        """A moment, where nobody counts down: how far it is from now, or its day."""
        if moment.style == "R":
            return self.render(Text("in {time}", time=Duration(_seconds_until(moment.at))))
        from babel.dates import format_date  # noqa: PLC0415 - most starts show no date for a while

        return format_date(moment.at, "medium", locale=language().locale)

    def render(self, value: Value) -> str:  # noqa: PLR0911 - one for each kind of value
        """Say it to who reads here."""
        match value:
            case Text():
                return self._text(value)
            case Joined(parts, separator):
                return separator.join(filter(None, map(self.render, parts)))
            case Listed(parts, last):
                return _listed([said for said in map(self.render, parts) if said], last=last)
            case Moment():
                return self.moment(value)
            case Duration(seconds):
                return self.render(_duration(seconds))
            case Size():
                return _size(value)
            case int():
                return number(value)
        return self.escaped(value)

    def _command(self, path: str, reader: Language) -> str:
        return self.command("/" + " ".join(map(reader.name, path.removeprefix("/").split())))

    def _text(self, text: Text) -> str:
        if not text.key:  # which is a catalogue's header
            return ""
        reader = language()
        if isinstance(text, Plural):
            sentence = reader.catalogue.ngettext(text.key, text.many, text.count)
        else:
            sentence = reader.catalogue.gettext(text.key)
        values = dict(text.values)
        sentence = COMMAND.sub(lambda found: self._command(found[0], reader), sentence)
        return PLACEHOLDER.sub(lambda found: self.render(values[found[1]]), sentence)


def number(count: int) -> str:
    """A whole number as its reader writes it."""
    if count < 1000 and language() is ENGLISH:  # noqa: PLR2004 - a separator comes with the thousands
        return str(count)
    from babel.numbers import format_decimal  # noqa: PLC0415 - see above

    return format_decimal(count, locale=language().locale)


def _duration(seconds: float) -> Value:
    if seconds <= MINUTE:
        return Text("a minute")
    minutes = math.ceil(seconds / MINUTE)
    if minutes <= MOST_MINUTES:
        return Plural("{count} minute", "{count} minutes", minutes)
    return Plural("{count} hour", "{count} hours", math.ceil(minutes / 60))


def _size(size: Size) -> str:
    """In kilobytes, or megabytes with a decimal."""
    from babel.units import format_unit  # noqa: PLC0415 - see above

    number, unit = _rounded(size.count, ROUND_HALF_UP)
    if size.over is not None and (number, unit) == _rounded(size.over, ROUND_HALF_UP):
        number, unit = _rounded(size.count, ROUND_CEILING)
    return format_unit(number, f"digital-{unit}", "short", format="#,##0.#", locale=language().locale)


def _rounded(count: int, rounding: str) -> tuple[Decimal, str]:
    kilobytes = (Decimal(count) / KILOBYTE).quantize(Decimal(1), rounding)
    if kilobytes >= MEGABYTE / KILOBYTE:
        return (Decimal(count) / MEGABYTE).quantize(Decimal("0.1"), rounding), "megabyte"
    return max(kilobytes, Decimal(min(count, 1))), "kilobyte"


def _listed(parts: Sequence[str], *, last: bool) -> str:
    """With an "and" if it is to have one; of the lists without one, Babel lacks parts in some languages."""
    if last:
        from babel.lists import format_list  # noqa: PLC0415 - see above

        return format_list(parts, locale=language().locale)
    pattern = language().locale.list_patterns["standard"]["middle"]
    return reduce(pattern.format, parts) if parts else ""


def _seconds_until(at: datetime) -> float:
    return max(math.ceil(at.timestamp()) - 1 - datetime.now(UTC).timestamp(), 0.0)
