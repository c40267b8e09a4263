"""A language that nobody speaks: English with accents, in brackets, a third longer.

It shows which texts are no values yet (they stand outside of brackets) and what does not fit once a language is longer
than English. It can be read back, so that whoever knows the English finds it again.
"""

from __future__ import annotations

import gettext
import math
import re

from locales.languages import Language

BEGIN, END, FILLER = "⟦", "⟧", "·"
_PLAIN = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_ACCENTED = "ÅƁÇĐÉƑĜĤÎĴĶĻṀÑÖÞǪŔŠŢÛṼŴẊÝŽåƀçđéƒĝĥîĵķļɱñöþǫŕšţûṽŵẋýž"
_KEPT = re.compile(r"\{\w+\}|`?/imgur (?:(?:album|data) )?[a-z]+`?|https?://\S+|<[^<>]*>|\*\*|&\w+;")
_TO, _FROM = str.maketrans(_PLAIN, _ACCENTED), str.maketrans(_ACCENTED, _PLAIN)
_HEAD = re.compile(r"\A(?:#{1,3} |-# |- |\d+\. )")
_LETTER = re.compile(r"[^\W\d_]")
_SAID = re.compile(f"{BEGIN}|{FILLER}*{END}")


class _Pseudo(gettext.NullTranslations):
    def gettext(self, message: str) -> str:
        return pseudo(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return pseudo(super().ngettext(msgid1, msgid2, n))


PSEUDO = Language("en-XA", _Pseudo(), formats="en-US")


def pseudo(text: str) -> str:
    """A sentence in it. What is no word stays as it is: placeholders, commands, addresses, tags, stars.

    A text without words does too. Marks at its beginning that Discord reads as a heading, a list or small print stay
    in front of the bracket.
    """
    if not _LETTER.search(_KEPT.sub("", text)):
        return text
    rest = _HEAD.sub("", text)
    head, said, at = text[: len(text) - len(rest)], [], 0
    for kept in _KEPT.finditer(rest):
        said += [rest[at : kept.start()].translate(_TO), kept[0]]
        at = kept.end()
    said.append(rest[at:].translate(_TO))
    letters = len(_KEPT.sub("", rest))
    return head + BEGIN + "".join(said) + FILLER * max(math.ceil(letters / 3) - 2, 0) + END


def english(text: str) -> str:
    """What was said in it, in English again."""
    return _SAID.sub("", text).translate(_FROM)


def outside(text: str) -> str:
    """What of a text does not stand in its brackets: what was filled in nowhere, and what is no value yet."""
    depth, kept = 0, []
    for character in text:
        depth += (character == BEGIN) - (character == END)
        if depth == 0 and character != END:
            kept.append(character)
    return "".join(kept)
