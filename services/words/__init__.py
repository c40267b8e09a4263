"""What users are told of errors and of what was done, by subject: facts to texts, in whatever language."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeAlias

from locales.text import Joined, Text, dumped, loaded

Said: TypeAlias = Text | Joined


@dataclass(frozen=True, slots=True)
class Words:
    """What a user is told: a heading, and a sentence or two that end in the next step, or None."""

    title: Said
    text: Said | None = None

    @property
    def kept(self) -> tuple[str, str]:
        """For who has them on record until they can be told, in whatever language that is by then."""
        return dumped(self.title), dumped(self.text) if self.text else ""

    @classmethod
    def of(cls, kept: tuple[str, str]) -> Words:
        """What was kept, by an earlier release as well."""
        title, text = kept
        return cls(loaded(title), loaded(text) if text else None)


Wording: TypeAlias = Words | Callable[[Any], Words]

AGAIN = Text("Run /imgur link in Discord to begin again.")
OPERATOR = Text("Please tell whoever runs this bot.")
