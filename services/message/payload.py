"""Discord's payloads, read without trust: what has another shape than documented counts as not there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias
from urllib.parse import urlsplit

Payload: TypeAlias = Mapping[str, Any]

DEEPEST = 8
"""Snapshots within snapshots, containers within containers: Discord has two of each."""


def each(part: Payload, key: str) -> Iterator[Payload]:
    """The objects of a list."""
    found = part.get(key)
    for one in found if isinstance(found, list) else ():
        if isinstance(one, Mapping):
            yield one


def within(part: Payload, key: str) -> Payload:
    """An object, empty where there is none."""
    found = part.get(key)
    return found if isinstance(found, Mapping) else {}


def components(part: Payload, depth: int = 0) -> Iterator[Payload]:
    """Those of a message, however deep they are, in the order of reading."""
    if depth > DEEPEST:
        return
    accessory = within(part, "accessory")
    for component in (*each(part, "components"), *([accessory] if accessory else [])):
        yield component
        yield from components(component, depth + 1)


def text(part: Payload, key: str) -> str:
    """A text, empty where there is none."""
    found = part.get(key)
    return found if isinstance(found, str) else ""


def number(part: Payload, key: str) -> int:
    """A whole number that is not negative, 0 where there is none."""
    found = part.get(key)
    return found if isinstance(found, int) and not isinstance(found, bool) and found >= 0 else 0


def host(address: str) -> str:
    """The host of an address, in lower case; empty where it has none."""
    try:
        return (urlsplit(address).hostname or "").rstrip(".").lower()
    except ValueError:
        return ""


def path(address: str) -> str:
    """The path of an address, as it is written there."""
    try:
        return urlsplit(address).path
    except ValueError:
        return ""
