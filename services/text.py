"""What users wrote, as a reader sees it: without what has no shape and only hides, turns or joins other characters."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

_SHAPELESS = (
    "\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f"  # controls that are no white space
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f"
    "\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
    "\ud800-\udfff"  # halves of characters, which cannot be sent
)
"""Unicode's Default_Ignorable_Code_Point and what else leaves no mark. Discord drops some of it, but says not which."""
_SHAPED = rf"[^\x00-\x7f{_SHAPELESS}]"
_FLAG_LETTERS = "(?<=\U0001f3f4)[\U000e0020-\U000e007e]+\U000e007f"  # England's, Scotland's
_DROPPED = re.compile(
    # What emoji and scripts outside of ASCII are made of is kept where it does that, as no markup can be hidden there.
    rf"((?<={_SHAPED})\ufe0f?[\u200c\u200d](?={_SHAPED})"
    rf"|(?<={_SHAPED})[\ufe0e\ufe0f]|(?<=[0-9#*])\ufe0f(?=\u20e3)"
    rf"|{_FLAG_LETTERS})|[{_SHAPELESS}]"
)
_COMPARED_WITHOUT = re.compile(f"({_FLAG_LETTERS})|[{_SHAPELESS}]")
_COMPARED = 6_000  # characters, as many as an option of Discord's holds
_PIECE = 4_000  # characters folded at a time: marks in a row take the square of their number
SEARCHED = 20_000
"""Characters of a text that a search looks at. Imgur's descriptions are known to be as long as 10,000."""
LONG = 300
"""Characters from which on a text is searched by its different words: longer than any title."""
_LETTERS = (
    "A-Za-z\u00aa\u00ba\u00c0-\u02af\u0370-\u0482\u048a-\u052f\u1c80-\u1c8f\u1d00-\u1dbf\u1e00-\u1fff"
    "\u2c60-\u2c7f\ua640-\ua66e\ua680-\ua69d\ua722-\ua7ff\uab30-\uab6f"
)  # Latin, Greek, Cyrillic: where a letter without its mark is still that letter, so a search finds either
_MARKS = (
    "\u0300-\u036f\u0483-\u0487\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20dc\u20e1\u20e5-\u20f0"
    "\u2de0-\u2dff\ua66f\ua674-\ua67d\ufe20-\ufe2f"
)
_LOSES_MARKS = re.compile(rf"([{_LETTERS}]|^|(?<=\s))[{_MARKS}]+")
_JAMO = "\u3131-\u318e"  # Korean letters on their own, which make no syllable with what they stand behind
_BETWEEN_JAMO = re.compile(f"[^{_JAMO}]+")
_TYPED = str.maketrans(
    {
        # marks that stand for others
        "\u309b": "\u3099",
        "\u309c": "\u309a",
        "\u00b4": "'",
        "\u301c": "~",  # a Mac's, where Windows types the wide ~
        **{
            chr(half): chr(int(whole.split()[-1], 16))
            for half in range(0xFFA1, 0xFFDD)
            if (whole := unicodedata.decomposition(chr(half)))
        },
    }
)
_PLAIN = str.maketrans(
    {
        # what phones make of quotes and dashes
        **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u02b9\u02bb\u02bc", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u201f", '"'),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
        "\u2044": "/",  # what is left of ½
        # letters whose mark Unicode does not take off
        **dict(zip("\u0131øłđħŧ", "ioldht", strict=True)),
        "æ": "ae",
        "œ": "oe",
    }
)
_LONGEST_SIGN = 40  # characters; more in a row are marks upon marks
_REGIONAL = "\U0001f1e6-\U0001f1ff"  # two make a flag
_JOINED = frozenset(
    "\u200d" + "".join(map(chr, range(0x1F3FB, 0x1F400))) + "".join(map(chr, range(0xE0020, 0xE0080)))
)  # a joiner, colours of skin, the letters of some flags
_MARKUP = re.compile(r"[\\`*_~|<>\[\]()#@:/]+")
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


