"""What is said, read in English, whatever language everybody reads.

With READ_AS=pseudo in the environment that is the pseudo-locale: nothing is said then that is no value, and all of it
has to fit where a language is a third longer. In messages, `cogs.ui.words.md` shows a text; here nothing is markup.
"""

from __future__ import annotations

import os

from cogs.ui.words import md
from locales import pseudo
from locales.rendering import Plain
from locales.text import Value

IS_PSEUDO = os.environ.get("READ_AS") == "pseudo"
_PLAIN = Plain()


def english(text: str) -> str:
    """What a text that was shown says in English."""
    return pseudo.english(text) if IS_PSEUDO else text


def say(said: Value) -> str:
    """What is said in a message, as markdown."""
    return english(md(said))


def read(said: Value | None) -> str:
    """What is said; nothing for None."""
    return "" if said is None else english(_PLAIN.render(said))
