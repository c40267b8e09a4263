"""What a user types to find something, as the index is asked for it."""

from __future__ import annotations

import re
from collections import deque

import imgur.reference
from errors import NothingToFindError, TooManyWordsError
from services.text import folded, is_visible
from storage.models import Query

MOST_WORDS = 20
"""Different words of a query. Each is looked for in all that a user has."""
TAG_WORDS = 10
"""Words that a tag may have."""
_COMMA = re.compile("([,;\u3001\u060c])")  # of several scripts, once folded; no tag holds one


def read(text: str | None) -> Query | None:
    """What the text asks for; None where it is blank. Raises NothingToFindError, TooManyWordsError."""
    if not (text or "").strip():
        return None
    query = _query(text or "")
    if not (query.words or query.tags):
        raise NothingToFindError
    if len(query.words) + sum(map(len, query.tags)) > MOST_WORDS:
        raise TooManyWordsError(MOST_WORDS)
    return query


def guess(text: str) -> Query:
    """What a text that is being typed asks for: all of it, or what of it can be looked for. Never raises."""
    query = _query(text)
    left = MOST_WORDS - len(query.words)
    return Query(query.words[:MOST_WORDS], query.tags[: max(left, 0)], query.whole)


def _query(text: str) -> Query:
    words: list[str] = []
    runs: list[list[str]] = []
    is_open = False
    typed = deque(folded(_without_links(text)).split())
    while typed:
        word = typed.popleft()
        name = word.lstrip("#")
        if not is_visible(name):
            continue
        if name != word:
            runs.append([])
        elif not is_open or len(runs[-1]) == TAG_WORDS:
            words.append(word)
            continue
        kept, comma, rest = (*_COMMA.split(name, maxsplit=1), "", "")[:3]
        runs[-1] += filter(is_visible, [kept])
        is_open = not comma
        typed.extendleft(filter(None, [rest]))
    runs = [run for run in runs if run]
    return Query(_each_once(words), tuple(dict.fromkeys(map(tuple, runs))), folded(text))


def _each_once(words: list[str]) -> tuple[str, ...]:
    """The words without those that another one holds; the longest first, which the fewest items have."""
    kept: list[str] = []
    for word in sorted(dict.fromkeys(words), key=len, reverse=True):
        if len(kept) <= MOST_WORDS and not any(word in longer for longer in kept):
            kept.append(word)
    return tuple(kept)


def _without_links(text: str) -> str:
    """The text with the ids of what it links to instead of the links."""
    return " ".join(_id_of(word) if "gur" in folded(word) else word for word in text.split())


def _id_of(word: str) -> str:
    try:
        found = imgur.reference.link(word)
    except imgur.reference.SeveralError:
        return word
    return found.id if found else word