def unmarked(text: str | None, limit: int | None = None) -> str:
    """As `line`, without what could be read as markup or as a mention: for words that are told as they are."""
    return line(_MARKUP.sub(" ", text or ""), limit)


def folded(text: str | None) -> str:
    """User-written text as it is compared: without case, width, accents, blanks in a row, and what leaves no mark.

    Accents come off Latin, Greek and Cyrillic letters; a voice mark, a vowel sign or a tone makes another letter. An i
    is the same with and without its dot, in capitals too. What is folded twice stays as it is.
    """
    return " ".join(_folded((text or "")[:_COMPARED]).split())


def searchable(*fields: str | None) -> str:
    """What a search looks at: each text folded on a line of its own, with a line break before and behind it.

    No word holds a line break, so that none is found across two texts, and what is called so is a line. A long text has
    each of its words once: words are looked for, in whatever order.
    """
    lines = (_words("".join(map(_folded, _pieces((text or "")[:SEARCHED])))) for text in fields)
    return "\n" + "".join(f"{line}\n" for line in lines if line)


def _words(text: str) -> str:
    words = text.split()
    return " ".join(words if len(text) < LONG else dict.fromkeys(words))


def is_visible(text: str) -> bool:
    """Whether anything of a folded text can be seen."""
    return any(map(_visible, text))


def _folded(text: str) -> str:
    """Folded, but for blanks in a row."""
    kept = _COMPARED_WITHOUT.sub(r"\1", text)
    if kept.isascii():
        return kept.casefold()
    return _BETWEEN_JAMO.sub(lambda run: _plain(run[0]), kept.translate(_TYPED))


def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text).casefold()
    letters = _LOSES_MARKS.sub(r"\1", unicodedata.normalize("NFKD", letters))
    return unicodedata.normalize("NFC", letters.translate(_PLAIN))


def _pieces(text: str) -> Iterator[str]:
    """A text in pieces, none of which begins with what belongs to the character before it."""
    while text:
        end = next((at for at in range(_PIECE, _PIECE + 50) if not _goes_on(text[at : at + 1])), _PIECE)
        yield text[:end]
        text = text[end:]


def _goes_on(character: str) -> bool:
    return bool(character) and (
        unicodedata.category(character).startswith("M")
        or character in "\u309b\u309c\uff9e\uff9f"
        or "\u1160" <= character <= "\u11ff"
    )


def _visible(character: str) -> bool:
    return character not in _BLANK and not unicodedata.category(character).startswith(("Z", "M", "Cc"))


def units(text: str) -> int:
    """How long Discord takes a text to be: in units of UTF-16, two for an emoji."""
    return len(text) + sum(character > "\uffff" for character in text)


def cut(text: str, limit: int | None) -> str:
    """At most `limit` units of a text, with an ellipsis where something is missing; what is seen as one stays whole."""
    if limit is None or units(text) <= limit:
        return text
    end = len(text[: limit - 1].encode("utf-16-le", "replace")[: 2 * (limit - 1)].decode("utf-16-le", "ignore"))
    whole = next((at for at in range(end, max(end - _LONGEST_SIGN, -1), -1) if not _is_within(text, at)), end)
    return text[:whole].rstrip(" \n\u200d\ufe0f") + "…"


def _is_within(text: str, at: int) -> bool:
    """Whether a sign that is seen as one goes on there: a letter with its marks, a flag, a family."""
    if at == 0:
        return False
    before, after = text[at - 1], text[at]
    if _is_regional(before) and _is_regional(after):
        run = re.search(rf"[{_REGIONAL}]+\Z", text[max(at - 2 * _LONGEST_SIGN, 0) : at])
        return run is not None and len(run[0]) % 2 == 1
    return _goes_on(after) or after in _JOINED or (before == "\u200d" and not after.isascii())


def _is_regional(character: str) -> bool:
    return "\U0001f1e6" <= character <= "\U0001f1ff"
