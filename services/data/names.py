"""Names of files and folders that every system takes, made of titles that nobody has looked at. Pure functions."""

from __future__ import annotations

import re
import unicodedata

from services.text import line

MOST_BYTES = 150
"""Of a title in a name: with a folder's, an id and an ending, a path stays below the 260 characters of Windows."""
MOST_CHARACTERS = 60
_FORBIDDEN = re.compile(r"[\x00-\x1f\x7f-\x9f<>:\"/\\|?*\u2044\u2215\u29f5\u29f8\uff0f\uff3c\uff1a]+")
_RESERVED = re.compile(
    r"(?:CON|PRN|AUX|NUL|CLOCK\$|CONIN\$|CONOUT\$|(?:COM|LPT)[0-9\u00b9\u00b2\u00b3])\s*(?:\..*)?", re.IGNORECASE
)
_ID = re.compile(r"[^A-Za-z0-9_-]+")


def safe(title: str | None) -> str:
    """A title as a part of a name: on one line, in one form of its letters; empty where nothing is left of it."""
    text = unicodedata.normalize("NFC", line(title))
    text = "".join(letter for letter in text if unicodedata.category(letter) not in {"Cc", "Cf", "Cs", "Co", "Cn"})
    text = " ".join(_FORBIDDEN.sub(" ", text).split())[:MOST_CHARACTERS]
    while len(text.encode()) > MOST_BYTES:
        text = text[:-1]
    return text.strip(" .~-")


def file_name(title: str | None, item_id: str, ending: str) -> str:
    """The name of a picture: its title and its id, which makes it the only one, and its ending."""
    return f"{_named(title, item_id)}{ending}"


def folder_name(title: str | None, item_id: str) -> str:
    """The name of an album's folder, in the same way."""
    return _named(title, item_id)


def _named(title: str | None, item_id: str) -> str:
    """With the id behind the title no name is reserved, and none the same as another but for the case of an id."""
    own, known = _ID.sub("", item_id) or "picture", safe(title)
    name = f"{known} ({own})" if known else own
    return f"_{name}" if _RESERVED.fullmatch(name) else name
