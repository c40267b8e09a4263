"""Errors to words: one table, looked up along the class's MRO. `services/words/` has what each subject's errors say."""

from __future__ import annotations

import errors
import imgur.errors
import storage.errors
from locales.text import Text
from services.words import Wording, Words, albums, backup, discord, files, items, linking, marks, searching, sharing
from services.words import imgur as imgurs
from services.words import storage as databases

_TABLE: dict[type[BaseException], Wording] = {
    errors.BotError: Words(Text("That did not work"), Text("The bot could not do this. Try again in a moment.")),
}
for _subject in (discord, linking, backup, files, sharing, items, albums, searching, marks, imgurs, databases):
    _TABLE |= _subject.TABLE


def words(error: BaseException) -> Words | None:
    """Word an error by the nearest class that the table knows; None for an error that nobody foresaw."""
    for cls in type(error).__mro__:
        found = _TABLE.get(cls)
        if found is not None:
            return found if isinstance(found, Words) else found(error)
    return None


def is_imgurs(error: BaseException) -> bool:
    """Whether it is Imgur that did not do its part."""
    return isinstance(error, imgur.errors.ImgurError)


def for_operators(error: BaseException) -> str | None:
    """What the log has to say of an error that whoever runs the bot has to look after; no secret is in it."""
    return str(error) or type(error).__name__ if isinstance(error, storage.errors.StorageError) else None


def unforeseen(reference: str) -> Words:
    """Word an error that nobody foresaw; `reference` is the short id under which the log has it."""
    return Words(
        Text("Something went wrong in the bot"),
        Text(
            "The log has it under {reference}. Try again; if it stays like this, tell that id to whoever runs this "
            "bot.",
            reference=reference,
        ),
    )
