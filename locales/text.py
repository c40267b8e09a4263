"""What is said, as a value: which sentence, and what is filled in. It knows neither a language nor who reads it.

The sentence in English is the key that translations are looked up by (gettext's msgid), with `{names}` for what is
filled in. A border renders it (`locales.rendering`) once it knows who reads; what stands in the values is escaped
there, as the border needs it, and what stands in the sentence is not.
"""

from __future__ import annotations

import json
import re
import warnings
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

PLACEHOLDER = re.compile(r"\{(\w+)\}")
CODES = "RdDtTfF"


@dataclass(frozen=True, slots=True, init=False)
class Text:
    """A sentence, or a few that belong together."""

    key: str
    values: tuple[tuple[str, Value], ...]

    def __init__(self, key: str, /, **values: Value) -> None:
        """`values` by the names that stand in braces in `key`. Raises ValueError for others, or where one is missing.

        A `str` is what somebody wrote, or an id: it is shown as it is, never as markup.
        """
        _set(self, key, values, {*PLACEHOLDER.findall(key)})

    @property
    def source(self) -> str:
        """As it reads in the language it was written in, in a log or to be compared with: not for users."""
        return _filled(self.key, self.values)

    def __str__(self) -> str:
        """The same, with a warning: whoever puts a value into a string has forgotten to render it."""
        return _unrendered(self)


@dataclass(frozen=True, slots=True, init=False)
class Plural(Text):
    """A sentence about so many: `{count}` stands for it. Which form is right is the language's rule."""

    many: str
    count: int

    def __init__(self, key: str, many: str, /, count: int, **values: Value) -> None:
        """`key` is said of one in English, `many` of any other number; `count` is a whole number."""
        values["count"] = count
        _set(self, key, values, {*PLACEHOLDER.findall(key + many)})
        object.__setattr__(self, "many", many)
        object.__setattr__(self, "count", count)

    @property
    def source(self) -> str:
        """As for `Text`."""
        return _filled(self.key if self.count == 1 else self.many, self.values)

    def __str__(self) -> str:
        """As for `Text`."""
        return _unrendered(self)


@dataclass(frozen=True, slots=True)
class Joined:
    """Several, one after the other; nothing stands for what is None."""

    parts: tuple[Value, ...]
    separator: str = " "

    @property
    def source(self) -> str:
        """As for `Text`."""
        return self.separator.join(map(_source, self.parts))

    def __str__(self) -> str:
        """As for `Text`."""
        return _unrendered(self)


@dataclass(frozen=True, slots=True)
class Listed:
    """A list as a reader expects it, with commas; `last` puts an "and" before the last."""

    parts: tuple[Value, ...]
    last: bool = False

    @property
    def source(self) -> str:
        """As for `Text`."""
        return ", ".join(map(_source, self.parts))

    def __str__(self) -> str:
        """As for `Text`."""
        return _unrendered(self)


@dataclass(frozen=True, slots=True)
class Moment:
    """A moment, which Discord shows in its reader's time zone; `style` is one of Discord's, R counts down."""

    at: datetime
    style: str = "R"

    def __str__(self) -> str:
        """As for `Text`."""
        return _unrendered(self)


@dataclass(frozen=True, slots=True)
class Duration:
    """A waiting time in seconds, told as a person would, rounded up to minutes or hours."""

    seconds: float

    def __str__(self) -> str:
        """As for `Text`."""
        return _unrendered(self)


@dataclass(frozen=True, slots=True)
class Size:
    """A file's size in bytes, told in decimal kilobytes or megabytes, as Imgur counts them.

    What is `over` a limit is never told to be as much as that.
    """

    count: int
    over: int | None = None

    def __str__(self) -> str:
        """As for `Text`."""
        return _unrendered(self)


Value: TypeAlias = str | int | Text | Joined | Listed | Moment | Duration | Size


def sentences(*parts: Value | None, separator: str = " ") -> Joined:
    """Sentences one after the other, without those that are None."""
    return Joined(tuple(part for part in parts if part is not None), separator)


def listed(parts: Iterable[Value]) -> Listed:
    """A list with commas."""
    return Listed(tuple(parts))


def in_seconds(seconds: float) -> Moment:
    """So far from now."""
    return Moment(datetime.now(UTC) + timedelta(seconds=seconds))


