"""Languages for a test: a catalogue of a few sentences, read as those that are kept."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from babel.messages import Catalog
from babel.messages.pofile import write_po

from locales.languages import Language, languages, read


def language_of(folder: Path, tag: str, said: Mapping[Any, Any]) -> Language:
    """The language of a catalogue in `folder` that says this: translations by sentence, forms by a plural's two."""
    catalogue = Catalog(locale=tag.replace("-", "_"))
    for sentence, translation in said.items():
        catalogue.add(sentence, translation)
    path = folder / tag / "LC_MESSAGES" / "bot.po"
    path.parent.mkdir(parents=True)
    with path.open("wb") as file:
        write_po(file, catalogue)
    return read(path)


@contextmanager
def spoken(*others: Language) -> Iterator[None]:
    """Until this ends, there is English and these languages."""
    known = languages()
    assert isinstance(known, dict)  # kept for as long as the process runs
    before = dict(known)
    try:
        for tag in before.keys() - {"en-US"}:
            del known[tag]
        known.update({language.tag: language for language in others})
        yield
    finally:
        known.clear()
        known.update(before)
