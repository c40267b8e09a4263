"""How far something is, how long it takes, how many there are, and which."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from locales.text import Duration, Listed, Moment, Plural, Text, Value, in_seconds
from services.quota.caller import Wait
from services.words import Said, Words


def picture_count(count: int) -> Plural:
    """So many pictures."""
    return Plural("{count} picture", "{count} pictures", count)


def when(seconds: float | None) -> Moment | Text:
    """So far from now; None: nobody knows."""
    return Text("later") if seconds is None else in_seconds(seconds)


def waiting_words(wait: Wait) -> Words:
    """What is shown while a call waits for Imgur's limit."""
    text = Text(
        "Place {place} in the line; your turn should come {when}. It goes on by itself.",
        place=wait.before + 1,
        when=Moment(wait.until),
    )
    return Words(Text("Waiting for Imgur's limit"), text)


def being_read(read: int, expected: int | None, seconds: float | None, silent_since: datetime | None = None) -> Said:
    """How far a list has been read; `expected` and `seconds` are None where nobody knows.

    `silent_since` is when the last of it came, where the rest does not come.
    """
    so_far = Text("{read} read so far", read=read)
    if expected is not None:
        so_far = Text("{read} of about {expected} read", read=read, expected=expected)
    if silent_since is not None:
        return Text(
            "{so_far}. Nothing more comes (the last time was {when}), and it is tried again by itself",
            so_far=so_far,
            when=Moment(silent_since),
        )
    if expected is None or seconds is None:
        return so_far
    return Text("{so_far}, about {time} to go", so_far=so_far, time=Duration(seconds))


def named(title: str, item_id: str) -> Value:
    """An item by title and id."""
    return Text("{title} ({id})", title=title, id=item_id) if title else item_id


def and_more(every: Sequence[Value], most: int) -> Value:
    """A list of which no more than so many are told."""
    told = Listed(tuple(every[:most]))
    if len(every) <= most:
        return told
    return Plural("{list} and {count} more", "{list} and {count} more", len(every) - most, list=told)
