"""What users wrote, as a reader sees it: without what has no shape and only hides, turns or joins other characters."""

from __future__ import annotations

import re
import unicodedata

_SHAPELESS = (
    "\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f"  # controls that are no white space
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f"
    "\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
    "\ud800-\udfff"  # halves of characters, which cannot be sent
)
"""Unicode's Default_Ignorable_Code_Point and what else leaves no mark. Discord drops some of it, but says not which."""
_SHAPED = rf"[^\x00-\x7f{_SHAPELESS}]"
_DROPPED = re.compile(
    # What emoji and scripts outside of ASCII are made of is kept where it does that, as no markup can be hidden there.
    rf"((?<={_SHAPED})\ufe0f?[\u200c\u200d](?={_SHAPED})"
    rf"|(?<={_SHAPED})[\ufe0e\ufe0f]|(?<=[0-9#*])\ufe0f(?=\u20e3)"
    "|(?<=\U0001f3f4)[\U000e0020-\U000e007e]+\U000e007f)"
    rf"|[{_SHAPELESS}]"
)
_ALL_SHAPELESS = re.compile(f"[{_SHAPELESS}]")
_ACCENTED = ("LATIN", "GREEK", "CYRILLIC")  # scripts in which a letter without its mark is still that letter
_COMPARED = 6_000  # characters, as many as an option of Discord's holds; marks in a row take the square of their number
_BLANK = "\u2800\U0001d159"  # count as symbols, and show nothing


def shown(text: str | None) -> str:
    """User-written text without what has no shape; empty where nothing of it can be seen."""
    kept = _DROPPED.sub(lambda found: found[1] or "", text or "")
    return kept if any(map(_visible, kept)) else ""


def line(text: str | None, limit: int | None = None) -> str:
    """User-written text as one line of at most `limit` units (`cut`); empty where nothing of it can be seen."""
    return cut(" ".join(shown(text).split()), limit)


def passage(text: str | None, limit: int | None = None) -> str:
    """User-written text with its line breaks, one empty line at most between two; empty where nothing can be seen."""
    lines = "\n".join(" ".join(part.split()) for part in shown(text).splitlines())
    return cut(re.sub(r"\n{3,}", "\n\n", lines).strip(), limit)


def folded(text: str | None) -> str:
    """User-written text as it is compared: without case, width, accents, blanks in a row, and what leaves no mark."""
    kept = _ALL_SHAPELESS.sub("", (text or "")[:_COMPARED])
    if kept.isascii():
        return " ".join(kept.casefold().split())
    letters: list[str] = []
    loses_marks = False
    for character in unicodedata.normalize("NFKD", kept):
        if not unicodedata.combining(character):
            loses_marks = unicodedata.name(character, "").startswith(_ACCENTED)
        elif loses_marks:
            continue
        letters.append(character)
    return " ".join(unicodedata.normalize("NFKC", "".join(letters)).casefold().replace("\u0131", "i").split())


def _visible(character: str) -> bool:
    return character not in _BLANK and not unicodedata.category(character).startswith(("Z", "M", "Cc"))


def units(text: str) -> int:
    """How long Discord takes a text to be: in units of UTF-16, two for an emoji."""
    return len(text) + sum(character > "\uffff" for character in text)


def cut(text: str, limit: int | None) -> str:
    """At most `limit` units of a text, with an ellipsis where something is missing; no character is cut in two."""
    if limit is None or units(text) <= limit:
        return text
    kept = text[: limit - 1].encode("utf-16-le")[: 2 * (limit - 1)].decode("utf-16-le", "ignore")
    return kept.rstrip(" \n\u200d\ufe0f") + "…"
