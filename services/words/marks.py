"""Tags and notes."""

from __future__ import annotations

import errors
from locales.text import Plural, Text
from services.words import Wording, Words

TABLE: dict[type[BaseException], Wording] = {
    errors.TooManyTagsError: lambda error: Words(
        Text("Those are too many tags"), Text("One picture may have {limit}. Nothing was changed.", limit=error.limit)
    ),
    errors.TagTooLongError: lambda error: Words(
        Text("One of the tags is too long"),
        Plural(
            "A tag may have {count} character and {words}. Put a comma between two tags. Nothing was changed.",
            "A tag may have {count} characters and {words}. Put a comma between two tags. Nothing was changed.",
            error.limit,
            words=Plural("{count} word", "{count} words", error.words),
        ),
    ),
    errors.NoteTooLongError: lambda error: Words(
        Text("That note is too long"),
        Plural(
            "It has {count} character; a note may have {limit}, of which an emoji takes two or more. Nothing was "
            "changed.",
            "It has {count} characters; a note may have {limit}, of which an emoji takes two or more. Nothing was "
            "changed.",
            error.length,
            limit=error.limit,
        ),
    ),
    errors.NothingToNoteError: Words(
        Text("Nothing of that can be seen"),
        Text("Give words, signs or emoji; leave it empty to clear what is there. Nothing was changed."),
    ),
}
