"""Tags and notes."""

from __future__ import annotations

import errors
from locales.text import Text
from services.words import Wording, Words

TABLE: dict[type[BaseException], Wording] = {
    errors.TooManyTagsError: lambda error: Words(
        Text("Those are too many tags"), Text("One picture may have {limit}. Nothing was changed.", limit=error.limit)
    ),
    errors.TagTooLongError: lambda error: Words(
        Text("One of the tags is too long"),
        Text(
            "A tag may have {limit} characters and {words} words. Put a comma between two tags. Nothing was changed.",
            limit=error.limit,
            words=error.words,
        ),
    ),
    errors.NoteTooLongError: lambda error: Words(
        Text("That note is too long"),
        Text(
            "It has {length} characters; a note may have {limit}, of which an emoji takes two or more. "
            "Nothing was changed.",
            limit=error.limit,
            length=error.length,
        ),
    ),
    errors.NothingToNoteError: Words(
        Text("Nothing of that can be seen"),
        Text("Give words, signs or emoji; leave it empty to clear what is there. Nothing was changed."),
    ),
}