def longest(value: Value) -> str:
    """The longest of what somebody wrote that stands in it; empty where nothing does."""
    match value:
        case str():
            return value
        case Text(values=values):
            return max((longest(part) for _, part in values), key=len, default="")
        case Joined(parts=parts) | Listed(parts=parts):
            return max(map(longest, parts), key=len, default="")
    return ""


def replaced(value: Value, old: str, new: str) -> Value:
    """The same, with something else in the place of what somebody wrote."""
    match value:
        case str():
            return new if value == old else value
        case Plural():
            rest = {name: replaced(part, old, new) for name, part in value.values if name != "count"}
            return Plural(value.key, value.many, value.count, **rest)
        case Text():
            return Text(value.key, **{name: replaced(part, old, new) for name, part in value.values})
        case Joined() | Listed():
            return replace(value, parts=tuple(replaced(part, old, new) for part in value.parts))
    return value


def dumped(text: Text | Joined) -> str:
    """A text to be kept, as JSON."""
    return json.dumps(_packed(text), ensure_ascii=False, separators=(",", ":"))


def loaded(kept: str) -> Text | Joined | None:
    """What was kept; None for what this release cannot read."""
    try:
        found = _unpacked(json.loads(kept))
    except (ValueError, TypeError, LookupError):
        return None
    return found if isinstance(found, Text | Joined) else None


def as_it_is(text: str) -> Text:
    """A text that is no sentence of ours, and reads as it stands there in every language."""
    return Text(text, **{name: "{" + name + "}" for name in PLACEHOLDER.findall(text)})


def _set(text: Text, key: str, values: Mapping[str, Value], names: set[str]) -> None:
    if values.keys() - {"count"} != names - {"count"} or not values.keys() >= names:
        raise ValueError(f"the values of {key!r} are {sorted(values)}")
    object.__setattr__(text, "key", key)
    object.__setattr__(text, "values", tuple(values.items()))


def _unrendered(value: Value) -> str:
    warnings.warn(f"a text was not rendered: {_source(value)}", stacklevel=3)
    return _source(value)


def _filled(key: str, values: Iterable[tuple[str, Value]]) -> str:
    by_name = dict(values)
    return PLACEHOLDER.sub(lambda found: _source(by_name[found[1]]), key)


def _source(value: Value) -> str:
    match value:
        case Text() | Joined() | Listed():
            return value.source
        case Moment(at):
            return f"{at:%Y-%m-%d %H:%M}"
        case Duration(seconds):
            return f"{round(seconds)} s"
        case Size(count):
            return f"{count} bytes"
        case int():
            return f"{value:,}"
    return value


_KINDS: dict[str, type[Any]] = {
    cls.__name__.lower(): cls for cls in (Text, Plural, Joined, Listed, Moment, Duration, Size)
}


def _packed(value: Any) -> Any:
    match value:
        case Plural():
            rest = {name: _packed(part) for name, part in value.values if name != "count"}
            return ["plural", value.key, value.many, value.count, rest]
        case Text():
            return ["text", value.key, {name: _packed(part) for name, part in value.values}]
        case str() | int() | float() | None:
            return value
        case datetime():
            return value.timestamp()
        case tuple():
            return [_packed(part) for part in value]
    return [type(value).__name__.lower(), *(_packed(getattr(value, field.name)) for field in fields(value))]


def _unpacked(kept: Any) -> Any:  # noqa: PLR0911 - one for each kind of value
    match kept:
        case ["plural", str(key), str(many), int(count), dict(values)]:
            return Plural(key, many, count, **{name: _unpacked(part) for name, part in values.items()})
        case ["text", str(key), dict(values)]:
            return Text(key, **{name: _unpacked(part) for name, part in values.items()})
        case ["moment", float(at) | int(at), str(style)]:
            return Moment(datetime.fromtimestamp(at, UTC), style)
        case [("joined" | "listed") as kind, list(parts), rest]:
            return _KINDS[kind](tuple(map(_unpacked, parts)), rest)
        case ["duration", float(number) | int(number)]:
            return Duration(number)
        case ["size", int(number), None | int() as over]:
            return Size(number, over)
        case str() | int():
            return kept
    raise ValueError("not a text")
