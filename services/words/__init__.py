"""What users are told of errors and of what was done, by subject: facts to texts, in whatever language."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from locales.text import Joined, Text, as_it_is, dumped, loaded, sentences

Said: TypeAlias = Text | Joined


@dataclass(frozen=True, slots=True)
class Words:
    """What a user is told: a heading, and a sentence or two that end in the next step, or None."""

    title: Said
    text: Said | None = None

    @property
    def source(self) -> tuple[str, str]:
        """As they read in English, for who knows nothing better to tell."""
        return self.title.source, self.text.source if self.text else ""

    @property
    def kept(self) -> str:
        """For who has them on record until they can be told, in whatever language that is by then."""
        return dumped(sentences(self.title, self.text))

    @classmethod
    def of(cls, outcome: tuple[str, str], kept: str | None) -> Words:
        """What was kept; by a release that kept no more than the English, or another kind of value, that."""
        found = loaded(kept) if kept else None
        if isinstance(found, Joined) and found.parts:
            said = [part for part in found.parts if isinstance(part, Text | Joined)]
            return cls(*said[:2])
        title, text = outcome
        return cls(as_it_is(title), as_it_is(text) if text else None)


Wording: TypeAlias = Words | Callable[[Any], Words]

AGAIN = Text("Run /imgur link in Discord to begin again.")
OPERATOR = Text("Please tell whoever runs this bot.")
