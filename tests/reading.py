"""What is said, read in English, whatever language everybody reads.

With READ_AS=pseudo in the environment that is the pseudo-locale: nothing is said then that is no value, and all of it
has to fit where a language is a third longer. In messages, `cogs.ui.words.md` shows a text; here nothing is markup.
"""

from __future__ import annotations

import os
import re

from cogs.ui.words import md
from locales import pseudo
from locales.rendering import Plain
from locales.text import Value

IS_PSEUDO = os.environ.get("READ_AS") == "pseudo"
_PLAIN = Plain()
_SENTENCE = re.compile(r"(?:[A-Za-z']{2,}[,;:]? ){4,}[A-Za-z']{2,}")
"""Five English words in a row: what users write in tests has fewer."""


def english(text: str) -> str:
    """What a text that was shown says in English; fails where a sentence of it is no value."""
    if not IS_PSEUDO:
        return text
    assert not (forgotten := _SENTENCE.search(pseudo.outside(text))), f"no value: {forgotten[0]!r}"
    return pseudo.english(text)


def say(said: Value) -> str:
    """What is said in a message, as markdown."""
    return english(md(said))


def read(said: Value | None) -> str:
    """What is said; nothing for None."""
    return "" if said is None else english(_PLAIN.render(said))
