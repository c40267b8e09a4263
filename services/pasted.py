"""What a user pastes of the address that Imgur sent them to: in any text, markup or encoding around it."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import unquote

from errors import PastedIncompleteError, PastedUnclearError

LONGEST = 4000
"""Characters that Discord lets a form take; what is longer was cut."""
_DECODED = 3  # times: addresses get encoded on their way through other programs
_HEX = r"[0-9a-f]{40}"  # Imgur's tokens and codes, as far as has been seen
_WHOLE = rf"{_HEX}(?![\w-])|[\w.~-]{{40,}}[\w-]"  # one of those, or all of something longer
_LENGTH = 43  # of our states
_STATE = rf"[\w-]{{{_LENGTH}}}"
_UNSEEN = re.compile("[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")


@dataclass(frozen=True, slots=True)
class Pasted:
    """Either a grant or an error, and the state; an error may come without."""

    state: str = field(repr=False)
    grant: str = field(default="", repr=False)
    error: str = ""


def read(text: str, brings: Literal["refresh_token", "code"]) -> Pasted:
    """The one address in the text. Raises PastedIncompleteError, PastedUnclearError; nothing of it is in the errors."""
    plain = _plain(text)
    errors = _values(plain, "error", r"\w+")
    whole = re.sub(r"\s+", "", plain)  # an address may be broken into lines, and anywhere in them
    if errors:
        states = _values(whole, "state", _STATE) or _values(plain, "state", r"[\w-]*")
        return Pasted(_one(states), error=_one(errors))
    for reading, pattern in ((plain, _WHOLE), (whole, _HEX)):
        grants = _values(reading, brings, pattern)
        if grants and _values(reading, "state", _STATE):
            return _found(reading, grants)
    grants = _values(plain, brings, r"[\w.~-]+")
    if not grants:
        raise PastedIncompleteError("grant" if "state=" in plain else "all")
    return _found(plain, grants)


def _found(reading: str, grants: set[str]) -> Pasted:
    state = _one({state[:_LENGTH] for state in _values(reading, "state", r"[\w-]*")} - {""})
    if len(state) < _LENGTH:
        raise PastedIncompleteError("state")
    return Pasted(state, _one(grants))


def _plain(text: str) -> str:
    """Without what other programs put into an address."""
    plain = html.unescape(_UNSEEN.sub("", text)).replace("\\", "")  # Markdown's, before an underscore
    for _ in range(_DECODED):
        plain = unquote(plain)
    return plain


def _values(text: str, name: str, pattern: str) -> set[str]:
    return set(re.findall(rf"(?<![A-Za-z0-9_]){name}=({pattern})", text))


def _one(values: set[str]) -> str:
    """The value, or none. Raises PastedUnclearError for several: which is meant is not for us to say."""
    if len(values) > 1:
        raise PastedUnclearError
    return next(iter(values), "")
