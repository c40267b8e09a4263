"""What of a page a person reads, or has read out."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from locales.pseudo import outside
from tests.visitor import Answer

READ_OUT = {"alt", "aria-label", "aria-description", "placeholder", "title", "data-copied", "data-marked"}


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.lang = self.dir = ""
        self.said: list[str] = []
        self._is_style = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self.said += [found[name] for name in found if name in READ_OUT]
        self._is_style = tag == "style"
        if tag == "html":
            self.lang, self.dir = found["lang"], found["dir"]

    def handle_endtag(self, tag: str) -> None:
        self._is_style = False

    def handle_data(self, data: str) -> None:
        if not self._is_style:
            self.said.append(data)


def read(page: str) -> _Reader:
    """Its texts in `said`, and the language and the direction that it names."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    return reader


def said_on(answer: Answer) -> str:
    """All of it, with single blanks."""
    return " ".join(" ".join(read(answer.text).said).split())


def words_outside(answer: Answer) -> set[str]:
    """The words that do not stand in the brackets of the language that nobody speaks."""
    return set(re.findall(r"\w+", outside(said_on(answer))))
