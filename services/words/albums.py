"""What is done with albums."""

from __future__ import annotations

import errors
from locales.text import Plural, Text
from services.words import Wording, Words


def _album_title(error: errors.AlbumTitleError) -> Words:
    if error.is_long:
        return Words(
            Text("That name is too long for an album"),
            Plural(
                "Imgur keeps {count} character. Give a shorter one.",
                "Imgur keeps {count} characters. Give a shorter one.",
                error.limit,
            ),
        )
    return Words(
        Text("An album needs a name"),
        Plural(
            "Nothing of it can be seen. Give one of up to {count} character.",
            "Nothing of it can be seen. Give one of up to {count} characters.",
            error.limit,
        ),
    )


def _album_incomplete(error: errors.AlbumIncompleteError) -> Words:
    return Words(
        Text("Imgur does not show all of this album"),
        Plural(
            "It sends {came} of {count} picture. The rest would fall out if the order was changed, so it stays as it "
            "is. On imgur.com you can change it.",
            "It sends {came} of {count} pictures. The rest would fall out if the order was changed, so it stays as it "
            "is. On imgur.com you can change it.",
            error.count,
            came=error.came,
        ),
    )


TABLE: dict[type[BaseException], Wording] = {
    errors.AlbumTitleError: _album_title,
    errors.AlbumExistsError: Words(
        Text("You have an album of that name already"),
        Text("Nothing was made. Put pictures into that one, or make another of the same name with the button."),
    ),
    errors.NewAlbumError: Words(
        Text("None of your albums is called that"),
        Text("Make it first with /imgur album create, or give one that is there."),
    ),
    errors.AlbumRenamedError: Words(
        Text("That album is called something else by now"),
        Text(
            "Nothing was deleted: it was renamed after you were asked. Run /imgur album delete again to see which it "
            "is."
        ),
    ),
    errors.AlbumUncertainError: Words(
        Text("The album may be there"),
        Text(
            "Imgur's answer was lost, and the album is not to be seen yet. Look with /imgur album list in a minute; "
            "making it again is safe, as the bot looks for it first."
        ),
    ),
    errors.AlbumIncompleteError: _album_incomplete,
}
